/*
 * pay_diff.c: `vagval pay why-not` and `pay diff --as-known-at`: what is missing, and what was
 * believed on an earlier day.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "pay_positions.h"
#include "table.h"
#include "timeline.h"

/* ---- why not ---- */

static json_t *condition_json(const Vagval__V1__Condition *condition)
{
    json_t *facts = json_array();
    for (size_t i = 0; i < condition->n_facts; i++) {
        (void)json_array_append_new(facts, json_string(vv_id_shown(condition->facts[i]).text));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "code", condition->code, "state",
                     condition->state, "text_en", condition->text_en, "text_sv", condition->text_sv,
                     "who", condition->who, "by", vv_day_shown(condition->by).text, "facts", facts);
}

static int tell_why(const struct vv_cli *cli, const Vagval__V1__WhyNotReply *why,
                    enum vv_language language)
{
    bool sv = language == VV_LANGUAGE_SV;
    if (cli->json) {
        json_t *conditions = json_array();
        for (size_t i = 0; i < why->n_conditions; i++) {
            (void)json_array_append_new(conditions, condition_json(why->conditions[i]));
        }
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:s, s:b, s:o}", "component", why->component,
                                     "as_of", vv_day_shown(why->as_of).text, "scheme_version",
                                     why->scheme_version, "owed", why->owed ? 1 : 0, "conditions",
                                     conditions),
                           VV_EXIT_OK);
    }
    struct vv_table *table =
        vv_table_create(sv ? "läge|villkor|vem|dag|kod" : "state|condition|who|day|code");
    for (size_t i = 0; i < why->n_conditions; i++) {
        const Vagval__V1__Condition *condition = why->conditions[i];
        bool met = strcmp(condition->state, "met") == 0;
        vv_table_cell(table, "%s", condition->state);
        vv_table_cell(table, "%s", sv ? condition->text_sv : condition->text_en);
        vv_table_cell(table, "%s", met ? "" : condition->who);
        vv_table_cell(table, "%s", vv_day_shown(condition->by).text);
        vv_table_cell(table, "%s", condition->code);
    }
    (void)fprintf(cli->out, "%s, %s %s\n", why->component, sv ? "per" : "as of",
                  vv_day_shown(why->as_of).text);
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    return VV_EXIT_OK;
}

static int command_why_not(struct vv_cli *cli, const struct vv_args *args)
{
    enum vv_language language;
    if (!vv_language_read(cli, args, &language)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client =
        vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY | 1u << VV_INTAKE);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    struct vv_id case_id;
    if (vv_client_case(client, args->words[0], vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &case_id)) {
        Vagval__V1__WhyNot body = VAGVAL__V1__WHY_NOT__INIT;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.component = args->words[1];
        struct vv_request request = vv_client_about(VV_PAYMENT, VV_MSG_WHY_NOT, case_id, NULL);
        struct vv_client_answer answer;
        vv_client_call(client, request, &body.base, &answer);
        code = answer.status == VV_OK
                   ? tell_why(cli, (const Vagval__V1__WhyNotReply *)answer.body, language)
                   : vv_cli_wrong(cli, "`vagval case show CASE` tells what is known of a case",
                                  "%s: %s", answer.field[0] == '\0' ? "case" : answer.field,
                                  answer.text[0] != '\0' ? answer.text
                                                         : vv_status_name(answer.status));
        vv_client_answer_free(&answer);
    }
    vv_client_close(&client);
    return code;
}

/* ---- as known then, and now ---- */

struct differing {
    struct vv_table *table;
    json_t *list;
    int64_t then, now;
};

static void take_difference(void *context, const Vagval__V1__Position *position)
{
    struct differing *differing = context;
    int64_t change = position->owed_now - position->owed_then;
    vv_table_cell(differing->table, "%s", vv_id_shown(position->case_id).text);
    vv_table_cell(differing->table, "%s", position->component);
    vv_table_cell(differing->table, "%s", vv_day_shown(position->period).text);
    vv_table_cell(differing->table, "%s", position->contract_number);
    vv_table_cell(differing->table, "%s", vv_money_shown(position->owed_then).text);
    vv_table_cell(differing->table, "%s", vv_money_shown(position->owed_now).text);
    vv_table_cell(differing->table, "%s", vv_money_shown(change).text);
    (void)json_array_append_new(differing->list, vv_position_json(position));
    differing->then += position->owed_then;
    differing->now += position->owed_now;
}

