/*
 * test_invoice_read.c: what is written is read back; what is tampered with, malformed, hostile or
 * not agreed is refused with its line and field. Each case is one change of a good document.
 */
#include "invoice_kit.h"
#include "vagval/arena.h"

#define ARENA_BYTES (4 * 1024 * 1024)

static unsigned char memory[ARENA_BYTES];

static enum vv_status read_text(const char *bytes, size_t len, struct vv_invoice *ret_invoice,
                                struct vv_error *ret_error)
{
    static struct vv_arena arena;
    vv_arena_init(&arena, memory, sizeof memory);
    memset(ret_error, 0, sizeof *ret_error);
    return vv_invoice_read("invoice.xml", bytes, len, &arena.allocator, ret_invoice, ret_error);
}

static void provider_invoice(struct kit_bytes *ret_bytes)
{
    struct vv_invoice invoice = kit_invoice();
    invoice.type = VV_INVOICE_COMMERCIAL;
    invoice.number = "2020-117";
    kit_write(&invoice, ret_bytes);
}

static void same_party(const struct vv_invoice_party *a, const struct vv_invoice_party *b)
{
    assert_string_equal(a->endpoint, b->endpoint);
    assert_string_equal(a->endpoint_scheme, b->endpoint_scheme);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->legal_id, b->legal_id);
    assert_string_equal(a->legal_scheme, b->legal_scheme);
    assert_string_equal(a->vat_id, b->vat_id);
    assert_string_equal(a->country, b->country);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const enum vv_invoice_type types[] = {VV_INVOICE_COMMERCIAL, VV_INVOICE_SELF_BILLED,
                                                 VV_INVOICE_CREDIT, VV_INVOICE_SELF_BILLED_CREDIT};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        static struct kit_bytes bytes;
        struct vv_invoice out = kit_invoice();
        struct vv_invoice in;
        struct vv_error error;
        out.type = types[t];
        out.corrects = vv_invoice_is_credit(types[t]) ? "2020-116" : "";
        kit_write(&out, &bytes);
        assert_int_equal(read_text(bytes.bytes, bytes.len, &in, &error), VV_OK);
        assert_int_equal(in.type, out.type);
        assert_string_equal(in.number, out.number);
        assert_string_equal(in.order, out.order);
        assert_string_equal(in.corrects, out.corrects);
        assert_string_equal(in.currency, "SEK");
        assert_int_equal(in.issued_on, out.issued_on);
        assert_int_equal(in.due_on, vv_invoice_is_credit(types[t]) ? VV_DATE_NONE : out.due_on);
        same_party(&in.supplier, &out.supplier);
        same_party(&in.customer, &out.customer);
        assert_int_equal(in.sums.base, 112583);
        assert_int_equal(in.sums.tax, 9533);
        assert_int_equal(in.sums.total, 122116);
        assert_int_equal(in.line_count, out.line_count);
        for (size_t i = 0; i < in.line_count; i++) {
            assert_string_equal(in.lines[i].id, out.lines[i].id);
            assert_string_equal(in.lines[i].case_ref, out.lines[i].case_ref);
            assert_string_equal(in.lines[i].component, out.lines[i].component);
            assert_string_equal(in.lines[i].order_line, out.lines[i].order_line);
            assert_int_equal(in.lines[i].period_start, out.lines[i].period_start);
            assert_int_equal(in.lines[i].period_end, out.lines[i].period_end);
            assert_int_equal(in.lines[i].amount, out.lines[i].amount);
            assert_int_equal(in.lines[i].vat.category, out.lines[i].vat.category);
            assert_int_equal(in.lines[i].vat.rate_hundredths, out.lines[i].vat.rate_hundredths);
        }
    }
}

