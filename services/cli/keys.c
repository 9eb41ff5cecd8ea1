/*
 * keys.c: makes keys, passwords, the allow list and Redis' ACL file on first start. Keys and
 * passwords that are there stay: one that changed would lock the system's own parts out.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "embedded.h"
#include "files.h"
#include "system.h"
#include "vagval/bus.h"

#define SECRET_BYTES 32

/* Who has a password in Redis: the user's name and the directory that keeps it. */
static const struct {
    const char *user, *directory;
} redis_users[] = {
    {"intake", "intake"},   {"assessment", "assessment"}, {"registry", "provider-registry"},
    {"payment", "payment"}, {"operator", "operator"},     {"admin", "admin"},
};
#define REDIS_USERS (sizeof(redis_users) / sizeof(redis_users[0]))

static enum vv_status provide_random(const char *path, bool text, unsigned *made,
                                     struct vv_error *ret_error)
{
    if (vv_file_exists(path)) {
        return VV_OK;
    }
    unsigned char bytes[SECRET_BYTES];
    char hex[SECRET_BYTES * 2 + 1];
    randombytes_buf(bytes, sizeof(bytes));
    (void)sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
    hex[SECRET_BYTES * 2] = '\n';
    enum vv_status status = text ? vv_file_write(path, hex, sizeof(hex), 0400, ret_error)
                                 : vv_file_write(path, bytes, sizeof(bytes), 0400, ret_error);
    sodium_memzero(bytes, sizeof(bytes));
    sodium_memzero(hex, sizeof(hex));
    *made += status == VV_OK ? 1 : 0;
    return status;
}

static enum vv_status provide_directory(const struct vv_cli *cli, const char *name, bool curve,
                                        bool seal, char *ret_public, unsigned *made,
                                        struct vv_error *ret_error)
{
    char dir[600];
    char path[700];
    enum vv_status status = vv_path(dir, sizeof(dir), ret_error, "%s/keys/%s", cli->dir, name);
    if (status == VV_OK) {
        status = vv_dir_make(dir, 0700, ret_error);
    }
    if (status == VV_OK && curve) {
        status = vv_path(path, sizeof(path), ret_error, "%s/%s.key", dir, name);
        bool had = vv_file_exists(path);
        if (status == VV_OK) {
            status = vv_keys_make(dir, name, ret_public, ret_error);
        }
        *made += status == VV_OK && !had ? 1 : 0;
    }
    static const char *const random_files[] = {"redis.password", "wrap.key", "lookup.key"};
    for (size_t i = 0; i < (seal ? 3u : 1u) && status == VV_OK; i++) {
        status = vv_path(path, sizeof(path), ret_error, "%s/%s", dir, random_files[i]);
        if (status == VV_OK) {
            status = provide_random(path, i == 0, made, ret_error);
        }
    }
    return status;
}

/* SHA-256 of a password, as Redis' ACL files want it after '#'. */
static enum vv_status password_hash(const struct vv_cli *cli, const char *directory,
                                    char ret_hex[static crypto_hash_sha256_BYTES * 2 + 1],
                                    struct vv_error *ret_error)
{
    char path[700];
    char *text = NULL;
    size_t len = 0;
    enum vv_status status =
        vv_path(path, sizeof(path), ret_error, "%s/keys/%s/redis.password", cli->dir, directory);
    if (status == VV_OK) {
        status = vv_file_read(path, 4096, &text, &len, ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    len = strcspn(text, "\r\n");
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, len);
    (void)sodium_bin2hex(ret_hex, crypto_hash_sha256_BYTES * 2 + 1, hash, sizeof(hash));
    sodium_memzero(text, len);
    free(text);
    return VV_OK;
}

/* Fills each "@<user>@" of the template with the hash of that user's password. */
static enum vv_status fill_acl(const struct vv_cli *cli, FILE *out, struct vv_error *ret_error)
{
    const char *at = vv_embedded_users_acl().text;
    while (*at != '\0') {
        size_t plain = strcspn(at, "@");
        (void)fwrite(at, 1, plain, out);
        at += plain;
        if (*at == '\0') {
            break;
        }
        size_t len = strcspn(at + 1, "@\n");
        const char *directory = NULL;
        for (size_t i = 0; i < REDIS_USERS && at[1 + len] == '@'; i++) {
            if (strlen(redis_users[i].user) == len &&
                strncmp(redis_users[i].user, at + 1, len) == 0) {
                directory = redis_users[i].directory;
            }
        }
        if (directory == NULL) {
            (void)fputc('@', out);
            at++;
            continue;
        }
        char hash[crypto_hash_sha256_BYTES * 2 + 1];
        enum vv_status status = password_hash(cli, directory, hash, ret_error);
        if (status != VV_OK) {
            return status;
        }
        (void)fputs(hash, out);
        at += len + 2;
    }
    return VV_OK;
}

/* Who may do what in Redis follows the release: the file is written anew when the template has
 * changed. The passwords in it stay what they are. */
static enum vv_status write_acl(const char *path, const char *text, size_t len, unsigned *made,
                                struct vv_error *ret_error)
{
    char *before = NULL;
    size_t before_len = 0;
    bool same = vv_file_read(path, 65536, &before, &before_len, NULL) == VV_OK &&
                before_len == len && memcmp(before, text, len) == 0;
    free(before);
    if (same) {
        return VV_OK;
    }
    enum vv_status status = vv_file_write(path, text, len, 0600, ret_error);
    *made += status == VV_OK ? 1 : 0;
    return status;
}

static enum vv_status provide_acl(const struct vv_cli *cli, unsigned *made,
                                  struct vv_error *ret_error)
{
    char path[640];
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/redis", cli->dir);
    if (status == VV_OK) {
        status = vv_dir_make(path, 0700, ret_error);
    }
    if (status == VV_OK) {
        status = vv_path(path, sizeof(path), ret_error, "%s/redis/users.acl", cli->dir);
    }
    if (status != VV_OK) {
        return status;
    }
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, path, NULL, 0, "no memory to write it");
    }
    status = fill_acl(cli, out, ret_error);
    (void)fclose(out);
    if (status == VV_OK) {
        status = write_acl(path, text, len, made, ret_error);
    }
    free(text);
    return status;
}

