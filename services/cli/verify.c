/*
 * verify.c: `vagval verify`: every decision of every service made again from its stored facts, the
 * fact logs of payment and of the owners compared, the balances compared with the sum of postings.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../payment/verify_kinds.h"
#include "commands.h"
#include "progress.h"
#include "settle.h"
#include "sums.h"
#include "vagval/limits.h"
#include "verify_lists.h"

#define PAGE_CASES 64
#define RUNS_PARTITION 0
#define PROBLEMS_SHOWN 50
#define SETTLE_WAIT_MS 60000

struct verifying {
    struct vv_cli *cli;
    struct vv_client *client;
    struct vv_progress progress;
    uint64_t partitions_done;
    uint64_t cases[VV_SERVICE_COUNT], facts, derived, problems;
    size_t in_flight;
    json_t *listed;           /* the first problems */
    json_t *owners, *payment; /* case -> "<32 hex>:<count>" */
    struct vv_sums postings, places, budgets;
};

struct page {
    struct verifying *verifying;
    enum vv_service_id service;
    uint16_t partition;
    uint64_t after;
    int kind; /* of payment's records; -1 = cases */
};

static void problem(struct verifying *v, const char *where, const char *code, const char *text)
{
    v->problems++;
    if (json_array_size(v->listed) < PROBLEMS_SHOWN) {
        (void)json_array_append_new(
            v->listed, json_pack("{s:s, s:s, s:s}", "where", where, "code", code, "text", text));
    }
}

static void on_problem(void *context, const char *where, const char *code, const char *text)
{
    problem(context, where, code, text);
}

/* Digests of several owners are combined: exclusive-or of the ids, sum of the counts. */
static void add_digest(json_t *index, const Vagval__V1__CaseDigest *digest)
{
    struct vv_id case_id;
    struct vv_id facts = {{0}};
    char name[VV_ID_TEXT_BYTES];
    char text[80];
    char hex[VV_ID_TEXT_BYTES];
    if (vv_id_from_bytes(digest->case_id.data, digest->case_id.len, &case_id) != VV_OK) {
        return;
    }
    if (digest->facts.len == sizeof(facts.bytes)) {
        memcpy(facts.bytes, digest->facts.data, sizeof(facts.bytes));
    }
    vv_id_format(case_id, name);
    uint64_t count = digest->facts_count;
    const char *before = json_string_value(json_object_get(index, name));
    struct vv_id other;
    if (before != NULL && strlen(before) > 33) {
        (void)snprintf(hex, sizeof(hex), "%.32s", before);
        count += strtoull(before + 33, NULL, 10);
        for (size_t i = 0; vv_id_parse(hex, &other) == VV_OK && i < sizeof(other.bytes); i++) {
            facts.bytes[i] ^= other.bytes[i];
        }
    }
    vv_id_format(facts, hex);
    (void)snprintf(text, sizeof(text), "%s:%" PRIu64, hex, count);
    (void)json_object_set_new(index, name, json_string(text));
}

/* Postings have accounts; what cases ask of budgets, and what budgets hold, have names of their
 * own. */
static struct vv_sums *sums_of(struct page *page, const char *name)
{
    if (strncmp(name, "asked.", 6) == 0 || strncmp(name, "held.", 5) == 0) {
        return &page->verifying->budgets;
    }
    return page->service == VV_PAYMENT ? &page->verifying->postings : &page->verifying->places;
}

static void take_page(struct page *page, const Vagval__V1__VerifyResult *result)
{
    struct verifying *v = page->verifying;
    v->cases[page->service] += result->cases;
    v->facts += result->facts;
    v->derived += result->derived;
    for (size_t i = 0; i < result->n_problems; i++) {
        struct vv_id id;
        char text[VV_ID_TEXT_BYTES] = "?";
        if (vv_id_from_bytes(result->problems[i]->case_id.data, result->problems[i]->case_id.len,
                             &id) == VV_OK) {
            vv_id_format(id, text);
        }
        problem(v, text, result->problems[i]->code, result->problems[i]->text);
    }
    bool owner = page->service == VV_REGISTRY || page->service == VV_ASSESSMENT;
    for (size_t i = 0; i < result->n_digests && (owner || page->service == VV_PAYMENT); i++) {
        add_digest(owner ? v->owners : v->payment, result->digests[i]);
    }
    for (size_t i = 0; i < result->n_sums; i++) {
        vv_sums_add(sums_of(page, result->sums[i]->name), result->sums[i]->name,
                    result->sums[i]->amount, result->sums[i]->count);
    }
}

static void ask_page(struct page *page);

/* After a partition's cases come the other records that payment keeps. All runs are in one place.
 */
