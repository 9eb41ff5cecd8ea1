/*
 * The rules against an oracle: random courses with two versions of a scheme, changes of provider
 * and two service periods, worked out a second time by code that shares nothing with the service:
 * it walks over days, where the service works with intervals. VAGVAL_TEST_SEED repeats a run.
 */
#include "oracle.h"

#include "../../support/random.h"

#include <inttypes.h>
#include <stdio.h>

#define COURSES 4000

/* ---- a random world, and what the service is told of it ---- */

static void random_version(struct version *version)
{
    *version = (struct version){
        .monthly = random_below(3) == 0,
        .weekdays = random_below(3) == 0,
        .reported_only = random_below(3) == 0,
        .base_by_period_start = random_below(2) == 0,
        .by_placement_start = random_below(2) == 0,
        .job_counts = {random_below(8) != 0, random_below(8) != 0},
        .study_counts = {random_below(2) == 0, random_below(2) == 0},
        .contract_clock = random_below(2) == 0,
        .band_days = {20 + (int)random_below(60), 80 + (int)random_below(100)},
        .band_percent = {100, 33},
        .months = 1 + (int)random_below(4),
        .gap = (int)random_below(2),
    };
    for (int i = 0; i < 9; i++) {
        version->price[i / 3][i % 3] = 1 + (vv_money)random_below(i < 3 ? 30000 : 3000000);
    }
}

static void random_service(struct truth *truth, int start)
{
    int last = day_after_months(truth, start, 6) - 1;
    int at = start;
    for (unsigned i = 1 + random_below(3); i > 0; i--) {
        int next = i == 1 ? last + 1 : at + 1 + (int)random_below(60);
        int n = truth->placement_count++;
        truth->placements[n].service_start = start;
        truth->placements[n].start = at;
        truth->placements[n].last = next - 1;
        truth->placements[n].contract = (unsigned char)(1 + random_below(2));
        truth->placements[n].blekinge = truth->placements[n].contract == 2;
        at = next;
    }
    if (random_below(2) == 0) { /* ended early, by a fact of its own */
        int n = truth->placement_count - 1;
        int length = truth->placements[n].last - truth->placements[n].start;
        truth->placements[n].last -= (int)random_below((uint32_t)length);
    }
}

static void random_truth(struct truth *truth)
{
    memset(truth, 0, sizeof *truth);
    truth->zero = day("2020-02-20");
    int start = 1 + (int)random_below(50);
    random_service(truth, start);
    if (random_below(3) == 0) {
        random_service(truth, truth->placements[truth->placement_count - 1].last + 1 +
                                  (int)random_below(40));
    }
    truth->level_count = 1 + (int)random_below(LEVELS_MAX);
    for (int i = 0; i < truth->level_count; i++) {
        truth->levels[i].from = i == 0 && random_below(8) != 0 ? start - 1 : (int)random_below(300);
        truth->levels[i].decided = 400 + i; /* no two on one day */
        truth->levels[i].level = (int)random_below(3);
    }
    truth->outcome_count = (int)random_below(OUTCOMES_MAX + 1);
    for (int i = 0; i < truth->outcome_count; i++) {
        int after = i > 0 && random_below(2) == 0
                        ? truth->outcomes[i - 1].through + (int)random_below(3)
                        : start + (int)random_below(220);
        bool taken = false; /* of two on one day the id decides: not the oracle's matter */
        for (int k = 0; k < i; k++) {
            taken = taken || truth->outcomes[k].start == after;
        }
        truth->outcomes[i].start = taken ? 450 + i : after;
        truth->outcomes[i].through = truth->outcomes[i].start + (int)random_below(150);
        truth->outcomes[i].job = random_below(2) == 0;
        truth->outcomes[i].full = random_below(3) == 0;
        truth->outcomes[i].withdrawn = random_below(5) == 0;
    }
    for (int d = 0; d < DAYS; d++) {
        int p = placement_on(truth, d);
        if (p >= 0 && random_below(20) == 0) {
            truth->reported[month_number(truth, d)][truth->placements[p].contract] = true;
        }
    }
}

static void date_text(const struct truth *truth, int d, char *text)
{
    vv_date_format(truth->zero + d, text);
}

static void tell_services(struct kit *kit, const struct truth *truth)
{
    char on[VV_DATE_TEXT_BYTES];
    for (int i = 0; i < truth->placement_count; i++) {
        date_text(truth, truth->placements[i].start, on);
        struct vv_payment_fact *fact =
            kit_placement(kit, (unsigned char)i, truth->placements[i].contract, on);
        fact->area = truth->placements[i].blekinge ? "blekinge" : "umea";
        fact->service_start = truth->zero + truth->placements[i].service_start;
        fact->planned_end = vv_date_add_months(fact->service_start, 6) - 1;
        if (fact->planned_end != truth->zero + truth->placements[i].last &&
            (i + 1 == truth->placement_count ||
             truth->placements[i + 1].start != truth->placements[i].last + 1)) {
            date_text(truth, truth->placements[i].last, on);
            kit_end(kit, (unsigned char)i, on);
        }
    }
    for (int m = 0; m < DAYS / 28 + 2; m++) {
        for (unsigned char contract = 1; contract < 3; contract++) {
            if (truth->reported[m][contract]) {
                vv_date_format(vv_date_add_months(vv_date_month_start(truth->zero), m), on);
                kit_report(kit, on, true, on)->contract = kit_id('C', contract);
            }
        }
    }
}

