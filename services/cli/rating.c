/*
 * rating.c: `vagval rating`: compute a month's results, publish and revise them, show a contract's
 * views, list what is proposed and decide on it.
 */
#include "rating.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "vagval/limits.h"

#define SOURCE "vagval-rating"

bool vv_month_parse(const char *text, vv_date *ret_month)
{
    char day[VV_DATE_TEXT_BYTES];

    if (strlen(text) != 7) {
        return false;
    }
    (void)snprintf(day, sizeof(day), "%s-01", text);
    return vv_date_parse(day, ret_month) == VV_OK;
}

static int failed(const struct vv_cli *cli, struct vv_rating_book *book)
{
    struct vv_client *client = book->client;
    int code = vv_cli_wrong(cli,
                            "`vagval status` shows what runs, `vagval scheme list` what is "
                            "published",
                            "%s", book->problem);

    vv_rating_book_free(book);
    vv_client_close(&client);
    return code;
}

static int finished(struct vv_rating_book *book, int code)
{
    struct vv_client *client = book->client;

    vv_rating_book_free(book);
    vv_client_close(&client);
    return code;
}

/* ---- publishing ---- */

struct publishing {
    const struct vv_cli *cli;
    size_t published, revised, unchanged, refused, pending;
    char problem[320];
};

static void on_published(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct publishing *publishing = context;

    publishing->pending--;
    if (status != VV_OK || frame == NULL || frame->body == NULL) {
        publishing->refused++;
        (void)snprintf(publishing->problem, sizeof(publishing->problem), "%s",
                       frame == NULL ? "no answer in time" : frame->envelope->error);
        return;
    }
    const char *state = ((const Vagval__V1__Accepted *)frame->body)->state;
    publishing->published += strcmp(state, "published") == 0 ? 1 : 0;
    publishing->revised += strcmp(state, "revised") == 0 ? 1 : 0;
    publishing->unchanged += strcmp(state, "unchanged") == 0 ? 1 : 0;
}

