/*
 * choice.c: `vagval choice`: what a job seeker can choose among, a stated need, and the choice.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "choice_results.h"
#include "commands.h"
#include "table.h"

#define WAIT_MS 10000

static struct vv_request about_case(struct vv_id case_id, const char *scheme,
                                    enum vv_message_type type)
{
    return vv_client_about(VV_REGISTRY, type, case_id, scheme);
}

static ProtobufCBinaryData bytes_of(struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, id->bytes};
}

/* ---- showing ---- */

static json_t *texts_json(char *const *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_string(texts[i]));
    }
    return list;
}

static void add_choices(json_t *list, const char *area, const Vagval__V1__AreaChoices *choices)
{
    for (size_t i = 0; i < choices->n_choices; i++) {
        const Vagval__V1__AreaChoice *choice = choices->choices[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "area", area, "number",
                      choice->number, "provider", choice->provider_name, "organisation_number",
                      choice->organisation_number, "free", (int)choice->free, "metres",
                      choice->has_distance ? json_integer(choice->metres) : json_null(), "results",
                      vv_choice_results_json(choice), "languages",
                      texts_json(choice->languages, choice->n_languages), "orientations",
                      texts_json(choice->orientations, choice->n_orientations)));
    }
}

static int by_distance(const void *a, const void *b)
{
    const json_t *one = json_object_get(*(json_t *const *)a, "metres");
    const json_t *other = json_object_get(*(json_t *const *)b, "metres");
    json_int_t left = json_is_null(one) ? INT64_MAX : json_integer_value(one);
    json_int_t right = json_is_null(other) ? INT64_MAX : json_integer_value(other);
    if (left != right) {
        return left < right ? -1 : 1;
    }
    return strcmp(json_string_value(json_object_get(*(json_t *const *)a, "number")),
                  json_string_value(json_object_get(*(json_t *const *)b, "number")));
}

/* Best first; contracts without a rating are not ranked: they follow, nearest first. */
static int by_results(const void *a, const void *b)
{
    json_int_t left = vv_choice_results_rank(json_object_get(*(json_t *const *)a, "results"));
    json_int_t right = vv_choice_results_rank(json_object_get(*(json_t *const *)b, "results"));
    if (left != right) {
        return left > right ? -1 : 1;
    }
    return by_distance(a, b);
}

static void joined_cell(struct vv_table *table, const json_t *texts)
{
    char line[128] = "";
    size_t len = 0;
    for (size_t i = 0; i < json_array_size(texts) && len < sizeof(line); i++) {
        int more = snprintf(line + len, sizeof(line) - len, "%s%s", i == 0 ? "" : " ",
                            json_string_value(json_array_get(texts, i)));
        len += more > 0 ? (size_t)more : 0;
    }
    vv_table_cell(table, "%s", line);
}

static void print_choices(FILE *out, const Vagval__V1__ChoiceShown *shown, const json_t *list,
                          uint32_t full, uint32_t other_language)
{
    char day[VV_DATE_TEXT_BYTES] = "";
    struct vv_table *table = vv_table_create(
        "area|contract|provider|>free|>km|" VV_CHOICE_RESULTS_COLUMNS "|languages|orientations");
    if (shown->choose_by > 0) {
        vv_date_format(shown->choose_by, day);
    }
    (void)fprintf(out, "%s: %s%s%s%s%s\n", shown->scheme, shown->state,
                  day[0] != '\0' ? ", may choose until " : "", day,
                  shown->contract_number[0] != '\0' ? ", served by " : "", shown->contract_number);
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const json_t *metres = json_object_get(entry, "metres");
        vv_table_cell(table, "%s", json_string_value(json_object_get(entry, "area")));
        vv_table_cell(table, "%s", json_string_value(json_object_get(entry, "number")));
        vv_table_cell(table, "%s", json_string_value(json_object_get(entry, "provider")));
        vv_table_cell(table, "%d", (int)json_integer_value(json_object_get(entry, "free")));
        if (json_is_null(metres)) {
            vv_table_cell(table, "not known");
        } else {
            vv_table_cell(table, "%.1f", (double)json_integer_value(metres) / 1000.0);
        }
        vv_choice_results_cells(table, json_object_get(entry, "results"));
        joined_cell(table, json_object_get(entry, "languages"));
        joined_cell(table, json_object_get(entry, "orientations"));
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    if (full > 0 || other_language > 0) {
        (void)fprintf(out, "not shown: %u without a free place, %u without the language\n", full,
                      other_language);
    }
}

