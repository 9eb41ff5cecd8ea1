/*
 * keys.h: the CURVE key file and the allow list, as the bus reads them. Private to the runtime.
 */
#ifndef VAGVAL_RUNTIME_KEYS_H
#define VAGVAL_RUNTIME_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "vagval/bus.h"
#include "vagval/messages.h"
#include "vagval/status.h"

#define VV_CURVE_TEXT_BYTES 41 /* Z85 and NUL */
#define VV_CURVE_KEY_BYTES 32

struct vv_curve_pair {
    char public_key[VV_CURVE_TEXT_BYTES];
    char secret_key[VV_CURVE_TEXT_BYTES];
};

/* Reads "public <40>" and "secret <40>"; refuses files that others may read, and halves that do
 * not belong together. */
VV_CHECKED enum vv_status vv_keys_read(const char *path, struct vv_curve_pair *ret_pair,
                                       struct vv_error *ret_error);

struct vv_allowed {
    uint8_t key[VV_CURVE_KEY_BYTES];
    char text[VV_CURVE_TEXT_BYTES];
    enum vv_role role;
    char name[VV_PEER_NAME_BYTES];
};

/* The allow list, sorted by key; read once at start and then never changed. */
struct vv_allow_list {
    struct vv_allowed *items;
    size_t count;
};

VV_CHECKED enum vv_status vv_allow_list_read(const char *path, struct vv_allow_list *ret_list,
                                             struct vv_error *ret_error);
void vv_allow_list_free(struct vv_allow_list *list);
/* NULL for a stranger. */
const struct vv_allowed *vv_allow_list_find(const struct vv_allow_list *list,
                                            const uint8_t key[static VV_CURVE_KEY_BYTES]);
/* The public key of a service's server side, or NULL when the list has none. */
const char *vv_allow_list_server_key(const struct vv_allow_list *list, enum vv_service_id service);

#endif
