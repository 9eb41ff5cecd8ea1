/*
 * config.c: the settings of a service, from one table.
 *
 * A mistyped variable would silently leave the default in force, so variables of our prefix that
 * the table does not have stop the process. The only exception are the variables that Kubernetes
 * puts into every container of a namespace that has services whose names begin with "vagval".
 */
#include "vagval/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <regex.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vagval/limits.h"
#include "vagval/messages.h"

#define PREFIX "VAGVAL_"
#define KUBERNETES                                                                                 \
    "^VAGVAL(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|"                              \
    "PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$"

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_CHOICE };

struct setting {
    const char *name; /* without the prefix */
    enum setting_type type;
    size_t offset, size;  /* of the field in struct vv_config */
    const char *standard; /* default; NULL = computed, see `computed` */
    const char *computed; /* what the default is computed from, for the documentation */
    uint32_t min, max;    /* numbers */
    const char *yes, *no; /* choices: the words for true and false */
    const char *doc;
};

#define FIELD(field) offsetof(struct vv_config, field), sizeof(((struct vv_config *)0)->field)

static const struct setting settings[] = {
    {"INSTANCE", SETTING_TEXT, FIELD(instance), NULL, "<service>-<host name>", 0, 0, NULL, NULL,
     "Name of this instance; no two instances of a service may share one."},
    {"REDIS", SETTING_TEXT, FIELD(redis), "unix:/run/vagval/redis.sock", NULL, 0, 0, NULL, NULL,
     "Where Redis answers: unix:<path> or tcp:<host>:<port>."},
    {"REDIS_USER", SETTING_TEXT, FIELD(redis_user), NULL, "<service>, key name", 0, 0, NULL, NULL,
     "Redis ACL user of this service."},
    {"REDIS_PASSWORD_FILE", SETTING_TEXT, FIELD(redis_password_file), "", NULL, 0, 0, NULL, NULL,
     "File with the user's password; empty = no authentication."},
    {"KEYS_DIR", SETTING_TEXT, FIELD(keys_dir), "/run/vagval/keys", NULL, 0, 0, NULL, NULL,
     "Directory with <service>.key, and wrap.key and lookup.key where persons are kept."},
    {"PEERS_FILE", SETTING_TEXT, FIELD(peers_file), NULL, "<keys_dir>/peers.allow", 0, 0, NULL,
     NULL, "Allow list: lines of role, name, public key."},
    {"ROUTER", SETTING_TEXT, FIELD(router), "tcp://127.0.0.1:*", NULL, 0, 0, NULL, NULL,
     "Endpoint that takes requests; * = any free port."},
    {"PUBLISH", SETTING_TEXT, FIELD(publish), "tcp://127.0.0.1:*", NULL, 0, 0, NULL, NULL,
     "Endpoint that publishes events."},
    {"ADVERTISE", SETTING_TEXT, FIELD(advertise), "", NULL, 0, 0, NULL, NULL,
     "Host that others reach this instance by; auto = its own first address; empty = as bound."},
    {"PUB", SETTING_CHOICE, FIELD(pub), "on", NULL, 0, 0, "on", "off",
     "Publishing of events; off = consumers read the streams only."},
    {"PARTITIONS", SETTING_NUMBER, FIELD(partitions), NULL, NULL, 1, VV_PARTITIONS_MAX, NULL, NULL,
     "Partitions of the region; used only when the region is created."},
    {"CLOCK", SETTING_CHOICE, FIELD(virtual_clock), "real", NULL, 0, 0, "virtual", "real",
     "Business clock; must match the region's."},
    {"CACHE_BYTES", SETTING_NUMBER, FIELD(cache_bytes), NULL, NULL, 1024 * 1024, 1024 * 1024 * 1024,
     NULL, NULL, "Bytes of aggregates kept in memory."},
    {"METRICS", SETTING_TEXT, FIELD(metrics), "", NULL, 0, 0, NULL, NULL,
     "<address>:<port> of /metrics and /health; empty = off."},
    {"LOG_LEVEL", SETTING_TEXT, FIELD(log_level), "info", NULL, 0, 0, NULL, NULL,
     "debug, info, warn or error."},
    {"READY_FILE", SETTING_TEXT, FIELD(ready_file), "", NULL, 0, 0, NULL, NULL,
     "File that exists while the instance is ready; empty = none."},
};
#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))
_Static_assert(SETTING_COUNT <= 32, "the origins of all settings fit their bits");