struct showing {
    struct vv_id case_id;
    json_t *list;
    uint32_t full, other_language;
};

/* Does the contract have that orientation? NULL: any will do. */
static bool has_orientation(const json_t *choice, const char *orientation)
{
    const json_t *list = json_object_get(choice, "orientations");
    bool found = orientation == NULL;
    for (size_t i = 0; !found && i < json_array_size(list); i++) {
        found = strcmp(json_string_value(json_array_get(list, i)), orientation) == 0;
    }
    return found;
}

/* Leaves out what has not that orientation; returns how many. */
static unsigned keep_orientation(json_t *list, const char *orientation)
{
    size_t before = json_array_size(list);
    for (size_t i = json_array_size(list); i > 0; i--) {
        if (!has_orientation(json_array_get(list, i - 1), orientation)) {
            (void)json_array_remove(list, i - 1);
        }
    }
    return (unsigned)(before - json_array_size(list));
}

static bool ask_area(struct vv_cli *cli, struct vv_client *client,
                     const Vagval__V1__ChoiceShown *shown, const char *area, const char *language,
                     struct showing *showing)
{
    Vagval__V1__ShowAreaChoices body = VAGVAL__V1__SHOW_AREA_CHOICES__INIT;
    struct vv_client_answer answer = {0};
    struct vv_id subject = vv_id_area(shown->scheme, area, vv_client_partitions(client));
    body.case_id = bytes_of(&showing->case_id);
    body.area = (char *)(uintptr_t)area;
    body.language = (char *)(uintptr_t)language;
    const Vagval__V1__AreaChoices *choices = (const Vagval__V1__AreaChoices *)vv_cli_ask(
        cli, client, about_case(subject, shown->scheme, VV_MSG_SHOW_AREA_CHOICES), &body.base, area,
        &answer);
    if (choices != NULL) {
        add_choices(showing->list, area, choices);
        showing->full += choices->full;
        showing->other_language += choices->other_language;
    }
    vv_client_answer_free(&answer);
    return choices != NULL;
}