static bool next_kind(struct page *page)
{
    page->kind++;
    page->after = 0;
    return page->kind < VV_VERIFY_KINDS &&
           (page->kind != VV_VERIFY_RUNS || page->partition == RUNS_PARTITION);
}

static void on_page(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct page *page = context;
    struct verifying *v = page->verifying;
    v->in_flight--;
    uint64_t next = 0;
    if (status == VV_OK && frame != NULL && frame->body != NULL) {
        const Vagval__V1__VerifyResult *result = (const Vagval__V1__VerifyResult *)frame->body;
        take_page(page, result);
        next = result->next;
    } else {
        char where[64];
        (void)snprintf(where, sizeof(where), "%s partition %u", vv_service_name(page->service),
                       page->partition);
        problem(v, where, "verify.unanswered",
                frame == NULL ? "no answer in time" : frame->envelope->error);
    }
    if (next > page->after) {
        page->after = next;
        ask_page(page);
        return;
    }
    if (page->service == VV_PAYMENT && next_kind(page)) {
        ask_page(page);
        return;
    }
    v->partitions_done++;
    free(page);
}

static void ask_page(struct page *page)
{
    struct verifying *v = page->verifying;
    Vagval__V1__VerifyPage body = VAGVAL__V1__VERIFY_PAGE__INIT;
    Vagval__V1__VerifyRecords records = VAGVAL__V1__VERIFY_RECORDS__INIT;
    bool cases = page->kind < 0;
    body.partition = records.partition = page->partition;
    body.after = records.after = page->after;
    body.limit = PAGE_CASES;
    records.kind = cases ? 0 : (uint32_t)page->kind;
    struct vv_request request = {.service = page->service,
                                 .partition = page->partition,
                                 .type = cases ? VV_MSG_VERIFY_PAGE : VV_MSG_VERIFY_RECORDS,
                                 .budget_ms = 60000};
    enum vv_status status =
        vv_client_send(v->client, request, cases ? &body.base : &records.base, on_page, page);
    if (status != VV_OK) {
        problem(v, vv_service_name(page->service), "verify.unanswered", "could not be sent");
        v->partitions_done++;
        free(page);
        return;
    }
    v->in_flight++;
}

static void run_pages(struct verifying *v)
{
    uint16_t partitions = vv_client_partitions(v->client);
    uint64_t total = (uint64_t)partitions * VV_SERVICE_COUNT;
    vv_progress_start(&v->progress, v->cli->err, v->cli->json, "verify", "partitions", total);
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        for (uint16_t p = 0; p < partitions; p++) {
            while (v->in_flight >= 64) {
                vv_client_turn(v->client, 1000);
                vv_progress_show(&v->progress, v->partitions_done, NULL);
            }
            struct page *page = calloc(1, sizeof(*page));
            if (page == NULL) {
                problem(v, "vagval", "verify.memory", "no memory");
                continue;
            }
            *page = (struct page){v, (enum vv_service_id)s, p, 0, -1};
            ask_page(page);
        }
    }
    while (v->in_flight > 0) {
        vv_client_turn(v->client, 1000);
        vv_progress_show(&v->progress, v->partitions_done, NULL);
    }
    vv_progress_end(&v->progress, v->partitions_done, NULL);
}

static bool is_empty_digest(const char *text)
{
    return text == NULL || strcmp(text, "00000000000000000000000000000000:0") == 0;
}

/* Payment acts on copies of the owners' events: each case must have seen exactly those. */
static void compare_digests(struct verifying *v)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(v->owners, name, value)
    {
        const char *own = json_string_value(value);
        const char *copy = json_string_value(json_object_get(v->payment, name));
        bool same = (is_empty_digest(own) && is_empty_digest(copy)) ||
                    (copy != NULL && strcmp(own, copy) == 0);
        if (!same) {
            problem(v, name, "payment.facts-differ",
                    "payment's facts are not those that assessment and provider-registry told");
        }
    }
    json_object_foreach(v->payment, name, value)
    {
        if (json_object_get(v->owners, name) == NULL &&
            !is_empty_digest(json_string_value(value))) {
            problem(v, name, "payment.facts-unknown",
                    "payment has facts of a case that no owner knows");
        }
    }
}

static void compare_one(struct verifying *v, struct vv_sums *others, const struct vv_sum *sum,
                        const char *text)
{
    if (vv_sums_amount(others, sum->name) != sum->amount) {
        problem(v, sum->name, "ledger.differs", text);
    }
}

