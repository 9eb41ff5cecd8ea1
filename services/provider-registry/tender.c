/*
 * tender.c: see the header.
 */
#include "tender.h"

#include "work.h"

static struct vv_id home_of(const struct vv_call *call)
{
    return vv_id_area(call->scheme, "", call->partitions);
}

void vv_tender_ask(const struct vv_call *call, struct vv_plan *plan)
{
    Vagval__V1__ShowTender ask;

    vagval__v1__show_tender__init(&ask);
    ask.scheme = (char *)(uintptr_t)call->scheme;
    vv_plan_ask(plan, VV_REGISTRY, VV_MSG_SHOW_TENDER, home_of(call), &ask.base);
}

const Vagval__V1__Tender *vv_tender_answered(const struct vv_call *call,
                                             const struct vv_loaded *loaded)
{
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_SHOW_TENDER, home_of(call));

    return answer->status == VV_OK ? (const Vagval__V1__Tender *)answer->body : NULL;
}

uint32_t vv_tender_in_force(const Vagval__V1__Tender *tender)
{
    uint32_t version = 0;

    for (size_t i = 0; i < tender->n_versions; i++) {
        version = tender->versions[i]->published_on != 0 ? tender->versions[i]->version : version;
    }
    return version;
}

struct vv_id vv_tender_receipts_id(struct vv_id tender, uint32_t notice)
{
    struct vv_id id = vv_id_step(tender, notice);
    return vv_id_in_partition(id, vv_id_partition(tender));
}