static int show(struct vv_cli *cli, struct vv_client *client, const struct vv_args *args,
                const Vagval__V1__ChoiceShown *shown, struct vv_id case_id)
{
    struct showing showing = {.case_id = case_id, .list = json_array()};
    const char *sort = vv_args_text(args, "sort", "distance");
    const char *only = vv_args_text(args, "area", NULL);
    const char *language = vv_args_text(args, "language", shown->language);
    bool good = true;
    for (size_t i = 0; good && i < shown->n_areas; i++) {
        if (only == NULL || strcmp(only, shown->areas[i]) == 0) {
            good = ask_area(cli, client, shown, shown->areas[i], language, &showing);
        }
    }
    if (!good) {
        json_decref(showing.list);
        return VV_EXIT_PROBLEM;
    }
    unsigned others = keep_orientation(showing.list, vv_args_text(args, "orientation", NULL));
    showing.list =
        vv_cli_json_sorted(showing.list, strcmp(sort, "results") == 0 ? by_results : by_distance);
    if (cli->json) {
        return vv_cli_json(
            cli,
            json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:i, s:i, s:i}", "scheme", shown->scheme,
                      "state", shown->state, "choose_by", vv_cli_json_date(shown->choose_by),
                      "home_area", shown->home_area, "contract", shown->contract_number, "choices",
                      showing.list, "full", (int)showing.full, "other_language",
                      (int)showing.other_language, "other_orientation", (int)others),
            VV_EXIT_OK);
    }
    print_choices(cli->out, shown, showing.list, showing.full, showing.other_language);
    if (others > 0) {
        (void)fprintf(cli->out, "not shown: %u without the orientation\n", others);
    }
    json_decref(showing.list);
    return VV_EXIT_OK;
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    Vagval__V1__ShowChoice body = VAGVAL__V1__SHOW_CHOICE__INIT;
    struct vv_client_answer answer = {0};
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    const char *sort = vv_args_text(args, "sort", "distance");
    if (strcmp(sort, "distance") != 0 && strcmp(sort, "results") != 0) {
        return vv_cli_usage(cli, "vagval choice show CASE --sort results",
                            "--sort is distance or results, not %s", sort);
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (vv_client_case(client, args->words[0], scheme, &case_id)) {
        body.case_id = bytes_of(&case_id);
        const Vagval__V1__ChoiceShown *shown = (const Vagval__V1__ChoiceShown *)vv_cli_ask(
            cli, client, about_case(case_id, scheme, VV_MSG_SHOW_CHOICE), &body.base, "choice",
            &answer);
        code = shown == NULL ? VV_EXIT_PROBLEM : show(cli, client, args, shown, case_id);
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

/* ---- a need, and the choice ---- */

/* Each time a message of its own: what was refused, or taken back, can be said again on the same
 * day. */
static int state(struct vv_cli *cli, const struct vv_args *args, Vagval__V1__StateNeed *body,
                 const char *what)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char reference[VV_ID_TEXT_BYTES];
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (vv_client_case(client, args->words[0], scheme, &case_id)) {
        vv_id_format(vv_client_random_id(), reference);
        body->source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body->source_ref = reference;
        body->case_id = bytes_of(&case_id);
        code = vv_cli_do(cli, client, about_case(case_id, scheme, VV_MSG_STATE_NEED), &body->base,
                         reference, what);
    }
    vv_client_close(&client);
    return code;
}

static int command_need(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__StateNeed body = VAGVAL__V1__STATE_NEED__INIT;
    bool none = strcmp(args->words[1], "none") == 0;
    body.language = none ? (char *)(uintptr_t) "" : args->words[1];
    return state(cli, args, &body, "language need");
}

static int command_order(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__StateNeed body = VAGVAL__V1__STATE_NEED__INIT;
    Vagval__V1__OrderTerms order = VAGVAL__V1__ORDER_TERMS__INIT;
    order.extent_percent = (uint32_t)vv_args_number(args, "extent", 0);
    order.sfi = vv_args_flag(args, "sfi");
    order.diary_number = (char *)(uintptr_t)vv_args_text(args, "diary", "");
    order.caseworker_group = (char *)(uintptr_t)vv_args_text(args, "group", "");
    body.order = &order;
    return state(cli, args, &body, "order");
}

/* Asks until the choice on its way is decided: at once as a rule, since both sides are services. */
static int tell_outcome(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id,
                        const char *scheme, const char *number)
{
    Vagval__V1__ShowChoice body = VAGVAL__V1__SHOW_CHOICE__INIT;
    int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * WAIT_MS;
    body.case_id = bytes_of(&case_id);
    for (;;) {
        struct vv_client_answer answer = {0};
        const Vagval__V1__ChoiceShown *shown = (const Vagval__V1__ChoiceShown *)vv_cli_ask(
            cli, client, about_case(case_id, scheme, VV_MSG_SHOW_CHOICE), &body.base, "choice",
            &answer);
        bool open = shown != NULL && shown->pending && vv_clock_monotonic_us() < until;
        if (!open) {
            bool got = shown != NULL && strcmp(shown->contract_number, number) == 0;
            const char *state = shown == NULL    ? "unknown"
                                : shown->pending ? "pending"
                                : got            ? "placed"
                                                 : shown->failed_reason;
            int code = shown == NULL || (!got && !shown->pending) ? VV_EXIT_PROBLEM : VV_EXIT_OK;
            if (cli->json) {
                code = vv_cli_json(cli, json_pack("{s:s, s:s}", "contract", number, "state", state),
                                   code);
            } else {
                (void)fprintf(cli->out, "choice of %s: %s\n", number, state);
            }
            vv_client_answer_free(&answer);
            return code;
        }
        vv_client_answer_free(&answer);
        vv_client_turn(client, 10);
    }
}

/* Does this contract serve the case already? Then there is nothing to send. */
static bool is_settled(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id,
                       const char *scheme, const char *number, bool *ret_asked)
{
    Vagval__V1__ShowChoice body = VAGVAL__V1__SHOW_CHOICE__INIT;
    struct vv_client_answer answer = {0};
    body.case_id = bytes_of(&case_id);
    const Vagval__V1__ChoiceShown *shown = (const Vagval__V1__ChoiceShown *)vv_cli_ask(
        cli, client, about_case(case_id, scheme, VV_MSG_SHOW_CHOICE), &body.base, "choice",
        &answer);
    bool settled = shown != NULL && strcmp(shown->contract_number, number) == 0;
    *ret_asked = shown != NULL;
    vv_client_answer_free(&answer);
    return settled;
}

static bool send_choice(struct vv_cli *cli, struct vv_client *client, const struct vv_args *args,
                        struct vv_id case_id, const char *scheme)
{
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    char reference[VV_ID_TEXT_BYTES];
    struct vv_client_answer answer = {0};
    struct vv_id contract =
        vv_id_contract(scheme, args->words[1], args->words[2], vv_client_partitions(client));
    vv_id_format(vv_client_random_id(), reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.case_id = bytes_of(&case_id);
    body.contract = bytes_of(&contract);
    body.chosen_on = vv_client_business_date(client);
    struct vv_request request = about_case(case_id, scheme, VV_MSG_CHOOSE_CONTRACT);
    request.id = vv_id_fact(VV_CLI_SOURCE, "choose-contract", reference);
    bool sent = vv_cli_ask(cli, client, request, &body.base, "choice", &answer) != NULL;
    vv_client_answer_free(&answer);
    return sent;
}

static int command_make(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id case_id;
    bool asked = false;
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (vv_client_case(client, args->words[0], scheme, &case_id)) {
        bool settled = is_settled(cli, client, case_id, scheme, args->words[2], &asked);
        if (asked && (settled || send_choice(cli, client, args, case_id, scheme))) {
            code = tell_outcome(cli, client, case_id, scheme, args->words[2]);
        }
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option show_options[] = {
    {"area", "CODE", VV_OPTION_TEXT, "only contracts of this area", 0, 0},
    {"orientation", "CODE", VV_OPTION_TEXT, "only contracts with this orientation", 0, 0},
    {"language", "CODE", VV_OPTION_TEXT, "only contracts that offer it (the stated need)", 0, 0},
    {"sort", "ORDER", VV_OPTION_TEXT, "distance (as it is without), or results", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

static const struct vv_option order_options[] = {
    {"extent", "PERCENT", VV_OPTION_NUMBER, "extent of the participation", 1, 100},
    {"sfi", NULL, VV_OPTION_FLAG, "Swedish for immigrants is booked beside it", 0, 0},
    {"diary", "NUMBER", VV_OPTION_TEXT, "diary number of the agency's case", 0, 0},
    {"group", "CODE", VV_OPTION_TEXT, "group of caseworkers to whom the provider turns", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_choice[] = {
    {"choice show", "CASE|-", "show the contracts that a seeker can choose among, nearest first",
     "Only those with a free place, in the areas that the scheme allows. \"-\" reads an identity\n"
     "number from standard input. Results are those of the latest follow-up that was published:\n"
     "participants, measure with its 95 % interval, rating. What is not known says so. With\n"
     "`--sort results` contracts with a rating come first, the highest measure first; the others\n"
     "are too small or too young to be ranked and follow, nearest first.",
     "vagval choice show 002a6f... --language ar", show_options, 1, 1, command_show},
    {"choice need", "CASE|- LANGUAGE", "state a language need; `none` takes it back", NULL,
     "vagval choice need 002a6f... ar", scheme_options, 2, 2, command_need},
    {"choice order", "CASE|-", "state what the next order to a provider says",
     "Told in each order that follows, so before the choice; stated again it replaces all of it.\n"
     "An order that has gone out stays as it is.",
     "vagval choice order 002a6f... --extent 75 --sfi --diary 2020/123 --group umea-2",
     order_options, 1, 1, command_order},
    {"choice make", "CASE|- AREA NUMBER", "choose a contract today, and wait for the answer",
     "Placed, or the reason why not: full, not_open, language, outside_reach, area_closed.",
     "vagval choice make 002a6f... umea KA-000123", scheme_options, 3, 3, command_make},
    VV_END_OF_COMMANDS,
};
