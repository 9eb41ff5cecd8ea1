/*
 * test_scheme.c: a scheme file is read into what rules need, and each kind of mistake is refused
 * with file, line and field.
 */
#include "scheme_cases.h"

/* The numbers at the right are the lines that the cases below expect. */
static const char good[] =
    "id: xx-test\n"                                                                       /* 1 */
    "name: {en: Test, sv: Prov}\n"                                                        /* 2 */
    "jurisdiction: SE\n"                                                                  /* 3 */
    "currency: SEK\n"                                                                     /* 4 */
    "time_zone: Europe/Stockholm\n"                                                       /* 5 */
    "valid: {from: 2020-01-01, to: 2020-12-31}\n"                                         /* 6 */
    "areas:\n"                                                                            /* 7 */
    "  - code: north\n"                                                                   /* 8 */
    "    name: North\n"                                                                   /* 9 */
    "    factor_percent: 110\n"                                                           /* 10 */
    "    status: example\n"                                                               /* 11 */
    "    municipalities: [\"2401\", \"2480\"]\n"                                          /* 12 */
    "  - code: south\n"                                                                   /* 13 */
    "    name: South\n"                                                                   /* 14 */
    "    municipalities: [\"1080\"]\n"                                                    /* 15 */
    "target_group:\n"                                                                     /* 16 */
    "  any:\n"                                                                            /* 17 */
    "    - {field: age, op: lt, value: 30, code: young, en: Young, sv: Ung}\n"            /* 18 */
    "    - {field: status, op: in, values: [x], code: st, en: E, sv: S}\n"                /* 19 */
    "assessment:\n"                                                                       /* 20 */
    "  model: m-1\n"                                                                      /* 21 */
    "  levels:\n"                                                                         /* 22 */
    "    - code: far\n"                                                                   /* 23 */
    "      name: {en: Far, sv: Långt}\n"                                                  /* 24 */
    "      referred: false\n"                                                             /* 25 */
    "      logit_below: -1000\n"                                                          /* 26 */
    "      status: example\n"                                                             /* 27 */
    "    - code: B\n"                                                                     /* 28 */
    "      name: {en: B, sv: B}\n"                                                        /* 29 */
    "      referred: true\n"                                                              /* 30 */
    "      logit_below: 2000\n"                                                           /* 31 */
    "      status: official\n"                                                            /* 32 */
    "    - {code: A, name: {en: A, sv: A}, referred: true}\n"                             /* 33 */
    "choice: {working_days: 5, non_choice: nearest}\n"                                    /* 34 */
    "service: {months: 6, months_max: 12}\n"                                              /* 35 */
    "back_heavy: true\n"                                                                  /* 36 */
    "components:\n"                                                                       /* 37 */
    "  - code: base\n"                                                                    /* 38 */
    "    name: {en: Base, sv: Grund}\n"                                                   /* 39 */
    "    kind: per_day\n"                                                                 /* 40 */
    "    price_on: day\n"                                                                 /* 41 */
    "    pay_if: report_approved\n"                                                       /* 42 */
    "    prices:\n"                                                                       /* 43 */
    "      - {level: A, amount: \"10.00\", status: official, note: n}\n"                  /* 44 */
    "      - level: B\n"                                                                  /* 45 */
    "        to: 2020-06-30\n"                                                            /* 46 */
    "        amount: \"20.55\"\n"                                                         /* 47 */
    "        status: example\n"                                                           /* 48 */
    "        note: early\n"                                                               /* 49 */
    "      - {level: B, from: 2020-07-01, amount: \"21\", status: example, note: late}\n" /* 50 */
    "      - {level: B, area: south, from: 2020-09-01, to: 2020-09-30, amount: \"5.5\", status: "
    "official, note: own}\n"                                                    /* 51 */
    "  - code: premium\n"                                                       /* 52 */
    "    name: {en: Premium, sv: Premie}\n"                                     /* 53 */
    "    kind: premium_days\n"                                                  /* 54 */
    "    price_on: outcome_start\n"                                             /* 55 */
    "    on: [job, study]\n"                                                    /* 56 */
    "    premium_clock: contract\n"                                             /* 57 */
    "    premium_requires: result\n"                                            /* 58 */
    "    bands: [{days_max: 60, percent: 100}, {days_max: 120, percent: 50}]\n" /* 59 */
    "    prices:\n"                                                             /* 60 */
    "      - {level: A, amount: \"1000.00\", status: official, note: n}\n"      /* 61 */
    "      - {level: B, amount: \"1500.00\", status: official, note: n}\n"      /* 62 */
    "  - code: result\n"                                                        /* 63 */
    "    name: {en: Result, sv: Resultat}\n"                                    /* 64 */
    "    kind: milestone\n"                                                     /* 65 */
    "    price_on: outcome_start\n"                                             /* 66 */
    "    on: [job]\n"                                                           /* 67 */
    "    milestone_months: 4\n"                                                 /* 68 */
    "    max_gap_days: 3\n"                                                     /* 69 */
    "    prices:\n"                                                             /* 70 */
    "      - {level: A, amount: \"2661.00\", status: official, note: n}\n"      /* 71 */
    "      - {level: B, amount: \"9000.00\", status: official, note: n}\n";     /* 72 */

