/*
 * match.c: billed against owed.
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "course.h"

static const char *const names[] = {
    [VV_MATCHED] = "matched",
    [VV_MATCH_AMOUNT_DIFFERS] = "amount_differs",
    [VV_MATCH_VAT_DIFFERS] = "vat_differs",
    [VV_MATCH_UNKNOWN_LINE] = "unknown_line",
    [VV_MATCH_DUPLICATE] = "duplicate",
    [VV_MATCH_MISSING_LINE] = "missing_line",
};

const char *vv_match_name(enum vv_match_kind kind)
{
    return names[kind];
}

static int by_key(const struct vv_match_line *a, const struct vv_match_line *b)
{
    int order = memcmp(a->case_id.bytes, b->case_id.bytes, sizeof a->case_id.bytes);
    if (order == 0) {
        order = strcmp(a->component, b->component);
    }
    return order != 0 ? order : (a->period > b->period) - (a->period < b->period);
}

/* Lines sorted by key, equal keys in their own order; `taken` is ours to mark. */
struct entry {
    const struct vv_match_line *line;
    const char *taken; /* number of the document that billed the key */
};

static int by_entry(const void *a, const void *b)
{
    const struct entry *one = a;
    const struct entry *other = b;
    int order = by_key(one->line, other->line);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

static enum vv_status sort(const struct vv_match_line *lines, size_t count,
                           ProtobufCAllocator *memory, struct entry **ret_entries)
{
    struct entry *entries = vv_memory_zeroed(memory, count * sizeof *entries);
    if (entries == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        entries[i].line = &lines[i];
    }
    if (count > 1) {
        qsort(entries, count, sizeof *entries, by_entry);
    }
    *ret_entries = entries;
    return VV_OK;
}

/* The first entry with the key of `line`, or NULL. */
static struct entry *find(struct entry *entries, size_t count, const struct vv_match_line *line)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_key(entries[middle].line, line) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && by_key(entries[low].line, line) == 0 ? &entries[low] : NULL;
}

static bool same_vat(struct vv_vat_class a, struct vv_vat_class b)
{
    return a.category == b.category && a.rate_hundredths == b.rate_hundredths;
}

/* May so much of the owed amount be billed? A credit note takes back a part or the whole. */
static bool is_covered(const struct vv_match_input *input, vv_money billed, vv_money owed)
{
    if (!input->credit || billed == owed) {
        return billed == owed;
    }
    return owed >= 0 ? billed >= 0 && billed < owed : billed <= 0 && billed > owed;
}

static struct vv_match_finding judge(const struct vv_match_input *input,
                                     const struct vv_match_line *line, struct entry *owed)
{
    struct vv_match_finding finding = {.billed = line, .other = ""};
    if (owed == NULL) {
        finding.kind = VV_MATCH_UNKNOWN_LINE;
        return finding;
    }
    finding.owed = owed->line;
    if (owed->taken != NULL) {
        finding.kind = VV_MATCH_DUPLICATE;
        finding.other = owed->taken;
    } else if (!is_covered(input, line->amount, owed->line->amount)) {
        finding.kind = VV_MATCH_AMOUNT_DIFFERS;
    } else if (!same_vat(line->vat, owed->line->vat)) {
        finding.kind = VV_MATCH_VAT_DIFFERS;
    } else {
        finding.kind = VV_MATCHED;
    }
    owed->taken = owed->taken == NULL ? input->number : owed->taken;
    return finding;
}

/* What earlier documents billed is taken; whoever billed it first is named. */
static void take_earlier(const struct vv_match_input *input, struct entry *owed)
{
    for (size_t i = 0; i < input->earlier_count; i++) {
        const struct vv_match_line *line = &input->earlier[i];
        struct entry *entry = find(owed, input->owed_count, line);
        if (entry != NULL && entry->taken == NULL && line->amount != 0) {
            entry->taken = line->document;
        }
    }
}

enum vv_status vv_match(const struct vv_match_input *input, ProtobufCAllocator *memory,
                        struct vv_match *ret_match)
{
    struct vv_match match = {.count = 0};
    struct entry *owed = NULL;
    enum vv_status status = sort(input->owed, input->owed_count, memory, &owed);
    match.findings = vv_memory_zeroed(memory, (input->billed_count + input->owed_count) *
                                                  sizeof *match.findings);
    if (status != VV_OK || match.findings == NULL) {
        return VV_NO_MEMORY;
    }
    take_earlier(input, owed);
    for (size_t i = 0; i < input->billed_count; i++) {
        const struct vv_match_line *line = &input->billed[i];
        if (line->amount == 0) {
            continue;
        }
        struct entry *entry = find(owed, input->owed_count, line);
        match.findings[match.count] = judge(input, line, entry);
        if (match.findings[match.count].kind == VV_MATCHED) {
            match.matched++;
        } else {
            match.wrong++;
        }
        match.count++;
    }
    for (size_t i = 0; !input->credit && i < input->owed_count; i++) {
        if (owed[i].taken == NULL && owed[i].line->amount != 0) {
            match.findings[match.count++] = (struct vv_match_finding){
                .kind = VV_MATCH_MISSING_LINE, .owed = owed[i].line, .other = ""};
        }
    }
    *ret_match = match;
    return VV_OK;
}
