/*
 * commands.c: the table of commands, one row each, and the way from argv to a command's function.
 */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "synth.h"
#include "system.h"
#include "vagval/limits.h"

#define MODEL_OPTION                                                                               \
    {                                                                                              \
        "model", "FILE", VV_OPTION_TEXT, "model file (default ../models/<model>.yaml)", 0, 0       \
    }
#define LANG_OPTION                                                                                \
    {                                                                                              \
        "lang", "LANG", VV_OPTION_TEXT, "en or sv (default en)", 0, 0                              \
    }

static const struct vv_option up_options[] = {
    {"scale", "SERVICE=N", VV_OPTION_TEXT, "instances of a service (1); may be repeated", 0, 0},
    {"partitions", "N", VV_OPTION_NUMBER, "of a new region (256), fixed for ever", 1,
     VV_PARTITIONS_MAX},
    {"clock", "KIND", VV_OPTION_TEXT, "virtual (default) or real, of a new region", 0, 0},
    {"pub", "on|off", VV_OPTION_TEXT, "events also on PUB (on): a shortcut only", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option provision_options[] = {
    {"password-file", "FILE", VV_OPTION_TEXT, "of Redis' admin user (keys/admin/redis.password)", 0,
     0},
    {"partitions", "N", VV_OPTION_NUMBER, "of a new region (256)", 1, VV_PARTITIONS_MAX},
    {"clock", "KIND", VV_OPTION_TEXT, "virtual or real (default), of a new region", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option model_options[] = {MODEL_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option set_options[] = {
    {"at-least", NULL, VV_OPTION_FLAG, "do nothing when that day has been reached", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option advance_options[] = {
    {"to", "DATE", VV_OPTION_DATE, "last day to reach", 0, 0},
    {"days", "N", VV_OPTION_NUMBER, "number of days", 1, 36600},
    VV_END_OF_OPTIONS};
static const struct vv_option synth_options[] = {
    {"out", "DIR", VV_OPTION_TEXT, "where the files go", 0, 0},
    {"people", "N", VV_OPTION_NUMBER, "people (1000)", 1, VV_SYNTH_PEOPLE_MAX},
    {"seed", "S", VV_OPTION_NUMBER, "seed (1): the same seed gives the same files", 0, INT64_MAX},
    {"providers", "N", VV_OPTION_NUMBER, "providers (37)", 1, VV_SYNTH_PROVIDERS_MAX},
    {"from", "DATE", VV_OPTION_DATE, "first registration (start of the scheme)", 0, 0},
    {"to", "DATE", VV_OPTION_DATE, "last registration (eight weeks later)", 0, 0},
    {"until", "DATE", VV_OPTION_DATE, "report nothing after this day", 0, 0},
    {"protected", "N", VV_OPTION_NUMBER,
     "protected identities per thousand (0): a guardian loads them", 0, 1000},
    {"scheme-file", "FILE", VV_OPTION_TEXT, "scheme, its model beside it (the built-in se-krom)", 0,
     0},
    VV_END_OF_OPTIONS};
static const struct vv_option load_options[] = {
    {"by-day", NULL, VV_OPTION_FLAG, "walk the virtual clock to the day of each row", 0, 0},
    {"reject", "FILE", VV_OPTION_TEXT, "rejected lines (FILE.rejected of the first file)", 0, 0},
    {"source", "NAME", VV_OPTION_TEXT, "name of the source system (load)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option case_options[] = {LANG_OPTION, VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option list_options[] = {
    {"limit", "N", VV_OPTION_NUMBER, "at most so many (20)", 1, 100000}, VV_END_OF_OPTIONS};
static const struct vv_option ledger_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "only this scheme (default all)", 0, 0}, VV_END_OF_OPTIONS};
static const struct vv_option measure_options[] = {
    {"in", "FILE", VV_OPTION_TEXT, "CSV with the counts and weights of each contract", 0, 0},
    {"out", "FILE", VV_OPTION_TEXT, "where the measures go (standard output)", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option quota_options[] = {
    {"in", "FILE", VV_OPTION_TEXT, "CSV with the columns municipality,customers", 0, 0},
    {"appropriation", "AMOUNT", VV_OPTION_TEXT, "what the whole area has", 0, 0},
    {"staff", "YEARS", VV_OPTION_TEXT, "person-years to transfer, two decimals at most", 0, 0},
    {"area-customers", "N", VV_OPTION_NUMBER,
     "customers in the whole area (those of the file): the trial gets its part of them", 1,
     INT64_C(1000000000000)},
    VV_END_OF_OPTIONS};
static const struct vv_option admission_options[] = {
    {"in", "FILE", VV_OPTION_TEXT, "CSV: municipality,centre,inhabitants,customers", 0, 0},
    {"area-customers", "N", VV_OPTION_NUMBER, "customers in the centre's whole area", 1,
     INT64_C(1000000000000)},
    {"chosen", "N", VV_OPTION_NUMBER, "customers of trials chosen earlier in the area (0)", 0,
     INT64_C(1000000000000)},
    {"effort", "AMOUNT", VV_OPTION_TEXT, "the municipalities' own effort of a year", 0, 0},
    {"support-cost", "AMOUNT", VV_OPTION_TEXT, "their labour-market support of 2018", 0, 0},
    {"waive-inhabitants", "REASON", VV_OPTION_TEXT, "a weighty reason, on record", 0, 0},
    {"waive-customers", "REASON", VV_OPTION_TEXT, "a weighty reason, on record", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_system[] = {
    {"up", "", "start what is missing of a system: keys, Redis, the four services",
     "Redis is a private one on a unix socket inside the directory; no port is opened but the\n"
     "services' own on 127.0.0.1. On a running system it changes nothing but starts what is "
     "missing.",
     "vagval up --dir /tmp/demo --scale payment=2", up_options, 0, 0, vv_command_up},
    {"down", "", "stop the system: the services finish what they took, then Redis",
     "The data stay in the directory.", "vagval down --dir /tmp/demo", NULL, 0, 0, vv_command_down},
    {"status", "", "show instances, their partitions, queues and problems", NULL,
     "vagval status --json", NULL, 0, 0, vv_command_status},
    {"keys", "", "make missing keys, passwords, allow list and ACL file; print public keys",
     "Nothing that is there is overwritten.", "vagval keys --dir /var/lib/vagval", NULL, 0, 0,
     vv_command_keys},
    {"keys add", "NAME ROLE", "make a key for a person or program, and allow it a role",
     "The roles are operator, caseworker, finance, auditor, provider, gateway and guardian. The "
     "services "
     "take\n"
     "the key at once; to take it away again, delete its line in keys/peers.allow: it gets no\n"
     "further connection. Any command sent with --as NAME carries that name.",
     "vagval keys add anna finance", NULL, 2, 2, vv_command_keys_add},
    {"provision", "", "load the function library and create the region in an empty Redis",
     "For deployments with a Redis of their own; `vagval up` does it for its private one.",
     "vagval provision --redis tcp:redis:6379 --password-file admin.password", provision_options, 0,
     0, vv_command_provision},
    {"scheme check", "FILE", "check a scheme's file and its model's; needs no running system", NULL,
     "vagval scheme check deploy/schemes/se-krom.yaml", model_options, 1, 1,
     vv_command_scheme_check},
    {"scheme publish", "FILE", "publish a scheme with its model",
     "The same file again changes nothing. A version is the hash of the file and is kept for "
     "ever.\n"
     "A further version counts for the days of its validity, past ones too: payment computes the\n"
     "scheme's cases again, see `vagval pay campaign`.",
     "vagval scheme publish deploy/schemes/se-krom.yaml", model_options, 1, 1,
     vv_command_scheme_publish},
    {"scheme show", "ID|FILE", "show areas and prices: of a file, or of what is published", NULL,
     "vagval scheme show se-krom", model_options, 1, 1, vv_command_scheme_show},
    {"scheme list", "", "list the published versions", NULL, "vagval scheme list", NULL, 0, 0,
     vv_command_scheme_list},
    {"clock", "", "show the business date", NULL, "vagval clock", NULL, 0, 0,
     vv_command_clock_show},
    {"clock show", "", "show the business date", NULL, "vagval clock show", NULL, 0, 0,
     vv_command_clock_show},
    {"clock set", "DATE", "set the virtual clock; it never goes back", NULL,
     "vagval clock set 2020-03-16", set_options, 1, 1, vv_command_clock_set},
    {"clock advance", "", "walk the virtual clock day by day; each day is settled",
     "A day is done when every timer has fired and every service has come to rest.",
     "vagval clock advance --days 30", advance_options, 0, 0, vv_command_clock_advance},
    {"synth", "", "make a seeded book of synthetic people, providers and courses",
     "Writes seekers, providers, contracts, choices, reports and outcomes as CSV for `load`. "
     "Nobody\n"
     "in it exists: personnummer have test birth numbers only.",
     "vagval synth --people 1000 --seed 1 --out .vagval/demo", synth_options, 0, 0,
     vv_command_synth},
    {"load", "FILE...", "load CSV or NDJSON files",
     "The columns tell the kind; every kind has source_ref, and may have reported and scheme:\n"
     "  provider  organisation_number name\n"
     "  contract  number organisation_number area capacity latitude longitude from\n"
     "            [to languages provider_name supervisors further_addresses]\n"
     "            further_addresses: 63.82 20.26; 63.90 20.31\n"
     "  seeker    identity name municipality latitude longitude status registered_on feature.*\n"
     "            [identity_kind benefit mother_tongue protected_identity]\n"
     "            status: unemployed, in_service, employed_seeker or employed; benefit: none, "
     "basic\n"
     "            or earnings_related\n"
     "  level     identity level decided_on reason [corrects]\n"
     "  choice    identity contract chosen_on\n"
     "  report    identity month approved [hours_per_week physical_percent supersedes_ref]\n"
     "  outcome   identity event(start|confirm|corroborate|end|withdraw) outcome_ref on\n"
     "            [what(job|study) extent_percent subsidised employer evidence document_kind\n"
     "            supersedes_ref outcome_source: of corroborate, the source that told the start]\n"
     "  end       identity last_day reason\n"
     "An NDJSON line names its kind in \"kind\". Ids follow from source, kind and source_ref: the "
     "same\n"
     "file twice changes nothing, and a load that was cut off is completed by running it again.\n"
     "Rejected lines go to the reject file with line, field and reason; the exit status is then 1.",
     "vagval load --by-day .vagval/demo/*.csv", load_options, 1, 4096, vv_command_load},
    {"case show", "CASE|-", "show a case's timeline from all four services",
     "With - an identity number is read from standard input: arguments are visible to others in\n"
     "the list of processes, so an identity number does not belong there.",
     "vagval case show 002a6f... --lang sv", case_options, 1, 1, vv_command_case_show},
    {"case list", "", "list ids of cases, assessed or not", NULL, "vagval case list --limit 5",
     list_options, 0, 0, vv_command_case_list},
    {"explain", "CASE|POSTING|-", "why this level, why this posting: rule, facts, scheme version",
     "A posting is CASE:NUMBER as `explain CASE` prints it. With - an identity number is read "
     "from\n"
     "standard input, where no list of processes shows it.",
     "vagval explain 002a6f...:1", case_options, 1, 1, vv_command_explain},
    {"ledger", "", "balances per component and per contract, over all partitions",
     "With --scheme only that scheme's; whether debits and credits balance is told of all.",
     "vagval ledger --scheme se-krom", ledger_options, 0, 0, vv_command_ledger},
    {"verify", "", "re-derive every decision from its facts and compare the services", NULL,
     "vagval verify", NULL, 0, 0, vv_command_verify},
    {"measure", "", "work out the published result measure of contracts from a file",
     "measure = sum over levels of (RR1 + RR2) x weight / (2 x participants), three decimals, "
     "rounded\nhalf up in exact arithmetic. Columns, in any order:\n"
     "  contract n_a n_b n_c rr1_a rr1_b rr1_c rr2_a rr2_b rr2_c w_a w_b w_c\n"
     "The result has the columns contract and measure. A contract without participants has the\n"
     "measure `unknown` (null with --json), never 0. After a mistake nothing is written.",
     "vagval measure --in counts.csv --out measures.csv", measure_options, 0, 0,
     vv_command_measure},
    {"report", "", "people per level, placements, outcomes and money", NULL,
     "vagval report --scheme se-krom", scheme_options, 0, 0, vv_command_report},
    {"pay quota", "", "share an appropriation or staff among municipalities by their customers",
     "The trial's part is appropriation x its customers / the area's, rounded down; its\n"
     "municipalities share that by customers with the largest remainder, ties by code. Needs\n"
     "no running system.",
     "vagval pay quota --in trial.csv --appropriation 1500000.00 --area-customers 24000",
     quota_options, 0, 0, vv_command_pay_quota},
    {"pay admission", "", "check a municipal trial against the terms of its admission",
     "Exit status 1 when it is not to be admitted. The municipalities' own effort is a\n"
     "reference value: reported, never a reason to refuse. Needs no running system.",
     "vagval pay admission --in trial.csv --area-customers 24000 --chosen 3000", admission_options,
     0, 0, vv_command_pay_admission},
    VV_END_OF_COMMANDS,
};
