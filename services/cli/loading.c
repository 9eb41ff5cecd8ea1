/*
 * loading.c: rows in memory, sorted into waves, sent with many in flight. What is acknowledged is
 * durable; what was cut off is sent again by the next run under the same ids.
 */
#include "loading.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "requests.h"
#include "settle.h"
#include "vagval/limits.h"

#define IN_FLIGHT_MAX 6000 /* below VV_CALLS_MAX; a partition's queue takes 1 024 */
#define FILE_BYTES_MAX ((size_t)1 << 30)
#define ROW_BUDGET_MS 60000
#define SETTLE_WAIT_MS 20000
#define TRIES_MAX 3
#define ARENA_BYTES (64 * 1024)

static void reject(struct vv_loading *loading, uint32_t file, unsigned line, const char *field,
                   const char *reason)
{
    loading->rejected++;
    if (loading->first_reason[0] == '\0') {
        (void)snprintf(loading->first_reason, sizeof(loading->first_reason), "%s line %u: %s%s%s",
                       loading->files[file], line, field, field[0] == '\0' ? "" : " ", reason);
    }
    if (loading->reject == NULL) {
        loading->reject = fopen(loading->reject_path, "we");
        if (loading->reject == NULL) {
            return; /* reported by the caller: the path is then named as not writable */
        }
        (void)fputs("file,line,field,reason\n", loading->reject);
    }
    (void)csv_fwrite(loading->reject, loading->files[file], strlen(loading->files[file]));
    (void)fprintf(loading->reject, ",%u,", line);
    (void)csv_fwrite(loading->reject, field, strlen(field));
    (void)fputc(',', loading->reject);
    (void)csv_fwrite(loading->reject, reason, strlen(reason));
    (void)fputc('\n', loading->reject);
}

static uint8_t rank_of(const struct vv_row *row)
{
    static const char *const events[] = {"start", "confirm", "corroborate", "end", "withdraw"};
    uint8_t rank = (uint8_t)(row->kind * 5);
    const char *event = row->kind == VV_RECORD_OUTCOME ? vv_row_text(row, "event") : NULL;
    for (uint8_t i = 0; i < 5 && event != NULL; i++) {
        if (strcmp(event, events[i]) == 0) {
            return (uint8_t)(rank + i);
        }
    }
    return rank;
}

/* The day on which a row arrives: the reported column, else the day that the row tells about. */
static vv_date day_of(const struct vv_row *row)
{
    static const char *const columns[] = {"reported", "registered_on", "decided_on", "chosen_on",
                                          "on",       "last_day",      "from"};
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        vv_date day = vv_row_date(row, columns[i], VV_DATE_NONE);
        if (day != VV_DATE_NONE) {
            return day;
        }
    }
    vv_date month = vv_row_date(row, "month", VV_DATE_NONE);
    return month == VV_DATE_NONE ? VV_DATE_MIN : vv_date_month_end(month) + 1;
}

static struct vv_load_row *copy_row(const struct vv_row *row)
{
    size_t bytes = sizeof(struct vv_load_row) + row->field_count * sizeof(struct vv_row_field);
    size_t text = bytes;
    for (size_t i = 0; i < row->field_count; i++) {
        bytes += strlen(row->fields[i].name) + strlen(row->fields[i].value) + 2;
    }
    struct vv_load_row *copy = calloc(1, bytes);
    if (copy == NULL) {
        return NULL;
    }
    struct vv_row_field *fields = (struct vv_row_field *)(copy + 1);
    char *at = (char *)copy + text;
    for (size_t i = 0; i < row->field_count; i++) {
        size_t len = strlen(row->fields[i].name) + 1;
        fields[i].name = memcpy(at, row->fields[i].name, len);
        at += len;
        len = strlen(row->fields[i].value) + 1;
        fields[i].value = memcpy(at, row->fields[i].value, len);
        at += len;
    }
    copy->row = *row;
    copy->row.fields = fields;
    return copy;
}

static void take_row(void *context, const struct vv_row *row)
{
    struct vv_loading *loading = context;
    if (loading->row_count == loading->row_capacity) {
        size_t capacity = loading->row_capacity == 0 ? 1024 : loading->row_capacity * 2;
        struct vv_load_row **rows = realloc(loading->rows, capacity * sizeof(rows[0]));
        if (rows == NULL) {
            loading->out_of_memory = true;
            return;
        }
        loading->rows = rows;
        loading->row_capacity = capacity;
    }
    struct vv_load_row *copy = copy_row(row);
    if (copy == NULL) {
        loading->out_of_memory = true;
        return;
    }
    copy->file = loading->file;
    copy->sequence = (uint32_t)loading->row_count;
    copy->rank = rank_of(row);
    copy->day = day_of(row);
    loading->rows[loading->row_count++] = copy;
}

