/*
 * pain002.c: reads pain.002.001.10 with libxml2's pull reader: one pass, no tree, no network, no
 * document type declaration, so no entity of anybody's is expanded.
 */
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

#include "iso20022.h"

#define NAMESPACE "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
#define DEPTH_MAX 24
#define NAME_BYTES 40
#define VALUE_BYTES 512

struct reading {
    const char *name;
    xmlTextReaderPtr reader;
    struct vv_pain002 *report;
    struct vv_error *error;
    char path[DEPTH_MAX][NAME_BYTES];
    char value[VALUE_BYTES]; /* of the leaf that is open */
    size_t value_len;
    size_t room;
    bool is_document;
    struct vv_pain002_payment *payment; /* that is open */
};

static enum vv_status wrong(struct reading *reading, const char *field, const char *text)
{
    int line = reading->reader == NULL ? 0 : xmlTextReaderGetParserLineNumber(reading->reader);
    return vv_fail(reading->error, VV_INVALID, reading->name, field, line > 0 ? (unsigned)line : 0,
                   "%s", text);
}

/* ---- statuses ---- */

/*
 * External codes of ISO 20022. Only a settlement on the debtor's (ACSC) or the creditor's account
 * (ACCC) is the end of a payment. ACTC, ACCP and ACFC are checks that it has passed, ACWC an
 * acceptance of what the bank will change, ACSP and ACPD execution under way, ACWP a payment that
 * the creditor's account does not show yet: each may still be rejected. CANC was withdrawn before
 * it was executed, so no money left.
 */
static bool status_of(const char *code, enum vv_iso_status *ret_status)
{
    static const struct {
        char code[5];
        enum vv_iso_status status;
    } codes[] = {{"RCVD", VV_ISO_RECEIVED}, {"PDNG", VV_ISO_RECEIVED},  {"ACTC", VV_ISO_RECEIVED},
                 {"ACCP", VV_ISO_RECEIVED}, {"ACFC", VV_ISO_RECEIVED},  {"ACWC", VV_ISO_RECEIVED},
                 {"ACSP", VV_ISO_RECEIVED}, {"ACPD", VV_ISO_RECEIVED},  {"ACWP", VV_ISO_RECEIVED},
                 {"ACSC", VV_ISO_ACCEPTED}, {"ACCC", VV_ISO_ACCEPTED},  {"RJCT", VV_ISO_REJECTED},
                 {"CANC", VV_ISO_REJECTED}, {"PART", VV_ISO_PARTIALLY}, {"PATC", VV_ISO_PARTIALLY}};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(codes[i].code, code) == 0) {
            *ret_status = codes[i].status;
            return true;
        }
    }
    return false;
}

/* ---- leaves ---- */

static enum vv_status take_text(struct reading *reading, const char *field, char *ret_text,
                                size_t cap)
{
    if (reading->value_len >= cap) {
        return wrong(reading, field, "is longer than the format allows");
    }
    memcpy(ret_text, reading->value, reading->value_len + 1);
    return VV_OK;
}

/* Reasons come as a code and as lines of text: "AC04: closed account". */
static void take_reason(struct reading *reading, char ret_reason[static VV_ISO_REASON_BYTES])
{
    size_t used = strlen(ret_reason);
    (void)snprintf(ret_reason + used, VV_ISO_REASON_BYTES - used, "%s%.100s", used == 0 ? "" : ": ",
                   reading->value);
}

static enum vv_status take_status(struct reading *reading, const char *field,
                                  enum vv_iso_status *ret_status)
{
    return status_of(reading->value, ret_status)
               ? VV_OK
               : wrong(reading, field, "is no status that is known here");
}

static enum vv_status take_count(struct reading *reading)
{
    char *rest = NULL;
    unsigned long count = strtoul(reading->value, &rest, 10);
    if (reading->value[0] < '0' || reading->value[0] > '9' || *rest != '\0' || count > UINT32_MAX ||
        strlen(reading->value) > 15) {
        return wrong(reading, "OrgnlNbOfTxs", "is no number");
    }
    reading->report->has_count = true;
    reading->report->count = (uint32_t)count;
    return VV_OK;
}

static enum vv_status take_sum(struct reading *reading)
{
    if (vv_money_parse(reading->value, &reading->report->sum) != VV_OK) {
        return wrong(reading, "OrgnlCtrlSum", "is no amount with two decimals");
    }
    reading->report->has_sum = true;
    return VV_OK;
}

