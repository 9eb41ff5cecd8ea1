/*
 * handlers.c: the tables that tie messages.def to the handlers of payment. A message without its
 * handler does not link.
 */
#include "payment.h"

#include "batch.h"

VV_MESSAGES_COMMON(VV_ROW_DECLARE)
VV_MESSAGES_PAYMENT(VV_ROW_DECLARE)
VV_FEEDS_PAYMENT(VV_FEED_DECLARE)

static const struct vv_handler_row handlers[] = {VV_MESSAGES_COMMON(VV_ROW_COLLECT)
                                                     VV_MESSAGES_PAYMENT(VV_ROW_COLLECT)};

static const struct vv_handler_row answers[] = {VV_MESSAGES_PAYMENT(VV_ROW_ANSWER)};

static const struct vv_feed_row feeds[] = {VV_FEEDS_PAYMENT(VV_FEED_COLLECT)};

const struct vv_service vv_service_payment = {
    .id = VV_PAYMENT,
    .handlers = handlers,
    .handler_count = sizeof handlers / sizeof *handlers,
    .answers = answers,
    .answer_count = sizeof answers / sizeof *answers,
    .feeds = feeds,
    .feed_count = sizeof feeds / sizeof *feeds,
    .rules_version = VV_PAYMENT_RULES_VERSION,
    .on_book = VV_MSG_CAMPAIGN_DUE,
};
