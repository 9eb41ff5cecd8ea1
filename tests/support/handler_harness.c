/*
 * handler_harness.c: a service's handlers over records in memory. See the header.
 */
#include "handler_harness.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

#include "../../services/runtime/book.h"
#include "../../services/runtime/engine_outcome.h"

#define RECORDS_BUCKETS 4096
#define EVENTS_MAX 64

struct list {
    struct list *next;
    struct vv_name name;
    uint16_t partition;
    size_t count;
    struct vv_field *items; /* values malloc'ed */
};

struct timer {
    struct timer *next;
    enum vv_message_type type;
    struct vv_id subject;
    vv_date due;
};

struct programmed {
    struct programmed *next;
    enum vv_message_type type;
    struct vv_id subject;
    enum vv_status status;
    uint8_t *bytes;
    size_t len;
};

struct vv_harness {
    const struct vv_service *service;
    const void *context;
    const struct vv_seal *seal;
    uint16_t partitions;
    struct vv_book *book;
    vv_date today;
    int64_t recorded_ms;
    struct vv_entry *records[RECORDS_BUCKETS]; /* each with one pin of ours */
    struct list *lists;
    struct timer *timers;
    struct programmed *programmed;
    struct vv_working working;
    struct vv_arena arena, results;
    void *arena_memory, *results_memory;
    struct vv_harness_event events[EVENTS_MAX];
    uint64_t sequences[VV_PARTITIONS_MAX + 1];
    struct vv_harness_result result;
    uint16_t partition; /* of the message being run */
    bool reading;       /* lookups may make entries */
};

static void fail(const char *what)
{
    fprintf(stderr, "handler harness: %s\n", what);
    abort();
}

/* ---- records ---- */

static struct vv_entry *record_of(struct vv_harness *harness, uint16_t partition,
                                  const struct vv_name *name)
{
    uint64_t hash = vv_name_hash(name, partition);
    struct vv_entry **at = &harness->records[hash % RECORDS_BUCKETS];
    while (*at != NULL && ((*at)->hash != hash || (*at)->partition != partition ||
                           !vv_name_equal(&(*at)->name, name))) {
        at = &(*at)->bucket_next;
    }
    if (*at == NULL) {
        *at = vv_entry_create(name, partition, hash);
        if (*at == NULL) {
            fail("out of memory");
        }
    }
    return *at;
}

static struct list *list_of(struct vv_harness *harness, uint16_t partition, const char *kind,
                            struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_LIST, kind, id, NULL, 0);
    for (struct list *list = harness->lists; list != NULL; list = list->next) {
        if (list->partition == partition && vv_name_equal(&list->name, &name)) {
            return list;
        }
    }
    struct list *list = calloc(1, sizeof(*list));
    if (list == NULL) {
        fail("out of memory");
    }
    list->name = name;
    list->partition = partition;
    list->next = harness->lists;
    harness->lists = list;
    return list;
}

static struct vv_entry *slice_of(struct vv_harness *harness, const struct vv_name *name)
{
    struct list *list = list_of(harness, harness->partition, name->kind, name->id);
    struct vv_entry *entry = vv_entry_create(name, harness->partition, 0);
    size_t first = name->first < list->count ? (size_t)name->first : list->count;
    size_t count = list->count - first < name->count ? list->count - first : name->count;
    if (entry == NULL || vv_entry_fill(entry, list->items + first, count) != VV_OK) {
        fail("out of memory");
    }
    return entry;
}

/* Counters live in a plain hash, an index in a hash of its own: the harness keeps a plain hash as
 * the one record of its name, and an index field as a record of its own. */
static struct vv_entry *at_hand(void *context, const struct vv_name *name, uint64_t hash)
{
    struct vv_harness *harness = context;
    (void)hash;
    if (name->use == VV_USE_LIST) {
        return slice_of(harness, name);
    }
    struct vv_entry *entry = record_of(harness, harness->partition, name);
    entry->pins++;
    return entry;
}

/* ---- life ---- */

