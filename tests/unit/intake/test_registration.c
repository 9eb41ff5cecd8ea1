/*
 * test_registration.c: the form of a registration, what counts as news, and the target group.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/intake/registration.h"
#include "../../../services/intake/target_group.h"

#define TODAY 18353 /* 2020-04-01 */

static Vagval__V1__Feature features[2];
static Vagval__V1__Feature *feature_list[2] = {&features[0], &features[1]};

/* A published test number: born on 28 April 1957. */
static Vagval__V1__RegisterSeeker registration(void)
{
    vagval__v1__feature__init(&features[0]);
    vagval__v1__feature__init(&features[1]);
    features[0].name = "sex";
    features[0].value = "male";
    features[1].name = "age_group";
    features[1].value = "50_plus";
    Vagval__V1__RegisterSeeker made = VAGVAL__V1__REGISTER_SEEKER__INIT;
    made.source = "load:af";
    made.source_ref = "S-1";
    made.identity_kind = "personnummer";
    made.identity = "570428-9999";
    made.name = "Testa Testsson";
    made.municipality = "2480";
    made.latitude = 63.8;
    made.longitude = 20.2;
    made.status = "unemployed";
    made.registered_on = 18340;
    made.benefit = "none";
    made.mother_tongue = "sv";
    made.features = feature_list;
    made.n_features = 2;
    return made;
}

static void refused(const Vagval__V1__RegisterSeeker *made, enum vv_status status,
                    const char *field)
{
    struct vv_idno identity = {.birth = 4711};
    struct vv_error error = {0};
    assert_int_equal(vv_registration_check(made, TODAY, &identity, &error), status);
    assert_string_equal(error.field, field);
    assert_int_equal(identity.birth, 4711);
}

static void a_good_one_gives_its_identity(void **state)
{
    (void)state;
    Vagval__V1__RegisterSeeker made = registration();
    struct vv_idno identity;
    struct vv_error error;
    assert_int_equal(vv_registration_check(&made, TODAY, &identity, &error), VV_OK);
    assert_string_equal(identity.text, "195704289999");
    /* What may be empty or at its bound. */
    made.name = "";
    made.benefit = "";
    made.mother_tongue = "";
    made.registered_on = TODAY;
    made.n_features = 0;
    made.latitude = -90;
    made.longitude = 180;
    made.municipality = "091"; /* in Finland three digits */
    assert_int_equal(vv_registration_check(&made, TODAY, &identity, &error), VV_OK);
}

static void every_field_is_checked(void **state)
{
    (void)state;
    char long_text[200];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
#define WITH(member, value, status, field)                                                         \
    do {                                                                                           \
        Vagval__V1__RegisterSeeker made = registration();                                          \
        made.member = (value);                                                                     \
        refused(&made, (status), (field));                                                         \
    } while (0)
    WITH(identity_kind, "organisationsnummer", VV_INVALID, "identity_kind");
    WITH(identity_kind, "", VV_INVALID, "identity_kind");
    WITH(identity, "570428-9998", VV_INVALID, "identity");
    WITH(identity, "131052-308T", VV_INVALID, "identity");
    WITH(source, "", VV_INVALID, "source");
    WITH(source, "two words", VV_INVALID, "source");
    WITH(source, long_text, VV_INVALID, "source");
    WITH(source_ref, "", VV_INVALID, "source_ref");
    WITH(source_ref, long_text, VV_INVALID, "source_ref");
    WITH(name, long_text, VV_INVALID, "name");
    WITH(municipality, "", VV_INVALID, "municipality");
    WITH(municipality, "24", VV_INVALID, "municipality");
    WITH(municipality, "24800", VV_INVALID, "municipality");
    WITH(municipality, "24a0", VV_INVALID, "municipality");
    WITH(status, "", VV_INVALID, "status");
    WITH(status, "unemployd", VV_INVALID, "status");
    WITH(status, "Unemployed", VV_INVALID, "status");
    WITH(benefit, "a b", VV_INVALID, "benefit");
    WITH(benefit, "earnings-related", VV_INVALID, "benefit");
    WITH(mother_tongue, "s\nv", VV_INVALID, "mother_tongue");
    WITH(mother_tongue, "Swedish", VV_INVALID, "mother_tongue");
    WITH(mother_tongue, "s", VV_INVALID, "mother_tongue");
    WITH(latitude, 90.5, VV_INVALID, "latitude");
    WITH(latitude, 0.0 / 0.0, VV_INVALID, "latitude");
    WITH(longitude, -181, VV_INVALID, "longitude");
    WITH(registered_on, VV_DATE_NONE, VV_INVALID, "registered_on");
    WITH(registered_on, VV_DATE_MAX + 1, VV_INVALID, "registered_on");
    WITH(registered_on, -5000, VV_INVALID, "registered_on"); /* 1956, before the birth */
    WITH(registered_on, TODAY + 1, VV_REFUSED, "registered_on");
    WITH(n_features, 65, VV_INVALID, "features");
#undef WITH
    Vagval__V1__RegisterSeeker made = registration();
    features[1].name = "sex";
    refused(&made, VV_INVALID, "features"); /* twice */
    made = registration();
    features[1].name = "";
    refused(&made, VV_INVALID, "features");
    made = registration();
    features[1].value = "Anna Andersson";
    refused(&made, VV_INVALID, "features");
}

