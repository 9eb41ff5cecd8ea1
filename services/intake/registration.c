/*
 * registration.c: the form of a registration. See the header.
 */
#include "registration.h"

#include <string.h>

#include "vagval/limits.h"

static enum vv_status wrong(struct vv_error *ret_error, const char *field, const char *what)
{
    return vv_fail(ret_error, VV_INVALID, "register-seeker", field, 0, "%s", what);
}

/* A code as scheme and model files spell them: letters, digits and a few signs. */
static bool is_code(const char *text, size_t bytes_max)
{
    size_t len = 0;
    for (; text[len] != '\0'; len++) {
        char c = text[len];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '.' || c == ':' || c == '+' || c == '%';
        if (!good || len == bytes_max) {
            return false;
        }
    }
    return true;
}

/* Codes of the register. What none of them is, is a mistake of the sender's: it must not turn into
 * "outside the target group". */
static bool is_known(const char *text, const char *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, codes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_status(const char *text)
{
    static const char *const codes[] = {"unemployed", "in_service", "employed_seeker", "employed"};
    return is_known(text, codes, sizeof codes / sizeof codes[0]);
}

/* Empty: not said. */
static bool is_benefit(const char *text)
{
    static const char *const codes[] = {"", "none", "basic", "earnings_related"};
    return is_known(text, codes, sizeof codes / sizeof codes[0]);
}

/* Two or three small letters as in ISO 639, or empty: not said. */
static bool is_language(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    return text[len] == '\0' && (len == 0 || len == 2 || len == 3);
}

/* Four digits in Sweden, three in Finland and Åland; that it is one of the scheme's is judged by
 * its delivery areas. */
static bool is_municipality(const char *text)
{
    size_t len = strlen(text);
    return (len == 3 || len == 4) && strspn(text, "0123456789") == len;
}

enum vv_status vv_registration_identity(const char *kind, const char *number, vv_date today,
                                        struct vv_idno *ret_identity, struct vv_error *ret_error)
{
    enum vv_idno_kind parsed;
    if (vv_idno_kind_parse(kind, &parsed) != VV_OK || parsed > VV_IDNO_HETU) {
        return wrong(ret_error, "identity_kind", "must be personnummer, samordningsnummer or hetu");
    }
    return vv_idno_check(parsed, number, today, ret_identity, ret_error);
}

enum vv_status vv_registration_guess(const char *number, vv_date today,
                                     struct vv_idno *ret_identity)
{
    static const enum vv_idno_kind kinds[] = {VV_IDNO_PERSONNUMMER, VV_IDNO_SAMORDNINGSNUMMER,
                                              VV_IDNO_HETU};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (vv_idno_check(kinds[i], number, today, ret_identity, NULL) == VV_OK) {
            return VV_OK;
        }
    }
    return VV_INVALID;
}

static enum vv_status check_features(const Vagval__V1__RegisterSeeker *registration,
                                     struct vv_error *ret_error)
{
    if (registration->n_features > VV_FEATURES_MAX) {
        return wrong(ret_error, "features", "has too many features");
    }
    for (size_t i = 0; i < registration->n_features; i++) {
        const Vagval__V1__Feature *feature = registration->features[i];
        if (feature->name[0] == '\0' || !is_code(feature->name, VV_CODE_BYTES_MAX) ||
            !is_code(feature->value, VV_CODE_BYTES_MAX)) {
            return wrong(ret_error, "features",
                         "a feature's name and value must be codes of at most 48 characters");
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(registration->features[j]->name, feature->name) == 0) {
                return wrong(ret_error, "features", "a feature is given twice");
            }
        }
    }
    return VV_OK;
}

static enum vv_status check_texts(const Vagval__V1__RegisterSeeker *registration,
                                  struct vv_error *ret_error)
{
    if (registration->source[0] == '\0' || !is_code(registration->source, VV_CODE_BYTES_MAX)) {
        return wrong(ret_error, "source", "must name the source system, at most 48 characters");
    }
    size_t reference_bytes = strnlen(registration->source_ref, VV_NAME_BYTES_MAX + 1);
    if (reference_bytes == 0 || reference_bytes > VV_NAME_BYTES_MAX) {
        return wrong(ret_error, "source_ref", "must name the source record, at most 128 bytes");
    }
    if (strnlen(registration->name, VV_NAME_BYTES_MAX + 1) > VV_NAME_BYTES_MAX) {
        return wrong(ret_error, "name", "is longer than 128 bytes");
    }
    if (!is_municipality(registration->municipality)) {
        return wrong(ret_error, "municipality",
                     "must be the code of a municipality: four digits in Sweden, three in Finland");
    }
    if (!is_status(registration->status)) {
        return wrong(ret_error, "status",
                     "must be unemployed, in_service, employed_seeker or employed");
    }
    if (!is_benefit(registration->benefit)) {
        return wrong(ret_error, "benefit", "must be none, basic or earnings_related, or empty");
    }
    if (!is_language(registration->mother_tongue)) {
        return wrong(ret_error, "mother_tongue",
                     "must be a language code of two or three small letters, or empty");
    }
    return VV_OK;
}

enum vv_status vv_registration_check(const Vagval__V1__RegisterSeeker *registration, vv_date today,
                                     struct vv_idno *ret_identity, struct vv_error *ret_error)
{
    struct vv_idno identity;
    enum vv_status status = vv_registration_identity(
        registration->identity_kind, registration->identity, today, &identity, ret_error);
    if (status == VV_OK) {
        status = check_texts(registration, ret_error);
    }
    if (status == VV_OK) {
        status = check_features(registration, ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    /* Written so that a value that is no number fails too. */
    if (!(registration->latitude >= -90 && registration->latitude <= 90)) {
        return wrong(ret_error, "latitude", "must lie between -90 and 90 degrees");
    }
    if (!(registration->longitude >= -180 && registration->longitude <= 180)) {
        return wrong(ret_error, "longitude", "must lie between -180 and 180 degrees");
    }
    if (!vv_date_valid(registration->registered_on) ||
        registration->registered_on < identity.birth) {
        return wrong(ret_error, "registered_on", "must be a date after the birth");
    }
    if (registration->registered_on > today) {
        return vv_fail(ret_error, VV_REFUSED, "register-seeker", "registered_on", 0,
                       "lies after today's business date; send it when that day has come");
    }
    *ret_identity = identity;
    return VV_OK;
}

const char *vv_registration_feature(const Vagval__V1__RegisterSeeker *registration,
                                    const char *name)
{
    for (size_t i = 0; i < registration->n_features; i++) {
        if (strcmp(registration->features[i]->name, name) == 0) {
            return registration->features[i]->value;
        }
    }
    return NULL;
}

bool vv_registration_differs(const Vagval__V1__RegisterSeeker *a,
                             const Vagval__V1__RegisterSeeker *b)
{
    if (strcmp(a->municipality, b->municipality) != 0 || strcmp(a->status, b->status) != 0 ||
        strcmp(a->benefit, b->benefit) != 0 || strcmp(a->mother_tongue, b->mother_tongue) != 0 ||
        a->protected_identity != b->protected_identity || a->n_features != b->n_features) {
        return true;
    }
    /* The order of features means nothing, and no name stands twice. */
    for (size_t i = 0; i < a->n_features; i++) {
        const char *value = vv_registration_feature(b, a->features[i]->name);
        if (value == NULL || strcmp(value, a->features[i]->value) != 0) {
            return true;
        }
    }
    return false;
}
