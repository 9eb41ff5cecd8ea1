/*
 * engine_internal.h: the engine's state, shared by its files.
 *
 *   engine.c          create, destroy, the flush of a turn, ticks
 *   engine_request.c  a frame from the ROUTER: checks, roles, routing, queueing, replies
 *   engine_ops.c      PING, INFO, STATS, SETTLE
 *   engine_queue.c    items and the queue of a partition
 *   engine_batch.c    a batch: plan, read, decide
 *   engine_commit.c   a decided batch: commit, its result, replies, publications
 *   engine_cache.c    committed records of owned partitions, least recently used go
 *   engine_follow.c   owned partitions: cursors, feeds, gaps, the walk
 *   engine_stopped.c  feeds that stop, and how they go on
 *   engine_relay.c    orders to other partitions and their answers
 *   engine_timer.c    business timers
 *   engine_book.c     what a service does when the book grows
 *   engine_world.c    clock and book from {sys}; who owns what
 *   engine_trim.c     streams cut to their slowest consumer
 *   engine_peers.c    how much one peer may ask
 *   engine_metrics.c  time series, those of bus and caller too
 */
#ifndef VV_ENGINE_INTERNAL_H
#define VV_ENGINE_INTERNAL_H

#include "vagval/limits.h"
#include "vagval/wire.h"

#include "book.h"
#include "engine.h"
#include "engine_outcome.h"

#define VV_RELAY VV_SERVICE_COUNT /* the own stream, as a source */
#define VV_SOURCES (VV_SERVICE_COUNT + 1)
#define VV_FEED_QUEUED_MAX VV_FEED_READ_MAX /* events of one feed waiting in a partition */
#define VV_RELAY_OPEN_MAX 64                /* orders of one partition under way */
#define VV_TIMERS_READ_MAX 64
#define VV_NEVER INT64_MAX
#define VV_RETRY_MS 50
#define VV_CURSOR_BYTES 48

/* ---- items ---- */

enum vv_item_kind {
    VV_ITEM_REQUEST, /* COMMAND, QUERY, ORDER, SHARED from the ROUTER */
    VV_ITEM_EVENT,
    VV_ITEM_TIMER,
    VV_ITEM_ANSWER, /* to an order of ours */
    VV_ITEM_CURSOR, /* nothing but a cursor past events that we do not consume */
    VV_ITEM_BOOK,   /* the book has grown; `sequence` is its generation */
};

struct vv_item {
    struct vv_item *prev, *next;
    uint64_t arrival; /* order within the process */
    enum vv_item_kind kind;
    const struct vv_handler *handler;
    const struct vv_message_row *row;
    struct vv_id id, subject, correlation;
    enum vv_role role;
    struct vv_peer peer;
    uint16_t peer_place; /* whose share of the queue it takes */
    int64_t arrived_us, deadline_ms;
    unsigned source;     /* EVENT, ANSWER, CURSOR */
    uint32_t generation; /* of the partition's following, when it was queued */
    int64_t later_ms;    /* put off until then; 0 = not */
    uint64_t sequence;
    vv_date due; /* TIMER */
    int32_t effective;
    int64_t recorded_ms;
    struct vv_asks asks;
    unsigned asks_open;
    bool dead; /* dropped while asks are open; then in engine->dead_items */
    struct vv_engine *engine;
    uint16_t partition;
    bool has_body;
    unsigned tries, passes;
    /* Outcome, in the batch's pass memory. */
    enum vv_status status;
    const char *field, *text;
    const uint8_t *reply;
    size_t reply_len;
    /* body bytes, then the scheme and NUL */
    const char *scheme;
    size_t body_len;
    uint8_t body[];
};

/* ---- batches ---- */

struct vv_partition;

struct vv_batch {
    struct vv_batch *next_free;
    struct vv_engine *engine;
    struct vv_partition *partition;
    struct vv_item *items[VV_BATCH_ITEMS_MAX];
    size_t count;
    unsigned reads_open;
    bool read_failed;
    bool committing;
    bool verified;                  /* nothing of this batch comes from the cache */
    uint64_t cursor_to[VV_SOURCES]; /* 0 = not moved */
    int64_t recorded_ms;
    int64_t sent_us;
    char tag[VV_TAG_BYTES]; /* of its commit, once sent */
    struct vv_working working;
};

/* ---- partitions ---- */

struct vv_feed {
    bool stopped, reading;
    const char *problem;          /* why it stopped; kept until it works again */
    char cursor[VV_CURSOR_BYTES]; /* as stored, "" = absent */
    char epoch[24];               /* of the source stream, "" = not known */
    uint64_t committed, taken, head;
    uint64_t stored; /* the head that the source's `part` has shown */
    uint64_t asked;  /* `stored` when the stream was last read: that much must be there */
    unsigned queued;
};