static void compare_ledger(struct verifying *v)
{
    struct vv_ledger ledger;
    int64_t total = 0;
    if (!vv_ledger_fetch(v->client, &ledger)) {
        problem(v, "payment", "ledger.unread", ledger.problem);
    }
    for (size_t i = 0; i < ledger.balances.count; i++) {
        total += ledger.balances.items[i].amount;
        compare_one(v, &v->postings, &ledger.balances.items[i],
                    "the balance is not the sum of its postings");
    }
    for (size_t i = 0; i < v->postings.count; i++) {
        if (vv_sums_find(&ledger.balances, v->postings.items[i].name) == NULL) {
            compare_one(v, &ledger.balances, &v->postings.items[i],
                        "there are postings but no balance");
        }
    }
    if (total != 0) {
        problem(v, "ledger", "ledger.unbalanced", "debits and credits do not sum to 0");
    }
    vv_ledger_free(&ledger);
}

/* Places that areas count as taken, against the placements that cases hold. */
static void compare_places(struct verifying *v)
{
    for (size_t i = 0; i < v->places.count; i++) {
        const struct vv_sum *sum = &v->places.items[i];
        char name[128];
        if (strncmp(sum->name, "taken:", 6) != 0) {
            continue;
        }
        (void)snprintf(name, sizeof(name), "placed:%s", sum->name + 6);
        if (vv_sums_amount(&v->places, name) != sum->amount) {
            problem(v, sum->name + 6, "registry.capacity-differs",
                    "the contract's places taken are not its running placements");
        }
    }
}

/* What budgets hold for their claims, against what cases have asked for. */
static void compare_budgets(struct verifying *v)
{
    for (size_t i = 0; i < v->budgets.count; i++) {
        const struct vv_sum *sum = &v->budgets.items[i];
        bool held = strncmp(sum->name, "held.", 5) == 0;
        const char *rest = sum->name + (held ? 5 : 6);
        char other[128];
        (void)snprintf(other, sizeof(other), "%s%.100s", held ? "asked." : "held.", rest);
        bool first = held || vv_sums_find(&v->budgets, other) == NULL;
        if (first && vv_sums_amount(&v->budgets, other) != sum->amount) {
            problem(v, strchr(rest, ':') + 1, "payment.budget-differs",
                    "what the budget holds is not what its cases have asked for");
        }
    }
}

static int tell(struct verifying *v)
{
    uint64_t cases = v->cases[VV_INTAKE];
    int code = v->problems == 0 ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    if (v->cli->json) {
        return vv_cli_json(v->cli,
                           json_pack("{s:I, s:I, s:I, s:I, s:O}", "cases", (json_int_t)cases,
                                     "facts", (json_int_t)v->facts, "derived",
                                     (json_int_t)v->derived, "problem_count",
                                     (json_int_t)v->problems, "problems", v->listed),
                           code);
    }
    for (size_t i = 0; i < json_array_size(v->listed); i++) {
        json_t *one = json_array_get(v->listed, i);
        (void)fprintf(v->cli->out, "%s  %s: %s\n", json_string_value(json_object_get(one, "where")),
                      json_string_value(json_object_get(one, "code")),
                      json_string_value(json_object_get(one, "text")));
    }
    if (v->problems > json_array_size(v->listed)) {
        (void)fprintf(v->cli->out, "... and %" PRIu64 " more\n",
                      v->problems - json_array_size(v->listed));
    }
    (void)fprintf(v->cli->out,
                  "verify: %" PRIu64 " cases, %" PRIu64 " facts, %" PRIu64
                  " decisions re-derived, %" PRIu64 " problem%s\n",
                  cases, v->facts, v->derived, v->problems, v->problems == 1 ? "" : "s");
    return code;
}

int vv_command_verify(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct verifying v;
    struct vv_error error = {0};
    uint64_t commits = 0;
    memset(&v, 0, sizeof(v));
    v.cli = cli;
    v.client = vv_client_open(cli);
    if (v.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    v.listed = json_array();
    v.owners = json_object();
    v.payment = json_object();
    int code = VV_EXIT_PROBLEM;
    /* What is on its way between services would look like a difference: wait until it is there. */
    if (vv_settle(v.client, VV_DATE_NONE, SETTLE_WAIT_MS, &commits, &error) != VV_OK) {
        code = vv_cli_fail(cli, &error,
                           error.status == VV_FORBIDDEN
                               ? NULL
                               : "verify compares a system at rest: stop what is loading");
    } else {
        run_pages(&v);
        compare_digests(&v);
        compare_ledger(&v);
        compare_budgets(&v);
        vv_verify_lists(v.client, cli, on_problem, &v);
        compare_places(&v);
        code = tell(&v);
    }
    json_decref(v.listed);
    json_decref(v.owners);
    json_decref(v.payment);
    vv_sums_free(&v.postings);
    vv_sums_free(&v.places);
    vv_sums_free(&v.budgets);
    vv_client_close(&v.client);
    return code;
}
