/*
 * Log lines: their shape, that no value can break out of its pair, and the rate limit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vagval/log.h"
#include "vagval/loop.h"

static int fds[2];

static int setup(void **state)
{
    (void)state;
    return pipe2(fds, O_NONBLOCK);
}

static int teardown(void **state)
{
    (void)state;
    (void)close(fds[0]);
    return close(fds[1]);
}

/* All that was written since the last call; valid until the next. */
static const char *written(void)
{
    static char text[65536];
    ssize_t len = read(fds[0], text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

static unsigned lines_of(const char *text)
{
    unsigned count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n' ? 1 : 0;
    }
    return count;
}

static void test_shape(void **state)
{
    (void)state;
    regex_t shape;
    struct vv_id id = {{0xAB}};
    struct vv_log *log = vv_log_create("payment", "payment-1", VV_LOG_INFO, fds[1]);
    assert_non_null(log);
    VV_LOG(log, VV_LOG_WARN, "commit.stale", VV_INT("tries", 8), VV_IDP("id", id),
           VV_TEXT("check", "version"));
    assert_int_equal(
        regcomp(&shape,
                "^ts=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                "level=warn service=payment instance=payment-1 code=commit.stale "
                "tries=8 id=ab0{30} check=version\n$",
                REG_EXTENDED | REG_NOSUB),
        0);
    const char *text = written();
    assert_int_equal(regexec(&shape, text, 0, NULL, 0), 0);
    regfree(&shape);
    vv_log_write(log, VV_LOG_DEBUG, "too.quiet", NULL, 0);
    assert_string_equal(written(), "");
    vv_log_write(NULL, VV_LOG_ERROR, "nobody", NULL, 0);
    vv_log_write(log, VV_LOG_ERROR, "no.pairs", NULL, 0);
    assert_int_equal(lines_of(written()), 1);
    vv_log_destroy(&log);
    assert_null(log);
}

static void test_values_stay_in_their_pair(void **state)
{
    (void)state;
    struct vv_log *log = vv_log_create("payment", "payment-1", VV_LOG_INFO, fds[1]);
    VV_LOG(log, VV_LOG_INFO, "peer.said",
           VV_TEXT("a", "x\nts=2020 level=error code=\"forged\" %s%n\x1b[2J\\"));
    const char *text = written();
    assert_int_equal(lines_of(text), 1);
    assert_non_null(
        strstr(text, " a=\"x\\nts=2020 level=error code=\\\"forged\\\" %s%n\\x1b[2J\\\\\"\n"));
    VV_LOG(log, VV_LOG_INFO, "empty", VV_TEXT("a", ""), VV_TEXT("b", NULL), VV_INT("c", -5));
    assert_non_null(strstr(written(), " a=\"\" b=\"\" c=-5\n"));
    /* Longer than a line may be: cut, and still one line. */
    static char large[10000];
    memset(large, 'x', sizeof(large) - 1);
    VV_LOG(log, VV_LOG_INFO, "large", VV_TEXT("a", large));
    text = written();
    assert_int_equal(lines_of(text), 1);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_true(strlen(text) <= 2048);
    vv_log_destroy(&log);
}

static void test_rate(void **state)
{
    (void)state;
    struct vv_log *log = vv_log_create("payment", "payment-1", VV_LOG_INFO, fds[1]);
    unsigned lines = 0;
    /* Within one second of the clock that the limit uses. */
    int64_t second = 0;
    do {
        int64_t now = vv_clock_monotonic_us();
        if (now % 1000000 > 500000) {
            continue; /* too near to the next second */
        }
        second = now / 1000000;
        break;
    } while (true);
    for (unsigned i = 0; i < 200; i++) {
        vv_log_write(log, VV_LOG_WARN, "flood", NULL, 0);
    }
    lines = lines_of(written());
    if (vv_clock_monotonic_us() / 1000000 == second) {
        assert_int_equal(lines, 64);
    }
    vv_log_write(log, VV_LOG_WARN, "other", NULL, 0); /* another code is not held back */
    const char *text = written();
    assert_int_equal(lines_of(text), 1);
    assert_null(strstr(text, "suppressed"));
    while (vv_clock_monotonic_us() / 1000000 == second) {
        (void)usleep(1000);
    }
    vv_log_write(log, VV_LOG_WARN, "flood", NULL, 0);
    assert_non_null(strstr(written(), " suppressed=136"));
    vv_log_write(log, VV_LOG_WARN, "flood", NULL, 0);
    assert_null(strstr(written(), "suppressed"));
    vv_log_destroy(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_values_stay_in_their_pair),
        cmocka_unit_test(test_rate),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
