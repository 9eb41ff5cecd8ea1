/*
 * system.c: reads and writes system.json; where the system's Redis is.
 */
#include "system.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "vagval/limits.h"

enum vv_status vv_system_load(const struct vv_cli *cli, struct vv_system *ret_system,
                              struct vv_error *ret_error)
{
    struct vv_system system = {
        .partitions = VV_PARTITIONS_DEFAULT, .virtual_clock = true, .pub = true};
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        system.scale[i] = 1;
    }
    char path[640];
    char *bytes = NULL;
    size_t len = 0;
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/system.json", cli->dir);
    if (status != VV_OK) {
        return status;
    }
    if (!vv_file_exists(path)) {
        *ret_system = system;
        return VV_OK;
    }
    status = vv_file_read(path, 65536, &bytes, &len, ret_error);
    if (status != VV_OK) {
        return status;
    }
    json_t *root = json_loadb(bytes, len, 0, NULL);
    free(bytes);
    json_t *partitions = json_object_get(root, "partitions");
    const char *clock = json_string_value(json_object_get(root, "clock"));
    if (!json_is_integer(partitions) || clock == NULL) {
        json_decref(root);
        return vv_fail(ret_error, VV_INVALID, path, NULL, 0,
                       "is not a system's description; `vagval up` writes it anew when it is gone");
    }
    system.known = true;
    system.partitions = (uint32_t)json_integer_value(partitions);
    system.virtual_clock = strcmp(clock, "virtual") == 0;
    system.pub = !json_is_false(json_object_get(root, "pub"));
    json_t *scale = json_object_get(root, "scale");
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        json_int_t count =
            json_integer_value(json_object_get(scale, vv_service_name((enum vv_service_id)i)));
        system.scale[i] = count < 1 || count > VV_SCALE_MAX ? 1 : (uint32_t)count;
    }
    json_decref(root);
    *ret_system = system;
    return VV_OK;
}

enum vv_status vv_system_save(const struct vv_cli *cli, const struct vv_system *system,
                              struct vv_error *ret_error)
{
    json_t *scale = json_object();
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        (void)json_object_set_new(scale, vv_service_name((enum vv_service_id)i),
                                  json_integer(system->scale[i]));
    }
    json_t *root = json_pack("{s:i, s:s, s:b, s:o}", "partitions", (int)system->partitions, "clock",
                             system->virtual_clock ? "virtual" : "real", "pub", system->pub ? 1 : 0,
                             "scale", scale);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    char path[640];
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/system.json", cli->dir);
    if (status == VV_OK) {
        status = text == NULL
                     ? vv_fail(ret_error, VV_NO_MEMORY, path, NULL, 0, "no memory to write it")
                     : vv_file_write(path, text, strlen(text), 0644, ret_error);
    }
    free(text);
    return status;
}

enum vv_status vv_system_redis(const struct vv_cli *cli, char *ret_address, size_t cap,
                               struct vv_error *ret_error)
{
    if (cli->redis[0] != '\0') {
        return vv_path(ret_address, cap, ret_error, "%s", cli->redis);
    }
    char socket[640];
    enum vv_status status =
        vv_path(socket, sizeof(socket), ret_error, "%s/redis/redis.sock", cli->dir);
    if (status != VV_OK) {
        return status;
    }
    if (strlen(socket) > VV_UNIX_PATH_BYTES_MAX) {
        return vv_fail(
            ret_error, VV_TOO_LARGE, cli->dir, "--dir", 0,
            "the path of Redis' socket would have %zu bytes, and a unix socket's ends at "
            "%d: choose a directory at least %zu bytes shorter",
            strlen(socket), VV_UNIX_PATH_BYTES_MAX, strlen(socket) - VV_UNIX_PATH_BYTES_MAX);
    }
    return vv_path(ret_address, cap, ret_error, "unix:%s", socket);
}
