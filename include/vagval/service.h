/*
 * service.h: what a service's handlers see. A handler performs no I/O: `plan` says what to load,
 * `decide` turns a message and what was loaded into an outcome. The runtime loads, decides,
 * commits, replies, counts and times. So every handler is testable with structs alone
 * (vv_test_* at the end of this file).
 */
#ifndef VAGVAL_SERVICE_H
#define VAGVAL_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/arena.h"
#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/messages.h"
#include "vagval/model.h"
#include "vagval/scheme.h"
#include "vagval/status.h"

/* The partition of system-wide state: keys under {sys}. Owned by provider-registry. */
#define VV_PARTITION_SYSTEM 0xFFFF
#define VV_ID_SYSTEM ((struct vv_id){{0xFF, 0xFF}})

/* ---- the book: published schemes and models, as known ------------------------------------- */

struct vv_book; /* append-only list of published versions, read from {sys} */

/* The latest version, as known, whose validity covers `on`; NULL if none. `generation` 0 = all
 * that is known now, else only the first `generation` publications of the book (re-derivation). */
const struct vv_scheme *vv_book_scheme(const struct vv_book *book, const char *scheme, vv_date on,
                                       uint32_t generation);
/* The same, and the days around `on` for which the answer is the same, inclusive. */
const struct vv_scheme *vv_book_scheme_span(const struct vv_book *book, const char *scheme,
                                            vv_date on, uint32_t generation, vv_date *ret_first,
                                            vv_date *ret_last);
/* By exact version hash, for re-derivation; NULL if unknown. */
const struct vv_scheme *vv_book_scheme_version(const struct vv_book *book, const char *version);
/* The model that was published together with the scheme version; NULL if unknown. */
const struct vv_model *vv_book_model(const struct vv_book *book, const struct vv_scheme *scheme);
/* Number of publications known: stored with each decision. */
uint32_t vv_book_generation(const struct vv_book *book);
/* Scheme of the publication `generation` (from 1) if an earlier publication was of the same scheme,
 * else NULL: what a first version says has not been decided otherwise yet. */
const char *vv_book_amended(const struct vv_book *book, uint32_t generation);

/* ---- sealing: bodies with personal data ----------------------------------------------------- */

struct vv_seal; /* key-file keys of this service; services that own no persons have NULL */

/* ---- a call -------------------------------------------------------------------------------- */

struct vv_now {
    vv_date today; /* business date; in the virtual clock the same for every zone */
    int64_t ms;    /* business clock; becomes `recorded` */
    bool is_virtual;
};

/* One message on its way through plan and decide. Everything it points to lives until the commit.
 */
struct vv_call {
    enum vv_message_type type;
    struct vv_id id;      /* message id = fact id. Timers: derived from kind, subject, due */
    struct vv_id subject; /* nil if the message has none */
    struct vv_id correlation;
    const char *scheme; /* never NULL; "" if none */
    enum vv_role role;  /* of the sender's key; the own service's role for events and timers */
    const char *sender; /* name of the sender's key in the allow list, for rules that ask for two
                           persons; "" for events, timers and answers */
    const ProtobufCMessage *body; /* checked and unpacked; NULL for timers */
    const uint8_t *body_bytes;    /* as received */
    size_t body_len;
    uint16_t partition;
    uint16_t partitions; /* of the region */
    struct vv_now now;
    int32_t effective;   /* events: the event's effective date */
    int64_t recorded_ms; /* events: when the owner recorded it */
    const struct vv_book *book;
    const struct vv_seal *seal;
    const void *service; /* the service's own immutable context */
    struct vv_arena *arena;
};

/* For `route`: the partition that the body names. VV_INVALID when the region has no such one. */
VV_CHECKED enum vv_status vv_route_to(const struct vv_call *call, uint32_t partition,
                                      uint16_t *ret_partition);

/* ---- plan: what to load -------------------------------------------------------------------- */

struct vv_plan;
struct vv_loaded;

