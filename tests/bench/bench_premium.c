/*
 * bench_premium.c: the figure that the product is about: a job start goes in, and the speed premium
 * is durably posted and acknowledged. Real services, CURVE on, fsync always.
 *
 *   bench_premium DIR PEOPLE SECONDS IN_FLIGHT
 *
 * 1. PEOPLE are registered, assessed, and choose (through the same messages as everybody).
 * 2. Closed loop: IN_FLIGHT job starts outstanding for SECONDS; one counts as done when both the
 *    registry's answer and payment's POSTED event have come.
 * 3. Open loop at half that rate for a third of the time: latency from the planned instant.
 * 4. Ceiling: the same two commits by a bare client on the same Redis (bench_ceiling.c).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_ceiling.h"
#include "bench_client.h"
#include "bench_people.h"

enum { LOST_AFTER_US = 10 * 1000 * 1000, CONTRACTS_PER_AREA = 8 };

struct course {
    struct vv_id case_id;
    int64_t sent_us; /* planned instant in the open loop; 0 = not sent */
    int64_t done_us;
    bool placed, answered, posted;
};

struct bench {
    struct bench_client client;
    struct course *courses;
    size_t people;
    uint32_t *by_case; /* open addressing: course index + 1 */
    size_t by_case_mask;
    struct vv_id contracts[BENCH_AREAS * CONTRACTS_PER_AREA];
    vv_date today;
    uint64_t refused, done, outstanding, lost;
    uint8_t arena_memory[256 * 1024];
    struct vv_arena arena;
    size_t first; /* of the courses that the present pipeline starts */
};

static size_t slot_of(const struct bench *bench, struct vv_id id)
{
    uint64_t hash;
    memcpy(&hash, id.bytes + 8, sizeof hash);
    return (size_t)(hash ^ (hash >> 29)) & bench->by_case_mask;
}

static void index_case(struct bench *bench, size_t i)
{
    size_t slot = slot_of(bench, bench->courses[i].case_id);
    while (bench->by_case[slot] != 0) {
        slot = (slot + 1) & bench->by_case_mask;
    }
    bench->by_case[slot] = (uint32_t)i + 1;
}

static struct course *course_of(struct bench *bench, struct vv_id id)
{
    size_t slot = slot_of(bench, id);
    while (bench->by_case[slot] != 0) {
        struct course *course = &bench->courses[bench->by_case[slot] - 1];
        if (vv_id_equal(course->case_id, id)) {
            return course;
        }
        slot = (slot + 1) & bench->by_case_mask;
    }
    return NULL;
}

/* ---- setting the book up ---- */

static struct vv_id bench_id(const char *kind, size_t i)
{
    char reference[32];
    snprintf(reference, sizeof reference, "%zu", i);
    return vv_id_fact("bench", kind, reference);
}

static void make_seeker(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    request->service = VV_INTAKE;
    request->partition = VV_PARTITION_SYSTEM;
    request->type = VV_MSG_REGISTER_SEEKER;
    request->scheme = "se-krom";
    request->id = bench_id("seeker", i);
    struct bench_person person;
    bench_person(&person, i, bench->today);
    bench_body(&bench->client, request, &person.message.base);
}

static void done_seeker(void *context, size_t i, enum vv_status status,
                        const struct vv_frame *frame)
{
    struct bench *bench = context;
    if (status != VV_OK) {
        bench->refused++;
        if (bench->refused == 1) {
            bench_die("a registration was refused: %s %s", vv_status_name(status),
                      frame == NULL ? "" : frame->envelope->error);
        }
        return;
    }
    const Vagval__V1__Registered *reply = (const Vagval__V1__Registered *)frame->body;
    if (vv_id_from_bytes(reply->case_id.data, reply->case_id.len, &bench->courses[i].case_id) ==
        VV_OK) {
        index_case(bench, i);
    }
}