static void known_codes_are_taken_and_named(void **state)
{
    (void)state;
    static const char *const statuses_known[] = {"unemployed", "in_service", "employed_seeker",
                                                 "employed"};
    static const char *const benefits[] = {"", "none", "basic", "earnings_related"};
    static const char *const tongues[] = {"", "sv", "ar", "smi"};
    struct vv_idno identity;
    struct vv_error error = {0};
    for (size_t i = 0; i < 4; i++) {
        Vagval__V1__RegisterSeeker made = registration();
        made.status = (char *)(uintptr_t)statuses_known[i];
        made.benefit = (char *)(uintptr_t)benefits[i];
        made.mother_tongue = (char *)(uintptr_t)tongues[i];
        assert_int_equal(vv_registration_check(&made, TODAY, &identity, &error), VV_OK);
    }
    /* Whoever gets one wrong reads which there are, and not what stood there. */
    Vagval__V1__RegisterSeeker made = registration();
    made.status = "arbetslos";
    assert_int_equal(vv_registration_check(&made, TODAY, &identity, &error), VV_INVALID);
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(strstr(error.text, statuses_known[i]));
    }
    assert_null(strstr(error.text, "arbetslos"));
}

static void a_number_shows_its_own_kind(void **state)
{
    (void)state;
    struct vv_idno identity;
    assert_int_equal(vv_registration_guess("570428-9999", TODAY, &identity), VV_OK);
    assert_int_equal(identity.kind, VV_IDNO_PERSONNUMMER);
    assert_int_equal(vv_registration_guess("197302889931", TODAY, &identity), VV_OK);
    assert_int_equal(identity.kind, VV_IDNO_SAMORDNINGSNUMMER);
    assert_int_equal(vv_registration_guess("131052-308t", TODAY, &identity), VV_OK);
    assert_int_equal(identity.kind, VV_IDNO_HETU);
    assert_string_equal(identity.text, "131052-308T");
    assert_int_equal(vv_registration_guess("556016-0680", TODAY, &identity), VV_INVALID);
}

static void only_input_of_decisions_is_news(void **state)
{
    (void)state;
    Vagval__V1__RegisterSeeker before = registration();
    Vagval__V1__RegisterSeeker after = before;
    after.name = "Ny Testsson";
    after.source_ref = "S-2";
    after.latitude = 59;
    after.registered_on++;
    assert_false(vv_registration_differs(&before, &after));
    after.municipality = "1980";
    assert_true(vv_registration_differs(&before, &after));
    after = before;
    after.status = "in_service";
    assert_true(vv_registration_differs(&before, &after));
    after = before;
    after.protected_identity = true;
    assert_true(vv_registration_differs(&before, &after));
    /* The order of features means nothing; their values do. */
    Vagval__V1__Feature others[2] = {features[1], features[0]};
    Vagval__V1__Feature *list[2] = {&others[0], &others[1]};
    after = before;
    after.features = list;
    assert_false(vv_registration_differs(&before, &after));
    others[0].value = "30_49";
    assert_true(vv_registration_differs(&before, &after));
    others[0] = features[1];
    others[0].name = "education";
    assert_true(vv_registration_differs(&before, &after));
    after.n_features = 1;
    assert_true(vv_registration_differs(&before, &after));
}

