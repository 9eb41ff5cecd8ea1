/*
 * entitlement.h: what is owed for a case, as a pure function of its facts, the schemes as known,
 * and a date:
 *
 *     entitlement(facts, schemes, as_of) -> {(component, period, contract) -> amount}
 *
 * No clock, no I/O, no state. The same facts in any order, with any repetitions, give the same
 * result. The rules are in base.c, service_months.c, instalments.c, premium.c, result.c,
 * sustained.c, and then caps.c; each attribute of them is scheme data.
 */
#ifndef VAGVAL_PAYMENT_ENTITLEMENT_H
#define VAGVAL_PAYMENT_ENTITLEMENT_H

#include "course.h"
#include "vagval/money.h"
#include "vagval/scheme.h"

/* Which version of the case's scheme is valid on a date, as known: NULL if none. */
struct vv_scheme_lookup {
    const struct vv_scheme *(*on)(const void *context, vv_date on);
    const void *context;
    /* The same, and the days around `on` with the same answer, inclusive; NULL: not told, so every
     * day is asked for. */
    const struct vv_scheme *(*span)(const void *context, vv_date on, vv_date *ret_first,
                                    vv_date *ret_last);
};

/* Facts named as the cause of one amount. Further ones (a level that changed often within one
 * month) still count, but are not listed. */
#define VV_CAUSES_MAX 16

/* One amount that is owed. */
struct vv_owed {
    const struct vv_scheme *scheme; /* version that gave the first price */
    const struct vv_component *component;
    size_t order;   /* of the component in its scheme */
    vv_date period; /* base: first day of the calendar month, or of the block within it, or of the
                       service month; instalment: its day; premium, result and bonus: first day of
                       the person's service period, whichever day the outcome starts on */
    struct vv_id contract;
    const char *contract_number;
    vv_money amount; /* minor units, rounded once (rules 7) */
    bool example;    /* a price of it is marked `status: example` */
    vv_date due;     /* first day on which it is owed */
    vv_date service_start;
    const struct vv_placement *placement; /* whose blocks it counts in (rules 8) */
    vv_date block_day;                    /* a day of its block */

    /* The exact fraction behind `amount`, in minor units. */
    int64_t numerator, denominator;

    /* For the explanation. */
    vv_date from, through; /* days that the amount rests on */
    int days;              /* base: paid days; premium: elapsed days */
    int64_t percent;       /* premium, instalment: of the price; else 100 */
    int64_t extent;        /* extent: proportional: of the outcome; else 100 */
    vv_money cap_cut;      /* what a cap took away */
    bool days_cut;         /* a cap on days left days unpaid */
    vv_money price;        /* the price of the first day or of the outcome's start */
    bool several_prices;   /* base: the price changed within the period */
    const char *level;
    const char *area;
    bool job;      /* premium and result: job, else study */
    vv_money cost; /* unit: hundredths of units; grant: cost of the month; share: appropriation */
    vv_money most; /* grant: of the decision; share: the whole share */
    bool cut;      /* by the decision's most, by the month's, or to what was spent */
    const struct vv_payment_fact *causes[VV_CAUSES_MAX];
    size_t cause_count;
};

struct vv_entitlement {
    struct vv_owed *owed; /* at as_of, in no particular order; one per (component, period,
                             contract) */
    size_t count;
    size_t room;
    ProtobufCAllocator *memory;
    vv_date next_due; /* the first day after as_of on which more is owed if nothing else happens;
                         VV_DATE_NONE = never */
};

/*
 * Errors: VV_NO_MEMORY; VV_TOO_LARGE (an amount beyond VV_MONEY_MAX).
 *   facts   in any order, repetitions allowed; must outlive the result
 *   as_of   the day at which it is asked what is owed
 *   memory  where the result lives, for example an arena
 */
VV_CHECKED enum vv_status vv_entitlement(const struct vv_payment_fact *facts, size_t count,
                                         const struct vv_scheme_lookup *schemes, vv_date as_of,
                                         ProtobufCAllocator *memory,
                                         struct vv_entitlement *ret_entitlement);

/* ---- what the rule files share -------------------------------------------------------------- */

/* The last answer about versions, with the days for which it holds. */
struct vv_scheme_span {
    const struct vv_scheme *scheme;
    vv_date first, last; /* nothing is known where first > last */
};

struct vv_rules {
    const struct vv_course *course;
    const struct vv_scheme_lookup *schemes;
    vv_date as_of;
    struct vv_entitlement *entitlement; /* being filled */
    struct vv_owed *scratch;            /* one item, under construction */
    struct vv_scheme_span *span;
};

/* The version valid on a day, as known; NULL if none. */
const struct vv_scheme *vv_rules_scheme(const struct vv_rules *rules, vv_date on);
/* The last day from `on` that has the same version. */
vv_date vv_rules_scheme_last(const struct vv_rules *rules, vv_date on);
/* Whether two codes are the same text. */
bool vv_same_code(const char *a, const char *b);

/* A price as found for a day, before rounding: the area's factor may leave a fraction of an öre. */
struct vv_price_found {
    int64_t hundredths; /* of minor units */
    vv_money amount;    /* rounded, for people */
    bool example;
    const struct vv_level_span *level;
    const struct vv_scheme *scheme;
    const struct vv_price *row;
    const struct vv_component *component;
};