static bool same(const struct vv_measure_counts *a, const struct vv_measure_counts *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The numbers of one contract's message. */
struct numbers {
    Vagval__V1__RatingCounts counts;
    uint32_t people[VV_MEASURE_LEVELS], rr1[VV_MEASURE_LEVELS], rr2[VV_MEASURE_LEVELS];
    uint32_t nation[VV_MEASURE_LEVELS];
    Vagval__V1__RevisionReason reasons[16];
    Vagval__V1__RevisionReason *reason_list[16];
};

static void fill_numbers(const struct vv_rating_book *book,
                         const struct vv_rated_contract *contract, struct numbers *numbers,
                         Vagval__V1__PublishRating *body)
{
    size_t levels = book->scheme->rating->level_count;

    vagval__v1__rating_counts__init(&numbers->counts);
    for (size_t i = 0; i < levels; i++) {
        numbers->people[i] = (uint32_t)contract->counts.participants[i];
        numbers->rr1[i] = (uint32_t)contract->counts.rr1[i];
        numbers->rr2[i] = (uint32_t)contract->counts.rr2[i];
        numbers->nation[i] = (uint32_t)book->nation[i];
    }
    numbers->counts.participants = numbers->people;
    numbers->counts.rr1 = numbers->rr1;
    numbers->counts.rr2 = numbers->rr2;
    numbers->counts.n_participants = numbers->counts.n_rr1 = numbers->counts.n_rr2 = levels;
    body->counts = &numbers->counts;
    body->nation = numbers->nation;
    body->n_nation = levels;
}

/* Why the counts differ from what was published; counts that differ without a reason of the rules
 * were counted anew by another method. */
static void fill_reasons(const struct vv_rated_contract *contract, struct numbers *numbers,
                         Vagval__V1__PublishRating *body)
{
    static char recount[] = "recount";
    size_t count = contract->reason_count;

    for (size_t i = 0; i < count || i == 0; i++) {
        Vagval__V1__RevisionReason *reason = &numbers->reasons[i];
        vagval__v1__revision_reason__init(reason);
        reason->code = count == 0 ? recount : (char *)(uintptr_t)contract->reasons[i].code;
        reason->count = count == 0 ? 1 : contract->reasons[i].count;
        numbers->reason_list[i] = reason;
    }
    body->reasons = numbers->reason_list;
    body->n_reasons = count == 0 ? 1 : count;
}

static void publish_one(struct publishing *publishing, const struct vv_rating_book *book,
                        const struct vv_rated_contract *contract)
{
    const Vagval__V1__PublishedRating *published = contract->line->published;
    Vagval__V1__PublishRating body = VAGVAL__V1__PUBLISH_RATING__INIT;
    struct numbers numbers;
    char source[] = SOURCE;
    char reference[VV_NAME_BYTES_MAX];
    char id[VV_ID_TEXT_BYTES];

    if (published != NULL) {
        struct vv_measure_counts before = vv_counts_from(vv_view_that_holds(published)->counts);
        if (same(&before, &contract->counts)) {
            publishing->unchanged++;
            return;
        }
        fill_reasons(contract, &numbers, &body);
    }
    vv_id_format(contract->contract, id);
    (void)snprintf(reference, sizeof(reference), "%s:%" PRId32 ":%" PRId64, id, book->month,
                   book->known_ms);
    body.source = source;
    body.source_ref = reference;
    body.contract = (ProtobufCBinaryData){sizeof(contract->contract.bytes),
                                          (uint8_t *)(uintptr_t)contract->contract.bytes};
    body.month = book->month;
    body.known_ms = book->known_ms;
    fill_numbers(book, contract, &numbers, &body);
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(contract->contract),
                                 .type = VV_MSG_PUBLISH_RATING,
                                 .id = vv_id_fact(SOURCE, "publish", reference),
                                 .subject = contract->contract,
                                 .scheme = book->scheme->id,
                                 .budget_ms = 60000};
    while (vv_client_pending(book->client) >= 256) {
        vv_client_turn(book->client, 1000);
    }
    if (vv_client_send(book->client, request, &body.base, on_published, publishing) == VV_OK) {
        publishing->pending++;
    } else {
        publishing->refused++;
        (void)snprintf(publishing->problem, sizeof(publishing->problem), "could not be sent");
    }
}

static void publish_all(struct vv_rating_book *book, struct publishing *publishing)
{
    for (size_t i = 0; i < book->count; i++) {
        publish_one(publishing, book, &book->contracts[i]);
    }
    while (publishing->pending > 0) {
        vv_client_turn(book->client, 1000);
    }
}

/* ---- compute ---- */

