/*
 * rating_print.c: results and ratings for people and programs. Unknown is written as `unknown` or
 * null, never as 0; a contract without a rating says why it has none.
 */
#include <inttypes.h>
#include <string.h>

#include "rating.h"
#include "table.h"

#define INTERVAL_BYTES 96

static int64_t sum(const int64_t counts[VV_MEASURE_LEVELS])
{
    return counts[0] + counts[1] + counts[2];
}

static const char *day_text(vv_date day, char text[static VV_DATE_TEXT_BYTES])
{
    vv_date_format(day, text);
    return text;
}

static const char *month_text(vv_date month, char text[static VV_DATE_TEXT_BYTES])
{
    vv_date_format(month, text);
    text[7] = '\0';
    return text;
}

static const char *rating_text(unsigned rating)
{
    static const char *const texts[] = {"none", "1", "2", "3", "4"};

    return rating <= VV_RATING_MAX ? texts[rating] : "?";
}

/* Weights of a month's participants; false: nobody took part. */
static bool weights_of(const struct vv_scheme *scheme, const int64_t *nation,
                       struct vv_weights *ret_weights)
{
    return scheme != NULL && scheme->rating != NULL &&
           vv_weights_normalised(scheme->rating, nation, ret_weights) == VV_OK;
}

static const char *interval_text(const struct vv_measure_counts *counts,
                                 const struct vv_weights *weights, char text[static INTERVAL_BYTES])
{
    struct vv_interval interval = {.known = false};

    if (weights != NULL) {
        interval = vv_measure_interval(counts, weights);
    }
    if (!interval.known) {
        (void)snprintf(text, INTERVAL_BYTES, "unknown");
    } else {
        (void)snprintf(text, INTERVAL_BYTES, "%" PRId64 ".%03" PRId64 "-%" PRId64 ".%03" PRId64,
                       interval.low / 1000, interval.low % 1000, interval.high / 1000,
                       interval.high % 1000);
    }
    return text;
}

static json_t *known_text(const char *text)
{
    return strcmp(text, "unknown") == 0 ? json_null() : json_string(text);
}

static json_t *levels_json(const struct vv_scheme *scheme, const struct vv_measure_counts *counts)
{
    json_t *levels = json_object();

    for (size_t i = 0; scheme != NULL && i < scheme->rating->level_count; i++) {
        (void)json_object_set_new(
            levels, scheme->rating->levels[i].code,
            json_pack("{s:I, s:I, s:I}", "participants", (json_int_t)counts->participants[i], "rr1",
                      (json_int_t)counts->rr1[i], "rr2", (json_int_t)counts->rr2[i]));
    }
    return levels;
}

/* ---- a month ---- */

struct found {
    struct vv_measure measure;
    char text[VV_MEASURE_TEXT_BYTES], interval[INTERVAL_BYTES];
    int rating;
    enum vv_rating_reason reason;
};

static struct found work_out(const struct vv_rating_book *book, const struct vv_weights *weights,
                             const struct vv_rated_contract *contract)
{
    struct found found = {.measure = {.known = false}};

    if (weights != NULL && vv_measure_of(&contract->counts, weights, &found.measure) != VV_OK) {
        found.measure.known = false;
    }
    vv_measure_format(&found.measure, found.text);
    (void)interval_text(&contract->counts, weights, found.interval);
    found.rating =
        vv_rating_of(book->scheme->rating, &found.measure, sum(contract->counts.participants),
                     contract->line->from, book->month, &found.reason);
    return found;
}

/* "0.271 (3)": as it was published first; "-" when it was not. */
static void published_cell(struct vv_table *table, const Vagval__V1__PublishedRating *published)
{
    if (published == NULL) {
        vv_table_cell(table, "-");
    } else {
        vv_table_cell(table, "%s (%s)", published->published->measure,
                      rating_text(published->published->rating));
    }
}

