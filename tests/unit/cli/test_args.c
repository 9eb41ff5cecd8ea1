/*
 * test_args.c: command lines: which command, which options, what is said when they are wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../services/cli/commands.h"

#define WORDS_MAX 48 /* of an example */
#define ARGC(argv) ((int)(sizeof(argv) / sizeof((argv)[0])) - 1)

static const struct vv_option options[] = {
    {"days", "N", VV_OPTION_NUMBER, "days", 1, 100},
    {"to", "DATE", VV_OPTION_DATE, "day", 0, 0},
    {"scale", "S=N", VV_OPTION_TEXT, "scale", 0, 0},
    {"by-day", NULL, VV_OPTION_FLAG, "flag", 0, 0},
    VV_END_OF_OPTIONS,
};
static const struct vv_command commands[] = {
    {"clock", "", "shows", NULL, "vagval clock", NULL, 0, 0, NULL},
    {"clock advance", "", "walks", NULL, "vagval clock advance --days 3", options, 0, 0, NULL},
    {"load", "FILE...", "loads", NULL, "vagval load a.csv", options, 1, 3, NULL},
    {"verify", "", "verifies", NULL, "vagval verify", NULL, 0, 0, NULL},
    {"pay bank show", "NUMBER", "shows", NULL, "vagval pay bank show 1", NULL, 1, 1, NULL},
    {"pay list", "", "lists", NULL, "vagval pay list", NULL, 0, 0, NULL},
    VV_END_OF_COMMANDS,
};

static void test_two_words_win_over_one(void **state)
{
    (void)state;
    struct vv_args args;
    char *one[] = {"vagval", "clock", NULL};
    char *two[] = {"vagval", "clock", "advance", "--days", "7", NULL};
    assert_int_equal(vv_args_parse(commands, ARGC(one), one, &args, NULL), VV_OK);
    assert_string_equal(args.command->name, "clock");
    assert_int_equal(vv_args_parse(commands, ARGC(two), two, &args, NULL), VV_OK);
    assert_string_equal(args.command->name, "clock advance");
    assert_int_equal(vv_args_number(&args, "days", 0), 7);
    assert_int_equal(vv_args_number(&args, "to", -5), -5);
}

static void test_options_stand_anywhere(void **state)
{
    (void)state;
    struct vv_args args;
    char *argv[] = {"vagval", "load",  "a.csv",  "--by-day", "b.csv", "--scale=x=1", "--scale",
                    "y=2",    "--dir", "/tmp/x", "--json",   "--to",  "2020-03-16",  NULL};
    assert_int_equal(vv_args_parse(commands, ARGC(argv), argv, &args, NULL), VV_OK);
    assert_int_equal(args.word_count, 2);
    assert_string_equal(args.words[0], "a.csv");
    assert_string_equal(args.words[1], "b.csv");
    assert_true(vv_args_flag(&args, "by-day"));
    assert_true(vv_args_flag(&args, "json"));
    assert_string_equal(vv_args_text(&args, "scale", ""), "y=2"); /* the last one given */
    assert_string_equal(vv_args_text(&args, "dir", ""), "/tmp/x");
    assert_int_equal(vv_args_number(&args, "to", 0), 18337); /* days from 1970 to 2020-03-16 */
    size_t scales = 0;
    for (size_t i = 0; i < args.given_count; i++) {
        scales += strcmp(args.given[i].option->name, "scale") == 0 ? 1 : 0;
    }
    assert_int_equal(scales, 2);
}

static void expect_error(int argc, char **argv, enum vv_status status, const char *part)
{
    struct vv_args args;
    struct vv_error error = {0};
    assert_int_equal(vv_args_parse(commands, argc, argv, &args, &error), status);
    if (strstr(error.text, part) == NULL) {
        fail_msg("`%s` does not contain `%s`", error.text, part);
    }
}

