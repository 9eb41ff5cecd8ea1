/*
 * Property: whatever the order and repetition in which facts come, and whenever they come, the
 * balances per (component, period, contract) end the same; every batch sums to 0; nothing is left
 * to post. What is posted alone may differ between orders: for each key it is the most that was
 * ever owed, the rest being proposals. No cap is ever exceeded. VAGVAL_TEST_SEED repeats a run.
 */
#include "kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#define COURSES 2500
#define ORDERS_PER_COURSE 3
#define TOTALS_MAX 256

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
    /* splitmix64 */
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % bound;
}

static struct vv_id random_id(void)
{
    struct vv_id id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        id.bytes[i] = (uint8_t)random_below(256);
    }
    return id;
}

/* ---- a random course ---- */

static vv_date first_day, last_day;

static struct vv_payment_fact *add(struct kit *kit, enum vv_payment_fact_kind kind, vv_date on)
{
    struct vv_payment_fact *fact = kit_add(kit, kind, "2020-03-01");
    fact->id = random_id();
    fact->effective = fact->on = on;
    return fact;
}

static vv_date random_day(int span)
{
    return first_day + (vv_date)random_below((uint32_t)span);
}

/* ---- random terms of payment ---- */

enum { MONTHS = KIT_RESULT + 1, PARTS, BONUS, COMPONENTS };

#define CAPS 3
static struct vv_cap caps[CAPS];
static const struct vv_cap *applying[COMPONENTS][CAPS];
static const struct vv_instalment parts[] = {{0, 30}, {45, 30}, {100, 40}};
static const char *const capped[CAPS][3] = {
    {"base"}, {"base", "premium", "result"}, {"months", "parts", "bonus"}};
static const size_t capped_count[CAPS] = {1, 3, 3};

static void add_components(struct kit *kit)
{
    kit->components[MONTHS] = kit->components[KIT_BASE];
    kit->components[MONTHS].code = "months";
    kit->components[MONTHS].kind = VV_PER_MONTH;
    kit->components[MONTHS].service_months = true;
    kit->components[MONTHS].first_due_days = (int)random_below(28);
    kit->components[PARTS] = kit->components[KIT_BASE];
    kit->components[PARTS].code = "parts";
    kit->components[PARTS].kind = VV_INSTALMENTS;
    kit->components[PARTS].price_on = VV_ON_PLACEMENT_START;
    kit->components[PARTS].instalments = parts;
    kit->components[PARTS].instalment_count = 3;
    kit->components[BONUS] = kit->components[KIT_RESULT];
    kit->components[BONUS].code = "bonus";
    kit->components[BONUS].kind = VV_SUSTAINED;
    kit->components[BONUS].sustained_months = 1 + (int)random_below(3);
    kit->scheme.component_count = COMPONENTS;
    for (int i = 0; i < COMPONENTS; i++) {
        struct vv_component *component = &kit->components[i];
        bool on_outcome = i == KIT_PREMIUM || i == KIT_RESULT || i == BONUS;
        component->pay_if_met = !on_outcome && random_below(2) == 0;
        if (on_outcome) {
            component->extent = (enum vv_extent)random_below(3);
            component->evidence = (enum vv_evidence)random_below(4);
        }
    }
    kit->components[KIT_RESULT].part_of = random_below(2) == 0 ? 3 : 0;
    kit->components[KIT_RESULT].part_take = 1 + (int)random_below(3);
}

/* Days of base, an amount of base, premium and result, and one of the other kinds. */
static void add_caps(struct kit *kit)
{
    for (int i = 0; i < CAPS; i++) {
        bool participant = i == CAPS - 1 || random_below(2) == 0;
        caps[i] = (struct vv_cap){.days = i == 0 ? 1 + (int)random_below(60) : 0,
                                  .amount = i == 0 ? 0 : 1 + (vv_money)random_below(2000000),
                                  .per_participant = participant,
                                  .block_months = participant ? 0 : 2,
                                  .components = capped[i],
                                  .component_count = capped_count[i]};
    }
    for (int i = 0; i < COMPONENTS; i++) {
        struct vv_component *component = &kit->components[i];
        component->caps = applying[i];
        for (int j = 0; j < CAPS; j++) {
            bool applies = (j == 0 && i == KIT_BASE && component->kind == VV_PER_DAY) ||
                           (j == 1 && i <= KIT_RESULT) || (j == 2 && i > KIT_RESULT);
            if (applies && random_below(4) != 0) {
                applying[i][component->cap_count++] = &caps[j];
                component->block_months =
                    caps[j].block_months > 0 ? caps[j].block_months : component->block_months;
            }
        }
    }
}

