/*
 * redis.c: starts, kills and removes a private Redis.
 */
#include "redis.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const USERS[] = {"admin",      "operator", "intake",
                                    "assessment", "registry", "payment"};
enum { USER_COUNT = sizeof USERS / sizeof USERS[0], START_TRIES = 3000, START_PAUSE_US = 5000 };

static bool say(const char *what)
{
    (void)fprintf(stderr, "private Redis: %s\n", what);
    return false;
}

/* ---- files ---- */

static void write_digest(FILE *out, const char *user)
{
    char secret[64];
    unsigned char digest[crypto_hash_sha256_BYTES];
    char text[2 * sizeof digest + 1];

    int len = snprintf(secret, sizeof secret, "secret-of-%s", user);
    (void)crypto_hash_sha256(digest, (const unsigned char *)secret, (unsigned long long)len);
    (void)fputs(sodium_bin2hex(text, sizeof text, digest, sizeof digest), out);
}

/* Copies the template, with the digest of each user's secret in place of @user@. */
static bool write_users(const struct test_redis *redis)
{
    char path[96];
    char line[2048];
    FILE *in = fopen("deploy/redis/users.acl.in", "r");

    (void)snprintf(path, sizeof path, "%s/users.acl", redis->dir);
    FILE *out = fopen(path, "w");
    if (in == NULL || out == NULL) {
        return say("deploy/redis/users.acl.in cannot be read from here");
    }
    while (fgets(line, sizeof line, in) != NULL) {
        for (const char *at = line; *at != '\0';) {
            const char *end = *at == '@' ? strchr(at + 1, '@') : NULL;
            size_t user = 0;
            for (; end != NULL && user < USER_COUNT; user++) {
                if (strlen(USERS[user]) == (size_t)(end - at - 1) &&
                    strncmp(USERS[user], at + 1, strlen(USERS[user])) == 0) {
                    break;
                }
            }
            if (end != NULL && user < USER_COUNT) {
                write_digest(out, USERS[user]);
                at = end + 1;
            } else {
                (void)fputc(*at++, out);
            }
        }
    }
    (void)fclose(in);
    return fclose(out) == 0;
}

static bool write_secrets(struct test_redis *redis)
{
    for (size_t i = 0; i < USER_COUNT; i++) {
        (void)snprintf(redis->passwords[i], sizeof redis->passwords[i], "%s/%s.password",
                       redis->dir, USERS[i]);
        int fd = open(redis->passwords[i], O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd < 0 || dprintf(fd, "secret-of-%s\n", USERS[i]) < 0 || close(fd) != 0) {
            return say("a password file cannot be written");
        }
    }
    return true;
}

/* ---- the process ---- */

static void run_server(const struct test_redis *redis)
{
    char socket_path[96];
    char users[96];
    char log_path[96];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)snprintf(socket_path, sizeof socket_path, "%s/redis.sock", redis->dir);
    (void)snprintf(users, sizeof users, "%s/users.acl", redis->dir);
    (void)snprintf(log_path, sizeof log_path, "%s/redis.log", redis->dir);
    (void)execlp("redis-server", "redis-server", "deploy/redis/redis.conf", "--port", "0",
                 "--unixsocket", socket_path, "--dir", redis->dir, "--aclfile", users, "--logfile",
                 log_path, (char *)NULL);
    _exit(127);
}

bool test_redis_again(struct test_redis *redis)
{
    char socket_path[96];

    (void)snprintf(socket_path, sizeof socket_path, "%s/redis.sock", redis->dir);
    (void)unlink(socket_path);
    redis->pid = fork();
    if (redis->pid == 0) {
        run_server(redis);
    }
    for (int i = 0; redis->pid > 0 && i < START_TRIES; i++) {
        if (waitpid(redis->pid, NULL, WNOHANG) == redis->pid) {
            redis->pid = 0;
            break;
        }
        redisContext *admin = test_redis_admin(redis);
        if (admin != NULL) {
            redisFree(admin);
            return true;
        }
        (void)usleep(START_PAUSE_US);
    }
    return say("redis-server did not start");
}

