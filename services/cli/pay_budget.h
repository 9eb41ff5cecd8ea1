/*
 * pay_budget.h: the budgets of all partitions, as the command reads them.
 */
#ifndef VAGVAL_CLI_PAY_BUDGET_H
#define VAGVAL_CLI_PAY_BUDGET_H

#include "client.h"
#include "commands.h"

struct vv_budgets {
    Vagval__V1__BudgetLine **lines; /* by scheme, year, area, pot */
    size_t count;
};

/* `scheme` NULL = of all. False when a partition did not answer. */
bool vv_budgets_fetch(struct vv_client *client, const char *scheme, struct vv_budgets *ret_budgets);
void vv_budgets_free(struct vv_budgets *budgets);
json_t *vv_budgets_json(const struct vv_budgets *budgets);

int vv_budget_forecast(struct vv_cli *cli, const struct vv_args *args);

#endif
