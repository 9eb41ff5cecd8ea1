/*
 * timeline.c: `vagval case show` and `case list`: what is known of a case, and which cases there
 * are.
 */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "table.h"
#include "vagval/limits.h"

struct timeline {
    struct vv_client_answer views[VV_SERVICE_COUNT]; /* keep the entries alive */
    const Vagval__V1__TimelineEntry **entries;       /* by effective date, then recorded */
    size_t count;
    const char *state[VV_SERVICE_COUNT];
    const char *scheme;
};

/* What a service derived carries no moment of its own: it was known when it took effect. */
static int64_t known_ms(const Vagval__V1__TimelineEntry *entry)
{
    return entry->recorded_ms != 0 ? entry->recorded_ms : entry->effective * VV_DAY_MS;
}

/* Services in the order in which a case passes through them. */
static unsigned stage(const Vagval__V1__TimelineEntry *entry)
{
    enum vv_service_id service;
    return vv_service_parse(entry->service, &service) ? (unsigned)service : VV_SERVICE_COUNT;
}

static int compare(const void *a, const void *b)
{
    const Vagval__V1__TimelineEntry *left = *(const Vagval__V1__TimelineEntry *const *)a;
    const Vagval__V1__TimelineEntry *right = *(const Vagval__V1__TimelineEntry *const *)b;
    if (left->effective != right->effective) {
        return left->effective < right->effective ? -1 : 1;
    }
    if (known_ms(left) != known_ms(right)) {
        return known_ms(left) < known_ms(right) ? -1 : 1;
    }
    if (stage(left) != stage(right)) {
        return stage(left) < stage(right) ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

static enum vv_status merge(struct timeline *timeline, struct vv_error *ret_error)
{
    size_t count = 0;
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        const Vagval__V1__CaseView *view = (const Vagval__V1__CaseView *)timeline->views[s].body;
        if (view != NULL) {
            count += view->n_timeline;
            timeline->state[s] = view->state;
            timeline->scheme = view->scheme[0] == '\0' ? timeline->scheme : view->scheme;
        }
    }
    timeline->entries = calloc(count + 1, sizeof(timeline->entries[0]));
    if (timeline->entries == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "case", NULL, 0, "no memory");
    }
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        const Vagval__V1__CaseView *view = (const Vagval__V1__CaseView *)timeline->views[s].body;
        for (size_t i = 0; view != NULL && i < view->n_timeline; i++) {
            timeline->entries[timeline->count++] = view->timeline[i];
        }
    }
    qsort(timeline->entries, timeline->count, sizeof(timeline->entries[0]), compare);
    return VV_OK;
}

static void free_timeline(struct timeline *timeline)
{
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        vv_client_answer_free(&timeline->views[s]);
    }
    free(timeline->entries);
    timeline->entries = NULL;
}

/* NOT_FOUND of a service that has not heard of the case is no problem; when none has,
 * VV_NOT_FOUND. */
static enum vv_status fetch(struct vv_client *client, struct vv_id case_id,
                            struct timeline *ret_timeline, struct vv_error *ret_error)
{
    struct timeline timeline;
    memset(&timeline, 0, sizeof(timeline));
    timeline.scheme = "";
    enum vv_status status = VV_NOT_FOUND;
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        Vagval__V1__CaseShow show = VAGVAL__V1__CASE_SHOW__INIT;
        show.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        struct vv_request request = {.service = (enum vv_service_id)s,
                                     .partition = vv_id_partition(case_id),
                                     .type = VV_MSG_CASE_SHOW,
                                     .subject = case_id};
        timeline.state[s] = "";
        vv_client_call(client, request, &show.base, &timeline.views[s]);
        enum vv_status one = timeline.views[s].status;
        if (one == VV_OK && status == VV_NOT_FOUND) {
            status = VV_OK;
        } else if (one != VV_OK && one != VV_NOT_FOUND) {
            status = vv_fail(ret_error, one, vv_service_name((enum vv_service_id)s), NULL, 0,
                             "does not show the case: %s", timeline.views[s].text);
            break;
        }
    }
    if (status == VV_NOT_FOUND) {
        (void)vv_fail(ret_error, status, "case", NULL, 0, "no service knows a case of this id");
    }
    if (status == VV_OK) {
        status = merge(&timeline, ret_error);
    }
    if (status != VV_OK) {
        free_timeline(&timeline);
        return status;
    }
    *ret_timeline = timeline;
    return VV_OK;
}

