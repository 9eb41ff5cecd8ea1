/*
 * test_invoice_handlers.c: invoices before the payment service's handlers: what a contract's month
 * holds, receipt, dispute, credit, payment, and what is refused. Amounts by hand from the example
 * prices of KROM, level B in Västerås: base April 16..30 = 15 x 33.00 = 495.00, posted on 1 May;
 * premium 6 925.00 on 4 May. In all 7 420.00 in May, VAT 25 % 1 855.00, together 9 275.00.
 */
#include "case_kit.h"

#include "../../../services/payment/invoice_due.h"
#include "../../../services/payment/pay_list.h"

#define CONTRACT_PARTITION 9
#define BASE 49500
#define PREMIUM 692500

struct document {
    const char *number, *corrects, *currency;
    uint32_t type;
    vv_money base, premium; /* 0 = no such line */
    vv_money tax_off;       /* added to the tax that follows from the lines */
    uint8_t hash;
    vv_money owed_base; /* 0 = as posted */
    unsigned char id;
    enum vv_role role;
    bool on_invoice; /* what is owed waits for its invoice */
};

static Vagval__V1__BilledLine make_line(const char *id, const char *component, vv_date period,
                                        vv_money amount)
{
    Vagval__V1__BilledLine line = VAGVAL__V1__BILLED_LINE__INIT;
    line.line = (char *)(uintptr_t)id;
    line.case_id = bytes_of(&case_id);
    line.component = (char *)(uintptr_t)component;
    line.period = period;
    line.amount = amount;
    line.vat_category = (char *)(uintptr_t) "S";
    line.vat_rate_hundredths = 2500;
    return line;
}

static const struct vv_harness_result *receive(struct vv_harness *harness,
                                               const struct document *document)
{
    static uint8_t hash[32];
    Vagval__V1__ReceiveInvoice body = VAGVAL__V1__RECEIVE_INVOICE__INIT;
    Vagval__V1__BilledLine billed[2];
    Vagval__V1__BilledLine owed[2];
    Vagval__V1__BilledLine *billed_list[2];
    Vagval__V1__BilledLine *owed_list[2] = {&owed[0], &owed[1]};
    size_t count = 0;
    if (document->base != 0) {
        billed[count] = make_line("1", "base", day("2020-04-01"), document->base);
        billed_list[count] = &billed[count];
        count++;
    }
    if (document->premium != 0) {
        billed[count] = make_line("2", "premium", day("2020-04-16"), document->premium);
        billed_list[count] = &billed[count];
        count++;
    }
    owed[0] = make_line("", "base", day("2020-04-01"),
                        document->owed_base != 0 ? document->owed_base : BASE);
    owed[1] = make_line("", "premium", day("2020-04-16"), PREMIUM);
    for (size_t i = 0; i < 2; i++) {
        owed[i].on_invoice = document->on_invoice ? owed[i].amount : 0;
        owed[i].example = true;
    }
    hash[0] = document->hash;
    body.source = (char *)(uintptr_t) "test";
    body.contract = bytes_of(&contract);
    body.contract_number = (char *)(uintptr_t) "KA-000123";
    body.month = day("2020-05-01");
    body.number = (char *)(uintptr_t)document->number;
    body.type = document->type == 0 ? 380 : document->type;
    body.corrects = (char *)(uintptr_t)(document->corrects == NULL ? "" : document->corrects);
    body.supplier = (char *)(uintptr_t) "556016-0680";
    body.issued_on = day("2020-06-01");
    body.currency = (char *)(uintptr_t)(document->currency == NULL ? "SEK" : document->currency);
    body.net = document->base + document->premium;
    body.tax = body.net / 4 + document->tax_off;
    body.payable = body.net + body.tax;
    body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    body.lines = billed_list;
    body.n_lines = count;
    body.owed = owed_list;
    body.n_owed = 2;
    struct vv_harness_message message = {.type = VV_MSG_RECEIVE_INVOICE,
                                         .id = {{0, 9, 0xF0, document->id}},
                                         .subject = vv_invoice_id(contract, document->number),
                                         .scheme = "se-krom",
                                         .role = document->role,
                                         .body = &body.base};
    return vv_harness_send(harness, &message);
}

