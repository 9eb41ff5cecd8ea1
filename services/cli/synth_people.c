/*
 * synth_people.c: one synthetic person: birth number, home, features, and the level that follows.
 */
#include <stdlib.h>
#include <string.h>

#include "synth.h"
#include "vagval/idno.h"

#define AGE_MIN 18
#define AGE_MAX 64
#define TEST_NUMBERS 22
#define BIRTH_DATES 20000

/* How common a feature's value is, of a thousand; values that are not named share what is left. */
static const struct {
    const char *feature, *value;
    uint32_t per_thousand;
} weights[] = {
    {"citizenship", "national", 680},
    {"citizenship", "eu", 80},
    {"citizenship", "third_country", 240},
    {"education", "compulsory", 330},
    {"education", "vocational", 300},
    {"education", "upper_secondary", 370},
    {"care_duties", "none", 820},
    {"care_duties", "care", 180},
    {"health_impairment", "none", 760},
    {"health_impairment", "impaired", 240},
    {"occupation_group", "service", 620},
    {"occupation_group", "production", 380},
    {"employment_4_years", "at_least_75_percent", 520},
    {"employment_4_years", "under_75_percent", 480},
    {"case_intervals", "none", 300},
    {"case_intervals", "one", 300},
    {"case_intervals", "two", 220},
    {"case_intervals", "three_or_more", 180},
    {"long_case", "none", 640},
    {"long_case", "at_least_180_days", 360},
    {"measures", "none", 560},
    {"measures", "supportive", 160},
    {"measures", "qualifying", 170},
    {"measures", "employment_promotion", 110},
};

static uint32_t weight_of(const char *feature, const char *value)
{
    for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
        if (strcmp(weights[i].feature, feature) == 0 && strcmp(weights[i].value, value) == 0) {
            return weights[i].per_thousand;
        }
    }
    return 200;
}

static const char *draw_value(struct vv_random *random, const struct vv_feature_domain *feature)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < feature->value_count; i++) {
        sum += weight_of(feature->name, feature->values[i]);
    }
    uint32_t at = vv_random_below(random, sum);
    for (size_t i = 0; i < feature->value_count; i++) {
        uint32_t weight = weight_of(feature->name, feature->values[i]);
        if (at < weight) {
            return feature->values[i];
        }
        at -= weight;
    }
    return feature->values[0];
}

/* What follows from the person is not drawn: sex, age, the home's kind of labour market. */
static const char *value_of(struct vv_random *random, const struct vv_synth_person *person,
                            const struct vv_feature_domain *feature)
{
    if (strcmp(feature->name, "sex") == 0) {
        return person->male ? "male" : "female";
    }
    if (strcmp(feature->name, "age_group") == 0) {
        int age = vv_date_age(person->birth, person->registered);
        return age < 30 ? "under_30" : age < 50 ? "30_49" : "50_plus";
    }
    if (strcmp(feature->name, "region_type") == 0) {
        return person->place->weight >= 100  ? "type_1"
               : person->place->weight >= 50 ? "type_3"
               : person->place->weight >= 20 ? "type_2"
               : person->place->weight >= 9  ? "type_5"
                                             : "type_4";
    }
    return draw_value(random, feature);
}

/* A test personnummer that nobody in this book has: day of birth x one of 22 birth numbers. */
static void draw_identity(struct vv_synth *synth, struct vv_random *random,
                          struct vv_synth_person *person)
{
    vv_date youngest = vv_date_add_months(synth->settings.from, -12 * AGE_MIN) - 1;
    uint32_t dates = (AGE_MAX - AGE_MIN) * 365;
    uint32_t slot = vv_random_below(random, dates * TEST_NUMBERS);
    while ((synth->used_numbers[slot / 8] >> (slot % 8) & 1) != 0) {
        slot = (slot + 1) % (dates * TEST_NUMBERS);
    }
    synth->used_numbers[slot / 8] |= (uint8_t)(1u << (slot % 8));
    uint32_t serial = slot % TEST_NUMBERS;
    uint32_t birth_number = serial < 2 ? 238 + serial : 978 + serial;
    person->birth = youngest - (vv_date)(slot / TEST_NUMBERS);
    person->male = birth_number % 2 == 1;
    struct vv_ymd ymd = vv_date_to_ymd(person->birth);
    char digits[16];
    (void)snprintf(digits, sizeof(digits), "%04d%02d%02d%03u", ymd.year % 10000, ymd.month % 100,
                   ymd.day % 100, birth_number % 1000);
    (void)snprintf(person->identity, sizeof(person->identity), "%.11s%c", digits,
                   vv_idno_luhn_digit(digits + 2));
}

