/*
 * sums.h: named amounts added up over partitions: balances, counters.
 */
#ifndef VAGVAL_CLI_SUMS_H
#define VAGVAL_CLI_SUMS_H

#include "client.h"

#define VV_SUMS_MAX 8192

struct vv_sum {
    char name[128];
    int64_t amount;
    uint64_t count;
};
struct vv_sums {
    struct vv_sum *items;
    size_t count, capacity;
    bool overflow; /* more names than VV_SUMS_MAX, or a sum out of range */
};

void vv_sums_add(struct vv_sums *sums, const char *name, int64_t amount, uint64_t count);
/* NULL when there is none. */
const struct vv_sum *vv_sums_find(struct vv_sums *sums, const char *name);
int64_t vv_sums_amount(struct vv_sums *sums, const char *name);
void vv_sums_sort(struct vv_sums *sums);
void vv_sums_free(struct vv_sums *sums);

/* Payment's balances and components over all partitions. `currency` gets the ledger's. False when a
 * partition did not answer; the text says which. */
struct vv_ledger {
    struct vv_sums balances, components;
    char currency[8];
    char problem[200];
};
bool vv_ledger_fetch(struct vv_client *client, struct vv_ledger *ret_ledger);
void vv_ledger_free(struct vv_ledger *ledger);
/* provider-registry's counters over all partitions. */
bool vv_registry_sums_fetch(struct vv_client *client, struct vv_sums *ret_sums, char *ret_problem,
                            size_t cap);

#endif
