/*
 * delivery.h: what a scheme asks of those who deliver, as read from the section `delivery` of its
 * file: kinds of activities, and obligations with their cadence.
 */
#ifndef VAGVAL_DELIVERY_H
#define VAGVAL_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

enum vv_obligation_kind {
    VV_OBLIGATION_ONCE = 1, /* within some days of the placement's start */
    VV_OBLIGATION_EVERY,    /* once in each window of some days */
    VV_OBLIGATION_HOURS,    /* so many hours in each window of some days */
};

struct vv_activity_kind {
    const char *code;
    const char *name_en, *name_sv;
};

struct vv_obligation {
    const char *code;
    const char *name_en, *name_sv;
    enum vv_obligation_kind kind;
    int days;                  /* the term, or the window's length; windows begin at the start */
    bool working_days;         /* once: the term counts working days (rules 13) */
    const char *const *met_by; /* kinds of activities; none = every kind */
    size_t met_by_count;
    int minutes_min;          /* once, every: a shorter activity does not count */
    bool physical;            /* once, every: only face to face */
    int hours;                /* hours: in each window */
    int physical_percent;     /* hours: of them face to face, at least */
    int from_month, to_month; /* of the placement, from 1, inclusive; 0 = no bound */
};

struct vv_delivery {
    bool example;   /* the terms are marked `status: example` */
    int month_days; /* so many days after a month's end reports may come; then it is worked out */
    const struct vv_activity_kind *activities;
    size_t activity_count;
    const struct vv_obligation *obligations;
    size_t obligation_count;
};

#endif