static bool bounds(const struct vv_component *component, const struct vv_cap *cap)
{
    for (size_t i = 0; i < component->cap_count; i++) {
        if (component->caps[i] == cap) {
            return true;
        }
    }
    return false;
}

/* The days or amounts of a cap's room, summed, are at most the cap. The room is that of `owed`. */
static void check_room(const struct vv_entitlement *entitlement, const struct vv_owed *owed,
                       const struct vv_cap *cap)
{
    vv_money used = 0;
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *other = &entitlement->owed[i];
        vv_date start = owed->placement->start;
        bool same = cap->per_participant;
        if (!same && other->placement == owed->placement) {
            int months = 0; /* the block of `owed`, found by counting from the start */
            while (vv_date_add_months(start, months + cap->block_months) <= owed->block_day) {
                months += cap->block_months;
            }
            same = vv_date_add_months(start, months) <= other->block_day &&
                   other->block_day < vv_date_add_months(start, months + cap->block_months);
        }
        if (same && bounds(other->component, cap)) {
            used += cap->days > 0 ? other->days : other->amount;
        }
    }
    assert_true(used <= (cap->days > 0 ? cap->days : cap->amount));
}

static void check_caps(const struct vv_entitlement *entitlement)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        for (size_t j = 0; j < owed->component->cap_count; j++) {
            check_room(entitlement, owed, owed->component->caps[j]);
        }
    }
}

static void random_statements(struct kit *kit)
{
    for (unsigned i = random_below(4); i > 0; i--) {
        struct vv_payment_fact *fact = add(kit, VV_FACT_OBLIGATIONS, random_day(200));
        fact->on = vv_date_month_start(fact->on);
        fact->effective = fact->on + 40 * (vv_date)i; /* as reports: days of their own */
        fact->approved = random_below(2) == 0;
    }
    for (unsigned i = random_below(3); i > 0; i--) {
        struct vv_payment_fact *fact = add(kit, VV_FACT_CORROBORATED, random_day(400));
        fact->subject = kit_id('O', (unsigned char)random_below(4));
        fact->evidence = kit_evidence;
    }
}