static const Vagval__V1__InvoiceState *received(struct vv_harness *harness,
                                                const struct document *document, const char *state)
{
    const struct vv_harness_result *result = receive(harness, document);
    if (result->status != VV_OK) {
        fail_msg("%s: %s", result->field, result->text);
    }
    const Vagval__V1__InvoiceState *reply = (const Vagval__V1__InvoiceState *)result->reply;
    assert_string_equal(reply->state, state);
    return reply;
}

static void refused(struct vv_harness *harness, const struct document *document,
                    enum vv_status status, const char *field)
{
    const struct vv_harness_result *result = receive(harness, document);
    assert_int_equal(result->status, status);
    assert_string_equal(result->field, field);
    assert_false(result->committed);
}

static const Vagval__V1__InvoiceState *show(struct vv_harness *harness, const char *number)
{
    Vagval__V1__ShowInvoice query = VAGVAL__V1__SHOW_INVOICE__INIT;
    query.contract = bytes_of(&contract);
    query.number = (char *)(uintptr_t)number;
    return ((const Vagval__V1__InvoiceView *)ask(harness, VV_MSG_SHOW_INVOICE,
                                                 vv_invoice_id(contract, number), &query.base))
        ->state;
}

static enum vv_status dispute(struct vv_harness *harness, const char *number, const char *reason,
                              unsigned char id)
{
    Vagval__V1__DisputeInvoice body = VAGVAL__V1__DISPUTE_INVOICE__INIT;
    body.contract = bytes_of(&contract);
    body.number = (char *)(uintptr_t)number;
    body.reason = (char *)(uintptr_t)reason;
    struct vv_harness_message message = {.type = VV_MSG_DISPUTE_INVOICE,
                                         .id = {{0, 9, 0xF1, id}},
                                         .subject = vv_invoice_id(contract, number),
                                         .scheme = "se-krom",
                                         .body = &body.base};
    return vv_harness_send(harness, &message)->status;
}

static struct vv_id settled_by; /* the payment run; nil: outside */

static enum vv_status settle(struct vv_harness *harness, const char *number, const char *paid_on,
                             unsigned char id)
{
    Vagval__V1__SettleInvoice body = VAGVAL__V1__SETTLE_INVOICE__INIT;
    body.contract = bytes_of(&contract);
    body.number = (char *)(uintptr_t)number;
    body.reference = (char *)(uintptr_t) "transfer 1";
    body.paid_on = day(paid_on);
    body.run = bytes_of(&settled_by);
    body.run.len = vv_id_is_nil(settled_by) ? 0 : body.run.len;
    struct vv_harness_message message = {.type = VV_MSG_SETTLE_INVOICE,
                                         .id = {{0, 9, 0xF2, id}},
                                         .subject = vv_invoice_id(contract, number),
                                         .scheme = "se-krom",
                                         .body = &body.base};
    return vv_harness_send(harness, &message)->status;
}

/* ---- what a month holds ---- */

static const Vagval__V1__ContractLinesPage *month_of(struct vv_harness *harness, const char *month)
{
    Vagval__V1__ContractLines query = VAGVAL__V1__CONTRACT_LINES__INIT;
    query.partition = PARTITION;
    query.contract = bytes_of(&contract);
    query.month = day(month);
    return (const Vagval__V1__ContractLinesPage *)ask(harness, VV_MSG_CONTRACT_LINES, NIL,
                                                      &query.base);
}

static void a_month_holds_what_may_be_paid_in_it(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    assert_int_equal(month_of(harness, "2020-04-01")->n_lines, 0);
    const Vagval__V1__ContractLinesPage *may = month_of(harness, "2020-05-01");
    assert_int_equal(may->n_lines, 2);
    assert_string_equal(may->currency, "SEK");
    assert_int_equal(may->next, 0);
    assert_string_equal(may->lines[0]->component, "base");
    assert_int_equal(may->lines[0]->amount, BASE);
    assert_int_equal(may->lines[0]->period, day("2020-04-01"));
    assert_string_equal(may->lines[0]->vat_category, "S");
    assert_int_equal(may->lines[0]->vat_rate_hundredths, 2500);
    assert_true(may->lines[0]->example);
    assert_string_equal(may->lines[1]->component, "premium");
    assert_int_equal(may->lines[1]->amount, PREMIUM);
    /* Withdrawn on the day on which May falls due, in one batch: base 31 x 33.00 = 1 023.00, and
     * the premium proposed back. A proposal moves no balance and falls to no month. */
    pass_days(harness, "2020-05-31");
    vv_harness_clock(harness, day("2020-06-01"));
    outcome(harness, 4, "withdraw", "2020-05-04");
    assert_int_equal(month_of(harness, "2020-05-01")->n_lines, 2);
    const Vagval__V1__ContractLinesPage *june = month_of(harness, "2020-06-01");
    assert_int_equal(june->n_lines, 1);
    assert_string_equal(june->lines[0]->component, "base");
    assert_int_equal(june->lines[0]->amount, 102300);
}

