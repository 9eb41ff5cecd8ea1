/*
 * messages.c: the table made from messages.def, and the names of services and roles.
 *
 * The table is indexed by code, so looking a row up costs one comparison. It is constant data:
 * nothing is built at start.
 */
#include "vagval/messages.h"

#include <string.h>

#include "vagval/limits.h"

/* Codes leave room: 100 per owning service. A larger code does not compile. */
#define CODES 1024

#define DESCRIPTOR(snake) &vagval__v1__##snake##__descriptor
#define DESCRIPTOR_COMMAND(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_QUERY(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_REPLY(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_EVENT(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_ORDER(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_SHARED(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_OPS(snake) DESCRIPTOR(snake)
#define DESCRIPTOR_TIMER(snake) NULL

static const struct vv_message_row rows[CODES] = {
#define M(code_, UPPER, snake, kind_, reply_, roles_, bytes_max_)                                  \
    [code_] = {.code = (code_),                                                                    \
               .name = #snake,                                                                     \
               .kind = VV_KIND_##kind_,                                                            \
               .reply = VV_MSG_##reply_,                                                           \
               .roles = (roles_),                                                                  \
               .bytes_max = (bytes_max_),                                                          \
               .descriptor = DESCRIPTOR_##kind_(snake)},
    VV_MESSAGES(M)
#undef M
};

#define M(code, UPPER, snake, kind, reply, roles, bytes_max)                                       \
    _Static_assert((code) > 0 && (code) < CODES, "the code of " #snake " fits the table");         \
    _Static_assert((bytes_max) <= VV_BODY_BYTES_MAX, "a body of " #snake " fits an envelope");
VV_MESSAGES(M)
#undef M

const struct vv_message_row *vv_message_row(uint16_t code)
{
    if (code >= CODES || rows[code].code == VV_MSG_NONE) {
        return NULL;
    }
    return &rows[code];
}

static const struct {
    const char *name, *key_name;
} services[VV_SERVICE_COUNT] = {
    [VV_INTAKE] = {"intake", "intake"},
    [VV_ASSESSMENT] = {"assessment", "assessment"},
    [VV_REGISTRY] = {"provider-registry", "registry"},
    [VV_PAYMENT] = {"payment", "payment"},
};

const char *vv_service_name(enum vv_service_id service)
{
    return service < VV_SERVICE_COUNT ? services[service].name : "unknown-service";
}

const char *vv_service_key_name(enum vv_service_id service)
{
    return service < VV_SERVICE_COUNT ? services[service].key_name : "unknown-service";
}

bool vv_service_parse(const char *name, enum vv_service_id *ret_service)
{
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        if (strcmp(name, services[i].name) == 0 || strcmp(name, services[i].key_name) == 0) {
            *ret_service = (enum vv_service_id)i;
            return true;
        }
    }
    return false;
}

static const struct {
    enum vv_role role;
    const char *name;
} roles[] = {
    {VV_ROLE_INTAKE, "intake"},
    {VV_ROLE_ASSESSMENT, "assessment"},
    {VV_ROLE_REGISTRY, "provider-registry"},
    {VV_ROLE_PAYMENT, "payment"},
    {VV_ROLE_OPERATOR, "operator"},
    {VV_ROLE_CASEWORKER, "caseworker"},
    {VV_ROLE_PROVIDER, "provider"},
    {VV_ROLE_FINANCE, "finance"},
    {VV_ROLE_AUDITOR, "auditor"},
    {VV_ROLE_GATEWAY, "gateway"},
    {VV_ROLE_GUARDIAN, "guardian"},
};

const char *vv_role_name(enum vv_role role)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (roles[i].role == role) {
            return roles[i].name;
        }
    }
    return "none";
}

bool vv_role_parse(const char *name, enum vv_role *ret_role)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strcmp(name, roles[i].name) == 0) {
            *ret_role = roles[i].role;
            return true;
        }
    }
    return false;
}
