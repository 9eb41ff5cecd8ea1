/*
 * base.c: base compensation per day or per month (rules 5, 6).
 *
 * The period is a calendar month of one contract. A month is owed when it has passed, or the day
 * after the placement's last day; where the scheme pays only reported months, when the month's
 * report is approved as well. Days not yet worked are never owed. Where another version of the
 * scheme begins within the month, each part is owed by its own version. A component with a cap per
 * block has periods that end with the block, since the room begins anew there (rules 8). Months
 * that run from the placement's start are in service_months.c.
 */
#include "entitlement.h"

#include <string.h>

/* The last price that was found, and the days for which it holds: mostly the next month's too. */
struct known_price {
    const struct vv_component *component; /* NULL: none yet */
    const struct vv_placement *placement;
    vv_date first, last;
    struct vv_price_found price;
};

/* The paid days of one placement within one calendar month, under one version of the scheme. */
struct segment {
    const struct vv_placement *placement;
    vv_date month, month_end;
    vv_date period;       /* of the amount: the month, or the block's first day within it */
    vv_date period_first; /* first paid day of the period, under whichever version */
    vv_date first, last;  /* paid days, inclusive */
    vv_date due;
    struct known_price *known;
};

static vv_date earlier(vv_date a, vv_date b)
{
    return a < b ? a : b;
}

static vv_date later(vv_date a, vv_date b)
{
    return a > b ? a : b;
}

static vv_date price_date(const struct vv_component *component, const struct segment *segment,
                          vv_date day)
{
    switch (component->price_on) {
    case VV_ON_PERIOD_START:
        return segment->period_first;
    case VV_ON_PLACEMENT_START:
        return segment->placement->start;
    case VV_ON_DAY:
    case VV_ON_OUTCOME_START: /* base has no outcome: the scheme check refuses it */
        return day;
    }
    return day;
}

/* The last day through which the price found for `on` stays the same: until the version, the level
 * or the price's row changes. */
static vv_date price_holds_through(const struct vv_rules *rules, const struct vv_price_found *price,
                                   vv_date on)
{
    const struct vv_course *course = rules->course;
    vv_date last = vv_rules_scheme_last(rules, on);
    size_t next_level = (size_t)(price->level - course->levels) + 1;
    if (next_level < course->level_count) {
        last = earlier(last, course->levels[next_level].from - 1);
    }
    return price->row->to == VV_DATE_NONE ? last : earlier(last, price->row->to);
}

/* As vv_price_in_force, for a day; the price stays for as long as is noted in segment->known. */
static enum vv_status find_price(const struct vv_rules *rules, const struct segment *segment,
                                 const struct vv_component *component, vv_date on)
{
    struct known_price *known = segment->known;
    if (known->component == component && known->placement == segment->placement &&
        known->first <= on && on <= known->last) {
        return VV_OK;
    }
    enum vv_status status =
        vv_price_in_force(rules, component->code, segment->placement->area, on, &known->price);
    known->component = status == VV_OK ? component : NULL;
    if (status == VV_OK) {
        known->placement = segment->placement;
        known->first = on;
        known->last = price_holds_through(rules, &known->price, on);
    }
    return status;
}

/* Days of one price. */
struct run {
    vv_date first, last; /* inclusive */
    int paid;            /* how many of them are paid */
    vv_date paid_first, paid_last;
};

/* At most `days_max` paid days of first..last, weekdays or calendar days as the component says. */
static struct run paid_days(const struct vv_component *component, vv_date first, vv_date last,
                            int days_max, bool *ret_cut)
{
    struct run run = {.first = first, .last = last};
    if (component->kind != VV_PER_DAY || !component->weekdays_only) {
        int days = last - first + 1;
        *ret_cut = days > days_max;
        run.paid = *ret_cut ? days_max : days;
        run.paid_first = first;
        run.paid_last = first + run.paid - 1;
        return run;
    }
    for (vv_date day = first; day <= last; day++) {
        if (vv_date_weekday(day) > 5) {
            continue;
        }
        if (run.paid == days_max) {
            *ret_cut = true;
            return run;
        }
        run.paid_first = run.paid == 0 ? day : run.paid_first;
        run.paid_last = day;
        run.paid++;
    }
    return run;
}

static enum vv_status add_run(struct vv_owed *owed, const struct vv_price_found *price,
                              const struct run *run)
{
    if (owed->days == 0) {
        owed->scheme = price->scheme;
        /* One price date or one version, so one unit of price for all days of the part. */
        owed->denominator = price->component->kind == VV_PER_MONTH
                                ? 100 * vv_date_days_in_month(owed->period)
                                : 100;
        owed->price = price->amount;
        owed->level = price->level->fact->level;
        owed->from = run->paid_first;
    } else if (price->amount != owed->price) {
        owed->several_prices = true;
    }
    vv_owed_cause(owed, price->level->fact);
    owed->days += run->paid;
    owed->through = run->paid_last;
    owed->example = owed->example || price->example;
    int64_t sum = 0;
    if (__builtin_mul_overflow(price->hundredths, run->paid, &sum) ||
        __builtin_add_overflow(owed->numerator, sum, &owed->numerator)) {
        return VV_TOO_LARGE;
    }
    return VV_OK;
}

