/*
 * The rules of payment runs by themselves: grouping, the frozen hash, what a bank's report makes of
 * a run, bank details on the days around their waiting period, the hold, and the lists that runs
 * take from. Random ones print their seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/payment/bank_details.h"
#include "../../../services/payment/hold.h"
#include "../../../services/payment/pay_list.h"
#include "../../../services/payment/payrun.h"
#include "../../support/random.h"

#define CONTRACTS_MAX 24
#define ROUNDS 300

static uint8_t memory[1024 * 1024];
static struct vv_arena arena;

static int set_up(void **state)
{
    (void)state;
    vv_arena_init(&arena, memory, sizeof memory);
    return 0;
}

/* ---- a run's material ---- */

struct material {
    uint8_t contracts[CONTRACTS_MAX][16], providers[CONTRACTS_MAX][16];
    char numbers[CONTRACTS_MAX][16];
    Vagval__V1__ContractSum sums[CONTRACTS_MAX], *sum_list[CONTRACTS_MAX];
    Vagval__V1__RunPayee payees[CONTRACTS_MAX], *payee_list[CONTRACTS_MAX];
    Vagval__V1__BankAccount account;
    size_t count;
    vv_money total;
};

static void set_sum(struct material *m, size_t i, vv_money amount, size_t provider, bool known)
{
    memset(m->contracts[i], (int)(0x10 + i), 16);
    memset(m->providers[i], (int)(0x80 + provider), 16);
    (void)snprintf(m->numbers[i], sizeof m->numbers[i], "5599%02u-0001", (unsigned)provider);
    vagval__v1__contract_sum__init(&m->sums[i]);
    m->sums[i].contract = (ProtobufCBinaryData){16, m->contracts[i]};
    m->sums[i].amount = amount;
    m->sum_list[i] = &m->sums[i];
    vagval__v1__run_payee__init(&m->payees[i]);
    m->payees[i].contract = m->sums[i].contract;
    m->payees[i].provider = (ProtobufCBinaryData){16, m->providers[i]};
    m->payees[i].organisation_number = m->numbers[i];
    m->payees[i].name = m->numbers[i];
    m->payees[i].account = known ? &m->account : NULL;
    m->payee_list[i] = &m->payees[i];
    m->total += amount;
    m->count = i + 1;
}

static void shuffle(struct material *m)
{
    for (size_t i = m->count; i > 1; i--) {
        size_t k = (size_t)random_below((uint32_t)i);
        Vagval__V1__ContractSum *sum = m->sum_list[i - 1];
        Vagval__V1__RunPayee *payee = m->payee_list[i - 1];
        size_t l = (size_t)random_below((uint32_t)i);
        m->sum_list[i - 1] = m->sum_list[k];
        m->sum_list[k] = sum;
        m->payee_list[i - 1] = m->payee_list[l];
        m->payee_list[l] = payee;
    }
}

static size_t group(struct material *m, Vagval__V1__RunPayment ***ret_payments)
{
    size_t count = 0;
    assert_int_equal(vv_payrun_group(m->sum_list, m->count, m->payee_list, m->count,
                                     &arena.allocator, ret_payments, &count),
                     VV_OK);
    return count;
}

static void hash_of(Vagval__V1__RunPayment **payments, size_t count, vv_date date,
                    uint8_t ret_hash[32])
{
    Vagval__V1__PayRun run = VAGVAL__V1__PAY_RUN__INIT;
    run.date = date;
    assert_int_equal(vv_payrun_hash(&run, NULL, 0, payments, count, &arena.allocator, ret_hash),
                     VV_OK);
}

/* ---- grouping ---- */

/* Provider 1 has contracts of 100.00 and 50.00: one payment of 150.00. Provider 2 has 30.00 and a
 * set-off of 40.00: nothing. Provider 3 has no account. */
static void one_payment_per_provider(void **state)
{
    (void)state;
    static struct material m;
    Vagval__V1__RunPayment **payments = NULL;
    memset(&m, 0, sizeof m);
    vagval__v1__bank_account__init(&m.account);
    set_sum(&m, 0, 10000, 1, true);
    set_sum(&m, 1, 3000, 2, true);
    set_sum(&m, 2, 5000, 1, true);
    set_sum(&m, 3, -4000, 2, true);
    set_sum(&m, 4, 700, 3, false);
    assert_int_equal(group(&m, &payments), 3);
    assert_int_equal(payments[0]->amount, 15000);
    assert_int_equal(payments[0]->number, 1);
    assert_int_equal(payments[0]->n_contracts, 2);
    assert_int_equal(payments[1]->amount, -1000);
    assert_int_equal(payments[1]->state, VV_PAYMENT_LEFT_OUT);
    assert_non_null(strstr(payments[1]->reason, "set off"));
    assert_int_equal(payments[2]->state, VV_PAYMENT_LEFT_OUT);
    assert_non_null(strstr(payments[2]->reason, "bank details"));
    assert_int_equal(payments[2]->number, 0);
}

