/*
 * month.c: see the header.
 */
#include "month.h"

#include <string.h>

#include "obligations.h"

static bool is_missed(const Vagval__V1__JudgedObligation *group, vv_date start, vv_date month)
{
    if (group->start != start) {
        return false;
    }
    for (size_t i = 0; i < group->n_terms; i++) {
        if (group->terms[i]->state == VV_TERM_MISSED && group->terms[i]->due >= month &&
            group->terms[i]->due <= vv_date_month_end(month)) {
            return true;
        }
    }
    return false;
}

const char *vv_month_missed(const Vagval__V1__Delivery *delivery, const struct vv_delivery *rules,
                            vv_date start, vv_date month)
{
    const char *missed = NULL;

    for (size_t i = 0; i < delivery->n_judged; i++) {
        /* One that a later version asks for no longer comes behind those that it asks for. */
        if (is_missed(delivery->judged[i], start, month)) {
            missed = delivery->judged[i]->code;
        }
    }
    for (size_t k = 0; missed != NULL && k < rules->obligation_count; k++) {
        for (size_t i = 0; i < delivery->n_judged; i++) {
            const Vagval__V1__JudgedObligation *group = delivery->judged[i];
            if (strcmp(group->code, rules->obligations[k].code) == 0 &&
                is_missed(group, start, month)) {
                return group->code;
            }
        }
    }
    return missed;
}