/* A month has thirty days and mostly one price, so days are taken by the run. */
static enum vv_status sum_days(const struct vv_rules *rules, const struct segment *segment,
                               const struct vv_component *component, struct vv_owed *owed)
{
    int days_max = vv_caps_days_left(rules, component, segment->placement, segment->first,
                                     segment->last - segment->first + 1);
    vv_date day = segment->first;
    while (day <= segment->last && !owed->days_cut) {
        vv_date on = price_date(component, segment, day);
        enum vv_status status = find_price(rules, segment, component, on);
        if (status == VV_NOT_FOUND) {
            day++;
            continue;
        }
        if (status != VV_OK) {
            return status;
        }
        /* A price of the period's or the placement's first day is that of all its days. */
        const struct vv_price_found *price = &segment->known->price;
        vv_date last = on == day ? earlier(segment->known->last, segment->last) : segment->last;
        struct run run =
            paid_days(price->component, day, last, days_max - owed->days, &owed->days_cut);
        status = run.paid > 0 ? add_run(owed, price, &run) : VV_OK;
        if (status != VV_OK) {
            return status;
        }
        day = last + 1;
    }
    return VV_OK;
}

static enum vv_status segment_owed(struct vv_rules *rules, const struct segment *segment,
                                   const struct vv_scheme *scheme,
                                   const struct vv_component *component)
{
    const struct vv_placement *placement = segment->placement;
    const struct vv_payment_fact *condition = NULL;
    if (!vv_condition_met(rules, component, segment->month, placement->contract, &condition)) {
        return VV_OK; /* the event of the report, or of the obligations, brings it */
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){
        .scheme = scheme,
        .component = component,
        .order = (size_t)(component - scheme->components),
        .period = segment->period,
        .contract = placement->contract,
        .contract_number = placement->started->contract_number,
        .due = segment->due,
        .service_start = placement->service_start,
        .placement = placement,
        .block_day = segment->first,
        .denominator = 100,
        .percent = 100,
        .extent = 100,
        .area = placement->area,
    };
    vv_owed_cause(owed, placement->started);
    enum vv_status status = sum_days(rules, segment, component, owed);
    if (status != VV_OK || owed->days == 0) {
        return status;
    }
    vv_date month_end = segment->month_end;
    if (placement->base_cut != NULL && placement->base_last <= month_end) {
        vv_owed_cause(owed, placement->base_cut);
    } else if (placement->ended != NULL && placement->last <= month_end) {
        vv_owed_cause(owed, placement->ended);
    }
    if (condition != NULL) {
        vv_owed_cause(owed, condition);
    }
    return vv_owed_add(rules->entitlement, owed);
}

/* Each block's days of the month by themselves, as far as the block may start (rules 8, 19). */
static enum vv_status blocks_owed(struct vv_rules *rules, const struct segment *segment,
                                  const struct vv_scheme *scheme,
                                  const struct vv_component *component)
{
    const struct vv_placement *placement = segment->placement;
    struct segment part = *segment;
    while (part.first <= segment->last) {
        struct vv_block block = vv_block_of(placement, component->block_months, part.first);
        part.last = earlier(segment->last, block.last);
        part.period = later(segment->month, block.first);
        part.period_first = later(segment->period_first, block.first);
        if (vv_may_start(rules, placement->area, block.first)) {
            enum vv_status status = segment_owed(rules, &part, scheme, component);
            if (status != VV_OK) {
                return status;
            }
        }
        part.first = part.last + 1;
    }
    return VV_OK;
}

static enum vv_status part_owed(struct vv_rules *rules, const struct segment *segment,
                                const struct vv_scheme *scheme)
{
    for (size_t i = 0; scheme != NULL && i < scheme->component_count; i++) {
        const struct vv_component *component = &scheme->components[i];
        if ((component->kind != VV_PER_DAY && component->kind != VV_PER_MONTH) ||
            component->service_months) {
            continue;
        }
        enum vv_status status = component->block_months > 0
                                    ? blocks_owed(rules, segment, scheme, component)
                                    : segment_owed(rules, segment, scheme, component);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

static enum vv_status month_owed(struct vv_rules *rules, const struct segment *segment)
{
    struct segment part = *segment;
    while (part.first <= segment->last) {
        const struct vv_scheme *scheme = vv_rules_scheme(rules, part.first);
        part.last = earlier(vv_rules_scheme_last(rules, part.first), segment->last);
        while (part.last < segment->last && vv_rules_scheme(rules, part.last + 1) == scheme) {
            part.last = earlier(vv_rules_scheme_last(rules, part.last + 1), segment->last);
        }
        enum vv_status status = part_owed(rules, &part, scheme);
        if (status != VV_OK) {
            return status;
        }
        part.first = part.last + 1;
    }
    return VV_OK;
}

enum vv_status vv_base_owed(struct vv_rules *rules)
{
    struct known_price known = {.component = NULL};
    for (size_t i = 0; i < rules->course->placement_count; i++) {
        const struct vv_placement *placement = &rules->course->placements[i];
        vv_date first = placement->start;
        vv_date month = vv_date_month_start(first);
        if (!vv_may_start(rules, placement->area, placement->start)) {
            continue;
        }
        while (first <= placement->base_last) {
            vv_date month_end = vv_date_month_end(first);
            struct segment segment = {
                .placement = placement,
                .month = month,
                .month_end = month_end,
                .period = month,
                .period_first = first,
                .first = first,
                .last = earlier(month_end, placement->base_last),
                .known = &known,
                .due = earlier(month_end, placement->last) + 1,
            };
            if (segment.due > rules->as_of) {
                vv_owed_wait(rules, segment.due); /* later months are due later still */
                break;
            }
            enum vv_status status = month_owed(rules, &segment);
            if (status != VV_OK) {
                return status;
            }
            first = month = month_end + 1;
        }
    }
    return VV_OK;
}
