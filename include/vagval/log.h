/*
 * log.h: logfmt lines on stderr: ts, level, service, instance, code, then pairs. Library code does
 * not log; services log once per event. Never personal data, secrets or message bodies: ids,
 * codes, counts and durations only.
 */
#ifndef VAGVAL_LOG_H
#define VAGVAL_LOG_H

#include <stdint.h>

#include "vagval/id.h"

enum vv_log_level { VV_LOG_DEBUG, VV_LOG_INFO, VV_LOG_WARN, VV_LOG_ERROR };

struct vv_log; /* one per process, passed */

struct vv_log *vv_log_create(const char *service, const char *instance, enum vv_log_level level,
                             int fd);
void vv_log_destroy(struct vv_log **log);

/* A pair; make one with the helpers below. */
struct vv_log_pair {
    const char *name;
    enum { VV_PAIR_TEXT, VV_PAIR_INT, VV_PAIR_ID } kind;
    const char *text;
    int64_t number;
    struct vv_id id;
};
#define VV_TEXT(name_, text_)                                                                      \
    ((struct vv_log_pair){.name = (name_), .kind = VV_PAIR_TEXT, .text = (text_)})
#define VV_INT(name_, number_)                                                                     \
    ((struct vv_log_pair){.name = (name_), .kind = VV_PAIR_INT, .number = (int64_t)(number_)})
#define VV_IDP(name_, id_) ((struct vv_log_pair){.name = (name_), .kind = VV_PAIR_ID, .id = (id_)})

/* `code` is a stable event code, for example "commit.stale". At most 64 lines of one code a second;
 * the rest are counted in the next one (suppressed=N). log may be NULL. */
void vv_log_write(struct vv_log *log, enum vv_log_level level, const char *code,
                  const struct vv_log_pair *pairs, unsigned count);
#define VV_LOG(log, level, code, ...)                                                              \
    vv_log_write((log), (level), (code), (const struct vv_log_pair[]){__VA_ARGS__},                \
                 sizeof((const struct vv_log_pair[]){__VA_ARGS__}) / sizeof(struct vv_log_pair))

#endif