static void add_month_row(struct vv_table *table, json_t *list, const struct vv_rating_book *book,
                          const struct vv_weights *weights,
                          const struct vv_rated_contract *contract)
{
    const Vagval__V1__PublishedRating *published = contract->line->published;
    struct found found = work_out(book, weights, contract);
    const char *reason = found.reason == VV_RATED ? "" : vv_rating_reason_code(found.reason);
    char text[256] = "";
    json_t *reasons = json_array();

    for (size_t i = 0; i < contract->reason_count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof(text) - used, "%s%s x%" PRIu32, i == 0 ? "" : ", ",
                       contract->reasons[i].code, contract->reasons[i].count);
        (void)json_array_append_new(reasons,
                                    json_pack("{s:s, s:I}", "code", contract->reasons[i].code,
                                              "count", (json_int_t)contract->reasons[i].count));
    }
    vv_table_cell(table, "%s", contract->line->number);
    vv_table_cell(table, "%s", contract->line->provider_name);
    vv_table_cell(table, "%s", contract->line->area);
    vv_table_cell(table, "%" PRId64, sum(contract->counts.participants));
    vv_table_cell(table, "%" PRId64, sum(contract->counts.rr1));
    vv_table_cell(table, "%" PRId64, sum(contract->counts.rr2));
    vv_table_cell(table, "%s", found.text);
    vv_table_cell(table, "%s", found.interval);
    vv_table_cell(table, "%s", rating_text((unsigned)found.rating));
    published_cell(table, published);
    vv_table_cell(table, "%s", text[0] != '\0' ? text : reason);
    (void)json_array_append_new(
        list,
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "contract",
                  contract->line->number, "provider", contract->line->provider_name, "area",
                  contract->line->area, "levels", levels_json(book->scheme, &contract->counts),
                  "measure", known_text(found.text), "interval", known_text(found.interval),
                  "rating", found.rating == 0 ? json_null() : json_integer(found.rating),
                  "no_rating", reason, "published_measure",
                  published == NULL ? json_null() : known_text(published->published->measure),
                  "published_rating",
                  published == NULL || published->published->rating == 0
                      ? json_null()
                      : json_integer((json_int_t)published->published->rating),
                  "reasons", reasons));
}

static void print_weights(const struct vv_cli *cli, const struct vv_rating_book *book,
                          const struct vv_weights *weights)
{
    (void)fprintf(cli->out, "weights%s:",
                  book->nation_published ? " (fixed when the month was published)" : "");
    for (size_t i = 0; weights != NULL && i < book->scheme->rating->level_count; i++) {
        int64_t micro = 0;
        if (vv_weight_micro(weights, i, &micro) == VV_OK) {
            (void)fprintf(cli->out, " %s %" PRId64 ".%06" PRId64 " (%" PRId64 " people)",
                          book->scheme->rating->levels[i].code, micro / 1000000, micro % 1000000,
                          book->nation[i]);
        }
    }
    (void)fprintf(cli->out, "%s\n", weights == NULL ? " unknown, nobody took part" : "");
}

static void print_publication(const struct vv_cli *cli,
                              const struct vv_rating_publication *publication)
{
    if (publication->asked) {
        (void)fprintf(cli->out, "published %zu, revised %zu, unchanged %zu\n",
                      publication->published, publication->revised, publication->unchanged);
    }
    if (publication->refused > 0) {
        (void)fprintf(cli->err, "vagval: %zu refused, the last one: %s\n", publication->refused,
                      publication->problem);
    }
}

static json_t *month_json(const struct vv_rating_book *book, struct vv_cohort cohort,
                          vv_date known_through, const struct vv_rating_publication *publication,
                          json_t *list)
{
    char text[4][VV_DATE_TEXT_BYTES];

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:I}", "scheme",
        book->scheme->id, "month", month_text(book->month, text[0]), "cohort_from",
        day_text(cohort.from, text[1]), "cohort_to", day_text(cohort.to, text[2]), "known_through",
        day_text(known_through, text[3]), "example", (int)book->scheme->rating->example, "cases",
        (json_int_t)book->cases, "unweighed", (json_int_t)book->unweighed, "contracts", list,
        "published", (json_int_t)publication->published, "revised",
        (json_int_t)publication->revised, "unchanged", (json_int_t)publication->unchanged,
        "refused", (json_int_t)publication->refused);
}

