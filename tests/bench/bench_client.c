#include "bench_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/seal.h"

static uint8_t arena_memory[1024 * 1024];

void bench_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void on_reply(void *context, const uint8_t *frame, size_t len)
{
    struct bench_client *client = context;
    vv_caller_reply(client->caller, frame, len);
}

static void on_publication(void *context, enum vv_service_id service, uint16_t partition,
                           const uint8_t *frame, size_t len)
{
    struct bench_client *client = context;
    (void)partition;
    if (service == VV_PAYMENT && client->posted != NULL) {
        client->posted(client->posted_context, frame, len);
    }
}

void bench_open(struct bench_client *client, const char *dir)
{
    memset(client, 0, sizeof *client);
    vv_arena_init(&client->arena, arena_memory, sizeof arena_memory);
    snprintf(client->redis, sizeof client->redis, "unix:%s/redis/redis.sock", dir);
    char password[320], key[320], peers[320];
    snprintf(password, sizeof password, "%s/keys/operator/redis.password", dir);
    snprintf(key, sizeof key, "%s/keys/operator/operator.key", dir);
    snprintf(peers, sizeof peers, "%s/keys/peers.allow", dir);
    struct vv_error error = {0};
    const struct vv_store_options store = {
        .address = client->redis, .user = "operator", .password_file = password};
    const struct vv_bus_options bus = {.key_file = key, .peers_file = peers};
    const struct vv_bus_callbacks callbacks = {.reply = on_reply, .publication = on_publication};
    if (vv_store_region(&store, 0, &client->partitions, &error) != VV_OK ||
        vv_loop_create(&client->loop) != VV_OK ||
        vv_store_open(client->loop, &store, NULL, NULL, NULL, &client->store, &error) != VV_OK ||
        vv_bus_open(client->loop, &bus, &callbacks, client, &client->bus, &error) != VV_OK ||
        vv_members_open(client->loop, client->store, VV_INTAKE, NULL, NULL, NULL,
                        &client->members) != VV_OK ||
        vv_caller_open(client->loop, client->bus, client->members, "bench", &client->caller) !=
            VV_OK) {
        bench_die("cannot open %s: %s", dir, error.text);
    }
    const int64_t deadline = vv_clock_monotonic_us() + 5000000;
    while (vv_members_count(client->members, VV_PAYMENT) == 0) {
        if (vv_loop_turn(client->loop, 50) != VV_OK || vv_clock_monotonic_us() > deadline) {
            bench_die("no live payment instance in %s", dir);
        }
    }
}

void bench_close(struct bench_client *client)
{
    vv_caller_close(&client->caller);
    vv_members_close(&client->members);
    vv_bus_close(&client->bus);
    vv_store_close(&client->store);
    vv_loop_destroy(&client->loop);
}

void bench_subscribe_payment(struct bench_client *client)
{
    for (size_t i = 0; i < vv_members_count(client->members, VV_PAYMENT); i++) {
        const struct vv_member *member = vv_members_at(client->members, VV_PAYMENT, i);
        if (vv_bus_subscribe(client->bus, VV_PAYMENT, member->publish) != VV_OK) {
            bench_die("cannot subscribe to %s", member->name);
        }
    }
}

void bench_body(struct bench_client *client, struct vv_request *request,
                const ProtobufCMessage *body)
{
    request->body = vv_wire_pack(body, &client->arena, &request->body_len);
    if (request->body == NULL) {
        bench_die("the client's arena is full");
    }
}

/* ---- a bounded pipeline ---- */

struct pipeline {
    bench_done *done;
    void *context;
    size_t answered;
};
struct slot {
    struct pipeline *pipeline;
    size_t index;
};

static void on_called(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct slot *slot = context;
    slot->pipeline->answered++;
    slot->pipeline->done(slot->pipeline->context, slot->index, status, frame);
}

double bench_pipeline(struct bench_client *client, size_t count, size_t in_flight, bench_make *make,
                      bench_done *done, void *context)
{
    struct pipeline pipeline = {.done = done, .context = context};
    struct slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        bench_die("no memory for %zu requests", count);
    }
    const int64_t start = vv_clock_monotonic_us();
    size_t sent = 0;
    while (pipeline.answered < count) {
        while (sent < count && sent - pipeline.answered < in_flight) {
            slots[sent] = (struct slot){.pipeline = &pipeline, .index = sent};
            struct vv_request request = {.budget_ms = 60000};
            vv_arena_reset(&client->arena);
            make(context, sent, &request);
            if (vv_caller_send(client->caller, &request, on_called, &slots[sent]) != VV_OK) {
                break;
            }
            sent++;
        }
        if (vv_loop_turn(client->loop, 50) != VV_OK) {
            bench_die("the loop failed");
        }
    }
    free(slots);
    return (double)count * 1e6 / (double)(vv_clock_monotonic_us() - start);
}

/* ---- settle ---- */

struct round {
    struct bench_client *client;
    struct vv_member instances[VV_SERVICE_COUNT * VV_MEMBERS_MAX];
    enum vv_service_id services[VV_SERVICE_COUNT * VV_MEMBERS_MAX];
    size_t count;
    uint64_t commits;
    bool quiet;
};

static void make_settle(void *context, size_t i, struct vv_request *ret_request)
{
    struct round *round = context;
    uint8_t entropy[16];
    vv_seal_random(entropy, sizeof entropy);
    ret_request->service = round->services[i];
    ret_request->partition = VV_PARTITION_SYSTEM;
    ret_request->instance = round->instances[i].name;
    ret_request->type = VV_MSG_SETTLE;
    ret_request->id = vv_id_time(vv_clock_wall_ms(), entropy);
    const Vagval__V1__Settle body = VAGVAL__V1__SETTLE__INIT;
    bench_body(round->client, ret_request, &body.base);
}

static void done_settle(void *context, size_t i, enum vv_status status,
                        const struct vv_frame *frame)
{
    struct round *round = context;
    (void)i;
    if (status != VV_OK || frame == NULL || frame->body == NULL) {
        round->quiet = false;
        return;
    }
    const Vagval__V1__SettleReply *reply = (const Vagval__V1__SettleReply *)frame->body;
    round->commits += reply->commits;
    round->quiet = round->quiet && reply->quiet;
}

double bench_settle(struct bench_client *client)
{
    const int64_t start = vv_clock_monotonic_us();
    uint64_t before = UINT64_MAX;
    for (;;) {
        struct round *round = calloc(1, sizeof *round);
        if (round == NULL) {
            bench_die("no memory");
        }
        round->client = client;
        round->quiet = true;
        for (int s = 0; s < VV_SERVICE_COUNT; s++) {
            const enum vv_service_id service = (enum vv_service_id)s;
            for (size_t i = 0; i < vv_members_count(client->members, service); i++) {
                round->services[round->count] = service;
                round->instances[round->count++] = *vv_members_at(client->members, service, i);
            }
        }
        bench_pipeline(client, round->count, round->count, make_settle, done_settle, round);
        const bool agree = round->quiet && round->commits == before;
        before = round->commits;
        free(round);
        if (agree) {
            return (double)(vv_clock_monotonic_us() - start) / 1e6;
        }
    }
}
