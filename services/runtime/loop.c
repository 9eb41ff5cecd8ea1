/*
 * loop.c: the poll set, repeating ticks and flush hooks of one process.
 *
 * Callbacks may add and remove items, ticks and hooks at any time. An entry that goes away during a
 * turn is only marked, and swept at the end of the turn, so that a descriptor number that is closed
 * and opened again within one turn never gets the events of its predecessor.
 */
#include "vagval/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { ITEMS_MAX = 512, TICKS_MAX = 64, HOOKS_MAX = 32, NO_FD = -1 };

struct item {
    void *socket; /* NULL for a plain fd */
    int fd;
    int events;
    void (*ready)(void *context, int events); /* NULL once removed */
    void *context;
};

struct tick {
    int64_t due_ms;
    unsigned interval_ms;
    void (*run)(void *context); /* NULL once removed */
    void *context;
};

struct hook {
    bool (*flush)(void *context); /* NULL once removed */
    void *context;
};

struct vv_loop {
    int64_t now_ms;
    bool stopped, work_left;
    size_t item_count, tick_count, hook_count;
    struct item items[ITEMS_MAX];
    struct tick ticks[TICKS_MAX];
    struct hook hooks[HOOKS_MAX];
    zmq_pollitem_t polled[ITEMS_MAX];
};

enum vv_status vv_loop_create(struct vv_loop **ret_loop)
{
    struct vv_loop *loop = calloc(1, sizeof *loop);

    if (loop == NULL) {
        return VV_NO_MEMORY;
    }
    loop->now_ms = vv_clock_monotonic_us() / 1000;
    *ret_loop = loop;
    return VV_OK;
}

void vv_loop_destroy(struct vv_loop **loop)
{
    if (loop != NULL) {
        free(*loop);
        *loop = NULL;
    }
}

static enum vv_status add_item(struct vv_loop *loop, struct item item)
{
    if (loop->item_count == ITEMS_MAX) {
        return VV_BUSY;
    }
    loop->items[loop->item_count++] = item;
    return VV_OK;
}

enum vv_status vv_loop_add_socket(struct vv_loop *loop, void *zmq_socket,
                                  void (*ready)(void *context, int events), void *context)
{
    assert(zmq_socket != NULL && ready != NULL);
    return add_item(loop, (struct item){.socket = zmq_socket,
                                        .fd = NO_FD,
                                        .events = VV_LOOP_READ,
                                        .ready = ready,
                                        .context = context});
}

enum vv_status vv_loop_add_fd(struct vv_loop *loop, int fd, int events,
                              void (*ready)(void *context, int events), void *context)
{
    assert(fd >= 0 && ready != NULL);
    return add_item(loop,
                    (struct item){.fd = fd, .events = events, .ready = ready, .context = context});
}

static struct item *find_item(struct vv_loop *loop, const void *socket, int fd)
{
    for (size_t i = 0; i < loop->item_count; i++) {
        struct item *item = &loop->items[i];
        if (item->ready != NULL && item->socket == socket && item->fd == fd) {
            return item;
        }
    }
    return NULL;
}

void vv_loop_fd_events(struct vv_loop *loop, int fd, int events)
{
    struct item *item = find_item(loop, NULL, fd);

    if (item != NULL) {
        item->events = events;
    }
}

void vv_loop_remove_socket(struct vv_loop *loop, void *zmq_socket)
{
    struct item *item = find_item(loop, zmq_socket, NO_FD);

    if (item != NULL) {
        item->ready = NULL;
    }
}

void vv_loop_remove_fd(struct vv_loop *loop, int fd)
{
    struct item *item = find_item(loop, NULL, fd);

    if (item != NULL) {
        item->ready = NULL;
    }
}

enum vv_status vv_loop_every(struct vv_loop *loop, unsigned interval_ms, void (*run)(void *context),
                             void *context)
{
    assert(interval_ms > 0 && run != NULL);
    if (loop->tick_count == TICKS_MAX) {
        return VV_BUSY;
    }
    loop->ticks[loop->tick_count++] = (struct tick){
        .due_ms = vv_clock_monotonic_us() / 1000 + interval_ms,
        .interval_ms = interval_ms,
        .run = run,
        .context = context,
    };
    return VV_OK;
}

enum vv_status vv_loop_on_flush(struct vv_loop *loop, bool (*flush)(void *context), void *context)
{
    assert(flush != NULL);
    if (loop->hook_count == HOOKS_MAX) {
        return VV_BUSY;
    }
    loop->hooks[loop->hook_count++] = (struct hook){.flush = flush, .context = context};
    return VV_OK;
}

