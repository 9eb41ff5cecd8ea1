/*
 * engine_working.c: slots and overlay of one batch. See the header.
 */
#include "engine_working.h"

#include <assert.h>
#include <string.h>

struct vv_name vv_name_make(enum vv_use use, const char *kind, struct vv_id id, const void *field,
                            size_t field_len)
{
    assert(field_len <= VV_FIELD_BYTES_MAX);
    struct vv_name name = {.use = use, .kind = kind, .id = id, .field_len = field_len};
    if (field_len > 0) {
        memcpy(name.field, field, field_len);
    }
    return name;
}

void vv_working_begin(struct vv_working *working, uint16_t partition,
                      struct vv_entry *(*at_hand)(void *, const struct vv_name *, uint64_t),
                      void *context)
{
    working->partition = partition;
    working->at_hand = at_hand;
    working->context = context;
    working->guesses = false;
    working->first = NULL;
    working->last = &working->first;
    memset(working->buckets, 0, sizeof(working->buckets));
    vv_chunks_reset(&working->keep);
    vv_working_pass(working);
}

void vv_working_pass(struct vv_working *working)
{
    vv_chunks_reset(&working->pass);
    for (struct vv_slot *slot = working->first; slot != NULL; slot = slot->next) {
        slot->dirty = false;
        slot->body_dirty = false;
        slot->edits = NULL;
        slot->current_cap = 0;
        slot->sum = 0;
        slot->due = VV_DATE_NONE;
        if (slot->entry != NULL) {
            slot->current = slot->entry->record;
        } else {
            slot->current = (struct vv_record){0};
        }
    }
    working->appends = NULL;
    working->appends_last = &working->appends;
    working->events = NULL;
    working->events_last = &working->events;
    working->event_count = 0;
    working->commit_keys = 0;
    working->commit_args = 0;
    working->dirty = false;
}

void vv_working_end(struct vv_working *working)
{
    for (struct vv_slot *slot = working->first; slot != NULL; slot = slot->next) {
        if (slot->entry != NULL) {
            vv_entry_unpin(slot->entry);
            slot->entry = NULL;
        }
    }
    working->first = NULL;
    working->last = &working->first;
    memset(working->buckets, 0, sizeof(working->buckets));
}

void vv_working_free(struct vv_working *working)
{
    vv_working_end(working);
    vv_chunks_free(&working->keep);
    vv_chunks_free(&working->pass);
}

static struct vv_slot *find(const struct vv_working *working, const struct vv_name *name,
                            uint64_t hash)
{
    struct vv_slot *slot = working->buckets[hash % VV_WORKING_BUCKETS];
    while (slot != NULL && (slot->hash != hash || !vv_name_equal(&slot->name, name))) {
        slot = slot->bucket_next;
    }
    return slot;
}

struct vv_slot *vv_working_find(const struct vv_working *working, const struct vv_name *name)
{
    return find(working, name, vv_name_hash(name, working->partition));
}

void vv_slot_fill(struct vv_slot *slot, struct vv_entry *entry)
{
    assert(slot->entry == NULL);
    slot->entry = entry;
    slot->state = VV_SLOT_LOADED;
    slot->current = entry->record;
}

struct vv_slot *vv_working_slot(struct vv_working *working, const struct vv_name *name)
{
    uint64_t hash = vv_name_hash(name, working->partition);
    struct vv_slot *slot = find(working, name, hash);
    if (slot != NULL) {
        return slot;
    }
    slot = vv_chunks_zalloc(&working->keep, sizeof(*slot));
    if (slot == NULL) {
        return NULL;
    }
    slot->name = *name;
    slot->hash = hash;
    slot->due = VV_DATE_NONE;
    slot->bucket_next = working->buckets[hash % VV_WORKING_BUCKETS];
    working->buckets[hash % VV_WORKING_BUCKETS] = slot;
    *working->last = slot;
    working->last = &slot->next;
    if (name->use == VV_USE_ADD || name->use == VV_USE_TIMER) {
        slot->state = VV_SLOT_LOADED;
        return slot;
    }
    struct vv_entry *entry = working->at_hand(working->context, name, hash);
    if (entry != NULL) {
        slot->from_cache = true;
        vv_slot_fill(slot, entry);
    }
    return slot;
}

void vv_working_guess(struct vv_working *working, const struct vv_name *name)
{
    struct vv_slot *slot = vv_working_slot(working, name);
    if (slot == NULL || slot->state != VV_SLOT_WANTED) {
        return;
    }
    struct vv_entry *entry = vv_entry_create(name, working->partition, slot->hash);
    if (entry != NULL) {
        slot->guessed = true;
        vv_slot_fill(slot, entry);
    }
}

