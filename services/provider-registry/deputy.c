/*
 * deputy.c: see the header.
 */
#include "deputy.h"

#include <string.h>

void vv_deputy_plan(struct vv_plan *plan, const char *person)
{
    Vagval__V1__ListDuties ask = VAGVAL__V1__LIST_DUTIES__INIT;

    if (person[0] != '\0') {
        vv_plan_ask(plan, VV_REGISTRY, VV_MSG_LIST_DUTIES, VV_ID_SYSTEM, &ask.base);
    }
}

enum vv_status vv_deputy_check(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_outcome *outcome, const char *person)
{
    if (person[0] == '\0') {
        return VV_OK;
    }
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_LIST_DUTIES, VV_ID_SYSTEM);
    if (answer == NULL || answer->status != VV_OK) {
        return vv_refuse(outcome, VV_BUSY, "for_person", "who is whose deputy cannot be asked now");
    }
    const Vagval__V1__DutiesListed *duties = (const Vagval__V1__DutiesListed *)answer->body;
    for (size_t i = 0; i < duties->n_deputies; i++) {
        const Vagval__V1__Deputyship *ship = duties->deputies[i];
        if (strcmp(ship->person, person) == 0 && strcmp(ship->deputy, call->sender) == 0 &&
            ship->from <= call->now.today && call->now.today <= ship->to) {
            return VV_OK;
        }
    }
    return vv_refuse(outcome, VV_FORBIDDEN, "for_person", "the sender is no deputy of %s today",
                     person);
}
