/*
 * Bank details: what is checked of an account, whose approval counts, and which currency an account
 * takes. When details may be used stands in test_payrun.c. Numbers: BG 991-2346, IBAN FI21 1234
 * 5600 0007 85 and RF18 5390 0754 7034 are published examples with right check digits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/payment/bank_details.h"
#include "../../support/memory.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

static enum vv_status check(const char *kind, const char *number, const char *bic,
                            const char *reference, struct vv_bank_checked *ret_checked,
                            struct vv_error *ret_error)
{
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    account.kind = TEXT(kind);
    account.number = TEXT(number);
    account.bic = TEXT(bic);
    account.reference = TEXT(reference);
    return vv_bank_check(&account, ret_checked, ret_error);
}

static void accounts_are_checked_and_spelt_one_way(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *number, *bic, *reference;
        enum vv_status status;
    } cases[] = {
        {"bankgiro", "991-2346", "", "", VV_OK},
        {"bankgiro", "991-2347", "", "", VV_INVALID}, /* check digit */
        {"iban", "FI21 1234 5600 0007 85", "", "", VV_OK},
        {"iban", "FI21 1234 5600 0007 86", "", "", VV_INVALID},
        {"iban", "FI21 1234 5600 0007 85", "NDEAFIHH", "RF18 5390 0754 7034", VV_OK},
        {"iban", "FI21 1234 5600 0007 85", "NDEAFI", "", VV_INVALID},
        {"iban", "FI21 1234 5600 0007 85", "", "RF19 5390 0754 7034", VV_INVALID},
        {"bankgiro", "991-2346", "NDEASESS", "", VV_INVALID}, /* goes with an iban only */
        {"bankgiro", "991-2346", "", "RF18 5390 0754 7034", VV_INVALID},
        {"cheque", "991-2346", "", "", VV_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vv_bank_checked checked = {.number = "untouched"};
        struct vv_error error = {.status = VV_OK};
        assert_int_equal(check(cases[i].kind, cases[i].number, cases[i].bic, cases[i].reference,
                               &checked, &error),
                         cases[i].status);
        bool refused = cases[i].status != VV_OK;
        assert_int_equal(strcmp(checked.number, "untouched") == 0, refused);
        assert_int_equal(error.text[0] != '\0', refused);
        assert_null(strstr(error.text, "1234")); /* an error never repeats the number */
    }
    struct vv_bank_checked checked;
    assert_int_equal(
        check("iban", "fi21 1234 5600 0007 85", "ndeafihh", "rf18539007547034", &checked, NULL),
        VV_OK);
    assert_string_equal(checked.number, "FI2112345600000785");
    assert_string_equal(checked.bic, "NDEAFIHH");
    assert_string_equal(checked.reference, "RF18539007547034");
    assert_int_equal(vv_bank_check(NULL, &checked, NULL), VV_INVALID);
}

/* Euros go to an IBAN; kronor to either. */
static void currencies(void **state)
{
    (void)state;
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    Vagval__V1__BankDetails details = VAGVAL__V1__BANK_DETAILS__INIT;
    Vagval__V1__BankDetails *list[] = {&details};
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    Vagval__V1__BankAccount *used = NULL;
    payee.approved = list;
    payee.n_approved = 1;
    details.f_tax = TEXT("yes");
    static const struct {
        const char *kind, *currency;
        bool usable;
    } cases[] = {{"bankgiro", "SEK", true},
                 {"bankgiro", "EUR", false},
                 {"iban", "SEK", true},
                 {"iban", "EUR", true}};
    for (size_t i = 0; i < 4; i++) {
        account.kind = TEXT(cases[i].kind);
        details.account = &account;
        const char *why = vv_bank_usable(&payee, cases[i].currency, 0, 0, &used);
        assert_int_equal(why[0] == '\0', cases[i].usable);
    }
    details.account = NULL; /* only a tax status so far: there is nothing to use */
    assert_non_null(strstr(vv_bank_usable(&payee, "SEK", 0, 0, &used), "waiting period"));
}

/* Another person, and for what that person was shown. */
static void approval_takes_two_persons(void **state)
{
    (void)state;
    uint8_t id[16] = {0, 3, 7};
    uint8_t other[16] = {0, 3, 8};
    Vagval__V1__BankDetails proposed = VAGVAL__V1__BANK_DETAILS__INIT;
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    const ProtobufCBinaryData shown = {sizeof id, id};
    assert_non_null(strstr(vv_bank_cannot_approve(&payee, "bert", shown), "nothing is proposed"));
    proposed.id = (ProtobufCBinaryData){sizeof id, id};
    proposed.proposed_by = TEXT("anna");
    payee.proposed = &proposed;
    assert_null(vv_bank_cannot_approve(&payee, "bert", shown));
    assert_non_null(strstr(vv_bank_cannot_approve(&payee, "anna", shown), "another person"));
    assert_non_null(strstr(vv_bank_cannot_approve(&payee, "", shown), "another person"));
    const ProtobufCBinaryData stale = {sizeof other, other};
    assert_non_null(strstr(vv_bank_cannot_approve(&payee, "bert", stale), "has taken the place"));
    const ProtobufCBinaryData cut = {sizeof id - 1, id};
    assert_non_null(strstr(vv_bank_cannot_approve(&payee, "bert", cut), "has taken the place"));
}

