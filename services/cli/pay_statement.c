/*
 * pay_statement.c: gathers a contract's month from all partitions.
 */
#include "pay_statement.h"
#include "contracts.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 200000 /* of one contract and month, before they are summed */

void vv_month_format(vv_date month, char ret_text[static VV_MONTH_TEXT_BYTES])
{
    char day[VV_DATE_TEXT_BYTES];
    vv_date_format(month, day);
    (void)snprintf(ret_text, VV_MONTH_TEXT_BYTES, "%.7s", day);
}

/* ---- the contract ---- */

struct finding {
    const char *number;
    struct vv_contract_found *contract;
    size_t found;
};

static void take_contract(void *context, const Vagval__V1__ContractLine *line)
{
    struct finding *finding = context;
    struct vv_contract_found *contract = finding->contract;
    if (strcmp(line->number, finding->number) != 0 ||
        vv_id_from_bytes(line->contract.data, line->contract.len, &contract->id) != VV_OK) {
        return;
    }
    finding->found++;
    (void)snprintf(contract->number, sizeof(contract->number), "%s", line->number);
    (void)snprintf(contract->provider, sizeof(contract->provider), "%s", line->provider_name);
    (void)snprintf(contract->organisation_number, sizeof(contract->organisation_number), "%s",
                   line->organisation_number);
    (void)snprintf(contract->area, sizeof(contract->area), "%s", line->area);
}

bool vv_contract_find(struct vv_client *client, const struct vv_cli *cli, const char *scheme,
                      const char *number, struct vv_contract_found *ret_contract)
{
    struct vv_contract_found contract;
    memset(&contract, 0, sizeof(contract));
    struct finding finding = {.number = number, .contract = &contract};
    char problem[200];
    if (!vv_contracts_each(client, scheme, take_contract, &finding, problem, sizeof(problem))) {
        (void)vv_cli_wrong(cli, "`vagval status` shows whether provider-registry is up",
                           "the contracts could not be read whole: %s", problem);
        return false;
    }
    if (finding.found != 1) {
        (void)vv_cli_wrong(cli, "`vagval ledger` lists contracts; --scheme names another scheme",
                           finding.found == 0 ? "%s has no contract %s"
                                              : "%s has more than one contract %s",
                           scheme, number);
        return false;
    }
    *ret_contract = contract;
    return true;
}

/* ---- its lines ---- */

struct gathering {
    struct vv_client *client;
    struct vv_statement *statement;
    size_t capacity;
    uint32_t *next; /* per partition: where to go on, 0 = done */
    char problem[200];
    Vagval__V1__ContractLines ask;
};

static void trouble(struct gathering *gathering, uint16_t partition, const char *what,
                    const char *error)
{
    if (gathering->problem[0] == '\0') {
        (void)snprintf(gathering->problem, sizeof(gathering->problem), "partition %u: %s %s",
                       partition, what, error);
    }
}

static bool add_line(struct gathering *gathering, const Vagval__V1__ContractPosting *posting)
{
    struct vv_statement *statement = gathering->statement;
    if (statement->count == gathering->capacity) {
        size_t capacity = gathering->capacity == 0 ? 256 : gathering->capacity * 2;
        struct vv_statement_line *lines =
            capacity > LINES_MAX
                ? NULL
                : realloc(statement->lines, capacity * sizeof(statement->lines[0]));
        if (lines == NULL) {
            return false;
        }
        statement->lines = lines;
        gathering->capacity = capacity;
    }
    struct vv_statement_line *line = &statement->lines[statement->count];
    const struct vv_vat_category *category = vv_vat_category_of(posting->vat_category);
    memset(line, 0, sizeof(*line));
    if (category == NULL ||
        vv_id_from_bytes(posting->case_id.data, posting->case_id.len, &line->case_id) != VV_OK) {
        return false;
    }
    (void)snprintf(line->component, sizeof(line->component), "%s", posting->component);
    (void)snprintf(line->name_en, sizeof(line->name_en), "%s", posting->component_en);
    (void)snprintf(line->name_sv, sizeof(line->name_sv), "%s", posting->component_sv);
    line->period = posting->period;
    line->amount = posting->amount;
    line->vat = (struct vv_vat_class){category->letter, (int)posting->vat_rate_hundredths};
    line->on_invoice = posting->on_invoice ? posting->amount : 0;
    line->example = posting->example;
    statement->examples += posting->example ? 1 : 0;
    statement->count++;
    return true;
}

static const ProtobufCMessage *ask_lines(void *context, uint16_t partition)
{
    struct gathering *gathering = context;
    gathering->ask.partition = partition;
    gathering->ask.first = gathering->next[partition];
    return &gathering->ask.base;
}

static void take_lines(void *context, uint16_t partition, enum vv_status status,
                       const ProtobufCMessage *body, const char *error)
{
    struct gathering *gathering = context;
    const Vagval__V1__ContractLinesPage *page = (const Vagval__V1__ContractLinesPage *)body;
    gathering->next[partition] = 0;
    if (status != VV_OK || page == NULL) {
        trouble(gathering, partition, vv_status_name(status), error);
        return;
    }
    for (size_t i = 0; i < page->n_lines; i++) {
        if (!add_line(gathering, page->lines[i])) {
            trouble(gathering, partition, "too many lines, or one that does not read", "");
            return;
        }
    }
    if (page->currency[0] != '\0') {
        (void)snprintf(gathering->statement->currency, sizeof(gathering->statement->currency),
                       "%.7s", page->currency);
    }
    gathering->next[partition] = page->next;
}