/* Whole aggregate vv:{p}:<service>:<kind>:<id>: its body, version and every fact in it. `kind` is a
 * string literal. The partition is the call's; ids from elsewhere are a bug (asserted). */
void vv_plan_load(struct vv_plan *plan, const char *kind, struct vv_id id);
/* The same for a record that is hardly ever there yet: it is taken for absent and not read first.
 * The commit checks that, and when it was wrong the message is decided again from what is stored.
 */
void vv_plan_load_new(struct vv_plan *plan, const char *kind, struct vv_id id);
/* One field of a shared hash (an index): field is up to 64 bytes, binary safe. */
void vv_plan_field(struct vv_plan *plan, const char *kind, struct vv_id id, const void *field,
                   size_t field_len);
/* A slice of a list, for pages; first is 0-based. Queries only: it is not version-checked. */
void vv_plan_list(struct vv_plan *plan, const char *kind, struct vv_id id, uint64_t first,
                  uint32_t count);
/* A slice of a list of ids (of the id nil), and of the aggregates of `kind` those it names. */
void vv_plan_listed(struct vv_plan *plan, const struct vv_loaded *loaded, const char *list,
                    uint64_t first, uint32_t count, const char *kind);
/* A whole plain hash (counters), for queries only: not version-checked. */
void vv_plan_hash(struct vv_plan *plan, const char *kind, struct vv_id id);
/* Asks a sibling a QUERY; its reply is there when plan runs again and in decide. */
void vv_plan_ask(struct vv_plan *plan, enum vv_service_id service, enum vv_message_type type,
                 struct vv_id subject, const ProtobufCMessage *body);
/* Where the fact of this command or event is kept and deduplicated. Must also be loaded. Without
 * it the message leaves no fact (queries, timers, idempotent commands). */
void vv_plan_fact_home(struct vv_plan *plan, const char *kind, struct vv_id id);

/* ---- loaded: what was read ------------------------------------------------------------------ */

struct vv_field {
    const uint8_t *name;
    size_t name_len;
    const uint8_t *value;
    size_t value_len;
};

struct vv_record {
    bool exists;
    uint64_t version;    /* 0 when absent */
    const uint8_t *body; /* packed aggregate, or the single field, or NULL */
    size_t body_len;
    const struct vv_field *fields; /* all other fields: facts "f<16 bytes>", batches "b<index>" */
    size_t field_count;
};

/* NULL = not loaded yet (plan asks for it and returns). Never NULL in decide for what was planned.
 */
const struct vv_record *vv_loaded(const struct vv_loaded *loaded, const char *kind,
                                  struct vv_id id);
const struct vv_record *vv_loaded_field(const struct vv_loaded *loaded, const char *kind,
                                        struct vv_id id, const void *field, size_t field_len);
/* Items of a planned list come as fields (name empty). */
const struct vv_record *vv_loaded_list(const struct vv_loaded *loaded, const char *kind,
                                       struct vv_id id, uint64_t first);
/* The id that stands at a place of a list of ids; false past its end. */
bool vv_list_id(const struct vv_record *list, size_t i, struct vv_id *ret_id);
/* How many a page holds: what was asked for, at most `most`; 0 asks for `most`. */
uint32_t vv_page_limit(uint32_t asked, uint32_t most);
/* Answer of a planned ask: NULL = not there yet. status VV_OK and the unpacked reply, or why not.
 */
struct vv_answer {
    enum vv_status status;
    const ProtobufCMessage *body;
};
const struct vv_answer *vv_loaded_answer(const struct vv_loaded *loaded, enum vv_message_type type,
                                         struct vv_id subject);

/* Unpacks a record's body with `descriptor` into the call's arena; a fresh zeroed message when the
 * record is absent. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_record_unpack(const struct vv_call *call,
                                           const struct vv_record *record,
                                           const ProtobufCMessageDescriptor *descriptor,
                                           ProtobufCMessage **ret_message);
/* The facts of a record in log-index order, unpacked into the arena. */
VV_CHECKED enum vv_status vv_record_facts(const struct vv_call *call,
                                          const struct vv_record *record,
                                          Vagval__V1__Fact ***ret_facts, size_t *ret_count);