/* Months together are the balance, whatever was posted. */
static void months_sum_to_the_balance(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    level(harness, 5, "C", "2020-04-01", "2020-05-10");
    outcome(harness, 6, "confirm", "2020-09-03");
    pass_days(harness, "2020-12-01");
    vv_money sum = 0;
    for (vv_date month = day("2020-04-01"); month < day("2021-01-01");
         month = vv_date_add_months(month, 1)) {
        char text[VV_DATE_TEXT_BYTES];
        vv_date_format(month, text);
        const Vagval__V1__ContractLinesPage *page = month_of(harness, text);
        for (size_t i = 0; i < page->n_lines; i++) {
            sum += page->lines[i]->amount;
        }
    }
    assert_true(sum > 0);
    assert_int_equal(sum, -balance(harness, provider_account));
}

/* Level B and a placement on 16 April for the n-th of many cases of the partition. */
static void place(struct vv_harness *harness, unsigned char n)
{
    struct vv_id id = {{0, PARTITION, 0xCB, n}};
    struct vv_id place = {{0, PARTITION, 0xB2, n}};
    Vagval__V1__LevelDecided decided = VAGVAL__V1__LEVEL_DECIDED__INIT;
    Vagval__V1__PlacementStarted started = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    decided.case_id = bytes_of(&id);
    decided.scheme = (char *)(uintptr_t) "se-krom";
    decided.level = (char *)(uintptr_t) "B";
    decided.referred = true;
    decided.effective_from = decided.decided_on = day("2020-04-01");
    started.case_id = bytes_of(&id);
    started.scheme = decided.scheme;
    started.placement = bytes_of(&place);
    started.contract = bytes_of(&contract);
    started.area = (char *)(uintptr_t) "vasteras";
    started.contract_number = (char *)(uintptr_t) "KA-000123";
    started.start = started.service_start = day("2020-04-16");
    started.planned_end = day("2020-10-15");
    struct vv_harness_message message = {.type = VV_MSG_LEVEL_DECIDED,
                                         .id = {{0, PARTITION, 0xE1, n}},
                                         .subject = id,
                                         .scheme = "se-krom",
                                         .effective = day("2020-04-01"),
                                         .body = &decided.base};
    assert_int_equal(vv_harness_event(harness, VV_ASSESSMENT, &message)->status, VV_OK);
    message.type = VV_MSG_PLACEMENT_STARTED;
    message.id.bytes[2] = 0xE2;
    message.effective = day("2020-04-16");
    message.body = &started.base;
    assert_int_equal(vv_harness_event(harness, VV_REGISTRY, &message)->status, VV_OK);
}

/* 60 cases of one contract: each 495.00 for April on 1 May; pages of 24, 24 and 12 batches. */
static void a_month_comes_in_pages(void **state)
{
    struct vv_harness *harness = *state;
    Vagval__V1__ContractLines query = VAGVAL__V1__CONTRACT_LINES__INIT;
    static const size_t pages[] = {24, 24, 12};
    pass_days(harness, "2020-04-16");
    for (unsigned char n = 0; n < 60; n++) {
        place(harness, n);
    }
    pass_days(harness, "2020-05-02");
    query.partition = PARTITION;
    query.contract = bytes_of(&contract);
    query.month = day("2020-05-01");
    for (size_t i = 0; i < 3; i++) {
        const Vagval__V1__ContractLinesPage *page = (const Vagval__V1__ContractLinesPage *)ask(
            harness, VV_MSG_CONTRACT_LINES, NIL, &query.base);
        assert_int_equal(page->n_lines, pages[i]);
        for (size_t k = 0; k < page->n_lines; k++) {
            assert_int_equal(page->lines[k]->amount, BASE);
        }
        assert_int_equal(page->next, i == 2 ? 0 : 24 * (i + 1));
        query.first = page->next;
    }
}

/* ---- an invoice's way ---- */

