/*
 * fuzz_report.c: any bytes as a bank's report on a payment file (pain.002). What is taken names a
 * file and says something of it, and every text fits its place.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../services/documents/iso20022.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vv_pain002 report;
    struct vv_error error = {.status = VV_OK};
    if (vv_pain002_read("fuzz", (const char *)data, size, &report, &error) != VV_OK) {
        if (error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (report.original_id[0] == '\0' || strlen(report.original_id) >= VV_ISO_ID_BYTES ||
        (report.status == VV_ISO_SILENT && report.payment_count == 0)) {
        abort();
    }
    for (size_t i = 0; i < report.payment_count; i++) {
        const struct vv_pain002_payment *payment = &report.payments[i];
        if (payment->status == VV_ISO_SILENT || payment->end_to_end[0] == '\0' ||
            strlen(payment->end_to_end) >= VV_ISO_ID_BYTES ||
            strlen(payment->reason) >= VV_ISO_REASON_BYTES) {
            abort();
        }
    }
    vv_pain002_free(&report);
    return 0;
}
