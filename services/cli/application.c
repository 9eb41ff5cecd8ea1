/*
 * application.c: `vagval application` and `vagval contract`: applying for a delivery area, the
 * decision with its reasons, and a contract's life afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "files.h"
#include "table.h"
#include "vagval/arena.h"
#include "vagval/idno.h"
#include "vagval/limits.h"

#define FILE_BYTES_MAX (256 * 1024)
#define ARENA_BYTES (256 * 1024)

/* In its one spelling if it is one; else as it is, for the service to refuse. */
static const char *organisation_of(const char *text, vv_date today, struct vv_idno *ret_number)
{
    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, text, today, ret_number, NULL) == VV_OK ||
        vv_idno_check(VV_IDNO_Y_TUNNUS, text, today, ret_number, NULL) == VV_OK) {
        return ret_number->text;
    }
    return text;
}

static struct vv_request request_of(const char *scheme, enum vv_message_type type,
                                    struct vv_id subject)
{
    return vv_client_about(VV_REGISTRY, type, subject, scheme);
}

static struct vv_request about_application(struct vv_client *client, const char *scheme,
                                           const char *area, const char *organisation,
                                           enum vv_message_type type)
{
    struct vv_idno number;
    const char *text = organisation_of(organisation, vv_client_business_date(client), &number);
    return request_of(scheme, type,
                      vv_id_application(scheme, area, text, vv_client_partitions(client)));
}

/* ---- the file of an application ---- */

struct reading {
    const struct vv_cli *cli;
    const char *path;
    struct vv_arena arena;
    bool failed;
};

static void *room(struct reading *reading, size_t count, size_t size)
{
    void *memory = vv_arena_alloc(&reading->arena, (count + 1) * size);
    reading->failed = reading->failed || memory == NULL;
    return memory;
}

static char *text_of(struct reading *reading, const json_t *value)
{
    const char *text = json_string_value(value);
    char *copy = vv_arena_text(&reading->arena, text == NULL ? "" : text);
    reading->failed = reading->failed || copy == NULL;
    return copy;
}

static char **texts_of(struct reading *reading, const json_t *list, size_t *ret_count)
{
    char **texts = room(reading, json_array_size(list), sizeof(*texts));
    for (size_t i = 0; texts != NULL && i < json_array_size(list); i++) {
        texts[i] = text_of(reading, json_array_get(list, i));
    }
    *ret_count = texts == NULL ? 0 : json_array_size(list);
    return texts;
}

static bool read_assignment(struct reading *reading, const json_t *entry,
                            Vagval__V1__Assignment *assignment)
{
    const char *reference = "", *verified = "";
    int preparing = 0, matching = 0;
    json_error_t error;
    /* json_unpack_ex takes no const, and changes nothing. */
    if (json_unpack_ex((json_t *)(uintptr_t)entry, &error, JSON_STRICT, "{s:s, s?b, s?b, s?s}",
                       "reference", &reference, "preparing", &preparing, "matching", &matching,
                       "verified", &verified) != 0) {
        (void)vv_cli_wrong(reading->cli,
                           "an assignment has reference, preparing, matching and verified",
                           "%s: assignments: %s", reading->path, error.text);
        return false;
    }
    vagval__v1__assignment__init(assignment);
    assignment->reference = vv_arena_text(&reading->arena, reference);
    assignment->preparing = preparing != 0;
    assignment->matching = matching != 0;
    assignment->verified = vv_arena_text(&reading->arena, verified);
    reading->failed =
        reading->failed || assignment->reference == NULL || assignment->verified == NULL;
    return true;
}

static bool read_assignments(struct reading *reading, const json_t *list,
                             Vagval__V1__SubmitApplication *body)
{
    size_t count = json_array_size(list);
    Vagval__V1__Assignment *assignments = room(reading, count, sizeof(*assignments));
    body->assignments = room(reading, count, sizeof(*body->assignments));
    for (size_t i = 0; i < count && !reading->failed; i++) {
        if (!read_assignment(reading, json_array_get(list, i), &assignments[i])) {
            return false;
        }
        body->assignments[body->n_assignments++] = &assignments[i];
    }
    return true;
}

