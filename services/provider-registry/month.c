/*
 * month.c: see the header.
 */
#include "month.h"

enum vv_status vv_month_missed(const struct vv_term_input *input, vv_date month,
                               struct vv_arena *arena, const struct vv_obligation **ret_missed)
{
    const struct vv_obligation *missed = NULL;
    size_t count = vv_obligation_terms(input, NULL, 0);
    struct vv_obligation_term *terms = vv_arena_alloc(arena, (count + 1) * sizeof *terms);

    if (terms == NULL) {
        return VV_NO_MEMORY;
    }
    (void)vv_obligation_terms(input, terms, count);
    for (size_t i = 0; i < count && missed == NULL; i++) {
        if (terms[i].state == VV_TERM_MISSED && terms[i].due >= month &&
            terms[i].due <= vv_date_month_end(month)) {
            missed = terms[i].obligation;
        }
    }
    *ret_missed = missed;
    return VV_OK;
}
