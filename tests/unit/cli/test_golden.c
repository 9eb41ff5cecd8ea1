/*
 * test_golden.c: the worked examples: every YAML file of tests/golden/<scheme> and of
 * deploy/scenarios gives exactly what it expects; every scheme that is shipped has at least six.
 * Then, over all of them, what must hold whatever the facts are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/cli/pay_simulate.h"
#include "../../support/random.h"

#define EXAMPLES_MIN 6
#define SHUFFLES 8

/* ---- the book ---- */

static glob_t book; /* every scenario file */

static bool find_book(void)
{
    return glob("tests/golden/*/*.yaml", 0, NULL, &book) == 0 &&
           glob("deploy/scenarios/*.yaml", GLOB_APPEND, NULL, &book) == 0;
}

static void run(const char *path, struct vv_simulated *simulated)
{
    struct vv_error error = {0};
    if (vv_simulated_run(path, NULL, simulated, &error) != VV_OK) {
        fail_msg("%s: line %u: %s: %s", error.where, error.line, error.field, error.text);
    }
}

/* A file is one test, named by its path. */
static void as_expected(void **state)
{
    const char *path = *state;
    struct vv_simulated simulated;
    run(path, &simulated);
    if (simulated.scenario->expected_count == 0) {
        fail_msg("%s expects nothing", path);
    }
    if (simulated.mismatch_count > 0) {
        struct vv_cli cli = {.out = stdout, .err = stderr};
        vv_simulated_print(&cli, &simulated, VV_LANGUAGE_EN);
        fail_msg("%s: %zu lines are not as expected", path, simulated.mismatch_count);
    }
    vv_simulated_free(&simulated);
}

/* Every scheme that is shipped, whatever its name. */
static void every_scheme_has_examples(void **state)
{
    (void)state;
    glob_t schemes;
    assert_int_equal(glob("deploy/schemes/*.yaml", 0, NULL, &schemes), 0);
    for (size_t i = 0; i < schemes.gl_pathc; i++) {
        char pattern[256];
        glob_t examples = {.gl_pathc = 0};
        const char *name = strrchr(schemes.gl_pathv[i], '/') + 1;
        (void)snprintf(pattern, sizeof(pattern), "tests/golden/%.*s/*.yaml",
                       (int)strcspn(name, "."), name);
        (void)glob(pattern, 0, NULL, &examples);
        if (examples.gl_pathc < EXAMPLES_MIN) {
            fail_msg("%s has %zu worked examples, at least %d are due", name, examples.gl_pathc,
                     EXAMPLES_MIN);
        }
        globfree(&examples);
    }
    globfree(&schemes);
}

/* ---- what must hold whatever the facts are ---- */

static const struct vv_owed *owed_for(const struct vv_entitlement *entitlement,
                                      const struct vv_posted *key)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        if (owed->period == key->period && vv_id_equal(owed->contract, key->contract) &&
            strcmp(owed->component->code, key->component) == 0) {
            return owed;
        }
    }
    return NULL;
}

static const struct vv_entitlement *last_of(const struct vv_simulation *simulation)
{
    return &simulation->steps[simulation->step_count - 1].entitlement;
}

/* What stands posted and proposed together, per key, is what is owed: no more, no less. */
static void assert_conserved(const char *path, const struct vv_simulation *simulation,
                             const struct vv_entitlement *owed)
{
    vv_money standing = 0;
    vv_money sum = 0;
    for (size_t i = 0; i < simulation->total_count; i++) {
        const struct vv_posted *total = &simulation->totals[i];
        const struct vv_owed *due = owed_for(owed, total);
        if (total->posted + total->proposed != (due == NULL ? 0 : due->amount) ||
            total->proposed > 0 || total->posted < 0) {
            fail_msg("%s: %s: posted %lld, proposed %lld, owed %lld", path, total->component,
                     (long long)total->posted, (long long)total->proposed,
                     (long long)(due == NULL ? 0 : due->amount));
        }
        standing += total->posted + total->proposed;
    }
    for (size_t i = 0; i < owed->count; i++) {
        sum += owed->owed[i].amount;
    }
    if (standing != sum) {
        fail_msg("%s: %lld stands, %lld is owed", path, (long long)standing, (long long)sum);
    }
}

