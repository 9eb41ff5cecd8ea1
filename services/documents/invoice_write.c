/*
 * invoice_write.c: self-billing invoices, credit notes and orders as UBL 2.1, in the element order
 * that its schema wants and with what Peppol BIS Billing 3 and BIS Order only 3 make mandatory.
 */
#include <string.h>

#include "ubl.h"

/* What differs between the documents. */
struct kind {
    enum vv_invoice_type type;
    const char *root, *space, *customization, *profile;
    const char *type_element, *type_code;
    const char *line, *quantity;
};

#define SPACE "urn:oasis:names:specification:ubl:schema:xsd:"
#define BILLING "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
#define SELF_BILLING                                                                               \
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
#define BILLING_PROFILE "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
#define SELF_BILLING_PROFILE "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
#define INVOICE_PARTS "cac:InvoiceLine", "cbc:InvoicedQuantity"
#define CREDIT_PARTS "cac:CreditNoteLine", "cbc:CreditedQuantity"

static const struct kind kinds[] = {
    {VV_INVOICE_SELF_BILLED, "Invoice", SPACE "Invoice-2", SELF_BILLING, SELF_BILLING_PROFILE,
     "cbc:InvoiceTypeCode", "389", INVOICE_PARTS},
    {VV_INVOICE_COMMERCIAL, "Invoice", SPACE "Invoice-2", BILLING, BILLING_PROFILE,
     "cbc:InvoiceTypeCode", "380", INVOICE_PARTS},
    {VV_INVOICE_SELF_BILLED_CREDIT, "CreditNote", SPACE "CreditNote-2", SELF_BILLING,
     SELF_BILLING_PROFILE, "cbc:CreditNoteTypeCode", "261", CREDIT_PARTS},
    {VV_INVOICE_CREDIT, "CreditNote", SPACE "CreditNote-2", BILLING, BILLING_PROFILE,
     "cbc:CreditNoteTypeCode", "381", CREDIT_PARTS},
    {VV_INVOICE_ORDER, "Order", SPACE "Order-2", "urn:fdc:peppol.eu:poacc:trns:order:3",
     "urn:fdc:peppol.eu:poacc:bis:order_only:3", "cbc:OrderTypeCode", "220", "cac:OrderLine",
     "cbc:Quantity"},
};

bool vv_invoice_is_credit(enum vv_invoice_type type)
{
    return type == VV_INVOICE_SELF_BILLED_CREDIT || type == VV_INVOICE_CREDIT;
}

static const struct kind *kind_of(enum vv_invoice_type type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].type == type) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* ---- parts that the documents share ---- */

static void tax_scheme(struct vv_ubl *ubl)
{
    vv_ubl_start(ubl, "cac:TaxScheme");
    vv_ubl_text(ubl, "cbc:ID", "VAT");
    vv_ubl_end(ubl);
}

/* A document outside the scope of VAT names no VAT numbers (EN 16931 BR-O-02). */
static void party(struct vv_ubl *ubl, const char *element, const struct vv_invoice_party *party,
                  bool with_vat)
{
    vv_ubl_start(ubl, element);
    vv_ubl_start(ubl, "cac:Party");
    if (party->endpoint == NULL || party->endpoint[0] == '\0') {
        vv_ubl_fail(ubl, VV_INVALID, "cbc:EndpointID", "is missing, and Peppol wants it");
    }
    vv_ubl_scheme(ubl, "cbc:EndpointID", party->endpoint_scheme, party->endpoint);
    vv_ubl_start(ubl, "cac:PartyName");
    vv_ubl_needed(ubl, "cbc:Name", party->name);
    vv_ubl_end(ubl);
    vv_ubl_start(ubl, "cac:PostalAddress");
    vv_ubl_start(ubl, "cac:Country");
    vv_ubl_needed(ubl, "cbc:IdentificationCode", party->country);
    vv_ubl_end(ubl);
    vv_ubl_end(ubl);
    if (with_vat && party->vat_id != NULL && party->vat_id[0] != '\0') {
        vv_ubl_start(ubl, "cac:PartyTaxScheme");
        vv_ubl_text(ubl, "cbc:CompanyID", party->vat_id);
        tax_scheme(ubl);
        vv_ubl_end(ubl);
    }
    vv_ubl_start(ubl, "cac:PartyLegalEntity");
    vv_ubl_needed(ubl, "cbc:RegistrationName", party->name);
    vv_ubl_scheme(ubl, "cbc:CompanyID", party->legal_scheme, party->legal_id);
    vv_ubl_end(ubl);
    vv_ubl_end(ubl);
    vv_ubl_end(ubl);
}