static void matched_then_paid(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE, .premium = PREMIUM, .hash = 1, .id = 1};
    pass_days(harness, "2020-06-02");
    const Vagval__V1__InvoiceState *reply = received(harness, &invoice, "matched");
    assert_int_equal(reply->matched, 2);
    assert_int_equal(reply->payable, 927500);
    assert_int_equal(reply->n_findings, 0);
    assert_int_equal(settle(harness, "P-1", "2020-06-03", 1), VV_INVALID); /* tomorrow */
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 2), VV_OK);
    assert_string_equal(show(harness, "P-1")->state, "paid");
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 3), VV_REFUSED);
    assert_int_equal(dispute(harness, "P-1", "late", 1), VV_REFUSED);
    invoice.id = 9; /* received again: nothing changes */
    received(harness, &invoice, "paid");
    assert_int_equal(vv_harness_list_len(harness, CONTRACT_PARTITION, "invoices", NIL), 1);
}

/* ---- money leaves once ---- */

static int64_t on_lists(struct vv_harness *harness, const char *name)
{
    return vv_harness_counter(harness, CONTRACT_PARTITION, "sums", NIL, name);
}

/* The n-th item of the contract's partition. */
static const Vagval__V1__Payable *item_at(struct vv_harness *harness, size_t n)
{
    size_t len = 0;
    const void *bytes = vv_harness_list_at(harness, CONTRACT_PARTITION, "payable",
                                           vv_pay_list_id("se-krom", CONTRACT_PARTITION), n, &len);
    return (const Vagval__V1__Payable *)vv_harness_unpack(harness, &vagval__v1__payable__descriptor,
                                                          bytes, len);
}

static size_t items(struct vv_harness *harness)
{
    return vv_harness_list_len(harness, CONTRACT_PARTITION, "payable",
                               vv_pay_list_id("se-krom", CONTRACT_PARTITION));
}

static void is_line(const Vagval__V1__PayableLine *line, const char *component, vv_money amount,
                    vv_money vat)
{
    assert_string_equal(line->component, component);
    assert_int_equal(line->amount, amount);
    assert_int_equal(line->vat, vat);
    assert_int_equal(line->kind, vat == 0 ? 0 : VV_INVOICE_VAT_KIND);
    assert_memory_equal(line->contract.data, contract.bytes, sizeof contract.bytes);
}

/* 7 420.00 at 25 % = 1 855.00, once, however often the invoice comes; taken back by a dispute. */
static void vat_of_what_agrees_is_paid_once(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE, .premium = PREMIUM, .hash = 1, .id = 1};
    pass_days(harness, "2020-06-02");
    received(harness, &invoice, "matched");
    assert_int_equal(items(harness), 1);
    const Vagval__V1__Payable *item = item_at(harness, 0);
    assert_int_equal(item->as_of, day("2020-06-02"));
    assert_int_equal(item->booked, day("2020-06-02"));
    assert_string_equal(item->reason, "invoice P-1");
    assert_int_equal(item->case_id.len, 0);
    assert_int_equal(item->n_lines, 1);
    is_line(item->lines[0], "vat", 185500, 185500);
    assert_true(item->lines[0]->example); /* the tariffs are examples */
    invoice.id = 2;
    received(harness, &invoice, "matched");
    assert_int_equal(items(harness), 1);
    assert_int_equal(on_lists(harness, "vat:se-krom"), 185500);
    assert_int_equal(on_lists(harness, "awaiting:se-krom"), 0);
    assert_int_equal(dispute(harness, "P-1", "never delivered", 1), VV_OK);
    assert_int_equal(items(harness), 2);
    is_line(item_at(harness, 1)->lines[0], "vat", -185500, -185500);
    assert_int_equal(on_lists(harness, "vat:se-krom"), 0);
    assert_int_equal(show(harness, "P-1")->n_due, 0);
    invoice.id = 3; /* what was disputed agrees: due again */
    received(harness, &invoice, "matched");
    assert_int_equal(on_lists(harness, "vat:se-krom"), 185500);
}

/*
 * Invoice 7 425.00, VAT 1 856.25, of which 5.00 too much: nothing is due. Credit note 5.00, VAT
 * 1.25: 1 855.00 are due. A credit note of the base, 495.00, VAT 123.75: 1 731.25. One of the
 * premium: nothing is left.
 */
