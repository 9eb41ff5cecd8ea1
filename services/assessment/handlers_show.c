/*
 * handlers_show.c: assessment's lines of a case's timeline, and the explanation of a level, derived
 * again from the snapshot each time: nothing of a person's data is kept here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "level_reason.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_case_show;
extern const struct vv_handler vv_handle_explain_level;

#define SHOWN_DECISIONS_MAX 128
#define NAMED_REASONS 3

/* A scaled logit as "-0.590000". */
static char *logit_text(const struct vv_call *call, int64_t logit)
{
    uint64_t size = logit < 0 ? (uint64_t)-logit : (uint64_t)logit;
    return vv_arena_format(call->arena, "%s%" PRIu64 ".%06" PRIu64, logit < 0 ? "-" : "",
                           size / (uint64_t)VV_LOGIT_SCALE, size % (uint64_t)VV_LOGIT_SCALE);
}

/* ---- timeline ---------------------------------------------------------------------------------
 */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    if (!vv_id_is_nil(call->subject)) {
        vv_plan_load(plan, "case", call->subject);
    }
    return VV_OK;
}

static void level_texts(const struct vv_call *call, const Vagval__V1__AssessmentDecision *decision,
                        Vagval__V1__TimelineEntry *line)
{
    const struct vv_scheme *scheme = NULL;
    const struct vv_model *model = NULL;
    const struct vv_level *level = NULL;
    if (vv_decision_versions(call, decision, &scheme, &model)) {
        level = vv_scheme_level(scheme, decision->level);
    }
    const char *model_name = model == NULL ? "?" : model->name;
    const char *version = scheme == NULL ? "?" : scheme->version;
    const char *logit = logit_text(call, decision->logit);
    logit = logit == NULL ? "" : logit;
    line->example = level != NULL && level->example;
    line->text_en = vv_arena_format(call->arena, "%s%s (logit %s, model %s, scheme version %.12s)",
                                    level == NULL ? "Level " : "",
                                    level == NULL ? decision->level : level->name_en, logit,
                                    model_name, version);
    line->text_sv = vv_arena_format(call->arena, "%s%s (logit %s, modell %s, systemversion %.12s)",
                                    level == NULL ? "Nivå " : "",
                                    level == NULL ? decision->level : level->name_sv, logit,
                                    model_name, version);
}

/* " (corrects decision 2)", or " from 2020-05-10". */
static const char *reach_text(const struct vv_call *call,
                              const Vagval__V1__AssessmentDecision *decision, bool swedish)
{
    char day[VV_DATE_TEXT_BYTES];
    vv_date_format(decision->effective_from, day);
    const char *text = decision->corrects == 0
                           ? vv_arena_format(call->arena, swedish ? " från %s" : " from %s", day)
                           : vv_arena_format(call->arena,
                                             swedish ? " från %s, rättar beslut %u"
                                                     : " from %s, corrects decision %u",
                                             day, (unsigned)decision->corrects);
    return text == NULL ? "" : text;
}

/* "Level C from 2020-05-10, decided by a caseworker (anna): the decision rested on wrong data". */
static char *person_text(const struct vv_call *call, const Vagval__V1__AssessmentDecision *decision,
                         bool swedish)
{
    const struct vv_scheme *scheme = vv_decision_scheme(call, decision);
    const struct vv_level *level = scheme == NULL ? NULL : vv_scheme_level(scheme, decision->level);
    const struct vv_level_reason *reason = vv_level_reason(decision->reason);
    const char *name = level == NULL ? decision->level : swedish ? level->name_sv : level->name_en;
    const char *why = reason == NULL ? decision->reason : swedish ? reason->sv : reason->en;
    return vv_arena_format(call->arena,
                           swedish ? "%s%s, beslutad av handläggare (%s): %s"
                                   : "%s%s, decided by a caseworker (%s): %s",
                           name, reach_text(call, decision, swedish), decision->decided_by, why);
}