static void read_fields(struct reading *reading, json_t *object,
                        Vagval__V1__SubmitApplication *body)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t count = json_object_size(object);
    Vagval__V1__ApplicationField *fields = room(reading, count, sizeof(*fields));
    body->fields = room(reading, count, sizeof(*body->fields));
    if (reading->failed) {
        return;
    }
    json_object_foreach(object, key, value)
    {
        Vagval__V1__ApplicationField *field = &fields[body->n_fields];
        vagval__v1__application_field__init(field);
        field->field = vv_arena_text(&reading->arena, key);
        field->value =
            json_is_integer(value)
                ? vv_arena_format(&reading->arena, "%lld", (long long)json_integer_value(value))
            : json_is_real(value)
                ? vv_arena_format(&reading->arena, "%.10g", json_real_value(value))
            : json_is_boolean(value)
                ? vv_arena_text(&reading->arena, json_is_true(value) ? "yes" : "no")
                : text_of(reading, value);
        reading->failed = reading->failed || field->field == NULL || field->value == NULL;
        body->fields[body->n_fields++] = field;
    }
}

/* Fills the body from the file's object; prints what is wrong and returns false. */
static bool read_application(struct reading *reading, json_t *root,
                             Vagval__V1__SubmitApplication *body)
{
    const char *reference = "", *organisation = "", *name = "", *area = "";
    json_t *assignments = NULL, *fields = NULL, *languages = NULL, *orientations = NULL;
    json_error_t error;
    int terms = 0, capacity = 0;
    if (json_unpack_ex(root, &error, JSON_STRICT,
                       "{s:s, s:s, s:s, s:s, s:i, s:F, s:F, s?o, s?o, s?i, s?o, s?o}", "source_ref",
                       &reference, "organisation_number", &organisation, "name", &name, "area",
                       &area, "capacity", &capacity, "latitude", &body->latitude, "longitude",
                       &body->longitude, "assignments", &assignments, "fields", &fields,
                       "terms_version", &terms, "languages", &languages, "orientations",
                       &orientations) != 0) {
        (void)vv_cli_wrong(reading->cli, "see `vagval application submit --help` for the keys",
                           "%s: %s", reading->path, error.text);
        return false;
    }
    if (capacity < 0 || terms < 0) {
        (void)vv_cli_wrong(reading->cli, "give whole numbers from 0 on", "%s: %s is negative",
                           reading->path, capacity < 0 ? "capacity" : "terms_version");
        return false;
    }
    body->source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body->source_ref = vv_arena_text(&reading->arena, reference);
    body->organisation_number = vv_arena_text(&reading->arena, organisation);
    body->provider_name = vv_arena_text(&reading->arena, name);
    body->area = vv_arena_text(&reading->arena, area);
    body->capacity = (uint32_t)capacity;
    body->terms_version = (uint32_t)terms;
    body->languages = texts_of(reading, languages, &body->n_languages);
    body->orientations = texts_of(reading, orientations, &body->n_orientations);
    read_fields(reading, fields, body);
    if (!read_assignments(reading, assignments, body)) {
        return false;
    }
    if (reading->failed) {
        (void)vv_cli_wrong(reading->cli, "split it", "%s: is too large", reading->path);
    }
    return !reading->failed;
}

static int command_submit(struct vv_cli *cli, const struct vv_args *args)
{
    static uint8_t memory[ARENA_BYTES];
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct reading reading = {.cli = cli, .path = args->words[0]};
    Vagval__V1__SubmitApplication body = VAGVAL__V1__SUBMIT_APPLICATION__INIT;
    struct vv_error error = {0};
    json_error_t syntax;
    char *bytes = NULL;
    size_t len = 0;
    if (vv_file_read(reading.path, FILE_BYTES_MAX, &bytes, &len, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, "name a JSON file with the application");
    }
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &syntax);
    free(bytes);
    if (root == NULL) {
        (void)vv_fail(&error, VV_INVALID, reading.path, NULL, (unsigned)syntax.line, "%s",
                      syntax.text);
        return vv_cli_fail(cli, &error, "it must be one JSON object");
    }
    vv_arena_init(&reading.arena, memory, sizeof(memory));
    bool good = read_application(&reading, root, &body);
    json_decref(root);
    struct vv_client *client = good ? vv_client_open_for(cli, 1u << VV_REGISTRY) : NULL;
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = vv_cli_do(cli, client,
                         about_application(client, scheme, body.area, body.organisation_number,
                                           VV_MSG_SUBMIT_APPLICATION),
                         &body.base, body.source_ref, "application");
    vv_client_close(&client);
    return code;
}

