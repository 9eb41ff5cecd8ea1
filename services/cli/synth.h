/*
 * synth.h: a seeded generator of synthetic people, providers and courses. Pure: the same seed and
 * settings give the same rows on every machine. Nobody in it exists: personnummer have only the
 * test birth numbers 238, 239 and 980-999, names are invented, employers have no number.
 *
 * Randomness: SplitMix64 (Steele, Lea, Flood 2014), one stream for each (seed, person), so that
 * more people leave the first ones as they were.
 */
#ifndef VAGVAL_CLI_SYNTH_H
#define VAGVAL_CLI_SYNTH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "vagval/date.h"
#include "vagval/limits.h"
#include "vagval/model.h"
#include "vagval/scheme.h"
#include "vagval/status.h"

#define VV_SYNTH_PEOPLE_MAX 250000 /* birth dates x 22 test numbers leave ample room */
#define VV_SYNTH_PROVIDERS_MAX 999
#define VV_SYNTH_PLACES_MAX 400
#define VV_SYNTH_CONTRACTS_MAX 4096

struct vv_random {
    uint64_t state;
};
uint64_t vv_random_next(struct vv_random *random);
/* 0 <= result < bound; bound >= 1. */
uint32_t vv_random_below(struct vv_random *random, uint32_t bound);
bool vv_random_chance(struct vv_random *random, uint32_t per_thousand);

struct vv_place {
    char code[8], name[48], area[VV_CODE_BYTES_MAX];
    double latitude, longitude;
    uint32_t weight;
};

struct vv_synth_settings {
    uint32_t people, providers;
    uint32_t protected_per_thousand; /* identities that only a guardian may load */
    uint64_t seed;
    vv_date from, to; /* people register on these days */
    vv_date until;    /* nothing is reported after this day */
    const struct vv_scheme *scheme;
    const struct vv_model *model;
};

/* Which files rows go to. */
struct vv_synth_files {
    FILE *seekers, *providers, *contracts, *choices, *reports, *outcomes;
};
struct vv_synth_counts {
    uint64_t providers, contracts, seekers, referred, choices, reports, starts, confirmations, ends;
    uint64_t level[16]; /* by the scheme's order of levels */
};

struct vv_synth; /* places, contracts, the birth numbers already used */

/* Errors: VV_INVALID (a place's area or a feature that the scheme or model lacks), VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_synth_create(const struct vv_synth_settings *settings,
                                          const char *places_csv, size_t len,
                                          struct vv_synth **ret_synth, struct vv_error *ret_error);
void vv_synth_destroy(struct vv_synth **synth);

/* Writes header lines, providers and contracts. */
void vv_synth_providers(struct vv_synth *synth, const struct vv_synth_files *files,
                        struct vv_synth_counts *counts);
/* Writes person `index` (0-based, called in order) with the whole course. VV_INVALID when the model
 * refuses the made-up features. */
VV_CHECKED enum vv_status vv_synth_person(struct vv_synth *synth, uint32_t index,
                                          const struct vv_synth_files *files,
                                          struct vv_synth_counts *counts,
                                          struct vv_error *ret_error);

/* ---- shared by synth*.c ---- */

struct vv_synth_contract {
    char number[16];
    char area[VV_CODE_BYTES_MAX];
};
struct vv_synth {
    struct vv_synth_settings settings;
    struct vv_place places[VV_SYNTH_PLACES_MAX];
    size_t place_count;
    uint32_t weight_sum;
    struct vv_synth_contract contracts[VV_SYNTH_CONTRACTS_MAX];
    size_t contract_count;
    uint8_t *used_numbers; /* bit per (birth date, test number) */
};
struct vv_synth_person {
    uint32_t index;
    char identity[16];
    bool male;
    vv_date birth, registered;
    const struct vv_place *place;
    double latitude, longitude;
    const char *status;
    const struct vv_level *level;
};
/* Draws the features, encodes them, gives the level; writes the seeker's row. */
VV_CHECKED enum vv_status vv_synth_draw(struct vv_synth *synth, struct vv_random *random,
                                        uint32_t index, FILE *seekers,
                                        struct vv_synth_person *ret_person,
                                        struct vv_error *ret_error);
/* Writes choices, reports and outcomes of a referred person. */
void vv_synth_course(struct vv_synth *synth, struct vv_random *random,
                     const struct vv_synth_person *person, const struct vv_synth_files *files,
                     struct vv_synth_counts *counts);

#endif
