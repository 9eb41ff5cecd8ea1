/*
 * Recoveries decided by two persons, through payment's handlers on the real KROM scheme file.
 * Amounts by hand from its example prices, level B in Västerås: premium 6 925.00 through day 60, so
 * a start on 2020-05-04 (18 days after 2020-04-16) gives 6 925.00, and base April 16..30 is
 * 15 x 33.00 = 495.00. A withdrawn start proposes the 6 925.00 back.
 */
#include "../../../services/payment/pay_list.h"
#include "case_kit.h"
#include "vagval/v1/payrun.pb-c.h"

#define PREMIUM 692500
static const char recovery_account[] = "recovery:0009c000000000000000000000000000";
static const char claim_account[] = "claim:0009c000000000000000000000000000";

struct asked {
    unsigned char number; /* of the command's id */
    const char *who, *action;
    int64_t amount;
    struct vv_id recovery;
};

static const struct vv_harness_result *decide(struct vv_harness *harness, struct asked asked)
{
    Vagval__V1__DecideProposal body = VAGVAL__V1__DECIDE_PROPOSAL__INIT;
    body.case_id = bytes_of(&case_id);
    body.component = (char *)(uintptr_t) "premium";
    body.period = day("2020-04-16");
    body.contract = bytes_of(&contract);
    body.action = (char *)(uintptr_t)asked.action;
    body.amount = asked.amount;
    if (!vv_id_is_nil(asked.recovery)) {
        body.recovery = bytes_of(&asked.recovery);
    }
    struct vv_harness_message message = {.type = VV_MSG_DECIDE_PROPOSAL,
                                         .id = {{0, 3, 0xD0, asked.number}},
                                         .subject = case_id,
                                         .role = VV_ROLE_FINANCE,
                                         .sender = asked.who,
                                         .body = &body.base};
    return vv_harness_send(harness, &message);
}

static void assert_state(const struct vv_harness_result *result, const char *state)
{
    if (result->status != VV_OK) {
        fail_msg("%s: %s", result->field, result->text);
    }
    assert_string_equal(((const Vagval__V1__CorrectionNoted *)result->reply)->state, state);
}

static void assert_refused(const struct vv_harness_result *result, const char *field)
{
    assert_int_equal(result->status, VV_REFUSED);
    assert_string_equal(result->field, field);
    assert_false(result->committed);
}

/* What the vouchers of all items on the list put on an account: a posted line's two accounts, by
 * its kind, as the journal writes them. */
static int64_t vouchers(struct vv_harness *harness, const char *account)
{
    static const char *const kinds[][2] = {{"expense", "provider"},  /* owed */
                                           {"expense", "recovery"},  /* recovery */
                                           {"", ""},                 /* waived: on no list */
                                           {"recovery", "provider"}, /* set off */
                                           {"recovery", "claim"},    /* claim */
                                           {"expense", "recovery"}}; /* reversed */
    struct vv_id list = vv_pay_list_id("se-krom", PARTITION);
    size_t count = vv_harness_list_len(harness, PARTITION, "payable", list);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        const void *bytes = vv_harness_list_at(harness, PARTITION, "payable", list, i, &len);
        const Vagval__V1__Payable *item = (const Vagval__V1__Payable *)vv_harness_unpack(
            harness, &vagval__v1__payable__descriptor, bytes, len);
        for (size_t k = 0; k < item->n_lines; k++) {
            const Vagval__V1__PayableLine *line = item->lines[k];
            bool pays = line->kind == 0 || line->kind == 3;
            assert_true(line->kind < 6 && line->kind != 2);
            assert_int_equal(pays ? line->books : line->amount, 0);
            for (size_t side = 0; side < 2; side++) {
                char name[128] = "expense:se-krom:";
                char id[VV_ID_TEXT_BYTES];
                (void)snprintf(name + 16, sizeof name - 16, "%s", line->component);
                if (strcmp(kinds[line->kind][side], "expense") != 0) {
                    struct vv_id of;
                    assert_int_equal(vv_id_from_bytes(line->contract.data, line->contract.len, &of),
                                     VV_OK);
                    vv_id_format(of, id);
                    (void)snprintf(name, sizeof name, "%s:%s", kinds[line->kind][side], id);
                }
                int64_t amount = line->amount + line->books;
                sum += strcmp(name, account) != 0 ? 0 : side == 0 ? amount : -amount;
            }
        }
    }
    return sum;
}

