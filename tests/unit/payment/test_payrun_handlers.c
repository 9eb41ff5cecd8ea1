/*
 * A payment run through payment's handlers, without loop or store: what was posted, into a run, to
 * the bank and back. Amounts by hand as in test_payment_handlers.c: base of April 495.00 posted on
 * 1 May, premium 6 925.00 with the job on 4 May, base of May 99.00 on 1 June.
 */
#include "case_kit.h"

#include <stdlib.h>

#include "../../../services/payment/bank_details.h"
#include "../../../services/payment/pay_list.h"
#include "../../../services/payment/payrun.h"

#define RUN_DATE "2020-05-31"
#define ORGANISATION "556016-0680"
#define ORDERS_MAX 64

struct order {
    struct vv_harness_event event;
    ProtobufCMessage *body;
};

/* ---- messages ---- */

static ProtobufCMessage *copy(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(len + 1);
    assert_non_null(bytes);
    (void)protobuf_c_message_pack(message, bytes);
    ProtobufCMessage *made = protobuf_c_message_unpack(message->descriptor, NULL, len, bytes);
    assert_non_null(made);
    free(bytes);
    return made;
}

static const struct vv_harness_result *say(struct vv_harness *harness, const char *who,
                                           enum vv_message_type type, unsigned char number,
                                           struct vv_id subject, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {.type = type,
                                         .id = {{0, 0, 0x5A, number, (uint8_t)type}},
                                         .subject = subject,
                                         .sender = who,
                                         .role = VV_ROLE_FINANCE,
                                         .body = body};
    return vv_harness_send(harness, &message);
}

static void keep_orders(const struct vv_harness_result *result, struct order *orders, size_t *count)
{
    for (size_t i = 0; i < result->event_count; i++) {
        assert_int_equal(result->events[i].type, VV_MSG_DRAFT_SEGMENT);
        assert_true(*count < ORDERS_MAX);
        orders[*count].event = result->events[i];
        orders[*count].body = copy(result->events[i].body);
        orders[*count].event.body = orders[*count].body;
        (*count)++;
    }
}

/* Every order is carried out twice, as a relay may after a crash: the second changes nothing. */
static void carry_orders(struct vv_harness *harness, struct order *orders, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        struct vv_harness_message message = {.type = VV_MSG_DRAFT_SEGMENT,
                                             .id = vv_id_step(orders[i].event.id, 1),
                                             .subject = orders[i].event.subject,
                                             .scheme = "se-krom",
                                             .role = VV_ROLE_PAYMENT,
                                             .body = orders[i].body};
        const struct vv_harness_result *result = vv_harness_send(harness, &message);
        assert_int_equal(result->status, VV_OK);
        ProtobufCMessage *reply = copy(result->reply);
        result = vv_harness_send(harness, &message);
        assert_true(result->repeated && !result->committed);
        result = vv_harness_answer(harness, &orders[i].event, VV_OK, reply);
        assert_int_equal(result->status, VV_OK);
        keep_orders(result, orders, count);
        protobuf_c_message_free_unpacked(reply, NULL);
    }
    for (size_t i = 0; i < *count; i++) {
        protobuf_c_message_free_unpacked(orders[i].body, NULL);
    }
}

static const Vagval__V1__PayRun *body_of(const struct vv_harness_result *result)
{
    if (result->status != VV_OK) {
        fail_msg("%s: %s", result->field, result->text);
    }
    return ((const Vagval__V1__RunView *)result->reply)->body;
}

/* What the registry and the provider's record answer a run that asks who is paid. */
static void will_pay(struct vv_harness *harness, const char *number, const char *approved,
                     bool blocked)
{
    struct vv_id provider = vv_id_provider(ORGANISATION, 16);
    Vagval__V1__PayeeFound found = VAGVAL__V1__PAYEE_FOUND__INIT;
    Vagval__V1__BankView view = VAGVAL__V1__BANK_VIEW__INIT;
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    Vagval__V1__BankDetails details = VAGVAL__V1__BANK_DETAILS__INIT;
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    Vagval__V1__BankDetails *list[1] = {&details};
    found.contract = bytes_of(&contract);
    found.provider = bytes_of(&provider);
    found.name = (char *)(uintptr_t) "Prov AB";
    found.organisation_number = (char *)(uintptr_t)ORGANISATION;
    account.kind = (char *)(uintptr_t) "bankgiro";
    account.number = (char *)(uintptr_t)number;
    details.account = &account;
    details.f_tax = (char *)(uintptr_t) "yes";
    details.approved_on = day(approved);
    payee.approved = list;
    payee.n_approved = 1;
    payee.blocked = blocked;
    view.known = true;
    view.body = &payee;
    vv_harness_will_answer(harness, VV_MSG_PAYEE_GET, contract, VV_OK, &found.base);
    vv_harness_will_answer(harness, VV_MSG_BANK_GET, provider, VV_OK, &view.base);
}

