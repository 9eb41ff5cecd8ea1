/*
 * test_switching.c: random lives of people with three contracts of few places. A small oracle keeps
 * for each person which contract serves on which day and knows nothing of records: the placements
 * of the registry, walked day by day, must say the same. Then the same with orders that overtake
 * each other and arrive twice, while contracts change their capacity, are suspended, resumed and
 * ended: what must hold at every moment, holds. VAGVAL_TEST_SEED=n repeats a
 * run.
 */
#include "kit.h"

#include "../../support/random.h"

enum { PEOPLE = 9, CONTRACTS = 3, PLACES = 2, HORIZON = 900, COURSES = 8, STEPS = 260 };

static const char *const contracts[CONTRACTS] = {"KA-1", "KA-2", "KA-3"};
/* ---- the oracle ---- */

struct person {
    bool offered;              /* and not served yet */
    vv_date offered_on;        /* of the period */
    int with;                  /* contract that serves, -1 = none */
    vv_date since;             /* first day with it */
    vv_date first;             /* of the service period */
    vv_date until;             /* planned end of the period */
    vv_date over;              /* last day of the latest period that ended */
    int8_t serves[HORIZON];    /* contract + 1 by day, 0 = none */
    unsigned started, stopped; /* placements */
};
struct oracle {
    vv_date begin, now;
    struct person people[PEOPLE];
    unsigned starts[CONTRACTS], stops[CONTRACTS], levels[CONTRACTS]; /* as told to the provider */
    char level[PEOPLE];
    unsigned refused, full;
};

/* The service lasts six months: walked until the sixth change of month, then to the same day of
 * the month, or its last one; the day before is the last. */
static vv_date six_months_on(vv_date start)
{
    int day_of_month = vv_date_to_ymd(start).day;
    vv_date walk = start;
    for (int changes = 0; changes < 6;) {
        walk++;
        changes += vv_date_to_ymd(walk).day == 1;
    }
    while (vv_date_to_ymd(walk).day < day_of_month && vv_date_to_ymd(walk + 1).day != 1) {
        walk++;
    }
    return walk - 1;
}

static unsigned in_use(const struct oracle *oracle, int contract)
{
    unsigned count = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        count += oracle->people[i].with == contract;
    }
    return count;
}

static void serve(struct oracle *oracle, struct person *person, int contract, vv_date from,
                  vv_date to)
{
    for (vv_date d = from; d <= to; d++) {
        assert_in_range(d - oracle->begin, 0, HORIZON - 1);
        person->serves[d - oracle->begin] = (int8_t)(contract + 1);
    }
}

static void oracle_stop(struct oracle *oracle, struct person *person, vv_date last_day)
{
    serve(oracle, person, -1, last_day + 1, person->until);
    oracle->stops[person->with]++;
    person->with = -1;
    person->over = last_day;
    person->stopped++;
}

static void oracle_choose(struct oracle *oracle, struct person *person, int contract, vv_date on)
{
    bool serving = person->with >= 0;
    bool allowed = on >= person->offered_on &&
                   (serving ? on <= person->until && contract != person->with && on > person->since
                            : person->offered);
    if (!allowed || in_use(oracle, contract) >= PLACES) {
        oracle->refused += !allowed;
        oracle->full += allowed;
        return;
    }
    if (serving) {
        oracle->stops[person->with]++;
        person->stopped++;
    } else {
        person->first = on;
        person->until = six_months_on(on);
        person->offered = false;
    }
    serve(oracle, person, contract, on, person->until); /* the switch day is the new contract's */
    person->with = contract;
    person->since = on;
    person->started++;
    oracle->starts[contract]++;
}

/* Planned ends that have passed. */
static void oracle_day(struct oracle *oracle, vv_date now)
{
    oracle->now = now;
    for (size_t i = 0; i < PEOPLE; i++) {
        if (oracle->people[i].with >= 0 && oracle->people[i].until < now) {
            oracle_stop(oracle, &oracle->people[i], oracle->people[i].until);
        }
    }
}

