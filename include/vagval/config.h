/*
 * config.h: configuration of a service: one table (name, type, default, min, max, doc), read from
 * VAGVAL_* environment variables. Unknown VAGVAL_* variables are fatal; secrets come only through
 * files (*_FILE); --check-config prints every value with its origin and exits.
 */
#ifndef VAGVAL_CONFIG_H
#define VAGVAL_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "vagval/status.h"

struct vv_config {
    char instance[64];             /* VAGVAL_INSTANCE, default <service>-<host name> */
    char redis[128];               /* VAGVAL_REDIS, "unix:..." or "tcp:host:port" */
    char redis_user[64];           /* VAGVAL_REDIS_USER, default the service's key name */
    char redis_password_file[256]; /* VAGVAL_REDIS_PASSWORD_FILE */
    char keys_dir[256];            /* VAGVAL_KEYS_DIR: <service>.key, wrap.key, lookup.key */
    char peers_file[256];          /* VAGVAL_PEERS_FILE: default <keys_dir>/peers.allow */
    char router[112];              /* VAGVAL_ROUTER, default tcp://127.0.0.1:* */
    char publish[112];             /* VAGVAL_PUBLISH, default tcp://127.0.0.1:* */
    char advertise[64];   /* VAGVAL_ADVERTISE: host name put into the heartbeat instead of the
                             bound address; "auto" = the container's own address */
    bool pub;             /* VAGVAL_PUB on|off */
    uint32_t partitions;  /* VAGVAL_PARTITIONS, used only when the region is created */
    bool virtual_clock;   /* VAGVAL_CLOCK virtual|real; must match the region's */
    uint32_t cache_bytes; /* VAGVAL_CACHE_BYTES */
    char metrics[64];     /* VAGVAL_METRICS "127.0.0.1:9100" or "" = off */
    char log_level[8];    /* VAGVAL_LOG_LEVEL debug|info|warn|error */
    char ready_file[256]; /* VAGVAL_READY_FILE: touched when ready, removed on exit; or "" */
    uint32_t given;       /* bit per row of the table: the value stood in the environment */
};

/* Reads environ (of the form "NAME=value", NULL-terminated). Kubernetes' <NAME>_SERVICE_HOST,
 * _SERVICE_PORT, _PORT* variables are let through. Errors: VV_INVALID naming variable and range. */
VV_CHECKED enum vv_status vv_config_read(const char *service, char *const *environment,
                                         struct vv_config *ret_config, struct vv_error *ret_error);
/* One row per setting: for --check-config (values and origin) and for the README's table. */
void vv_config_print(const struct vv_config *config, FILE *out);
void vv_config_document(FILE *out);
/* Secret from a file: at most cap-1 bytes, trailing newline cut; must not be readable by others. */
VV_CHECKED enum vv_status vv_secret_read(const char *path, char *ret_secret, size_t cap,
                                         struct vv_error *ret_error);

/* The endpoint to put into the heartbeat for a bound one: its host replaced by VAGVAL_ADVERTISE
 * ("auto" = the first IPv4 address of this machine that is not the loopback). An endpoint bound to
 * every address is always replaced, ipc never. */
VV_CHECKED enum vv_status vv_config_advertised(const struct vv_config *config, const char *bound,
                                               char ret_endpoint[static 112],
                                               struct vv_error *ret_error);

#endif