bool vv_language_read(const struct vv_cli *cli, const struct vv_args *args,
                      enum vv_language *ret_language)
{
    const char *text = vv_args_text(args, "lang", "en");
    if (strcmp(text, "en") != 0 && strcmp(text, "sv") != 0) {
        (void)vv_cli_wrong(cli, NULL, "--lang is en or sv, not `%s`", text);
        return false;
    }
    *ret_language = strcmp(text, "sv") == 0 ? VV_LANGUAGE_SV : VV_LANGUAGE_EN;
    return true;
}

static void date_of_ms(int64_t ms, char ret_text[static VV_DATE_TEXT_BYTES])
{
    int64_t day = ms / VV_DAY_MS;
    vv_date_format(day < VV_DATE_MIN || day > VV_DATE_MAX ? 0 : (vv_date)day, ret_text);
}

static void dates_of(const Vagval__V1__TimelineEntry *entry, char ret_effective[VV_DATE_TEXT_BYTES],
                     char ret_recorded[VV_DATE_TEXT_BYTES])
{
    bool known = entry->effective >= VV_DATE_MIN && entry->effective <= VV_DATE_MAX;
    (void)snprintf(ret_effective, VV_DATE_TEXT_BYTES, "-");
    if (known) {
        vv_date_format(entry->effective, ret_effective);
    }
    date_of_ms(known_ms(entry), ret_recorded);
}

static int show_json(const struct vv_cli *cli, const struct timeline *timeline,
                     const char *case_text)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < timeline->count; i++) {
        const Vagval__V1__TimelineEntry *entry = timeline->entries[i];
        char effective[VV_DATE_TEXT_BYTES];
        char recorded[VV_DATE_TEXT_BYTES];
        char fact[VV_ID_TEXT_BYTES] = "";
        struct vv_id id;
        dates_of(entry, effective, recorded);
        if (vv_id_from_bytes(entry->fact.data, entry->fact.len, &id) == VV_OK) {
            vv_id_format(id, fact);
        }
        (void)json_array_append_new(
            entries, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "effective", effective,
                               "recorded", recorded, "service", entry->service, "code", entry->code,
                               "text_en", entry->text_en, "text_sv", entry->text_sv, "fact", fact,
                               "example", entry->example ? 1 : 0));
    }
    return vv_cli_json(cli,
                       json_pack("{s:s, s:s, s:s, s:o}", "case", case_text, "scheme",
                                 timeline->scheme, "state", timeline->state[VV_REGISTRY],
                                 "timeline", entries),
                       VV_EXIT_OK);
}

