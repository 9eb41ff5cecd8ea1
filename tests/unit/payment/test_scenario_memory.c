/*
 * test_scenario_memory.c: the Nth allocation fails, for every N, while a scenario is read, carried
 * through its dates and compared: the answer is VV_NO_MEMORY and, under the sanitizers, nothing
 * leaks.
 */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc */
#include "../kernel/yaml_cases.h"

#include "../../support/scarce_memory.h"

#include "../../../services/payment/simulate.h"

static enum vv_status carry_through(const char *yaml, size_t len, const struct vv_scheme *scheme)
{
    struct vv_scenario *scenario = NULL;
    struct vv_yaml_pool pool = {.first = NULL};
    ProtobufCAllocator memory = vv_simulation_memory(&pool);
    const struct vv_known_scheme known = {scheme, VV_DATE_MIN};
    struct vv_simulation simulation;
    struct vv_mismatch *mismatches = NULL;
    size_t count = 0;
    struct vv_error error = {.status = VV_OK};
    enum vv_status status = vv_scenario_parse("s.yaml", yaml, len, &scenario, &error);
    assert_int_equal(error.status, status);
    if (status == VV_OK) {
        status = vv_simulate(scenario, &known, 1, &memory, &simulation);
    }
    if (status == VV_OK) {
        status = vv_simulation_compare(scenario, &simulation, &memory, &mismatches, &count);
    }
    if (status == VV_OK) {
        assert_int_equal(count, 0);
    }
    vv_scenario_destroy(&scenario);
    vv_yaml_pool_clear(&pool);
    return status;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    size_t scheme_len = 0;
    size_t len = 0;
    char *scheme_yaml = yaml_read("deploy/schemes/se-krom.yaml", &scheme_len);
    char *yaml = yaml_read("deploy/scenarios/se-krom-start-withdrawn.yaml", &len);
    struct vv_scheme *scheme = NULL;
    assert_int_equal(vv_scheme_parse("k", scheme_yaml, scheme_len, &scheme, NULL), VV_OK);
    size_t allowed = 0;
    enum vv_status status = VV_NO_MEMORY;
    while (status != VV_OK) {
        supply.left = allowed++;
        supply.counting = true;
        status = carry_through(yaml, len, scheme);
        supply.counting = false;
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        assert_in_range(allowed, 1, 100000);
    }
    assert_in_range(allowed, 100, 100000);
    vv_scheme_destroy(&scheme);
    free(scheme_yaml);
    free(yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
