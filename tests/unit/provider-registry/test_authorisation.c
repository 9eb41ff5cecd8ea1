/*
 * test_authorisation.c: what an applicant must show, with cases worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/authorisation.h"

/* One preparing and one matching assignment; a credit rating of at least 40 or a certificate. */
static const char *const forty[] = {"40"}, *const yes[] = {"yes"};
static const struct vv_criterion credit[] = {{.op = VV_OP_GE,
                                              .field = "credit_rating",
                                              .values = forty,
                                              .value_count = 1,
                                              .code = "rating",
                                              .text_en = "rating",
                                              .text_sv = "betyg"},
                                             {.op = VV_OP_EQ,
                                              .field = "auditor_certificate",
                                              .values = yes,
                                              .value_count = 1,
                                              .code = "certificate",
                                              .text_en = "certificate",
                                              .text_sv = "intyg"}};
static const struct vv_criterion criteria[] = {
    {.op = VV_OP_ANY, .children = credit, .child_count = 2}};
static const struct vv_authorisation rules = {.form = VV_PROCUREMENT_LOV,
                                              .references_preparing = 1,
                                              .references_matching = 1,
                                              .terms_accepted = true,
                                              .criteria = criteria,
                                              .criterion_count = 1,
                                              .validity_months = 48};

struct fixture {
    Vagval__V1__SubmitApplication application;
    Vagval__V1__Assignment assignments[4], *list[4];
    Vagval__V1__ApplicationField fields[2], *field_list[2];
};

static void begin(struct fixture *fixture)
{
    vagval__v1__submit_application__init(&fixture->application);
    fixture->application.assignments = fixture->list;
    fixture->application.fields = fixture->field_list;
    fixture->application.terms_version = 3;
}

static void assign(struct fixture *fixture, const char *reference, bool preparing, bool matching,
                   const char *verified)
{
    size_t at = fixture->application.n_assignments++;
    vagval__v1__assignment__init(&fixture->assignments[at]);
    fixture->assignments[at].reference = (char *)(uintptr_t)reference;
    fixture->assignments[at].preparing = preparing;
    fixture->assignments[at].matching = matching;
    fixture->assignments[at].verified = (char *)(uintptr_t)verified;
    fixture->list[at] = &fixture->assignments[at];
}

static void say(struct fixture *fixture, const char *field, const char *value)
{
    size_t at = fixture->application.n_fields++;
    vagval__v1__application_field__init(&fixture->fields[at]);
    fixture->fields[at].field = (char *)(uintptr_t)field;
    fixture->fields[at].value = (char *)(uintptr_t)value;
    fixture->field_list[at] = &fixture->fields[at];
}

static void expect(const struct fixture *fixture, const char *code, enum vv_truth met)
{
    struct vv_authorisation_judgement judgement;
    vv_authorisation_judge(&rules, &fixture->application, 3, &judgement);
    for (size_t i = 0; i < judgement.finding_count; i++) {
        if (strcmp(judgement.findings[i].code, code) == 0) {
            assert_int_equal(judgement.findings[i].met, met);
            return;
        }
    }
    fail_msg("no finding %s", code);
}

static enum vv_truth verdict(const struct fixture *fixture, uint32_t terms)
{
    struct vv_authorisation_judgement judgement;
    vv_authorisation_judge(&rules, &fixture->application, terms, &judgement);
    return judgement.verdict;
}

static void one_assignment_never_counts_as_both(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    begin(&fixture);
    assign(&fixture, "R1", true, true, "yes");
    expect(&fixture, "references.too-few", VV_MISSING);
    assign(&fixture, "R1", true, true, "yes"); /* the same reference twice is one */
    expect(&fixture, "references.too-few", VV_MISSING);
    assign(&fixture, "R2", true, false, "yes"); /* R1 now serves as the matching one */
    expect(&fixture, "references", VV_YES);
}

/* Two preparing ones and none matching: either >= 2, but matching = 0. */
static void each_kind_is_needed(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    begin(&fixture);
    assign(&fixture, "R1", true, false, "yes");
    assign(&fixture, "R2", true, false, "yes");
    expect(&fixture, "references.too-few", VV_MISSING);
}

static void what_is_not_checked_is_missing_and_what_is_wrong_is_not_met(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    begin(&fixture);
    assign(&fixture, "R1", true, false, "yes");
    assign(&fixture, "R2", false, true, "");
    expect(&fixture, "references.unverified", VV_MISSING);
    fixture.assignments[1].verified = (char *)(uintptr_t) "no";
    expect(&fixture, "references.wrong", VV_NO);
    assign(&fixture, "R3", false, true, "yes");
    expect(&fixture, "references", VV_YES);
}

static void a_rating_of_forty_or_a_certificate(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    begin(&fixture);
    expect(&fixture, "rating", VV_MISSING);
    expect(&fixture, "certificate", VV_MISSING);
    say(&fixture, "credit_rating", "39"); /* no, but the certificate may still come */
    expect(&fixture, "certificate", VV_MISSING);
    say(&fixture, "auditor_certificate", "no");
    expect(&fixture, "rating", VV_NO);
    fixture.fields[0].value = (char *)(uintptr_t) "40";
    expect(&fixture, "rating", VV_YES);
}

