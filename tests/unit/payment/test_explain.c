/*
 * The texts of posting lines, whole, in English and Swedish: an auditor reads them.
 */
#include "kit.h"

#include "../../../services/payment/explain.h"

static struct vv_explanation texts;
static const char *rule;

/* The text of the one line of a component in the first posting as of a day. */
static void explain(struct kit *kit, const char *as_of, const char *component)
{
    struct vv_difference difference;
    kit_ask(kit, as_of);
    assert_int_equal(
        vv_difference(&kit->entitlement, NULL, 0, &kit->scheme, &kit_memory, &difference), VV_OK);
    for (size_t i = 0; i < difference.count; i++) {
        if (strcmp(difference.lines[i].component, component) == 0) {
            rule = vv_explain_rule(&difference.lines[i]);
            assert_int_equal(vv_explain_line(&difference.lines[i], "SEK", &kit_memory, &texts),
                             VV_OK);
            return;
        }
    }
    fail_msg("no line of %s", component);
}

static void start_course(struct kit *kit)
{
    kit_reset(kit);
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, "2020-04-01");
}

static void a_service_month(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[KIT_BASE].kind = VV_PER_MONTH;
    kit.components[KIT_BASE].service_months = true;
    explain(&kit, "2020-04-01", "base");
    assert_string_equal(rule, "rules.14 base-per-service-month");
    assert_string_equal(texts.text_en,
                        "Base: service month 2020-04-01 to 2020-04-30 at 150.00 SEK, "
                        "level B, area umea, contract KA-000123 [example price]");
    assert_string_equal(
        texts.text_sv, "Grundersättning: insatsmånad 2020-04-01 till 2020-04-30 à 150.00 SEK, nivå "
                       "B, område umea, avtal KA-000123 [exempelpris]");
}

static void an_instalment(void **state)
{
    (void)state;
    static const struct vv_instalment parts[] = {{0, 40}, {30, 60}};
    static struct kit kit;
    start_course(&kit);
    kit.components[KIT_BASE].kind = VV_INSTALMENTS;
    kit.components[KIT_BASE].instalments = parts;
    kit.components[KIT_BASE].instalment_count = 2;
    kit.components[KIT_BASE].pay_if_met = true;
    kit.facts[1].on = kit.facts[1].service_start = day("2020-03-31");
    explain(&kit, "2020-04-01", "base");
    assert_string_equal(rule, "rules.7 base-instalment");
    assert_string_equal(
        texts.text_en, "Base: instalment of 2020-03-31, 0 days after the start 2020-03-31: 40 % of "
                       "150.00 SEK, obligations met, level B, area umea, contract KA-000123 "
                       "[example price]");
    assert_string_equal(
        texts.text_sv,
        "Grundersättning: delbetalning 2020-03-31, 0 dagar efter starten 2020-03-31: "
        "40 % av 150.00 SEK, skyldigheter uppfyllda, nivå B, område umea, avtal "
        "KA-000123 [exempelpris]");
}

/* A day's cap: 20 of April's 30 days. */
static void days_beyond_a_cap(void **state)
{
    (void)state;
    static const char *const codes[] = {"base"};
    static const struct vv_cap cap = {
        .days = 20, .block_months = 3, .components = codes, .component_count = 1};
    static const struct vv_cap *const caps[] = {&cap};
    static struct kit kit;
    start_course(&kit);
    kit.components[KIT_BASE].caps = caps;
    kit.components[KIT_BASE].cap_count = 1;
    kit.components[KIT_BASE].block_months = 3;
    explain(&kit, "2020-05-01", "base");
    assert_string_equal(
        texts.text_en, "Base: 20 paid days 2020-04-01 to 2020-04-20 at 150.00 SEK per day, further "
                       "days are beyond the cap, level B, area umea, contract KA-000123 [example "
                       "price]");
    assert_string_equal(texts.text_sv,
                        "Grundersättning: 20 ersatta dagar 2020-04-01 till 2020-04-20 à 150.00 SEK "
                        "per dag, ytterligare dagar ligger över taket, nivå B, område umea, avtal "
                        "KA-000123 [exempelpris]");
}

/* Half time, the first of two parts of 14 000.00, an income statement, and a cap at 3 000.00 of the
 * 3 500.00 that are left. */
static void a_part_of_a_result(void **state)
{
    (void)state;
    static const char *const codes[] = {"result"};
    static const struct vv_cap cap = {
        .amount = 300000, .per_participant = true, .components = codes, .component_count = 1};
    static const struct vv_cap *const caps[] = {&cap};
    static struct kit kit;
    start_course(&kit);
    struct vv_component *result = &kit.components[KIT_RESULT];
    result->part_of = 2;
    result->part_take = 1;
    result->extent = VV_EXTENT_PROPORTIONAL;
    result->evidence = VV_EVIDENCE_CORROBORATED;
    result->caps = caps;
    result->cap_count = 1;
    kit_job(&kit, 1, "2020-05-01")->extent_percent = 50;
    kit_confirm(&kit, 1, "2020-08-31");
    kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2020-08-31")->evidence = kit_evidence;
    explain(&kit, "2020-09-01", "result");
    assert_string_equal(rule, "rules.2 result-milestone");
    assert_string_equal(
        texts.text_en, "Result: in work every day 2020-05-01 to 2020-08-31 (4 calendar months), "
                       "14 000.00 SEK, part 1 of 2, income statement seen, extent 50 %, 500.00 SEK "
                       "above the cap is not paid, level B, area umea, contract KA-000123 [example "
                       "price]");
    assert_string_equal(texts.text_sv,
                        "Resultatersättning: arbete varje dag 2020-05-01 till 2020-08-31 (4 "
                        "kalendermånader), 14 000.00 SEK, del 1 av 2, inkomstuppgift finns, "
                        "omfattning 50 %, 500.00 SEK över taket betalas inte, nivå B, område umea, "
                        "avtal KA-000123 [exempelpris]");
}

static void a_bonus(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[KIT_RESULT].kind = VV_SUSTAINED;
    kit.components[KIT_RESULT].sustained_months = 6;
    kit_job(&kit, 1, "2020-05-01");
    kit_confirm(&kit, 1, "2021-03-31");
    explain(&kit, "2021-04-01", "result");
    assert_string_equal(rule, "rules.14 sustained-bonus");
    assert_string_equal(
        texts.text_en, "Result: self-support every day 2020-10-01 to 2021-03-31 (6 calendar months "
                       "after the service), 14 000.00 SEK, level B, area umea, contract KA-000123 "
                       "[example price]");
    assert_string_equal(texts.text_sv,
                        "Resultatersättning: egen försörjning varje dag 2020-10-01 till 2021-03-31 "
                        "(6 kalendermånader efter insatsen), 14 000.00 SEK, nivå B, område umea, "
                        "avtal KA-000123 [exempelpris]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_month),   cmocka_unit_test(an_instalment),
        cmocka_unit_test(days_beyond_a_cap), cmocka_unit_test(a_part_of_a_result),
        cmocka_unit_test(a_bonus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
