/*
 * measure.h: the agency's published result measure of a contract, in exact arithmetic. Pure; the
 * registry and the command work it out with the same function. No floats.
 *
 *     measure = sum over levels of (RR1 + RR2) x weight / (2 x participants of all levels)
 *
 * RR1 and RR2 are how many of the cohort reached the first and the second half of the result.
 * Published every two months per contract with three decimals [agency: result measure of KROM].
 */
#ifndef VAGVAL_MEASURE_H
#define VAGVAL_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/status.h"

__extension__ typedef unsigned __int128 vv_wide;

/* Levels of one scheme; what a scheme has fewer counts nobody. The file of `measure` has three. */
#define VV_MEASURE_LEVELS 8
#define VV_MEASURE_FILE_LEVELS 3                /* A (near the labour market), B, C (far) */
#define VV_MEASURE_COUNT_MAX INT64_C(100000000) /* people or results of one level */
#define VV_WEIGHT_DIGITS_MAX 30                 /* of a weight, before and after the point */

struct vv_measure_counts {
    int64_t participants[VV_MEASURE_LEVELS];
    int64_t rr1[VV_MEASURE_LEVELS], rr2[VV_MEASURE_LEVELS];
};

/* Weights over a common denominator: weight of level i = units[i] / whole. whole >= 1. */
struct vv_weights {
    vv_wide units[VV_MEASURE_LEVELS];
    vv_wide whole;
};

/* A decimal as written: units / 10^places. */
struct vv_decimal_number {
    vv_wide units;
    unsigned places; /* 0..VV_WEIGHT_DIGITS_MAX */
};

/* numerator / denominator, not rounded; or unknown, when nobody took part. */
struct vv_measure {
    bool known;
    vv_wide numerator, denominator;
};

/*
 * Reads "1", "0.710678" or ".710678"; `point` is the decimal sign. No sign, no exponent, at most
 * VV_WEIGHT_DIGITS_MAX digits when the zeros that say nothing are left out.
 * Errors: VV_INVALID (not such a number), VV_TOO_LARGE (too many digits).
 */
VV_CHECKED enum vv_status vv_decimal_parse(const char *text, char point,
                                           struct vv_decimal_number *ret_number);

/* The same weights over one power of ten. Errors: VV_TOO_LARGE (more than VV_WEIGHT_DIGITS_MAX
 * digits over the common denominator). */
VV_CHECKED enum vv_status
vv_weights_from_decimals(const struct vv_decimal_number decimals[VV_MEASURE_LEVELS],
                         struct vv_weights *ret_weights);

/*
 * The measure. Participants 0: VV_OK and unknown, never 0 (rules 21).
 * Errors: VV_INVALID (a count below 0 or above VV_MEASURE_COUNT_MAX, or more RR1 or RR2 than
 * participants of the level), VV_TOO_LARGE (does not fit 128 bits).
 */
VV_CHECKED enum vv_status vv_measure_of(const struct vv_measure_counts *counts,
                                        const struct vv_weights *weights,
                                        struct vv_measure *ret_measure);

/* A known measure in units of 10^-places, rounded half up (it is never negative), for showing. The
 * division is carried out digit by digit, so nothing is lost before the one rounding.
 * Errors: VV_TOO_LARGE (more than VV_MONEY_MAX units). */
VV_CHECKED enum vv_status vv_measure_round(const struct vv_measure *measure, unsigned places,
                                           int64_t *ret_units);

/* A known measure against units x 10^-places, exactly: -1 less, 0 equal, 1 greater (rules 7:
 * thresholds are never compared on rounded figures). */
int vv_measure_compare(const struct vv_measure *measure, int64_t units, unsigned places);

#define VV_MEASURE_TEXT_BYTES 32
/* "0.271", or "unknown". A measure too large to be written is "too large". */
void vv_measure_format(const struct vv_measure *measure,
                       char ret_text[static VV_MEASURE_TEXT_BYTES]);

#endif
