/*
 * bench_rating.c: results and ratings of a country: 1 000 contracts and 103 000 participants, from
 * the facts of each case to measure, interval and rating, one core. What a running system adds is
 * the reading of the cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../services/provider-registry/cohort.h"
#include "vagval/loop.h"

enum { CONTRACTS = 1000, PEOPLE = 103000, FACTS = 12, MONTH = 20574 /* 2026-05-01 */ };

static const struct vv_rating_rules rules = {
    .levels = {{"A", 203}, {"B", 277}, {"C", 380}},
    .level_count = 3,
    .rr1_months = 3,
    .rr2_months = 6,
    .cohort_from_months = 22,
    .cohort_to_months = 11,
    .every_months = 2,
    .participants_min = 18,
    .months_min = 12,
    .thresholds = {150000, 250000, 350000},
};

static uint32_t random_state = 1; /* xorshift: any spread of values will do */

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static struct vv_id id_of(uint32_t number)
{
    struct vv_id id = {{1}};
    memcpy(id.bytes + 4, &number, sizeof number);
    return id;
}

/* A course as the agency's figures have it: a level, a placement, for some a switch, for a third a
 * job with monthly confirmations. Returns the number of facts. */
static size_t make_case(struct vv_history *facts, uint32_t person, const struct vv_cohort *cohort)
{
    static const char *const levels[] = {"A", "B", "C"};
    vv_date start = cohort->from + (vv_date)below((uint32_t)(cohort->to - cohort->from + 1));
    size_t count = 0;
    facts[count++] = (struct vv_history){.kind = VV_HISTORY_LEVEL,
                                         .on = start - 7,
                                         .decided_on = start - 7,
                                         .level = levels[below(3)],
                                         .fact = id_of(person * FACTS)};
    facts[count++] = (struct vv_history){.kind = VV_HISTORY_PLACED,
                                         .on = start,
                                         .contract = id_of(below(CONTRACTS)),
                                         .fact = id_of(person * FACTS + 1)};
    if (below(10) == 0) {
        facts[count++] = (struct vv_history){.kind = VV_HISTORY_PLACED,
                                             .on = start + 40,
                                             .contract = id_of(below(CONTRACTS)),
                                             .fact = id_of(person * FACTS + 2)};
    }
    if (below(3) == 0) {
        vv_date job = start + 60 + (vv_date)below(100);
        facts[count++] = (struct vv_history){.kind = VV_HISTORY_OUTCOME,
                                             .on = job,
                                             .outcome = id_of(person),
                                             .fact = id_of(person * FACTS + 3)};
        for (int month = 1; month <= 7; month++) {
            facts[count++] =
                (struct vv_history){.kind = VV_HISTORY_CONFIRM,
                                    .on = vv_date_add_months(job, month),
                                    .outcome = id_of(person),
                                    .fact = id_of(person * FACTS + 3 + (uint32_t)month)};
        }
    }
    return count;
}

static int64_t count_all(const struct vv_history *facts, const size_t *counts,
                         const struct vv_cohort *cohort, struct vv_measure_counts *sums)
{
    int64_t participants = 0;
    for (size_t p = 0; p < PEOPLE; p++) {
        struct vv_participation list[FACTS];
        size_t found = vv_cohort_participations(facts + p * FACTS, counts[p], INT64_MAX, &rules,
                                                cohort, list, FACTS);
        for (size_t i = 0; i < found; i++) {
            uint32_t contract = 0;
            memcpy(&contract, list[i].contract.bytes + 4, sizeof contract);
            if (list[i].level >= 0) {
                sums[contract].participants[list[i].level]++;
                sums[contract].rr1[list[i].level] += list[i].rr1;
                sums[contract].rr2[list[i].level] += list[i].rr2;
                participants++;
            }
        }
    }
    return participants;
}

/* Returns how many contracts got each rating. */
static void rate_all(const struct vv_measure_counts *sums, int ret_ratings[VV_RATING_MAX + 1])
{
    int64_t nation[VV_MEASURE_LEVELS] = {0};
    struct vv_weights weights;
    for (size_t c = 0; c < CONTRACTS; c++) {
        for (size_t l = 0; l < VV_MEASURE_LEVELS; l++) {
            nation[l] += sums[c].participants[l];
        }
    }
    if (vv_weights_normalised(&rules, nation, &weights) != VV_OK) {
        return;
    }
    for (size_t c = 0; c < CONTRACTS; c++) {
        struct vv_measure measure;
        enum vv_rating_reason reason;
        if (vv_measure_of(&sums[c], &weights, &measure) != VV_OK) {
            continue;
        }
        struct vv_interval interval = vv_measure_interval(&sums[c], &weights);
        int64_t people =
            sums[c].participants[0] + sums[c].participants[1] + sums[c].participants[2];
        int rating = vv_rating_of(&rules, &measure, people, MONTH - 1000, MONTH, &reason);
        ret_ratings[interval.known ? rating : 0]++;
    }
}

int main(void)
{
    struct vv_history *facts = calloc((size_t)PEOPLE * FACTS, sizeof *facts);
    size_t *counts = calloc(PEOPLE, sizeof *counts);
    static struct vv_measure_counts sums[CONTRACTS];
    struct vv_cohort cohort = vv_cohort_of(&rules, MONTH);
    int ratings[VV_RATING_MAX + 1] = {0};
    if (facts == NULL || counts == NULL) {
        fprintf(stderr, "bench_rating: no memory\n");
        return 1;
    }
    for (uint32_t p = 0; p < PEOPLE; p++) {
        counts[p] = make_case(facts + (size_t)p * FACTS, p, &cohort);
    }
    const int64_t start = vv_clock_monotonic_us();
    int64_t participants = count_all(facts, counts, &cohort, sums);
    rate_all(sums, ratings);
    const int64_t taken = vv_clock_monotonic_us() - start;
    printf(
        "national measure and rating: %.3f s for %d contracts, %d people, %lld participants, one "
        "core (ratings none/1/2/3/4: %d/%d/%d/%d/%d)\n",
        (double)taken / 1e6, CONTRACTS, PEOPLE, (long long)participants, ratings[0], ratings[1],
        ratings[2], ratings[3], ratings[4]);
    free(facts);
    free(counts);
    return 0;
}