static void test_head(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    assert_string_equal(scheme->id, "xx-test");
    assert_string_equal(scheme->name_sv, "Prov");
    assert_string_equal(scheme->currency, "SEK");
    assert_string_equal(scheme->time_zone, "Europe/Stockholm");
    assert_int_equal(scheme->jurisdiction, VV_SWEDEN);
    assert_int_equal(scheme->from, day("2020-01-01"));
    assert_int_equal(scheme->to, day("2020-12-31"));
    assert_string_equal(scheme->model, "m-1");
    assert_int_equal(scheme->choice_working_days, 5);
    assert_int_equal(scheme->service_months, 6);
    assert_int_equal(scheme->service_months_max, 12);
    assert_true(scheme->back_heavy);
    assert_int_equal(strlen(scheme->version), 64);
    vv_scheme_destroy(&scheme);
    assert_null(scheme);
    vv_scheme_destroy(&scheme);
}

static void test_areas_and_levels(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    assert_int_equal(scheme->area_count, 2);
    assert_int_equal(vv_scheme_area(scheme, "north")->factor_percent, 110);
    assert_int_equal(vv_scheme_area(scheme, "south")->factor_percent, 100);
    assert_null(vv_scheme_area(scheme, "west"));
    assert_string_equal(vv_scheme_area_of(scheme, "2480")->code, "north");
    assert_string_equal(vv_scheme_area_of(scheme, "1080")->code, "south");
    assert_null(vv_scheme_area_of(scheme, "0180"));
    assert_false(vv_scheme_level(scheme, "far")->referred);
    assert_true(vv_scheme_level(scheme, "far")->example);
    assert_false(vv_scheme_level(scheme, "B")->example);
    assert_null(vv_scheme_level(scheme, "C"));
    assert_string_equal(vv_scheme_level_for(scheme, INT64_MIN)->code, "far");
    assert_string_equal(vv_scheme_level_for(scheme, -1001)->code, "far");
    assert_string_equal(vv_scheme_level_for(scheme, -1000)->code, "B");
    assert_string_equal(vv_scheme_level_for(scheme, 1999)->code, "B");
    assert_string_equal(vv_scheme_level_for(scheme, 2000)->code, "A");
    assert_string_equal(vv_scheme_level_for(scheme, INT64_MAX)->code, "A");
    const struct vv_criterion *target = scheme->target_group;
    assert_int_equal(target->op, VV_OP_ANY);
    assert_int_equal(target->child_count, 2);
    assert_int_equal(target->children[0].op, VV_OP_LT);
    assert_string_equal(target->children[0].values[0], "30");
    assert_string_equal(target->children[1].code, "st");
    vv_scheme_destroy(&scheme);
}