static void show_text(const struct vv_cli *cli, const struct timeline *timeline,
                      const char *case_text, enum vv_language language)
{
    const char *state = timeline->state[VV_REGISTRY][0] == '\0' ? timeline->state[VV_INTAKE]
                                                                : timeline->state[VV_REGISTRY];
    (void)fprintf(cli->out, "case %s, %s, %s\n", case_text, timeline->scheme, state);
    struct vv_table *table = vv_table_create("effective|known|service|what");
    bool examples = false;
    for (size_t i = 0; i < timeline->count; i++) {
        const Vagval__V1__TimelineEntry *entry = timeline->entries[i];
        char effective[VV_DATE_TEXT_BYTES];
        char recorded[VV_DATE_TEXT_BYTES];
        dates_of(entry, effective, recorded);
        vv_table_cell(table, "%s", effective);
        vv_table_cell(table, "%s", recorded);
        vv_table_cell(table, "%s", entry->service);
        vv_table_cell(table, "%s%s", language == VV_LANGUAGE_SV ? entry->text_sv : entry->text_en,
                      entry->example ? " *" : "");
        examples = examples || entry->example;
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    if (examples) {
        (void)fprintf(cli->out, "%s\n",
                      language == VV_LANGUAGE_SV
                          ? "* vilar på belopp eller gränser märkta `status: example`"
                          : "* rests on amounts or cut-offs marked `status: example`");
    }
}

int vv_command_case_show(struct vv_cli *cli, const struct vv_args *args)
{
    enum vv_language language;
    if (!vv_language_read(cli, args, &language)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_id case_id;
    struct timeline timeline;
    struct vv_error error = {0};
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(client, args->words[0], vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &case_id)) {
        char text[VV_ID_TEXT_BYTES];
        vv_id_format(case_id, text);
        if (fetch(client, case_id, &timeline, &error) != VV_OK) {
            code = vv_cli_fail(cli, &error, "`vagval case list` lists cases");
        } else {
            code = VV_EXIT_OK;
            if (cli->json) {
                code = show_json(cli, &timeline, text);
            } else {
                show_text(cli, &timeline, text, language);
            }
            free_timeline(&timeline);
        }
    }
    vv_client_close(&client);
    return code;
}

#define PAGE_CASES 64

struct listing {
    Vagval__V1__VerifyPage page;
    struct vv_id *ids;
    size_t count, limit;
    uint64_t after, next; /* of the page that every partition is asked for */
    const char *problem;
};

static const ProtobufCMessage *ask_cases(void *context, uint16_t partition)
{
    struct listing *listing = context;
    vagval__v1__verify_page__init(&listing->page);
    listing->page.partition = partition;
    listing->page.after = listing->after;
    listing->page.limit = PAGE_CASES;
    return &listing->page.base;
}

static void take_cases(void *context, uint16_t partition, enum vv_status status,
                       const ProtobufCMessage *body, const char *error)
{
    (void)partition;
    (void)error;
    struct listing *listing = context;
    const Vagval__V1__VerifyResult *result = (const Vagval__V1__VerifyResult *)body;
    if (status != VV_OK || result == NULL) {
        listing->problem = vv_status_name(status);
        return;
    }
    listing->next = result->next > listing->next ? result->next : listing->next;
    for (size_t i = 0; i < result->n_digests; i++) {
        const ProtobufCBinaryData *id = &result->digests[i]->case_id;
        if (listing->count < listing->limit &&
            vv_id_from_bytes(id->data, id->len, &listing->ids[listing->count]) == VV_OK) {
            listing->count++;
        }
    }
}

/* Page by page until there are enough or no more. A partition that is done answers with nothing. */
static void list_cases(struct vv_client *client, struct listing *listing)
{
    struct vv_scatter scatter = {VV_INTAKE, VV_MSG_VERIFY_PAGE, ask_cases, take_cases, listing};
    do {
        listing->next = 0;
        vv_client_scatter(client, &scatter);
        listing->after = listing->next;
    } while (listing->next != 0 && listing->count < listing->limit && listing->problem == NULL);
}

/* Intake's pages name all cases, also those that are not assessed yet. */
int vv_command_case_list(struct vv_cli *cli, const struct vv_args *args)
{
    struct listing listing = {.limit = (size_t)vv_args_number(args, "limit", 20)};
    listing.ids = calloc(listing.limit, sizeof(listing.ids[0]));
    struct vv_client *client =
        listing.ids == NULL ? NULL : vv_client_open_for(cli, 1u << VV_INTAKE | 1u << VV_REGISTRY);
    if (client == NULL) {
        free(listing.ids);
        return VV_EXIT_PROBLEM;
    }
    list_cases(client, &listing);
    if (listing.problem != NULL) {
        free(listing.ids);
        vv_client_close(&client);
        return vv_cli_wrong(cli, "`vagval status` shows whether intake is up",
                            "not all partitions listed their cases: %s", listing.problem);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < listing.count; i++) {
        char text[VV_ID_TEXT_BYTES];
        vv_id_format(listing.ids[i], text);
        if (cli->json) {
            (void)json_array_append_new(list, json_string(text));
        } else {
            (void)fprintf(cli->out, "%s\n", text);
        }
    }
    free(listing.ids);
    vv_client_close(&client);
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "cases", list), VV_EXIT_OK);
    }
    json_decref(list);
    return VV_EXIT_OK;
}
