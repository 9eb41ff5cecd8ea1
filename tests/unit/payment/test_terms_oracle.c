/*
 * Property: what is owed under the terms of payment (days per block, service months, instalments, a
 * bonus, a cap on amounts) is what code says that shares nothing with the service: it walks over
 * days, where the service works with intervals. VAGVAL_TEST_SEED repeats a run.
 */
#include "kit.h"

#include "../../support/random.h"

#include <stdio.h>

#include "vagval/limits.h"

#define COURSES 1500
#define DAYS 700
#define OUTCOMES 3
#define AMOUNTS_MAX 128

/* Days and money are signed. */
static int below(int bound)
{
    return (int)random_below((uint32_t)bound);
}

/* ---- what happened, and the terms ---- */

static struct truth {
    vv_date placements[2], lasts[2];
    int placement_count;
    vv_date reassessed; /* level B before, A from then on */
    struct {
        vv_date start, through, income;
        bool full, job;
    } outcomes[OUTCOMES];
    int outcome_count;
} truth;

static struct terms {
    int cap_days, block_months;
    int first_due_days;
    int after_days[3], percent[3];
    int bonus_months;
    bool bonus_income, bonus_full, bonus_study;
    vv_money cap_amount;
} terms;

/* Base, months, parts, bonus; level A and B. */
static const vv_money price_of[4][2] = {
    {10000, 15001}, {300000, 400007}, {500003, 800009}, {1000000, 1400000}};

enum { MONTHS = KIT_PREMIUM, PARTS = KIT_RESULT, BONUS = KIT_RESULT + 1 };
static const char *const codes[] = {"base", "months", "parts", "bonus"};

/* ---- the oracle ---- */

struct amount {
    int component, contract;
    vv_date period, due;
    vv_money amount;
};
static struct amount expected[AMOUNTS_MAX];
static int expected_count;

static vv_money price_on(int component, vv_date d)
{
    return price_of[component][d < truth.reassessed ? 1 : 0];
}

static bool is_running(int p, vv_date d)
{
    return truth.placements[p] <= d && d <= truth.lasts[p];
}

/* Base is paid for the day: the placement runs, and no full-extent start has come. */
static bool is_paid(int p, vv_date d)
{
    for (int o = 0; o < truth.outcome_count; o++) {
        if (truth.outcomes[o].full && truth.outcomes[o].start <= d &&
            truth.outcomes[o].start >= truth.placements[0]) {
            return false;
        }
    }
    return is_running(p, d);
}

static void expect(int component, int p, vv_date period, vv_date due, vv_money amount)
{
    for (int i = 0; i < expected_count; i++) {
        if (expected[i].component == component && expected[i].contract == p &&
            expected[i].period == period) {
            expected[i].amount += amount;
            return;
        }
    }
    assert_true(expected_count < AMOUNTS_MAX);
    expected[expected_count++] = (struct amount){component, p, period, due, amount};
}

/* Which n-month period from the start begins on the day: its number, or -1. */
static int period_begun(vv_date start, int months, vv_date d)
{
    for (int k = 0; k < 40; k++) {
        if (vv_date_add_months(start, months * k) == d) {
            return k;
        }
    }
    return -1;
}

static void walk_placement(int p, vv_date today)
{
    int used = 0;
    vv_date period = truth.placements[p];
    for (vv_date d = truth.placements[p]; d <= truth.lasts[p]; d++) {
        if (period_begun(truth.placements[p], terms.block_months, d) >= 0) {
            used = 0;
            period = d;
        } else if (vv_date_month_start(d) == d) {
            period = d;
        }
        vv_date month_end = vv_date_month_end(d);
        vv_date due = (month_end < truth.lasts[p] ? month_end : truth.lasts[p]) + 1;
        bool weekday = vv_date_weekday(d) <= 5;
        if (due <= today && weekday && is_paid(p, d) && used < terms.cap_days) {
            used++;
            expect(KIT_BASE, p, period, due, price_on(KIT_BASE, d));
        }
        int number = period_begun(truth.placements[p], 1, d);
        vv_date month_due = number == 0 ? d + terms.first_due_days : d;
        bool long_enough =
            number != 0 || terms.first_due_days == 0 || is_paid(p, d + terms.first_due_days - 1);
        if (number >= 0 && is_paid(p, d) && long_enough && month_due <= today) {
            expect(MONTHS, p, d, month_due, price_on(MONTHS, d));
        }
        for (int i = 0; i < 3; i++) {
            if (d == truth.placements[p] + terms.after_days[i] && is_paid(p, d) && d <= today) {
                vv_money whole = price_on(PARTS, truth.placements[p]);
                vv_money first = whole * terms.percent[0] / 100;
                vv_money second = whole * terms.percent[1] / 100;
                vv_money share = i == 0 ? first : i == 1 ? second : whole - first - second;
                expect(PARTS, p, d, d, share);
            }
        }
    }
}

