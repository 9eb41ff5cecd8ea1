/*
 * application.c: `vagval application`: applying for a delivery area, the decision with its reasons,
 * the appeal; and the table of these commands.
 */
#include <stdlib.h>
#include <string.h>

#include "application.h"
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

struct vv_request vv_about_application(struct vv_client *client, const char *scheme,
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

static bool read_addresses(struct reading *reading, const json_t *list,
                           Vagval__V1__SubmitApplication *body)
{
    size_t count = json_array_size(list);
    Vagval__V1__Address *addresses = room(reading, count, sizeof(*addresses));
    json_error_t error;
    body->further_addresses = room(reading, count, sizeof(*body->further_addresses));
    for (size_t i = 0; i < count && !reading->failed; i++) {
        vagval__v1__address__init(&addresses[i]);
        if (json_unpack_ex(json_array_get(list, i), &error, JSON_STRICT, "{s:F, s:F}", "latitude",
                           &addresses[i].latitude, "longitude", &addresses[i].longitude) != 0) {
            (void)vv_cli_wrong(reading->cli, "an address has latitude and longitude in degrees",
                               "%s: further_addresses: %s", reading->path, error.text);
            return false;
        }
        body->further_addresses[body->n_further_addresses++] = &addresses[i];
    }
    return true;
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
    json_t *addresses = NULL;
    json_error_t error;
    int terms = 0, capacity = 0;
    if (json_unpack_ex(root, &error, JSON_STRICT,
                       "{s:s, s:s, s:s, s:s, s:i, s:F, s:F, s?o, s?o, s?i, s?o, s?o, s?o}",
                       "source_ref", &reference, "organisation_number", &organisation, "name",
                       &name, "area", &area, "capacity", &capacity, "latitude", &body->latitude,
                       "longitude", &body->longitude, "assignments", &assignments, "fields",
                       &fields, "terms_version", &terms, "languages", &languages, "orientations",
                       &orientations, "further_addresses", &addresses) != 0) {
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
    if (!read_addresses(reading, addresses, body) ||
        !read_assignments(reading, assignments, body)) {
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
                         vv_about_application(client, scheme, body.area, body.organisation_number,
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
    char reference[VV_ID_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    /* After an appeal it is decided again, on the same day too. */
    vv_id_format(vv_client_random_id(), reference);
    body->source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body->source_ref = reference;
    body->area = args->words[0];
    body->organisation_number = args->words[1];
    int code = vv_cli_do(cli, client,
                         vv_about_application(client, scheme, args->words[0], args->words[1],
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
    char reference[VV_ID_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    vv_id_format(vv_client_random_id(), reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.organisation_number = args->words[1];
    int code = vv_cli_do(cli, client,
                         vv_about_application(client, scheme, args->words[0], args->words[1],
                                              VV_MSG_APPEAL_APPLICATION),
                         &body.base, reference, "application");
    vv_client_close(&client);
    return code;
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
     "terms_version, languages, orientations, further_addresses: [{latitude, longitude}]. The same "
     "source_ref again changes nothing.",
     "vagval application submit umea.json", scheme_options, 1, 1, command_submit},
    {"application show", "AREA ORGANISATION", "each criterion: met, not met or missing, and why",
     NULL, "vagval application show umea 556016-0680", scheme_options, 2, 2,
     vv_command_application_show},
    {"application list", "", "list all applications", NULL, "vagval application list", NULL, 0, 0,
     vv_command_application_list},
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
