/*
 * args.c: the argument table's reader: finds the command, lets getopt_long read its options,
 * checks numbers and dates, and writes the help.
 */
#include "args.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OVERVIEW_LEFT 28 /* columns for a name with its arguments */

const struct vv_option vv_args_common[] = {
    {"dir", "DIR", VV_OPTION_TEXT, "the system's directory (else VAGVAL_DIR, else ./.vagval)", 0,
     0},
    {"redis", "ADDRESS", VV_OPTION_TEXT, "unix:PATH or tcp:HOST:PORT (else VAGVAL_REDIS)", 0, 0},
    {"as", "NAME", VV_OPTION_TEXT, "whose key to use (operator; see `keys add`)", 0, 0},
    {"json", NULL, VV_OPTION_FLAG, "print JSON", 0, 0},
    {"help", NULL, VV_OPTION_FLAG, "show this help", 0, 0},
    {NULL, NULL, VV_OPTION_FLAG, NULL, 0, 0},
};

/* Number of words of `name` if the command line's first words are these, else 0. */
static int words_matched(const char *name, int argc, char **argv)
{
    int words = 0;
    while (*name != '\0') {
        size_t len = strcspn(name, " ");
        if (argc < words + 2 || strlen(argv[words + 1]) != len ||
            strncmp(argv[words + 1], name, len) != 0) {
            return 0;
        }
        words++;
        name += len + (name[len] == ' ' ? 1 : 0);
    }
    return words;
}

static const struct vv_command *find_command(const struct vv_command *commands, int argc,
                                             char **argv, int *ret_words)
{
    const struct vv_command *found = NULL;
    int best = 0;
    for (const struct vv_command *c = commands; c->name != NULL; c++) {
        int words = words_matched(c->name, argc, argv);
        if (words > best) {
            best = words;
            found = c;
        }
    }
    *ret_words = best;
    return found;
}

int vv_args_words(const struct vv_command *commands, int count, char **words)
{
    int matched = 0;
    (void)find_command(commands, count + 1, words - 1, &matched);
    return matched;
}

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[64];
    size_t len = strlen(b);
    if (len >= sizeof(row) / sizeof(row[0])) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            size_t cost = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            size_t least = row[j] + 1 < row[j + 1] + 1 ? row[j] + 1 : row[j + 1] + 1;
            row[j + 1] = cost < least ? cost : least;
        }
    }
    return row[len];
}

const char *vv_args_suggest(const struct vv_command *commands, const char *word)
{
    const char *best = NULL;
    size_t best_distance = 3;
    for (const struct vv_command *c = commands; c->name != NULL; c++) {
        size_t distance = edit_distance(word, c->name);
        size_t len = strcspn(c->name, " ");
        char first[64];
        if (len < sizeof(first)) {
            memcpy(first, c->name, len);
            first[len] = '\0';
            size_t other = edit_distance(word, first);
            distance = other < distance ? other : distance;
        }
        if (distance < best_distance) {
            best_distance = distance;
            best = c->name;
        }
    }
    return best;
}

static enum vv_status unknown_command(const struct vv_command *commands, int argc, char **argv,
                                      struct vv_error *ret_error)
{
    if (argc < 2) {
        return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                       "no command given; `vagval --help` lists them");
    }
    char typed[128];
    bool group = false;
    size_t len = strlen(argv[1]);
    for (const struct vv_command *c = commands; c->name != NULL && !group; c++) {
        group = strncmp(c->name, argv[1], len) == 0 && c->name[len] == ' ';
    }
    if (group && argc >= 3) {
        (void)snprintf(typed, sizeof(typed), "%s %s", argv[1], argv[2]);
    } else {
        (void)snprintf(typed, sizeof(typed), "%s", argv[1]);
    }
    const char *near = group && argc < 3 ? NULL : vv_args_suggest(commands, typed);
    if (near != NULL) {
        return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                       "there is no command `%s`; did you mean `vagval %s`?", typed, near);
    }
    return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                   group ? "`%s` needs one more word; `vagval %s --help` lists them"
                         : "there is no command `%s`; `vagval --help` lists them",
                   typed, typed);
}

static enum vv_status read_value(const struct vv_option *option, const char *text,
                                 int64_t *ret_number, struct vv_error *ret_error)
{
    if (option->type == VV_OPTION_DATE) {
        vv_date date;
        if (vv_date_parse(text, &date) != VV_OK) {
            return vv_fail(ret_error, VV_INVALID, "vagval", option->name, 0,
                           "--%s wants a date as YYYY-MM-DD, got `%s`", option->name, text);
        }
        *ret_number = date;
        return VV_OK;
    }
    if (option->type == VV_OPTION_NUMBER) {
        char *end = NULL;
        errno = 0;
        long long number = strtoll(text, &end, 10);
        if (errno != 0 || end == text || *end != '\0' || number < option->min ||
            number > option->max) {
            return vv_fail(ret_error, VV_INVALID, "vagval", option->name, 0,
                           "--%s wants a whole number from %" PRId64 " to %" PRId64 ", got `%s`",
                           option->name, option->min, option->max, text);
        }
        *ret_number = number;
    }
    return VV_OK;
}

