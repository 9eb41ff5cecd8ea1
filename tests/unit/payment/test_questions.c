/*
 * Properties of what people ask of a case: why a line is what it is, why a component is not owed,
 * what the case will still cost. Over random courses of every scheme that is shipped. And whichever
 * allocation fails on the way, the answer is "no memory" and the result is untouched.
 * VAGVAL_TEST_SEED repeats a run.
 */
#include "books.h"
#include "courses.h"

#include "../../../services/payment/batch.h"
#include "../../../services/payment/expected.h"
#include "../../../services/payment/explain.h"
#include "../../../services/payment/why_not.h"
#include "../../support/memory.h"

#define COURSES 1600
#define SPAN_DAYS 500

static const struct vv_links no_links;
static struct kit kit;
static vv_date today;

static void next_question(unsigned number)
{
    next_course(&kit, number);
    today = course_first + (vv_date)random_below(SPAN_DAYS);
}

/* ---- why a line is what it is ---- */

static void check_text(const char *text, const char *amount)
{
    assert_true(strlen(text) > 10 && strlen(text) < VV_EXPLAIN_BYTES_MAX - 1); /* not cut off */
    assert_null(strstr(text, "(null)"));
    assert_true(amount == NULL || strstr(text, amount) != NULL);
}

static void check_line(const struct vv_difference_line *line)
{
    char owed[VV_MONEY_TEXT_BYTES];
    struct vv_explanation texts;
    vv_money_format(line->owed, 1, owed);
    assert_int_equal(vv_explain_line(line, "SEK", &kit_memory, &texts), VV_OK);
    bool in_all = line->amount != line->owed && line->why != NULL;
    check_text(texts.text_en, in_all ? owed : NULL);
    check_text(texts.text_sv, in_all ? owed : NULL);
    assert_string_not_equal(texts.text_en, texts.text_sv);
    assert_int_equal(strncmp(vv_explain_rule(line), "rules.", 6), 0);
    assert_true(line->why != NULL || strstr(texts.text_en, "no longer owed") != NULL);
    assert_int_equal(strncmp(texts.text_en, "Recovery proposal", 17) == 0, line->proposal);
}

static void every_line_is_explained(void **state)
{
    (void)state;
    static struct books books;
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    unsigned explained[VV_SHARE + 1] = {0};
    unsigned taken_back = 0;
    random_begin();
    for (unsigned i = 0; i < COURSES; i++) {
        next_question(i);
        memset(&books, 0, sizeof books);
        size_t told = kit.count;
        (void)decide(&kit, course_scheme, kit.facts, kit.count, today, &books);
        random_corrections(&kit, course_scheme);
        (void)decide(&kit, course_scheme, kit.facts, kit.count, today, &books);
        kit.count = random_below(2) == 0 ? told : kit.count; /* as if never corrected */
        random_corrections(&kit, course_scheme);
        kit_used = 0;
        assert_int_equal(
            vv_entitlement(kit.facts, kit.count, &kit.lookup, today, &kit_memory, &entitlement),
            VV_OK);
        assert_int_equal(vv_difference(&entitlement, books.totals, i % 3 == 0 ? 0 : books.count,
                                       course_scheme, &kit_memory, &difference),
                         VV_OK);
        for (size_t k = 0; k < difference.count; k++) {
            const struct vv_owed *why = difference.lines[k].why;
            check_line(&difference.lines[k]);
            taken_back += difference.lines[k].proposal && difference.lines[k].amount > 0 ? 1 : 0;
            explained[why == NULL ? VV_PER_DAY : why->component->kind]++;
        }
    }
    for (int kind = 0; kind <= VV_SHARE; kind++) {
        assert_true(explained[kind] > 0);
    }
    assert_true(taken_back > 0);
}

/* ---- why a component is not owed ---- */

static bool is_owed(const struct vv_entitlement *entitlement, const char *component)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        if (strcmp(entitlement->owed[i].component->code, component) == 0) {
            return true;
        }
    }
    return false;
}

static void check_conditions(const struct vv_why_not *why_not, const char *component)
{
    bool all_met = true;
    for (size_t i = 0; i < why_not->count; i++) {
        const struct vv_condition *condition = &why_not->conditions[i];
        assert_true(condition->text_en[0] != '\0' && condition->text_sv[0] != '\0');
        assert_true(condition->code[0] != '\0' && condition->who[0] != '\0');
        assert_null(strstr(condition->text_en, "(null)"));
        all_met = all_met && condition->state == VV_CONDITION_MET;
    }
    if (all_met && !why_not->owed) {
        fail_msg("%s: %s is not owed on day %d, and nothing is missing", course_scheme->id,
                 component, (int)today);
    }
}

static void what_is_not_owed_lacks_something(void **state)
{
    (void)state;
    unsigned answers[2] = {0, 0};
    random_begin();
    for (unsigned i = 0; i < COURSES; i++) {
        next_question(i);
        for (size_t k = 0; k < course_scheme->component_count; k++) {
            const char *component = course_scheme->components[k].code;
            struct vv_entitlement entitlement;
            struct vv_why_not why_not;
            kit_used = 0;
            assert_int_equal(
                vv_entitlement(kit.facts, kit.count, &kit.lookup, today, &kit_memory, &entitlement),
                VV_OK);
            enum vv_status status = vv_why_not(kit.facts, kit.count, &kit.lookup, today, component,
                                               &no_links, &kit_memory, &why_not);
            if (status == VV_NOT_FOUND) { /* no version is valid on the day */
                assert_null(kit.lookup.on(kit.lookup.context, today));
                continue;
            }
            assert_int_equal(status, VV_OK);
            assert_int_equal(why_not.owed, is_owed(&entitlement, component));
            check_conditions(&why_not, component);
            answers[why_not.owed ? 1 : 0]++;
        }
    }
    assert_true(answers[0] > COURSES / 4 && answers[1] > COURSES / 4);
}