/* ---- target group ---- */

/* rules 16 (Finland), in the application's terms: unemployed or in service, and one of: no right
 * to earnings-related allowance, under 30, immigrant, foreign mother tongue. */
static const char *const statuses[] = {"unemployed", "in_service"};
static const char *const earnings[] = {"earnings_related"};
static const char *const thirty[] = {"30"};
static const char *const yes[] = {"yes"};
static const char *const domestic[] = {"sv", "fi"};
static const struct vv_criterion any_of[] = {
    {.op = VV_OP_NE, .field = "benefit", .values = earnings, .value_count = 1, .code = "benefit"},
    {.op = VV_OP_LT, .field = "age", .values = thirty, .value_count = 1, .code = "age"},
    {.op = VV_OP_EQ, .field = "immigrant", .values = yes, .value_count = 1, .code = "immigrant"},
    {.op = VV_OP_NOT_IN,
     .field = "mother_tongue",
     .values = domestic,
     .value_count = 2,
     .code = "tongue"},
};
static const struct vv_criterion all_of[] = {
    {.op = VV_OP_IN, .field = "status", .values = statuses, .value_count = 2, .code = "status"},
    {.op = VV_OP_ANY, .children = any_of, .child_count = 4},
};
static const struct vv_criterion finnish = {.op = VV_OP_ALL, .children = all_of, .child_count = 2};

static struct vv_target_group decided(const Vagval__V1__RegisterSeeker *made, int age)
{
    struct vv_scheme scheme = {.target_group = &finnish};
    struct vv_ymd on = vv_date_to_ymd(made->registered_on);
    vv_date birth = vv_date_from_ymd((struct vv_ymd){on.year - age, on.month, on.day});
    struct vv_target_group decision;
    vv_target_group_decide(&scheme, made, birth, &decision);
    return decision;
}

static void the_examples_of_rules_16(void **state)
{
    (void)state;
    Vagval__V1__RegisterSeeker made = registration();
    /* 28, employed, not a job seeker: no. */
    made.status = "employed";
    struct vv_target_group decision = decided(&made, 28);
    assert_int_equal(decision.in, VV_NO);
    assert_int_equal(decision.reason_count, 1);
    assert_string_equal(decision.reasons[0]->code, "status");
    /* 45, unemployed, earnings-related allowance, mother tongue Swedish, not an immigrant: no. */
    made = registration();
    features[0].name = "immigrant";
    features[0].value = "no";
    made.benefit = "earnings_related";
    assert_int_equal(decided(&made, 45).in, VV_NO);
    /* The same at 29, and on the day of turning 30. */
    assert_int_equal(decided(&made, 29).in, VV_YES);
    assert_int_equal(decided(&made, 30).in, VV_NO);
    features[0].value = "yes";
    decision = decided(&made, 45);
    assert_int_equal(decision.in, VV_YES);
    assert_string_equal(decision.reasons[decision.reason_count - 1]->code, "immigrant");
}

static void what_was_not_said_is_missing(void **state)
{
    (void)state;
    Vagval__V1__RegisterSeeker made = registration(); /* says nothing of "immigrant" */
    made.benefit = "earnings_related";
    struct vv_target_group decision = decided(&made, 45);
    assert_int_equal(decision.in, VV_MISSING);
    assert_string_equal(decision.reasons[0]->field, "immigrant");
    made.mother_tongue = "";
    assert_int_equal(decided(&made, 45).in, VV_MISSING);
    made.benefit = "none";
    assert_int_equal(decided(&made, 45).in, VV_YES);
    /* No criteria: everyone. */
    struct vv_scheme open = {.target_group = NULL};
    vv_target_group_decide(&open, &made, 0, &decision);
    assert_int_equal(decision.in, VV_YES);
    assert_int_equal(decision.reason_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_gives_its_identity),
        cmocka_unit_test(every_field_is_checked),
        cmocka_unit_test(known_codes_are_taken_and_named),
        cmocka_unit_test(a_number_shows_its_own_kind),
        cmocka_unit_test(only_input_of_decisions_is_news),
        cmocka_unit_test(the_examples_of_rules_16),
        cmocka_unit_test(what_was_not_said_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
