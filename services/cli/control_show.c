/*
 * control_show.c: the queue of matters under control, and one contract's matters.
 */
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "party_links.h"
#include "table.h"

static json_t *item_json(const char *contract, const Vagval__V1__ControlItem *item)
{
    char text[4][VV_DATE_TEXT_BYTES];

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s}", "contract",
        contract, "ref", item->ref, "kind", item->kind, "parent", item->parent, "opened_on",
        vv_day_or(item->opened_on, "", text[0]), "due", vv_day_or(item->due, "", text[1]), "code",
        item->code, "text", item->text, "opened_by", item->opened_by, "closed_on",
        item->closed_on == 0 ? NULL : vv_day_or(item->closed_on, "", text[2]), "outcome",
        item->outcome, "answer", item->answer, "closed_by", item->closed_by, "overdue_since",
        item->overdue_since == 0 ? NULL : vv_day_or(item->overdue_since, "", text[3]), "actor",
        item->actor);
}

struct waiting {
    const Vagval__V1__RatingContract *line;
    const Vagval__V1__ControlItem *item;
};

static int by_deadline(const void *a, const void *b)
{
    const struct waiting *x = a;
    const struct waiting *y = b;
    int order = (x->item->due > y->item->due) - (x->item->due < y->item->due);

    return order != 0 ? order : strcmp(x->line->number, y->line->number);
}

/* All open matters, the next deadline first; NULL when memory is out. */
static struct waiting *gather(const struct vv_rating_book *book, size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; i < book->count; i++) {
        count += book->contracts[i].line->n_open;
    }
    struct waiting *list = calloc(count + 1, sizeof(*list));
    count = 0;
    for (size_t i = 0; list != NULL && i < book->count; i++) {
        const Vagval__V1__RatingContract *line = book->contracts[i].line;
        for (size_t k = 0; k < line->n_open; k++) {
            list[count++] = (struct waiting){line, line->open[k]};
        }
    }
    if (list != NULL) {
        qsort(list, count, sizeof(*list), by_deadline);
    }
    *ret_count = count;
    return list;
}

int vv_command_control_queue(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_desk desk;
    size_t count = 0;
    size_t late = 0;

    if (!vv_desk_open(&desk, cli, args, false)) {
        return VV_EXIT_PROBLEM;
    }
    struct waiting *list = gather(&desk.book, &count);
    struct vv_table *table = vv_table_create("due|contract|provider|kind|ref|opened|to act|about");
    json_t *items = json_array();
    vv_date today = vv_client_business_date(desk.book.client);
    for (size_t i = 0; list != NULL && i < count; i++) {
        const Vagval__V1__ControlItem *item = list[i].item;
        char text[2][VV_DATE_TEXT_BYTES];
        bool overdue = item->due < today;
        late += overdue ? 1 : 0;
        vv_table_cell(table, "%s%s", vv_day_or(item->due, "-", text[0]), overdue ? " late" : "");
        vv_table_cell(table, "%s", list[i].line->number);
        vv_table_cell(table, "%s", list[i].line->provider_name);
        vv_table_cell(table, "%s", item->kind);
        vv_table_cell(table, "%s", item->ref);
        vv_table_cell(table, "%s", vv_day_or(item->opened_on, "-", text[1]));
        vv_table_cell(table, "%s", item->actor);
        vv_table_cell(table, "%s", item->text);
        (void)json_array_append_new(items, item_json(list[i].line->number, item));
    }
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(cli, json_pack("{s:I, s:O}", "late", (json_int_t)late, "open", items),
                           VV_EXIT_OK);
    } else if (count == 0) {
        (void)fprintf(cli->out, "nothing waits\n");
    } else {
        vv_table_print(table, cli->out);
    }
    json_decref(items);
    vv_table_destroy(&table);
    free(list);
    vv_desk_close(&desk);
    return code;
}

static int print_view(const struct vv_cli *cli, const Vagval__V1__ControlView *view,
                      const json_t *links)
{
    struct vv_table *table =
        vv_table_create("ref|kind|of|opened|by|due|to act|about|closed|outcome");
    json_t *items = json_array();
    char text[3][VV_DATE_TEXT_BYTES];

    for (size_t i = 0; i < view->n_items; i++) {
        const Vagval__V1__ControlItem *item = view->items[i];
        vv_table_cell(table, "%s", item->ref);
        vv_table_cell(table, "%s", item->kind);
        vv_table_cell(table, "%s", item->parent);
        vv_table_cell(table, "%s", vv_day_or(item->opened_on, "-", text[0]));
        vv_table_cell(table, "%s", item->opened_by);
        vv_table_cell(table, "%s%s", vv_day_or(item->due, "-", text[1]),
                      item->overdue_since == 0 ? "" : " passed");
        vv_table_cell(table, "%s", item->closed_on == 0 ? item->actor : "");
        vv_table_cell(table, "%s", item->text);
        vv_table_cell(table, "%s", vv_day_or(item->closed_on, "open", text[2]));
        vv_table_cell(table, "%s%s%s", item->outcome, item->answer[0] == '\0' ? "" : ": ",
                      item->answer);
        (void)json_array_append_new(items, item_json(view->number, item));
    }
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(
            cli,
            json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:I, s:O, s:s, s:O}", "contract", view->number,
                      "area", view->area, "scheme", view->scheme, "suspended_from",
                      view->suspended_from == 0 ? NULL
                                                : vv_day_or(view->suspended_from, "", text[0]),
                      "last_day", view->to == 0 ? NULL : vv_day_or(view->to, "", text[1]), "in_use",
                      (json_int_t)view->in_use, "items", items, "organisation_number",
                      view->organisation_number, "related", links),
            VV_EXIT_OK);
    } else {
        (void)fprintf(cli->out, "%s, %s (%s): %u served or promised; new choices %s; last day %s\n",
                      view->number, view->area, view->scheme, view->in_use,
                      view->suspended_from == 0 ? "allowed" : "suspended",
                      vv_day_or(view->to, "open", text[0]));
        vv_table_print(table, cli->out);
        vv_party_links_print(cli->out, links);
    }
    json_decref(items);
    vv_table_destroy(&table);
    return code;
}

int vv_command_control_show(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowControl body = VAGVAL__V1__SHOW_CONTROL__INIT;
    struct vv_client_answer answer;
    struct vv_desk desk;

    if (!vv_desk_open(&desk, cli, args, true)) {
        return VV_EXIT_PROBLEM;
    }
    body.contract =
        (ProtobufCBinaryData){sizeof(desk.contract->contract.bytes), desk.contract->contract.bytes};
    struct vv_request request =
        vv_client_about(VV_REGISTRY, VV_MSG_SHOW_CONTROL, desk.contract->contract, NULL);
    vv_client_call(desk.book.client, request, &body.base, &answer);
    int code = VV_EXIT_PROBLEM;
    if (answer.status == VV_OK) {
        const Vagval__V1__ControlView *view = (const Vagval__V1__ControlView *)answer.body;
        json_t *links = vv_party_links(desk.book.client, view->organisation_number);
        code = print_view(cli, view, links);
        json_decref(links);
    } else {
        code = vv_cli_wrong(cli, NULL, "%s: %s", args->words[0], answer.text);
    }
    vv_client_answer_free(&answer);
    vv_desk_close(&desk);
    return code;
}