/* ---- the registry ---- */

static const char *text_of(vv_date date, char text[static VV_DATE_TEXT_BYTES])
{
    vv_date_format(date, text);
    return text;
}

static struct vv_id case_number(size_t i)
{
    return person_case((uint8_t)(40 + i));
}

/* What has been carried is forgotten, so that lives may be long. */
static void forget_carried(struct kit *kit)
{
    for (size_t i = 0; i < kit->carried; i++) {
        free(kit->parcels[i].bytes);
    }
    memmove(kit->parcels, kit->parcels + kit->carried,
            (kit->parcel_count - kit->carried) * sizeof kit->parcels[0]);
    kit->parcel_count -= kit->carried;
    kit->carried = 0;
}

static void carry_all(struct kit *kit)
{
    do {
        carry(kit);
        fire(kit);
    } while (kit->carried < kit->parcel_count);
    forget_carried(kit);
}

/* Each placement walked over its days: at most one a day; and how many are running. */
static void walk(struct kit *kit, struct vv_id case_id, vv_date begin, int8_t days[HORIZON])
{
    const struct vv_record *record =
        vv_harness_record(kit->harness, vv_id_partition(case_id), "case", case_id);
    memset(days, 0, HORIZON);
    if (!record->exists) {
        return;
    }
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    for (size_t i = 0; i < entry->n_placements; i++) {
        const Vagval__V1__CasePlacement *placement = entry->placements[i];
        int contract = placement->contract_number[3] - '1';
        for (vv_date d = placement->start; d <= vv_placement_last_day(placement); d++) {
            assert_in_range(d - begin, 0, HORIZON - 1);
            assert_int_equal(days[d - begin], 0); /* one contract per day */
            days[d - begin] = (int8_t)(contract + 1);
        }
    }
}

/* Numbers 1, 2, ... without gaps; returns how many are of the kind and, unless it is NULL, of the
 * placement. */
static unsigned told_of(struct kit *kit, int contract, const char *kind,
                        const ProtobufCBinaryData *placement)
{
    struct vv_id id = contract_id(contracts[contract]);
    uint16_t partition = vv_id_partition(id);
    size_t count = vv_harness_list_len(kit->harness, partition, "sent", id);
    unsigned found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        const void *bytes = vv_harness_list_at(kit->harness, partition, "sent", id, i, &len);
        Vagval__V1__ProviderMessage *message =
            vagval__v1__provider_message__unpack(NULL, len, bytes);
        assert_non_null(message);
        assert_int_equal(message->number, i + 1);
        assert_int_equal(message->previous, i);
        found += strcmp(message->kind, kind) == 0 &&
                 (placement == NULL ||
                  (placement->len == message->placement.len &&
                   memcmp(placement->data, message->placement.data, placement->len) == 0));
        vagval__v1__provider_message__free_unpacked(message, NULL);
    }
    return found;
}

static unsigned told(struct kit *kit, int contract, const char *kind)
{
    return told_of(kit, contract, kind, NULL);
}

static void assert_same(struct kit *kit, const struct oracle *oracle)
{
    static int8_t days[HORIZON];
    for (size_t i = 0; i < PEOPLE; i++) {
        walk(kit, case_number(i), oracle->begin, days);
        for (int d = 0; d < HORIZON; d++) {
            if (days[d] != oracle->people[i].serves[d]) {
                char text[VV_DATE_TEXT_BYTES];
                fail_msg("person %zu, %s: contract %d serves, the oracle says %d", i,
                         text_of(oracle->begin + d, text), days[d], oracle->people[i].serves[d]);
            }
        }
    }
    for (int c = 0; c < CONTRACTS; c++) {
        assert_int_equal(capacity_of(kit, contracts[c])->taken, in_use(oracle, c));
        assert_int_equal(capacity_of(kit, contracts[c])->reserved, 0);
        assert_int_equal(told(kit, c, "order"), oracle->starts[c]);
        assert_int_equal(told(kit, c, "end"), oracle->stops[c]);
        assert_int_equal(told(kit, c, "level"), oracle->levels[c]);
    }
}

