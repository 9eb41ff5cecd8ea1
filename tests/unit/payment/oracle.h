/*
 * oracle.h: what is owed for a course, worked out by code that shares nothing with the service: it
 * walks over days, where the service works with intervals.
 */
#ifndef VAGVAL_TESTS_PAYMENT_ORACLE_H
#define VAGVAL_TESTS_PAYMENT_ORACLE_H

#include "kit.h"

#define DAYS 800
#define PLACEMENTS_MAX 6
#define OUTCOMES_MAX 4
#define LEVELS_MAX 6
#define AMOUNTS_MAX 256

/* ---- what really happened ---- */

struct truth {
    vv_date zero; /* day 0 */
    struct {
        int service_start, start, last; /* day numbers, inclusive */
        unsigned char contract;
        bool blekinge;
    } placements[PLACEMENTS_MAX];
    int placement_count;
    struct {
        int from, decided;
        int level; /* 0, 1, 2 = A, B, C */
    } levels[LEVELS_MAX];
    int level_count;
    struct {
        int start, through;
        bool job, full, withdrawn;
    } outcomes[OUTCOMES_MAX];
    int outcome_count;
    bool reported[DAYS / 28 + 2][3]; /* by month number and contract */
};

/* A version of the scheme, as its author would say it. */
struct version {
    bool monthly, weekdays, reported_only, base_by_period_start;
    bool by_placement_start;             /* price date of premium and result */
    bool job_counts[2], study_counts[2]; /* premium, result */
    bool contract_clock;
    int band_days[2], band_percent[2];
    int months, gap;
    vv_money price[3][3]; /* base, premium, result; level */
};

struct world {
    struct truth truth;
    struct version versions[2];
    int change; /* first day of the second version */
};

struct amount {
    const char *component;
    vv_date period;
    unsigned char contract;
    vv_money amount;
};

static struct amount expected[AMOUNTS_MAX];
static size_t expected_count;

static const struct version *version_of(const struct world *world, int d)
{
    return &world->versions[d < world->change ? 0 : 1];
}

static int placement_on(const struct truth *truth, int d)
{
    for (int i = 0; i < truth->placement_count; i++) {
        if (truth->placements[i].start <= d && d <= truth->placements[i].last) {
            return i;
        }
    }
    return -1;
}

static int level_on(const struct truth *truth, int d)
{
    int best = -1;
    for (int i = 0; i < truth->level_count; i++) {
        if (truth->levels[i].from <= d &&
            (best < 0 || truth->levels[i].from > truth->levels[best].from ||
             (truth->levels[i].from == truth->levels[best].from &&
              truth->levels[i].decided > truth->levels[best].decided))) {
            best = i;
        }
    }
    return best < 0 ? -1 : truth->levels[best].level;
}

/* Which month of the course a day lies in, counted over days. */
static int month_number(const struct truth *truth, int d)
{
    static int numbers[DAYS + 1];
    static vv_date counted_from = VV_DATE_NONE;
    if (counted_from != truth->zero) {
        counted_from = truth->zero;
        for (int at = 1; at <= DAYS; at++) {
            vv_date on = truth->zero + at;
            numbers[at] = numbers[at - 1] + (vv_date_month_start(on) == on ? 1 : 0);
        }
    }
    return numbers[d];
}

static void expect(const char *component, vv_date period, unsigned char contract, int64_t numerator,
                   int64_t denominator)
{
    vv_money amount = (2 * numerator + denominator) / (2 * denominator); /* none is negative */
    if (amount != 0) {
        assert_true(expected_count < AMOUNTS_MAX);
        expected[expected_count++] = (struct amount){component, period, contract, amount};
    }
}

/* Price in hundredths of an öre on the price date, 0 = none. */
static int64_t price_of(const struct world *world, int component, int d, bool blekinge)
{
    int level = level_on(&world->truth, d);
    return level < 0 ? 0 : version_of(world, d)->price[component][level] * (blekinge ? 110 : 100);
}

/* ---- base ---- */

/* Whether base is paid for the day: served, and no full-extent start yet in the service. */
static bool is_paid(const struct truth *truth, int d)
{
    int p = placement_on(truth, d);
    for (int i = 0; p >= 0 && i < truth->outcome_count; i++) {
        if (truth->outcomes[i].full && !truth->outcomes[i].withdrawn &&
            truth->outcomes[i].start >= truth->placements[p].service_start &&
            truth->outcomes[i].start <= d) {
            return false;
        }
    }
    return p >= 0;
}

