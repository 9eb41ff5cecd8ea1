/*
 * The loop: descriptors, sockets, ticks, flush hooks, and changes made by callbacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "vagval/loop.h"

/* What happened, in order, one letter each. */
struct trace {
    struct vv_loop *loop;
    char text[64];
    size_t len;
    int fds[4];
    int flushes_wanting_more;
    int stop_after;
};

static void add(struct trace *trace, char what)
{
    if (trace->len + 1 < sizeof trace->text) {
        trace->text[trace->len++] = what;
    }
    if (trace->stop_after > 0 && --trace->stop_after == 0) {
        vv_loop_stop(trace->loop);
    }
}

static void on_readable(void *context, int events)
{
    struct trace *trace = context;
    char byte;

    add(trace, events & VV_LOOP_READ ? 'r' : 'w');
    if (events & VV_LOOP_READ) {
        (void)!read(trace->fds[0], &byte, 1);
    }
}

static void on_tick(void *context)
{
    add(context, 't');
}

static bool on_flush(void *context)
{
    struct trace *trace = context;

    add(trace, 'f');
    return trace->flushes_wanting_more-- > 0;
}

static int setup(void **state)
{
    static struct trace trace;

    memset(&trace, 0, sizeof trace);
    if (vv_loop_create(&trace.loop) != VV_OK || pipe(trace.fds) != 0 || pipe(trace.fds + 2) != 0) {
        return -1;
    }
    *state = &trace;
    return 0;
}

static int teardown(void **state)
{
    struct trace *trace = *state;

    vv_loop_destroy(&trace->loop);
    assert_null(trace->loop);
    vv_loop_destroy(&trace->loop); /* twice is harmless */
    for (int i = 0; i < 4; i++) {
        close(trace->fds[i]);
    }
    return 0;
}

static void test_fd_then_flush(void **state)
{
    struct trace *trace = *state;

    assert_int_equal(vv_loop_on_flush(trace->loop, on_flush, trace), VV_OK);
    assert_int_equal(vv_loop_add_fd(trace->loop, trace->fds[0], VV_LOOP_READ, on_readable, trace),
                     VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "f");
    assert_int_equal(write(trace->fds[1], "x", 1), 1);
    assert_int_equal(vv_loop_turn(trace->loop, 1000), VV_OK);
    assert_string_equal(trace->text, "frf");
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "frff");
}

static void test_events_of_an_fd(void **state)
{
    struct trace *trace = *state;

    assert_int_equal(vv_loop_add_fd(trace->loop, trace->fds[1], 0, on_readable, trace), VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "");
    vv_loop_fd_events(trace->loop, trace->fds[1], VV_LOOP_WRITE);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "w");
    vv_loop_remove_fd(trace->loop, trace->fds[1]);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "w");
}

static void test_flush_that_left_work_does_not_wait(void **state)
{
    struct trace *trace = *state;

    trace->flushes_wanting_more = 2;
    assert_int_equal(vv_loop_on_flush(trace->loop, on_flush, trace), VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    int64_t start_us = vv_clock_monotonic_us();
    assert_int_equal(vv_loop_turn(trace->loop, 60000), VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 60000), VV_OK);
    assert_true(vv_clock_monotonic_us() - start_us < 30000000);
    assert_string_equal(trace->text, "fff");
}

static void test_ticks(void **state)
{
    struct trace *trace = *state;

    trace->stop_after = 3;
    assert_int_equal(vv_loop_every(trace->loop, 2, on_tick, trace), VV_OK);
    int64_t start_us = vv_clock_monotonic_us();
    assert_int_equal(vv_loop_run(trace->loop), VV_OK);
    assert_string_equal(trace->text, "ttt");
    assert_true(vv_clock_monotonic_us() - start_us >= 5000);
    vv_loop_forget(trace->loop, trace);
    assert_int_equal(vv_loop_turn(trace->loop, 5), VV_OK);
    assert_string_equal(trace->text, "ttt");
}

static void test_missed_ticks_come_once(void **state)
{
    struct trace *trace = *state;

    assert_int_equal(vv_loop_every(trace->loop, 1, on_tick, trace), VV_OK);
    while (vv_clock_monotonic_us() / 1000 < vv_loop_now_ms(trace->loop) + 20) {
    }
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "t");
}

static void on_swap(void *context, int events)
{
    struct trace *trace = context;

    (void)events;
    add(trace, 's');
    vv_loop_remove_fd(trace->loop, trace->fds[0]);
    vv_loop_remove_fd(trace->loop, trace->fds[2]);
    /* The same numbers again, as after close and open: theirs are new events. */
    if (vv_loop_add_fd(trace->loop, trace->fds[2], 0, on_readable, trace) != VV_OK) {
        add(trace, '!');
    }
}

/* Both are readable; whichever runs first removes both, so the second must not run. */
static void test_removed_in_a_callback(void **state)
{
    struct trace *trace = *state;

    assert_int_equal(write(trace->fds[1], "x", 1), 1);
    assert_int_equal(write(trace->fds[3], "x", 1), 1);
    assert_int_equal(vv_loop_add_fd(trace->loop, trace->fds[0], VV_LOOP_READ, on_swap, trace),
                     VV_OK);
    assert_int_equal(vv_loop_add_fd(trace->loop, trace->fds[2], VV_LOOP_READ, on_swap, trace),
                     VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 1000), VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "s");
    vv_loop_fd_events(trace->loop, trace->fds[2], VV_LOOP_READ);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "sr");
}

static void on_message(void *context, int events)
{
    struct trace *trace = context;

    add(trace, events == VV_LOOP_READ ? 'm' : '!');
}

static void test_socket(void **state)
{
    struct trace *trace = *state;
    void *zmq = zmq_ctx_new();
    void *left = zmq_socket(zmq, ZMQ_PAIR);
    void *right = zmq_socket(zmq, ZMQ_PAIR);

    assert_int_equal(zmq_bind(left, "inproc://pair"), 0);
    assert_int_equal(zmq_connect(right, "inproc://pair"), 0);
    assert_int_equal(vv_loop_add_socket(trace->loop, left, on_message, trace), VV_OK);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_int_equal(zmq_send(right, "x", 1, 0), 1);
    assert_int_equal(vv_loop_turn(trace->loop, 1000), VV_OK);
    assert_string_equal(trace->text, "m");
    vv_loop_remove_socket(trace->loop, left);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_string_equal(trace->text, "m");
    zmq_close(left);
    zmq_close(right);
    zmq_ctx_term(zmq);
}

static void test_bounds(void **state)
{
    struct trace *trace = *state;
    int added = 0;

    while (added < 100000 && vv_loop_every(trace->loop, 1000, on_tick, trace) == VV_OK) {
        added++;
    }
    assert_in_range(added, 16, 1000);
    added = 0;
    while (added < 100000 && vv_loop_on_flush(trace->loop, on_flush, trace) == VV_OK) {
        added++;
    }
    assert_in_range(added, 8, 1000);
    vv_loop_forget(trace->loop, trace);
    assert_int_equal(vv_loop_turn(trace->loop, 0), VV_OK);
    assert_int_equal(vv_loop_every(trace->loop, 1000, on_tick, trace), VV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fd_then_flush, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events_of_an_fd, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flush_that_left_work_does_not_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ticks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missed_ticks_come_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_removed_in_a_callback, setup, teardown),
        cmocka_unit_test_setup_teardown(test_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
