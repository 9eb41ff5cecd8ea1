/*
 * provision.c: makes an empty Redis ready for a region: the function library, the partition count,
 * the kind of clock. Repeating changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "commands.h"
#include "files.h"
#include "system.h"
#include "vagval/config.h"
#include "vagval/limits.h"
#include "vagval/store.h"

#define ADMIN_USER "admin"

static enum vv_status provide_clock(redisContext *redis, const char *address, bool *virtual_clock,
                                    struct vv_error *ret_error)
{
    const char *key = "vv:{sys}:region";
    const char *set[] = {"HSETNX", key, "clock", *virtual_clock ? "virtual" : "real"};
    const char *get[] = {"HGET", key, "clock"};
    char why[160] = "";
    char kind[32] = "";
    if (!vv_admin_ask(redis, why, sizeof(why), NULL, 0, 4, set) ||
        !vv_admin_ask(redis, why, sizeof(why), kind, sizeof(kind), 3, get)) {
        return vv_fail(ret_error, VV_IO, address, "clock", 0,
                       "the region's clock could not be written: %s", why);
    }
    *virtual_clock = strcmp(kind, "virtual") == 0;
    return VV_OK;
}

enum vv_status vv_system_provision(const char *address, const char *password_file,
                                   const struct vv_system *system, unsigned wait_ms,
                                   uint32_t *ret_partitions, bool *ret_virtual,
                                   struct vv_error *ret_error)
{
    char password[256];
    struct vv_store_options options = {
        .address = address, .user = ADMIN_USER, .password_file = password_file};
    enum vv_status status = vv_secret_read(password_file, password, sizeof(password), ret_error);
    redisContext *redis = NULL;
    if (status == VV_OK) {
        status = vv_admin_connect(address, password, wait_ms, &redis, ret_error);
    }
    explicit_bzero(password, sizeof(password));
    if (status == VV_OK) {
        status = vv_store_install(&options, ret_error);
    }
    uint16_t partitions = 0;
    if (status == VV_OK) {
        status = vv_store_region(&options, (uint16_t)system->partitions, &partitions, ret_error);
    }
    bool virtual_clock = system->virtual_clock;
    if (status == VV_OK) {
        status = provide_clock(redis, address, &virtual_clock, ret_error);
    }
    redisFree(redis);
    if (status == VV_OK) {
        *ret_partitions = partitions;
        *ret_virtual = virtual_clock;
    }
    return status;
}

int vv_command_provision(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_error error = {0};
    const char *clock = vv_args_text(args, "clock", "real");
    if (strcmp(clock, "virtual") != 0 && strcmp(clock, "real") != 0) {
        return vv_cli_usage(cli, NULL, "--clock is virtual or real, not `%s`", clock);
    }
    const char *password_file = vv_args_text(args, "password-file", NULL);
    struct vv_system system = {
        .partitions = (uint32_t)vv_args_number(args, "partitions", VV_PARTITIONS_DEFAULT),
        .virtual_clock = strcmp(clock, "virtual") == 0};
    char address[256];
    char own[700];
    uint32_t partitions = 0;
    bool virtual_clock = false;
    enum vv_status status = vv_system_redis(cli, address, sizeof(address), &error);
    if (status == VV_OK) {
        status = vv_path(own, sizeof(own), &error, "%s/keys/admin/redis.password", cli->dir);
    }
    if (status == VV_OK) {
        status = vv_system_provision(address, password_file == NULL ? own : password_file, &system,
                                     30000, &partitions, &virtual_clock, &error);
    }
    if (status != VV_OK) {
        return vv_cli_fail(cli, &error, "is Redis up, and is this its admin user's password file?");
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:i, s:s}", "redis", address, "partitions",
                                     (int)partitions, "clock", virtual_clock ? "virtual" : "real"),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "%s is ready: %u partitions, %s clock\n", address, partitions,
                  virtual_clock ? "virtual" : "real");
    return VV_EXIT_OK;
}
