/*
 * delivery.c: `vagval delivery` and `vagval work`: activities, attendance, deviations, obligations
 * with their terms, and the list of what somebody has to do.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "table.h"

static ProtobufCBinaryData bytes_of(struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, id->bytes};
}

/* A command about one case: client, case and reference. */
struct about {
    struct vv_client *client;
    const char *scheme;
    struct vv_id case_id;
    char reference[160];
};

static bool open_case(struct vv_cli *cli, const struct vv_args *args, struct about *about)
{
    about->scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    about->client = vv_client_open(cli);
    return about->client != NULL &&
           vv_client_case(about->client, args->words[0], about->scheme, &about->case_id);
}

static struct vv_request request_of(const struct about *about, enum vv_message_type type)
{
    return vv_client_about(VV_REGISTRY, type, about->case_id, about->scheme);
}

/* What is said of a case on a day is one fact, unless --ref tells two apart. */
static void name_reference(const struct vv_args *args, const char *what, vv_date on,
                           struct about *about)
{
    char id[VV_ID_TEXT_BYTES], day[VV_DATE_TEXT_BYTES];
    vv_id_format(about->case_id, id);
    vv_date_format(on, day);
    (void)snprintf(about->reference, 128, "%s/%.30s/%s/%.30s", id, what, day,
                   vv_args_text(args, "ref", ""));
}

static vv_date day_of(const struct vv_args *args, const struct about *about)
{
    return (vv_date)vv_args_number(args, "on", vv_client_business_date(about->client));
}

static int command_activity(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__RecordActivity body = VAGVAL__V1__RECORD_ACTIVITY__INIT;
    struct about about = {0};
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        body.on = day_of(args, &about);
        name_reference(args, args->words[1], body.on, &about);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = about.reference;
        body.case_id = bytes_of(&about.case_id);
        body.kind = args->words[1];
        body.minutes = (uint32_t)vv_args_number(args, "minutes", 30);
        body.physical = vv_args_flag(args, "physical");
        body.attended = !vv_args_flag(args, "absent");
        body.language_support = vv_args_flag(args, "language-support");
        body.reported_on = vv_client_business_date(about.client);
        code = vv_cli_do(cli, about.client, request_of(&about, VV_MSG_RECORD_ACTIVITY), &body.base,
                         about.reference, "activity");
    }
    vv_client_close(&about.client);
    return code;
}

static int command_attendance(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ConfirmAttendance body = VAGVAL__V1__CONFIRM_ATTENDANCE__INIT;
    struct about about = {0};
    struct vv_id activity;
    bool yes = strcmp(args->words[2], "yes") == 0;
    if ((!yes && strcmp(args->words[2], "no") != 0) ||
        vv_id_parse(args->words[1], &activity) != VV_OK) {
        return vv_cli_usage(cli, "for example: vagval delivery attendance CASE ACTIVITY yes",
                            "an activity is 32 hexadecimal digits, the answer yes or no");
    }
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        /* The participant may change the word, and change it back. */
        vv_id_format(vv_client_random_id(), about.reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = about.reference;
        body.case_id = bytes_of(&about.case_id);
        body.activity = bytes_of(&activity);
        body.attended = yes;
        code = vv_cli_do(cli, about.client, request_of(&about, VV_MSG_CONFIRM_ATTENDANCE),
                         &body.base, about.reference, "attendance");
    }
    vv_client_close(&about.client);
    return code;
}

static int command_deviation(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ReportDeviation body = VAGVAL__V1__REPORT_DEVIATION__INIT;
    struct about about = {0};
    char *end = NULL;
    unsigned long number = strtoul(args->words[1], &end, 10);
    if (*end != '\0' || number > 1000) {
        return vv_cli_usage(cli, "for example 15 (sick) or 19 (refused service)",
                            "`%s` is no code of a deviation", args->words[1]);
    }
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        body.on = day_of(args, &about);
        name_reference(args, args->words[1], body.on, &about);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = about.reference;
        body.case_id = bytes_of(&about.case_id);
        body.code = (uint32_t)number;
        body.detail = (uint32_t)vv_args_number(args, "detail", 0);
        body.through = (int32_t)vv_args_number(args, "through", 0);
        code = vv_cli_do(cli, about.client, request_of(&about, VV_MSG_REPORT_DEVIATION), &body.base,
                         about.reference, "deviation");
    }
    vv_client_close(&about.client);
    return code;
}

