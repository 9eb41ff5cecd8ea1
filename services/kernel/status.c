/*
 * status.c: names of statuses and the one way to fill a vv_error.
 */
#include "vagval/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *vv_status_name(enum vv_status status)
{
    switch (status) {
    case VV_OK:
        return "ok";
    case VV_INVALID:
        return "invalid";
    case VV_REFUSED:
        return "refused";
    case VV_NOT_FOUND:
        return "not-found";
    case VV_CONFLICT:
        return "conflict";
    case VV_FORBIDDEN:
        return "forbidden";
    case VV_BUSY:
        return "busy";
    case VV_STALE:
        return "stale";
    case VV_UNKNOWN:
        return "unknown";
    case VV_NO_MEMORY:
        return "no-memory";
    case VV_TOO_LARGE:
        return "too-large";
    case VV_CORRUPT:
        return "corrupt";
    case VV_NEWER_FORMAT:
        return "newer-format";
    case VV_IO:
        return "io";
    case VV_UNSUPPORTED:
        return "unsupported";
    case VV_ERASED:
        return "erased";
    case VV_DRAINING:
        return "draining";
    }
    return "unknown-status";
}

enum vv_status vv_fail(struct vv_error *ret_error, enum vv_status status, const char *where,
                       const char *field, unsigned line, const char *format, ...)
{
    if (ret_error == NULL) {
        return status;
    }
    memset(ret_error, 0, sizeof *ret_error);
    ret_error->status = status;
    ret_error->line = line;
    /* Longer texts are cut: an error must never need memory of its own. */
    (void)snprintf(ret_error->where, sizeof ret_error->where, "%s", where == NULL ? "" : where);
    (void)snprintf(ret_error->field, sizeof ret_error->field, "%s", field == NULL ? "" : field);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(ret_error->text, sizeof ret_error->text, format, arguments);
    va_end(arguments);
    return status;
}
