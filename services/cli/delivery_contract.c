/*
 * delivery_contract.c: `vagval delivery contract`: how a contract keeps its obligations, over all
 * those whom it serves or has served.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "control.h"
#include "paging.h"
#include "table.h"

#define LINES_MAX 200000

struct line {
    char id[VV_ID_TEXT_BYTES]; /* of the case; empty = of all */
    char obligation[VV_CODE_BYTES_MAX + 1];
    Vagval__V1__ContractTermsLine terms; /* its numbers alone */
};

struct tally {
    struct vv_desk *desk;
    struct line *lines; /* of cases */
    size_t count, room;
    struct line totals[64];
    size_t total_count;
    bool full;
    Vagval__V1__ContractTerms body; /* of the question that is asked */
};

static void add_numbers(Vagval__V1__ContractTermsLine *sum,
                        const Vagval__V1__ContractTermsLine *line)
{
    sum->due += line->due;
    sum->met += line->met;
    sum->late += line->late;
    sum->missed += line->missed;
    sum->excused += line->excused;
    if (line->next_due != 0 && (sum->next_due == 0 || line->next_due < sum->next_due)) {
        sum->next_due = line->next_due;
    }
}

static struct line *total_of(struct tally *tally, const char *obligation)
{
    for (size_t i = 0; i < tally->total_count; i++) {
        if (strcmp(tally->totals[i].obligation, obligation) == 0) {
            return &tally->totals[i];
        }
    }
    if (tally->total_count == sizeof(tally->totals) / sizeof(tally->totals[0])) {
        tally->full = true;
        return NULL;
    }
    struct line *total = &tally->totals[tally->total_count++];
    *total = (struct line){0};
    (void)snprintf(total->obligation, sizeof(total->obligation), "%s", obligation);
    return total;
}

static void take_line(struct tally *tally, const Vagval__V1__ContractTermsLine *line)
{
    struct vv_id id;
    struct line *total = total_of(tally, line->obligation);
    if (total != NULL) {
        add_numbers(&total->terms, line);
    }
    if (tally->count == tally->room) {
        size_t room = tally->room == 0 ? 256 : 2 * tally->room;
        struct line *grown = room > LINES_MAX ? NULL : realloc(tally->lines, room * sizeof(*grown));
        if (grown == NULL) {
            tally->full = true;
            return;
        }
        tally->lines = grown;
        tally->room = room;
    }
    struct line *own = &tally->lines[tally->count++];
    *own = (struct line){0};
    (void)snprintf(own->obligation, sizeof(own->obligation), "%s", line->obligation);
    if (vv_id_from_bytes(line->case_id.data, line->case_id.len, &id) == VV_OK) {
        vv_id_format(id, own->id);
    }
    add_numbers(&own->terms, line);
}

static const ProtobufCMessage *ask_page(void *context, const struct vv_page_place *place)
{
    struct tally *tally = context;
    struct vv_id *contract = &tally->desk->contract->contract;
    vagval__v1__contract_terms__init(&tally->body);
    tally->body.partition = place->partition;
    tally->body.after = place->first;
    tally->body.contract = (ProtobufCBinaryData){sizeof(contract->bytes), contract->bytes};
    return &tally->body.base;
}

static bool take_page(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    const Vagval__V1__ContractTermsShown *page = (const Vagval__V1__ContractTermsShown *)body;
    for (size_t i = 0; i < page->n_lines; i++) {
        take_line(context, page->lines[i]);
    }
    place->first = page->next;
    return page->next != 0;
}

static int by_case(const void *a, const void *b)
{
    const struct line *one = a, *other = b;
    int order = strcmp(one->id, other->id);
    return order != 0 ? order : strcmp(one->obligation, other->obligation);
}

static json_t *line_json(const struct line *line)
{
    char text[VV_DATE_TEXT_BYTES];
    return json_pack("{s:s?, s:s, s:i, s:i, s:i, s:i, s:i, s:s?}", "case",
                     line->id[0] == '\0' ? NULL : line->id, "obligation", line->obligation, "due",
                     (int)line->terms.due, "met", (int)line->terms.met, "late",
                     (int)line->terms.late, "missed", (int)line->terms.missed, "excused",
                     (int)line->terms.excused, "next_due",
                     line->terms.next_due == 0 ? NULL : vv_day_or(line->terms.next_due, "", text));
}

static json_t *lines_json(const struct line *lines, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, line_json(&lines[i]));
    }
    return list;
}

static void print_lines(FILE *out, const struct line *lines, size_t count)
{
    struct vv_table *table =
        vv_table_create("case|obligation|>due|>met|>late|>missed|>excused|next due");
    for (size_t i = 0; table != NULL && i < count; i++) {
        const Vagval__V1__ContractTermsLine *terms = &lines[i].terms;
        char text[VV_DATE_TEXT_BYTES];
        vv_table_cell(table, "%s", lines[i].id[0] == '\0' ? "all" : lines[i].id);
        vv_table_cell(table, "%s", lines[i].obligation);
        vv_table_cell(table, "%u", terms->due);
        vv_table_cell(table, "%u", terms->met);
        vv_table_cell(table, "%u", terms->late);
        vv_table_cell(table, "%u", terms->missed);
        vv_table_cell(table, "%u", terms->excused);
        vv_table_cell(table, "%s", vv_day_or(terms->next_due, "", text));
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
}

static int print_tally(struct vv_cli *cli, struct tally *tally, bool cases)
{
    if (tally->count > 0) {
        qsort(tally->lines, tally->count, sizeof(*tally->lines), by_case);
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:o, s:o}", "contract",
                                     tally->desk->contract->line->number, "obligations",
                                     lines_json(tally->totals, tally->total_count), "cases",
                                     lines_json(tally->lines, cases ? tally->count : 0)),
                           VV_EXIT_OK);
    }
    if (tally->total_count == 0) {
        (void)fprintf(cli->out, "no terms: it serves nobody, or its scheme has no obligations\n");
        return VV_EXIT_OK;
    }
    print_lines(cli->out, tally->totals, tally->total_count);
    if (cases) {
        (void)fputc('\n', cli->out);
        print_lines(cli->out, tally->lines, tally->count);
    }
    return VV_EXIT_OK;
}

static int command_contract(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_desk desk;
    char problem[256];
    if (!vv_desk_open(&desk, cli, args, true)) {
        return VV_EXIT_PROBLEM;
    }
    struct tally tally = {.desk = &desk};
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_CONTRACT_TERMS, ask_page, take_page,
                                     &tally};
    int code = VV_EXIT_PROBLEM;
    if (!vv_client_pages(desk.book.client, &paging, problem, sizeof(problem))) {
        (void)vv_cli_wrong(cli, "`vagval status` shows what runs", "%s", problem);
    } else if (tally.full) {
        (void)vv_cli_wrong(cli, NULL, "%s has more obligations than can be shown", args->words[0]);
    } else {
        code = print_tally(cli, &tally, vv_args_flag(args, "cases"));
    }
    free(tally.lines);
    vv_desk_close(&desk);
    return code;
}

static const struct vv_option contract_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "where several schemes have a contract of that number", 0, 0},
    {"cases", NULL, VV_OPTION_FLAG, "each case for itself, too", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_delivery_contract[] = {
    {"delivery contract", "NUMBER", "how a contract keeps its obligations",
     "Terms of all whom the contract serves or has served, by obligation: due, met, late, missed,\n"
     "excused, and the next last day. People with a protected identity are not among them.",
     "vagval delivery contract KA-000123 --cases", contract_options, 1, 1, command_contract},
    VV_END_OF_COMMANDS,
};
