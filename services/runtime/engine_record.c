/*
 * engine_record.c: committed records in memory. See the header.
 */
#include "engine_record.h"

#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

/* What an entry and a block of it take beside their bytes, with the allocator's own share. */
#define BLOCK_BYTES 24
#define ENTRY_BYTES (sizeof(struct vv_entry) + 3 * (size_t)BLOCK_BYTES)

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

uint64_t vv_name_hash(const struct vv_name *name, uint16_t partition)
{
    uint64_t hash =
        UINT64_C(14695981039346656037) ^ ((uint64_t)partition << 8 | (uint64_t)name->use);
    uint64_t half[2];
    memcpy(half, name->id.bytes, sizeof(half));
    hash = (hash ^ half[0]) * UINT64_C(0x9E3779B97F4A7C15);
    hash = (hash ^ half[1] ^ (hash >> 29)) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = mix(hash, name->kind, strlen(name->kind));
    hash = mix(hash, name->field, name->field_len);
    hash ^= name->first * UINT64_C(0x94D049BB133111EB);
    return hash ^ (hash >> 32);
}

bool vv_name_equal(const struct vv_name *a, const struct vv_name *b)
{
    return a->use == b->use && vv_id_equal(a->id, b->id) && a->field_len == b->field_len &&
           a->first == b->first && (a->kind == b->kind || strcmp(a->kind, b->kind) == 0) &&
           memcmp(a->field, b->field, a->field_len) == 0;
}

struct vv_entry *vv_entry_create(const struct vv_name *name, uint16_t partition, uint64_t hash)
{
    struct vv_entry *entry = malloc(sizeof(*entry));
    if (entry == NULL) {
        return NULL;
    }
    memset(entry, 0, sizeof(*entry));
    entry->name = *name;
    entry->partition = partition;
    entry->hash = hash;
    entry->pins = 1;
    entry->bytes = ENTRY_BYTES;
    return entry;
}

/* Fields are one block each: the name, then the value. */
static uint8_t *field_block(const void *name, size_t name_len, const void *value, size_t len)
{
    uint8_t *block = malloc(name_len + len + 1);
    if (block == NULL) {
        return NULL;
    }
    if (name_len > 0) {
        memcpy(block, name, name_len);
    }
    if (len > 0) {
        memcpy(block + name_len, value, len);
    }
    return block;
}

enum vv_status vv_entry_body(struct vv_entry *entry, const void *bytes, size_t len)
{
    uint8_t *copy = field_block(NULL, 0, bytes, len);
    if (copy == NULL) {
        return VV_NO_MEMORY;
    }
    entry->bytes += len;
    entry->bytes -= entry->record.body_len;
    free((void *)(uintptr_t)entry->record.body);
    entry->record.body = copy;
    entry->record.body_len = len;
    entry->record.exists = true;
    return VV_OK;
}

static enum vv_status append_field(struct vv_entry *entry, const void *name, size_t name_len,
                                   const void *value, size_t len)
{
    struct vv_record *record = &entry->record;
    struct vv_field *fields = (struct vv_field *)(uintptr_t)record->fields;
    if (record->field_count == entry->field_cap) {
        size_t cap = entry->field_cap == 0 ? 8 : entry->field_cap * 2;
        struct vv_field *grown = realloc(fields, cap * sizeof(*fields));
        if (grown == NULL) {
            return VV_NO_MEMORY;
        }
        record->fields = fields = grown;
        entry->bytes += (cap - entry->field_cap) * sizeof(*fields);
        entry->field_cap = cap;
    }
    uint8_t *block = field_block(name, name_len, value, len);
    if (block == NULL) {
        return VV_NO_MEMORY;
    }
    fields[record->field_count++] = (struct vv_field){block, name_len, block + name_len, len};
    entry->bytes += name_len + len + BLOCK_BYTES;
    record->exists = true;
    return VV_OK;
}

const struct vv_field *vv_record_field(const struct vv_record *record, const void *name,
                                       size_t name_len)
{
    for (size_t i = record->field_count; i-- > 0;) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == name_len && memcmp(field->name, name, name_len) == 0) {
            return field;
        }
    }
    return NULL;
}

enum vv_status vv_entry_field(struct vv_entry *entry, const void *name, size_t name_len,
                              const void *value, size_t len)
{
    struct vv_record *record = &entry->record;
    const struct vv_field *found = vv_record_field(record, name, name_len);
    if (found == NULL) {
        return value == NULL ? VV_OK : append_field(entry, name, name_len, value, len);
    }
    struct vv_field *field = (struct vv_field *)(uintptr_t)found;
    uint8_t *old = (uint8_t *)(uintptr_t)field->name;
    if (value == NULL) {
        entry->bytes -= field->name_len + field->value_len + BLOCK_BYTES;
        *field = record->fields[--record->field_count];
        free(old);
        return VV_OK;
    }
    uint8_t *block = field_block(name, name_len, value, len);
    if (block == NULL) {
        return VV_NO_MEMORY;
    }
    entry->bytes += len;
    entry->bytes -= field->value_len;
    *field = (struct vv_field){block, name_len, block + name_len, len};
    free(old);
    return VV_OK;
}

/* A decimal of at most 20 digits; false when it is anything else. */
static bool parse_number(const struct vv_field *pair, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (pair->value_len == 0 || pair->value_len > 19) {
        return false;
    }
    for (size_t i = 0; i < pair->value_len; i++) {
        uint8_t c = pair->value[i];
        if (c < '0' || c > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(c - '0');
    }
    *ret_number = number;
    return true;
}

static enum vv_status fill_hash_pair(struct vv_entry *entry, const struct vv_field *pair)
{
    char letter = pair->name_len == 1 ? (char)pair->name[0] : 0;
    if (letter == 'a') {
        return vv_entry_body(entry, pair->value, pair->value_len);
    }
    if (letter == 'v' || letter == 'm') {
        uint64_t number = 0;
        if (!parse_number(pair, &number)) {
            entry->corrupt = true;
        } else if (letter == 'v') {
            entry->record.version = number;
        } else if (number > VV_FORMAT) {
            entry->newer_format = true;
        }
        entry->record.exists = true;
        return VV_OK;
    }
    return append_field(entry, pair->name, pair->name_len, pair->value, pair->value_len);
}

enum vv_status vv_entry_fill(struct vv_entry *entry, const struct vv_field *pairs, size_t count)
{
    vv_entry_clear(entry);
    for (size_t i = 0; i < count; i++) {
        enum vv_status status = VV_OK;
        if (entry->name.use == VV_USE_HASH) {
            status = fill_hash_pair(entry, &pairs[i]);
        } else if (entry->name.use == VV_USE_FIELD) {
            status = vv_entry_body(entry, pairs[i].value, pairs[i].value_len);
        } else {
            status = append_field(entry, pairs[i].name, pairs[i].name_len, pairs[i].value,
                                  pairs[i].value_len);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

void vv_entry_clear(struct vv_entry *entry)
{
    struct vv_record *record = &entry->record;
    for (size_t i = 0; i < record->field_count; i++) {
        free((void *)(uintptr_t)record->fields[i].name);
    }
    free((void *)(uintptr_t)record->fields);
    free((void *)(uintptr_t)record->body);
    *record = (struct vv_record){0};
    entry->field_cap = 0;
    entry->bytes = ENTRY_BYTES;
    entry->newer_format = false;
    entry->corrupt = false;
}

void vv_entry_unpin(struct vv_entry *entry)
{
    entry->pins--;
    if (entry->pins == 0 && !entry->cached) {
        vv_entry_clear(entry);
        free(entry);
    }
}
