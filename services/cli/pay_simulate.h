/*
 * pay_simulate.h: what the files of `vagval pay simulate` share: a scenario with its schemes, what
 * it gave, and how that is shown.
 */
#ifndef VAGVAL_CLI_PAY_SIMULATE_H
#define VAGVAL_CLI_PAY_SIMULATE_H

#include "../payment/simulate.h"
#include "cli.h"
#include "timeline.h"

/* One scenario under one tariff. */
struct vv_simulated {
    const char *path;
    struct vv_scenario *scenario;
    struct vv_scheme *own[VV_SCENARIO_SCHEMES_MAX]; /* read for it; to be freed */
    size_t own_count;
    struct vv_known_scheme schemes[VV_SCENARIO_SCHEMES_MAX];
    size_t scheme_count;
    struct vv_yaml_pool pool; /* of the results */
    ProtobufCAllocator memory;
    struct vv_simulation simulation;
    bool checked; /* the scenario says what it expects, and its own schemes were used */
    struct vv_mismatch *mismatches;
    size_t mismatch_count;
};

/*
 * Reads a scenario and runs it.
 *   scheme  takes the place of the scenario's own schemes; NULL = the scenario's own
 * Errors: as vv_file_read, vv_scenario_parse, vv_scheme_parse, vv_scenario_fits, vv_simulate; with
 * file, line and field. ret_run must be freed in any case.
 */
VV_CHECKED enum vv_status vv_simulated_run(const char *path, const struct vv_scheme *scheme,
                                           struct vv_simulated *ret_run,
                                           struct vv_error *ret_error);
void vv_simulated_free(struct vv_simulated *run);

/* Tables and expectations of one scenario, reasons in English or Swedish; its JSON object, with
 * both. */
void vv_simulated_print(const struct vv_cli *cli, const struct vv_simulated *run,
                        enum vv_language language);
json_t *vv_simulated_json(const struct vv_simulated *run);

/* Every scenario under both tariffs: totals per component and per scenario. */
int vv_simulate_against(const struct vv_cli *cli, char *const *paths, size_t count,
                        const struct vv_scheme *scheme, const struct vv_scheme *against);

#endif
