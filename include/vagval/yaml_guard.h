/*
 * yaml_guard.h: what every YAML file passes before its schema is read.
 *
 * The guard walks the file once with libyaml and refuses what no scheme or model needs and what
 * could hurt: size, depth, aliases, anchors, tags, several documents, duplicate or non-text keys,
 * control characters. On the way it notes where each node stands, so that later checks can name
 * file, line and field.
 */
#ifndef VAGVAL_YAML_GUARD_H
#define VAGVAL_YAML_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/status.h"
#include "vagval/yaml_pool.h"

#define VV_YAML_NODES_MAX 16384 /* values of one file */
#define VV_YAML_KEYS_MAX 64     /* keys of one mapping; the widest schema has 20 */
#define VV_YAML_PATH_BYTES 192
#define VV_YAML_NO_PARENT UINT32_MAX

struct vv_yaml_node {
    uint32_t parent;
    uint32_t entry;  /* 0-based place in the parent if that is a sequence */
    const char *key; /* key in the parent if that is a mapping, else NULL */
    uint32_t line;   /* 1-based; of the key where there is one */
    uint32_t column;
};

/* One file on its way from bytes to a checked structure. */
struct vv_yaml_file {
    const char *name; /* for error messages */
    const uint8_t *bytes;
    size_t len;
    struct vv_error *error;     /* may be NULL */
    struct vv_yaml_pool *pool;  /* owns all that is made of the file */
    struct vv_yaml_node *nodes; /* in document order */
    size_t node_count;
    size_t node_capacity;
};

/* Errors: VV_INVALID, VV_TOO_LARGE (bytes, depth, nodes), VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_yaml_guard(struct vv_yaml_file *file);

/* The node at a path like "components[1].prices[0].amount"; where the path ends in something that
 * is not in the file, the nearest node above it. NULL only for an empty index. */
const struct vv_yaml_node *vv_yaml_find(const struct vv_yaml_file *file, const char *path);

/* Writes a path; one that is too long is cut, and its line is then that of the nearest node. */
void vv_yaml_path(char ret_path[static VV_YAML_PATH_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Fills the file's error with the place of `path` and returns VV_INVALID. */
enum vv_status vv_yaml_fail(const struct vv_yaml_file *file, const char *path, const char *format,
                            ...) __attribute__((format(printf, 3, 4)));
/* What may stand together in a mapping: the first rule that is broken fails at its key. */
struct vv_yaml_rule {
    const char *key; /* of the mapping at the path */
    bool wrong;
    const char *text;
};
VV_CHECKED enum vv_status vv_yaml_check(const struct vv_yaml_file *file, const char *path,
                                        const struct vv_yaml_rule *rules, size_t count);
enum vv_status vv_yaml_no_memory(const struct vv_yaml_file *file);

#endif
