/*
 * handlers_contract.c: what was posted for a contract in a month, partition by partition: the lines
 * of an invoice or order.
 */
#include "billing.h"
#include "casework.h"
#include "contract_lines.h"
#include "vagval/protected.h"

#include <string.h>

extern const struct vv_handler vv_handle_contract_lines;

#define PAGE_BATCHES 24 /* whole cases are read, some 10 KB each, and a batch may hold 36 lines */
#define LINES_MIN 16
#define ENTRY_BYTES 20 /* case id and the batch's index, big-endian */

/* ---- the list ---- */

/* The month in which the line can be billed: that of the day from which it may be paid. A proposal,
 * an approved recovery that is not set off yet, and what else moves no provider's balance has none.
 */
static bool billed_month(const Vagval__V1__Line *line, vv_date *ret_month)
{
    if (line->payable == 0 || !vv_date_valid(line->payable)) {
        return false;
    }
    *ret_month = vv_date_month_start(line->payable);
    return true;
}

static bool same_contract(const Vagval__V1__Line *a, const Vagval__V1__Line *b)
{
    return a->contract.len == b->contract.len &&
           memcmp(a->contract.data, b->contract.data, a->contract.len) == 0;
}

static bool is_noted(const Vagval__V1__PostingBatch *batch, size_t line, vv_date month)
{
    for (size_t i = 0; i < line; i++) {
        vv_date other;
        if (billed_month(batch->lines[i], &other) && other == month &&
            same_contract(batch->lines[i], batch->lines[line])) {
            return true;
        }
    }
    return false;
}

void vv_contract_lines_note(const struct vv_call *call, struct vv_outcome *outcome,
                            struct vv_id case_id, const Vagval__V1__PostingBatch *batch)
{
    uint8_t entry[ENTRY_BYTES];
    memcpy(entry, case_id.bytes, sizeof case_id.bytes);
    entry[16] = (uint8_t)(batch->index >> 24);
    entry[17] = (uint8_t)(batch->index >> 16);
    entry[18] = (uint8_t)(batch->index >> 8);
    entry[19] = (uint8_t)batch->index;
    for (size_t i = 0; i < batch->n_lines; i++) {
        struct vv_id contract;
        vv_date month;
        const Vagval__V1__Line *line = batch->lines[i];
        if (billed_month(line, &month) && !is_noted(batch, i, month) &&
            vv_id_from_bytes(line->contract.data, line->contract.len, &contract) == VV_OK) {
            vv_append(outcome, "posted", vv_contract_month_id(contract, month, call->partition),
                      entry, sizeof entry);
        }
    }
}

struct entry {
    struct vv_id case_id;
    uint32_t index;
};

static bool entry_at(const struct vv_record *list, size_t i, struct entry *ret_entry)
{
    if (i >= list->field_count || list->fields[i].value_len != ENTRY_BYTES) {
        return false;
    }
    const uint8_t *bytes = list->fields[i].value;
    memcpy(ret_entry->case_id.bytes, bytes, sizeof ret_entry->case_id.bytes);
    ret_entry->index = (uint32_t)bytes[16] << 24 | (uint32_t)bytes[17] << 16 |
                       (uint32_t)bytes[18] << 8 | bytes[19];
    return true;
}

/* ---- the query ---- */

static enum vv_status route_lines(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ContractLines *query = (const Vagval__V1__ContractLines *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

/* The list that the query means. */
static enum vv_status list_of(const struct vv_call *call, struct vv_id *ret_list,
                              struct vv_id *ret_contract)
{
    const Vagval__V1__ContractLines *query = (const Vagval__V1__ContractLines *)call->body;
    if (vv_id_from_bytes(query->contract.data, query->contract.len, ret_contract) != VV_OK ||
        !vv_date_valid(query->month) || vv_date_month_start(query->month) != query->month) {
        return VV_INVALID;
    }
    *ret_list = vv_contract_month_id(*ret_contract, query->month, call->partition);
    return VV_OK;
}

static enum vv_status plan_lines(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    const Vagval__V1__ContractLines *query = (const Vagval__V1__ContractLines *)call->body;
    struct vv_id contract;
    struct vv_id list_id;
    struct entry entry;
    enum vv_status status = list_of(call, &list_id, &contract);
    if (status != VV_OK) {
        return status;
    }
    const struct vv_record *list = vv_loaded_list(loaded, "posted", list_id, query->first);
    vv_plan_list(plan, "posted", list_id, query->first, PAGE_BATCHES);
    for (size_t i = 0; list != NULL && entry_at(list, i, &entry); i++) {
        vv_plan_load(plan, "case", entry.case_id);
    }
    return VV_OK;
}

static enum vv_status read_batch(const struct vv_call *call, const struct vv_record *record,
                                 uint32_t index, Vagval__V1__PostingBatch **ret_batch)
{
    char name[VV_BATCH_FIELD_BYTES];
    size_t len = vv_batch_field(index, name);
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == len && memcmp(field->name, name, len) == 0) {
            *ret_batch = vagval__v1__posting_batch__unpack(&call->arena->allocator,
                                                           field->value_len, field->value);
            return *ret_batch == NULL ? VV_CORRUPT : VV_OK;
        }
    }
    return VV_CORRUPT; /* listed, and not there */
}

