/*
 * ubl_read.c: a guarded parse, and elements by name.
 */
#include "ubl_read.h"

#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ubl.h"

void vv_ubl_complain(struct vv_ubl_reader *reader, const xmlNode *at, enum vv_status status,
                     const char *field, const char *format, ...)
{
    if (reader->status != VV_OK) {
        return;
    }
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    long line = at == NULL ? 0 : xmlGetLineNo(at);
    reader->status = vv_fail(reader->error, status, reader->name, field,
                             line < 0 ? 0 : (unsigned)line, "%s", text);
}

void *vv_ubl_alloc(struct vv_ubl_reader *reader, size_t size)
{
    void *bytes = reader->memory->alloc(reader->memory->allocator_data, size);
    if (bytes != NULL) {
        memset(bytes, 0, size);
    }
    return bytes;
}

/* ---- parsing ---- */

/* A document type could declare entities: the parser stops at its first word, so nothing is ever
 * declared, expanded or fetched. */
static void on_doctype(void *context, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    xmlParserCtxtPtr parser = context;
    struct vv_ubl_reader *reader = parser->_private;
    (void)name;
    (void)external;
    (void)system;
    vv_ubl_complain(reader, NULL, VV_INVALID, "DOCTYPE",
                    "an invoice has no document type; entities are not read");
    xmlStopParser(parser);
}

static bool too_deep(const xmlNode *element, int left)
{
    if (left == 0) {
        return true;
    }
    for (const xmlNode *child = element->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && too_deep(child, left - 1)) {
            return true;
        }
    }
    return false;
}

static bool is_utf8(const xmlDoc *doc)
{
    return doc->encoding == NULL || strcasecmp((const char *)doc->encoding, "UTF-8") == 0;
}

/* What the parser says of itself may quote the document: its text is not repeated, its line is. */
static void explain(struct vv_ubl_reader *reader, xmlParserCtxtPtr parser)
{
    if (reader->status == VV_OK) {
        bool memory = parser->lastError.code == XML_ERR_NO_MEMORY;
        int line = parser->lastError.line;
        reader->status =
            vv_fail(reader->error, memory ? VV_NO_MEMORY : VV_INVALID, reader->name, "",
                    line > 0 ? (unsigned)line : 0, "is not well-formed XML (libxml2 error %d)",
                    parser->lastError.code);
    }
}

enum vv_status vv_ubl_parse(struct vv_ubl_reader *reader, const void *bytes, size_t len)
{
    reader->status = VV_OK;
    reader->doc = NULL;
    if (len > VV_INVOICE_BYTES_MAX) {
        vv_ubl_complain(reader, NULL, VV_TOO_LARGE, "", "is larger than %d bytes",
                        VV_INVOICE_BYTES_MAX);
        return reader->status;
    }
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (parser == NULL) {
        return vv_fail(reader->error, VV_NO_MEMORY, reader->name, "", 0, "no memory");
    }
    parser->_private = reader;
    parser->sax->internalSubset = on_doctype;
    reader->doc = xmlCtxtReadMemory(parser, bytes, (int)len, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                        XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
    if (reader->doc == NULL || reader->status != VV_OK) {
        explain(reader, parser);
    } else if (!is_utf8(reader->doc)) {
        vv_ubl_complain(reader, NULL, VV_INVALID, "encoding", "is not UTF-8, as Peppol wants");
    } else if (too_deep(xmlDocGetRootElement(reader->doc), VV_INVOICE_DEPTH_MAX)) {
        vv_ubl_complain(reader, NULL, VV_TOO_LARGE, "", "has elements more than %d deep",
                        VV_INVOICE_DEPTH_MAX);
    }
    xmlFreeParserCtxt(parser);
    return reader->status;
}

/* ---- elements ---- */

static bool is_named(const xmlNode *node, const char *name, size_t len)
{
    static const char *const spaces[] = {VV_UBL_CAC, VV_UBL_CBC};
    const char *space = strncmp(name, "cac:", 4) == 0 ? spaces[0] : spaces[1];
    return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->ns->href, space) == 0 &&
           strlen((const char *)node->name) == len - 4 &&
           strncmp((const char *)node->name, name + 4, len - 4) == 0;
}

static const xmlNode *from(const xmlNode *node, const char *name, size_t len)
{
    while (node != NULL && !is_named(node, name, len)) {
        node = node->next;
    }
    return node;
}

const xmlNode *vv_ubl_first(const xmlNode *parent, const char *name)
{
    return parent == NULL ? NULL : from(parent->children, name, strlen(name));
}

