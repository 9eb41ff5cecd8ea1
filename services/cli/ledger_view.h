/*
 * ledger_view.h: the ledger of all schemes as people see it: which account is of which scheme, and
 * so of which currency. Amounts of different currencies are never added.
 */
#ifndef VAGVAL_CLI_LEDGER_VIEW_H
#define VAGVAL_CLI_LEDGER_VIEW_H

#include <jansson.h>

#include "sums.h"

#define VV_CURRENCIES_MAX 8

struct vv_ledger_view {
    struct vv_ledger ledger;
    json_t *schemes;   /* scheme -> currency, of what is published */
    json_t *contracts; /* contract id -> {number, provider, area, scheme} */
    char currencies[VV_CURRENCIES_MAX][8];
    size_t currency_count;
};

/* Reads balances, contracts and the book. False when something did not answer; view->ledger.problem
 * says what. Free it either way. */
bool vv_ledger_view_read(struct vv_client *client, struct vv_ledger_view *ret_view);
void vv_ledger_view_free(struct vv_ledger_view *view);

/* "" when it is not known. */
const char *vv_scheme_currency(const struct vv_ledger_view *view, const char *scheme);

/* One component of one scheme. */
struct vv_component_line {
    char scheme[64], component[64];
    const char *currency;
    int64_t amount, postings, examples, proposed;
};
/* False for an account that is no expense of a component. */
bool vv_component_line(struct vv_ledger_view *view, const struct vv_sum *balance,
                       struct vv_component_line *ret_line);

/* The account of one contract. */
struct vv_contract_line {
    const char *number, *provider, *area, *scheme, *currency; /* "" where it is not known */
    int64_t amount;
};
/* False for another kind of account. */
bool vv_contract_line(const struct vv_ledger_view *view, const struct vv_sum *balance,
                      struct vv_contract_line *ret_line);

/* What a provider owes back: recoveries not settled yet, and those that are claimed. False for
 * another kind of account. */
bool vv_recovery_line(const struct vv_ledger_view *view, const struct vv_sum *balance,
                      struct vv_contract_line *ret_line);

/* What all contracts of a currency are owed, with sign; of one scheme if `scheme` is not NULL. */
int64_t vv_contracts_total(const struct vv_ledger_view *view, const char *currency,
                           const char *scheme);
/* What stands off balance over all accounts of a currency: 0 when all is well. An account whose
 * currency is not known counts into every one. */
int64_t vv_ledger_off(struct vv_ledger_view *view, const char *currency);
bool vv_ledger_is_balanced(struct vv_ledger_view *view);
bool vv_ledger_has_examples(const struct vv_ledger_view *view, const char *scheme);

#endif