/* The version that priced the line, for VAT class and names. */
static const struct vv_component *component_of(const struct vv_call *call,
                                               const Vagval__V1__PostingBatch *batch,
                                               const Vagval__V1__Line *line,
                                               const struct vv_scheme **ret_scheme)
{
    const char *version =
        line->scheme_version[0] != '\0' ? line->scheme_version : batch->scheme_version;
    *ret_scheme = vv_book_scheme_version(call->book, version);
    return *ret_scheme == NULL ? NULL : vv_scheme_component(*ret_scheme, line->component);
}

/* Room for one more line. The list doubles: at each power of two from LINES_MIN on it is full. */
static bool has_room(const struct vv_call *call, Vagval__V1__ContractLinesPage *page)
{
    size_t count = page->n_lines;
    if (count != 0 && (count < LINES_MIN || (count & (count - 1)) != 0)) {
        return true;
    }
    size_t capacity = count == 0 ? LINES_MIN : 2 * count;
    Vagval__V1__ContractPosting **list = vv_arena_alloc(call->arena, capacity * sizeof *list);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = page->lines[i];
    }
    page->lines = list;
    return true;
}

/* The case that the batch is of, as the sender may see it. */
static enum vv_status show_case(const struct vv_call *call, const struct vv_record *record,
                                struct vv_id case_id, Vagval__V1__PostingBatch *batch)
{
    ProtobufCMessage *entry = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__payment_case__descriptor, &entry);
    if (status != VV_OK) {
        return status;
    }
    struct vv_id shown =
        vv_case_shown(call, ((Vagval__V1__PaymentCase *)entry)->protected_identity, case_id);
    uint8_t *bytes = vv_arena_copy(call->arena, shown.bytes, sizeof shown.bytes);
    batch->case_id = (ProtobufCBinaryData){sizeof shown.bytes, bytes};
    return bytes == NULL ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status add_line(const struct vv_call *call, const Vagval__V1__PostingBatch *batch,
                               const Vagval__V1__Line *line, Vagval__V1__ContractLinesPage *page)
{
    const struct vv_scheme *scheme = NULL;
    const struct vv_component *component = component_of(call, batch, line, &scheme);
    Vagval__V1__ContractPosting *posting = vv_arena_alloc(call->arena, sizeof *posting);
    if (component == NULL) {
        return VV_BUSY; /* this instance has read less of the book than the batch rests on */
    }
    const struct vv_vat_category *category = vv_vat_category(component->vat.category);
    if (posting == NULL || !has_room(call, page)) {
        return VV_NO_MEMORY;
    }
    vagval__v1__contract_posting__init(posting);
    posting->case_id = batch->case_id;
    posting->component = line->component;
    posting->period = line->period;
    posting->amount = line->amount;
    posting->example = line->example || component->vat.example;
    posting->vat_category = (char *)(uintptr_t)(category == NULL ? "" : category->code);
    posting->vat_rate_hundredths = (uint32_t)component->vat.rate_hundredths;
    posting->component_en = (char *)(uintptr_t)component->name_en;
    posting->component_sv = (char *)(uintptr_t)component->name_sv;
    posting->scheme = batch->scheme;
    posting->on_invoice = line->on_invoice;
    page->currency = batch->currency;
    page->lines[page->n_lines++] = posting;
    return VV_OK;
}

static enum vv_status decide_lines(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__ContractLines *query = (const Vagval__V1__ContractLines *)call->body;
    Vagval__V1__ContractLinesPage page = VAGVAL__V1__CONTRACT_LINES_PAGE__INIT;
    struct vv_id contract;
    struct vv_id list_id;
    struct entry entry;
    enum vv_status status = list_of(call, &list_id, &contract);
    const struct vv_record *list =
        status == VV_OK ? vv_loaded_list(loaded, "posted", list_id, query->first) : NULL;
    for (size_t i = 0; status == VV_OK && entry_at(list, i, &entry); i++) {
        Vagval__V1__PostingBatch *batch = NULL;
        const struct vv_record *record = vv_loaded(loaded, "case", entry.case_id);
        status = read_batch(call, record, entry.index, &batch);
        if (status == VV_OK) {
            status = show_case(call, record, entry.case_id, batch);
        }
        for (size_t k = 0; status == VV_OK && k < batch->n_lines; k++) {
            const Vagval__V1__Line *line = batch->lines[k];
            vv_date month;
            if (billed_month(line, &month) && month == query->month &&
                line->contract.len == sizeof contract.bytes &&
                memcmp(line->contract.data, contract.bytes, sizeof contract.bytes) == 0) {
                status = add_line(call, batch, line, &page);
            }
        }
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "contract",
                         "the contract's postings could not be read whole");
    }
    page.next = list->field_count == PAGE_BATCHES ? query->first + PAGE_BATCHES : 0;
    vv_reply(outcome, &page.base);
    return VV_OK;
}

const struct vv_handler vv_handle_contract_lines = {
    .route = route_lines, .plan = plan_lines, .decide = decide_lines};
