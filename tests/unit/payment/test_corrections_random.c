/*
 * Property: whatever is told, corrected and withdrawn in whatever order, and whoever decides what
 * on the proposals, links organisations and closes months meanwhile:
 *   - all accounts sum to 0, and none but expenses and contracts' accounts exist;
 *   - what stands (posted, proposed, left standing) is what is owed as known now: the difference
 *     between the log of now and the ledger is empty;
 *   - a recovery is in the books only if two different persons put it forward and approved it;
 *   - verify derives every batch again, decisions included.
 * And a correction that is itself taken back restores what is owed. VAGVAL_TEST_SEED repeats a run.
 */
#include "case_kit.h"

#include "../../support/random.h"

#define RUNS 60
#define STEPS 45
#define KEYS_MAX 64

static const struct vv_id provider = {{0, 1, 0xF0}};
static const struct vv_id sister = {{0, 2, 0xF1}};
static unsigned char next_number;

static struct vv_id next_id(unsigned char kind)
{
    next_number++;
    return (struct vv_id){{0, 3, kind, next_number}};
}

static vv_date some_day(struct vv_harness *harness)
{
    return vv_harness_today(harness) - (vv_date)random_below(40);
}

static void tell(struct vv_harness *harness, enum vv_service_id source, enum vv_message_type type,
                 vv_date effective, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {.type = type,
                                         .id = next_id(0xE0),
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = effective,
                                         .body = body};
    assert_int_equal(vv_harness_event(harness, source, &message)->status, VV_OK);
}

static void tell_level(struct vv_harness *harness)
{
    static const char *const codes[] = {"A", "B", "C"};
    Vagval__V1__LevelDecided body = VAGVAL__V1__LEVEL_DECIDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.level = (char *)(uintptr_t)codes[random_below(3)];
    body.referred = true;
    body.effective_from = random_below(2) == 0 ? day("2020-04-01") : some_day(harness);
    body.decided_on = vv_harness_today(harness);
    tell(harness, VV_ASSESSMENT, VV_MSG_LEVEL_DECIDED, body.effective_from, &body.base);
}

static void tell_outcome(struct vv_harness *harness)
{
    static const char *const kinds[] = {"start", "start", "withdraw", "confirm", "end"};
    static uint8_t hash[32] = {0xE1};
    const struct vv_id outcome = {{0, 3, 0x0C, (uint8_t)random_below(3)}};
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome);
    body.kind = (char *)(uintptr_t)kinds[random_below(5)];
    body.what = (char *)(uintptr_t) "job";
    body.on = some_day(harness) + (random_below(3) == 0 ? 130 : 0);
    body.extent_percent = random_below(2) == 0 ? 100 : 50;
    body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    body.employer = bytes_of(random_below(2) == 0 ? &sister : &provider);
    tell(harness, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, body.on, &body.base);
}

static void place(struct vv_harness *harness)
{
    Vagval__V1__PlacementStarted body = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.placement = bytes_of(&placement);
    body.contract = bytes_of(&contract);
    body.area = (char *)(uintptr_t) "vasteras";
    body.contract_number = (char *)(uintptr_t) "KA-000123";
    body.start = body.service_start = day("2020-04-16");
    body.planned_end = day("2020-10-15");
    body.provider = bytes_of(&provider);
    tell(harness, VV_REGISTRY, VV_MSG_PLACEMENT_STARTED, body.start, &body.base);
}

/* ---- what stands ---- */

struct key {
    char component[32], state[16];
    vv_date period;
    int64_t posted, proposed, waived, owed_now;
    size_t recovery_count;
    struct {
        struct vv_id id;
        int64_t amount;
        char state[16], forwarded_by[16], approved_by[16];
    } recoveries[16];
};
static struct key keys[KEYS_MAX];
static size_t key_count;

static void look(struct vv_harness *harness, const char *what)
{
    Vagval__V1__PositionsPage body = VAGVAL__V1__POSITIONS_PAGE__INIT;
    body.partition = PARTITION;
    body.what = (char *)(uintptr_t)what;
    const Vagval__V1__Positions *reply =
        (const Vagval__V1__Positions *)ask(harness, VV_MSG_POSITIONS_PAGE, NIL, &body.base);
    assert_true(reply->n_positions <= KEYS_MAX);
    key_count = reply->n_positions;
    for (size_t i = 0; i < key_count; i++) {
        const Vagval__V1__Position *from = reply->positions[i];
        struct key *key = &keys[i];
        *key = (struct key){.period = from->period,
                            .posted = from->posted,
                            .proposed = from->proposed,
                            .waived = from->waived,
                            .owed_now = from->owed_now};
        (void)snprintf(key->component, sizeof key->component, "%s", from->component);
        (void)snprintf(key->state, sizeof key->state, "%s", from->state);
        for (size_t k = 0; k < from->n_recoveries && k < 16; k++) {
            const Vagval__V1__Recovery *recovery = from->recoveries[k];
            key->recoveries[k].amount = recovery->amount;
            assert_int_equal(
                vv_id_from_bytes(recovery->id.data, recovery->id.len, &key->recoveries[k].id),
                VV_OK);
            (void)snprintf(key->recoveries[k].state, 16, "%s", recovery->state);
            (void)snprintf(key->recoveries[k].forwarded_by, 16, "%s", recovery->forwarded_by);
            (void)snprintf(key->recoveries[k].approved_by, 16, "%s", recovery->approved_by);
            key->recovery_count++;
        }
    }
}