static int command_rating_compute(struct vv_cli *cli, const struct vv_args *args)
{
    const char *month = vv_args_text(args, "month", NULL);
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_rating_book book = {.client = NULL};
    struct publishing publishing = {.cli = cli};

    if (month == NULL || !vv_month_parse(month, &book.month)) {
        return vv_cli_usage(cli, "example: vagval rating compute --month 2026-05",
                            "--month YYYY-MM is %s", month == NULL ? "missing" : "not a month");
    }
    book.client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (book.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    vv_date today = vv_client_business_date(book.client);
    vv_date through = (vv_date)vv_args_number(args, "known-through", today - 1);
    if (book.month > today) { /* nobody's result is known: a measure of 0 would say that it is */
        (void)vv_cli_wrong(cli, "name a month that has begun", "--month %s has not begun",
                           vv_args_text(args, "month", ""));
        return finished(&book, VV_EXIT_PROBLEM);
    }
    book.known_ms = ((int64_t)through + 1) * VV_DAY_MS - 1;
    if (!vv_rating_book_scheme(&book, scheme, vv_date_month_end(book.month)) ||
        !vv_rating_book_contracts(&book, scheme) || !vv_rating_book_counts(&book)) {
        return failed(cli, &book);
    }
    if (vv_args_flag(args, "publish")) {
        publish_all(&book, &publishing);
    }
    struct vv_rating_publication result = {
        vv_args_flag(args, "publish"), publishing.published, publishing.revised,
        publishing.unchanged,          publishing.refused,   publishing.problem};
    int code = vv_rating_print_month(cli, &book, through, &result);
    return finished(&book, code);
}

/* ---- show ---- */

/* Reads the contracts and finds the one that is named; NULL with the code to return. */
static struct vv_rated_contract *find_contract(struct vv_cli *cli, struct vv_rating_book *book,
                                               const char *scheme, const char *text, int *ret_code)
{
    bool several = false;

    if (!vv_rating_book_contracts(book, scheme)) {
        *ret_code = failed(cli, book);
        return NULL;
    }
    struct vv_rated_contract *contract = vv_rating_book_find(book, text, &several);
    if (contract == NULL || several) {
        int code =
            vv_cli_wrong(cli,
                         several ? "name the scheme with --scheme, or give the contract's id"
                                 : "`vagval rating proposals --all` lists the contracts",
                         several ? "several contracts are called %s" : "no contract %s", text);
        *ret_code = finished(book, code);
        return NULL;
    }
    return contract;
}

static int command_rating_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_rating_book book = {.client = vv_client_open_for(cli, 1u << VV_REGISTRY)};
    const char *scheme = vv_args_text(args, "scheme", NULL);
    int code = VV_EXIT_PROBLEM;

    if (book.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_rated_contract *contract = find_contract(cli, &book, scheme, args->words[0], &code);
    if (contract == NULL) {
        return code;
    }
    /* Intervals rest on the scheme's weights: of today's version, else they are left out. */
    vv_date today = vv_client_business_date(book.client);
    (void)vv_rating_book_scheme(&book, contract->line->scheme, today);
    Vagval__V1__RatingShow body = VAGVAL__V1__RATING_SHOW__INIT;
    struct vv_client_answer answer;
    body.contract =
        (ProtobufCBinaryData){sizeof(contract->contract.bytes), contract->contract.bytes};
    struct vv_request request =
        vv_client_about(VV_REGISTRY, VV_MSG_RATING_SHOW, contract->contract, NULL);
    vv_client_call(book.client, request, &body.base, &answer);
    if (answer.status == VV_OK) {
        code = vv_rating_print_history(cli, &book, (const Vagval__V1__RatingHistory *)answer.body);
    } else {
        code = vv_cli_wrong(cli, NULL, "%s: %s", args->words[0], answer.text);
    }
    vv_client_answer_free(&answer);
    return finished(&book, code);
}

/* ---- proposals ---- */

static int command_rating_proposals(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_rating_book book = {.client = vv_client_open_for(cli, 1u << VV_REGISTRY)};

    if (book.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (!vv_rating_book_contracts(&book, vv_args_text(args, "scheme", NULL))) {
        return failed(cli, &book);
    }
    return finished(&book, vv_rating_print_proposals(cli, &book, vv_args_flag(args, "all")));
}

static const Vagval__V1__ContractProposal *proposal_of(const struct vv_rated_contract *contract,
                                                       const char *kind)
{
    for (size_t i = 0; i < contract->line->n_proposals; i++) {
        if (kind == NULL || strcmp(contract->line->proposals[i]->kind, kind) == 0) {
            return contract->line->proposals[i];
        }
    }
    return NULL;
}

static int send_decision(struct vv_cli *cli, const struct vv_args *args,
                         struct vv_rating_book *book, const struct vv_rated_contract *contract,
                         const Vagval__V1__ContractProposal *proposal)
{
    Vagval__V1__DecideFollowUp body = VAGVAL__V1__DECIDE_FOLLOW_UP__INIT;
    struct vv_client_answer answer;
    char source[] = SOURCE;
    char reference[VV_NAME_BYTES_MAX];
    char id[VV_ID_TEXT_BYTES];

    vv_id_format(contract->contract, id);
    (void)snprintf(reference, sizeof(reference), "%s:%s:%" PRId32, id, proposal->kind,
                   proposal->basis);
    body.source = source;
    body.source_ref = reference;
    body.contract = (ProtobufCBinaryData){sizeof(contract->contract.bytes),
                                          (uint8_t *)(uintptr_t)contract->contract.bytes};
    body.kind = proposal->kind;
    body.approve = vv_args_flag(args, "approve");
    body.last_day = body.approve ? (int32_t)vv_args_number(args, "last-day",
                                                           vv_client_business_date(book->client))
                                 : 0;
    body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "");
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(contract->contract),
                                 .type = VV_MSG_DECIDE_FOLLOW_UP,
                                 .id = vv_id_fact(SOURCE, "decide", reference),
                                 .subject = contract->contract,
                                 .scheme = contract->line->scheme};
    vv_client_call(book->client, request, &body.base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(cli,
                            answer.status == VV_CONFLICT
                                ? "somebody has decided on it already: `vagval rating show`"
                                : NULL,
                            "%s: %s", answer.field, answer.text);
    } else {
        const char *state = ((const Vagval__V1__Accepted *)answer.body)->state;
        code = cli->json
                   ? vv_cli_json(cli,
                                 json_pack("{s:s, s:s, s:s}", "contract", contract->line->number,
                                           "kind", proposal->kind, "state", state),
                                 VV_EXIT_OK)
                   : (fprintf(cli->out, "%s: %s %s\n", contract->line->number, proposal->kind,
                              state) < 0);
    }
    vv_client_answer_free(&answer);
    return code;
}

