/*
 * share.c: a share of an appropriation, in instalments: a municipality takes over the state's duty
 * for a limited period against, for example, 90 % of what the state had set aside (seed 004).
 *
 * The share is rounded once; each instalment is the floor of its percent of it, the last takes the
 * rest (rules 7). An instalment is owed on its day if the agreement still runs then: an earlier end
 * date stops what is to come. A revised appropriation supersedes the old one, and every instalment
 * follows. When the last account of what was spent is in, no more is owed than that: instalments in
 * their order, so that the unused part is taken off the last ones and is returned, by way of a
 * recovery proposal that a person decides on.
 */
#include "entitlement.h"

#include <string.h>

__extension__ typedef __int128 wide;

struct spent {
    bool final;
    vv_money sum;
    const struct vv_payment_fact *last;
};

static enum vv_status spent_of(const struct vv_course *course,
                               const struct vv_payment_fact *appropriation, struct spent *ret_spent)
{
    struct spent spent = {.final = false};
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *fact = course->ordered[i];
        if (fact->kind != VV_FACT_COST || !vv_id_equal(fact->subject, appropriation->subject)) {
            continue;
        }
        enum vv_status status = vv_money_add(spent.sum, fact->amount, &spent.sum);
        if (status != VV_OK) {
            return status;
        }
        if (fact->final) {
            spent.final = true;
            spent.last = fact;
        }
    }
    *ret_spent = spent;
    return VV_OK;
}

/* A share is not negative, so division rounds down. */
static vv_money floor_percent(vv_money share, int64_t percent)
{
    return (vv_money)((wide)share * percent / 100);
}

/* What of the share falls due with instalment `at`. */
static vv_money instalment_of(const struct vv_component *component, vv_money share, size_t at)
{
    vv_money before = 0;
    for (size_t i = 0; i < at; i++) {
        before += floor_percent(share, component->instalments[i].percent);
    }
    bool last = at + 1 == component->instalment_count;
    return last ? share - before : floor_percent(share, component->instalments[at].percent);
}

static enum vv_status share_owed(struct vv_rules *rules, const struct vv_payment_fact *fact,
                                 const struct vv_scheme *scheme,
                                 const struct vv_component *component)
{
    struct spent spent = {.final = false};
    vv_money share = 0;
    enum vv_status status = spent_of(rules->course, fact, &spent);
    if (status == VV_OK) {
        status = vv_money_scale(fact->amount, component->award.percent, 100, &share);
    }
    vv_money left = spent.final ? spent.sum : share;
    left = left < 0 ? 0 : left; /* credits beyond the costs are not a claim of ours */
    for (size_t i = 0; status == VV_OK && i < component->instalment_count; i++) {
        vv_date due = fact->on + component->instalments[i].after_days;
        vv_money amount = instalment_of(component, share, i);
        if (due > fact->through) {
            break;
        }
        struct vv_owed *owed = rules->scratch;
        *owed = (struct vv_owed){
            .scheme = scheme,
            .component = component,
            .order = (size_t)(component - scheme->components),
            .period = due,
            .contract = vv_id_is_nil(fact->contract) ? fact->subject : fact->contract,
            .contract_number = fact->contract_number,
            .due = due,
            .service_start = fact->on,
            .denominator = 1,
            .from = fact->on,
            .through = fact->through,
            .days = (int)i + 1,
            .percent = component->award.percent,
            .example = component->award.example,
            .level = "",
            .area = fact->area,
            .cost = fact->amount,
            .most = share,
        };
        owed->cut = amount > left;
        owed->numerator = amount > left ? left : amount;
        left -= owed->numerator;
        vv_owed_cause(owed, fact);
        if (spent.final) {
            vv_owed_cause(owed, spent.last);
        }
        status = vv_owed_add(rules->entitlement, owed);
    }
    return status;
}

enum vv_status vv_shares_owed(struct vv_rules *rules)
{
    const struct vv_course *course = rules->course;
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *fact = course->ordered[i];
        if (fact->kind != VV_FACT_APPROPRIATION) {
            continue;
        }
        const struct vv_scheme *scheme = vv_rules_scheme(rules, fact->on);
        const struct vv_component *component =
            scheme == NULL ? NULL : vv_scheme_component(scheme, fact->code);
        if (component == NULL || component->kind != VV_SHARE) {
            continue;
        }
        enum vv_status status = share_owed(rules, fact, scheme, component);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