/* Defaults of numbers come from limits.h. */
static uint32_t standard_number(const struct setting *setting)
{
    return setting->offset == offsetof(struct vv_config, partitions) ? VV_PARTITIONS_DEFAULT
                                                                     : VV_CACHE_BYTES_DEFAULT;
}

static void *field_of(struct vv_config *config, const struct setting *setting)
{
    return (char *)config + setting->offset;
}

static bool parse_number(const char *text, uint32_t *ret_number)
{
    uint64_t number = 0;
    if (*text == '\0' || strlen(text) > 10) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(*text - '0');
    }
    if (number > UINT32_MAX) {
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

static enum vv_status set_value(struct vv_config *config, const struct setting *setting,
                                const char *value, struct vv_error *ret_error)
{
    char name[64];
    (void)snprintf(name, sizeof(name), PREFIX "%s", setting->name);
    switch (setting->type) {
    case SETTING_TEXT: {
        size_t len = strlen(value);
        if (len >= setting->size) {
            return vv_fail(ret_error, VV_INVALID, "environment", name, 0, "longer than %zu bytes",
                           setting->size - 1);
        }
        memcpy(field_of(config, setting), value, len + 1);
        return VV_OK;
    }
    case SETTING_NUMBER: {
        uint32_t number = 0;
        if (!parse_number(value, &number) || number < setting->min || number > setting->max) {
            return vv_fail(ret_error, VV_INVALID, "environment", name, 0,
                           "must be a whole number from %u to %u", setting->min, setting->max);
        }
        memcpy(field_of(config, setting), &number, sizeof(number));
        return VV_OK;
    }
    case SETTING_CHOICE: {
        bool chosen = strcmp(value, setting->yes) == 0;
        if (!chosen && strcmp(value, setting->no) != 0) {
            return vv_fail(ret_error, VV_INVALID, "environment", name, 0, "must be %s or %s",
                           setting->yes, setting->no);
        }
        memcpy(field_of(config, setting), &chosen, sizeof(chosen));
        return VV_OK;
    }
    }
    return VV_OK;
}

static enum vv_status read_variable(struct vv_config *config, const char *variable,
                                    const regex_t *kubernetes, struct vv_error *ret_error)
{
    char name[128];
    const char *equals = strchr(variable, '=');
    size_t len = equals == NULL ? 0 : (size_t)(equals - variable);
    if (len == 0 || strncmp(variable, PREFIX, strlen(PREFIX)) != 0) {
        return VV_OK;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name) - 1),
                   variable);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].name, name + strlen(PREFIX)) == 0) {
            config->given |= UINT32_C(1) << i;
            return set_value(config, &settings[i], equals + 1, ret_error);
        }
    }
    if (len < sizeof(name) && regexec(kubernetes, name, 0, NULL, 0) == 0) {
        return VV_OK;
    }
    return vv_fail(ret_error, VV_INVALID, "environment", name, 0,
                   "no such setting; --check-config lists all");
}

static void set_standards(const char *service, struct vv_config *config)
{
    char host[64] = "local";
    enum vv_service_id id;

    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        if (setting->type == SETTING_NUMBER) {
            uint32_t number = standard_number(setting);
            memcpy(field_of(config, setting), &number, sizeof(number));
        } else if (setting->standard != NULL) {
            enum vv_status status = set_value(config, setting, setting->standard, NULL);
            (void)status; /* a default that its own table refuses would fail the unit test */
        }
    }
    if (gethostname(host, sizeof(host)) == 0) {
        host[sizeof(host) - 1] = '\0';
    }
    (void)snprintf(config->instance, sizeof(config->instance), "%.24s-%.38s", service, host);
    (void)snprintf(config->redis_user, sizeof(config->redis_user), "%s",
                   vv_service_parse(service, &id) ? vv_service_key_name(id) : service);
}

static bool instance_name_valid(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return len > 0 && name[len] == '\0';
}

