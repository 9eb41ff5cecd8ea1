/*
 * pay_sample.c: `vagval pay sample`: a seeded sample of paid claims for later control.
 *
 * Each claim gets the hash of the seed and its key, and the claims with the smallest hashes are the
 * sample. So it depends on neither order nor pages: the same seed over the same claims gives the
 * same sample, and a claim that is added can displace one but shuffles nothing.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "pay_positions.h"
#include "table.h"

#define RANK_BYTES 16
#define SAMPLE_MAX 10000

struct claim {
    uint8_t rank[RANK_BYTES];
    char case_id[VV_ID_TEXT_BYTES], component[64], contract[64], currency[8];
    int32_t period;
    int64_t posted;
};

struct sampling {
    int64_t seed;
    struct claim *claims; /* the `count` smallest so far, sorted by rank */
    size_t count, wanted;
    uint64_t seen;
};

static void rank_of(int64_t seed, const Vagval__V1__Position *position,
                    uint8_t ret_rank[static RANK_BYTES])
{
    crypto_generichash_state state;
    uint8_t numbers[12];
    for (unsigned i = 0; i < 8; i++) {
        numbers[i] = (uint8_t)((uint64_t)seed >> 8 * i & 0xFF);
    }
    for (unsigned i = 0; i < 4; i++) {
        numbers[8 + i] = (uint8_t)((uint32_t)position->period >> 8 * i & 0xFF);
    }
    (void)crypto_generichash_init(&state, NULL, 0, RANK_BYTES);
    (void)crypto_generichash_update(&state, numbers, sizeof(numbers));
    (void)crypto_generichash_update(&state, position->case_id.data, position->case_id.len);
    (void)crypto_generichash_update(&state, position->contract.data, position->contract.len);
    (void)crypto_generichash_update(&state, (const uint8_t *)position->component,
                                    strlen(position->component));
    (void)crypto_generichash_final(&state, ret_rank, RANK_BYTES);
}

static void take_claim(void *context, const Vagval__V1__Position *position)
{
    struct sampling *sampling = context;
    struct claim claim = {.period = position->period, .posted = position->posted};
    sampling->seen++;
    rank_of(sampling->seed, position, claim.rank);
    size_t at = sampling->count;
    while (at > 0 && memcmp(sampling->claims[at - 1].rank, claim.rank, RANK_BYTES) > 0) {
        at--;
    }
    if (at == sampling->wanted) {
        return;
    }
    (void)snprintf(claim.case_id, sizeof(claim.case_id), "%s", vv_id_shown(position->case_id).text);
    (void)snprintf(claim.component, sizeof(claim.component), "%s", position->component);
    (void)snprintf(claim.contract, sizeof(claim.contract), "%s", position->contract_number);
    (void)snprintf(claim.currency, sizeof(claim.currency), "%s", position->currency);
    size_t behind = sampling->count < sampling->wanted ? sampling->count : sampling->wanted - 1;
    memmove(&sampling->claims[at + 1], &sampling->claims[at], (behind - at) * sizeof(claim));
    sampling->claims[at] = claim;
    sampling->count = behind + 1;
}

static int tell(const struct vv_cli *cli, const struct sampling *sampling)
{
    struct vv_table *table = vv_table_create("case|component|period|contract|>posted|");
    json_t *list = json_array();
    for (size_t i = 0; i < sampling->count; i++) {
        const struct claim *claim = &sampling->claims[i];
        vv_table_cell(table, "%s", claim->case_id);
        vv_table_cell(table, "%s", claim->component);
        vv_table_cell(table, "%s", vv_day_shown(claim->period).text);
        vv_table_cell(table, "%s", claim->contract);
        vv_table_cell(table, "%s", vv_money_shown(claim->posted).text);
        vv_table_cell(table, "%s", claim->currency);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "case", claim->case_id, "component",
                            claim->component, "period", vv_day_shown(claim->period).text,
                            "contract_number", claim->contract, "posted", (json_int_t)claim->posted,
                            "currency", claim->currency));
    }
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:I, s:I, s:O}", "seed", (json_int_t)sampling->seed,
                                     "claims", (json_int_t)sampling->seen, "sample", list),
                           VV_EXIT_OK);
    } else {
        vv_table_print(table, cli->out);
        (void)fprintf(cli->out, "%zu of %llu paid claims, seed %lld\n", sampling->count,
                      (unsigned long long)sampling->seen, (long long)sampling->seed);
    }
    vv_table_destroy(&table);
    json_decref(list);
    return code;
}

static int command_sample(struct vv_cli *cli, const struct vv_args *args)
{
    struct sampling sampling = {.seed = vv_args_number(args, "seed", 1),
                                .wanted = (size_t)vv_args_number(args, "count", 10)};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    sampling.claims = calloc(sampling.wanted + 1, sizeof(struct claim));
    if (sampling.claims == NULL) {
        code = vv_cli_wrong(cli, NULL, "no memory");
    } else if (vv_positions_fetch(client, cli, "paid", 0, NULL, take_claim, &sampling)) {
        code = tell(cli, &sampling);
    }
    free(sampling.claims);
    vv_client_close(&client);
    return code;
}

static const struct vv_option sample_options[] = {
    {"seed", "S", VV_OPTION_NUMBER, "seed (1): the same seed gives the same sample", 0, INT64_MAX},
    {"count", "N", VV_OPTION_NUMBER, "claims (10)", 1, SAMPLE_MAX},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_sample[] = {
    {"pay sample", "", "draw paid claims for control, the same ones for the same seed",
     "A claim is one component, period and contract of a case with something posted. Each can be\n"
     "taken out as a bundle of evidence: `vagval pay bundle`.",
     "vagval pay sample --seed 7 --count 25", sample_options, 0, 0, command_sample},
    VV_END_OF_COMMANDS,
};