static void person_texts(const struct vv_call *call, const Vagval__V1__AssessmentDecision *decision,
                         Vagval__V1__TimelineEntry *line)
{
    const struct vv_scheme *scheme = vv_decision_scheme(call, decision);
    const struct vv_level *level = scheme == NULL ? NULL : vv_scheme_level(scheme, decision->level);
    line->example = level != NULL && level->example;
    line->text_en = person_text(call, decision, false);
    line->text_sv = person_text(call, decision, true);
}

static void advice_texts(const struct vv_call *call, const Vagval__V1__AssessmentDecision *decision,
                         Vagval__V1__TimelineEntry *line)
{
    line->text_en =
        vv_arena_format(call->arena, "The model advises level %s; the caseworker's decision stands",
                        decision->advice);
    line->text_sv = vv_arena_format(
        call->arena, "Modellen föreslår nivå %s; handläggarens beslut gäller", decision->advice);
}

static void quarantine_texts(const struct vv_call *call,
                             const Vagval__V1__AssessmentDecision *decision,
                             Vagval__V1__TimelineEntry *line)
{
    enum vv_quarantine reason = (enum vv_quarantine)decision->quarantine;
    const char *feature = decision->quarantine_feature;
    line->text_en = vv_arena_format(call->arena, "Not assessed, in quarantine (%s): %s%s%s",
                                    vv_quarantine_code(reason), vv_quarantine_text_en(reason),
                                    feature[0] == '\0' ? "" : ": ", feature);
    line->text_sv = vv_arena_format(call->arena, "Ej bedömd, i karantän (%s): %s%s%s",
                                    vv_quarantine_code(reason), vv_quarantine_text_sv(reason),
                                    feature[0] == '\0' ? "" : ": ", feature);
}

static Vagval__V1__TimelineEntry *decision_line(const struct vv_call *call,
                                                const Vagval__V1__AssessmentDecision *decision,
                                                const Vagval__V1__Fact *fact)
{
    static char service[] = "assessment";
    Vagval__V1__TimelineEntry *line = vv_arena_alloc(call->arena, sizeof *line);
    if (line == NULL) {
        return NULL;
    }
    vagval__v1__timeline_entry__init(line);
    line->effective = decision->effective_from;
    line->recorded_ms = fact->recorded_ms;
    line->service = service;
    line->fact = fact->id;
    line->index = fact->index;
    if (decision->by_person) {
        line->code = vv_arena_text(call->arena, "level.decided-by-person");
        person_texts(call, decision, line);
    } else if (decision->level[0] != '\0') {
        line->code = vv_arena_text(call->arena, "level.decided");
        level_texts(call, decision, line);
    } else if (decision->advice[0] != '\0') {
        line->code = vv_arena_text(call->arena, "level.advised");
        advice_texts(call, decision, line);
    } else if (decision->quarantine == VV_QUARANTINE_PERSON) {
        line->code = vv_arena_text(call->arena, "level.awaits-caseworker");
        line->text_en = vv_arena_text(call->arena, "A caseworker is to set the level");
        line->text_sv = vv_arena_text(call->arena, "En handläggare ska sätta nivån");
    } else if (decision->quarantine != VV_QUARANTINE_NONE) {
        line->code = vv_arena_text(call->arena, "assessment.quarantined");
        quarantine_texts(call, decision, line);
    } else if (decision->in_target_group) {
        line->code = vv_arena_text(call->arena, "level.stands");
        line->text_en = vv_arena_text(call->arena, "Registered again: the level stands");
        line->text_sv = vv_arena_text(call->arena, "Registrerad på nytt: nivån gäller");
    } else {
        line->code = vv_arena_text(call->arena, "assessment.not-in-target-group");
        line->text_en = vv_arena_text(call->arena, "Not assessed: not in the target group");
        line->text_sv = vv_arena_text(call->arena, "Ej bedömd: inte i målgruppen");
    }
    return line->code == NULL || line->text_en == NULL || line->text_sv == NULL ? NULL : line;
}

