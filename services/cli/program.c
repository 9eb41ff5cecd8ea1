/*
 * program.c: the `vagval` program: all commands in one table, the overview, common options before
 * the command's name.
 */
#include <assert.h>
#include <string.h>

#include "commands.h"

#ifndef VV_VERSION
#define VV_VERSION "0.1.0"
#endif

#define COMMANDS_MAX 160

const struct vv_command *vv_commands(void)
{
    /* One a line, so that two additions do not meet. */
    /* clang-format off */
    static const struct vv_command *const tables[] = {
        vv_commands_system,
        vv_commands_application,
        vv_commands_choice,
        vv_commands_delivery,
        vv_commands_delivery_month,
        vv_commands_delivery_contract,
        vv_commands_delivery_view,
        vv_commands_duties,
        vv_commands_work,
        vv_commands_provider,
        vv_commands_books,
        vv_commands_budget,
        vv_commands_bundle,
        vv_commands_campaign,
        vv_commands_contract,
        vv_commands_control,
        vv_commands_diff,
        vv_commands_evidence,
        vv_commands_grant,
        vv_commands_invoice,
        vv_commands_levels,
        vv_commands_proposals,
        vv_commands_rating,
        vv_commands_sample,
        vv_commands_payrun,
        vv_commands_simulate,
        vv_commands_tender,
        vv_commands_tender_status,
        vv_commands_obligations,
        vv_commands_extend,
    };
    /* clang-format on */
    static struct vv_command all[COMMANDS_MAX];
    if (all[0].name == NULL) {
        size_t count = 0;
        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
            for (const struct vv_command *c = tables[t]; c->name != NULL; c++) {
                assert(count + 1 < COMMANDS_MAX);
                all[count++] = *c;
            }
        }
    }
    return all;
}

/* The first words of the commands by topic, in the order of the overview. */
static const struct {
    const char *title;
    const char *words[12];
} topics[] = {
    {"The system", {"up", "down", "status", "keys", "provision", "clock", "load", "synth"}},
    {"What it says", {"report", "verify", "ledger", "measure"}},
    {"Schemes", {"scheme"}},
    {"People", {"case", "explain", "choice", "delivery", "evidence", "work"}},
    {"Providers",
     {"tender", "notice", "application", "contract", "provider", "rating", "control", "complaint"}},
    {"Money", {"pay"}},
};
#define TOPICS (sizeof(topics) / sizeof(topics[0]))

/* Does the name begin with this whole word? */
static bool begins_with(const char *name, const char *word)
{
    size_t len = strlen(word);
    return strncmp(name, word, len) == 0 && (name[len] == ' ' || name[len] == '\0');
}

static bool has_topic(const char *name)
{
    bool has = false;
    for (size_t t = 0; t < TOPICS && !has; t++) {
        for (const char *const *word = topics[t].words; *word != NULL && !has; word++) {
            has = begins_with(name, *word);
        }
    }
    return has;
}

static int print_overview(FILE *out)
{
    (void)fprintf(out, "vagval: runs choice systems of employment services\n\n"
                       "usage: vagval COMMAND [arguments] [options]\n");
    for (size_t t = 0; t < TOPICS; t++) {
        (void)fprintf(out, "\n%s\n", topics[t].title);
        for (const char *const *word = topics[t].words; *word != NULL; word++) {
            vv_args_overview(vv_commands(), *word, out);
        }
    }
    for (const struct vv_command *c = vv_commands(); c->name != NULL; c++) {
        const struct vv_command one[] = {*c, VV_END_OF_COMMANDS};
        if (!has_topic(c->name)) { /* a new word: its commands are not to be missing */
            vv_args_overview(one, c->name, out);
        }
    }
    (void)fprintf(out, "\n`vagval COMMAND --help` tells more, with an example. Every command takes "
                       "--dir DIR\n(else VAGVAL_DIR, else ./.vagval) and --json.\n\n"
                       "Exit status: 0 done; 1 something failed or a problem was found; 2 wrong "
                       "usage. With\n--json an error too is JSON on standard output: "
                       "{\"error\": {...}}.\n\n"
                       "Example\n  vagval up && vagval status\n");
    return VV_EXIT_OK;
}

/* The group's commands, and of their examples the last. */
static void print_group(const char *word, FILE *out)
{
    size_t len = strlen(word);
    const char *example = "";
    for (const struct vv_command *c = vv_commands(); c->name != NULL; c++) {
        if (strncmp(c->name, word, len) == 0 && c->name[len] == ' ') {
            example = c->example;
        }
    }
    vv_args_overview(vv_commands(), word, out);
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
        bool value = strcmp(argv[at], "--dir") == 0 || strcmp(argv[at], "--redis") == 0 ||
                     strcmp(argv[at], "--as") == 0;
        bool joined = strncmp(argv[at], "--dir=", 6) == 0 ||
                      strncmp(argv[at], "--redis=", 8) == 0 || strncmp(argv[at], "--as=", 5) == 0 ||
                      strcmp(argv[at], "--json") == 0;
        if (!value && !joined) {
            return;
        }
        at += value ? 2 : 1;
    }
    /* Rotate: the words of the command's name go to the front. */
    int words = at < argc ? vv_args_words(vv_commands(), argc - at, argv + at) : 0;
    for (int w = 0; w < (words == 0 ? 1 : words) && at + w < argc && at > 1; w++) {
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
    char group[64];
    vv_args_join(argc - 2, argv + 1, group, sizeof(group));
    if (is_help(argv[argc - 1]) && vv_args_is_group(vv_commands(), group)) {
        print_group(group, stdout);
        return VV_EXIT_OK;
    }
    for (int i = 1; i < argc; i++) {
        cli.json = cli.json || strcmp(argv[i], "--json") == 0; /* errors of parsing too */
    }
    if (vv_args_parse(vv_commands(), argc, argv, &args, &error) != VV_OK) {
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
