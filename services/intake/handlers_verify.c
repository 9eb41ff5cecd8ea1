/*
 * handlers_verify.c: a page of intake's cases in one partition, re-derived: every sealed body opens
 * (or is reported erased), and the case says what its facts say.
 */
#include <string.h>

#include "person.h"
#include "registration.h"
#include "target_group.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_verify_page;

#define PAGE_CASES_MAX 64
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

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    const Vagval__V1__VerifyPage *page = (const Vagval__V1__VerifyPage *)call->body;
    vv_plan_list(plan, "cases", VV_NIL, page->after, page_limit(page));
    const struct vv_record *list = vv_loaded_list(loaded, "cases", VV_NIL, page->after);
    for (size_t i = 0; list != NULL && i < list->field_count; i++) {
        struct vv_id case_id;
        if (vv_list_id(list, i, &case_id)) {
            /* A record that does not read back is a finding of decide, not a reason to stop. */
            (void)!vv_person_plan_case(call, loaded, plan, case_id);
        }
    }
    return VV_OK;
}

struct report {
    const struct vv_call *call;
    Vagval__V1__VerifyResult result;
    Vagval__V1__VerifyProblem *problems[PROBLEMS_MAX];
    Vagval__V1__CaseDigest *cases[PAGE_CASES_MAX];
    bool no_memory;
    bool protected_identity; /* of the case at hand */
};

static void problem(struct report *report, struct vv_id case_id, const char *code, const char *text)
{
    if (report->result.n_problems == PROBLEMS_MAX) {
        return;
    }
    Vagval__V1__VerifyProblem *found = vv_arena_alloc(report->call->arena, sizeof *found);
    struct vv_id shown = vv_case_shown(report->call, report->protected_identity, case_id);
    uint8_t *id = vv_arena_copy(report->call->arena, shown.bytes, sizeof shown.bytes);
    if (found == NULL || id == NULL) {
        report->no_memory = true;
        return;
    }
    vagval__v1__verify_problem__init(found);
    found->case_id = (ProtobufCBinaryData){sizeof case_id.bytes, id};
    found->code = (char *)(uintptr_t)code;
    found->text = (char *)(uintptr_t)text;
    report->problems[report->result.n_problems++] = found;
}

/* The case says what the registration in force says, and the snapshot says the same. */
static bool verify_in_force(struct report *report, const struct vv_opened_case *opened,
                            struct vv_id case_id,
                            const Vagval__V1__RegisterSeeker **ret_registration)
{
    const struct vv_call *call = report->call;
    const Vagval__V1__IntakeCase *entry = opened->entry;
    const Vagval__V1__Fact *fact = vv_person_in_force(opened);
    const Vagval__V1__Fact *snapshot =
        vv_person_fact(opened, entry->snapshot.data, entry->snapshot.len);
    const Vagval__V1__RegisterSeeker *registration = NULL;
    const Vagval__V1__RegisterSeeker *assessed = NULL;
    if (fact == NULL || snapshot == NULL ||
        vv_person_open(call, &opened->key, fact, &registration) != VV_OK ||
        vv_person_open(call, &opened->key, snapshot, &assessed) != VV_OK) {
        problem(report, case_id, "intake.snapshot-missing",
                "the registration in force or its snapshot is not among the case's facts");
        return false;
    }
    if (registration->registered_on != entry->registered_on ||
        strcmp(registration->municipality, entry->municipality) != 0 ||
        registration->protected_identity != entry->protected_identity ||
        vv_registration_differs(registration, assessed)) {
        problem(report, case_id, "intake.case-differs",
                "the case or its snapshot says other than the registration in force");
    }
    *ret_registration = registration;
    return true;
}

static void verify_target_group(struct report *report, const struct vv_opened_case *opened,
                                struct vv_id case_id)
{
    const struct vv_call *call = report->call;
    const Vagval__V1__IntakeCase *entry = opened->entry;
    const Vagval__V1__RegisterSeeker *registration = NULL;
    struct vv_idno identity;
    if (!verify_in_force(report, opened, case_id, &registration)) {
        return;
    }
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, entry->scheme, entry->registered_on, entry->generation);
    if (scheme == NULL ||
        vv_registration_identity(registration->identity_kind, registration->identity,
                                 call->now.today, &identity, NULL) != VV_OK) {
        problem(report, case_id, "intake.not-rederivable",
                "the scheme version or the identity of the decision does not read back");
        return;
    }
    struct vv_target_group target;
    vv_target_group_decide(scheme, registration, identity.birth, &target);
    report->result.derived++;
    if ((target.in == VV_YES) != entry->in_target_group) {
        problem(report, case_id, "intake.target-group-differs",
                "the target group is decided otherwise from the stored facts");
    }
}

/* The page names its cases: intake is the one place that knows of all of them. */
static void name_case(struct report *report, struct vv_id case_id)
{
    Vagval__V1__CaseDigest *named = vv_arena_alloc(report->call->arena, sizeof *named);
    uint8_t *id = vv_arena_copy(report->call->arena, case_id.bytes, sizeof case_id.bytes);
    if (named == NULL || id == NULL) {
        report->no_memory = true;
        return;
    }
    vagval__v1__case_digest__init(named);
    named->case_id = (ProtobufCBinaryData){sizeof case_id.bytes, id};
    report->cases[report->result.n_digests++] = named;
}

static void verify_case(struct report *report, const struct vv_loaded *loaded, struct vv_id case_id)
{
    struct vv_opened_case opened;
    enum vv_status status = vv_person_read_case(report->call, loaded, case_id, &opened);
    report->result.cases++;
    report->protected_identity = status == VV_OK && opened.entry->protected_identity;
    if (vv_case_is_open(report->call, report->protected_identity)) {
        name_case(report, case_id);
    }
    if (status == VV_NO_MEMORY) {
        report->no_memory = true;
        return;
    }
    if (status != VV_OK) {
        problem(report, case_id, "intake.case-unreadable",
                status == VV_NOT_FOUND ? "listed, but not stored" : "does not read back");
        return;
    }
    report->result.facts += opened.fact_count;
    if (opened.erased) {
        problem(report, case_id, "erased", "the person's key is destroyed");
        return;
    }
    for (size_t i = 0; i < opened.fact_count; i++) {
        const Vagval__V1__RegisterSeeker *registration = NULL;
        if (opened.facts[i]->index != i + 1) {
            problem(report, case_id, "intake.log-gap", "the log indices have a gap");
        }
        status = vv_person_open(report->call, &opened.key, opened.facts[i], &registration);
        if (status == VV_OK && opened.facts[i]->effective != registration->registered_on) {
            problem(report, case_id, "intake.case-differs",
                    "a fact's date disagrees with its body");
        } else if (status != VV_OK) {
            problem(report, case_id, "intake.body-unreadable", "a sealed body does not open");
        }
    }
    verify_target_group(report, &opened, case_id);
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
    for (size_t i = 0; i < list->field_count; i++) {
        struct vv_id case_id;
        if (vv_list_id(list, i, &case_id)) {
            verify_case(report, loaded, case_id);
        } else {
            problem(report, VV_NIL, "intake.list-unreadable", "the list of cases holds no id");
        }
    }
    if (report->no_memory) {
        return VV_NO_MEMORY;
    }
    report->result.next =
        list->field_count == page_limit(page) ? page->after + list->field_count : 0;
    report->result.problems = report->problems;
    report->result.digests = report->cases;
    vv_reply(outcome, &report->result.base);
    return VV_OK;
}

const struct vv_handler vv_handle_verify_page = {.route = route, .plan = plan, .decide = decide};
