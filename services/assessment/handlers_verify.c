/*
 * handlers_verify.c: a page of assessment's cases in one partition, re-derived: each level in force
 * is scored again from intake's snapshot, and every decision agrees with its own logit.
 */
#include <string.h>

#include "decision.h"
#include "level_reason.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_verify_page;

/* Each case costs a question to intake, so a page is small. */
#define PAGE_CASES_MAX 32
#define PROBLEMS_MAX 256

static enum vv_status route(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__VerifyPage *page = (const Vagval__V1__VerifyPage *)call->body;
    return vv_route_to(call, page->partition, ret_partition);
}

static uint32_t page_limit(const Vagval__V1__VerifyPage *page)
{
    return vv_page_limit(page->limit, PAGE_CASES_MAX);
}

static enum vv_status plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan, struct vv_id case_id)
{
    vv_plan_load(plan, "case", case_id);
    const struct vv_record *record = vv_loaded(loaded, "case", case_id);
    struct vv_assessed_case assessed;
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status = vv_assessed_read(call, record, &assessed);
    const Vagval__V1__AssessmentDecision *decision =
        status == VV_OK ? vv_assessed_in_force(assessed.entry) : NULL;
    /* What does not read back is a finding of decide, not a reason to stop here. */
    return decision == NULL || status == VV_CORRUPT || decision->by_person
               ? VV_OK
               : vv_snapshot_plan(call, plan, case_id, decision->snapshot);
}

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    const Vagval__V1__VerifyPage *page = (const Vagval__V1__VerifyPage *)call->body;
    vv_plan_list(plan, "cases", VV_NIL, page->after, page_limit(page));
    const struct vv_record *list = vv_loaded_list(loaded, "cases", VV_NIL, page->after);
    enum vv_status status = VV_OK;
    for (size_t i = 0; list != NULL && i < list->field_count && status == VV_OK; i++) {
        struct vv_id case_id;
        if (vv_list_id(list, i, &case_id)) {
            status = plan_case(call, loaded, plan, case_id);
        }
    }
    return status;
}

struct report {
    const struct vv_call *call;
    Vagval__V1__VerifyResult result;
    Vagval__V1__VerifyProblem *problems[PROBLEMS_MAX];
    Vagval__V1__CaseDigest *digests[PAGE_CASES_MAX];
    bool no_memory;
    bool protected_identity; /* of the case at hand */
};

static ProtobufCBinaryData id_data(struct report *report, struct vv_id id)
{
    uint8_t *bytes = vv_arena_copy(report->call->arena, id.bytes, sizeof id.bytes);
    if (bytes == NULL) {
        report->no_memory = true;
        return (ProtobufCBinaryData){0, NULL};
    }
    return (ProtobufCBinaryData){sizeof id.bytes, bytes};
}

static void problem(struct report *report, struct vv_id case_id, const char *code, const char *text)
{
    if (report->result.n_problems == PROBLEMS_MAX) {
        return;
    }
    Vagval__V1__VerifyProblem *found = vv_arena_alloc(report->call->arena, sizeof *found);
    if (found == NULL) {
        report->no_memory = true;
        return;
    }
    vagval__v1__verify_problem__init(found);
    found->case_id =
        id_data(report, vv_case_shown(report->call, report->protected_identity, case_id));
    found->code = (char *)(uintptr_t)code;
    found->text = (char *)(uintptr_t)text;
    report->problems[report->result.n_problems++] = found;
}