/* The pages after each partition's first, one after the other. */
static void follow_pages(struct gathering *gathering)
{
    uint16_t partitions = vv_client_partitions(gathering->client);
    for (uint16_t p = 0; p < partitions; p++) {
        while (gathering->next[p] != 0 && gathering->problem[0] == '\0') {
            struct vv_request request = {
                .service = VV_PAYMENT, .partition = p, .type = VV_MSG_CONTRACT_LINES};
            struct vv_client_answer answer;
            vv_client_call(gathering->client, request, ask_lines(gathering, p), &answer);
            take_lines(gathering, p, answer.status, answer.body, answer.text);
            vv_client_answer_free(&answer);
        }
    }
}

static int by_key(const void *a, const void *b)
{
    const struct vv_statement_line *one = a;
    const struct vv_statement_line *other = b;
    int order = memcmp(one->case_id.bytes, other->case_id.bytes, sizeof(one->case_id.bytes));
    if (order == 0) {
        order = strcmp(one->component, other->component);
    }
    if (order == 0) {
        order = (one->period > other->period) - (one->period < other->period);
    }
    if (order == 0) {
        order =
            (one->vat.category > other->vat.category) - (one->vat.category < other->vat.category);
    }
    return order != 0 ? order
                      : (one->vat.rate_hundredths > other->vat.rate_hundredths) -
                            (one->vat.rate_hundredths < other->vat.rate_hundredths);
}

/* Sums equal keys and drops what came to nothing. False when a sum is beyond 2^53. */
static bool sum_up(struct vv_statement *statement)
{
    size_t kept = 0;
    if (statement->count > 1) {
        qsort(statement->lines, statement->count, sizeof(statement->lines[0]), by_key);
    }
    for (size_t i = 0; i < statement->count;) {
        struct vv_statement_line line = statement->lines[i];
        size_t k = i + 1;
        for (; k < statement->count && by_key(&statement->lines[i], &statement->lines[k]) == 0;
             k++) {
            if (vv_money_add(line.amount, statement->lines[k].amount, &line.amount) != VV_OK) {
                return false;
            }
            line.on_invoice += statement->lines[k].on_invoice; /* a part of the amount */
            line.example = line.example || statement->lines[k].example;
        }
        i = k;
        if (line.amount != 0) {
            statement->lines[kept++] = line;
        }
    }
    statement->count = kept;
    return true;
}

bool vv_statement_fetch(struct vv_client *client, const struct vv_cli *cli,
                        const struct vv_contract_found *contract, vv_date month,
                        struct vv_statement *ret_statement)
{
    struct vv_statement statement = {.contract = *contract, .month = month};
    struct gathering gathering = {.client = client, .statement = &statement};
    gathering.next = calloc(vv_client_partitions(client), sizeof(gathering.next[0]));
    if (gathering.next == NULL) {
        (void)vv_cli_wrong(cli, NULL, "no memory");
        return false;
    }
    struct vv_id id = contract->id;
    vagval__v1__contract_lines__init(&gathering.ask);
    gathering.ask.contract = (ProtobufCBinaryData){sizeof(id.bytes), id.bytes};
    gathering.ask.month = month;
    struct vv_scatter scatter = {VV_PAYMENT, VV_MSG_CONTRACT_LINES, ask_lines, take_lines,
                                 &gathering};
    vv_client_scatter(client, &scatter);
    follow_pages(&gathering);
    if (gathering.problem[0] == '\0' && !sum_up(&statement)) {
        trouble(&gathering, 0, "a sum is beyond all bounds", "");
    }
    free(gathering.next);
    if (gathering.problem[0] != '\0') {
        (void)vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                           "the contract's postings could not be read whole: %s",
                           gathering.problem);
        vv_statement_free(&statement);
        return false;
    }
    *ret_statement = statement;
    return true;
}

/* ---- what the provider has billed itself ---- */

static bool bills(const struct vv_statement *statement, const Vagval__V1__InvoiceState *state)
{
    return state->type == 380 && state->month == statement->month &&
           state->contract.len == sizeof(statement->contract.id.bytes) &&
           memcmp(state->contract.data, statement->contract.id.bytes, state->contract.len) == 0 &&
           strcmp(state->state, "credited") != 0;
}

bool vv_statement_billed(struct vv_client *client, const struct vv_cli *cli,
                         const struct vv_statement *statement,
                         char ret_number[static VV_NAME_BYTES_MAX + 1])
{
    Vagval__V1__ListInvoices query = VAGVAL__V1__LIST_INVOICES__INIT;
    query.partition = vv_id_partition(statement->contract.id);
    ret_number[0] = '\0';
    do {
        struct vv_request request = {.service = VV_PAYMENT,
                                     .partition = (uint16_t)query.partition,
                                     .type = VV_MSG_LIST_INVOICES};
        struct vv_client_answer answer;
        vv_client_call(client, request, &query.base, &answer);
        const Vagval__V1__InvoiceList *list = (const Vagval__V1__InvoiceList *)answer.body;
        if (answer.status != VV_OK) {
            (void)vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                               "the received invoices could not be read: %s %s",
                               vv_status_name(answer.status), answer.text);
            vv_client_answer_free(&answer);
            return false;
        }
        for (size_t i = 0; i < list->n_invoices && ret_number[0] == '\0'; i++) {
            if (bills(statement, list->invoices[i])) {
                (void)snprintf(ret_number, VV_NAME_BYTES_MAX + 1, "%s", list->invoices[i]->number);
            }
        }
        query.first = list->next;
        vv_client_answer_free(&answer);
    } while (query.first != 0 && ret_number[0] == '\0');
    return true;
}

void vv_statement_free(struct vv_statement *statement)
{
    free(statement->lines);
    statement->lines = NULL;
    statement->count = 0;
}