struct vv_order {
    struct vv_order *next;
    struct vv_engine *engine;
    uint16_t partition;
    uint64_t sequence;
    struct vv_id id;
    enum vv_message_type type;
    struct vv_id case_id;
    struct vv_id subject, correlation;
    char *scheme;
    uint8_t *body;
    size_t body_len;
    enum { VV_ORDER_NEW, VV_ORDER_SENT, VV_ORDER_ANSWERED, VV_ORDER_QUEUED } state;
    bool gone; /* committed, or left, while the call was out; then in engine->gone_orders */
    enum vv_status status;
    uint8_t *reply;
    size_t reply_len;
};

enum vv_follow { VV_FOLLOW_OFF, VV_FOLLOW_OPENING, VV_FOLLOW_OPEN };

struct vv_partition {
    uint16_t number;
    bool owned;
    bool listed;  /* in the list of partitions with something to do */
    bool clogged; /* stream too long: commands get BUSY */
    bool stream_long;
    unsigned guess_after; /* commits until records may be taken for absent again */
    struct vv_partition *next_listed;
    struct vv_item *first, *last;
    unsigned queued;
    unsigned batch_limit;
    struct vv_batch *batch;
    int64_t retry_at_ms;    /* 0 = now */
    int64_t wake_at_ms;     /* something was put off until then; 0 = nothing */
    int64_t revive_at_ms;   /* what has stopped is tried again; 0 = nothing has */
    uint32_t generation;    /* of following: late replies of an older one are dropped */
    int64_t recorded_ms;    /* never decided below this */
    char tag[VV_TAG_BYTES]; /* of our last commit; "" = not known */
    uint32_t chain;         /* counts how often another has committed between two commits of ours */
    struct vv_entry *cached;
    enum vv_follow follow;
    unsigned opening;
    struct vv_feed feeds[VV_SOURCES];
    struct vv_order *orders; /* in the stream's order */
    unsigned order_count;
    int64_t next_due_ms;
    int64_t set_meanwhile_ms; /* earliest timer that we set since the next one was asked for */
    bool timers_reading, timers_stopped;
    const char *timer_problem, *timer_detail;
    unsigned timers_left;
    uint32_t noted; /* generation of the book that the service was told of; 0 after an opening */
    bool noting;    /* it is being told */
    uint64_t own_head, trimmed_to;
    uint64_t trim_slowest;
    unsigned trim_open;
};

/* ---- the engine ---- */

struct vv_cache {
    struct vv_entry **buckets;
    size_t bucket_count;
    struct vv_entry *newest, *oldest;
    size_t bytes, bytes_max, count;
};

struct vv_settle {
    bool used;
    struct vv_peer peer;
    struct vv_id id;
    uint64_t commits;
    int64_t deadline_ms;
};
#define VV_SETTLES_MAX 8

#define VV_PROBLEMS_MAX 16
#define VV_BRIDGES 12 /* counters of bus and caller shown as metrics */

#define VV_PEER_FREE 0                    /* a service: no bound of its own */
#define VV_PEER_SHARED (VV_PEERS_MAX + 1) /* those who found no place */
#define VV_PEER_PLACES (VV_PEERS_MAX + 2)

struct vv_peer_state {
    struct vv_peer peer; /* len 0 = free */
    unsigned queued;
    int64_t tokens; /* thousandths */
    int64_t filled_ms;
};

/* Bounds of limits.h that tests make small. */
struct vv_bounds {
    int64_t stopped_retry_ms;
    unsigned process_queue, partition_queue, peer_queue;
    int64_t peer_rate; /* per second */
    uint64_t stream_entries;
    size_t commit_soft_keys;
};

struct vv_counters {
    uint64_t requests, forbidden, malformed, busy, stale, unknown, cache_hits, cache_misses, late;
};

struct vv_engine {
    const struct vv_service *service;
    struct vv_loop *loop;
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
    struct vv_log *log;
    struct vv_metrics *metrics;
    const struct vv_seal *seal;
    const void *context;
    char instance[64];
    uint16_t partition_count;
    bool virtual_clock, publish, draining;
    bool sources[VV_SOURCES]; /* which streams are followed */
    bool consumers[VV_SERVICE_COUNT];
    bool has_timers;
    const struct vv_handler *handlers[1024], *answers[1024]; /* by message code */

    struct vv_partition *partitions; /* partition_count, then the system partition */
    struct vv_partition *listed, **listed_last;
    unsigned owned, opened;
    unsigned queued, batches_open, reads_open, orders_open, delayed;
    uint64_t arrivals, commits;
    struct vv_item *dead_items;
    struct vv_order *gone_orders;
    struct vv_batch *free_batches;
    unsigned free_batch_count;
    struct vv_cache cache;
    struct vv_commit *commit;
    struct vv_run runs[VV_BATCH_ITEMS_MAX];
    struct vv_arena arena; /* one pass */
    struct vv_arena in;    /* one received frame */
    void *arena_memory, *in_memory;
    uint8_t *out; /* one frame to be sent */

