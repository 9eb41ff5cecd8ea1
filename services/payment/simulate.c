/*
 * simulate.c: a scenario date by date.
 */
#include "simulate.h"

#include <string.h>

static void *pool_alloc(void *context, size_t size)
{
    return vv_yaml_pool_alloc(context, 1, size);
}

static void pool_free(void *context, void *bytes)
{
    (void)context; /* freed with the pool */
    (void)bytes;
}

ProtobufCAllocator vv_simulation_memory(struct vv_yaml_pool *pool)
{
    return (ProtobufCAllocator){pool_alloc, pool_free, pool};
}

struct known {
    const struct vv_known_scheme *schemes;
    size_t count;
    vv_date as_of;
};

/* The version for a day is the latest one, as known, whose validity covers it. */
static const struct vv_scheme *scheme_on(const void *context, vv_date on)
{
    const struct known *known = context;
    for (size_t i = known->count; i > 0; i--) {
        const struct vv_scheme *scheme = known->schemes[i - 1].scheme;
        if (known->schemes[i - 1].published <= known->as_of && scheme->from <= on &&
            (scheme->to == VV_DATE_NONE || on <= scheme->to)) {
            return scheme;
        }
    }
    return NULL;
}

/* The facts that are known at as_of and not withdrawn by then. */
static size_t facts_known(const struct vv_scenario *scenario, vv_date as_of,
                          struct vv_payment_fact *ret_facts)
{
    size_t count = 0;
    for (size_t i = 0; i < scenario->fact_count; i++) {
        const struct vv_scenario_fact *fact = &scenario->facts[i];
        if (fact->recorded <= as_of &&
            (fact->withdrawn == VV_DATE_NONE || as_of < fact->withdrawn)) {
            ret_facts[count++] = fact->fact;
        }
    }
    return count;
}

/* Enters the step's lines into totals that have room for them. */
static enum vv_status enter(struct vv_simulation *simulation,
                            const struct vv_difference *difference, ProtobufCAllocator *memory)
{
    size_t room = simulation->total_count + difference->count;
    struct vv_posted *totals = vv_memory_zeroed(memory, room * sizeof totals[0]);
    if (totals == NULL) {
        return VV_NO_MEMORY;
    }
    if (simulation->total_count > 0) {
        memcpy(totals, simulation->totals, simulation->total_count * sizeof totals[0]);
    }
    simulation->totals = totals;
    for (size_t i = 0; i < difference->count; i++) {
        const struct vv_difference_line *line = &difference->lines[i];
        enum vv_status status =
            vv_posted_add(totals, &simulation->total_count, line->component, line->period,
                          line->contract, line->amount, line->proposal);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

static enum vv_status step(const struct vv_scenario *scenario, const struct known *known,
                           ProtobufCAllocator *memory, struct vv_simulation *simulation,
                           struct vv_simulated_step *ret_step)
{
    struct vv_payment_fact *facts =
        vv_memory_zeroed(memory, scenario->fact_count * sizeof facts[0]);
    if (facts == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = facts_known(scenario, known->as_of, facts);
    struct vv_scheme_lookup lookup = {.on = scheme_on, .context = known};
    const struct vv_scheme *scheme = scheme_on(known, known->as_of);
    scheme = scheme != NULL ? scheme : known->schemes[known->count - 1].scheme;
    ret_step->as_of = known->as_of;
    enum vv_status status =
        vv_entitlement(facts, count, &lookup, known->as_of, memory, &ret_step->entitlement);
    if (status == VV_OK) {
        status = vv_difference(&ret_step->entitlement, simulation->totals, simulation->total_count,
                               scheme, memory, &ret_step->difference);
    }
    return status == VV_OK ? enter(simulation, &ret_step->difference, memory) : status;
}

enum vv_status vv_simulate(const struct vv_scenario *scenario,
                           const struct vv_known_scheme *schemes, size_t count,
                           ProtobufCAllocator *memory, struct vv_simulation *ret_simulation)
{
    struct vv_simulation simulation = {.step_count = scenario->as_of_count};
    simulation.steps = vv_memory_zeroed(memory, scenario->as_of_count * sizeof simulation.steps[0]);
    if (simulation.steps == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < scenario->as_of_count; i++) {
        struct known known = {schemes, count, scenario->as_of[i]};
        enum vv_status status = step(scenario, &known, memory, &simulation, &simulation.steps[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    *ret_simulation = simulation;
    return VV_OK;
}

const char *vv_scenario_contract(const struct vv_scenario *scenario, struct vv_id contract)
{
    for (size_t i = 0; i < scenario->fact_count; i++) {
        const struct vv_payment_fact *fact = &scenario->facts[i].fact;
        /* A grant has no contract: it is paid under its own name. */
        struct vv_id id = vv_id_is_nil(fact->contract) ? fact->subject : fact->contract;
        if (fact->contract_number != NULL && vv_id_equal(id, contract)) {
            return fact->contract_number;
        }
    }
    return "-";
}
