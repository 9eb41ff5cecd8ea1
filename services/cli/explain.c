/*
 * explain.c: `vagval explain`: why a level, why a posting, down to the facts and the rule.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "pay_positions.h"
#include "table.h"
#include "timeline.h"
#include "vagval/money.h"

struct explaining {
    struct vv_cli *cli;
    struct vv_client *client;
    enum vv_language language;
    struct vv_id case_id;
    struct vv_client_answer level, postings;
};

/* "CASE:INDEX" or "CASE:BATCH ID" names one posting batch. */
static bool split_posting(const char *text, char ret_case[64], char ret_batch[64])
{
    size_t named =
        strncmp(text, VV_AGREEMENT, strlen(VV_AGREEMENT)) == 0 ? strlen(VV_AGREEMENT) : 0;
    const char *colon = strchr(text + named, ':');
    size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
    if (len >= 64 || (colon != NULL && strlen(colon + 1) >= 64)) {
        return false;
    }
    memcpy(ret_case, text, len);
    ret_case[len] = '\0';
    (void)snprintf(ret_batch, 64, "%s", colon == NULL ? "" : colon + 1);
    return true;
}

static void ask_both(struct explaining *e)
{
    ProtobufCBinaryData id = {sizeof(e->case_id.bytes), e->case_id.bytes};
    Vagval__V1__ExplainLevel level = VAGVAL__V1__EXPLAIN_LEVEL__INIT;
    Vagval__V1__ExplainPosting posting = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    level.case_id = id;
    posting.case_id = id;
    struct vv_request request =
        vv_client_about(VV_ASSESSMENT, VV_MSG_EXPLAIN_LEVEL, e->case_id, NULL);
    vv_client_call(e->client, request, &level.base, &e->level);
    request.service = VV_PAYMENT;
    request.type = VV_MSG_EXPLAIN_POSTING;
    vv_client_call(e->client, request, &posting.base, &e->postings);
}

static bool batch_wanted(const Vagval__V1__PostingBatch *batch, const char *wanted)
{
    struct vv_id id;
    struct vv_id own;
    if (wanted[0] == '\0') {
        return true;
    }
    if (vv_id_parse(wanted, &id) == VV_OK &&
        vv_id_from_bytes(batch->id.data, batch->id.len, &own) == VV_OK) {
        return vv_id_equal(id, own);
    }
    return strtoul(wanted, NULL, 10) == batch->index;
}

static void level_text(const struct explaining *e)
{
    bool sv = e->language == VV_LANGUAGE_SV;
    const Vagval__V1__Explanation *x = (const Vagval__V1__Explanation *)e->level.body;
    char decided[VV_DATE_TEXT_BYTES];
    vv_date_format(x->decided_on, decided);
    (void)fprintf(e->cli->out, "%s %s%s, %s %s\n", sv ? "Nivå" : "Level", x->level,
                  x->example ? " *" : "", sv ? "beslutad" : "decided", decided);
    (void)fprintf(e->cli->out, "  %s\n", sv ? x->reason_sv : x->reason_en);
    if (x->by_person) {
        char from[VV_DATE_TEXT_BYTES];
        vv_date_format(x->effective_from, from);
        (void)fprintf(e->cli->out, "  %s %s; %s %.16s...\n", sv ? "gäller från" : "holds from",
                      from, sv ? "system" : "scheme", x->scheme_version);
        return;
    }
    (void)fprintf(e->cli->out, "  %s %.4f (logit %.6f); model %.16s..., scheme %.16s...\n",
                  sv ? "sannolikhet" : "probability", x->probability,
                  (double)x->logit / (double)VV_LOGIT_SCALE, x->model, x->scheme_version);
    struct vv_table *table =
        vv_table_create(sv ? "uppgift|värde|>bidrag|skäl" : "feature|value|>contribution|reason");
    for (size_t i = 0; i < x->n_contributions; i++) {
        const Vagval__V1__Contribution *c = x->contributions[i];
        vv_table_cell(table, "%s", c->feature);
        vv_table_cell(table, "%s", c->value);
        vv_table_cell(table, "%+.2f", (double)c->contribution / (double)VV_LOGIT_SCALE);
        vv_table_cell(table, "%s", sv ? c->text_sv : c->text_en);
    }
    vv_table_print(table, e->cli->out);
    vv_table_destroy(&table);
    if (x->erased) {
        (void)fprintf(e->cli->out, "%s\n",
                      sv ? "  personens uppgifter är raderade" : "  the person's data are erased");
    }
}

