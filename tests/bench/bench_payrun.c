/*
 * bench_payrun.c: a run of many payments to a bank's file: seconds and peak memory. The payments
 * are made up one by one, as a run's pages hand them over, so what grows with the file would show.
 *   bench_payrun PAYMENTS SEED [FILE]     without FILE the bytes go to /dev/null
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../../services/documents/iso20022.h"
#include "vagval/idno.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double now_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* A made-up payment; the strings live in `texts` until the next one. */
struct texts {
    char id[VV_ISO_ID_BYTES], number[VV_ACCOUNT_TEXT_BYTES], name[64], text[64];
};

static struct vv_pain001_payment make(uint64_t *state, uint32_t number, struct texts *texts)
{
    char digits[8];
    unsigned body = 100000 + (unsigned)(next_random(state) % 900000);
    (void)snprintf(digits, sizeof(digits), "%06u", body);
    (void)snprintf(texts->number, sizeof(texts->number), "%.3s-%.3s%c", digits, digits + 3,
                   vv_idno_luhn_digit(digits));
    (void)snprintf(texts->id, sizeof(texts->id), "0000cdf544b78c729945-%u", (unsigned)number);
    (void)snprintf(texts->name, sizeof(texts->name), "Övnings Anordnare %u AB", (unsigned)number);
    (void)snprintf(texts->text, sizeof(texts->text), "se-krom:2020-06-30:1 %s", texts->id);
    return (struct vv_pain001_payment){.end_to_end = texts->id,
                                       .amount = 1 + (vv_money)(next_random(state) % 5000000),
                                       .name = texts->name,
                                       .organisation_number = "556016-0680",
                                       .account = {VV_ACCOUNT_BANKGIRO, texts->number, "", ""},
                                       .text = texts->text};
}

/* Two passes over the same made-up payments: the head needs their sum. */
static vv_money sum_of(uint32_t count, uint64_t seed)
{
    struct texts texts;
    vv_money sum = 0;
    for (uint32_t i = 1; i <= count; i++) {
        sum += make(&seed, i, &texts).amount;
    }
    return sum;
}

static int write_file(FILE *out, uint32_t count, uint64_t seed, struct vv_error *error)
{
    const struct vv_pain001_head head = {.message_id = "0000cdf544b78c729945bfc0b297e9ed",
                                         .created_ms = INT64_C(1593518400000),
                                         .execution = 18444,
                                         .currency = "SEK",
                                         .count = count,
                                         .control_sum = sum_of(count, seed),
                                         .debtor = "Arbetsförmedlingen",
                                         .organisation_number = "202100-2114",
                                         .account = {VV_ACCOUNT_BANKGIRO, "991-2346", "", ""}};
    struct vv_pain001 *writer = NULL;
    struct texts texts;
    uint8_t hash[32];
    enum vv_status status = vv_pain001_open(out, &head, &writer, error);
    for (uint32_t i = 1; status == VV_OK && i <= count; i++) {
        struct vv_pain001_payment payment = make(&seed, i, &texts);
        status = vv_pain001_add(writer, &payment, error);
    }
    if (status == VV_OK) {
        status = vv_pain001_finish(writer, hash, error);
    }
    vv_pain001_close(&writer);
    return status == VV_OK ? 0 : 1;
}

static long peak_kb(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    struct vv_error error = {0};
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 50000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    FILE *out = fopen(argc > 3 ? argv[3] : "/dev/null", "we");
    if (out == NULL || sodium_init() < 0 || count == 0 || seed == 0) {
        (void)fprintf(stderr, "usage: bench_payrun PAYMENTS SEED [FILE]\n");
        return 2;
    }
    /* A small file first: what the library takes at all is not the big one's. */
    FILE *small = fopen("/dev/null", "we");
    if (small == NULL || write_file(small, 100, seed, &error) != 0) {
        (void)fprintf(stderr, "bench_payrun: %s\n", error.text);
        return 1;
    }
    (void)fclose(small);
    long before = peak_kb();
    double from = now_s();
    int failed = write_file(out, count, seed, &error);
    double seconds = now_s() - from;
    if (failed != 0 || fclose(out) != 0) {
        (void)fprintf(stderr, "bench_payrun: %s\n", error.text);
        return 1;
    }
    (void)printf("%" PRIu32 " payments to pain.001: %.2f s, peak %ld KB (%ld KB after 100)\n",
                 count, seconds, peak_kb(), before);
    return 0;
}
