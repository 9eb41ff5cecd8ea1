/*
 * bench_score.c: scoring alone: snapshots of the reference model to logits, one core.
 *
 *   bench_score [SECONDS]
 */
#include <stdio.h>
#include <stdlib.h>

#include "vagval/loop.h"
#include "vagval/model.h"

enum { SNAPSHOTS = 4096, YAML_MAX = 96 * 1024 };

int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    static char yaml[YAML_MAX];
    static struct vv_snapshot snapshots[SNAPSHOTS];
    FILE *file = fopen("deploy/models/ams-2018.yaml", "rb");
    const size_t len = file == NULL ? 0 : fread(yaml, 1, sizeof yaml, file);
    struct vv_model *model = NULL;
    struct vv_error error = {0};
    if (file != NULL) {
        fclose(file);
    }
    if (vv_model_parse("ams-2018.yaml", yaml, len, &model, &error) != VV_OK) {
        fprintf(stderr, "bench_score: %s (run it from the project's directory)\n", error.text);
        return 1;
    }
    uint32_t random = 1; /* xorshift: any spread of values will do */
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        for (size_t f = 0; f < model->feature_count; f++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            snapshots[i].value[f] = (int16_t)(random % model->features[f].value_count);
        }
    }
    int64_t sum = 0;
    uint64_t scored = 0;
    const int64_t start = vv_clock_monotonic_us();
    int64_t now = start;
    while ((double)(now - start) < seconds * 1e6) {
        for (size_t i = 0; i < SNAPSHOTS; i++) {
            sum += vv_model_score(model, &snapshots[i]);
        }
        scored += SNAPSHOTS;
        now = vv_clock_monotonic_us();
    }
    printf("scoring alone: %.1f million people/s on one core (mean logit %.3f)\n",
           (double)scored / (double)(now - start), (double)sum / 1e6 / (double)scored);
    vv_model_destroy(&model);
    return 0;
}
