/*
 * The texts of posting lines, whole, in English and Swedish: an auditor reads them.
 */
#include "kit.h"

#include <stdio.h>

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

/* ---- units, grants, shares ---- */

static struct vv_component *award(struct kit *kit, enum vv_component_kind kind)
{
    struct vv_component *component = &kit->components[KIT_BASE];
    start_course(kit);
    component->kind = kind;
    component->award.unit = "interpreting";
    component->award.percent = 50;
    return component;
}

/* 2.5 hours at 150.00 = 375.00. */
static void units(void **state)
{
    (void)state;
    static struct kit kit;
    award(&kit, VV_PER_UNIT);
    struct vv_payment_fact *unit = kit_add(&kit, VV_FACT_UNIT, "2020-04-20");
    unit->code = "interpreting";
    unit->quantity_hundredths = 250;
    unit->approved = true;
    explain(&kit, "2020-04-20", "base");
    assert_string_equal(rule, "rules.10 units");
    assert_string_equal(texts.text_en, "Base: 2.50 approved interpreting of 2020-04-20 at 150.00 "
                                       "SEK, level B, area umea, contract KA-000123 [example "
                                       "price]");
    assert_string_equal(texts.text_sv,
                        "Grundersättning: 2.50 godkända interpreting från 2020-04-20 à 150.00 SEK, "
                        "nivå B, område umea, avtal KA-000123 [exempelpris]");
    kit_level(&kit, "A", "2020-04-21"); /* another unit of the month, at 100.00 */
    unit = kit_add(&kit, VV_FACT_UNIT, "2020-04-21");
    unit->code = "interpreting";
    unit->quantity_hundredths = 100;
    unit->approved = true;
    explain(&kit, "2020-04-21", "base");
    assert_non_null(strstr(texts.text_en, "and other prices of the month"));
    assert_non_null(strstr(texts.text_sv, "och månadens övriga priser"));
}

/* Half of 400.00 is 200.00; the decision leaves 120.00 of it. */
static void a_grant(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_component *component = award(&kit, VV_GRANT);
    component->price_count = 0;
    component->award.example = true;
    struct vv_payment_fact *grant = kit_add(&kit, VV_FACT_GRANT, "2020-04-01");
    grant->subject = kit_id('G', 1);
    grant->code = "base";
    grant->area = "umea";
    grant->contract_number = "G-7";
    grant->amount = 20000;
    grant->through = day("2020-06-30");
    struct vv_payment_fact *payroll = kit_add(&kit, VV_FACT_PAYROLL, "2020-04-01");
    payroll->subject = kit_id('G', 1);
    payroll->amount = 40000;
    explain(&kit, "2020-05-01", "base");
    assert_string_equal(rule, "rules.15 grant");
    assert_string_equal(texts.text_en,
                        "Base: 50 % of 400.00 SEK for the month from 2020-04-01, decision G-7 of "
                        "at most 200.00 SEK [example price]");
    grant = &kit.facts[2];
    grant->amount = 12000;
    component->award.example = false;
    explain(&kit, "2020-05-01", "base");
    assert_string_equal(texts.text_en,
                        "Base: 50 % of 400.00 SEK for the month from 2020-04-01, cut to what may "
                        "still be paid, decision G-7 of at most 120.00 SEK");
    assert_string_equal(texts.text_sv,
                        "Grundersättning: 50 % av 400.00 SEK för månaden från 2020-04-01, nedsatt "
                        "till vad som återstår, beslut G-7 om högst 120.00 SEK");
}

/* Half of 900.00 is 450.00, in one instalment; the last account says that 300.00 was spent. */
static void a_share(void **state)
{
    (void)state;
    static struct kit kit;
    static const struct vv_instalment whole[] = {{10, 100}};
    struct vv_component *component = award(&kit, VV_SHARE);
    component->instalments = whole;
    component->instalment_count = 1;
    struct vv_payment_fact *fact = kit_add(&kit, VV_FACT_APPROPRIATION, "2020-04-01");
    fact->subject = kit_id('S', 1);
    fact->code = "base";
    fact->area = "umea";
    fact->contract_number = "S-1";
    fact->amount = 90000;
    fact->through = day("2020-12-31");
    explain(&kit, "2020-04-11", "base");
    assert_string_equal(rule, "rules.7 share-of-appropriation");
    assert_string_equal(texts.text_en,
                        "Base: instalment 1 of 1 of 450.00 SEK (50 % of an appropriation of "
                        "900.00), from 2020-04-01 to 2020-12-31");
    struct vv_payment_fact *cost = kit_add(&kit, VV_FACT_COST, "2020-04-11");
    cost->subject = kit_id('S', 1);
    cost->amount = 30000;
    cost->final = true;
    explain(&kit, "2020-04-11", "base");
    assert_string_equal(texts.text_en,
                        "Base: instalment 1 of 1 of 450.00 SEK (50 % of an appropriation of "
                        "900.00), from 2020-04-01 to 2020-12-31, cut to what was spent");
    assert_string_equal(
        texts.text_sv, "Grundersättning: delbetalning 1 av 1 av 450.00 SEK (50 % av anslaget "
                       "900.00), från 2020-04-01 till 2020-12-31, nedsatt till vad som förbrukats");
}

