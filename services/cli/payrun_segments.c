/*
 * payrun_segments.c: reads the items that a run took.
 */
#include "payrun_segments.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct vv_run_segment vv_run_segment_of(const Vagval__V1__SegmentDrafted *from)
{
    struct vv_run_segment segment = {
        .partition = from->partition, .count = from->count, .first = from->first};
    if (from->hash.len == sizeof(segment.hash)) {
        memcpy(segment.hash, from->hash.data, sizeof(segment.hash));
    }
    return segment;
}

static void hash_item(crypto_generichash_state *state, const Vagval__V1__Payable *item)
{
    size_t len = vagval__v1__payable__get_packed_size(item);
    uint8_t prefix[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                         (uint8_t)len};
    uint8_t *bytes = malloc(len + 1);
    if (bytes != NULL) {
        (void)vagval__v1__payable__pack(item, bytes);
        (void)crypto_generichash_update(state, prefix, sizeof(prefix));
        (void)crypto_generichash_update(state, bytes, len);
    }
    free(bytes);
}

enum vv_status vv_run_segment_read(struct vv_client *client, const Vagval__V1__PayRun *run,
                                   const struct vv_run_segment *segment,
                                   void (*take)(void *context, const Vagval__V1__Payable *item),
                                   void *context, char *ret_text, size_t cap)
{
    Vagval__V1__PayablePage query = VAGVAL__V1__PAYABLE_PAGE__INIT;
    struct vv_client_answer answer;
    crypto_generichash_state state;
    uint8_t hash[32];
    query.partition = segment->partition;
    query.scheme = run->scheme;
    query.first = segment->first;
    query.count = segment->count;
    struct vv_request request = {.service = VV_PAYMENT,
                                 .partition = (uint16_t)segment->partition,
                                 .type = VV_MSG_PAYABLE_PAGE};
    vv_client_call(client, request, &query.base, &answer);
    enum vv_status status = answer.status;
    if (status != VV_OK) {
        (void)snprintf(ret_text, cap, "%s", answer.text);
        vv_client_answer_free(&answer);
        return status == VV_CORRUPT ? VV_BUSY : status;
    }
    const Vagval__V1__Payables *page = (const Vagval__V1__Payables *)answer.body;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    for (size_t i = 0; i < page->n_items; i++) {
        if (page->items[i]->as_of > run->date) {
            continue; /* passed over: it may be paid later only */
        }
        hash_item(&state, page->items[i]);
        if (take != NULL) {
            take(context, page->items[i]);
        }
    }
    (void)crypto_generichash_final(&state, hash, sizeof(hash));
    vv_client_answer_free(&answer);
    return memcmp(hash, segment->hash, sizeof(hash)) == 0 ? VV_OK : VV_CORRUPT;
}