static void test_components(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    const struct vv_component *base = vv_scheme_component(scheme, "base");
    assert_int_equal(base->kind, VV_PER_DAY);
    assert_true(base->pay_if_report);
    assert_false(base->weekdays_only);
    assert_int_equal(base->price_on, VV_ON_DAY);
    const struct vv_component *premium = vv_scheme_component(scheme, "premium");
    assert_int_equal(premium->kind, VV_PREMIUM_DAYS);
    assert_true(premium->on_job && premium->on_study);
    assert_true(premium->clock_contract && premium->requires_result);
    assert_int_equal(premium->band_count, 2);
    assert_int_equal(premium->bands[1].days_max, 120);
    assert_int_equal(premium->bands[1].percent, 50);
    const struct vv_component *result = vv_scheme_component(scheme, "result");
    assert_int_equal(result->milestone_months, 4);
    assert_int_equal(result->max_gap_days, 3);
    assert_true(result->on_job);
    assert_false(result->on_study);
    assert_null(vv_scheme_component(scheme, "bonus"));
    vv_scheme_destroy(&scheme);
}

/* Level x area x list; a row of the area itself is taken as it stands, before the row for every
 * area, which is multiplied by the area's factor. */
static void test_price(void **state)
{
    (void)state;
    static const struct {
        const char *level, *area, *on;
        vv_money amount; /* 0 = none */
        size_t row;
        bool example;
    } rows[] = {
        {"A", "south", "2020-01-01", 1000, 0, true}, /* a real price times an example factor */
        {"A", "north", "2020-01-01", 1100, 0, true}, {"B", "south", "2020-06-30", 2055, 1, true},
        {"B", "north", "2020-06-30", 2261, 1, true}, /* 22.605, half away from zero */
        {"B", "north", "2020-07-01", 2310, 2, true}, {"B", "south", "2020-08-31", 2100, 2, true},
        {"B", "south", "2020-09-01", 550, 3, false}, {"B", "south", "2020-09-30", 550, 3, false},
        {"B", "south", "2020-10-01", 2100, 2, true}, {"B", "north", "2020-09-15", 2310, 2, true},
        {"far", "south", "2020-09-15", 0, 0, false}, {"B", "west", "2020-09-15", 0, 0, false},
    };
    struct vv_scheme *scheme = parsed(good);
    const struct vv_component *base = vv_scheme_component(scheme, "base");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        vv_money amount = -1;
        const struct vv_price *price = NULL;
        enum vv_status status = vv_scheme_price(scheme, base, rows[i].level, rows[i].area,
                                                day(rows[i].on), &amount, &price);
        if (rows[i].amount == 0) {
            assert_int_equal(status, VV_NOT_FOUND);
            assert_int_equal(amount, -1);
            continue;
        }
        assert_int_equal(status, VV_OK);
        assert_int_equal(amount, rows[i].amount);
        assert_ptr_equal(price, &base->prices[rows[i].row]);
        assert_int_equal(price->example, rows[i].example);
    }
    vv_scheme_destroy(&scheme);
}

