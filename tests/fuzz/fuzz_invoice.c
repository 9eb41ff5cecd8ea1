/*
 * fuzz_invoice.c: any bytes as a provider's invoice. One that is accepted has the sums of its
 * lines, and reads the same once it is written again; one that is refused says why.
 */
#include <stdlib.h>
#include <string.h>

#include "../../services/documents/invoice.h"
#include "vagval/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_BYTES (1024 * 1024)

struct buffer {
    char bytes[256 * 1024];
    size_t len;
};

static unsigned char memory[2][ARENA_BYTES];
static struct buffer written;

static enum vv_status sink(void *context, const void *bytes, size_t len)
{
    struct buffer *buffer = context;
    if (buffer->len + len > sizeof buffer->bytes) {
        return VV_TOO_LARGE;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
    return VV_OK;
}

/* What a reader may lack, a writer wants: then it is refused, and that is all. */
static void write_again(const struct vv_invoice *invoice)
{
    struct vv_arena arena;
    struct vv_invoice again;
    struct vv_error error = {.status = VV_OK};
    written.len = 0;
    if (vv_invoice_write(invoice, sink, &written, &error) != VV_OK) {
        return;
    }
    vv_arena_init(&arena, memory[1], sizeof memory[1]);
    if (vv_invoice_read("again.xml", written.bytes, written.len, &arena.allocator, &again,
                        &error) != VV_OK ||
        again.line_count != invoice->line_count ||
        memcmp(&again.sums, &invoice->sums, sizeof again.sums) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vv_arena arena;
    struct vv_invoice invoice;
    struct vv_error error = {.status = VV_OK};
    vv_arena_init(&arena, memory[0], sizeof memory[0]);
    enum vv_status status =
        vv_invoice_read("fuzz.xml", data, size, &arena.allocator, &invoice, &error);
    if (status != VV_OK) {
        if (error.status != status || error.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    vv_money sum = 0;
    for (size_t i = 0; i < invoice.line_count; i++) {
        sum += invoice.lines[i].amount;
    }
    if (sum != invoice.sums.base || invoice.sums.total != invoice.sums.base + invoice.sums.tax) {
        abort();
    }
    write_again(&invoice);
    return 0;
}
