/*
 * system.h: the directory of a system and what it remembers in system.json.
 *
 *   keys/peers.allow            allow list: role, name, public key
 *   keys/<service>/             <service>.key redis.password, intake's also wrap.key lookup.key;
 *                               each 0400
 *   keys/operator/, keys/admin/ operator.key redis.password; redis.password
 *   redis/                      redis.conf users.acl redis.sock, the data
 *   log/<instance>.log  run/<instance>.pid  run/<instance>.ready  system.json
 */
#ifndef VAGVAL_CLI_SYSTEM_H
#define VAGVAL_CLI_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"
#include "vagval/messages.h"

/* sun_path has 108 bytes, the last a NUL. */
#define VV_UNIX_PATH_BYTES_MAX 107
#define VV_SCALE_MAX 16

struct vv_system {
    bool known; /* system.json is there: the settings below are the region's */
    uint32_t partitions;
    bool virtual_clock;
    bool pub;
    uint32_t scale[VV_SERVICE_COUNT];
};

/* Defaults when there is no system.json. Errors: VV_INVALID (not readable), VV_IO. */
VV_CHECKED enum vv_status vv_system_load(const struct vv_cli *cli, struct vv_system *ret_system,
                                         struct vv_error *ret_error);
VV_CHECKED enum vv_status vv_system_save(const struct vv_cli *cli, const struct vv_system *system,
                                         struct vv_error *ret_error);
/* "unix:<dir>/redis/redis.sock", or --redis. VV_TOO_LARGE beyond 107 bytes. */
VV_CHECKED enum vv_status vv_system_redis(const struct vv_cli *cli, char *ret_address, size_t cap,
                                          struct vv_error *ret_error);

/* Makes what is missing of keys, passwords, allow list and ACL file; never overwrites. `made`
 * counts the files written. */
struct vv_key_line {
    const char *name;
    char public_key[41];
};
#define VV_KEY_LINES (VV_SERVICE_COUNT + 1)
VV_CHECKED enum vv_status vv_keys_provide(const struct vv_cli *cli,
                                          struct vv_key_line ret_lines[static VV_KEY_LINES],
                                          unsigned *ret_made, struct vv_error *ret_error);

/* Loads the function library and creates the region's settings, as the admin user; waits until the
 * server has read its data, at most `wait_ms`. */
VV_CHECKED enum vv_status vv_system_provision(const char *address, const char *password_file,
                                              const struct vv_system *system, unsigned wait_ms,
                                              uint32_t *ret_partitions, bool *ret_virtual,
                                              struct vv_error *ret_error);

#endif
