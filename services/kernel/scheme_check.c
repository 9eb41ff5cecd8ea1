/*
 * scheme_check.c: what only the whole scheme shows.
 *
 *   - codes are unique, no municipality lies in two areas, cut-offs and bands rise;
 *   - each price names a known level and area, no two rows hold on the same day, and every
 *     referred level has a price in every area on every day of the scheme's validity;
 *   - back_heavy: what a provider can earn by time alone stays below what it earns by a result.
 */
#include <stdio.h>
#include <string.h>

#include "scheme_file.h"
#include "vagval/limits.h"

static enum vv_status check_areas(const struct vv_yaml_file *file, const struct vv_scheme *scheme)
{
    char path[VV_YAML_PATH_BYTES];
    for (size_t i = 0; i < scheme->area_count; i++) {
        const struct vv_area *area = &scheme->areas[i];
        if (vv_scheme_area(scheme, area->code) != area) {
            vv_yaml_path(path, "areas[%zu].code", i);
            return vv_yaml_fail(file, path, "area %s stands twice", area->code);
        }
        for (size_t m = 0; m < area->municipality_count; m++) {
            const char *municipality = area->municipalities[m];
            const struct vv_area *first = vv_scheme_area_of(scheme, municipality);
            bool twice = first != area;
            for (size_t k = 0; k < m; k++) {
                twice = twice || strcmp(area->municipalities[k], municipality) == 0;
            }
            if (twice) {
                vv_yaml_path(path, "areas[%zu].municipalities[%zu]", i, m);
                return vv_yaml_fail(file, path, "municipality %s already stands in area %s",
                                    municipality, first->code);
            }
        }
    }
    return VV_OK;
}

static enum vv_status check_levels(const struct vv_yaml_file *file, const struct vv_scheme *scheme)
{
    char path[VV_YAML_PATH_BYTES];
    bool referred = false;
    for (size_t i = 0; i < scheme->level_count; i++) {
        const struct vv_level *level = &scheme->levels[i];
        referred = referred || level->referred;
        if (vv_scheme_level(scheme, level->code) != level) {
            vv_yaml_path(path, "assessment.levels[%zu].code", i);
            return vv_yaml_fail(file, path, "level %s stands twice", level->code);
        }
        if (i > 0 && !scheme->levels_by_person && level->logit_below <= level[-1].logit_below) {
            vv_yaml_path(path, "assessment.levels[%zu].logit_below", i);
            return vv_yaml_fail(file, path, "cut-offs must rise from far to near");
        }
    }
    if (!referred) {
        return vv_yaml_fail(file, "assessment.levels", "no level is referred to a provider");
    }
    return VV_OK;
}

