/*
 * bench_entitlement.c: how fast payment decides, without loop or store: reads ten stored facts,
 * computes what is owed after a job start, compares, builds and packs the batch.
 *
 *     bench_entitlement [SECONDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../services/payment/batch.h"
#include "../../services/payment/events.h"
#include "vagval/arena.h"
#include "vagval/wire.h"

#define FACTS 10

static const struct vv_area areas[] = {{.code = "umea", .factor_percent = 110}};

#define PRICE(code, minor)                                                                         \
    {                                                                                              \
        .level = (code), .from = VV_DATE_NONE, .to = VV_DATE_NONE, .amount = (minor),              \
        .example = true                                                                            \
    }
static const struct vv_price base_prices[] = {PRICE("A", 2400), PRICE("B", 3300), PRICE("C", 4500)};
static const struct vv_price premium_prices[] = {PRICE("A", 507500), PRICE("B", 692500),
                                                 PRICE("C", 950000)};
static const struct vv_price result_prices[] = {PRICE("A", 2030000), PRICE("B", 2770000),
                                                PRICE("C", 3800000)};
static const struct vv_band bands[] = {{60, 100}, {120, 60}, {184, 30}};
static const struct vv_component components[] = {
    {.code = "base",
     .name_en = "Base compensation",
     .name_sv = "Grundersättning",
     .kind = VV_PER_DAY,
     .prices = base_prices,
     .price_count = 3},
    {.code = "premium",
     .name_en = "Speed premium",
     .name_sv = "Snabbhetspremie",
     .kind = VV_PREMIUM_DAYS,
     .price_on = VV_ON_OUTCOME_START,
     .on_job = true,
     .bands = bands,
     .band_count = 3,
     .prices = premium_prices,
     .price_count = 3},
    {.code = "result",
     .name_en = "Result compensation",
     .name_sv = "Resultatersättning",
     .kind = VV_MILESTONE,
     .price_on = VV_ON_OUTCOME_START,
     .on_job = true,
     .milestone_months = 4,
     .prices = result_prices,
     .price_count = 3},
};
static const struct vv_scheme scheme = {.version = "bench",
                                        .id = "se-bench",
                                        .currency = "SEK",
                                        .areas = areas,
                                        .area_count = 1,
                                        .components = components,
                                        .component_count = 3};

static const struct vv_scheme *any_day(const void *context, vv_date on)
{
    (void)on;
    return context;
}

static vv_date date_of(const char *text)
{
    vv_date date = 0;
    if (vv_date_parse(text, &date) != VV_OK) {
        abort();
    }
    return date;
}

/* ---- ten stored facts: a level, a placement, seven reports, a job start ---- */

static struct vv_id ids[FACTS];
static Vagval__V1__Fact facts[FACTS];
static Vagval__V1__Fact *stored[FACTS];

static void store(size_t at, enum vv_message_type type, vv_date effective,
                  const ProtobufCMessage *body, struct vv_arena *arena)
{
    size_t len = 0;
    vagval__v1__fact__init(&facts[at]);
    ids[at] = (struct vv_id){{0, 1, (uint8_t)at}};
    facts[at].id = (ProtobufCBinaryData){16, ids[at].bytes};
    facts[at].type = type;
    facts[at].effective = effective;
    facts[at].index = (uint32_t)at + 1;
    facts[at].body.data = vv_wire_pack(body, arena, &len);
    facts[at].body.len = len;
    stored[at] = &facts[at];
}

