/*
 * contracts.c: see contracts.h.
 */
#include "contracts.h"

struct reading {
    Vagval__V1__ListContracts ask;
    const char *scheme;
    vv_contract_take *take;
    void *context;
    char *problem;
    size_t cap;
    bool whole;
};

static const ProtobufCMessage *ask_contracts(void *context, uint16_t partition)
{
    struct reading *reading = context;
    vagval__v1__list_contracts__init(&reading->ask);
    reading->ask.partition = partition;
    if (reading->scheme != NULL) {
        reading->ask.scheme = (char *)(uintptr_t)reading->scheme;
    }
    return &reading->ask.base;
}

static void take_contracts(void *context, uint16_t partition, enum vv_status status,
                           const ProtobufCMessage *body, const char *error)
{
    struct reading *reading = context;
    const Vagval__V1__ContractList *list = (const Vagval__V1__ContractList *)body;
    if (status != VV_OK || list == NULL) {
        (void)snprintf(reading->problem, reading->cap, "partition %u: %s %s", partition,
                       vv_status_name(status), error);
        reading->whole = false;
        return;
    }
    for (size_t i = 0; i < list->n_contracts; i++) {
        reading->take(reading->context, list->contracts[i]);
    }
}

bool vv_contracts_each(struct vv_client *client, const char *scheme, vv_contract_take *take,
                       void *context, char *ret_problem, size_t cap)
{
    struct reading reading = {.scheme = scheme,
                              .take = take,
                              .context = context,
                              .problem = ret_problem,
                              .cap = cap,
                              .whole = true};
    struct vv_scatter scatter = {VV_REGISTRY, VV_MSG_LIST_CONTRACTS, ask_contracts, take_contracts,
                                 &reading};
    vv_client_scatter(client, &scatter);
    return reading.whole;
}
