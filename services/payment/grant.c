/*
 * grant.c: grants that a decision fixes and payroll consumes: a wage subsidy, a start-up grant
 * (rules 15).
 *
 * A month is owed the scheme's percent of what it cost, at most the scheme's price of one month if
 * it has one, and together never more than the decision granted: months in their order, so that
 * the earlier ones are served first. What payroll does not consume is never owed. A grant that was
 * handed to the state office is not the municipality's to pay.
 */
#include "entitlement.h"

#include <string.h>

/* One grant's month: every payroll fact of it together. */
struct month {
    vv_date first;
    vv_money cost;
};

static bool pays_into(const struct vv_payment_fact *fact, const struct vv_payment_fact *grant)
{
    return fact->kind == VV_FACT_PAYROLL && vv_id_equal(fact->subject, grant->subject) &&
           fact->on >= vv_date_month_start(grant->on) && fact->on <= grant->through;
}

/* The next month after `after` that has payroll. */
static bool next_month(const struct vv_course *course, const struct vv_payment_fact *grant,
                       vv_date after, struct month *ret_month, enum vv_status *status)
{
    struct month month = {.first = VV_DATE_NONE};
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *fact = course->ordered[i];
        vv_date first = pays_into(fact, grant) ? vv_date_month_start(fact->on) : VV_DATE_NONE;
        if (first == VV_DATE_NONE || first <= after) {
            continue;
        }
        if (month.first == VV_DATE_NONE || first < month.first) {
            month = (struct month){.first = first};
        }
        if (first == month.first) {
            *status = vv_money_add(month.cost, fact->amount, &month.cost);
            if (*status != VV_OK) {
                return false;
            }
        }
    }
    *ret_month = month;
    return month.first != VV_DATE_NONE;
}

static void month_causes(const struct vv_course *course, const struct vv_payment_fact *grant,
                         vv_date month, struct vv_owed *owed)
{
    vv_owed_cause(owed, grant);
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *fact = course->ordered[i];
        if (pays_into(fact, grant) && vv_date_month_start(fact->on) == month) {
            vv_owed_cause(owed, fact);
        }
    }
}

/* The scheme's price of one month, if it has any: at most so much. */
static enum vv_status cut_to_month(struct vv_rules *rules, const struct vv_payment_fact *grant,
                                   const struct vv_component *component, vv_date month,
                                   struct vv_owed *owed, vv_money *amount)
{
    if (component->price_count == 0) {
        return VV_OK;
    }
    struct vv_price_found price;
    vv_date on = month < grant->on ? grant->on : month;
    enum vv_status status = vv_price_in_force(rules, component->code, grant->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    owed->example = owed->example || price.example;
    owed->level = price.level->fact->level;
    owed->price = price.amount;
    vv_owed_cause(owed, price.level->fact);
    if (price.amount < *amount) {
        owed->cut = true;
        *amount = price.amount;
    }
    return VV_OK;
}

static enum vv_status grant_owed(struct vv_rules *rules, const struct vv_payment_fact *grant,
                                 const struct vv_scheme *scheme,
                                 const struct vv_component *component)
{
    vv_money left = grant->amount;
    struct month month = {.first = VV_DATE_MIN};
    enum vv_status status = VV_OK;
    while (next_month(rules->course, grant, month.first, &month, &status)) {
        struct vv_owed *owed = rules->scratch;
        *owed = (struct vv_owed){
            .scheme = scheme,
            .component = component,
            .order = (size_t)(component - scheme->components),
            .period = month.first,
            .contract = grant->subject,
            .contract_number = grant->contract_number,
            .due = vv_date_month_end(month.first) + 1,
            .service_start = grant->on,
            .denominator = 1,
            .from = month.first,
            .through = vv_date_month_end(month.first),
            .percent = component->award.percent,
            .example = component->award.example,
            .level = "",
            .area = grant->area,
            .cost = month.cost,
            .most = grant->amount,
        };
        vv_money amount = 0;
        status = vv_money_scale(month.cost, component->award.percent, 100, &amount);
        if (status == VV_OK) {
            status = cut_to_month(rules, grant, component, month.first, owed, &amount);
        }
        if (status != VV_OK) {
            return status;
        }
        owed->cut = owed->cut || amount > left;
        owed->numerator = amount > left ? left : amount;
        left -= owed->numerator;
        month_causes(rules->course, grant, month.first, owed);
        status = vv_owed_add(rules->entitlement, owed);
        if (status != VV_OK) {
            return status;
        }
    }
    return status;
}

enum vv_status vv_grants_owed(struct vv_rules *rules)
{
    const struct vv_course *course = rules->course;
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *grant = course->ordered[i];
        if (grant->kind != VV_FACT_GRANT || grant->handed_over) {
            continue;
        }
        const struct vv_scheme *scheme = vv_rules_scheme(rules, grant->on);
        const struct vv_component *component =
            scheme == NULL ? NULL : vv_scheme_component(scheme, grant->code);
        if (component == NULL || component->kind != VV_GRANT) {
            continue;
        }
        enum vv_status status = grant_owed(rules, grant, scheme, component);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
