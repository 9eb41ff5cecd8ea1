/*
 * requests.h: a checked row of a file as the command that a service understands. Pure: the same row
 * gives the same bytes, so that the same file twice is the same facts.
 */
#ifndef VAGVAL_CLI_REQUESTS_H
#define VAGVAL_CLI_REQUESTS_H

#include "records.h"
#include "vagval/arena.h"
#include "vagval/caller.h"

struct vv_row_context {
    const char *source; /* --source */
    const char *scheme; /* --scheme, unless the row names one */
    uint16_t partitions;
    struct vv_id case_id;  /* rows about a person; else nil */
    struct vv_id contract; /* choices; else nil */
};

const char *vv_row_scheme(const struct vv_row *row, const char *otherwise);
/* Does the row name a person who must be known already? */
bool vv_row_has_person(enum vv_record_kind kind);

/* Fills a request and its body in the arena. VV_INVALID with the column in ret_error->field and the
 * reason in its text; VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_row_request(const struct vv_row *row,
                                         const struct vv_row_context *context,
                                         struct vv_arena *arena, struct vv_request *ret_request,
                                         ProtobufCMessage **ret_body, struct vv_error *ret_error);

#endif