/* The registry told of nobody for the last contract: it is left out, and the rest is paid. */
static void an_unknown_contract_is_left_out(void **state)
{
    (void)state;
    static struct material m;
    Vagval__V1__RunPayment **payments = NULL;
    size_t count = 0;
    memset(&m, 0, sizeof m);
    vagval__v1__bank_account__init(&m.account);
    set_sum(&m, 0, 10000, 1, true);
    set_sum(&m, 1, 700, 2, true);
    assert_int_equal(
        vv_payrun_group(m.sum_list, 2, m.payee_list, 1, &arena.allocator, &payments, &count),
        VV_OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool unknown = payments[i]->amount == 700;
        assert_int_equal(payments[i]->state, unknown ? VV_PAYMENT_LEFT_OUT : VV_PAYMENT_TO_PAY);
        assert_int_equal(strstr(payments[i]->reason, "no such contract") != NULL, unknown);
    }
}

/* Whatever allocation fails: no memory, and nothing is given. */
static void grouping_without_memory(void **state)
{
    (void)state;
    static struct material m;
    static uint8_t little[1024 * 16];
    memset(&m, 0, sizeof m);
    vagval__v1__bank_account__init(&m.account);
    for (size_t i = 0; i < 8; i++) {
        set_sum(&m, i, 1000, i / 2, true);
    }
    enum vv_status status = VV_NO_MEMORY;
    size_t room = 0;
    for (; status == VV_NO_MEMORY && room < sizeof little; room += 16) {
        Vagval__V1__RunPayment **payments = NULL;
        struct vv_arena small;
        size_t count = 0;
        vv_arena_init(&small, little, room);
        status = vv_payrun_group(m.sum_list, m.count, m.payee_list, m.count, &small.allocator,
                                 &payments, &count);
        assert_int_equal(payments != NULL, status == VV_OK);
    }
    assert_int_equal(status, VV_OK);
    assert_true(room > 256);
}

static void a_sum_out_of_range_is_refused(void **state)
{
    (void)state;
    static struct material m;
    Vagval__V1__RunPayment **payments = NULL;
    size_t count = 0;
    memset(&m, 0, sizeof m);
    vagval__v1__bank_account__init(&m.account);
    set_sum(&m, 0, INT64_C(9007199254740991), 1, true);
    set_sum(&m, 1, 1, 1, true);
    assert_int_equal(
        vv_payrun_group(m.sum_list, 2, m.payee_list, 2, &arena.allocator, &payments, &count),
        VV_TOO_LARGE);
}

/* Whatever the order: nothing appears, nothing is lost, the same payments with the same hash. */
static void grouping_conserves(void **state)
{
    (void)state;
    static struct material m;
    random_begin();
    for (unsigned round = 0; round < ROUNDS; round++) {
        Vagval__V1__RunPayment **payments = NULL;
        Vagval__V1__RunPayment **again = NULL;
        uint8_t first[32], second[32], other[32];
        memset(&m, 0, sizeof m);
        vv_arena_reset(&arena);
        vagval__v1__bank_account__init(&m.account);
        size_t contracts = 1 + (size_t)random_below(CONTRACTS_MAX);
        for (size_t i = 0; i < contracts; i++) {
            size_t provider = (size_t)random_below(6);
            set_sum(&m, i, (vv_money)random_below(100000) - 20000, provider, provider != 5);
        }
        size_t count = group(&m, &payments);
        vv_money total = 0;
        size_t members = 0;
        uint32_t number = 0;
        for (size_t i = 0; i < count; i++) {
            total += payments[i]->amount;
            members += payments[i]->n_contracts;
            bool paid = payments[i]->state == VV_PAYMENT_TO_PAY;
            assert_int_equal(payments[i]->number, paid ? ++number : 0);
            assert_true(!paid || (payments[i]->amount > 0 && payments[i]->account != NULL));
            assert_true(paid || payments[i]->reason[0] != '\0');
        }
        assert_int_equal(total, m.total);
        assert_int_equal(members, contracts);
        hash_of(payments, count, 1, first);
        shuffle(&m);
        assert_int_equal(group(&m, &again), count);
        hash_of(again, count, 1, second);
        assert_memory_equal(first, second, sizeof first);
        hash_of(again, count, 2, other);
        assert_memory_not_equal(first, other, sizeof first);
        again[random_below((uint32_t)count)]->amount++;
        hash_of(again, count, 1, other);
        assert_memory_not_equal(first, other, sizeof first);
    }
}

