/*
 * conditions.c: what must hold before a base is paid: the month's report or obligations (rules 6),
 * and an area in which a placement or block may start at all (rules 19).
 */
#include "entitlement.h"

bool vv_condition_met(const struct vv_rules *rules, const struct vv_component *component,
                      vv_date month, struct vv_id contract, const struct vv_payment_fact **ret_fact)
{
    if (component->pay_if_report) {
        const struct vv_report_state *report = vv_course_report(rules->course, month, contract);
        if (report == NULL || !report->approved) {
            return false;
        }
        *ret_fact = report->fact;
    } else if (component->pay_if_met) {
        /* Obligations are met until their owner says otherwise, but where the scheme's own terms
         * tell month by month, a month of which nothing is said yet waits. */
        const struct vv_report_state *stated =
            vv_course_obligations(rules->course, month, contract);
        if (stated == NULL ? component->pay_if_stated : !stated->approved) {
            return false;
        }
        *ret_fact = stated == NULL ? NULL : stated->fact;
    }
    return true;
}

bool vv_may_start(const struct vv_rules *rules, const char *area, vv_date on)
{
    const struct vv_scheme *scheme = vv_rules_scheme(rules, on);
    return scheme == NULL || vv_scheme_area_open(scheme, area, on);
}
