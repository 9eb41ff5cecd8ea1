/*
 * What of an invoice runs are to pay, and what changes when it changes: memory that ends, sums that
 * do not fit, example marks. What it comes to before the handlers stands in
 * test_invoice_handlers.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../services/payment/invoice_due.h"
#include "../../support/memory.h"
#include "vagval/limits.h"

#define LINES 3

/* base 100.00 of which 60.00 waits for the invoice, twice; result 300.00, an example price; the
 * last does not agree. VAT 125.00, 25.00 of it credited. */
static struct vv_match_line lines[LINES + 1];
static struct vv_match_finding findings[LINES + 1];
static struct vv_match match;
static Vagval__V1__InvoiceState invoice;

static void make_invoice(const char *state)
{
    static const struct vv_match_line made[] = {
        {.component = "base", .amount = 10000, .on_invoice = 6000},
        {.component = "base", .amount = 10000, .on_invoice = 6000},
        {.component = "result", .amount = 30000, .on_invoice = 30000, .example = true},
        {.component = "premium", .amount = 70000, .on_invoice = 70000}};
    memcpy(lines, made, sizeof lines);
    for (size_t i = 0; i <= LINES; i++) {
        findings[i] =
            (struct vv_match_finding){.kind = i < LINES ? VV_MATCHED : VV_MATCH_AMOUNT_DIFFERS,
                                      .billed = &lines[i],
                                      .owed = &lines[i],
                                      .other = ""};
    }
    match = (struct vv_match){.findings = findings, .count = LINES + 1, .matched = LINES};
    vagval__v1__invoice_state__init(&invoice);
    invoice.state = (char *)(uintptr_t)state;
    invoice.tax = 12500;
    invoice.credited_tax = 2500;
}

static const Vagval__V1__PayableLine *line_of(const struct vv_invoice_due *due,
                                              const char *component)
{
    for (size_t i = 0; i < due->count; i++) {
        if (strcmp(due->lines[i]->component, component) == 0) {
            return due->lines[i];
        }
    }
    return NULL;
}

static void what_agrees_is_due_with_its_tax(void **state)
{
    (void)state;
    struct vv_invoice_due due;
    make_invoice("matched");
    assert_int_equal(vv_invoice_due(&invoice, &match, memory_of(100), &due), VV_OK);
    assert_int_equal(due.count, 3);
    assert_int_equal(line_of(&due, "base")->amount, 12000);
    assert_false(line_of(&due, "base")->example);
    assert_int_equal(line_of(&due, "result")->amount, 30000);
    assert_true(line_of(&due, "result")->example);
    const Vagval__V1__PayableLine *tax = line_of(&due, VV_INVOICE_VAT);
    assert_int_equal(tax->amount, 10000);
    assert_int_equal(tax->vat, 10000);
    assert_int_equal(tax->kind, VV_INVOICE_VAT_KIND);
    assert_true(tax->example); /* of an example price */
    findings[2].kind = VV_MATCH_AMOUNT_DIFFERS;
    match.matched = 2;
    assert_int_equal(vv_invoice_due(&invoice, &match, memory_of(100), &due), VV_OK);
    assert_false(line_of(&due, VV_INVOICE_VAT)->example);
    make_invoice("disputed");
    assert_int_equal(vv_invoice_due(&invoice, &match, memory_of(100), &due), VV_OK);
    assert_int_equal(due.count, 0);
}

/* From nothing, to the whole, and back to nothing: the changes sum to 0. */
static void changes_lead_there_and_back(void **state)
{
    (void)state;
    const struct vv_invoice_due nothing = {.count = 0};
    struct vv_invoice_due due;
    struct vv_invoice_due forth;
    struct vv_invoice_due back;
    struct vv_invoice_due same;
    ProtobufCAllocator *memory = memory_of(100);
    make_invoice("matched");
    assert_int_equal(vv_invoice_due(&invoice, &match, memory, &due), VV_OK);
    assert_int_equal(vv_invoice_due_change(&nothing, &due, memory, &forth), VV_OK);
    assert_int_equal(vv_invoice_due_change(&due, &nothing, memory, &back), VV_OK);
    assert_int_equal(vv_invoice_due_change(&due, &due, memory, &same), VV_OK);
    assert_int_equal(forth.count, due.count);
    assert_int_equal(same.count, 0);
    for (size_t i = 0; i < forth.count; i++) {
        const Vagval__V1__PayableLine *undone = line_of(&back, forth.lines[i]->component);
        assert_int_equal(undone->amount, -forth.lines[i]->amount);
        assert_int_equal(undone->vat, -forth.lines[i]->vat);
        assert_int_equal(undone->example, forth.lines[i]->example);
    }
}

static void sums_and_memory_have_bounds(void **state)
{
    (void)state;
    struct vv_invoice_due due = {.count = 77};
    struct vv_invoice_due change = {.count = 77};
    make_invoice("matched");
    enum vv_status status = VV_NO_MEMORY;
    for (size_t n = 0; status != VV_OK; n++) {
        assert_int_equal(due.count, 77);
        status = vv_invoice_due(&invoice, &match, memory_of(n), &due);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        assert_true(n <= 5); /* the list, and one for each of four lines at most */
    }
    static Vagval__V1__PayableLine kept[LINES];
    Vagval__V1__PayableLine *list[LINES];
    for (size_t i = 0; i < due.count; i++) {
        kept[i] = *due.lines[i];
        list[i] = &kept[i];
    }
    const struct vv_invoice_due before = {.lines = list, .count = 1};
    const struct vv_invoice_due after = {.lines = list, .count = due.count};
    status = VV_NO_MEMORY;
    for (size_t n = 0; status != VV_OK; n++) {
        assert_int_equal(change.count, 77);
        status = vv_invoice_due_change(&before, &after, memory_of(n), &change);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
    assert_int_equal(change.count, 2);
    lines[0].on_invoice = lines[1].on_invoice = VV_MONEY_MAX;
    due.count = 77;
    assert_int_equal(vv_invoice_due(&invoice, &match, memory_of(100), &due), VV_TOO_LARGE);
    assert_int_equal(due.count, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_agrees_is_due_with_its_tax),
        cmocka_unit_test(changes_lead_there_and_back),
        cmocka_unit_test(sums_and_memory_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