static void tell_person(struct kit *kit, const struct truth *truth)
{
    static const char *const codes[] = {"A", "B", "C"};
    char on[VV_DATE_TEXT_BYTES];
    for (int i = 0; i < truth->level_count; i++) {
        date_text(truth, truth->levels[i].from, on);
        kit_level(kit, codes[truth->levels[i].level], on)->decided_on =
            truth->zero + truth->levels[i].decided;
    }
    for (int i = 0; i < truth->outcome_count; i++) {
        unsigned char id = (unsigned char)i;
        date_text(truth, truth->outcomes[i].start, on);
        struct vv_payment_fact *fact = kit_job(kit, id, on);
        fact->job = truth->outcomes[i].job;
        fact->extent_percent = truth->outcomes[i].full ? 100 : 50;
        if (truth->outcomes[i].withdrawn) {
            kit_outcome(kit, VV_FACT_OUTCOME_WITHDRAW, id, on);
        }
        date_text(truth, truth->outcomes[i].through, on);
        bool ended = random_below(2) == 0;
        if (ended) {
            kit_outcome(kit, VV_FACT_OUTCOME_END, id, on);
            date_text(truth, truth->outcomes[i].through + (int)random_below(9), on);
        }
        if (!ended || random_below(2) == 0) {
            kit_confirm(kit, id, on); /* beyond an end it says no more than the end */
        }
    }
}

static void shuffle(struct kit *kit)
{
    for (size_t i = kit->count; i > 1; i--) {
        size_t at = random_below((uint32_t)i);
        struct vv_payment_fact moving = kit->facts[i - 1];
        kit->facts[i - 1] = kit->facts[at];
        kit->facts[at] = moving;
    }
}

struct book {
    const struct vv_scheme *versions[2];
    vv_date change;
};

static const struct vv_scheme *book_on(const void *context, vv_date on)
{
    const struct book *book = context;
    return book->versions[on < book->change ? 0 : 1];
}

struct file {
    struct vv_scheme scheme;
    struct vv_component components[3];
    struct vv_price prices[3][3];
    struct vv_band bands[2];
};

static void write_file(struct file *file, const struct version *version, const struct kit *kit)
{
    static const char *const codes[] = {"A", "B", "C"};
    for (int i = 0; i < 3; i++) {
        file->components[i] = kit->components[i];
        for (int level = 0; level < 3; level++) {
            file->prices[i][level] =
                (struct vv_price)KIT_PRICE(codes[level], version->price[i][level]);
        }
        file->components[i].prices = file->prices[i];
    }
    struct vv_component *base = &file->components[KIT_BASE];
    base->kind = version->monthly ? VV_PER_MONTH : VV_PER_DAY;
    base->weekdays_only = version->weekdays;
    base->pay_if_report = version->reported_only;
    base->price_on = version->base_by_period_start ? VV_ON_PERIOD_START : VV_ON_DAY;
    for (int i = 0; i < 2; i++) {
        struct vv_component *once = &file->components[i == 0 ? KIT_PREMIUM : KIT_RESULT];
        once->on_job = version->job_counts[i];
        once->on_study = version->study_counts[i];
        once->price_on = version->by_placement_start ? VV_ON_PLACEMENT_START : VV_ON_OUTCOME_START;
        file->bands[i] = (struct vv_band){version->band_days[i], version->band_percent[i]};
    }
    file->components[KIT_PREMIUM].bands = file->bands;
    file->components[KIT_PREMIUM].clock_contract = version->contract_clock;
    file->components[KIT_RESULT].milestone_months = version->months;
    file->components[KIT_RESULT].max_gap_days = version->gap;
    file->scheme = kit->scheme;
    file->scheme.components = file->components;
}

/* ---- the comparison ---- */

static size_t compare(const struct kit *kit)
{
    for (size_t i = 0; i < expected_count; i++) {
        const struct amount *want = &expected[i];
        const struct vv_owed *found = NULL;
        for (size_t k = 0; k < kit->entitlement.count; k++) {
            const struct vv_owed *owed = &kit->entitlement.owed[k];
            if (owed->period == want->period &&
                strcmp(owed->component->code, want->component) == 0 &&
                vv_id_equal(owed->contract, kit_id('C', want->contract))) {
                found = owed;
            }
        }
        if (found == NULL || found->amount != want->amount) {
            char period[VV_DATE_TEXT_BYTES];
            vv_date_format(want->period, period);
            fail_msg("%s %s contract %u: %" PRId64 " expected, %" PRId64 " owed", want->component,
                     period, want->contract, want->amount, found == NULL ? 0 : found->amount);
        }
    }
    assert_int_equal(kit->entitlement.count, expected_count);
    return expected_count;
}

static void rules_agree_with_the_oracle(void **state)
{
    (void)state;
    static struct kit kit;
    static struct world world;
    static struct file files[2];
    random_begin();
    size_t amounts = 0;
    for (unsigned i = 0; i < COURSES; i++) {
        kit_reset(&kit);
        random_truth(&world.truth);
        world.change = (int)random_below(260);
        for (int k = 0; k < 2; k++) {
            random_version(&world.versions[k]);
            write_file(&files[k], &world.versions[k], &kit);
        }
        struct book book = {{&files[0].scheme, &files[1].scheme}, world.truth.zero + world.change};
        kit.lookup = (struct vv_scheme_lookup){.on = book_on, .context = &book};
        tell_services(&kit, &world.truth);
        tell_person(&kit, &world.truth);
        shuffle(&kit);
        for (int k = 0; k < 2; k++) {
            int today = k == 0 ? DAYS - 1 : (int)random_below(400);
            char text[VV_DATE_TEXT_BYTES];
            date_text(&world.truth, today, text);
            work_out(&world, today);
            kit_ask(&kit, text);
            amounts += compare(&kit);
        }
    }
    printf("%u courses, %zu amounts\n", COURSES, amounts);
    assert_true(amounts > COURSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_agree_with_the_oracle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
