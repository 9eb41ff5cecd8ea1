/*
 * fuzz_records.c: any bytes as a CSV or NDJSON file of `vagval load`. Every line is a row of a
 * known kind with values, or a rejection with a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "../../services/cli/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_row(void *context, const struct vv_row *row)
{
    size_t *rows = context;
    (*rows)++;
    if (row->kind >= VV_RECORD_KINDS || row->line == 0 || row->field_count > VV_ROW_FIELDS_MAX) {
        abort();
    }
    for (size_t i = 0; i < row->field_count; i++) {
        if (row->fields[i].name[0] == '\0' || row->fields[i].value[0] == '\0' ||
            vv_row_text(row, row->fields[i].name) == NULL) {
            abort();
        }
    }
}

static void take_rejection(void *context, unsigned line, const char *field, const char *reason)
{
    (void)context;
    if (line == 0 || field == NULL || reason == NULL || reason[0] == '\0') {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vv_records_callbacks callbacks = {.row = take_row,
                                                          .reject = take_rejection};
    size_t rows = 0;
    struct vv_error error = {.status = VV_OK};
    /* The first byte says which reader the file's name asks for. */
    if (size == 0) {
        return 0;
    }
    const char *name = data[0] % 2 == 0 ? "fuzz.csv" : "fuzz.ndjson";
    enum vv_status status = vv_records_parse(name, data + 1, size - 1, &callbacks, &rows, &error);
    if (status != VV_OK && error.status != status) {
        abort();
    }
    return 0;
}
