/*
 * pay_proposals.c: `vagval pay proposals`: what is proposed, put forward, recovered or held, and
 * the decisions of persons on it.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "pay_positions.h"
#include "table.h"
#include "vagval/money.h"

/* ---- the list ---- */

struct listing {
    struct vv_table *table;
    json_t *list;
};

static void list_row(struct listing *listing, const Vagval__V1__Position *position,
                     const char *state, int64_t amount, const char *by, const char *more)
{
    vv_table_cell(listing->table, "%s", vv_id_shown(position->case_id).text);
    vv_table_cell(listing->table, "%s", position->component);
    vv_table_cell(listing->table, "%s", vv_day_shown(position->period).text);
    vv_table_cell(listing->table, "%s", position->contract_number);
    vv_table_cell(listing->table, "%s", vv_money_shown(amount).text);
    vv_table_cell(listing->table, "%s", state);
    vv_table_cell(listing->table, "%s", by);
    vv_table_cell(listing->table, "%s", more);
}

static void take_listed(void *context, const Vagval__V1__Position *position)
{
    struct listing *listing = context;
    bool proposal = position->proposed != 0 || position->waived != 0;
    char more[80];
    if (proposal) {
        list_row(listing, position, position->state,
                 position->proposed != 0 ? position->proposed : position->waived,
                 position->forwarded_by, "");
    }
    if (strcmp(position->state, "held") == 0) {
        list_row(listing, position, "held", position->owed_then, "", position->held_why);
    }
    for (size_t i = 0; i < position->n_recoveries; i++) {
        const Vagval__V1__Recovery *recovery = position->recoveries[i];
        (void)snprintf(more, sizeof(more), "%s, contest until %s", vv_id_shown(recovery->id).text,
                       vv_day_shown(recovery->contest_until).text);
        list_row(listing, position, recovery->state, recovery->amount, recovery->approved_by, more);
    }
    if (proposal || strcmp(position->state, "held") == 0 || position->n_recoveries > 0) {
        (void)json_array_append_new(listing->list, vv_position_json(position));
    }
}

static int list(struct vv_cli *cli, const struct vv_args *args)
{
    const char *who = vv_args_text(args, "case", NULL);
    const char *what = vv_args_text(args, "what", "all");
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY |
                                                           (who == NULL ? 0 : 1u << VV_INTAKE));
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct listing listing = {
        vv_table_create("case|component|period|contract|>amount|state|by|recovery"), json_array()};
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    bool good =
        who == NULL ||
        vv_client_case(client, who, vv_args_text(args, "scheme", VV_SCHEME_DEFAULT), &case_id);
    if (good && vv_positions_fetch(client, cli, what, 0, who == NULL ? NULL : &case_id, take_listed,
                                   &listing)) {
        code = VV_EXIT_OK;
        if (cli->json) {
            code = vv_cli_json(cli, json_pack("{s:O}", "proposals", listing.list), VV_EXIT_OK);
        } else if (json_array_size(listing.list) == 0) {
            (void)fprintf(cli->out, "nothing is proposed, recovered or held\n");
        } else {
            vv_table_print(listing.table, cli->out);
        }
    }
    vv_table_destroy(&listing.table);
    json_decref(listing.list);
    vv_client_close(&client);
    return code;
}

/* ---- decisions ---- */

/* The one amount that a command line means. */
struct search {
    const char *component;
    vv_date period;       /* VV_DATE_NONE = any */
    const char *contract; /* number or id; NULL = any */
    bool recovery_wanted;
    const char *recovery; /* id; NULL = the only one that is not settled */
    bool held_wanted;
    unsigned found;
    Vagval__V1__Position key; /* its own strings are borrowed below */
    char component_text[64];
    struct vv_id contract_id, recovery_id;
    int64_t amount;
    char approved_by[64]; /* of a recovery, where nothing is proposed any more */
};

static bool is_open(const Vagval__V1__Recovery *recovery)
{
    return strcmp(recovery->state, "approved") == 0 || strcmp(recovery->state, "contested") == 0 ||
           strcmp(recovery->state, "upheld") == 0;
}

