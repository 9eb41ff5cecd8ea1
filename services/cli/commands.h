/*
 * commands.h: the commands of `vagval`. Each topic has a table of its own, which ends with a NULL
 * name: the system's in commands.c, further ones beside their functions. program.c lists them.
 */
#ifndef VAGVAL_CLI_COMMANDS_H
#define VAGVAL_CLI_COMMANDS_H

#include "args.h"
#include "cli.h"
#include "options.h"

extern const struct vv_command vv_commands_system[];
extern const struct vv_command vv_commands_rating[];
extern const struct vv_command vv_commands_control[];
extern const struct vv_command vv_commands_tender[];
extern const struct vv_command vv_commands_tender_status[];
extern const struct vv_command vv_commands_application[];
extern const struct vv_command vv_commands_choice[];
extern const struct vv_command vv_commands_delivery[];
extern const struct vv_command vv_commands_delivery_month[];
extern const struct vv_command vv_commands_delivery_contract[];
extern const struct vv_command vv_commands_delivery_view[];
extern const struct vv_command vv_commands_duties[];
extern const struct vv_command vv_commands_work[];
extern const struct vv_command vv_commands_provider[];
extern const struct vv_command vv_commands_contract[];
extern const struct vv_command vv_commands_simulate[];
extern const struct vv_command vv_commands_budget[];
extern const struct vv_command vv_commands_campaign[];
extern const struct vv_command vv_commands_grant[];
extern const struct vv_command vv_commands_levels[];
extern const struct vv_command vv_commands_obligations[];
extern const struct vv_command vv_commands_extend[];
extern const struct vv_command vv_commands_proposals[];
extern const struct vv_command vv_commands_books[];
extern const struct vv_command vv_commands_diff[];
extern const struct vv_command vv_commands_evidence[];
extern const struct vv_command vv_commands_sample[];
extern const struct vv_command vv_commands_payrun[];
extern const struct vv_command vv_commands_bundle[];
extern const struct vv_command vv_commands_invoice[];

/* All tables in one, ended by a NULL name. */
const struct vv_command *vv_commands(void);

/* The whole command: parses, runs, returns the exit code. */
int vv_cli_main(int argc, char **argv);

int vv_command_keys_add(struct vv_cli *cli, const struct vv_args *args);
int vv_command_keys(struct vv_cli *cli, const struct vv_args *args);
int vv_command_provision(struct vv_cli *cli, const struct vv_args *args);
int vv_command_up(struct vv_cli *cli, const struct vv_args *args);
int vv_command_down(struct vv_cli *cli, const struct vv_args *args);
int vv_command_status(struct vv_cli *cli, const struct vv_args *args);
int vv_command_scheme_check(struct vv_cli *cli, const struct vv_args *args);
int vv_command_scheme_publish(struct vv_cli *cli, const struct vv_args *args);
int vv_command_scheme_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_scheme_list(struct vv_cli *cli, const struct vv_args *args);
int vv_command_clock_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_clock_set(struct vv_cli *cli, const struct vv_args *args);
int vv_command_clock_advance(struct vv_cli *cli, const struct vv_args *args);
int vv_command_synth(struct vv_cli *cli, const struct vv_args *args);
int vv_command_load(struct vv_cli *cli, const struct vv_args *args);
int vv_command_case_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_case_list(struct vv_cli *cli, const struct vv_args *args);
int vv_command_explain(struct vv_cli *cli, const struct vv_args *args);
int vv_command_ledger(struct vv_cli *cli, const struct vv_args *args);
int vv_command_verify(struct vv_cli *cli, const struct vv_args *args);
int vv_command_measure(struct vv_cli *cli, const struct vv_args *args);
int vv_command_report(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_quota(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_admission(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_run(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_runs(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_approve(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_cancel(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_release(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_status_report(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_hold(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_bank_set(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_bank_approve(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_bank_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_journal(struct vv_cli *cli, const struct vv_args *args);
int vv_command_pay_reconcile(struct vv_cli *cli, const struct vv_args *args);

#endif