/* ---- steps ---- */

/* A new assessment of whoever is not served opens a period; of others it changes the level. */
static void step_level(struct kit *kit, struct oracle *oracle, size_t i)
{
    struct person *person = &oracle->people[i];
    char text[VV_DATE_TEXT_BYTES];
    char code[2] = {(char)('A' + random_below(3)), '\0'};
    text_of(oracle->now, text);
    level(kit, next_id(kit), case_number(i), code, text, text);
    if (person->with >= 0) {
        oracle->levels[person->with] += oracle->level[i] != code[0];
    } else if (!person->offered && oracle->now > person->over) {
        person->offered = true;
        person->offered_on = oracle->now;
    }
    oracle->level[i] = code[0];
}

static void step_choose(struct kit *kit, struct oracle *oracle, size_t i)
{
    char text[VV_DATE_TEXT_BYTES];
    int contract = (int)random_below(CONTRACTS);
    vv_date on = oracle->now - (vv_date)random_below(4);
    if (on < oracle->begin) {
        return;
    }
    (void)choose(kit, case_number(i), contracts[contract], text_of(on, text));
    oracle_choose(oracle, &oracle->people[i], contract, on);
}

static void step_end(struct kit *kit, struct oracle *oracle, size_t i)
{
    struct person *person = &oracle->people[i];
    char text[VV_DATE_TEXT_BYTES];
    vv_date last_day = oracle->now + 1 - (vv_date)random_below(6);
    if (last_day < oracle->begin) {
        return;
    }
    bool ends =
        vv_harness_record(kit->harness, vv_id_partition(case_number(i)), "case", case_number(i))
            ->exists &&
        end_placement(kit, case_number(i), text_of(last_day, text))->status == VV_OK;
    bool may = person->with >= 0 && last_day <= oracle->now && last_day >= person->since &&
               last_day <= person->until;
    assert_int_equal(ends, may);
    if (may) {
        oracle_stop(oracle, person, last_day);
    }
}

static void step(struct kit *kit, struct oracle *oracle)
{
    size_t i = random_below(PEOPLE);
    switch (random_below(8)) {
    case 0:
    case 1:
        step_level(kit, oracle, i);
        break;
    case 2:
        step_end(kit, oracle, i);
        break;
    default:
        step_choose(kit, oracle, i);
        break;
    }
}

static void begin_course(struct kit *kit, struct oracle *oracle)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->begin = oracle->now = day("2021-02-01");
    for (size_t i = 0; i < PEOPLE; i++) {
        oracle->people[i].with = -1;
    }
    assert_int_equal(authorise(kit, "KA-3", PLACES, 0.03)->status, VV_OK);
}

static void next_day(struct kit *kit, struct oracle *oracle, vv_date days)
{
    char text[VV_DATE_TEXT_BYTES];
    if (oracle->now + days + 190 >= oracle->begin + HORIZON) {
        return;
    }
    /* Day by day: what is due on a day has happened before the next. */
    for (; days > 0; days--) {
        oracle_day(oracle, oracle->now + 1);
        today(kit, text_of(oracle->now, text));
        fire(kit);
        carry_all(kit);
    }
}

