/*
 * loop.h: one zmq_poll set per process, for ZeroMQ sockets and plain fds (Redis, signals, HTTP).
 *
 * Order of a turn: poll; now once; ticks that are due; callbacks (each drains a bounded batch and
 * only records); then every flush hook once, in the order added. Never epoll on ZMQ_FD: it is
 * edge-triggered and any send may swallow the edge.
 */
#ifndef VAGVAL_LOOP_H
#define VAGVAL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/status.h"

struct vv_loop;

enum { VV_LOOP_READ = 1, VV_LOOP_WRITE = 2 };

VV_CHECKED enum vv_status vv_loop_create(struct vv_loop **ret_loop);
void vv_loop_destroy(struct vv_loop **loop);

/* `ready` is called with the bits that are ready. At most 16 items in all (zmq_poll allocates
 * beyond that is allowed but counted). */
VV_CHECKED enum vv_status vv_loop_add_socket(struct vv_loop *loop, void *zmq_socket,
                                             void (*ready)(void *context, int events),
                                             void *context);
VV_CHECKED enum vv_status vv_loop_add_fd(struct vv_loop *loop, int fd, int events,
                                         void (*ready)(void *context, int events), void *context);
/* Which of READ / WRITE an fd waits for. */
void vv_loop_fd_events(struct vv_loop *loop, int fd, int events);
void vv_loop_remove_socket(struct vv_loop *loop, void *zmq_socket);
void vv_loop_remove_fd(struct vv_loop *loop, int fd);

/* Repeats every interval_ms of the monotonic clock until removed. */
VV_CHECKED enum vv_status vv_loop_every(struct vv_loop *loop, unsigned interval_ms,
                                        void (*tick)(void *context), void *context);
/* Called once at the end of every turn; returns true if it left work that should run without
 * waiting (the next poll then does not block). */
VV_CHECKED enum vv_status vv_loop_on_flush(struct vv_loop *loop, bool (*flush)(void *context),
                                           void *context);

/* Removes every tick and flush hook that was added with this context. */
void vv_loop_forget(struct vv_loop *loop, const void *context);

int64_t vv_loop_now_ms(const struct vv_loop *loop); /* monotonic, taken once a turn */
int64_t vv_clock_wall_ms(void);                     /* the one place that reads CLOCK_REALTIME */
int64_t vv_clock_monotonic_us(void);

/* Runs until stop is called (also from callbacks). */
VV_CHECKED enum vv_status vv_loop_run(struct vv_loop *loop);
/* One turn; waits at most timeout_ms (-1 = until something happens). For clients and tests. */
VV_CHECKED enum vv_status vv_loop_turn(struct vv_loop *loop, int timeout_ms);
void vv_loop_stop(struct vv_loop *loop);

#endif