const xmlNode *vv_ubl_next(const xmlNode *sibling, const char *name)
{
    return from(sibling->next, name, strlen(name));
}

static const xmlNode *only(struct vv_ubl_reader *reader, const xmlNode *parent, const char *name,
                           size_t len)
{
    const xmlNode *found = parent == NULL ? NULL : from(parent->children, name, len);
    const xmlNode *second = found == NULL ? NULL : from(found->next, name, len);
    if (second != NULL) {
        vv_ubl_complain(reader, second, VV_INVALID, (const char *)second->name,
                        "stands twice where one is allowed");
    }
    return found;
}

const xmlNode *vv_ubl_child(struct vv_ubl_reader *reader, const xmlNode *parent, const char *name)
{
    return only(reader, parent, name, strlen(name));
}

const xmlNode *vv_ubl_path(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path)
{
    const xmlNode *node = parent;
    while (node != NULL) {
        size_t len = strcspn(path, "/");
        node = only(reader, node, path, len);
        if (path[len] == '\0') {
            break;
        }
        path += len + 1;
    }
    return node;
}

/* ---- values ---- */

/* The text of an element without the blanks around it, in the arena. */
static const char *text_of(struct vv_ubl_reader *reader, const xmlNode *node)
{
    xmlChar *content = xmlNodeGetContent(node);
    const char *text = content == NULL ? "" : (const char *)content;
    text += strspn(text, " \t\r\n");
    size_t len = strnlen(text, VV_INVOICE_TEXT_BYTES_MAX + 1);
    const char *copy = "";
    if (len > VV_INVOICE_TEXT_BYTES_MAX) {
        vv_ubl_complain(reader, node, VV_TOO_LARGE, (const char *)node->name,
                        "is longer than %d bytes", VV_INVOICE_TEXT_BYTES_MAX);
    } else {
        while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL) {
            len--;
        }
        char *own = vv_ubl_alloc(reader, len + 1);
        if (own != NULL) {
            memcpy(own, text, len);
        }
        copy = own;
    }
    xmlFree(content);
    if (copy == NULL) {
        vv_ubl_complain(reader, node, VV_NO_MEMORY, (const char *)node->name,
                        "the document's texts are beyond all bounds");
        return "";
    }
    return copy;
}

const char *vv_ubl_optional(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path)
{
    const xmlNode *node = vv_ubl_path(reader, parent, path);
    return node == NULL || reader->status != VV_OK ? "" : text_of(reader, node);
}

const char *vv_ubl_required(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path)
{
    const char *text = vv_ubl_optional(reader, parent, path);
    if (text[0] == '\0') {
        vv_ubl_complain(reader, parent, VV_INVALID, path, "is missing");
    }
    return text;
}

const char *vv_ubl_attribute(struct vv_ubl_reader *reader, const xmlNode *element,
                             const char *attribute)
{
    for (const xmlAttr *a = element == NULL ? NULL : element->properties; a != NULL; a = a->next) {
        if (strcmp((const char *)a->name, attribute) == 0 && a->ns == NULL) {
            return text_of(reader, (const xmlNode *)a);
        }
    }
    return "";
}

vv_date vv_ubl_day(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path)
{
    const char *text = vv_ubl_optional(reader, parent, path);
    vv_date date = VV_DATE_NONE;
    if (text[0] != '\0' && vv_date_parse(text, &date) != VV_OK) {
        vv_ubl_complain(reader, vv_ubl_path(reader, parent, path), VV_INVALID, path,
                        "is no date as YYYY-MM-DD");
    }
    return date;
}

vv_money vv_ubl_money(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path)
{
    const xmlNode *node = vv_ubl_path(reader, parent, path);
    vv_money amount = 0;
    if (node == NULL) {
        vv_ubl_complain(reader, parent, VV_INVALID, path, "is missing");
        return 0;
    }
    const char *text = text_of(reader, node);
    if (reader->status == VV_OK && vv_money_parse(text, &amount) != VV_OK) {
        vv_ubl_complain(reader, node, VV_INVALID, path,
                        "is no amount with at most two decimals below 2^53 minor units");
    }
    const char *currency = vv_ubl_attribute(reader, node, "currencyID");
    if (reader->status == VV_OK && strcmp(currency, reader->currency) != 0) {
        vv_ubl_complain(reader, node, VV_INVALID, path,
                        "is in %.8s where the document's currency is %.8s", currency,
                        reader->currency);
    }
    return amount;
}
