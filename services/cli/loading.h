/*
 * loading.h: sends the rows of files to the services: in waves by kind, pipelined, refusals that
 * may heal repeated once the services have come to rest, everything else written to the reject
 * file.
 */
#ifndef VAGVAL_CLI_LOADING_H
#define VAGVAL_CLI_LOADING_H

#include <jansson.h>

#include "client.h"
#include "progress.h"
#include "records.h"

struct vv_load_row {
    struct vv_row row; /* strings in the same allocation */
    uint32_t file;
    uint32_t sequence; /* order in which it was read */
    uint8_t rank;      /* kind, and for outcomes start before confirm before end */
    vv_date day;       /* on which it arrives */
};

struct vv_loading {
    struct vv_cli *cli;
    struct vv_client *client;
    const char *source, *scheme;
    char *const *files;
    size_t file_count;
    struct vv_load_row **rows;
    size_t row_count, row_capacity;
    uint32_t file; /* being read */
    bool out_of_memory;
    json_t *cases;     /* "<scheme>/<identity>" -> case id */
    json_t *contracts; /* "<scheme>/<number>" -> contract id */
    bool contracts_known;
    struct vv_progress progress;
    const char *note;
    uint64_t done, accepted, rejected, retried, unknown;
    size_t in_flight;
    /* Rows of the wave that were refused for now. */
    struct vv_load_row **again;
    size_t again_count;
    FILE *reject;
    char reject_path[700];
    char first_reason[200]; /* for the summary */
};

/* Reads a file's rows into memory; bad lines go to the reject file. */
VV_CHECKED enum vv_status vv_loading_read(struct vv_loading *loading, uint32_t file,
                                          struct vv_error *ret_error);
/* Sorts by arrival (by_day) and rank. */
void vv_loading_sort(struct vv_loading *loading, bool by_day);
/* Sends rows[first..end), which are sorted by rank. */
VV_CHECKED enum vv_status vv_loading_send(struct vv_loading *loading, size_t first, size_t end,
                                          struct vv_error *ret_error);
void vv_loading_free(struct vv_loading *loading);

/* ---- loading_find.c ---- */
/* Learns the cases of the persons that rows[first..end) name. */
void vv_loading_find_cases(struct vv_loading *loading, size_t first, size_t end);
void vv_loading_find_contracts(struct vv_loading *loading);
void vv_loading_learn(json_t *index, const char *scheme, const char *name, struct vv_id id);
bool vv_loading_lookup(const json_t *index, const char *scheme, const char *name,
                       struct vv_id *ret_id);

#endif
