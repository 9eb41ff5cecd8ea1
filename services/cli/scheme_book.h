/*
 * scheme_book.h: the published versions, read from the region's book.
 */
#ifndef VAGVAL_CLI_SCHEME_BOOK_H
#define VAGVAL_CLI_SCHEME_BOOK_H

#include "client.h"
#include "vagval/scheme.h"

/* Calls `take` for each publication in order; false when the book could not be read. */
bool vv_scheme_book_read(struct vv_client *client,
                         void (*take)(void *context, unsigned generation,
                                      const Vagval__V1__PublishScheme *publication),
                         void *context);

/* Is a version of the scheme published? Prints what is wrong and returns false otherwise. */
bool vv_scheme_published(struct vv_client *client, const struct vv_cli *cli, const char *id);

/* The published version of a scheme that holds on a day, the latest one; the caller destroys it.
 * NULL when there is none: `ret_problem` says why. */
struct vv_scheme *vv_scheme_book_find(struct vv_client *client, const char *id, vv_date on,
                                      char *ret_problem, size_t cap);

#endif
