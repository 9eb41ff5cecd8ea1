/*
 * test_criteria.c: three-valued conditions and the reasons that decided.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/criteria.h"

#define LEAF(operator, name, list, reason)                                                         \
    {                                                                                              \
        .op = operator, .field = name, .values = list,                                             \
        .value_count = sizeof(list) / sizeof(list[0]), .code = reason, .text_en = reason,          \
        .text_sv = reason                                                                          \
    }

static const char *const here[] = {"049", "092"};
static const char *const seeking[] = {"unemployed", "in_service"};
static const char *const earnings[] = {"earnings_related"};
static const char *const thirty[] = {"30"};
static const char *const yes[] = {"yes"};
static const char *const home_tongues[] = {"fi", "sv"};

/* rules 16: the Finnish target group, the deepest condition that the rules name. */
static const struct vv_criterion any_of[] = {
    LEAF(VV_OP_NE, "benefit", earnings, "benefit"),
    LEAF(VV_OP_LT, "age", thirty, "young"),
    LEAF(VV_OP_EQ, "immigrant", yes, "immigrant"),
    LEAF(VV_OP_NOT_IN, "mother_tongue", home_tongues, "tongue"),
};
static const struct vv_criterion all_of[] = {
    LEAF(VV_OP_IN, "municipality", here, "area"),
    LEAF(VV_OP_IN, "status", seeking, "status"),
    {.op = VV_OP_ANY, .children = any_of, .child_count = 4},
};
static const struct vv_criterion finnish = {.op = VV_OP_ALL, .children = all_of, .child_count = 3};

struct person {
    const char *municipality, *status, *benefit, *age, *immigrant, *tongue;
};

static enum vv_truth ask(const struct person *person, char ret_reasons[static 128])
{
    const struct vv_field_value values[] = {
        {"municipality", person->municipality}, {"status", person->status},
        {"benefit", person->benefit},           {"age", person->age},
        {"immigrant", person->immigrant},       {"mother_tongue", person->tongue},
    };
    const struct vv_criterion *reasons[8];
    size_t count = 0;
    enum vv_truth answer = vv_criterion_evaluate(&finnish, values, 6, reasons, 8, &count);
    size_t len = 0;
    ret_reasons[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(ret_reasons + len, 128 - len, "%s%s", i > 0 ? " " : "",
                                reasons[i]->code);
        assert_in_range(len, 1, 127);
    }
    return answer;
}

static void test_target_group(void **state)
{
    (void)state;
    static const struct {
        struct person person;
        enum vv_truth answer;
        const char *reasons;
    } rows[] = {
        /* rules 16: 28, employed, not a job seeker: no. */
        {{"049", "employed", "none", "28", "no", "fi"}, VV_NO, "status"},
        /* rules 16: 45, unemployed, earnings-related allowance, mother tongue Swedish: no. */
        {{"049", "unemployed", "earnings_related", "45", "no", "sv"},
         VV_NO,
         "benefit young immigrant tongue"},
        {{"049", "unemployed", "none", "45", "no", "sv"}, VV_YES, "area status benefit"},
        {{"092", "in_service", "earnings_related", "29", "no", "so"},
         VV_YES,
         "area status young tongue"},
        {{"049", "unemployed", "earnings_related", "30", "no", "fi"},
         VV_NO,
         "benefit young immigrant tongue"},
        {{"091", "employed", "none", "45", "no", "fi"}, VV_NO, "area status"},
        /* Unknown is never shown as no: one missing part of `any` could still be a yes... */
        {{"049", "unemployed", "earnings_related", NULL, "no", "fi"}, VV_MISSING, "young"},
        /* ...but a part that says yes is enough, and one no is enough for `all`. */
        {{"049", "unemployed", "none", NULL, NULL, NULL}, VV_YES, "area status benefit"},
        {{"091", NULL, NULL, NULL, NULL, NULL}, VV_NO, "area"},
        {{NULL, "unemployed", "none", "20", "no", "fi"}, VV_MISSING, "area"},
        /* What should be a number and is none is not known. */
        {{"049", "unemployed", "earnings_related", "old", "no", "fi"}, VV_MISSING, "young"},
        {{"049", "unemployed", "earnings_related", "", "no", "fi"}, VV_MISSING, "young"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char reasons[128];
        assert_int_equal(ask(&rows[i].person, reasons), rows[i].answer);
        assert_string_equal(reasons, rows[i].reasons);
    }
}

static void test_operators(void **state)
{
    (void)state;
    static const struct {
        enum vv_operator op;
        bool below, equal, above; /* of 29, 30, 31 against 30 */
    } rows[] = {
        {VV_OP_EQ, false, true, false}, {VV_OP_NE, true, false, true},
        {VV_OP_LT, true, false, false}, {VV_OP_LE, true, true, false},
        {VV_OP_GT, false, false, true}, {VV_OP_GE, false, true, true},
        {VV_OP_IN, false, true, false}, {VV_OP_NOT_IN, true, false, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct vv_criterion leaf = LEAF(rows[i].op, "age", thirty, "age");
        const char *const ages[] = {"29", "30", "31"};
        const bool expected[] = {rows[i].below, rows[i].equal, rows[i].above};
        for (size_t a = 0; a < 3; a++) {
            const struct vv_field_value value = {"age", ages[a]};
            assert_int_equal(vv_criterion_evaluate(&leaf, &value, 1, NULL, 0, NULL),
                             expected[a] ? VV_YES : VV_NO);
        }
    }
    /* As integers, not as text: 9 < 30, and -1 < 30. */
    const struct vv_criterion below = LEAF(VV_OP_LT, "age", thirty, "age");
    const struct vv_field_value nine = {"age", "9"};
    const struct vv_field_value minus = {"age", "-1"};
    assert_int_equal(vv_criterion_evaluate(&below, &nine, 1, NULL, 0, NULL), VV_YES);
    assert_int_equal(vv_criterion_evaluate(&below, &minus, 1, NULL, 0, NULL), VV_YES);
}

static void test_edges(void **state)
{
    (void)state;
    const struct vv_criterion *reasons[2] = {NULL, NULL};
    size_t count = 99;
    assert_int_equal(vv_criterion_evaluate(NULL, NULL, 0, reasons, 2, &count), VV_YES);
    assert_int_equal(count, 0);
    const struct vv_criterion all = {.op = VV_OP_ALL};
    const struct vv_criterion any = {.op = VV_OP_ANY};
    assert_int_equal(vv_criterion_evaluate(&all, NULL, 0, NULL, 0, NULL), VV_YES);
    assert_int_equal(vv_criterion_evaluate(&any, NULL, 0, NULL, 0, NULL), VV_NO);
    /* No fact at all, and no more reasons than there is room for. */
    assert_int_equal(vv_criterion_evaluate(&finnish, NULL, 0, reasons, 2, &count), VV_MISSING);
    assert_int_equal(count, 2);
    assert_string_equal(reasons[0]->code, "area");
    assert_string_equal(reasons[1]->code, "status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target_group),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