/* Every sum in the books is 0, only the agency's expense and the contract's accounts exist, and the
 * vouchers of all runs will sum to each. */
static void assert_conserved(struct vv_harness *harness)
{
    const struct vv_record *balances = vv_harness_record(harness, PARTITION, "balances", NIL);
    int64_t sum = 0;
    for (size_t i = 0; i < balances->field_count; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%.*s", (int)balances->fields[i].name_len,
                       (const char *)balances->fields[i].name);
        sum += balance(harness, name);
        assert_int_equal(vouchers(harness, name), balance(harness, name));
        assert_true(strncmp(name, "expense:", 8) == 0 || strstr(name, "0009c0") != NULL);
    }
    assert_int_equal(sum, 0);
}

static void withdraw_the_job(struct vv_harness *harness)
{
    carry_to_the_job(harness);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    pass_days(harness, "2020-05-20");
    outcome(harness, 4, "withdraw", "2020-05-04");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
}

static const Vagval__V1__Position *position(struct vv_harness *harness, const char *what,
                                            const char *known_at, size_t *ret_count)
{
    Vagval__V1__PositionsPage body = VAGVAL__V1__POSITIONS_PAGE__INIT;
    body.partition = PARTITION;
    body.what = (char *)(uintptr_t)what;
    body.known_at = known_at == NULL ? 0 : day(known_at);
    const Vagval__V1__Positions *reply =
        (const Vagval__V1__Positions *)ask(harness, VV_MSG_POSITIONS_PAGE, NIL, &body.base);
    *ret_count = reply->n_positions;
    return reply->n_positions == 0 ? NULL : reply->positions[0];
}

static struct vv_id approve_by_two(struct vv_harness *harness)
{
    assert_state(decide(harness, (struct asked){1, "anna", "forward", -PREMIUM, NIL}),
                 "put_forward");
    const struct vv_harness_result *result =
        decide(harness, (struct asked){2, "bert", "approve", -PREMIUM, NIL});
    assert_state(result, "approved");
    const Vagval__V1__CorrectionNoted *noted = (const Vagval__V1__CorrectionNoted *)result->reply;
    assert_int_equal(noted->amount, -PREMIUM);
    /* The scheme says nothing, so 21 days (example): 20 May + 21. */
    assert_int_equal(noted->until, day("2020-06-10"));
    assert_int_equal(result->event_count, 1);
    return (struct vv_id){{0, 3, 0xD0, 2}};
}

/* ---- the straight way ---- */

/* Proposed, put forward, approved: the expense falls by 6 925.00 to 0 and the provider owes it back
 * on an account of its own. Base is untouched. Set off after the contest days: what the provider is
 * owed falls from 495.00 (and May's 594.00 = 18 days, the withdrawn job no longer cuts it: 31 days
 * x 33.00 = 1 023.00 on 1 June) by 6 925.00. */
static void approved_and_set_off(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    size_t count = 0;
    const Vagval__V1__Position *proposal = position(harness, "proposals", NULL, &count);
    assert_int_equal(count, 1);
    assert_string_equal(proposal->state, "proposed");
    assert_int_equal(proposal->proposed, -PREMIUM);
    struct vv_id recovery = approve_by_two(harness);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 0);
    assert_int_equal(balance(harness, recovery_account), PREMIUM);
    assert_int_equal(balance(harness, provider_account), -PREMIUM - 49500);
    assert_conserved(harness);
    assert_refused(decide(harness, (struct asked){3, "anna", "set_off", -PREMIUM, recovery}),
                   "action"); /* it can still be contested */
    pass_days(harness, "2020-06-11");
    assert_int_equal(balance(harness, provider_account), -PREMIUM - 49500 - 102300);
    assert_state(decide(harness, (struct asked){4, "anna", "set_off", -PREMIUM, recovery}),
                 "set_off");
    assert_int_equal(balance(harness, provider_account), -49500 - 102300);
    assert_int_equal(balance(harness, recovery_account), 0);
    assert_refused(decide(harness, (struct asked){5, "bo", "invoice", -PREMIUM, recovery}),
                   "action"); /* settled already */
    assert_conserved(harness);
    /* base of April, premium, the proposal, the recovery, base of May, the set-off */
    assert_clean(harness, 6);
}

