/*
 * Metrics in both shapes, and the two HTTP pages through a real loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vagval/metrics.h"

static void test_text(void **state)
{
    (void)state;
    struct vv_metrics *metrics = vv_metrics_create("payment");
    assert_non_null(metrics);
    struct vv_metric *a =
        vv_metric_counter(metrics, "vagval_messages_total", "type=\"ping\"", "Messages.");
    struct vv_metric *gauge = vv_metric_gauge(metrics, "vagval_owned", "", "Partitions owned.");
    struct vv_metric *b =
        vv_metric_counter(metrics, "vagval_messages_total", "type=\"info\"", "Messages.");
    assert_ptr_equal(
        a, vv_metric_counter(metrics, "vagval_messages_total", "type=\"ping\"", "Messages."));
    assert_ptr_not_equal(a, b);
    vv_metric_add(a, 2);
    vv_metric_add(a, 1);
    vv_metric_set(gauge, 256);
    size_t len = 0;
    char *text = vv_metrics_text(metrics, &len);
    assert_non_null(text);
    assert_int_equal(len, strlen(text));
    assert_string_equal(
        text, "# HELP vagval_messages_total Messages.\n# TYPE vagval_messages_total counter\n"
              "vagval_messages_total{service=\"payment\",type=\"ping\"} 3\n"
              "vagval_messages_total{service=\"payment\",type=\"info\"} 0\n"
              "# HELP vagval_owned Partitions owned.\n# TYPE vagval_owned gauge\n"
              "vagval_owned{service=\"payment\"} 256\n");
    free(text);
    vv_metrics_destroy(&metrics);
    assert_null(metrics);
}

struct stats {
    double count, sum, p50, p99;
};

static void take_stat(void *context, const char *name, const char *label, double value,
                      const char *unit)
{
    struct stats *stats = context;
    (void)label;
    (void)unit;
    if (strcmp(name, "vagval_commit_seconds_count") == 0) {
        stats->count = value;
    } else if (strcmp(name, "vagval_commit_seconds_sum") == 0) {
        stats->sum = value;
    } else if (strcmp(name, "vagval_commit_seconds_p50") == 0) {
        stats->p50 = value;
    } else if (strcmp(name, "vagval_commit_seconds_p99") == 0) {
        stats->p99 = value;
    }
}

static void test_histogram(void **state)
{
    (void)state;
    struct vv_metrics *metrics = vv_metrics_create("payment");
    struct vv_metric *metric = vv_metric_histogram(metrics, "vagval_commit_seconds", "", "Commit.");
    struct stats stats = {0};
    static const int64_t values[] = {0, 1, 2, 3, 4, 5, 100, 100, 1000000, INT64_C(100000000)};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        vv_metric_observe_us(metric, values[i]);
    }
    size_t len = 0;
    char *text = vv_metrics_text(metrics, &len);
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"1e-06\"} 2\n"));
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"2e-06\"} 3\n"));
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"4e-06\"} 5\n"));
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"8e-06\"} 6\n"));
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"67.108864\"} 9\n"));
    assert_non_null(strstr(text, "_bucket{service=\"payment\",le=\"+Inf\"} 10\n"));
    assert_non_null(strstr(text, "vagval_commit_seconds_count{service=\"payment\"} 10\n"));
    free(text);
    vv_metrics_each(metrics, take_stat, &stats);
    assert_true(stats.count == 10);
    assert_true(stats.sum == 101000215);
    assert_true(stats.p50 == 4);
    assert_true(stats.p99 > 67e6);
    /* What is not a time is not shown as one. */
    vv_metric_observe_us(vv_metric_histogram(metrics, "vagval_batch_items", "", "Items."), 30);
    text = vv_metrics_text(metrics, &len);
    assert_non_null(strstr(text, "vagval_batch_items_sum{service=\"payment\"} 30\n"));
    assert_non_null(strstr(text, "vagval_batch_items_bucket{service=\"payment\",le=\"32\"} 1\n"));
    assert_non_null(strstr(text, "vagval_batch_items_bucket{service=\"payment\",le=\"16\"} 0\n"));
    free(text);
    vv_metrics_destroy(&metrics);
}

static void test_bounds(void **state)
{
    (void)state;
    struct vv_metrics *metrics = vv_metrics_create("payment");
    char label[64];
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(label, sizeof(label), "i=\"%u\"", i);
        vv_metric_add(vv_metric_counter(metrics, "vagval_many", label, "Many."), 1);
        vv_metric_observe_us(vv_metric_histogram(metrics, "vagval_more", label, "More."), 1);
    }
    size_t len = 0;
    char *text = vv_metrics_text(metrics, &len);
    assert_non_null(strstr(text, "i=\"0\"} 1\n"));
    assert_null(strstr(text, "i=\"2999\""));
    free(text);
    vv_metrics_destroy(&metrics);
}

static int ready_answer;

static int ready(void *context)
{
    (void)context;
    return ready_answer;
}

/* One request by hand, while the loop turns. */
static const char *request(struct vv_loop *loop, unsigned port, const char *text)
{
    static char answer[65536];
    size_t len = 0;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr), 1);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    for (unsigned i = 0; i < 500; i++) {
        assert_int_equal(vv_loop_turn(loop, 10), VV_OK);
        ssize_t n = read(fd, answer + len, sizeof(answer) - 1 - len);
        if (n == 0) {
            break;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    answer[len] = '\0';
    (void)close(fd);
    return answer;
}

static void test_http(void **state)
{
    (void)state;
    struct vv_loop *loop = NULL;
    struct vv_http *http = NULL;
    struct vv_error error;
    struct vv_metrics *metrics = vv_metrics_create("payment");
    vv_metric_add(vv_metric_counter(metrics, "vagval_messages_total", "", "Messages."), 7);
    assert_int_equal(vv_loop_create(&loop), VV_OK);
    assert_int_equal(vv_http_open(loop, metrics, "127.0.0.1:0", ready, NULL, &http, &error), VV_OK);
    unsigned port = vv_http_port(http);
    assert_true(port > 0);

#define END " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    const char *text = request(loop, port, "GET /metrics" END);
    assert_memory_equal(text, "HTTP/1.1 200", 12);
    assert_non_null(strstr(text, "vagval_messages_total{service=\"payment\"} 7\n"));
    assert_memory_equal(request(loop, port, "GET /health" END), "HTTP/1.1 503", 12);
    ready_answer = 1;
    assert_memory_equal(request(loop, port, "GET /health" END), "HTTP/1.1 200", 12);
    assert_memory_equal(request(loop, port, "GET /secret" END), "HTTP/1.1 404", 12);
    assert_memory_equal(request(loop, port, "DELETE /health" END), "HTTP/1.1 405", 12);
    assert_null(strstr(request(loop, port, "nonsense\r\n\r\n"), "HTTP/1.1 200"));
    assert_memory_equal(request(loop, port, "GET /health" END), "HTTP/1.1 200", 12);

    char taken[32];
    struct vv_http *second = NULL;
    (void)snprintf(taken, sizeof(taken), "127.0.0.1:%u", port);
    assert_int_equal(vv_http_open(loop, metrics, taken, ready, NULL, &second, &error), VV_IO);
    assert_null(second);
    static const char *const bad[] = {"", "9100", "localhost:9100", "127.0.0.1:", "127.0.0.1:x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(vv_http_open(loop, metrics, bad[i], ready, NULL, &second, &error),
                         VV_INVALID);
    }
    vv_http_close(&http);
    assert_null(http);
    vv_loop_destroy(&loop);
    vv_metrics_destroy(&metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
