/*
 * bench_year.c: the pure function alone: vv_entitlement over a full year of facts of each case,
 * with a scheme file as published. Cases differ (level, area, start, outcome), and of each one's
 * facts two come late.
 *
 *     bench_year SCHEME.yaml [SECONDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../services/payment/casework.h"
#include "../../services/runtime/book.h"
#include "vagval/arena.h"

enum { CASES = 512, FACTS_MAX = 32, YAML_MAX = 256 * 1024 };

struct bench_case {
    struct vv_payment_fact facts[FACTS_MAX];
    size_t count;
};

static struct bench_case cases[CASES];
static uint64_t drawn = UINT64_C(0x9E3779B97F4A7C15);

static uint32_t draw(uint32_t below)
{
    drawn = drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(drawn >> 33) % below;
}

static struct vv_id drawn_id(void)
{
    struct vv_id id = {{0}};
    for (size_t i = 2; i < sizeof id.bytes; i++) {
        id.bytes[i] = (uint8_t)draw(256);
    }
    return id;
}

static struct vv_payment_fact *add(struct bench_case *one, enum vv_payment_fact_kind kind,
                                   struct vv_id subject, vv_date on)
{
    struct vv_payment_fact *fact = &one->facts[one->count++];
    *fact = (struct vv_payment_fact){.kind = kind,
                                     .id = drawn_id(),
                                     .effective = on,
                                     .on = on,
                                     .subject = subject,
                                     .index = (uint32_t)one->count};
    return fact;
}

static int by_day(const void *left, const void *right)
{
    const struct vv_payment_fact *a = left, *b = right;
    return (a->effective > b->effective) - (a->effective < b->effective);
}

/* A year: level and half the time a second one, a placement, twelve reports, a job after some
 * months, confirmed month by month. */
static void make_case(struct bench_case *one, vv_date begin)
{
    static const char *const levels[] = {"A", "B", "C"};
    static const char *const areas[] = {"umea", "vasteras", "blekinge"};
    static const uint8_t document[32] = {1};
    const struct vv_id placement = drawn_id(), contract = drawn_id(), job = drawn_id();
    vv_date start = begin + (vv_date)draw(60);
    for (size_t i = 0; i < 1 + draw(2); i++) {
        struct vv_payment_fact *level =
            add(one, VV_FACT_LEVEL, contract, start - 14 + (vv_date)i * 100);
        level->level = levels[draw(3)];
        level->decided_on = level->on;
        level->referred = true;
    }
    struct vv_payment_fact *placed = add(one, VV_FACT_PLACEMENT_START, placement, start);
    placed->contract = contract;
    placed->area = areas[draw(3)];
    placed->contract_number = "KA-000123";
    placed->service_start = start;
    placed->planned_end = vv_date_add_months(start, 12) - 1;
    for (int month = 0; month < 12; month++) {
        struct vv_payment_fact *report = add(one, VV_FACT_REPORT, placement,
                                             vv_date_add_months(vv_date_month_start(start), month));
        report->contract = contract;
        report->approved = draw(10) > 0;
    }
    vv_date started = start + 60 + (vv_date)draw(150);
    struct vv_payment_fact *outcome = add(one, VV_FACT_OUTCOME_START, job, started);
    outcome->job = true;
    outcome->extent_percent = draw(2) == 0 ? 100 : 75;
    for (int month = 1; month <= 5; month++) {
        struct vv_payment_fact *confirmed =
            add(one, VV_FACT_OUTCOME_CONFIRM, job, vv_date_add_months(started, month));
        confirmed->evidence = document;
    }
    /* As they become known: by the day, but for two that come late. */
    qsort(one->facts, one->count, sizeof one->facts[0], by_day);
    for (size_t late = 0; late < 2; late++) {
        size_t at = draw((uint32_t)one->count);
        struct vv_payment_fact moving = one->facts[at];
        memmove(&one->facts[at], &one->facts[at + 1], (one->count - at - 1) * sizeof moving);
        one->facts[one->count - 1] = moving;
    }
}

static struct vv_book *read_book(const char *path)
{
    static unsigned char yaml[YAML_MAX], packed[YAML_MAX + 256];
    struct vv_error error = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    Vagval__V1__PublishScheme message = VAGVAL__V1__PUBLISH_SCHEME__INIT;
    message.name = (char *)(uintptr_t) "scheme.yaml";
    message.yaml.data = yaml;
    message.yaml.len = fread(yaml, 1, sizeof yaml, file);
    (void)fclose(file);
    struct vv_book *book = vv_book_create();
    if (book == NULL ||
        vv_book_add(book, packed, vagval__v1__publish_scheme__pack(&message, packed), &error) !=
            VV_OK ||
        vv_book_generation(book) == 0) {
        (void)fprintf(stderr, "%s: %s\n", path, error.text);
        exit(1);
    }
    return book;
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static unsigned char bytes[256 * 1024];
    struct vv_arena arena;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: bench_year SCHEME.yaml [SECONDS]\n");
        return 2;
    }
    double limit = argc > 2 ? strtod(argv[2], NULL) : 2.0;
    struct vv_book *book = read_book(argv[1]);
    const struct vv_book_of_scheme known = {book, "se-krom", vv_book_generation(book)};
    const struct vv_scheme_lookup lookup = vv_book_lookup(&known);
    vv_date begin = vv_date_from_ymd((struct vv_ymd){2020, 4, 1});
    size_t facts = 0, owed = 0;
    for (size_t i = 0; i < CASES; i++) {
        make_case(&cases[i], begin);
        facts += cases[i].count;
    }
    double start = seconds_of(CLOCK_MONOTONIC), used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double spent = 0;
    int64_t sum = 0;
    unsigned long done = 0;
    while (spent < limit) {
        sum = 0;
        owed = 0;
        for (size_t i = 0; i < CASES; i++) {
            struct vv_entitlement entitlement;
            vv_arena_init(&arena, bytes, sizeof bytes);
            if (vv_entitlement(cases[i].facts, cases[i].count, &lookup, begin + 450,
                               &arena.allocator, &entitlement) != VV_OK) {
                (void)fprintf(stderr, "case %zu could not be computed\n", i);
                return 1;
            }
            owed += entitlement.count;
            for (size_t k = 0; k < entitlement.count; k++) {
                sum += entitlement.owed[k].amount;
            }
        }
        done += CASES;
        spent = seconds_of(CLOCK_MONOTONIC) - start;
    }
    used = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - used;
    printf("entitlement of a year, %.1f facts and %.1f amounts a case: %.0f cases/s/core of "
           "processor time, %.2f us each (%.0f/s by the clock; sum of one round %lld)\n",
           (double)facts / CASES, (double)owed / CASES, (double)done / used,
           used / (double)done * 1e6, (double)done / spent, (long long)sum);
    vv_book_destroy(&book);
    return 0;
}
