/*
 * Key files and the allow list: what is accepted, and that errors say what to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../services/runtime/keys.h"
#include "../../support/peers_fixture.h"
#include "vagval/bus.h"
#include "vagval/config.h"

static struct peers_fixture peers;
static char path[128];

static int setup(void **state)
{
    static const char *const names[] = {"payment", "operator", NULL};
    (void)state;
    peers_fixture_make(&peers, names);
    (void)snprintf(path, sizeof(path), "%s/file", peers.directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    peers_fixture_remove(&peers);
    return 0;
}

static void write_file(const char *text, mode_t mode)
{
    (void)unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_make_once(void **state)
{
    (void)state;
    char first[41], again[41];
    struct stat info;
    assert_int_equal(vv_keys_make(peers.directory, "fresh", first, NULL), VV_OK);
    assert_int_equal(strlen(first), 40);
    assert_int_equal(stat(peers_fixture_key(&peers, "fresh"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0400);
    assert_int_equal(vv_keys_make(peers.directory, "fresh", again, NULL), VV_OK);
    assert_string_equal(first, again);
    struct vv_curve_pair pair;
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "fresh"), &pair, NULL), VV_OK);
    assert_string_equal(pair.public_key, first);
    assert_int_equal(vv_keys_make("/nonexistent", "x", first, NULL), VV_IO);
    assert_int_equal(vv_keys_make(peers.directory, "../x", first, NULL), VV_INVALID);
}

static void test_modes(void **state)
{
    (void)state;
    struct vv_curve_pair pair;
    struct vv_error error = {.status = VV_OK};
    char secret[64];
    static const mode_t bad[] = {0440, 0404, 0644, 0410, 0420};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file("whatever\n", bad[i]);
        assert_int_equal(vv_keys_read(path, &pair, &error), VV_INVALID);
        assert_non_null(strstr(error.text, "chmod 0400"));
        assert_string_equal(error.where, path);
        assert_int_equal(vv_secret_read(path, secret, sizeof(secret), &error), VV_INVALID);
    }
    write_file("s3cret\r\n", 0400);
    assert_int_equal(vv_secret_read(path, secret, sizeof(secret), &error), VV_OK);
    assert_string_equal(secret, "s3cret");
    assert_int_equal(vv_secret_read(path, secret, 8, &error), VV_TOO_LARGE);
    assert_int_equal(vv_secret_read("/nonexistent", secret, sizeof(secret), &error), VV_NOT_FOUND);
    assert_int_equal(vv_secret_read(peers.directory, secret, sizeof(secret), &error), VV_INVALID);
}

static void test_key_text(void **state)
{
    (void)state;
    struct vv_curve_pair one, other, pair;
    struct vv_error error = {.status = VV_OK};
    char text[256];
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "payment"), &one, NULL), VV_OK);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "operator"), &other, NULL), VV_OK);

    (void)snprintf(text, sizeof(text), "# made by hand\nsecret %s\npublic %s\n", one.secret_key,
                   one.public_key);
    write_file(text, 0600);
    assert_int_equal(vv_keys_read(path, &pair, &error), VV_OK);
    (void)snprintf(text, sizeof(text), "public %s\nsecret %s\n", other.public_key, one.secret_key);
    write_file(text, 0400);
    assert_int_equal(vv_keys_read(path, &pair, &error), VV_INVALID);
    assert_non_null(strstr(error.text, "belong together"));
    (void)snprintf(text, sizeof(text), "public %s\n", one.public_key);
    write_file(text, 0400);
    assert_int_equal(vv_keys_read(path, &pair, &error), VV_INVALID);
    (void)snprintf(text, sizeof(text), "public %s\nsecret %.39s\n", one.public_key, one.secret_key);
    write_file(text, 0400);
    assert_int_equal(vv_keys_read(path, &pair, &error), VV_INVALID);
    assert_int_equal(error.line, 2);
    assert_null(strstr(error.text, one.secret_key)); /* errors hold no secrets */
    write_file("", 0400);
    assert_int_equal(vv_keys_read(path, &pair, &error), VV_INVALID);
}

static enum vv_status read_list(const char *text, struct vv_allow_list *ret_list,
                                struct vv_error *ret_error)
{
    write_file(text, 0644);
    return vv_allow_list_read(path, ret_list, ret_error);
}

static void test_allow_list(void **state)
{
    (void)state;
    struct vv_allow_list list;
    struct vv_error error = {.status = VV_OK};
    struct vv_curve_pair payment, operator_;
    uint8_t stranger[32] = {7};
    char text[512];

    assert_int_equal(vv_allow_list_read(peers.allow, &list, &error), VV_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "payment"), &payment, NULL), VV_OK);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "operator"), &operator_, NULL), VV_OK);
    assert_string_equal(vv_allow_list_server_key(&list, VV_PAYMENT), payment.public_key);
    assert_null(vv_allow_list_server_key(&list, VV_INTAKE));
    for (size_t i = 0; i < list.count; i++) {
        const struct vv_allowed *found = vv_allow_list_find(&list, list.items[i].key);
        assert_ptr_equal(found, &list.items[i]);
    }
    assert_null(vv_allow_list_find(&list, stranger));
    vv_allow_list_free(&list);

    assert_int_equal(read_list("", &list, &error), VV_OK); /* nobody may connect */
    assert_null(vv_allow_list_find(&list, stranger));
    vv_allow_list_free(&list);

    (void)snprintf(text, sizeof(text), "\n# x\n  operator\tme %s # me\n", operator_.public_key);
    assert_int_equal(read_list(text, &list, &error), VV_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].role, VV_ROLE_OPERATOR);
    assert_string_equal(list.items[0].name, "me");
    vv_allow_list_free(&list);

    (void)snprintf(text, sizeof(text), "operator a %s\nfinance b %s\n", operator_.public_key,
                   operator_.public_key);
    assert_int_equal(read_list(text, &list, &error), VV_INVALID);
    assert_non_null(strstr(error.text, "one role"));
    (void)snprintf(text, sizeof(text), "# x\nking a %s\n", operator_.public_key);
    assert_int_equal(read_list(text, &list, &error), VV_INVALID);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.field, "role");
    assert_int_equal(read_list("operator a short\n", &list, &error), VV_INVALID);
    assert_int_equal(read_list("operator a\n", &list, &error), VV_INVALID);
    (void)snprintf(text, sizeof(text), "operator a %s more\n", operator_.public_key);
    assert_int_equal(read_list(text, &list, &error), VV_INVALID);

    write_file("", 0664);
    assert_int_equal(vv_allow_list_read(path, &list, &error), VV_INVALID);
    assert_non_null(strstr(error.text, "chmod go-w"));
    assert_int_equal(vv_allow_list_read("/nonexistent", &list, &error), VV_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make_once),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_key_text),
        cmocka_unit_test(test_allow_list),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