static const struct yaml_case shape_cases[] = {
    {"currency: SEK\n", "currency: SEK\nfoo: bar\n", 5, "foo", "Unexpected key"},
    {"time_zone: Europe/Stockholm\n", "", 1, "time_zone", "Missing required"},
    {"        amount: \"20.55\"\n", "", 45, "components[0].prices[1].amount", "Missing"},
    {"        amount: \"20.55\"\n", "        amuont: \"20.55\"\n", 47,
     "components[0].prices[1].amuont", "Unexpected key"},
    {"kind: per_day", "kind: per_week", 40, "components[0].kind", "per_week"},
    {"back_heavy: true", "back_heavy: yes", 36, "back_heavy", "yes"},
    {"on: [job]", "on: [work]", 67, "components[2].on", "work"},
    {"municipalities: [\"1080\"]", "municipalities: []", 15, "areas[1].municipalities", "ntries"},
    {"  - code: base\n", "  - code: base-with-a-name-too-long\n", 38, "components[0].code",
     "longer than 24"},
    {"    - {code: A, name", "    - {code: A-level-with-a-name-too-long, name", 33,
     "assessment.levels[2].code", "longer than 24"},
    {"  model: m-1\n", "  model:\n", 21, "assessment.model", "length"},
    {"  model: m-1\n", "  model: [m-1]\n", 21, "assessment.model", "STRING"},
    {"non_choice: nearest", "non_choice: cheapest", 34, "choice.non_choice", "cheapest"},
    {"op: lt", "op: less", 18, "target_group.any[0].op", "less"},
    {"status: official, note: own", "status: real, note: own", 51, "components[0].prices[3].status",
     "real"},
    /* the guard */
    {"  - code: south\n", "  - code: south\n    code: west\n", 14, "code", "twice"},
    {"name: North", "name: &n North", 9, "name", "anchors"},
    {"name: South", "name: *n", 14, "name", "aliases"},
    {"name: South", "name: !!str South", 14, "name", "tags"},
    {"name: South", "name: \"So\\0uth\"", 14, "name", "control"},
    {"name: South", "name: \"So\\euth\"", 14, "name", "control"},
    {"name: South", "name: \"So\xFFuth\"", 14, "", "UTF-8"},
    {"name: South", "name: \"So\xC3\"", 14, "", "UTF-8"},
    {"name: South", "? [a]\n    : b", 14, "", "key"},
    {"name: South", "name: [South", 15, "", "not YAML"},
    {"back_heavy: true\n", "back_heavy: true\n---\n", 37, "", "document"},
};

static const struct yaml_case meaning_cases[] = {
    {"id: xx-test", "id: \"xx test\"", 1, "id", "code"},
    {"currency: SEK", "currency: XYZ", 4, "currency", "unknown currency"},
    {"Europe/Stockholm", "Europe/Atlantis", 5, "time_zone", "unknown time zone"},
    {"jurisdiction: SE", "jurisdiction: XX", 3, "jurisdiction", "unknown"},
    {"from: 2020-01-01", "from: 2020-02-30", 6, "valid.from", "date"},
    {"to: 2020-12-31}", "to: 2019-12-31}", 6, "valid.to", "before it begins"},
    {"code: south\n", "code: north\n", 13, "areas[1].code", "twice"},
    {"[\"1080\"]", "[\"1080\", \"2480\"]", 15, "areas[1].municipalities[1]", "area north"},
    {"[\"1080\"]", "[\"1080\", \"1080\"]", 15, "areas[1].municipalities[1]", "area south"},
    {"[\"1080\"]", "[\"108\"]", 15, "areas[1].municipalities[0]", "4 digits"},
    {"    factor_percent: 110\n", "    factor_percent: 0\n", 10, "areas[0].factor_percent", "1 to"},
    {"    status: example\n    mun", "    mun", 10, "areas[0].factor_percent", "needs a status"},
    {"field: age", "field: aeg", 18, "target_group.any[0].field", "unknown field"},
    {"value: 30", "value: old", 18, "target_group.any[0].value", "whole numbers"},
    {"value: 30", "values: [a]", 18, "target_group.any[0].value", "one value"},
    {"values: [x]", "value: x", 19, "target_group.any[1].values", "take values"},
    {"code: young, ", "", 18, "target_group.any[0].code", "reason code"},
    {", sv: Ung", "", 18, "target_group.any[0].sv", "Swedish"},
    {"{field: age,", "{all: [], field: age,", 18, "target_group.any[0].all", "ntries"},
    {"  any:\n", "  field: age\n  any:\n", 16, "target_group", "all:, any:"},
    {"logit_below: 2000", "logit_below: -1000", 31, "assessment.levels[1].logit_below", "rise"},
    {"logit_below: 2000", "logit_below: 0.5", 31, "assessment.levels[1].logit_below", "whole"},
    {"      logit_below: 2000\n", "", 28, "assessment.levels[1].logit_below", "cut-off"},
    {"      status: official\n", "", 31, "assessment.levels[1].logit_below", "status"},
    {"{code: A,", "{code: B,", 33, "assessment.levels[2].code", "twice"},
    {"working_days: 5", "working_days: 0", 34, "choice.working_days", "1 to 60"},
    {"working_days: 5", "working_days: 0x5", 34, "choice.working_days", "whole number"},
    {"months: 6,", "months: 18,", 35, "service.months_max", "18 to 36"},
    {"code: premium\n", "code: base\n", 52, "components[1].code", "twice"},
    {"price_on: day", "price_on: outcome_start", 41, "components[0].price_on", "base"},
    {"    kind: per_day\n", "    kind: per_day\n    on: [job]\n", 41, "components[0].on", "prem"},
    {"    on: [job]\n", "", 63, "components[2].on", "needed"},
    {"    milestone_months: 4\n", "", 63, "components[2].milestone_months", "needed"},
    {"milestone_months: 4", "milestone_months: 0", 68, "components[2].milestone_months", "1 to 60"},
    {"    kind: milestone\n", "    kind: milestone\n    bands: [{days_max: 1, percent: 1}]\n", 66,
     "components[2].bands", "premium_days"},
    {"days_max: 120", "days_max: 60", 59, "components[1].bands[1].days_max", "rise"},
    {"percent: 50}", "percent: -50}", 59, "components[1].bands[1].percent", "0 to"},
    {"amount: \"20.55\"", "amount: \"20.555\"", 47, "components[0].prices[1].amount", "decimals"},
    {"amount: \"20.55\"", "amount: \"-20.55\"", 47, "components[0].prices[1].amount", "negative"},
    {"amount: \"20.55\"", "amount: 2e3", 47, "components[0].prices[1].amount", "amount like"},
    {"- level: B\n", "- level: D\n", 45, "components[0].prices[1].level", "unknown level"},
    {"- level: B\n", "- level: far\n", 45, "components[0].prices[1].level", "no provider"},
    {"area: south,", "area: west,", 51, "components[0].prices[3].area", "unknown area"},
    {"to: 2020-06-30", "to: 2020-07-01", 50, "components[0].prices[2]", "overlaps prices[1]"},
    {"to: 2020-06-30", "to: 2020-06-29", 43, "components[0].prices",
     "level B in area north on 2020-06-30"},
    {"from: 2020-07-01,", "from: 2020-07-01, to: 2020-12-30,", 43, "components[0].prices",
     "level B in area north on 2020-12-31"},
    {"      - {level: A, amount: \"1000.00\", status: official, note: n}\n", "", 60,
     "components[1].prices", "level A in area north on 2020-01-01"},
    /* 366 days x 10.00 = 3 660.00 in the south; 1 000.00 + 2 660.00 is not more. North: x 1.1. */
    {"2661.00", "2660.00", 44, "components[0].prices[0].amount", "level A in area north"},
};