static void line_text(const struct explaining *e, const Vagval__V1__Line *line,
                      const char *currency)
{
    bool sv = e->language == VV_LANGUAGE_SV;
    char amount[VV_MONEY_TEXT_BYTES];
    char owed[VV_MONEY_TEXT_BYTES];
    char period[VV_DATE_TEXT_BYTES];
    vv_money_format(line->amount, 1, amount);
    vv_money_format(line->owed, 1, owed);
    vv_date_format(line->period, period);
    (void)fprintf(e->cli->out,
                  "  %s %s: %s %s%s%s (%s %s)\n    %s\n    %s: %s; %s:", line->component, period,
                  amount, currency, line->example ? " *" : "",
                  line->proposal ? (sv ? " FÖRSLAG, ej bokfört" : " PROPOSAL, not posted") : "",
                  sv ? "totalt" : "owed in all", owed, sv ? line->text_sv : line->text_en,
                  sv ? "regel" : "rule", line->rule, sv ? "fakta" : "facts");
    for (size_t f = 0; f < line->n_facts; f++) {
        struct vv_id id;
        char text[VV_ID_TEXT_BYTES] = "?";
        if (vv_id_from_bytes(line->facts[f].data, line->facts[f].len, &id) == VV_OK) {
            vv_id_format(id, text);
        }
        (void)fprintf(e->cli->out, " %s", text);
    }
    (void)fprintf(e->cli->out, "\n    %s %s; %s %s\n", sv ? "gäller från" : "effective",
                  vv_day_shown(line->effective).text, sv ? "kan betalas från" : "payable",
                  vv_day_shown(line->payable).text);
}

static void batch_text(const struct explaining *e, const Vagval__V1__PostingBatch *batch)
{
    bool sv = e->language == VV_LANGUAGE_SV;
    char as_of[VV_DATE_TEXT_BYTES];
    char id_text[VV_ID_TEXT_BYTES] = "?";
    char case_text[VV_ID_TEXT_BYTES];
    struct vv_id id;
    vv_date_format(batch->as_of, as_of);
    vv_id_format(e->case_id, case_text);
    if (vv_id_from_bytes(batch->id.data, batch->id.len, &id) == VV_OK) {
        vv_id_format(id, id_text);
    }
    (void)fprintf(e->cli->out,
                  "\n%s %s:%u, %s %s, %s %u, rules_version %u, scheme %.16s... (%s %u)\n",
                  sv ? "Bokföring" : "Posting", case_text, batch->index, sv ? "per" : "as of",
                  as_of, sv ? "fakta sedda till och med nr" : "facts seen through no.",
                  batch->facts_through, batch->rules_version, batch->scheme_version,
                  sv ? "publicering" : "publication", batch->scheme_generation);
    (void)fprintf(e->cli->out, "  %s %s, %s %s\n", sv ? "registrerad" : "recorded",
                  vv_day_shown((int32_t)(batch->recorded_ms / VV_DAY_MS)).text,
                  sv ? "bokförd" : "booked", vv_day_shown(batch->book_date).text);
    for (size_t i = 0; i < batch->n_lines; i++) {
        line_text(e, batch->lines[i], batch->currency);
    }
}

static json_t *line_json(const Vagval__V1__Line *line)
{
    char period[VV_DATE_TEXT_BYTES];
    vv_date_format(line->period, period);
    json_t *facts = json_array();
    for (size_t f = 0; f < line->n_facts; f++) {
        struct vv_id id;
        char text[VV_ID_TEXT_BYTES];
        if (vv_id_from_bytes(line->facts[f].data, line->facts[f].len, &id) == VV_OK) {
            vv_id_format(id, text);
            (void)json_array_append_new(facts, json_string(text));
        }
    }
    return json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:b, s:b, s:i, s:s, s:s, s:o}",
                     "component", line->component, "period", period, "amount",
                     (json_int_t)line->amount, "owed", (json_int_t)line->owed, "rule", line->rule,
                     "text_en", line->text_en, "text_sv", line->text_sv, "example",
                     line->example ? 1 : 0, "proposal", line->proposal ? 1 : 0, "kind",
                     (int)line->kind, "effective", vv_day_shown(line->effective).text, "payable",
                     vv_day_shown(line->payable).text, "facts", facts);
}

static json_t *batch_json(const Vagval__V1__PostingBatch *batch)
{
    char as_of[VV_DATE_TEXT_BYTES];
    vv_date_format(batch->as_of, as_of);
    json_t *lines = json_array();
    for (size_t i = 0; i < batch->n_lines; i++) {
        (void)json_array_append_new(lines, line_json(batch->lines[i]));
    }
    return json_pack(
        "{s:i, s:s, s:s, s:s, s:i, s:s, s:i, s:s, s:o}", "index", (int)batch->index, "as_of", as_of,
        "recorded", vv_day_shown((int32_t)(batch->recorded_ms / VV_DAY_MS)).text, "booked",
        vv_day_shown(batch->book_date).text, "facts_through", (int)batch->facts_through,
        "scheme_version", batch->scheme_version, "rules_version", (int)batch->rules_version,
        "currency", batch->currency, "lines", lines);
}