static void found(struct search *search, const Vagval__V1__Position *position, int64_t amount,
                  const ProtobufCBinaryData *recovery)
{
    search->found++;
    search->amount = amount;
    search->key.period = position->period;
    (void)snprintf(search->component_text, sizeof(search->component_text), "%s",
                   position->component);
    if (vv_id_from_bytes(position->contract.data, position->contract.len, &search->contract_id) !=
        VV_OK) {
        search->found = 0;
    }
    if (recovery != NULL &&
        vv_id_from_bytes(recovery->data, recovery->len, &search->recovery_id) != VV_OK) {
        search->found = 0;
    }
}

static void take_searched(void *context, const Vagval__V1__Position *position)
{
    struct search *search = context;
    if (strcmp(position->component, search->component) != 0 ||
        (search->period != VV_DATE_NONE && position->period != search->period) ||
        (search->contract != NULL && strcmp(position->contract_number, search->contract) != 0 &&
         strcmp(vv_id_shown(position->contract).text, search->contract) != 0)) {
        return;
    }
    if (search->held_wanted) {
        if (strcmp(position->state, "held") == 0) {
            found(search, position, position->owed_then, NULL);
        }
        return;
    }
    if (!search->recovery_wanted) {
        if (position->proposed != 0) {
            found(search, position, position->proposed, NULL);
        } else if (position->n_recoveries > 0) {
            (void)snprintf(search->approved_by, sizeof(search->approved_by), "%s",
                           position->recoveries[position->n_recoveries - 1]->approved_by);
        }
        return;
    }
    for (size_t i = 0; i < position->n_recoveries; i++) {
        const Vagval__V1__Recovery *recovery = position->recoveries[i];
        bool named = search->recovery != NULL &&
                     strcmp(vv_id_shown(recovery->id).text, search->recovery) == 0;
        if (named || (search->recovery == NULL && is_open(recovery))) {
            found(search, position, recovery->amount, &recovery->id);
        }
    }
}