/* ---- outcome: what to commit ---------------------------------------------------------------- */

struct vv_outcome;

/* New body of an aggregate that was loaded; its version is counted by the runtime. */
void vv_put(struct vv_outcome *outcome, const char *kind, struct vv_id id,
            const ProtobufCMessage *aggregate);
/* An extra field of an aggregate that was loaded (posting batch), or of an index hash whose field
 * was loaded. len 0 deletes. */
void vv_put_field(struct vv_outcome *outcome, const char *kind, struct vv_id id, const void *field,
                  size_t field_len, const void *value, size_t len);
/* Adds to a counter in a plain hash; never conflicts. |delta| <= VV_MONEY_MAX. */
void vv_add(struct vv_outcome *outcome, const char *kind, struct vv_id id, const char *field,
            int64_t delta);
/* Appends to a list. */
void vv_append(struct vv_outcome *outcome, const char *kind, struct vv_id id, const void *bytes,
               size_t len);
/* Business timer of this partition; setting it again moves it. due_date fires when the business
 * date reaches it. The committed state is what counts: a timer that is gone does not fire. */
void vv_timer_set(struct vv_outcome *outcome, enum vv_message_type timer, struct vv_id subject,
                  vv_date due);
void vv_timer_clear(struct vv_outcome *outcome, enum vv_message_type timer, struct vv_id subject);
/* The fact of this message as stored in its home. effective: when it holds. body: what to keep
 * (NULL = the bytes as received); sealed: body was sealed by the handler. */
void vv_accept(struct vv_outcome *outcome, int32_t effective, const char *source,
               struct vv_id supersedes, const void *body, size_t len, bool sealed);
/* An event or order on this partition's stream. Its id is vv_id_step(call id, ordinal). */
void vv_emit(struct vv_outcome *outcome, enum vv_message_type type, struct vv_id subject,
             const char *scheme, int32_t effective, const ProtobufCMessage *body);
