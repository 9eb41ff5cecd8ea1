/*
 * cli.h: what every command of `vagval` gets, and how it speaks: text for people, JSON for
 * programs, errors that say what is wrong, where, and what to do.
 */
#ifndef VAGVAL_CLI_H
#define VAGVAL_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "args.h"
#include "vagval/status.h"

/* Exit codes: done; a problem was found or something failed; the command line is wrong. */
enum { VV_EXIT_OK = 0, VV_EXIT_PROBLEM = 1, VV_EXIT_USAGE = 2 };

struct vv_cli {
    char dir[512];   /* absolute directory of the system */
    char bin[512];   /* directory of our own executable: the services stand beside it */
    char redis[256]; /* --redis or VAGVAL_REDIS, or "": then the directory's own */
    char as[48];     /* whose key: --as or VAGVAL_AS, else operator */
    bool json;
    FILE *out, *err;
};

#define VV_KEY_NAME_MAX 40
/* 1 to VV_KEY_NAME_MAX of a-z, 0-9 and -: a name in the allow list, and of a directory. */
bool vv_key_name_is_good(const char *name);

/* Finds the executable's directory and the system's (--dir, VAGVAL_DIR, ./.vagval). */
VV_CHECKED enum vv_status vv_cli_init(struct vv_cli *cli, const struct vv_args *args,
                                      struct vv_error *ret_error);

/* Prints the error with its place and advice (may be NULL) and returns VV_EXIT_PROBLEM. */
int vv_cli_fail(const struct vv_cli *cli, const struct vv_error *error, const char *advice);
/* The same from a format; `advice` says what to do. */
int vv_cli_wrong(const struct vv_cli *cli, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a wrong command line; returns VV_EXIT_USAGE. */
int vv_cli_usage(const struct vv_cli *cli, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints one JSON document and drops the reference. Returns `code` for `return ...`. */
int vv_cli_json(const struct vv_cli *cli, json_t *document, int code);

#endif
