/*
 * fuzz_scheme.c: any bytes as a scheme file. A file that is accepted answers every question about
 * its own levels, areas and components; one that is refused says where.
 */
#include <stdlib.h>
#include <string.h>

#include "vagval/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct vv_scheme *scheme, const struct vv_component *component,
                const struct vv_level *level, const struct vv_area *area)
{
    vv_money amount = -1;
    const struct vv_price *price = NULL;
    enum vv_status status =
        vv_scheme_price(scheme, component, level->code, area->code, scheme->from, &amount, &price);
    /* Only a share, or a grant that its decision alone bounds, has no price list. */
    bool listed = component->price_count > 0;
    if (!listed && component->kind != VV_GRANT && component->kind != VV_SHARE) {
        abort();
    }
    if (status != (level->referred && listed ? VV_OK : VV_NOT_FOUND) ||
        (status == VV_OK && amount < 0)) {
        abort();
    }
}

static void ask_everything(const struct vv_scheme *scheme)
{
    for (size_t l = 0; l < scheme->level_count; l++) {
        if (vv_scheme_level(scheme, scheme->levels[l].code) != &scheme->levels[l]) {
            abort();
        }
        for (size_t a = 0; a < scheme->area_count; a++) {
            for (size_t c = 0; c < scheme->component_count; c++) {
                ask(scheme, &scheme->components[c], &scheme->levels[l], &scheme->areas[a]);
            }
        }
    }
    const struct vv_criterion *reasons[4];
    size_t count = 0;
    const struct vv_field_value age = {"age", "30"};
    (void)vv_criterion_evaluate(scheme->target_group, &age, 1, reasons, 4, &count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.status = VV_OK};
    enum vv_status status = vv_scheme_parse("fuzz.yaml", data, size, &scheme, &error);
    if (status == VV_OK) {
        ask_everything(scheme);
        vv_scheme_destroy(&scheme);
        return 0;
    }
    if (scheme != NULL || error.status != status || error.text[0] == '\0' ||
        (status == VV_INVALID && error.line == 0)) {
        abort();
    }
    return 0;
}
