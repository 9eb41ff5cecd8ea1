/*
 * work.c: `vagval work`: what somebody has to do, over all partitions, by day.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "duties.h"
#include "paging.h"
#include "rating_book.h"
#include "table.h"

#define WITHIN_DAYS 14
#define ITEMS_MAX 100000

struct listing {
    const struct vv_args *args;
    json_t *list;
    const Vagval__V1__DutiesListed *duties; /* who stands in for whom, whose areas are */
    vv_date today;
    Vagval__V1__ListWork body; /* of the question that is asked */
};

static bool is_wanted(const struct listing *listing, const Vagval__V1__WorkItem *item)
{
    const char *role = vv_args_text(listing->args, "role", NULL);
    const char *kind = vv_args_text(listing->args, "kind", NULL);
    const char *contract = vv_args_text(listing->args, "contract", NULL);
    return (role == NULL || strcmp(role, item->role) == 0) &&
           (kind == NULL || strcmp(kind, item->kind) == 0) &&
           (contract == NULL || strcmp(contract, item->contract_number) == 0) &&
           (!vv_args_flag(listing->args, "overdue") || item->overdue);
}

/* Whose the item is: the case's own person, else the one of the area; "" = everybody's of the role.
 */
static const char *person_of(const struct listing *listing, const Vagval__V1__WorkItem *item)
{
    const Vagval__V1__DutiesListed *duties = listing->duties;
    for (size_t i = 0; item->person[0] == '\0' && i < duties->n_areas; i++) {
        if (strcmp(duties->areas[i]->scheme, item->scheme) == 0 &&
            strcmp(duties->areas[i]->area, item->area) == 0) {
            return duties->areas[i]->person;
        }
    }
    return item->person;
}

/* Does `name` stand in for the item's person today? */
static bool is_deputy(const struct listing *listing, const char *name, const char *person)
{
    const Vagval__V1__DutiesListed *duties = listing->duties;
    for (size_t i = 0; person[0] != '\0' && i < duties->n_deputies; i++) {
        const Vagval__V1__Deputyship *ship = duties->deputies[i];
        if (strcmp(ship->deputy, name) == 0 && strcmp(ship->person, person) == 0 &&
            ship->from <= listing->today && listing->today <= ship->to) {
            return true;
        }
    }
    return false;
}

static void take(struct listing *listing, const Vagval__V1__WorkListed *page)
{
    const char *name = vv_args_text(listing->args, "person", NULL);
    for (size_t i = 0; i < page->n_items && json_array_size(listing->list) < ITEMS_MAX; i++) {
        const Vagval__V1__WorkItem *item = page->items[i];
        char text[VV_ID_TEXT_BYTES] = "";
        struct vv_id id;
        const char *person = person_of(listing, item);
        bool stands_in = name != NULL && is_deputy(listing, name, person);
        if (!is_wanted(listing, item) ||
            (name != NULL && !stands_in && strcmp(name, person) != 0)) {
            continue;
        }
        if (vv_id_from_bytes(item->case_id.data, item->case_id.len, &id) == VV_OK) {
            vv_id_format(id, text);
        }
        (void)json_array_append_new(listing->list,
                                    json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}",
                                              "due", vv_cli_json_date(item->due), "kind",
                                              item->kind, "what", item->what, "role", item->role,
                                              "case", text, "scheme", item->scheme, "contract",
                                              item->contract_number, "overdue", item->overdue,
                                              "person", person, "for", stands_in ? person : ""));
    }
}

/* Open matters under control of one contract; each says who has to act. */
static void take_matters(struct listing *listing, const Vagval__V1__RatingContract *line,
                         vv_date today, vv_date until)
{
    for (size_t i = 0; i < line->n_open && json_array_size(listing->list) < ITEMS_MAX; i++) {
        const Vagval__V1__ControlItem *matter = line->open[i];
        char what[64] = "";
        Vagval__V1__WorkItem item = VAGVAL__V1__WORK_ITEM__INIT;
        (void)snprintf(what, sizeof(what), "%.20s %.40s", matter->kind, matter->ref);
        item.kind = (char *)(uintptr_t) "control";
        item.role = matter->actor;
        item.contract_number = line->number;
        item.scheme = line->scheme;
        item.due = matter->due;
        item.overdue = matter->overdue_since != 0 || matter->due < today;
        item.what = what;
        if (item.due <= until) {
            const Vagval__V1__WorkListed page = {.n_items = 1,
                                                 .items = (Vagval__V1__WorkItem *[]){&item}};
            take(listing, &page);
        }
    }
}