struct vv_harness *vv_harness_create(const struct vv_service *service, uint16_t partitions,
                                     const struct vv_seal *seal)
{
    struct vv_harness *harness = calloc(1, sizeof(*harness));
    if (harness == NULL) {
        fail("out of memory");
    }
    harness->service = service;
    harness->partitions = partitions;
    harness->seal = seal;
    harness->book = vv_book_create();
    harness->arena_memory = malloc(VV_ARENA_BYTES);
    harness->results_memory = malloc(VV_ARENA_BYTES);
    if (harness->book == NULL || harness->arena_memory == NULL || harness->results_memory == NULL) {
        fail("out of memory");
    }
    vv_arena_init(&harness->arena, harness->arena_memory, VV_ARENA_BYTES);
    vv_arena_init(&harness->results, harness->results_memory, VV_ARENA_BYTES);
    struct vv_error error = {0};
    if (service->open != NULL && service->open(seal, &harness->context, &error) != VV_OK) {
        fail(error.text);
    }
    return harness;
}

void vv_harness_destroy(struct vv_harness **pointer)
{
    struct vv_harness *harness = *pointer;
    vv_working_free(&harness->working);
    for (size_t i = 0; i < RECORDS_BUCKETS; i++) {
        while (harness->records[i] != NULL) {
            struct vv_entry *entry = harness->records[i];
            harness->records[i] = entry->bucket_next;
            vv_entry_unpin(entry);
        }
    }
    while (harness->lists != NULL) {
        struct list *list = harness->lists;
        harness->lists = list->next;
        for (size_t i = 0; i < list->count; i++) {
            free((void *)(uintptr_t)list->items[i].value);
        }
        free(list->items);
        free(list);
    }
    while (harness->timers != NULL) {
        struct timer *timer = harness->timers;
        harness->timers = timer->next;
        free(timer);
    }
    while (harness->programmed != NULL) {
        struct programmed *answer = harness->programmed;
        harness->programmed = answer->next;
        free(answer->bytes);
        free(answer);
    }
    vv_book_destroy(&harness->book);
    free(harness->arena_memory);
    free(harness->results_memory);
    free(harness);
    *pointer = NULL;
}

static size_t read_file(const char *path, uint8_t **ret_bytes)
{
    FILE *file = fopen(path, "rbe");
    uint8_t *bytes = malloc(VV_YAML_BYTES_MAX + 1);
    if (file == NULL || bytes == NULL) {
        fprintf(stderr, "handler harness: cannot read %s\n", path);
        abort();
    }
    size_t len = fread(bytes, 1, VV_YAML_BYTES_MAX + 1, file);
    fclose(file);
    *ret_bytes = bytes;
    return len;
}

void vv_harness_publish_bytes(struct vv_harness *harness, const char *name, const void *yaml,
                              size_t len, const char *model_file)
{
    Vagval__V1__PublishScheme message = VAGVAL__V1__PUBLISH_SCHEME__INIT;
    message.name = (char *)(uintptr_t)name;
    message.yaml = (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)yaml};
    if (model_file != NULL) {
        message.model_name = (char *)(uintptr_t)model_file;
        message.model_yaml.len = read_file(model_file, &message.model_yaml.data);
    }
    size_t packed_len = vagval__v1__publish_scheme__get_packed_size(&message);
    uint8_t *bytes = malloc(packed_len);
    if (bytes == NULL) {
        fail("out of memory");
    }
    vagval__v1__publish_scheme__pack(&message, bytes);
    struct vv_error error = {0};
    if (vv_book_add(harness->book, bytes, packed_len, &error) != VV_OK) {
        fprintf(stderr, "handler harness: %s:%u: %s: %s\n", error.where, error.line, error.field,
                error.text);
        abort();
    }
    free(bytes);
    free(message.model_yaml.data);
}

void vv_harness_publish(struct vv_harness *harness, const char *scheme_file, const char *model_file)
{
    uint8_t *yaml = NULL;
    size_t len = read_file(scheme_file, &yaml);
    vv_harness_publish_bytes(harness, scheme_file, yaml, len, model_file);
    free(yaml);
}

const struct vv_book *vv_harness_book(const struct vv_harness *harness)
{
    return harness->book;
}

void vv_harness_clock(struct vv_harness *harness, vv_date today)
{
    harness->today = today;
    int64_t noon = (int64_t)today * VV_DAY_MS + VV_DAY_MS / 2;
    harness->recorded_ms = noon > harness->recorded_ms ? noon : harness->recorded_ms;
}