static void credit_notes_take_their_vat_back(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE + 500, .premium = PREMIUM, .hash = 1, .id = 1};
    struct document notes[] = {
        {.number = "C-1", .corrects = "P-1", .type = 381, .base = 500, .hash = 2, .id = 2},
        {.number = "C-2", .corrects = "P-1", .type = 381, .base = BASE, .hash = 3, .id = 3},
        {.number = "C-3", .corrects = "P-1", .type = 381, .premium = PREMIUM, .hash = 4, .id = 4}};
    received(harness, &invoice, "received");
    assert_int_equal(items(harness), 0);
    received(harness, &notes[0], "matched");
    assert_int_equal(on_lists(harness, "vat:se-krom"), 185500);
    received(harness, &notes[1], "matched");
    assert_int_equal(on_lists(harness, "vat:se-krom"), 173125);
    is_line(item_at(harness, 1)->lines[0], "vat", -12375, -12375);
    received(harness, &notes[2], "matched");
    assert_string_equal(show(harness, "P-1")->state, "credited");
    assert_int_equal(on_lists(harness, "vat:se-krom"), 0);
    assert_int_equal(on_lists(harness, "payable:se-krom"), 0);
}

/* `pay_on: invoice`: net and VAT come with the invoice: 495.00 + 6 925.00 + 1 855.00. A credit note
 * of half the base, 247.50, VAT 61.88 (half up), leaves 247.50 and 1 793.12. */
static void what_waits_for_its_invoice_comes_with_it(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE, .premium = PREMIUM, .hash = 1, .id = 1, .on_invoice = true};
    struct document credit = {.number = "C-1",
                              .corrects = "P-1",
                              .type = 381,
                              .base = 24750,
                              .tax_off = 1, /* 61.875 */
                              .hash = 2,
                              .id = 2};
    received(harness, &invoice, "matched");
    assert_int_equal(items(harness), 1);
    const Vagval__V1__Payable *item = item_at(harness, 0);
    assert_int_equal(item->n_lines, 3);
    is_line(item->lines[0], "base", BASE, 0);
    is_line(item->lines[1], "premium", PREMIUM, 0);
    is_line(item->lines[2], "vat", 185500, 185500);
    assert_int_equal(on_lists(harness, "awaiting:se-krom"), -742000);
    assert_int_equal(on_lists(harness, "payable:se-krom"), 927500);
    received(harness, &credit, "matched");
    assert_string_equal(show(harness, "P-1")->state, "received"); /* less than is owed */
    assert_int_equal(on_lists(harness, "payable:se-krom"), 0);
    assert_int_equal(on_lists(harness, "awaiting:se-krom"), 0);
}

/* Paid outside: 7 420.00 and their VAT, 1 855.00, are taken off what runs pay for the contract,
 * once. */
static void what_is_paid_outside_no_run_pays(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE, .premium = PREMIUM, .hash = 1, .id = 1};
    pass_days(harness, "2020-06-02");
    received(harness, &invoice, "matched");
    assert_int_equal(items(harness), 1);
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 1), VV_OK);
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 2), VV_REFUSED);
    assert_int_equal(items(harness), 2);
    const Vagval__V1__Payable *item = item_at(harness, 1);
    assert_int_equal(item->as_of, day("2020-05-01")); /* with the first posting of the month */
    assert_int_equal(item->n_lines, 1);
    assert_int_equal(item->lines[0]->amount, -927500);
    assert_int_equal(item->lines[0]->vat, -185500);
    assert_memory_equal(item->lines[0]->contract.data, contract.bytes, sizeof contract.bytes);
    assert_int_equal(on_lists(harness, "payable:se-krom"), -742000);
    assert_int_equal(on_lists(harness, "invoiced:se-krom"), 927500);
}

/* 5.00 were credited before it was paid: 7 425.00 - 5.00 = 7 420.00, VAT 1 855.00 on the list
 * before and taken off with them. */
static void what_was_credited_is_not_taken_off(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE + 500, .premium = PREMIUM, .hash = 1, .id = 1};
    struct document credit = {
        .number = "C-1", .corrects = "P-1", .type = 381, .base = 500, .hash = 2, .id = 2};
    pass_days(harness, "2020-06-02");
    received(harness, &invoice, "received");
    received(harness, &credit, "matched");
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 1), VV_OK);
    assert_int_equal(on_lists(harness, "payable:se-krom"), -742000);
}