static void test_bad_shape(void **state)
{
    (void)state;
    refused_as(good, shape_cases, sizeof(shape_cases) / sizeof(shape_cases[0]));
}

static void test_bad_meaning(void **state)
{
    (void)state;
    refused_as(good, meaning_cases, sizeof(meaning_cases) / sizeof(meaning_cases[0]));
}

static enum vv_status status_of(const void *yaml, size_t len, struct vv_error *ret_error)
{
    struct vv_scheme *scheme = NULL;
    enum vv_status status = vv_scheme_parse("x", yaml, len, &scheme, ret_error);
    vv_scheme_destroy(&scheme);
    return status;
}

static void test_bounds(void **state)
{
    (void)state;
    struct vv_error error = {.line = 0};
    char *big = calloc(1, VV_YAML_BYTES_MAX + 1);
    assert_non_null(big);
    memset(big, ' ', VV_YAML_BYTES_MAX + 1);
    memcpy(big, good, sizeof(good) - 1);
    assert_int_equal(status_of(big, VV_YAML_BYTES_MAX, &error), VV_OK);
    assert_int_equal(status_of(big, VV_YAML_BYTES_MAX + 1, &error), VV_TOO_LARGE);
    /* Depth: the bound itself is refused by the schema, one more by the guard. */
    memset(big, '[', VV_YAML_DEPTH_MAX + 1);
    assert_int_equal(status_of(big, VV_YAML_DEPTH_MAX, &error), VV_INVALID);
    assert_int_equal(status_of(big, VV_YAML_DEPTH_MAX + 1, &error), VV_TOO_LARGE);
    assert_int_equal(error.line, 1);
    assert_int_equal(error.column, VV_YAML_DEPTH_MAX + 1);
    /* More values than any file needs. */
    for (size_t i = 0; i < VV_YAML_BYTES_MAX; i += 2) {
        memcpy(big + i, i == 0 ? "[a" : ",a", 2);
    }
    assert_int_equal(status_of(big, VV_YAML_BYTES_MAX, &error), VV_TOO_LARGE);
    free(big);
    assert_int_equal(status_of("", 0, &error), VV_INVALID);
    assert_int_equal(status_of("# nothing\n", 10, &error), VV_INVALID);
    assert_int_equal(status_of("{}", 2, &error), VV_INVALID);
    assert_int_equal(status_of("[]", 2, &error), VV_INVALID);
    assert_int_equal(status_of("\xFF\xFEi\0d\0", 6, &error), VV_INVALID);
    assert_int_equal(status_of("\0", 1, NULL), VV_INVALID);
}

