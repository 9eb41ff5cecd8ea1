/*
 * Settings from the environment: defaults, ranges, unknown names, what Kubernetes adds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/config.h"
#include "vagval/limits.h"

static enum vv_status read_with(const char *variable, struct vv_config *ret_config,
                                struct vv_error *ret_error)
{
    char text[512];
    (void)snprintf(text, sizeof(text), "%s", variable);
    char *environment[] = {(char[]){"PATH=/bin"}, (char[]){"NOEQUALS"}, text, NULL};
    return vv_config_read("provider-registry", environment, ret_config, ret_error);
}

static void test_defaults(void **state)
{
    (void)state;
    struct vv_config config;
    struct vv_error error;
    assert_int_equal(read_with("VAGVALX=1", &config, &error), VV_OK);
    assert_memory_equal(config.instance, "provider-registry-", 18);
    assert_string_equal(config.redis_user, "registry");
    assert_string_equal(config.peers_file, "/run/vagval/keys/peers.allow");
    assert_string_equal(config.router, "tcp://127.0.0.1:*");
    assert_string_equal(config.log_level, "info");
    assert_string_equal(config.metrics, "");
    assert_true(config.pub);
    assert_false(config.virtual_clock);
    assert_int_equal(config.partitions, VV_PARTITIONS_DEFAULT);
    assert_int_equal(config.cache_bytes, VV_CACHE_BYTES_DEFAULT);
}

static void test_values(void **state)
{
    (void)state;
    struct vv_config config;
    struct vv_error error = {.status = VV_OK};
    assert_int_equal(read_with("VAGVAL_PARTITIONS=4096", &config, &error), VV_OK);
    assert_int_equal(config.partitions, 4096);
    assert_int_equal(read_with("VAGVAL_PUB=off", &config, &error), VV_OK);
    assert_false(config.pub);
    assert_int_equal(read_with("VAGVAL_CLOCK=virtual", &config, &error), VV_OK);
    assert_true(config.virtual_clock);
    assert_int_equal(read_with("VAGVAL_KEYS_DIR=/k", &config, &error), VV_OK);
    assert_string_equal(config.peers_file, "/k/peers.allow");
    assert_int_equal(read_with("VAGVAL_INSTANCE=payment-1", &config, &error), VV_OK);
    assert_string_equal(config.instance, "payment-1");

    static const char *const bad[] = {
        "VAGVAL_PARTITIONS=0",       "VAGVAL_PARTITIONS=4097",
        "VAGVAL_PARTITIONS=",        "VAGVAL_PARTITIONS=1x",
        "VAGVAL_PARTITIONS=-1",      "VAGVAL_PARTITIONS=99999999999",
        "VAGVAL_CACHE_BYTES=1000",   "VAGVAL_PUB=yes",
        "VAGVAL_CLOCK=fast",         "VAGVAL_LOG_LEVEL=loud",
        "VAGVAL_REDIS=localhost",    "VAGVAL_INSTANCE=",
        "VAGVAL_INSTANCE=two words", "VAGVAL_LOG_LEVEL=debugging",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char name[64];
        memset(&config, 0x55, sizeof(config));
        assert_int_equal(read_with(bad[i], &config, &error), VV_INVALID);
        (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(bad[i], "="), bad[i]);
        assert_string_equal(error.field, name);
        assert_int_equal(config.instance[0], 0x55); /* untouched on failure */
    }
    assert_int_equal(read_with("VAGVAL_PARTITIONS=0", &config, &error), VV_INVALID);
    assert_non_null(strstr(error.text, "1 to 4096"));
}

static void test_unknown_is_fatal(void **state)
{
    (void)state;
    struct vv_config config;
    struct vv_error error = {.status = VV_OK};
    static const char *const bad[] = {
        "VAGVAL_PARTITION=16",          "VAGVAL_=1",     "VAGVAL_redis=x",
        "VAGVAL_REDIS_PASSWORD=secret", "VAGVAL_HOST=1", "VAGVAL_PORT_x=1",
        "VAGVAL_A_PORT_80_SPX=1",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read_with(bad[i], &config, &error) != VV_INVALID) {
            fail_msg("%s was let through", bad[i]);
        }
        assert_null(strstr(error.text, "secret"));
    }
    static const char *const kubernetes[] = {
        "VAGVAL_INTAKE_SERVICE_HOST=10.0.0.1",
        "VAGVAL_INTAKE_SERVICE_PORT=5555",
        "VAGVAL_INTAKE_SERVICE_PORT_ROUTER=5555",
        "VAGVAL_PROVIDER_REGISTRY_PORT=tcp://10.0.0.1:5555",
        "VAGVAL_INTAKE_PORT_5555_TCP=tcp://10.0.0.1:5555",
        "VAGVAL_INTAKE_PORT_5555_TCP_PROTO=tcp",
        "VAGVAL_INTAKE_PORT_5555_TCP_PORT=5555",
        "VAGVAL_INTAKE_PORT_5555_TCP_ADDR=10.0.0.1",
        "VAGVAL_SERVICE_HOST=10.0.0.1",
    };
    for (size_t i = 0; i < sizeof(kubernetes) / sizeof(kubernetes[0]); i++) {
        if (read_with(kubernetes[i], &config, &error) != VV_OK) {
            fail_msg("%s was refused", kubernetes[i]);
        }
    }
}

static char *print_with(const char *variable)
{
    struct vv_config config;
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(read_with(variable, &config, NULL), VV_OK);
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    vv_config_print(&config, out);
    vv_config_document(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_print(void **state)
{
    (void)state;
    char *text = print_with("VAGVAL_PARTITIONS=16");
    assert_non_null(strstr(text, "VAGVAL_PARTITIONS=16  # environment\n"));
    assert_non_null(strstr(text, "VAGVAL_PUB=on  # default\n"));
    assert_non_null(strstr(text, "VAGVAL_CLOCK=real  # default\n"));
    assert_non_null(strstr(text, "| `VAGVAL_PARTITIONS` | 256 | 1..4096 |"));
    free(text);
}

static void test_advertised(void **state)
{
    (void)state;
    struct vv_config config = {.advertise = ""};
    char endpoint[112];
    assert_int_equal(vv_config_advertised(&config, "tcp://127.0.0.1:5000", endpoint, NULL), VV_OK);
    assert_string_equal(endpoint, "tcp://127.0.0.1:5000");
    assert_int_equal(vv_config_advertised(&config, "ipc:///run/x.router", endpoint, NULL), VV_OK);
    assert_string_equal(endpoint, "ipc:///run/x.router");
    memcpy(config.advertise, "payment", sizeof("payment"));
    assert_int_equal(vv_config_advertised(&config, "tcp://0.0.0.0:5000", endpoint, NULL), VV_OK);
    assert_string_equal(endpoint, "tcp://payment:5000");
    memcpy(config.advertise, "auto", sizeof("auto"));
    struct vv_error error = {.status = VV_OK};
    enum vv_status status = vv_config_advertised(&config, "tcp://0.0.0.0:5000", endpoint, &error);
    if (status == VV_OK) {
        assert_null(strstr(endpoint, "0.0.0.0"));
        assert_null(strstr(endpoint, "127."));
        assert_string_equal(strrchr(endpoint, ':'), ":5000");
    } else { /* a machine that has the loopback only */
        assert_int_equal(status, VV_NOT_FOUND);
        assert_string_equal(error.field, "VAGVAL_ADVERTISE");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_values),
        cmocka_unit_test(test_unknown_is_fatal), cmocka_unit_test(test_print),
        cmocka_unit_test(test_advertised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
