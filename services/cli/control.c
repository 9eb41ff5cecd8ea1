/*
 * control.c: `vagval control` and `vagval complaint`: what is recorded of a contract under control,
 * and the table of these commands.
 */
#include "control.h"

#include <inttypes.h>
#include <string.h>

#include "commands.h"

void vv_desk_close(struct vv_desk *desk)
{
    struct vv_client *client = desk->book.client;

    vv_rating_book_free(&desk->book);
    vv_client_close(&client);
}

bool vv_desk_open(struct vv_desk *desk, struct vv_cli *cli, const struct vv_args *args, bool named)
{
    bool several = false;

    *desk = (struct vv_desk){.cli = cli, .args = args};
    desk->book.client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (desk->book.client == NULL) {
        return false;
    }
    if (!vv_rating_book_contracts(&desk->book, vv_args_text(args, "scheme", NULL))) {
        (void)vv_cli_wrong(cli, "`vagval status` shows what runs", "%s", desk->book.problem);
        vv_desk_close(desk);
        return false;
    }
    if (named) {
        desk->contract = vv_rating_book_find(&desk->book, args->words[0], &several);
    }
    if (named && (desk->contract == NULL || several)) {
        (void)vv_cli_wrong(cli, "`vagval rating proposals --all` lists the contracts",
                           several ? "several contracts are called %s: name the scheme"
                                   : "no contract %s",
                           args->words[0]);
        vv_desk_close(desk);
        return false;
    }
    return true;
}

const char *vv_day_or(vv_date day, const char *otherwise, char text[static VV_DATE_TEXT_BYTES])
{
    if (day == 0) {
        return otherwise;
    }
    vv_date_format(day, text);
    return text;
}

/* ---- recording ---- */

/* Sends one record. A matter is known by its name, so that it is opened and closed once; what has
 * none (suspended, resumed, ended) can be said again on the same day. */
static int record(struct vv_desk *desk, Vagval__V1__RecordControl *body, const char *done)
{
    const struct vv_rated_contract *contract = desk->contract;
    struct vv_client_answer answer;
    char source[] = VV_CONTROL_SOURCE;
    char reference[VV_NAME_BYTES_MAX];
    char id[VV_ID_TEXT_BYTES];

    char once[VV_ID_TEXT_BYTES];

    vv_id_format(contract->contract, id);
    vv_id_format(vv_client_random_id(), once);
    (void)snprintf(reference, sizeof(reference), "%s:%s:%.40s:%" PRId32, id, body->kind,
                   body->ref[0] == '\0' ? once : body->ref,
                   vv_client_business_date(desk->book.client));
    body->source = source;
    body->source_ref = reference;
    body->contract = (ProtobufCBinaryData){sizeof(contract->contract.bytes),
                                           (uint8_t *)(uintptr_t)contract->contract.bytes};
    body->text = (char *)(uintptr_t)vv_args_text(desk->args, "text", "");
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(contract->contract),
                                 .type = VV_MSG_RECORD_CONTROL,
                                 .id = vv_id_fact(VV_CONTROL_SOURCE, "control", reference),
                                 .subject = contract->contract,
                                 .scheme = contract->line->scheme};
    vv_client_call(desk->book.client, request, &body->base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(desk->cli, NULL, "%s: %s", answer.field, answer.text);
    } else if (desk->cli->json) {
        code = vv_cli_json(
            desk->cli, json_pack("{s:s, s:s}", "contract", contract->line->number, "state", done),
            VV_EXIT_OK);
    } else {
        (void)fprintf(desk->cli->out, "%s: %s\n", contract->line->number, done);
    }
    vv_client_answer_free(&answer);
    return code;
}

static char *option(const struct vv_args *args, const char *name)
{
    return (char *)(uintptr_t)vv_args_text(args, name, "");
}

/* The options that a command needs; false: what is missing has been said. */
static bool needs(const struct vv_cli *cli, const struct vv_args *args, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (vv_args_text(args, *names, "")[0] == '\0') {
            (void)vv_cli_usage(cli, args->command->example, "--%s is missing", *names);
            return false;
        }
    }
    return true;
}