/* A byte order mark must not make a file read otherwise than its bytes say. */
static void test_other_encoding(void **state)
{
    (void)state;
    char wide[2 * sizeof(good)] = "\xFF\xFE";
    for (size_t i = 0; i < sizeof(good) - 1; i++) {
        wide[2 + 2 * i] = good[i];
    }
    assert_int_equal(status_of(wide, sizeof(wide), NULL), VV_INVALID);
}

/* Nothing that cuts a good file short may do worse than be refused. */
static void test_every_prefix(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(good) - 1; len++) {
        struct vv_error error = {.line = 0};
        char *exact = malloc(len > 0 ? len : 1); /* so that a sanitizer sees a read beyond */
        assert_non_null(exact);
        memcpy(exact, good, len);
        enum vv_status status = status_of(exact, len, &error);
        assert_true(status == VV_INVALID || len > sizeof(good) - 4);
        free(exact);
    }
}

static void test_back_heavy_only_if_asked(void **state)
{
    (void)state;
    char *light = yaml_changed(good, "2661.00", "0.00");
    char *free_form = yaml_changed(light, "back_heavy: true", "back_heavy: false");
    struct vv_scheme *scheme = parsed(free_form);
    assert_false(scheme->back_heavy);
    vv_scheme_destroy(&scheme);
    free(light);
    free(free_form);
    /* Weekdays only: 366 days hold 262 at most, 2 620.00 < 1 000.00 + 1 621.00. */
    char *weekday = yaml_changed(good, "price_on: day", "days: weekday\n    price_on: day");
    char *enough = yaml_changed(weekday, "2661.00", "1621.00");
    scheme = parsed(enough);
    assert_true(scheme->components[0].weekdays_only);
    vv_scheme_destroy(&scheme);
    char *short_of = yaml_changed(weekday, "2661.00", "1620.00");
    struct vv_error error = {.line = 0};
    assert_int_equal(status_of(short_of, strlen(short_of), &error), VV_INVALID);
    free(weekday);
    free(enough);
    free(short_of);
}

static void test_version(void **state)
{
    (void)state;
    char text[VV_VERSION_TEXT_BYTES];
    /* BLAKE2b-256 of "abc": RFC 7693's function with 32 bytes of output. */
    vv_version_of("abc", 3, text);
    assert_string_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    struct vv_scheme *scheme = parsed(good);
    vv_version_of(good, strlen(good), text);
    assert_string_equal(scheme->version, text);
    vv_scheme_destroy(&scheme);
}

/* A message may carry no file at all. */
static void no_bytes_are_no_scheme(void **state)
{
    (void)state;
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {0};
    assert_int_equal(vv_scheme_parse("x.yaml", NULL, 0, &scheme, &error), VV_INVALID);
    assert_null(scheme);
    assert_string_equal(error.where, "x.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bytes_are_no_scheme),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_areas_and_levels),
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_bad_shape),
        cmocka_unit_test(test_bad_meaning),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_other_encoding),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_back_heavy_only_if_asked),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
