/*
 * simulate.h: carries a scenario through its dates: on each, what was known by then gives what is
 * owed, and what is owed less what was posted before gives the postings. The same two functions
 * that the service uses, without a running system.
 *
 * The service posts on every day and at every fact; a scenario only on the dates that it names. The
 * sums are the same, the steps fewer.
 */
#ifndef VAGVAL_PAYMENT_SIMULATE_H
#define VAGVAL_PAYMENT_SIMULATE_H

#include "difference.h"
#include "scenario.h"

struct vv_simulated_step {
    vv_date as_of;
    struct vv_entitlement entitlement;
    struct vv_difference difference;
};

struct vv_simulation {
    struct vv_simulated_step *steps; /* one per date of the scenario */
    size_t step_count;
    struct vv_posted *totals; /* after the last step */
    size_t total_count;
};

/* Scheme versions and the days from which they are known. */
struct vv_known_scheme {
    const struct vv_scheme *scheme;
    vv_date published;
};

/*
 * Runs a scenario. Everything made lives in `memory`; scenario and schemes must outlive the result.
 *   schemes  in the order of their publication; `count` at least 1
 * Errors: VV_NO_MEMORY, VV_TOO_LARGE (an amount beyond VV_MONEY_MAX).
 */
VV_CHECKED enum vv_status vv_simulate(const struct vv_scenario *scenario,
                                      const struct vv_known_scheme *schemes, size_t count,
                                      ProtobufCAllocator *memory,
                                      struct vv_simulation *ret_simulation);

/* What differs from the expectation. */
struct vv_mismatch {
    vv_date as_of;
    enum vv_expected_list list;
    const struct vv_expected *expected; /* NULL: nothing such was expected */
    bool found;                         /* there is a line for it, of another amount */
    uint32_t line;                      /* in the file: of the expectation, or of its date */
    /* What there is instead; of a found line, or of one that nobody expected. */
    const char *component;
    vv_date period;
    const char *contract;
    vv_money amount;
};

/*
 * Holds a simulation against the scenario's expectations: in each list that is given every line
 * must be there with its amount, and nothing else.
 * Errors: VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_simulation_compare(const struct vv_scenario *scenario,
                                                const struct vv_simulation *simulation,
                                                ProtobufCAllocator *memory,
                                                struct vv_mismatch **ret_mismatches,
                                                size_t *ret_count);

/* The number of a contract of the scenario; "-" for one that it does not name. */
const char *vv_scenario_contract(const struct vv_scenario *scenario, struct vv_id contract);

/* An allocator over a pool: everything is freed with the pool. */
ProtobufCAllocator vv_simulation_memory(struct vv_yaml_pool *pool);

#endif
