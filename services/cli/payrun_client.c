/*
 * payrun_client.c: names, fetches and shows payment runs.
 */
#include "payrun_client.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "../payment/payrun.h"
#include "table.h"
#include "vagval/limits.h"

/* ---- names ---- */

static bool read_number(const char *text, uint32_t *ret_number)
{
    char *rest = NULL;
    unsigned long number = strtoul(text, &rest, 10);
    if (text[0] < '1' || text[0] > '9' || *rest != '\0' || number > 999) {
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

bool vv_payrun_parse(struct vv_cli *cli, const char *text, struct vv_id *ret_run)
{
    char scheme[VV_CODE_BYTES_MAX + 1];
    char date_text[VV_DATE_TEXT_BYTES];
    vv_date date = VV_DATE_NONE;
    uint32_t number = 1;
    if (vv_id_parse(text, ret_run) == VV_OK) {
        return true;
    }
    const char *colon = strchr(text, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - text);
    size_t date_len = colon == NULL ? 0 : strcspn(colon + 1, ":");
    bool good = len > 0 && len < sizeof(scheme) && date_len + 1 == sizeof(date_text);
    if (good) {
        (void)snprintf(scheme, sizeof(scheme), "%.*s", (int)len, text);
        (void)snprintf(date_text, sizeof(date_text), "%.*s", (int)date_len, colon + 1);
        const char *rest = colon + 1 + date_len;
        good = vv_date_parse(date_text, &date) == VV_OK &&
               (*rest == '\0' || read_number(rest + 1, &number));
    }
    if (!good) {
        (void)vv_cli_wrong(cli, "`vagval pay runs` lists the runs with their names",
                           "`%s` names no run: write " VV_PAYRUN_NAME_FORM, text);
        return false;
    }
    *ret_run = vv_payrun_id(scheme, date, number);
    return true;
}

void vv_payrun_name(const Vagval__V1__PayRun *run, char ret_name[static VV_PAYRUN_NAME_BYTES])
{
    char date[VV_DATE_TEXT_BYTES];
    vv_date_format(run->date, date);
    (void)snprintf(ret_name, VV_PAYRUN_NAME_BYTES, "%.48s:%s:%u", run->scheme, date,
                   (unsigned)run->number);
}

const char *vv_payrun_who(const struct vv_cli *cli)
{
    return cli->as[0] == '\0' ? "operator" : cli->as;
}

struct vv_id vv_payrun_command_id(struct vv_id run, const char *what, const char *who,
                                  ProtobufCBinaryData content)
{
    char text[2 * 64 + VV_ID_TEXT_BYTES + 1];
    uint8_t hash[32];
    char hex[65];
    (void)crypto_generichash(hash, sizeof(hash), content.data, content.len, NULL, 0);
    (void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    char id[VV_ID_TEXT_BYTES];
    vv_id_format(run, id);
    (void)snprintf(text, sizeof(text), "%s %s", id, hex);
    return vv_id_fact(who, what, text);
}

/* ---- speaking with payment ---- */

bool vv_payrun_send(struct vv_client *client, const struct vv_cli *cli, enum vv_message_type type,
                    struct vv_id run, struct vv_id id, const ProtobufCMessage *body,
                    const char *advice, struct vv_client_answer *ret_answer)
{
    struct vv_request request = {.service = VV_PAYMENT,
                                 .partition = vv_id_partition(run),
                                 .type = type,
                                 .id = id,
                                 .subject = run};
    vv_client_call(client, request, body, ret_answer);
    if (ret_answer->status == VV_OK) {
        return true;
    }
    struct vv_error error = {.status = ret_answer->status};
    (void)snprintf(error.text, sizeof(error.text), "%s", ret_answer->text);
    (void)snprintf(error.field, sizeof(error.field), "%s", ret_answer->field);
    (void)vv_cli_fail(cli, &error, advice);
    vv_client_answer_free(ret_answer);
    return false;
}

bool vv_payrun_each(struct vv_client *client, const struct vv_cli *cli, vv_payrun_take *take,
                    void *context)
{
    Vagval__V1__ListRuns query = VAGVAL__V1__LIST_RUNS__INIT;
    bool go_on = true;
    do {
        struct vv_client_answer answer;
        if (!vv_payrun_send(client, cli, VV_MSG_LIST_RUNS, VV_NIL, VV_NIL, &query.base,
                            "`vagval status` shows whether payment is up", &answer)) {
            return false;
        }
        const Vagval__V1__RunList *page = (const Vagval__V1__RunList *)answer.body;
        for (size_t i = 0; go_on && i < page->n_runs; i++) {
            go_on = take(context, page->runs[i]);
        }
        query.first = page->next;
        vv_client_answer_free(&answer);
    } while (go_on && query.first != 0);
    return go_on;
}

bool vv_payrun_walk(struct vv_client *client, struct vv_cli *cli, struct vv_id run,
                    bool with_segments, vv_payrun_page *page, void *context)
{
    Vagval__V1__ShowRun query = VAGVAL__V1__SHOW_RUN__INIT;
    query.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
    query.with_segments = with_segments;
    do {
        struct vv_client_answer answer;
        if (!vv_payrun_send(client, cli, VV_MSG_SHOW_RUN, run, (struct vv_id){{0}}, &query.base,
                            "`vagval pay runs` lists the runs", &answer)) {
            return false;
        }
        const Vagval__V1__RunView *view = (const Vagval__V1__RunView *)answer.body;
        query.first_block = view->next;
        query.with_segments = false;
        page(context, view);
        vv_client_answer_free(&answer);
    } while (query.first_block != 0);
    return true;
}

/* ---- showing ---- */

static const char *hex_of(ProtobufCBinaryData bytes, char *ret_text, size_t cap)
{
    if (bytes.len == 0 || 2 * bytes.len + 1 > cap) {
        return "";
    }
    return sodium_bin2hex(ret_text, cap, bytes.data, bytes.len);
}

void vv_payrun_print(const struct vv_cli *cli, const Vagval__V1__PayRun *run)
{
    char name[VV_PAYRUN_NAME_BYTES];
    char text[VV_MONEY_TEXT_BYTES];
    char hex[65];
    vv_payrun_name(run, name);
    (void)fprintf(cli->out, "run %s: %s\n", name, vv_payrun_state_name(run->state));
    vv_money_format(run->total, 1, text);
    (void)fprintf(cli->out, "  %" PRIu64 " postings or carried amounts, %s %s in all\n", run->items,
                  text, run->currency);
    if (run->vat != 0) {
        vv_money_format(run->vat, 1, text);
        (void)fprintf(cli->out, "  of which VAT of invoices %s\n", text);
    }
    vv_money_format(run->amount, 1, text);
    (void)fprintf(cli->out, "  %u payments of %s %s", run->payments, text, run->currency);
    vv_money_format(run->requeued, 1, text);
    (void)fprintf(cli->out, "; %u providers left out; %s come back in a later run\n", run->left_out,
                  text);
    if (run->examples > 0) {
        (void)fprintf(cli->out, "  * rests on prices marked `status: example`\n");
    }
    if (run->shared > 0) {
        (void)fprintf(cli->out,
                      "  WARNING: %u payments go to accounts that several providers have\n",
                      (unsigned)run->shared);
    }
    if (run->hash.len > 0) {
        (void)fprintf(cli->out, "  content %s\n", hex_of(run->hash, hex, sizeof(hex)));
    }
    if (run->file_hash.len > 0) {
        (void)fprintf(cli->out, "  file    %s (release %u)\n",
                      hex_of(run->file_hash, hex, sizeof(hex)), run->release);
    }
    for (size_t i = 0; i < run->n_steps; i++) {
        char day[VV_DATE_TEXT_BYTES];
        vv_date_format(run->steps[i]->on, day);
        (void)fprintf(cli->out, "  %s %s%s%s%s%s\n", day,
                      vv_payrun_state_name(run->steps[i]->state),
                      run->steps[i]->by[0] == '\0' ? "" : " by ", run->steps[i]->by,
                      run->steps[i]->reason[0] == '\0' ? "" : ": ", run->steps[i]->reason);
    }
}

json_t *vv_payrun_json(struct vv_id id, const Vagval__V1__PayRun *run)
{
    char name[VV_PAYRUN_NAME_BYTES];
    char date[VV_DATE_TEXT_BYTES];
    char text[VV_ID_TEXT_BYTES];
    char hex[65];
    char file_hex[65];
    json_t *steps = json_array();
    vv_payrun_name(run, name);
    vv_date_format(run->date, date);
    vv_id_format(id, text);
    for (size_t i = 0; i < run->n_steps; i++) {
        char day[VV_DATE_TEXT_BYTES];
        vv_date_format(run->steps[i]->on, day);
        (void)json_array_append_new(steps, json_pack("{s:s, s:s, s:s, s:s}", "state",
                                                     vv_payrun_state_name(run->steps[i]->state),
                                                     "by", run->steps[i]->by, "on", day, "reason",
                                                     run->steps[i]->reason));
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:i, s:I, s:i, "
        "s:i, s:s, s:s, "
        "s:i, s:o}",
        "run", name, "id", text, "scheme", run->scheme, "date", date, "currency", run->currency,
        "state", vv_payrun_state_name(run->state), "postings", (json_int_t)run->items,
        "on_example_prices", (json_int_t)run->examples, "total", (json_int_t)run->total, "vat",
        (json_int_t)run->vat, "shared_accounts", (int)run->shared, "payments", (int)run->payments,
        "amount", (json_int_t)run->amount, "left_out", (int)run->left_out, "returned",
        (json_int_t)run->requeued, "accepted", (int)run->accepted, "rejected", (int)run->rejected,
        "content_hash", hex_of(run->hash, hex, sizeof(hex)), "file_hash",
        hex_of(run->file_hash, file_hex, sizeof(file_hex)), "release", (int)run->release, "steps",
        steps);
}
