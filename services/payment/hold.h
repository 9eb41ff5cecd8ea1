/*
 * hold.h: the hold of a region: while it is on, no payment file leaves. And the witness: beside the
 * data, outside of what a backup restores, stands how many files have left. When it counts more
 * than the data know, the data are older than what the bank has. Pure.
 */
#ifndef VAGVAL_PAYMENT_HOLD_H
#define VAGVAL_PAYMENT_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/v1/payrun.pb-c.h"

/*
 * May a file leave now? NULL = yes, else why not.
 *   counter      files that the witness counts
 *   left_before  the witness says that this very file is the next one that left: it is only entered
 *                as released, nothing leaves, so the hold does not matter
 */
const char *vv_hold_refuses(const Vagval__V1__HoldState *state, uint32_t counter, bool left_before);

/* May the hold end? The witness and the data must agree, unless a person accepts that files which
 * left will never be entered. NULL = yes. */
const char *vv_hold_cannot_end(const Vagval__V1__HoldState *state, uint32_t counter,
                               bool accept_missing);

#endif
