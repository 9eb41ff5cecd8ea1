/*
 * invoice_read.c: a provider's invoice or credit note as a struct, with every sum computed again.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "ubl.h"
#include "ubl_read.h"

#define EN_16931 "urn:cen.eu:en16931:2017"
#define SPACE "urn:oasis:names:specification:ubl:schema:xsd:"
#define OBJECT_CODE "130" /* UNTDID 1001: the object that a line is about */

/* ---- which document ---- */

static const struct {
    const char *root, *space, *element, *code;
    enum vv_invoice_type type;
} kinds[] = {
    {"Invoice", SPACE "Invoice-2", "cbc:InvoiceTypeCode", "380", VV_INVOICE_COMMERCIAL},
    {"Invoice", SPACE "Invoice-2", "cbc:InvoiceTypeCode", "389", VV_INVOICE_SELF_BILLED},
    {"CreditNote", SPACE "CreditNote-2", "cbc:CreditNoteTypeCode", "381", VV_INVOICE_CREDIT},
    {"CreditNote", SPACE "CreditNote-2", "cbc:CreditNoteTypeCode", "261",
     VV_INVOICE_SELF_BILLED_CREDIT},
};

static void read_type(struct vv_ubl_reader *reader, const xmlNode *root, struct vv_invoice *invoice)
{
    bool is_root = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp((const char *)root->name, kinds[i].root) != 0 || root->ns == NULL ||
            strcmp((const char *)root->ns->href, kinds[i].space) != 0) {
            continue;
        }
        is_root = true;
        if (strcmp(vv_ubl_optional(reader, root, kinds[i].element), kinds[i].code) == 0) {
            invoice->type = kinds[i].type;
            return;
        }
    }
    if (is_root) {
        vv_ubl_complain(reader, root, VV_UNSUPPORTED, "TypeCode",
                        "is not 380 or 389 of an invoice, nor 381 or 261 of a credit note");
    } else {
        vv_ubl_complain(reader, root, VV_INVALID, (const char *)root->name,
                        "is no UBL invoice or credit note");
    }
}

/* ---- header ---- */

static void read_party(struct vv_ubl_reader *reader, const xmlNode *root, const char *element,
                       struct vv_invoice_party *party)
{
    const xmlNode *node = vv_ubl_path(reader, vv_ubl_child(reader, root, element), "cac:Party");
    if (node == NULL) {
        vv_ubl_complain(reader, root, VV_INVALID, element, "is missing");
        return;
    }
    const xmlNode *legal = vv_ubl_child(reader, node, "cac:PartyLegalEntity");
    party->endpoint = vv_ubl_optional(reader, node, "cbc:EndpointID");
    party->endpoint_scheme =
        vv_ubl_attribute(reader, vv_ubl_child(reader, node, "cbc:EndpointID"), "schemeID");
    party->name = vv_ubl_required(reader, node, "cac:PartyLegalEntity/cbc:RegistrationName");
    party->legal_id = vv_ubl_optional(reader, legal, "cbc:CompanyID");
    party->legal_scheme =
        vv_ubl_attribute(reader, vv_ubl_child(reader, legal, "cbc:CompanyID"), "schemeID");
    party->country =
        vv_ubl_required(reader, node, "cac:PostalAddress/cac:Country/cbc:IdentificationCode");
    party->vat_id = "";
    const xmlNode *tax = vv_ubl_first(node, "cac:PartyTaxScheme");
    for (; tax != NULL; tax = vv_ubl_next(tax, "cac:PartyTaxScheme")) {
        if (strcmp(vv_ubl_optional(reader, tax, "cac:TaxScheme/cbc:ID"), "VAT") == 0) {
            party->vat_id = vv_ubl_optional(reader, tax, "cbc:CompanyID");
        }
    }
}

