/*
 * test_invoice_write.c: self-billing invoice, credit note and order: golden bytes, and what EN
 * 16931 and Peppol BIS Billing 3 demand, asked of the bytes with libxml2 alone. `--write` makes the
 * golden files anew; then read the difference.
 */
#include "invoice_kit.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "vagval/limits.h"

static bool rewrite;

static void golden(const struct vv_invoice *invoice, const char *path)
{
    static struct kit_bytes made;
    static struct kit_bytes again;
    static char wanted[sizeof made.bytes];
    kit_write(invoice, &made);
    kit_write(invoice, &again);
    assert_int_equal(made.len, again.len);
    assert_memory_equal(made.bytes, again.bytes, made.len);
    FILE *file = fopen(path, rewrite ? "wb" : "rb");
    assert_non_null(file);
    if (rewrite) {
        assert_int_equal(fwrite(made.bytes, 1, made.len, file), made.len);
    } else {
        size_t len = fread(wanted, 1, sizeof wanted - 1, file);
        wanted[len] = '\0';
        assert_string_equal(made.bytes, wanted);
    }
    assert_int_equal(fclose(file), 0);
}

/* ---- asking the bytes ---- */

struct asked {
    xmlDocPtr doc;
    xmlXPathContextPtr path;
};

static struct asked open_bytes(const struct kit_bytes *bytes)
{
    struct asked asked = {
        .doc = xmlReadMemory(bytes->bytes, (int)bytes->len, NULL, NULL, XML_PARSE_NONET)};
    assert_non_null(asked.doc);
    asked.path = xmlXPathNewContext(asked.doc);
    assert_non_null(asked.path);
    static const char *const spaces[][2] = {
        {"cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"},
        {"cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"},
        {"inv", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"},
        {"cn", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"},
        {"order", "urn:oasis:names:specification:ubl:schema:xsd:Order-2"},
    };
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        assert_int_equal(
            xmlXPathRegisterNs(asked.path, BAD_CAST spaces[i][0], BAD_CAST spaces[i][1]), 0);
    }
    return asked;
}

static void close_bytes(struct asked *asked)
{
    xmlXPathFreeContext(asked->path);
    xmlFreeDoc(asked->doc);
}

static bool holds(const struct asked *asked, const char *expression)
{
    xmlXPathObjectPtr result = xmlXPathEvalExpression(BAD_CAST expression, asked->path);
    assert_non_null(result);
    bool yes = xmlXPathCastToBoolean(result) != 0;
    xmlXPathFreeObject(result);
    if (!yes) {
        print_message("does not hold: %s\n", expression);
    }
    return yes;
}

static void says(const struct asked *asked, const char *path, const char *wanted)
{
    char expression[400];
    (void)snprintf(expression, sizeof expression, "string(%s)", path);
    xmlXPathObjectPtr result = xmlXPathEvalExpression(BAD_CAST expression, asked->path);
    assert_non_null(result);
    assert_string_equal((const char *)result->stringval, wanted);
    xmlXPathFreeObject(result);
}

/* What BIS Billing 3 makes mandatory, and BR-CO-10 to 17, as questions. Amounts are compared after
 * rounding to whole minor units, since XPath 1.0 reckons in doubles. */
static const char *const rules[] = {
    "count(/*/cbc:CustomizationID) = 1",
    "count(/*/cbc:ProfileID) = 1",
    "count(/*/cbc:ID) = 1 and string-length(/*/cbc:ID) > 0",
    "count(/*/cbc:IssueDate) = 1",
    "count(/*/cbc:DocumentCurrencyCode) = 1",
    "/*/cbc:BuyerReference or /*/cac:OrderReference/cbc:ID",            /* PEPPOL-EN16931-R003 */
    "//cac:AccountingSupplierParty/cac:Party/cbc:EndpointID/@schemeID", /* R020 */
    "//cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID", /* R010 */
    "//cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:RegistrationName", /* BR-06 */
    "//cac:AccountingCustomerParty//cac:PartyLegalEntity/cbc:RegistrationName", /* BR-07 */
    "//cac:AccountingSupplierParty//cac:Country/cbc:IdentificationCode",        /* BR-09 */
    "//cac:AccountingCustomerParty//cac:Country/cbc:IdentificationCode",        /* BR-11 */
    /* BR-S-02: whoever charges VAT has a number for it */
    "not(//cac:TaxCategory/cbc:ID = 'S') or "
    "//cac:AccountingSupplierParty//cac:PartyTaxScheme[cac:TaxScheme/cbc:ID = 'VAT']/cbc:CompanyID",
    "count(//cbc:LineExtensionAmount) = count(//cac:Price/cbc:PriceAmount) + 1",
    "not(//cac:PriceAmount[. < 0])", /* BR-27 */
    "count(//*[@currencyID != /*/cbc:DocumentCurrencyCode]) = 0",
    "not(//*[@currencyID][contains(., '.') and string-length(substring-after(., '.')) > 2])",
    "/*/cbc:DueDate or /*/cac:PaymentTerms",       /* BR-CO-25 */
    "not(//*[not(*) and not(normalize-space())])", /* R008: no empty elements */
    /* BR-CO-10, 13, 15, 16 */
    "round(100 * sum(//cac:InvoiceLine/cbc:LineExtensionAmount | "
    "//cac:CreditNoteLine/cbc:LineExtensionAmount)) = "
    "round(100 * //cac:LegalMonetaryTotal/cbc:LineExtensionAmount)",
    "//cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount = "
    "//cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
    "round(100 * //cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount) = round(100 * "
    "(//cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount + /*/cac:TaxTotal/cbc:TaxAmount))",
    "//cac:LegalMonetaryTotal/cbc:PayableAmount = "
    "//cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    /* BR-CO-14, BR-CO-18, BR-S-08 */
    "round(100 * /*/cac:TaxTotal/cbc:TaxAmount) = round(100 * "
    "sum(//cac:TaxSubtotal/cbc:TaxAmount))",
    "//cac:TaxSubtotal",
    "round(100 * sum(//cac:TaxSubtotal/cbc:TaxableAmount)) = "
    "round(100 * //cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount)",
    /* BR-E-10, BR-O-10, BR-AE-10: a reason where no tax is due, and only there */
    "not(//cac:TaxCategory[cbc:ID != 'S' and cbc:ID != 'Z'][not(cbc:TaxExemptionReason)])",
    "not(//cac:TaxCategory[cbc:ID = 'S' or cbc:ID = 'Z'][cbc:TaxExemptionReason])",
};

static void follows_the_rules(const struct vv_invoice *invoice)
{
    static struct kit_bytes bytes;
    kit_write(invoice, &bytes);
    struct asked asked = open_bytes(&bytes);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        assert_true(holds(&asked, rules[i]));
    }
    close_bytes(&asked);
}