vv_date vv_harness_today(const struct vv_harness *harness)
{
    return harness->today;
}

void vv_harness_will_answer(struct vv_harness *harness, enum vv_message_type type,
                            struct vv_id subject, enum vv_status status,
                            const ProtobufCMessage *body)
{
    struct programmed *answer = calloc(1, sizeof(*answer));
    size_t len = body == NULL ? 0 : protobuf_c_message_get_packed_size(body);
    uint8_t *bytes = malloc(len + 1);
    if (answer == NULL || bytes == NULL) {
        fail("out of memory");
    }
    if (body != NULL) {
        protobuf_c_message_pack(body, bytes);
    }
    *answer = (struct programmed){harness->programmed, type, subject, status, bytes, len};
    harness->programmed = answer; /* the newest is found first */
}

/* ---- running ---- */

static void answer_asks(struct vv_harness *harness, struct vv_asks *asks)
{
    for (struct vv_ask *ask = asks->first; ask != NULL; ask = ask->next) {
        const struct programmed *answer = harness->programmed;
        while (answer != NULL &&
               (answer->type != ask->type || !vv_id_equal(answer->subject, ask->subject))) {
            answer = answer->next;
        }
        if (ask->state == VV_ASK_ANSWERED) {
            continue;
        }
        ask->state = VV_ASK_ANSWERED;
        ask->status = answer == NULL ? VV_NOT_FOUND : answer->status;
        ask->reply_len = answer == NULL ? 0 : answer->len;
        ask->reply = malloc(ask->reply_len + 1);
        if (ask->reply == NULL) {
            fail("out of memory");
        }
        if (answer != NULL) {
            memcpy(ask->reply, answer->bytes, answer->len);
        }
    }
}

static void keep_append(struct vv_harness *harness, const struct vv_append_op *append)
{
    struct list *list = list_of(harness, harness->partition, append->kind, append->id);
    struct vv_field *grown = realloc(list->items, (list->count + 1) * sizeof(*grown));
    uint8_t *copy = malloc(append->len + 1);
    if (grown == NULL || copy == NULL) {
        fail("out of memory");
    }
    list->items = grown;
    memcpy(copy, append->bytes, append->len);
    list->items[list->count++] = (struct vv_field){NULL, 0, copy, append->len};
}

static struct timer **find_timer(struct vv_harness *harness, enum vv_message_type type,
                                 struct vv_id subject)
{
    struct timer **at = &harness->timers;
    while (*at != NULL && ((*at)->type != type || !vv_id_equal((*at)->subject, subject))) {
        at = &(*at)->next;
    }
    return at;
}

static void keep_timer(struct vv_harness *harness, const struct vv_slot *slot)
{
    enum vv_message_type type = VV_MSG_NONE;
    struct vv_id subject;
    if (!vv_timer_parse(slot->name.field, slot->name.field_len, &type, &subject)) {
        fail("a timer of a type that is no timer");
    }
    struct timer **at = find_timer(harness, type, subject);
    if (slot->due == VV_DATE_NONE) {
        struct timer *gone = *at;
        if (gone != NULL) {
            *at = gone->next;
            free(gone);
        }
        return;
    }
    if (*at == NULL) {
        *at = calloc(1, sizeof(**at));
        if (*at == NULL) {
            fail("out of memory");
        }
    }
    (*at)->type = type;
    (*at)->subject = subject;
    (*at)->due = slot->due;
}

static void keep_sum(struct vv_harness *harness, const struct vv_slot *slot)
{
    struct vv_name name = vv_name_make(VV_USE_PLAIN, slot->name.kind, slot->name.id, NULL, 0);
    struct vv_entry *entry = record_of(harness, harness->partition, &name);
    const struct vv_field *old =
        vv_record_field(&entry->record, slot->name.field, slot->name.field_len);
    char text[32] = "0";
    if (old != NULL) {
        snprintf(text, sizeof(text), "%.*s", (int)old->value_len, (const char *)old->value);
    }
    int len = snprintf(text, sizeof(text), "%lld", strtoll(text, NULL, 10) + (long long)slot->sum);
    if (vv_entry_field(entry, slot->name.field, slot->name.field_len, text, (size_t)len) != VV_OK) {
        fail("out of memory");
    }
}

