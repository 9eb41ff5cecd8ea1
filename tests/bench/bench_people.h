/*
 * bench_people.h: synthetic people for the benchmarks; deterministic, no files.
 */
#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include "vagval/date.h"
#include "vagval/messages.h"

#define BENCH_DAY "2020-03-16"
#define BENCH_ORGANISATION "556016-0680" /* the check-digit example of the public documentation */

enum { BENCH_AREAS = 6, BENCH_FEATURES = 12, BENCH_PEOPLE_MAX = 1200000 };

struct bench_area {
    const char *code;
    const char *municipality;
    double latitude, longitude;
};
const struct bench_area *bench_area(size_t i);

/* Number of organisation i, below 1000: an area has one contract of each. */
void bench_organisation(size_t i, char ret_number[static 16]);

struct bench_person {
    Vagval__V1__RegisterSeeker message; /* points into this struct: keep it in place */
    Vagval__V1__Feature features[BENCH_FEATURES];
    Vagval__V1__Feature *feature_pointers[BENCH_FEATURES];
    char identity[16], reference[24];
};
/* Person number i, below BENCH_PEOPLE_MAX: a valid synthetic personnummer, or samordningsnummer
 * from the middle on (birth numbers 238-239 and 980-999 only), a home in one of the six areas, and
 * features of the reference model that give level A, B or C. */
void bench_person(struct bench_person *person, size_t i, vv_date registered_on);

#endif