static int command_decide(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideDeviation body = VAGVAL__V1__DECIDE_DEVIATION__INIT;
    struct about about = {0};
    struct vv_id deviation;
    if (vv_id_parse(args->words[1], &deviation) != VV_OK) {
        return vv_cli_usage(cli, "`vagval delivery show CASE` lists them",
                            "a deviation is 32 hexadecimal digits");
    }
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        vv_id_format(vv_client_random_id(), about.reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = about.reference;
        body.case_id = bytes_of(&about.case_id);
        body.deviation = bytes_of(&deviation);
        body.decision = args->words[2];
        body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "decided");
        body.for_person = (char *)(uintptr_t)vv_args_text(args, "for", "");
        code = vv_cli_do(cli, about.client, request_of(&about, VV_MSG_DECIDE_DEVIATION), &body.base,
                         about.reference, "deviation");
    }
    vv_client_close(&about.client);
    return code;
}

static int command_excuse(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ExcuseObligation body = VAGVAL__V1__EXCUSE_OBLIGATION__INIT;
    struct about about = {0};
    vv_date due;
    if (vv_date_parse(args->words[2], &due) != VV_OK) {
        return vv_cli_usage(cli, "write YYYY-MM-DD, the last day of the term", "`%s` is not a date",
                            args->words[2]);
    }
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        name_reference(args, args->words[1], due, &about);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = about.reference;
        body.case_id = bytes_of(&about.case_id);
        body.obligation = args->words[1];
        body.due = due;
        body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "excused");
        body.for_person = (char *)(uintptr_t)vv_args_text(args, "for", "");
        code = vv_cli_do(cli, about.client, request_of(&about, VV_MSG_EXCUSE_OBLIGATION),
                         &body.base, about.reference, "obligation");
    }
    vv_client_close(&about.client);
    return code;
}

/* ---- showing ---- */

static json_t *id_json(ProtobufCBinaryData bytes)
{
    char text[VV_ID_TEXT_BYTES];
    struct vv_id id;
    if (vv_id_from_bytes(bytes.data, bytes.len, &id) != VV_OK) {
        return json_null();
    }
    vv_id_format(id, text);
    return json_string(text);
}

static json_t *terms_json(const Vagval__V1__DeliveryShown *shown)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shown->n_terms; i++) {
        const Vagval__V1__ObligationTerm *term = shown->terms[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:i, s:i, s:o}", "code",
                            term->code, "en", term->name_en, "sv", term->name_sv, "from",
                            vv_cli_json_date(term->from), "due", vv_cli_json_date(term->due),
                            "state", term->state, "met_on", vv_cli_json_date(term->met_on),
                            "minutes", (int)term->minutes, "physical_minutes",
                            (int)term->physical_minutes, "since", vv_cli_json_date(term->since)));
    }
    return list;
}

static json_t *activities_json(const Vagval__V1__Delivery *delivery)
{
    json_t *list = json_array();
    for (size_t i = 0; i < delivery->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = delivery->activities[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:i, s:b, s:b, s:b, s:s}", "activity",
                            id_json(activity->fact), "kind", activity->kind, "on",
                            vv_cli_json_date(activity->on), "minutes", (int)activity->minutes,
                            "physical", activity->physical, "attended", activity->attended, "late",
                            activity->late, "confirmed", activity->confirmed));
    }
    return list;
}

static json_t *deviations_json(const Vagval__V1__Delivery *delivery)
{
    json_t *list = json_array();
    for (size_t i = 0; i < delivery->n_deviations; i++) {
        const Vagval__V1__Deviation *deviation = delivery->deviations[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:i, s:i, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "deviation",
                            id_json(deviation->fact), "code", (int)deviation->code, "detail",
                            (int)deviation->detail, "on", vv_cli_json_date(deviation->on),
                            "through", vv_cli_json_date(deviation->through), "decided_on",
                            vv_cli_json_date(deviation->decided_on), "decision",
                            deviation->decision, "reason", deviation->reason, "by",
                            deviation->decided_by, "for", deviation->decided_for));
    }
    return list;
}

static void date_cell(struct vv_table *table, int32_t date)
{
    char text[VV_DATE_TEXT_BYTES] = "";
    if (date > 0) {
        vv_date_format(date, text);
    }
    vv_table_cell(table, "%s", text);
}

static void print_table(struct vv_table **table, FILE *out)
{
    if (*table != NULL) {
        vv_table_print(*table, out);
    }
    vv_table_destroy(table);
}

