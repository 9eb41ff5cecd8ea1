/*
 * contracts.h: the contracts that the registry knows, from all partitions.
 */
#ifndef VAGVAL_CLI_CONTRACTS_H
#define VAGVAL_CLI_CONTRACTS_H

#include "client.h"

typedef void vv_contract_take(void *context, const Vagval__V1__ContractLine *line);

/* Each contract of a scheme, or of all when it is NULL. False when a partition did not answer or
 * said no; `ret_problem` says which and why, and what was taken is not the whole. */
bool vv_contracts_each(struct vv_client *client, const char *scheme, vv_contract_take *take,
                       void *context, char *ret_problem, size_t cap);

#endif
