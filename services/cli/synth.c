/*
 * synth.c: places, providers and contracts of the synthetic book, and its people one by one.
 */
#include "synth.h"

#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/idno.h"

#define BIRTH_DATES 20000 /* days of birth that fit the ages 18-64 */
#define TEST_NUMBERS 22

static struct vv_random random_of(uint64_t seed, uint64_t stream)
{
    struct vv_random random = {.state = seed * UINT64_C(0xD1342543DE82EF95) + stream};
    (void)vv_random_next(&random); /* neighbouring streams part after one mixing */
    random.state ^= stream << 17;
    return random;
}

uint64_t vv_random_next(struct vv_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint32_t vv_random_below(struct vv_random *random, uint32_t bound)
{
    /* The high half times the bound: the bias is below bound / 2^32, which no demonstration sees.
     */
    return (uint32_t)(((vv_random_next(random) >> 32) * bound) >> 32);
}

bool vv_random_chance(struct vv_random *random, uint32_t per_thousand)
{
    return vv_random_below(random, 1000) < per_thousand;
}

struct place_reader {
    struct vv_synth *synth;
    struct vv_place place;
    unsigned column, row;
    bool overflow;
};

static void place_cell(void *cell, size_t len, void *context)
{
    struct place_reader *reader = context;
    char text[64] = "";
    memcpy(text, cell, len < sizeof(text) - 1 ? len : sizeof(text) - 1);
    switch (reader->column++) {
    case 0:
        (void)snprintf(reader->place.code, sizeof(reader->place.code), "%.7s", text);
        break;
    case 1:
        (void)snprintf(reader->place.name, sizeof(reader->place.name), "%.47s", text);
        break;
    case 2:
        (void)snprintf(reader->place.area, sizeof(reader->place.area), "%.47s", text);
        break;
    case 3:
        reader->place.latitude = strtod(text, NULL);
        break;
    case 4:
        reader->place.longitude = strtod(text, NULL);
        break;
    case 5:
        reader->place.weight = (uint32_t)strtoul(text, NULL, 10);
        break;
    default:
        break;
    }
}

static void place_row(int with, void *context)
{
    (void)with;
    struct place_reader *reader = context;
    struct vv_synth *synth = reader->synth;
    if (reader->row++ > 0 && synth->place_count < VV_SYNTH_PLACES_MAX) {
        synth->weight_sum += reader->place.weight;
        synth->places[synth->place_count++] = reader->place;
    }
    reader->column = 0;
}

static enum vv_status read_places(struct vv_synth *synth, const char *csv, size_t len,
                                  struct vv_error *ret_error)
{
    struct csv_parser parser;
    struct place_reader reader = {.synth = synth};
    if (csv_init(&parser, 0) != 0) {
        return vv_fail(ret_error, VV_NO_MEMORY, "municipalities", NULL, 0, "no memory");
    }
    bool read = csv_parse(&parser, csv, len, place_cell, place_row, &reader) == len &&
                csv_fini(&parser, place_cell, place_row, &reader) == 0;
    csv_free(&parser);
    if (!read || synth->place_count == 0 || synth->weight_sum == 0) {
        return vv_fail(ret_error, VV_INVALID, "municipalities", NULL, 0, "cannot be read");
    }
    for (size_t i = 0; i < synth->place_count; i++) {
        const struct vv_area *area =
            vv_scheme_area_of(synth->settings.scheme, synth->places[i].code);
        if (area == NULL || strcmp(area->code, synth->places[i].area) != 0) {
            return vv_fail(ret_error, VV_INVALID, "municipalities", synth->places[i].code, 0,
                           "the scheme %s does not have this municipality in area %s",
                           synth->settings.scheme->id, synth->places[i].area);
        }
    }
    return VV_OK;
}

enum vv_status vv_synth_create(const struct vv_synth_settings *settings, const char *places_csv,
                               size_t len, struct vv_synth **ret_synth, struct vv_error *ret_error)
{
    struct vv_synth *synth = calloc(1, sizeof(*synth));
    if (synth != NULL) {
        synth->used_numbers = calloc(1, BIRTH_DATES * TEST_NUMBERS / 8 + 1);
    }
    if (synth == NULL || synth->used_numbers == NULL) {
        vv_synth_destroy(&synth);
        return vv_fail(ret_error, VV_NO_MEMORY, "synth", NULL, 0, "no memory");
    }
    synth->settings = *settings;
    enum vv_status status = read_places(synth, places_csv, len, ret_error);
    if (status != VV_OK) {
        vv_synth_destroy(&synth);
        return status;
    }
    *ret_synth = synth;
    return VV_OK;
}

void vv_synth_destroy(struct vv_synth **synth)
{
    if (*synth != NULL) {
        free((*synth)->used_numbers);
        free(*synth);
        *synth = NULL;
    }
}

static void write_headers(const struct vv_synth *synth, const struct vv_synth_files *files)
{
    (void)fputs("source_ref,reported,identity,name,municipality,latitude,longitude,status,"
                "registered_on,benefit,mother_tongue,protected_identity",
                files->seekers);
    const struct vv_model *model = synth->settings.model;
    for (size_t f = 0; f < model->feature_count; f++) {
        (void)fprintf(files->seekers, ",feature.%s", model->features[f].name);
    }
    (void)fputc('\n', files->seekers);
    (void)fputs("source_ref,reported,organisation_number,name\n", files->providers);
    (void)fputs("source_ref,reported,number,organisation_number,provider_name,area,capacity,"
                "latitude,longitude,languages,from,to\n",
                files->contracts);
    (void)fputs("source_ref,reported,identity,contract,chosen_on\n", files->choices);
    (void)fputs("source_ref,reported,identity,month,approved,hours_per_week,physical_percent,"
                "supersedes_ref\n",
                files->reports);
    (void)fputs("source_ref,reported,identity,event,what,outcome_ref,on,extent_percent,subsidised,"
                "evidence\n",
                files->outcomes);
}

/* An organisation number that checks out: third digit 2 or more, so that it is no birth date. */
static void organisation_number(uint32_t provider, char ret_text[static 16])
{
    char digits[12];
    (void)snprintf(digits, sizeof(digits), "559%06u", 900000 + provider);
    (void)snprintf(ret_text, 16, "%.6s-%.3s%c", digits, digits + 6, vv_idno_luhn_digit(digits));
}

static const struct vv_place *place_in_area(const struct vv_synth *synth, struct vv_random *random,
                                            const char *area)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < synth->place_count; i++) {
        sum += strcmp(synth->places[i].area, area) == 0 ? synth->places[i].weight : 0;
    }
    uint32_t at = vv_random_below(random, sum == 0 ? 1 : sum);
    for (size_t i = 0; i < synth->place_count; i++) {
        if (strcmp(synth->places[i].area, area) == 0) {
            if (at < synth->places[i].weight) {
                return &synth->places[i];
            }
            at -= synth->places[i].weight;
        }
    }
    return &synth->places[0];
}