static void switching_follows_the_oracle(void **state)
{
    (void)state;
    unsigned switched = 0, refused = 0, full = 0, told_levels = 0;
    for (int course = 0; course < COURSES; course++) {
        void *made = NULL;
        static struct oracle oracle;
        assert_int_equal(kit_setup(&made), 0);
        struct kit *kit = made;
        begin_course(kit, &oracle);
        kit->twice = course % 2 == 1;
        for (int n = 0; n < STEPS; n++) {
            step(kit, &oracle);
            carry_all(kit);
            if (random_below(3) == 0) {
                next_day(kit, &oracle, (vv_date)(random_below(10) == 0 ? 40 : 1 + random_below(4)));
            }
            if (n % 20 == 19) {
                assert_same(kit, &oracle);
            }
        }
        assert_same(kit, &oracle);
        assert_verifies(kit);
        for (size_t i = 0; i < PEOPLE; i++) {
            switched += oracle.people[i].started > 1;
        }
        for (int c = 0; c < CONTRACTS; c++) {
            told_levels += oracle.levels[c];
        }
        refused += oracle.refused;
        full += oracle.full;
        kit_teardown(&made);
    }
    /* The lives had what they are about. */
    assert_true(switched > 10);
    assert_true(refused > 10);
    assert_true(full > 10);
    assert_true(told_levels > 3);
}

/* ---- orders on their way while others act ---- */

/* At rest: who is served is counted once, and its provider knows of each placement's start once,
 * and of its end once. An order may have come too late for its case: then its end was told, too. */
static void assert_at_rest(struct kit *kit, vv_date begin)
{
    static int8_t days[HORIZON];
    unsigned running[CONTRACTS] = {0};
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct vv_record *record = vv_harness_record(
            kit->harness, vv_id_partition(case_number(i)), "case", case_number(i));
        if (!record->exists) {
            continue;
        }
        walk(kit, case_number(i), begin, days);
        const Vagval__V1__RegistryCase *entry = case_of(kit, case_number(i));
        for (size_t k = 0; k < entry->n_placements; k++) {
            const Vagval__V1__CasePlacement *placement = entry->placements[k];
            int c = placement->contract_number[3] - '1';
            running[c] += placement->ended ? 0 : 1;
            assert_int_equal(told_of(kit, c, "order", &placement->placement), 1);
            assert_int_equal(told_of(kit, c, "end", &placement->placement),
                             placement->ended ? 1 : 0);
        }
    }
    for (int c = 0; c < CONTRACTS; c++) {
        assert_int_equal(capacity_of(kit, contracts[c])->taken, running[c]);
        assert_int_equal(capacity_of(kit, contracts[c])->reserved, 0);
        assert_int_equal(told(kit, c, "order") - told(kit, c, "end"), running[c]);
    }
}

/* ---- the life of the contracts themselves ---- */

static struct {
    vv_date suspended_on, ended_on; /* VV_DATE_NONE = not */
} lives[CONTRACTS];
static unsigned closures, capacities_refused;

static void begin_lives(void)
{
    memset(lives, 0, sizeof lives);
    for (int c = 0; c < CONTRACTS; c++) {
        lives[c].suspended_on = lives[c].ended_on = VV_DATE_NONE;
    }
}

/* Capacity up or down, never below who is there and who is promised a place. What is authorised
 * anew has no end. */
static void step_capacity(struct kit *kit, int c)
{
    const Vagval__V1__AreaContract *entry = capacity_of(kit, contracts[c]);
    uint32_t needed = entry->taken + entry->reserved;
    uint32_t wanted = random_below(4);
    enum vv_status status = authorise(kit, contracts[c], wanted, 0.01 * (1 + 2 * c))->status;
    assert_true(status == VV_OK || status == VV_REFUSED || status == VV_INVALID);
    if (status != VV_OK) {
        capacities_refused++;
        return;
    }
    assert_true(wanted >= needed);
    assert_int_equal(capacity_of(kit, contracts[c])->capacity, wanted);
    lives[c].ended_on = VV_DATE_NONE;
}