    struct vv_book *book;
    vv_date today;
    int64_t business_ms;
    bool clock_known, book_known, clock_reading, book_reading;
    int64_t walked_at_ms, trimmed_at_ms;
    uint32_t walk_next; /* partition_count = no walk under way */
    bool walk_again;
    uint32_t trim_next;
    struct vv_settle settles[VV_SETTLES_MAX];
    char problems[VV_PROBLEMS_MAX][96];
    unsigned problem_count;
    char subscribed[VV_SERVICE_COUNT][VV_MEMBERS_MAX][112];
    int64_t started_ms;

    struct vv_bounds bounds;
    struct vv_peer_state peers[VV_PEER_PLACES];
    struct vv_counters counters;
    struct vv_metric *by_status[32];
    struct vv_metric *commit_us, *batch_items, *reply_us, *queue_depth, *stale_total, *busy_total,
        *cache_hit_total, *cache_miss_total, *cache_bytes, *feed_lag, *commits_total, *events_total,
        *timers_total, *orders_total, *problems_now;
    struct {
        struct vv_metric *metric;
        uint64_t seen;
    } bridges[VV_BRIDGES];
};

/* A read whose reply finds its partition again by number and generation. */
struct vv_ticket {
    struct vv_engine *engine;
    uint16_t partition;
    uint32_t generation;
    unsigned source;
};

/* engine.c */
struct vv_partition *vv_engine_partition(struct vv_engine *engine, uint16_t number);
void vv_engine_wake(struct vv_engine *engine, struct vv_partition *partition);
void vv_engine_problem(struct vv_engine *engine, const char *code, uint16_t partition,
                       const char *detail);
/* What was reported has gone. */
void vv_engine_solved(struct vv_engine *engine, const char *code, uint16_t partition,
                      const char *detail);
/* Reads a key of a partition; `done` gets a ticket, which it gives back with vv_ticket_close. */
VV_CHECKED enum vv_status vv_engine_read(struct vv_engine *engine, struct vv_partition *partition,
                                         enum vv_service_id service, const char *kind,
                                         struct vv_read read, unsigned source, vv_read_done *done);
/* Frees the ticket; the partition, or NULL when the reply comes too late. */
struct vv_partition *vv_ticket_close(struct vv_ticket *ticket);

/* engine_queue.c */
struct vv_item *vv_item_create(const void *body, size_t len, const char *scheme);
void vv_item_free(struct vv_engine *engine, struct vv_item *item);
void vv_queue_add(struct vv_engine *engine, struct vv_partition *partition, struct vv_item *item);
/* Back to its place in the order of arrival. */
void vv_queue_return(struct vv_engine *engine, struct vv_partition *partition,
                     struct vv_item *item);
void vv_queue_remove(struct vv_engine *engine, struct vv_partition *partition,
                     struct vv_item *item);
/* Takes what may be decided now into the batch. */
void vv_queue_pick(struct vv_engine *engine, struct vv_partition *partition,
                   struct vv_batch *batch);
/* Drops events, answers, cursors and timers: they can be had from the store again. */
void vv_queue_drop_derived(struct vv_engine *engine, struct vv_partition *partition);
void vv_item_drop_derived(struct vv_engine *engine, struct vv_partition *partition,
                          struct vv_item *item);

/* engine_request.c */
struct vv_response {
    uint16_t type;
    struct vv_id id;
    enum vv_status status;
    const char *field, *text;
    const uint8_t *body;
    size_t body_len;
};
void vv_engine_answer(struct vv_engine *engine, const struct vv_peer *peer,
                      const struct vv_response *response);
void vv_item_answer(struct vv_engine *engine, const struct vv_item *item);

/* engine_peers.c */
/* One request of a peer: false when it asks too fast. The place is for its items. */
bool vv_peer_take(struct vv_engine *engine, const struct vv_peer *peer, enum vv_role role,
                  uint16_t *ret_place);
bool vv_peer_has_room(const struct vv_engine *engine, uint16_t place);

/* engine_ops.c */
void vv_engine_ops(struct vv_engine *engine, const struct vv_peer *peer,
                   const struct vv_frame *frame);
void vv_engine_settle_check(struct vv_engine *engine);

/* engine_batch.c */
void vv_batch_start(struct vv_engine *engine, struct vv_partition *partition);
void vv_batch_pass(struct vv_batch *batch);
void vv_batch_close(struct vv_batch *batch);
/* All items back to the queue, batch closed. */
void vv_batch_return(struct vv_batch *batch);