static void random_course(struct kit *kit)
{
    static const char *const levels[] = {"A", "B", "C"};
    kit_reset(kit);
    if (random_below(2) == 0) {
        add_components(kit);
    }
    kit->components[KIT_BASE].pay_if_report = random_below(2) == 0;
    kit->components[KIT_BASE].kind = random_below(3) == 0 ? VV_PER_MONTH : VV_PER_DAY;
    kit->components[KIT_PREMIUM].requires_result = random_below(4) == 0;
    kit->components[KIT_RESULT].max_gap_days = (int)random_below(2);
    if (kit->scheme.component_count == COMPONENTS) {
        add_caps(kit);
        random_statements(kit);
    }
    vv_date service = first_day;
    unsigned placements = 1 + random_below(3);
    for (unsigned i = 0; i < placements; i++) {
        struct vv_payment_fact *fact = add(kit, VV_FACT_PLACEMENT_START, random_day(120));
        fact->subject = kit_id('P', (unsigned char)i);
        fact->contract = kit_id('C', (unsigned char)random_below(2));
        fact->area = random_below(2) == 0 ? "umea" : "blekinge";
        fact->contract_number = "KA-1";
        service = random_below(2) == 0 ? fact->on : service;
        fact->service_start = service;
        fact->planned_end = vv_date_add_months(fact->on, 6) - 1;
        if (random_below(2) == 0) {
            add(kit, VV_FACT_PLACEMENT_END, fact->on + (vv_date)random_below(200))->subject =
                kit_id('P', (unsigned char)i);
        }
    }
    for (unsigned i = 1 + random_below(4); i > 0; i--) {
        struct vv_payment_fact *fact = add(kit, VV_FACT_LEVEL, random_day(150));
        fact->level = levels[random_below(3)];
        fact->decided_on = fact->on + (vv_date)random_below(60);
        fact->referred = random_below(8) != 0;
    }
    for (unsigned i = random_below(5); i > 0; i--) {
        struct vv_payment_fact *fact = add(kit, VV_FACT_REPORT, random_day(200));
        fact->on = vv_date_month_start(fact->on);
        /* One owner decides on reports, and its stream comes in its order: of two decisions of one
         * day the log says which was later, so no other order can happen. Others are of days of
         * their own. */
        fact->effective = fact->on + 40 * (vv_date)i;
        fact->approved = random_below(4) != 0;
    }
    unsigned outcomes = random_below(4);
    for (unsigned i = 0; i < outcomes; i++) {
        static const enum vv_payment_fact_kind kinds[] = {
            VV_FACT_OUTCOME_CONFIRM, VV_FACT_OUTCOME_CONFIRM, VV_FACT_OUTCOME_END,
            VV_FACT_OUTCOME_WITHDRAW};
        struct vv_payment_fact *fact = add(kit, VV_FACT_OUTCOME_START, random_day(200));
        fact->subject = kit_id('O', (unsigned char)i);
        fact->job = random_below(2) == 0;
        fact->extent_percent = random_below(2) == 0 ? 100 : 50;
        for (unsigned j = random_below(3); j > 0; j--) {
            struct vv_payment_fact *later =
                add(kit, kinds[random_below(4)], fact->on + (vv_date)random_below(180));
            later->subject = fact->subject;
            later->evidence = random_below(4) != 0 ? kit_evidence : NULL;
        }
    }
    if (random_below(3) == 0) {
        kit->facts[random_below((uint32_t)kit->count)].supersedes =
            kit->facts[random_below((uint32_t)kit->count)].id;
    }
}

/* ---- processing one by one, as the service does ---- */

struct books {
    struct vv_posted totals[TOTALS_MAX];
    vv_money most[TOTALS_MAX]; /* that was ever owed, per total */
    size_t count;
    vv_money expenses, providers;
    unsigned batches;
};

/* Decides once; returns the next due date. */
static vv_date decide(const struct kit *kit, const struct vv_payment_fact *facts, size_t count,
                      vv_date as_of, struct books *books)
{
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    struct vv_posting *postings;
    size_t posting_count;
    kit_used = 0;
    assert_int_equal(vv_entitlement(facts, count, &kit->lookup, as_of, &kit_memory, &entitlement),
                     VV_OK);
    check_caps(&entitlement);
    assert_int_equal(vv_difference(&entitlement, books->totals, books->count, &kit->scheme,
                                   &kit_memory, &difference),
                     VV_OK);
    assert_int_equal(vv_ledger_postings(&difference, &kit_memory, &postings, &posting_count),
                     VV_OK);
    vv_money sum = 0;
    for (size_t i = 0; i < posting_count; i++) {
        sum += postings[i].amount;
        vv_money *account =
            strncmp(postings[i].account, "expense:", 8) == 0 ? &books->expenses : &books->providers;
        *account += postings[i].amount;
    }
    assert_int_equal(sum, 0);
    for (size_t i = 0; i < difference.count; i++) {
        const struct vv_difference_line *line = &difference.lines[i];
        assert_true(line->proposal || line->amount > 0);
        assert_true(books->count < TOTALS_MAX);
        assert_int_equal(vv_posted_add(books->totals, &books->count, line->component, line->period,
                                       line->contract, line->amount, line->proposal),
                         VV_OK);
    }
    for (size_t i = 0; i < books->count; i++) {
        vv_money owed = books->totals[i].posted + books->totals[i].proposed;
        books->most[i] = owed > books->most[i] ? owed : books->most[i];
    }
    books->batches += difference.count > 0;
    return entitlement.next_due;
}

