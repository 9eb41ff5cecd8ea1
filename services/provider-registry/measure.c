/*
 * measure.c: the agency's published result measure, in exact integer arithmetic. Products are taken
 * in 128 bits and every one is checked.
 */
#include "vagval/measure.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"

static bool times(vv_wide a, vv_wide b, vv_wide *ret_product)
{
    return !__builtin_mul_overflow(a, b, ret_product);
}

static bool plus(vv_wide a, vv_wide b, vv_wide *ret_sum)
{
    return !__builtin_add_overflow(a, b, ret_sum);
}

/* 10^n for n <= VV_WEIGHT_DIGITS_MAX: below 2^100. */
static vv_wide power_of_ten(unsigned n)
{
    vv_wide power = 1;

    assert(n <= VV_WEIGHT_DIGITS_MAX);
    for (unsigned i = 0; i < n; i++) {
        power *= 10;
    }
    return power;
}

/* Digits from `text` up to `len` are added to the number; false when they are not digits. */
static bool take_digits(const char *text, size_t len, vv_wide *units)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *units = *units * 10 + (unsigned char)(text[i] - '0');
    }
    return true;
}

enum vv_status vv_decimal_parse(const char *text, char point, struct vv_decimal_number *ret_number)
{
    const char *dot = strchr(text, point);
    size_t before = dot == NULL ? strlen(text) : (size_t)(dot - text);
    const char *fraction = dot == NULL ? "" : dot + 1;
    size_t after = strlen(fraction);
    vv_wide units = 0;

    if (before + after == 0) {
        return VV_INVALID;
    }
    if (strspn(text, "0123456789") < before || strspn(fraction, "0123456789") < after) {
        return VV_INVALID;
    }
    /* Zeros in front and at the end of the fraction say nothing and take no room. */
    size_t zeros = strspn(text, "0");
    size_t skip = zeros < before ? zeros : before;
    while (after > 0 && fraction[after - 1] == '0') {
        after--;
    }
    if (before - skip + after > VV_WEIGHT_DIGITS_MAX) {
        return VV_TOO_LARGE;
    }
    if (!take_digits(text + skip, before - skip, &units) || !take_digits(fraction, after, &units)) {
        return VV_INVALID;
    }
    *ret_number = (struct vv_decimal_number){.units = units, .places = (unsigned)after};
    return VV_OK;
}

enum vv_status vv_weights_from_decimals(const struct vv_decimal_number decimals[VV_MEASURE_LEVELS],
                                        struct vv_weights *ret_weights)
{
    struct vv_weights weights;
    unsigned places = 0;

    for (int i = 0; i < VV_MEASURE_LEVELS; i++) {
        places = decimals[i].places > places ? decimals[i].places : places;
    }
    weights.whole = power_of_ten(places);
    for (int i = 0; i < VV_MEASURE_LEVELS; i++) {
        vv_wide factor = power_of_ten(places - decimals[i].places);
        if (!times(decimals[i].units, factor, &weights.units[i]) ||
            weights.units[i] > power_of_ten(VV_WEIGHT_DIGITS_MAX)) {
            return VV_TOO_LARGE;
        }
    }
    *ret_weights = weights;
    return VV_OK;
}

static bool counts_sound(const struct vv_measure_counts *counts)
{
    for (int i = 0; i < VV_MEASURE_LEVELS; i++) {
        int64_t n = counts->participants[i];
        if (n < 0 || n > VV_MEASURE_COUNT_MAX || counts->rr1[i] < 0 || counts->rr1[i] > n ||
            counts->rr2[i] < 0 || counts->rr2[i] > n) {
            return false;
        }
    }
    return true;
}

enum vv_status vv_measure_of(const struct vv_measure_counts *counts,
                             const struct vv_weights *weights, struct vv_measure *ret_measure)
{
    vv_wide numerator = 0;
    vv_wide denominator = 0;
    int64_t participants = 0;

    assert(weights->whole >= 1);
    if (!counts_sound(counts)) {
        return VV_INVALID;
    }
    for (int i = 0; i < VV_MEASURE_LEVELS; i++) {
        vv_wide weighted = 0;
        vv_wide results = (vv_wide)counts->rr1[i] + (vv_wide)counts->rr2[i];
        participants += counts->participants[i];
        if (!times(results, weights->units[i], &weighted) ||
            !plus(numerator, weighted, &numerator)) {
            return VV_TOO_LARGE;
        }
    }
    if (participants == 0) {
        *ret_measure = (struct vv_measure){.known = false};
        return VV_OK;
    }
    if (!times((vv_wide)participants * 2, weights->whole, &denominator)) {
        return VV_TOO_LARGE;
    }
    *ret_measure =
        (struct vv_measure){.known = true, .numerator = numerator, .denominator = denominator};
    return VV_OK;
}

/*
 * numerator / denominator = ret_units x 10^-places + rest / (denominator x 10^places). A remainder
 * is below the denominator, so ten times a remainder could pass 2^128 only when the denominator
 * does not leave a decimal digit of room; digits are then taken by subtraction.
 */
static bool divide(const struct vv_measure *measure, unsigned places, vv_wide *ret_units,
                   vv_wide *ret_rest)
{
    vv_wide units = measure->numerator / measure->denominator;
    vv_wide rest = measure->numerator % measure->denominator;

    for (unsigned i = 0; i < places; i++) {
        vv_wide digit = 0;
        vv_wide next = 0;
        for (int k = 0; k < 10;
             k++) { /* next = (next + rest) mod denominator, counting the wraps */
            bool wraps = next >= measure->denominator - rest;
            next = wraps ? next - (measure->denominator - rest) : next + rest;
            digit += wraps ? 1 : 0;
        }
        rest = next;
        if (!times(units, 10, &units) || !plus(units, digit, &units)) {
            return false;
        }
    }
    *ret_units = units;
    *ret_rest = rest;
    return true;
}

enum vv_status vv_measure_round(const struct vv_measure *measure, unsigned places,
                                int64_t *ret_units)
{
    vv_wide units = 0;
    vv_wide rest = 0;

    assert(measure->known);
    if (!divide(measure, places, &units, &rest)) {
        return VV_TOO_LARGE;
    }
    units += rest >= measure->denominator - rest ? 1 : 0; /* 2 x rest >= denominator */
    if (units > (vv_wide)VV_MONEY_MAX) {
        return VV_TOO_LARGE;
    }
    *ret_units = (int64_t)units;
    return VV_OK;
}

int vv_measure_compare(const struct vv_measure *measure, int64_t units, unsigned places)
{
    vv_wide floor = 0;
    vv_wide rest = 0;

    assert(measure->known);
    if (units < 0 || !divide(measure, places, &floor, &rest)) {
        return 1; /* a measure is never negative; one too large to divide is above every limit */
    }
    if (floor != (vv_wide)units) {
        return floor < (vv_wide)units ? -1 : 1;
    }
    return rest > 0 ? 1 : 0;
}

void vv_measure_format(const struct vv_measure *measure,
                       char ret_text[static VV_MEASURE_TEXT_BYTES])
{
    int64_t thousandths = 0;

    if (!measure->known) {
        (void)snprintf(ret_text, VV_MEASURE_TEXT_BYTES, "unknown");
    } else if (vv_measure_round(measure, 3, &thousandths) != VV_OK) {
        (void)snprintf(ret_text, VV_MEASURE_TEXT_BYTES, "too large");
    } else {
        (void)snprintf(ret_text, VV_MEASURE_TEXT_BYTES, "%" PRId64 ".%03" PRId64,
                       thousandths / 1000, thousandths % 1000);
    }
}