static int command_rating_decide(struct vv_cli *cli, const struct vv_args *args)
{
    const char *kind = vv_args_text(args, "kind", NULL);
    int code = VV_EXIT_PROBLEM;

    if (vv_args_flag(args, "approve") == vv_args_flag(args, "reject") ||
        vv_args_text(args, "reason", "")[0] == '\0') {
        return vv_cli_usage(cli,
                            "example: vagval --as bo rating decide KA-1 --approve --last-day "
                            "2026-09-30 --reason \"weak at two follow-ups\"",
                            "needs --approve or --reject, and --reason");
    }
    struct vv_rating_book book = {.client = vv_client_open_for(cli, 1u << VV_REGISTRY)};
    if (book.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_rated_contract *contract =
        find_contract(cli, &book, vv_args_text(args, "scheme", NULL), args->words[0], &code);
    if (contract == NULL) {
        return code;
    }
    const Vagval__V1__ContractProposal *proposal = proposal_of(contract, kind);
    if (proposal == NULL || (kind == NULL && contract->line->n_proposals > 1)) {
        code =
            vv_cli_wrong(cli, "`vagval rating proposals` lists what is open",
                         proposal == NULL ? "nothing%s%s is proposed of contract %s"
                                          : "several things are proposed%s%s of contract %s: "
                                            "name one with --kind",
                         kind == NULL ? "" : " of kind ", kind == NULL ? "" : kind, args->words[0]);
    } else {
        code = send_decision(cli, args, &book, contract, proposal);
    }
    return finished(&book, code);
}

/* ---- verify ---- */

static int command_rating_verify(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_rating_book book = {.client = vv_client_open_for(cli, 1u << VV_REGISTRY)};
    json_t *wrong = json_array();
    uint64_t views = 0;
    uint64_t unsound = 0;

    if (book.client == NULL) {
        json_decref(wrong);
        return VV_EXIT_PROBLEM;
    }
    if (!vv_rating_book_contracts(&book, vv_args_text(args, "scheme", NULL))) {
        json_decref(wrong);
        return failed(cli, &book);
    }
    for (size_t i = 0; i < book.count; i++) {
        const Vagval__V1__RatingContract *line = book.contracts[i].line;
        views += line->views;
        unsound += line->unsound;
        if (line->unsound > 0) {
            (void)json_array_append_new(wrong, json_string(line->number));
        }
        if (line->unsound > 0 && !cli->json) {
            (void)fprintf(cli->out, "%s: %u views do not follow from their counts\n", line->number,
                          line->unsound);
        }
    }
    int code = unsound == 0 ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:I, s:I, s:I, s:O}", "contracts", (json_int_t)book.count,
                                     "views", (json_int_t)views, "unsound", (json_int_t)unsound,
                                     "wrong", wrong),
                           code);
    } else {
        (void)fprintf(cli->out,
                      "%zu contracts, %" PRIu64 " views made again from their counts, %" PRIu64
                      " problems\n",
                      book.count, views, unsound);
    }
    json_decref(wrong);
    return finished(&book, code);
}

