/*
 * handlers_budget_page.c: budgets as people see them, a page of a partition at a time.
 */
#include <string.h>

#include "budget_work.h"
#include "casework.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_budget_page;

#define BUDGETS_PER_PAGE 64

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__BudgetPage *query = (const Vagval__V1__BudgetPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__BudgetPage *query = (const Vagval__V1__BudgetPage *)call->body;
    vv_plan_listed(plan, loaded, "budgets", query->after, BUDGETS_PER_PAGE, "budget");
    return VV_OK;
}

/* The cases as the sender may see them. */
static enum vv_status hide_cases(const struct vv_call *call, Vagval__V1__Budget *budget)
{
    for (size_t i = 0; i < budget->n_uncovered; i++) {
        Vagval__V1__BudgetUncovered *entry = budget->uncovered[i];
        struct vv_id id;
        if (vv_id_from_bytes(entry->case_id.data, entry->case_id.len, &id) != VV_OK) {
            return VV_CORRUPT;
        }
        id = vv_case_shown(call, entry->protected_identity, id);
        entry->case_id.data = vv_arena_copy(call->arena, id.bytes, sizeof id.bytes);
        if (entry->case_id.data == NULL) {
            return VV_NO_MEMORY;
        }
    }
    return VV_OK;
}

static enum vv_status show_budget(const struct vv_call *call, const struct vv_loaded *loaded,
                                  const struct vv_field *name, struct vv_id id,
                                  Vagval__V1__BudgetLine *line)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "budget", id),
                                             &vagval__v1__budget__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Budget *budget = (Vagval__V1__Budget *)message;
    status = hide_cases(call, budget);
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__budget_line__init(line);
    line->budget = (ProtobufCBinaryData){name->value_len, (uint8_t *)(uintptr_t)name->value};
    line->scheme = budget->scheme;
    line->area = budget->area;
    line->year = budget->year;
    line->pot = budget->pot;
    line->set = budget->set;
    line->limit = budget->limit;
    line->reserved = budget->reserved;
    line->consumed = budget->consumed;
    line->over = budget->over;
    line->claims = budget->claims;
    line->uncovered = budget->uncovered;
    line->n_uncovered = budget->n_uncovered;
    line->uncovered_count = budget->uncovered_count;
    line->uncovered_wanted = budget->uncovered_wanted;
    line->currency = budget->currency;
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__BudgetPage *query = (const Vagval__V1__BudgetPage *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "budgets", VV_NIL, query->after);
    Vagval__V1__BudgetView view = VAGVAL__V1__BUDGET_VIEW__INIT;
    Vagval__V1__BudgetLine *lines =
        vv_arena_alloc(call->arena, (index->field_count + 1) * sizeof *lines);
    Vagval__V1__BudgetLine **shown =
        vv_arena_alloc(call->arena, (index->field_count + 1) * sizeof *shown);
    if (lines == NULL || shown == NULL) {
        return VV_NO_MEMORY;
    }
    struct vv_id id;
    size_t seen = 0;
    for (; vv_list_id(index, seen, &id); seen++) {
        enum vv_status status = show_budget(call, loaded, &index->fields[seen], id, &lines[seen]);
        if (status != VV_OK) {
            return vv_refuse(outcome, status, "partition", "a budget does not read back");
        }
        if (query->scheme[0] == '\0' || strcmp(query->scheme, lines[seen].scheme) == 0) {
            shown[view.n_budgets++] = &lines[seen];
        }
    }
    view.budgets = shown;
    view.next = seen == BUDGETS_PER_PAGE ? query->after + seen : 0;
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_budget_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