/* ---- by kind of line ---- */

static void assert_line(const struct vv_difference_line *line, const char *by_rule, const char *en,
                        const char *sv)
{
    struct vv_explanation said;
    assert_string_equal(vv_explain_rule(line), by_rule);
    assert_int_equal(vv_explain_line(line, "SEK", &kit_memory, &said), VV_OK);
    assert_string_equal(said.text_en, en);
    assert_string_equal(said.text_sv, sv);
}

/* What a person decided names the amount that is owed in all, and no rule of the amount. */
static void decisions(void **state)
{
    (void)state;
    static const struct {
        enum vv_line_kind kind;
        const char *rule, *en, *sv;
    } kinds[] = {
        {VV_LINE_OWED, "rules.11 proposal-decided",
         "Recovery proposal decided on: ", "Förslag till återkrav beslutat: "},
        {VV_LINE_RECOVERY, "rules.11 recovery",
         "Recovery approved by two persons: ", "Återkrav godkänt av två personer: "},
        {VV_LINE_WAIVED, "rules.11 left-standing",
         "Left standing by a person's decision: ", "Får stå kvar enligt en handläggares beslut: "},
        {VV_LINE_SET_OFF, "rules.11 set-off",
         "Recovery set off against what the provider is owed: ",
         "Återkrav kvittas mot leverantörens fordran: "},
        {VV_LINE_CLAIM, "rules.11 claim",
         "Recovery to be invoiced to the provider: ", "Återkrav faktureras leverantören: "},
        {VV_LINE_REVERSED, "rules.11 reversed",
         "Recovery reversed after an objection: ", "Återkrav återfört efter invändning: "},
    };
    static const struct vv_payment_fact decision = {.kind = VV_FACT_PROPOSAL_DECISION};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char en[256];
        char sv[256];
        const struct vv_difference_line line = {.component = "base",
                                                .period = day("2020-04-01"),
                                                .amount = -15000,
                                                .owed = 435000,
                                                .kind = kinds[i].kind,
                                                .decision = &decision};
        (void)snprintf(en, sizeof en, "%sbase for 2020-04-01, owed in all 4 350.00 SEK",
                       kinds[i].en);
        (void)snprintf(sv, sizeof sv, "%sbase för 2020-04-01, ska sammanlagt vara 4 350.00 SEK",
                       kinds[i].sv);
        assert_line(&line, kinds[i].rule, en, sv);
    }
}

/* What is owed no longer; and what was left standing, when what is owed changes. */
static void without_an_amount(void **state)
{
    (void)state;
    struct vv_difference_line line = {
        .component = "base", .period = day("2020-04-01"), .amount = -15000, .proposal = true};
    assert_line(&line, "rules.11 correction",
                "Recovery proposal, a person decides: base for 2020-04-01 is no longer owed",
                "Förslag till återkrav, en handläggare beslutar: base för 2020-04-01 ska inte "
                "längre betalas");
    line.amount = 15000;
    assert_line(&line, "rules.11 correction",
                "Recovery proposal taken back: base for 2020-04-01 is no longer owed",
                "Förslag till återkrav återtas: base för 2020-04-01 ska inte längre betalas");
    line.kind = VV_LINE_WAIVED;
    assert_line(&line, "rules.11 correction",
                "What was left standing is looked at again, since what is owed changed: base for "
                "2020-04-01 is no longer owed",
                "Det som fått stå kvar prövas på nytt, eftersom beloppet ändrats: base för "
                "2020-04-01 ska inte längre betalas");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_month),   cmocka_unit_test(an_instalment),
        cmocka_unit_test(days_beyond_a_cap), cmocka_unit_test(a_part_of_a_result),
        cmocka_unit_test(a_bonus),           cmocka_unit_test(units),
        cmocka_unit_test(a_grant),           cmocka_unit_test(a_share),
        cmocka_unit_test(decisions),         cmocka_unit_test(without_an_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
