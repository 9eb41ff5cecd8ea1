/*
 * handlers.c: the tables that tie messages.def to the handlers of intake. A message without its
 * handler does not link.
 */
#include "intake.h"

VV_MESSAGES_COMMON(VV_ROW_DECLARE)
VV_MESSAGES_INTAKE(VV_ROW_DECLARE)

static const struct vv_handler_row handlers[] = {VV_MESSAGES_COMMON(VV_ROW_COLLECT)
                                                     VV_MESSAGES_INTAKE(VV_ROW_COLLECT)};

const struct vv_service vv_service_intake = {
    .id = VV_INTAKE,
    .handlers = handlers,
    .handler_count = sizeof handlers / sizeof *handlers,
    .rules_version = VV_INTAKE_RULES_VERSION,
};
