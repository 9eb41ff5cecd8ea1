/*
 * fuzz_scenario.c: any bytes as a scenario file. One that is accepted is carried through its dates
 * under a tariff with every kind of component that facts can ask for, and what then stands posted
 * and proposed is what is owed; one that is refused says where.
 */
#include <stdlib.h>
#include <string.h>

#include "../../services/payment/simulate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Figures of the fuzzer's own; B's are the highest there are: many units reach the bound of a sum.
 */
#define PRICES                                                                                     \
    "    prices:\n"                                                                                \
    "      - {level: A, to: 2020-06-30, amount: \"99.99\", status: example, note: n}\n"            \
    "      - {level: A, from: 2020-07-01, amount: \"101.01\", status: example, note: n}\n"         \
    "      - {level: B, amount: \"9999999.97\", status: example, note: n}\n"

static const char tariff[] =
    "id: fuzz\n"
    "name: {en: n, sv: n}\n"
    "jurisdiction: SE\n"
    "currency: SEK\n"
    "time_zone: Europe/Stockholm\n"
    "valid: {from: 2020-01-01}\n"
    "areas:\n"
    "  - {code: x, name: X, factor_percent: 103, status: example, municipalities: [\"0180\"]}\n"
    "  - {code: y, name: Y, from: 2020-02-01, to: 2020-08-31, municipalities: [\"0182\"]}\n"
    "assessment:\n"
    "  model: none\n"
    "  levels:\n"
    "    - {code: B, name: {en: n, sv: n}, referred: true}\n"
    "    - {code: A, name: {en: n, sv: n}, referred: true}\n"
    "choice: {working_days: 5, non_choice: nearest}\n"
    "service: {months: 6, months_max: 12}\n"
    "components:\n"
    "  - code: d\n"
    "    name: {en: n, sv: n}\n"
    "    kind: per_day\n"
    "    price_on: day\n"
    "    days: weekday\n"
    "    cap: {days: 65, per: block, block_months: 3}\n" PRICES "  - code: m\n"
    "    name: {en: n, sv: n}\n"
    "    kind: per_month\n"
    "    price_on: period_start\n"
    "    pay_if: report_approved\n" PRICES "  - code: s\n"
    "    name: {en: n, sv: n}\n"
    "    kind: per_month\n"
    "    price_on: period_start\n"
    "    month: service\n"
    "    first_due_days: 14\n"
    "    pay_if: obligations_met\n" PRICES "  - code: i\n"
    "    name: {en: n, sv: n}\n"
    "    kind: instalments\n"
    "    price_on: placement_start\n"
    "    instalments: [{after_days: 0, percent: 33}, {after_days: 50, percent: 67}]\n" PRICES
    "  - code: p\n"
    "    name: {en: n, sv: n}\n"
    "    kind: premium_days\n"
    "    price_on: outcome_start\n"
    "    on: [job, study]\n"
    "    bands: [{days_max: 90, percent: 100}]\n" PRICES "  - code: r1\n"
    "    name: {en: n, sv: n}\n"
    "    kind: milestone\n"
    "    price_on: outcome_start\n"
    "    on: [job, study]\n"
    "    milestone_months: 3\n"
    "    part: {of: 2, take: 1}\n" PRICES "  - code: r2\n"
    "    name: {en: n, sv: n}\n"
    "    kind: milestone\n"
    "    price_on: outcome_start\n"
    "    on: [job, study]\n"
    "    milestone_months: 6\n"
    "    part: {of: 2, take: 2}\n"
    "    requires: r1\n"
    "    evidence: corroborated\n"
    "    extent: proportional\n"
    "    prices_from: r1\n"
    "  - code: b\n"
    "    name: {en: n, sv: n}\n"
    "    kind: sustained\n"
    "    price_on: outcome_start\n"
    "    on: [job]\n"
    "    months: 6\n" PRICES "caps:\n"
    "  - {components: [d, r1, r2], amount: \"5000.00\", per: participant}\n";

static void check_conserved(const struct vv_simulation *simulation)
{
    const struct vv_entitlement *owed = &simulation->steps[simulation->step_count - 1].entitlement;
    vv_money due = 0;
    vv_money standing = 0;
    for (size_t i = 0; i < owed->count; i++) {
        if (owed->owed[i].amount < 0 || vv_money_add(due, owed->owed[i].amount, &due) != VV_OK) {
            return; /* more than a sum can hold; each by itself is still right */
        }
    }
    for (size_t i = 0; i < simulation->total_count; i++) {
        const struct vv_posted *total = &simulation->totals[i];
        if (vv_money_add(standing, total->posted, &standing) != VV_OK ||
            vv_money_add(standing, total->proposed, &standing) != VV_OK) {
            return;
        }
    }
    if (standing != due) {
        abort();
    }
}

static void simulate(const struct vv_scenario *scenario, const struct vv_scheme *scheme)
{
    struct vv_yaml_pool pool = {.first = NULL};
    ProtobufCAllocator memory = vv_simulation_memory(&pool);
    const struct vv_known_scheme known = {scheme, VV_DATE_MIN};
    struct vv_simulation simulation;
    struct vv_mismatch *mismatches = NULL;
    size_t count = 0;
    if (vv_simulate(scenario, &known, 1, &memory, &simulation) == VV_OK) {
        check_conserved(&simulation);
        (void)vv_simulation_compare(scenario, &simulation, &memory, &mismatches, &count);
    }
    vv_yaml_pool_clear(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vv_scheme *scheme;
    struct vv_scenario *scenario = NULL;
    struct vv_error error = {.status = VV_OK};
    if (scheme == NULL &&
        vv_scheme_parse("fuzz.yaml", tariff, sizeof(tariff) - 1, &scheme, &error) != VV_OK) {
        abort();
    }
    enum vv_status status = vv_scenario_parse("s.yaml", data, size, &scenario, &error);
    if (status != VV_OK) {
        if (scenario != NULL || error.status != status || error.text[0] == '\0' ||
            (status == VV_INVALID && error.line == 0)) {
            abort();
        }
        return 0;
    }
    const struct vv_scheme *schemes[] = {scheme};
    if (vv_scenario_fits(scenario, schemes, 1, &error) == VV_OK) {
        simulate(scenario, scheme);
    }
    vv_scenario_destroy(&scenario);
    return 0;
}
