/*
 * sums.c: a small sorted table of names and amounts, and the two scatters that fill it.
 */
#include "sums.h"

#include <stdlib.h>
#include <string.h>

#include "vagval/money.h"

static struct vv_sum *find_slow(struct vv_sums *sums, const char *name)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (strcmp(sums->items[i].name, name) == 0) {
            return &sums->items[i];
        }
    }
    return NULL;
}

void vv_sums_add(struct vv_sums *sums, const char *name, int64_t amount, uint64_t count)
{
    struct vv_sum *sum = find_slow(sums, name);
    if (sum == NULL) {
        if (sums->count == sums->capacity) {
            size_t capacity = sums->capacity == 0 ? 64 : sums->capacity * 2;
            struct vv_sum *items =
                capacity > VV_SUMS_MAX ? NULL : realloc(sums->items, capacity * sizeof(*items));
            if (items == NULL) {
                sums->overflow = true;
                return;
            }
            sums->items = items;
            sums->capacity = capacity;
        }
        sum = &sums->items[sums->count++];
        memset(sum, 0, sizeof(*sum));
        (void)snprintf(sum->name, sizeof(sum->name), "%s", name);
    }
    vv_money total = 0;
    if (vv_money_add(sum->amount, amount, &total) != VV_OK) {
        sums->overflow = true;
        return;
    }
    sum->amount = total;
    sum->count += count;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct vv_sum *)a)->name, ((const struct vv_sum *)b)->name);
}

void vv_sums_sort(struct vv_sums *sums)
{
    if (sums->count > 0) {
        qsort(sums->items, sums->count, sizeof(sums->items[0]), compare);
    }
}

const struct vv_sum *vv_sums_find(struct vv_sums *sums, const char *name)
{
    return find_slow(sums, name);
}

int64_t vv_sums_amount(struct vv_sums *sums, const char *name)
{
    const struct vv_sum *sum = find_slow(sums, name);
    return sum == NULL ? 0 : sum->amount;
}

void vv_sums_free(struct vv_sums *sums)
{
    free(sums->items);
    memset(sums, 0, sizeof(*sums));
}

struct fetch {
    struct vv_sums *first, *second;
    char *currency;
    char *problem;
    size_t problem_cap;
    union {
        Vagval__V1__LedgerPage ledger;
        Vagval__V1__RegistrySums registry;
    } body;
};

static void add_all(struct vv_sums *sums, Vagval__V1__Sum *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        vv_sums_add(sums, items[i]->name, items[i]->amount, items[i]->count);
    }
}

static void note_problem(struct fetch *fetch, uint16_t partition, enum vv_status status,
                         const char *error)
{
    if (fetch->problem[0] == '\0') {
        (void)snprintf(fetch->problem, fetch->problem_cap, "partition %u: %s %s", partition,
                       vv_status_name(status), error);
    }
}

static const ProtobufCMessage *ask_ledger(void *context, uint16_t partition)
{
    struct fetch *fetch = context;
    vagval__v1__ledger_page__init(&fetch->body.ledger);
    fetch->body.ledger.partition = partition;
    return &fetch->body.ledger.base;
}

static void take_ledger(void *context, uint16_t partition, enum vv_status status,
                        const ProtobufCMessage *body, const char *error)
{
    struct fetch *fetch = context;
    if (status != VV_OK || body == NULL) {
        note_problem(fetch, partition, status, error);
        return;
    }
    const Vagval__V1__LedgerSums *sums = (const Vagval__V1__LedgerSums *)body;
    add_all(fetch->first, sums->balances, sums->n_balances);
    add_all(fetch->second, sums->components, sums->n_components);
    if (sums->currency[0] != '\0') {
        (void)snprintf(fetch->currency, 8, "%.7s", sums->currency);
    }
}

bool vv_ledger_fetch(struct vv_client *client, struct vv_ledger *ret_ledger)
{
    memset(ret_ledger, 0, sizeof(*ret_ledger));
    struct fetch fetch = {.first = &ret_ledger->balances,
                          .second = &ret_ledger->components,
                          .currency = ret_ledger->currency,
                          .problem = ret_ledger->problem,
                          .problem_cap = sizeof(ret_ledger->problem)};
    struct vv_scatter scatter = {VV_PAYMENT, VV_MSG_LEDGER_PAGE, ask_ledger, take_ledger, &fetch};
    vv_client_scatter(client, &scatter);
    vv_sums_sort(&ret_ledger->balances);
    vv_sums_sort(&ret_ledger->components);
    return ret_ledger->problem[0] == '\0';
}

void vv_ledger_free(struct vv_ledger *ledger)
{
    vv_sums_free(&ledger->balances);
    vv_sums_free(&ledger->components);
}

static const ProtobufCMessage *ask_registry(void *context, uint16_t partition)
{
    struct fetch *fetch = context;
    vagval__v1__registry_sums__init(&fetch->body.registry);
    fetch->body.registry.partition = partition;
    return &fetch->body.registry.base;
}

static void take_registry(void *context, uint16_t partition, enum vv_status status,
                          const ProtobufCMessage *body, const char *error)
{
    struct fetch *fetch = context;
    if (status != VV_OK || body == NULL) {
        note_problem(fetch, partition, status, error);
        return;
    }
    const Vagval__V1__RegistrySumsReply *sums = (const Vagval__V1__RegistrySumsReply *)body;
    add_all(fetch->first, sums->sums, sums->n_sums);
}

bool vv_registry_sums_fetch(struct vv_client *client, struct vv_sums *ret_sums, char *ret_problem,
                            size_t cap)
{
    memset(ret_sums, 0, sizeof(*ret_sums));
    ret_problem[0] = '\0';
    struct fetch fetch = {.first = ret_sums, .problem = ret_problem, .problem_cap = cap};
    struct vv_scatter scatter = {VV_REGISTRY, VV_MSG_REGISTRY_SUMS, ask_registry, take_registry,
                                 &fetch};
    vv_client_scatter(client, &scatter);
    vv_sums_sort(ret_sums);
    return ret_problem[0] == '\0';
}