static int command_diff(struct vv_cli *cli, const struct vv_args *args)
{
    vv_date known_at = (vv_date)vv_args_number(args, "as-known-at", VV_DATE_NONE);
    const char *who = vv_args_text(args, "case", NULL);
    if (known_at == VV_DATE_NONE) {
        return vv_cli_usage(cli, "for example --as-known-at 2020-06-01",
                            "--as-known-at is missing");
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY |
                                                           (who == NULL ? 0 : 1u << VV_INTAKE));
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct differing differing = {
        vv_table_create("case|component|period|contract|>owed then|>owed now|>change"),
        json_array(), 0, 0};
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    if (known_at > vv_client_business_date(client)) {
        (void)vv_cli_wrong(cli, "give a day up to the business date",
                           "--as-known-at lies after the business date, %s: what will be known "
                           "then is not known",
                           vv_day_shown(vv_client_business_date(client)).text);
        vv_client_close(&client);
        vv_table_destroy(&differing.table);
        json_decref(differing.list);
        return VV_EXIT_PROBLEM;
    }
    bool good =
        who == NULL ||
        vv_client_case(client, who, vv_args_text(args, "scheme", VV_SCHEME_DEFAULT), &case_id);
    if (good && vv_positions_fetch(client, cli, "differences", known_at,
                                   who == NULL ? NULL : &case_id, take_difference, &differing)) {
        code = VV_EXIT_OK;
        if (cli->json) {
            code = vv_cli_json(cli,
                               json_pack("{s:s, s:I, s:I, s:O}", "as_known_at",
                                         vv_day_shown(known_at).text, "then",
                                         (json_int_t)differing.then, "now",
                                         (json_int_t)differing.now, "differences", differing.list),
                               VV_EXIT_OK);
        } else if (json_array_size(differing.list) == 0) {
            (void)fprintf(cli->out, "no difference: what was known on %s gives the ledger of now\n",
                          vv_day_shown(known_at).text);
        } else {
            vv_table_print(differing.table, cli->out);
        }
    }
    vv_table_destroy(&differing.table);
    json_decref(differing.list);
    vv_client_close(&client);
    return code;
}

static const struct vv_option why_options[] = {
    {"lang", "LANG", VV_OPTION_TEXT, "en or sv (default en)", 0, 0},
    VV_SCHEME_OF_PERSON_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option diff_options[] = {
    {"as-known-at", "DATE", VV_OPTION_DATE, "the log through the end of that day", 0, 0},
    {"case", "CASE", VV_OPTION_TEXT, "only this case", 0, 0},
    VV_SCHEME_OF_PERSON_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_diff[] = {
    {"pay explain", "CASE|POSTING|-", "why a posting is what it is: rule, facts, scheme version",
     "The same as `vagval explain`: CASE:NUMBER is one posting. The case of an agreement with a\n"
     "municipality is agreement:NAME, with its --scheme; here as in the other commands.",
     "vagval pay explain 002a6f...:1", why_options, 1, 1, vv_command_explain},
    {"pay why-not", "CASE|- COMPONENT", "what is missing, who must act and by when",
     "Each condition of the component's rule: met, missing (somebody must act), waiting (for a\n"
     "day), or failed (it cannot be met any more).",
     "vagval pay why-not 002a6f... result --lang sv", why_options, 2, 2, command_why_not},
    {"pay diff", "", "what was owed as known on a day, against what is owed now",
     "The log of facts through that day is computed as of that day. Of today it gives the ledger:\n"
     "no difference.",
     "vagval pay diff --as-known-at 2020-06-01", diff_options, 0, 0, command_diff},
    VV_END_OF_COMMANDS,
};
