/*
 * ledger_view.c: see the header.
 */
#include "ledger_view.h"

#include <stdlib.h>
#include <string.h>

#include "contracts.h"
#include "scheme_book.h"
#include "vagval/scheme.h"

#define EXPENSE "expense:"
#define PROVIDER "provider:"
#define RECOVERY "recovery:"
#define CLAIM "claim:"

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* ---- reading ---- */

static void take_publication(void *context, unsigned generation,
                             const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct vv_ledger_view *view = context;
    struct vv_scheme *scheme = NULL;
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return;
    }
    (void)json_object_set_new(view->schemes, scheme->id, json_string(scheme->currency));
    size_t at = 0;
    while (at < view->currency_count && strcmp(view->currencies[at], scheme->currency) != 0) {
        at++;
    }
    if (at == view->currency_count && at < VV_CURRENCIES_MAX) {
        (void)snprintf(view->currencies[at], sizeof(view->currencies[at]), "%.7s",
                       scheme->currency);
        view->currency_count++;
    }
    vv_scheme_destroy(&scheme);
}

static void take_contract(void *context, const Vagval__V1__ContractLine *line)
{
    struct vv_ledger_view *view = context;
    struct vv_id id;
    char text[VV_ID_TEXT_BYTES];
    if (vv_id_from_bytes(line->contract.data, line->contract.len, &id) == VV_OK) {
        vv_id_format(id, text);
        (void)json_object_set_new(view->contracts, text,
                                  json_pack("{s:s, s:s, s:s, s:s}", "number", line->number,
                                            "provider", line->provider_name, "area", line->area,
                                            "scheme", line->scheme));
    }
}

/* "payee:<scheme>:<id>": paid by a decision or an agreement, not by a contract. */
static void take_payee(struct vv_ledger_view *view, const char *name)
{
    static const char payee[] = "payee:";
    const char *id = strrchr(name, ':');
    if (!starts_with(name, payee) || id < name + sizeof(payee) ||
        json_object_get(view->contracts, id + 1) != NULL) {
        return;
    }
    json_t *scheme =
        json_stringn(name + sizeof(payee) - 1, (size_t)(id - name) - (sizeof(payee) - 1));
    (void)json_object_set_new(view->contracts, id + 1,
                              json_pack("{s:s, s:s, s:s, s:o}", "number", "by decision", "provider",
                                        "", "area", "", "scheme", scheme));
}

bool vv_ledger_view_read(struct vv_client *client, struct vv_ledger_view *ret_view)
{
    memset(ret_view, 0, sizeof(*ret_view));
    ret_view->schemes = json_object();
    ret_view->contracts = json_object();
    bool whole = vv_ledger_fetch(client, &ret_view->ledger);
    if (whole && !vv_scheme_book_read(client, take_publication, ret_view)) {
        (void)snprintf(ret_view->ledger.problem, sizeof(ret_view->ledger.problem),
                       "the book of schemes cannot be read");
        whole = false;
    }
    char problem[200]; /* a contract without its name is shown by its id */
    (void)vv_contracts_each(client, NULL, take_contract, ret_view, problem, sizeof(problem));
    for (size_t i = 0; i < ret_view->ledger.components.count; i++) {
        take_payee(ret_view, ret_view->ledger.components.items[i].name);
    }
    return whole;
}

void vv_ledger_view_free(struct vv_ledger_view *view)
{
    vv_ledger_free(&view->ledger);
    json_decref(view->schemes);
    json_decref(view->contracts);
}

/* ---- lines ---- */

const char *vv_scheme_currency(const struct vv_ledger_view *view, const char *scheme)
{
    return text_of(view->schemes, scheme);
}

/* "expense:<scheme>:<component>" */
static bool split_expense(const char *name, char ret_scheme[static 64],
                          char ret_component[static 64])
{
    if (!starts_with(name, EXPENSE)) {
        return false;
    }
    const char *scheme = name + strlen(EXPENSE);
    const char *colon = strchr(scheme, ':');
    if (colon == NULL || colon - scheme >= 64 || strlen(colon + 1) >= 64) {
        return false;
    }
    memcpy(ret_scheme, scheme, (size_t)(colon - scheme));
    ret_scheme[colon - scheme] = '\0';
    (void)snprintf(ret_component, 64, "%s", colon + 1);
    return true;
}

