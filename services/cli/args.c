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

#define OVERVIEW_LEFT 28       /* columns for a name with its arguments */
#define COMMAND_WORDS_MAX 3    /* of a command's name */
#define COMMAND_BYTES 128      /* of what may be one */
#define SUGGEST_DISTANCE_MAX 2 /* edits between what was typed and what is suggested */

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

/* The least edit distance at which nothing is meant: of a short word every letter counts. */
static size_t far_from(const char *typed)
{
    size_t third = (strlen(typed) + 1) / 3;
    return 1 + (third < SUGGEST_DISTANCE_MAX ? third : SUGGEST_DISTANCE_MAX);
}

void vv_args_join(int count, char **words, char *ret_text, size_t cap)
{
    size_t len = 0;
    ret_text[0] = '\0';
    for (int i = 0; i < count && len < cap; i++) {
        int added = snprintf(ret_text + len, cap - len, "%s%s", i == 0 ? "" : " ", words[i]);
        len += added < 0 ? 0 : (size_t)added;
    }
}

/* Bytes of the first words of `name`, as many as `like` has. */
static size_t same_words(const char *name, const char *like)
{
    size_t len = strcspn(name, " ");
    for (const char *blank = strchr(like, ' '); blank != NULL; blank = strchr(blank + 1, ' ')) {
        len += name[len] == ' ' ? 1 + strcspn(name + len + 1, " ") : 0;
    }
    return len;
}

const char *vv_args_suggest(const struct vv_command *commands, const char *words)
{
    const char *best = NULL;
    size_t best_distance = far_from(words);
    for (const struct vv_command *c = commands; c->name != NULL; c++) {
        char part[COMMAND_BYTES];
        (void)snprintf(part, sizeof(part), "%.*s", (int)same_words(c->name, words), c->name);
        size_t distance = edit_distance(words, part);
        if (distance < best_distance) {
            best_distance = distance;
            best = c->name;
        }
    }
    return best;
}

bool vv_args_is_group(const struct vv_command *commands, const char *words)
{
    size_t len = strlen(words);
    bool group = false;
    for (const struct vv_command *c = commands; c->name != NULL && !group; c++) {
        group = strncmp(c->name, words, len) == 0 && c->name[len] == ' ';
    }
    return group;
}

static enum vv_status unknown_command(const struct vv_command *commands, int argc, char **argv,
                                      struct vv_error *ret_error)
{
    char typed[COMMAND_BYTES];
    int words = 0; /* that may be of a command's name */
    int group = 0; /* those of them that several commands begin with */
    while (words < COMMAND_WORDS_MAX && words + 1 < argc && argv[words + 1][0] != '-') {
        words++;
        vv_args_join(words, argv + 1, typed, sizeof(typed));
        group = vv_args_is_group(commands, typed) ? words : group;
    }
    if (words == 0) {
        return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                       "no command given; `vagval --help` lists them");
    }
    for (int count = words; count > group; count--) {
        vv_args_join(count, argv + 1, typed, sizeof(typed));
        const char *near = vv_args_suggest(commands, typed);
        if (near != NULL) {
            return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                           "there is no command `%s`; did you mean `vagval %s`?", typed, near);
        }
    }
    char lists[COMMAND_BYTES + 8]; /* whose help lists what there is */
    vv_args_join(group, argv + 1, typed, sizeof(typed));
    (void)snprintf(lists, sizeof(lists), "%s%s", typed, group == 0 ? "" : " ");
    if (group == words) {
        return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                       "`%s` needs one more word; `vagval %s--help` lists them", typed, lists);
    }
    vv_args_join(group + 1, argv + 1, typed, sizeof(typed));
    return vv_fail(ret_error, VV_NOT_FOUND, "vagval", NULL, 0,
                   "there is no command `%s`; `vagval %s--help` lists them", typed, lists);
}

/* The option's name nearest to what was typed, "--nam" or "--nam=value", or NULL. */
static const char *suggest_option(const struct option *longs, const char *typed)
{
    char name[32];
    const char *best = NULL;
    if (strncmp(typed, "--", 2) != 0) {
        return NULL;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
    size_t best_distance = far_from(name);
    for (const struct option *o = longs; o->name != NULL; o++) {
        size_t distance = edit_distance(name, o->name);
        if (distance < best_distance) {
            best_distance = distance;
            best = o->name;
        }
    }
    return best;
}

static enum vv_status unknown_option(const struct vv_args *args, const struct option *longs,
                                     const char *typed, struct vv_error *ret_error)
{
    const char *near = suggest_option(longs, typed);
    if (near != NULL) {
        return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                       "`%s` is not an option here; did you mean `--%s`?", typed, near);
    }
    return vv_fail(ret_error, VV_INVALID, "vagval", NULL, 0,
                   "`%s` is not an option here; see `vagval %s --help`", typed,
                   args->command->name);
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
            return unknown_option(args, longs, argv[optind - 1], ret_error);
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
    size_t len = strlen(group);
    for (const struct vv_command *c = commands; c->name != NULL; c++) {
        if (strncmp(c->name, group, len) != 0 || (c->name[len] != ' ' && c->name[len] != '\0')) {
            continue;
        }
        char left[80];
        (void)snprintf(left, sizeof(left), "%s %s", c->name, c->arguments);
        bool fits = strlen(left) <= OVERVIEW_LEFT;
        (void)fprintf(out, "  %-*s%s%*s %s\n", OVERVIEW_LEFT, left, fits ? "" : "\n",
                      fits ? 0 : OVERVIEW_LEFT + 2, "", c->summary);
    }
}