void vv_loop_forget(struct vv_loop *loop, const void *context)
{
    for (size_t i = 0; i < loop->tick_count; i++) {
        if (loop->ticks[i].context == context) {
            loop->ticks[i].run = NULL;
        }
    }
    for (size_t i = 0; i < loop->hook_count; i++) {
        if (loop->hooks[i].context == context) {
            loop->hooks[i].flush = NULL;
        }
    }
}

int64_t vv_loop_now_ms(const struct vv_loop *loop)
{
    return loop->now_ms;
}

void vv_loop_stop(struct vv_loop *loop)
{
    loop->stopped = true;
}

/* Removes marked entries, keeping the order of the others. */
static void sweep(struct vv_loop *loop)
{
    size_t kept = 0;

    for (size_t i = 0; i < loop->item_count; i++) {
        if (loop->items[i].ready != NULL) {
            loop->items[kept++] = loop->items[i];
        }
    }
    loop->item_count = kept;
    kept = 0;
    for (size_t i = 0; i < loop->tick_count; i++) {
        if (loop->ticks[i].run != NULL) {
            loop->ticks[kept++] = loop->ticks[i];
        }
    }
    loop->tick_count = kept;
    kept = 0;
    for (size_t i = 0; i < loop->hook_count; i++) {
        if (loop->hooks[i].flush != NULL) {
            loop->hooks[kept++] = loop->hooks[i];
        }
    }
    loop->hook_count = kept;
}

/* How long poll may wait: until the next tick, at most timeout_ms (-1 = no limit of its own). */
static long wait_ms(const struct vv_loop *loop, int timeout_ms)
{
    int64_t wait = timeout_ms;

    if (loop->work_left) {
        return 0;
    }
    int64_t now_ms = vv_clock_monotonic_us() / 1000;
    for (size_t i = 0; i < loop->tick_count; i++) {
        if (loop->ticks[i].run == NULL) {
            continue;
        }
        int64_t left = loop->ticks[i].due_ms - now_ms;
        left = left < 0 ? 0 : left;
        if (wait < 0 || left < wait) {
            wait = left;
        }
    }
    return (long)wait;
}

static void run_ticks(struct vv_loop *loop)
{
    size_t count = loop->tick_count;

    for (size_t i = 0; i < count; i++) {
        struct tick *tick = &loop->ticks[i];
        if (tick->run == NULL || tick->due_ms > loop->now_ms) {
            continue;
        }
        tick->due_ms += tick->interval_ms;
        if (tick->due_ms <= loop->now_ms) {
            /* The process slept or was stopped: one tick, not one for each that was missed. */
            tick->due_ms = loop->now_ms + tick->interval_ms;
        }
        tick->run(tick->context);
    }
}

static int poll_items(struct vv_loop *loop, int timeout_ms)
{
    for (size_t i = 0; i < loop->item_count; i++) {
        const struct item *item = &loop->items[i];
        short events = 0;
        if (item->events & VV_LOOP_READ) {
            events |= ZMQ_POLLIN;
        }
        if (item->events & VV_LOOP_WRITE) {
            events |= ZMQ_POLLOUT;
        }
        loop->polled[i] =
            (zmq_pollitem_t){.socket = item->socket, .fd = item->fd, .events = events};
    }
    return zmq_poll(loop->polled, (int)loop->item_count, wait_ms(loop, timeout_ms));
}

static void run_items(struct vv_loop *loop, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &loop->items[i];
        short polled = loop->polled[i].revents;
        if (polled == 0 || item->ready == NULL) {
            continue;
        }
        int events = 0;
        /* An error or hang-up shows as both, so that whoever waits finds out by reading. */
        if (polled & (ZMQ_POLLIN | ZMQ_POLLERR)) {
            events |= VV_LOOP_READ;
        }
        if (polled & (ZMQ_POLLOUT | ZMQ_POLLERR)) {
            events |= VV_LOOP_WRITE;
        }
        item->ready(item->context, events);
    }
}

enum vv_status vv_loop_turn(struct vv_loop *loop, int timeout_ms)
{
    sweep(loop);
    size_t polled = loop->item_count;
    int ready = poll_items(loop, timeout_ms);
    if (ready < 0 && errno != EINTR) {
        return VV_IO;
    }
    loop->now_ms = vv_clock_monotonic_us() / 1000;
    run_ticks(loop);
    if (ready > 0) {
        run_items(loop, polled);
    }
    loop->work_left = false;
    for (size_t i = 0; i < loop->hook_count; i++) {
        if (loop->hooks[i].flush != NULL && loop->hooks[i].flush(loop->hooks[i].context)) {
            loop->work_left = true;
        }
    }
    return VV_OK;
}

enum vv_status vv_loop_run(struct vv_loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        enum vv_status status = vv_loop_turn(loop, -1);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
