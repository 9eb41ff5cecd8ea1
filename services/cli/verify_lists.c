/*
 * verify_lists.c: what payment runs took, against the lists that they took it from.
 */
#include "verify_lists.h"

#include <stdlib.h>
#include <string.h>

#include "../payment/payrun.h"
#include "payrun_client.h"
#include "payrun_segments.h"
#include "vagval/limits.h"

struct taken {
    char scheme[VV_CODE_BYTES_MAX + 1];
    uint32_t partition;
    uint64_t first, end;
    char run[VV_PAYRUN_NAME_BYTES];
};

struct checking {
    struct vv_client *client;
    struct vv_cli *cli;
    void (*problem)(void *context, const char *where, const char *code, const char *text);
    void *context;
    struct taken *taken;
    size_t count, room;
};

static bool note(struct checking *checking, const Vagval__V1__PayRun *run,
                 const struct vv_run_segment *segment)
{
    if (checking->count == checking->room) {
        size_t room = checking->room == 0 ? 64 : 2 * checking->room;
        struct taken *wider = realloc(checking->taken, room * sizeof(*wider));
        if (wider == NULL) {
            return false;
        }
        checking->taken = wider;
        checking->room = room;
    }
    struct taken *taken = &checking->taken[checking->count++];
    memset(taken, 0, sizeof(*taken));
    (void)snprintf(taken->scheme, sizeof(taken->scheme), "%s", run->scheme);
    taken->partition = segment->partition;
    taken->first = segment->first;
    taken->end = segment->first + segment->count;
    vv_payrun_name(run, taken->run);
    return true;
}

static void on_page(void *context, const Vagval__V1__RunView *view)
{
    struct checking *checking = context;
    char name[VV_PAYRUN_NAME_BYTES];
    vv_payrun_name(view->body, name);
    for (size_t i = 0; i < view->n_segments; i++) {
        struct vv_run_segment segment = vv_run_segment_of(view->segments[i]);
        char text[256] = "";
        enum vv_status status = vv_run_segment_read(checking->client, view->body, &segment, NULL,
                                                    NULL, text, sizeof(text));
        if (status == VV_CORRUPT) {
            checking->problem(checking->context, name, "payment.list",
                              "what the run took is not what stands on its list");
        } else if (status != VV_OK) {
            checking->problem(checking->context, name, "verify.unanswered", text);
        }
        if (!note(checking, view->body, &segment)) {
            checking->problem(checking->context, "vagval", "verify.memory", "no memory");
        }
    }
}

static int by_place(const void *left, const void *right)
{
    const struct taken *a = left;
    const struct taken *b = right;
    int order = strcmp(a->scheme, b->scheme);
    if (order == 0) {
        order = (a->partition > b->partition) - (a->partition < b->partition);
    }
    return order != 0 ? order : (a->first > b->first) - (a->first < b->first);
}

static void check_overlaps(struct checking *checking)
{
    if (checking->count > 1) {
        qsort(checking->taken, checking->count, sizeof(checking->taken[0]), by_place);
    }
    for (size_t i = 1; i < checking->count; i++) {
        const struct taken *a = &checking->taken[i - 1];
        const struct taken *b = &checking->taken[i];
        if (strcmp(a->scheme, b->scheme) == 0 && a->partition == b->partition &&
            b->first < a->end) {
            checking->problem(checking->context, b->run, "payment.twice",
                              "the run holds postings that another run has taken");
        }
    }
}

void vv_verify_lists(struct vv_client *client, struct vv_cli *cli,
                     void (*problem)(void *context, const char *where, const char *code,
                                     const char *text),
                     void *context)
{
    struct checking checking = {
        .client = client, .cli = cli, .problem = problem, .context = context};
    Vagval__V1__ListRuns query = VAGVAL__V1__LIST_RUNS__INIT;
    do {
        struct vv_client_answer answer;
        struct vv_request request = {.service = VV_PAYMENT, .type = VV_MSG_LIST_RUNS};
        vv_client_call(client, request, &query.base, &answer);
        const Vagval__V1__RunList *page = (const Vagval__V1__RunList *)answer.body;
        if (answer.status != VV_OK) {
            problem(context, "payment", "verify.unanswered", answer.text);
            query.first = 0;
        }
        for (size_t i = 0; answer.status == VV_OK && i < page->n_runs; i++) {
            struct vv_id id;
            if (vv_id_from_bytes(page->runs[i]->run.data, page->runs[i]->run.len, &id) != VV_OK ||
                !vv_payrun_walk(client, cli, id, true, on_page, &checking)) {
                problem(context, "payment", "verify.unanswered", "a run could not be read");
            }
        }
        query.first = answer.status == VV_OK ? page->next : 0;
        vv_client_answer_free(&answer);
    } while (query.first != 0);
    check_overlaps(&checking);
    free(checking.taken);
}
