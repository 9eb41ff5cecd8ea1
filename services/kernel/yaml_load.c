/*
 * yaml_load.c: libcyaml with its messages caught and turned into file, line and field.
 *
 * libcyaml reports through a log function, innermost place first:
 *     Load: Unexpected key: amunt
 *     Load: Backtrace:
 *       in mapping (line: 7, column: 16)
 *       in sequence entry '2' (line: 7, column: 9)
 *       in mapping field 'prices' (line: 5, column: 7)
 * Entries count from 1. Its lines are those of the last thing read, so we rebuild the path and
 * take the line from our own index.
 */
#include "vagval/yaml_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/model.h"

const cyaml_strval_t vv_yaml_truths[2] = {{"false", VV_YAML_FALSE}, {"true", VV_YAML_TRUE}};
const cyaml_strval_t vv_yaml_figures[2] = {{"example", VV_YAML_EXAMPLE},
                                           {"official", VV_YAML_OFFICIAL}};

const cyaml_schema_field_t vv_yaml_text_fields[] = {
    CYAML_FIELD_STRING_PTR("en", CYAML_FLAG_POINTER, struct vv_yaml_text, en, 1, 1024),
    CYAML_FIELD_STRING_PTR("sv", CYAML_FLAG_POINTER, struct vv_yaml_text, sv, 1, 1024),
    CYAML_FIELD_END};

const cyaml_schema_value_t vv_yaml_code_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, VV_CODE_BYTES_MAX)};

struct capture {
    char problem[160]; /* first line */
    char path[VV_YAML_PATH_BYTES];
    bool in_backtrace;
    bool skip_field; /* the innermost line is a neighbour, not the place */
    bool skip_entry;
};

/* Puts one outer step before what is already known of the path. */
static void path_prepend(struct capture *capture, const char *step)
{
    char whole[VV_YAML_PATH_BYTES];
    bool dot = capture->path[0] != '\0' && capture->path[0] != '[';
    int len = snprintf(whole, sizeof(whole), "%s%s%s", step, dot ? "." : "", capture->path);
    if (len > 0 && (size_t)len < sizeof(whole)) {
        memcpy(capture->path, whole, (size_t)len + 1);
    }
}

static void take_problem(struct capture *capture, const char *line)
{
    static const char unexpected[] = "Unexpected key: ";
    static const char missing[] = "Missing required mapping field: ";
    snprintf(capture->problem, sizeof(capture->problem), "%s", line);
    if (strncmp(line, unexpected, sizeof(unexpected) - 1) == 0) {
        path_prepend(capture, line + sizeof(unexpected) - 1);
    } else if (strncmp(line, missing, sizeof(missing) - 1) == 0) {
        path_prepend(capture, line + sizeof(missing) - 1);
        capture->skip_field = true;
    } else if (strstr(line, "entries (") != NULL) {
        capture->skip_entry = true; /* too few or too many: the list itself is the place */
    }
}

static void take_place(struct capture *capture, const char *line)
{
    static const char field[] = "in mapping field '";
    static const char entry[] = "in sequence entry '";
    char step[VV_YAML_PATH_BYTES];
    if (strncmp(line, field, sizeof(field) - 1) == 0) {
        const char *name = line + sizeof(field) - 1;
        snprintf(step, sizeof(step), "%.*s", (int)strcspn(name, "'"), name);
        if (!capture->skip_field) {
            path_prepend(capture, step);
        }
    } else if (strncmp(line, entry, sizeof(entry) - 1) == 0) {
        unsigned long number = strtoul(line + sizeof(entry) - 1, NULL, 10);
        snprintf(step, sizeof(step), "[%lu]", number > 0 ? number - 1 : 0);
        if (!capture->skip_entry) {
            path_prepend(capture, step);
        }
    }
    capture->skip_field = false;
    capture->skip_entry = false;
}