static char *state_of(const Vagval__V1__AssessmentCase *entry)
{
    static char quarantined[] = "quarantined";
    static char outside[] = "not-in-target-group";
    static char awaits[] = "awaits-caseworker";
    const Vagval__V1__AssessmentDecision *level = vv_assessed_in_force(entry);
    if (level != NULL) {
        return level->level;
    }
    if (entry->n_decisions > 0 &&
        entry->decisions[entry->n_decisions - 1]->quarantine == VV_QUARANTINE_PERSON) {
        return awaits;
    }
    return entry->n_decisions > 0 && entry->decisions[entry->n_decisions - 1]->in_target_group
               ? quarantined
               : outside;
}

/* Refuses a case that there is not, or that the sender must not see. */
static enum vv_status open_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, struct vv_assessed_case *ret_assessed)
{
    if (vv_id_is_nil(call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "subject", "must be the case");
    }
    enum vv_status status =
        vv_assessed_read(call, vv_loaded(loaded, "case", call->subject), ret_assessed);
    if (status == VV_NOT_FOUND) {
        return vv_refuse(outcome, status, "case_id", "no such case");
    }
    return status == VV_OK && !vv_case_is_open(call, ret_assessed->entry->protected_identity)
               ? vv_refuse_protected(outcome)
               : status;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_assessed_case assessed;
    enum vv_status status = open_case(call, loaded, outcome, &assessed);
    if (status != VV_OK) {
        return status;
    }
    size_t total = assessed.entry->n_decisions;
    total = total < assessed.fact_count ? total : assessed.fact_count;
    Vagval__V1__TimelineEntry *lines[SHOWN_DECISIONS_MAX];
    size_t count = 0;
    for (size_t i = total > SHOWN_DECISIONS_MAX ? total - SHOWN_DECISIONS_MAX : 0; i < total; i++) {
        lines[count] = decision_line(call, assessed.entry->decisions[i], assessed.facts[i]);
        if (lines[count++] == NULL) {
            return VV_NO_MEMORY;
        }
    }
    struct vv_id case_id = call->subject;
    Vagval__V1__CaseView reply = VAGVAL__V1__CASE_VIEW__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    reply.scheme = assessed.entry->scheme;
    reply.state = state_of(assessed.entry);
    reply.timeline = lines;
    reply.n_timeline = count;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_case_show = {.plan = plan_show, .decide = decide_show};

/* ---- explanation ------------------------------------------------------------------------------
 */

static enum vv_status plan_explain(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    if (vv_id_is_nil(call->subject)) {
        return VV_OK;
    }
    vv_plan_load(plan, "case", call->subject);
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    struct vv_assessed_case assessed;
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status = vv_assessed_read(call, record, &assessed);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__AssessmentDecision *decision = vv_assessed_in_force(assessed.entry);
    return decision == NULL || decision->by_person
               ? VV_OK
               : vv_snapshot_plan(call, plan, call->subject, decision->snapshot);
}

struct explained {
    const struct vv_call *call;
    const Vagval__V1__AssessmentDecision *decision;
    const struct vv_scheme *scheme;
    const struct vv_model *model;
    const struct vv_term *terms[VV_MODEL_TERMS_MAX];
    size_t term_count;
};

/* Intercept first, then the terms in the model's order. */
static enum vv_status add_contributions(const struct explained *explained,
                                        Vagval__V1__Explanation *reply)
{
    const struct vv_call *call = explained->call;
    size_t count = explained->term_count + 1;
    Vagval__V1__Contribution **list = vv_arena_alloc(call->arena, count * sizeof *list);
    Vagval__V1__Contribution *all = vv_arena_alloc(call->arena, count * sizeof *all);
    if (list == NULL || all == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        vagval__v1__contribution__init(&all[i]);
        list[i] = &all[i];
        if (i == 0) {
            all[i].feature = vv_arena_text(call->arena, "intercept");
            all[i].contribution = explained->model->intercept;
            all[i].text_en = vv_arena_text(call->arena, "The model's starting value");
            all[i].text_sv = vv_arena_text(call->arena, "Modellens utgångsvärde");
        } else {
            const struct vv_term *term = explained->terms[i - 1];
            all[i].feature = vv_arena_text(call->arena, term->feature);
            all[i].value = vv_arena_text(call->arena, term->value);
            all[i].contribution = term->coefficient;
            all[i].text_en = vv_arena_text(call->arena, term->text_en);
            all[i].text_sv = vv_arena_text(call->arena, term->text_sv);
        }
        if (all[i].feature == NULL || all[i].value == NULL || all[i].text_en == NULL ||
            all[i].text_sv == NULL) {
            return VV_NO_MEMORY;
        }
    }
    reply->contributions = list;
    reply->n_contributions = count;
    return VV_OK;
}

/* The term with the largest weight, either way, that is not in `taken` yet; ties in the model's
 * order. */
static const struct vv_term *heaviest(const struct explained *explained, const bool *taken,
                                      size_t *ret_at)
{
    const struct vv_term *found = NULL;
    for (size_t i = 0; i < explained->term_count; i++) {
        const struct vv_term *term = explained->terms[i];
        if (!taken[i] && term->coefficient != 0 &&
            (found == NULL || llabs(term->coefficient) > llabs(found->coefficient))) {
            found = term;
            *ret_at = i;
        }
    }
    return found;
}

static char *reason_sentence(const struct explained *explained, bool swedish)
{
    const struct vv_call *call = explained->call;
    const Vagval__V1__AssessmentDecision *decision = explained->decision;
    const struct vv_level *level = vv_scheme_level(explained->scheme, decision->level);
    const char *name = level == NULL ? decision->level : swedish ? level->name_sv : level->name_en;
    double percent = 100.0 * vv_model_probability(decision->logit);
    char *text = vv_arena_format(call->arena,
                                 swedish ? "%s: modellen %s uppskattar chansen till %.1f %%."
                                         : "%s: model %s estimates a chance of %.1f %%.",
                                 name, explained->model->name, percent);
    bool taken[VV_MODEL_TERMS_MAX] = {false};
    for (size_t i = 0; i < NAMED_REASONS && text != NULL; i++) {
        size_t at = 0;
        const struct vv_term *term = heaviest(explained, taken, &at);
        if (term == NULL) {
            break;
        }
        taken[at] = true;
        const char *head = i > 0 ? ";" : swedish ? " Väger tyngst:" : " What weighs most:";
        const char *sign = term->coefficient < 0 ? (swedish ? "sänker" : "lowers it")
                                                 : (swedish ? "höjer" : "raises it");
        text = vv_arena_format(call->arena, "%s%s %s (%s)", text, head,
                               swedish ? term->text_sv : term->text_en, sign);
    }
    return text;
}

static enum vv_status fill_explanation(struct explained *explained,
                                       const struct vv_named_value *values, size_t count,
                                       Vagval__V1__Explanation *reply)
{
    struct vv_snapshot snapshot;
    const char *feature = "";
    if (vv_assess_encode(explained->model, values, count, &snapshot, &feature) !=
        VV_QUARANTINE_NONE) {
        return VV_CORRUPT;
    }
    explained->term_count = vv_model_explain(explained->model, &snapshot, explained->terms);
    enum vv_status status = add_contributions(explained, reply);
    if (status != VV_OK) {
        return status;
    }
    reply->reason_en = reason_sentence(explained, false);
    reply->reason_sv = reason_sentence(explained, true);
    return reply->reason_en == NULL || reply->reason_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

/* Without the data only the decision itself can be shown. */
static enum vv_status erased_explanation(const struct vv_call *call, Vagval__V1__Explanation *reply)
{
    reply->erased = true;
    reply->reason_en = vv_arena_text(call->arena, "The personal data behind this level are erased");
    reply->reason_sv = vv_arena_text(call->arena, "Personuppgifterna bakom denna nivå är raderade");
    return reply->reason_en == NULL || reply->reason_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status explain_decision(struct explained *explained, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const struct vv_call *call = explained->call;
    const Vagval__V1__AssessmentDecision *decision = explained->decision;
    if (!vv_decision_versions(call, decision, &explained->scheme, &explained->model)) {
        return vv_refuse(outcome, VV_BUSY, "", "the scheme's version is not known here yet");
    }
    const struct vv_level *level = vv_scheme_level(explained->scheme, decision->level);
    struct vv_id case_id = call->subject;
    Vagval__V1__Explanation reply = VAGVAL__V1__EXPLANATION__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    reply.level = decision->level;
    reply.logit = decision->logit;
    reply.probability = vv_model_probability(decision->logit);
    reply.model = (char *)(uintptr_t)explained->model->version;
    reply.scheme_version = (char *)(uintptr_t)explained->scheme->version;
    reply.decided_on = decision->decided_on;
    reply.effective_from = decision->effective_from;
    reply.example = level != NULL && level->example;
    struct vv_named_value *values = NULL;
    size_t count = 0;
    enum vv_quarantine reason = VV_QUARANTINE_NONE;
    enum vv_status status = vv_snapshot_read(call, loaded, call->subject, &values, &count, &reason);
    if (status == VV_OK && reason == VV_QUARANTINE_ERASED) {
        status = erased_explanation(call, &reply);
    } else if (status == VV_OK && reason != VV_QUARANTINE_NONE) {
        return vv_refuse(outcome, VV_CORRUPT, "", "intake does not know the level's snapshot");
    } else if (status == VV_OK) {
        status = fill_explanation(explained, values, count, &reply);
    }
    if (status == VV_OK) {
        vv_reply(outcome, &reply.base);
    }
    return status;
}

/* The level that the model gave last, in force or not; "" where it gave none. */
static char *last_advice(const Vagval__V1__AssessmentCase *entry)
{
    static char none[] = "";
    for (size_t i = entry->n_decisions; i-- > 0;) {
        Vagval__V1__AssessmentDecision *decision = entry->decisions[i];
        if (!decision->by_person) {
            return decision->advice[0] != '\0' ? decision->advice : decision->level;
        }
    }
    return none;
}

static char *person_reason(const struct vv_call *call, const Vagval__V1__AssessmentCase *entry,
                           const Vagval__V1__AssessmentDecision *decision, bool swedish)
{
    char *text = person_text(call, decision, swedish);
    const char *advice = last_advice(entry);
    if (text == NULL || advice[0] == '\0') {
        return text;
    }
    return vv_arena_format(call->arena,
                           swedish ? "%s. Modellen gav nivå %s." : "%s. The model gave level %s.",
                           text, advice);
}

/* A person's decision needs no snapshot: it says itself why it was made. */
static enum vv_status explain_person(const struct vv_call *call,
                                     const Vagval__V1__AssessmentCase *entry,
                                     const Vagval__V1__AssessmentDecision *decision,
                                     struct vv_outcome *outcome)
{
    const struct vv_scheme *scheme = vv_decision_scheme(call, decision);
    if (scheme == NULL) {
        return vv_refuse(outcome, VV_BUSY, "", "the scheme's version is not known here yet");
    }
    const struct vv_level *level = vv_scheme_level(scheme, decision->level);
    struct vv_id case_id = call->subject;
    Vagval__V1__Explanation reply = VAGVAL__V1__EXPLANATION__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    reply.level = decision->level;
    reply.scheme_version = (char *)(uintptr_t)scheme->version;
    reply.decided_on = decision->decided_on;
    reply.effective_from = decision->effective_from;
    reply.example = level != NULL && level->example;
    reply.by_person = true;
    reply.reason_code = decision->reason;
    reply.decided_by = decision->decided_by;
    reply.advice = last_advice(entry);
    reply.reason_en = person_reason(call, entry, decision, false);
    reply.reason_sv = person_reason(call, entry, decision, true);
    if (reply.reason_en == NULL || reply.reason_sv == NULL) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static enum vv_status decide_explain(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    struct vv_assessed_case assessed;
    enum vv_status status = open_case(call, loaded, outcome, &assessed);
    if (status != VV_OK) {
        return status;
    }
    struct explained explained = {.call = call, .decision = vv_assessed_in_force(assessed.entry)};
    if (explained.decision == NULL) {
        return vv_refuse(outcome, VV_REFUSED, "case_id",
                         "no level was decided; `vagval case show` says why");
    }
    return explained.decision->by_person
               ? explain_person(call, assessed.entry, explained.decision, outcome)
               : explain_decision(&explained, loaded, outcome);
}

const struct vv_handler vv_handle_explain_level = {.plan = plan_explain, .decide = decide_explain};
