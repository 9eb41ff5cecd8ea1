/*
 * yaml_guard.c: the first walk through a YAML file (see yaml_guard.h). Does not know any schema.
 */
#include "vagval/yaml_guard.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "vagval/limits.h"

struct frame {
    uint32_t node;
    bool mapping;
    uint32_t entries;
    const char *key; /* read, its value is still to come; NULL = a key is next */
    uint32_t key_line;
    uint32_t key_column;
    const char *keys[VV_YAML_KEYS_MAX];
    size_t key_count;
};

struct walk {
    struct vv_yaml_file *file;
    struct frame frames[VV_YAML_DEPTH_MAX];
    size_t depth;
    size_t documents;
};

static uint32_t one_based(size_t zero_based)
{
    return zero_based < UINT32_MAX ? (uint32_t)zero_based + 1 : UINT32_MAX;
}

static enum vv_status refuse(const struct walk *walk, const yaml_event_t *event,
                             enum vv_status status, const char *text)
{
    const char *key = "";
    if (walk->depth > 0 && walk->frames[walk->depth - 1].key != NULL) {
        key = walk->frames[walk->depth - 1].key;
    }
    enum vv_status result = vv_fail(walk->file->error, status, walk->file->name, key,
                                    one_based(event->start_mark.line), "%s", text);
    if (walk->file->error != NULL) {
        walk->file->error->column = one_based(event->start_mark.column);
    }
    return result;
}

static enum vv_status grow(struct vv_yaml_file *file)
{
    size_t capacity = file->node_capacity > 0 ? 2 * file->node_capacity : 256;
    struct vv_yaml_node *nodes =
        vv_yaml_pool_resize(file->pool, file->nodes, capacity * sizeof(*nodes));
    if (nodes == NULL) {
        return vv_yaml_no_memory(file);
    }
    file->nodes = nodes;
    file->node_capacity = capacity;
    return VV_OK;
}

/* Adds the value that `event` begins below the innermost frame. */
static enum vv_status add_node(struct walk *walk, const yaml_event_t *event)
{
    struct vv_yaml_file *file = walk->file;
    if (file->node_count >= VV_YAML_NODES_MAX) {
        return refuse(walk, event, VV_TOO_LARGE, "the file holds too many values");
    }
    if (file->node_count == file->node_capacity) {
        enum vv_status status = grow(file);
        if (status != VV_OK) {
            return status;
        }
    }
    struct vv_yaml_node *node = &file->nodes[file->node_count++];
    *node = (struct vv_yaml_node){.parent = VV_YAML_NO_PARENT,
                                  .line = one_based(event->start_mark.line),
                                  .column = one_based(event->start_mark.column)};
    if (walk->depth > 0) {
        struct frame *frame = &walk->frames[walk->depth - 1];
        node->parent = frame->node;
        if (frame->mapping) {
            node->key = frame->key;
            node->line = frame->key_line;
            node->column = frame->key_column;
            frame->key = NULL;
        } else {
            node->entry = frame->entries++;
        }
    }
    return VV_OK;
}

static enum vv_status enter(struct walk *walk, const yaml_event_t *event, bool mapping)
{
    bool key_expected = walk->depth > 0 && walk->frames[walk->depth - 1].mapping &&
                        walk->frames[walk->depth - 1].key == NULL;
    if (key_expected) {
        return refuse(walk, event, VV_INVALID, "a key must be plain text");
    }
    if (walk->depth == VV_YAML_DEPTH_MAX) {
        return refuse(walk, event, VV_TOO_LARGE, "nested too deeply");
    }
    enum vv_status status = add_node(walk, event);
    if (status != VV_OK) {
        return status;
    }
    struct frame *frame = &walk->frames[walk->depth++];
    frame->node = (uint32_t)(walk->file->node_count - 1);
    frame->mapping = mapping;
    frame->entries = 0;
    frame->key = NULL;
    frame->key_count = 0;
    return VV_OK;
}

/* Line breaks stand in folded notes; anything else below space has no business in a file, and a
 * NUL would cut the text short for the code that reads it. */
static bool clean_text(const unsigned char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == 0x7F || (text[i] < 0x20 && text[i] != '\n')) {
            return false;
        }
    }
    return true;
}

static enum vv_status take_key(struct walk *walk, const yaml_event_t *event)
{
    struct frame *frame = &walk->frames[walk->depth - 1];
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (len == 0 || len > VV_CODE_BYTES_MAX || memchr(text, '\n', len) != NULL) {
        return refuse(walk, event, VV_INVALID, "a key must be a short text");
    }
    for (size_t i = 0; i < frame->key_count; i++) {
        if (strcmp(frame->keys[i], text) == 0) {
            frame->key = frame->keys[i];
            return refuse(walk, event, VV_INVALID, "this key stands twice in the same mapping");
        }
    }
    if (frame->key_count == VV_YAML_KEYS_MAX) {
        return refuse(walk, event, VV_TOO_LARGE, "a mapping holds too many keys");
    }
    char *key = vv_yaml_pool_copy(walk->file->pool, text, len);
    if (key == NULL) {
        return vv_yaml_no_memory(walk->file);
    }
    frame->keys[frame->key_count++] = key;
    frame->key = key;
    frame->key_line = one_based(event->start_mark.line);
    frame->key_column = one_based(event->start_mark.column);
    return VV_OK;
}

static enum vv_status take_scalar(struct walk *walk, const yaml_event_t *event)
{
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
        return refuse(walk, event, VV_INVALID, "anchors and tags are not used here");
    }
    if (!clean_text(event->data.scalar.value, event->data.scalar.length)) {
        return refuse(walk, event, VV_INVALID, "a text holds a control character");
    }
    if (walk->depth > 0 && walk->frames[walk->depth - 1].mapping &&
        walk->frames[walk->depth - 1].key == NULL) {
        return take_key(walk, event);
    }
    return add_node(walk, event);
}