static struct vv_id collect(struct vv_harness *harness, const char *date, uint32_t number)
{
    struct order orders[ORDERS_MAX];
    size_t count = 0;
    Vagval__V1__OpenRun body = VAGVAL__V1__OPEN_RUN__INIT;
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.date = day(date);
    body.number = number;
    struct vv_id run = vv_payrun_id("se-krom", day(date), number);
    const struct vv_harness_result *result =
        say(harness, "anna", VV_MSG_OPEN_RUN, (unsigned char)number, run, &body.base);
    assert_int_equal(body_of(result)->state, VV_RUN_DRAFTING);
    keep_orders(result, orders, &count);
    assert_int_equal(count, 16);
    carry_orders(harness, orders, &count);
    return run;
}

static const Vagval__V1__PayRun *resolve(struct vv_harness *harness, struct vv_id run)
{
    Vagval__V1__ResolveRun body = VAGVAL__V1__RESOLVE_RUN__INIT;
    const Vagval__V1__PayRun *view = NULL;
    body.run = bytes_of(&run);
    for (unsigned i = 0; i < 3 && (view == NULL || view->state == VV_RUN_DRAFTING); i++) {
        view = body_of(
            say(harness, "anna", VV_MSG_RESOLVE_RUN, (unsigned char)(100 + i), run, &body.base));
    }
    return view;
}

static const struct vv_harness_result *approve(struct vv_harness *harness, const char *who,
                                               struct vv_id run, bool as_shown)
{
    static uint8_t hash[32];
    Vagval__V1__ShowRun show = VAGVAL__V1__SHOW_RUN__INIT;
    Vagval__V1__ApproveRun body = VAGVAL__V1__APPROVE_RUN__INIT;
    show.run = bytes_of(&run);
    const Vagval__V1__PayRun *shown =
        body_of(say(harness, who, VV_MSG_SHOW_RUN, 1, run, &show.base));
    memcpy(hash, shown->hash.data, sizeof hash);
    hash[0] = (uint8_t)(hash[0] ^ (as_shown ? 0 : 1));
    body.run = bytes_of(&run);
    body.hash = (ProtobufCBinaryData){sizeof hash, hash};
    return say(harness, who, VV_MSG_APPROVE_RUN, (unsigned char)who[0], run, &body.base);
}

static const struct vv_harness_result *release(struct vv_harness *harness, const char *who,
                                               struct vv_id run, uint32_t counter, bool example)
{
    static uint8_t hash[32] = {7};
    static unsigned char number = 0x80;
    Vagval__V1__ReleaseRun body = VAGVAL__V1__RELEASE_RUN__INIT;
    body.run = bytes_of(&run);
    body.file_hash = (ProtobufCBinaryData){sizeof hash, hash};
    body.counter = counter;
    body.allow_example = example;
    return say(harness, who, VV_MSG_RELEASE_RUN, number++, run, &body.base);
}

static const struct vv_harness_result *report(struct vv_harness *harness, struct vv_id run,
                                              unsigned char number, enum vv_bank_status status,
                                              int64_t sum)
{
    Vagval__V1__RecordStatus body = VAGVAL__V1__RECORD_STATUS__INIT;
    body.run = bytes_of(&run);
    body.status = status;
    body.reason = (char *)(uintptr_t) "AC04: closed";
    body.has_sum = sum != 0;
    body.control_sum = sum;
    return say(harness, "anna", VV_MSG_RECORD_STATUS, number, run, &body.base);
}

static void refuses(const struct vv_harness_result *result, const char *why)
{
    assert_int_not_equal(result->status, VV_OK);
    assert_false(result->committed);
    if (strstr(result->text, why) == NULL) {
        fail_msg("says \"%s\"", result->text);
    }
}