static void read_header(struct vv_ubl_reader *reader, const xmlNode *root,
                        struct vv_invoice *invoice)
{
    const char *rules = vv_ubl_required(reader, root, "cbc:CustomizationID");
    if (strncmp(rules, EN_16931, strlen(EN_16931)) != 0) {
        vv_ubl_complain(reader, root, VV_UNSUPPORTED, "cbc:CustomizationID",
                        "does not follow EN 16931");
    }
    invoice->number = vv_ubl_required(reader, root, "cbc:ID");
    invoice->currency = vv_ubl_required(reader, root, "cbc:DocumentCurrencyCode");
    reader->currency = invoice->currency;
    invoice->issued_on = vv_ubl_day(reader, root, "cbc:IssueDate");
    if (invoice->issued_on == VV_DATE_NONE) {
        vv_ubl_complain(reader, root, VV_INVALID, "cbc:IssueDate", "is missing");
    }
    invoice->due_on = vv_ubl_day(reader, root, "cbc:DueDate");
    invoice->order = vv_ubl_optional(reader, root, "cac:OrderReference/cbc:ID");
    if (invoice->order[0] == '\0') {
        invoice->order = vv_ubl_optional(reader, root, "cbc:BuyerReference");
    }
    invoice->corrects =
        vv_ubl_optional(reader, root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID");
    const xmlNode *note = vv_ubl_first(root, "cbc:Note");
    invoice->note = note == NULL ? "" : vv_ubl_optional(reader, root, "cbc:Note");
    read_party(reader, root, "cac:AccountingSupplierParty", &invoice->supplier);
    read_party(reader, root, "cac:AccountingCustomerParty", &invoice->customer);
}

/* ---- lines ---- */

#define SCALE 1000000 /* six decimals of a quantity or price */

/* A decimal with at most six decimals in millionths; false for anything else. */
static bool read_decimal(const char *text, int64_t *ret_value)
{
    bool negative = text[0] == '-';
    int64_t value = 0;
    int decimals = -1;
    text += negative ? 1 : 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '.' && decimals < 0 && i > 0) {
            decimals = 0;
        } else if (text[i] >= '0' && text[i] <= '9' && decimals < 6 && value < INT64_MAX / 100) {
            value = value * 10 + (text[i] - '0');
            decimals += decimals < 0 ? 0 : 1;
        } else {
            return false;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++) {
        if (value > INT64_MAX / 10) {
            return false;
        }
        value *= 10;
    }
    *ret_value = negative ? -value : value;
    return text[0] != '\0';
}

/* Peppol R120: a line's amount is quantity x price / base quantity; two minor units are forgiven.
 */
static void check_price(struct vv_ubl_reader *reader, const xmlNode *node,
                        const char *quantity_name, vv_money amount)
{
    int64_t quantity = 0;
    int64_t price = 0;
    int64_t base = SCALE;
    const char *base_text = vv_ubl_optional(reader, node, "cac:Price/cbc:BaseQuantity");
    bool good = read_decimal(vv_ubl_required(reader, node, quantity_name), &quantity) &&
                read_decimal(vv_ubl_required(reader, node, "cac:Price/cbc:PriceAmount"), &price) &&
                (base_text[0] == '\0' || read_decimal(base_text, &base)) && price >= 0 && base > 0;
    if (!good) {
        vv_ubl_complain(reader, node, VV_INVALID, quantity_name,
                        "quantity, price or base quantity is no usable number");
        return;
    }
    __extension__ typedef __int128 wide;
    /* In hundredths: quantity x price has twelve decimals; times 100 over the base leaves six. */
    wide off = (wide)quantity * price * 100 / base - (wide)amount * SCALE;
    if (off > (wide)2 * SCALE || off < (wide)-2 * SCALE) {
        vv_ubl_complain(reader, node, VV_INVALID, "cbc:LineExtensionAmount",
                        "is not quantity x price");
    }
}

static struct vv_vat_class read_class(struct vv_ubl_reader *reader, const xmlNode *node,
                                      const char *element)
{
    const xmlNode *at = vv_ubl_path(reader, node, element);
    const struct vv_vat_category *category =
        vv_vat_category_of(at == NULL ? "" : vv_ubl_optional(reader, at, "cbc:ID"));
    const char *percent = at == NULL ? "" : vv_ubl_optional(reader, at, "cbc:Percent");
    struct vv_vat_class vat = {category == NULL ? '\0' : category->letter, 0};
    bool rate = percent[0] == '\0' || vv_vat_rate_parse(percent, &vat.rate_hundredths) == VV_OK;
    if (category == NULL || !rate || vv_vat_check(vat) != VV_OK) {
        vv_ubl_complain(reader, at == NULL ? node : at, VV_INVALID, element,
                        "is no VAT category S, Z, E, O or AE with its rate");
    }
    return vat;
}