/* ---- what a proposal, a block and an approval make of a provider's record ---- */

static uint8_t proof[32];
static Vagval__V1__BankAccount proposed_account = VAGVAL__V1__BANK_ACCOUNT__INIT;
static struct vv_bank_checked checked = {.number = "991-2346"};

static Vagval__V1__ProposeBank proposal_of(bool account, bool unblock, const char *block)
{
    Vagval__V1__ProposeBank command = VAGVAL__V1__PROPOSE_BANK__INIT;
    command.organisation_number = TEXT("556016-0680");
    proposed_account.kind = TEXT("bankgiro");
    command.account = account ? &proposed_account : NULL;
    command.proof = (ProtobufCBinaryData){sizeof proof, proof};
    command.f_tax = TEXT("yes");
    command.unblock = unblock;
    command.block = TEXT(block);
    return command;
}

static enum vv_status propose(Vagval__V1__Payee *payee, bool account, bool unblock,
                              const char *block, ProtobufCAllocator *memory)
{
    static Vagval__V1__ProposeBank command;
    const struct vv_bank_act act = {{{0, 3, 7}}, "anna", 100};
    command = proposal_of(account, unblock, block);
    return vv_bank_propose(payee, &command, &checked, &act, memory);
}

static enum vv_status approve(Vagval__V1__Payee *payee, vv_date on, ProtobufCAllocator *memory)
{
    const struct vv_bank_act act = {{{0, 3, 8}}, "bert", on};
    return vv_bank_approve(payee, &act, memory);
}

/* A block acts at once; lifting it, and an account, when another person approves. */
static void proposed_blocked_and_approved(void **state)
{
    (void)state;
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    ProtobufCAllocator *memory = memory_of(100);
    assert_int_equal(propose(&payee, false, false, "insolvency", memory), VV_OK);
    assert_true(payee.blocked);
    assert_string_equal(payee.block_reason, "insolvency");
    assert_string_equal(payee.blocked_by, "anna");
    assert_null(payee.proposed);
    assert_int_equal(propose(&payee, false, true, "", memory), VV_OK); /* only the block */
    assert_true(payee.blocked);
    assert_null(payee.proposed->account);
    assert_int_equal(approve(&payee, 101, memory), VV_OK);
    assert_false(payee.blocked);
    assert_int_equal(payee.n_approved, 0);
    assert_null(payee.proposed);
    assert_false(payee.unblock_proposed);
    assert_int_equal(propose(&payee, true, false, "", memory), VV_OK);
    assert_string_equal(payee.proposed->account->number, "991-2346");
    assert_string_equal(payee.proposed->proposed_by, "anna");
    assert_int_equal(payee.proposed->proposed_on, 100);
    assert_int_equal(approve(&payee, 102, memory), VV_OK);
    assert_int_equal(payee.n_approved, 1);
    assert_string_equal(payee.approved[0]->approved_by, "bert");
    assert_int_equal(payee.approved[0]->approved_on, 102);
}

/* Of more approved details than are kept the oldest give way; the newest stands last. */
static void the_oldest_details_give_way(void **state)
{
    (void)state;
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    ProtobufCAllocator *memory = memory_of(SIZE_MAX);
    for (vv_date on = 1; on <= VV_BANK_VERSIONS_MAX + 3; on++) {
        assert_int_equal(propose(&payee, true, false, "", memory), VV_OK);
        assert_int_equal(approve(&payee, on, memory), VV_OK);
    }
    assert_int_equal(payee.n_approved, VV_BANK_VERSIONS_MAX);
    for (int i = 0; i < VV_BANK_VERSIONS_MAX; i++) {
        assert_int_equal(payee.approved[i]->approved_on, i + 4);
    }
}

static void memory_may_end(void **state)
{
    (void)state;
    size_t n = 0;
    for (enum vv_status status = VV_NO_MEMORY; status != VV_OK; n++) {
        Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
        status = propose(&payee, true, false, "insolvency", memory_of(n));
        status = status == VV_OK ? approve(&payee, 102, memory_of(n)) : status;
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        assert_true(status == VV_OK || payee.n_approved == 0);
    }
    assert_int_equal(n, 6); /* details, account, id, name, and the block's name */
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    Vagval__V1__BankDetails details = VAGVAL__V1__BANK_DETAILS__INIT;
    details.account = &proposed_account;
    for (n = 0; n < 2; n++) { /* the approver's name, and the list */
        payee.proposed = &details;
        assert_int_equal(approve(&payee, 102, memory_of(n)), VV_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_are_checked_and_spelt_one_way),
        cmocka_unit_test(currencies),
        cmocka_unit_test(approval_takes_two_persons),
        cmocka_unit_test(proposed_blocked_and_approved),
        cmocka_unit_test(the_oldest_details_give_way),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