/* Price of component `code` for area at the level in force on `on` (rules 3, 4). VV_NOT_FOUND:
 * no level, scheme, component or price on that day, so nothing is owed for it. */
VV_CHECKED enum vv_status vv_price_in_force(const struct vv_rules *rules, const char *code,
                                            const char *area, vv_date on,
                                            struct vv_price_found *ret_price);

/* Base per day or calendar month of every placement (rules 5, 6). */
VV_CHECKED enum vv_status vv_base_owed(struct vv_rules *rules);
/* Service months of every placement (rules 14). */
VV_CHECKED enum vv_status vv_service_months_owed(struct vv_rules *rules);
/* Instalments of one price, of every placement (rules 7). */
VV_CHECKED enum vv_status vv_instalments_owed(struct vv_rules *rules);
/* Bonus for self-support after each service (rules 14). */
VV_CHECKED enum vv_status vv_sustained_owed(struct vv_rules *rules);
/* Cuts what is due, in order of due date, then component order (rules 8). */
VV_CHECKED enum vv_status vv_caps_apply(struct vv_rules *rules);
/* How many of `days` more days the component's caps on days leave to the block of `block_day`. */
int vv_caps_days_left(const struct vv_rules *rules, const struct vv_component *component,
                      const struct vv_placement *placement, vv_date block_day, int days);
/* A block of n calendar months, counted from the placement's start and never chained. */
struct vv_block {
    vv_date first, last; /* inclusive */
};
/* The block in which a day of the placement lies. */
struct vv_block vv_block_of(const struct vv_placement *placement, int months, vv_date on);
/* The day of the placement whose block an outcome counts in: one that starts after it, in its last.
 */
vv_date vv_block_day(const struct vv_placement *placement, vv_date outcome_start);
/* Whether a placement or block of an area may start on a day (rules 19). */
bool vv_may_start(const struct vv_rules *rules, const char *area, vv_date on);
/* pay_if: may the month be paid for? Gives the fact that says so, NULL if none is needed. */
bool vv_condition_met(const struct vv_rules *rules, const struct vv_component *component,
                      vv_date month, struct vv_id contract,
                      const struct vv_payment_fact **ret_fact);
/* Speed premium for one outcome (rules 9, 10). */
VV_CHECKED enum vv_status vv_premium_owed(struct vv_rules *rules, const struct vv_scheme *scheme,
                                          const struct vv_component *component,
                                          size_t outcome_index);
/* Result after n calendar months for one outcome (rules 2, 10). */
VV_CHECKED enum vv_status vv_result_owed(struct vv_rules *rules, const struct vv_scheme *scheme,
                                         const struct vv_component *component,
                                         size_t outcome_index);

/* Approved units times their price. */
VV_CHECKED enum vv_status vv_units_owed(struct vv_rules *rules);
/* Grants as far as payroll has consumed them (rules 15). */
VV_CHECKED enum vv_status vv_grants_owed(struct vv_rules *rules);
/* Shares of appropriations, in instalments. */
VV_CHECKED enum vv_status vv_shares_owed(struct vv_rules *rules);
/* What a component takes as proof of an outcome: all documents, or the verified ones. */
const struct vv_proof *vv_outcome_proof(const struct vv_component *component,
                                        const struct vv_outcome_span *outcome);
/* Names a record with a document that an amount rests on, and, where that must be verified, who
 * verified it. */
void vv_owed_document(struct vv_owed *owed, const struct vv_course *course,
                      const struct vv_component *component, const struct vv_payment_fact *record);
/* The last day of an outcome that counts for a component, by the evidence that it asks for. */
vv_date vv_outcome_through(const struct vv_component *component,
                           const struct vv_outcome_span *outcome);
/* Names the facts of an outcome that an amount rests on, and notes the lowest extent. */
void vv_owed_outcome(struct vv_owed *owed, const struct vv_course *course,
                     const struct vv_component *component, const struct vv_outcome_span *outcome);
/* Price times extent where the component says so, rounded only if it is divided into parts. */
VV_CHECKED enum vv_status vv_owed_priced(struct vv_owed *owed, const struct vv_price_found *price);

/* The day on which the milestone that starts with this outcome is due, or VV_DATE_NONE while the
 * evidence does not cover it. Adds the facts that cover it to `owed` (may be NULL). */
vv_date vv_milestone_due(const struct vv_course *course, const struct vv_component *component,
                         size_t outcome_index, struct vv_owed *owed);

/* The premium's percent of its price for a start on the day; 0: no band has it. */
int64_t vv_premium_percent(const struct vv_course *course, const struct vv_component *component,
                           const struct vv_placement *serving, vv_date start);
/* The last day on which a start gives a premium. The component has a band. */
vv_date vv_premium_last_start(const struct vv_course *course, const struct vv_component *component,
                              const struct vv_placement *serving);
bool vv_component_counts(const struct vv_component *component,
                         const struct vv_outcome_span *outcome);
/* Once per service period: has this component been given to the service already? */
bool vv_owed_in_service(const struct vv_entitlement *entitlement, const char *component,
                        vv_date service_start);
void vv_owed_cause(struct vv_owed *owed, const struct vv_payment_fact *fact);
/* Adds an item, merging it with one of the same component, period and contract. */
VV_CHECKED enum vv_status vv_owed_add(struct vv_entitlement *entitlement,
                                      const struct vv_owed *owed);
void vv_owed_wait(struct vv_rules *rules, vv_date due);

#endif
