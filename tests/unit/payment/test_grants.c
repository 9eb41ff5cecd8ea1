/*
 * Grants, their quota and budgets of placements before the payment service's handlers: decisions,
 * orders between partitions, late and repeated orders, cover that comes later.
 */
#include "case_kit.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../../services/payment/budget.h"
#include "../../../services/payment/finance_facts.h"

#define PARTITIONS 16
#define FI "fi-kuntakokeilu"

static struct vv_harness *open_with(const char *scheme, const char *model, const char *today)
{
    struct vv_harness *h = vv_harness_create(&vv_service_payment, PARTITIONS, NULL);
    vv_harness_publish(h, scheme, model);
    vv_harness_clock(h, day(today));
    return h;
}

static struct vv_harness *open_fi(void)
{
    return open_with("deploy/schemes/fi-kuntakokeilu.yaml", NULL, "2021-03-01");
}

static struct vv_id quota(void)
{
    return vv_budget_id(FI, "stad", 2021, "employment", PARTITIONS);
}

static const struct vv_harness_result *send(struct vv_harness *h, unsigned char number,
                                            enum vv_message_type type, struct vv_id subject,
                                            const char *scheme, const ProtobufCMessage *body)
{
    const struct vv_harness_message message = {.type = type,
                                               .id = {{0, 0, 0x5E, number}},
                                               .subject = subject,
                                               .scheme = scheme,
                                               .role = VV_ROLE_FINANCE,
                                               .body = body};
    return vv_harness_send(h, &message);
}

#define TEXT(text) ((char *)(uintptr_t)(text))

static const struct vv_harness_result *set_limit(struct vv_harness *h, unsigned char number,
                                                 vv_money limit)
{
    Vagval__V1__SetBudget set = VAGVAL__V1__SET_BUDGET__INIT;
    set.source = TEXT("test");
    set.scheme = TEXT(FI);
    set.area = TEXT("stad");
    set.year = 2021;
    set.pot = TEXT("employment");
    set.limit = limit;
    set.currency = TEXT("EUR");
    return send(h, number, VV_MSG_SET_BUDGET, quota(), FI, &set.base);
}

static const struct vv_harness_result *decide_for(struct vv_harness *h, unsigned char number,
                                                  const char *reference, vv_money amount,
                                                  const char *employer)
{
    Vagval__V1__DecideGrant grant = VAGVAL__V1__DECIDE_GRANT__INIT;
    grant.source = TEXT("test");
    grant.for_case = bytes_of(&case_id);
    grant.scheme = TEXT(FI);
    grant.area = TEXT("stad");
    grant.component = TEXT("wage-subsidy");
    grant.amount = amount;
    grant.from = day("2021-03-01");
    grant.through = day("2021-05-31");
    grant.employer = TEXT(employer);
    grant.reference = TEXT(reference);
    return send(h, number, VV_MSG_DECIDE_GRANT, quota(), FI, &grant.base);
}

static const struct vv_harness_result *payroll(struct vv_harness *h, unsigned char number,
                                               const char *reference, const char *month,
                                               vv_money cost, bool final)
{
    Vagval__V1__RecordPayroll body = VAGVAL__V1__RECORD_PAYROLL__INIT;
    body.source = TEXT("test");
    body.case_id = bytes_of(&case_id);
    body.reference = TEXT(reference);
    body.month = day(month);
    body.cost = cost;
    body.final = final;
    return send(h, number, VV_MSG_RECORD_PAYROLL, case_id, FI, &body.base);
}

static const Vagval__V1__Budget *budget_at(struct vv_harness *h, struct vv_id id)
{
    const struct vv_record *record = vv_harness_record(h, vv_id_partition(id), "budget", id);
    assert_true(record->exists);
    return (const Vagval__V1__Budget *)vv_harness_unpack(h, &vagval__v1__budget__descriptor,
                                                         record->body, record->body_len);
}

/* ---- the relay: orders are sent, and answered in the order's own partition ---- */

#define ORDERS_MAX 64

struct orders {
    struct vv_harness_event events[ORDERS_MAX];
    size_t count;
};

