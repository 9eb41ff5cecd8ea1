/*
 * keys.c: CURVE key files and the allow list.
 *
 * A key file is made once, complete or not at all: it is written under another name, synced and
 * linked into place, so that a crash never leaves half a key and two processes that start at the
 * same time agree on one.
 */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "vagval/bus.h"
#include "vagval/config.h"
#include "vagval/limits.h"

#define KEY_FILE_BYTES_MAX 512
#define ALLOW_LINE_BYTES_MAX 512

/* Cuts the next word off *rest; NULL when there is none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\r");
    if (*word == '\0') {
        *rest = word;
        return NULL;
    }
    char *end = word + strcspn(word, " \t\r");
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static bool key_decode(const char *text, uint8_t ret_key[static VV_CURVE_KEY_BYTES])
{
    return strlen(text) == VV_CURVE_TEXT_BYTES - 1 && zmq_z85_decode(ret_key, text) != NULL;
}

static enum vv_status parse_key_line(char *line, const char *path, unsigned number,
                                     struct vv_curve_pair *pair, struct vv_error *ret_error)
{
    uint8_t key[VV_CURVE_KEY_BYTES];
    char *rest = line;
    const char *what = next_word(&rest);
    const char *value = next_word(&rest);
    if (what == NULL || *what == '#') {
        return VV_OK;
    }
    char *target = NULL;
    if (strcmp(what, "public") == 0) {
        target = pair->public_key;
    } else if (strcmp(what, "secret") == 0) {
        target = pair->secret_key;
    }
    bool good = target != NULL && value != NULL && key_decode(value, key);
    sodium_memzero(key, sizeof(key));
    if (!good) {
        return vv_fail(ret_error, VV_INVALID, path, "", number,
                       "a key file has the lines \"public <key>\" and \"secret <key>\", each key "
                       "40 characters of Z85");
    }
    memcpy(target, value, VV_CURVE_TEXT_BYTES);
    return VV_OK;
}

enum vv_status vv_keys_read(const char *path, struct vv_curve_pair *ret_pair,
                            struct vv_error *ret_error)
{
    char text[KEY_FILE_BYTES_MAX];
    struct vv_curve_pair pair = {{0}, {0}};
    char derived[VV_CURVE_TEXT_BYTES];

    enum vv_status status = vv_secret_read(path, text, sizeof(text), ret_error);
    if (status != VV_OK) {
        return status;
    }
    unsigned number = 0;
    char *rest = text;
    while (status == VV_OK && rest != NULL) {
        char *line = strsep(&rest, "\n");
        number++;
        status = parse_key_line(line, path, number, &pair, ret_error);
    }
    if (status == VV_OK && (zmq_curve_public(derived, pair.secret_key) != 0 ||
                            memcmp(derived, pair.public_key, VV_CURVE_TEXT_BYTES) != 0)) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0,
                         "the public and the secret key do not belong together; make new keys");
    }
    if (status == VV_OK) {
        *ret_pair = pair;
    }
    sodium_memzero(text, sizeof(text));
    sodium_memzero(&pair, sizeof(pair));
    return status;
}

/* Writes all of text to a new file of mode 0400 and syncs it. */
static int write_new(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0) {
        return -1;
    }
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(fd, text + done, len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            (void)close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    int synced = fsync(fd);
    return close(fd) == 0 && synced == 0 ? 0 : -1;
}

static enum vv_status make_pair(const char *path, struct vv_error *ret_error)
{
    struct vv_curve_pair pair;
    char other[512];
    char text[KEY_FILE_BYTES_MAX];

    if (zmq_curve_keypair(pair.public_key, pair.secret_key) != 0) {
        return vv_fail(ret_error, VV_UNSUPPORTED, path, "", 0,
                       "this ZeroMQ library was built without CURVE");
    }
    int len =
        snprintf(text, sizeof(text), "public %s\nsecret %s\n", pair.public_key, pair.secret_key);
    int other_len = snprintf(other, sizeof(other), "%s.new.%ld", path, (long)getpid());
    enum vv_status status = VV_OK;
    if (other_len < 0 || (size_t)other_len >= sizeof(other)) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0, "the path is too long");
    } else {
        (void)unlink(other);
        bool made = write_new(other, text, (size_t)len) == 0;
        /* link() fails if the name exists: whoever came first made the key. */
        if (!made || (link(other, path) != 0 && errno != EEXIST)) {
            status = vv_fail(ret_error, VV_IO, path, "", 0, "cannot write the key file: %s",
                             strerror(errno));
        }
        (void)unlink(other);
    }
    sodium_memzero(&pair, sizeof(pair));
    sodium_memzero(text, sizeof(text));
    return status;
}

enum vv_status vv_keys_make(const char *directory, const char *name, char ret_public[static 41],
                            struct vv_error *ret_error)
{
    char path[448];
    struct vv_curve_pair pair;

    int len = snprintf(path, sizeof(path), "%s/%s.key", directory, name);
    if (len < 0 || (size_t)len >= sizeof(path) || strchr(name, '/') != NULL) {
        return vv_fail(ret_error, VV_INVALID, directory, "", 0,
                       "the key's name must be a short file name");
    }
    if (access(path, F_OK) != 0) {
        enum vv_status status = make_pair(path, ret_error);
        if (status != VV_OK) {
            return status;
        }
    }
    enum vv_status status = vv_keys_read(path, &pair, ret_error);
    if (status == VV_OK) {
        memcpy(ret_public, pair.public_key, VV_CURVE_TEXT_BYTES);
    }
    sodium_memzero(&pair, sizeof(pair));
    return status;
}

