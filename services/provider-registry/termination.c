/*
 * termination.c: when a contract's termination for weak results is proposed (rules 21). A person
 * decides; the rule only says that the conditions are met.
 */
#include <assert.h>

#include "vagval/rating.h"

static bool is_weak(const struct vv_termination_rule *rule, const struct vv_follow_up *follow_up)
{
    return follow_up->rating <= rule->rating_max && follow_up->measure.known &&
           vv_measure_compare(&follow_up->measure, rule->measure_below, VV_RATING_PLACES) < 0;
}

bool vv_termination_is_due(const struct vv_rating_rules *rules, vv_date active_from,
                           const struct vv_follow_up *follow_ups, size_t count)
{
    const struct vv_termination_rule *rule = &rules->termination;
    size_t wanted = (size_t)rule->follow_ups;

    if (rule->active_months == 0 || wanted == 0 || count < wanted) {
        return false;
    }
    for (size_t i = count - wanted; i < count; i++) {
        bool follows =
            i == count - wanted ||
            vv_date_add_months(follow_ups[i - 1].month, rules->every_months) == follow_ups[i].month;
        if (!follows || !is_weak(rule, &follow_ups[i])) {
            return false;
        }
    }
    /* The age is asked for at the later of the follow-ups, whose day is its month's last. */
    vv_date day = vv_date_month_end(follow_ups[count - 1].month);
    return vv_date_add_months(active_from, rule->active_months) <= day + 1;
}