static enum vv_status take_event(struct walk *walk, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse(walk, event, VV_INVALID, "aliases are not used here");
    case YAML_SCALAR_EVENT:
        return take_scalar(walk, event);
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL) {
            return refuse(walk, event, VV_INVALID, "anchors and tags are not used here");
        }
        return enter(walk, event, false);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL) {
            return refuse(walk, event, VV_INVALID, "anchors and tags are not used here");
        }
        return enter(walk, event, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        assert(walk->depth > 0); /* libyaml's parser balances them */
        walk->depth--;
        return VV_OK;
    case YAML_DOCUMENT_START_EVENT:
        walk->documents++;
        if (walk->documents > 1) {
            return refuse(walk, event, VV_INVALID, "the file holds more than one document");
        }
        return VV_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return VV_OK;
    }
    return VV_OK;
}

static enum vv_status parser_failed(const struct walk *walk, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        return vv_yaml_no_memory(walk->file);
    }
    /* libyaml's reader knows no line, only an offset: count. */
    size_t line = parser->problem_mark.line;
    if (parser->error == YAML_READER_ERROR) {
        line = 0;
        for (size_t i = 0; i < walk->file->len && i < parser->problem_offset; i++) {
            line += walk->file->bytes[i] == '\n';
        }
    }
    return vv_fail(walk->file->error, VV_INVALID, walk->file->name, "", one_based(line),
                   "not YAML: %s", parser->problem != NULL ? parser->problem : "unreadable");
}

enum vv_status vv_yaml_guard(struct vv_yaml_file *file)
{
    if (file->len > VV_YAML_BYTES_MAX) {
        return vv_fail(file->error, VV_TOO_LARGE, file->name, "", 0,
                       "the file has %zu bytes; at most %d are read", file->len, VV_YAML_BYTES_MAX);
    }
    if (file->len == 0) {
        file->bytes = (const uint8_t *)""; /* libyaml asserts that there is a text */
    }
    struct walk walk = {.file = file};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return vv_yaml_no_memory(file);
    }
    /* Fixed, so that a byte order mark cannot make the two readers see different texts. */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, file->bytes, file->len);
    enum vv_status status = VV_OK;
    bool done = false;
    while (!done && status == VV_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = parser_failed(&walk, &parser);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        status = take_event(&walk, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (status == VV_OK && file->node_count == 0) {
        status = vv_fail(file->error, VV_INVALID, file->name, "", 1, "the file is empty");
    }
    return status;
}

/* Takes one step of a path off `*path`: "name" or "[number]". */
static bool path_step(const char **path, char key[static VV_YAML_PATH_BYTES], uint32_t *ret_entry)
{
    const char *text = *path;
    key[0] = '\0';
    if (*text == '[') {
        uint32_t entry = 0;
        for (text++; *text >= '0' && *text <= '9' && entry < VV_YAML_NODES_MAX; text++) {
            entry = entry * 10 + (uint32_t)(*text - '0');
        }
        *ret_entry = entry;
        *path = *text == ']' ? text + 1 : text + strlen(text);
        return true;
    }
    text += *text == '.';
    size_t len = strcspn(text, ".[");
    if (len == 0 || len >= VV_YAML_PATH_BYTES) {
        return false;
    }
    memcpy(key, text, len);
    key[len] = '\0';
    *path = text + len;
    return true;
}

const struct vv_yaml_node *vv_yaml_find(const struct vv_yaml_file *file, const char *path)
{
    if (file->node_count == 0) {
        return NULL;
    }
    uint32_t found = 0;
    char key[VV_YAML_PATH_BYTES];
    uint32_t entry = 0;
    while (*path != '\0' && path_step(&path, key, &entry)) {
        uint32_t below = found;
        for (uint32_t i = found + 1; i < file->node_count && below == found; i++) {
            const struct vv_yaml_node *node = &file->nodes[i];
            if (node->parent != found) {
                continue;
            }
            bool match = key[0] != '\0' ? node->key != NULL && strcmp(node->key, key) == 0
                                        : node->key == NULL && node->entry == entry;
            below = match ? i : below;
        }
        if (below == found) {
            break;
        }
        found = below;
    }
    return &file->nodes[found];
}

void vv_yaml_path(char ret_path[static VV_YAML_PATH_BYTES], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ret_path, VV_YAML_PATH_BYTES, format, arguments);
    va_end(arguments);
}

enum vv_status vv_yaml_fail(const struct vv_yaml_file *file, const char *path, const char *format,
                            ...)
{
    char text[sizeof(file->error->text)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    /* The end of a long path says more than its beginning. */
    size_t len = strlen(path);
    size_t room = sizeof(file->error->field) - 1;
    const struct vv_yaml_node *node = vv_yaml_find(file, path);
    enum vv_status status =
        vv_fail(file->error, VV_INVALID, file->name, len > room ? path + (len - room) : path,
                node != NULL ? node->line : 0, "%s", text);
    if (file->error != NULL && node != NULL) {
        file->error->column = node->column;
    }
    return status;
}

enum vv_status vv_yaml_check(const struct vv_yaml_file *file, const char *path,
                             const struct vv_yaml_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].wrong) {
            char place[VV_YAML_PATH_BYTES];
            vv_yaml_path(place, "%s.%s", path, rules[i].key);
            return vv_yaml_fail(file, place, "%s", rules[i].text);
        }
    }
    return VV_OK;
}

enum vv_status vv_yaml_no_memory(const struct vv_yaml_file *file)
{
    return vv_fail(file->error, VV_NO_MEMORY, file->name, "", 0, "not enough memory for the file");
}
