/*
 * scheme.c: reading a scheme file, and the questions that rules ask of it.
 */
#include "vagval/scheme.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scheme_file.h"

enum vv_status vv_scheme_parse(const char *name, const void *yaml, size_t len,
                               struct vv_scheme **ret_scheme, struct vv_error *ret_error)
{
    struct scheme_file *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, "", 0, "not enough memory for the file");
    }
    struct vv_yaml_file file = {
        .name = name, .bytes = yaml, .len = len, .error = ret_error, .pool = &made->pool};
    void *raw = NULL;
    enum vv_status status = vv_yaml_load(&file, &vv_scheme_schema, &raw);
    if (status == VV_OK) {
        status = vv_scheme_convert(&file, raw, &made->scheme);
    }
    if (status == VV_OK) {
        status = vv_scheme_check(&file, &made->scheme);
    }
    struct vv_scheme *scheme = &made->scheme;
    if (status != VV_OK) {
        vv_scheme_destroy(&scheme);
        return status;
    }
    vv_version_of(yaml, len, made->scheme.version);
    snprintf(made->name, sizeof(made->name), "%s", name);
    made->model_line = vv_yaml_find(&file, "assessment.model")->line;
    vv_yaml_pool_resize(&made->pool, file.nodes, 0); /* only errors needed the lines */
    *ret_scheme = scheme;
    return VV_OK;
}

void vv_scheme_destroy(struct vv_scheme **scheme)
{
    if (scheme == NULL || *scheme == NULL) {
        return;
    }
    struct scheme_file *made = (struct scheme_file *)(void *)*scheme;
    vv_yaml_pool_clear(&made->pool);
    free(made);
    *scheme = NULL;
}

/* Codes mostly differ in their first letter. */
static inline bool same_code(const char *a, const char *b)
{
    return a == b || (a[0] == b[0] && strcmp(a, b) == 0);
}

const struct vv_area *vv_scheme_area(const struct vv_scheme *scheme, const char *code)
{
    for (size_t i = 0; i < scheme->area_count; i++) {
        if (same_code(scheme->areas[i].code, code)) {
            return &scheme->areas[i];
        }
    }
    return NULL;
}

bool vv_scheme_area_open(const struct vv_scheme *scheme, const char *code, vv_date on)
{
    const struct vv_area *area = scheme->areas_limited ? vv_scheme_area(scheme, code) : NULL;
    if (area == NULL) {
        return true;
    }
    bool begun = area->choices_from == VV_DATE_NONE || area->choices_from <= on;
    bool open = area->choices_until == VV_DATE_NONE || on <= area->choices_until;
    return begun && open;
}

const struct vv_area *vv_scheme_area_of(const struct vv_scheme *scheme, const char *municipality)
{
    for (size_t i = 0; i < scheme->area_count; i++) {
        const struct vv_area *area = &scheme->areas[i];
        for (size_t m = 0; m < area->municipality_count; m++) {
            if (strcmp(area->municipalities[m], municipality) == 0) {
                return area;
            }
        }
    }
    return NULL;
}

const struct vv_level *vv_scheme_level(const struct vv_scheme *scheme, const char *code)
{
    for (size_t i = 0; i < scheme->level_count; i++) {
        if (strcmp(scheme->levels[i].code, code) == 0) {
            return &scheme->levels[i];
        }
    }
    return NULL;
}

const struct vv_level *vv_scheme_level_for(const struct vv_scheme *scheme, int64_t logit)
{
    /* The last level has no cut-off: it takes the rest, INT64_MAX included. */
    for (size_t i = 0; i + 1 < scheme->level_count; i++) {
        if (logit < scheme->levels[i].logit_below) {
            return &scheme->levels[i];
        }
    }
    return scheme->level_count > 0 ? &scheme->levels[scheme->level_count - 1] : NULL;
}

const struct vv_component *vv_scheme_component(const struct vv_scheme *scheme, const char *code)
{
    for (size_t i = 0; i < scheme->component_count; i++) {
        if (same_code(scheme->components[i].code, code)) {
            return &scheme->components[i];
        }
    }
    return NULL;
}

static bool price_valid(const struct vv_price *price, vv_date on)
{
    return (price->from == VV_DATE_NONE || price->from <= on) &&
           (price->to == VV_DATE_NONE || on <= price->to);
}

enum vv_status vv_scheme_price(const struct vv_scheme *scheme, const struct vv_component *component,
                               const char *level, const char *area, vv_date on,
                               vv_money *ret_amount, const struct vv_price **ret_price)
{
    const struct vv_area *where = vv_scheme_area(scheme, area);
    const struct vv_price *found = NULL;
    for (size_t i = 0; i < component->price_count && where != NULL; i++) {
        const struct vv_price *price = &component->prices[i];
        if (!same_code(price->level, level) || !price_valid(price, on)) {
            continue;
        }
        if (price->area == NULL) {
            found = found == NULL ? price : found;
        } else if (same_code(price->area, area)) {
            found = price; /* the area's own row goes before the row for every area */
            break;
        }
    }
    if (found == NULL) {
        return VV_NOT_FOUND;
    }
    vv_money amount = found->amount;
    if (found->area == NULL) {
        enum vv_status status = vv_money_scale(amount, where->factor_percent, 100, &amount);
        if (status != VV_OK) {
            return status;
        }
    }
    *ret_amount = amount;
    *ret_price = found;
    return VV_OK;
}

void vv_version_of(const void *bytes, size_t len, char ret_text[static VV_VERSION_TEXT_BYTES])
{
    unsigned char hash[32];
    _Static_assert(2 * sizeof(hash) + 1 == VV_VERSION_TEXT_BYTES, "BLAKE2b-256 as hexadecimal");
    crypto_generichash(hash, sizeof(hash), bytes, len, NULL, 0);
    sodium_bin2hex(ret_text, VV_VERSION_TEXT_BYTES, hash, sizeof(hash));
}
