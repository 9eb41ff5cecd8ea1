/*
 * metrics.h: counters and histograms of a process; STATS and Prometheus text come from one table.
 */
#ifndef VAGVAL_METRICS_H
#define VAGVAL_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "vagval/loop.h"
#include "vagval/status.h"

struct vv_metrics;
struct vv_metric; /* one time series */

struct vv_metrics *vv_metrics_create(const char *service);
void vv_metrics_destroy(struct vv_metrics **metrics);

/* name: "vagval_messages_total"; label: "type=\"record-outcome\"" or "". Same pair = same series.
 */
struct vv_metric *vv_metric_counter(struct vv_metrics *metrics, const char *name, const char *label,
                                    const char *help);
struct vv_metric *vv_metric_gauge(struct vv_metrics *metrics, const char *name, const char *label,
                                  const char *help);
/* Powers-of-two buckets from 1 to 2^26: microseconds, shown as seconds, when the name ends with
 * _seconds (1 us .. 67 s); else plain numbers. */
struct vv_metric *vv_metric_histogram(struct vv_metrics *metrics, const char *name,
                                      const char *label, const char *help);
void vv_metric_add(struct vv_metric *metric, double amount);
void vv_metric_set(struct vv_metric *metric, double value);
void vv_metric_observe_us(struct vv_metric *metric, int64_t microseconds);

void vv_metrics_each(const struct vv_metrics *metrics,
                     void (*each)(void *context, const char *name, const char *label, double value,
                                  const char *unit),
                     void *context);
/* Prometheus text format 0.0.4 into a malloc'ed buffer. */
char *vv_metrics_text(const struct vv_metrics *metrics, size_t *ret_len);

/* GET /metrics and /health (200 ready, 503 not) on "host:port", by libmicrohttpd's external-poll
 * mode inside the loop: no thread. */
struct vv_http;
VV_CHECKED enum vv_status vv_http_open(struct vv_loop *loop, struct vv_metrics *metrics,
                                       const char *address, int (*ready)(void *context),
                                       void *context, struct vv_http **ret_http,
                                       struct vv_error *ret_error);
/* The port really bound, for addresses with port 0. */
unsigned vv_http_port(const struct vv_http *http);
void vv_http_close(struct vv_http **http);

#endif