/* ---- reports ---- */

static void reports(void **state)
{
    (void)state;
    const enum vv_payrun_payment_state open = VV_PAYMENT_TO_PAY;
    assert_true(vv_payrun_contradicts(VV_BANK_REJECTED, VV_PAYMENT_ACCEPTED));
    assert_true(vv_payrun_contradicts(VV_BANK_ACCEPTED, VV_PAYMENT_REJECTED));
    assert_false(vv_payrun_contradicts(VV_BANK_ACCEPTED, VV_PAYMENT_ACCEPTED));
    assert_false(vv_payrun_contradicts(VV_BANK_RECEIVED, VV_PAYMENT_REJECTED));
    assert_false(vv_payrun_contradicts(VV_BANK_REJECTED, VV_PAYMENT_TO_PAY));
    assert_int_equal(vv_payrun_reported(VV_BANK_ACCEPTED, VV_BANK_SILENT, open),
                     VV_PAYMENT_ACCEPTED);
    assert_int_equal(vv_payrun_reported(VV_BANK_REJECTED, VV_BANK_SILENT, open),
                     VV_PAYMENT_REJECTED);
    assert_int_equal(vv_payrun_reported(VV_BANK_ACCEPTED, VV_BANK_REJECTED, open),
                     VV_PAYMENT_REJECTED);
    assert_int_equal(vv_payrun_reported(VV_BANK_PARTIALLY, VV_BANK_SILENT, open), open);
    assert_int_equal(vv_payrun_reported(VV_BANK_RECEIVED, VV_BANK_SILENT, open), open);
    /* What was decided, or never sent, stays. */
    assert_int_equal(vv_payrun_reported(VV_BANK_REJECTED, VV_BANK_REJECTED, VV_PAYMENT_ACCEPTED),
                     VV_PAYMENT_ACCEPTED);
    assert_int_equal(vv_payrun_reported(VV_BANK_ACCEPTED, VV_BANK_ACCEPTED, VV_PAYMENT_LEFT_OUT),
                     VV_PAYMENT_LEFT_OUT);
    assert_int_equal(vv_payrun_state_of(3, 0, 0), VV_RUN_RELEASED);
    assert_int_equal(vv_payrun_state_of(3, 3, 0), VV_RUN_CONFIRMED);
    assert_int_equal(vv_payrun_state_of(3, 0, 3), VV_RUN_REJECTED);
    assert_int_equal(vv_payrun_state_of(3, 2, 0), VV_RUN_PARTIALLY);
    assert_int_equal(vv_payrun_state_of(3, 2, 1), VV_RUN_PARTIALLY);
}

/* ---- bank details ---- */

/* Old details approved on day 0, new ones on day 100, ten days to wait: the new ones from day 110.
 */
