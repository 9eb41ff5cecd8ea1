/*
 * zap.h: who may connect. The handler that libzmq asks for each CURVE handshake (ZeroMQ RFC 27).
 * Private to the runtime.
 */
#ifndef VAGVAL_RUNTIME_ZAP_H
#define VAGVAL_RUNTIME_ZAP_H

#include <stdint.h>

#include "keys.h"
#include "vagval/status.h"

#define VV_ZAP_COMMANDS "commands" /* domain of ROUTER sockets: every listed key */
#define VV_ZAP_EVENTS "events"     /* domain of PUB sockets: services and those who oversee them */

/* The roles that may see events. */
#define VV_ROLES_EVENTS (VV_ROLES_SERVICES | VV_ROLE_OPERATOR | VV_ROLE_AUDITOR | VV_ROLE_GATEWAY)

struct vv_zap;

/* Starts the handler's thread on inproc://zeromq.zap.01 of `zmq_context`. To be called before any
 * socket of that context is bound. `path`, the allow list, is read now and whenever it has changed
 * at a handshake; the text must stay. Connections that exist are not looked at again.
 * Errors: those of vv_allow_list_read; VV_NO_MEMORY, VV_IO. */
VV_CHECKED enum vv_status vv_zap_start(void *zmq_context, const char *path, struct vv_zap **ret_zap,
                                       struct vv_error *ret_error);
/* Handshakes refused because the key is not listed, or its role not in the domain. */
uint64_t vv_zap_refused_keys(const struct vv_zap *zap);
uint64_t vv_zap_refused_roles(const struct vv_zap *zap);
/* Ends the thread, waits for it, frees. After it, no connection of the context is accepted. */
void vv_zap_stop(struct vv_zap **zap);

#endif