void vv_synth_providers(struct vv_synth *synth, const struct vv_synth_files *files,
                        struct vv_synth_counts *counts)
{
    static const char *const words[] = {"Exempel", "Prov", "Övnings", "Modell", "Påhittade"};
    static const char *const kinds[] = {"Vägar AB", "Steget AB", "Broar AB", "Matchning AB"};
    const struct vv_synth_settings *settings = &synth->settings;
    size_t areas = settings->scheme->area_count;
    char from[VV_DATE_TEXT_BYTES];
    vv_date_format(settings->from, from);
    write_headers(synth, files);
    for (uint32_t p = 0; p < settings->providers; p++) {
        struct vv_random random = random_of(settings->seed, UINT64_C(1) << 40 | p);
        char number[16];
        char name[64];
        organisation_number(p, number);
        (void)snprintf(name, sizeof(name), "%s %s %u", words[p % 5], kinds[p / 5 % 4], p + 1);
        (void)fprintf(files->providers, "synth-provider-%04u,%s,%s,%s\n", p + 1, from, number,
                      name);
        counts->providers++;
        /* One to three areas, the first in turn, so that every area has its share. */
        uint32_t own = 1 + vv_random_below(&random, areas < 3 ? (uint32_t)areas : 3);
        for (uint32_t a = 0; a < own && synth->contract_count < VV_SYNTH_CONTRACTS_MAX; a++) {
            const struct vv_area *area = &settings->scheme->areas[(p + a) % areas];
            const struct vv_place *place = place_in_area(synth, &random, area->code);
            struct vv_synth_contract *contract = &synth->contracts[synth->contract_count++];
            (void)snprintf(contract->number, sizeof(contract->number), "KA-%06u",
                           (unsigned)synth->contract_count);
            (void)snprintf(contract->area, sizeof(contract->area), "%s", area->code);
            uint32_t capacity = 10 + settings->people / 20 + vv_random_below(&random, 40);
            (void)fprintf(
                files->contracts, "synth-contract-%04u,%s,%s,%s,%s,%s,%u,%.4f,%.4f,%s,%s,\n",
                (unsigned)synth->contract_count, from, contract->number, number, name, area->code,
                capacity, place->latitude + (vv_random_below(&random, 400) - 200.0) / 20000,
                place->longitude + (vv_random_below(&random, 400) - 200.0) / 10000, "sv", from);
            counts->contracts++;
        }
    }
}

enum vv_status vv_synth_person(struct vv_synth *synth, uint32_t index,
                               const struct vv_synth_files *files, struct vv_synth_counts *counts,
                               struct vv_error *ret_error)
{
    struct vv_random random = random_of(synth->settings.seed, index);
    struct vv_synth_person person;
    enum vv_status status =
        vv_synth_draw(synth, &random, index, files->seekers, &person, ret_error);
    if (status != VV_OK) {
        return status;
    }
    counts->seekers++;
    if (person.level == NULL) {
        return VV_OK;
    }
    size_t level = (size_t)(person.level - synth->settings.scheme->levels);
    counts->level[level < 16 ? level : 15]++;
    if (person.level->referred) {
        counts->referred++;
        vv_synth_course(synth, &random, &person, files, counts);
    }
    return VV_OK;
}
