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
        memcpy(postings[at].account, account, strlen(account) + 1); /* bounded by post_to */
        (*count)++;
    }
    return vv_money_add(postings[at].amount, amount, &postings[at].amount);
}

/* Each kind adds `amount` to its first account and takes it from its second: see ledger.h. */
struct accounts {
    const char *first,
        *second; /* "expense:" is followed by the component, others by the contract */
};

static struct accounts accounts_of(enum vv_line_kind kind)
{
    switch (kind) {
    case VV_LINE_RECOVERY:
    case VV_LINE_REVERSED:
        return (struct accounts){"expense:", "recovery:"};
    case VV_LINE_SET_OFF:
        return (struct accounts){"recovery:", "provider:"};
    case VV_LINE_CLAIM:
        return (struct accounts){"recovery:", "claim:"};
    case VV_LINE_OWED:
    case VV_LINE_WAIVED:
        break;
    }
    return (struct accounts){"expense:", "provider:"};
}

static enum vv_status post_to(struct vv_posting *postings, size_t *count, const char *prefix,
                              const struct vv_difference_line *line, vv_money amount)
{
    char account[VV_ACCOUNT_BYTES_MAX];
    char contract[VV_ID_TEXT_BYTES];
    vv_id_format(line->contract, contract);
    bool expense = strcmp(prefix, "expense:") == 0;
    int length =
        snprintf(account, sizeof account, "%s%s", prefix, expense ? line->component : contract);
    if ((size_t)length >= sizeof account) {
        return VV_TOO_LARGE;
    }
    return post(postings, count, account, amount);
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
        struct accounts accounts = accounts_of(line->kind);
        enum vv_status status = post_to(postings, &count, accounts.first, line, line->amount);
        if (status == VV_OK) {
            status = post_to(postings, &count, accounts.second, line, -line->amount);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    *ret_postings = postings;
    *ret_count = count;
    return VV_OK;
}
