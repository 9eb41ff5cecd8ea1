/*
 * limits.h: every bound of the system, with unit and reason, related by compile-time assertions.
 */
#ifndef VAGVAL_LIMITS_H
#define VAGVAL_LIMITS_H

#include <stdint.h>

/* Money stays below 2^53 minor units: Redis' Lua and JSON readers hold numbers as doubles. */
#define VV_MONEY_MAX INT64_C(9007199254740991)
/* A price of a day, a month, a unit or a result, and units in one record, in hundredths: more is a
 * mistake. At ten times the price (an area's factor is 1000 % at most) several such records of a
 * month are an amount still; a sum that is none stops its partition's feed. */
#define VV_PRICE_MAX INT64_C(1000000000)
#define VV_UNITS_MAX INT64_C(10000000)
_Static_assert(VV_PRICE_MAX * 10 * (VV_UNITS_MAX / 100) <= VV_MONEY_MAX / 8,
               "units at the highest price are an amount");

/* Partitions of one region. Fixed when the region is created; two bytes of every id carry it. */
#define VV_PARTITIONS_DEFAULT 256
#define VV_PARTITIONS_MAX 4096

/* One message on the wire. The largest is a published scheme with its model. */
#define VV_ENVELOPE_BYTES_MAX (256 * 1024)
#define VV_BODY_BYTES_MAX (240 * 1024)
/* A command on a case is a few hundred bytes; 64 KiB of empty sub-messages cost 6 MB unpacked. */
#define VV_SMALL_BODY_BYTES_MAX (8 * 1024)

/* Arena of one loop turn: unpacked messages of one batch of one partition. */
#define VV_ARENA_BYTES (4 * 1024 * 1024)

/* Work: messages taken per socket and turn, items decided together in one commit, queued per
 * partition, and queued in the whole process. A full queue answers BUSY. One turn takes several
 * batches' worth, because its messages spread over many partitions. */
#define VV_RECEIVE_PER_TURN 256
#define VV_BATCH_ITEMS_MAX 64
/* Partitions of one process with a batch under way. The others wait in line and gather messages, so
 * that batches grow under load; without load nobody waits. */
#define VV_BATCHES_OPEN_MAX 32
#define VV_PARTITION_QUEUE_MAX 1024
#define VV_PROCESS_QUEUE_MAX 16384
/* One connection that is not a service's: its share of the queue, requests per second (a burst is
 * one second's), and how many connections are told apart. */
#define VV_PEER_QUEUE_MAX (VV_PROCESS_QUEUE_MAX / 4)
#define VV_PEER_RATE_PER_S 50000
#define VV_PEERS_MAX 256
#define VV_PLAN_ROUNDS_MAX 4
#define VV_STALE_TRIES_MAX 8
#define VV_RETRY_AFTER_MS 50

/* Lua's unpack() and our one FCALL: keys and arguments of one commit. */
#define VV_COMMIT_KEYS_MAX 512
#define VV_COMMIT_ARGS_MAX 6000

/* Cache of aggregates per process, bytes; with everything else a service stays under 64 MB. */
#define VV_CACHE_BYTES_DEFAULT (20 * 1024 * 1024)

/* Facts that one case may collect in one service. A year of monthly reports is about 30. */
#define VV_CASE_FACTS_MAX 512

#define VV_FEED_READ_MAX 128        /* entries per XRANGE */
#define VV_STREAM_ENTRIES_MAX 65536 /* untrimmed entries of a stream before commands get BUSY */
#define VV_MEMBERS_MAX 64           /* live instances of one service */
#define VV_CALLS_MAX 8192           /* outgoing calls awaiting an answer */
#define VV_SCHEMES_MAX 256          /* scheme versions held in memory */
#define VV_ALLOWED_MAX 4096         /* keys in the allow list */
#define VV_LINKS_MAX 256 /* endpoints a process sends to: all instances of all services */

/* Messages waiting in one connection, each direction. Requests are few, since a full queue turns
 * into BUSY. A caller awaits at most VV_CALLS_MAX answers, so as many may wait for it. Publications
 * may be lost: the stream has them. */
#define VV_REQUEST_QUEUE_MAX 1024
#define VV_REPLY_QUEUE_MAX VV_CALLS_MAX
#define VV_PUBLISH_QUEUE_MAX 4096

/* Text and list bounds at the edge. */
#define VV_NAME_BYTES_MAX 128
#define VV_CODE_BYTES_MAX 48
/* A scheme's id and its codes of levels and components: counters are named after two of them, as in
 * "recoveries:<scheme>:<component>", and a name has 64 bytes. */
#define VV_SCHEME_CODE_BYTES_MAX 24
#define VV_FEATURES_MAX 64
#define VV_FURTHER_ADDRESSES_MAX 16 /* of a contract */
#define VV_CSV_LINE_BYTES_MAX (16 * 1024)
#define VV_YAML_BYTES_MAX (96 * 1024)
#define VV_YAML_DEPTH_MAX 16

/* Times on the monotonic clock. */
#define VV_HEARTBEAT_MS 500
#define VV_LEASE_MS 3000
#define VV_FEED_POLL_MS 1000
#define VV_STOPPED_RETRY_MS 5000 /* a stopped feed, relay or timer queue is tried again */
#define VV_CALL_TIMEOUT_MS 2000
#define VV_DRAIN_MS 10000

/* Aggregates and facts: the newest stored format that this binary writes and rewrites. */
#define VV_FORMAT 1

_Static_assert(VV_BODY_BYTES_MAX < VV_ENVELOPE_BYTES_MAX, "a body fits its envelope");
_Static_assert(2 * VV_YAML_BYTES_MAX < VV_BODY_BYTES_MAX, "a scheme and a model fit a message");
_Static_assert(VV_BATCH_ITEMS_MAX <= VV_PARTITION_QUEUE_MAX, "a batch fits the queue");
_Static_assert(VV_LINKS_MAX >= 4 * VV_MEMBERS_MAX, "a link for each instance of four services");
_Static_assert(VV_LEASE_MS >= 4 * VV_HEARTBEAT_MS, "a lease survives three lost heartbeats");
_Static_assert(VV_COMMIT_ARGS_MAX < 7900, "Lua unpack() takes fewer than LUAI_MAXCSTACK values");

#endif