static void self_billing_invoice(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice invoice = kit_invoice();
    golden(&invoice, "tests/unit/documents/self-billing-invoice.xml");
    follows_the_rules(&invoice);
    kit_write(&invoice, &bytes);
    struct asked asked = open_bytes(&bytes);
    says(&asked, "/inv:Invoice/cbc:CustomizationID",
         "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0");
    says(&asked, "/inv:Invoice/cbc:ProfileID", "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0");
    says(&asked, "/inv:Invoice/cbc:InvoiceTypeCode", "389");
    says(&asked, "//cac:TaxSubtotal[cac:TaxCategory/cbc:Percent = 25]/cbc:TaxAmount", "83.33");
    says(&asked, "//cac:TaxSubtotal[cac:TaxCategory/cbc:Percent = 12]/cbc:TaxAmount", "12.00");
    says(&asked, "//cac:TaxSubtotal[cac:TaxCategory/cbc:ID = 'E']/cbc:TaxAmount", "0.00");
    says(&asked, "/inv:Invoice/cac:TaxTotal/cbc:TaxAmount", "95.33");
    says(&asked, "//cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", "1125.83");
    says(&asked, "//cac:LegalMonetaryTotal/cbc:PayableAmount", "1221.16");
    says(&asked, "count(//cac:InvoiceLine)", "6");
    says(&asked, "//cac:InvoiceLine[5]/cbc:InvoicedQuantity", "-1");
    says(&asked, "//cac:InvoiceLine[5]/cac:Price/cbc:PriceAmount", "10.00");
    says(&asked, "//cac:InvoiceLine[5]/cbc:LineExtensionAmount", "-10.00");
    says(&asked, "//cac:InvoiceLine[1]/cac:DocumentReference/cbc:ID", kit_lines[0].case_ref);
    close_bytes(&asked);
}