static bool is_order(enum vv_message_type type)
{
    return type == VV_MSG_RESERVE_BUDGET || type == VV_MSG_CONSUME_BUDGET ||
           type == VV_MSG_RELEASE_BUDGET || type == VV_MSG_ENTER_GRANT ||
           type == VV_MSG_RECONSIDER_BUDGET;
}

static ProtobufCMessage *copy_of(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(len + 1);
    assert_non_null(bytes);
    (void)protobuf_c_message_pack(message, bytes);
    ProtobufCMessage *copy = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
    free(bytes);
    assert_non_null(copy);
    return copy;
}

static void drop(struct vv_harness_event *event)
{
    protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)event->body, NULL);
}

/* A result lives until the next message: the bodies are kept. */
static void collect(struct orders *orders, const struct vv_harness_result *result)
{
    for (size_t i = 0; i < result->event_count; i++) {
        if (is_order(result->events[i].type)) {
            assert_true(orders->count < ORDERS_MAX);
            orders->events[orders->count] = result->events[i];
            orders->events[orders->count++].body = copy_of(result->events[i].body);
        }
    }
}

/* Sends the order at a place, twice, and has its answer decided. */
static void relay(struct vv_harness *h, struct orders *orders, size_t at)
{
    struct vv_harness_event event = orders->events[at];
    orders->events[at] = orders->events[--orders->count];
    const struct vv_harness_message message = {.type = event.type,
                                               .id = vv_id_step(event.id, 1),
                                               .subject = event.subject,
                                               .scheme = event.scheme,
                                               .role = VV_ROLE_PAYMENT,
                                               .body = event.body};
    const struct vv_harness_result *result = vv_harness_send(h, &message);
    assert_int_equal(result->status, VV_OK);
    ProtobufCMessage *reply = copy_of(result->reply);
    collect(orders, result);
    if (event.type != VV_MSG_RECONSIDER_BUDGET) {
        assert_true(vv_harness_send(h, &message)->repeated); /* a lost answer: the same again */
    }
    collect(orders, vv_harness_answer(h, &event, VV_OK, reply));
    protobuf_c_message_free_unpacked(reply, NULL);
    drop(&event);
}

static void relay_all(struct vv_harness *h, struct orders *orders)
{
    while (orders->count > 0) {
        relay(h, orders, 0);
    }
}

/* ---- grants ---- */

static void a_grant_beyond_the_quota_is_refused(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    const struct vv_harness_result *result = decide_for(h, 1, "L-1", 1, "");
    assert_int_equal(result->status, VV_REFUSED); /* no quota is set */
    assert_non_null(strstr(result->text, "quota"));
    assert_int_equal(set_limit(h, 2, 100000)->status, VV_OK);
    assert_int_equal(decide_for(h, 3, "L-1", 100001, "")->status, VV_REFUSED);
    assert_int_equal(decide_for(h, 4, "L-1", 60000, "")->status, VV_OK);
    assert_int_equal(decide_for(h, 5, "L-2", 40001, "")->status, VV_REFUSED);
    result = decide_for(h, 6, "L-2", 40000, "");
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(((const Vagval__V1__GrantDecided *)result->reply)->free, 0);
    /* The same reference again is another decision; the same message is the same. */
    assert_int_equal(decide_for(h, 7, "L-2", 1, "")->status, VV_REFUSED);
    assert_true(decide_for(h, 6, "L-2", 40000, "")->repeated);
    assert_int_equal(budget_at(h, quota())->reserved, 100000);
    vv_harness_destroy(&h);
}

/* Half of 1 000.00 in March is consumed when March has passed; the last payroll releases the rest.
 */