/* The answer. A command that accepts must reply; the reply is stored with the fact. */
void vv_reply(struct vv_outcome *outcome, const ProtobufCMessage *body);
/* Says no: returns `status` for `return vv_refuse(...)`; everything put so far is dropped. */
enum vv_status vv_refuse(struct vv_outcome *outcome, enum vv_status status, const char *field,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- handlers ------------------------------------------------------------------------------- */

struct vv_handler {
    /* Partition for a message whose subject does not carry it; NULL = from the subject. */
    enum vv_status (*route)(const struct vv_call *call, uint16_t *ret_partition);
    /* May run again with what was loaded (at most VV_PLAN_ROUNDS_MAX times). */
    enum vv_status (*plan)(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan);
    /* For EVENT and TIMER a status other than VV_OK is a bug of ours or corrupt storage: the
     * partition stops and raises an alarm. An accepted event is never refused. */
    enum vv_status (*decide)(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome);
};

/* The two halves of a handler that has nothing to do: an answer that needs no more. */
VV_CHECKED enum vv_status vv_plan_nothing(const struct vv_call *call,
                                          const struct vv_loaded *loaded, struct vv_plan *plan);
VV_CHECKED enum vv_status vv_decide_nothing(const struct vv_call *call,
                                            const struct vv_loaded *loaded,
                                            struct vv_outcome *outcome);

struct vv_handler_row {
    enum vv_message_type type;
    const struct vv_handler *handler;
};
struct vv_feed_row {
    enum vv_service_id source;
    enum vv_message_type type;
    const struct vv_handler *handler;
};

/* Everything the runtime needs to know of a service; handlers.c of each has one. */
struct vv_service {
    enum vv_service_id id;
    const struct vv_handler_row *handlers; /* COMMAND, QUERY, ORDER, TIMER, SHARED */
    size_t handler_count;
    const struct vv_handler_row *answers; /* type = the ORDER whose answer this handles */
    size_t answer_count;
    const struct vv_feed_row *feeds;
    size_t feed_count;
    uint32_t rules_version;
    /* Optional: row (a TIMER) whose handler is also run with a nil subject, once for each owned
     * partition, when the partition is taken over and whenever the book of schemes has grown. */
    enum vv_message_type on_book;
    /* Optional: makes vv_call.service from the configuration at boot. */
    enum vv_status (*open)(const struct vv_seal *seal, const void **ret_context,
                           struct vv_error *ret_error);
};

/* An answer's call: type = the REPLY's type, body = the reply, subject = the order's case, id =
 * vv_id_step(order event id, 2); `status` other than OK means the target refused: body is NULL. */

/* Declares and collects the handlers that messages.def demands; see services/intake/handlers.c. */
#define VV_DECLARE_COMMAND(snake) extern const struct vv_handler vv_handle_##snake;
#define VV_DECLARE_QUERY(snake) VV_DECLARE_COMMAND(snake)
#define VV_DECLARE_TIMER(snake) VV_DECLARE_COMMAND(snake)
#define VV_DECLARE_SHARED(snake) VV_DECLARE_COMMAND(snake)
#define VV_DECLARE_ORDER(snake)                                                                    \
    VV_DECLARE_COMMAND(snake) extern const struct vv_handler vv_answer_##snake;
#define VV_DECLARE_EVENT(snake)
#define VV_DECLARE_REPLY(snake)
#define VV_DECLARE_OPS(snake)
#define VV_COLLECT_COMMAND(UPPER, snake) {VV_MSG_##UPPER, &vv_handle_##snake},
#define VV_COLLECT_QUERY(UPPER, snake) VV_COLLECT_COMMAND(UPPER, snake)
#define VV_COLLECT_TIMER(UPPER, snake) VV_COLLECT_COMMAND(UPPER, snake)
#define VV_COLLECT_SHARED(UPPER, snake) VV_COLLECT_COMMAND(UPPER, snake)
#define VV_COLLECT_ORDER(UPPER, snake) VV_COLLECT_COMMAND(UPPER, snake)
#define VV_COLLECT_EVENT(UPPER, snake)
#define VV_COLLECT_REPLY(UPPER, snake)
#define VV_COLLECT_OPS(UPPER, snake)
#define VV_ANSWER_ORDER(UPPER, snake) {VV_MSG_##UPPER, &vv_answer_##snake},
#define VV_ANSWER_COMMAND(UPPER, snake)
#define VV_ANSWER_QUERY(UPPER, snake)
#define VV_ANSWER_TIMER(UPPER, snake)
#define VV_ANSWER_SHARED(UPPER, snake)
#define VV_ANSWER_EVENT(UPPER, snake)
#define VV_ANSWER_REPLY(UPPER, snake)
#define VV_ANSWER_OPS(UPPER, snake)
#define VV_ROW_DECLARE(code, UPPER, snake, kind, reply, roles, bytes) VV_DECLARE_##kind(snake)
#define VV_ROW_COLLECT(code, UPPER, snake, kind, reply, roles, bytes)                              \
    VV_COLLECT_##kind(UPPER, snake)
#define VV_ROW_ANSWER(code, UPPER, snake, kind, reply, roles, bytes) VV_ANSWER_##kind(UPPER, snake)
#define VV_FEED_DECLARE(source, UPPER, snake) extern const struct vv_handler vv_on_##snake;
#define VV_FEED_COLLECT(source, UPPER, snake) {VV_##source, VV_MSG_##UPPER, &vv_on_##snake},

/* Starts, runs until SIGTERM/SIGINT, drains, returns the exit code. Each main.c is this call. */
int vv_service_main(const struct vv_service *service, int argc, char **argv);

#endif