static int open_matter(struct vv_cli *cli, const struct vv_args *args, const char *kind,
                       const char *code)
{
    static const char *const names[] = {"ref", "due", "text", NULL};
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    struct vv_desk desk;

    if (!needs(cli, args, names)) {
        return VV_EXIT_USAGE;
    }
    if (!vv_desk_open(&desk, cli, args, true)) {
        return VV_EXIT_PROBLEM;
    }
    body.kind = (char *)(uintptr_t)kind;
    body.code = (char *)(uintptr_t)code;
    body.ref = option(args, "ref");
    body.parent = option(args, "parent");
    body.due = (int32_t)vv_args_number(args, "due", 0);
    int result = record(&desk, &body, "opened");
    vv_desk_close(&desk);
    return result;
}

static int command_control_open(struct vv_cli *cli, const struct vv_args *args)
{
    const char *kind = vv_args_text(args, "kind", "review");

    if (strcmp(kind, "review") != 0 && strcmp(kind, "visit") != 0 && strcmp(kind, "finding") != 0 &&
        strcmp(kind, "condition") != 0) {
        return vv_cli_usage(cli, args->command->example,
                            "--kind is review, visit, finding or condition");
    }
    return open_matter(cli, args, kind, "");
}

static int command_complaint_file(struct vv_cli *cli, const struct vv_args *args)
{
    const char *by = vv_args_text(args, "by", "seeker");

    if (strcmp(by, "seeker") != 0 && strcmp(by, "employer") != 0 && strcmp(by, "other") != 0) {
        return vv_cli_usage(cli, args->command->example, "--by is seeker, employer or other");
    }
    return open_matter(cli, args, "complaint", by);
}

static int command_control_close(struct vv_cli *cli, const struct vv_args *args)
{
    static const char *const names[] = {"ref", "outcome", "text", NULL};
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    struct vv_desk desk;
    char kind[] = "close";

    if (!needs(cli, args, names)) {
        return VV_EXIT_USAGE;
    }
    if (!vv_desk_open(&desk, cli, args, true)) {
        return VV_EXIT_PROBLEM;
    }
    body.kind = kind;
    body.ref = option(args, "ref");
    body.code = option(args, "outcome");
    int result = record(&desk, &body, "closed");
    vv_desk_close(&desk);
    return result;
}

static int change_state(struct vv_cli *cli, const struct vv_args *args, const char *kind,
                        const char *done)
{
    static const char *const names[] = {"text", NULL};
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    struct vv_desk desk;

    if (!needs(cli, args, names)) {
        return VV_EXIT_USAGE;
    }
    if (!vv_desk_open(&desk, cli, args, true)) {
        return VV_EXIT_PROBLEM;
    }
    vv_date today = vv_client_business_date(desk.book.client);
    body.kind = (char *)(uintptr_t)kind;
    if (strcmp(kind, "resume") != 0) {
        body.on = (int32_t)vv_args_number(args, "on", today);
    }
    int result = record(&desk, &body, done);
    vv_desk_close(&desk);
    return result;
}

static int command_control_suspend(struct vv_cli *cli, const struct vv_args *args)
{
    return change_state(cli, args, "suspend", "takes no new choices; placements that run go on");
}

static int command_control_resume(struct vv_cli *cli, const struct vv_args *args)
{
    return change_state(cli, args, "resume", "can be chosen again");
}

static int command_control_end(struct vv_cli *cli, const struct vv_args *args)
{
    return change_state(cli, args, "end",
                        "ends; `vagval control cases` lists who should choose another contract");
}

/* ---- the commands ---- */

#define REF                                                                                        \
    {                                                                                              \
        "ref", "NAME", VV_OPTION_TEXT, "name of the matter, of its own in the contract", 0, 0      \
    }
#define DUE                                                                                        \
    {                                                                                              \
        "due", "DATE", VV_OPTION_DATE, "deadline", 0, 0                                            \
    }
#define TEXT                                                                                       \
    {                                                                                              \
        "text", "TEXT", VV_OPTION_TEXT, "what; about the contract, never about a person", 0, 0     \
    }