/* ---- what it will still cost ---- */

/* What is certain is what is owed when everything known has fallen due, less what stands. */
static void what_is_certain_is_what_will_be_owed(void **state)
{
    (void)state;
    static struct books books;
    vv_money all = 0;
    vv_money hopes = 0;
    random_begin();
    for (unsigned i = 0; i < COURSES; i++) {
        struct vv_expected expected;
        next_question(i);
        memset(&books, 0, sizeof books);
        (void)decide(&kit, course_scheme, kit.facts, kit.count, today, &books);
        const struct vv_expected_question question = {.facts = kit.facts,
                                                      .fact_count = kit.count,
                                                      .schemes = &kit.lookup,
                                                      .scheme = course_scheme,
                                                      .posted = books.totals,
                                                      .posted_count = books.count,
                                                      .as_of = today};
        assert_int_equal(vv_expected_cost(&question, &kit_memory, &expected), VV_OK);
        vv_money certain = 0;
        for (size_t k = 0; k < expected.count; k++) {
            assert_true(expected.lines[k].certain >= 0 && expected.lines[k].hoped >= 0);
            assert_true(expected.lines[k].due >= today);
            certain += expected.lines[k].certain;
            hopes += expected.lines[k].hoped;
        }
        struct vv_entitlement at_last;
        vv_money wanted = 0;
        kit_used = 0;
        assert_int_equal(
            vv_entitlement(kit.facts, kit.count, &kit.lookup, today + 3650, &kit_memory, &at_last),
            VV_OK);
        for (size_t k = 0; k < at_last.count; k++) {
            const struct vv_owed *owed = &at_last.owed[k];
            vv_money stands = standing(&books, owed->component->code, owed->period, owed->contract);
            wanted += owed->amount > stands ? owed->amount - stands : 0;
        }
        assert_int_equal(certain, wanted);
        all += certain;
    }
    assert_true(all > 0 && hopes > 0);
}

/* ---- memory that ends ---- */

struct answers {
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    struct vv_why_not why_not;
    struct vv_expected expected;
    Vagval__V1__PostingBatch *batch;
};

static const uint8_t untouched = 0xE7;

static bool is_untouched(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != untouched) {
            return false;
        }
    }
    return true;
}

static enum vv_status build_batch(const struct vv_difference *difference,
                                  ProtobufCAllocator *memory, Vagval__V1__PostingBatch **ret_batch)
{
    const struct vv_batch_input input = {.case_id = {{0, 3, 0xCA}},
                                         .index = 1,
                                         .facts_through = (uint32_t)kit.count,
                                         .as_of = today,
                                         .book_date = today,
                                         .scheme = course_scheme,
                                         .difference = difference,
                                         .facts = kit.facts,
                                         .fact_count = kit.count,
                                         .with_texts = true};
    return vv_batch_build(&input, memory, ret_batch);
}

static enum vv_status answer(int question, ProtobufCAllocator *memory,
                             const struct vv_difference *difference, struct answers *answers,
                             bool *ret_untouched)
{
    const struct vv_expected_question cost = {.facts = kit.facts,
                                              .fact_count = kit.count,
                                              .schemes = &kit.lookup,
                                              .scheme = course_scheme,
                                              .as_of = today};
    enum vv_status status = VV_OK;
    memset(answers, untouched, sizeof *answers);
    switch (question) {
    case 0:
        status =
            vv_entitlement(kit.facts, kit.count, &kit.lookup, today, memory, &answers->entitlement);
        break;
    case 1:
        status =
            vv_why_not(kit.facts, kit.count, &kit.lookup, today, course_scheme->components[0].code,
                       &no_links, memory, &answers->why_not);
        break;
    case 2:
        status = vv_expected_cost(&cost, memory, &answers->expected);
        break;
    default:
        status = build_batch(difference, memory, &answers->batch);
    }
    *ret_untouched = is_untouched(answers, sizeof *answers);
    return status;
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    static struct answers answers;
    random_begin();
    for (unsigned i = 0; i < 64; i++) {
        struct vv_entitlement entitlement;
        struct vv_difference difference;
        bool is_intact = false;
        do {
            next_question(i);
        } while (kit.lookup.on(kit.lookup.context, today) == NULL);
        kit_used = 0;
        assert_int_equal(
            vv_entitlement(kit.facts, kit.count, &kit.lookup, today, &kit_memory, &entitlement),
            VV_OK);
        assert_int_equal(
            vv_difference(&entitlement, NULL, 0, course_scheme, &kit_memory, &difference), VV_OK);
        for (int question = 0; question < 4; question++) {
            size_t n = 0;
            enum vv_status status;
            while ((status = answer(question, memory_of(n), &difference, &answers, &is_intact)) !=
                   VV_OK) {
                assert_int_equal(status, VV_NO_MEMORY);
                assert_true(is_intact);
                n++;
            }
            assert_true(n > 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_explained),
        cmocka_unit_test(what_is_not_owed_lacks_something),
        cmocka_unit_test(what_is_certain_is_what_will_be_owed),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
