/*
 * bench_hot.c: everybody chooses the same contract. All its places are counted in one aggregate of
 * one partition, so nothing runs beside it: a choice is a promised place and a taken one, each in a
 * commit of that partition.
 *
 *   bench_hot DIR PEOPLE
 *
 * The ceiling is that of the same two commits, one choice each, sent one after the other by a bare
 * client to the same Redis; and of the same with 64 choices in a commit, which is how many messages
 * the engine decides together.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_client.h"
#include "bench_people.h"

enum { AREA_BYTES = 160, RESERVATION_BYTES = 150, FACT_BYTES = 120, SENT_BYTES = 180 };

struct bench {
    struct bench_client client;
    struct vv_id *cases;
    struct vv_id contract;
    vv_date today;
    size_t accepted;
};

static struct vv_id bench_id(const char *kind, size_t i)
{
    char reference[32];
    snprintf(reference, sizeof reference, "%zu", i);
    return vv_id_fact("bench-hot", kind, reference);
}

static void make_contract(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    const struct bench_area *area = bench_area(0);
    const struct vv_id provider = vv_id_provider(BENCH_ORGANISATION, bench->client.partitions);
    Vagval__V1__AuthoriseContract body = VAGVAL__V1__AUTHORISE_CONTRACT__INIT;
    body.source = (char *)"bench";
    body.source_ref = body.number = (char *)"KA-HOT";
    body.provider.data = (uint8_t *)(uintptr_t)provider.bytes;
    body.provider.len = sizeof provider.bytes;
    body.area = (char *)(uintptr_t)area->code;
    body.capacity = 100000;
    body.latitude = area->latitude;
    body.longitude = area->longitude;
    body.from = bench->today;
    body.organisation_number = (char *)BENCH_ORGANISATION;
    body.provider_name = (char *)"Bench AB";
    bench->contract = vv_id_contract("se-krom", area->code, "KA-HOT", bench->client.partitions);
    request->service = VV_REGISTRY;
    request->subject = bench->contract;
    request->partition = vv_id_partition(request->subject);
    request->type = VV_MSG_AUTHORISE_CONTRACT;
    request->scheme = "se-krom";
    request->id = bench_id("contract", i);
    bench_body(&bench->client, request, &body.base);
}

static void make_seeker(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    struct bench_person person;
    request->service = VV_INTAKE;
    request->partition = VV_PARTITION_SYSTEM;
    request->type = VV_MSG_REGISTER_SEEKER;
    request->scheme = "se-krom";
    request->id = bench_id("seeker", i);
    bench_person(&person, i, bench->today);
    bench_body(&bench->client, request, &person.message.base);
}

static void done_strictly(void *context, size_t i, enum vv_status status,
                          const struct vv_frame *frame)
{
    struct bench *bench = context;
    if (status != VV_OK) {
        bench_die("a set-up command was refused: %s %s", vv_status_name(status),
                  frame == NULL ? "" : frame->envelope->error);
    }
    if (frame->body->descriptor == &vagval__v1__registered__descriptor) {
        const Vagval__V1__Registered *reply = (const Vagval__V1__Registered *)frame->body;
        if (vv_id_from_bytes(reply->case_id.data, reply->case_id.len, &bench->cases[i]) != VV_OK) {
            bench_die("a case has no id");
        }
    }
}

static void make_choice(void *context, size_t i, struct vv_request *request)
{
    struct bench *bench = context;
    char reference[24];
    snprintf(reference, sizeof reference, "%zu", i);
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.source = (char *)"bench";
    body.source_ref = reference;
    body.case_id.data = bench->cases[i].bytes;
    body.case_id.len = 16;
    body.contract.data = bench->contract.bytes;
    body.contract.len = 16;
    body.chosen_on = bench->today;
    request->service = VV_REGISTRY;
    request->subject = bench->cases[i];
    request->partition = vv_id_partition(bench->cases[i]);
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
    (void)i;
    (void)frame;
    bench->accepted += status == VV_OK;
}

/* ---- the ceiling ---- */

struct ceiling {
    struct vv_store *store;
    struct vv_commit *commit;
    uint16_t partition;
    bool waiting, failed;
    uint64_t area_version, choices;
};

static void on_commit(void *context, const struct vv_commit_result *result)
{
    struct ceiling *ceiling = context;
    ceiling->waiting = false;
    ceiling->failed = ceiling->failed || result->status != VV_OK;
}

static void set_record(struct vv_commit *commit, const char *key, size_t len, uint64_t version,
                       size_t body_len, const struct vv_id *fact)
{
    static const uint8_t zeros[512];
    char text[24];
    uint8_t name[17] = {'f'};
    const int written = snprintf(text, sizeof text, "%" PRIu64, version);
    if (fact != NULL) {
        memcpy(name + 1, fact->bytes, 16);
    }
    const struct vv_field fields[] = {
        {(const uint8_t *)"v", 1, (const uint8_t *)text, (size_t)written},
        {(const uint8_t *)"m", 1, (const uint8_t *)"1", 1},
        {(const uint8_t *)"a", 1, zeros, body_len},
        {name, sizeof name, zeros, FACT_BYTES},
    };
    vv_commit_set(commit, key, len, fields, fact != NULL ? 4 : 3);
}