static enum vv_status check_endpoint(const char *name, const char *endpoint,
                                     struct vv_error *ret_error)
{
    if (strncmp(endpoint, "tcp://", 6) != 0 && strncmp(endpoint, "ipc://", 6) != 0) {
        return vv_fail(ret_error, VV_INVALID, "environment", name, 0,
                       "must be tcp://<address>:<port> or ipc://<path>");
    }
    return VV_OK;
}

static enum vv_status check_endpoints(const struct vv_config *config, struct vv_error *ret_error)
{
    enum vv_status status = check_endpoint(PREFIX "ROUTER", config->router, ret_error);
    if (status == VV_OK) {
        status = check_endpoint(PREFIX "PUBLISH", config->publish, ret_error);
    }
    const char *colon = strrchr(config->metrics, ':');
    uint32_t port = 0;
    if (status == VV_OK && config->metrics[0] != '\0' &&
        (colon == NULL || !parse_number(colon + 1, &port) || port > UINT16_MAX)) {
        return vv_fail(ret_error, VV_INVALID, "environment", PREFIX "METRICS", 0,
                       "must be <address>:<port>, or empty");
    }
    return status;
}

static enum vv_status check_texts(struct vv_config *config, struct vv_error *ret_error)
{
    if (!instance_name_valid(config->instance)) {
        return vv_fail(ret_error, VV_INVALID, "environment", PREFIX "INSTANCE", 0,
                       "takes letters, digits, dot, underscore and hyphen");
    }
    if (strncmp(config->redis, "unix:", 5) != 0 && strncmp(config->redis, "tcp:", 4) != 0) {
        return vv_fail(ret_error, VV_INVALID, "environment", PREFIX "REDIS", 0,
                       "must be unix:<path> or tcp:<host>:<port>");
    }
    const char *level = config->log_level;
    if (strcmp(level, "debug") != 0 && strcmp(level, "info") != 0 && strcmp(level, "warn") != 0 &&
        strcmp(level, "error") != 0) {
        return vv_fail(ret_error, VV_INVALID, "environment", PREFIX "LOG_LEVEL", 0,
                       "must be debug, info, warn or error");
    }
    if (config->peers_file[0] == '\0') {
        int len = snprintf(config->peers_file, sizeof(config->peers_file), "%.200s/peers.allow",
                           config->keys_dir);
        if (len < 0 || strlen(config->keys_dir) > 200) {
            return vv_fail(ret_error, VV_INVALID, "environment", PREFIX "KEYS_DIR", 0,
                           "longer than 200 bytes");
        }
    }
    return check_endpoints(config, ret_error);
}

enum vv_status vv_config_read(const char *service, char *const *environment,
                              struct vv_config *ret_config, struct vv_error *ret_error)
{
    struct vv_config config = {.given = 0};
    regex_t kubernetes;

    if (regcomp(&kubernetes, KUBERNETES, REG_EXTENDED | REG_NOSUB) != 0) {
        return vv_fail(ret_error, VV_NO_MEMORY, "environment", "", 0, "no memory");
    }
    set_standards(service, &config);
    enum vv_status status = VV_OK;
    for (size_t i = 0; environment[i] != NULL && status == VV_OK; i++) {
        status = read_variable(&config, environment[i], &kubernetes, ret_error);
    }
    regfree(&kubernetes);
    if (status == VV_OK) {
        status = check_texts(&config, ret_error);
    }
    if (status == VV_OK) {
        *ret_config = config;
    }
    return status;
}

static void print_value(const void *field, const struct setting *setting, FILE *out)
{
    uint32_t number = 0;
    bool chosen = false;
    switch (setting->type) {
    case SETTING_TEXT:
        (void)fprintf(out, "%s", (const char *)field);
        break;
    case SETTING_NUMBER:
        memcpy(&number, field, sizeof(number));
        (void)fprintf(out, "%u", number);
        break;
    case SETTING_CHOICE:
        memcpy(&chosen, field, sizeof(chosen));
        (void)fprintf(out, "%s", chosen ? setting->yes : setting->no);
        break;
    }
}