static void make_facts(struct vv_arena *arena)
{
    static struct vv_id subject = {{0, 1, 0xAB}};
    const ProtobufCBinaryData id = {16, subject.bytes};
    Vagval__V1__LevelDecided level = VAGVAL__V1__LEVEL_DECIDED__INIT;
    level.case_id = id;
    level.level = (char *)(uintptr_t) "B";
    level.referred = true;
    level.effective_from = level.decided_on = date_of("2020-04-01");
    store(0, VV_MSG_LEVEL_DECIDED, level.decided_on, &level.base, arena);
    Vagval__V1__PlacementStarted placement = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    placement.case_id = placement.placement = placement.contract = id;
    placement.area = (char *)(uintptr_t) "umea";
    placement.contract_number = (char *)(uintptr_t) "KA-000123";
    placement.start = placement.service_start = date_of("2020-04-16");
    store(1, VV_MSG_PLACEMENT_STARTED, placement.start, &placement.base, arena);
    for (size_t i = 2; i < FACTS - 1; i++) {
        Vagval__V1__ReportDecided report = VAGVAL__V1__REPORT_DECIDED__INIT;
        report.case_id = report.contract = id;
        report.month = vv_date_add_months(date_of("2020-04-01"), (int)i - 2);
        report.approved = true;
        store(i, VV_MSG_REPORT_DECIDED, report.month, &report.base, arena);
    }
    Vagval__V1__OutcomeRecorded job = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    job.case_id = job.outcome = id;
    job.kind = (char *)(uintptr_t) "start";
    job.what = (char *)(uintptr_t) "job";
    job.on = date_of("2020-07-06");
    job.extent_percent = 100;
    store(FACTS - 1, VV_MSG_OUTCOME_RECORDED, job.on, &job.base, arena);
}

/* One decision; returns the packed batch's size, 0 on failure. */
static size_t decide(struct vv_arena *arena)
{
    const struct vv_scheme_lookup lookup = {.on = any_day, .context = &scheme};
    ProtobufCAllocator *memory = &arena->allocator;
    struct vv_payment_fact read[FACTS];
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    /* April to June stand posted already, as they do on the day of the job start. */
    struct vv_posted posted[3] = {{"base", date_of("2020-04-01"), {{0, 1, 0xAB}}, 54450, 0, 0, 0},
                                  {"base", date_of("2020-05-01"), {{0, 1, 0xAB}}, 112530, 0, 0, 0},
                                  {"base", date_of("2020-06-01"), {{0, 1, 0xAB}}, 108900, 0, 0, 0}};
    vv_date today = date_of("2020-07-06");
    if (vv_payment_facts_read(stored, FACTS, memory, read) != VV_OK ||
        vv_entitlement(read, FACTS, &lookup, today, memory, &entitlement) != VV_OK ||
        vv_difference(&entitlement, posted, 3, &scheme, memory, &difference) != VV_OK) {
        return 0;
    }
    struct vv_batch_input input = {.index = 4,
                                   .facts_through = FACTS,
                                   .previous_through = 8,
                                   .as_of = today,
                                   .generation = 1,
                                   .scheme = &scheme,
                                   .difference = &difference,
                                   .facts = read,
                                   .fact_count = FACTS};
    Vagval__V1__PostingBatch *batch = NULL;
    size_t len = 0;
    if (difference.count != 1 || vv_batch_build(&input, memory, &batch) != VV_OK ||
        vv_wire_pack(&batch->base, arena, &len) == NULL) {
        return 0;
    }
    return len;
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static unsigned char fact_bytes[64 * 1024], work_bytes[256 * 1024];
    struct vv_arena fact_arena, arena;
    vv_arena_init(&fact_arena, fact_bytes, sizeof fact_bytes);
    make_facts(&fact_arena);
    double limit = argc > 1 ? strtod(argv[1], NULL) : 2.0;
    double start = seconds_now();
    double spent = 0;
    unsigned long cases = 0;
    size_t bytes = 0;
    while (spent < limit) {
        for (unsigned i = 0; i < 1000; i++) {
            vv_arena_init(&arena, work_bytes, sizeof work_bytes);
            bytes = decide(&arena);
            if (bytes == 0) {
                (void)fprintf(stderr, "the decision failed\n");
                return 1;
            }
        }
        cases += 1000;
        spent = seconds_now() - start;
    }
    printf("job start with %d facts: %.0f cases/s/core, %.2f us each, batch %zu bytes, arena %zu "
           "bytes\n",
           FACTS, (double)cases / spent, spent / (double)cases * 1e6, bytes, arena.high_water);
    return 0;
}
