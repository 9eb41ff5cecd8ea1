/*
 * rating.h: how `vagval rating` shows what it found; rating.c finds it, rating_print.c shows it.
 */
#ifndef VAGVAL_CLI_RATING_H
#define VAGVAL_CLI_RATING_H

#include "cli.h"
#include "rating_book.h"

/* "2026-05" as its first day. */
bool vv_month_parse(const char *text, vv_date *ret_month);

/* What became of the messages of --publish. */
struct vv_rating_publication {
    bool asked;
    size_t published, revised, unchanged, refused;
    const char *problem; /* of the last refusal */
};

/* Each returns the command's exit code. */
int vv_rating_print_month(const struct vv_cli *cli, const struct vv_rating_book *book,
                          vv_date known_through, const struct vv_rating_publication *publication);
int vv_rating_print_history(const struct vv_cli *cli, const struct vv_rating_book *book,
                            const Vagval__V1__RatingHistory *history);
int vv_rating_print_proposals(const struct vv_cli *cli, const struct vv_rating_book *book,
                              bool all);

#endif
