/*
 * commands.c: the table of commands, one row each, and the way from argv to a command's function.
 */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "synth.h"
#include "system.h"
#include "vagval/limits.h"

#ifndef VV_VERSION
#define VV_VERSION "0.1.0"
#endif

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, NULL, VV_OPTION_FLAG, NULL, 0, 0                                                     \
    }
#define SCHEME_OPTION                                                                              \
    {                                                                                              \
        "scheme", "ID", VV_OPTION_TEXT, "scheme (default se-krom)", 0, 0                           \
    }
#define MODEL_OPTION                                                                               \
    {                                                                                              \
        "model", "FILE", VV_OPTION_TEXT, "model file (default ../models/<model>.yaml)", 0, 0       \
    }
#define LANG_OPTION                                                                                \
    {                                                                                              \
        "lang", "LANG", VV_OPTION_TEXT, "en or sv (default en)", 0, 0                              \
    }

static const struct vv_option up_options[] = {
    {"scale", "SERVICE=N", VV_OPTION_TEXT, "instances of a service (1); may be repeated", 0, 0},
    {"partitions", "N", VV_OPTION_NUMBER, "of a new region (256), fixed for ever", 1,
     VV_PARTITIONS_MAX},
    {"clock", "KIND", VV_OPTION_TEXT, "virtual (default) or real, of a new region", 0, 0},
    {"pub", "on|off", VV_OPTION_TEXT, "events also on PUB (on): a shortcut only", 0, 0},
    END_OF_OPTIONS};
static const struct vv_option provision_options[] = {
    {"password-file", "FILE", VV_OPTION_TEXT, "of Redis' admin user (keys/admin/redis.password)", 0,
     0},
    {"partitions", "N", VV_OPTION_NUMBER, "of a new region (256)", 1, VV_PARTITIONS_MAX},
    {"clock", "KIND", VV_OPTION_TEXT, "virtual or real (default), of a new region", 0, 0},
    END_OF_OPTIONS};
static const struct vv_option model_options[] = {MODEL_OPTION, END_OF_OPTIONS};
static const struct vv_option set_options[] = {
    {"at-least", NULL, VV_OPTION_FLAG, "do nothing when that day has been reached", 0, 0},
    END_OF_OPTIONS};
static const struct vv_option advance_options[] = {
    {"to", "DATE", VV_OPTION_DATE, "last day to reach", 0, 0},
    {"days", "N", VV_OPTION_NUMBER, "number of days", 1, 36600},
    END_OF_OPTIONS};
static const struct vv_option synth_options[] = {
    {"out", "DIR", VV_OPTION_TEXT, "where the files go", 0, 0},
    {"people", "N", VV_OPTION_NUMBER, "people (1000)", 1, VV_SYNTH_PEOPLE_MAX},
    {"seed", "S", VV_OPTION_NUMBER, "seed (1): the same seed gives the same files", 0, INT64_MAX},
    {"providers", "N", VV_OPTION_NUMBER, "providers (37)", 1, VV_SYNTH_PROVIDERS_MAX},
    {"from", "DATE", VV_OPTION_DATE, "first registration (start of the scheme)", 0, 0},
    {"to", "DATE", VV_OPTION_DATE, "last registration (eight weeks later)", 0, 0},
    {"until", "DATE", VV_OPTION_DATE, "report nothing after this day", 0, 0},
    {"scheme-file", "FILE", VV_OPTION_TEXT, "scheme, its model beside it (the built-in se-krom)", 0,
     0},
    END_OF_OPTIONS};
static const struct vv_option load_options[] = {
    {"by-day", NULL, VV_OPTION_FLAG, "walk the virtual clock to the day of each row", 0, 0},
    {"reject", "FILE", VV_OPTION_TEXT, "rejected lines (FILE.rejected of the first file)", 0, 0},
    {"source", "NAME", VV_OPTION_TEXT, "name of the source system (load)", 0, 0},
    SCHEME_OPTION,
    END_OF_OPTIONS};
static const struct vv_option case_options[] = {LANG_OPTION, SCHEME_OPTION, END_OF_OPTIONS};
static const struct vv_option list_options[] = {
    {"limit", "N", VV_OPTION_NUMBER, "at most so many (20)", 1, 100000}, END_OF_OPTIONS};
static const struct vv_option ledger_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "only this scheme (default all)", 0, 0}, END_OF_OPTIONS};
static const struct vv_option scheme_options[] = {SCHEME_OPTION, END_OF_OPTIONS};

