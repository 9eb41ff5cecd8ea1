/*
 * ledger.c: double entry.
 */
#include "ledger.h"

#include <stdio.h>
#include <string.h>

static enum vv_status post(struct vv_posting *postings, size_t *count, const char *account,
                           vv_money amount)
{
    size_t at = 0;
    while (at < *count && strcmp(postings[at].account, account) != 0) {
        at++;
    }
    if (at == *count) {
        int length = snprintf(postings[at].account, sizeof postings[at].account, "%s", account);
        if (length < 0 || (size_t)length >= sizeof postings[at].account) {
            return VV_TOO_LARGE;
        }
        (*count)++;
    }
    return vv_money_add(postings[at].amount, amount, &postings[at].amount);
}

enum vv_status vv_ledger_postings(const struct vv_difference *difference,
                                  ProtobufCAllocator *memory, struct vv_posting **ret_postings,
                                  size_t *ret_count)
{
    struct vv_posting *postings =
        vv_memory_zeroed(memory, 2 * difference->count * sizeof postings[0]);
    if (postings == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < difference->count; i++) {
        const struct vv_difference_line *line = &difference->lines[i];
        if (line->proposal) {
            continue;
        }
        char account[VV_ACCOUNT_BYTES_MAX];
        int length = snprintf(account, sizeof account, "expense:%s", line->component);
        if (length < 0 || (size_t)length >= sizeof account) {
            return VV_TOO_LARGE;
        }
        enum vv_status status = post(postings, &count, account, line->amount);
        if (status != VV_OK) {
            return status;
        }
        char contract[VV_ID_TEXT_BYTES];
        vv_id_format(line->contract, contract);
        (void)snprintf(account, sizeof account, "provider:%s", contract);
        status = post(postings, &count, account, -line->amount);
        if (status != VV_OK) {
            return status;
        }
    }
    *ret_postings = postings;
    *ret_count = count;
    return VV_OK;
}