static void invoiced(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    struct vv_id recovery = approve_by_two(harness);
    pass_days(harness, "2020-06-11");
    assert_state(decide(harness, (struct asked){4, "anna", "invoice", -PREMIUM, recovery}),
                 "invoiced");
    assert_int_equal(balance(harness, claim_account), PREMIUM);
    assert_int_equal(balance(harness, recovery_account), 0);
    assert_conserved(harness);
    assert_clean(harness, 6);
}

/* ---- two persons ---- */

static void four_eyes(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    assert_refused(decide(harness, (struct asked){1, "bo", "approve", -PREMIUM, NIL}), "action");
    assert_refused(decide(harness, (struct asked){2, "", "forward", -PREMIUM, NIL}), "sender");
    assert_state(decide(harness, (struct asked){3, "anna", "forward", -PREMIUM, NIL}),
                 "put_forward");
    assert_refused(decide(harness, (struct asked){4, "anna", "approve", -PREMIUM, NIL}), "sender");
    assert_refused(decide(harness, (struct asked){5, "bo", "forward", -PREMIUM, NIL}), "action");
    assert_refused(decide(harness, (struct asked){6, "bo", "approve", -100, NIL}), "amount");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(balance(harness, recovery_account), 0);
    assert_clean(harness, 3);
}

/* One approval wins; the other is told that it came second, whoever sends it. The winner's own
 * repetition gets the same answer again. */
static void two_approvers(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    assert_state(decide(harness, (struct asked){1, "anna", "forward", -PREMIUM, NIL}),
                 "put_forward");
    assert_state(decide(harness, (struct asked){2, "bo", "approve", -PREMIUM, NIL}), "approved");
    const struct vv_harness_result *second =
        decide(harness, (struct asked){3, "cleo", "approve", -PREMIUM, NIL});
    assert_refused(second, "amount");
    assert_non_null(strstr(second->text, "another decision came first"));
    const struct vv_harness_result *again =
        decide(harness, (struct asked){2, "bo", "approve", -PREMIUM, NIL});
    assert_state(again, "approved");
    assert_true(again->repeated);
    assert_int_equal(balance(harness, recovery_account), PREMIUM);
    assert_clean(harness, 4);
}

/* A forward speaks of the amount that stood: a change makes it void. Level C from the start:
 * premium C is 9 500.00 for a job; with the job withdrawn nothing changes, so the change here is
 * the start coming back on 1 July, day 76: 60 % of 6 925.00 = 4 155.00 is owed, and 2 770.00 of
 * the fall is left. */
static void changed_proposal_is_put_forward_again(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    assert_state(decide(harness, (struct asked){1, "anna", "forward", -PREMIUM, NIL}),
                 "put_forward");
    pass_days(harness, "2020-07-01");
    static const struct vv_id other = {{0, 3, 0x0D}};
    Vagval__V1__OutcomeRecorded job = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    job.case_id = bytes_of(&case_id);
    job.scheme = (char *)(uintptr_t) "se-krom";
    job.outcome = bytes_of(&other);
    job.kind = (char *)(uintptr_t) "start";
    job.what = (char *)(uintptr_t) "job";
    job.on = day("2020-07-01");
    job.extent_percent = 50;
    event(harness, 5, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-07-01", &job.base);
    size_t count = 0;
    const Vagval__V1__Position *proposal = position(harness, "proposals", NULL, &count);
    assert_int_equal(proposal->proposed, -277000);
    assert_string_equal(proposal->state, "proposed");
    assert_refused(decide(harness, (struct asked){2, "bo", "approve", -PREMIUM, NIL}), "amount");
    assert_refused(decide(harness, (struct asked){3, "bo", "approve", -277000, NIL}), "action");
    assert_state(decide(harness, (struct asked){4, "bo", "forward", -277000, NIL}), "put_forward");
    assert_state(decide(harness, (struct asked){5, "anna", "approve", -277000, NIL}), "approved");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 415500);
    assert_conserved(harness);
}