const struct vv_command vv_commands[] = {
    {"up", "", "start what is missing of a system: keys, Redis, the four services",
     "Redis is a private one on a unix socket inside the directory; no port is opened but the\n"
     "services' own on 127.0.0.1. On a running system it changes nothing but starts what is "
     "missing.",
     "vagval up --dir /tmp/demo --scale payment=2", up_options, 0, 0, vv_command_up},
    {"down", "", "stop the system: the services finish what they took, then Redis",
     "The data stay in the directory.", "vagval down --dir /tmp/demo", NULL, 0, 0, vv_command_down},
    {"status", "", "show instances, their partitions, queues and problems", NULL,
     "vagval status --json", NULL, 0, 0, vv_command_status},
    {"keys", "", "make missing keys, passwords, allow list and ACL file; print public keys",
     "Nothing that is there is overwritten.", "vagval keys --dir /var/lib/vagval", NULL, 0, 0,
     vv_command_keys},
    {"provision", "", "load the function library and create the region in an empty Redis",
     "For deployments with a Redis of their own; `vagval up` does it for its private one.",
     "vagval provision --redis tcp:redis:6379 --password-file admin.password", provision_options, 0,
     0, vv_command_provision},
    {"scheme check", "FILE", "check a scheme's file and its model's; needs no running system", NULL,
     "vagval scheme check deploy/schemes/se-krom.yaml", model_options, 1, 1,
     vv_command_scheme_check},
    {"scheme publish", "FILE", "publish a scheme with its model",
     "The same file again changes nothing. A version is the hash of the file and is kept for ever.",
     "vagval scheme publish deploy/schemes/se-krom.yaml", model_options, 1, 1,
     vv_command_scheme_publish},
    {"scheme show", "ID|FILE", "show areas and prices: of a file, or of what is published", NULL,
     "vagval scheme show se-krom", model_options, 1, 1, vv_command_scheme_show},
    {"scheme list", "", "list the published versions", NULL, "vagval scheme list", NULL, 0, 0,
     vv_command_scheme_list},
    {"clock", "", "show the business date", NULL, "vagval clock", NULL, 0, 0,
     vv_command_clock_show},
    {"clock show", "", "show the business date", NULL, "vagval clock show", NULL, 0, 0,
     vv_command_clock_show},
    {"clock set", "DATE", "set the virtual clock; it never goes back", NULL,
     "vagval clock set 2020-03-16", set_options, 1, 1, vv_command_clock_set},
    {"clock advance", "", "walk the virtual clock day by day; each day is settled",
     "A day is done when every timer has fired and every service has come to rest.",
     "vagval clock advance --days 30", advance_options, 0, 0, vv_command_clock_advance},
    {"synth", "", "make a seeded book of synthetic people, providers and courses",
     "Writes seekers, providers, contracts, choices, reports and outcomes as CSV for `load`. "
     "Nobody\n"
     "in it exists: personnummer have test birth numbers only.",
     "vagval synth --people 1000 --seed 1 --out .vagval/demo", synth_options, 0, 0,
     vv_command_synth},
    {"load", "FILE...", "load CSV or NDJSON files",
     "The columns tell the kind; every kind has source_ref, and may have reported and scheme:\n"
     "  provider  organisation_number name\n"
     "  contract  number organisation_number area capacity latitude longitude from\n"
     "            [to languages provider_name]\n"
     "  seeker    identity name municipality latitude longitude status registered_on feature.*\n"
     "            [identity_kind benefit mother_tongue protected_identity]\n"
     "            status: unemployed, in_service, employed_seeker or employed; benefit: none, "
     "basic\n"
     "            or earnings_related\n"
     "  choice    identity contract chosen_on\n"
     "  report    identity month approved [hours_per_week physical_percent supersedes_ref]\n"
     "  outcome   identity event(start|confirm|end|withdraw) outcome_ref on\n"
     "            [what(job|study) extent_percent subsidised employer evidence supersedes_ref]\n"
     "  end       identity last_day reason\n"
     "An NDJSON line names its kind in \"kind\". Ids follow from source, kind and source_ref: the "
     "same\n"
     "file twice changes nothing, and a load that was cut off is completed by running it again.\n"
     "Rejected lines go to the reject file with line, field and reason; the exit status is then 1.",
     "vagval load --by-day .vagval/demo/*.csv", load_options, 1, 4096, vv_command_load},
    {"case show", "CASE|-", "show a case's timeline from all four services",
     "With - an identity number is read from standard input: arguments are visible to others in\n"
     "the list of processes, so an identity number does not belong there.",
     "vagval case show 002a6f... --lang sv", case_options, 1, 1, vv_command_case_show},
    {"case list", "", "list ids of cases, assessed or not", NULL, "vagval case list --limit 5",
     list_options, 0, 0, vv_command_case_list},
    {"explain", "CASE|POSTING|-", "why this level, why this posting: rule, facts, scheme version",
     "A posting is CASE:NUMBER as `explain CASE` prints it. With - an identity number is read "
     "from\n"
     "standard input, where no list of processes shows it.",
     "vagval explain 002a6f...:1", case_options, 1, 1, vv_command_explain},
    {"ledger", "", "balances per component and per contract, over all partitions",
     "With --scheme only that scheme's; whether debits and credits balance is told of all.",
     "vagval ledger --scheme se-krom", ledger_options, 0, 0, vv_command_ledger},
    {"verify", "", "re-derive every decision from its facts and compare the services", NULL,
     "vagval verify", NULL, 0, 0, vv_command_verify},
    {"report", "", "people per level, placements, outcomes and money", NULL,
     "vagval report --scheme se-krom", scheme_options, 0, 0, vv_command_report},
    {NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL},
};

