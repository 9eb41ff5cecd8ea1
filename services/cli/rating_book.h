/*
 * rating_book.h: what the services tell of contracts and their results, gathered over all
 * partitions: the contracts with what was published, and the counts of a month's cohort.
 */
#ifndef VAGVAL_CLI_RATING_BOOK_H
#define VAGVAL_CLI_RATING_BOOK_H

#include "client.h"
#include "vagval/limits.h"
#include "vagval/rating.h"
#include "vagval/scheme.h"

#define VV_EARLIER_MAX 8 /* moments of publication of one month */

struct vv_rated_reason {
    char code[VV_CODE_BYTES_MAX + 1];
    uint32_t count;
};

struct vv_rated_contract {
    struct vv_id contract;
    Vagval__V1__RatingContract *line; /* a copy of its own */
    struct vv_measure_counts counts;  /* as known now */
    struct vv_rated_reason reasons[16];
    size_t reason_count; /* why `counts` differ from what was published */
};

struct vv_rating_book {
    struct vv_client *client;
    struct vv_scheme *scheme; /* in force on the month's last day; NULL until read */
    vv_date month;            /* first day; 0 = the latest follow-up of each contract */
    int64_t known_ms;
    struct vv_rated_contract *contracts; /* by number */
    size_t count, capacity;
    int64_t nation[VV_MEASURE_LEVELS]; /* the weights' participants */
    bool nation_published;             /* they are those of the first publication */
    uint64_t cases, unweighed;
    bool no_memory;
    char problem[256];
};

/* The scheme's version in force on a day, from the region's book. False: `problem` says why. */
bool vv_rating_book_scheme(struct vv_rating_book *book, const char *scheme, vv_date on);
/* All contracts of a scheme (NULL = of every one). */
bool vv_rating_book_contracts(struct vv_rating_book *book, const char *scheme);
/* The counts of the month's cohort; contracts and scheme must have been read. */
bool vv_rating_book_counts(struct vv_rating_book *book);
/* The contract of that number or id; NULL if none. With a number that several schemes or areas use:
 * the first, and ret_several is set. */
struct vv_rated_contract *vv_rating_book_find(struct vv_rating_book *book, const char *text,
                                              bool *ret_several);
void vv_rating_book_free(struct vv_rating_book *book);

/* Counts as stored, by level. */
struct vv_measure_counts vv_counts_from(const Vagval__V1__RatingCounts *stored);
/* The view that holds of a published month: the latest revision. */
const Vagval__V1__RatingView *vv_view_that_holds(const Vagval__V1__PublishedRating *published);

#endif