/* ---- persons ---- */

static const struct vv_harness_result *send(struct vv_harness *harness, enum vv_message_type type,
                                            struct vv_id subject, const ProtobufCMessage *body)
{
    static const char *const people[] = {"anna", "bert", "cleo"};
    struct vv_harness_message message = {.type = type,
                                         .id = next_id(0xD0),
                                         .subject = subject,
                                         .role = VV_ROLE_FINANCE,
                                         .sender = people[random_below(3)],
                                         .body = body};
    return vv_harness_send(harness, &message);
}

static void decide(struct vv_harness *harness)
{
    static const char *const actions[] = {"forward", "forward", "approve", "approve", "reject",
                                          "contest", "uphold",  "reverse", "set_off", "invoice"};
    look(harness, "all");
    if (key_count == 0) {
        return;
    }
    struct key *key = &keys[random_below((uint32_t)key_count)];
    for (size_t i = 0; i < key_count; i++) {
        key = keys[i].proposed != 0 && random_below(2) == 0 ? &keys[i] : key;
    }
    Vagval__V1__DecideProposal body = VAGVAL__V1__DECIDE_PROPOSAL__INIT;
    unsigned action = random_below(10);
    size_t which = key->recovery_count == 0 ? 0 : random_below((uint32_t)key->recovery_count);
    body.case_id = bytes_of(&case_id);
    body.component = key->component;
    body.period = key->period;
    body.contract = bytes_of(&contract);
    body.action = (char *)(uintptr_t)actions[action];
    body.amount = random_below(10) == 0 ? -1 : key->proposed;
    if (action >= 5 && key->recovery_count > 0) {
        body.amount = key->recoveries[which].amount;
        body.recovery = bytes_of(&key->recoveries[which].id);
    }
    enum vv_status status = send(harness, VV_MSG_DECIDE_PROPOSAL, case_id, &body.base)->status;
    assert_true(status == VV_OK || status == VV_REFUSED || status == VV_NOT_FOUND);
}

static void link_or_release(struct vv_harness *harness)
{
    if (random_below(2) == 0) {
        Vagval__V1__LinkParties body = VAGVAL__V1__LINK_PARTIES__INIT;
        body.partition = PARTITION;
        body.provider = bytes_of(&provider);
        body.party = bytes_of(&sister);
        body.withdrawn = random_below(2) == 0;
        assert_int_equal(send(harness, VV_MSG_LINK_PARTIES, NIL, &body.base)->status, VV_OK);
        return;
    }
    static const char *const components[] = {"premium", "result"};
    Vagval__V1__ReleaseHold body = VAGVAL__V1__RELEASE_HOLD__INIT;
    body.case_id = bytes_of(&case_id);
    body.component = (char *)(uintptr_t)components[random_below(2)];
    body.period = day("2020-04-16");
    body.contract = bytes_of(&contract);
    (void)send(harness, VV_MSG_RELEASE_HOLD, case_id, &body.base);
}

static void close_month(struct vv_harness *harness)
{
    Vagval__V1__ClosePeriod body = VAGVAL__V1__CLOSE_PERIOD__INIT;
    body.partition = PARTITION;
    body.month = vv_date_month_start(vv_harness_today(harness));
    (void)send(harness, VV_MSG_CLOSE_PERIOD, NIL, &body.base);
}

static void pass(struct vv_harness *harness)
{
    vv_date to = vv_harness_today(harness) + 1 + (vv_date)random_below(25);
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(to, text);
    pass_days(harness, text);
}

static void step(struct vv_harness *harness)
{
    switch (random_below(12)) {
    case 0:
        tell_level(harness);
        break;
    case 1:
    case 2:
    case 3:
        tell_outcome(harness);
        break;
    case 4:
        pass(harness);
        break;
    case 5:
        link_or_release(harness);
        break;
    case 6:
        close_month(harness);
        break;
    default:
        decide(harness);
    }
}

