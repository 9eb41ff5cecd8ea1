/*
 * handlers_person.c: a caseworker decides the level: the first one where the scheme has no model,
 * an override of the model's, a re-assessment from a day, or a correction of a decision.
 */
#include <string.h>

#include "decision.h"
#include "level_reason.h"
#include "vagval/limits.h"
#include "vagval/protected.h"
#include "vagval/wire.h"

extern const struct vv_handler vv_handle_decide_level;

struct work {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    const Vagval__V1__DecideLevel *command;
    struct vv_assessed_case assessed;
    const struct vv_scheme *scheme;
    const struct vv_level *level;
    size_t corrected; /* position of the decision that is corrected; SIZE_MAX = none */
    Vagval__V1__AssessmentDecision decision;
    uint8_t scheme_version[32];
};

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    (void)loaded;
    if (vv_id_is_nil(call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "case", call->subject);
    vv_plan_fact_home(plan, "case", call->subject);
    return VV_OK;
}

/* ---- checks at the edge ---- */

static enum vv_status check_text(struct work *work, const char *field, const char *text,
                                 size_t bytes_max)
{
    size_t len = strlen(text);
    if (len == 0 || len > bytes_max) {
        return vv_refuse(work->outcome, VV_INVALID, field,
                         len == 0 ? "is missing" : "is longer than %zu bytes", bytes_max);
    }
    return VV_OK;
}

static enum vv_status check_command(struct work *work)
{
    const Vagval__V1__DecideLevel *command = work->command;
    struct vv_id id;
    if (vv_id_from_bytes(command->case_id.data, command->case_id.len, &id) != VV_OK ||
        !vv_id_equal(id, work->call->subject)) {
        return vv_refuse(work->outcome, VV_INVALID, "case_id", "is not the message's subject");
    }
    enum vv_status status = check_text(work, "source", command->source, VV_CODE_BYTES_MAX);
    if (status == VV_OK) {
        status = check_text(work, "source_ref", command->source_ref, VV_NAME_BYTES_MAX);
    }
    if (status == VV_OK) {
        status = check_text(work, "level", command->level, VV_CODE_BYTES_MAX);
    }
    if (status == VV_OK && vv_level_reason(command->reason) == NULL) {
        status = vv_refuse(work->outcome, VV_INVALID, "reason", "is none of: %s",
                           vv_level_reason_codes());
    }
    if (status == VV_OK && command->decided_on > work->call->now.today) {
        status = vv_refuse(work->outcome, VV_REFUSED, "decided_on",
                           "this day has not come; repeat the message on that day");
    }
    if (status == VV_OK && command->corrected != 0 && !command->corrects) {
        status = vv_refuse(work->outcome, VV_INVALID, "corrected",
                           "only a correction names the decision that it corrects");
    }
    return status;
}

static enum vv_status check_case(struct work *work)
{
    const Vagval__V1__AssessmentCase *entry = work->assessed.entry;
    bool in_target_group = false;
    if (!vv_case_is_open(work->call, entry->protected_identity)) {
        return vv_refuse_protected(work->outcome);
    }
    for (size_t i = 0; i < entry->n_decisions; i++) {
        if (!entry->decisions[i]->by_person) {
            in_target_group = entry->decisions[i]->in_target_group; /* the latest registration's */
        }
    }
    if (!in_target_group) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "the person is not in the scheme's target group: no level is set");
    }
    if (work->assessed.fact_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "the case holds %d facts already, which is the most", VV_CASE_FACTS_MAX);
    }
    return VV_OK;
}

/* ---- the decision that is corrected ---- */

static size_t position_of(const Vagval__V1__AssessmentCase *entry,
                          const Vagval__V1__AssessmentDecision *decision)
{
    size_t at = 0;
    while (at < entry->n_decisions && entry->decisions[at] != decision) {
        at++;
    }
    return at;
}

static enum vv_status find_corrected(struct work *work)
{
    const Vagval__V1__AssessmentCase *entry = work->assessed.entry;
    const Vagval__V1__AssessmentDecision *standing = vv_assessed_in_force(entry);
    work->corrected = SIZE_MAX;
    if (!work->command->corrects) {
        return VV_OK;
    }
    size_t at = work->command->corrected != 0 ? work->command->corrected - 1
                : standing != NULL            ? position_of(entry, standing)
                                              : entry->n_decisions;
    if (at >= entry->n_decisions || entry->decisions[at]->level[0] == '\0') {
        return vv_refuse(work->outcome, VV_REFUSED, "corrected",
                         "the case has no such decision on a level; `vagval case show` lists them");
    }
    if (vv_assessed_corrected(entry, at)) {
        return vv_refuse(work->outcome, VV_REFUSED, "corrected",
                         "this decision is corrected already; correct the one that took its place");
    }
    if (strcmp(entry->decisions[at]->level, work->command->level) == 0) {
        return vv_refuse(work->outcome, VV_REFUSED, "level",
                         "the decision gave this level: there is nothing to correct");
    }
    work->corrected = at;
    return VV_OK;
}

/*
 * Rules 4: a re-assessment acts from its decision date; a correction from the day from which the
 * decision that it corrects held. A first level holds from the registration, as the model's does.
 */