/* What the case's events were, for a comparison with the log of who consumed them. */
static void add_digest(struct report *report, const struct vv_assessed_case *assessed,
                       struct vv_id case_id)
{
    struct vv_id sum = {{0}};
    uint32_t count = 0;
    for (size_t i = 0; i < assessed->fact_count && i < assessed->entry->n_decisions; i++) {
        struct vv_id fact;
        if (assessed->entry->decisions[i]->level[0] == '\0' ||
            vv_id_from_bytes(assessed->facts[i]->id.data, assessed->facts[i]->id.len, &fact) !=
                VV_OK) {
            continue;
        }
        struct vv_id event = vv_level_event_id(fact);
        for (size_t b = 0; b < sizeof sum.bytes; b++) {
            sum.bytes[b] ^= event.bytes[b];
        }
        count++;
    }
    Vagval__V1__CaseDigest *digest = vv_arena_alloc(report->call->arena, sizeof *digest);
    if (digest == NULL) {
        report->no_memory = true;
        return;
    }
    vagval__v1__case_digest__init(digest);
    digest->case_id =
        id_data(report, vv_case_shown(report->call, report->protected_identity, case_id));
    digest->facts = id_data(report, sum);
    digest->facts_count = count;
    report->digests[report->result.n_digests++] = digest;
}

/* The level that the stored logit gives, in force or as advice. */
static bool model_decision_holds(const struct report *report,
                                 const Vagval__V1__AssessmentDecision *decision)
{
    const struct vv_scheme *scheme = NULL;
    const struct vv_model *model = NULL;
    const struct vv_level *level = NULL;
    const char *given = decision->level[0] != '\0' ? decision->level : decision->advice;
    if (vv_decision_versions(report->call, decision, &scheme, &model)) {
        level = vv_scheme_level_for(scheme, decision->logit);
    }
    return level != NULL && strcmp(level->code, given) == 0;
}

/* Person's: the level is one of the scheme's, the reason a known one, the day that of rules 4, and
 * the fact says the same. */
static bool person_decision_holds(const struct report *report,
                                  const struct vv_assessed_case *assessed, size_t at)
{
    const struct vv_call *call = report->call;
    const Vagval__V1__AssessmentDecision *decision = assessed->entry->decisions[at];
    const Vagval__V1__Fact *fact = assessed->facts[at];
    const struct vv_scheme *scheme = vv_decision_scheme(call, decision);
    const Vagval__V1__DecideLevel *command =
        vagval__v1__decide_level__unpack(&call->arena->allocator, fact->body.len, fact->body.data);
    if (scheme == NULL || command == NULL || fact->type != VV_MSG_DECIDE_LEVEL ||
        vv_scheme_level(scheme, decision->level) == NULL ||
        vv_level_reason(decision->reason) == NULL || decision->corrects > at) {
        return false;
    }
    const Vagval__V1__AssessmentDecision *corrected =
        decision->corrects == 0 ? NULL : assessed->entry->decisions[decision->corrects - 1];
    return strcmp(command->level, decision->level) == 0 &&
           strcmp(command->reason, decision->reason) == 0 &&
           command->corrects == (corrected != NULL) &&
           (corrected == NULL || (corrected->level[0] != '\0' &&
                                  corrected->effective_from == decision->effective_from)) &&
           decision->effective_from <= decision->decided_on &&
           fact->effective == decision->effective_from;
}

/* Every decision: facts agree, versions are known, and the level is that of the logit, or of the
 * person's command. */
static void verify_decisions(struct report *report, const struct vv_assessed_case *assessed,
                             struct vv_id case_id)
{
    if (assessed->entry->n_decisions != assessed->fact_count) {
        problem(report, case_id, "assessment.log-differs",
                "the case has not one decision for each fact");
        return;
    }
    for (size_t i = 0; i < assessed->fact_count; i++) {
        const Vagval__V1__AssessmentDecision *decision = assessed->entry->decisions[i];
        if (assessed->facts[i]->index != i + 1) {
            problem(report, case_id, "assessment.log-gap", "the log indices have a gap");
        }
        bool by_model = decision->level[0] != '\0' || decision->advice[0] != '\0';
        if (decision->by_person) {
            if (!person_decision_holds(report, assessed, i)) {
                problem(report, case_id, "assessment.person-differs",
                        "a caseworker's decision is not what the command said");
            }
            report->result.derived++;
        } else if (by_model && !model_decision_holds(report, decision)) {
            problem(report, case_id, "assessment.level-differs",
                    "the stored logit gives another level, or the scheme's version is unknown");
        }
    }
}