bool test_redis_start_bare(struct test_redis *ret_redis)
{
    *ret_redis = (struct test_redis){.dir = "/tmp/vagval-redis-XXXXXX"};
    if (sodium_init() < 0 || mkdtemp(ret_redis->dir) == NULL) {
        ret_redis->dir[0] = '\0';
        return say("no directory under /tmp");
    }
    (void)snprintf(ret_redis->address, sizeof ret_redis->address, "unix:%s/redis.sock",
                   ret_redis->dir);
    if (!write_secrets(ret_redis) || !write_users(ret_redis) || !test_redis_again(ret_redis)) {
        test_redis_stop(ret_redis);
        return false;
    }
    return true;
}

bool test_redis_start(struct test_redis *ret_redis, uint16_t partitions)
{
    struct vv_error error = {0};
    uint16_t made;
    bool is_virtual;

    if (!test_redis_start_bare(ret_redis)) {
        return false;
    }
    struct vv_store_options admin = test_redis_options(ret_redis, "admin");
    if (vv_store_install(&admin, &error) != VV_OK ||
        vv_store_region(&admin, partitions, &made, &error) != VV_OK ||
        vv_store_clock(&admin, "virtual", &is_virtual, &error) != VV_OK) {
        (void)say(error.text);
        test_redis_stop(ret_redis);
        return false;
    }
    return true;
}

void test_redis_kill(struct test_redis *redis)
{
    if (redis->pid > 0) {
        (void)kill(redis->pid, SIGKILL);
        (void)waitpid(redis->pid, NULL, 0);
        redis->pid = 0;
    }
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void test_redis_stop(struct test_redis *redis)
{
    test_redis_kill(redis);
    if (redis->dir[0] != '\0') {
        (void)nftw(redis->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        redis->dir[0] = '\0';
    }
}

/* ---- connections ---- */

struct vv_store_options test_redis_options(const struct test_redis *redis, const char *user)
{
    struct vv_store_options options = {.address = redis->address, .user = user};

    for (size_t i = 0; i < USER_COUNT; i++) {
        if (strcmp(user, USERS[i]) == 0) {
            options.password_file = redis->passwords[i];
        }
    }
    return options;
}

redisContext *test_redis_admin(const struct test_redis *redis)
{
    redisContext *admin = redisConnectUnix(redis->address + strlen("unix:"));

    if (admin == NULL || admin->err != 0) {
        if (admin != NULL) {
            redisFree(admin);
        }
        return NULL;
    }
    redisReply *reply = redisCommand(admin, "AUTH admin secret-of-admin");
    bool good = reply != NULL && reply->type == REDIS_REPLY_STATUS;
    freeReplyObject(reply);
    reply = good ? redisCommand(admin, "PING") : NULL;
    good = reply != NULL && reply->type == REDIS_REPLY_STATUS; /* not LOADING */
    freeReplyObject(reply);
    if (!good) {
        redisFree(admin);
        return NULL;
    }
    return admin;
}

/* Frees both. */
static const char *reply_text(redisContext *admin, redisReply *reply)
{
    static char text[1024];

    (void)snprintf(text, sizeof text, "lost");
    if (reply != NULL && reply->type == REDIS_REPLY_INTEGER) {
        (void)snprintf(text, sizeof text, "%lld", reply->integer);
    } else if (reply != NULL) {
        (void)snprintf(text, sizeof text, "%s", reply->str != NULL ? reply->str : "");
    }
    freeReplyObject(reply);
    redisFree(admin);
    return text;
}

const char *test_redis_ask(const struct test_redis *redis, const char *format, ...)
{
    redisContext *admin = test_redis_admin(redis);
    va_list arguments;

    if (admin == NULL) {
        return "lost";
    }
    va_start(arguments, format);
    redisReply *reply = redisvCommand(admin, format, arguments);
    va_end(arguments);
    return reply_text(admin, reply);
}

const char *test_redis_run(const struct test_redis *redis, const char *words)
{
    enum { WORDS_MAX = 32 };
    const char *argv[WORDS_MAX];
    size_t lens[WORDS_MAX];
    int argc = 0;
    redisContext *admin = test_redis_admin(redis);

    if (admin == NULL) {
        return "lost";
    }
    for (const char *at = words; *at != '\0' && argc < WORDS_MAX; argc++) {
        argv[argc] = at;
        lens[argc] = strcspn(at, " ");
        at += lens[argc];
        at += *at == ' ';
    }
    return reply_text(admin, redisCommandArgv(admin, argc, argv, lens));
}