static bool is_under(const struct reading *reading, int depth, const char *parent)
{
    return depth >= 1 && strcmp(reading->path[depth - 1], parent) == 0;
}

static bool is_inside(const struct reading *reading, int depth, const char *ancestor)
{
    for (int i = 0; i < depth; i++) {
        if (strcmp(reading->path[i], ancestor) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status payment_leaf(struct reading *reading, int depth, const char *leaf)
{
    struct vv_pain002_payment *payment = reading->payment;
    if (is_under(reading, depth, "TxInfAndSts") && strcmp(leaf, "OrgnlEndToEndId") == 0) {
        return take_text(reading, leaf, payment->end_to_end, sizeof(payment->end_to_end));
    }
    if (is_under(reading, depth, "TxInfAndSts") && strcmp(leaf, "TxSts") == 0) {
        return take_status(reading, leaf, &payment->status);
    }
    bool code = is_under(reading, depth, "Rsn") && is_inside(reading, depth, "StsRsnInf");
    if (code || (is_under(reading, depth, "StsRsnInf") && strcmp(leaf, "AddtlInf") == 0)) {
        take_reason(reading, payment->reason);
    }
    return VV_OK;
}

static enum vv_status group_leaf(struct reading *reading, int depth, const char *leaf)
{
    struct vv_pain002 *report = reading->report;
    bool original = is_under(reading, depth, "OrgnlGrpInfAndSts");
    bool information = is_under(reading, depth, "OrgnlPmtInfAndSts");
    if (is_under(reading, depth, "GrpHdr") && strcmp(leaf, "MsgId") == 0) {
        return take_text(reading, leaf, report->message_id, sizeof(report->message_id));
    }
    if (original && strcmp(leaf, "OrgnlMsgId") == 0) {
        return take_text(reading, leaf, report->original_id, sizeof(report->original_id));
    }
    if (original && strcmp(leaf, "OrgnlMsgNmId") == 0 &&
        strncmp(reading->value, "pain.001", 8) != 0) {
        return wrong(reading, leaf, "the report does not speak of a payment file (pain.001)");
    }
    if ((original || information) && strcmp(leaf, "OrgnlNbOfTxs") == 0 && !report->has_count) {
        return take_count(reading);
    }
    if ((original || information) && strcmp(leaf, "OrgnlCtrlSum") == 0 && !report->has_sum) {
        return take_sum(reading);
    }
    if ((original && strcmp(leaf, "GrpSts") == 0) ||
        (information && strcmp(leaf, "PmtInfSts") == 0 && report->status == VV_ISO_SILENT)) {
        return take_status(reading, leaf, &report->status);
    }
    bool code = is_under(reading, depth, "Rsn") && is_inside(reading, depth, "StsRsnInf");
    if (code || (is_under(reading, depth, "StsRsnInf") && strcmp(leaf, "AddtlInf") == 0)) {
        take_reason(reading, report->reason);
    }
    return VV_OK;
}

/* ---- elements ---- */

static enum vv_status add_payment(struct reading *reading)
{
    struct vv_pain002 *report = reading->report;
    if (report->payment_count == VV_PAIN002_PAYMENTS_MAX) {
        return wrong(reading, "TxInfAndSts", "there are too many of them");
    }
    if (report->payment_count == reading->room) {
        size_t room = reading->room == 0 ? 16 : 2 * reading->room;
        struct vv_pain002_payment *wider =
            realloc(report->payments, room * sizeof(*report->payments));
        if (wider == NULL) {
            return vv_fail(reading->error, VV_NO_MEMORY, reading->name, NULL, 0, "no memory");
        }
        report->payments = wider;
        reading->room = room;
    }
    reading->payment = &report->payments[report->payment_count++];
    memset(reading->payment, 0, sizeof(*reading->payment));
    return VV_OK;
}

static enum vv_status on_end(struct reading *reading, int depth, const char *name)
{
    if (strcmp(name, "TxInfAndSts") == 0 && reading->payment != NULL) {
        struct vv_pain002_payment *payment = reading->payment;
        reading->payment = NULL;
        return payment->end_to_end[0] != '\0' && payment->status != VV_ISO_SILENT
                   ? VV_OK
                   : wrong(reading, name, "names no OrgnlEndToEndId or no TxSts");
    }
    if (reading->value_len == 0) {
        return VV_OK;
    }
    return reading->payment != NULL ? payment_leaf(reading, depth, name)
                                    : group_leaf(reading, depth, name);
}

static enum vv_status on_start(struct reading *reading, int depth, const char *name)
{
    const char *space = (const char *)xmlTextReaderConstNamespaceUri(reading->reader);
    if (depth >= DEPTH_MAX || strlen(name) >= NAME_BYTES) {
        return wrong(reading, "Document", "is nested deeper than any such report");
    }
    if (depth == 0 &&
        (strcmp(name, "Document") != 0 || space == NULL || strcmp(space, NAMESPACE) != 0)) {
        return wrong(reading, "Document", "is not a pain.002.001.10");
    }
    (void)snprintf(reading->path[depth], NAME_BYTES, "%s", name);
    reading->value_len = 0;
    reading->value[0] = '\0';
    reading->is_document = true;
    if (strcmp(name, "TxInfAndSts") == 0) {
        enum vv_status status = add_payment(reading);
        if (status != VV_OK) {
            return status;
        }
    }
    return xmlTextReaderIsEmptyElement(reading->reader) == 1 ? on_end(reading, depth, name) : VV_OK;
}

static enum vv_status on_text(struct reading *reading)
{
    const char *text = (const char *)xmlTextReaderConstValue(reading->reader);
    size_t len = text == NULL ? 0 : strlen(text);
    if (reading->value_len + len >= VALUE_BYTES) {
        return wrong(reading, "", "a value is longer than the format allows");
    }
    memcpy(reading->value + reading->value_len, text == NULL ? "" : text, len + 1);
    reading->value_len += len;
    return VV_OK;
}

static enum vv_status on_node(struct reading *reading)
{
    int depth = xmlTextReaderDepth(reading->reader);
    const char *name = (const char *)xmlTextReaderConstLocalName(reading->reader);
    enum vv_status status = VV_OK;
    switch (xmlTextReaderNodeType(reading->reader)) {
    case XML_READER_TYPE_DOCUMENT_TYPE:
        return wrong(reading, "DOCTYPE", "a document type declaration is not taken");
    case XML_READER_TYPE_ELEMENT:
        return on_start(reading, depth, name);
    case XML_READER_TYPE_END_ELEMENT:
        status = on_end(reading, depth, name);
        reading->value_len = 0;
        reading->value[0] = '\0';
        return status;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        return on_text(reading);
    default:
        return VV_OK;
    }
}

static void silent(void *context, const char *message, ...)
{
    (void)context;
    (void)message; /* libxml2's own words may repeat what the file holds */
}

static enum vv_status check_whole(struct reading *reading)
{
    const struct vv_pain002 *report = reading->report;
    if (!reading->is_document || report->original_id[0] == '\0') {
        return wrong(reading, "OrgnlMsgId", "is missing: the report names no payment file");
    }
    if (report->status == VV_ISO_SILENT && report->payment_count == 0) {
        return wrong(reading, "GrpSts",
                     "the report says nothing: neither of the file nor of a "
                     "payment");
    }
    return VV_OK;
}

enum vv_status vv_pain002_read(const char *name, const char *bytes, size_t len,
                               struct vv_pain002 *ret_report, struct vv_error *ret_error)
{
    struct vv_pain002 report = {.payments = NULL};
    struct reading reading = {.name = name, .report = &report, .error = ret_error};
    if (len > VV_PAIN002_BYTES_MAX) {
        return vv_fail(ret_error, VV_TOO_LARGE, name, NULL, 0, "is larger than 64 MiB");
    }
    reading.reader = xmlReaderForMemory(bytes, (int)len, NULL, NULL,
                                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (reading.reader == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory");
    }
    xmlTextReaderSetErrorHandler(reading.reader, (xmlTextReaderErrorFunc)(void *)silent, NULL);
    enum vv_status status = VV_OK;
    int more = xmlTextReaderRead(reading.reader);
    while (more == 1 && status == VV_OK) {
        status = on_node(&reading);
        more = status == VV_OK ? xmlTextReaderRead(reading.reader) : 0;
    }
    if (status == VV_OK && more < 0) {
        status = wrong(&reading, "", "is not well-formed XML");
    }
    if (status == VV_OK) {
        status = check_whole(&reading);
    }
    xmlFreeTextReader(reading.reader);
    if (status != VV_OK) {
        vv_pain002_free(&report);
        return status;
    }
    *ret_report = report;
    return VV_OK;
}

void vv_pain002_free(struct vv_pain002 *report)
{
    free(report->payments);
    memset(report, 0, sizeof(*report));
}