__attribute__((format(printf, 3, 0))) static void
catch_message(cyaml_log_t level, void *ctx, const char *format, va_list arguments)
{
    struct capture *capture = ctx;
    char buffer[512];
    if (level < CYAML_LOG_ERROR || vsnprintf(buffer, sizeof(buffer), format, arguments) < 0) {
        return;
    }
    buffer[strcspn(buffer, "\n")] = '\0';
    const char *line = buffer;
    if (strncmp(line, "Load: ", 6) == 0) {
        line += 6;
    }
    line += strspn(line, " ");
    if (strncmp(line, "Backtrace", 9) == 0) {
        capture->in_backtrace = true;
    } else if (capture->in_backtrace) {
        take_place(capture, line);
    } else if (capture->problem[0] == '\0') {
        take_problem(capture, line);
    }
}

enum vv_status vv_yaml_load(struct vv_yaml_file *file, const cyaml_schema_value_t *schema,
                            void **ret_document)
{
    enum vv_status status = vv_yaml_guard(file);
    if (status != VV_OK) {
        return status;
    }
    struct capture capture = {.problem = ""};
    const cyaml_config_t config = {.log_fn = catch_message,
                                   .log_ctx = &capture,
                                   .mem_fn = vv_yaml_pool_resize,
                                   .mem_ctx = file->pool,
                                   .log_level = CYAML_LOG_ERROR,
                                   .flags = CYAML_CFG_NO_ALIAS};
    cyaml_data_t *document = NULL;
    cyaml_err_t error = cyaml_load_data(file->bytes, file->len, &config, schema, &document, NULL);
    if (error == CYAML_ERR_OOM) {
        return vv_yaml_no_memory(file);
    }
    if (error != CYAML_OK || document == NULL) {
        return vv_yaml_fail(file, capture.path, "%s",
                            capture.problem[0] != '\0' ? capture.problem : cyaml_strerror(error));
    }
    *ret_document = document;
    return VV_OK;
}

bool vv_yaml_integer(const char *text, int64_t *ret_value)
{
    if (text == NULL) {
        return false;
    }
    const char *digits = text + (text[0] == '-');
    size_t len = strspn(digits, "0123456789");
    bool padded = len > 1 && digits[0] == '0';
    bool minus_zero = text[0] == '-' && digits[0] == '0';
    if (len == 0 || len > 18 || digits[len] != '\0' || padded || minus_zero) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    *ret_value = text[0] == '-' ? -value : value;
    return true;
}

bool vv_yaml_micro(const char *text, int64_t *ret_value)
{
    if (text == NULL) {
        return false;
    }
    bool negative = text[0] == '-';
    const char *whole = text + (text[0] == '-' || text[0] == '+');
    size_t whole_len = strspn(whole, "0123456789");
    if (whole_len == 0 || whole_len > 6) {
        return false;
    }
    const char *rest = whole + whole_len;
    size_t decimals = 0;
    if (*rest == '.') {
        rest++;
        decimals = strspn(rest, "0123456789");
        if (decimals == 0 || decimals > 6) {
            return false;
        }
    }
    if (rest[decimals] != '\0') {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < whole_len; i++) {
        value = value * 10 + (whole[i] - '0');
    }
    for (size_t i = 0; i < 6; i++) {
        value = value * 10 + (i < decimals ? rest[i] - '0' : 0);
    }
    *ret_value = negative ? -value : value;
    return true;
}

enum vv_status vv_yaml_bounded(const struct vv_yaml_file *file, const char *path, const char *text,
                               int64_t min, int64_t max, int64_t absent, int64_t *ret_value)
{
    int64_t value = absent;
    if (text != NULL && (!vv_yaml_integer(text, &value) || value < min || value > max)) {
        return vv_yaml_fail(file, path, "must be a whole number from %lld to %lld", (long long)min,
                            (long long)max);
    }
    *ret_value = value;
    return VV_OK;
}

bool vv_yaml_is_code(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t len = strlen(text);
    if (len == 0 || len > VV_CODE_BYTES_MAX || strchr(letters, text[0]) == NULL) {
        return false;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr(letters, *c) == NULL && strchr("-_.", *c) == NULL) {
            return false;
        }
    }
    return true;
}
