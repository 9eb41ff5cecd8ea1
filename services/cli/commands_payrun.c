/*
 * commands_payrun.c: the rows of the commands on payment runs, bank details and the hold.
 */
#include "commands.h"

#define LOG_OPTION                                                                                 \
    {                                                                                              \
        "log", "FILE", VV_OPTION_TEXT, "the release log (DIR/releases.log)", 0, 0                  \
    }
#define NAMES "A run is named SCHEME:DATE[:NUMBER], for example se-krom:2020-06-30.\n"

static const struct vv_option run_options[] = {
    {"date", "DATE", VV_OPTION_DATE, "take what is due on this day or before", 0, 0},
    {"scheme", "ID", VV_OPTION_TEXT, "only this scheme's run", 0, 0},
    {"number", "N", VV_OPTION_NUMBER, "of a further run on the same day (1)", 1, 999},
    VV_END_OF_OPTIONS};
static const struct vv_option cancel_options[] = {
    {"reason", "TEXT", VV_OPTION_TEXT, "why; it stands in the run's history", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option release_options[] = {
    {"out", "FILE", VV_OPTION_TEXT, "where the file for the bank goes", 0, 0},
    {"allow-example", NULL, VV_OPTION_FLAG, "also when it rests on example prices", 0, 0},
    LOG_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option hold_options[] = {
    {"reason", "TEXT", VV_OPTION_TEXT, "why", 0, 0},
    {"accept-missing", NULL, VV_OPTION_FLAG, "off although the log and the data differ", 0, 0},
    LOG_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option bank_options[] = {
    {"bankgiro", "NUMBER", VV_OPTION_TEXT, "NNN-NNNN or NNNN-NNNN", 0, 0},
    {"plusgiro", "NUMBER", VV_OPTION_TEXT, "up to NNNNNNN-N", 0, 0},
    {"account", "NUMBER", VV_OPTION_TEXT, "a Swedish account with its clearing number", 0, 0},
    {"iban", "IBAN", VV_OPTION_TEXT, "an account in euros or kronor", 0, 0},
    {"bic", "BIC", VV_OPTION_TEXT, "of the bank, with --iban", 0, 0},
    {"reference", "RF", VV_OPTION_TEXT, "the provider's RF reference, with --iban", 0, 0},
    {"proof", "FILE|SHA256", VV_OPTION_TEXT, "document that proves who owns the account", 0, 0},
    {"f-tax", "yes|no", VV_OPTION_TEXT, "approved for F-tax (yes)", 0, 0},
    {"block", "REASON", VV_OPTION_TEXT, "stop payments to the provider, at once", 0, 0},
    {"unblock", NULL, VV_OPTION_FLAG, "propose to end the block", 0, 0},
    {"shared", NULL, VV_OPTION_FLAG, "other providers have the account too, and that is right", 0,
     0},
    VV_END_OF_OPTIONS};
static const struct vv_option bank_approve_options[] = {
    {"shared", NULL, VV_OPTION_FLAG, "other providers have the account too, and that is right", 0,
     0},
    VV_END_OF_OPTIONS};
static const struct vv_option approve_options[] = {
    {"shared", NULL, VV_OPTION_FLAG, "several providers are paid to one account, and that is right",
     0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option journal_options[] = {
    {"sie", NULL, VV_OPTION_FLAG, "SIE 4 for import, in code page 437", 0, 0},
    {"out", "FILE", VV_OPTION_TEXT, "where it goes (standard output)", 0, 0},
    {"accounts", "LIST", VV_OPTION_TEXT,
     "SIE accounts (expense=4600,provider=2440,recovery=1680,claim=1510,vat=2640,bank=1930)", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option reconcile_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};

const struct vv_command vv_commands_payrun[] = {
    {"pay run", "", "collect what is due into payment runs, one for each scheme, and freeze them",
     "A run is of one scheme, as its budget, account and approval are; without --scheme each "
     "scheme\n"
     "that has something to pay gets its own. It takes every posting up to the day that no "
     "earlier\n"
     "run holds, one payment per provider. Given again it completes or shows the same runs;\n"
     "--number 2 makes a second one of the day.\n"
     "Providers without usable bank details, and those whose recoveries are larger, are left out\n"
     "with a reason; their amounts are due again in the next run.",
     "vagval pay run --date 2020-06-30 --as anna", run_options, 0, 0, vv_command_pay_run},
    {"pay runs", "", "list the payment runs and who moved them", NULL, "vagval pay runs --json",
     NULL, 0, 0, vv_command_pay_runs},
    {"pay show", "RUN", "show one payment run with its payments", NAMES,
     "vagval pay show se-krom:2020-06-30", NULL, 1, 1, vv_command_pay_show},
    {"pay approve", "RUN", "approve a frozen run; not by who drafted it", NAMES,
     "vagval pay approve se-krom:2020-06-30 --as bertil", approve_options, 1, 1,
     vv_command_pay_approve},
    {"pay cancel", "RUN", "cancel a run that was not released; its amounts are due again", NAMES,
     "vagval pay cancel se-krom:2020-06-30 --reason \"wrong day\"", cancel_options, 1, 1,
     vv_command_pay_cancel},
    {"pay release", "RUN", "write the bank's file of an approved run, once (pain.001.001.09)",
     NAMES "Not by who drafted it. Given again it writes the same bytes or nothing. Each file is\n"
           "counted in the release log beside the data; when the log counts more than the data "
           "know,\nthey come from a backup, and nothing leaves before `vagval pay hold off`.",
     "vagval pay release se-krom:2020-06-30 --out payments.xml --as bertil", release_options, 1, 1,
     vv_command_pay_release},
    {"pay status-report", "FILE", "take the bank's report on a file (pain.002.001.10)",
     "Rejected payments are due again in the next run, with the bank's reason.",
     "vagval pay status-report pain002.xml", NULL, 1, 1, vv_command_pay_status_report},
    {"pay hold", "[on|off]", "stop or free payment files; show what the data do not know",
     "After a restore: draft and approve the missing runs again, enter each with `pay release`\n"
     "(nothing is written when the same file has left before), take the bank's reports, then off.",
     "vagval pay hold on --reason \"restored from a backup\"", hold_options, 0, 1,
     vv_command_pay_hold},
    {"pay bank set", "PROVIDER", "propose a provider's bank details, or block its payments",
     "PROVIDER is an organisation number. Another person approves; then a waiting period runs, "
     "in\nwhich the details before stay in use.",
     "vagval pay bank set 556016-0680 --bankgiro 991-2346 --proof letter.pdf --as anna",
     bank_options, 1, 1, vv_command_pay_bank_set},
    {"pay bank approve", "PROVIDER", "approve proposed bank details; not by who proposed them",
     NULL, "vagval pay bank approve 556016-0680 --as bertil", bank_approve_options, 1, 1,
     vv_command_pay_bank_approve},
    {"pay bank show", "PROVIDER", "show a provider's bank details and their history", NULL,
     "vagval pay bank show 556016-0680", NULL, 1, 1, vv_command_pay_bank_show},
    {"pay journal", "RUN", "the vouchers of a run for the ledger: CSV, or SIE 4",
     NAMES
     "Each posting batch is a voucher, and so is each payment; every voucher balances.\n"
     "A posting's voucher is in the journal of the run that took it first, though that run was\n"
     "cancelled or left the provider out: take the journals of all runs (`vagval pay runs`).",
     "vagval pay journal se-krom:2020-06-30 --out journal.csv", journal_options, 1, 1,
     vv_command_pay_journal},
    {"pay reconcile", "", "owed, posted, in runs, released, confirmed; differences explained", NULL,
     "vagval pay reconcile --scheme se-krom", reconcile_options, 0, 0, vv_command_pay_reconcile},
    VV_END_OF_COMMANDS,
};