/* ---- the allow list ---- */

static enum vv_status parse_allow_line(char *line, const char *path, unsigned number,
                                       struct vv_allowed *ret_item, bool *ret_found,
                                       struct vv_error *ret_error)
{
    struct vv_allowed item = {.role = VV_ROLE_NONE};
    char *rest = line;
    const char *role = next_word(&rest);
    if (role == NULL || *role == '#') {
        *ret_found = false;
        return VV_OK;
    }
    const char *name = next_word(&rest);
    const char *key = next_word(&rest);
    const char *more = next_word(&rest);
    if (name == NULL || key == NULL || (more != NULL && *more != '#')) {
        return vv_fail(ret_error, VV_INVALID, path, "", number,
                       "a line has three words: role, name, public key");
    }
    if (!vv_role_parse(role, &item.role)) {
        return vv_fail(
            ret_error, VV_INVALID, path, "role", number,
            "no such role; the roles are intake, assessment, provider-registry, "
            "payment, operator, caseworker, provider, finance, auditor, gateway, guardian");
    }
    if (strlen(name) >= sizeof(item.name)) {
        return vv_fail(ret_error, VV_INVALID, path, "name", number, "at most %zu bytes",
                       sizeof(item.name) - 1);
    }
    if (!key_decode(key, item.key)) {
        return vv_fail(ret_error, VV_INVALID, path, "key", number,
                       "a public key is 40 characters of Z85");
    }
    memcpy(item.name, name, strlen(name) + 1);
    memcpy(item.text, key, VV_CURVE_TEXT_BYTES);
    *ret_item = item;
    *ret_found = true;
    return VV_OK;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct vv_allowed *)a)->key, ((const struct vv_allowed *)b)->key,
                  VV_CURVE_KEY_BYTES);
}

static enum vv_status read_lines(FILE *file, const char *path, struct vv_allow_list *list,
                                 struct vv_error *ret_error)
{
    char line[ALLOW_LINE_BYTES_MAX];
    unsigned number = 0;

    while (fgets(line, sizeof(line), file) != NULL) {
        bool found = false;
        number++;
        if (strchr(line, '\n') == NULL && !feof(file)) {
            return vv_fail(ret_error, VV_INVALID, path, "", number, "the line is too long");
        }
        line[strcspn(line, "\n")] = '\0';
        if (list->count == VV_ALLOWED_MAX) {
            return vv_fail(ret_error, VV_TOO_LARGE, path, "", number, "at most %d keys are read",
                           VV_ALLOWED_MAX);
        }
        enum vv_status status =
            parse_allow_line(line, path, number, &list->items[list->count], &found, ret_error);
        if (status != VV_OK) {
            return status;
        }
        list->count += found ? 1 : 0;
    }
    if (ferror(file) != 0) {
        return vv_fail(ret_error, VV_IO, path, "", 0, "cannot read the allow list");
    }
    return VV_OK;
}

enum vv_status vv_allow_list_read(const char *path, struct vv_allow_list *ret_list,
                                  struct vv_error *ret_error)
{
    struct vv_allow_list list = {0};
    struct stat info;

    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return vv_fail(ret_error, VV_IO, path, "", 0, "cannot open the allow list: %s",
                       strerror(errno));
    }
    enum vv_status status = VV_OK;
    /* Whoever can write the list can give himself a role. */
    if (fstat(fileno(file), &info) != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0,
                         "the allow list may be writable by its owner only; chmod go-w it");
    }
    list.items = calloc(VV_ALLOWED_MAX, sizeof(*list.items));
    if (status == VV_OK && list.items == NULL) {
        status = vv_fail(ret_error, VV_NO_MEMORY, path, "", 0, "no memory for the allow list");
    }
    if (status == VV_OK) {
        status = read_lines(file, path, &list, ret_error);
    }
    (void)fclose(file);
    if (status == VV_OK && list.count > 0) {
        qsort(list.items, list.count, sizeof(*list.items), by_key);
        for (size_t i = 1; i < list.count && status == VV_OK; i++) {
            if (by_key(&list.items[i - 1], &list.items[i]) == 0) {
                status = vv_fail(ret_error, VV_INVALID, path, list.items[i].name, 0,
                                 "the same key stands in two lines; a key has one role");
            }
        }
    }
    if (status != VV_OK) {
        vv_allow_list_free(&list);
        return status;
    }
    *ret_list = list;
    return VV_OK;
}

void vv_allow_list_free(struct vv_allow_list *list)
{
    free(list->items);
    list->items = NULL;
    list->count = 0;
}

const struct vv_allowed *vv_allow_list_find(const struct vv_allow_list *list,
                                            const uint8_t key[static VV_CURVE_KEY_BYTES])
{
    struct vv_allowed wanted;
    if (list->count == 0) {
        return NULL;
    }
    memcpy(wanted.key, key, VV_CURVE_KEY_BYTES);
    return bsearch(&wanted, list->items, list->count, sizeof(*list->items), by_key);
}

const char *vv_allow_list_server_key(const struct vv_allow_list *list, enum vv_service_id service)
{
    enum vv_role role = VV_ROLE_NONE;
    if (!vv_role_parse(vv_service_name(service), &role)) {
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].role == role) {
            return list->items[i].text;
        }
    }
    return NULL;
}