static void the_whole_is_as_its_worst_part(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    begin(&fixture);
    assign(&fixture, "R1", true, false, "yes");
    assign(&fixture, "R2", false, true, "yes");
    say(&fixture, "credit_rating", "100");
    assert_int_equal(verdict(&fixture, 3), VV_YES);
    assert_int_equal(verdict(&fixture, 4), VV_MISSING); /* a newer version is in force */
    assert_int_equal(verdict(&fixture, 0), VV_MISSING); /* none is */
    say(&fixture, "auditor_certificate", "no");
    fixture.fields[0].value = (char *)(uintptr_t) "39";
    assert_int_equal(verdict(&fixture, 4), VV_NO); /* a no outweighs what is missing */
}

/* 48 months from 2020-04-01: 2024-04-01 is the first day without. */
static void the_last_day_follows_from_the_months(void **state)
{
    (void)state;
    vv_date from = 0, last = 0;
    assert_int_equal(vv_date_parse("2020-04-01", &from), VV_OK);
    assert_int_equal(vv_date_parse("2024-03-31", &last), VV_OK);
    assert_int_equal(vv_authorisation_last_day(&rules, from), last);
    assert_int_equal(vv_authorisation_last_day(NULL, from), 0);
}

/* RoM 2: 50 participants per full-time supervisor. 1.5 of them may have 75. */
static void capacity_follows_the_supervisors(void **state)
{
    (void)state;
    static const struct vv_authorisation limited = {.caseload_max = 50};
    static const struct {
        const char *supervisors;
        uint32_t capacity;
        enum vv_truth met;
    } rows[] = {
        {"1", 50, VV_YES},      {"1", 51, VV_NO},          {"1.5", 75, VV_YES},
        {"1.5", 76, VV_NO},     {"0", 1, VV_NO},           {"two", 10, VV_MISSING},
        {"-1", 10, VV_MISSING}, {"1.505", 10, VV_MISSING}, {"90000000000000", 100000, VV_YES}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vv_authorisation_judgement judgement;
        struct fixture fixture = {0};
        begin(&fixture);
        fixture.application.capacity = rows[i].capacity;
        say(&fixture, "supervisors", rows[i].supervisors);
        vv_authorisation_judge(&limited, &fixture.application, 3, &judgement);
        assert_int_equal(judgement.finding_count, 1);
        assert_int_equal(judgement.verdict, rows[i].met);
    }
    struct vv_authorisation_judgement judgement;
    struct fixture fixture = {0};
    begin(&fixture);
    vv_authorisation_judge(&limited, &fixture.application, 3, &judgement);
    assert_int_equal(judgement.verdict, VV_MISSING);
}

/* A scheme that asks for nothing is met by anybody, and its authorisation has no last day. */
static void without_terms_everybody_may(void **state)
{
    (void)state;
    struct vv_authorisation_judgement judgement;
    struct fixture fixture = {0};
    static const struct vv_authorisation lasting = {.form = VV_PROCUREMENT_OTHER};
    begin(&fixture);
    vv_authorisation_judge(NULL, &fixture.application, 3, &judgement);
    assert_int_equal(judgement.verdict, VV_YES);
    assert_int_equal(judgement.finding_count, 0);
    assert_int_equal(vv_authorisation_last_day(&lasting, 18000), 0);
    assert_true(vv_authorisation_has_room(NULL, 100000, 0));
    assert_true(vv_authorisation_has_room(&lasting, 100000, 0));
}

/* An assignment of neither kind, however well verified, is none; of other fields the number of
 * supervisors is not read. */
static void what_is_of_no_kind_counts_for_nothing(void **state)
{
    (void)state;
    uint32_t hundredths = 77;
    struct fixture fixture = {0};
    begin(&fixture);
    assign(&fixture, "b", true, false, "yes");
    say(&fixture, "credit_rating", "40");
    enum vv_truth without = verdict(&fixture, 3);
    assert_int_not_equal(without, VV_YES); /* no matching assignment */
    assign(&fixture, "a", false, false, "yes");
    assert_int_equal(verdict(&fixture, 3), without);
    assert_false(vv_authorisation_supervisors(&fixture.application, &hundredths));
    assert_int_equal(hundredths, 77);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(vv_truth_word(VV_YES), "met");
    assert_string_equal(vv_truth_word(VV_NO), "not_met");
    assert_string_equal(vv_truth_word(VV_MISSING), "missing");
    assert_string_equal(vv_procurement_word(VV_PROCUREMENT_LOV), "lov");
    assert_string_equal(vv_procurement_word(VV_PROCUREMENT_AUTHORISATION), "authorisation");
    assert_string_equal(vv_procurement_word(VV_PROCUREMENT_OTHER), "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_assignment_never_counts_as_both),
        cmocka_unit_test(each_kind_is_needed),
        cmocka_unit_test(capacity_follows_the_supervisors),
        cmocka_unit_test(what_is_not_checked_is_missing_and_what_is_wrong_is_not_met),
        cmocka_unit_test(a_rating_of_forty_or_a_certificate),
        cmocka_unit_test(the_whole_is_as_its_worst_part),
        cmocka_unit_test(the_last_day_follows_from_the_months),
        cmocka_unit_test(without_terms_everybody_may),
        cmocka_unit_test(what_is_of_no_kind_counts_for_nothing),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