/* Replaces the n-th (from 0) occurrence; fails when there is none. */
static void change(struct kit_bytes *bytes, const char *from, const char *to, int n)
{
    char *at = bytes->bytes;
    for (int i = 0; at != NULL && i < n; i++) {
        at = strstr(at, from);
        at = at == NULL ? NULL : at + 1;
    }
    at = at == NULL ? NULL : strstr(at, from);
    assert_non_null(at);
    size_t tail = strlen(at + strlen(from)) + 1;
    assert_true(bytes->len + strlen(to) < sizeof bytes->bytes);
    memmove(at + strlen(to), at + strlen(from), tail);
    memcpy(at, to, strlen(to));
    bytes->len = strlen(bytes->bytes);
}

/* Sums that were tampered with, each named by the rule that it breaks. */
static void tampered_sums_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int n;
        const char *field, *rule;
    } cases[] = {
        /* the payable amount alone */
        {">1221.16</cbc:PayableAmount", ">2221.16</cbc:PayableAmount", 0, "cbc:PayableAmount",
         "BR-CO-16"},
        {">1221.16</cbc:TaxInclusiveAmount", ">1221.17</cbc:TaxInclusiveAmount", 0,
         "cbc:TaxInclusiveAmount", "BR-CO-15"},
        {">1125.83</cbc:TaxExclusiveAmount", ">1125.82</cbc:TaxExclusiveAmount", 0,
         "cbc:TaxExclusiveAmount", "BR-CO-13"},
        {">1125.83</cbc:LineExtensionAmount", ">1125.84</cbc:LineExtensionAmount", 0,
         "cbc:LineExtensionAmount", "BR-CO-10"},
        {">95.33</cbc:TaxAmount", ">95.34</cbc:TaxAmount", 0, "cbc:TaxAmount", "BR-CO-14"},
        /* tax reckoned line by line: 3 x 27.78 */
        {">83.33</cbc:TaxAmount", ">83.34</cbc:TaxAmount", 0, "cbc:TaxAmount", "BR-CO-17"},
        {">333.33</cbc:TaxableAmount", ">333.32</cbc:TaxableAmount", 0, "cbc:TaxableAmount",
         "BR-S-08"},
        /* an amount that is not its quantity x price */
        {">111.11</cbc:LineExtensionAmount", ">211.11</cbc:LineExtensionAmount", 0,
         "cbc:LineExtensionAmount", "quantity x price"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct kit_bytes bytes;
        struct vv_invoice in = {.number = "untouched"};
        struct vv_error error;
        provider_invoice(&bytes);
        change(&bytes, cases[i].from, cases[i].to, cases[i].n);
        assert_int_equal(read_text(bytes.bytes, bytes.len, &in, &error), VV_INVALID);
        assert_string_equal(error.field, cases[i].field);
        assert_non_null(strstr(error.text, cases[i].rule));
        assert_true(error.line > 1);
        assert_string_equal(in.number, "untouched");
    }
}

