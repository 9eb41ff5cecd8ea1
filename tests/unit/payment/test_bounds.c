/*
 * What the rules do at their bounds: amounts that do not fit, memory that ends, versions that lack
 * a component, more causes than are listed. Never an amount that is wrong, always an error or the
 * documented default.
 */
#include "kit.h"

static void start_course(struct kit *kit)
{
    kit_reset(kit);
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, "2020-03-10");
}

static enum vv_status ask(struct kit *kit, ProtobufCAllocator *memory)
{
    return vv_entitlement(kit->facts, kit->count, &kit->lookup, day("2021-06-30"), memory,
                          &kit->entitlement);
}

/* ---- amounts ---- */

/* A price per day whose product with the area's factor, whose sum over days, or whose rounded month
 * does not fit. The last is 2^53 minor units: one more than an amount may be. */
static void base_beyond_the_bound(void **state)
{
    (void)state;
    static const vv_money amounts[] = {INT64_MAX / 10, INT64_MAX / 200, INT64_C(1) << 53};
    static struct kit kit;
    for (size_t i = 0; i < 3; i++) {
        for (int block_months = 0; block_months <= 3; block_months += 3) {
            struct vv_price huge[] = {KIT_PRICE("B", amounts[i])};
            start_course(&kit);
            kit.components[KIT_BASE].prices = huge;
            kit.components[KIT_BASE].price_count = 1;
            kit.components[KIT_BASE].block_months = block_months;
            assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
        }
    }
}

static void premium_and_result_beyond_the_bound(void **state)
{
    (void)state;
    static const vv_money amounts[] = {INT64_MAX / 10, INT64_MAX / 200, INT64_MAX / 20000};
    static struct kit kit;
    for (int component = KIT_PREMIUM; component <= KIT_RESULT; component++) {
        /* The last only with the premium's percentage. */
        for (size_t i = 0; i < (component == KIT_PREMIUM ? 3 : 2); i++) {
            struct vv_price huge[] = {KIT_PRICE("B", amounts[i])};
            start_course(&kit);
            kit.components[component].prices = huge;
            kit.components[component].price_count = 1;
            kit.components[component].extent = VV_EXTENT_PROPORTIONAL;
            kit_job(&kit, 1, "2020-04-01")->extent_percent = 50;
            kit_confirm(&kit, 1, "2020-07-31");
            assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
        }
    }
}

/* Two versions meet in April: 15 days at 3.2e14 öre, then half a month at the same. What is owed,
 * 4.96e15, is an amount; but as a fraction of the common denominator 3 000 it does not fit. */
static const struct vv_scheme *versions[2];

static const struct vv_scheme *on_version(const void *context, vv_date on)
{
    (void)context;
    return versions[on < day("2020-04-16") ? 0 : 1];
}

static void a_month_of_two_versions_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit, later;
    struct vv_price huge[] = {KIT_PRICE("B", INT64_C(320000000000000))};
    kit_reset(&later);
    later.components[KIT_BASE].kind = VV_PER_MONTH;
    start_course(&kit);
    kit.components[KIT_BASE].prices = later.components[KIT_BASE].prices = huge;
    kit.components[KIT_BASE].price_count = later.components[KIT_BASE].price_count = 1;
    versions[0] = &kit.scheme;
    versions[1] = &later.scheme;
    kit.lookup = (struct vv_scheme_lookup){.on = on_version, .context = NULL};
    assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
}

/* ---- versions ---- */

/* The price of the placement's start is asked for in a version that has no such component: nothing
 * is owed, as where no version is valid at all. The days before 16 April still are. */
static void a_version_without_the_component(void **state)
{
    (void)state;
    static struct kit kit, later;
    kit_reset(&later);
    start_course(&kit);
    later.components[KIT_BASE].code = "other";
    versions[0] = &later.scheme;
    versions[1] = &kit.scheme;
    kit.lookup = (struct vv_scheme_lookup){.on = on_version, .context = NULL};
    kit.components[KIT_BASE].price_on = VV_ON_PLACEMENT_START;
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 0);
    kit.components[KIT_BASE].price_on = VV_ON_DAY;
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 15 * 15000);
    versions[0] = NULL;
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 15 * 15000);
    kit_job(&kit, 1, "2020-04-01"); /* no version on that day: no premium, no result */
    kit_confirm(&kit, 1, "2020-12-31");
    kit_ask(&kit, "2021-06-30");
    assert_int_equal(kit.entitlement.count, 0);
}

