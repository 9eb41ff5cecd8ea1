/*
 * payable.c: payable, effective and booking dates of posting lines.
 */
#include "payable.h"

static const struct vv_payment_fact *cause_of_kind(const struct vv_owed *why,
                                                   enum vv_payment_fact_kind kind)
{
    for (size_t i = 0; i < why->cause_count; i++) {
        if (why->causes[i]->kind == kind) {
            return why->causes[i];
        }
    }
    return NULL;
}

/* Last day of the placement that the amount rests on; VV_DATE_NONE while it is open. */
static vv_date placement_last(const struct vv_owed *why, const struct vv_payment_fact *facts,
                              size_t count)
{
    const struct vv_payment_fact *start = cause_of_kind(why, VV_FACT_PLACEMENT_START);
    if (start == NULL) {
        return VV_DATE_NONE;
    }
    vv_date last = start->planned_end;
    for (size_t i = 0; i < count; i++) {
        if ((facts[i].kind == VV_FACT_PLACEMENT_END ||
             facts[i].kind == VV_FACT_PLACEMENT_EXTENDED) &&
            vv_id_equal(facts[i].subject, start->subject)) {
            last = facts[i].on; /* in log order: the latest that is known */
        }
    }
    return last;
}

vv_date vv_payable_from(const struct vv_difference_line *line, const struct vv_payment_fact *facts,
                        size_t count, vv_date as_of)
{
    if (line->kind == VV_LINE_SET_OFF) {
        return as_of;
    }
    if (line->kind != VV_LINE_OWED || line->proposal) {
        return VV_DATE_NONE;
    }
    bool supplement = line->amount != line->owed;
    if (!supplement || line->why == NULL ||
        line->why->scheme->supplement_payable == VV_SUPPLEMENT_NOW) {
        return as_of;
    }
    vv_date last = placement_last(line->why, facts, count);
    return last != VV_DATE_NONE && last >= as_of ? last + 1 : as_of;
}

bool vv_payable_on_invoice(const struct vv_difference_line *line, const struct vv_scheme *scheme,
                           vv_date payable)
{
    if (payable == VV_DATE_NONE || line->kind != VV_LINE_OWED ||
        scheme->pay_on != VV_PAY_ON_INVOICE) {
        return false;
    }
    const struct vv_component *component = vv_scheme_component(scheme, line->component);
    return component == NULL || component->payer != VV_PAYER_STATE;
}

vv_date vv_effective_of(const struct vv_difference_line *line)
{
    if (line->decision != NULL) {
        return line->decision->effective;
    }
    return line->why != NULL ? line->why->due : line->period;
}

vv_date vv_book_date(vv_date closed_through, vv_date as_of)
{
    return closed_through != VV_DATE_NONE && as_of <= closed_through ? closed_through + 1 : as_of;
}
