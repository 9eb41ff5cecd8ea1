#include "bench_people.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vagval/idno.h"

static const struct bench_area areas[BENCH_AREAS] = {
    {"umea", "2480", 63.83, 20.26},        {"vasteras", "1980", 59.61, 16.55},
    {"trollhattan", "1488", 58.28, 12.29}, {"lidkoping", "1494", 58.50, 13.16},
    {"oskarshamn", "0882", 57.26, 16.45},  {"blekinge", "1080", 56.16, 15.59},
};

const struct bench_area *bench_area(size_t i)
{
    return &areas[i % BENCH_AREAS];
}

void bench_organisation(size_t i, char ret_number[static 16])
{
    char digits[12];
    assert(i < 1000);
    snprintf(digits, sizeof digits, "559900%03u", (unsigned)i);
    snprintf(ret_number, 16, "%.6s-%.3s%c", digits, digits + 6, vv_idno_luhn_digit(digits));
}

/* Base values of the model "ams-2018": logit +0.10, level A. */
static const char *const base_features[BENCH_FEATURES][2] = {
    {"sex", "male"},
    {"age_group", "under_30"},
    {"citizenship", "national"},
    {"education", "compulsory"},
    {"care_duties", "none"},
    {"region_type", "type_1"},
    {"health_impairment", "none"},
    {"occupation_group", "service"},
    {"employment_4_years", "at_least_75_percent"},
    {"case_intervals", "none"},
    {"long_case", "none"},
    {"measures", "none"},
};

/* 22 birth numbers a day over 75 years of birth dates; the second half are coordination numbers. */
static void identity_of(size_t i, char ret_identity[static 16])
{
    enum { SERIALS = 22, DAYS = 27393 };
    assert(i < 2 * (size_t)SERIALS * DAYS);
    const int coordination = i >= (size_t)SERIALS * DAYS;
    const size_t within = i % ((size_t)SERIALS * DAYS);
    const int serial = (int)(within % SERIALS);
    const struct vv_ymd birth =
        vv_date_to_ymd(vv_date_from_ymd((struct vv_ymd){1926, 1, 1}) + (vv_date)(within / SERIALS));
    char digits[64], whole[80];
    snprintf(digits, sizeof digits, "%02d%02d%02d%03d", birth.year % 100, birth.month,
             birth.day + (coordination ? 60 : 0), serial < 2 ? 238 + serial : 978 + serial);
    snprintf(whole, sizeof whole, "%02d%s%c", birth.year / 100, digits, vv_idno_luhn_digit(digits));
    memcpy(ret_identity, whole, 13); /* twelve digits and the NUL */
}

void bench_person(struct bench_person *person, size_t i, vv_date registered_on)
{
    const struct bench_area *area = bench_area(i);
    vagval__v1__register_seeker__init(&person->message);
    identity_of(i, person->identity);
    snprintf(person->reference, sizeof person->reference, "bench-%zu", i);
    Vagval__V1__RegisterSeeker *message = &person->message;
    message->source = (char *)"bench";
    message->source_ref = person->reference;
    message->identity_kind =
        (char *)(person->identity[6] >= '6' ? "samordningsnummer" : "personnummer");
    message->identity = person->identity;
    message->name = (char *)"Synthetic Person";
    message->municipality = (char *)(uintptr_t)area->municipality;
    message->latitude = area->latitude;
    message->longitude = area->longitude;
    message->status = (char *)"unemployed";
    message->benefit = (char *)"none";
    message->mother_tongue = (char *)"sv";
    message->registered_on = registered_on;
    for (size_t f = 0; f < BENCH_FEATURES; f++) {
        vagval__v1__feature__init(&person->features[f]);
        person->features[f].name = (char *)(uintptr_t)base_features[f][0];
        person->features[f].value = (char *)(uintptr_t)base_features[f][1];
        person->feature_pointers[f] = &person->features[f];
    }
    if (i % 3 >= 1) {
        person->features[6].value = (char *)"impaired"; /* -0.57: level B */
    }
    if (i % 3 == 2) {
        person->features[8].value = (char *)"under_75_percent"; /* -1.31: level C */
    }
    message->n_features = BENCH_FEATURES;
    message->features = person->feature_pointers;
}