static void tax_class(struct vv_ubl *ubl, const char *element, struct vv_vat_class vat,
                      bool with_reason)
{
    const struct vv_vat_category *category = vv_vat_category(vat.category);
    char rate[VV_VAT_RATE_TEXT_BYTES];
    vv_vat_rate_format(vat.rate_hundredths, rate);
    vv_ubl_start(ubl, element);
    vv_ubl_text(ubl, "cbc:ID", category->code);
    if (category->rate_in_document) {
        vv_ubl_text(ubl, "cbc:Percent", rate);
    }
    if (with_reason) {
        vv_ubl_text(ubl, "cbc:TaxExemptionReasonCode", category->reason_code);
        vv_ubl_text(ubl, "cbc:TaxExemptionReason", category->reason);
    }
    tax_scheme(ubl);
    vv_ubl_end(ubl);
}

static void tax_total(struct vv_ubl *ubl, const struct vv_vat_summary *sums, bool with_subtotals)
{
    vv_ubl_start(ubl, "cac:TaxTotal");
    vv_ubl_amount(ubl, "cbc:TaxAmount", sums->tax);
    for (size_t i = 0; with_subtotals && i < sums->count; i++) {
        vv_ubl_start(ubl, "cac:TaxSubtotal");
        vv_ubl_amount(ubl, "cbc:TaxableAmount", sums->subtotals[i].base);
        vv_ubl_amount(ubl, "cbc:TaxAmount", sums->subtotals[i].tax);
        tax_class(ubl, "cac:TaxCategory", sums->subtotals[i].vat, true);
        vv_ubl_end(ubl);
    }
    vv_ubl_end(ubl);
}

static void monetary_total(struct vv_ubl *ubl, const char *element,
                           const struct vv_vat_summary *sums)
{
    vv_ubl_start(ubl, element);
    vv_ubl_amount(ubl, "cbc:LineExtensionAmount", sums->base);
    vv_ubl_amount(ubl, "cbc:TaxExclusiveAmount", sums->base);
    vv_ubl_amount(ubl, "cbc:TaxInclusiveAmount", sums->total);
    vv_ubl_amount(ubl, "cbc:PayableAmount", sums->total);
    vv_ubl_end(ubl);
}

static void period(struct vv_ubl *ubl, const char *element, const struct vv_invoice_line *line)
{
    if (line->period_start != VV_DATE_NONE) {
        vv_ubl_start(ubl, element);
        vv_ubl_date(ubl, "cbc:StartDate", line->period_start);
        vv_ubl_date(ubl, "cbc:EndDate", line->period_end);
        vv_ubl_end(ubl);
    }
}

static void price(struct vv_ubl *ubl, const struct vv_invoice_line *line)
{
    vv_ubl_start(ubl, "cac:Price");
    vv_ubl_amount(ubl, "cbc:PriceAmount", line->amount < 0 ? -line->amount : line->amount);
    vv_ubl_end(ubl);
}

/* One unit of the line's amount. A price is never negative: a take-back is minus one unit of it. */
static void quantity(struct vv_ubl *ubl, const char *element, const struct vv_invoice_line *line)
{
    if (ubl->status != VV_OK) {
        return;
    }
    if (xmlTextWriterStartElement(ubl->writer, BAD_CAST element) < 0 ||
        xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "unitCode", BAD_CAST "C62") < 0 ||
        xmlTextWriterWriteString(ubl->writer, BAD_CAST(line->amount < 0 ? "-1" : "1")) < 0 ||
        xmlTextWriterEndElement(ubl->writer) < 0) {
        vv_ubl_fail(ubl, VV_NO_MEMORY, element, "no memory");
    }
}

static void item(struct vv_ubl *ubl, const struct vv_invoice_line *line, bool of_order)
{
    vv_ubl_start(ubl, "cac:Item");
    vv_ubl_needed(ubl, "cbc:Name", line->name);
    vv_ubl_start(ubl, "cac:BuyersItemIdentification");
    vv_ubl_needed(ubl, "cbc:ID", line->component);
    vv_ubl_end(ubl);
    tax_class(ubl, "cac:ClassifiedTaxCategory", line->vat, false);
    if (of_order) {
        vv_ubl_start(ubl, "cac:AdditionalItemProperty");
        vv_ubl_text(ubl, "cbc:Name", "CaseReference");
        vv_ubl_needed(ubl, "cbc:Value", line->case_ref);
        vv_ubl_end(ubl);
    }
    vv_ubl_end(ubl);
}