static int64_t counted(struct vv_ledger_view *view, const char *what,
                       const struct vv_component_line *line)
{
    char name[160];
    (void)snprintf(name, sizeof(name), "%s:%s:%s", what, line->scheme, line->component);
    return vv_sums_amount(&view->ledger.components, name);
}

bool vv_component_line(struct vv_ledger_view *view, const struct vv_sum *balance,
                       struct vv_component_line *ret_line)
{
    struct vv_component_line line = {.amount = balance->amount};
    if (!split_expense(balance->name, line.scheme, line.component)) {
        return false;
    }
    line.currency = vv_scheme_currency(view, line.scheme);
    line.postings = counted(view, "lines", &line);
    line.examples = counted(view, "examples", &line);
    line.proposed = counted(view, "proposed", &line);
    *ret_line = line;
    return true;
}

/* An account of a contract: its name is `prefix` and the contract's id. */
static bool read_line(const struct vv_ledger_view *view, const struct vv_sum *balance,
                      const char *prefix, struct vv_contract_line *ret_line)
{
    if (!starts_with(balance->name, prefix)) {
        return false;
    }
    const json_t *entry = json_object_get(view->contracts, balance->name + strlen(prefix));
    *ret_line = (struct vv_contract_line){.number = text_of(entry, "number"),
                                          .provider = text_of(entry, "provider"),
                                          .area = text_of(entry, "area"),
                                          .scheme = text_of(entry, "scheme"),
                                          .amount = balance->amount};
    ret_line->currency = vv_scheme_currency(view, ret_line->scheme);
    return true;
}

bool vv_contract_line(const struct vv_ledger_view *view, const struct vv_sum *balance,
                      struct vv_contract_line *ret_line)
{
    return read_line(view, balance, PROVIDER, ret_line);
}

bool vv_recovery_line(const struct vv_ledger_view *view, const struct vv_sum *balance,
                      struct vv_contract_line *ret_line)
{
    return read_line(view, balance, RECOVERY, ret_line) ||
           read_line(view, balance, CLAIM, ret_line);
}

/* ---- sums ---- */

int64_t vv_contracts_total(const struct vv_ledger_view *view, const char *currency,
                           const char *scheme)
{
    int64_t sum = 0;
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        struct vv_contract_line line;
        if (vv_contract_line(view, &view->ledger.balances.items[i], &line) &&
            strcmp(line.currency, currency) == 0 &&
            (scheme == NULL || strcmp(line.scheme, scheme) == 0)) {
            sum += line.amount;
        }
    }
    return sum;
}

static const char *currency_of(struct vv_ledger_view *view, const struct vv_sum *balance)
{
    struct vv_component_line component;
    struct vv_contract_line contract;
    if (vv_component_line(view, balance, &component)) {
        return component.currency;
    }
    bool known =
        vv_contract_line(view, balance, &contract) || vv_recovery_line(view, balance, &contract);
    return known ? contract.currency : "";
}

int64_t vv_ledger_off(struct vv_ledger_view *view, const char *currency)
{
    int64_t sum = 0;
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        const struct vv_sum *balance = &view->ledger.balances.items[i];
        const char *own = currency_of(view, balance);
        if (own[0] == '\0' || strcmp(own, currency) == 0) {
            sum += balance->amount;
        }
    }
    return sum;
}

bool vv_ledger_is_balanced(struct vv_ledger_view *view)
{
    bool balanced = !view->ledger.balances.overflow;
    for (size_t i = 0; i < view->currency_count; i++) {
        balanced = balanced && vv_ledger_off(view, view->currencies[i]) == 0;
    }
    return balanced;
}

bool vv_ledger_has_examples(const struct vv_ledger_view *view, const char *scheme)
{
    char start[128];
    (void)snprintf(start, sizeof(start), "examples:%s%s", scheme == NULL ? "" : scheme,
                   scheme == NULL ? "" : ":");
    for (size_t i = 0; i < view->ledger.components.count; i++) {
        const struct vv_sum *sum = &view->ledger.components.items[i];
        if (starts_with(sum->name, start) && sum->amount > 0) {
            return true;
        }
    }
    return false;
}
