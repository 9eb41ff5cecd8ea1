/*
 * criteria.c: evaluation of declarative conditions (see criteria.h). A missing fact makes an
 * answer missing, never no.
 */
#include "vagval/criteria.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct facts {
    const struct vv_field_value *values;
    size_t count;
};

static const char *fact_value(const struct facts *facts, const char *field)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->values[i].field, field) == 0) {
            return facts->values[i].value;
        }
    }
    return NULL;
}

static bool whole_number(const char *text, long long *ret_number)
{
    size_t digits = strspn(text + (text[0] == '-'), "0123456789");
    if (digits == 0 || digits > 18 || text[(text[0] == '-') + digits] != '\0') {
        return false;
    }
    *ret_number = strtoll(text, NULL, 10);
    return true;
}

static enum vv_truth truth(bool is)
{
    return is ? VV_YES : VV_NO;
}

static enum vv_truth compare(enum vv_operator op, const char *value, const char *operand)
{
    long long left = 0;
    long long right = 0;
    if (!whole_number(value, &left) || !whole_number(operand, &right)) {
        return VV_MISSING; /* what should be a number is none: we do not know it */
    }
    switch (op) {
    case VV_OP_LT:
        return truth(left < right);
    case VV_OP_LE:
        return truth(left <= right);
    case VV_OP_GT:
        return truth(left > right);
    case VV_OP_GE:
        return truth(left >= right);
    case VV_OP_ALL:
    case VV_OP_ANY:
    case VV_OP_EQ:
    case VV_OP_NE:
    case VV_OP_IN:
    case VV_OP_NOT_IN:
        break;
    }
    assert(false);
    return VV_MISSING;
}

static bool is_member(const struct vv_criterion *criterion, const char *value)
{
    for (size_t i = 0; i < criterion->value_count; i++) {
        if (strcmp(criterion->values[i], value) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_truth leaf_truth(const struct vv_criterion *criterion, const struct facts *facts)
{
    const char *value = fact_value(facts, criterion->field);
    if (value == NULL) {
        return VV_MISSING;
    }
    switch (criterion->op) {
    case VV_OP_EQ:
    case VV_OP_IN:
        return truth(is_member(criterion, value));
    case VV_OP_NE:
    case VV_OP_NOT_IN:
        return truth(!is_member(criterion, value));
    case VV_OP_LT:
    case VV_OP_LE:
    case VV_OP_GT:
    case VV_OP_GE:
        assert(criterion->value_count == 1);
        return compare(criterion->op, value, criterion->values[0]);
    case VV_OP_ALL:
    case VV_OP_ANY:
        break;
    }
    assert(false);
    return VV_MISSING;
}

/* The answer that decides at once: a no among `all`, a yes among `any`. */
static enum vv_truth evaluate(const struct vv_criterion *criterion, const struct facts *facts)
{
    if (criterion->op != VV_OP_ALL && criterion->op != VV_OP_ANY) {
        return leaf_truth(criterion, facts);
    }
    enum vv_truth deciding = criterion->op == VV_OP_ALL ? VV_NO : VV_YES;
    enum vv_truth answer = criterion->op == VV_OP_ALL ? VV_YES : VV_NO;
    for (size_t i = 0; i < criterion->child_count; i++) {
        enum vv_truth child = evaluate(&criterion->children[i], facts);
        if (child == deciding) {
            return deciding;
        }
        if (child == VV_MISSING) {
            answer = VV_MISSING;
        }
    }
    return answer;
}

struct reasons {
    const struct vv_criterion **list;
    size_t max, count;
};

/* The leaves that decided are, at every step down, the children with the answer of the whole. */
static void collect(const struct vv_criterion *criterion, const struct facts *facts,
                    enum vv_truth answer, struct reasons *reasons)
{
    if (criterion->op != VV_OP_ALL && criterion->op != VV_OP_ANY) {
        if (reasons->count < reasons->max) {
            reasons->list[reasons->count++] = criterion;
        }
        return;
    }
    for (size_t i = 0; i < criterion->child_count; i++) {
        if (evaluate(&criterion->children[i], facts) == answer) {
            collect(&criterion->children[i], facts, answer, reasons);
        }
    }
}

enum vv_truth vv_criterion_evaluate(const struct vv_criterion *criterion,
                                    const struct vv_field_value *values, size_t value_count,
                                    const struct vv_criterion **ret_reasons, size_t reasons_max,
                                    size_t *ret_reason_count)
{
    struct facts facts = {.values = values, .count = value_count};
    struct reasons reasons = {.list = ret_reasons, .max = reasons_max};
    enum vv_truth answer = VV_YES; /* no criterion: everyone */
    if (criterion != NULL) {
        answer = evaluate(criterion, &facts);
        collect(criterion, &facts, answer, &reasons);
    }
    if (ret_reason_count != NULL) {
        *ret_reason_count = reasons.count;
    }
    return answer;
}