static void keep_events(struct vv_harness *harness)
{
    struct vv_working *working = &harness->working;
    for (const struct vv_event_op *op = working->events; op != NULL; op = op->next) {
        if (harness->result.event_count == EVENTS_MAX) {
            fail("too many events of one message");
        }
        struct vv_harness_event *event = &harness->events[harness->result.event_count++];
        const struct vv_message_row *row = vv_message_row((uint16_t)op->type);
        if (row == NULL || (row->kind != VV_KIND_EVENT && row->kind != VV_KIND_ORDER)) {
            fail("emitted a message that is neither event nor order");
        }
        if (op->body_len > row->bytes_max) {
            fail("emitted an event beyond the size of its row");
        }
        *event = (struct vv_harness_event){
            .type = op->type,
            .id = op->id,
            .subject = op->subject,
            .effective = op->effective,
            .recorded_ms = harness->recorded_ms,
            .partition = harness->partition,
            .sequence = ++harness->sequences[harness->partition % VV_PARTITIONS_MAX]};
        snprintf(event->scheme, sizeof(event->scheme), "%s", op->scheme);
        event->body = protobuf_c_message_unpack(row->descriptor, &harness->results.allocator,
                                                op->body_len, op->body);
    }
    harness->result.events = harness->events;
}

static void commit(struct vv_harness *harness)
{
    struct vv_working *working = &harness->working;
    harness->result.committed = working->dirty;
    for (struct vv_slot *slot = working->first; slot != NULL; slot = slot->next) {
        if (slot->dirty && slot->name.use == VV_USE_ADD) {
            keep_sum(harness, slot);
        } else if (slot->dirty && slot->name.use == VV_USE_TIMER) {
            keep_timer(harness, slot);
        }
    }
    for (const struct vv_append_op *op = working->appends; op != NULL; op = op->next) {
        keep_append(harness, op);
    }
    if (!vv_working_settle(working)) {
        fail("out of memory");
    }
    keep_events(harness);
}

static const struct vv_harness_result *run(struct vv_harness *harness, struct vv_run *run,
                                           uint16_t reply_code)
{
    struct vv_asks asks = {0};
    run->asks = &asks;
    run->service = harness->service->id;
    harness->partition = run->call.partition;
    harness->result = (struct vv_harness_result){0};
    vv_arena_reset(&harness->results);
    vv_working_begin(&harness->working, harness->partition, at_hand, harness);
    enum vv_step step = vv_run_plan(run, &harness->working);
    for (int tries = 0; step == VV_STEP_ASKS && tries < VV_PLAN_ROUNDS_MAX; tries++) {
        answer_asks(harness, &asks);
        step = vv_run_plan(run, &harness->working);
    }
    harness->result.plan_rounds = run->rounds;
    if (step == VV_STEP_READY) {
        vv_run_decide(run, &harness->working);
    } else if (step != VV_STEP_REFUSED) {
        fail("plan never settles");
    }
    harness->result.status = run->status;
    harness->result.repeated = run->repeated;
    memcpy(harness->result.field, run->field, sizeof(run->field));
    memcpy(harness->result.text, run->text, sizeof(run->text));
    const struct vv_message_row *reply = vv_message_row(reply_code);
    if (run->status == VV_OK) {
        commit(harness);
        if (reply != NULL && reply->descriptor != NULL && run->reply != NULL) {
            harness->result.reply = protobuf_c_message_unpack(
                reply->descriptor, &harness->results.allocator, run->reply_len, run->reply);
        }
    }
    vv_working_end(&harness->working);
    vv_asks_free(&asks);
    return &harness->result;
}

static const struct vv_handler *find(const struct vv_handler_row *rows, size_t count,
                                     enum vv_message_type type)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type == type) {
            return rows[i].handler;
        }
    }
    fprintf(stderr, "handler harness: no handler for type %d\n", (int)type);
    abort();
}