/* The same lines taken back, öre for öre; the take-back within it turns round too. */
static void self_billing_credit_note(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice credit = kit_invoice();
    credit.type = VV_INVOICE_SELF_BILLED_CREDIT;
    credit.number = "SC-KA-000028-2020-05";
    credit.corrects = "SB-KA-000028-2020-05";
    golden(&credit, "tests/unit/documents/self-billing-credit-note.xml");
    follows_the_rules(&credit);
    kit_write(&credit, &bytes);
    struct asked asked = open_bytes(&bytes);
    says(&asked, "/cn:CreditNote/cbc:CreditNoteTypeCode", "261");
    says(&asked, "/cn:CreditNote/cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
         "SB-KA-000028-2020-05");
    says(&asked, "//cac:LegalMonetaryTotal/cbc:PayableAmount", "1221.16");
    assert_true(holds(&asked, "not(/cn:CreditNote/cbc:DueDate)"));
    close_bytes(&asked);
}

static void order(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice out = kit_invoice();
    out.type = VV_INVOICE_ORDER;
    out.number = "KA-000028/2020-05";
    out.line_count = 4; /* 333.33 + 110.00 = 443.33; tax 83.33 + 13.20 = 96.53; 539.86 */
    golden(&out, "tests/unit/documents/order.xml");
    kit_write(&out, &bytes);
    struct asked asked = open_bytes(&bytes);
    says(&asked, "/order:Order/cbc:CustomizationID", "urn:fdc:peppol.eu:poacc:trns:order:3");
    says(&asked, "/order:Order/cbc:ProfileID", "urn:fdc:peppol.eu:poacc:bis:order_only:3");
    says(&asked, "//cac:AnticipatedMonetaryTotal/cbc:LineExtensionAmount", "443.33");
    says(&asked, "//cac:AnticipatedMonetaryTotal/cbc:PayableAmount", "539.86");
    says(&asked, "//cac:BuyerCustomerParty/cac:Party/cbc:EndpointID", "2021002114");
    says(&asked, "//cac:SellerSupplierParty/cac:Party/cbc:EndpointID", "5560160680");
    says(&asked, "//cac:OrderLine[4]//cac:AdditionalItemProperty/cbc:Value", kit_lines[3].case_ref);
    close_bytes(&asked);
    static struct kit_bytes none;
    struct vv_error error = {0};
    out.line_count = 5; /* the fifth takes back */
    assert_int_equal(vv_invoice_write(&out, kit_sink, &none, &error), VV_INVALID);
    assert_int_equal(none.len, 0);
}

/* Outside the scope of VAT: no rate, no VAT numbers, a reason (BR-O). Reverse charge: rate 0, both
 * VAT numbers, a reason (BR-AE). */
