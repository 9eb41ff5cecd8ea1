/*
 * records_json.c: NDJSON through jansson, one object a line. One level of nesting is read as a
 * dotted name: {"feature": {"sex": "female"}} is the field feature.sex.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "records.h"
#include "vagval/limits.h"

struct line {
    struct vv_row_field fields[VV_ROW_FIELDS_MAX];
    size_t count;
    char text[VV_CSV_LINE_BYTES_MAX * 2];
    size_t used;
    const char *problem;
};

static const char *keep(struct line *line, const char *text)
{
    size_t len = strlen(text) + 1;
    if (len > sizeof(line->text) - line->used) {
        line->problem = "is too long";
        return "";
    }
    char *at = line->text + line->used;
    memcpy(at, text, len);
    line->used += len;
    return at;
}

static void add_value(struct line *line, const char *prefix, const char *key, json_t *value)
{
    char name[VV_NAME_BYTES_MAX * 2];
    char text[64];
    const char *string = NULL;
    switch (json_typeof(value)) {
    case JSON_STRING:
        string = json_string_value(value);
        break;
    case JSON_INTEGER:
        (void)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        string = text;
        break;
    case JSON_REAL:
        (void)snprintf(text, sizeof(text), "%.9f", json_real_value(value));
        string = text;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        string = json_is_true(value) ? "true" : "false";
        break;
    case JSON_NULL:
        return;
    case JSON_OBJECT:
    case JSON_ARRAY:
        line->problem = "has a value nested too deep";
        return;
    }
    if (line->count == VV_ROW_FIELDS_MAX) {
        line->problem = "has too many fields";
        return;
    }
    int len = snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", key);
    if (len < 0 || (size_t)len >= sizeof(name)) {
        line->problem = "has a field name that is too long";
    } else if (string[0] != '\0') {
        line->fields[line->count].name = keep(line, name);
        line->fields[line->count].value = keep(line, string);
        line->count++;
    }
}

static void flatten(struct line *line, json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        if (strcmp(key, "kind") == 0) {
            continue;
        }
        if (!json_is_object(value)) {
            add_value(line, "", key, value);
            continue;
        }
        const char *inner_key = NULL;
        json_t *inner = NULL;
        json_object_foreach(value, inner_key, inner)
        {
            add_value(line, key, inner_key, inner);
        }
    }
}

static const char *take_object(struct line *line, json_t *object, unsigned number,
                               const struct vv_records_callbacks *callbacks, void *context)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    if (kind == NULL) {
        return "has no \"kind\"";
    }
    line->count = 0;
    line->used = 0;
    line->problem = NULL;
    flatten(line, object);
    if (line->problem != NULL) {
        return line->problem;
    }
    for (int k = 0; k < VV_RECORD_KINDS; k++) {
        if (strcmp(kind, vv_record_shapes[k].name) == 0) {
            struct vv_row row = {.kind = (enum vv_record_kind)k,
                                 .line = number,
                                 .fields = line->fields,
                                 .field_count = line->count};
            vv_row_deliver(callbacks, context, &row);
            return NULL;
        }
    }
    return "has an unknown \"kind\"";
}

enum vv_status vv_records_json(const char *name, const char *bytes, size_t len,
                               const struct vv_records_callbacks *callbacks, void *context,
                               struct vv_error *ret_error)
{
    struct line *line = malloc(sizeof(*line));
    if (line == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory to read it");
    }
    unsigned number = 0;
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        size_t own = newline == NULL ? len - at : (size_t)(newline - bytes) - at;
        const char *text = bytes + at;
        number++;
        at += own + 1;
        if (own > 0 && text[own - 1] == '\r') {
            own--;
        }
        if (own == 0) {
            continue;
        }
        if (own > VV_CSV_LINE_BYTES_MAX) {
            callbacks->reject(context, number, "", "is longer than a line may be");
            continue;
        }
        json_t *object = json_loadb(text, own, JSON_REJECT_DUPLICATES, NULL);
        const char *reason = json_is_object(object)
                                 ? take_object(line, object, number, callbacks, context)
                                 : "is not one JSON object with UTF-8 text and no field twice";
        json_decref(object);
        if (reason != NULL) {
            callbacks->reject(context, number, "", reason);
        }
    }
    free(line);
    return VV_OK;
}