static void payroll_consumes_and_the_last_one_releases(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    struct orders orders = {.count = 0};
    assert_int_equal(set_limit(h, 1, 500000)->status, VV_OK);
    assert_int_equal(payroll(h, 2, "L-1", "2021-03-01", 100000, false)->status, VV_NOT_FOUND);
    const struct vv_harness_result *result = decide_for(h, 3, "L-1", 300000, "");
    assert_int_equal(result->status, VV_OK);
    collect(&orders, result);
    assert_int_equal(orders.count, 1);
    relay_all(h, &orders);
    collect(&orders, payroll(h, 2, "L-1", "2021-03-15", 100000, false));
    assert_int_equal(orders.count, 0); /* nothing is owed before the month has passed */
    vv_harness_clock(h, day("2021-04-01"));
    collect(&orders, vv_harness_fire(h));
    assert_int_equal(orders.count, 1);
    assert_int_equal(orders.events[0].type, VV_MSG_CONSUME_BUDGET);
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, quota())->consumed, 50000);
    assert_int_equal(budget_at(h, quota())->reserved, 250000);
    assert_int_equal(payroll(h, 4, "L-1", "2021-06-01", 1, false)->status, VV_REFUSED);
    collect(&orders, payroll(h, 5, "L-1", "2021-04-01", 0, true));
    assert_int_equal(orders.events[0].type, VV_MSG_RELEASE_BUDGET);
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, quota())->reserved, 0);
    assert_int_equal(budget_at(h, quota())->consumed, 50000);
    vv_harness_destroy(&h);
}

/* Nobody sends payroll: three months after its last day, 31 May, the grant lapses. */
static void a_grant_that_nobody_uses_lapses(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    struct orders orders = {.count = 0};
    assert_int_equal(set_limit(h, 1, 500000)->status, VV_OK);
    collect(&orders, decide_for(h, 2, "L-1", 300000, ""));
    relay_all(h, &orders);
    assert_int_equal(vv_harness_timer(h, VV_MSG_ENTITLEMENT_DUE, case_id), day("2021-09-01"));
    vv_harness_clock(h, day("2021-08-31"));
    assert_null(vv_harness_fire(h));
    vv_harness_clock(h, day("2021-09-01"));
    collect(&orders, vv_harness_fire(h));
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, quota())->reserved, 0);
    assert_int_equal(vv_harness_timer(h, VV_MSG_ENTITLEMENT_DUE, case_id), VV_DATE_NONE);
    vv_harness_destroy(&h);
}

static void an_own_job_is_handed_over(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    struct orders orders = {.count = 0};
    const struct vv_harness_result *result = decide_for(h, 1, "L-1", 300000, "01120389");
    assert_int_equal(result->status, VV_OK); /* not refused, though no quota is set */
    assert_string_equal(((const Vagval__V1__GrantDecided *)result->reply)->state, "handed_over");
    collect(&orders, result);
    relay_all(h, &orders);
    assert_int_equal(payroll(h, 2, "L-1", "2021-03-01", 100000, false)->status, VV_REFUSED);
    assert_int_equal(decide_for(h, 3, "L-1", 300000, "1234")->status, VV_INVALID);
    vv_harness_destroy(&h);
}

/* A case that cannot take the decision (it is full, say): the reservation falls back. */
static void a_decision_that_cannot_be_entered_is_released(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    struct orders orders = {.count = 0};
    assert_int_equal(set_limit(h, 1, 500000)->status, VV_OK);
    collect(&orders, decide_for(h, 2, "L-1", 300000, ""));
    assert_int_equal(vv_harness_answer(h, &orders.events[0], VV_REFUSED, NULL)->status, VV_OK);
    drop(&orders.events[0]);
    assert_int_equal(budget_at(h, quota())->reserved, 0);
    vv_harness_destroy(&h);
}

static void limits_are_checked(void **state)
{
    (void)state;
    struct vv_harness *h = open_fi();
    Vagval__V1__SetBudget set = VAGVAL__V1__SET_BUDGET__INIT;
    set.source = TEXT("test");
    set.scheme = TEXT(FI);
    set.area = TEXT("nowhere");
    set.year = 2021;
    set.currency = TEXT("EUR");
    assert_int_equal(send(h, 1, VV_MSG_SET_BUDGET,
                          vv_budget_id(FI, "nowhere", 2021, "", PARTITIONS), FI, &set.base)
                         ->status,
                     VV_INVALID);
    set.area = TEXT("stad");
    set.pot = TEXT("none");
    assert_int_equal(send(h, 2, VV_MSG_SET_BUDGET,
                          vv_budget_id(FI, "stad", 2021, "none", PARTITIONS), FI, &set.base)
                         ->status,
                     VV_INVALID);
    set.pot = TEXT("");
    set.currency = TEXT("SEK");
    struct vv_id whole = vv_budget_id(FI, "stad", 2021, "", PARTITIONS);
    assert_int_equal(send(h, 3, VV_MSG_SET_BUDGET, whole, FI, &set.base)->status, VV_INVALID);
    set.currency = TEXT("EUR");
    assert_int_equal(send(h, 4, VV_MSG_SET_BUDGET, quota(), FI, &set.base)->status, VV_INVALID);
    assert_int_equal(send(h, 5, VV_MSG_SET_BUDGET, whole, FI, &set.base)->status, VV_OK);
    assert_int_equal(set_limit(h, 6, -1)->status, VV_INVALID);
    vv_harness_destroy(&h);
}