static void categories_without_tax(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice invoice = kit_invoice();
    struct vv_invoice_line line = kit_lines[5];
    invoice.lines = &line;
    invoice.line_count = 1;
    line.vat = (struct vv_vat_class){'O', 0};
    kit_write(&invoice, &bytes);
    struct asked asked = open_bytes(&bytes);
    assert_true(holds(&asked, "not(//cbc:Percent) and not(//cac:PartyTaxScheme)"));
    says(&asked, "//cac:TaxCategory/cbc:TaxExemptionReasonCode", "VATEX-EU-O");
    says(&asked, "//cbc:PayableAmount", "692.50");
    close_bytes(&asked);
    follows_the_rules(&invoice);
    line.vat = (struct vv_vat_class){'A', 0};
    kit_write(&invoice, &bytes);
    asked = open_bytes(&bytes);
    says(&asked, "//cac:TaxCategory/cbc:ID", "AE");
    says(&asked, "//cac:TaxCategory/cbc:Percent", "0");
    says(&asked, "//cac:TaxCategory/cbc:TaxExemptionReason", "Reverse charge");
    assert_true(holds(&asked, "count(//cac:PartyTaxScheme) = 2"));
    close_bytes(&asked);
    follows_the_rules(&invoice);
}

static void refused(const struct vv_invoice *invoice, enum vv_status status, const char *field)
{
    static struct kit_bytes bytes;
    struct vv_error error = {0};
    bytes.len = 0;
    bytes.refuse_at = 0;
    assert_int_equal(vv_invoice_write(invoice, kit_sink, &bytes, &error), status);
    assert_string_equal(error.field, field);
}

static void what_cannot_be_written(void **state)
{
    (void)state;
    struct vv_invoice invoice = kit_invoice();
    invoice.number = "";
    refused(&invoice, VV_INVALID, "cbc:ID");
    invoice = kit_invoice();
    invoice.supplier.name = "a\x01"
                            "b";
    refused(&invoice, VV_INVALID, "cbc:Name");
    invoice.supplier.name = "\xff";
    refused(&invoice, VV_INVALID, "cbc:Name");
    invoice = kit_invoice();
    invoice.supplier.endpoint = "";
    refused(&invoice, VV_INVALID, "cbc:EndpointID");
    invoice = kit_invoice();
    invoice.line_count = 0;
    refused(&invoice, VV_INVALID, "cac:InvoiceLine");
    invoice.line_count = VV_INVOICE_LINES_MAX + 1;
    refused(&invoice, VV_TOO_LARGE, "cac:InvoiceLine");
    struct vv_invoice_line line = kit_lines[0];
    invoice = kit_invoice();
    invoice.lines = &line;
    invoice.line_count = 1;
    line.amount = -1;
    refused(&invoice, VV_INVALID, "cbc:PayableAmount");
    line = kit_lines[0];
    line.vat = (struct vv_vat_class){'S', 0};
    refused(&invoice, VV_INVALID, "cac:ClassifiedTaxCategory");
    line = kit_lines[0];
    line.amount = VV_MONEY_MAX;
    invoice.issued_on = VV_DATE_NONE;
    refused(&invoice, VV_TOO_LARGE, "");
    invoice = kit_invoice();
    invoice.issued_on = VV_DATE_NONE;
    refused(&invoice, VV_INVALID, "cbc:IssueDate");
}

static void the_sink_may_say_no(void **state)
{
    (void)state;
    static struct kit_bytes bytes;
    struct vv_invoice invoice = kit_invoice();
    for (size_t at = 1; at < 9000; at += 999) {
        struct vv_error error = {0};
        bytes.len = 0;
        bytes.refuse_at = at;
        assert_int_equal(vv_invoice_write(&invoice, kit_sink, &bytes, &error), VV_IO);
    }
}

int main(int argc, char **argv)
{
    rewrite = argc > 1 && strcmp(argv[1], "--write") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_billing_invoice),
        cmocka_unit_test(self_billing_credit_note),
        cmocka_unit_test(order),
        cmocka_unit_test(categories_without_tax),
        cmocka_unit_test(what_cannot_be_written),
        cmocka_unit_test(the_sink_may_say_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
