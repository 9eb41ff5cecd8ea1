/*
 * admin.c: Redis as its admin user, through hiredis' plain calls.
 */
#include "admin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "vagval/config.h"
#include "vagval/limits.h"
#include "vagval/loop.h"

#define ADMIN_USER "admin"
#define RETRY_MS 20
#define LOADING_MAX_MS 1800000 /* half an hour: a log of many gigabytes */

static redisContext *connect_to(const char *address)
{
    struct timeval patience = {.tv_sec = 2, .tv_usec = 0};
    if (strncmp(address, "unix:", 5) == 0) {
        return redisConnectUnixWithTimeout(address + 5, patience);
    }
    char host[256];
    const char *at = strncmp(address, "tcp:", 4) == 0 ? address + 4 : address;
    const char *colon = strrchr(at, ':');
    if (colon == NULL || (size_t)(colon - at) >= sizeof(host)) {
        return NULL;
    }
    memcpy(host, at, (size_t)(colon - at));
    host[colon - at] = '\0';
    return redisConnectWithTimeout(host, (int)strtol(colon + 1, NULL, 10), patience);
}

bool vv_admin_ask(redisContext *redis, char *why, size_t cap, char *ret_text, size_t text_cap,
                  int argc, const char **argv)
{
    redisReply *reply = redisCommandArgv(redis, argc, argv, NULL);
    bool good = reply != NULL && reply->type != REDIS_REPLY_ERROR;
    if (reply == NULL) {
        (void)snprintf(why, cap, "%s", redis->errstr);
    } else if (!good) {
        (void)snprintf(why, cap, "%.*s", (int)reply->len, reply->str);
    } else if (ret_text != NULL) {
        bool text = reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
        (void)snprintf(ret_text, text_cap, "%s", text ? reply->str : "");
    }
    freeReplyObject(reply);
    return good;
}

static bool authenticate(redisContext *redis, const char *password, char *why, size_t cap)
{
    const char *auth[] = {"AUTH", ADMIN_USER, password};
    return vv_admin_ask(redis, why, cap, NULL, 0, 3, auth);
}

enum vv_status vv_admin_connect(const char *address, const char *password, unsigned wait_ms,
                                redisContext **ret_redis, struct vv_error *ret_error)
{
    char why[160] = "the address is neither unix:PATH nor tcp:HOST:PORT";
    const char *ping[] = {"PING"};
    int64_t begun = vv_clock_monotonic_us();
    int64_t until = begun + (int64_t)wait_ms * 1000;
    do {
        redisContext *redis = connect_to(address);
        if (redis != NULL && redis->err != 0) {
            (void)snprintf(why, sizeof(why), "%s", redis->errstr);
        } else if (redis != NULL && authenticate(redis, password, why, sizeof(why)) &&
                   vv_admin_ask(redis, why, sizeof(why), NULL, 0, 1, ping)) {
            *ret_redis = redis;
            return VV_OK;
        }
        redisFree(redis);
        if (strncmp(why, "WRONGPASS", 9) == 0) {
            break; /* waiting does not change that */
        }
        if (wait_ms > 0 && strncmp(why, "LOADING", 7) == 0) {
            /* It reads its log back, which takes as long as the log is: that is no failure. */
            until = begun + (int64_t)LOADING_MAX_MS * 1000;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
    } while (vv_clock_monotonic_us() < until);
    return vv_fail(ret_error, VV_IO, address, NULL, 0, "Redis does not answer as it should: %s",
                   why);
}

/* Connected and authenticated, or NULL. */
static redisContext *open_admin(const char *address, const char *password_file, bool *ret_listens)
{
    char password[256];
    char why[160];
    redisContext *redis = connect_to(address);
    *ret_listens = redis != NULL && redis->err == 0;
    bool good = *ret_listens &&
                vv_secret_read(password_file, password, sizeof(password), NULL) == VV_OK &&
                redisSetTimeout(redis, (struct timeval){.tv_sec = 2}) == REDIS_OK &&
                authenticate(redis, password, why, sizeof(why));
    explicit_bzero(password, sizeof(password));
    if (!good) {
        redisFree(redis);
        return NULL;
    }
    return redis;
}

bool vv_admin_answers(const char *address, const char *password_file, pid_t *ret_pid)
{
    bool listens = false;
    char why[160];
    char info[8192] = "";
    const char *ask[] = {"INFO", "server"};
    redisContext *redis = open_admin(address, password_file, &listens);
    *ret_pid = 0;
    if (redis != NULL && vv_admin_ask(redis, why, sizeof(why), info, sizeof(info), 2, ask)) {
        const char *line = strstr(info, "process_id:");
        *ret_pid = line == NULL ? 0 : (pid_t)strtol(line + strlen("process_id:"), NULL, 10);
    }
    redisFree(redis);
    return listens;
}

/* "tcp://127.0.0.1:PORT": does anybody take a connection? Other hosts are not asked: `up` starts
 * instances on this one only. */
static bool takes_connection(const char *endpoint)
{
    static const char local[] = "tcp://127.0.0.1:";
    if (strncmp(endpoint, local, sizeof(local) - 1) != 0) {
        return false;
    }
    long port = strtol(endpoint + sizeof(local) - 1, NULL, 10);
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool taken = fd >= 0 && port > 0 && port <= UINT16_MAX &&
                 connect(fd, (const struct sockaddr *)&there, sizeof(there)) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return taken;
}

bool vv_admin_member_lives(const char *address, const char *password_file,
                           enum vv_service_id service, const char *instance)
{
    bool listens = false;
    char why[160];
    char key[64];
    char before[256] = "";
    char after[256] = "";
    (void)snprintf(key, sizeof(key), "vv:{sys}:members:%s", vv_service_name(service));
    const char *ask[] = {"HGET", key, instance};
    redisContext *redis = open_admin(address, password_file, &listens);
    bool lives = false;
    if (redis != NULL && vv_admin_ask(redis, why, sizeof(why), before, sizeof(before), 3, ask) &&
        strchr(before, ' ') != NULL && takes_connection(strchr(before, ' ') + 1)) {
        /* The port may have gone to somebody else: only a heartbeat that goes on counts. */
        int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * 3 * VV_HEARTBEAT_MS;
        while (!lives && vv_clock_monotonic_us() < until) {
            (void)nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
            lives = vv_admin_ask(redis, why, sizeof(why), after, sizeof(after), 3, ask) &&
                    after[0] != '\0' && strcmp(before, after) != 0;
        }
    }
    redisFree(redis);
    return lives;
}