static void expect_base(const struct world *world, int today)
{
    const struct truth *truth = &world->truth;
    static int64_t sums[DAYS / 28 + 2][3];
    static int month_days[DAYS / 28 + 2];
    static vv_date months[DAYS / 28 + 2];
    memset(sums, 0, sizeof sums);
    for (int d = 0; d < DAYS; d++) {
        int month = month_number(truth, d);
        int p = placement_on(truth, d);
        months[month] = vv_date_month_start(truth->zero + d);
        month_days[month] = vv_date_days_in_month(truth->zero + d);
        if (!is_paid(truth, d)) {
            continue;
        }
        int due = d; /* the day after the month's or the placement's last day */
        while (placement_on(truth, due) == p && month_number(truth, due) == month) {
            due++;
        }
        int first = d; /* of this placement's paid days in the month */
        while (first > 0 && placement_on(truth, first - 1) == p &&
               month_number(truth, first - 1) == month) {
            first--;
        }
        const struct version *rules = version_of(world, d);
        unsigned char contract = truth->placements[p].contract;
        if (due > today || (rules->reported_only && !truth->reported[month][contract])) {
            continue;
        }
        int on = rules->base_by_period_start ? first : d;
        int64_t price = price_of(world, 0, on, truth->placements[p].blekinge);
        const struct version *priced = version_of(world, on);
        if (!priced->monthly && priced->weekdays && vv_date_weekday(truth->zero + d) > 5) {
            continue;
        }
        sums[month][contract] += priced->monthly ? price : price * month_days[month];
    }
    for (int month = 0; month < DAYS / 28 + 2; month++) {
        for (unsigned char contract = 0; contract < 3; contract++) {
            if (sums[month][contract] != 0) {
                expect("base", months[month], contract, sums[month][contract],
                       100 * month_days[month]);
            }
        }
    }
}

/* ---- premium and result ---- */

static int serving(const struct truth *truth, int d)
{
    int p = placement_on(truth, d);
    return p >= 0 || d == 0 ? p : placement_on(truth, d - 1);
}

static int day_after_months(const struct truth *truth, int d, int months)
{
    return vv_date_add_months(truth->zero + d, months) - truth->zero;
}

static bool counts(const struct world *world, int component, const struct version *rules, int o)
{
    return world->truth.outcomes[o].job ? rules->job_counts[component]
                                        : rules->study_counts[component];
}

/* Every day to the milestone is covered by this outcome or one that began no earlier; as many free
 * days in a row as the version allows may lie between. */
static bool is_lasting(const struct world *world, const struct version *rules, int o, int due)
{
    const struct truth *truth = &world->truth;
    int free_days = 0;
    /* A gap that lies across the milestone counts as one if something follows it in time. */
    for (int d = truth->outcomes[o].start; d < due || free_days > 0; d++) {
        bool covered = false;
        for (int i = 0; i < truth->outcome_count; i++) {
            covered = covered || (!truth->outcomes[i].withdrawn && counts(world, 1, rules, i) &&
                                  truth->outcomes[i].start >= truth->outcomes[o].start &&
                                  truth->outcomes[i].start <= d && d <= truth->outcomes[i].through);
        }
        free_days = covered ? 0 : free_days + 1;
        if (free_days > rules->gap) {
            return false;
        }
    }
    return true;
}

static int percent_after(const struct version *rules, int elapsed)
{
    for (int i = 0; i < 2; i++) {
        if (elapsed >= 0 && elapsed <= rules->band_days[i]) {
            return rules->band_percent[i];
        }
    }
    return 0;
}

/* First day of the clock: of the service, or of the contract within it. */
static int clock_of(const struct truth *truth, const struct version *rules, int p)
{
    int start = truth->placements[p].service_start;
    if (!rules->contract_clock) {
        return start;
    }
    while (truth->placements[placement_on(truth, start)].contract !=
           truth->placements[p].contract) {
        start++;
    }
    return start;
}

/* The first outcome of a service that earns the component takes it, even before it is due. */
static void expect_once(const struct world *world, int component, int service, int today)
{
    const struct truth *truth = &world->truth;
    for (int d = 0; d < DAYS; d++) {
        for (int o = 0; o < truth->outcome_count; o++) {
            int p = truth->outcomes[o].start == d ? serving(truth, d) : -1;
            const struct version *rules = version_of(world, d);
            if (p < 0 || truth->outcomes[o].withdrawn ||
                truth->placements[p].service_start != service ||
                !counts(world, component - 1, rules, o)) {
                continue;
            }
            int due = component == 1 ? d : day_after_months(truth, d, rules->months);
            int64_t percent =
                component == 1 ? percent_after(rules, d - clock_of(truth, rules, p)) : 100;
            int64_t price = price_of(world, component,
                                     rules->by_placement_start ? truth->placements[p].start : d,
                                     truth->placements[p].blekinge);
            if (percent == 0 || price == 0 ||
                (component == 2 && !is_lasting(world, rules, o, due))) {
                continue;
            }
            if (due <= today) {
                expect(component == 1 ? "premium" : "result", truth->zero + service,
                       truth->placements[p].contract, price * percent, 10000);
            }
            return;
        }
    }
}

static void work_out(const struct world *world, int today)
{
    expected_count = 0;
    expect_base(world, today);
    for (int p = 0; p < world->truth.placement_count; p++) {
        int service = world->truth.placements[p].service_start;
        if (world->truth.placements[p].start == service) {
            expect_once(world, 1, service, today);
            expect_once(world, 2, service, today);
        }
    }
}

#endif