/* Half 0 promises `batch` places, half 1 takes them and writes the message to the provider. */
static bool send_half(struct ceiling *ceiling, int half, size_t batch)
{
    static const uint8_t zeros[512];
    char key[VV_KEY_BYTES_MAX];
    struct vv_id id = {{(uint8_t)(ceiling->partition >> 8), (uint8_t)ceiling->partition}};
    struct vv_commit *commit = ceiling->commit;
    vv_commit_begin(commit, ceiling->partition, VV_REGISTRY, 1);
    size_t len = vv_key_format(key, ceiling->partition, VV_REGISTRY, "area", id);
    vv_commit_check_version(commit, key, len, ceiling->area_version);
    set_record(commit, key, len, ++ceiling->area_version, AREA_BYTES, NULL);
    for (size_t i = 0; i < batch; i++) {
        const uint64_t number = ceiling->choices + i + 1;
        memcpy(id.bytes + 8, &number, sizeof number);
        struct vv_id fact = id;
        fact.bytes[4] = (uint8_t)(1 + half);
        len = vv_key_format(key, ceiling->partition, VV_REGISTRY, "reservation", id);
        vv_commit_check_version(commit, key, len, (uint64_t)half);
        set_record(commit, key, len, (uint64_t)half + 1, RESERVATION_BYTES, &fact);
    }
    if (half == 1) {
        memset(id.bytes + 8, 0, 8);
        len = vv_key_format(key, ceiling->partition, VV_REGISTRY, "sent", id);
        for (size_t i = 0; i < batch; i++) {
            vv_commit_append(commit, key, len, zeros, SENT_BYTES);
        }
        len = vv_key_format(key, ceiling->partition, VV_REGISTRY, "sums", (struct vv_id){{0}});
        vv_commit_add(commit, key, len, "taken", (int64_t)batch);
        ceiling->choices += batch;
    }
    ceiling->waiting = true;
    return vv_commit_send(ceiling->store, commit, on_commit, ceiling) == VV_OK;
}

/* Choices per second with one commit on its way at a time, as the engine has it in a partition. */
static double measure_ceiling(struct vv_loop *loop, struct vv_store *store, uint16_t partition,
                              size_t batch, double seconds)
{
    struct ceiling ceiling = {.store = store, .partition = partition};
    if (vv_commit_create(&ceiling.commit) != VV_OK) {
        return -1;
    }
    const int64_t start = vv_clock_monotonic_us();
    const int64_t stop = start + (int64_t)(seconds * 1e6);
    int half = 0;
    while (!ceiling.failed && (vv_clock_monotonic_us() < stop || half == 1)) {
        if (!send_half(&ceiling, half, batch)) {
            ceiling.failed = true;
        }
        while (ceiling.waiting && !ceiling.failed) {
            ceiling.failed = vv_loop_turn(loop, 10) != VV_OK;
        }
        half = 1 - half;
    }
    const double rate = (double)ceiling.choices * 1e6 / (double)(vv_clock_monotonic_us() - start);
    vv_commit_destroy(&ceiling.commit);
    return ceiling.failed ? -1 : rate;
}

static void print_ceiling(const char *dir, uint16_t partition, double ours)
{
    char address[160], password[320];
    struct vv_loop *loop = NULL;
    struct vv_store *store = NULL;
    snprintf(address, sizeof address, "unix:%s/redis/redis.sock", dir);
    snprintf(password, sizeof password, "%s/keys/admin/redis.password", dir);
    const struct vv_store_options options = {
        .address = address, .user = "admin", .password_file = password};
    if (vv_loop_create(&loop) != VV_OK ||
        vv_store_open(loop, &options, NULL, NULL, NULL, &store, NULL) != VV_OK) {
        bench_die("cannot open Redis as admin");
    }
    while (!vv_store_ready(store)) {
        if (vv_loop_turn(loop, 10) != VV_OK) {
            bench_die("the loop failed");
        }
    }
    const double one = measure_ceiling(loop, store, partition, 1, 5);
    const double many = measure_ceiling(loop, store, (uint16_t)(partition + 1), 64, 5);
    printf("ceiling: the same two vv_commit calls by a bare client, one after the other: %.0f "
           "choices/s (ours is %.0f %% of it); with 64 choices in a commit: %.0f/s (%.0f %%)\n",
           one, ours * 100 / one, many, ours * 100 / many);
    vv_store_close(&store);
    vv_loop_destroy(&loop);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_hot DIR PEOPLE\n");
        return 2;
    }
    static struct bench bench;
    const size_t people = strtoul(argv[2], NULL, 10);
    bench.cases = calloc(people + 1, sizeof *bench.cases);
    if (bench.cases == NULL || people > BENCH_PEOPLE_MAX ||
        vv_date_parse(BENCH_DAY, &bench.today) != VV_OK) {
        bench_die("no memory for %zu people", people);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_open(&bench.client, argv[1]);
    bench_pipeline(&bench.client, 1, 1, make_contract, done_strictly, &bench);
    bench_pipeline(&bench.client, people, 2048, make_seeker, done_strictly, &bench);
    bench_settle(&bench.client);
    const int64_t start = vv_clock_monotonic_us();
    bench_pipeline(&bench.client, people, 2048, make_choice, done_choice, &bench);
    const double taken_in = (double)(vv_clock_monotonic_us() - start) / 1e6;
    bench_settle(&bench.client);
    const double seconds = (double)(vv_clock_monotonic_us() - start) / 1e6;
    const double rate = (double)bench.accepted / seconds;
    printf("one hot contract: %zu choices taken in within %.2f s, all served and at rest after "
           "%.2f s: %.0f choices/s\n",
           bench.accepted, taken_in, seconds, rate);
    print_ceiling(argv[1], bench.client.partitions, rate);
    bench_close(&bench.client);
    free(bench.cases);
    return 0;
}
