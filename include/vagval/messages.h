/*
 * messages.h: codes, kinds and roles made from proto/vagval/v1/messages.def, one row per message.
 */
#ifndef VAGVAL_MESSAGES_H
#define VAGVAL_MESSAGES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "vagval/v1/account.pb-c.h"
#include "vagval/v1/assessment.pb-c.h"
#include "vagval/v1/budget.pb-c.h"
#include "vagval/v1/campaign.pb-c.h"
#include "vagval/v1/choice.pb-c.h"
#include "vagval/v1/common.pb-c.h"
#include "vagval/v1/control.pb-c.h"
#include "vagval/v1/correction.pb-c.h"
#include "vagval/v1/delivery.pb-c.h"
#include "vagval/v1/duties.pb-c.h"
#include "vagval/v1/envelope.pb-c.h"
#include "vagval/v1/evidence.pb-c.h"
#include "vagval/v1/extension.pb-c.h"
#include "vagval/v1/intake.pb-c.h"
#include "vagval/v1/invoice.pb-c.h"
#include "vagval/v1/level.pb-c.h"
#include "vagval/v1/obligations.pb-c.h"
#include "vagval/v1/outbox.pb-c.h"
#include "vagval/v1/payment.pb-c.h"
#include "vagval/v1/payrun.pb-c.h"
#include "vagval/v1/protection.pb-c.h"
#include "vagval/v1/rating.pb-c.h"
#include "vagval/v1/registry.pb-c.h"
#include "vagval/v1/tender.pb-c.h"
#include "vagval/v1/units.pb-c.h"

/* Who owns a stream and executes commands. The numbers are fixed: they stand in cursors. */
enum vv_service_id { VV_INTAKE, VV_ASSESSMENT, VV_REGISTRY, VV_PAYMENT, VV_SERVICE_COUNT };

/* Display name ("provider-registry") and key name ("registry") of a service. */
const char *vv_service_name(enum vv_service_id service);
const char *vv_service_key_name(enum vv_service_id service);
bool vv_service_parse(const char *name, enum vv_service_id *ret_service);

/* A role comes from a CURVE key through the allow list. Bits, for the roles column. */
enum vv_role {
    VV_ROLE_NONE = 0,
    VV_ROLE_INTAKE = 1 << 0,
    VV_ROLE_ASSESSMENT = 1 << 1,
    VV_ROLE_REGISTRY = 1 << 2,
    VV_ROLE_PAYMENT = 1 << 3,
    VV_ROLE_OPERATOR = 1 << 4,
    VV_ROLE_CASEWORKER = 1 << 5,
    VV_ROLE_PROVIDER = 1 << 6,
    VV_ROLE_FINANCE = 1 << 7,
    VV_ROLE_AUDITOR = 1 << 8,
    VV_ROLE_GATEWAY = 1 << 9,
    VV_ROLE_GUARDIAN = 1 << 10, /* alone sees and handles people with protected identity */
};
#define VV_ROLE_NAME_BYTES 24 /* the longest name, with NUL, fits */

const char *vv_role_name(enum vv_role role);
bool vv_role_parse(const char *name, enum vv_role *ret_role);

enum vv_message_kind {
    VV_KIND_COMMAND, /* validated, may be refused, stored as a fact when accepted */
    VV_KIND_QUERY,   /* reads; commits nothing */
    VV_KIND_REPLY,   /* body of an answer */
    VV_KIND_EVENT,   /* leaves on the owner's stream; never refused by a consumer */
    VV_KIND_ORDER,   /* event that the relay carries to another partition as a command */
    VV_KIND_TIMER,   /* fired by the business clock; no body */
    VV_KIND_SHARED,  /* query that every service answers with its own handler */
    VV_KIND_OPS,     /* answered by the runtime of every service */
};

#include "vagval/v1/messages.def"

enum vv_message_type {
    VV_MSG_NONE = 0,
#define M(code, UPPER, snake, kind, reply, roles, bytes_max) VV_MSG_##UPPER = (code),
    VV_MESSAGES(M)
#undef M
};

struct vv_message_row {
    uint16_t code;
    const char *name; /* "register-seeker" style: snake name with '_' */
    enum vv_message_kind kind;
    uint16_t reply;                               /* code of the reply body, 0 = none */
    uint32_t roles;                               /* who may send it */
    uint32_t bytes_max;                           /* largest body */
    const ProtobufCMessageDescriptor *descriptor; /* NULL for timers */
};

/* NULL for a code that no row has. */
const struct vv_message_row *vv_message_row(uint16_t code);

#endif