static bool is_supported(vv_date d)
{
    for (int o = 0; o < truth.outcome_count; o++) {
        bool counts = (truth.outcomes[o].job || terms.bonus_study) &&
                      (truth.outcomes[o].full || !terms.bonus_full);
        bool documented = truth.outcomes[o].start <= d && d <= truth.outcomes[o].through;
        bool seen = !terms.bonus_income || d <= truth.outcomes[o].income;
        /* Without any source the first day counts all the same. */
        if (counts && ((documented && seen) || d == truth.outcomes[o].start)) {
            return true;
        }
    }
    return false;
}

static void walk_bonus(vv_date today)
{
    int p = truth.placement_count - 1;
    vv_date first = truth.lasts[p] + 1;
    vv_date d = first;
    while (vv_date_add_months(first, terms.bonus_months) != d) {
        if (!is_supported(d)) {
            return;
        }
        d++;
    }
    if (d <= today) {
        expect(BONUS, p, truth.placements[0], d, price_on(BONUS, first));
    }
}

static bool comes_before(const struct amount *a, const struct amount *b)
{
    if (a->due != b->due) {
        return a->due < b->due;
    }
    if (a->component != b->component) {
        return a->component < b->component;
    }
    return a->period != b->period ? a->period < b->period : a->contract < b->contract;
}

/* The cap on base, months and parts together, over the case. */
static void cut(void)
{
    bool done[AMOUNTS_MAX] = {false};
    vv_money left = terms.cap_amount;
    for (int round = 0; round < expected_count; round++) {
        int next = -1;
        for (int i = 0; i < expected_count; i++) {
            if (!done[i] && (next < 0 || comes_before(&expected[i], &expected[next]))) {
                next = i;
            }
        }
        done[next] = true;
        if (expected[next].component != BONUS) {
            if (expected[next].amount > left) {
                expected[next].amount = left;
            }
            left -= expected[next].amount;
        }
    }
}

/* ---- a random case, told to the service ---- */

static void random_truth(void)
{
    memset(&truth, 0, sizeof truth);
    vv_date start = day("2020-01-01") + below(120);
    truth.placement_count = 1 + below(2);
    for (int p = 0; p < truth.placement_count; p++) {
        truth.placements[p] = start;
        truth.lasts[p] = start + below(200);
        start = truth.lasts[p] + 1 + (below(2) == 0 ? 0 : below(20));
    }
    truth.reassessed = truth.placements[0] + below(300);
    truth.outcome_count = below(OUTCOMES + 1);
    vv_date end = truth.lasts[truth.placement_count - 1];
    for (int o = 0; o < truth.outcome_count; o++) {
        vv_date from = o > 0 && below(2) == 0 ? truth.outcomes[o - 1].through + below(3)
                                              : end - 40 + below(60);
        truth.outcomes[o].start = from;
        truth.outcomes[o].through = from + below(150);
        truth.outcomes[o].income = from + below(200);
        truth.outcomes[o].full = below(3) == 0;
        truth.outcomes[o].job = below(2) == 0;
    }
}

static void random_terms(void)
{
    terms = (struct terms){.cap_days = 1 + below(70),
                           .block_months = 1 + below(4),
                           .first_due_days = below(29),
                           .bonus_months = 1 + below(3),
                           .bonus_income = below(3) == 0,
                           .bonus_full = below(4) == 0,
                           .bonus_study = below(3) != 0,
                           .cap_amount = below(3) == 0 ? 1 + below(3000000) : VV_MONEY_MAX};
    for (int i = 1; i < 3; i++) {
        terms.after_days[i] = terms.after_days[i - 1] + 1 + below(60);
    }
    terms.percent[0] = 1 + below(50);
    terms.percent[1] = 1 + below(40);
    terms.percent[2] = 100 - terms.percent[0] - terms.percent[1];
}

static struct vv_price rows[4][2];
static struct vv_cap caps[2];
static const char *const capped[] = {"base", "months", "parts"};
static const struct vv_cap *applying[] = {&caps[0], &caps[1]};
static struct vv_instalment parts[3];