void vv_config_print(const struct vv_config *config, FILE *out)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        (void)fprintf(out, PREFIX "%s=", setting->name);
        print_value((const char *)config + setting->offset, setting, out);
        (void)fprintf(out, "  # %s\n",
                      (config->given & UINT32_C(1) << i) != 0 ? "environment" : "default");
    }
}

void vv_config_document(FILE *out)
{
    (void)fprintf(out, "| variable | default | range | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        (void)fprintf(out, "| `" PREFIX "%s` | ", setting->name);
        if (setting->type == SETTING_NUMBER) {
            (void)fprintf(out, "%u | %u..%u", standard_number(setting), setting->min, setting->max);
        } else {
            (void)fprintf(out, "%s | ",
                          setting->standard != NULL ? setting->standard : setting->computed);
            if (setting->type == SETTING_CHOICE) {
                (void)fprintf(out, "%s, %s", setting->yes, setting->no);
            } else {
                (void)fprintf(out, "%zu bytes", setting->size - 1);
            }
        }
        (void)fprintf(out, " | %s |\n", setting->doc);
    }
}

/* ---- secrets ---- */

enum vv_status vv_secret_read(const char *path, char *ret_secret, size_t cap,
                              struct vv_error *ret_error)
{
    struct stat info;
    size_t len = 0;

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        int failure = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return vv_fail(ret_error, failure == ENOENT ? VV_NOT_FOUND : VV_IO, path, "", 0,
                       "cannot open the file: %s", strerror(failure));
    }
    enum vv_status status = VV_OK;
    if (!S_ISREG(info.st_mode)) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0, "not a regular file");
    } else if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0,
                         "the file holds a secret and others than its owner may use it (mode "
                         "%03o); chmod 0400 it",
                         (unsigned)(info.st_mode & 0777));
    } else if (info.st_size >= (off_t)cap) {
        status =
            vv_fail(ret_error, VV_TOO_LARGE, path, "", 0, "at most %zu bytes are read", cap - 1);
    }
    while (status == VV_OK && len < cap - 1) {
        ssize_t n = read(fd, ret_secret + len, cap - 1 - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            status = vv_fail(ret_error, VV_IO, path, "", 0, "cannot read: %s", strerror(errno));
        }
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
    }
    (void)close(fd);
    if (status != VV_OK) {
        sodium_memzero(ret_secret, len);
        return status;
    }
    while (len > 0 && (ret_secret[len - 1] == '\n' || ret_secret[len - 1] == '\r')) {
        len--;
    }
    ret_secret[len] = '\0';
    return VV_OK;
}

/* ---- the address that others reach us by ---- */

static bool own_address(char ret_host[static INET_ADDRSTRLEN])
{
    struct ifaddrs *all = NULL;
    bool found = false;
    if (getifaddrs(&all) != 0) {
        return false;
    }
    for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
        struct sockaddr_in address;
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET ||
            (one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        memcpy(&address, one->ifa_addr, sizeof(address));
        found = inet_ntop(AF_INET, &address.sin_addr, ret_host, INET_ADDRSTRLEN) != NULL;
    }
    freeifaddrs(all);
    return found;
}

enum vv_status vv_config_advertised(const struct vv_config *config, const char *bound,
                                    char ret_endpoint[static 112], struct vv_error *ret_error)
{
    char own[INET_ADDRSTRLEN];
    const char *host = config->advertise;
    const char *port = strrchr(bound, ':');
    bool any = strncmp(bound, "tcp://0.0.0.0:", 14) == 0;

    if (strncmp(bound, "tcp://", 6) != 0 || port == NULL || (host[0] == '\0' && !any)) {
        if (strlen(bound) >= 112) {
            return vv_fail(ret_error, VV_TOO_LARGE, bound, "", 0, "the endpoint is too long");
        }
        memcpy(ret_endpoint, bound, strlen(bound) + 1);
        return VV_OK;
    }
    if (host[0] == '\0' || strcmp(host, "auto") == 0) {
        if (!own_address(own)) {
            return vv_fail(ret_error, VV_NOT_FOUND, bound, PREFIX "ADVERTISE", 0,
                           "this machine has no address but the loopback; name one");
        }
        host = own;
    }
    (void)snprintf(ret_endpoint, 112, "tcp://%s%s", host, port);
    return VV_OK;
}