static int64_t sums(struct vv_harness *harness, uint16_t partition, const char *name)
{
    return vv_harness_counter(harness, partition, "sums", NIL, name);
}

static struct vv_id drafted(struct vv_harness *harness)
{
    carry_to_the_job(harness);
    pass_days(harness, "2020-06-01");
    will_pay(harness, "991-2346", "2020-04-01", false);
    struct vv_id run = collect(harness, RUN_DATE, 1);
    assert_int_equal(resolve(harness, run)->state, VV_RUN_DRAFTED);
    return run;
}

/* ---- tests ---- */

/* Due on 31 May: 495.00 + 6 925.00 = 7 420.00. The 99.00 of 1 June wait for a later run. */
static void from_posting_to_confirmation(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = drafted(harness);
    Vagval__V1__ShowRun show = VAGVAL__V1__SHOW_RUN__INIT;
    show.run = bytes_of(&run);
    const struct vv_harness_result *result =
        say(harness, "anna", VV_MSG_SHOW_RUN, 2, run, &show.base);
    const Vagval__V1__RunView *view = (const Vagval__V1__RunView *)result->reply;
    assert_int_equal(view->body->items, 2);
    assert_int_equal(view->body->total, 742000);
    assert_int_equal(view->body->amount, 742000);
    assert_int_equal(view->body->payments, 1);
    assert_int_equal(view->n_payments, 1);
    assert_string_equal(view->payments[0]->account->number, "991-2346");
    assert_int_equal(sums(harness, PARTITION, "payable:se-krom"), 751900);
    assert_int_equal(sums(harness, PARTITION, "taken:se-krom"), 742000);

    assert_int_equal(body_of(approve(harness, "bertil", run, true))->state, VV_RUN_APPROVED);
    assert_int_equal(body_of(release(harness, "bertil", run, 0, true))->state, VV_RUN_RELEASED);
    assert_int_equal(body_of(report(harness, run, 1, VV_BANK_RECEIVED, 742000))->state,
                     VV_RUN_RELEASED);
    const Vagval__V1__PayRun *confirmed =
        body_of(report(harness, run, 2, VV_BANK_ACCEPTED, 742000));
    assert_int_equal(confirmed->state, VV_RUN_CONFIRMED);
    assert_int_equal(confirmed->accepted_amount, 742000);
    refuses(report(harness, run, 3, VV_BANK_ACCEPTED, 742000), "confirmed already");

    /* The next run holds what came later, and nothing twice. */
    struct vv_id next = collect(harness, "2020-06-01", 1);
    assert_int_equal(resolve(harness, next)->amount, 9900);
}

static void two_persons(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = drafted(harness);
    refuses(release(harness, "bertil", run, 0, true), "not approved");
    refuses(approve(harness, "anna", run, true), "another person");
    refuses(approve(harness, "bertil", run, false), "not the one that was shown");
    assert_int_equal(body_of(approve(harness, "bertil", run, true))->state, VV_RUN_APPROVED);
    refuses(approve(harness, "cecilia", run, true), "gone on");
    refuses(release(harness, "anna", run, 0, true), "drafted a run cannot release");
    refuses(release(harness, "bertil", run, 0, false), "--allow-example");
    assert_int_equal(body_of(release(harness, "cecilia", run, 0, true))->state, VV_RUN_RELEASED);
    refuses(release(harness, "cecilia", run, 1, true), "gone on");
}

/* Rejected: the provider's amount is due again, once, with the reason. */
static void rejected_comes_back(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = drafted(harness);
    assert_int_equal(approve(harness, "bertil", run, true)->status, VV_OK);
    refuses(report(harness, run, 1, VV_BANK_REJECTED, 742000), "never released");
    assert_int_equal(release(harness, "bertil", run, 0, true)->status, VV_OK);
    refuses(report(harness, run, 2, VV_BANK_REJECTED, 742001), "another sum");
    const Vagval__V1__PayRun *rejected = body_of(report(harness, run, 3, VV_BANK_REJECTED, 742000));
    assert_int_equal(rejected->state, VV_RUN_REJECTED);
    assert_int_equal(rejected->requeued, 742000);
    assert_int_equal(sums(harness, 0, "payable:se-krom"), 742000);
    struct vv_id again = collect(harness, RUN_DATE, 2);
    assert_int_equal(resolve(harness, again)->amount, 742000);
    struct vv_id empty = collect(harness, RUN_DATE, 3);
    assert_int_equal(resolve(harness, empty)->state, VV_RUN_CANCELLED);
}

