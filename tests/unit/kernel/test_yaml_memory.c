/*
 * test_yaml_memory.c: the Nth allocation of a parse fails, for every N: the answer is VV_NO_MEMORY
 * and, under the sanitizers, nothing leaks. libcyaml allocates through our pool, so its own error
 * paths are walked too.
 */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc */
#include "yaml_cases.h"

#include "../../support/scarce_memory.h"

#include "vagval/model.h"

static enum vv_status parse(bool model, const char *yaml, size_t len, struct vv_error *error)
{
    struct vv_scheme *made_scheme = NULL;
    struct vv_model *made_model = NULL;
    enum vv_status status = model ? vv_model_parse("f", yaml, len, &made_model, error)
                                  : vv_scheme_parse("f", yaml, len, &made_scheme, error);
    if (status != VV_OK) {
        assert_null(made_scheme);
        assert_null(made_model);
    }
    vv_scheme_destroy(&made_scheme);
    vv_model_destroy(&made_model);
    return status;
}

static size_t fail_every_allocation(bool model, const char *path)
{
    size_t len = 0;
    char *yaml = yaml_read(path, &len);
    size_t allowed = 0;
    enum vv_status status = VV_NO_MEMORY;
    while (status != VV_OK) {
        struct vv_error error = {.status = VV_OK};
        supply.left = allowed++;
        supply.counting = true;
        status = parse(model, yaml, len, &error);
        supply.counting = false;
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        assert_int_equal(error.status, status);
        assert_in_range(allowed, 1, 100000);
    }
    free(yaml);
    return allowed;
}

static void test_scheme(void **state)
{
    (void)state;
    assert_in_range(fail_every_allocation(false, "deploy/schemes/se-krom.yaml"), 100, 100000);
}

static void test_model(void **state)
{
    (void)state;
    assert_in_range(fail_every_allocation(true, "deploy/models/ams-2018.yaml"), 100, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scheme), cmocka_unit_test(test_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
