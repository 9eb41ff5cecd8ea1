/*
 * zone.h: the civil date of an instant in a scheme's time zone. Stockholm is not Helsinki.
 */
#ifndef VAGVAL_ZONE_H
#define VAGVAL_ZONE_H

#include "vagval/date.h"

/* Knows UTC, Europe/Stockholm, Europe/Helsinki, Europe/Mariehamn with the EU summer-time rule
 * (directive 2000/84/EC: last Sunday of March 01:00 UTC to last Sunday of October 01:00 UTC).
 * Errors: VV_UNSUPPORTED for another name. unix_ms: milliseconds since 1970-01-01T00:00Z. */
VV_CHECKED enum vv_status vv_zone_date(const char *zone, int64_t unix_ms, vv_date *ret_date);

#endif