static void what_a_run_paid_is_only_noted(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE, .premium = PREMIUM, .hash = 1, .id = 1};
    pass_days(harness, "2020-06-02");
    received(harness, &invoice, "matched");
    settled_by = (struct vv_id){{0, 1, 7}};
    assert_int_equal(settle(harness, "P-1", "2020-06-02", 1), VV_OK);
    settled_by = NIL;
    assert_string_equal(show(harness, "P-1")->state, "paid");
    assert_int_equal(on_lists(harness, "payable:se-krom"), 185500); /* the VAT */
    assert_int_equal(on_lists(harness, "invoiced:se-krom"), 0);
}

/* 5.00 too much for the base: disputed; a credit note of 5.00 makes it agree; one of the rest makes
 * it credited. */
static void disputed_then_credited(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE + 500, .premium = PREMIUM, .hash = 1, .id = 1};
    struct document part = {
        .number = "C-1", .corrects = "P-1", .type = 381, .base = 500, .hash = 2, .id = 2};
    struct document rest = {.number = "C-2",
                            .corrects = "P-1",
                            .type = 381,
                            .base = BASE,
                            .premium = PREMIUM,
                            .hash = 3,
                            .id = 3};
    const Vagval__V1__InvoiceState *reply = received(harness, &invoice, "received");
    assert_int_equal(reply->n_findings, 1);
    assert_string_equal(reply->findings[0]->kind, "amount_differs");
    assert_int_equal(reply->findings[0]->billed, BASE + 500);
    assert_int_equal(reply->findings[0]->owed, BASE);
    assert_int_equal(dispute(harness, "P-1", "", 1), VV_INVALID);
    assert_int_equal(dispute(harness, "P-1", "too dear", 2), VV_OK);
    assert_int_equal(settle(harness, "P-1", "2020-04-01", 1), VV_REFUSED);
    assert_string_equal(show(harness, "P-1")->reason, "too dear");
    received(harness, &part, "matched");
    assert_string_equal(show(harness, "P-1")->state, "matched");
    assert_int_equal(show(harness, "P-1")->credited, 500);
    part.id = 12; /* the same credit note again takes nothing more */
    received(harness, &part, "matched");
    assert_int_equal(show(harness, "P-1")->credited, 500);
    received(harness, &rest, "matched");
    assert_string_equal(show(harness, "P-1")->state, "credited");
    assert_int_equal(show(harness, "P-1")->credited, BASE + 500 + PREMIUM);
    assert_int_equal(show(harness, "P-1")->n_credit_notes, 2);
    /* what was credited may be billed again */
    struct document anew = {.number = "P-2", .base = BASE, .premium = PREMIUM, .hash = 4, .id = 4};
    received(harness, &anew, "matched");
}

static void a_second_invoice_of_the_same_lines_is_a_duplicate(void **state)
{
    struct vv_harness *harness = *state;
    struct document first = {.number = "P-1", .base = BASE, .hash = 1, .id = 1};
    struct document second = {
        .number = "P-2", .base = BASE, .premium = PREMIUM, .hash = 2, .id = 2};
    const Vagval__V1__InvoiceState *reply = received(harness, &first, "matched");
    assert_int_equal(reply->n_findings, 1); /* shown, and no fault of the invoice */
    assert_string_equal(reply->findings[0]->kind, "missing_line");
    reply = received(harness, &second, "received");
    assert_int_equal(reply->n_findings, 1);
    assert_string_equal(reply->findings[0]->kind, "duplicate");
    assert_string_equal(reply->findings[0]->other, "P-1");
    assert_int_equal(reply->matched, 1);
}

/* What is owed has risen since: the same document, received again, agrees. */
static void received_again_is_matched_again(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {
        .number = "P-1", .base = BASE + 500, .premium = PREMIUM, .hash = 1, .id = 1};
    received(harness, &invoice, "received");
    invoice.id = 2;
    invoice.owed_base = BASE + 500;
    received(harness, &invoice, "matched");
    assert_int_equal(vv_harness_list_len(harness, CONTRACT_PARTITION, "invoices", NIL), 1);
    invoice.id = 1; /* and the first command, repeated, has its first answer */
    invoice.owed_base = 0;
    const struct vv_harness_result *repeated = receive(harness, &invoice);
    assert_true(repeated->repeated);
    assert_string_equal(show(harness, "P-1")->state, "matched");
}

