/*
 * idno.h: identity numbers of persons and organisations, checked and normalised.
 * Sources: domain facts of the Swedish Tax Agency and the Finnish Digital and Population Data
 * Services Agency (public check-digit rules).
 */
#ifndef VAGVAL_IDNO_H
#define VAGVAL_IDNO_H

#include "vagval/date.h"
#include "vagval/status.h"

enum vv_idno_kind {
    VV_IDNO_PERSONNUMMER,
    VV_IDNO_SAMORDNINGSNUMMER, /* day + 60 */
    VV_IDNO_HETU,
    VV_IDNO_ORGANISATIONSNUMMER,
    VV_IDNO_Y_TUNNUS,
    VV_IDNO_BANKGIRO,
};

#define VV_IDNO_TEXT_BYTES 16

/* The one spelling under which an identity is looked up: personnummer and samordningsnummer
 * YYYYMMDDNNNC, HETU upper case with its sign (the sign is part of the identity),
 * organisationsnummer NNNNNN-NNNN, Y-tunnus NNNNNNN-C, bankgiro NNN-NNNN or NNNN-NNNN. */
struct vv_idno {
    enum vv_idno_kind kind;
    char text[VV_IDNO_TEXT_BYTES];
    vv_date birth; /* persons only, else VV_DATE_NONE */
    int male;      /* persons: 1 male, 0 female, -1 not applicable */
};

VV_CHECKED enum vv_status vv_idno_kind_parse(const char *name, enum vv_idno_kind *ret_kind);
const char *vv_idno_kind_name(enum vv_idno_kind kind);
/* Checks form, date, check digit. `today` resolves the century of ten-digit numbers ('-' younger
 * than 100, '+' at 100 or more). Ten digits without a sign read as '-'. Interim numbers (a letter
 * TRSUWXJKLMN in the serial) are recognised as such and refused with their own text.
 * Errors: VV_INVALID with ret_error (may be NULL), whose text never repeats the number. */
VV_CHECKED enum vv_status vv_idno_check(enum vv_idno_kind kind, const char *text, vv_date today,
                                        struct vv_idno *ret_idno, struct vv_error *ret_error);
/* Luhn over decimal digits, the last being the check digit. */
int vv_idno_luhn_valid(const char *digits);
/* Check character for 9 HETU digits or the Luhn digit for a digit string: used by the synthesiser.
 */
char vv_idno_hetu_check(const char digits[static 9]);
char vv_idno_luhn_digit(const char *digits);

#endif