/* price_on placement_start: the level of the placement's first day, for all its days. */
static void the_price_of_the_placement_s_start(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_level(&kit, "A", "2020-04-11");
    /* ten days at 150.00, twenty at 100.00; or thirty at 150.00 */
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 350000);
    kit.components[KIT_BASE].price_on = VV_ON_PLACEMENT_START;
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 450000);
}

/* A row of the area itself is taken as it stands, before the row of every area and its factor. */
static void the_area_s_own_price(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_price rows[] = {KIT_PRICE("B", 15000), KIT_PRICE("B", 7777)};
    rows[1].area = "blekinge";
    start_course(&kit);
    kit.components[KIT_BASE].prices = rows;
    kit.components[KIT_BASE].price_count = 2;
    kit.facts[1].area = "blekinge";
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 30 * 7777);
    rows[1].amount = INT64_MAX / 10;
    assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
    kit.facts[0].on = day("2020-06-01"); /* no level before, so no price: June alone is owed */
    rows[1].amount = 7777;
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-04-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-06-01", 1), 30 * 7777);
}

/* ---- causes ---- */

/* Twenty levels in one month: all count, sixteen causes are listed. */
static void more_causes_than_are_listed(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    for (int i = 0; i < 20; i++) {
        char on[VV_DATE_TEXT_BYTES];
        vv_date_format(day("2020-04-02") + i, on);
        kit_level(&kit, i % 2 == 0 ? "A" : "B", on);
    }
    /* 1 April B, then ten days of A and ten of B, then nine more of B: 20 x 150.00 + 10 x 100.00 */
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 400000);
    assert_int_equal(kit_owed(&kit, "base", "2020-04-01", 1)->cause_count, VV_CAUSES_MAX);
}

/* ---- memory ---- */

static size_t allocations_left;

static void *failing_alloc(void *context, size_t size)
{
    return allocations_left-- == 0 ? NULL : kit_alloc(context, size);
}

/* Whichever allocation fails, the answer is "no memory" and the result is untouched; with enough it
 * is the same as ever. The course has more items than fit at first, and a cap. */
static void memory_that_ends(void **state)
{
    (void)state;
    static struct kit kit;
    static ProtobufCAllocator failing = {failing_alloc, kit_free, NULL};
    static const char *const codes[] = {"base"};
    static const struct vv_cap cap = {
        .amount = 500000, .per_participant = true, .components = codes, .component_count = 1};
    static const struct vv_cap *const caps[] = {&cap};
    start_course(&kit);
    kit.facts[1].planned_end = day("2020-12-31");
    kit.components[KIT_BASE].caps = caps;
    kit.components[KIT_BASE].cap_count = 1;
    kit_job(&kit, 1, "2020-05-01")->extent_percent = 50;
    kit_confirm(&kit, 1, "2020-12-31");
    size_t failures = 0;
    for (;; failures++) {
        kit_used = 0;
        allocations_left = failures;
        memset(&kit.entitlement, 0, sizeof kit.entitlement);
        enum vv_status status = ask(&kit, &failing);
        if (status == VV_OK) {
            break;
        }
        assert_int_equal(status, VV_NO_MEMORY);
        assert_null(kit.entitlement.owed);
    }
    assert_true(failures >= 8); /* the course's lists, two rooms of items, the caps' order */
    vv_money base = 0;
    for (size_t i = 0; i < kit.entitlement.count; i++) {
        if (strcmp(kit.entitlement.owed[i].component->code, "base") == 0) {
            base += kit.entitlement.owed[i].amount;
        }
    }
    assert_int_equal(base, 500000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_beyond_the_bound),
        cmocka_unit_test(premium_and_result_beyond_the_bound),
        cmocka_unit_test(a_month_of_two_versions_beyond_the_bound),
        cmocka_unit_test(a_version_without_the_component),
        cmocka_unit_test(the_price_of_the_placement_s_start),
        cmocka_unit_test(the_area_s_own_price),
        cmocka_unit_test(more_causes_than_are_listed),
        cmocka_unit_test(memory_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
