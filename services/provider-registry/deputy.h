/*
 * deputy.h: who stands in for whom. A deputy acts under its own name and says for whom; that it is
 * one on this day is asked of the region's record.
 */
#ifndef VAGVAL_REGISTRY_DEPUTY_H
#define VAGVAL_REGISTRY_DEPUTY_H

#include "vagval/service.h"

/* Plans the question, where a message says for whom its sender acts; nothing for "". */
void vv_deputy_plan(struct vv_plan *plan, const char *person);
/* Is the sender a deputy of that person today? "": nothing is asked. Errors: VV_FORBIDDEN; VV_BUSY
 * when the record could not be asked. */
VV_CHECKED enum vv_status vv_deputy_check(const struct vv_call *call,
                                          const struct vv_loaded *loaded,
                                          struct vv_outcome *outcome, const char *person);

#endif
