/*
 * hold.c: when a payment file may leave.
 */
#include "hold.h"

#include <stddef.h>

const char *vv_hold_refuses(const Vagval__V1__HoldState *state, uint32_t counter, bool left_before)
{
    if (left_before) {
        return counter > state->released
                   ? NULL
                   : "the release log does not count more files than these data: nothing to enter";
    }
    if (counter > state->released) {
        return "the release log counts more files than these data: they come from an older backup, "
               "and the file might leave twice. `vagval pay hold` shows what is missing";
    }
    if (state->on) {
        return "the region is in hold: no payment file leaves until `vagval pay hold off`";
    }
    if (counter < state->released) {
        return "the release log counts fewer files than were released: finish the last release "
               "first (`vagval pay release` of the run that `vagval pay hold` names), or find the "
               "log";
    }
    return NULL;
}

const char *vv_hold_cannot_end(const Vagval__V1__HoldState *state, uint32_t counter,
                               bool accept_missing)
{
    if (counter == state->released || accept_missing) {
        return NULL;
    }
    return counter > state->released
               ? "files that have left are not entered yet: draft and approve their runs again and "
                 "enter them with `vagval pay release`, or say --accept-missing"
               : "the release log counts fewer files than were released: find it, or say "
                 "--accept-missing";
}