static const struct vv_place *draw_home(const struct vv_synth *synth, struct vv_random *random)
{
    uint32_t at = vv_random_below(random, synth->weight_sum);
    size_t i = 0;
    while (at >= synth->places[i].weight) {
        at -= synth->places[i].weight;
        i++;
    }
    return &synth->places[i];
}

static vv_date draw_registration(const struct vv_synth *synth, struct vv_random *random)
{
    uint32_t days = (uint32_t)(synth->settings.to - synth->settings.from) + 1;
    vv_date date = synth->settings.from + (vv_date)vv_random_below(random, days);
    while (date > synth->settings.from &&
           !vv_calendar_working_day(synth->settings.scheme->jurisdiction, date)) {
        date--;
    }
    return date;
}

static void write_seeker(const struct vv_synth *synth, const struct vv_synth_person *person,
                         struct vv_random *random, FILE *seekers)
{
    static const char *const first[] = {"Prov", "Övning", "Exempel", "Syntes", "Modell", "Test"};
    static const char *const last[] = {"Påhittad", "Testsson", "Exempelberg", "Provdotter",
                                       "Syntesgren"};
    static const char *const tongues[] = {"sv", "sv", "sv", "sv", "ar", "so", "fi", "en"};
    char date[VV_DATE_TEXT_BYTES];
    vv_date_format(person->registered, date);
    (void)fprintf(seekers, "synth-seeker-%06u,%s,%s,%s %s %06u,%s,%.5f,%.5f,%s,%s,%s,%s,%s",
                  person->index + 1, date, person->identity, first[vv_random_below(random, 6)],
                  last[vv_random_below(random, 5)], person->index + 1, person->place->code,
                  person->latitude, person->longitude, person->status, date,
                  vv_random_chance(random, 450) ? "earnings_related" : "none",
                  tongues[vv_random_below(random, 8)],
                  vv_random_chance(random, synth->settings.protected_per_thousand) ? "true"
                                                                                   : "false");
}

enum vv_status vv_synth_draw(struct vv_synth *synth, struct vv_random *random, uint32_t index,
                             FILE *seekers, struct vv_synth_person *ret_person,
                             struct vv_error *ret_error)
{
    const struct vv_model *model = synth->settings.model;
    struct vv_synth_person person = {.index = index};
    draw_identity(synth, random, &person);
    person.place = draw_home(synth, random);
    /* Within about five kilometres of the town's centre. */
    person.latitude = person.place->latitude + (vv_random_below(random, 1000) - 500.0) / 11000;
    person.longitude = person.place->longitude + (vv_random_below(random, 1000) - 500.0) / 5500;
    person.registered = draw_registration(synth, random);
    uint32_t status = vv_random_below(random, 1000);
    person.status = status < 930 ? "unemployed" : status < 980 ? "in_service" : "employed_seeker";
    write_seeker(synth, &person, random, seekers);

    struct vv_named_value values[VV_FEATURES_MAX];
    size_t count = model->feature_count < VV_FEATURES_MAX ? model->feature_count : VV_FEATURES_MAX;
    for (size_t f = 0; f < count; f++) {
        values[f].name = model->features[f].name;
        values[f].value = value_of(random, &person, &model->features[f]);
        (void)fprintf(seekers, ",%s", values[f].value);
    }
    (void)fputc('\n', seekers);
    struct vv_snapshot snapshot;
    enum vv_status coded = vv_model_encode(model, values, count, &snapshot, ret_error);
    if (coded != VV_OK) {
        return coded;
    }
    bool targeted = strcmp(person.status, "employed_seeker") != 0;
    person.level =
        targeted ? vv_scheme_level_for(synth->settings.scheme, vv_model_score(model, &snapshot))
                 : NULL;
    *ret_person = person;
    return VV_OK;
}