/* ---- invoice and credit note ---- */

static void invoice_line(struct vv_ubl *ubl, const struct kind *kind,
                         const struct vv_invoice_line *line)
{
    vv_ubl_start(ubl, kind->line);
    vv_ubl_needed(ubl, "cbc:ID", line->id);
    quantity(ubl, kind->quantity, line);
    vv_ubl_amount(ubl, "cbc:LineExtensionAmount", line->amount);
    period(ubl, "cac:InvoicePeriod", line);
    if (line->order_line != NULL && line->order_line[0] != '\0') {
        vv_ubl_start(ubl, "cac:OrderLineReference");
        vv_ubl_text(ubl, "cbc:LineID", line->order_line);
        vv_ubl_end(ubl);
    }
    if (line->case_ref != NULL && line->case_ref[0] != '\0') {
        vv_ubl_start(ubl, "cac:DocumentReference");
        vv_ubl_text(ubl, "cbc:ID", line->case_ref);
        vv_ubl_text(ubl, "cbc:DocumentTypeCode", "130"); /* the object that the line is about */
        vv_ubl_end(ubl);
    }
    item(ubl, line, false);
    price(ubl, line);
    vv_ubl_end(ubl);
}

static void references(struct vv_ubl *ubl, const struct vv_invoice *invoice)
{
    vv_ubl_needed(ubl, "cbc:BuyerReference", invoice->order);
    vv_ubl_start(ubl, "cac:OrderReference");
    vv_ubl_needed(ubl, "cbc:ID", invoice->order);
    vv_ubl_end(ubl);
    if (invoice->corrects != NULL && invoice->corrects[0] != '\0') {
        vv_ubl_start(ubl, "cac:BillingReference");
        vv_ubl_start(ubl, "cac:InvoiceDocumentReference");
        vv_ubl_text(ubl, "cbc:ID", invoice->corrects);
        vv_ubl_end(ubl);
        vv_ubl_end(ubl);
    }
}

/* A credit note names no day of payment: it has no element for one outside the means of payment. */
static void invoice_body(struct vv_ubl *ubl, const struct kind *kind,
                         const struct vv_invoice *invoice, const struct vv_vat_summary *sums)
{
    bool credit = vv_invoice_is_credit(invoice->type);
    bool with_vat = sums->subtotals[0].vat.category != 'O';
    if (!credit) {
        vv_ubl_date(ubl, "cbc:DueDate", invoice->due_on);
    }
    vv_ubl_text(ubl, kind->type_element, kind->type_code);
    vv_ubl_text(ubl, "cbc:Note", invoice->note);
    vv_ubl_needed(ubl, "cbc:DocumentCurrencyCode", invoice->currency);
    references(ubl, invoice);
    party(ubl, "cac:AccountingSupplierParty", &invoice->supplier, with_vat);
    party(ubl, "cac:AccountingCustomerParty", &invoice->customer, with_vat);
    if (credit) {
        vv_ubl_start(ubl, "cac:PaymentTerms");
        vv_ubl_text(ubl, "cbc:Note", "Set off against the next payment");
        vv_ubl_end(ubl);
    }
    tax_total(ubl, sums, true);
    monetary_total(ubl, "cac:LegalMonetaryTotal", sums);
    for (size_t i = 0; i < invoice->line_count; i++) {
        invoice_line(ubl, kind, &invoice->lines[i]);
    }
}

/* ---- order ---- */

static void order_line(struct vv_ubl *ubl, const struct vv_invoice_line *line)
{
    vv_ubl_start(ubl, "cac:OrderLine");
    vv_ubl_start(ubl, "cac:LineItem");
    vv_ubl_needed(ubl, "cbc:ID", line->id);
    quantity(ubl, "cbc:Quantity", line);
    vv_ubl_amount(ubl, "cbc:LineExtensionAmount", line->amount);
    if (line->period_start != VV_DATE_NONE) {
        vv_ubl_start(ubl, "cac:Delivery");
        period(ubl, "cac:RequestedDeliveryPeriod", line);
        vv_ubl_end(ubl);
    }
    price(ubl, line);
    item(ubl, line, true);
    vv_ubl_end(ubl);
    vv_ubl_end(ubl);
}