static void left_out_comes_back(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-06-01");
    /* Approved on 25 May, ten days to wait: usable from 4 June. */
    will_pay(harness, "991-2346", "2020-05-25", false);
    const Vagval__V1__PayRun *run = resolve(harness, collect(harness, RUN_DATE, 1));
    assert_int_equal(run->state, VV_RUN_CANCELLED);
    assert_int_equal(run->left_out, 1);
    assert_int_equal(run->requeued, 742000);
    will_pay(harness, "991-2346", "2020-04-01", true);
    assert_int_equal(resolve(harness, collect(harness, RUN_DATE, 2))->payments, 0);
    will_pay(harness, "991-2346", "2020-04-01", false);
    assert_int_equal(resolve(harness, collect(harness, RUN_DATE, 3))->amount, 742000);
}

static void cancelled_comes_back(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = drafted(harness);
    Vagval__V1__CancelRun body = VAGVAL__V1__CANCEL_RUN__INIT;
    body.run = bytes_of(&run);
    refuses(say(harness, "anna", VV_MSG_CANCEL_RUN, 1, run, &body.base), "1 to");
    body.reason = (char *)(uintptr_t) "wrong day";
    assert_int_equal(body_of(say(harness, "anna", VV_MSG_CANCEL_RUN, 2, run, &body.base))->state,
                     VV_RUN_CANCELLED);
    refuses(approve(harness, "bertil", run, true), "gone on");
    assert_int_equal(resolve(harness, collect(harness, RUN_DATE, 2))->amount, 742000);
}

static const struct vv_harness_result *hold(struct vv_harness *harness, unsigned char number,
                                            bool on, uint32_t counter, bool accept)
{
    Vagval__V1__SetHold body = VAGVAL__V1__SET_HOLD__INIT;
    body.on = on;
    body.reason = (char *)(uintptr_t) "restored";
    body.counter = counter;
    body.accept_missing = accept;
    return say(harness, "anna", VV_MSG_SET_HOLD, number, NIL, &body.base);
}

static void no_file_leaves_in_hold(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = drafted(harness);
    assert_int_equal(approve(harness, "bertil", run, true)->status, VV_OK);
    refuses(release(harness, "bertil", run, 1, true), "older backup");
    assert_int_equal(hold(harness, 1, true, 0, false)->status, VV_OK);
    refuses(release(harness, "bertil", run, 0, true), "in hold");
    refuses(hold(harness, 2, false, 1, false), "not entered yet");
    assert_int_equal(hold(harness, 3, false, 0, false)->status, VV_OK);
    assert_int_equal(release(harness, "bertil", run, 0, true)->status, VV_OK);
    refuses(hold(harness, 4, false, 0, false), "counts fewer");
    assert_int_equal(hold(harness, 5, false, 7, true)->status, VV_OK);
}

/* The shipped scheme with its base paid by the state. */
static void publish_paid_by_state(struct vv_harness *harness)
{
    static const char at[] = "  - code: base\n";
    static const char more[] = "    payer: state\n";
    static char yaml[128 * 1024];
    FILE *in = fopen("deploy/schemes/se-krom.yaml", "re");
    assert_non_null(in);
    size_t len = fread(yaml, 1, sizeof yaml - sizeof more, in);
    assert_int_equal(fclose(in), 0);
    yaml[len] = '\0';
    char *place = strstr(yaml, at);
    assert_non_null(place);
    place += sizeof at - 1;
    memmove(place + sizeof more - 1, place, strlen(place) + 1);
    memcpy(place, more, sizeof more - 1);
    vv_harness_publish_bytes(harness, "paid-by-state.yaml", yaml, strlen(yaml),
                             "deploy/models/ams-2018.yaml");
}

/* What the state pays is posted like all else and reaches no run: of 495.00 base and 6 925.00
 * premium only the premium. */
static void what_the_state_pays_is_in_no_run(void **state)
{
    (void)state;
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    publish_paid_by_state(harness);
    vv_harness_clock(harness, day("2020-04-01"));
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-31");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500);
    assert_int_equal(sums(harness, PARTITION, "paid_by_state:se-krom"), 49500);
    assert_int_equal(sums(harness, PARTITION, "payable:se-krom"), 692500);
    will_pay(harness, "991-2346", "2020-04-01", false);
    assert_int_equal(resolve(harness, collect(harness, RUN_DATE, 1))->total, 692500);
    vv_harness_destroy(&harness);
}

