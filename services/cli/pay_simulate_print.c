/*
 * pay_simulate_print.c: what a scenario gave, as tables for people and as JSON for programs.
 */
#include <string.h>

#include "../payment/explain.h"
#include "pay_simulate.h"
#include "table.h"

static const char *const list_names[VV_EXPECTED_LISTS] = {"entitlements", "postings", "proposals"};

static const char *currency_of(const struct vv_simulated *run)
{
    return run->schemes[0].scheme->currency;
}

static const char *text_of(const struct vv_simulated *run, const struct vv_difference_line *line,
                           enum vv_language language)
{
    struct vv_explanation explanation;
    ProtobufCAllocator memory = run->memory;
    bool explained = vv_explain_line(line, currency_of(run), &memory, &explanation) == VV_OK;
    if (!explained) {
        return "";
    }
    return language == VV_LANGUAGE_SV ? explanation.text_sv : explanation.text_en;
}

static void print_lines(const struct vv_cli *cli, const struct vv_simulated *run,
                        enum vv_language language)
{
    struct vv_table *table =
        vv_table_create("as of|what|component|period|contract|>amount|>owed|why");
    size_t lines = 0;
    for (size_t s = 0; s < run->simulation.step_count; s++) {
        const struct vv_simulated_step *step = &run->simulation.steps[s];
        for (size_t i = 0; i < step->difference.count; i++) {
            const struct vv_difference_line *line = &step->difference.lines[i];
            char as_of[VV_DATE_TEXT_BYTES];
            char period[VV_DATE_TEXT_BYTES];
            char amount[VV_MONEY_TEXT_BYTES];
            char owed[VV_MONEY_TEXT_BYTES];
            vv_date_format(step->as_of, as_of);
            vv_date_format(line->period, period);
            vv_money_format(line->amount, 1, amount);
            vv_money_format(line->owed, 1, owed);
            vv_table_cell(table, "%s", as_of);
            vv_table_cell(table, "%s", line->proposal ? "proposal" : "posting");
            vv_table_cell(table, "%s", line->component);
            vv_table_cell(table, "%s", period);
            vv_table_cell(table, "%s", vv_scenario_contract(run->scenario, line->contract));
            vv_table_cell(table, "%s", amount);
            vv_table_cell(table, "%s", owed);
            vv_table_cell(table, "%s", text_of(run, line, language));
            lines++;
        }
    }
    if (lines > 0) {
        vv_table_print(table, cli->out);
    } else {
        (void)fprintf(cli->out, "nothing is owed on any of its dates\n");
    }
    vv_table_destroy(&table);
}

/* "base 2020-04-01 KA-1 990.00"; what an expectation leaves open is left out. */
static void describe(char *text, size_t bytes, const char *component, vv_date period,
                     const char *contract, vv_money amount)
{
    char day[VV_DATE_TEXT_BYTES] = "";
    char money[VV_MONEY_TEXT_BYTES];
    if (period != VV_DATE_NONE) {
        vv_date_format(period, day);
    }
    vv_money_format(amount, 1, money);
    (void)snprintf(text, bytes, "%s%s%s%s%s %s", component, day[0] == '\0' ? "" : " ", day,
                   contract == NULL ? "" : " ", contract == NULL ? "" : contract, money);
}

#define DESCRIPTION_BYTES 192

struct difference_texts {
    char expected[DESCRIPTION_BYTES], got[DESCRIPTION_BYTES];
};

static struct difference_texts texts_of(const struct vv_mismatch *mismatch)
{
    struct difference_texts texts = {"nothing", "nothing"};
    const struct vv_expected *expected = mismatch->expected;
    if (expected != NULL) {
        describe(texts.expected, sizeof(texts.expected), expected->component, expected->period,
                 expected->contract, expected->amount);
    }
    if (mismatch->found) {
        describe(texts.got, sizeof(texts.got), mismatch->component, mismatch->period,
                 mismatch->contract, mismatch->amount);
    }
    return texts;
}

static void print_mismatches(const struct vv_cli *cli, const struct vv_simulated *run)
{
    for (size_t i = 0; i < run->mismatch_count; i++) {
        const struct vv_mismatch *mismatch = &run->mismatches[i];
        struct difference_texts texts = texts_of(mismatch);
        char as_of[VV_DATE_TEXT_BYTES];
        vv_date_format(mismatch->as_of, as_of);
        (void)fprintf(cli->out, "%s:%u: %s as of %s\n", run->path, mismatch->line,
                      list_names[mismatch->list], as_of);
        (void)fprintf(cli->out, "  - expected  %s\n  + got       %s\n", texts.expected, texts.got);
    }
}