static void what_is_refused(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {.number = "P-1", .base = BASE, .hash = 1, .id = 1};
    struct document other = invoice;
    received(harness, &invoice, "matched");
    other.id = 2;
    other.hash = 2;
    refused(harness, &other, VV_CONFLICT, "number");
    other = (struct document){.number = "P-3", .base = BASE, .hash = 3, .id = 3, .currency = "EUR"};
    refused(harness, &other, VV_INVALID, "currency");
    other = (struct document){.number = "P-3", .base = BASE, .hash = 3, .id = 4, .tax_off = 1};
    refused(harness, &other, VV_INVALID, "payable");
    other = (struct document){.number = "P-3", .base = BASE, .hash = 3, .id = 5, .type = 383};
    refused(harness, &other, VV_INVALID, "type");
    other = (struct document){.number = "P-3", .hash = 3, .id = 6};
    refused(harness, &other, VV_TOO_LARGE, "lines");
    other = (struct document){
        .number = "C-3", .base = BASE, .hash = 3, .id = 7, .type = 381, .corrects = "P-9"};
    refused(harness, &other, VV_REFUSED, "corrects");
    other = (struct document){.number = "C-3", .base = BASE, .hash = 3, .id = 8, .type = 381};
    refused(harness, &other, VV_INVALID, "corrects");
    other = (struct document){.number = "P-3", .base = -BASE, .hash = 3, .id = 9};
    refused(harness, &other, VV_INVALID, "payable");
    assert_int_equal(dispute(harness, "P-9", "none", 1), VV_NOT_FOUND);
    assert_int_equal(vv_harness_list_len(harness, CONTRACT_PARTITION, "invoices", NIL), 1);
}

/* More than was billed is not taken back: the credit note waits, its invoice is as it was. */
static void a_credit_note_beyond_its_invoice_waits(void **state)
{
    struct vv_harness *harness = *state;
    struct document invoice = {.number = "P-1", .base = BASE, .hash = 1, .id = 1};
    struct document credit = {
        .number = "C-1", .corrects = "P-1", .type = 381, .base = BASE + 400, .hash = 2, .id = 2};
    received(harness, &invoice, "matched");
    const Vagval__V1__InvoiceState *reply = received(harness, &credit, "received");
    assert_string_equal(reply->findings[0]->kind, "amount_differs");
    assert_string_equal(show(harness, "P-1")->state, "matched");
    assert_int_equal(show(harness, "P-1")->credited, 0);
}

static void a_month_has_a_bound(void **state)
{
    struct vv_harness *harness = *state;
    char number[16];
    struct document invoice = {.number = number, .base = BASE};
    for (unsigned char i = 0; i < 16; i++) {
        (void)snprintf(number, sizeof number, "P-%d", i);
        invoice.id = invoice.hash = (uint8_t)(i + 1);
        received(harness, &invoice, i == 0 ? "matched" : "received");
    }
    (void)snprintf(number, sizeof number, "P-16");
    invoice.id = invoice.hash = 17;
    refused(harness, &invoice, VV_REFUSED, "number");
    Vagval__V1__ListInvoices query = VAGVAL__V1__LIST_INVOICES__INIT;
    query.partition = CONTRACT_PARTITION;
    const Vagval__V1__InvoiceList *page =
        (const Vagval__V1__InvoiceList *)ask(harness, VV_MSG_LIST_INVOICES, NIL, &query.base);
    assert_int_equal(page->n_invoices, 16);
    assert_int_equal(page->next, 16);
    assert_int_equal(page->invoices[3]->n_findings, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_month_holds_what_may_be_paid_in_it),
        TEST(months_sum_to_the_balance),
        TEST(a_month_comes_in_pages),
        TEST(matched_then_paid),
        TEST(vat_of_what_agrees_is_paid_once),
        TEST(credit_notes_take_their_vat_back),
        TEST(what_waits_for_its_invoice_comes_with_it),
        TEST(what_is_paid_outside_no_run_pays),
        TEST(what_was_credited_is_not_taken_off),
        TEST(what_a_run_paid_is_only_noted),
        TEST(disputed_then_credited),
        TEST(a_second_invoice_of_the_same_lines_is_a_duplicate),
        TEST(received_again_is_matched_again),
        TEST(what_is_refused),
        TEST(a_credit_note_beyond_its_invoice_waits),
        TEST(a_month_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
