/*
 * log.c: one logfmt line per event, written with one write(2), so that lines of several processes
 * do not mix. A line that cannot be written is lost: logging never stops the work.
 */
#include "vagval/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vagval/date.h"
#include "vagval/loop.h"

#define LINE_BYTES 2048
#define LINES_PER_SECOND 64
#define CODES 256 /* codes whose rate is followed; further ones share the last place */
#define CODE_BYTES 48

struct rate {
    char code[CODE_BYTES];
    int64_t second;
    unsigned written;
    uint64_t suppressed;
};

struct vv_log {
    char service[32], instance[64];
    enum vv_log_level level;
    int fd;
    size_t rate_count;
    struct rate rates[CODES];
};

/* Grows to a bound and then drops: a cut line is better than a lost one. */
struct line {
    size_t len;
    char bytes[LINE_BYTES];
};

static void put_byte(struct line *line, char byte)
{
    if (line->len < sizeof(line->bytes) - 1) { /* the last place is the newline's */
        line->bytes[line->len++] = byte;
    }
}

static void put_plain(struct line *line, const char *text)
{
    for (; *text != '\0'; text++) {
        put_byte(line, *text);
    }
}

static bool needs_quotes(const char *text)
{
    if (*text == '\0') {
        return true;
    }
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte <= ' ' || byte == '"' || byte == '=' || byte == '\\' || byte >= 0x7F) {
            return true;
        }
    }
    return false;
}

/* A value may come from a peer, so that no byte of it may end the line or the pair. */
static void put_value(struct line *line, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    if (!needs_quotes(text)) {
        put_plain(line, text);
        return;
    }
    put_byte(line, '"');
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            put_byte(line, '\\');
            put_byte(line, *text);
        } else if (byte == '\n') {
            put_plain(line, "\\n");
        } else if (byte < ' ' || byte == 0x7F) {
            put_plain(line, "\\x");
            put_byte(line, digits[byte >> 4]);
            put_byte(line, digits[byte & 15]);
        } else {
            put_byte(line, *text);
        }
    }
    put_byte(line, '"');
}

static void put_number(struct line *line, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    put_plain(line, text);
}

static void put_name(struct line *line, const char *name)
{
    put_byte(line, ' ');
    put_plain(line, name);
    put_byte(line, '=');
}

static void put_time(struct line *line)
{
    char text[40];
    char date[VV_DATE_TEXT_BYTES];
    int64_t ms = vv_clock_wall_ms();
    int64_t in_day = ms % VV_DAY_MS;

    vv_date_format((vv_date)(ms / VV_DAY_MS), date);
    (void)snprintf(text, sizeof(text), "%sT%02d:%02d:%02d.%03dZ", date, (int)(in_day / 3600000),
                   (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60), (int)(in_day % 1000));
    put_plain(line, "ts=");
    put_plain(line, text);
}

static struct rate *rate_of(struct vv_log *log, const char *code)
{
    for (size_t i = 0; i < log->rate_count; i++) {
        if (strncmp(log->rates[i].code, code, CODE_BYTES - 1) == 0) {
            return &log->rates[i];
        }
    }
    if (log->rate_count == CODES) {
        return &log->rates[CODES - 1];
    }
    struct rate *rate = &log->rates[log->rate_count++];
    *rate = (struct rate){.second = -1};
    (void)snprintf(rate->code, sizeof(rate->code), "%s", code);
    return rate;
}

/* False when this second's lines of the code are used up. */
static bool rate_allows(struct rate *rate)
{
    int64_t second = vv_clock_monotonic_us() / 1000000;
    if (rate->second != second) {
        rate->second = second;
        rate->written = 0;
    }
    if (rate->written >= LINES_PER_SECOND) {
        rate->suppressed++;
        return false;
    }
    rate->written++;
    return true;
}

struct vv_log *vv_log_create(const char *service, const char *instance, enum vv_log_level level,
                             int fd)
{
    struct vv_log *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        return NULL;
    }
    (void)snprintf(log->service, sizeof(log->service), "%s", service);
    (void)snprintf(log->instance, sizeof(log->instance), "%s", instance);
    log->level = level;
    log->fd = fd;
    return log;
}

void vv_log_destroy(struct vv_log **log)
{
    free(*log);
    *log = NULL;
}

void vv_log_write(struct vv_log *log, enum vv_log_level level, const char *code,
                  const struct vv_log_pair *pairs, unsigned count)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    struct line line = {.len = 0};
    char id[VV_ID_TEXT_BYTES];

    if (log == NULL || level < log->level) {
        return;
    }
    struct rate *rate = rate_of(log, code);
    if (!rate_allows(rate)) {
        return;
    }
    put_time(&line);
    put_name(&line, "level");
    put_plain(&line, levels[level]);
    put_name(&line, "service");
    put_value(&line, log->service);
    put_name(&line, "instance");
    put_value(&line, log->instance);
    put_name(&line, "code");
    put_value(&line, code);
    if (rate->suppressed > 0) {
        put_name(&line, "suppressed");
        put_number(&line, (int64_t)rate->suppressed);
        rate->suppressed = 0;
    }
    for (unsigned i = 0; i < count; i++) {
        put_name(&line, pairs[i].name);
        switch (pairs[i].kind) {
        case VV_PAIR_TEXT:
            put_value(&line, pairs[i].text != NULL ? pairs[i].text : "");
            break;
        case VV_PAIR_INT:
            put_number(&line, pairs[i].number);
            break;
        case VV_PAIR_ID:
            vv_id_format(pairs[i].id, id);
            put_plain(&line, id);
            break;
        }
    }
    line.bytes[line.len++] = '\n';
    ssize_t written = 0;
    do {
        written = write(log->fd, line.bytes, line.len);
    } while (written < 0 && errno == EINTR);
}
