/*
 * control.c: the control of a contract: which records its present state allows.
 */
#include "control.h"

#include <string.h>

static const char *const names[] = {
    [VV_CONTROL_REVIEW] = "review",
    [VV_CONTROL_VISIT] = "visit",
    [VV_CONTROL_COMPLAINT] = "complaint",
    [VV_CONTROL_FINDING] = "finding",
    [VV_CONTROL_CLOSE] = "close",
    [VV_CONTROL_SUSPEND] = "suspend",
    [VV_CONTROL_RESUME] = "resume",
    [VV_CONTROL_END] = "end",
    [VV_CONTROL_CONDITION] = VV_CONDITION_KIND,
};

enum vv_status vv_control_kind_parse(const char *text, enum vv_control_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], text) == 0) {
            *ret_kind = (enum vv_control_kind)i;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

bool vv_control_opens(enum vv_control_kind kind)
{
    return kind == VV_CONTROL_REVIEW || kind == VV_CONTROL_VISIT || kind == VV_CONTROL_COMPLAINT ||
           kind == VV_CONTROL_FINDING || kind == VV_CONTROL_CONDITION;
}

Vagval__V1__ControlItem *vv_control_find(const Vagval__V1__ContractControl *control,
                                         const char *ref)
{
    for (size_t i = 0; i < control->n_items; i++) {
        if (strcmp(control->items[i]->ref, ref) == 0) {
            return control->items[i];
        }
    }
    return NULL;
}

static bool is_control(const Vagval__V1__ControlItem *item)
{
    return strcmp(item->kind, names[VV_CONTROL_REVIEW]) == 0 ||
           strcmp(item->kind, names[VV_CONTROL_VISIT]) == 0;
}

static enum vv_status no(enum vv_status status, const char *field, const char *text,
                         const char **ret_field, const char **ret_text)
{
    *ret_field = field;
    *ret_text = text;
    return status;
}

static enum vv_status judge_opening(const Vagval__V1__ContractControl *control,
                                    enum vv_control_kind kind,
                                    const Vagval__V1__RecordControl *command, vv_date today,
                                    const char **ret_field, const char **ret_text)
{
    if (vv_control_find(control, command->ref) != NULL) {
        return no(VV_REFUSED, "ref", "names a matter of this contract already", ret_field,
                  ret_text);
    }
    if (command->due < today) {
        return no(VV_INVALID, "due", "is a deadline in the past", ret_field, ret_text);
    }
    if (kind != VV_CONTROL_FINDING) {
        return VV_OK;
    }
    const Vagval__V1__ControlItem *parent = vv_control_find(control, command->parent);
    if (parent == NULL || !is_control(parent)) {
        return no(VV_NOT_FOUND, "parent", "names no review or visit of this contract", ret_field,
                  ret_text);
    }
    if (parent->closed_on != 0) {
        return no(VV_REFUSED, "parent", "is closed: open another review or visit", ret_field,
                  ret_text);
    }
    return VV_OK;
}

static enum vv_status judge_closing(const Vagval__V1__ContractControl *control, const char *ref,
                                    const char *code, const char **ret_field, const char **ret_text)
{
    const Vagval__V1__ControlItem *item = vv_control_find(control, ref);

    if (item == NULL) {
        return no(VV_NOT_FOUND, "ref", "names no matter of this contract", ret_field, ret_text);
    }
    if (item->closed_on != 0) {
        return no(VV_REFUSED, "ref", "is closed already", ret_field, ret_text);
    }
    if (strcmp(item->kind, VV_CONDITION_KIND) == 0 && strcmp(code, "fulfilled") != 0 &&
        strcmp(code, "not_fulfilled") != 0) {
        return no(VV_INVALID, "code", "of a condition is fulfilled or not_fulfilled", ret_field,
                  ret_text);
    }
    for (size_t i = 0; i < control->n_items; i++) {
        if (strcmp(control->items[i]->parent, ref) == 0 && control->items[i]->closed_on == 0) {
            return no(VV_REFUSED, "ref", "has findings that are open: close them first", ret_field,
                      ret_text);
        }
    }
    return VV_OK;
}

enum vv_status vv_control_judge(const Vagval__V1__ContractControl *control,
                                const Vagval__V1__AreaContract *contract, enum vv_control_kind kind,
                                const Vagval__V1__RecordControl *command, vv_date today,
                                const char **ret_field, const char **ret_text)
{
    bool is_over = contract->to != 0 && contract->to < today;

    if (vv_control_opens(kind)) {
        return judge_opening(control, kind, command, today, ret_field, ret_text);
    }
    if (kind == VV_CONTROL_CLOSE) {
        return judge_closing(control, command->ref, command->code, ret_field, ret_text);
    }
    if (is_over) {
        return no(VV_REFUSED, "contract", "the contract is over", ret_field, ret_text);
    }
    if (kind == VV_CONTROL_RESUME) {
        return contract->suspended_from != 0
                   ? VV_OK
                   : no(VV_REFUSED, "contract", "is not suspended", ret_field, ret_text);
    }
    if (command->on < today) {
        return no(VV_INVALID, "on", "lies in the past", ret_field, ret_text);
    }
    if (kind == VV_CONTROL_SUSPEND && contract->suspended_from != 0) {
        return no(VV_REFUSED, "contract", "is suspended already", ret_field, ret_text);
    }
    return VV_OK;
}

const char *vv_control_actor(const Vagval__V1__ControlItem *item)
{
    bool providers = strcmp(item->kind, names[VV_CONTROL_FINDING]) == 0 ||
                     strcmp(item->kind, names[VV_CONTROL_CONDITION]) == 0;
    return providers ? "provider" : "caseworker";
}

size_t vv_control_mark_overdue(const Vagval__V1__ContractControl *control, vv_date today,
                               vv_date *ret_next)
{
    vv_date next = VV_DATE_NONE;
    size_t marked = 0;

    for (size_t i = 0; i < control->n_items; i++) {
        Vagval__V1__ControlItem *item = control->items[i];
        if (item->closed_on != 0 || item->due == 0) {
            continue;
        }
        if (item->due >= today) {
            next = next == VV_DATE_NONE || item->due + 1 < next ? item->due + 1 : next;
        } else if (item->overdue_since == 0) {
            item->overdue_since = today;
            marked++;
        }
    }
    *ret_next = next;
    return marked;
}