static void differences_are_conserved(void **state)
{
    (void)state;
    for (size_t i = 0; i < book.gl_pathc; i++) {
        struct vv_simulated simulated;
        run(book.gl_pathv[i], &simulated);
        assert_conserved(book.gl_pathv[i], &simulated.simulation, last_of(&simulated.simulation));
        vv_simulated_free(&simulated);
    }
}

static void simulate_again(const struct vv_simulated *simulated, struct vv_simulation *ret_again)
{
    ProtobufCAllocator memory = simulated->memory;
    assert_int_equal(vv_simulate(simulated->scenario, simulated->schemes, simulated->scheme_count,
                                 &memory, ret_again),
                     VV_OK);
}

/* Facts in another order, some of them twice, at once instead of by and by. */
static void order_and_repetition_do_not_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < book.gl_pathc * SHUFFLES; i++) {
        const char *path = book.gl_pathv[i / SHUFFLES];
        struct vv_simulated simulated;
        run(path, &simulated);
        struct vv_scenario *scenario = simulated.scenario;
        size_t count = scenario->fact_count;
        struct vv_scenario_fact *facts =
            vv_yaml_pool_alloc(&scenario->pool, 2 * count, sizeof(facts[0]));
        assert_non_null(facts);
        memcpy(facts, scenario->facts, count * sizeof(facts[0]));
        for (size_t k = 0; k < count; k++) {
            facts[count + k] = facts[random_below((uint32_t)count)];
        }
        for (size_t k = 2 * count - 1; k > 0; k--) {
            size_t other = random_below((uint32_t)k + 1);
            struct vv_scenario_fact moved = facts[k];
            facts[k] = facts[other];
            facts[other] = moved;
        }
        scenario->facts = facts;
        scenario->fact_count = 2 * count;
        scenario->as_of = &scenario->as_of[scenario->as_of_count - 1];
        scenario->as_of_count = 1;
        struct vv_simulation again;
        simulate_again(&simulated, &again);
        assert_conserved(path, &again, last_of(&simulated.simulation));
        vv_simulated_free(&simulated);
    }
}

#define YEARS_LATER 3660

/*
 * Any fact of any example, told on the last day but one and taken back on the last: then what
 * stands is what would stand if it had never been told.
 */
static void a_fact_taken_back_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < book.gl_pathc; i++) {
        struct vv_simulated simulated;
        run(book.gl_pathv[i], &simulated);
        struct vv_scenario *scenario = simulated.scenario;
        vv_date last = scenario->as_of[scenario->as_of_count - 1] + YEARS_LATER;
        vv_date dates[] = {last - 2, last - 1, last};
        scenario->as_of = dates;
        scenario->as_of_count = 3;
        for (size_t f = 0; f < scenario->fact_count; f++) {
            struct vv_scenario_fact told = scenario->facts[f];
            struct vv_simulation never;
            struct vv_simulation back;
            scenario->facts[f].recorded = last + 1;
            simulate_again(&simulated, &never);
            scenario->facts[f].recorded = last - 1;
            scenario->facts[f].withdrawn = last;
            simulate_again(&simulated, &back);
            assert_conserved(book.gl_pathv[i], &back, last_of(&never));
            scenario->facts[f] = told;
        }
        vv_simulated_free(&simulated);
    }
}

int main(void)
{
    random_begin();
    struct CMUnitTest *tests = find_book() ? calloc(book.gl_pathc + 4, sizeof(tests[0])) : NULL;
    if (tests == NULL) {
        print_error("no worked examples found: run it from the top of the tree\n");
        return 1;
    }
    size_t count = 0;
    for (; count < book.gl_pathc; count++) {
        tests[count] = (struct CMUnitTest){.name = book.gl_pathv[count],
                                           .test_func = as_expected,
                                           .initial_state = book.gl_pathv[count]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_scheme_has_examples);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(differences_are_conserved);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(order_and_repetition_do_not_matter);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_fact_taken_back_leaves_nothing);
    int failed = _cmocka_run_group_tests("golden", tests, count, NULL, NULL);
    free(tests);
    globfree(&book);
    return failed;
}