static int print_overview(FILE *out)
{
    (void)fprintf(out, "vagval: runs choice systems of employment services\n\n"
                       "usage: vagval COMMAND [arguments] [options]\n\n");
    vv_args_overview(vv_commands, NULL, out);
    (void)fprintf(out, "\n`vagval COMMAND --help` tells more, with an example. Every command takes "
                       "--dir DIR\n(else VAGVAL_DIR, else ./.vagval) and --json.\n\n"
                       "Exit status: 0 done; 1 something failed or a problem was found; 2 wrong "
                       "usage. With\n--json an error too is JSON on standard output: "
                       "{\"error\": {...}}.\n\n"
                       "Example\n  vagval up && vagval status\n");
    return VV_EXIT_OK;
}

static bool is_group(const char *word)
{
    size_t len = strlen(word);
    for (const struct vv_command *c = vv_commands; c->name != NULL; c++) {
        if (strncmp(c->name, word, len) == 0 && c->name[len] == ' ') {
            return true;
        }
    }
    return false;
}

/* The group's commands, and of their examples the last. */
static void print_group(const char *word, FILE *out)
{
    size_t len = strlen(word);
    const char *example = "";
    for (const struct vv_command *c = vv_commands; c->name != NULL; c++) {
        if (strncmp(c->name, word, len) == 0 && c->name[len] == ' ') {
            example = c->example;
        }
    }
    vv_args_overview(vv_commands, word, out);
    (void)fprintf(out, "\nExample\n  %s\n", example);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/*
 * --dir and the other common options may stand before the command: `vagval --dir X up`. They are
 * moved behind it, where the command's own reader finds them.
 */
static void command_first(int argc, char **argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-') {
        bool value = (strcmp(argv[at], "--dir") == 0 || strcmp(argv[at], "--redis") == 0);
        bool joined = strncmp(argv[at], "--dir=", 6) == 0 ||
                      strncmp(argv[at], "--redis=", 8) == 0 || strcmp(argv[at], "--json") == 0;
        if (!value && !joined) {
            return;
        }
        at += value ? 2 : 1;
    }
    /* Rotate: up to two words of the command's name go to the front. */
    int words = at < argc && is_group(argv[at]) && at + 1 < argc && argv[at + 1][0] != '-' ? 2 : 1;
    for (int w = 0; w < words && at + w < argc && at > 1; w++) {
        char *word = argv[at + w];
        memmove(&argv[2 + w], &argv[1 + w], (size_t)(at - 1) * sizeof(argv[0]));
        argv[1 + w] = word;
    }
}

int vv_cli_main(int argc, char **argv)
{
    struct vv_args args;
    struct vv_error error = {0};
    struct vv_cli cli = {.out = stdout, .err = stderr};
    command_first(argc, argv);
    if (argc < 2 || is_help(argv[1])) {
        int code = print_overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? VV_EXIT_USAGE : code;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("vagval %s\n", VV_VERSION);
        return VV_EXIT_OK;
    }
    if (argc == 3 && is_help(argv[2]) && is_group(argv[1])) {
        print_group(argv[1], stdout);
        return VV_EXIT_OK;
    }
    for (int i = 1; i < argc; i++) {
        cli.json = cli.json || strcmp(argv[i], "--json") == 0; /* errors of parsing too */
    }
    if (vv_args_parse(vv_commands, argc, argv, &args, &error) != VV_OK) {
        (void)vv_cli_fail(&cli, &error, NULL);
        return VV_EXIT_USAGE;
    }
    if (args.help) {
        vv_args_help(args.command, stdout);
        return VV_EXIT_OK;
    }
    if (vv_cli_init(&cli, &args, &error) != VV_OK) {
        return vv_cli_fail(&cli, &error, NULL);
    }
    return args.command->run(&cli, &args);
}