static void mark_dirty(struct vv_working *working, struct vv_slot *slot, size_t args)
{
    if (!slot->dirty) {
        slot->dirty = true;
        slot->current.version++;
        working->commit_keys++;
        working->commit_args += 8;
    }
    working->commit_args += args;
    working->dirty = true;
}

enum vv_status vv_slot_body(struct vv_working *working, struct vv_slot *slot, const uint8_t *bytes,
                            size_t len)
{
    mark_dirty(working, slot, 2);
    slot->body_dirty = true;
    slot->current.body = bytes;
    slot->current.body_len = len;
    slot->current.exists = true;
    return VV_OK;
}

/* Makes the overlay's fields this pass' own, with room for one more. */
static enum vv_status own_fields(struct vv_working *working, struct vv_slot *slot)
{
    size_t count = slot->current.field_count;
    if (slot->current_cap > count) {
        return VV_OK;
    }
    size_t cap = count + count / 2 + 8;
    struct vv_field *fields = vv_chunks_alloc(&working->pass, cap * sizeof(*fields));
    if (fields == NULL) {
        return VV_NO_MEMORY;
    }
    if (count > 0) {
        memcpy(fields, slot->current.fields, count * sizeof(*fields));
    }
    slot->current.fields = fields;
    slot->current_cap = cap;
    return VV_OK;
}

static enum vv_status remember_edit(struct vv_working *working, struct vv_slot *slot,
                                    struct vv_field field)
{
    for (struct vv_edit *edit = slot->edits; edit != NULL; edit = edit->next) {
        if (edit->field.name_len == field.name_len &&
            memcmp(edit->field.name, field.name, field.name_len) == 0) {
            edit->field = field;
            return VV_OK;
        }
    }
    struct vv_edit *edit = vv_chunks_alloc(&working->pass, sizeof(*edit));
    if (edit == NULL) {
        return VV_NO_MEMORY;
    }
    *edit = (struct vv_edit){slot->edits, field};
    slot->edits = edit;
    return VV_OK;
}

/* An index slot is its one field: the value stands in the record's body. */
static enum vv_status index_field(struct vv_working *working, struct vv_slot *slot,
                                  struct vv_field field)
{
    mark_dirty(working, slot, 3);
    slot->current.exists = field.value != NULL;
    slot->current.body = field.value;
    slot->current.body_len = field.value_len;
    slot->edits = NULL;
    return remember_edit(working, slot, field);
}

enum vv_status vv_slot_field(struct vv_working *working, struct vv_slot *slot,
                             struct vv_field field)
{
    if (slot->name.use == VV_USE_FIELD) {
        return index_field(working, slot, field);
    }
    enum vv_status status = own_fields(working, slot);
    if (status != VV_OK) {
        return status;
    }
    mark_dirty(working, slot, 2);
    struct vv_record *current = &slot->current;
    struct vv_field *fields = (struct vv_field *)(uintptr_t)current->fields;
    const struct vv_field *found = vv_record_field(current, field.name, field.name_len);
    size_t at = found == NULL ? current->field_count : (size_t)(found - fields);
    if (field.value != NULL) {
        fields[at] = field;
        current->exists = true;
        if (found == NULL) {
            current->field_count++;
        }
    } else if (found != NULL) {
        fields[at] = fields[--current->field_count];
    }
    return remember_edit(working, slot, field);
}

static enum vv_status settle_slot(const struct vv_slot *slot)
{
    struct vv_entry *entry = slot->entry;
    if (slot->name.use == VV_USE_FIELD) {
        if (!slot->current.exists) {
            vv_entry_clear(entry);
            return VV_OK;
        }
        return vv_entry_body(entry, slot->current.body, slot->current.body_len);
    }
    enum vv_status status = VV_OK;
    if (slot->body_dirty) {
        status = vv_entry_body(entry, slot->current.body, slot->current.body_len);
    }
    /* Edits were pushed at the front; the order of fields in an entry means nothing. */
    for (const struct vv_edit *edit = slot->edits; edit != NULL && status == VV_OK;
         edit = edit->next) {
        status = vv_entry_field(entry, edit->field.name, edit->field.name_len, edit->field.value,
                                edit->field.value_len);
    }
    entry->record.version = slot->current.version;
    entry->record.exists = true;
    return status;
}

bool vv_working_settle(struct vv_working *working)
{
    bool complete = true;
    for (struct vv_slot *slot = working->first; slot != NULL; slot = slot->next) {
        bool record = slot->name.use == VV_USE_HASH || slot->name.use == VV_USE_FIELD;
        if (!record || !slot->dirty) {
            continue;
        }
        if (slot->entry == NULL || settle_slot(slot) != VV_OK) {
            complete = false;
        }
    }
    return complete;
}