static const struct vv_option only_scheme[] = {VV_SCHEME_ONLY_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option open_options[] = {
    VV_SCHEME_ONLY_OPTION,
    {"kind", "KIND", VV_OPTION_TEXT, "review (default), visit, finding, condition", 0, 0},
    {"parent", "NAME", VV_OPTION_TEXT, "finding: the review or visit that found it", 0, 0},
    REF,
    DUE,
    TEXT,
    VV_END_OF_OPTIONS};
static const struct vv_option file_options[] = {
    VV_SCHEME_ONLY_OPTION,
    {"by", "WHO", VV_OPTION_TEXT, "seeker (default), employer, other", 0, 0},
    REF,
    DUE,
    TEXT,
    VV_END_OF_OPTIONS};
static const struct vv_option close_options[] = {
    VV_SCHEME_ONLY_OPTION,
    REF,
    {"outcome", "CODE", VV_OPTION_TEXT, "corrected, unfounded, fulfilled, ...", 0, 0},
    TEXT,
    VV_END_OF_OPTIONS};
static const struct vv_option state_options[] = {
    VV_SCHEME_ONLY_OPTION,
    {"on", "DATE", VV_OPTION_DATE, "suspend: first day; end: last day (today)", 0, 0},
    TEXT,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_control[] = {
    {"control queue", "",
     "open reviews, visits, findings, conditions, complaints, the next deadline first", NULL,
     "vagval control queue", only_scheme, 0, 0, vv_command_control_queue},
    {"control show", "CONTRACT", "a contract's matters, and organisations related to its provider",
     "Related organisations are those of `vagval pay link`: payment holds money for the same ones.",
     "vagval control show KA-000028", only_scheme, 1, 1, vv_command_control_show},
    {"control open", "CONTRACT", "open a review, a site visit, or a finding of one", NULL,
     "vagval control open KA-000028 --kind visit --ref v1 --due 2021-03-01 --text \"premises\"",
     open_options, 1, 1, command_control_open},
    {"control close", "CONTRACT", "close a matter; a review or visit after all its findings",
     "What came of a condition is fulfilled or not_fulfilled.",
     "vagval control close KA-000028 --ref v1 --outcome corrected --text \"in order\"",
     close_options, 1, 1, command_control_close},
    {"control suspend", "CONTRACT", "no new choices from a day; placements that run go on", NULL,
     "vagval control suspend KA-000028 --text \"findings are open\"", state_options, 1, 1,
     command_control_suspend},
    {"control resume", "CONTRACT", "the contract can be chosen again", NULL,
     "vagval control resume KA-000028 --text \"findings are closed\"", state_options, 1, 1,
     command_control_resume},
    {"control end", "CONTRACT", "the contract's last day: its orderly end",
     "Until then participants choose another contract themselves (a change of provider).\n"
     "Afterwards `vagval control move` moves the others to the nearest one; the old placement\n"
     "ends on the contract's last day, and with it its pay.",
     "vagval control end KA-000028 --on 2021-06-30 --text \"terminated\"", state_options, 1, 1,
     command_control_end},
    {"control cases", "CONTRACT", "cases that a contract serves now", NULL,
     "vagval control cases KA-000028", only_scheme, 1, 1, vv_command_control_cases},
    {"control move", "CONTRACT", "move whom an ended contract still serves to the nearest one",
     NULL, "vagval control move KA-000028", only_scheme, 1, 1, vv_command_control_move},
    {"complaint file", "CONTRACT", "file a complaint about a contract, with a deadline", NULL,
     "vagval complaint file KA-000028 --by seeker --ref c1 --due 2021-03-01 --text \"no meetings\"",
     file_options, 1, 1, command_complaint_file},
    {"complaint answer", "CONTRACT", "say what came of a complaint", NULL,
     "vagval complaint answer KA-000028 --ref c1 --outcome corrected --text \"meetings weekly\"",
     close_options, 1, 1, command_control_close},
    VV_END_OF_COMMANDS,
};