/* engine_load.c */
void vv_batch_send_asks(struct vv_batch *batch, struct vv_item *item);
/* True when something is to be read, or could not be. */
bool vv_batch_read_missing(struct vv_batch *batch);

/* engine_commit.c */
void vv_batch_commit(struct vv_batch *batch);
void vv_batch_finish(struct vv_batch *batch); /* no commit needed, or it is durable */

/* engine_cache.c */
VV_CHECKED enum vv_status vv_cache_open(struct vv_cache *cache, size_t bytes_max);
void vv_cache_close(struct vv_engine *engine);
struct vv_entry *vv_cache_find(struct vv_engine *engine, uint16_t partition,
                               const struct vv_name *name, uint64_t hash);
void vv_cache_add(struct vv_engine *engine, struct vv_partition *partition, struct vv_entry *entry);
void vv_cache_forget(struct vv_engine *engine, struct vv_entry *entry);
/* Drops what was used longest ago until the rest fits. */
void vv_cache_make_room(struct vv_engine *engine);
void vv_cache_drop(struct vv_engine *engine, struct vv_partition *partition);

/* engine_follow.c */
void vv_follow_open(struct vv_engine *engine, struct vv_partition *partition);
void vv_follow_close(struct vv_engine *engine, struct vv_partition *partition);
/* What was taken from the store is dropped and read again. */
void vv_follow_reopen(struct vv_engine *engine, struct vv_partition *partition);
void vv_follow_more(struct vv_engine *engine, struct vv_partition *partition, unsigned source);
bool vv_follow_walk(struct vv_engine *engine); /* a slice; true if more is left */
void vv_follow_walk_start(struct vv_engine *engine);
/* Takes the next event of a stream; its sequence must be feed->taken + 1. */
void vv_follow_take(struct vv_engine *engine, struct vv_partition *partition, unsigned source,
                    uint64_t sequence, const uint8_t *bytes, size_t len);
/* Whose stream it is. */
enum vv_service_id vv_follow_source(const struct vv_engine *engine, unsigned source);

/* engine_stopped.c */
void vv_follow_stop(struct vv_engine *engine, struct vv_partition *partition, unsigned source,
                    const char *code);
/* The feed has made progress, or has nothing left to do: what was wrong with it has gone. */
void vv_follow_works(struct vv_engine *engine, struct vv_partition *partition, unsigned source);
/* The partition is another instance's: so are its alarms. */
void vv_follow_left(struct vv_engine *engine, struct vv_partition *partition);
/* Tries again, from the stored cursors, what has stopped in the partition. */
void vv_follow_revive(struct vv_engine *engine, struct vv_partition *partition);

/* engine_relay.c */
void vv_relay_take(struct vv_engine *engine, struct vv_partition *partition, uint64_t sequence,
                   const struct vv_frame *frame);
void vv_relay_pump(struct vv_engine *engine, struct vv_partition *partition);
/* The answer's commit is durable up to here. */
void vv_relay_done(struct vv_engine *engine, struct vv_partition *partition, uint64_t sequence);
/* Answers that were queued go back to being answered only. */
void vv_relay_unqueue(struct vv_partition *partition);
/* The partition belongs to another instance now, and its orders with it. */
void vv_relay_leave(struct vv_engine *engine, struct vv_partition *partition);
/* At the engine's end, when the caller has gone: no answer will come. */
void vv_relay_close(struct vv_engine *engine);

/* engine_timer.c */
void vv_timer_stop(struct vv_engine *engine, struct vv_partition *partition, const char *code,
                   const char *detail);
void vv_timer_check(struct vv_engine *engine, struct vv_partition *partition);
void vv_timer_item_done(struct vv_engine *engine, struct vv_partition *partition);
/* What the store says is next, or what we have set since it was asked. */
void vv_timer_learn(struct vv_partition *partition, const struct vv_field *pairs, size_t count);
/* A timer that a commit of ours has set. */
void vv_timer_note(struct vv_partition *partition, int64_t due_ms);
/* Asks the store for the next one; false when too much is pending. */
bool vv_timer_look(struct vv_engine *engine, struct vv_partition *partition);

/* engine_book.c */
/* Queues the message that tells the service of the book, if it has not been told. */
void vv_book_note(struct vv_engine *engine, struct vv_partition *partition);
void vv_book_note_all(struct vv_engine *engine);

/* engine_world.c */
void vv_world_refresh(struct vv_engine *engine);
void vv_world_tick(struct vv_engine *engine);
void vv_world_owners(struct vv_engine *engine);
struct vv_now vv_world_now(const struct vv_engine *engine, const struct vv_partition *partition);

/* engine_metrics.c */
void vv_engine_make_metrics(struct vv_engine *engine);
/* Brings up to date what is not counted as it happens. */
void vv_engine_measure(struct vv_engine *engine);

/* engine_trim.c */
void vv_trim_slice(struct vv_engine *engine);

#endif