/* ---- placements ---- */

/* KROM with a section `budget`, in a file of its own. */
static struct vv_harness *open_budgeted(bool blocks)
{
    static char bytes[65536];
    char name[] = "/tmp/vagval-budget-XXXXXX";
    FILE *from = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(from);
    size_t len = fread(bytes, 1, sizeof bytes, from);
    (void)fclose(from);
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    FILE *to = fdopen(fd, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, len, to), len);
    (void)fprintf(to,
                  "\nbudget:\n  blocks: %s\n  expected:\n    - {component: result, percent: "
                  "\"0\"}\n    - {component: premium, percent: \"0\"}\n",
                  blocks ? "true" : "false");
    (void)fclose(to);
    struct vv_harness *h = open_with(name, "deploy/models/ams-2018.yaml", "2021-06-01");
    (void)unlink(name);
    return h;
}

static struct vv_id placements_budget(void)
{
    return vv_budget_id("se-krom", "vasteras", 2021, "", PARTITIONS);
}

static const struct vv_harness_result *limit_placements(struct vv_harness *h, unsigned char number,
                                                        vv_money limit)
{
    Vagval__V1__SetBudget set = VAGVAL__V1__SET_BUDGET__INIT;
    set.source = TEXT("test");
    set.scheme = TEXT("se-krom");
    set.area = TEXT("vasteras");
    set.year = 2021;
    set.limit = limit;
    set.currency = TEXT("SEK");
    return send(h, number, VV_MSG_SET_BUDGET, placements_budget(), "se-krom", &set.base);
}

/* Level B in Västerås: 33.00 a day, 1 June to 30 November 2021: 183 days = 6 039.00, of which the
 * last month falls due on 1 December: all of it in 2021. June: 990.00. */
static void a_placement_reserves_consumes_and_releases(void **state)
{
    (void)state;
    struct vv_harness *h = open_budgeted(false);
    struct orders orders = {.count = 0};
    assert_int_equal(limit_placements(h, 1, 1000000)->status, VV_OK);
    (void)level(h, 1, "B", "2021-06-01", "2021-06-01");
    collect(&orders, start(h, 2, "2021-06-01"));
    assert_int_equal(orders.count, 1);
    assert_int_equal(orders.events[0].type, VV_MSG_RESERVE_BUDGET);
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, placements_budget())->reserved, 603900);
    vv_harness_clock(h, day("2021-07-01"));
    collect(&orders, vv_harness_fire(h));
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, placements_budget())->reserved, 504900);
    assert_int_equal(budget_at(h, placements_budget())->consumed, 99000);
    vv_harness_destroy(&h);
}

/* Without cover what is owed is posted all the same, and the case is named; a limit that is raised
 * has it ask again. */