static json_t *level_json(const Vagval__V1__Explanation *x)
{
    json_t *contributions = json_array();
    for (size_t i = 0; i < x->n_contributions; i++) {
        const Vagval__V1__Contribution *c = x->contributions[i];
        (void)json_array_append_new(contributions,
                                    json_pack("{s:s, s:s, s:I, s:s, s:s}", "feature", c->feature,
                                              "value", c->value, "contribution_millionths",
                                              (json_int_t)c->contribution, "text_en", c->text_en,
                                              "text_sv", c->text_sv));
    }
    char from[VV_DATE_TEXT_BYTES];
    vv_date_format(x->effective_from, from);
    return json_pack(
        "{s:s, s:I, s:f, s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:b, s:s, s:s, s:s, s:s}", "level",
        x->level, "logit_millionths", (json_int_t)x->logit, "probability", x->probability, "model",
        x->model, "scheme_version", x->scheme_version, "reason_en", x->reason_en, "reason_sv",
        x->reason_sv, "example", x->example ? 1 : 0, "erased", x->erased ? 1 : 0, "contributions",
        contributions, "by_person", x->by_person ? 1 : 0, "reason_code", x->reason_code,
        "decided_by", x->decided_by, "model_advice", x->advice, "effective_from", from);
}

static int tell(const struct explaining *e, const char *batch)
{
    const Vagval__V1__PostingExplained *postings =
        (const Vagval__V1__PostingExplained *)e->postings.body;
    json_t *list = json_array();
    size_t shown = 0;
    bool whole = batch[0] == '\0';
    if (!e->cli->json && whole && e->level.body != NULL) {
        level_text(e);
    }
    for (size_t i = 0; postings != NULL && i < postings->n_batches; i++) {
        if (!batch_wanted(postings->batches[i], batch)) {
            continue;
        }
        shown++;
        if (e->cli->json) {
            (void)json_array_append_new(list, batch_json(postings->batches[i]));
        } else {
            batch_text(e, postings->batches[i]);
        }
    }
    if (!whole && shown == 0) {
        json_decref(list);
        return vv_cli_wrong(e->cli, "`vagval explain CASE` lists the case's postings",
                            "the case has no posting %s", batch);
    }
    if (e->cli->json) {
        json_t *level = whole && e->level.body != NULL
                            ? level_json((const Vagval__V1__Explanation *)e->level.body)
                            : json_null();
        return vv_cli_json(e->cli, json_pack("{s:o, s:o}", "level", level, "postings", list),
                           VV_EXIT_OK);
    }
    json_decref(list);
    if (shown == 0) {
        (void)fprintf(e->cli->out, "%s\n",
                      e->language == VV_LANGUAGE_SV ? "Inget har bokförts." : "Nothing is posted.");
    }
    (void)fprintf(e->cli->out, "%s\n",
                  e->language == VV_LANGUAGE_SV
                      ? "* vilar på belopp eller gränser märkta `status: example`"
                      : "* rests on amounts or cut-offs marked `status: example`");
    return VV_EXIT_OK;
}

int vv_command_explain(struct vv_cli *cli, const struct vv_args *args)
{
    struct explaining e;
    memset(&e, 0, sizeof(e));
    e.cli = cli;
    char who[64];
    char batch[64];
    if (!vv_language_read(cli, args, &e.language)) {
        return VV_EXIT_USAGE;
    }
    if (!split_posting(args->words[0], who, batch)) {
        return vv_cli_wrong(cli, "give CASE, or CASE:NUMBER for one posting",
                            "this is neither a case nor a posting");
    }
    e.client = vv_client_open(cli);
    if (e.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(e.client, who, vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &e.case_id)) {
        ask_both(&e);
        if (e.level.status != VV_OK && e.postings.status != VV_OK) {
            bool unknown = e.level.status == VV_NOT_FOUND && e.postings.status == VV_NOT_FOUND;
            const char *why =
                e.level.text[0] != '\0' ? e.level.text : vv_status_name(e.level.status);
            code = vv_cli_wrong(cli,
                                "`vagval case show CASE` tells what is known of a case; `vagval "
                                "case list` lists cases",
                                "no level and no posting can be told of this case: %s",
                                unknown ? "none is known" : why);
        } else {
            code = tell(&e, batch);
        }
    }
    vv_client_answer_free(&e.level);
    vv_client_answer_free(&e.postings);
    vv_client_close(&e.client);
    return code;
}
