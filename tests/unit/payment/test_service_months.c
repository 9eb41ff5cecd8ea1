/*
 * Service months, worked by hand (rules 14): A 3 686.00, B 4 858.00 per month from the placement's
 * start, the first due when 14 days have run, later ones on their first day, none reduced.
 */
#include "kit.h"

static const struct vv_price month_prices[] = {KIT_PRICE("A", 368600), KIT_PRICE("B", 485800)};

static void start_course(struct kit *kit, const char *start)
{
    kit_reset(kit);
    struct vv_component *base = &kit->components[KIT_BASE];
    base->kind = VV_PER_MONTH;
    base->service_months = true;
    base->first_due_days = 14;
    base->price_on = VV_ON_PERIOD_START;
    base->prices = month_prices;
    base->price_count = 2;
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, start);
}

/* How many service months are owed, and that each is a whole one at B. */
static size_t months_owed(struct kit *kit, const char *as_of)
{
    kit_ask(kit, as_of);
    for (size_t i = 0; i < kit->entitlement.count; i++) {
        assert_int_equal(kit->entitlement.owed[i].amount, 485800);
    }
    return kit->entitlement.count;
}

/* Start 31 January 2023: the months begin on 31 January, 28 February, 31 March (not the 28th: never
 * chained), 30 April, 31 May, 30 June. 31 January + 14 days = 14 February. */
static void months_count_from_the_start(void **state)
{
    (void)state;
    static const struct {
        const char *as_of;
        size_t count;
        const char *next_due;
    } rows[] = {
        {"2023-01-31", 0, "2023-02-14"}, {"2023-02-13", 0, "2023-02-14"},
        {"2023-02-14", 1, "2023-02-28"}, {"2023-02-27", 1, "2023-02-28"},
        {"2023-02-28", 2, "2023-03-31"}, {"2023-03-30", 2, "2023-03-31"},
        {"2023-03-31", 3, "2023-04-30"}, {"2023-04-30", 4, "2023-05-31"},
        {"2023-05-31", 5, "2023-06-30"}, {"2023-06-30", 6, NULL},
        {"2024-06-30", 6, NULL}, /* six months were planned: through 30 July */
    };
    static struct kit kit;
    start_course(&kit, "2023-01-31");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(months_owed(&kit, rows[i].as_of), rows[i].count);
        if (rows[i].next_due != NULL) {
            kit_waits(&kit, rows[i].as_of, rows[i].next_due);
        }
    }
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
    const struct vv_owed *second = kit_owed(&kit, "base", "2023-02-28", 1);
    assert_non_null(second);
    assert_int_equal(second->from, day("2023-02-28"));
    assert_int_equal(second->through, day("2023-03-30"));
    assert_int_equal(second->days, 31);
    assert_int_equal(second->due, day("2023-02-28"));
    assert_null(kit_owed(&kit, "base", "2023-03-28", 1));
}

/* 1 March: the 14th day is 14 March. Ended on the 13th: nothing. On the 14th: a whole month. */
static void fourteen_days_must_run(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    struct vv_payment_fact *end = kit_end(&kit, 1, "2023-03-13");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 0);
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
    end->on = day("2023-03-14");
    assert_int_equal(months_owed(&kit, "2023-03-14"), 0);
    assert_int_equal(months_owed(&kit, "2023-03-15"), 1);
    assert_int_equal(months_owed(&kit, "2023-12-31"), 1);
}

/* first_due_days 0: due on the first day, and one day of service is enough. */
static void due_at_once_without_the_condition(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit.components[KIT_BASE].first_due_days = 0;
    kit_end(&kit, 1, "2023-03-01");
    assert_int_equal(months_owed(&kit, "2023-02-28"), 0);
    assert_int_equal(months_owed(&kit, "2023-03-01"), 1);
}

/* The second month begins on 1 April: a service through 31 March has one, through 1 April two. */
static void a_later_month_needs_its_first_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    struct vv_payment_fact *end = kit_end(&kit, 1, "2023-03-31");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 1);
    end->on = day("2023-04-01");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 2);
}

/* Rules 5: the last paid day is the day before a full-extent start. A start on 14 March leaves 13
 * days, on 15 March 14 days; a half-time job cuts nothing. */
static void a_full_extent_start_ends_the_months(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit.scheme.component_count = 1;
    struct vv_payment_fact *job = kit_job(&kit, 1, "2023-03-14");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 0);
    job->on = day("2023-03-15");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 1);
    job->extent_percent = 50;
    assert_int_equal(months_owed(&kit, "2023-12-31"), 6);
}

