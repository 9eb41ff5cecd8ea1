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

/* The paid days of one placement within one calendar month, under one version of the scheme. */
struct segment {
    const struct vv_placement *placement;
    vv_date month;
    vv_date period;       /* of the amount: the month, or the block's first day within it */
    vv_date period_first; /* first paid day of the period, under whichever version */
    vv_date first, last;  /* paid days, inclusive */
    vv_date due;
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

/* Whether yesterday's price still holds: the same version, level and row, valid on `on`. Finding a
 * price compares texts; a month has thirty days and mostly one price. */
static bool still_holds(const struct vv_rules *rules, const struct vv_price_found *price,
                        vv_date on)
{
    return price->row != NULL && price->level == vv_level_in_force(rules->course, on) &&
           price->scheme == rules->schemes->on(rules->schemes->context, on) &&
           (price->row->from == VV_DATE_NONE || price->row->from <= on) &&
           (price->row->to == VV_DATE_NONE || on <= price->row->to);
}

static enum vv_status add_day(struct vv_owed *owed, const struct vv_price_found *price,
                              const struct vv_price_found *previous, vv_date day)
{
    if (owed->days == 0) {
        owed->scheme = price->scheme;
        /* One price date or one version, so one unit of price for all days of the part. */
        owed->denominator = price->component->kind == VV_PER_MONTH
                                ? 100 * vv_date_days_in_month(owed->period)
                                : 100;
        owed->price = price->amount;
        owed->level = price->level->fact->level;
        owed->from = day;
    } else if (price->amount != owed->price) {
        owed->several_prices = true;
    }
    if (price->level != previous->level || owed->days == 0) {
        vv_owed_cause(owed, price->level->fact);
    }
    owed->days++;
    owed->through = day;
    owed->example = owed->example || price->example;
    if (__builtin_add_overflow(owed->numerator, price->hundredths, &owed->numerator)) {
        return VV_TOO_LARGE;
    }
    return VV_OK;
}

static enum vv_status sum_days(const struct vv_rules *rules, const struct segment *segment,
                               const struct vv_component *component, struct vv_owed *owed)
{
    struct vv_price_found price = {0};
    int days_max = vv_caps_days_left(rules, component, segment->placement, segment->first,
                                     segment->last - segment->first + 1);
    for (vv_date day = segment->first; day <= segment->last; day++) {
        vv_date on = price_date(component, segment, day);
        struct vv_price_found previous = price;
        if (!still_holds(rules, &price, on)) {
            enum vv_status found =
                vv_price_in_force(rules, component->code, segment->placement->area, on, &price);
            if (found == VV_NOT_FOUND) {
                price = (struct vv_price_found){0};
                continue;
            }
            if (found != VV_OK) {
                return found;
            }
        }
        const struct vv_component *priced = price.component;
        if (priced->kind == VV_PER_DAY && priced->weekdays_only && vv_date_weekday(day) > 5) {
            continue;
        }
        if (owed->days == days_max) {
            owed->days_cut = true;
            break;
        }
        enum vv_status status = add_day(owed, &price, &previous, day);
        if (status != VV_OK) {
            return status;
        }
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
    vv_date month_end = vv_date_month_end(segment->month);
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
    const struct vv_scheme_lookup *schemes = rules->schemes;
    struct segment part = *segment;
    while (part.first <= segment->last) {
        const struct vv_scheme *scheme = schemes->on(schemes->context, part.first);
        part.last = part.first;
        while (part.last < segment->last &&
               schemes->on(schemes->context, part.last + 1) == scheme) {
            part.last++;
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
    for (size_t i = 0; i < rules->course->placement_count; i++) {
        const struct vv_placement *placement = &rules->course->placements[i];
        vv_date first = placement->start;
        if (!vv_may_start(rules, placement->area, placement->start)) {
            continue;
        }
        while (first <= placement->base_last) {
            vv_date month_end = vv_date_month_end(first);
            struct segment segment = {
                .placement = placement,
                .month = vv_date_month_start(first),
                .period = vv_date_month_start(first),
                .period_first = first,
                .first = first,
                .last = earlier(month_end, placement->base_last),
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
            first = month_end + 1;
        }
    }
    return VV_OK;
}