static void make_contract(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    const struct bench_area *area = bench_area(i / CONTRACTS_PER_AREA);
    char number[16], organisation[16];
    snprintf(number, sizeof number, "KA-%06zu", i);
    bench_organisation(i % CONTRACTS_PER_AREA, organisation);
    const struct vv_id provider = vv_id_provider(organisation, bench->client.partitions);
    Vagval__V1__AuthoriseContract body = VAGVAL__V1__AUTHORISE_CONTRACT__INIT;
    body.source = (char *)"bench";
    body.source_ref = number;
    body.number = number;
    body.provider.data = (uint8_t *)(uintptr_t)provider.bytes;
    body.provider.len = sizeof provider.bytes;
    body.area = (char *)(uintptr_t)area->code;
    body.capacity = 100000;
    body.latitude = area->latitude;
    body.longitude = area->longitude;
    body.from = bench->today;
    body.organisation_number = organisation;
    body.provider_name = (char *)"Bench AB";
    bench->contracts[i] = vv_id_contract("se-krom", area->code, number, bench->client.partitions);
    request->service = VV_REGISTRY;
    request->subject = bench->contracts[i];
    request->partition = vv_id_partition(request->subject);
    request->type = VV_MSG_AUTHORISE_CONTRACT;
    request->scheme = "se-krom";
    request->id = bench_id("contract", i);
    bench_body(&bench->client, request, &body.base);
}

static void done_strictly(void *context, size_t i, enum vv_status status,
                          const struct vv_frame *frame)
{
    (void)context;
    (void)i;
    if (status != VV_OK) {
        bench_die("a set-up command was refused: %s %s", vv_status_name(status),
                  frame == NULL ? "" : frame->envelope->error);
    }
}

static void make_choice(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    struct course *course = &bench->courses[i];
    const size_t count = sizeof bench->contracts / sizeof bench->contracts[0];
    struct vv_id contract = bench->contracts[i % count];
    char reference[24];
    snprintf(reference, sizeof reference, "%zu", i);
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.source = (char *)"bench";
    body.source_ref = reference;
    body.case_id.data = course->case_id.bytes;
    body.case_id.len = 16;
    body.contract.data = contract.bytes;
    body.contract.len = 16;
    body.chosen_on = bench->today;
    request->service = VV_REGISTRY;
    request->subject = course->case_id;
    request->partition = vv_id_partition(course->case_id);
    request->type = VV_MSG_CHOOSE_CONTRACT;
    request->scheme = "se-krom";
    request->id = bench_id("choice", i);
    bench_body(&bench->client, request, &body.base);
}

/* People assessed as too near or too far are refused a choice: they take no part. */
static void done_choice(void *context, size_t i, enum vv_status status,
                        const struct vv_frame *frame)
{
    struct bench *bench = context;
    (void)frame;
    bench->courses[i].placed = status == VV_OK;
}

/* ---- job starts ---- */

static void finish(struct bench *bench, struct course *course)
{
    if (course->answered && course->posted && course->done_us == 0) {
        course->done_us = vv_clock_monotonic_us();
        bench->done++;
        bench->outstanding--;
    }
}

static void on_posted(void *context, const uint8_t *frame, size_t len)
{
    struct bench *bench = context;
    struct vv_frame read;
    vv_arena_reset(&bench->arena);
    if (vv_wire_read(frame, len, &bench->arena, &read, NULL) != VV_OK) {
        return;
    }
    struct course *course = course_of(bench, read.subject);
    if (course != NULL && course->sent_us != 0 && !course->posted) {
        course->posted = true;
        finish(bench, course);
    }
}

struct start {
    struct bench *bench;
    struct course *course;
};

static void on_started(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct course *course = ((struct start *)context)->course;
    struct bench *bench = ((struct start *)context)->bench;
    free(context);
    if (status != VV_OK) {
        bench_die("a job start was refused: %s %s", vv_status_name(status),
                  frame == NULL ? "" : frame->envelope->error);
    }
    course->answered = true;
    finish(bench, course);
}

