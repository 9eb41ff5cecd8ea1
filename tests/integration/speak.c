/*
 * speak.c: an outsider for the integration tests. It makes its own sockets with plain ZeroMQ, so
 * that nothing of the runtime's own caution stands between a test and a service.
 *
 *   speak KEY SERVER ENDPOINT send TYPE [BODY]   one request; prints what came back
 *   speak KEY SERVER ENDPOINT roles              every request of messages.def, each with an empty
 *                                                body; prints "name status" per line
 *   speak KEY SERVER ENDPOINT odd COUNT SEED     garbage, torn and oversized frames
 *   speak KEY SERVER ENDPOINT flood COUNT TYPE   COUNT requests to one partition at once
 *   speak KEY SERVER ENDPOINT listen MS          subscribes; prints how many publications came
 *   speak DIR make-key NAME                      makes DIR/NAME.key; prints its public key
 *
 * KEY is a key file, "stranger" (a fresh random pair) or "plain" (no CURVE at all). SERVER is the
 * service's public key. TYPE is a message's name; BODY is hexadecimal. "nothing" means that nobody
 * answered in 1.5 seconds, times VAGVAL_TEST_SLOW.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "vagval/bus.h"
#include "vagval/limits.h"
#include "vagval/loop.h"
#include "vagval/messages.h"

#define WAIT_MS 1500

static int wait_ms = WAIT_MS;

static void give_up(const char *what)
{
    (void)fprintf(stderr, "speak: %s\n", what);
    exit(2);
}

static void read_pair(const char *path, char ret_public[static 41], char ret_secret[static 41])
{
    FILE *file = fopen(path, "re");
    if (file == NULL ||
        fscanf(file, " public %40s secret %40s", ret_public, ret_secret) != 2) { // NOLINT
        give_up("the key file cannot be read");
    }
    (void)fclose(file);
}

static void *connect_as(void *context, int type, char **args)
{
    char public_key[41];
    char secret_key[41];
    const int zero = 0;
    void *socket = zmq_socket(context, type);
    bool good = socket != NULL && zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero)) == 0 &&
                zmq_setsockopt(socket, ZMQ_SNDHWM, &zero, sizeof(zero)) == 0 &&
                zmq_setsockopt(socket, ZMQ_RCVHWM, &zero, sizeof(zero)) == 0;
    if (type == ZMQ_SUB) {
        good = good && zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0;
    }
    if (strcmp(args[0], "plain") != 0) {
        if (strcmp(args[0], "stranger") != 0) {
            read_pair(args[0], public_key, secret_key);
        } else if (zmq_curve_keypair(public_key, secret_key) != 0) {
            give_up("no CURVE");
        }
        good = good && zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, args[1], 40) == 0 &&
               zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 40) == 0 &&
               zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 40) == 0;
    }
    if (!good || zmq_connect(socket, args[2]) != 0) {
        give_up("the socket could not be made");
    }
    return socket;
}

/* One frame within the time, unpacked; NULL when nothing came. */
static Vagval__V1__Envelope *receive(void *socket, int limit_ms)
{
    static uint8_t bytes[VV_ENVELOPE_BYTES_MAX];
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, limit_ms) <= 0) {
        return NULL;
    }
    int len = zmq_recv(socket, bytes, sizeof(bytes), 0);
    return len < 0 || (size_t)len > sizeof(bytes)
               ? NULL
               : vagval__v1__envelope__unpack(NULL, (size_t)len, bytes);
}

static size_t pack_body(uint16_t type, const uint8_t *subject, const uint8_t *body, size_t len,
                        uint8_t *ret_bytes)
{
    uint8_t id[16];
    randombytes_buf(id, sizeof(id));
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = type;
    envelope.id = (ProtobufCBinaryData){sizeof(id), id};
    envelope.subject = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)subject};
    envelope.budget_ms = 20000;
    envelope.sender = "speak";
    envelope.scheme = "se-krom";
    envelope.body = (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)body};
    return vagval__v1__envelope__pack(&envelope, ret_bytes);
}

static size_t pack_for(uint16_t type, const uint8_t *subject, uint8_t *ret_bytes)
{
    return pack_body(type, subject, NULL, 0, ret_bytes);
}

/* About somebody whom nobody knows, in a partition of the region. */
static size_t pack(uint16_t type, const uint8_t *body, size_t len, uint8_t *ret_bytes)
{
    uint8_t subject[16];
    randombytes_buf(subject, sizeof(subject));
    subject[0] = 0;
    return pack_body(type, subject, body, len, ret_bytes);
}

/* Prints the answer of one request. */
static void request(void *socket, uint16_t type, const uint8_t *body, size_t len)
{
    static uint8_t bytes[VV_ENVELOPE_BYTES_MAX];
    (void)zmq_send(socket, bytes, pack(type, body, len, bytes), 0);
    Vagval__V1__Envelope *answer = receive(socket, wait_ms);
    if (answer == NULL) {
        (void)printf("nothing\n");
        return;
    }
    (void)printf("%s %s\n", vv_status_name((enum vv_status)answer->status), answer->error);
    vagval__v1__envelope__free_unpacked(answer, NULL);
}

static const struct vv_message_row *row_named(const char *name)
{
    for (unsigned code = 1; code < 1024; code++) {
        const struct vv_message_row *row = vv_message_row((uint16_t)code);
        if (row != NULL && strcmp(row->name, name) == 0) {
            return row;
        }
    }
    give_up("no message has this name");
    return NULL;
}

