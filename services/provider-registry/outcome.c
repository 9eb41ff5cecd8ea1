/*
 * outcome.c: may this job or study start, confirmation, end or withdrawal be recorded (rules 2,
 * 10). An outcome's last day and its confirmations come late and in any order; only what cannot
 * be true of any order is refused.
 */
#include "outcome.h"

#include <assert.h>
#include <string.h>

#include "placement.h"

enum vv_status vv_outcome_kind_parse(const char *text, enum vv_outcome_kind *ret_kind)
{
    static const char *const names[] = {"start", "confirm", "end", "withdraw", "corroborate"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret_kind = (enum vv_outcome_kind)i;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

struct vv_id vv_outcome_id(struct vv_id case_id, const char *source, const char *reference)
{
    struct vv_id id = vv_id_fact(source, "outcome", reference);

    id.bytes[0] = case_id.bytes[0];
    id.bytes[1] = case_id.bytes[1];
    return id;
}

Vagval__V1__CaseOutcome *vv_outcome_find(const Vagval__V1__RegistryCase *entry,
                                         struct vv_id outcome)
{
    for (size_t i = 0; i < entry->n_outcomes; i++) {
        if (entry->outcomes[i]->outcome.len == sizeof outcome.bytes &&
            memcmp(entry->outcomes[i]->outcome.data, outcome.bytes, sizeof outcome.bytes) == 0) {
            return entry->outcomes[i];
        }
    }
    return NULL;
}

static const char *start_obstacle(const Vagval__V1__RegistryCase *entry,
                                  const Vagval__V1__CaseOutcome *known, vv_date on)
{
    if (known != NULL) {
        return known->state == VV_OUTCOME_WITHDRAWN
                   ? "this outcome was withdrawn; give the new start a name of its own"
                   : "this outcome has started already";
    }
    if (vv_placement_within(entry, on - 1, on) == NULL) {
        return "no placement runs on the outcome's first day or the day before";
    }
    return NULL;
}

static const char *follow_obstacle(const Vagval__V1__CaseOutcome *known, enum vv_outcome_kind kind,
                                   vv_date on)
{
    if (known->state == VV_OUTCOME_WITHDRAWN) {
        return "this outcome was withdrawn";
    }
    if (kind == VV_OUTCOME_WITHDRAW) {
        return NULL;
    }
    if (on < known->start) {
        return "the day is before the outcome's start";
    }
    if (kind == VV_OUTCOME_CONFIRM && known->state == VV_OUTCOME_ENDED && on > known->last_day) {
        return "the outcome ended before the day to be confirmed";
    }
    return NULL;
}

enum vv_status vv_outcome_judge(const Vagval__V1__RegistryCase *entry,
                                const Vagval__V1__CaseOutcome *known, enum vv_outcome_kind kind,
                                vv_date on, vv_date today, const char **ret_text)
{
    if (kind != VV_OUTCOME_WITHDRAW && on > today) {
        *ret_text = "the day has not come; repeat on that day";
        return VV_REFUSED;
    }
    if (kind != VV_OUTCOME_START && known == NULL) {
        *ret_text = "no start of this outcome is known; it may come later: repeat then";
        return VV_NOT_FOUND;
    }
    const char *obstacle = kind == VV_OUTCOME_START ? start_obstacle(entry, known, on)
                                                    : follow_obstacle(known, kind, on);
    if (obstacle != NULL) {
        *ret_text = obstacle;
        return VV_REFUSED;
    }
    return VV_OK;
}

enum vv_status vv_outcome_judge_supersedes(const Vagval__V1__CaseOutcome *known,
                                           enum vv_outcome_kind kind, struct vv_id supersedes,
                                           const char **ret_text)
{
    bool names_one = !vv_id_is_nil(supersedes);

    if (kind == VV_OUTCOME_START || kind == VV_OUTCOME_WITHDRAW) {
        if (names_one) {
            *ret_text = "only a confirmation, a statement or an end can be replaced; withdraw a "
                        "wrong start and "
                        "give the right one a name of its own";
            return VV_REFUSED;
        }
        return VV_OK;
    }
    if (kind == VV_OUTCOME_CONFIRM || kind == VV_OUTCOME_CORROBORATE) {
        return VV_OK;
    }
    struct vv_id standing = {{0}};
    bool has_end = vv_id_from_bytes(known->end_fact.data, known->end_fact.len, &standing) == VV_OK;
    if (!has_end && names_one) {
        *ret_text = "no end of this outcome is known; it may come later: repeat then";
        return VV_NOT_FOUND;
    }
    if (has_end && !names_one) {
        *ret_text = "this outcome has an end already; to correct it, name the record that this one "
                    "replaces (supersedes_ref: its source_ref)";
        return VV_REFUSED;
    }
    if (has_end && !vv_id_equal(standing, supersedes)) {
        *ret_text = "is not the end that stands; another record has replaced it";
        return VV_REFUSED;
    }
    return VV_OK;
}

void vv_outcome_enter(Vagval__V1__CaseOutcome *known, enum vv_outcome_kind kind, vv_date on)
{
    switch (kind) {
    case VV_OUTCOME_CONFIRM:
        if (known->confirmed_through == 0 || on > known->confirmed_through) {
            known->confirmed_through = on;
        }
        return;
    case VV_OUTCOME_CORROBORATE:
        if (known->corroborated_through == 0 || on > known->corroborated_through) {
            known->corroborated_through = on;
        }
        return;
    case VV_OUTCOME_END:
        known->state = VV_OUTCOME_ENDED;
        known->last_day = on;
        return;
    case VV_OUTCOME_WITHDRAW:
        known->state = VV_OUTCOME_WITHDRAWN;
        return;
    case VV_OUTCOME_START:
        break;
    }
    assert(!"a start makes a new outcome");
}