static bool send_start(struct bench *bench, size_t i, int64_t planned_us)
{
    struct course *course = &bench->courses[i];
    char reference[24];
    snprintf(reference, sizeof reference, "job-%zu", i);
    Vagval__V1__RecordOutcome body = VAGVAL__V1__RECORD_OUTCOME__INIT;
    body.source = (char *)"bench";
    body.source_ref = reference;
    body.case_id.data = course->case_id.bytes;
    body.case_id.len = 16;
    body.kind = (char *)"start";
    body.what = (char *)"job";
    body.outcome_ref = reference;
    body.on = bench->today;
    body.extent_percent = 100;
    body.reported_on = bench->today;
    struct vv_request request = {
        .service = VV_REGISTRY,
        .partition = vv_id_partition(course->case_id),
        .type = VV_MSG_RECORD_OUTCOME,
        .id = bench_id("outcome", i),
        .subject = course->case_id,
        .scheme = "se-krom",
        .budget_ms = 60000,
    };
    vv_arena_reset(&bench->client.arena);
    bench_body(&bench->client, &request, &body.base);
    struct start *start = malloc(sizeof *start);
    if (start == NULL) {
        bench_die("no memory");
    }
    *start = (struct start){.bench = bench, .course = course};
    course->sent_us = planned_us;
    if (vv_caller_send(bench->client.caller, &request, on_started, start) != VV_OK) {
        course->sent_us = 0;
        free(start);
        return false;
    }
    bench->outstanding++;
    return true;
}

static void turn(struct bench *bench)
{
    if (vv_loop_turn(bench->client.loop, 2) != VV_OK) {
        bench_die("the loop failed");
    }
}

/* PUB is a shortcut that may drop: what was posted but not heard of is counted as unheard. */
static void drain(struct bench *bench)
{
    const int64_t deadline = vv_clock_monotonic_us() + LOST_AFTER_US;
    while (bench->outstanding > 0 && vv_clock_monotonic_us() < deadline) {
        turn(bench);
    }
    bench->lost += bench->outstanding;
    bench->outstanding = 0;
}

/* Next placed course at or after i; people when none is left. */
static size_t next_placed(const struct bench *bench, size_t i)
{
    while (i < bench->people && !bench->courses[i].placed) {
        i++;
    }
    return i;
}