static void test_what_is_wrong_is_said(void **state)
{
    (void)state;
    char *none[] = {"vagval", NULL};
    char *near[] = {"vagval", "verfy", NULL};
    char *far[] = {"vagval", "dance", NULL};
    char *low[] = {"vagval", "clock", "advance", "--days", "0", NULL};
    char *high[] = {"vagval", "clock", "advance", "--days", "101", NULL};
    char *text[] = {"vagval", "clock", "advance", "--days", "7x", NULL};
    char *date[] = {"vagval", "clock", "advance", "--to", "2020-02-30", NULL};
    char *option[] = {"vagval", "verify", "--days", "3", NULL};
    char *typo[] = {"vagval", "clock", "advance", "--dys=3", NULL};
    char *unfinished[] = {"vagval", "pay", "--json", NULL};
    char *unfinished_two[] = {"vagval", "pay", "bank", NULL};
    char *two_wrong[] = {"vagval", "pay", "bnk", "show", "17", NULL};
    char *third[] = {"vagval", "pay", "bank", "shwo", "17", NULL};
    char *in_group[] = {"vagval", "pay", "dance", NULL};
    char *value[] = {"vagval", "clock", "advance", "--days", NULL};
    char *few[] = {"vagval", "load", NULL};
    char *many[] = {"vagval", "load", "a", "b", "c", "d", NULL};
    expect_error(ARGC(none), none, VV_NOT_FOUND, "no command");
    expect_error(ARGC(near), near, VV_NOT_FOUND, "did you mean `vagval verify`");
    expect_error(ARGC(far), far, VV_NOT_FOUND, "vagval --help");
    expect_error(ARGC(low), low, VV_INVALID, "from 1 to 100");
    expect_error(ARGC(high), high, VV_INVALID, "from 1 to 100");
    expect_error(ARGC(text), text, VV_INVALID, "whole number");
    expect_error(ARGC(date), date, VV_INVALID, "YYYY-MM-DD");
    expect_error(ARGC(option), option, VV_INVALID, "see `vagval verify --help`");
    expect_error(ARGC(typo), typo, VV_INVALID, "did you mean `--days`");
    expect_error(ARGC(unfinished), unfinished, VV_NOT_FOUND, "`pay` needs one more word");
    expect_error(ARGC(unfinished_two), unfinished_two, VV_NOT_FOUND, "`vagval pay bank --help`");
    expect_error(ARGC(two_wrong), two_wrong, VV_NOT_FOUND, "did you mean `vagval pay bank show`");
    expect_error(ARGC(third), third, VV_NOT_FOUND, "did you mean `vagval pay bank show`");
    expect_error(ARGC(in_group), in_group, VV_NOT_FOUND, "`pay dance`; `vagval pay --help` lists");
    expect_error(ARGC(value), value, VV_INVALID, "wants a value");
    expect_error(ARGC(few), few, VV_INVALID, "FILE...");
    expect_error(ARGC(many), many, VV_INVALID, "one argument too many");
}

static void test_help_needs_no_arguments(void **state)
{
    (void)state;
    struct vv_args args;
    char *argv[] = {"vagval", "load", "--help", NULL};
    assert_int_equal(vv_args_parse(commands, ARGC(argv), argv, &args, NULL), VV_OK);
    assert_true(args.help);
}

static void test_suggestion_is_near(void **state)
{
    (void)state;
    assert_string_equal(vv_args_suggest(commands, "lod"), "load");
    assert_string_equal(vv_args_suggest(commands, "clock advnce"), "clock advance");
    assert_null(vv_args_suggest(commands, "something else"));
}

/* The real table: each row can be found, shows its example, and its options fit. */
static void test_every_command_has_help_and_example(void **state)
{
    (void)state;
    for (const struct vv_command *c = vv_commands(); c->name != NULL; c++) {
        char text[8192] = "";
        FILE *out = fmemopen(text, sizeof(text), "w");
        assert_non_null(out);
        vv_args_help(c, out);
        (void)fclose(out);
        assert_non_null(strstr(text, "Example"));
        assert_non_null(strstr(text, "--json"));
        assert_memory_equal(c->example, "vagval ", 7);
        assert_non_null(strstr(c->example, c->name));
        assert_non_null(c->run);
        size_t count = 5;
        for (const struct vv_option *o = c->options; o != NULL && o->name != NULL; o++) {
            count++;
        }
        assert_true(count <= VV_ARGS_OPTIONS_MAX);
    }
}

/* The words of an example as a shell reads them: blanks, quotes, $(...); what stands behind
 * a redirection, a pipe or && is another command's. Returns their number. */
static int split(char *line, char **ret_words)
{
    int count = 0;
    char *at = line + strspn(line, " ");
    while (*at != '\0' && strchr("<>|&", *at) == NULL) {
        assert_true(count < WORDS_MAX);
        ret_words[count++] = at;
        char *to = at;
        char until = ' ';
        for (; *at != '\0' && (*at != ' ' || until != ' '); at++) {
            if (until == ' ' ? *at == '\'' || *at == '"' : *at == until && until != ')') {
                until = until == ' ' ? *at : ' ';
                continue;
            }
            if (strncmp(at, "$(", 2) == 0) {
                until = ')';
            } else if (*at == until) {
                until = ' ';
            }
            *to++ = *at;
        }
        at += strspn(at, " ");
        *to = '\0';
    }
    ret_words[count] = NULL;
    return count;
}

/* What --help prints as an example is a command line that the command reads. */
static void test_every_example_is_read(void **state)
{
    (void)state;
    for (const struct vv_command *c = vv_commands(); c->name != NULL; c++) {
        char lines[1024];
        assert_true(strlen(c->example) < sizeof(lines));
        memcpy(lines, c->example, strlen(c->example) + 1);
        for (char *rest = lines, *line = strsep(&rest, "\n"); line != NULL;
             line = strsep(&rest, "\n")) {
            char *words[WORDS_MAX + 1];
            struct vv_args args;
            struct vv_error error = {0};
            if (vv_args_parse(vv_commands(), split(line, words), words, &args, &error) != VV_OK) {
                fail_msg("`%s`: %s", c->example, error.text);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_words_win_over_one),
        cmocka_unit_test(test_options_stand_anywhere),
        cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_help_needs_no_arguments),
        cmocka_unit_test(test_suggestion_is_near),
        cmocka_unit_test(test_every_command_has_help_and_example),
        cmocka_unit_test(test_every_example_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
