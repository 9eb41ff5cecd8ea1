/*
 * options.h: rows that the tables of several topics share: the scheme a command is about, and the
 * rows that end a table.
 */
#ifndef VAGVAL_CLI_OPTIONS_H
#define VAGVAL_CLI_OPTIONS_H

#include "args.h"

/* The scheme of a command that names none. */
#define VV_SCHEME_DEFAULT "se-krom"

/* The formatter takes a row for a block of statements. */
/* clang-format off */
#define VV_SCHEME_OPTION \
    {"scheme", "ID", VV_OPTION_TEXT, "scheme (default " VV_SCHEME_DEFAULT ")", 0, 0}
/* For a CASE that is named by an identity number. */
#define VV_SCHEME_OF_PERSON_OPTION \
    {"scheme", "ID", VV_OPTION_TEXT, \
     "scheme of an identity number (default " VV_SCHEME_DEFAULT ")", 0, 0}
#define VV_SCHEME_ONLY_OPTION \
    {"scheme", "ID", VV_OPTION_TEXT, "only contracts of this scheme", 0, 0}

#define VV_FOR_OPTION \
    {"for", "NAME", VV_OPTION_TEXT, "as NAME's deputy, in your own name", 0, 0}

#define VV_END_OF_OPTIONS {NULL, NULL, VV_OPTION_FLAG, NULL, 0, 0}
#define VV_END_OF_COMMANDS {NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL}
/* clang-format on */

#endif