/* ---- the largest run ---- */

#define LARGEST_PER_PARTITION (VV_RUN_CONTRACTS_MAX / 16)

/* Contract `n` of the largest run, and the provider that it alone has. */
static struct vv_id largest_id(uint8_t kind, unsigned n)
{
    struct vv_id id = {{0, (uint8_t)(n % 16), kind, (uint8_t)(n >> 8), (uint8_t)n}};
    return id;
}

static void answer_largest(struct vv_harness *harness, const struct order *order,
                           unsigned partition, unsigned extra)
{
    static struct vv_id ids[LARGEST_PER_PARTITION + 1];
    static Vagval__V1__ContractSum sums[LARGEST_PER_PARTITION + 1];
    static Vagval__V1__ContractSum *list[LARGEST_PER_PARTITION + 1];
    static uint8_t hash[32];
    const Vagval__V1__DraftSegment *body = (const Vagval__V1__DraftSegment *)order->body;
    Vagval__V1__SegmentDrafted reply = VAGVAL__V1__SEGMENT_DRAFTED__INIT;
    reply.case_id = body->case_id;
    reply.partition = partition;
    reply.count = reply.taken = LARGEST_PER_PARTITION;
    reply.hash = (ProtobufCBinaryData){sizeof hash, hash};
    for (unsigned i = 0; i < LARGEST_PER_PARTITION + extra; i++) {
        ids[i] = largest_id(0xC1, partition * LARGEST_PER_PARTITION + i);
        vagval__v1__contract_sum__init(&sums[i]);
        sums[i].contract = bytes_of(&ids[i]);
        sums[i].amount = 100;
        list[i] = &sums[i];
    }
    reply.sums = list;
    reply.n_sums = LARGEST_PER_PARTITION + extra;
    assert_int_equal(vv_harness_answer(harness, &order->event, VV_OK, &reply.base)->status, VV_OK);
}

static struct vv_id draft_largest(struct vv_harness *harness, unsigned extra)
{
    struct order orders[ORDERS_MAX];
    size_t count = 0;
    Vagval__V1__OpenRun body = VAGVAL__V1__OPEN_RUN__INIT;
    struct vv_id run = vv_payrun_id("se-krom", day("2020-04-01"), 1);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.date = day("2020-04-01");
    body.number = 1;
    keep_orders(say(harness, "anna", VV_MSG_OPEN_RUN, 1, run, &body.base), orders, &count);
    for (unsigned partition = 0; partition < 16; partition++) {
        answer_largest(harness, &orders[partition], partition, partition == 15 ? extra : 0);
        protobuf_c_message_free_unpacked(orders[partition].body, NULL);
    }
    return run;
}

/* As many contracts as a run may have, each with a provider of its own that cannot be paid: the
 * freeze is one commit with all of it, and what comes back makes few items. */
static void the_largest_run_freezes(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = draft_largest(harness, 0);
    Vagval__V1__ResolveRun body = VAGVAL__V1__RESOLVE_RUN__INIT;
    const Vagval__V1__PayRun *view = NULL;
    for (unsigned n = 0; n < VV_RUN_CONTRACTS_MAX; n++) {
        struct vv_id provider = largest_id(0x90, n);
        struct vv_id one = largest_id(0xC1, n);
        Vagval__V1__PayeeFound found = VAGVAL__V1__PAYEE_FOUND__INIT;
        Vagval__V1__BankView none = VAGVAL__V1__BANK_VIEW__INIT;
        found.provider = bytes_of(&provider);
        found.name = (char *)(uintptr_t) "A provider with a name of common length AB";
        found.organisation_number = (char *)(uintptr_t)ORGANISATION;
        vv_harness_will_answer(harness, VV_MSG_PAYEE_GET, one, VV_OK, &found.base);
        vv_harness_will_answer(harness, VV_MSG_BANK_GET, provider, VV_OK, &none.base);
    }
    body.run = bytes_of(&run);
    do {
        view = body_of(say(harness, "anna", VV_MSG_RESOLVE_RUN, 1, run, &body.base));
    } while (view->state == VV_RUN_DRAFTING);
    assert_int_equal(view->left_out, VV_RUN_CONTRACTS_MAX);
    assert_int_equal(view->requeued, 100 * VV_RUN_CONTRACTS_MAX);
    struct vv_id list = vv_pay_list_id("se-krom", 0);
    assert_int_equal(vv_harness_list_len(harness, 0, "payable", list),
                     VV_RUN_CONTRACTS_MAX / VV_PAY_LIST_LINES_MAX);
}