int vv_rating_print_month(const struct vv_cli *cli, const struct vv_rating_book *book,
                          vv_date known_through, const struct vv_rating_publication *publication)
{
    struct vv_cohort cohort = vv_cohort_of(book->scheme->rating, book->month);
    struct vv_weights weights;
    bool weighed = weights_of(book->scheme, book->nation, &weights);
    struct vv_table *table =
        vv_table_create("contract|provider|area|>people|>RR1|>RR2|>measure|interval|rating|"
                        "as published|why");
    json_t *list = json_array();
    char text[3][VV_DATE_TEXT_BYTES];
    int code = publication->refused > 0 ? VV_EXIT_PROBLEM : VV_EXIT_OK;

    for (size_t i = 0; i < book->count; i++) {
        add_month_row(table, list, book, weighed ? &weights : NULL, &book->contracts[i]);
    }
    if (cli->json) {
        code = vv_cli_json(cli, month_json(book, cohort, known_through, publication, list), code);
    } else {
        (void)fprintf(cli->out, "%s, cohort of starts %s to %s, as known through %s\n",
                      book->scheme->id, day_text(cohort.from, text[0]),
                      day_text(cohort.to, text[1]), day_text(known_through, text[2]));
        print_weights(cli, book, weighed ? &weights : NULL);
        vv_table_print(table, cli->out);
        if (book->unweighed > 0) {
            (void)fprintf(cli->out, "%" PRIu64 " participants have no level that is weighed\n",
                          book->unweighed);
        }
        if (book->scheme->rating->example) {
            (void)fprintf(cli->out, "the ratings rest on thresholds marked `status: example`: "
                                    "nobody's real ones\n");
        }
        print_publication(cli, publication);
        json_decref(list);
    }
    vv_table_destroy(&table);
    return code;
}

/* ---- a contract's history ---- */

static void reasons_text(const Vagval__V1__RatingView *view, char *text, size_t cap)
{
    text[0] = '\0';
    for (size_t i = 0; i < view->n_reasons; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, cap - used, "%s%s x%" PRIu32, i == 0 ? "" : ", ",
                       view->reasons[i]->code, view->reasons[i]->count);
    }
}

static json_t *view_json(const struct vv_scheme *scheme, const Vagval__V1__RatingView *view,
                         const char *interval)
{
    struct vv_measure_counts counts = vv_counts_from(view->counts);
    char made[VV_DATE_TEXT_BYTES];
    char known[VV_DATE_TEXT_BYTES];
    json_t *reasons = json_array();

    for (size_t i = 0; i < view->n_reasons; i++) {
        (void)json_array_append_new(reasons,
                                    json_pack("{s:s, s:I}", "code", view->reasons[i]->code, "count",
                                              (json_int_t)view->reasons[i]->count));
    }
    return json_pack("{s:o, s:o, s:o, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "levels",
                     levels_json(scheme, &counts), "measure", known_text(view->measure), "interval",
                     known_text(interval), "no_rating", view->reason, "rating",
                     view->rating == 0 ? json_null() : json_integer((json_int_t)view->rating),
                     "made_on", day_text(view->made_on, made), "made_by", view->made_by,
                     "known_through", day_text((vv_date)(view->known_ms / VV_DAY_MS), known),
                     "method", view->method, "scheme_version", view->scheme_version, "reasons",
                     reasons);
}