static enum vv_status provide_allow_list(const struct vv_cli *cli, const struct vv_key_line *lines,
                                         unsigned *made, struct vv_error *ret_error)
{
    char path[640];
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/keys/peers.allow", cli->dir);
    if (status != VV_OK || vv_file_exists(path)) {
        return status;
    }
    char text[2048];
    int used = snprintf(text, sizeof(text),
                        "# Who may connect: role, name, public key. One line each; a key that is\n"
                        "# not here gets nothing. Read again when it has changed.\n");
    for (size_t i = 0; i < VV_KEY_LINES && used > 0 && (size_t)used < sizeof(text); i++) {
        enum vv_role role = i < VV_SERVICE_COUNT ? (enum vv_role)(1 << i) : VV_ROLE_OPERATOR;
        used += snprintf(text + used, sizeof(text) - (size_t)used, "%s %s %s\n", vv_role_name(role),
                         lines[i].name, lines[i].public_key);
    }
    status = vv_file_write(path, text, (size_t)used, 0644, ret_error);
    *made += status == VV_OK ? 1 : 0;
    return status;
}

enum vv_status vv_keys_provide(const struct vv_cli *cli,
                               struct vv_key_line ret_lines[static VV_KEY_LINES],
                               unsigned *ret_made, struct vv_error *ret_error)
{
    struct vv_key_line lines[VV_KEY_LINES] = {{NULL, ""}};
    unsigned made = 0;
    if (sodium_init() < 0) {
        return vv_fail(ret_error, VV_IO, "libsodium", NULL, 0, "could not be started");
    }
    char keys[600];
    enum vv_status status = vv_path(keys, sizeof(keys), ret_error, "%s/keys", cli->dir);
    if (status == VV_OK) {
        status = vv_dir_make(keys, 0755, ret_error);
    }
    for (size_t i = 0; i < VV_KEY_LINES && status == VV_OK; i++) {
        lines[i].name = i < VV_SERVICE_COUNT ? vv_service_name((enum vv_service_id)i) : "operator";
        /* Only intake keeps persons, so nobody else has what opens them. */
        status = provide_directory(cli, lines[i].name, true, i == VV_INTAKE, lines[i].public_key,
                                   &made, ret_error);
    }
    if (status == VV_OK) {
        status = provide_directory(cli, "admin", false, false, NULL, &made, ret_error);
    }
    if (status == VV_OK) {
        status = provide_allow_list(cli, lines, &made, ret_error);
    }
    if (status == VV_OK) {
        status = provide_acl(cli, &made, ret_error);
    }
    if (status == VV_OK) {
        memcpy(ret_lines, lines, sizeof(lines));
        *ret_made = made;
    }
    return status;
}

int vv_command_keys(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_key_line lines[VV_KEY_LINES];
    struct vv_error error = {0};
    unsigned made = 0;
    if (vv_keys_provide(cli, lines, &made, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, "check the directory's owner and free space");
    }
    if (cli->json) {
        json_t *keys = json_object();
        for (size_t i = 0; i < VV_KEY_LINES; i++) {
            (void)json_object_set_new(keys, lines[i].name, json_string(lines[i].public_key));
        }
        return vv_cli_json(cli,
                           json_pack("{s:s, s:i, s:o}", "directory", cli->dir, "made", (int)made,
                                     "public_keys", keys),
                           VV_EXIT_OK);
    }
    for (size_t i = 0; i < VV_KEY_LINES; i++) {
        (void)fprintf(cli->out, "%-18s %s\n", lines[i].name, lines[i].public_key);
    }
    if (made == 0) {
        (void)fprintf(cli->out, "all keys were there already in %s/keys; nothing was changed\n",
                      cli->dir);
    } else {
        (void)fprintf(cli->out,
                      "%u files made in %s/keys. Back up intake's wrap.key and lookup.key apart "
                      "from the data: without them personal data cannot be read.\n",
                      made, cli->dir);
    }
    return VV_EXIT_OK;
}