static void one_contract_more_is_refused(void **state)
{
    struct vv_harness *harness = *state;
    struct vv_id run = draft_largest(harness, 1);
    Vagval__V1__ResolveRun body = VAGVAL__V1__RESOLVE_RUN__INIT;
    body.run = bytes_of(&run);
    refuses(say(harness, "anna", VV_MSG_RESOLVE_RUN, 1, run, &body.base), "more than 2048");
}

/* ---- bank details ---- */

static bool confirms_shared; /* what the next messages say of a shared account */

static const struct vv_harness_result *propose(struct vv_harness *harness, const char *who,
                                               unsigned char number, const char *kind,
                                               const char *account_number)
{
    static uint8_t proof[32] = {9};
    Vagval__V1__ProposeBank body = VAGVAL__V1__PROPOSE_BANK__INIT;
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    account.kind = (char *)(uintptr_t)kind;
    account.number = (char *)(uintptr_t)account_number;
    body.organisation_number = (char *)(uintptr_t)ORGANISATION;
    body.account = &account;
    body.proof = (ProtobufCBinaryData){sizeof proof, proof};
    body.f_tax = (char *)(uintptr_t) "yes";
    body.shared = confirms_shared;
    return say(harness, who, VV_MSG_PROPOSE_BANK, number, vv_id_provider(ORGANISATION, 16),
               &body.base);
}

static const struct vv_harness_result *approve_bank(struct vv_harness *harness, const char *who,
                                                    unsigned char proposal)
{
    struct vv_id id = {{0, 0, 0x5A, proposal, (uint8_t)VV_MSG_PROPOSE_BANK}};
    Vagval__V1__ApproveBank body = VAGVAL__V1__APPROVE_BANK__INIT;
    body.organisation_number = (char *)(uintptr_t)ORGANISATION;
    body.proposal = bytes_of(&id);
    body.shared = confirms_shared;
    return say(harness, who, VV_MSG_APPROVE_BANK, (unsigned char)(who[0] + proposal),
               vv_id_provider(ORGANISATION, 16), &body.base);
}

/* Who has an account, as its partition says. NULL: nobody. */
static void has_account(struct vv_harness *harness, const char *number, const char *organisation)
{
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    Vagval__V1__AccountUser user = VAGVAL__V1__ACCOUNT_USER__INIT;
    Vagval__V1__AccountUser *list[] = {&user};
    Vagval__V1__AccountUsers users = VAGVAL__V1__ACCOUNT_USERS__INIT;
    account.kind = (char *)(uintptr_t) "bankgiro";
    account.number = (char *)(uintptr_t)number;
    user.organisation_number = (char *)(uintptr_t)organisation;
    users.users = list;
    users.n_users = organisation == NULL ? 0 : 1;
    vv_harness_will_answer(harness, VV_MSG_ACCOUNT_GET, vv_bank_account_id(&account, 16), VV_OK,
                           &users.base);
}

static const Vagval__V1__NoteAccount *noted(const struct vv_harness_result *result, size_t event,
                                            const char *number)
{
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    account.kind = (char *)(uintptr_t) "bankgiro";
    account.number = (char *)(uintptr_t)number;
    assert_true(event < result->event_count);
    assert_int_equal(result->events[event].type, VV_MSG_NOTE_ACCOUNT);
    assert_true(vv_id_equal(result->events[event].subject, vv_bank_account_id(&account, 16)));
    return (const Vagval__V1__NoteAccount *)result->events[event].body;
}

/* An account of another provider is taken only from who says to know it, both times; the accounts
 * are told who has them, and who no longer. */