static void process(const struct kit *kit, struct books *books)
{
    static struct vv_payment_fact known[1024];
    size_t order[512];
    for (size_t i = 0; i < kit->count; i++) {
        size_t at = random_below((uint32_t)i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    memset(books, 0, sizeof *books);
    size_t count = 0;
    vv_date today = first_day;
    vv_date due = VV_DATE_NONE;
    for (size_t i = 0; i <= kit->count; i++) {
        vv_date target = i == kit->count ? last_day : today + (vv_date)random_below(40);
        target = target < last_day ? target : last_day;
        while (due != VV_DATE_NONE && due <= target) { /* timers on the way */
            today = due;
            due = decide(kit, known, count, today, books);
        }
        today = target;
        if (i == kit->count) {
            break;
        }
        for (unsigned copies = 1 + random_below(2); copies > 0; copies--) {
            known[count] = kit->facts[order[i]];
            known[count].index = (uint32_t)count + 1;
            count++;
        }
        due = decide(kit, known, count, today, books);
    }
    unsigned batches = books->batches;
    decide(kit, known, count, last_day, books); /* whatever is due has been posted by a timer */
    assert_int_equal(books->batches, batches);
}

/* What stands for a key, posted and proposed together. */
static vv_money standing(const struct books *books, const char *component, vv_date period,
                         struct vv_id contract)
{
    for (size_t i = 0; i < books->count; i++) {
        const struct vv_posted *total = &books->totals[i];
        if (total->period == period && vv_id_equal(total->contract, contract) &&
            strcmp(total->component, component) == 0) {
            return total->posted + total->proposed;
        }
    }
    return 0;
}

static void compare(const struct kit *kit, const struct books *books)
{
    struct vv_entitlement all_at_once;
    kit_used = 0;
    assert_int_equal(
        vv_entitlement(kit->facts, kit->count, &kit->lookup, last_day, &kit_memory, &all_at_once),
        VV_OK);
    vv_money owed = 0;
    for (size_t i = 0; i < all_at_once.count; i++) {
        const struct vv_owed *item = &all_at_once.owed[i];
        owed += item->amount;
        assert_int_equal(item->amount,
                         standing(books, item->component->code, item->period, item->contract));
    }
    vv_money stands = 0;
    vv_money posted = 0;
    for (size_t i = 0; i < books->count; i++) {
        assert_true(books->totals[i].posted >= 0);
        assert_true(books->totals[i].proposed <= 0);
        assert_int_equal(books->totals[i].posted, books->most[i]);
        posted += books->totals[i].posted;
        stands += books->totals[i].posted + books->totals[i].proposed;
    }
    assert_int_equal(stands, owed); /* so no key stands that is not owed */
    assert_int_equal(books->expenses, posted);
    assert_int_equal(books->providers, -posted);
}

static void any_order_gives_the_same_balances(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    const char *given = getenv("VAGVAL_TEST_SEED");
    uint64_t seed = 0;
    if (given != NULL) {
        seed = strtoull(given, NULL, 0);
    } else {
        assert_int_equal(getrandom(&seed, sizeof seed, 0), (ssize_t)sizeof seed);
    }
    printf("seed: VAGVAL_TEST_SEED=%" PRIu64 "\n", seed);
    (void)fflush(stdout); /* a failed assertion jumps out: the seed must be seen */
    random_state = seed;
    first_day = day("2020-03-01");
    last_day = day("2021-12-31");
    unsigned batches = 0;
    vv_money paid = 0;
    for (unsigned i = 0; i < COURSES; i++) {
        random_course(&kit);
        for (unsigned j = 0; j < ORDERS_PER_COURSE; j++) {
            process(&kit, &books);
            compare(&kit, &books);
            batches += books.batches;
            paid += books.expenses;
        }
    }
    printf("%u courses in %u orders each: %u batches\n", COURSES, ORDERS_PER_COURSE, batches);
    assert_true(batches > COURSES && paid > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_gives_the_same_balances)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
