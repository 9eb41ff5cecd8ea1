/*
 * fuzz_scenario.c: any bytes as a scenario file. One that is accepted is carried through its dates
 * under a tariff with every kind of component that facts can ask for, and what then stands posted
 * and proposed is what is owed; one that is refused says where.
 */
#include <stdlib.h>
#include <string.h>

#include "../../services/payment/simulate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD(code, kind, price_on)                                                                 \
    "  - code: " code "\n    name: {en: n, sv: n}\n    kind: " kind "\n    price_on: " price_on "\n"
#define PRICES                                                                                     \
    "    prices:\n"                                                                                \
    "      - {level: A, to: 2020-06-30, amount: \"99.99\", status: example, note: n}\n"            \
    "      - {level: A, from: 2020-07-01, amount: \"101.01\", status: example, note: n}\n"         \
    "      - {level: B, amount: \"100000000000.07\", status: example, note: n}\n"

static const char tariff[] =
    "id: fuzz\nname: {en: n, sv: n}\njurisdiction: SE\ncurrency: SEK\n"
    "time_zone: Europe/Stockholm\nvalid: {from: 2020-01-01}\n"
    "areas:\n"
    "  - {code: x, name: X, factor_percent: 103, status: example, municipalities: [\"0180\"]}\n"
    "  - {code: y, name: Y, from: 2020-02-01, to: 2020-08-31, municipalities: [\"0182\"]}\n"
    "assessment:\n  model: none\n  levels:\n"
    "    - {code: B, name: {en: n, sv: n}, referred: true}\n"
    "    - {code: A, name: {en: n, sv: n}, referred: true}\n"
    "choice: {working_days: 5, non_choice: nearest}\nservice: {months: 6, months_max: 12}\n"
    "components:\n" HEAD(
        "d", "per_day",
        "day") "    days: weekday\n    cap: {days: 65, per: block, block_months: 3}\n" PRICES
        HEAD("m", "per_month", "period_start") "    pay_if: report_approved\n" PRICES HEAD(
            "s", "per_month",
            "period_start") "    month: service\n    first_due_days: 14\n    pay_if: "
                            "obligations_met\n" PRICES HEAD("i", "instalments", "placement_start") "    instalments: [{after_days: 0, percent: 33}, {after_days: 50, percent: 67}]\n" PRICES
                                HEAD(
                                    "p",
                                    "premium_days",
                                    "outcome_start") "    on: [job, study]\n    bands: [{days_max: "
                                                     "90, percent: 100}]\n" PRICES
                                                         HEAD("r1", "milestone", "outcome_start") "    on: [job, study]\n    milestone_months: 3\n    part: {of: 2, take: 1}\n" PRICES
                                                             HEAD(
                                                                 "r2",
                                                                 "milestone",
                                                                 "outcome_start") "    on: [job, "
                                                                                  "study]\n    "
                                                                                  "milestone_"
                                                                                  "months: 6\n    "
                                                                                  "part: {of: 2, "
                                                                                  "take: 2}\n"
                                                                                  "    requires: "
                                                                                  "r1\n    "
                                                                                  "evidence: "
                                                                                  "corroborated\n  "
                                                                                  "  extent: "
                                                                                  "proportional\n"
                                                                                  "    "
                                                                                  "prices_from: "
                                                                                  "r1\n" HEAD(
                                                                                      "b", "sustained",
                                                                                      "outcome_"
                                                                                      "start") "   "
                                                                                               " on"
                                                                                               ": "
                                                                                               "[jo"
                                                                                               "b]"
                                                                                               "\n "
                                                                                               "   "
                                                                                               "mon"
                                                                                               "ths"
                                                                                               ": "
                                                                                               "6"
                                                                                               "\n" PRICES
                                                                                               "cap"
                                                                                               "s:"
                                                                                               "\n "
                                                                                               " - "
                                                                                               "{co"
                                                                                               "mpo"
                                                                                               "nen"
                                                                                               "ts:"
                                                                                               " ["
                                                                                               "d, "
                                                                                               "r1,"
                                                                                               " r2"
                                                                                               "], "
                                                                                               "amo"
                                                                                               "unt"
                                                                                               ": "
                                                                                               "\"5"
                                                                                               "000"
                                                                                               ".00"
                                                                                               "\","
                                                                                               " pe"
                                                                                               "r: "
                                                                                               "par"
                                                                                               "tic"
                                                                                               "ipa"
                                                                                               "nt}"
                                                                                               "\n";

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