static void waiting_period(void **state)
{
    (void)state;
    Vagval__V1__BankAccount accounts[2] = {VAGVAL__V1__BANK_ACCOUNT__INIT,
                                           VAGVAL__V1__BANK_ACCOUNT__INIT};
    Vagval__V1__BankDetails details[2] = {VAGVAL__V1__BANK_DETAILS__INIT,
                                          VAGVAL__V1__BANK_DETAILS__INIT};
    Vagval__V1__BankDetails *list[2] = {&details[0], &details[1]};
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    Vagval__V1__BankAccount *account = NULL;
    for (size_t i = 0; i < 2; i++) {
        accounts[i].kind = (char *)(uintptr_t) "bankgiro";
        details[i].account = &accounts[i];
        details[i].f_tax = (char *)(uintptr_t) "yes";
        details[i].approved_on = (int32_t)(100 * i);
    }
    assert_string_equal(vv_bank_usable(NULL, "SEK", 50, 10, &account), "no approved bank details");
    assert_string_equal(vv_bank_usable(&payee, "SEK", 50, 10, &account),
                        "no approved bank details");
    payee.approved = list;
    payee.n_approved = 2;
    assert_non_null(strstr(vv_bank_usable(&payee, "SEK", 9, 10, &account), "waiting period"));
    assert_null(account);
    assert_string_equal(vv_bank_usable(&payee, "SEK", 10, 10, &account), "");
    assert_ptr_equal(account, &accounts[0]);
    assert_string_equal(vv_bank_usable(&payee, "SEK", 109, 10, &account), "");
    assert_ptr_equal(account, &accounts[0]);
    assert_string_equal(vv_bank_usable(&payee, "SEK", 110, 10, &account), "");
    assert_ptr_equal(account, &accounts[1]);
    assert_non_null(strstr(vv_bank_usable(&payee, "EUR", 110, 10, &account), "currency"));
    details[1].f_tax = (char *)(uintptr_t) "no"; /* the latest counts at once */
    assert_non_null(strstr(vv_bank_usable(&payee, "SEK", 105, 10, &account), "F-tax"));
    details[1].f_tax = (char *)(uintptr_t) "yes";
    payee.blocked = true;
    assert_non_null(strstr(vv_bank_usable(&payee, "SEK", 110, 10, &account), "blocked"));
}

/* ---- hold ---- */

static void hold(void **state)
{
    (void)state;
    Vagval__V1__HoldState at = VAGVAL__V1__HOLD_STATE__INIT;
    at.released = 5;
    assert_null(vv_hold_refuses(&at, 5, false));
    assert_non_null(vv_hold_refuses(&at, 4, false));
    assert_non_null(vv_hold_refuses(&at, 6, false));
    assert_non_null(vv_hold_refuses(&at, 5, true)); /* nothing has left that is not known */
    at.on = true;
    assert_non_null(vv_hold_refuses(&at, 5, false));
    assert_null(vv_hold_refuses(&at, 6, true)); /* entered, not sent */
    assert_null(vv_hold_cannot_end(&at, 5, false));
    assert_non_null(vv_hold_cannot_end(&at, 6, false));
    assert_non_null(vv_hold_cannot_end(&at, 4, false));
    assert_null(vv_hold_cannot_end(&at, 6, true));
}

/* ---- the lists ---- */

struct list {
    struct vv_record record;
    struct vv_field fields[VV_RUN_SEGMENT_ITEMS + 40];
    uint8_t bytes[VV_RUN_SEGMENT_ITEMS + 40][160];
};

static void add_line(struct list *list, vv_date from, vv_money amount, vv_money books,
                     struct vv_id postponed_by)
{
    static uint8_t contract[16] = {1};
    size_t i = list->record.field_count++;
    Vagval__V1__PayableLine line = VAGVAL__V1__PAYABLE_LINE__INIT;
    Vagval__V1__PayableLine *lines[1] = {&line};
    Vagval__V1__Payable item = VAGVAL__V1__PAYABLE__INIT;
    line.contract = (ProtobufCBinaryData){sizeof contract, contract};
    line.amount = amount;
    line.books = books;
    item.as_of = from;
    item.lines = lines;
    item.n_lines = 1;
    if (!vv_id_is_nil(postponed_by)) {
        item.postponed_by = (ProtobufCBinaryData){16, postponed_by.bytes};
    }
    list->fields[i].value = list->bytes[i];
    list->fields[i].value_len = vagval__v1__payable__pack(&item, list->bytes[i]);
    list->record.fields = list->fields;
}

static void add(struct list *list, vv_date from, vv_money amount, struct vv_id postponed_by)
{
    add_line(list, from, amount, 0, postponed_by);
}

static const struct vv_id nil, run_id = {{0, 0, 7}}, other_run = {{0, 0, 8}};

/* Due on day 10: 1.00 and 4.00. The item of day 11 is passed over; the one that this run has put
 * back itself ends the list, one that an earlier run put back does not. */
static void takes_what_is_due(void **state)
{
    (void)state;
    static struct list list;
    struct vv_pay_list_take take;
    memset(&list, 0, sizeof list);
    add(&list, 10, 100, nil);
    add(&list, 11, 200, nil);
    add(&list, 9, 400, other_run);
    add(&list, 10, 800, run_id);
    add(&list, 10, 1600, nil);
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_OK);
    assert_int_equal(take.total, 500);
    assert_int_equal(take.taken, 2);
    assert_int_equal(take.passed, 3);
    assert_int_equal(take.late_count, 1);
    assert_int_equal(take.late[0]->lines[0]->amount, 200);
    assert_false(take.more);
    assert_int_equal(take.sum_count, 1);
    assert_int_equal(take.sums[0]->amount, 500);
}