static void send_one(void *socket, const char *name, const char *hex)
{
    uint8_t body[1024];
    size_t len = 0;
    if (hex != NULL &&
        sodium_hex2bin(body, sizeof(body), hex, strlen(hex), NULL, &len, NULL) != 0) {
        give_up("the body is not hexadecimal");
    }
    request(socket, row_named(name)->code, body, len);
}

static void try_all(void *socket)
{
    for (unsigned code = 1; code < 1024; code++) {
        const struct vv_message_row *row = vv_message_row((uint16_t)code);
        if (row != NULL && row->kind != VV_KIND_REPLY && row->kind != VV_KIND_EVENT &&
            row->kind != VV_KIND_TIMER) {
            (void)printf("%s ", row->name);
            request(socket, row->code, NULL, 0);
        }
    }
}

/* Frames that no honest peer sends: random bytes, a true frame cut short or with a byte changed,
 * nothing, several frames, and ten megabytes. */
static void send_odd(void *socket, unsigned count, unsigned seed)
{
    static uint8_t bytes[10 * 1024 * 1024];
    uint8_t seeds[randombytes_SEEDBYTES] = {0};
    memcpy(seeds, &seed, sizeof(seed));
    for (unsigned i = 0; i < count; i++) {
        memcpy(seeds + sizeof(seed), &i, sizeof(i));
        uint32_t dice[2];
        randombytes_buf_deterministic(dice, sizeof(dice), seeds);
        size_t len = dice[0] % 600;
        randombytes_buf_deterministic(bytes, len, seeds);
        if (i % 4 != 0) {
            len = pack(VV_MSG_RECORD_OUTCOME, (const uint8_t *)"\x0a\x02zz", 4, bytes);
            bytes[dice[1] % len] ^= (uint8_t)(1u << (i % 8));
            len = i % 4 == 1 ? dice[1] % len : len;
        }
        (void)zmq_send(socket, bytes, len, i % 16 == 7 ? ZMQ_SNDMORE : 0);
    }
    (void)zmq_send(socket, bytes, 0, 0);
    (void)zmq_send(socket, bytes, sizeof(bytes), 0);
    unsigned answers = 0;
    Vagval__V1__Envelope *answer = NULL;
    while ((answer = receive(socket, wait_ms / 3)) != NULL) {
        answers += answer->status == VV_OK ? 1 : 0;
        vagval__v1__envelope__free_unpacked(answer, NULL);
    }
    (void)printf("%u taken\n", answers);
}

/* One partition gets all of them: more than its queue holds. Each must be answered, with no or with
 * later. */
static void flood(void *socket, unsigned count, uint16_t type)
{
    static const uint8_t subject[16] = {0};
    uint8_t bytes[256];
    unsigned sent = 0;
    unsigned answers = 0;
    unsigned busy = 0;
    unsigned advised = 0;
    while (sent < count && zmq_send(socket, bytes, pack_for(type, subject, bytes), 0) > 0) {
        sent++;
    }
    Vagval__V1__Envelope *answer = NULL;
    while (answers < count && (answer = receive(socket, 4 * wait_ms)) != NULL) {
        answers++;
        busy += answer->status == VV_BUSY ? 1 : 0;
        advised += answer->status == VV_BUSY && answer->retry_after_ms > 0 ? 1 : 0;
        vagval__v1__envelope__free_unpacked(answer, NULL);
    }
    (void)printf("sent %u answered %u busy %u advised %u\n", sent, answers, busy, advised);
}

static void listen_for(void *socket, int limit_ms)
{
    uint8_t bytes[64];
    unsigned count = 0;
    int64_t until_us = vv_clock_monotonic_us() + (int64_t)limit_ms * 1000;
    while (vv_clock_monotonic_us() < until_us) {
        zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, 50) > 0 && zmq_recv(socket, bytes, sizeof(bytes), 0) >= 0) {
            count++;
        }
    }
    (void)printf("%u publications\n", count);
}

static unsigned number(const char *text)
{
    return text == NULL ? 0 : (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    const char *slow = getenv("VAGVAL_TEST_SLOW");
    wait_ms *= slow == NULL || number(slow) == 0 ? 1 : (int)number(slow);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (sodium_init() < 0) {
        give_up("no libsodium");
    }
    if (argc == 4 && strcmp(argv[2], "make-key") == 0) {
        char public_key[41];
        struct vv_error error = {0};
        if (vv_keys_make(argv[1], argv[3], public_key, &error) != VV_OK) {
            give_up(error.text);
        }
        (void)printf("%s\n", public_key);
        return 0;
    }
    if (argc < 5) {
        give_up("usage: speak KEY SERVER ENDPOINT send|roles|odd|flood|listen ...");
    }
    const char *what = argv[4];
    const char *first = argc > 5 ? argv[5] : NULL;
    const char *second = argc > 6 ? argv[6] : NULL;
    void *context = zmq_ctx_new();
    void *socket =
        connect_as(context, strcmp(what, "listen") == 0 ? ZMQ_SUB : ZMQ_DEALER, argv + 1);
    if (strcmp(what, "send") == 0 && first != NULL) {
        send_one(socket, first, second);
    } else if (strcmp(what, "roles") == 0) {
        try_all(socket);
    } else if (strcmp(what, "odd") == 0) {
        send_odd(socket, number(first), number(second));
    } else if (strcmp(what, "flood") == 0 && second != NULL) {
        flood(socket, number(first), row_named(second)->code);
    } else if (strcmp(what, "listen") == 0) {
        listen_for(socket, (int)number(first));
    } else {
        give_up("unknown order");
    }
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
    return 0;
}
