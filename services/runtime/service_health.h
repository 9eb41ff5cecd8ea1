/*
 * service_health.h: asks a running instance on this machine whether it answers; used by the health
 * checks of containers.
 */
#ifndef VV_SERVICE_HEALTH_H
#define VV_SERVICE_HEALTH_H

#include "vagval/messages.h"
#include "vagval/status.h"

/* The ready file holds the instance's ROUTER endpoint. PING over CURVE with the service's own key.
 * Errors: VV_NOT_FOUND (not ready), VV_UNKNOWN (no answer in two seconds), VV_IO, VV_INVALID. */
VV_CHECKED enum vv_status vv_health_check(enum vv_service_id service, const char *key_file,
                                          const char *peers_file, const char *ready_file,
                                          struct vv_error *ret_error);

#endif