/* A recovery's voucher: taken (so it is in the run's journal and hash), and nothing of it paid; a
 * line for the books beside a paid one changes nothing of that one. */
static void takes_for_the_books_without_paying(void **state)
{
    (void)state;
    static struct list list;
    struct vv_pay_list_take take;
    struct vv_pay_list_take without;
    memset(&list, 0, sizeof list);
    add(&list, 10, 100, nil);
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &without), VV_OK);
    add_line(&list, 10, 0, -700, nil);
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_OK);
    assert_int_equal(take.taken, 2);
    assert_int_equal(take.total, 100);
    assert_int_equal(take.sum_count, 1);
    assert_int_equal(take.sums[0]->amount, 100);
    assert_memory_not_equal(take.hash, without.hash, sizeof take.hash);
    /* Alone: no sum, so no payment. */
    memset(&list, 0, sizeof list);
    add_line(&list, 10, 0, -700, nil);
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_OK);
    assert_int_equal(take.taken, 1);
    assert_int_equal(take.total, 0);
    assert_int_equal(take.sum_count, 0);
}

static void takes_at_most_one_segment(void **state)
{
    (void)state;
    static struct list list;
    struct vv_pay_list_take take;
    memset(&list, 0, sizeof list);
    for (unsigned i = 0; i < VV_RUN_SEGMENT_ITEMS; i++) {
        add(&list, 10, 1, nil);
    }
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_OK);
    assert_false(take.more);
    add(&list, 10, 1, nil);
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_OK);
    assert_true(take.more);
    assert_int_equal(take.total, VV_RUN_SEGMENT_ITEMS);
    assert_int_equal(take.passed, VV_RUN_SEGMENT_ITEMS);
    /* Damaged bytes are said to be so. */
    list.fields[0].value_len = 3;
    assert_int_equal(vv_pay_list_take(&arena, &list.record, run_id, 10, &take), VV_CORRUPT);
}

/* ---- who may do what, state by state ---- */

static void says(const char *got, const char *expected)
{
    if (expected == NULL) {
        assert_null(got);
    } else if (got == NULL || strstr(got, expected) == NULL) {
        fail_msg("\"%s\" where \"%s\" is expected", got == NULL ? "yes" : got, expected);
    }
}

static void states(void **state)
{
    (void)state;
    static uint8_t hash[32] = {1};
    static uint8_t other[32] = {2};
    const ProtobufCBinaryData seen = {sizeof hash, hash};
    Vagval__V1__Debtor debtor = VAGVAL__V1__DEBTOR__INIT;
    Vagval__V1__RunStep step = VAGVAL__V1__RUN_STEP__INIT;
    Vagval__V1__RunStep *steps[] = {&step};
    Vagval__V1__PayRun run = VAGVAL__V1__PAY_RUN__INIT;
    step.state = VV_RUN_DRAFTING;
    step.by = (char *)(uintptr_t) "anna";
    run.steps = steps;
    run.n_steps = 1;
    run.hash = seen;
    run.debtor = &debtor;
    assert_string_equal(vv_payrun_person(&run, VV_RUN_APPROVED), "");
    assert_string_equal(vv_payrun_state_name(99), "unknown");
    assert_string_equal(vv_payrun_payment_state_name(99), "unknown");
    assert_string_equal(vv_payrun_payment_state_name(VV_PAYMENT_TO_PAY), "to_pay");

    run.state = VV_RUN_DRAFTING;
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 0), "not frozen");
    says(vv_payrun_cannot_cancel(&run), "not frozen");
    says(vv_payrun_cannot_release(&run, "bertil", false), "not approved");
    says(vv_payrun_cannot_report(&run), "never released");
    run.state = VV_RUN_DRAFTED;
    says(vv_payrun_cannot_approve(&run, "anna", seen, 0), "another person");
    says(vv_payrun_cannot_approve(&run, "", seen, 0), "another person");
    says(vv_payrun_cannot_approve(&run, "bertil", (ProtobufCBinaryData){0, NULL}, 0), "was shown");
    says(vv_payrun_cannot_approve(&run, "bertil", (ProtobufCBinaryData){32, other}, 0),
         "was shown");
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 0), NULL);
    run.shared = 2; /* payments to one account */
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 0), "one account");
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 3), "one account");
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 2), NULL);
    run.shared = 0;
    says(vv_payrun_cannot_cancel(&run), NULL);
    run.state = VV_RUN_APPROVED;
    says(vv_payrun_cannot_approve(&run, "bertil", seen, 0), "gone on");
    says(vv_payrun_cannot_cancel(&run), NULL);
    says(vv_payrun_cannot_release(&run, "anna", false), "who drafted");
    says(vv_payrun_cannot_release(&run, "", false), "who drafted");
    says(vv_payrun_cannot_release(&run, "bertil", false), NULL);
    debtor.example = true;
    says(vv_payrun_cannot_release(&run, "bertil", false), "allow-example");
    says(vv_payrun_cannot_release(&run, "bertil", true), NULL);
    debtor.example = false;
    run.examples = 1;
    says(vv_payrun_cannot_release(&run, "bertil", false), "allow-example");
    run.debtor = NULL;
    says(vv_payrun_cannot_release(&run, "bertil", true), "names no account");
    run.state = VV_RUN_CANCELLED;
    says(vv_payrun_cannot_cancel(&run), "gone on");
    says(vv_payrun_cannot_release(&run, "bertil", true), "gone on");
    says(vv_payrun_cannot_report(&run), "never released");
    run.state = VV_RUN_PARTIALLY;
    run.payments = 2;
    run.accepted = 1;
    says(vv_payrun_cannot_report(&run), NULL);
    run.rejected = 1;
    says(vv_payrun_cannot_report(&run), "reported on already");
    run.state = VV_RUN_CONFIRMED;
    says(vv_payrun_cannot_report(&run), "confirmed already");
}