/* The fall changes and becomes the same again: what was put forward then is not what stands now. */
static void same_amount_again_is_put_forward_again(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    assert_state(decide(harness, (struct asked){1, "anna", "forward", -PREMIUM, NIL}),
                 "put_forward");
    pass_days(harness, "2020-07-01");
    static const struct vv_id other = {{0, 3, 0x0D}};
    Vagval__V1__OutcomeRecorded job = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    job.case_id = bytes_of(&case_id);
    job.scheme = (char *)(uintptr_t) "se-krom";
    job.outcome = bytes_of(&other);
    job.kind = (char *)(uintptr_t) "start";
    job.what = (char *)(uintptr_t) "job";
    job.on = day("2020-07-01");
    job.extent_percent = 50;
    event(harness, 5, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-07-01", &job.base);
    job.kind = (char *)(uintptr_t) "withdraw";
    event(harness, 6, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-07-01", &job.base);
    size_t count = 0;
    const Vagval__V1__Position *proposal = position(harness, "proposals", NULL, &count);
    assert_int_equal(proposal->proposed, -PREMIUM);
    assert_string_equal(proposal->state, "proposed");
    assert_refused(decide(harness, (struct asked){2, "bo", "approve", -PREMIUM, NIL}), "action");
}

/* ---- rejected ---- */

/* Rejected, the premium stands as paid. The same fall is not proposed again, whatever days pass;
 * another amount owed asks the question anew: a start on 1 July owes 4 155.00, so 2 770.00 falls.
 */
static void rejected_stands_until_it_changes(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    assert_state(decide(harness, (struct asked){1, "anna", "reject", -PREMIUM, NIL}), "rejected");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    pass_days(harness, "2020-07-01");
    size_t count = 0;
    const Vagval__V1__Position *standing = position(harness, "proposals", NULL, &count);
    assert_string_equal(standing->state, "rejected");
    assert_int_equal(standing->proposed, 0);
    assert_int_equal(standing->waived, -PREMIUM);
    assert_int_equal(standing->owed_now, 0);
    static const struct vv_id other = {{0, 3, 0x0D}};
    Vagval__V1__OutcomeRecorded job = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    job.case_id = bytes_of(&case_id);
    job.scheme = (char *)(uintptr_t) "se-krom";
    job.outcome = bytes_of(&other);
    job.kind = (char *)(uintptr_t) "start";
    job.what = (char *)(uintptr_t) "job";
    job.on = day("2020-07-01");
    job.extent_percent = 50;
    event(harness, 5, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-07-01", &job.base);
    standing = position(harness, "proposals", NULL, &count);
    assert_int_equal(standing->proposed, -277000);
    assert_int_equal(standing->waived, 0);
    assert_int_equal(standing->owed_now, 415500);
    assert_conserved(harness);
    /* base April, premium, proposal, rejection, base May, base June with the rest */
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_problems, 0);
}

/* ---- contested ---- */

static void contested_and_reversed(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    struct vv_id recovery = approve_by_two(harness);
    assert_state(decide(harness, (struct asked){3, "anna", "contest", -PREMIUM, recovery}),
                 "contested");
    pass_days(harness, "2020-06-30");
    assert_refused(decide(harness, (struct asked){4, "anna", "set_off", -PREMIUM, recovery}),
                   "action");
    assert_refused(decide(harness, (struct asked){5, "bert", "reverse", -PREMIUM, recovery}),
                   "sender"); /* who approved it */
    assert_state(decide(harness, (struct asked){6, "cleo", "reverse", -PREMIUM, recovery}),
                 "reversed");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(balance(harness, recovery_account), 0);
    size_t count = 0;
    assert_int_equal(position(harness, "proposals", NULL, &count)->waived, -PREMIUM);
    assert_conserved(harness);
    assert_int_equal(verify(harness)->n_problems, 0);
}

static void upheld_is_settled(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    struct vv_id recovery = approve_by_two(harness);
    assert_state(decide(harness, (struct asked){3, "anna", "contest", -PREMIUM, recovery}),
                 "contested");
    assert_state(decide(harness, (struct asked){4, "cleo", "uphold", -PREMIUM, recovery}),
                 "upheld");
    assert_state(decide(harness, (struct asked){5, "anna", "set_off", -PREMIUM, recovery}),
                 "set_off"); /* decided on: no need to wait */
    assert_int_equal(balance(harness, recovery_account), 0);
    assert_int_equal(verify(harness)->n_problems, 0);
}

static void too_late_to_contest(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    struct vv_id recovery = approve_by_two(harness);
    pass_days(harness, "2020-06-11");
    assert_refused(decide(harness, (struct asked){3, "anna", "contest", -PREMIUM, recovery}),
                   "action");
    static const struct vv_id unknown = {{0, 3, 0xEE}};
    assert_int_equal(
        decide(harness, (struct asked){4, "anna", "contest", -PREMIUM, unknown})->status,
        VV_NOT_FOUND);
    assert_int_equal(decide(harness, (struct asked){5, "anna", "burn", -PREMIUM, NIL})->status,
                     VV_INVALID);
}

/* The withdrawal was wrong, which is told after the approval: the premium is owed again and posted
 * again; the recovery stays what it was. The provider is owed 6 925.00 + 6 925.00 - 6 925.00. When
 * the recovery is then contested and reversed, the amount is posted already: the fall is proposed,
 * not waived, so a person sees it. */
static void restored_after_the_approval(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    struct vv_id recovery = approve_by_two(harness);
    static const struct vv_id other = {{0, 3, 0x0D}};
    Vagval__V1__OutcomeRecorded job = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    job.case_id = bytes_of(&case_id);
    job.scheme = (char *)(uintptr_t) "se-krom";
    job.outcome = bytes_of(&other);
    job.kind = (char *)(uintptr_t) "start";
    job.what = (char *)(uintptr_t) "job";
    job.on = day("2020-05-04");
    job.extent_percent = 100;
    event(harness, 5, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-05-04", &job.base);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(balance(harness, provider_account), -2 * PREMIUM - 49500);
    assert_int_equal(balance(harness, recovery_account), PREMIUM);
    assert_state(decide(harness, (struct asked){6, "anna", "contest", -PREMIUM, recovery}),
                 "contested");
    assert_state(decide(harness, (struct asked){7, "cleo", "reverse", -PREMIUM, recovery}),
                 "reversed");
    size_t count = 0;
    const Vagval__V1__Position *standing = position(harness, "proposals", NULL, &count);
    assert_int_equal(standing->posted, 2 * PREMIUM);
    assert_int_equal(standing->proposed, -PREMIUM);
    assert_int_equal(standing->owed_now, PREMIUM);
    assert_conserved(harness);
    assert_int_equal(verify(harness)->n_problems, 0);
}

/* ---- what verify notices ---- */

static void forged_approval(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    (void)approve_by_two(harness);
    assert_clean(harness, 4);
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    bool changed = false;
    for (size_t i = 0; i < record->field_count; i++) {
        Vagval__V1__Fact *fact =
            vagval__v1__fact__unpack(NULL, record->fields[i].value_len, record->fields[i].value);
        if (fact != NULL && fact->type == VV_MSG_DECIDE_PROPOSAL &&
            strcmp(fact->source, "anna") == 0) {
            /* As if the same person had done both. */
            uint8_t *at = memmem((uint8_t *)(uintptr_t)record->fields[i].value,
                                 record->fields[i].value_len, "anna", 4);
            assert_non_null(at);
            memcpy(at, "bert", 4);
            changed = true;
        }
        if (fact != NULL) {
            vagval__v1__fact__free_unpacked(fact, NULL);
        }
    }
    assert_true(changed);
    assert_problem(harness, "payment.decision");
}

/* ---- what was known when ---- */

/* On 10 May the premium was believed owed and posted; the withdrawal was recorded on 20 May. */
static void known_at_an_earlier_day(void **state)
{
    struct vv_harness *harness = *state;
    withdraw_the_job(harness);
    (void)approve_by_two(harness);
    size_t count = 0;
    (void)position(harness, "differences", NULL, &count);
    assert_int_equal(count, 0); /* of now: the ledger */
    const Vagval__V1__Position *then = position(harness, "differences", "2020-05-10", &count);
    assert_int_equal(count, 1);
    assert_string_equal(then->component, "premium");
    assert_int_equal(then->owed_then, PREMIUM);
    assert_int_equal(then->owed_now, 0);
    pass_days(harness, "2020-06-20");
    (void)position(harness, "differences", "2020-06-20", &count);
    assert_int_equal(count, 0);
    /* 10 May again: the base of May was not due then, 31 x 33.00 = 1 023.00 is posted now. */
    (void)position(harness, "differences", "2020-05-10", &count);
    assert_int_equal(count, 2);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(approved_and_set_off),
        ROW(invoiced),
        ROW(four_eyes),
        ROW(two_approvers),
        ROW(changed_proposal_is_put_forward_again),
        ROW(same_amount_again_is_put_forward_again),
        ROW(rejected_stands_until_it_changes),
        ROW(contested_and_reversed),
        ROW(upheld_is_settled),
        ROW(too_late_to_contest),
        ROW(restored_after_the_approval),
        ROW(forged_approval),
        ROW(known_at_an_earlier_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
