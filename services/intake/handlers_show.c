/*
 * handlers_show.c: intake's lines of a case's timeline. They say that somebody was registered and
 * why the target group was decided so; never who it is.
 */
#include "person.h"
#include "registration.h"
#include "target_group.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_case_show;

/* The newest facts shown; what is older is counted in verify and kept in the log. */
#define SHOWN_FACTS_MAX 64
#define LINES_PER_FACT 2

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    if (vv_id_is_nil(call->subject)) {
        return VV_OK;
    }
    return vv_person_plan_case(call, loaded, plan, call->subject);
}

static Vagval__V1__TimelineEntry *new_line(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                           const char *code)
{
    static char service[] = "intake";
    Vagval__V1__TimelineEntry *line = vv_arena_alloc(call->arena, sizeof *line);
    if (line == NULL) {
        return NULL;
    }
    vagval__v1__timeline_entry__init(line);
    line->effective = fact->effective;
    line->recorded_ms = fact->recorded_ms;
    line->service = service;
    line->code = (char *)(uintptr_t)code;
    line->fact = fact->id;
    line->index = fact->index;
    return line;
}

/* "Not in the target group: reason; reason". */
static char *reasons_text(const struct vv_call *call, const struct vv_target_group *target,
                          bool swedish)
{
    const char *head = target->in == VV_YES
                           ? (swedish ? "I målgruppen" : "In the target group")
                           : (swedish ? "Inte i målgruppen" : "Not in the target group");
    char *text = vv_arena_text(call->arena, head);
    for (size_t i = 0; text != NULL && i < target->reason_count; i++) {
        const struct vv_criterion *reason = target->reasons[i];
        text =
            vv_arena_format(call->arena, "%s%s%s%s", text, i == 0 ? ": " : "; ",
                            target->in == VV_YES ? "" : (swedish ? "ej uppfyllt: " : "not met: "),
                            swedish ? reason->text_sv : reason->text_en);
    }
    return text;
}

/* The target group as decided on this fact, derived again from its sealed body. */
static enum vv_status target_line(const struct vv_call *call, const struct vv_opened_case *opened,
                                  const Vagval__V1__Fact *fact,
                                  Vagval__V1__TimelineEntry **ret_line)
{
    const Vagval__V1__RegisterSeeker *registration = NULL;
    enum vv_status status = vv_person_open(call, &opened->key, fact, &registration);
    if (status != VV_OK) {
        return status;
    }
    struct vv_idno identity;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, opened->entry->scheme,
                                                    fact->effective, opened->entry->generation);
    if (scheme == NULL ||
        vv_registration_identity(registration->identity_kind, registration->identity,
                                 call->now.today, &identity, NULL) != VV_OK) {
        *ret_line = NULL;
        return VV_OK;
    }
    struct vv_target_group target;
    vv_target_group_decide(scheme, registration, identity.birth, &target);
    Vagval__V1__TimelineEntry *line =
        new_line(call, fact, target.in == VV_YES ? "target-group.in" : "target-group.out");
    if (line == NULL) {
        return VV_NO_MEMORY;
    }
    line->text_en = reasons_text(call, &target, false);
    line->text_sv = reasons_text(call, &target, true);
    *ret_line = line;
    return line->text_en == NULL || line->text_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status registered_line(const struct vv_call *call,
                                      const struct vv_opened_case *opened,
                                      const Vagval__V1__Fact *fact,
                                      Vagval__V1__TimelineEntry **ret_line)
{
    bool in_force = fact == vv_person_in_force(opened);
    Vagval__V1__TimelineEntry *line = new_line(call, fact, "case.registered");
    if (line == NULL) {
        return VV_NO_MEMORY;
    }
    const char *erased_en = opened->erased ? "; personal data erased" : "";
    const char *erased_sv = opened->erased ? "; personuppgifterna raderade" : "";
    line->text_en =
        vv_arena_format(call->arena, "Registered in %s%s%s%s", opened->entry->scheme,
                        in_force ? "; these data are in force" : "",
                        opened->entry->protected_identity ? "; protected identity" : "", erased_en);
    line->text_sv =
        vv_arena_format(call->arena, "Inskriven i %s%s%s%s", opened->entry->scheme,
                        in_force ? "; dessa uppgifter gäller" : "",
                        opened->entry->protected_identity ? "; skyddad identitet" : "", erased_sv);
    *ret_line = line;
    return line->text_en == NULL || line->text_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    struct vv_opened_case opened;
    if (vv_id_is_nil(call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "subject", "must be the case");
    }
    enum vv_status status = vv_person_read_case(call, loaded, call->subject, &opened);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? vv_refuse(outcome, status, "case_id", "no such case")
                                      : status;
    }
    if (!vv_case_is_open(call, opened.entry->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    Vagval__V1__TimelineEntry *lines[LINES_PER_FACT * SHOWN_FACTS_MAX];
    size_t count = 0;
    size_t first = opened.fact_count > SHOWN_FACTS_MAX ? opened.fact_count - SHOWN_FACTS_MAX : 0;
    for (size_t i = first; i < opened.fact_count && status == VV_OK; i++) {
        status = registered_line(call, &opened, opened.facts[i], &lines[count++]);
        if (status == VV_OK && !opened.erased) {
            lines[count] = NULL;
            status = target_line(call, &opened, opened.facts[i], &lines[count]);
            count += lines[count] != NULL ? 1 : 0;
        }
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_id case_id = call->subject;
    static char in[] = "in-target-group";
    static char out[] = "not-in-target-group";
    Vagval__V1__CaseView reply = VAGVAL__V1__CASE_VIEW__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    reply.scheme = opened.entry->scheme;
    reply.state = opened.entry->in_target_group ? in : out;
    reply.timeline = lines;
    reply.n_timeline = count;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_case_show = {.plan = plan, .decide = decide};
