/*
 * explain.h: why a line is what it is, in English and Swedish, for a provider or an auditor. Holds
 * no personal data: contract, level, area, dates, prices.
 */
#ifndef VAGVAL_PAYMENT_EXPLAIN_H
#define VAGVAL_PAYMENT_EXPLAIN_H

#include "difference.h"

#define VV_EXPLAIN_BYTES_MAX 448

struct vv_explanation {
    char *text_en, *text_sv;
};

/* Section of the computation rules and its name, for example "rules.9 speed-premium"; static. */
const char *vv_explain_rule(const struct vv_difference_line *line);

/*
 * Explains one line; the texts live in `memory`.
 *   currency  ISO 4217
 * Errors: VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_explain_line(const struct vv_difference_line *line,
                                          const char *currency, ProtobufCAllocator *memory,
                                          struct vv_explanation *ret_explanation);

#endif
