/*
 * handlers.c: the tables that tie messages.def to the handlers of provider-registry. A message
 * without its handler does not link.
 */
#include "provider-registry.h"

VV_MESSAGES_COMMON(VV_ROW_DECLARE)
VV_MESSAGES_REGISTRY(VV_ROW_DECLARE)
VV_FEEDS_REGISTRY(VV_FEED_DECLARE)

static const struct vv_handler_row handlers[] = {VV_MESSAGES_COMMON(VV_ROW_COLLECT)
                                                     VV_MESSAGES_REGISTRY(VV_ROW_COLLECT)};

static const struct vv_handler_row answers[] = {VV_MESSAGES_REGISTRY(VV_ROW_ANSWER)};

static const struct vv_feed_row feeds[] = {VV_FEEDS_REGISTRY(VV_FEED_COLLECT)};

const struct vv_service vv_service_provider_registry = {
    .id = VV_REGISTRY,
    .handlers = handlers,
    .handler_count = sizeof handlers / sizeof *handlers,
    .answers = answers,
    .answer_count = sizeof answers / sizeof *answers,
    .feeds = feeds,
    .feed_count = sizeof feeds / sizeof *feeds,
    .rules_version = VV_REGISTRY_RULES_VERSION,
};