/* ---- people and programs ---- */

bool vv_key_name_is_good(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= VV_KEY_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < REDIS_USERS; i++) {
        if (strcmp(name, redis_users[i].directory) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds "role name key" to the allow list unless the line stands there. */
static enum vv_status allow(const struct vv_cli *cli, enum vv_role role, const char *name,
                            const char *public_key, unsigned *made, struct vv_error *ret_error)
{
    char path[640], line[VV_ROLE_NAME_BYTES + VV_KEY_NAME_MAX + 48];
    char *text = NULL;
    size_t len = 0;
    int added = snprintf(line, sizeof(line), "%s %s %s\n", vv_role_name(role), name, public_key);
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/keys/peers.allow", cli->dir);
    if (status == VV_OK) {
        status = vv_file_read(path, 1024 * 1024, &text, &len, ret_error);
    }
    if (status != VV_OK || strstr(text, line) != NULL) {
        free(text);
        return status;
    }
    if (strstr(text, public_key) != NULL) {
        free(text);
        return vv_fail(ret_error, VV_CONFLICT, path, name, 0,
                       "has another role already; a key has one role: change its line by hand");
    }
    bool ends = len == 0 || text[len - 1] == '\n';
    char *longer = realloc(text, len + (size_t)added + 2);
    if (longer == NULL) {
        free(text);
        return vv_fail(ret_error, VV_NO_MEMORY, path, NULL, 0, "no memory to write it");
    }
    text = longer;
    len += (size_t)snprintf(text + len, (size_t)added + 2, "%s%s", ends ? "" : "\n", line);
    status = vv_file_write(path, text, len, 0644, ret_error);
    *made += status == VV_OK ? 1 : 0;
    free(text);
    return status;
}

/* The key's holder reads the members' heartbeats in Redis as the operator's user does. */
static enum vv_status share_password(const struct vv_cli *cli, const char *name,
                                     struct vv_error *ret_error)
{
    char from[700], to[700];
    char *text = NULL;
    size_t len = 0;
    enum vv_status status =
        vv_path(from, sizeof(from), ret_error, "%s/keys/operator/redis.password", cli->dir);
    if (status == VV_OK) {
        status = vv_path(to, sizeof(to), ret_error, "%s/keys/%s/redis.password", cli->dir, name);
    }
    if (status != VV_OK || vv_file_exists(to)) {
        return status;
    }
    status = vv_file_read(from, 4096, &text, &len, ret_error);
    if (status == VV_OK) {
        status = vv_file_write(to, text, len, 0400, ret_error);
        sodium_memzero(text, len);
    }
    free(text);
    return status;
}

int vv_command_keys_add(struct vv_cli *cli, const struct vv_args *args)
{
    const char *name = args->words[0];
    struct vv_error error = {0};
    enum vv_role role = VV_ROLE_NONE;
    if (!vv_key_name_is_good(name) || is_reserved(name)) {
        return vv_cli_usage(cli, "for example: vagval keys add anna finance",
                            "`%s` cannot be a key's name: at most %d of a-z, 0-9 and -, and not "
                            "a service's",
                            name, VV_KEY_NAME_MAX);
    }
    if (!vv_role_parse(args->words[1], &role) || ((uint32_t)role & VV_ROLES_SERVICES) != 0) {
        return vv_cli_usage(cli,
                            "operator, caseworker, finance, auditor, provider, gateway or guardian",
                            "`%s` is no role for a person or program", args->words[1]);
    }
    char dir[600], public_key[sizeof(((struct vv_key_line *)0)->public_key)];
    unsigned made = 0;
    enum vv_status status = vv_path(dir, sizeof(dir), &error, "%s/keys/%s", cli->dir, name);
    if (status == VV_OK) {
        status = vv_dir_make(dir, 0700, &error);
    }
    if (status == VV_OK) {
        status = share_password(cli, name, &error);
    }
    if (status == VV_OK) {
        status = vv_keys_make(dir, name, public_key, &error);
    }
    if (status == VV_OK) {
        status = allow(cli, role, name, public_key, &made, &error);
    }
    if (status != VV_OK) {
        return vv_cli_fail(cli, &error, "`vagval keys` or `vagval up` makes a system's keys first");
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:s, s:b}", "name", name, "role",
                                     vv_role_name(role), "public_key", public_key, "added",
                                     made > 0),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "%s %s %s%s\n", vv_role_name(role), name, public_key,
                  made > 0 ? "" : " (was there already)");
    return VV_EXIT_OK;
}