/* The level in force, scored again from the snapshot that intake holds. */
static void verify_score(struct report *report, const struct vv_loaded *loaded,
                         const Vagval__V1__AssessmentDecision *decision, struct vv_id case_id)
{
    const struct vv_call *call = report->call;
    struct vv_named_value *values = NULL;
    size_t count = 0;
    enum vv_quarantine reason = VV_QUARANTINE_NONE;
    enum vv_status status = vv_snapshot_read(call, loaded, case_id, &values, &count, &reason);
    if (status == VV_NO_MEMORY) {
        report->no_memory = true;
        return;
    }
    if (status == VV_OK && reason == VV_QUARANTINE_ERASED) {
        problem(report, case_id, "erased", "the person's key is destroyed");
        return;
    }
    const struct vv_scheme *scheme = NULL;
    const struct vv_model *model = NULL;
    struct vv_snapshot snapshot;
    const char *feature = "";
    if (status != VV_OK || reason != VV_QUARANTINE_NONE) {
        problem(report, case_id, "assessment.snapshot-missing",
                "intake does not give the level's snapshot");
        return;
    }
    if (!vv_decision_versions(call, decision, &scheme, &model) ||
        vv_assess_encode(model, values, count, &snapshot, &feature) != VV_QUARANTINE_NONE) {
        problem(report, case_id, "assessment.not-rederivable",
                "the snapshot does not fit the model of the decision");
        return;
    }
    int64_t logit = 0;
    const struct vv_level *level = vv_assess(model, scheme, &snapshot, &logit);
    report->result.derived++;
    if (level == NULL || logit != decision->logit || strcmp(level->code, decision->level) != 0) {
        problem(report, case_id, "assessment.score-differs",
                "the snapshot gives another logit or level than was decided");
    }
}

static void verify_case(struct report *report, const struct vv_loaded *loaded, struct vv_id case_id)
{
    struct vv_assessed_case assessed;
    enum vv_status status =
        vv_assessed_read(report->call, vv_loaded(loaded, "case", case_id), &assessed);
    report->result.cases++;
    report->protected_identity = status == VV_OK && assessed.entry->protected_identity;
    if (status == VV_NO_MEMORY) {
        report->no_memory = true;
        return;
    }
    if (status != VV_OK) {
        problem(report, case_id, "assessment.case-unreadable",
                status == VV_NOT_FOUND ? "listed, but not stored" : "does not read back");
        return;
    }
    report->result.facts += assessed.fact_count;
    add_digest(report, &assessed, case_id);
    verify_decisions(report, &assessed, case_id);
    const Vagval__V1__AssessmentDecision *decision = vv_assessed_in_force(assessed.entry);
    if (decision != NULL && !decision->by_person) {
        verify_score(report, loaded, decision, case_id);
    }
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    const Vagval__V1__VerifyPage *page = (const Vagval__V1__VerifyPage *)call->body;
    const struct vv_record *list = vv_loaded_list(loaded, "cases", VV_NIL, page->after);
    struct report *report = vv_arena_alloc(call->arena, sizeof *report);
    if (report == NULL) {
        return VV_NO_MEMORY;
    }
    report->call = call;
    vagval__v1__verify_result__init(&report->result);
    size_t count = list->field_count < page_limit(page) ? list->field_count : page_limit(page);
    for (size_t i = 0; i < count; i++) {
        struct vv_id case_id;
        if (vv_list_id(list, i, &case_id)) {
            verify_case(report, loaded, case_id);
        } else {
            problem(report, VV_NIL, "assessment.list-unreadable", "the list of cases holds no id");
        }
    }
    if (report->no_memory) {
        return VV_NO_MEMORY;
    }
    report->result.next = count == page_limit(page) ? page->after + count : 0;
    report->result.problems = report->problems;
    report->result.digests = report->digests;
    vv_reply(outcome, &report->result.base);
    return VV_OK;
}

const struct vv_handler vv_handle_verify_page = {.route = route, .plan = plan, .decide = decide};