static double closed_loop(struct bench *bench, double seconds, size_t in_flight, size_t *next)
{
    const int64_t start = vv_clock_monotonic_us();
    const int64_t stop = start + (int64_t)(seconds * 1e6);
    const uint64_t before = bench->done;
    int64_t now = start;
    while (now < stop && *next < bench->people) {
        while (bench->outstanding < in_flight && *next < bench->people &&
               send_start(bench, *next, now)) {
            *next = next_placed(bench, *next + 1);
        }
        turn(bench);
        now = vv_clock_monotonic_us();
    }
    const double rate = (double)(bench->done - before) * 1e6 / (double)(now - start);
    printf("closed loop: %" PRIu64 " job starts to durable premium in %.1f s, %zu in flight: "
           "%.0f/s%s\n",
           bench->done - before, (double)(now - start) / 1e6, in_flight, rate,
           now < stop ? " (people ran out before the time did)" : "");
    drain(bench);
    return rate;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void open_loop(struct bench *bench, double seconds, double rate, size_t *next)
{
    const size_t from = *next;
    const int64_t start = vv_clock_monotonic_us();
    const int64_t stop = start + (int64_t)(seconds * 1e6);
    size_t sent = 0;
    int64_t now = start;
    while (now < stop && *next < bench->people) {
        int64_t planned = start + (int64_t)((double)sent * 1e6 / rate);
        while (planned <= now && *next < bench->people && send_start(bench, *next, planned)) {
            *next = next_placed(bench, *next + 1);
            sent++;
            planned = start + (int64_t)((double)sent * 1e6 / rate);
        }
        turn(bench);
        now = vv_clock_monotonic_us();
    }
    drain(bench);
    int64_t *latency = calloc(sent + 1, sizeof *latency);
    size_t count = 0;
    for (size_t i = from; latency != NULL && i < *next; i++) {
        if (bench->courses[i].done_us != 0) {
            latency[count++] = bench->courses[i].done_us - bench->courses[i].sent_us;
        }
    }
    if (count > 0) {
        qsort(latency, count, sizeof *latency, by_value);
        const size_t middle = count / 2, p99 = count * 99 / 100, p999 = count * 999 / 1000;
        printf("open loop at %.0f/s (half of the above), %zu job starts: p50 %.2f ms, p99 %.2f ms, "
               "p99.9 %.2f ms\n",
               rate, count, (double)latency[middle] / 1e3, (double)latency[p99] / 1e3,
               (double)latency[p999] / 1e3);
    }
    free(latency);
}

static double measure_ceiling(const char *dir, struct bench *bench)
{
    char address[160], password[320];
    snprintf(address, sizeof address, "unix:%s/redis/redis.sock", dir);
    snprintf(password, sizeof password, "%s/keys/admin/redis.password", dir);
    const struct vv_store_options options = {
        .address = address, .user = "admin", .password_file = password};
    struct vv_loop *loop = NULL;
    struct vv_store *store = NULL;
    if (vv_loop_create(&loop) != VV_OK ||
        vv_store_open(loop, &options, NULL, NULL, NULL, &store, NULL) != VV_OK) {
        bench_die("cannot open Redis as admin");
    }
    while (!vv_store_ready(store)) {
        if (vv_loop_turn(loop, 10) != VV_OK) {
            bench_die("the loop failed");
        }
    }
    const double pairs = bench_ceiling(loop, store, (uint16_t)(bench->client.partitions), 10, 512);
    vv_store_close(&store);
    vv_loop_destroy(&loop);
    return pairs;
}

static void set_up(struct bench *bench)
{
    const size_t contracts = sizeof bench->contracts / sizeof bench->contracts[0];
    bench_pipeline(&bench->client, contracts, 16, make_contract, done_strictly, bench);
    double rate =
        bench_pipeline(&bench->client, bench->people, 2048, make_seeker, done_seeker, bench);
    const double settled = bench_settle(&bench->client);
    printf("registered %zu people at %.0f/s; assessed %.2f s after the last answer\n",
           bench->people, rate, settled);
    rate = bench_pipeline(&bench->client, bench->people, 2048, make_choice, done_choice, bench);
    size_t placed = 0;
    for (size_t i = 0; i < bench->people; i++) {
        placed += bench->courses[i].placed;
    }
    printf("chose at %.0f/s; %zu of %zu are placed %.2f s after the last answer\n", rate, placed,
           bench->people, bench_settle(&bench->client));
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench_premium DIR PEOPLE SECONDS IN_FLIGHT\n");
        return 2;
    }
    static struct bench bench;
    bench.people = strtoul(argv[2], NULL, 10);
    const double seconds = strtod(argv[3], NULL);
    const size_t in_flight = strtoul(argv[4], NULL, 10);
    size_t slots = 1024;
    while (slots < bench.people * 2) {
        slots *= 2;
    }
    bench.by_case_mask = slots - 1;
    bench.by_case = calloc(slots, sizeof *bench.by_case);
    bench.courses = calloc(bench.people + 1, sizeof *bench.courses);
    if (bench.by_case == NULL || bench.courses == NULL ||
        vv_date_parse(BENCH_DAY, &bench.today) != VV_OK) {
        bench_die("no memory for %zu people", bench.people);
    }
    vv_arena_init(&bench.arena, bench.arena_memory, sizeof bench.arena_memory);
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_open(&bench.client, argv[1]);
    set_up(&bench);
    bench.client.posted = on_posted;
    bench.client.posted_context = &bench;
    bench_subscribe_payment(&bench.client);
    for (int i = 0; i < 20; i++) {
        turn(&bench); /* the subscription reaches the publisher */
    }
    size_t next = next_placed(&bench, 0);
    const double rate = closed_loop(&bench, seconds, in_flight, &next);
    open_loop(&bench, seconds / 3, rate / 2, &next);
    printf("premiums whose publication was not heard (posted all the same): %" PRIu64 "\n",
           bench.lost);
    bench_settle(&bench.client);
    const double pairs = measure_ceiling(argv[1], &bench);
    printf("ceiling: the same two vv_commit calls by a bare pipelined client: %.0f pairs/s; "
           "ours is %.0f %% of half of it\n",
           pairs, rate * 200 / pairs);
    bench_close(&bench.client);
    free(bench.courses);
    free(bench.by_case);
    return 0;
}
