/*
 * holds.c: which amounts wait for a person because employer and provider are related.
 */
#include "holds.h"

#include <string.h>

static const struct vv_payment_fact *cause_with(const struct vv_owed *owed,
                                                enum vv_payment_fact_kind kind)
{
    for (size_t i = 0; i < owed->cause_count; i++) {
        if (owed->causes[i]->kind == kind) {
            return owed->causes[i];
        }
    }
    return NULL;
}

static bool is_linked(const struct vv_links *links, struct vv_id a, struct vv_id b)
{
    bool linked = false;
    for (size_t i = 0; i < links->count && links->items[i].index <= links->through; i++) {
        const struct vv_party_link *link = &links->items[i];
        if ((vv_id_equal(link->provider, a) && vv_id_equal(link->party, b)) ||
            (vv_id_equal(link->provider, b) && vv_id_equal(link->party, a))) {
            linked = !link->withdrawn;
        }
    }
    return linked;
}

enum vv_relation vv_relation_of(const struct vv_owed *owed, const struct vv_links *links)
{
    if (!owed->component->on_job && !owed->component->on_study) {
        return VV_UNRELATED; /* base does not rest on an outcome */
    }
    const struct vv_payment_fact *placement = cause_with(owed, VV_FACT_PLACEMENT_START);
    const struct vv_payment_fact *outcome = cause_with(owed, VV_FACT_OUTCOME_START);
    if (placement == NULL || outcome == NULL || vv_id_is_nil(placement->provider) ||
        vv_id_is_nil(outcome->employer)) {
        return VV_UNRELATED;
    }
    if (vv_id_equal(placement->provider, outcome->employer)) {
        return VV_SAME_ORGANISATION;
    }
    return is_linked(links, placement->provider, outcome->employer) ? VV_LINKED : VV_UNRELATED;
}

const struct vv_payment_fact *vv_hold_release(const struct vv_payment_fact *facts, size_t count,
                                              const char *component, vv_date period,
                                              struct vv_id contract)
{
    for (size_t i = 0; i < count; i++) {
        if (facts[i].kind == VV_FACT_HOLD_RELEASE && facts[i].period == period &&
            vv_id_equal(facts[i].contract, contract) &&
            strcmp(facts[i].component, component) == 0) {
            return &facts[i];
        }
    }
    return NULL;
}

void vv_holds_apply(struct vv_entitlement *entitlement, const struct vv_payment_fact *facts,
                    size_t count, const struct vv_links *links, size_t *ret_held)
{
    size_t kept = 0;
    for (size_t i = 0; i < entitlement->count; i++) {
        struct vv_owed *owed = &entitlement->owed[i];
        bool held = vv_relation_of(owed, links) != VV_UNRELATED &&
                    vv_hold_release(facts, count, owed->component->code, owed->period,
                                    owed->contract) == NULL;
        if (held) {
            continue;
        }
        if (kept != i) {
            struct vv_owed first = entitlement->owed[kept];
            entitlement->owed[kept] = *owed;
            *owed = first;
        }
        kept++;
    }
    *ret_held = entitlement->count - kept;
    entitlement->count = kept;
}