static void a_shared_account_is_confirmed_by_both(void **state)
{
    struct vv_harness *harness = *state;
    has_account(harness, "991-2346", ORGANISATION); /* its own: nothing to confirm */
    has_account(harness, "5050-1055", "559900-0006");
    assert_int_equal(propose(harness, "anna", 1, "bankgiro", "9912346")->status, VV_OK);
    const struct vv_harness_result *result = approve_bank(harness, "bertil", 1);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 1);
    assert_false(noted(result, 0, "991-2346")->left);
    refuses(propose(harness, "anna", 2, "bankgiro", "5050-1055"), "559900-0006");
    confirms_shared = true;
    result = propose(harness, "anna", 3, "bankgiro", "5050-1055");
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__BankView *)result->reply)->body->proposed->shared_with,
                        "559900-0006");
    confirms_shared = false;
    refuses(approve_bank(harness, "bertil", 3), "559900-0006");
    confirms_shared = true;
    result = approve_bank(harness, "cecilia", 3);
    confirms_shared = false;
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 2);
    assert_true(noted(result, 0, "991-2346")->left);
    assert_false(noted(result, 1, "5050-1055")->left);
}

/* The account's own partition: each provider once, gone when it has left. */
static void an_account_knows_its_providers(void **state)
{
    struct vv_harness *harness = *state;
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    account.kind = (char *)(uintptr_t) "bankgiro";
    account.number = (char *)(uintptr_t) "991-2346";
    struct vv_id id = vv_bank_account_id(&account, 16);
    const struct {
        const char *organisation;
        bool left;
        size_t users;
    } rows[] = {{"a", false, 1}, {"b", false, 2}, {"a", false, 2}, {"c", true, 2},
                {"a", true, 1},  {"b", true, 0},  {"a", false, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Vagval__V1__NoteAccount order = VAGVAL__V1__NOTE_ACCOUNT__INIT;
        const Vagval__V1__AccountGet get = VAGVAL__V1__ACCOUNT_GET__INIT;
        struct vv_id provider = {{0, 1, (uint8_t)rows[i].organisation[0]}};
        order.case_id = bytes_of(&provider);
        order.organisation_number = (char *)(uintptr_t)rows[i].organisation;
        order.left = rows[i].left;
        struct vv_harness_message message = {.type = VV_MSG_NOTE_ACCOUNT,
                                             .id = {{0, 1, 0x69, (uint8_t)i}},
                                             .subject = id,
                                             .role = VV_ROLE_PAYMENT,
                                             .body = &order.base};
        assert_int_equal(vv_harness_send(harness, &message)->status, VV_OK);
        message = (struct vv_harness_message){
            .type = VV_MSG_ACCOUNT_GET, .subject = id, .role = VV_ROLE_PAYMENT, .body = &get.base};
        const struct vv_harness_result *result = vv_harness_send(harness, &message);
        assert_int_equal(((const Vagval__V1__AccountUsers *)result->reply)->n_users, rows[i].users);
    }
}

static void bank_details_need_two_persons(void **state)
{
    struct vv_harness *harness = *state;
    has_account(harness, "991-2346", NULL);
    has_account(harness, "5050-1055", NULL);
    refuses(propose(harness, "anna", 1, "bankgiro", "991-2345"), "check digit");
    refuses(propose(harness, "anna", 2, "giro", "991-2346"), "kind");
    refuses(approve_bank(harness, "bertil", 1), "nothing is proposed");
    assert_int_equal(propose(harness, "anna", 3, "bankgiro", "9912346")->status, VV_OK);
    refuses(approve_bank(harness, "anna", 3), "another person");
    assert_int_equal(propose(harness, "cecilia", 4, "bankgiro", "5050-1055")->status, VV_OK);
    refuses(approve_bank(harness, "bertil", 3), "another proposal");
    const struct vv_harness_result *result = approve_bank(harness, "bertil", 4);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__Payee *payee = ((const Vagval__V1__BankView *)result->reply)->body;
    assert_int_equal(payee->n_approved, 1);
    assert_string_equal(payee->approved[0]->account->number, "5050-1055");
    assert_string_equal(payee->approved[0]->approved_by, "bertil");
    assert_null(payee->proposed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_posting_to_confirmation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_persons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rejected_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(left_out_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancelled_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_file_leaves_in_hold, set_up, tear_down),
        cmocka_unit_test(what_the_state_pays_is_in_no_run),
        cmocka_unit_test_setup_teardown(the_largest_run_freezes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_contract_more_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bank_details_need_two_persons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shared_account_is_confirmed_by_both, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_account_knows_its_providers, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
