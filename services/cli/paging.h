/*
 * paging.h: a question that every partition of a service answers in pages, all of them read, many
 * partitions at once.
 */
#ifndef VAGVAL_CLI_PAGING_H
#define VAGVAL_CLI_PAGING_H

#include "client.h"

/* Where a partition's next page begins; zeroed for the first. */
struct vv_page_place {
    uint16_t partition;
    uint64_t first, second;
};

struct vv_paging {
    enum vv_service_id service;
    enum vv_message_type type;
    /* Fills the body of the question for a place and returns it; it is copied at once. */
    const ProtobufCMessage *(*ask)(void *context, const struct vv_page_place *place);
    /* Takes an answer and moves the place on; false when the partition is done. */
    bool (*take)(void *context, const ProtobufCMessage *body, struct vv_page_place *place);
    void *context;
};

/* False when a partition did not answer or said no; `ret_problem` says which and why, and what the
 * others answered is not the whole. */
bool vv_client_pages(struct vv_client *client, const struct vv_paging *paging, char *ret_problem,
                     size_t cap);

#endif
