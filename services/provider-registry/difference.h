/*
 * difference.h: where the provider's record and the person's own word differ: of an activity that
 * the person denies, and of a point that was agreed. Pure.
 */
#ifndef VAGVAL_REGISTRY_DIFFERENCE_H
#define VAGVAL_REGISTRY_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "vagval/date.h"
#include "vagval/delivery.h"
#include "vagval/v1/delivery.pb-c.h"

struct vv_difference {
    ProtobufCBinaryData record; /* fact of the activity, or of the follow-up with the person */
    const char *what;           /* the activity's kind, or the point */
    vv_date on;                 /* when the person said so; of an activity its own day */
};

/* Does the point name an obligation or a kind of activities of the rules? */
bool vv_point_is_known(const struct vv_delivery *rules, const char *what);

/*
 * The differences that nobody has settled. Of several follow-ups on a point the last one counts.
 * The provider's record keeps a point when it has an activity in the days spoken of that was
 * attended, of that kind, or of a kind that the obligation takes; "no_answer" differs from nothing.
 * Returns how many there are; writes at most `max`.
 */
size_t vv_differences(const Vagval__V1__Delivery *delivery, const struct vv_delivery *rules,
                      struct vv_difference *ret_differences, size_t max);

#endif
