/*
 * status.h: what can go wrong that is not our own bug.
 *
 * A peer, an operator, Redis, the clock or a file can cause each of these, so each is a value and
 * never an assertion. The numbers travel in Envelope.status: append, never renumber.
 */
#ifndef VAGVAL_STATUS_H
#define VAGVAL_STATUS_H

#define VV_CHECKED __attribute__((warn_unused_result))

enum vv_status {
    VV_OK = 0,
    VV_INVALID = 1, /* the input breaks a rule of its own form; repeat only when corrected */
    VV_REFUSED = 2, /* well formed, but present state says no; may succeed later */
    VV_NOT_FOUND = 3,
    VV_CONFLICT = 4,  /* the same id came before with other content */
    VV_FORBIDDEN = 5, /* the sender's role may not send this */
    VV_BUSY = 6,      /* a bound is reached; repeat the same id after retry_after_ms */
    VV_STALE = 7,     /* what was read has changed; internal, becomes BUSY after 8 tries */
    VV_UNKNOWN = 8,   /* the reply was lost: neither done nor failed; repeat the same id */
    VV_NO_MEMORY = 9, /* arena or buffer bound reached */
    VV_TOO_LARGE = 10,
    VV_CORRUPT = 11,      /* stored bytes do not read back */
    VV_NEWER_FORMAT = 12, /* stored by a newer release: never rewritten */
    VV_IO = 13,           /* file, socket or Redis */
    VV_UNSUPPORTED = 14,
    VV_ERASED = 15, /* the person's key is destroyed */
    VV_DRAINING = 16,
};

/* Returns the status's stable lower-case name, for logs and JSON; "status-<n>" is never returned:
 * an unknown number gives "unknown-status". */
const char *vv_status_name(enum vv_status status);

/*
 * An error a person can act on. `text` says what is wrong and what to do; `where` names the file,
 * message or key; line and column are 1-based, 0 = not applicable. Holds no personal data.
 */
struct vv_error {
    enum vv_status status;
    char where[128];
    char field[64];
    unsigned line;
    unsigned column;
    char text[256];
};

/* Fills ret_error (which may be NULL) and returns `status`, so that callers can
 * `return vv_fail(...)`. */
enum vv_status vv_fail(struct vv_error *ret_error, enum vv_status status, const char *where,
                       const char *field, unsigned line, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