static void step_control(struct kit *kit, int c, vv_date now)
{
    char text[VV_DATE_TEXT_BYTES];
    bool over = lives[c].ended_on != VV_DATE_NONE && lives[c].ended_on < now;
    bool ends = random_below(12) == 0;
    bool resumes = !ends && lives[c].suspended_on != VV_DATE_NONE;
    text_of(now, text);
    enum vv_status status = control(kit, contracts[c],
                                    ends      ? "end"
                                    : resumes ? "resume"
                                              : "suspend",
                                    resumes ? NULL : text)
                                ->status;
    assert_int_equal(status, over ? VV_REFUSED : VV_OK);
    if (status != VV_OK) {
        return;
    }
    closures += resumes ? 0 : 1;
    if (ends) {
        lives[c].ended_on = now;
    } else {
        lives[c].suspended_on = resumes ? VV_DATE_NONE : now;
    }
}

static bool is_closed_for(int c, vv_date start)
{
    return (lives[c].suspended_on != VV_DATE_NONE && lives[c].suspended_on < start) ||
           (lives[c].ended_on != VV_DATE_NONE && lives[c].ended_on < start);
}

/* Never more than there is room for; and nobody has chosen a contract for a day after it was closed
 * while it still is. (A choice of an earlier day may be on its way.) */
static void assert_bounds(struct kit *kit)
{
    for (int c = 0; c < CONTRACTS; c++) {
        const Vagval__V1__AreaContract *entry = capacity_of(kit, contracts[c]);
        assert_true(entry->taken + entry->reserved <= entry->capacity);
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        struct vv_id id = case_number(i);
        if (!vv_harness_record(kit->harness, vv_id_partition(id), "case", id)->exists) {
            continue;
        }
        const Vagval__V1__RegistryCase *entry = case_of(kit, id);
        for (size_t k = 0; k < entry->n_placements; k++) {
            const Vagval__V1__CasePlacement *placement = entry->placements[k];
            assert_false(!placement->non_choice &&
                         is_closed_for(placement->contract_number[3] - '1', placement->start));
        }
    }
}

static void random_courses_keep_what_must_hold(void **state)
{
    (void)state;
    for (int course = 0; course < COURSES; course++) {
        void *made = NULL;
        vv_date begin = day("2021-02-01"), now = begin;
        char text[VV_DATE_TEXT_BYTES];
        assert_int_equal(kit_setup(&made), 0);
        struct kit *kit = made;
        assert_int_equal(authorise(kit, "KA-3", PLACES, 0.03)->status, VV_OK);
        kit->twice = course % 2 == 0;
        begin_lives();
        for (int n = 0; n < STEPS; n++) {
            struct vv_id who = case_number(random_below(PEOPLE));
            text_of(now, text);
            uint32_t what = random_below(12);
            int c = (int)random_below(CONTRACTS);
            if (what == 11) {
                step_capacity(kit, c);
            } else if (what == 10 && course % 4 != 0) {
                step_control(kit, c, now);
            } else if (what < 2) {
                level(kit, next_id(kit), who, random_below(2) == 0 ? "B" : "C", text, text);
            } else if (what == 2) {
                (void)end_placement(kit, who, text);
            } else {
                (void)choose(kit, who, contracts[random_below(CONTRACTS)], text);
            }
            for (uint32_t carried = random_below(3); carried > 0; carried--) {
                (void)carry_one(kit);
                assert_bounds(kit);
            }
            if (random_below(6) == 0 && now < begin + HORIZON - 200) {
                now += 1 + (vv_date)random_below(9); /* promised places may fall back meanwhile */
                today(kit, text_of(now, text));
                fire(kit);
                assert_bounds(kit);
            }
            if (kit->parcel_count > PARCELS_MAX / 2) {
                carry_all(kit);
                assert_at_rest(kit, begin);
            }
            forget_carried(kit);
        }
        carry_all(kit);
        assert_at_rest(kit, begin);
        assert_verifies(kit);
        kit_teardown(&made);
    }
    assert_true(closures > 10 && capacities_refused > 10);
}

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(switching_follows_the_oracle),
        cmocka_unit_test(random_courses_keep_what_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