/* The price is that of the month's first day, or of the placement's start where the scheme says so.
 */
static void price_of_the_first_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit_level(&kit, "A", "2023-04-01");
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-03-01", 1), 485800);
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-04-01", 1), 368600);
    kit.components[KIT_BASE].price_on = VV_ON_PLACEMENT_START;
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-04-01", 1), 485800);
}

/* Blekinge's factor is 110 %: 4 858.00 x 1.1 = 5 343.80. */
static void price_of_the_area(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit.facts[1].area = "blekinge";
    assert_int_equal(kit_amount(&kit, "2023-03-15", "base", "2023-03-01", 1), 534380);
}

/* Level C has no price: nothing is owed, and nothing fails. */
static void without_a_price_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit.facts[0].level = "C";
    assert_int_equal(months_owed(&kit, "2023-12-31"), 0);
}

/* The report of the calendar month in which the service month begins decides. Service months from
 * 15 March: 15 March, 15 April, 15 May, ... */
static void report_of_the_month_it_begins_in(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-15");
    kit.components[KIT_BASE].pay_if_report = true;
    kit_report(&kit, "2023-04-01", true, "2023-05-05");
    assert_int_equal(months_owed(&kit, "2023-12-31"), 1);
    const struct vv_owed *april = kit_owed(&kit, "base", "2023-04-15", 1);
    assert_non_null(april);
    assert_ptr_equal(april->causes[april->cause_count - 1], &kit.facts[2]);
}

/* The new contract's months run from its own start: 20 March + 14 days = 3 April. The old one had
 * served 19 days. */
static void change_of_provider(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2023-03-01");
    kit_placement(&kit, 2, 2, "2023-03-20")->service_start = day("2023-03-01");
    assert_int_equal(months_owed(&kit, "2023-04-02"), 1);
    assert_int_equal(kit.entitlement.next_due, day("2023-04-03"));
    assert_int_equal(months_owed(&kit, "2023-04-03"), 2);
    assert_non_null(kit_owed(&kit, "base", "2023-03-20", 2));
    assert_int_equal(months_owed(&kit, "2023-04-20"), 3);
}

static const struct vv_scheme *versions[2];

static const struct vv_scheme *on_version(const void *context, vv_date on)
{
    (void)context;
    return on < day("2023-05-01") ? versions[0] : versions[1];
}

/* A version that begins on 1 May pays by service months, the one before it by calendar days. The
 * service months are counted from the placement's start all the same: 1 May is the third. */
static void a_later_version_has_them(void **state)
{
    (void)state;
    static struct kit kit, before;
    start_course(&kit, "2023-03-01");
    kit_reset(&before);
    start_course(&kit, "2023-03-01");
    versions[0] = &before.scheme;
    versions[1] = &kit.scheme;
    kit.lookup = (struct vv_scheme_lookup){.on = on_version, .context = NULL};
    /* March 31 x 150.00, April 30 x 150.00, then 4 858.00 */
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-03-01", 1), 465000);
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-04-01", 1), 450000);
    assert_int_equal(kit_amount(&kit, "2023-05-01", "base", "2023-05-01", 1), 485800);
    versions[0] = NULL; /* no version valid before: those months are nobody's */
    kit_ask(&kit, "2023-05-01");
    assert_int_equal(kit.entitlement.count, 1);
}

static void a_price_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit;
    static struct vv_price huge[] = {KIT_PRICE("B", INT64_MAX / 10)};
    start_course(&kit, "2023-03-01");
    kit.components[KIT_BASE].prices = huge;
    kit.components[KIT_BASE].price_count = 1;
    assert_int_equal(vv_entitlement(kit.facts, kit.count, &kit.lookup, day("2023-03-15"),
                                    &kit_memory, &kit.entitlement),
                     VV_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_count_from_the_start),
        cmocka_unit_test(fourteen_days_must_run),
        cmocka_unit_test(due_at_once_without_the_condition),
        cmocka_unit_test(a_later_month_needs_its_first_day),
        cmocka_unit_test(a_full_extent_start_ends_the_months),
        cmocka_unit_test(price_of_the_first_day),
        cmocka_unit_test(price_of_the_area),
        cmocka_unit_test(without_a_price_nothing),
        cmocka_unit_test(report_of_the_month_it_begins_in),
        cmocka_unit_test(change_of_provider),
        cmocka_unit_test(a_later_version_has_them),
        cmocka_unit_test(a_price_beyond_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
