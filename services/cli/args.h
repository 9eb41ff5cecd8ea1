/*
 * args.h: command lines as data. Each command is one row: name, arguments, help, example, options.
 * Parsing is getopt_long's; this file adds the table, the help texts and the suggestions.
 */
#ifndef VAGVAL_CLI_ARGS_H
#define VAGVAL_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "vagval/date.h"
#include "vagval/status.h"

#define VV_ARGS_OPTIONS_MAX 16 /* of one command, the common ones included */
#define VV_ARGS_GIVEN_MAX 64   /* options on one command line */

enum vv_option_type { VV_OPTION_FLAG, VV_OPTION_TEXT, VV_OPTION_NUMBER, VV_OPTION_DATE };

struct vv_option {
    const char *name;     /* without dashes; NULL ends a table */
    const char *argument; /* shown in help, NULL for flags */
    enum vv_option_type type;
    const char *help;
    int64_t min, max; /* of numbers */
};

struct vv_cli;
struct vv_args;

struct vv_command {
    const char *name;      /* one to three words: "scheme check" */
    const char *arguments; /* "FILE...", "" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs, or NULL */
    const char *example;
    const struct vv_option *options; /* own options, ended by a NULL name; or NULL */
    unsigned arguments_min, arguments_max;
    int (*run)(struct vv_cli *cli, const struct vv_args *args);
};

struct vv_args {
    const struct vv_command *command;
    bool help;
    struct {
        const struct vv_option *option;
        const char *text;
        int64_t number; /* of NUMBER and DATE */
    } given[VV_ARGS_GIVEN_MAX];
    size_t given_count;
    char **words; /* positional arguments */
    size_t word_count;
};

/* Options of every command: --dir, --redis, --as, --json, --help. */
extern const struct vv_option vv_args_common[];

/*
 * Reads argv (argv[0] = program) against a table that ends with a NULL name. Permutes argv.
 * Errors: VV_NOT_FOUND (unknown or missing command, with a suggestion in the text), VV_INVALID
 * (option or its value). With --help the result has `help` set and arguments are not counted.
 */
VV_CHECKED enum vv_status vv_args_parse(const struct vv_command *commands, int argc, char **argv,
                                        struct vv_args *ret_args, struct vv_error *ret_error);

bool vv_args_flag(const struct vv_args *args, const char *name);
/* The last value given, or `otherwise`. */
const char *vv_args_text(const struct vv_args *args, const char *name, const char *otherwise);
int64_t vv_args_number(const struct vv_args *args, const char *name, int64_t otherwise);

/* Of how many words the command is whose name `words` begin with; 0 = there is none. */
int vv_args_words(const struct vv_command *commands, int count, char **words);

/* Help of one command; one line of each whose name is `group`, or begins with it and goes on. */
void vv_args_help(const struct vv_command *command, FILE *out);
void vv_args_overview(const struct vv_command *commands, const char *group, FILE *out);
/* The words with blanks between them, cut off where they do not fit. */
void vv_args_join(int count, char **words, char *ret_text, size_t cap);
/* Does a command's name begin with these words, and go on? */
bool vv_args_is_group(const struct vv_command *commands, const char *words);
/* The command whose first words, as many as these, are nearest to them by edit distance (at most
 * 2), or NULL. */
const char *vv_args_suggest(const struct vv_command *commands, const char *words);

#endif