static void order_body(struct vv_ubl *ubl, const struct kind *kind,
                       const struct vv_invoice *invoice, const struct vv_vat_summary *sums)
{
    bool with_vat = sums->subtotals[0].vat.category != 'O';
    vv_ubl_text(ubl, kind->type_element, kind->type_code);
    vv_ubl_text(ubl, "cbc:Note", invoice->note);
    vv_ubl_needed(ubl, "cbc:DocumentCurrencyCode", invoice->currency);
    vv_ubl_needed(ubl, "cbc:CustomerReference", invoice->number);
    party(ubl, "cac:BuyerCustomerParty", &invoice->customer, with_vat);
    party(ubl, "cac:SellerSupplierParty", &invoice->supplier, with_vat);
    tax_total(ubl, sums, false);
    monetary_total(ubl, "cac:AnticipatedMonetaryTotal", sums);
    for (size_t i = 0; i < invoice->line_count; i++) {
        order_line(ubl, &invoice->lines[i]);
    }
}

/* ---- the whole ---- */

static enum vv_status sum_up(const struct vv_invoice *invoice, struct vv_vat_summary *ret_sums,
                             struct vv_error *ret_error)
{
    struct vv_vat_summary sums = {.count = 0};
    enum vv_status status = VV_OK;
    if (invoice->line_count == 0 || invoice->line_count > VV_INVOICE_LINES_MAX) {
        return vv_fail(ret_error, invoice->line_count == 0 ? VV_INVALID : VV_TOO_LARGE, "document",
                       "cac:InvoiceLine", 0, "%zu lines: a document has 1 to %d",
                       invoice->line_count, VV_INVOICE_LINES_MAX);
    }
    for (size_t i = 0; status == VV_OK && i < invoice->line_count; i++) {
        const struct vv_invoice_line *line = &invoice->lines[i];
        if (invoice->type == VV_INVOICE_ORDER && line->amount <= 0) {
            return vv_fail(ret_error, VV_INVALID, "document", "cac:OrderLine", 0,
                           "line %zu is not above 0: nothing to order", i + 1);
        }
        status = vv_vat_add(&sums, line->vat, line->amount);
        if (status != VV_OK) {
            return vv_fail(ret_error, status, "document", "cac:ClassifiedTaxCategory", 0,
                           "line %zu: the VAT class is wrong, or the sums are beyond all bounds",
                           i + 1);
        }
    }
    status = vv_vat_close(&sums);
    if (status == VV_OK && sums.total < 0) {
        return vv_fail(ret_error, VV_INVALID, "document", "cbc:PayableAmount", 0,
                       "the sum is below 0: that is the opposite document");
    }
    *ret_sums = sums;
    return status;
}

enum vv_status vv_invoice_write(const struct vv_invoice *invoice, vv_invoice_sink sink,
                                void *context, struct vv_error *ret_error)
{
    const struct kind *kind = kind_of(invoice->type);
    struct vv_vat_summary sums;
    if (kind == NULL) {
        return vv_fail(ret_error, VV_INVALID, "document", "type", 0, "is none that is written");
    }
    enum vv_status status = sum_up(invoice, &sums, ret_error);
    if (status != VV_OK) {
        return status;
    }
    struct vv_ubl ubl = {.currency = invoice->currency == NULL ? "" : invoice->currency,
                         .error = ret_error,
                         .sink = sink,
                         .context = context};
    status = vv_ubl_open(&ubl, kind->root, kind->space);
    if (status != VV_OK) {
        return status;
    }
    vv_ubl_text(&ubl, "cbc:CustomizationID", kind->customization);
    vv_ubl_text(&ubl, "cbc:ProfileID", kind->profile);
    vv_ubl_needed(&ubl, "cbc:ID", invoice->number);
    if (invoice->issued_on == VV_DATE_NONE) {
        vv_ubl_fail(&ubl, VV_INVALID, "cbc:IssueDate", "is missing");
    }
    vv_ubl_date(&ubl, "cbc:IssueDate", invoice->issued_on);
    if (invoice->type == VV_INVOICE_ORDER) {
        order_body(&ubl, kind, invoice, &sums);
    } else {
        invoice_body(&ubl, kind, invoice, &sums);
    }
    return vv_ubl_close(&ubl);
}