static void write_scheme(struct kit *kit)
{
    kit_reset(kit);
    caps[0] = (struct vv_cap){.days = terms.cap_days,
                              .block_months = terms.block_months,
                              .components = capped,
                              .component_count = 1};
    caps[1] = (struct vv_cap){.amount = terms.cap_amount,
                              .per_participant = true,
                              .components = capped,
                              .component_count = 3};
    for (int i = 0; i <= BONUS; i++) {
        rows[i][0] = (struct vv_price)KIT_PRICE("A", price_of[i][0]);
        rows[i][1] = (struct vv_price)KIT_PRICE("B", price_of[i][1]);
        kit->components[i] = (struct vv_component){
            .code = codes[i], .prices = rows[i], .price_count = 2, .price_on = VV_ON_DAY};
        kit->components[i].caps = i == KIT_BASE ? applying : applying + 1;
        kit->components[i].cap_count = i == KIT_BASE ? 2 : i == BONUS ? 0 : 1;
    }
    for (int i = 0; i < 3; i++) {
        parts[i] = (struct vv_instalment){terms.after_days[i], terms.percent[i]};
    }
    kit->components[KIT_BASE].kind = VV_PER_DAY;
    kit->components[KIT_BASE].weekdays_only = true;
    kit->components[KIT_BASE].block_months = terms.block_months;
    kit->components[MONTHS].kind = VV_PER_MONTH;
    kit->components[MONTHS].service_months = true;
    kit->components[MONTHS].first_due_days = terms.first_due_days;
    kit->components[PARTS].kind = VV_INSTALMENTS;
    kit->components[PARTS].price_on = VV_ON_PLACEMENT_START;
    kit->components[PARTS].instalments = parts;
    kit->components[PARTS].instalment_count = 3;
    struct vv_component *bonus = &kit->components[BONUS];
    bonus->kind = VV_SUSTAINED;
    bonus->price_on = VV_ON_OUTCOME_START;
    bonus->sustained_months = terms.bonus_months;
    bonus->on_job = true;
    bonus->on_study = terms.bonus_study;
    bonus->extent = terms.bonus_full ? VV_EXTENT_FULL_ONLY : VV_EXTENT_ANY;
    bonus->evidence = terms.bonus_income ? VV_EVIDENCE_CORROBORATED : VV_EVIDENCE_DOCUMENT;
    kit->scheme.component_count = BONUS + 1;
}

static const char *text_of(vv_date date)
{
    static char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    return text;
}

static void tell(struct kit *kit)
{
    kit_level(kit, "B", "2019-12-01");
    kit_level(kit, "A", text_of(truth.reassessed));
    for (int p = 0; p < truth.placement_count; p++) {
        struct vv_payment_fact *fact =
            kit_placement(kit, (unsigned char)p, (unsigned char)p, text_of(truth.placements[p]));
        fact->service_start = truth.placements[0];
        fact->planned_end = VV_DATE_NONE;
        kit_end(kit, (unsigned char)p, text_of(truth.lasts[p]));
    }
    for (int o = 0; o < truth.outcome_count; o++) {
        unsigned char id = (unsigned char)o;
        struct vv_payment_fact *fact = kit_job(kit, id, text_of(truth.outcomes[o].start));
        fact->job = truth.outcomes[o].job;
        fact->extent_percent = truth.outcomes[o].full ? 100 : 60;
        kit_confirm(kit, id, text_of(truth.outcomes[o].through));
        kit_outcome(kit, VV_FACT_CORROBORATED, id, text_of(truth.outcomes[o].income))->evidence =
            kit_evidence;
    }
}

static vv_money compare(struct kit *kit, vv_date today)
{
    vv_money sum = 0;
    size_t owed_count = 0;
    expected_count = 0;
    for (int p = 0; p < truth.placement_count; p++) {
        walk_placement(p, today);
    }
    walk_bonus(today);
    cut();
    kit_ask(kit, text_of(today));
    for (int i = 0; i < expected_count; i++) {
        const struct vv_owed *owed =
            kit_owed(kit, codes[expected[i].component], text_of(expected[i].period),
                     (unsigned char)expected[i].contract);
        if (expected[i].amount == 0) {
            assert_null(owed);
            continue;
        }
        assert_non_null(owed);
        assert_int_equal(owed->amount, expected[i].amount);
        assert_int_equal(owed->due, expected[i].due);
        sum += owed->amount;
        owed_count++;
    }
    assert_int_equal(kit->entitlement.count, owed_count);
    return sum;
}

static void the_service_owes_what_the_days_say(void **state)
{
    (void)state;
    static struct kit kit;
    int bonuses = 0;
    vv_money paid = 0;
    random_begin();
    for (int i = 0; i < COURSES; i++) {
        random_truth();
        random_terms();
        write_scheme(&kit);
        tell(&kit);
        paid += compare(&kit, truth.placements[0] + below(DAYS));
        paid += compare(&kit, truth.placements[0] + DAYS);
        for (int j = 0; j < expected_count; j++) {
            bonuses += expected[j].component == BONUS;
        }
    }
    printf("%d cases: %d bonuses\n", COURSES, bonuses);
    assert_true(paid > 0 && bonuses > COURSES / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_service_owes_what_the_days_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
