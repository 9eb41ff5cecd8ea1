/*
 * criteria.h: declarative conditions (`all` / `any` over field, operator, value). Each leaf yields
 * a reason code with Swedish and English text, so that a refusal explains itself.
 */
#ifndef VAGVAL_CRITERIA_H
#define VAGVAL_CRITERIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vv_operator {
    VV_OP_ALL,
    VV_OP_ANY,
    VV_OP_EQ,
    VV_OP_NE,
    VV_OP_LT,
    VV_OP_LE,
    VV_OP_GT,
    VV_OP_GE,
    VV_OP_IN,
    VV_OP_NOT_IN
};

struct vv_criterion {
    enum vv_operator op;
    const char *field;         /* leaf: which fact, for example "age", "municipality" */
    const char *const *values; /* leaf: one value, or the set of IN / NOT_IN; numbers as text */
    size_t value_count;
    const char *code; /* leaf: reason code, for example "status.unemployed" */
    const char *text_en, *text_sv;
    const struct vv_criterion *children; /* ALL / ANY */
    size_t child_count;
};

enum vv_truth { VV_NO, VV_YES, VV_MISSING }; /* unknown is never shown as no */

struct vv_field_value {
    const char *field;
    const char *value; /* NULL = missing */
};

/*
 * Evaluates; three-valued: ALL is NO if one child is NO, else MISSING if one is missing; ANY is YES
 * if one is YES, else MISSING if one is missing. LT..GE compare as integers.
 * Writes the leaves that decided (for YES the met ones, for NO the unmet, for MISSING the missing)
 * to ret_reasons (at most reasons_max); returns the count through ret_reason_count.
 */
enum vv_truth vv_criterion_evaluate(const struct vv_criterion *criterion,
                                    const struct vv_field_value *values, size_t value_count,
                                    const struct vv_criterion **ret_reasons, size_t reasons_max,
                                    size_t *ret_reason_count);

#endif