static void take_reject(void *context, unsigned line, const char *field, const char *reason)
{
    struct vv_loading *loading = context;
    reject(loading, loading->file, line, field, reason);
}

enum vv_status vv_loading_read(struct vv_loading *loading, uint32_t file,
                               struct vv_error *ret_error)
{
    static const struct vv_records_callbacks callbacks = {take_row, take_reject};
    char *bytes = NULL;
    size_t len = 0;
    enum vv_status status =
        vv_file_read(loading->files[file], FILE_BYTES_MAX, &bytes, &len, ret_error);
    if (status != VV_OK) {
        return status;
    }
    loading->file = file;
    status = vv_records_parse(loading->files[file], bytes, len, &callbacks, loading, ret_error);
    free(bytes);
    if (status == VV_OK && loading->out_of_memory) {
        return vv_fail(ret_error, VV_NO_MEMORY, loading->files[file], NULL, 0,
                       "no memory for its rows; split the file");
    }
    return status;
}

static int compare(const void *a, const void *b)
{
    const struct vv_load_row *left = *(struct vv_load_row *const *)a;
    const struct vv_load_row *right = *(struct vv_load_row *const *)b;
    if (left->day != right->day) {
        return left->day < right->day ? -1 : 1;
    }
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

void vv_loading_sort(struct vv_loading *loading, bool by_day)
{
    for (size_t i = 0; i < loading->row_count && !by_day; i++) {
        loading->rows[i]->day = 0;
    }
    if (loading->row_count > 0) {
        qsort(loading->rows, loading->row_count, sizeof(loading->rows[0]), compare);
    }
}

struct sent {
    struct vv_loading *loading;
    struct vv_load_row *row;
    bool last_try;
};

static void learn_from(struct vv_loading *loading, const struct vv_row *row,
                       const struct vv_frame *frame)
{
    if (row->kind != VV_RECORD_SEEKER || frame->body == NULL) {
        return;
    }
    const Vagval__V1__Registered *registered = (const Vagval__V1__Registered *)frame->body;
    struct vv_id id;
    if (vv_id_from_bytes(registered->case_id.data, registered->case_id.len, &id) == VV_OK) {
        vv_loading_learn(loading->cases, vv_row_scheme(row, loading->scheme),
                         vv_row_text(row, "identity"), id);
    }
}

static void reject_answer(struct vv_loading *loading, const struct vv_load_row *row,
                          enum vv_status status, const struct vv_frame *frame)
{
    char reason[400];
    if (frame == NULL) {
        loading->unknown++;
        (void)snprintf(reason, sizeof(reason),
                       "no answer in time: it is not known whether it was done; load again");
    } else {
        (void)snprintf(reason, sizeof(reason), "%s: %s", vv_status_name(status),
                       frame->envelope->error);
    }
    reject(loading, row->file, row->row.line, frame == NULL ? "" : frame->envelope->field, reason);
}

/* A person's row may come before the services know the case: those refusals may heal. */
static bool may_heal(const struct vv_load_row *row, enum vv_status status)
{
    return (status == VV_REFUSED || status == VV_NOT_FOUND) && vv_row_has_person(row->row.kind);
}

static void on_answer(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct sent *sent = context;
    struct vv_loading *loading = sent->loading;
    loading->in_flight--;
    if (status != VV_OK && !sent->last_try && may_heal(sent->row, status)) {
        loading->again[loading->again_count++] = sent->row;
        free(sent);
        return;
    }
    loading->done++;
    if (status == VV_OK) {
        loading->accepted++;
        learn_from(loading, &sent->row->row, frame);
    } else {
        reject_answer(loading, sent->row, status, frame);
    }
    free(sent);
}

static void reject_local(struct vv_loading *loading, const struct vv_load_row *row,
                         const char *field, const char *reason)
{
    loading->done++;
    reject(loading, row->file, row->row.line, field, reason);
}

static void send_row(struct vv_loading *loading, struct vv_load_row *row, bool last_try)
{
    static unsigned char memory[ARENA_BYTES];
    struct vv_arena arena;
    vv_arena_init(&arena, memory, sizeof(memory));
    struct vv_row_context context = {.source = loading->source,
                                     .scheme = loading->scheme,
                                     .partitions = vv_client_partitions(loading->client)};
    const char *scheme = vv_row_scheme(&row->row, loading->scheme);
    const char *contract =
        row->row.kind == VV_RECORD_CHOICE ? vv_row_text(&row->row, "contract") : NULL;
    if (vv_row_has_person(row->row.kind) &&
        !vv_loading_lookup(loading->cases, scheme, vv_row_text(&row->row, "identity"),
                           &context.case_id)) {
        reject_local(loading, row, "identity", "nobody is registered under this identity");
        return;
    }
    if (contract != NULL &&
        !vv_loading_lookup(loading->contracts, scheme, contract, &context.contract)) {
        reject_local(loading, row, "contract", "no contract has this number");
        return;
    }
    struct vv_request request;
    ProtobufCMessage *body = NULL;
    struct vv_error error = {0};
    struct vv_id before;
    if (vv_row_request(&row->row, &context, &arena, &request, &body, &error) != VV_OK) {
        reject_local(loading, row, error.field, error.text);
        return;
    }
    if (row->row.kind == VV_RECORD_CONTRACT &&
        vv_loading_lookup(loading->contracts, scheme, vv_row_text(&row->row, "number"), &before) &&
        !vv_id_equal(before, request.subject)) {
        reject_local(loading, row, "number",
                     "stands in these files with another area; a number is one contract's");
        return;
    }
    struct sent *sent = malloc(sizeof(*sent));
    if (sent == NULL) {
        reject_local(loading, row, "", "no memory; load again");
        return;
    }
    *sent = (struct sent){loading, row, last_try};
    request.budget_ms = ROW_BUDGET_MS;
    enum vv_status status = vv_client_send(loading->client, request, body, on_answer, sent);
    if (status != VV_OK) {
        free(sent);
        reject_local(loading, row, "", "could not be sent; load again");
        return;
    }
    loading->in_flight++;
    if (row->row.kind == VV_RECORD_CONTRACT) {
        vv_loading_learn(loading->contracts, scheme, vv_row_text(&row->row, "number"),
                         request.subject);
    }
}

static void send_all(struct vv_loading *loading, struct vv_load_row **rows, size_t count,
                     bool last_try)
{
    for (size_t i = 0; i < count; i++) {
        while (loading->in_flight >= IN_FLIGHT_MAX) {
            vv_client_turn(loading->client, 1000);
        }
        send_row(loading, rows[i], last_try);
        if (i % 32 == 31) {
            vv_client_turn(loading->client, 0);
            vv_progress_show(&loading->progress, loading->done, loading->note);
        }
    }
    while (loading->in_flight > 0) {
        vv_client_turn(loading->client, 1000);
        vv_progress_show(&loading->progress, loading->done, loading->note);
    }
}

/* One wave: rows of one rank. Refusals that may heal are repeated after the services have come to
 * rest; what is refused then is refused. */
static enum vv_status send_wave(struct vv_loading *loading, size_t first, size_t end,
                                struct vv_error *ret_error)
{
    enum vv_record_kind kind = loading->rows[first]->row.kind;
    if (vv_row_has_person(kind)) {
        vv_loading_find_cases(loading, first, end);
    }
    if (kind == VV_RECORD_CHOICE && !loading->contracts_known) {
        vv_loading_find_contracts(loading);
    }
    struct vv_load_row **again = calloc(end - first, sizeof(again[0]));
    struct vv_load_row **rows = calloc(end - first, sizeof(rows[0]));
    if (again == NULL || rows == NULL) {
        free(again);
        free(rows);
        return vv_fail(ret_error, VV_NO_MEMORY, "load", NULL, 0, "no memory");
    }
    memcpy(rows, loading->rows + first, (end - first) * sizeof(rows[0]));
    size_t count = end - first;
    for (int attempt = 1; count > 0; attempt++) {
        loading->again = again;
        loading->again_count = 0;
        send_all(loading, rows, count, attempt == TRIES_MAX);
        count = loading->again_count;
        memcpy(rows, again, count * sizeof(rows[0]));
        loading->retried += count;
        /* A service that does not come to rest may still have done what the rows wait for. */
        uint64_t commits = 0;
        if (count > 0 &&
            vv_settle(loading->client, VV_DATE_NONE, SETTLE_WAIT_MS, &commits, NULL) != VV_OK) {
            attempt = TRIES_MAX - 1;
        }
    }
    loading->again = NULL;
    free(again);
    free(rows);
    return VV_OK;
}

enum vv_status vv_loading_send(struct vv_loading *loading, size_t first, size_t end,
                               struct vv_error *ret_error)
{
    enum vv_status status = VV_OK;
    while (first < end && status == VV_OK) {
        size_t wave = first;
        while (wave < end && loading->rows[wave]->rank == loading->rows[first]->rank) {
            wave++;
        }
        status = send_wave(loading, first, wave, ret_error);
        first = wave;
    }
    return status;
}

void vv_loading_free(struct vv_loading *loading)
{
    for (size_t i = 0; i < loading->row_count; i++) {
        free(loading->rows[i]);
    }
    free(loading->rows);
    json_decref(loading->cases);
    json_decref(loading->contracts);
    if (loading->reject != NULL) {
        (void)fclose(loading->reject);
    }
}