/* Five payments: 1 and 4 to one bankgiro, 2 to a plusgiro of the same digits, 3, 5 and 6 to one
 * account; 7 is left out and has none. */
static void shared_accounts_are_marked(void **state)
{
    (void)state;
    static const struct {
        const char *organisation, *kind, *number, *shared;
        uint32_t no;
    } rows[] = {{"1", "bankgiro", "9912346", "4", 1},
                {"2", "plusgiro", "9912346", "", 2},
                {"3", "account", "6000123456789", "5 and 1 more", 3},
                {"4", "bankgiro", "9912346", "1", 4},
                {"5", "account", "6000123456789", "3 and 1 more", 5},
                {"6", "account", "6000123456789", "3 and 1 more", 6},
                {"7", NULL, NULL, "", 0}};
    Vagval__V1__RunPayment payments[7];
    Vagval__V1__BankAccount accounts[7];
    Vagval__V1__RunPayment *list[7];
    uint32_t shared = 77;
    for (size_t i = 0; i < 7; i++) {
        vagval__v1__run_payment__init(&payments[i]);
        vagval__v1__bank_account__init(&accounts[i]);
        payments[i].organisation_number = (char *)(uintptr_t)rows[i].organisation;
        payments[i].number = rows[i].no;
        if (rows[i].kind != NULL) {
            accounts[i].kind = (char *)(uintptr_t)rows[i].kind;
            accounts[i].number = (char *)(uintptr_t)rows[i].number;
            payments[i].account = &accounts[i];
        }
        list[i] = &payments[i];
    }
    assert_int_equal(vv_payrun_mark_shared(list, 7, &arena.allocator, &shared), VV_OK);
    assert_int_equal(shared, 5);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(payments[i].shared_with, rows[i].shared);
    }
    assert_int_equal(vv_payrun_mark_shared(list, 2, &arena.allocator, &shared), VV_OK);
    assert_int_equal(shared, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shared_accounts_are_marked, set_up),
        cmocka_unit_test_setup(one_payment_per_provider, set_up),
        cmocka_unit_test_setup(an_unknown_contract_is_left_out, set_up),
        cmocka_unit_test_setup(grouping_without_memory, set_up),
        cmocka_unit_test_setup(a_sum_out_of_range_is_refused, set_up),
        cmocka_unit_test_setup(grouping_conserves, set_up),
        cmocka_unit_test_setup(reports, set_up),
        cmocka_unit_test_setup(states, set_up),
        cmocka_unit_test_setup(waiting_period, set_up),
        cmocka_unit_test_setup(hold, set_up),
        cmocka_unit_test_setup(takes_what_is_due, set_up),
        cmocka_unit_test_setup(takes_for_the_books_without_paying, set_up),
        cmocka_unit_test_setup(takes_at_most_one_segment, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
