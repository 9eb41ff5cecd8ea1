/*
 * bench_client.h: a pipelined client of a running system, for benchmarks only: the same bus, keys
 * and caller that every other client uses.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "vagval/caller.h"

struct bench_client {
    struct vv_loop *loop;
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
    struct vv_arena arena; /* packing of requests; reset by whoever packs */
    char redis[160];
    uint16_t partitions;
    /* Runs for every event that payment publishes. */
    void (*posted)(void *context, const uint8_t *frame, size_t len);
    void *posted_context;
};

/* Opens against the system in `dir` (made by `vagval up --dir`). Prints and exits on failure. */
void bench_open(struct bench_client *client, const char *dir);
void bench_close(struct bench_client *client);
void bench_subscribe_payment(struct bench_client *client);

/* Makes request number i (0..count-1) in `ret_request`; the body may live in client->arena. */
typedef void bench_make(void *context, size_t i, struct vv_request *ret_request);
typedef void bench_done(void *context, size_t i, enum vv_status status,
                        const struct vv_frame *frame);
/* Sends `count` requests with at most `in_flight` unanswered; returns requests per second. */
double bench_pipeline(struct bench_client *client, size_t count, size_t in_flight, bench_make *make,
                      bench_done *done, void *context);
/* Asks every instance to settle until two rounds agree; returns the seconds it took. */
double bench_settle(struct bench_client *client);

/* Packs into the client's arena and points the request at it. */
void bench_body(struct bench_client *client, struct vv_request *request,
                const ProtobufCMessage *body);
__attribute__((noreturn, format(printf, 1, 2))) void bench_die(const char *format, ...);

#endif