void vv_simulated_print(const struct vv_cli *cli, const struct vv_simulated *run,
                        enum vv_language language)
{
    (void)fprintf(cli->out, "%s: %s\n", run->path, run->scenario->title);
    for (size_t i = 0; i < run->scheme_count; i++) {
        const struct vv_scheme *scheme = run->schemes[i].scheme;
        (void)fprintf(cli->out, "scheme %s, version %.16s..., amounts in %s\n", scheme->id,
                      scheme->version, scheme->currency);
    }
    print_lines(cli, run, language);
    print_mismatches(cli, run);
    if (run->checked && run->mismatch_count == 0) {
        (void)fprintf(cli->out, "as expected\n");
    } else if (run->checked) {
        (void)fprintf(cli->out, "%zu of its lines are not as expected\n", run->mismatch_count);
    } else if (run->scenario->expected_count > 0) {
        (void)fprintf(cli->out, "expectations not held against it: another scheme was given\n");
    }
    (void)fputc('\n', cli->out);
}

static json_t *date_json(vv_date date)
{
    char text[VV_DATE_TEXT_BYTES];
    if (date == VV_DATE_NONE) {
        return json_null();
    }
    vv_date_format(date, text);
    return json_string(text);
}

static json_t *owed_json(const struct vv_simulated *run, const struct vv_owed *owed)
{
    return json_pack("{s:s, s:o, s:s, s:I, s:o, s:s, s:s, s:b}", "component", owed->component->code,
                     "period", date_json(owed->period), "contract",
                     vv_scenario_contract(run->scenario, owed->contract), "amount",
                     (json_int_t)owed->amount, "due", date_json(owed->due), "level",
                     owed->level == NULL ? "" : owed->level, "area",
                     owed->area == NULL ? "" : owed->area, "example", owed->example);
}

static json_t *line_json(const struct vv_simulated *run, const struct vv_difference_line *line)
{
    return json_pack(
        "{s:s, s:o, s:s, s:I, s:I, s:b, s:s, s:s, s:s, s:b}", "component", line->component,
        "period", date_json(line->period), "contract",
        vv_scenario_contract(run->scenario, line->contract), "amount", (json_int_t)line->amount,
        "owed", (json_int_t)line->owed, "proposal", line->proposal, "rule", vv_explain_rule(line),
        "text_en", text_of(run, line, VV_LANGUAGE_EN), "text_sv",
        text_of(run, line, VV_LANGUAGE_SV), "example", line->why != NULL && line->why->example);
}

static json_t *step_json(const struct vv_simulated *run, const struct vv_simulated_step *step)
{
    json_t *entitlements = json_array();
    json_t *postings = json_array();
    json_t *proposals = json_array();
    for (size_t i = 0; i < step->entitlement.count; i++) {
        (void)json_array_append_new(entitlements, owed_json(run, &step->entitlement.owed[i]));
    }
    for (size_t i = 0; i < step->difference.count; i++) {
        const struct vv_difference_line *line = &step->difference.lines[i];
        (void)json_array_append_new(line->proposal ? proposals : postings, line_json(run, line));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "as_of", date_json(step->as_of), "next_due",
                     date_json(step->entitlement.next_due), "entitlements", entitlements,
                     "postings", postings, "proposals", proposals);
}

json_t *vv_simulated_json(const struct vv_simulated *run)
{
    json_t *schemes = json_array();
    json_t *steps = json_array();
    json_t *mismatches = json_array();
    for (size_t i = 0; i < run->scheme_count; i++) {
        const struct vv_scheme *scheme = run->schemes[i].scheme;
        (void)json_array_append_new(schemes,
                                    json_pack("{s:s, s:s, s:s}", "scheme", scheme->id, "version",
                                              scheme->version, "currency", scheme->currency));
    }
    for (size_t i = 0; i < run->simulation.step_count; i++) {
        (void)json_array_append_new(steps, step_json(run, &run->simulation.steps[i]));
    }
    for (size_t i = 0; i < run->mismatch_count; i++) {
        const struct vv_mismatch *mismatch = &run->mismatches[i];
        struct difference_texts texts = texts_of(mismatch);
        (void)json_array_append_new(
            mismatches, json_pack("{s:o, s:s, s:i, s:s, s:s}", "as_of", date_json(mismatch->as_of),
                                  "list", list_names[mismatch->list], "line", (int)mismatch->line,
                                  "expected", texts.expected, "got", texts.got));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:b, s:o}", "file", run->path, "title",
                     run->scenario->title, "schemes", schemes, "steps", steps, "checked",
                     run->checked, "mismatches", mismatches);
}