static void print_delivery(FILE *out, const Vagval__V1__DeliveryShown *shown)
{
    struct vv_table *terms = vv_table_create("obligation|from|due|state|since|met on|>minutes");
    for (size_t i = 0; terms != NULL && i < shown->n_terms; i++) {
        const Vagval__V1__ObligationTerm *term = shown->terms[i];
        vv_table_cell(terms, "%s", term->name_en);
        date_cell(terms, term->from);
        date_cell(terms, term->due);
        vv_table_cell(terms, "%s", term->state);
        date_cell(terms, term->since);
        date_cell(terms, term->met_on);
        vv_table_cell(terms, "%u", term->minutes);
    }
    print_table(&terms, out);
    struct vv_table *done = vv_table_create("activity|on|>minutes|face to face|attended|confirmed");
    for (size_t i = 0; done != NULL && i < shown->delivery->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = shown->delivery->activities[i];
        vv_table_cell(done, "%s", activity->kind);
        date_cell(done, activity->on);
        vv_table_cell(done, "%u", activity->minutes);
        vv_table_cell(done, "%s", activity->physical ? "yes" : "no");
        vv_table_cell(done, "%s", activity->attended ? "yes" : "no");
        vv_table_cell(done, "%s",
                      activity->confirmed[0] == '\0' ? "not asked" : activity->confirmed);
    }
    (void)fputc('\n', out);
    print_table(&done, out);
    for (size_t i = 0; i < shown->delivery->n_deviations; i++) {
        const Vagval__V1__Deviation *deviation = shown->delivery->deviations[i];
        char on[VV_DATE_TEXT_BYTES];
        vv_date_format(deviation->on, on);
        (void)fprintf(out, "deviation %u on %s: %s\n", deviation->code, on,
                      deviation->decided_on == 0 ? "not decided yet" : deviation->decision);
    }
}

/* The months of the record, in the order in which they were stated. */
static json_t *months_json(const Vagval__V1__Delivery *delivery)
{
    json_t *list = json_array();
    for (size_t i = 0; i < delivery->n_months; i++) {
        const Vagval__V1__MonthStated *month = delivery->months[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:o, s:b, s:s, s:o, s:s?, s:b}", "month", vv_cli_json_date(month->month),
                      "met", month->met, "reason", month->reason, "on", vv_cli_json_date(month->on),
                      "by", month->by[0] == '\0' ? NULL : month->by, "computed", month->computed));
    }
    return list;
}

/* What the person said of what was agreed, each time. */
static json_t *views_json(const Vagval__V1__Delivery *delivery)
{
    json_t *list = json_array();
    for (size_t i = 0; i < delivery->n_views; i++) {
        const Vagval__V1__PersonView *view = delivery->views[i];
        json_t *points = json_object();
        for (size_t k = 0; k < view->n_points; k++) {
            (void)json_object_set_new(points, view->points[k]->what,
                                      json_string(view->points[k]->answer));
        }
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:s, s:s, s:o}", "view", id_json(view->fact), "from",
                            vv_cli_json_date(view->from), "on", vv_cli_json_date(view->on), "means",
                            view->means, "by", view->by, "points", points));
    }
    return list;
}

static json_t *differences_json(const Vagval__V1__DeliveryShown *shown)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shown->n_differences; i++) {
        const Vagval__V1__OpenDifference *difference = shown->differences[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:s, s:o}", "record", id_json(difference->record), "what",
                            difference->what, "on", vv_cli_json_date(difference->on)));
    }
    return list;
}

static void print_differences(FILE *out, const Vagval__V1__DeliveryShown *shown)
{
    for (size_t i = 0; i < shown->n_differences; i++) {
        char text[VV_ID_TEXT_BYTES] = "", on[VV_DATE_TEXT_BYTES];
        struct vv_id id;
        const Vagval__V1__OpenDifference *difference = shown->differences[i];
        if (vv_id_from_bytes(difference->record.data, difference->record.len, &id) == VV_OK) {
            vv_id_format(id, text);
        }
        vv_date_format(difference->on, on);
        (void)fprintf(out, "difference: %s of %s, provider and person do not agree (%s)\n",
                      difference->what, on, text);
    }
}

static void print_views(FILE *out, const Vagval__V1__Delivery *delivery)
{
    for (size_t i = 0; i < delivery->n_views; i++) {
        const Vagval__V1__PersonView *view = delivery->views[i];
        char on[VV_DATE_TEXT_BYTES];
        vv_date_format(view->on, on);
        for (size_t k = 0; k < view->n_points; k++) {
            (void)fprintf(out, "the person, %s (%s): %s %s\n", on, view->means,
                          view->points[k]->what, view->points[k]->answer);
        }
    }
}

