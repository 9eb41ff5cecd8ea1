/*
 * metrics.c: counters, gauges and histograms of a process, in one table that STATS and Prometheus
 * are both written from. Used from the loop's thread only.
 */
#include "vagval/metrics.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 27 /* 2^0 .. 2^26 microseconds: 1 us .. 67 s; longer ones count in +Inf only */
#define SERIES_MAX 2048
#define NAME_BYTES 64
#define LABEL_BYTES 96

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct histogram {
    uint64_t buckets[BUCKETS]; /* not cumulative */
    uint64_t count;
    double sum_us;
};

struct vv_metric {
    enum metric_type type;
    char name[NAME_BYTES], label[LABEL_BYTES];
    char help[128];
    double value;
    struct histogram *histogram;
};

struct vv_metrics {
    char service[32];
    size_t count;
    struct vv_metric *series[SERIES_MAX];
    struct vv_metric overflow; /* takes what has no place; never shown */
};

struct vv_metrics *vv_metrics_create(const char *service)
{
    struct vv_metrics *metrics = calloc(1, sizeof(*metrics));
    if (metrics != NULL) {
        (void)snprintf(metrics->service, sizeof(metrics->service), "%s", service);
    }
    return metrics;
}

void vv_metrics_destroy(struct vv_metrics **metrics)
{
    if (*metrics == NULL) {
        return;
    }
    for (size_t i = 0; i < (*metrics)->count; i++) {
        free((*metrics)->series[i]->histogram);
        free((*metrics)->series[i]);
    }
    free(*metrics);
    *metrics = NULL;
}

/* Series of one name stand together, as the text format demands; found once, then kept by the
 * caller. Without room or memory a hidden series is given, so that callers need no check. */
static struct vv_metric *series_of(struct vv_metrics *metrics, enum metric_type type,
                                   const char *name, const char *label, const char *help)
{
    size_t place = metrics->count;
    for (size_t i = 0; i < metrics->count; i++) {
        struct vv_metric *metric = metrics->series[i];
        if (strcmp(metric->name, name) != 0) {
            continue;
        }
        if (strcmp(metric->label, label) == 0 && metric->type == type) {
            return metric;
        }
        place = i + 1;
    }
    if (metrics->count == SERIES_MAX || strlen(name) >= NAME_BYTES ||
        strlen(label) >= LABEL_BYTES) {
        return &metrics->overflow;
    }
    struct vv_metric *metric = calloc(1, sizeof(*metric));
    if (metric == NULL) {
        return &metrics->overflow;
    }
    if (type == METRIC_HISTOGRAM) {
        metric->histogram = calloc(1, sizeof(*metric->histogram));
        if (metric->histogram == NULL) {
            free(metric);
            return &metrics->overflow;
        }
    }
    metric->type = type;
    (void)snprintf(metric->name, sizeof(metric->name), "%s", name);
    (void)snprintf(metric->label, sizeof(metric->label), "%s", label);
    (void)snprintf(metric->help, sizeof(metric->help), "%s", help);
    memmove(&metrics->series[place + 1], &metrics->series[place],
            (metrics->count - place) * sizeof(struct vv_metric *));
    metrics->series[place] = metric;
    metrics->count++;
    return metric;
}

struct vv_metric *vv_metric_counter(struct vv_metrics *metrics, const char *name, const char *label,
                                    const char *help)
{
    return series_of(metrics, METRIC_COUNTER, name, label, help);
}

struct vv_metric *vv_metric_gauge(struct vv_metrics *metrics, const char *name, const char *label,
                                  const char *help)
{
    return series_of(metrics, METRIC_GAUGE, name, label, help);
}

struct vv_metric *vv_metric_histogram(struct vv_metrics *metrics, const char *name,
                                      const char *label, const char *help)
{
    return series_of(metrics, METRIC_HISTOGRAM, name, label, help);
}

void vv_metric_add(struct vv_metric *metric, double amount)
{
    metric->value += amount;
}

void vv_metric_set(struct vv_metric *metric, double value)
{
    metric->value = value;
}

/* The first bucket whose bound, 2^index microseconds, is not below the value. */
static unsigned bucket_of(int64_t microseconds)
{
    if (microseconds <= 1) {
        return 0;
    }
    return 64 - (unsigned)__builtin_clzll((unsigned long long)microseconds - 1);
}

void vv_metric_observe_us(struct vv_metric *metric, int64_t microseconds)
{
    struct histogram *histogram = metric->histogram;
    if (histogram == NULL) {
        return;
    }
    unsigned bucket = bucket_of(microseconds);
    if (bucket < BUCKETS) {
        histogram->buckets[bucket]++;
    }
    histogram->count++;
    histogram->sum_us += microseconds > 0 ? (double)microseconds : 0;
}