static size_t collect_options(const struct vv_command *command,
                              const struct vv_option *ret_options[VV_ARGS_OPTIONS_MAX],
                              struct option *ret_long)
{
    size_t count = 0;
    const struct vv_option *tables[2] = {command->options, vv_args_common};
    for (size_t t = 0; t < 2; t++) {
        for (const struct vv_option *o = tables[t]; o != NULL && o->name != NULL; o++) {
            if (count == VV_ARGS_OPTIONS_MAX) {
                break;
            }
            ret_options[count] = o;
            ret_long[count] = (struct option){
                o->name, o->type == VV_OPTION_FLAG ? no_argument : required_argument, NULL, 0};
            count++;
        }
    }
    ret_long[count] = (struct option){NULL, 0, NULL, 0};
    return count;
}

static enum vv_status read_options(struct vv_args *args, int argc, char **argv,
                                   struct vv_error *ret_error)
{
    const struct vv_option *options[VV_ARGS_OPTIONS_MAX];
    struct option longs[VV_ARGS_OPTIONS_MAX + 1];
    (void)collect_options(args->command, options, longs);
    opterr = 0;
    optind = 0; /* a fresh scan: glibc's way to start over */
    for (;;) {
        int index = -1;
        int got = getopt_long(argc, argv, ":h", longs, &index);
        if (got == -1) {
            break;
        }
        if (got == 'h') {
            args->help = true;
            continue;
        }
        if (got == ':') {
            return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                           "`%s` wants a value; see `vagval %s --help`", argv[optind - 1],
                           args->command->name);
        }
        if (got == '?' || index < 0) {
            return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                           "`%s` is not an option here; see `vagval %s --help`", argv[optind - 1],
                           args->command->name);
        }
        if (args->given_count == VV_ARGS_GIVEN_MAX) {
            return vv_fail(ret_error, VV_TOO_LARGE, "vagval", NULL, 0, "at most %d options",
                           VV_ARGS_GIVEN_MAX);
        }
        int64_t number = 0;
        enum vv_status status =
            optarg == NULL ? VV_OK : read_value(options[index], optarg, &number, ret_error);
        if (status != VV_OK) {
            return status;
        }
        args->given[args->given_count].option = options[index];
        args->given[args->given_count].text = optarg;
        args->given[args->given_count].number = number;
        args->given_count++;
    }
    args->words = argv + optind;
    args->word_count = (size_t)(argc - optind);
    return VV_OK;
}

enum vv_status vv_args_parse(const struct vv_command *commands, int argc, char **argv,
                             struct vv_args *ret_args, struct vv_error *ret_error)
{
    int words = 0;
    struct vv_args args = {.command = find_command(commands, argc, argv, &words)};
    if (args.command == NULL) {
        return unknown_command(commands, argc, argv, ret_error);
    }
    /* The last word of the command's name stands where getopt expects the program's. */
    enum vv_status status = read_options(&args, argc - words, argv + words, ret_error);
    if (status != VV_OK) {
        return status;
    }
    args.help = args.help || vv_args_flag(&args, "help");
    if (!args.help && args.word_count < args.command->arguments_min) {
        return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                       "`vagval %s` wants %s; see `vagval %s --help`", args.command->name,
                       args.command->arguments, args.command->name);
    }
    if (!args.help && args.word_count > args.command->arguments_max) {
        return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                       "`%s` is one argument too many; see `vagval %s --help`",
                       args.words[args.command->arguments_max], args.command->name);
    }
    *ret_args = args;
    return VV_OK;
}

bool vv_args_flag(const struct vv_args *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *vv_args_text(const struct vv_args *args, const char *name, const char *otherwise)
{
    const char *text = otherwise;
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            text = args->given[i].text;
        }
    }
    return text;
}

int64_t vv_args_number(const struct vv_args *args, const char *name, int64_t otherwise)
{
    int64_t number = otherwise;
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            number = args->given[i].number;
        }
    }
    return number;
}

static void print_options(const struct vv_option *options, FILE *out)
{
    for (const struct vv_option *o = options; o != NULL && o->name != NULL; o++) {
        char left[48];
        (void)snprintf(left, sizeof(left), "--%s%s%s", o->name, o->argument == NULL ? "" : " ",
                       o->argument == NULL ? "" : o->argument);
        (void)fprintf(out, "  %-24s %s\n", left, o->help);
    }
}

void vv_args_help(const struct vv_command *command, FILE *out)
{
    (void)fprintf(out, "vagval %s%s%s [options]\n  %s\n", command->name,
                  command->arguments[0] == '\0' ? "" : " ", command->arguments, command->summary);
    if (command->details != NULL) {
        (void)fprintf(out, "\n%s\n", command->details);
    }
    (void)fprintf(out, "\nOptions\n");
    print_options(command->options, out);
    print_options(vv_args_common, out);
    (void)fprintf(out, "\nExample\n  %s\n", command->example);
}

void vv_args_overview(const struct vv_command *commands, const char *group, FILE *out)
{
    size_t len = group == NULL ? 0 : strlen(group);
    for (const struct vv_command *c = commands; c->name != NULL; c++) {
        if (group != NULL &&
            (strncmp(c->name, group, len) != 0 || (c->name[len] != ' ' && c->name[len] != '\0'))) {
            continue;
        }
        char left[80];
        (void)snprintf(left, sizeof(left), "%s %s", c->name, c->arguments);
        bool fits = strlen(left) <= OVERVIEW_LEFT;
        (void)fprintf(out, "  %-*s%s%*s %s\n", OVERVIEW_LEFT, left, fits ? "" : "\n",
                      fits ? 0 : OVERVIEW_LEFT + 2, "", c->summary);
    }
}