/* Two absent areas are equal: both mean every area. */
static bool same_area(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool overlap(const struct vv_price *a, const struct vv_price *b)
{
    bool a_before = a->to != VV_DATE_NONE && b->from != VV_DATE_NONE && a->to < b->from;
    bool b_before = b->to != VV_DATE_NONE && a->from != VV_DATE_NONE && b->to < a->from;
    return !a_before && !b_before;
}

static enum vv_status check_price(const struct vv_yaml_file *file, const struct vv_scheme *scheme,
                                  size_t component_at, size_t price_at)
{
    const struct vv_price *prices = scheme->components[component_at].prices;
    const struct vv_price *price = &prices[price_at];
    char path[VV_YAML_PATH_BYTES];
    const struct vv_level *level = vv_scheme_level(scheme, price->level);
    if (level == NULL || !level->referred) {
        vv_yaml_path(path, "components[%zu].prices[%zu].level", component_at, price_at);
        return vv_yaml_fail(file, path, "%s",
                            level == NULL ? "unknown level" : "this level gets no provider");
    }
    if (price->area != NULL && vv_scheme_area(scheme, price->area) == NULL) {
        vv_yaml_path(path, "components[%zu].prices[%zu].area", component_at, price_at);
        return vv_yaml_fail(file, path, "unknown area");
    }
    for (size_t i = 0; i < price_at; i++) {
        if (strcmp(prices[i].level, price->level) == 0 && same_area(prices[i].area, price->area) &&
            overlap(&prices[i], price)) {
            vv_yaml_path(path, "components[%zu].prices[%zu]", component_at, price_at);
            return vv_yaml_fail(file, path, "validity overlaps prices[%zu] of the same level", i);
        }
    }
    return VV_OK;
}

/*
 * The days on which the price of a level in an area can begin to differ: the scheme's first day,
 * each row's first day and the day after its last. `step` counts up from 0; VV_DATE_NONE = not a
 * day of the scheme or not a row of this level and area.
 */
static vv_date change_day(const struct vv_scheme *scheme, const struct vv_component *component,
                          const char *level, const char *area, size_t step)
{
    if (step == 0) {
        return scheme->from;
    }
    const struct vv_price *price = &component->prices[(step - 1) / 2];
    bool after = (step - 1) % 2 == 1;
    vv_date day = after ? price->to : price->from;
    if (day == VV_DATE_NONE || strcmp(price->level, level) != 0 ||
        (price->area != NULL && strcmp(price->area, area) != 0)) {
        return VV_DATE_NONE;
    }
    day += after ? 1 : 0;
    bool inside = day >= scheme->from && (scheme->to == VV_DATE_NONE || day <= scheme->to);
    return inside ? day : VV_DATE_NONE;
}

struct price_range {
    vv_money lowest, highest;
    const struct vv_price *highest_row;
};

/* Lowest and highest price over the scheme's validity; VV_INVALID when a day has none. */
static enum vv_status find_range(const struct vv_yaml_file *file, const struct vv_scheme *scheme,
                                 size_t component_at, const char *level, const char *area,
                                 struct price_range *ret_range)
{
    const struct vv_component *component = &scheme->components[component_at];
    char path[VV_YAML_PATH_BYTES];
    vv_yaml_path(path, "components[%zu].prices", component_at);
    struct price_range range = {.lowest = VV_MONEY_MAX, .highest = -1};
    for (size_t step = 0; step < 1 + 2 * component->price_count; step++) {
        vv_date day = change_day(scheme, component, level, area, step);
        if (day == VV_DATE_NONE) {
            continue;
        }
        vv_money amount = 0;
        const struct vv_price *row = NULL;
        enum vv_status status = vv_scheme_price(scheme, component, level, area, day, &amount, &row);
        if (status == VV_NOT_FOUND) {
            char text[VV_DATE_TEXT_BYTES];
            vv_date_format(day, text);
            return vv_yaml_fail(file, path, "no price for level %s in area %s on %s", level, area,
                                text);
        }
        if (status != VV_OK) {
            return vv_yaml_fail(file, path, "the price of level %s in area %s is too large", level,
                                area);
        }
        range.lowest = amount < range.lowest ? amount : range.lowest;
        if (amount > range.highest) {
            range.highest = amount;
            range.highest_row = row;
        }
    }
    *ret_range = range;
    return VV_OK;
}

static int64_t percent_max(const struct vv_component *component)
{
    int64_t percent = 0;
    for (size_t i = 0; i < component->band_count; i++) {
        percent = component->bands[i].percent > percent ? component->bands[i].percent : percent;
    }
    return percent;
}

struct balance {
    vv_money base, result;
    size_t base_at; /* component and row that the message points to */
    size_t price_at;
};

/* Adds one component's share: the highest base of the longest service, the lowest result, the
 * lowest premium of an immediate start. */
static enum vv_status add_share(const struct vv_scheme *scheme, size_t component_at,
                                const struct price_range *range, struct balance *balance)
{
    const struct vv_component *component = &scheme->components[component_at];
    vv_money share = 0;
    switch (component->kind) {
    case VV_PER_DAY:
    case VV_PER_MONTH:
    case VV_INSTALMENTS:
        balance->base_at = component_at;
        balance->price_at = (size_t)(range->highest_row - component->prices);
        if (vv_money_scale(range->highest, vv_terms_units_max(scheme, component), 1, &share) !=
            VV_OK) {
            return VV_TOO_LARGE;
        }
        return vv_money_add(balance->base, share, &balance->base);
    case VV_PREMIUM_DAYS:
        if (vv_money_scale(range->lowest, percent_max(component), 100, &share) != VV_OK) {
            return VV_TOO_LARGE;
        }
        return vv_money_add(balance->result, share, &balance->result);
    case VV_MILESTONE:
        share = component->part_of == 0 ? range->lowest : range->lowest / component->part_of;
        return vv_money_add(balance->result, share, &balance->result);
    case VV_SUSTAINED:
        return vv_money_add(balance->result, range->lowest, &balance->result);
    case VV_PER_UNIT:
    case VV_GRANT:
    case VV_SHARE:
        return VV_OK; /* neither time alone nor a result: a document is needed for each */
    }
    return VV_OK;
}

static enum vv_status check_level_area(const struct vv_yaml_file *file,
                                       const struct vv_scheme *scheme, const char *level,
                                       const char *area)
{
    struct balance balance = {.base = 0};
    char path[VV_YAML_PATH_BYTES];
    for (size_t i = 0; i < scheme->component_count; i++) {
        struct price_range range = {.highest_row = NULL};
        if (scheme->components[i].price_count == 0) {
            continue; /* a share, or a grant that only its decision bounds */
        }
        enum vv_status status = find_range(file, scheme, i, level, area, &range);
        if (status != VV_OK) {
            return status;
        }
        if (add_share(scheme, i, &range, &balance) != VV_OK) {
            vv_yaml_path(path, "components[%zu].prices", i);
            return vv_yaml_fail(file, path, "the amounts of a whole service are too large");
        }
    }
    if (scheme->back_heavy && balance.base >= balance.result) {
        char base[VV_MONEY_TEXT_BYTES];
        char result[VV_MONEY_TEXT_BYTES];
        vv_money_format(balance.base, 0, base);
        vv_money_format(balance.result, 0, result);
        vv_yaml_path(path, "components[%zu].prices[%zu].amount", balance.base_at, balance.price_at);
        return vv_yaml_fail(file, path,
                            "not back-heavy: level %s in area %s earns up to %s by time alone, "
                            "and %s by premium and result",
                            level, area, base, result);
    }
    return VV_OK;
}

static enum vv_status check_component(const struct vv_yaml_file *file,
                                      const struct vv_scheme *scheme, size_t component_at)
{
    const struct vv_component *component = &scheme->components[component_at];
    char path[VV_YAML_PATH_BYTES];
    if (vv_scheme_component(scheme, component->code) != component) {
        vv_yaml_path(path, "components[%zu].code", component_at);
        return vv_yaml_fail(file, path, "component %s stands twice", component->code);
    }
    for (size_t i = 1; i < component->band_count; i++) {
        if (component->bands[i].days_max <= component->bands[i - 1].days_max) {
            vv_yaml_path(path, "components[%zu].bands[%zu].days_max", component_at, i);
            return vv_yaml_fail(file, path, "bands must rise");
        }
    }
    for (size_t i = 0; i < component->price_count; i++) {
        enum vv_status status = check_price(file, scheme, component_at, i);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

static enum vv_status check_length(const struct vv_yaml_file *file, const char *path,
                                   const char *code)
{
    if (strlen(code) > VV_SCHEME_CODE_BYTES_MAX) {
        return vv_yaml_fail(file, path, "is longer than %d bytes", VV_SCHEME_CODE_BYTES_MAX);
    }
    return VV_OK;
}

/* What counters are named after. */
static enum vv_status check_lengths(const struct vv_yaml_file *file, const struct vv_scheme *scheme)
{
    char path[VV_YAML_PATH_BYTES];
    enum vv_status status = check_length(file, "id", scheme->id);
    for (size_t i = 0; i < scheme->level_count && status == VV_OK; i++) {
        vv_yaml_path(path, "assessment.levels[%zu].code", i);
        status = check_length(file, path, scheme->levels[i].code);
    }
    for (size_t i = 0; i < scheme->component_count && status == VV_OK; i++) {
        vv_yaml_path(path, "components[%zu].code", i);
        status = check_length(file, path, scheme->components[i].code);
    }
    return status;
}

enum vv_status vv_scheme_check(const struct vv_yaml_file *file, const struct vv_scheme *scheme)
{
    enum vv_status status = check_lengths(file, scheme);
    if (status == VV_OK) {
        status = check_areas(file, scheme);
    }
    if (status == VV_OK) {
        status = check_levels(file, scheme);
    }
    for (size_t i = 0; i < scheme->component_count && status == VV_OK; i++) {
        status = check_component(file, scheme, i);
    }
    if (status == VV_OK) {
        status = vv_terms_check(file, scheme);
    }
    for (size_t l = 0; l < scheme->level_count && status == VV_OK; l++) {
        for (size_t a = 0; a < scheme->area_count && status == VV_OK; a++) {
            if (scheme->levels[l].referred) {
                status =
                    check_level_area(file, scheme, scheme->levels[l].code, scheme->areas[a].code);
            }
        }
    }
    return status;
}