static enum vv_status enter_dates(struct work *work)
{
    const Vagval__V1__AssessmentCase *entry = work->assessed.entry;
    vv_date today = work->call->now.today;
    Vagval__V1__AssessmentDecision *decision = &work->decision;
    decision->decided_on = work->command->decided_on == 0 ? today : work->command->decided_on;
    decision->effective_from = decision->decided_on;
    enum vv_status status = VV_OK;
    if (work->corrected != SIZE_MAX) {
        decision->effective_from = entry->decisions[work->corrected]->effective_from;
    } else if (vv_assessed_in_force(entry) == NULL) {
        vv_date registered = decision->decided_on;
        status = vv_assessed_registered_on(work->call, &work->assessed, registered, &registered);
        decision->effective_from =
            registered < decision->decided_on ? registered : decision->decided_on;
    }
    if (status == VV_OK && work->corrected != SIZE_MAX &&
        decision->decided_on < entry->decisions[work->corrected]->decided_on) {
        return vv_refuse(work->outcome, VV_REFUSED, "decided_on",
                         "the correction is dated before the decision that it corrects");
    }
    return status;
}

static enum vv_status find_level(struct work *work)
{
    const char *scheme = work->assessed.entry->scheme;
    char day[VV_DATE_TEXT_BYTES];
    vv_date_format(work->decision.effective_from, day);
    work->scheme = vv_book_scheme(work->call->book, scheme, work->decision.effective_from, 0);
    if (work->scheme == NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "decided_on",
                         "no published version of %s holds on %s", scheme, day);
    }
    work->level = vv_scheme_level(work->scheme, work->command->level);
    if (work->level == NULL) {
        return vv_refuse(work->outcome, VV_INVALID, "level", "%s has no such level", scheme);
    }
    return VV_OK;
}

/* ---- what follows ---- */

/*
 * The event that payment is to leave out: that of the corrected decision, or where that referred
 * nobody (payment keeps what the provider was promised), of the one which it corrected itself.
 */
static struct vv_id superseded_event(const struct work *work)
{
    const Vagval__V1__AssessmentCase *entry = work->assessed.entry;
    size_t at = work->corrected;
    while (at < entry->n_decisions) {
        const Vagval__V1__AssessmentDecision *decision = entry->decisions[at];
        const struct vv_scheme *scheme = vv_decision_scheme(work->call, decision);
        const struct vv_level *level =
            scheme == NULL ? NULL : vv_scheme_level(scheme, decision->level);
        struct vv_id fact;
        if ((level == NULL || level->referred || decision->corrects == 0) &&
            vv_id_from_bytes(work->assessed.facts[at]->id.data, work->assessed.facts[at]->id.len,
                             &fact) == VV_OK) {
            return vv_level_event_id(fact);
        }
        at = decision->corrects == 0 ? SIZE_MAX : decision->corrects - 1;
    }
    return VV_NIL;
}

static void enter_decision(struct work *work)
{
    Vagval__V1__AssessmentDecision *decision = &work->decision;
    decision->in_target_group = true;
    decision->level = (char *)(uintptr_t)work->level->code;
    decision->scheme_version = vv_decision_version(work->scheme, work->scheme_version);
    decision->by_person = true;
    decision->reason = work->command->reason;
    decision->corrects = work->corrected == SIZE_MAX ? 0 : (uint32_t)work->corrected + 1;
    decision->decided_by = (char *)(uintptr_t)work->call->sender;
}

static enum vv_status accept_command(struct work *work)
{
    Vagval__V1__DecideLevel kept = *work->command;
    kept.case_id = (ProtobufCBinaryData){0, NULL};
    size_t len = 0;
    const uint8_t *body = vv_wire_pack(&kept.base, work->call->arena, &len);
    struct vv_id replaced = VV_NIL;
    if (body == NULL) {
        return VV_NO_MEMORY;
    }
    if (work->corrected != SIZE_MAX) {
        const Vagval__V1__Fact *fact = work->assessed.facts[work->corrected];
        if (vv_id_from_bytes(fact->id.data, fact->id.len, &replaced) != VV_OK) {
            return VV_CORRUPT;
        }
    }
    vv_accept(work->outcome, work->decision.effective_from, work->command->source, replaced, body,
              len, false);
    struct vv_id id = work->call->id;
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    reply.fact = (ProtobufCBinaryData){sizeof id.bytes, id.bytes};
    reply.state = work->decision.level;
    vv_reply(work->outcome, &reply.base);
    return VV_OK;
}

static enum vv_status write_down(struct work *work)
{
    Vagval__V1__AssessmentCase *entry = work->assessed.entry;
    struct vv_id superseded = superseded_event(work);
    enter_decision(work);
    enum vv_status status = vv_assessed_put(work->call, entry, &work->decision, work->outcome);
    if (status != VV_OK) {
        return status;
    }
    struct vv_level_news news = {.entry = entry,
                                 .decision = &work->decision,
                                 .scheme = work->scheme,
                                 .level = work->level,
                                 .model = "",
                                 .supersedes = superseded,
                                 .historic = vv_assessed_in_force(entry) != &work->decision};
    vv_level_emit(work->call, work->outcome, &news);
    return accept_command(work);
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    struct work work = {
        .call = call, .outcome = outcome, .command = (const Vagval__V1__DecideLevel *)call->body};
    vagval__v1__assessment_decision__init(&work.decision);
    enum vv_status status = check_command(&work);
    if (status != VV_OK) {
        return status;
    }
    status = vv_assessed_read(call, vv_loaded(loaded, "case", call->subject), &work.assessed);
    if (status == VV_NOT_FOUND) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id",
                         "the case is not known here yet; its registration may still be on its "
                         "way: repeat the same message later");
    }
    if (status == VV_OK) {
        status = check_case(&work);
    }
    if (status == VV_OK) {
        status = find_corrected(&work);
    }
    if (status == VV_OK) {
        status = enter_dates(&work);
    }
    if (status == VV_OK) {
        status = find_level(&work);
    }
    return status == VV_OK ? write_down(&work) : status;
}

const struct vv_handler vv_handle_decide_level = {.plan = plan, .decide = decide};