static struct vv_run prepare(struct vv_harness *harness, const struct vv_handler *handler,
                             const struct vv_harness_message *message,
                             const ProtobufCMessageDescriptor *descriptor)
{
    vv_arena_reset(&harness->arena);
    struct vv_run run = {.handler = handler, .keeps_fact = true};
    struct vv_call *call = &run.call;
    call->type = message->type;
    call->id = message->id;
    call->subject = message->subject;
    call->correlation = message->correlation;
    call->scheme = message->scheme == NULL ? "" : message->scheme;
    call->role = message->role == VV_ROLE_NONE ? VV_ROLE_OPERATOR : message->role;
    call->sender = message->sender == NULL ? "somebody" : message->sender;
    call->partitions = harness->partitions;
    call->partition = vv_id_partition(message->subject);
    call->now = (struct vv_now){harness->today, harness->recorded_ms, true};
    call->effective = message->effective;
    call->recorded_ms = message->recorded_ms == 0 ? harness->recorded_ms : message->recorded_ms;
    call->book = harness->book;
    call->seal = harness->seal;
    call->service = harness->context;
    call->arena = &harness->arena;
    if (descriptor != NULL) {
        size_t len = message->body == NULL ? 0 : protobuf_c_message_get_packed_size(message->body);
        uint8_t *bytes = vv_arena_alloc(&harness->arena, len + 1);
        if (bytes == NULL) {
            fail("the body does not fit the arena");
        }
        if (message->body != NULL) {
            protobuf_c_message_pack(message->body, bytes);
        }
        call->body_bytes = bytes;
        call->body_len = len;
        call->body = protobuf_c_message_unpack(descriptor, &harness->arena.allocator, len, bytes);
    }
    return run;
}

const struct vv_harness_result *vv_harness_send(struct vv_harness *harness,
                                                const struct vv_harness_message *message)
{
    const struct vv_message_row *row = vv_message_row((uint16_t)message->type);
    const struct vv_handler *handler =
        find(harness->service->handlers, harness->service->handler_count, message->type);
    struct vv_run prepared = prepare(harness, handler, message, row->descriptor);
    prepared.keeps_fact = row->kind != VV_KIND_QUERY && row->kind != VV_KIND_SHARED;
    if (handler->route != NULL) {
        enum vv_status status = handler->route(&prepared.call, &prepared.call.partition);
        bool known = prepared.call.partition < harness->partitions ||
                     prepared.call.partition == VV_PARTITION_SYSTEM;
        if (status != VV_OK || !known) {
            harness->result =
                (struct vv_harness_result){.status = status == VV_OK ? VV_INVALID : status};
            return &harness->result;
        }
    }
    return run(harness, &prepared, row->reply);
}

const struct vv_harness_result *vv_harness_event(struct vv_harness *harness,
                                                 enum vv_service_id source,
                                                 const struct vv_harness_message *message)
{
    const struct vv_handler *handler = NULL;
    for (size_t i = 0; i < harness->service->feed_count; i++) {
        const struct vv_feed_row *row = &harness->service->feeds[i];
        if (row->source == source && row->type == message->type) {
            handler = row->handler;
        }
    }
    if (handler == NULL) {
        fail("the service does not consume this event");
    }
    const struct vv_message_row *row = vv_message_row((uint16_t)message->type);
    struct vv_run prepared = prepare(harness, handler, message, row->descriptor);
    prepared.call.role = (enum vv_role)(1 << (int)harness->service->id);
    return run(harness, &prepared, 0);
}

const struct vv_harness_result *vv_harness_answer(struct vv_harness *harness,
                                                  const struct vv_harness_event *order,
                                                  enum vv_status status,
                                                  const ProtobufCMessage *reply)
{
    const struct vv_message_row *row = vv_message_row((uint16_t)order->type);
    const struct vv_message_row *answer = vv_message_row(row->reply);
    const struct vv_handler *handler =
        find(harness->service->answers, harness->service->answer_count, order->type);
    struct vv_harness_message message = {.type = (enum vv_message_type)row->reply,
                                         .id = vv_id_step(order->id, 2),
                                         .subject = vv_order_case(order->body),
                                         .body = reply};
    char scheme[sizeof(order->scheme)];
    memcpy(scheme, order->scheme, sizeof(scheme));
    message.scheme = scheme;
    uint16_t partition = order->partition;
    struct vv_run prepared =
        prepare(harness, handler, &message, status == VV_OK ? answer->descriptor : NULL);
    prepared.call.partition = partition;
    prepared.call.role = (enum vv_role)(1 << (int)harness->service->id);
    return run(harness, &prepared, 0);
}

