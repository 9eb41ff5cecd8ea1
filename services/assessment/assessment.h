/*
 * assessment.h: the service as the runtime and the tests see it.
 */
#ifndef VAGVAL_ASSESSMENT_H
#define VAGVAL_ASSESSMENT_H

#include "vagval/service.h"

/* Goes up when a rule file decides differently than before. */
#define VV_ASSESSMENT_RULES_VERSION 1

extern const struct vv_service vv_service_assessment;

#endif