static int tell_noted(const struct vv_cli *cli, const struct search *search,
                      const struct vv_client_answer *answer)
{
    if (answer->status != VV_OK) {
        return vv_cli_wrong(cli, "`vagval pay proposals --case CASE` shows how it stands", "%s: %s",
                            answer->field[0] == '\0' ? "refused" : answer->field,
                            answer->text[0] != '\0' ? answer->text
                                                    : vv_status_name(answer->status));
    }
    const Vagval__V1__CorrectionNoted *noted = (const Vagval__V1__CorrectionNoted *)answer->body;
    if (cli->json) {
        return vv_cli_json(
            cli,
            json_pack("{s:s, s:s, s:s, s:I, s:s}", "fact", vv_id_shown(noted->fact).text, "state",
                      noted->state, "component", search->component_text, "amount",
                      (json_int_t)search->amount, "contest_until", vv_day_shown(noted->until).text),
            VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "%s %s %s: %s%s%s\n", search->component_text,
                  vv_day_shown(search->key.period).text, vv_money_shown(search->amount).text,
                  noted->state, noted->until == 0 ? "" : ", can be contested until ",
                  noted->until == 0 ? "" : vv_day_shown(noted->until).text);
    return VV_EXIT_OK;
}

/* Finds the amount, insists on --amount if it is given; prints what is wrong. */
static bool find_amount(struct vv_client *client, struct vv_cli *cli, const struct vv_args *args,
                        const struct vv_id *case_id, struct search *search)
{
    const char *insisted = vv_args_text(args, "amount", NULL);
    vv_money amount = 0;
    search->component = args->words[1];
    search->period = (vv_date)vv_args_number(args, "period", VV_DATE_NONE);
    search->contract = vv_args_text(args, "contract", NULL);
    if (insisted != NULL && vv_money_parse(insisted, &amount) != VV_OK) {
        (void)vv_cli_usage(cli, "write it as -6925.00", "--amount is no amount");
        return false;
    }
    if (!vv_positions_fetch(client, cli, "all", 0, case_id, take_searched, search)) {
        return false;
    }
    if (search->found == 0 && search->approved_by[0] != '\0') {
        (void)vv_cli_wrong(cli, "`vagval pay proposals --case CASE` shows how it stands",
                           "another decision came first: %s has approved the recovery of %s",
                           search->approved_by, search->component);
        return false;
    }
    if (search->found != 1) {
        (void)vv_cli_wrong(cli,
                           "`vagval pay proposals --case CASE` lists them; --period, --contract "
                           "and --recovery choose one",
                           search->found == 0 ? "nothing of %s is there to decide on"
                                              : "several amounts of %s are there",
                           search->component);
        return false;
    }
    if (insisted != NULL && amount != search->amount) {
        (void)vv_cli_wrong(cli, "look at it again with `vagval pay proposals --case CASE`",
                           "what stands is %s, not %s", vv_money_shown(search->amount).text,
                           vv_money_shown(amount).text);
        return false;
    }
    return true;
}

static void send_decision(struct vv_client *client, const struct vv_args *args, const char *action,
                          struct vv_id case_id, struct search *search,
                          struct vv_client_answer *ret_answer)
{
    Vagval__V1__DecideProposal body = VAGVAL__V1__DECIDE_PROPOSAL__INIT;
    body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    body.component = search->component_text;
    body.period = search->key.period;
    body.contract =
        (ProtobufCBinaryData){sizeof(search->contract_id.bytes), search->contract_id.bytes};
    body.action = (char *)(uintptr_t)action;
    body.amount = search->amount;
    if (search->recovery_wanted) {
        body.recovery =
            (ProtobufCBinaryData){sizeof(search->recovery_id.bytes), search->recovery_id.bytes};
    }
    body.note = (char *)(uintptr_t)vv_args_text(args, "note", "");
    struct vv_request request = vv_client_about(VV_PAYMENT, VV_MSG_DECIDE_PROPOSAL, case_id, NULL);
    vv_client_call(client, request, &body.base, ret_answer);
}

static void send_release(struct vv_client *client, const struct vv_args *args, struct vv_id case_id,
                         struct search *search, struct vv_client_answer *ret_answer)
{
    Vagval__V1__ReleaseHold body = VAGVAL__V1__RELEASE_HOLD__INIT;
    body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    body.component = search->component_text;
    body.period = search->key.period;
    body.contract =
        (ProtobufCBinaryData){sizeof(search->contract_id.bytes), search->contract_id.bytes};
    body.note = (char *)(uintptr_t)vv_args_text(args, "note", "");
    struct vv_request request = vv_client_about(VV_PAYMENT, VV_MSG_RELEASE_HOLD, case_id, NULL);
    vv_client_call(client, request, &body.base, ret_answer);
}

/* `action` NULL: lets go what is held. */
static int decide(struct vv_cli *cli, const struct vv_args *args, const char *action,
                  bool of_recovery)
{
    struct vv_client *client =
        vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY | 1u << VV_INTAKE);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct search search = {.recovery_wanted = of_recovery,
                            .held_wanted = action == NULL,
                            .recovery = of_recovery ? vv_args_text(args, "recovery", NULL) : NULL};
    struct vv_client_answer answer;
    memset(&answer, 0, sizeof(answer));
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(client, args->words[0], vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &case_id) &&
        find_amount(client, cli, args, &case_id, &search)) {
        if (action == NULL) {
            send_release(client, args, case_id, &search, &answer);
        } else {
            send_decision(client, args, action, case_id, &search, &answer);
        }
        code = tell_noted(cli, &search, &answer);
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

static int forward(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "forward", false);
}

static int approve(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "approve", false);
}

static int reject(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "reject", false);
}

static int contest(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "contest", true);
}

static int uphold(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "uphold", true);
}

static int reverse(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "reverse", true);
}

static int set_off(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "set_off", true);
}