static void wrong_documents_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int n;
        enum vv_status status;
        const char *field;
    } cases[] = {
        {"currencyID=\"SEK\">111.11", "currencyID=\"EUR\">111.11", 0, VV_INVALID,
         "cbc:LineExtensionAmount"},
        {">SEK</cbc:DocumentCurrencyCode", ">EUR</cbc:DocumentCurrencyCode", 0, VV_INVALID,
         "cbc:LineExtensionAmount"},
        {">380</cbc:InvoiceTypeCode", ">383</cbc:InvoiceTypeCode", 0, VV_UNSUPPORTED, "TypeCode"},
        {">380</cbc:InvoiceTypeCode", ">381</cbc:InvoiceTypeCode", 0, VV_UNSUPPORTED, "TypeCode"},
        {"xsd:Invoice-2", "xsd:Invoice-3", 0, VV_INVALID, "Invoice"},
        {"urn:cen.eu:en16931:2017", "urn:example:other", 0, VV_UNSUPPORTED, "cbc:CustomizationID"},
        {"2020-06-01</cbc:IssueDate", "2020-06-31</cbc:IssueDate", 0, VV_INVALID, "cbc:IssueDate"},
        {"<cbc:IssueDate>2020-06-01</cbc:IssueDate>", "", 0, VV_INVALID, "cbc:IssueDate"},
        {"<cbc:ID>2020-117</cbc:ID>", "", 0, VV_INVALID, "cbc:ID"},
        {"<cbc:ID>2020-117</cbc:ID>", "<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>", 0, VV_INVALID, "ID"},
        {">111.11</cbc:PriceAmount", ">-111.11</cbc:PriceAmount", 0, VV_INVALID,
         "cbc:InvoicedQuantity"},
        {">111.11</cbc:LineExtensionAmount", ">111.111</cbc:LineExtensionAmount", 0, VV_INVALID,
         "cbc:LineExtensionAmount"},
        {">111.11</cbc:LineExtensionAmount", ">90071992547409.92</cbc:LineExtensionAmount", 0,
         VV_INVALID, "cbc:LineExtensionAmount"},
        {"<cbc:Percent>25<", "<cbc:Percent>0<", 1, VV_INVALID,
         "cac:Item/cac:ClassifiedTaxCategory"},
        {"<cbc:ID>2</cbc:ID>", "<cbc:ID>1</cbc:ID>", 0, VV_INVALID, "cbc:ID"},
        {"<cac:LegalMonetaryTotal>",
         "<cac:AllowanceCharge><cbc:Amount>1</cbc:Amount></cac:AllowanceCharge>"
         "<cac:LegalMonetaryTotal>",
         0, VV_UNSUPPORTED, "cac:AllowanceCharge"},
        {"<cbc:PayableAmount",
         "<cbc:PrepaidAmount currencyID=\"SEK\">1.00</cbc:PrepaidAmount><cbc:PayableAmount", 0,
         VV_UNSUPPORTED, "cbc:PrepaidAmount"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct kit_bytes bytes;
        struct vv_invoice in;
        struct vv_error error;
        provider_invoice(&bytes);
        change(&bytes, cases[i].from, cases[i].to, cases[i].n);
        enum vv_status status = read_text(bytes.bytes, bytes.len, &in, &error);
        if (status != cases[i].status || strcmp(error.field, cases[i].field) != 0) {
            print_message("case %zu: %d %s %s\n", i, status, error.field, error.text);
        }
        assert_int_equal(status, cases[i].status);
        assert_string_equal(error.field, cases[i].field);
    }
}

/* ---- hostile ---- */

static void doctype_and_entities_are_refused(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "<!DOCTYPE Invoice [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">"
        "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;\">]>"
        "<Invoice>&f;</Invoice>",
        "<!DOCTYPE Invoice SYSTEM \"http://127.0.0.1:1/x.dtd\"><Invoice/>",
        "<!DOCTYPE Invoice [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Invoice>&x;</Invoice>",
        "<!DOCTYPE Invoice [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]><Invoice/>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE Invoice><Invoice/>",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct vv_invoice in;
        struct vv_error error;
        assert_int_equal(read_text(hostile[i], strlen(hostile[i]), &in, &error), VV_INVALID);
        assert_string_equal(error.field, "DOCTYPE");
    }
}

static void malformed_is_refused(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice in;
    struct vv_error error;
    static const char *const bad[] = {"",
                                      " ",
                                      "<",
                                      "<Invoice>",
                                      "<Invoice/>",
                                      "not xml",
                                      "<Invoice>&x;</Invoice>",
                                      "\xff\xfe<\0I\0",
                                      "<a/><b/>"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(bad[i], strlen(bad[i]), &in, &error), VV_INVALID);
        assert_true(error.text[0] != '\0');
    }
    /* every place where the document may have been cut off */
    provider_invoice(&bytes);
    for (size_t len = 1; len + 3 < bytes.len; len += 97) {
        assert_int_not_equal(read_text(bytes.bytes, len, &in, &error), VV_OK);
    }
    change(&bytes, "UTF-8", "ISO-8859-1", 0);
    assert_int_equal(read_text(bytes.bytes, bytes.len, &in, &error), VV_INVALID);
    assert_string_equal(error.field, "encoding");
}