/* ---- deciding and appealing ---- */

static int decide(struct vv_cli *cli, const struct vv_args *args,
                  Vagval__V1__DecideApplication *body)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char reference[192], day[VV_DATE_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    vv_date_format(vv_client_business_date(client), day);
    (void)snprintf(reference, sizeof(reference), "%.40s/%.40s/%.20s/%s%.24s/%s", scheme,
                   args->words[0], args->words[1], body->granted ? "grant/" : "reject",
                   body->granted ? body->number : "", day);
    reference[VV_NAME_BYTES_MAX - 1] = '\0';
    body->source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body->source_ref = reference;
    body->area = args->words[0];
    body->organisation_number = args->words[1];
    int code = vv_cli_do(cli, client,
                         about_application(client, scheme, args->words[0], args->words[1],
                                           VV_MSG_DECIDE_APPLICATION),
                         &body->base, reference, "application");
    vv_client_close(&client);
    return code;
}

static int command_grant(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideApplication body = VAGVAL__V1__DECIDE_APPLICATION__INIT;
    body.granted = true;
    body.number = args->words[2];
    body.from = (int32_t)vv_args_number(args, "from", 0);
    body.to = (int32_t)vv_args_number(args, "to", 0);
    body.conditions = (char *)(uintptr_t)vv_args_text(args, "conditions", "");
    body.conditions_due = (int32_t)vv_args_number(args, "conditions-by", 0);
    if (body.conditions[0] != '\0' && body.conditions_due == 0) {
        return vv_cli_usage(cli, "for example --conditions-by 2020-06-30",
                            "conditions need the day by which they are fulfilled");
    }
    return body.from == 0 ? vv_cli_usage(cli, "for example --from 2020-04-01",
                                         "--from is needed: the contract's first day")
                          : decide(cli, args, &body);
}

static int command_reject(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideApplication body = VAGVAL__V1__DECIDE_APPLICATION__INIT;
    body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "");
    return body.reason[0] == '\0'
               ? vv_cli_usage(cli, "a rejection can be appealed against, so it needs its reason",
                              "--reason is needed")
               : decide(cli, args, &body);
}

static int command_appeal(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    Vagval__V1__AppealApplication body = VAGVAL__V1__APPEAL_APPLICATION__INIT;
    char reference[192], day[VV_DATE_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    vv_date_format(vv_client_business_date(client), day);
    (void)snprintf(reference, sizeof(reference), "%.40s/%.40s/%.20s/appeal/%s", scheme,
                   args->words[0], args->words[1], day);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.organisation_number = args->words[1];
    int code = vv_cli_do(cli, client,
                         about_application(client, scheme, args->words[0], args->words[1],
                                           VV_MSG_APPEAL_APPLICATION),
                         &body.base, reference, "application");
    vv_client_close(&client);
    return code;
}

/* ---- looking ---- */

static json_t *application_json(const Vagval__V1__Application *application)
{
    const Vagval__V1__SubmitApplication *said = application->said;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}",
                     "area", said == NULL ? "" : said->area, "organisation_number",
                     said == NULL ? "" : said->organisation_number, "name",
                     said == NULL ? "" : said->provider_name, "state", application->state,
                     "submitted_on", vv_cli_json_date(application->submitted_on), "decided_on",
                     vv_cli_json_date(application->decided_on), "decided_by",
                     application->decided_by, "number", application->number, "reason",
                     application->reason, "appeal_by", vv_cli_json_date(application->appeal_by),
                     "appealed_on", vv_cli_json_date(application->appealed_on), "from",
                     vv_cli_json_date(application->from), "to", vv_cli_json_date(application->to),
                     "conditions", application->conditions, "conditions_by",
                     vv_cli_json_date(application->conditions_due));
}