static int invoice(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "invoice", true);
}

static int release(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, NULL, false);
}

#define KEY_ROWS                                                                                   \
    {"period", "DATE", VV_OPTION_DATE, "first day of the amount's period", 0, 0},                  \
        {"contract", "NUMBER", VV_OPTION_TEXT, "the contract's number or id", 0, 0},               \
        {"amount", "AMOUNT", VV_OPTION_TEXT, "refuse unless this is what stands", 0, 0},           \
        {"note", "TEXT", VV_OPTION_TEXT, "the reason, kept with the decision", 0, 0},              \
        VV_SCHEME_OF_PERSON_OPTION

static const struct vv_option list_options[] = {
    {"what", "WHAT", VV_OPTION_TEXT, "proposals, recoveries, holds or all (default)", 0, 0},
    {"case", "CASE", VV_OPTION_TEXT, "only this case", 0, 0},
    VV_SCHEME_OF_PERSON_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option key_options[] = {KEY_ROWS, VV_END_OF_OPTIONS};
static const struct vv_option recovery_options[] = {
    KEY_ROWS,
    {"recovery", "ID", VV_OPTION_TEXT, "which recovery, where there are several", 0, 0},
    VV_END_OF_OPTIONS};

#define CASE_COMPONENT "CASE|- COMPONENT"

const struct vv_command vv_commands_proposals[] = {
    {"pay proposals", "", "list recoveries: proposed, put forward, approved, and what is held",
     "A fall of what is owed is proposed and moves no balance. One person puts it forward, "
     "another\n"
     "approves it; the provider can contest it until a date; then it is set off or invoiced.",
     "vagval pay proposals --what proposals", list_options, 0, 0, list},
    {"pay proposals list", "", "the same as `pay proposals`", NULL,
     "vagval pay proposals list --case 002a6f...", list_options, 0, 0, list},
    {"pay proposals forward", CASE_COMPONENT,
     "put a proposal forward, for another person to decide", NULL,
     "vagval pay proposals forward 002a6f... premium --as anna", key_options, 2, 2, forward},
    {"pay proposals approve", CASE_COMPONENT,
     "approve what another person put forward: it is posted",
     "Whoever put it forward cannot approve it. Of two who approve at once, one is told that the\n"
     "other came first.",
     "vagval pay proposals approve 002a6f... premium --amount -6925.00 --as bo", key_options, 2, 2,
     approve},
    {"pay proposals reject", CASE_COMPONENT, "leave the amount as paid, until what is owed changes",
     NULL, "vagval pay proposals reject 002a6f... premium --note 'evidence found' --as bo",
     key_options, 2, 2, reject},
    {"pay proposals contest", CASE_COMPONENT, "note that the provider contests a recovery", NULL,
     "vagval pay proposals contest 002a6f... premium --as anna", recovery_options, 2, 2, contest},
    {"pay proposals uphold", CASE_COMPONENT, "keep a contested recovery", NULL,
     "vagval pay proposals uphold 002a6f... premium --as cleo", recovery_options, 2, 2, uphold},
    {"pay proposals reverse", CASE_COMPONENT, "give a contested recovery back", NULL,
     "vagval pay proposals reverse 002a6f... premium --as cleo", recovery_options, 2, 2, reverse},
    {"pay proposals set-off", CASE_COMPONENT, "settle a recovery against what the provider is owed",
     NULL, "vagval pay proposals set-off 002a6f... premium --as anna", recovery_options, 2, 2,
     set_off},
    {"pay proposals invoice", CASE_COMPONENT, "settle a recovery by an invoice to the provider",
     NULL, "vagval pay proposals invoice 002a6f... premium --as anna", recovery_options, 2, 2,
     invoice},
    {"pay let-go", CASE_COMPONENT, "let go an amount that is held since the parties are related",
     NULL, "vagval pay let-go 002a6f... result --note 'contract seen' --as anna", key_options, 2, 2,
     release},
    VV_END_OF_COMMANDS,
};