/* ---- what must hold ---- */

static void check_books(struct vv_harness *harness)
{
    const struct vv_record *balances = vv_harness_record(harness, PARTITION, "balances", NIL);
    int64_t sum = 0;
    for (size_t i = 0; i < balances->field_count; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)balances->fields[i].name_len,
                       (const char *)balances->fields[i].name);
        sum += balance(harness, name);
        assert_true(strncmp(name, "expense:", 8) == 0 || strstr(name, ":0009c0") != NULL);
    }
    assert_int_equal(sum, 0);
}

static int64_t check_positions(struct vv_harness *harness)
{
    int64_t posted = 0;
    int64_t recovered = 0;
    look(harness, "all");
    for (size_t i = 0; i < key_count; i++) {
        const struct key *key = &keys[i];
        posted += key->posted;
        assert_true(key->proposed <= 0 && key->waived <= 0 && key->owed_now >= 0);
        assert_true(key->proposed == 0 || key->waived == 0);
        for (size_t k = 0; k < key->recovery_count; k++) {
            assert_true(key->recoveries[k].amount < 0);
            assert_true(key->recoveries[k].forwarded_by[0] != '\0');
            assert_string_not_equal(key->recoveries[k].forwarded_by,
                                    key->recoveries[k].approved_by);
            bool open = strcmp(key->recoveries[k].state, "reversed") != 0 &&
                        strcmp(key->recoveries[k].state, "set_off") != 0 &&
                        strcmp(key->recoveries[k].state, "invoiced") != 0;
            recovered += open ? -key->recoveries[k].amount : 0;
        }
    }
    int64_t expenses = balance(harness, "expense:se-krom:base") +
                       balance(harness, "expense:se-krom:premium") +
                       balance(harness, "expense:se-krom:result");
    assert_int_equal(expenses, posted);
    assert_int_equal(balance(harness, "recovery:0009c000000000000000000000000000"), recovered);
    return recovered;
}

static void anything_in_any_order(void **state)
{
    (void)state;
    unsigned recoveries = 0;
    for (int run = 0; run < RUNS; run++) {
        void *fresh = NULL;
        (void)set_up(&fresh);
        struct vv_harness *harness = fresh;
        next_number = 0;
        tell_level(harness);
        pass_days(harness, "2020-04-16");
        place(harness);
        pass_days(harness, "2020-05-04");
        for (int i = 0; i < STEPS; i++) {
            step(harness);
            check_books(harness);
            recoveries += check_positions(harness) != 0 ? 1 : 0;
        }
        /* Links count from the next decision: one more fact, then the log gives the ledger. */
        tell_level(harness);
        look(harness, "differences");
        assert_int_equal(key_count, 0);
        const Vagval__V1__VerifyResult *result = verify(harness);
        if (result->n_problems > 0) {
            fail_msg("run %d: %s: %s", run, result->problems[0]->code, result->problems[0]->text);
        }
        (void)tear_down(&fresh);
    }
    printf("%d runs of %d steps; a recovery was open after %u of them\n", RUNS, STEPS, recoveries);
    assert_true(recoveries > RUNS / 4); /* otherwise the test has not tested what it says */
}

/* What is owed per key, for comparison. */
static int64_t owed_sum(struct vv_harness *harness)
{
    int64_t sum = 0;
    look(harness, "all");
    for (size_t i = 0; i < key_count; i++) {
        sum += keys[i].owed_now * (keys[i].period % 1009);
    }
    return sum;
}

static void correction_taken_back_restores(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        void *fresh = NULL;
        (void)set_up(&fresh);
        struct vv_harness *harness = fresh;
        next_number = 0;
        level(harness, 1, "B", "2020-04-01", "2020-04-01");
        pass_days(harness, "2020-04-16");
        start(harness, 2, "2020-04-16");
        pass_days(harness, "2020-05-04");
        outcome(harness, 3, "start", "2020-05-04");
        outcome(harness, 4, "confirm", "2020-09-03");
        pass_days(harness, "2020-09-10");
        int64_t before = owed_sum(harness);
        next_number = 100;
        outcome_instead(harness, 5, "confirm", "2020-07-01", 4); /* corrected downwards */
        assert_true(owed_sum(harness) < before);
        for (int i = 0; i < 8; i++) {
            decide(harness); /* approved, rejected, contested, ... or not */
        }
        outcome_instead(harness, 6, "confirm", "2020-09-03", 5); /* and taken back */
        assert_int_equal(owed_sum(harness), before);
        assert_int_equal(verify(harness)->n_problems, 0);
        (void)tear_down(&fresh);
    }
}

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anything_in_any_order),
        cmocka_unit_test(correction_taken_back_restores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
