/*
 * pay_hold.c: `vagval pay hold`: stops and frees the region's payment files, and tells what has
 * left that the data do not know.
 */
#include <string.h>

#include "commands.h"
#include "files.h"
#include "payrun_client.h"
#include "release_log.h"

static json_t *missing_json(const struct vv_release_log *log, uint32_t released)
{
    json_t *missing = json_array();
    for (uint32_t i = released; i < log->count; i++) {
        (void)json_array_append_new(missing, json_pack("{s:i, s:s, s:s}", "number", (int)(i + 1),
                                                       "run", log->releases[i].name, "sha256",
                                                       log->releases[i].hash));
    }
    return missing;
}

static int tell_hold(struct vv_cli *cli, const Vagval__V1__HoldState *state,
                     const struct vv_release_log *log)
{
    bool agree = state->released == log->count;
    int code = agree ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    char day[VV_DATE_TEXT_BYTES] = "";
    char last[VV_ID_TEXT_BYTES] = "";
    struct vv_id run;
    if (state->since > 0) {
        vv_date_format(state->since, day);
    }
    if (vv_id_from_bytes(state->last_run.data, state->last_run.len, &run) == VV_OK) {
        vv_id_format(run, last);
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:b, s:s, s:s, s:s, s:i, s:i, s:s, s:o}", "hold",
                                     state->on ? 1 : 0, "reason", state->reason, "by", state->by,
                                     "since", day, "released", (int)state->released, "release_log",
                                     (int)log->count, "last_run", last, "missing",
                                     missing_json(log, state->released)),
                           code);
    }
    (void)fprintf(cli->out, "hold %s", state->on ? "on" : "off");
    if (state->since > 0) {
        (void)fprintf(cli->out, ", since %s by %s: %s", day, state->by, state->reason);
    }
    if (!state->on && log->count > state->released) {
        (void)fprintf(cli->out, "%s", "; the next run or release turns it on");
    }
    (void)fprintf(cli->out, "\nfiles released: %u as these data know, %u in %s\n",
                  (unsigned)state->released, (unsigned)log->count, log->path);
    for (uint32_t i = state->released; i < log->count; i++) {
        (void)fprintf(cli->out, "  not in these data: %u %s\n", (unsigned)(i + 1),
                      log->releases[i].name);
    }
    if (state->released > log->count) {
        (void)fprintf(cli->out, "  the last release was not finished: run %s\n", last);
    }
    return code;
}

static bool ask(struct vv_client *client, struct vv_cli *cli, enum vv_message_type type,
                const ProtobufCMessage *body, struct vv_client_answer *ret_answer)
{
    return vv_payrun_send(client, cli, type, (struct vv_id){{0}}, (struct vv_id){{0}}, body,
                          "`vagval pay hold` shows what is missing", ret_answer);
}

static int change(struct vv_client *client, struct vv_cli *cli, const struct vv_args *args,
                  const struct vv_release_log *log)
{
    Vagval__V1__SetHold body = VAGVAL__V1__SET_HOLD__INIT;
    struct vv_client_answer answer;
    body.on = strcmp(args->words[0], "on") == 0;
    body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "");
    body.counter = log->count;
    body.accept_missing = vv_args_flag(args, "accept-missing");
    if (!ask(client, cli, VV_MSG_SET_HOLD, &body.base, &answer)) {
        return VV_EXIT_PROBLEM;
    }
    int code = tell_hold(cli, (const Vagval__V1__HoldState *)answer.body, log);
    vv_client_answer_free(&answer);
    return code;
}

static int show(struct vv_client *client, struct vv_cli *cli, const struct vv_release_log *log)
{
    Vagval__V1__ShowHold body = VAGVAL__V1__SHOW_HOLD__INIT;
    struct vv_client_answer answer;
    if (!ask(client, cli, VV_MSG_SHOW_HOLD, &body.base, &answer)) {
        return VV_EXIT_PROBLEM;
    }
    int code = tell_hold(cli, (const Vagval__V1__HoldState *)answer.body, log);
    vv_client_answer_free(&answer);
    return code;
}

/* Turns the hold on: files have left that the data do not know. */
static void hold_region(struct vv_client *client, struct vv_cli *cli, uint32_t counter)
{
    Vagval__V1__SetHold body = VAGVAL__V1__SET_HOLD__INIT;
    struct vv_client_answer answer;
    body.on = true;
    body.reason = "files have left that these data do not know";
    body.counter = counter;
    if (ask(client, cli, VV_MSG_SET_HOLD, &body.base, &answer)) {
        vv_client_answer_free(&answer);
    }
}

/* Whether `run` may be opened, with what the log counts beyond `state`. */
static bool may_open(struct vv_client *client, struct vv_cli *cli, struct vv_id run,
                     const struct vv_release_log *log, const Vagval__V1__HoldState *state)
{
    if (log->count <= state->released || vv_id_equal(log->releases[state->released].run, run)) {
        return true;
    }
    if (!state->on) {
        hold_region(client, cli, log->count);
    }
    (void)vv_cli_wrong(cli,
                       "`vagval pay hold` lists their runs: draft, approve and release those "
                       "again in that order; no file is written, it is only entered",
                       "files have left that these data do not know, first that of the run %s; "
                       "another run would take its amounts a second time, so the region is in hold",
                       log->releases[state->released].name);
    return false;
}

bool vv_payrun_may_open(struct vv_client *client, struct vv_cli *cli, struct vv_id run)
{
    struct vv_release_log log;
    struct vv_error error = {0};
    struct vv_client_answer answer;
    Vagval__V1__ShowHold body = VAGVAL__V1__SHOW_HOLD__INIT;
    char log_path[700];
    if (vv_path(log_path, sizeof(log_path), &error, "%s/releases.log", cli->dir) != VV_OK ||
        vv_release_log_read(log_path, &log, &error) != VV_OK) {
        (void)vv_cli_fail(cli, &error, NULL);
        return false;
    }
    bool may = log.count == 0;
    if (!may && ask(client, cli, VV_MSG_SHOW_HOLD, &body.base, &answer)) {
        may = may_open(client, cli, run, &log, (const Vagval__V1__HoldState *)answer.body);
        vv_client_answer_free(&answer);
    }
    vv_release_log_free(&log);
    return may;
}

int vv_command_pay_hold(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_release_log log;
    struct vv_error error = {0};
    char log_path[700];
    bool changes = args->word_count == 1;
    if (changes && strcmp(args->words[0], "on") != 0 && strcmp(args->words[0], "off") != 0) {
        return vv_cli_usage(cli, "`vagval pay hold on --reason TEXT`, or off",
                            "`%s` is neither on nor off", args->words[0]);
    }
    if (changes && vv_args_text(args, "reason", NULL) == NULL) {
        return vv_cli_usage(cli, "for example --reason \"restored from the backup of 1 June\"",
                            "say why: --reason TEXT");
    }
    if (vv_path(log_path, sizeof(log_path), &error, "%s/releases.log", cli->dir) != VV_OK ||
        vv_release_log_read(vv_args_text(args, "log", log_path), &log, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, NULL);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    int code = VV_EXIT_PROBLEM;
    if (client != NULL) {
        code = changes ? change(client, cli, args, &log) : show(client, cli, &log);
    }
    vv_client_close(&client);
    vv_release_log_free(&log);
    return code;
}