static void too_much_is_refused(void **state)
{
    (void)state;
    struct vv_invoice in;
    struct vv_error error;
    char *big = malloc(VV_INVOICE_BYTES_MAX + 1);
    assert_non_null(big);
    memset(big, ' ', VV_INVOICE_BYTES_MAX + 1);
    assert_int_equal(read_text(big, VV_INVOICE_BYTES_MAX + 1, &in, &error), VV_TOO_LARGE);
    /* 200 elements within one another, and far more than the parser itself would take */
    for (int deep = 200; deep <= 100000; deep *= 500) {
        char *at = big;
        for (int i = 0; i < deep; i++) {
            memcpy(at, "<a>", 3);
            at += 3;
        }
        for (int i = 0; i < deep; i++) {
            memcpy(at, "</a>", 4);
            at += 4;
        }
        enum vv_status status = read_text(big, (size_t)(at - big), &in, &error);
        assert_int_equal(status, deep == 200 ? VV_TOO_LARGE : VV_INVALID);
    }
    free(big);
    /* a text beyond its bound, in an element that is read */
    static struct kit_bytes bytes;
    static char text[VV_INVOICE_TEXT_BYTES_MAX + 40];
    provider_invoice(&bytes);
    memset(text, 'x', VV_INVOICE_TEXT_BYTES_MAX + 1);
    change(&bytes, "2020-117", text, 0);
    assert_int_equal(read_text(bytes.bytes, bytes.len, &in, &error), VV_TOO_LARGE);
}

static void too_many_lines_are_refused(void **state)
{
    (void)state;
    static const char line[] = "<cac:InvoiceLine/>";
    static struct kit_bytes good;
    struct vv_invoice in;
    struct vv_error error;
    provider_invoice(&good);
    const char *at = strstr(good.bytes, "<cac:InvoiceLine>");
    assert_non_null(at);
    size_t cap = good.len + sizeof line * (VV_INVOICE_LINES_MAX + 1);
    char *bytes = malloc(cap);
    assert_non_null(bytes);
    size_t len = (size_t)(at - good.bytes);
    memcpy(bytes, good.bytes, len);
    for (int i = 0; i < VV_INVOICE_LINES_MAX; i++) {
        len += (size_t)snprintf(bytes + len, cap - len, "%s", line);
    }
    len += (size_t)snprintf(bytes + len, cap - len, "%s", at);
    assert_int_equal(read_text(bytes, len, &in, &error), VV_TOO_LARGE);
    assert_string_equal(error.field, "cac:InvoiceLine");
    free(bytes);
}

/* A small arena: every place where it may run out is a status, and nothing else happens. */
static void memory_may_run_out(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice in;
    struct vv_error error;
    provider_invoice(&bytes);
    bool good = false;
    for (size_t size = 64; !good; size += 200) {
        struct vv_arena arena;
        assert_true(size < 100000);
        vv_arena_init(&arena, memory, size);
        enum vv_status status =
            vv_invoice_read("invoice.xml", bytes.bytes, bytes.len, &arena.allocator, &in, &error);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        good = status == VV_OK;
    }
}

/* Every byte of a good document changed once: read or refused, never anything else (the sanitizers
 * watch). What is still read has the same sums. */
static void changed_bytes_do_no_harm(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice in;
    struct vv_error error;
    provider_invoice(&bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        char was = bytes.bytes[i];
        bytes.bytes[i] = (char)(was ^ (1 << (i % 7)));
        if (read_text(bytes.bytes, bytes.len, &in, &error) == VV_OK) {
            assert_int_equal(in.sums.total, in.sums.base + in.sums.tax);
        }
        bytes.bytes[i] = was;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(tampered_sums_are_refused),
        cmocka_unit_test(wrong_documents_are_refused),
        cmocka_unit_test(doctype_and_entities_are_refused),
        cmocka_unit_test(malformed_is_refused),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(too_many_lines_are_refused),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(changed_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