static void print_day(FILE *out, const char *before, int32_t day)
{
    char text[VV_DATE_TEXT_BYTES + 8] = "further notice";
    if (day > 0) {
        vv_date_format(day, text);
    }
    (void)fprintf(out, "%s%s", before, text);
}

/* What was decided: validity and conditions, or the reason and the days for an appeal. */
static void print_decision(FILE *out, const Vagval__V1__Application *application)
{
    if (application->decided_on == 0) {
        return;
    }
    print_day(out, "decided on ", application->decided_on);
    (void)fprintf(out, " by %s\n", application->decided_by);
    if (application->number[0] != '\0') {
        (void)fprintf(out, "contract %s", application->number);
        print_day(out, ", valid from ", application->from);
        print_day(out, " until ", application->to);
        (void)fprintf(out, "; `vagval contract show %s %s` shows renewals and conditions\n",
                      application->said->area, application->number);
    }
    if (application->conditions[0] != '\0') {
        (void)fprintf(out, "on condition: %s", application->conditions);
        print_day(out, ", by ", application->conditions_due);
        (void)fputc('\n', out);
    }
    if (application->appeal_by > 0) {
        (void)fprintf(out, "rejected: %s", application->reason);
        print_day(out, "; may be appealed against until ", application->appeal_by);
        (void)fputc('\n', out);
    }
    if (application->appealed_on > 0) {
        print_day(out, "appealed against on ", application->appealed_on);
        (void)fputc('\n', out);
    }
}

static void print_judged(FILE *out, const Vagval__V1__ApplicationJudged *judged)
{
    const Vagval__V1__Application *application = judged->application;
    struct vv_table *table = vv_table_create("criterion|answer|what it says");
    (void)fprintf(out, "%s, area %s: %s; the criteria are %s\n", application->said->provider_name,
                  application->said->area, application->state, judged->verdict);
    for (size_t i = 0; table != NULL && i < judged->n_findings; i++) {
        vv_table_cell(table, "%s", judged->findings[i]->code);
        vv_table_cell(table, "%s", judged->findings[i]->met);
        vv_table_cell(table, "%s", judged->findings[i]->text_en);
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    print_decision(out, application);
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    Vagval__V1__JudgeApplication body = VAGVAL__V1__JUDGE_APPLICATION__INIT;
    struct vv_client_answer answer = {0};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    body.area = args->words[0];
    body.organisation_number = args->words[1];
    int code = VV_EXIT_PROBLEM;
    const Vagval__V1__ApplicationJudged *judged = (const Vagval__V1__ApplicationJudged *)vv_cli_ask(
        cli, client,
        about_application(client, scheme, args->words[0], args->words[1], VV_MSG_JUDGE_APPLICATION),
        &body.base, args->words[1], &answer);
    if (judged != NULL && cli->json) {
        json_t *findings = json_array();
        for (size_t i = 0; i < judged->n_findings; i++) {
            const Vagval__V1__CriterionFinding *finding = judged->findings[i];
            (void)json_array_append_new(
                findings, json_pack("{s:s, s:s, s:s, s:s}", "code", finding->code, "met",
                                    finding->met, "en", finding->text_en, "sv", finding->text_sv));
        }
        code = vv_cli_json(cli,
                           json_pack("{s:o, s:s, s:o}", "application",
                                     application_json(judged->application), "verdict",
                                     judged->verdict, "findings", findings),
                           VV_EXIT_OK);
    } else if (judged != NULL) {
        print_judged(cli->out, judged);
        code = VV_EXIT_OK;
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

struct listing {
    Vagval__V1__ListApplications body;
    json_t *list;
    char problem[256];
};

static const ProtobufCMessage *ask_list(void *context, uint16_t partition)
{
    struct listing *listing = context;
    vagval__v1__list_applications__init(&listing->body);
    listing->body.partition = partition;
    return &listing->body.base;
}

static void take_list(void *context, uint16_t partition, enum vv_status status,
                      const ProtobufCMessage *body, const char *error)
{
    struct listing *listing = context;
    if (status != VV_OK || body == NULL) {
        (void)snprintf(listing->problem, sizeof(listing->problem), "partition %u: %s", partition,
                       error);
        return;
    }
    const Vagval__V1__ApplicationList *list = (const Vagval__V1__ApplicationList *)body;
    for (size_t i = 0; i < list->n_applications; i++) {
        (void)json_array_append_new(listing->list, application_json(list->applications[i]));
    }
}

static void print_list(FILE *out, const json_t *list)
{
    struct vv_table *table = vv_table_create("area|organisation|name|state|contract");
    static const char *const keys[] = {"area", "organisation_number", "name", "state", "number"};
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            vv_table_cell(table, "%s",
                          json_string_value(json_object_get(json_array_get(list, i), keys[k])));
        }
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
}

static int command_list(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct listing listing = {.list = json_array()};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        json_decref(listing.list);
        return VV_EXIT_PROBLEM;
    }
    struct vv_scatter scatter = {VV_REGISTRY, VV_MSG_LIST_APPLICATIONS, ask_list, take_list,
                                 &listing};
    vv_client_scatter(client, &scatter);
    vv_client_close(&client);
    if (listing.problem[0] != '\0') {
        json_decref(listing.list);
        return vv_cli_wrong(cli, "see `vagval status`", "%s", listing.problem);
    }
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "applications", listing.list), VV_EXIT_OK);
    }
    print_list(cli->out, listing.list);
    json_decref(listing.list);
    return VV_EXIT_OK;
}

