/*
 * price_in_force.c: the price of a component on a day: level x area x price list (rules 3).
 *
 * The area is the contract's delivery area, never the home municipality.
 */
#include "entitlement.h"

#include <string.h>

enum vv_status vv_price_in_force(const struct vv_rules *rules, const char *code, const char *area,
                                 vv_date on, struct vv_price_found *ret_price)
{
    struct vv_price_found found = {.level = vv_level_in_force(rules->course, on)};
    found.scheme = vv_rules_scheme(rules, on);
    if (found.level == NULL || found.scheme == NULL) {
        return VV_NOT_FOUND;
    }
    found.component = vv_scheme_component(found.scheme, code);
    if (found.component == NULL) {
        return VV_NOT_FOUND;
    }
    enum vv_status status = vv_scheme_price(found.scheme, found.component, found.level->fact->level,
                                            area, on, &found.amount, &found.row);
    if (status != VV_OK) {
        return status;
    }
    /* The rounded amount is for people. What is summed is the exact fraction, since an amount is
     * rounded once per component and period (rules 7). */
    int64_t factor = 100;
    if (found.row->area == NULL) {
        /* Of an area that it does not know, the scheme has given no price. */
        factor = vv_scheme_area(found.scheme, area)->factor_percent;
    }
    if (__builtin_mul_overflow(found.row->amount, factor, &found.hundredths)) {
        return VV_TOO_LARGE;
    }
    found.example = found.row->example;
    *ret_price = found;
    return VV_OK;
}