/* Deadlines of control, of all contracts; false after saying what is wrong. */
static bool list_control(struct vv_cli *cli, struct vv_client *client, struct listing *listing)
{
    struct vv_rating_book book = {.client = client};
    vv_date today = vv_client_business_date(client);
    vv_date until = today + (vv_date)vv_args_number(listing->args, "within", WITHIN_DAYS);
    bool good = vv_rating_book_contracts(&book, NULL);
    for (size_t i = 0; good && i < book.count; i++) {
        take_matters(listing, book.contracts[i].line, today, until);
    }
    if (!good) {
        (void)vv_cli_wrong(cli, "`vagval status` shows what runs", "%s", book.problem);
    }
    vv_rating_book_free(&book);
    return good;
}

static const ProtobufCMessage *ask_page(void *context, const struct vv_page_place *place)
{
    struct listing *listing = context;
    vagval__v1__list_work__init(&listing->body);
    listing->body.partition = place->partition;
    listing->body.after = place->first;
    listing->body.within_days = (int32_t)vv_args_number(listing->args, "within", WITHIN_DAYS);
    return &listing->body.base;
}

static bool take_page(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    const Vagval__V1__WorkListed *page = (const Vagval__V1__WorkListed *)body;
    take(context, page);
    place->first = page->next;
    return page->next != 0;
}

/* All pages of all partitions; false after saying what is wrong. */
static bool list_all(struct vv_cli *cli, struct vv_client *client, struct listing *listing)
{
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_LIST_WORK, ask_page, take_page, listing};
    char problem[256];
    bool good = vv_client_pages(client, &paging, problem, sizeof(problem));
    if (!good) {
        (void)vv_cli_wrong(cli, "`vagval status` shows what runs", "%s", problem);
    }
    return good;
}

static int by_due(const void *a, const void *b)
{
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = strcmp(json_string_value(json_object_get(one, "due")),
                       json_string_value(json_object_get(other, "due")));
    return order != 0 ? order
                      : strcmp(json_string_value(json_object_get(one, "case")),
                               json_string_value(json_object_get(other, "case")));
}

static int command_work(struct vv_cli *cli, const struct vv_args *args)
{
    static const char *const keys[] = {"due",      "kind", "what",   "role",
                                       "contract", "case", "person", "for"};
    struct listing listing = {.args = args, .list = json_array()};
    struct vv_client_answer answer = {0};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    listing.duties = client == NULL ? NULL : vv_cli_duties(cli, client, &answer);
    listing.today = client == NULL ? 0 : vv_client_business_date(client);
    bool good = listing.duties != NULL && list_all(cli, client, &listing) &&
                list_control(cli, client, &listing);
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    if (!good) {
        json_decref(listing.list);
        return VV_EXIT_PROBLEM;
    }
    listing.list = vv_cli_json_sorted(listing.list, by_due);
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "items", listing.list), VV_EXIT_OK);
    }
    struct vv_table *table = vv_table_create("due|kind|what|role|contract|case|person|for");
    for (size_t i = 0; table != NULL && i < json_array_size(listing.list); i++) {
        const json_t *item = json_array_get(listing.list, i);
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            const char *text = json_string_value(json_object_get(item, keys[k]));
            vv_table_cell(table, "%s%s",
                          k == 0 && json_is_true(json_object_get(item, "overdue")) ? "! " : "",
                          text == NULL ? "" : text);
        }
    }
    if (table != NULL) {
        vv_table_print(table, cli->out);
    }
    vv_table_destroy(&table);
    (void)fprintf(cli->out, "%zu to do; ! = overdue\n", json_array_size(listing.list));
    json_decref(listing.list);
    return VV_EXIT_OK;
}

static const struct vv_option work_options[] = {
    {"role", "ROLE", VV_OPTION_TEXT, "only what a caseworker, or a provider, has to do", 0, 0},
    {"kind", "KIND", VV_OPTION_TEXT,
     "choice, caseworker, first-contact, obligation, report, deviation, evidence, difference, "
     "control",
     0, 0},
    {"person", "NAME", VV_OPTION_TEXT, "what is NAME's, and whose deputy NAME is today", 0, 0},
    {"contract", "NUMBER", VV_OPTION_TEXT, "only of this contract", 0, 0},
    {"within", "DAYS", VV_OPTION_NUMBER, "due within so many days (14)", 0, 60},
    {"overdue", NULL, VV_OPTION_FLAG, "only what is overdue", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_work[] = {
    {"work", "",
     "what somebody has to do: choices, obligations, reports, deviations, evidence, control",
     "Worked out from the cases and contracts each time. A case is a person's (`vagval work "
     "assign`),\n"
     "its area's person's (`vagval work area`), or else everybody's of the role. --person lists "
     "what\n"
     "is somebody's own, and in the days of a deputyship (`vagval work deputy`) what that person\n"
     "stands in for, marked so.",
     "vagval work --role provider --contract KA-000123 --overdue", work_options, 0, 0,
     command_work},
    VV_END_OF_COMMANDS,
};
