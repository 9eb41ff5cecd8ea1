/*
 * Property: for every scheme that is shipped, whatever its owners tell of a case, in whatever order
 * and some of it twice, before the payment service's own handlers: what stands is what is owed as
 * known now (`pay diff` of now is empty), all accounts sum to 0, and verify derives every batch
 * again from the stored log. VAGVAL_TEST_SEED repeats a run.
 */
#include "courses.h"
#include "tell.h"

#include "../../../services/payment/budget.h"
#include "../../../services/payment/payment.h"
#include "../../support/handler_harness.h"

#define COURSES 80 /* of each scheme */
#define PARTITIONS 16
#define PARTITION 3
#define NIL ((struct vv_id){{0}})

static const struct vv_id case_id = {{0, PARTITION, 0xCA}};
static unsigned batches;
static int64_t paid[SHIPPED_MAX][16]; /* by scheme and component */

static struct vv_harness *open_with(const struct vv_scheme *scheme, vv_date today)
{
    char file[128];
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, PARTITIONS, NULL);
    (void)snprintf(file, sizeof file, "deploy/schemes/%s.yaml", scheme->id);
    vv_harness_publish(harness, file,
                       scheme->levels_by_person ? NULL : "deploy/models/ams-2018.yaml");
    vv_harness_clock(harness, today);
    return harness;
}

/* Events are accepted whatever they say; a command may be refused, and is then no fact. */
static void tell_the_service(struct vv_harness *harness, const struct vv_scheme *scheme,
                             const struct vv_payment_fact *fact)
{
    struct told told;
    tell(fact, &case_id, scheme->id, &told);
    struct vv_harness_message message = {.type = told.type,
                                         .id = fact->id,
                                         .subject = case_id,
                                         .scheme = scheme->id,
                                         .effective = fact->effective,
                                         .sender = "anna",
                                         .body = &told.body.base};
    struct vv_id quota = NIL;
    if (told.type == VV_MSG_ENTER_GRANT) { /* its quota has decided it */
        int year = vv_date_to_ymd(fact->on).year;
        const char *pot = vv_scheme_component(scheme, fact->code)->award.pot;
        quota = vv_budget_id(scheme->id, fact->area, year, pot, PARTITIONS);
        told.body.grant.budget = tell_id(&quota);
        told.body.grant.year = year;
        told.body.grant.pot = tell_text(pot);
    }
    if (told.command || told.type == VV_MSG_ENTER_GRANT) {
        message.role = told.command ? VV_ROLE_FINANCE : VV_ROLE_PAYMENT;
        (void)vv_harness_send(harness, &message);
        return;
    }
    enum vv_service_id source = told.by_assessment ? VV_ASSESSMENT : VV_REGISTRY;
    const struct vv_harness_result *result = vv_harness_event(harness, source, &message);
    if (result->status != VV_OK) {
        fail_msg("%s: message %d: %s: %s", scheme->id, (int)told.type, result->field, result->text);
    }
}

static void pass_days(struct vv_harness *harness, vv_date to)
{
    while (vv_harness_today(harness) < to) {
        vv_harness_clock(harness, vv_harness_today(harness) + 1);
        const struct vv_harness_result *fired;
        while ((fired = vv_harness_fire(harness)) != NULL) {
            assert_int_equal(fired->status, VV_OK);
        }
    }
}

static const ProtobufCMessage *ask(struct vv_harness *harness, enum vv_message_type type,
                                   const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = {{0, PARTITION, 0xAA}}, .subject = NIL, .body = body};
    const struct vv_harness_result *result = vv_harness_send(harness, &message);
    assert_int_equal(result->status, VV_OK);
    return result->reply;
}

static void check_positions(struct vv_harness *harness, const struct vv_scheme *scheme)
{
    Vagval__V1__PositionsPage body = VAGVAL__V1__POSITIONS_PAGE__INIT;
    body.partition = PARTITION;
    body.what = tell_text("differences");
    const Vagval__V1__Positions *reply =
        (const Vagval__V1__Positions *)ask(harness, VV_MSG_POSITIONS_PAGE, &body.base);
    if (reply->n_positions > 0) {
        fail_msg("%s: %s of day %d differs", scheme->id, reply->positions[0]->component,
                 (int)reply->positions[0]->period);
    }
}

static void check_balances(struct vv_harness *harness)
{
    const struct vv_record *balances = vv_harness_record(harness, PARTITION, "balances", NIL);
    int64_t sum = 0;
    for (size_t i = 0; i < balances->field_count; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)balances->fields[i].name_len,
                       (const char *)balances->fields[i].name);
        sum += vv_harness_counter(harness, PARTITION, "balances", NIL, name);
    }
    assert_int_equal(sum, 0);
}

static unsigned check_log(struct vv_harness *harness, const struct vv_scheme *scheme)
{
    Vagval__V1__VerifyPage body = VAGVAL__V1__VERIFY_PAGE__INIT;
    body.partition = PARTITION;
    body.limit = 10;
    const Vagval__V1__VerifyResult *result =
        (const Vagval__V1__VerifyResult *)ask(harness, VV_MSG_VERIFY_PAGE, &body.base);
    for (size_t i = 0; i < result->n_problems; i++) {
        const Vagval__V1__VerifyProblem *problem = result->problems[i];
        if (strcmp(problem->code, "payment.fact") != 0) { /* some facts are meant to say nothing */
            fail_msg("%s: %s: %s", scheme->id, problem->code, problem->text);
        }
    }
    return (unsigned)result->derived;
}

static void live_a_course(struct kit *kit, size_t of)
{
    const struct vv_scheme *scheme = shipped[of];
    vv_date first = random_shipped_course(kit, scheme);
    random_corrections(kit, scheme);
    struct vv_harness *harness = open_with(scheme, first);
    for (size_t i = kit->count; i > 1; i--) {
        size_t other = random_below((uint32_t)i);
        struct vv_payment_fact moved = kit->facts[i - 1];
        kit->facts[i - 1] = kit->facts[other];
        kit->facts[other] = moved;
    }
    for (size_t i = 0; i < kit->count; i++) {
        pass_days(harness, vv_harness_today(harness) + (vv_date)random_below(40));
        check_positions(harness, scheme); /* what fell due meanwhile was posted by a timer */
        for (unsigned copies = 1 + random_below(2); copies > 0; copies--) {
            tell_the_service(harness, scheme, &kit->facts[i]);
        }
        check_positions(harness, scheme);
        check_balances(harness);
    }
    batches += check_log(harness, scheme);
    for (size_t i = 0; i < scheme->component_count; i++) {
        char account[128];
        (void)snprintf(account, sizeof account, "expense:%s:%s", scheme->id,
                       scheme->components[i].code);
        paid[of][i] += vv_harness_counter(harness, PARTITION, "balances", NIL, account);
    }
    vv_harness_destroy(&harness);
}

static void the_ledger_is_what_is_owed(void **state)
{
    (void)state;
    static struct kit kit;
    random_begin();
    for (unsigned i = 0; i < COURSES * shipped_count; i++) {
        live_a_course(&kit, i % shipped_count);
    }
    printf("%u batches derived again\n", batches);
    for (size_t i = 0; i < shipped_count; i++) {
        for (size_t k = 0; k < shipped[i]->component_count; k++) {
            if (paid[i][k] <= 0) { /* then a rule has not been tried */
                fail_msg("%s: %s was never paid", shipped[i]->id, shipped[i]->components[k].code);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_ledger_is_what_is_owed)};
    return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