/* Upper bound of the bucket in which the quantile falls. */
static double quantile_us(const struct histogram *histogram, double quantile)
{
    double wanted = quantile * (double)histogram->count;
    uint64_t below = 0;
    if (histogram->count == 0) {
        return 0;
    }
    for (unsigned i = 0; i < BUCKETS; i++) {
        below += histogram->buckets[i];
        if ((double)below >= wanted) {
            return (double)(UINT64_C(1) << i);
        }
    }
    return (double)(UINT64_C(1) << BUCKETS);
}

void vv_metrics_each(const struct vv_metrics *metrics,
                     void (*each)(void *context, const char *name, const char *label, double value,
                                  const char *unit),
                     void *context)
{
    static const struct {
        const char *suffix;
        double quantile;
    } quantiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}};
    char name[NAME_BYTES + 8];

    for (size_t i = 0; i < metrics->count; i++) {
        const struct vv_metric *metric = metrics->series[i];
        if (metric->histogram == NULL) {
            each(context, metric->name, metric->label, metric->value, "");
            continue;
        }
        (void)snprintf(name, sizeof(name), "%s_count", metric->name);
        each(context, name, metric->label, (double)metric->histogram->count, "");
        (void)snprintf(name, sizeof(name), "%s_sum", metric->name);
        each(context, name, metric->label, metric->histogram->sum_us, "us");
        for (unsigned k = 0; k < sizeof(quantiles) / sizeof(quantiles[0]); k++) {
            (void)snprintf(name, sizeof(name), "%s_%s", metric->name, quantiles[k].suffix);
            each(context, name, metric->label,
                 quantile_us(metric->histogram, quantiles[k].quantile), "us");
        }
    }
}

/* ---- text ---- */

struct text {
    char *bytes;
    size_t len, cap;
    bool failed;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
    char line[NAME_BYTES + LABEL_BYTES + 256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (text->failed || len < 0 || (size_t)len >= sizeof(line)) {
        text->failed = true;
        return;
    }
    if (text->len + (size_t)len + 1 > text->cap) {
        size_t cap = text->cap == 0 ? 16384 : 2 * text->cap;
        char *bytes = realloc(text->bytes, cap);
        if (bytes == NULL) {
            text->failed = true;
            return;
        }
        text->bytes = bytes;
        text->cap = cap;
    }
    memcpy(text->bytes + text->len, line, (size_t)len + 1);
    text->len += (size_t)len;
}

/* A histogram of times is shown in seconds, as its name says; of anything else as it was given. */
static double per_unit(const struct vv_metric *metric)
{
    static const char suffix[] = "_seconds";
    size_t len = strlen(metric->name);
    bool timed =
        len >= sizeof(suffix) - 1 && strcmp(metric->name + len - (sizeof(suffix) - 1), suffix) == 0;
    return timed ? 1e6 : 1;
}

static void put_series(struct text *text, const struct vv_metrics *metrics,
                       const struct vv_metric *metric)
{
    const char *comma = metric->label[0] != '\0' ? "," : "";
    const struct histogram *histogram = metric->histogram;
    if (histogram == NULL) {
        put(text, "%s{service=\"%s\"%s%s} %.17g\n", metric->name, metrics->service, comma,
            metric->label, metric->value);
        return;
    }
    uint64_t cumulative = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        cumulative += histogram->buckets[i];
        put(text, "%s_bucket{service=\"%s\"%s%s,le=\"%.9g\"} %llu\n", metric->name,
            metrics->service, comma, metric->label, (double)(UINT64_C(1) << i) / per_unit(metric),
            (unsigned long long)cumulative);
    }
    put(text, "%s_bucket{service=\"%s\"%s%s,le=\"+Inf\"} %llu\n", metric->name, metrics->service,
        comma, metric->label, (unsigned long long)histogram->count);
    put(text, "%s_sum{service=\"%s\"%s%s} %.17g\n", metric->name, metrics->service, comma,
        metric->label, histogram->sum_us / per_unit(metric));
    put(text, "%s_count{service=\"%s\"%s%s} %llu\n", metric->name, metrics->service, comma,
        metric->label, (unsigned long long)histogram->count);
}

char *vv_metrics_text(const struct vv_metrics *metrics, size_t *ret_len)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    struct text text = {.bytes = NULL};

    put(&text, "%s", "");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct vv_metric *metric = metrics->series[i];
        if (i == 0 || strcmp(metrics->series[i - 1]->name, metric->name) != 0) {
            put(&text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                types[metric->type]);
        }
        put_series(&text, metrics, metric);
    }
    if (text.failed) {
        free(text.bytes);
        return NULL;
    }
    *ret_len = text.len;
    return text.bytes;
}
