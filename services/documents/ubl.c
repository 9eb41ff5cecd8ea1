/*
 * ubl.c: writing UBL elements.
 */
#include "ubl.h"

#include <string.h>

void vv_ubl_fail(struct vv_ubl *ubl, enum vv_status status, const char *element, const char *text)
{
    if (ubl->status == VV_OK) {
        ubl->status = vv_fail(ubl->error, status, "document", element, 0, "%s", text);
    }
}

/* libxml2 returns a negative number when memory is out or the sink said no. */
static void note(struct vv_ubl *ubl, int result)
{
    if (result < 0) {
        vv_ubl_fail(ubl, VV_NO_MEMORY, "", "the document could not be made");
    }
}

/* A sink that says no is not told to libxml2, which would print it: the status skips the rest. */
static int on_bytes(void *context, const char *bytes, int len)
{
    struct vv_ubl *ubl = context;
    if (len > 0 && ubl->status == VV_OK) {
        enum vv_status status = ubl->sink(ubl->context, bytes, (size_t)len);
        if (status != VV_OK) {
            vv_ubl_fail(ubl, status, "", "the document could not be handed on");
        }
    }
    return len;
}

static int on_close(void *context)
{
    (void)context;
    return 0;
}

enum vv_status vv_ubl_open(struct vv_ubl *ubl, const char *root, const char *space)
{
    xmlOutputBufferPtr buffer = xmlOutputBufferCreateIO(on_bytes, on_close, ubl, NULL);
    ubl->writer = buffer == NULL ? NULL : xmlNewTextWriter(buffer); /* owns the buffer from here */
    if (ubl->writer == NULL) {
        if (buffer != NULL) {
            (void)xmlOutputBufferClose(buffer);
        }
        return vv_fail(ubl->error, VV_NO_MEMORY, "document", root, 0, "no memory");
    }
    note(ubl, xmlTextWriterSetIndent(ubl->writer, 1));
    note(ubl, xmlTextWriterSetIndentString(ubl->writer, BAD_CAST "  "));
    note(ubl, xmlTextWriterStartDocument(ubl->writer, "1.0", "UTF-8", NULL));
    note(ubl, xmlTextWriterStartElement(ubl->writer, BAD_CAST root));
    note(ubl, xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "xmlns", BAD_CAST space));
    note(ubl, xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "xmlns:cac", BAD_CAST VV_UBL_CAC));
    note(ubl, xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "xmlns:cbc", BAD_CAST VV_UBL_CBC));
    return VV_OK;
}

enum vv_status vv_ubl_close(struct vv_ubl *ubl)
{
    if (ubl->status == VV_OK) {
        note(ubl, xmlTextWriterEndDocument(ubl->writer));
    }
    if (ubl->status == VV_OK) {
        note(ubl, xmlTextWriterFlush(ubl->writer));
    }
    xmlFreeTextWriter(ubl->writer);
    ubl->writer = NULL;
    return ubl->status;
}

void vv_ubl_start(struct vv_ubl *ubl, const char *element)
{
    if (ubl->status == VV_OK) {
        note(ubl, xmlTextWriterStartElement(ubl->writer, BAD_CAST element));
    }
}

void vv_ubl_end(struct vv_ubl *ubl)
{
    if (ubl->status == VV_OK) {
        note(ubl, xmlTextWriterEndElement(ubl->writer));
    }
}

/* UTF-8 without the control characters that XML 1.0 has no spelling for. */
static bool is_xml_text(const char *text)
{
    size_t len = strnlen(text, VV_INVOICE_TEXT_BYTES_MAX + 1);
    if (len > VV_INVOICE_TEXT_BYTES_MAX || xmlCheckUTF8(BAD_CAST text) != 1) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20) {
            return false;
        }
    }
    return strstr(text, "\xEF\xBF\xBE") == NULL && strstr(text, "\xEF\xBF\xBF") == NULL;
}

void vv_ubl_scheme(struct vv_ubl *ubl, const char *element, const char *scheme, const char *text)
{
    if (text == NULL || text[0] == '\0' || ubl->status != VV_OK) {
        return;
    }
    if (!is_xml_text(text) || (scheme != NULL && !is_xml_text(scheme))) {
        vv_ubl_fail(ubl, VV_INVALID, element, "is no text of at most 512 bytes of UTF-8");
        return;
    }
    note(ubl, xmlTextWriterStartElement(ubl->writer, BAD_CAST element));
    if (scheme != NULL && scheme[0] != '\0') {
        note(ubl, xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "schemeID", BAD_CAST scheme));
    }
    note(ubl, xmlTextWriterWriteString(ubl->writer, BAD_CAST text));
    note(ubl, xmlTextWriterEndElement(ubl->writer));
}

void vv_ubl_text(struct vv_ubl *ubl, const char *element, const char *text)
{
    vv_ubl_scheme(ubl, element, NULL, text);
}

void vv_ubl_needed(struct vv_ubl *ubl, const char *element, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        vv_ubl_fail(ubl, VV_INVALID, element, "is missing, and the standard wants it");
    }
    vv_ubl_text(ubl, element, text);
}

void vv_ubl_date(struct vv_ubl *ubl, const char *element, vv_date date)
{
    if (date == VV_DATE_NONE) {
        return;
    }
    if (!vv_date_valid(date)) {
        vv_ubl_fail(ubl, VV_INVALID, element, "is no date");
        return;
    }
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    vv_ubl_text(ubl, element, text);
}

void vv_ubl_amount(struct vv_ubl *ubl, const char *element, vv_money amount)
{
    char text[VV_MONEY_TEXT_BYTES];
    vv_money_format(amount, 0, text);
    if (ubl->status != VV_OK) {
        return;
    }
    note(ubl, xmlTextWriterStartElement(ubl->writer, BAD_CAST element));
    note(ubl,
         xmlTextWriterWriteAttribute(ubl->writer, BAD_CAST "currencyID", BAD_CAST ubl->currency));
    note(ubl, xmlTextWriterWriteString(ubl->writer, BAD_CAST text));
    note(ubl, xmlTextWriterEndElement(ubl->writer));
}