static json_t *add_view(struct vv_table *table, const struct vv_rating_book *book,
                        const Vagval__V1__PublishedRating *published,
                        const Vagval__V1__RatingView *view, const char *name)
{
    struct vv_measure_counts counts = vv_counts_from(view->counts);
    int64_t nation[VV_MEASURE_LEVELS] = {0};
    struct vv_weights weights;
    char text[2][VV_DATE_TEXT_BYTES];
    char interval[INTERVAL_BYTES];
    char reasons[256];

    for (size_t i = 0; i < VV_MEASURE_LEVELS && i < published->n_nation; i++) {
        nation[i] = published->nation[i];
    }
    bool weighed = weights_of(book->scheme, nation, &weights);
    (void)interval_text(&counts, weighed ? &weights : NULL, interval);
    reasons_text(view, reasons, sizeof(reasons));
    vv_table_cell(table, "%s", month_text(published->month, text[0]));
    vv_table_cell(table, "%s", name);
    vv_table_cell(table, "%s", day_text(view->made_on, text[1]));
    vv_table_cell(table, "%s", view->made_by);
    vv_table_cell(table, "%" PRId64, sum(counts.participants));
    vv_table_cell(table, "%" PRId64, sum(counts.rr1));
    vv_table_cell(table, "%" PRId64, sum(counts.rr2));
    vv_table_cell(table, "%s", view->measure);
    vv_table_cell(table, "%s", interval);
    vv_table_cell(table, "%s", rating_text(view->rating));
    vv_table_cell(table, "%s", reasons[0] != '\0' ? reasons : view->reason);
    bool has_levels = book->scheme != NULL && book->scheme->rating != NULL;
    return view_json(has_levels ? book->scheme : NULL, view, interval);
}

static void print_decisions(const struct vv_cli *cli, const Vagval__V1__RatingHistory *history,
                            json_t *list)
{
    for (size_t i = 0; i < history->n_decisions; i++) {
        const Vagval__V1__ContractDecision *decision = history->decisions[i];
        char on[VV_DATE_TEXT_BYTES];
        char last[VV_DATE_TEXT_BYTES];
        const char *verdict = decision->approved ? "approved" : "rejected";
        (void)day_text(decision->decided_on, on);
        (void)day_text(decision->approved ? decision->last_day : decision->decided_on, last);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "kind", decision->kind, "verdict",
                            verdict, "decided_on", on, "decided_by", decision->decided_by, "reason",
                            decision->reason, "last_day", decision->approved ? last : NULL));
        if (!cli->json) {
            (void)fprintf(cli->out, "%s: %s %s by %s: %s%s%s\n", on, decision->kind, verdict,
                          decision->decided_by, decision->reason,
                          decision->approved ? "; chosen at the latest on " : "",
                          decision->approved ? last : "");
        }
    }
}

static void print_open(const struct vv_cli *cli, const Vagval__V1__RatingContract *contract)
{
    for (size_t i = 0; !cli->json && i < contract->n_proposals; i++) {
        char since[VV_DATE_TEXT_BYTES];
        (void)fprintf(cli->out,
                      "proposed since %s: %s (a person decides: `vagval rating decide`)\n",
                      day_text(contract->proposals[i]->since, since), contract->proposals[i]->kind);
    }
}

static json_t *proposals_json(const Vagval__V1__RatingContract *contract)
{
    json_t *list = json_array();

    for (size_t i = 0; i < contract->n_proposals; i++) {
        char since[VV_DATE_TEXT_BYTES];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "kind", contract->proposals[i]->kind, "since",
                            day_text(contract->proposals[i]->since, since)));
    }
    return list;
}