const struct vv_harness_result *vv_harness_told_of_book(struct vv_harness *harness,
                                                        uint16_t partition)
{
    enum vv_message_type type = harness->service->on_book;
    const struct vv_handler *handler =
        find(harness->service->handlers, harness->service->handler_count, type);
    struct vv_harness_message message = {.type = type, .id = {{0xB0}}};
    struct vv_run prepared = prepare(harness, handler, &message, NULL);
    prepared.call.partition = partition;
    prepared.call.role = (enum vv_role)(1 << (int)harness->service->id);
    return run(harness, &prepared, 0);
}

const struct vv_harness_result *vv_harness_fire(struct vv_harness *harness)
{
    struct timer *first = NULL;
    for (struct timer *timer = harness->timers; timer != NULL; timer = timer->next) {
        if (timer->due <= harness->today && (first == NULL || timer->due < first->due)) {
            first = timer;
        }
    }
    if (first == NULL) {
        return NULL;
    }
    const struct vv_handler *handler =
        find(harness->service->handlers, harness->service->handler_count, first->type);
    struct vv_harness_message message = {
        .type = first->type,
        .id = vv_timer_call_id(first->type, first->subject, first->due),
        .subject = first->subject};
    struct vv_run prepared = prepare(harness, handler, &message, NULL);
    prepared.call.role = (enum vv_role)(1 << (int)harness->service->id);
    struct timer **at = find_timer(harness, first->type, first->subject);
    *at = first->next; /* fired: gone unless the handler sets it again */
    free(first);
    return run(harness, &prepared, 0);
}

/* ---- looking ---- */

const struct vv_record *vv_harness_record(struct vv_harness *harness, uint16_t partition,
                                          const char *kind, struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_HASH, kind, id, NULL, 0);
    struct vv_entry *entry = record_of(harness, partition, &name);
    if (!entry->record.exists) {
        name.use = VV_USE_PLAIN;
        entry = record_of(harness, partition, &name);
    }
    return &entry->record;
}

int64_t vv_harness_counter(struct vv_harness *harness, uint16_t partition, const char *kind,
                           struct vv_id id, const char *field)
{
    struct vv_name name = vv_name_make(VV_USE_PLAIN, kind, id, NULL, 0);
    struct vv_entry *entry = record_of(harness, partition, &name);
    const struct vv_field *found = vv_record_field(&entry->record, field, strlen(field));
    char text[32] = "0";
    if (found != NULL) {
        snprintf(text, sizeof(text), "%.*s", (int)found->value_len, (const char *)found->value);
    }
    return strtoll(text, NULL, 10);
}

size_t vv_harness_list_len(struct vv_harness *harness, uint16_t partition, const char *kind,
                           struct vv_id id)
{
    return list_of(harness, partition, kind, id)->count;
}

const void *vv_harness_list_at(struct vv_harness *harness, uint16_t partition, const char *kind,
                               struct vv_id id, size_t index, size_t *ret_len)
{
    const struct list *list = list_of(harness, partition, kind, id);
    assert(index < list->count);
    *ret_len = list->items[index].value_len;
    return list->items[index].value;
}

vv_date vv_harness_timer(const struct vv_harness *harness, enum vv_message_type timer,
                         struct vv_id subject)
{
    for (const struct timer *at = harness->timers; at != NULL; at = at->next) {
        if (at->type == timer && vv_id_equal(at->subject, subject)) {
            return at->due;
        }
    }
    return VV_DATE_NONE;
}

size_t vv_harness_timer_count(const struct vv_harness *harness)
{
    size_t count = 0;
    for (const struct timer *at = harness->timers; at != NULL; at = at->next) {
        count++;
    }
    return count;
}

const ProtobufCMessage *vv_harness_unpack(struct vv_harness *harness,
                                          const ProtobufCMessageDescriptor *descriptor,
                                          const void *bytes, size_t len)
{
    if (bytes == NULL) {
        return NULL;
    }
    return protobuf_c_message_unpack(descriptor, &harness->results.allocator, len, bytes);
}