static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option grant_options[] = {
    {"from", "DATE", VV_OPTION_DATE, "the contract's first day", 0, 0},
    {"to", "DATE", VV_OPTION_DATE, "its last day (by the scheme's validity)", 0, 0},
    {"conditions", "TEXT", VV_OPTION_TEXT, "conditions of the authorisation", 0, 0},
    {"conditions-by", "DATE", VV_OPTION_DATE, "day by which they are to be fulfilled", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option reject_options[] = {
    {"reason", "TEXT", VV_OPTION_TEXT, "why", 0, 0}, VV_SCHEME_OPTION, VV_END_OF_OPTIONS};

const struct vv_command vv_commands_application[] = {
    {"application submit", "FILE", "apply for a delivery area; any time of year",
     "FILE is a JSON object with source_ref, organisation_number, name, area, capacity, latitude,\n"
     "longitude; and assignments: [{reference, preparing, matching, verified: yes|no}], fields:\n"
     "{credit_rating, auditor_certificate, language_capability, supervisors} as the scheme asks,\n"
     "terms_version, languages, orientations. The same source_ref again changes nothing.",
     "vagval application submit umea.json", scheme_options, 1, 1, command_submit},
    {"application show", "AREA ORGANISATION", "each criterion: met, not met or missing, and why",
     NULL, "vagval application show umea 556016-0680", scheme_options, 2, 2, command_show},
    {"application list", "", "list all applications", NULL, "vagval application list", NULL, 0, 0,
     command_list},
    {"application grant", "AREA ORGANISATION NUMBER", "authorise: makes the contract NUMBER",
     "Refused while a criterion is not met or missing. Conditions wait in `vagval control queue`\n"
     "until a person says what came of them: `vagval control close NUMBER --ref condition\n"
     "--outcome fulfilled|not_fulfilled --text ...`.",
     "vagval application grant umea 556016-0680 KA-000123 --from 2020-04-01", grant_options, 3, 3,
     command_grant},
    {"application reject", "AREA ORGANISATION", "reject, with the reason", NULL,
     "vagval application reject umea 556016-0680 --reason 'References not shown'", reject_options,
     2, 2, command_reject},
    {"application appeal", "AREA ORGANISATION", "appeal against a rejection", NULL,
     "vagval application appeal umea 556016-0680", scheme_options, 2, 2, command_appeal},
    VV_END_OF_COMMANDS,
};
