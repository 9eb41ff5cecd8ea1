/*
 * intake.h: the service as the runtime and the tests see it.
 */
#ifndef VAGVAL_INTAKE_H
#define VAGVAL_INTAKE_H

#include "vagval/service.h"

/* Goes up when a rule file decides differently than before. */
#define VV_INTAKE_RULES_VERSION 1

extern const struct vv_service vv_service_intake;

#endif
