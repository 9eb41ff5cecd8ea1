/*
 * simulate_compare.c: what was expected against what a simulation gave, line by line.
 *
 * An expectation that leaves out the period or the contract fits any; of several lines that fit,
 * one of the expected amount is taken first. Each line answers one expectation only.
 */
#include <string.h>

#include "simulate.h"

/* One line of any list. */
struct actual {
    const char *component;
    vv_date period;
    const char *contract;
    vv_money amount;
    bool taken;
};

static size_t actual_lines(const struct vv_scenario *scenario, const struct vv_simulated_step *step,
                           enum vv_expected_list list, struct actual *ret_lines)
{
    size_t count = 0;
    if (list == VV_EXPECT_ENTITLEMENTS) {
        for (size_t i = 0; i < step->entitlement.count; i++) {
            const struct vv_owed *owed = &step->entitlement.owed[i];
            ret_lines[count++] = (struct actual){owed->component->code, owed->period,
                                                 vv_scenario_contract(scenario, owed->contract),
                                                 owed->amount, false};
        }
        return count;
    }
    for (size_t i = 0; i < step->difference.count; i++) {
        const struct vv_difference_line *line = &step->difference.lines[i];
        if (line->proposal == (list == VV_EXPECT_PROPOSALS)) {
            ret_lines[count++] = (struct actual){line->component, line->period,
                                                 vv_scenario_contract(scenario, line->contract),
                                                 line->amount, false};
        }
    }
    return count;
}

static bool fits(const struct vv_expected *expected, const struct actual *actual)
{
    return !actual->taken && strcmp(expected->component, actual->component) == 0 &&
           (expected->period == VV_DATE_NONE || expected->period == actual->period) &&
           (expected->contract == NULL || strcmp(expected->contract, actual->contract) == 0);
}

static struct actual *find(const struct vv_expected *expected, struct actual *lines, size_t count,
                           bool of_amount)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(expected, &lines[i]) && (!of_amount || lines[i].amount == expected->amount)) {
            return &lines[i];
        }
    }
    return NULL;
}

static void note(struct vv_mismatch *mismatch, const struct actual *actual)
{
    if (actual != NULL) {
        mismatch->component = actual->component;
        mismatch->period = actual->period;
        mismatch->contract = actual->contract;
        mismatch->amount = actual->amount;
    }
}

/* First the lines that are as expected, then those of another amount, then what nobody expected. */
static size_t compare_list(const struct vv_expected_step *wanted, enum vv_expected_list list,
                           struct actual *lines, size_t count, bool *met,
                           struct vv_mismatch *ret_mismatches)
{
    const struct vv_expected *expected = wanted->lists[list].lines;
    size_t expected_count = wanted->lists[list].count;
    size_t mismatches = 0;
    for (size_t i = 0; i < expected_count; i++) {
        struct actual *line = find(&expected[i], lines, count, true);
        met[i] = line != NULL;
        if (line != NULL) {
            line->taken = true;
        }
    }
    for (size_t i = 0; i < expected_count; i++) {
        if (met[i]) {
            continue;
        }
        struct actual *line = find(&expected[i], lines, count, false);
        struct vv_mismatch *mismatch = &ret_mismatches[mismatches++];
        *mismatch = (struct vv_mismatch){.as_of = wanted->as_of,
                                         .list = list,
                                         .expected = &expected[i],
                                         .found = line != NULL,
                                         .line = expected[i].line};
        note(mismatch, line);
        if (line != NULL) {
            line->taken = true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!lines[i].taken) {
            struct vv_mismatch *mismatch = &ret_mismatches[mismatches++];
            *mismatch = (struct vv_mismatch){
                .as_of = wanted->as_of, .list = list, .found = true, .line = wanted->line};
            note(mismatch, &lines[i]);
        }
    }
    return mismatches;
}

static const struct vv_simulated_step *step_on(const struct vv_simulation *simulation,
                                               vv_date as_of)
{
    for (size_t i = 0; i < simulation->step_count; i++) {
        if (simulation->steps[i].as_of == as_of) {
            return &simulation->steps[i];
        }
    }
    return NULL;
}

/* Most lines that the lists of one date can have, expected and actual together. */
static size_t lines_max(const struct vv_expected_step *wanted, const struct vv_simulated_step *step)
{
    size_t most = VV_EXPECTED_LISTS * (step->entitlement.count + step->difference.count);
    for (size_t l = 0; l < VV_EXPECTED_LISTS; l++) {
        most += wanted->lists[l].count;
    }
    return most;
}

enum vv_status vv_simulation_compare(const struct vv_scenario *scenario,
                                     const struct vv_simulation *simulation,
                                     ProtobufCAllocator *memory,
                                     struct vv_mismatch **ret_mismatches, size_t *ret_count)
{
    size_t room = 0;
    for (size_t i = 0; i < scenario->expected_count; i++) {
        room += lines_max(&scenario->expected[i], step_on(simulation, scenario->expected[i].as_of));
    }
    struct vv_mismatch *mismatches = vv_memory_zeroed(memory, room * sizeof mismatches[0]);
    struct actual *lines = vv_memory_zeroed(memory, room * sizeof lines[0]);
    bool *met = vv_memory_zeroed(memory, room * sizeof met[0]);
    if (mismatches == NULL || lines == NULL || met == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < scenario->expected_count; i++) {
        const struct vv_expected_step *wanted = &scenario->expected[i];
        const struct vv_simulated_step *step = step_on(simulation, wanted->as_of);
        for (enum vv_expected_list list = 0; list < VV_EXPECTED_LISTS; list++) {
            if (wanted->lists[list].given) {
                size_t there = actual_lines(scenario, step, list, lines);
                count += compare_list(wanted, list, lines, there, met, &mismatches[count]);
            }
        }
    }
    *ret_mismatches = mismatches;
    *ret_count = count;
    return VV_OK;
}