static void read_line(struct vv_ubl_reader *reader, const xmlNode *node, bool credit,
                      struct vv_invoice_line *line)
{
    line->id = vv_ubl_required(reader, node, "cbc:ID");
    line->amount = vv_ubl_money(reader, node, "cbc:LineExtensionAmount");
    check_price(reader, node, credit ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity",
                line->amount);
    line->name = vv_ubl_required(reader, node, "cac:Item/cbc:Name");
    line->component = vv_ubl_optional(reader, node, "cac:Item/cac:BuyersItemIdentification/cbc:ID");
    line->order_line = vv_ubl_optional(reader, node, "cac:OrderLineReference/cbc:LineID");
    line->period_start = vv_ubl_day(reader, node, "cac:InvoicePeriod/cbc:StartDate");
    line->period_end = vv_ubl_day(reader, node, "cac:InvoicePeriod/cbc:EndDate");
    line->vat = read_class(reader, node, "cac:Item/cac:ClassifiedTaxCategory");
    line->case_ref = "";
    const xmlNode *object = vv_ubl_child(reader, node, "cac:DocumentReference");
    if (object != NULL &&
        strcmp(vv_ubl_optional(reader, object, "cbc:DocumentTypeCode"), OBJECT_CODE) == 0) {
        line->case_ref = vv_ubl_optional(reader, object, "cbc:ID");
    }
    const xmlNode *allowance = vv_ubl_first(node, "cac:AllowanceCharge");
    if (allowance != NULL) {
        vv_ubl_complain(reader, allowance, VV_UNSUPPORTED, "cac:AllowanceCharge",
                        "no allowances or charges are agreed");
    }
}

static void read_lines(struct vv_ubl_reader *reader, const xmlNode *root,
                       struct vv_invoice *invoice)
{
    bool credit = vv_invoice_is_credit(invoice->type);
    const char *name = credit ? "cac:CreditNoteLine" : "cac:InvoiceLine";
    size_t count = 0;
    for (const xmlNode *n = vv_ubl_first(root, name); n != NULL; n = vv_ubl_next(n, name)) {
        count++;
    }
    if (count == 0 || count > VV_INVOICE_LINES_MAX) {
        vv_ubl_complain(reader, root, count == 0 ? VV_INVALID : VV_TOO_LARGE, name,
                        "%zu lines: a document has 1 to %d", count, VV_INVOICE_LINES_MAX);
        return;
    }
    struct vv_invoice_line *lines = vv_ubl_alloc(reader, count * sizeof *lines);
    if (lines == NULL) {
        vv_ubl_complain(reader, root, VV_NO_MEMORY, name, "no memory");
        return;
    }
    const xmlNode *node = vv_ubl_first(root, name);
    for (size_t i = 0; i < count; i++, node = vv_ubl_next(node, name)) {
        read_line(reader, node, credit, &lines[i]);
        for (size_t k = 0; reader->status == VV_OK && k < i; k++) {
            if (strcmp(lines[k].id, lines[i].id) == 0) {
                vv_ubl_complain(reader, node, VV_INVALID, "cbc:ID", "two lines have the same id");
            }
        }
    }
    invoice->lines = lines;
    invoice->line_count = count;
}

/* ---- sums ---- */

static void same(struct vv_ubl_reader *reader, const xmlNode *node, const char *path,
                 vv_money wanted, const char *rule)
{
    vv_money stated = vv_ubl_money(reader, node, path);
    if (reader->status == VV_OK && stated != wanted) {
        char is[VV_MONEY_TEXT_BYTES];
        char should[VV_MONEY_TEXT_BYTES];
        vv_money_format(stated, 0, is);
        vv_money_format(wanted, 0, should);
        vv_ubl_complain(reader, vv_ubl_path(reader, node, path), VV_INVALID, path,
                        "is %s where the lines make %s (%s)", is, should, rule);
    }
}

static const struct vv_vat_subtotal *subtotal_of(const struct vv_vat_summary *sums,
                                                 struct vv_vat_class vat)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->subtotals[i].vat.category == vat.category &&
            sums->subtotals[i].vat.rate_hundredths == vat.rate_hundredths) {
            return &sums->subtotals[i];
        }
    }
    return NULL;
}