/* ---- the commands ---- */

static const struct vv_option compute_options[] = {
    {"month", "YYYY-MM", VV_OPTION_TEXT, "the month followed up", 0, 0},
    VV_SCHEME_OPTION,
    {"known-through", "DATE", VV_OPTION_DATE, "count what was recorded until then (yesterday)", 0,
     0},
    {"publish", NULL, VV_OPTION_FLAG, "store the results; what is published already is revised", 0,
     0},
    VV_END_OF_OPTIONS};
static const struct vv_option show_options[] = {VV_SCHEME_ONLY_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option proposal_options[] = {
    VV_SCHEME_ONLY_OPTION,
    {"all", NULL, VV_OPTION_FLAG, "list all contracts, not only those with proposals", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option decide_options[] = {
    VV_SCHEME_ONLY_OPTION,
    {"kind", "KIND", VV_OPTION_TEXT, "termination or empty_contract, when both are proposed", 0, 0},
    {"approve", NULL, VV_OPTION_FLAG, "nobody can choose the contract after the last day", 0, 0},
    {"reject", NULL, VV_OPTION_FLAG, "the contract goes on", 0, 0},
    {"last-day", "DATE", VV_OPTION_DATE, "with --approve: last day for choices (today)", 0, 0},
    {"reason", "TEXT", VV_OPTION_TEXT, "why; about the contract, never about a person", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_rating[] = {
    {"rating compute", "", "results and ratings of all contracts for a month",
     "Counts the month's cohort (by the scheme, for example starts 22 to 11 months before) per\n"
     "contract: participants, first and second half of the result, measure, its 95 % interval and\n"
     "the rating. Counted is what was recorded until yesterday, of results whose day lies within\n"
     "the month. A contract without participants has the measure `unknown`, never 0. With\n"
     "--publish the results are stored; a month that is published already keeps what was\n"
     "published and gets a revision with its reasons.",
     "vagval rating compute --month 2021-03 --publish", compute_options, 0, 0,
     command_rating_compute},
    {"rating show", "CONTRACT", "a contract's follow-ups, as published and as revised, and why",
     NULL, "vagval rating show KA-000028", show_options, 1, 1, command_rating_show},
    {"rating verify", "", "make every published and revised view again from its counts", NULL,
     "vagval rating verify", show_options, 0, 0, command_rating_verify},
    {"rating proposals", "", "contracts to terminate or to de-authorise, for a person to decide",
     "Termination: weak results at consecutive follow-ups of a contract that is old enough.\n"
     "Empty contract: nobody chose it for so many months and nobody is served. Both by the\n"
     "scheme's rules; nothing happens by itself.",
     "vagval rating proposals", proposal_options, 0, 0, command_rating_proposals},
    {"rating decide", "CONTRACT", "decide on what is proposed of a contract",
     "Who published the follow-up cannot decide on it: use a key of your own (`vagval keys add`).",
     "vagval rating decide KA-000028 --approve --last-day 2021-09-30 --reason 'weak twice' "
     "--as bo",
     decide_options, 1, 1, command_rating_decide},
    VV_END_OF_COMMANDS,
};
