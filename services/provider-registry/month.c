/*
 * month.c: see the header.
 */
#include "month.h"

const struct vv_obligation *vv_month_missed(const struct vv_obligation_term *terms, size_t count,
                                            vv_date month)
{
    for (size_t i = 0; i < count; i++) {
        if (terms[i].state == VV_TERM_MISSED && terms[i].due >= month &&
            terms[i].due <= vv_date_month_end(month)) {
            return terms[i].obligation;
        }
    }
    return NULL;
}