int vv_rating_print_history(const struct vv_cli *cli, const struct vv_rating_book *book,
                            const Vagval__V1__RatingHistory *history)
{
    const Vagval__V1__RatingContract *contract = history->contract;
    struct vv_table *table = vv_table_create("month|view|made on|by|>people|>RR1|>RR2|>measure|"
                                             "interval|rating|why");
    json_t *months = json_array();
    json_t *decisions = json_array();

    for (size_t i = 0; i < history->n_published; i++) {
        const Vagval__V1__PublishedRating *published = history->published[i];
        char month[VV_DATE_TEXT_BYTES];
        json_t *revised = json_array();
        json_t *first = add_view(table, book, published, published->published, "as published");
        for (size_t r = 0; r < published->n_revised; r++) {
            (void)json_array_append_new(
                revised, add_view(table, book, published, published->revised[r], "as revised"));
        }
        (void)json_array_append_new(
            months, json_pack("{s:s, s:o, s:o}", "month", month_text(published->month, month),
                              "as_published", first, "as_revised", revised));
    }
    if (!cli->json) {
        (void)fprintf(cli->out, "%s, %s, %s (%s)\n", contract->number, contract->provider_name,
                      contract->area, contract->scheme);
        if (history->n_published == 0) {
            (void)fprintf(cli->out, "nothing is published of it\n");
        } else {
            vv_table_print(table, cli->out);
        }
        print_open(cli, contract);
    }
    print_decisions(cli, history, decisions);
    vv_table_destroy(&table);
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "contract", contract->number, "provider",
                  contract->provider_name, "area", contract->area, "scheme", contract->scheme,
                  "months", months, "proposals", proposals_json(contract), "decisions", decisions);
    if (cli->json) {
        return vv_cli_json(cli, document, VV_EXIT_OK);
    }
    json_decref(document);
    return VV_EXIT_OK;
}

/* ---- proposals ---- */

static void latest_cells(struct vv_table *table, const Vagval__V1__PublishedRating *published)
{
    char month[VV_DATE_TEXT_BYTES];

    if (published == NULL) {
        vv_table_cell(table, "-");
        vv_table_cell(table, "-");
        vv_table_cell(table, "-");
        return;
    }
    const Vagval__V1__RatingView *view = vv_view_that_holds(published);
    vv_table_cell(table, "%s", month_text(published->month, month));
    published_cell(table, published);
    vv_table_cell(table, "%s (%s)", view->measure, rating_text(view->rating));
}

int vv_rating_print_proposals(const struct vv_cli *cli, const struct vv_rating_book *book, bool all)
{
    struct vv_table *table = vv_table_create(
        "contract|provider|area|>served|last choice|follow-up|as published|as revised|proposed|"
        "since");
    json_t *list = json_array();
    size_t open = 0;

    for (size_t i = 0; i < book->count; i++) {
        const Vagval__V1__RatingContract *line = book->contracts[i].line;
        char text[2][VV_DATE_TEXT_BYTES];
        size_t rows = all && line->n_proposals == 0 ? 1 : line->n_proposals;
        open += line->n_proposals;
        for (size_t p = 0; p < rows; p++) {
            bool proposed = p < line->n_proposals;
            vv_table_cell(table, "%s", line->number);
            vv_table_cell(table, "%s", line->provider_name);
            vv_table_cell(table, "%s", line->area);
            vv_table_cell(table, "%u", line->in_use);
            vv_table_cell(table, "%s",
                          line->last_choice == 0 ? "never" : day_text(line->last_choice, text[0]));
            latest_cells(table, line->published);
            vv_table_cell(table, "%s", proposed ? line->proposals[p]->kind : "");
            vv_table_cell(table, "%s",
                          proposed ? day_text(line->proposals[p]->since, text[1]) : "");
        }
        if (rows > 0) {
            (void)json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "contract", line->number,
                                "provider", line->provider_name, "area", line->area, "scheme",
                                line->scheme, "in_use", (json_int_t)line->in_use, "last_choice",
                                line->last_choice == 0
                                    ? json_null()
                                    : json_string(day_text(line->last_choice, text[0])),
                                "proposals", proposals_json(line)));
        }
    }
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(
            cli, json_pack("{s:I, s:O}", "open", (json_int_t)open, "contracts", list), VV_EXIT_OK);
    } else if (json_array_size(list) == 0) {
        (void)fprintf(cli->out, "nothing is proposed of %zu contracts\n", book->count);
    } else {
        vv_table_print(table, cli->out);
    }
    json_decref(list);
    vv_table_destroy(&table);
    return code;
}