static void without_cover_it_is_named_and_asks_again(void **state)
{
    (void)state;
    struct vv_harness *h = open_budgeted(false);
    struct orders orders = {.count = 0};
    assert_int_equal(limit_placements(h, 1, 50000)->status, VV_OK);
    (void)level(h, 1, "B", "2021-06-01", "2021-06-01");
    collect(&orders, start(h, 2, "2021-06-01"));
    relay_all(h, &orders);
    assert_int_equal(budget_at(h, placements_budget())->reserved, 0);
    assert_int_equal(budget_at(h, placements_budget())->uncovered_count, 1);
    assert_int_equal(budget_at(h, placements_budget())->uncovered_wanted, 603900);
    vv_harness_clock(h, day("2021-07-01"));
    collect(&orders, vv_harness_fire(h));
    assert_int_equal(vv_harness_counter(h, PARTITION, "balances", NIL, provider_account), -99000);
    relay_all(h, &orders);
    const Vagval__V1__Budget *budget = budget_at(h, placements_budget());
    assert_int_equal(budget->consumed, 99000);
    assert_int_equal(budget->over, 49000);
    collect(&orders, limit_placements(h, 2, 1000000));
    assert_int_equal(orders.count, 1);
    assert_int_equal(orders.events[0].type, VV_MSG_RECONSIDER_BUDGET);
    relay_all(h, &orders);
    budget = budget_at(h, placements_budget());
    assert_int_equal(budget->uncovered_count, 0);
    assert_int_equal(budget->n_uncovered, 0);
    assert_int_equal(budget->over, 0);
    assert_int_equal(budget->reserved, 504900);
    vv_harness_destroy(&h);
}

/* blocks: true: nothing is posted until there is cover, and then at once. */
static void where_the_scheme_says_so_nothing_is_posted_without_cover(void **state)
{
    (void)state;
    struct vv_harness *h = open_budgeted(true);
    struct orders orders = {.count = 0};
    (void)level(h, 1, "B", "2021-06-01", "2021-06-01");
    collect(&orders, start(h, 2, "2021-06-01"));
    relay_all(h, &orders);
    vv_harness_clock(h, day("2021-07-01"));
    const struct vv_harness_result *fired = vv_harness_fire(h);
    assert_non_null(fired);
    collect(&orders, fired);
    relay_all(h, &orders);
    assert_int_equal(vv_harness_counter(h, PARTITION, "balances", NIL, provider_account), 0);
    collect(&orders, limit_placements(h, 1, 1000000));
    relay_all(h, &orders);
    assert_int_equal(vv_harness_counter(h, PARTITION, "balances", NIL, provider_account), -99000);
    assert_int_equal(budget_at(h, placements_budget())->consumed, 99000);
    assert_int_equal(budget_at(h, placements_budget())->reserved, 504900);
    vv_harness_destroy(&h);
}

/* Orders that overtake each other: whatever order they arrive in, the budget ends the same. */
static void orders_may_overtake_each_other(void **state)
{
    (void)state;
    const unsigned seed = 468;
    print_message("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 20; round++) {
        struct vv_harness *h = open_budgeted(false);
        struct orders orders = {.count = 0};
        assert_int_equal(limit_placements(h, 1, 1000000)->status, VV_OK);
        (void)level(h, 1, "B", "2021-06-01", "2021-06-01");
        collect(&orders, start(h, 2, "2021-06-01"));
        static const char *const days[] = {"2021-07-01", "2021-08-01", "2021-09-01"};
        for (size_t i = 0; i < 3; i++) {
            vv_harness_clock(h, day(days[i]));
            collect(&orders, vv_harness_fire(h));
            if (orders.count > 0 && random() % 3 == 0) {
                relay(h, &orders, (size_t)random() % orders.count);
            }
        }
        while (orders.count > 0) {
            relay(h, &orders, (size_t)random() % orders.count);
        }
        /* June, July, August: 92 days x 33.00 = 3 036.00 of 6 039.00. */
        assert_int_equal(budget_at(h, placements_budget())->consumed, 303600);
        assert_int_equal(budget_at(h, placements_budget())->reserved, 300300);
        vv_harness_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_beyond_the_quota_is_refused),
        cmocka_unit_test(payroll_consumes_and_the_last_one_releases),
        cmocka_unit_test(a_grant_that_nobody_uses_lapses),
        cmocka_unit_test(an_own_job_is_handed_over),
        cmocka_unit_test(a_decision_that_cannot_be_entered_is_released),
        cmocka_unit_test(limits_are_checked),
        cmocka_unit_test(a_placement_reserves_consumes_and_releases),
        cmocka_unit_test(without_cover_it_is_named_and_asks_again),
        cmocka_unit_test(where_the_scheme_says_so_nothing_is_posted_without_cover),
        cmocka_unit_test(orders_may_overtake_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