static void check_tax(struct vv_ubl_reader *reader, const xmlNode *root,
                      const struct vv_vat_summary *sums)
{
    const xmlNode *total = vv_ubl_child(reader, root, "cac:TaxTotal");
    bool seen[VV_VAT_SUBTOTALS_MAX] = {false};
    size_t count = 0;
    if (total == NULL) {
        vv_ubl_complain(reader, root, VV_INVALID, "cac:TaxTotal", "is missing");
        return;
    }
    const xmlNode *node = vv_ubl_first(total, "cac:TaxSubtotal");
    for (; node != NULL; node = vv_ubl_next(node, "cac:TaxSubtotal"), count++) {
        struct vv_vat_class vat = read_class(reader, node, "cac:TaxCategory");
        const struct vv_vat_subtotal *subtotal = subtotal_of(sums, vat);
        if (subtotal == NULL || seen[subtotal - sums->subtotals]) {
            vv_ubl_complain(reader, node, VV_INVALID, "cac:TaxSubtotal",
                            "no line has its category and rate, or it stands twice");
            return;
        }
        seen[subtotal - sums->subtotals] = true;
        same(reader, node, "cbc:TaxableAmount", subtotal->base, "BR-S-08 and its like");
        same(reader, node, "cbc:TaxAmount", subtotal->tax, "BR-CO-17");
    }
    if (count != sums->count) {
        vv_ubl_complain(reader, total, VV_INVALID, "cac:TaxSubtotal",
                        "%zu where the lines have %zu categories and rates (BR-CO-18)", count,
                        sums->count);
    }
    same(reader, total, "cbc:TaxAmount", sums->tax, "BR-CO-14");
}

static void check_sums(struct vv_ubl_reader *reader, const xmlNode *root,
                       struct vv_invoice *invoice)
{
    static const char *const not_agreed[] = {"cbc:AllowanceTotalAmount", "cbc:ChargeTotalAmount",
                                             "cbc:PrepaidAmount", "cbc:PayableRoundingAmount"};
    struct vv_vat_summary sums = {.count = 0};
    enum vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < invoice->line_count; i++) {
        status = vv_vat_add(&sums, invoice->lines[i].vat, invoice->lines[i].amount);
    }
    if (status != VV_OK || vv_vat_close(&sums) != VV_OK) {
        vv_ubl_complain(reader, root, VV_INVALID, "cac:TaxTotal",
                        "VAT categories that cannot stand together, or sums beyond all bounds");
        return;
    }
    const xmlNode *total = vv_ubl_child(reader, root, "cac:LegalMonetaryTotal");
    if (total == NULL) {
        vv_ubl_complain(reader, root, VV_INVALID, "cac:LegalMonetaryTotal", "is missing");
        return;
    }
    for (size_t i = 0; i < sizeof not_agreed / sizeof not_agreed[0]; i++) {
        if (vv_ubl_first(total, not_agreed[i]) != NULL &&
            vv_ubl_money(reader, total, not_agreed[i]) != 0) {
            vv_ubl_complain(reader, total, VV_UNSUPPORTED, not_agreed[i], "is not agreed");
        }
    }
    if (vv_ubl_first(root, "cac:AllowanceCharge") != NULL) {
        vv_ubl_complain(reader, root, VV_UNSUPPORTED, "cac:AllowanceCharge",
                        "no allowances or charges are agreed");
    }
    check_tax(reader, root, &sums);
    same(reader, total, "cbc:LineExtensionAmount", sums.base, "BR-CO-10");
    same(reader, total, "cbc:TaxExclusiveAmount", sums.base, "BR-CO-13");
    same(reader, total, "cbc:TaxInclusiveAmount", sums.total, "BR-CO-15");
    same(reader, total, "cbc:PayableAmount", sums.total, "BR-CO-16");
    if (reader->status == VV_OK && sums.total < 0) {
        vv_ubl_complain(reader, total, VV_INVALID, "cbc:PayableAmount",
                        "is below 0: that is the opposite document");
    }
    invoice->sums = sums;
}

enum vv_status vv_invoice_read(const char *name, const void *bytes, size_t len,
                               ProtobufCAllocator *memory, struct vv_invoice *ret_invoice,
                               struct vv_error *ret_error)
{
    struct vv_ubl_reader reader = {
        .name = name, .currency = "", .memory = memory, .error = ret_error};
    struct vv_invoice invoice = {.due_on = VV_DATE_NONE};
    enum vv_status status = vv_ubl_parse(&reader, bytes, len);
    const xmlNode *root = status == VV_OK ? xmlDocGetRootElement(reader.doc) : NULL;
    if (root != NULL) {
        read_type(&reader, root, &invoice);
    }
    if (root != NULL && reader.status == VV_OK) {
        read_header(&reader, root, &invoice);
        read_lines(&reader, root, &invoice);
    }
    if (root != NULL && reader.status == VV_OK) {
        check_sums(&reader, root, &invoice);
    }
    xmlFreeDoc(reader.doc);
    if (reader.status == VV_OK && status == VV_OK) {
        *ret_invoice = invoice;
    }
    return status != VV_OK ? status : reader.status;
}
