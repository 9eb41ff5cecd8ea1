/*
 * control_move.c: participants of a contract that ends: who they are, and moving those who have not
 * chosen another one.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "control.h"
#include "paging.h"

struct placed {
    struct vv_id contract;
    struct vv_id *cases;
    bool *moving;
    size_t count, capacity;
    Vagval__V1__PlacedCases body;
};

static const ProtobufCMessage *ask_cases(void *context, const struct vv_page_place *place)
{
    struct placed *placed = context;

    vagval__v1__placed_cases__init(&placed->body);
    placed->body.partition = place->partition;
    placed->body.after = place->first;
    placed->body.contract =
        (ProtobufCBinaryData){sizeof(placed->contract.bytes), placed->contract.bytes};
    return &placed->body.base;
}

static bool take_cases(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    struct placed *placed = context;
    const Vagval__V1__PlacedCaseList *list = (const Vagval__V1__PlacedCaseList *)body;

    for (size_t i = 0; i < list->n_cases && placed->count < placed->capacity; i++) {
        if (vv_id_from_bytes(list->cases[i]->case_id.data, list->cases[i]->case_id.len,
                             &placed->cases[placed->count]) == VV_OK) {
            placed->moving[placed->count++] = list->cases[i]->moving;
        }
    }
    bool further = list->next > place->first;
    place->first = list->next;
    return further;
}

/* All cases placed with the desk's contract; false: what is wrong has been said. */
static bool find_cases(struct vv_desk *desk, struct placed *ret_placed)
{
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_PLACED_CASES, ask_cases, take_cases,
                                     ret_placed};
    size_t capacity = (size_t)desk->contract->line->in_use + 1024; /* some may come meanwhile */

    *ret_placed = (struct placed){.contract = desk->contract->contract,
                                  .cases = calloc(capacity, sizeof(struct vv_id)),
                                  .moving = calloc(capacity, sizeof(bool)),
                                  .capacity = capacity};
    bool good =
        ret_placed->cases != NULL && ret_placed->moving != NULL &&
        vv_client_pages(desk->book.client, &paging, desk->book.problem, sizeof(desk->book.problem));
    if (!good) {
        (void)vv_cli_wrong(desk->cli, "`vagval status` shows what runs", "%s",
                           desk->book.problem[0] == '\0' ? "no memory" : desk->book.problem);
    }
    return good;
}

static void placed_free(struct placed *placed)
{
    free(placed->cases);
    free(placed->moving);
}

int vv_command_control_cases(struct vv_cli *cli, const struct vv_args *args)
{
    struct placed placed = {.count = 0};
    struct vv_desk desk;
    int code = VV_EXIT_PROBLEM;

    if (!vv_desk_open(&desk, cli, args, true)) {
        return code;
    }
    if (find_cases(&desk, &placed)) {
        json_t *list = json_array();
        for (size_t i = 0; i < placed.count; i++) {
            char id[VV_ID_TEXT_BYTES];
            vv_id_format(placed.cases[i], id);
            (void)json_array_append_new(
                list, json_pack("{s:s, s:b}", "case", id, "moving", (int)placed.moving[i]));
            if (!cli->json) {
                (void)fprintf(cli->out, "%s%s\n", id,
                              placed.moving[i] ? "  a change of provider is on its way" : "");
            }
        }
        if (!cli->json) {
            (void)fprintf(cli->out, "%zu served by %s\n", placed.count,
                          desk.contract->line->number);
        }
        code = cli->json ? vv_cli_json(cli, json_pack("{s:O}", "cases", list), VV_EXIT_OK)
                         : VV_EXIT_OK;
        json_decref(list);
    }
    placed_free(&placed);
    vv_desk_close(&desk);
    return code;
}

/* One participant to the nearest contract; true when it was accepted. */
static bool move_one(struct vv_desk *desk, struct vv_id case_id, vv_date last_day)
{
    Vagval__V1__MovePlacement body = VAGVAL__V1__MOVE_PLACEMENT__INIT;
    struct vv_client_answer answer;
    char source[] = VV_CONTROL_SOURCE;
    char reference[VV_NAME_BYTES_MAX];
    char id[VV_ID_TEXT_BYTES];

    vv_id_format(case_id, id);
    (void)snprintf(reference, sizeof(reference), "%s:%" PRId32 ":%" PRId32, id, last_day,
                   vv_client_business_date(desk->book.client));
    body.source = source;
    body.source_ref = reference;
    body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    body.contract = (ProtobufCBinaryData){sizeof(desk->contract->contract.bytes),
                                          desk->contract->contract.bytes};
    body.last_day = last_day;
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(case_id),
                                 .type = VV_MSG_MOVE_PLACEMENT,
                                 .id = vv_id_fact(VV_CONTROL_SOURCE, "move", reference),
                                 .subject = case_id,
                                 .scheme = desk->contract->line->scheme};
    vv_client_call(desk->book.client, request, &body.base, &answer);
    bool good = answer.status == VV_OK;
    if (!good) {
        (void)fprintf(desk->cli->err, "vagval: %s: %s\n", id, answer.text);
    }
    vv_client_answer_free(&answer);
    return good;
}

int vv_command_control_move(struct vv_cli *cli, const struct vv_args *args)
{
    struct placed placed = {.count = 0};
    struct vv_desk desk;
    int code = VV_EXIT_PROBLEM;
    size_t moved = 0;

    if (!vv_desk_open(&desk, cli, args, true)) {
        return code;
    }
    vv_date last_day = desk.contract->line->to;
    if (last_day == 0 || last_day >= vv_client_business_date(desk.book.client)) {
        code = vv_cli_wrong(cli, "until its last day participants choose themselves",
                            "contract %s has not ended", desk.contract->line->number);
    } else if (find_cases(&desk, &placed)) {
        for (size_t i = 0; i < placed.count; i++) {
            moved += !placed.moving[i] && move_one(&desk, placed.cases[i], last_day) ? 1 : 0;
        }
        code = VV_EXIT_OK;
        if (cli->json) {
            code = vv_cli_json(cli,
                               json_pack("{s:I, s:I}", "served", (json_int_t)placed.count,
                                         "ordered", (json_int_t)moved),
                               VV_EXIT_OK);
        } else {
            (void)fprintf(cli->out,
                          "%zu of %zu on their way to the nearest contract; who stays on the list "
                          "of `vagval control cases` found no room: a caseworker decides\n",
                          moved, placed.count);
        }
    }
    placed_free(&placed);
    vv_desk_close(&desk);
    return code;
}