static void print_months(FILE *out, const Vagval__V1__Delivery *delivery)
{
    for (size_t i = 0; i < delivery->n_months; i++) {
        const Vagval__V1__MonthStated *month = delivery->months[i];
        char first[VV_DATE_TEXT_BYTES], on[VV_DATE_TEXT_BYTES];
        vv_date_format(month->month, first);
        vv_date_format(month->on, on);
        (void)fprintf(out, "%.7s %s (%s), %s %s\n", first, month->met ? "kept" : "not kept",
                      month->reason,
                      month->by[0] == '\0' ? "worked out by itself on"
                      : month->computed    ? "worked out when asked on"
                                           : "stated by a person on",
                      on);
    }
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowDelivery body = VAGVAL__V1__SHOW_DELIVERY__INIT;
    struct vv_client_answer answer = {0};
    struct about about = {0};
    int code = VV_EXIT_PROBLEM;
    if (open_case(cli, args, &about)) {
        body.case_id = bytes_of(&about.case_id);
        const Vagval__V1__DeliveryShown *shown = (const Vagval__V1__DeliveryShown *)vv_cli_ask(
            cli, about.client, request_of(&about, VV_MSG_SHOW_DELIVERY), &body.base, "delivery",
            &answer);
        if (shown != NULL && cli->json) {
            code = vv_cli_json(
                cli,
                json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "contract",
                          shown->contract_number, "start", vv_cli_json_date(shown->start), "terms",
                          terms_json(shown), "activities", activities_json(shown->delivery),
                          "deviations", deviations_json(shown->delivery), "months",
                          months_json(shown->delivery), "views", views_json(shown->delivery),
                          "responsible", shown->delivery->responsible, "differences",
                          differences_json(shown)),
                VV_EXIT_OK);
        } else if (shown != NULL) {
            print_delivery(cli->out, shown);
            print_views(cli->out, shown->delivery);
            print_differences(cli->out, shown);
            print_months(cli->out, shown->delivery);
            code = VV_EXIT_OK;
        }
    }
    vv_client_answer_free(&answer);
    vv_client_close(&about.client);
    return code;
}

#define ON                                                                                         \
    {                                                                                              \
        "on", "DATE", VV_OPTION_DATE, "the day (today)", 0, 0                                      \
    }
#define REF                                                                                        \
    {                                                                                              \
        "ref", "TEXT", VV_OPTION_TEXT, "tells two of one day apart", 0, 0                          \
    }
#define REASON                                                                                     \
    {                                                                                              \
        "reason", "CODE", VV_OPTION_TEXT, "why, as a code", 0, 0                                   \
    }
static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option reason_options[] = {REASON, VV_FOR_OPTION, VV_SCHEME_OPTION,
                                                  VV_END_OF_OPTIONS};
static const struct vv_option activity_options[] = {
    ON,
    {"minutes", "N", VV_OPTION_NUMBER, "how long (30)", 0, 1440},
    {"physical", NULL, VV_OPTION_FLAG, "face to face", 0, 0},
    {"absent", NULL, VV_OPTION_FLAG, "it was offered, and nobody came", 0, 0},
    {"language-support", NULL, VV_OPTION_FLAG, "language support was given", 0, 0},
    REF,
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option deviation_options[] = {
    ON,
    {"through", "DATE", VV_OPTION_DATE, "last day (the first)", 0, 0},
    {"detail", "N", VV_OPTION_NUMBER, "with code 18: 1 to 5", 0, 5},
    REF,
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_delivery[] = {
    {"delivery show", "CASE|-", "obligations with their terms, activities, deviations", NULL,
     "vagval delivery show 002a6f...", scheme_options, 1, 1, command_show},
    {"delivery activity", "CASE|- KIND", "record an activity; kinds are the scheme's",
     "An activity counts for an obligation when it was attended, long enough, and face to face "
     "where\n"
     "that is asked. One that is reported late is taken and marked late.",
     "vagval delivery activity 002a6f... talk --on 2020-03-20 --minutes 45 --physical",
     activity_options, 2, 2, command_activity},
    {"delivery attendance", "CASE|- ACTIVITY yes|no", "the participant's own word on an activity",
     NULL, "vagval delivery attendance 002a6f... 8c01... yes", scheme_options, 3, 3,
     command_attendance},
    {"delivery deviation", "CASE|- CODE", "report a deviation: one report for one event",
     "15 sick, 16 work, 17 unknown, 18 other (--detail 1 doctor, 2 family, 3 authority, 4 "
     "interview,\n"
     "5 other), 26 care of child, 27 education; 19 refused service, 20 refused job, 21 cannot\n"
     "benefit, 22 misconduct, 28 acts so as not to get work.",
     "vagval delivery deviation 002a6f... 15 --on 2020-03-20", deviation_options, 2, 2,
     command_deviation},
    {"delivery decide", "CASE|- DEVIATION DECISION", "decide on a deviation, with a reason code",
     NULL, "vagval delivery decide 002a6f... 8c01... noted --reason certificate", reason_options, 3,
     3, command_decide},
    {"delivery excuse", "CASE|- OBLIGATION DUE", "excuse an obligation's term", NULL,
     "vagval delivery excuse 002a6f... weekly-talk 2020-03-22 --reason holiday", reason_options, 3,
     3, command_excuse},
    VV_END_OF_COMMANDS,
};
