/*
 * service_health.c: see the header.
 */
#include "service_health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/bus.h"
#include "vagval/limits.h"
#include "vagval/seal.h"
#include "vagval/wire.h"

#define ARENA_BYTES (64 * 1024)
#define ENDPOINT_BYTES 128

struct health {
    bool answered, ready;
    struct vv_arena arena;
    unsigned char memory[ARENA_BYTES];
};

static void replied(void *context, const uint8_t *bytes, size_t len)
{
    struct health *health = context;
    struct vv_frame frame;
    struct vv_error error = {0};
    vv_arena_reset(&health->arena);
    if (vv_wire_read(bytes, len, &health->arena, &frame, &error) != VV_OK ||
        frame.row->code != VV_MSG_PONG || frame.body == NULL) {
        return;
    }
    health->answered = true;
    health->ready = ((const Vagval__V1__Pong *)frame.body)->ready != 0;
}

/* An instance bound to every address is asked over the loopback. */
static enum vv_status read_endpoint(const char *path, char ret_endpoint[static ENDPOINT_BYTES],
                                    struct vv_error *ret_error)
{
    char line[ENDPOINT_BYTES - 16] = "";
    FILE *file = path[0] == 0 ? NULL : fopen(path, "re");
    if (file == NULL) {
        return vv_fail(ret_error, VV_NOT_FOUND, path, "VAGVAL_READY_FILE", 0,
                       "there is no ready file");
    }
    bool got = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    line[strcspn(line, "\n")] = 0;
    static const char every[] = "tcp://0.0.0.0:";
    if (!got || line[0] == 0) {
        return vv_fail(ret_error, VV_INVALID, path, "", 0, "the ready file is empty");
    }
    if (strncmp(line, every, sizeof(every) - 1) == 0) {
        snprintf(ret_endpoint, ENDPOINT_BYTES, "tcp://127.0.0.1:%s", line + sizeof(every) - 1);
    } else {
        memcpy(ret_endpoint, line, sizeof(line));
    }
    return VV_OK;
}

static size_t make_ping(uint8_t *ret_frame, struct vv_id *id)
{
    vv_seal_random(id->bytes, sizeof(id->bytes));
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = VV_MSG_PING;
    envelope.id = (ProtobufCBinaryData){16, id->bytes};
    return vagval__v1__envelope__pack(&envelope, ret_frame);
}

static enum vv_status ask(struct vv_loop *loop, struct vv_bus *bus, enum vv_service_id service,
                          const char *endpoint, struct health *health, struct vv_error *ret_error)
{
    uint8_t frame[128];
    struct vv_id id;
    size_t len = make_ping(frame, &id);
    int64_t until_us = vv_clock_monotonic_us() + VV_CALL_TIMEOUT_MS * INT64_C(1000);
    bool sent = false;
    while (!health->answered && vv_clock_monotonic_us() < until_us) {
        /* The first tries find a connection that is still being made. */
        sent = sent || vv_bus_send(bus, service, endpoint, frame, len) == VV_OK;
        enum vv_status status = vv_loop_turn(loop, 20);
        if (status != VV_OK) {
            return status;
        }
    }
    if (!health->answered) {
        return vv_fail(ret_error, VV_UNKNOWN, endpoint, "", 0, "no answer within %d ms",
                       VV_CALL_TIMEOUT_MS);
    }
    return health->ready ? VV_OK
                         : vv_fail(ret_error, VV_BUSY, endpoint, "", 0, "answers, but not ready");
}

enum vv_status vv_health_check(enum vv_service_id service, const char *key_file,
                               const char *peers_file, const char *ready_file,
                               struct vv_error *ret_error)
{
    char endpoint[ENDPOINT_BYTES];
    enum vv_status status = read_endpoint(ready_file, endpoint, ret_error);
    if (status != VV_OK) {
        return status;
    }
    struct health *health = calloc(1, sizeof(*health));
    struct vv_loop *loop = NULL;
    struct vv_bus *bus = NULL;
    if (health == NULL) {
        return VV_NO_MEMORY;
    }
    vv_arena_init(&health->arena, health->memory, sizeof(health->memory));
    const struct vv_bus_options options = {.key_file = key_file, .peers_file = peers_file};
    const struct vv_bus_callbacks callbacks = {.reply = replied};
    status = vv_loop_create(&loop);
    if (status == VV_OK) {
        status = vv_bus_open(loop, &options, &callbacks, health, &bus, ret_error);
    }
    if (status == VV_OK) {
        status = ask(loop, bus, service, endpoint, health, ret_error);
    }
    vv_bus_close(&bus);
    vv_loop_destroy(&loop);
    free(health);
    return status;
}
