/*
 * book.c: the published schemes and models, in the order of their publication. Append-only: a
 * version that once decided something can always be found again.
 */
#include "book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

struct publication {
    struct vv_scheme *scheme; /* NULL when it did not parse */
    struct vv_model *model;   /* may be NULL */
};

struct vv_book {
    struct publication publications[VV_SCHEMES_MAX];
    uint32_t count;
};

struct vv_book *vv_book_create(void)
{
    return calloc(1, sizeof(struct vv_book));
}

void vv_book_destroy(struct vv_book **book)
{
    if (book == NULL || *book == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*book)->count; i++) {
        struct publication *publication = &(*book)->publications[i];
        vv_scheme_destroy(&publication->scheme);
        vv_model_destroy(&publication->model);
    }
    free(*book);
    *book = NULL;
}

static enum vv_status parse(const Vagval__V1__PublishScheme *message,
                            struct publication *ret_publication, struct vv_error *ret_error)
{
    struct publication parsed = {0};
    enum vv_status status = vv_scheme_parse(message->name, message->yaml.data, message->yaml.len,
                                            &parsed.scheme, ret_error);
    if (status == VV_OK && message->model_yaml.len > 0) {
        status = vv_model_parse(message->model_name, message->model_yaml.data,
                                message->model_yaml.len, &parsed.model, ret_error);
    }
    if (status != VV_OK) {
        vv_scheme_destroy(&parsed.scheme);
        return status;
    }
    *ret_publication = parsed;
    return VV_OK;
}

enum vv_status vv_book_add(struct vv_book *book, const uint8_t *packed, size_t len,
                           struct vv_error *ret_error)
{
    if (book->count == VV_SCHEMES_MAX) {
        return vv_fail(ret_error, VV_TOO_LARGE, "book", "", 0, "more than %d publications",
                       VV_SCHEMES_MAX);
    }
    Vagval__V1__PublishScheme *message = vagval__v1__publish_scheme__unpack(NULL, len, packed);
    struct publication publication = {0};
    enum vv_status status = VV_OK;
    if (message == NULL) {
        status = vv_fail(ret_error, VV_CORRUPT, "book", "", 0, "publication %u does not unpack",
                         book->count + 1);
    } else {
        status = parse(message, &publication, ret_error);
        vagval__v1__publish_scheme__free_unpacked(message, NULL);
    }
    if (status == VV_NO_MEMORY) {
        return status;
    }
    book->publications[book->count++] = publication;
    return status;
}

const struct vv_scheme *vv_book_scheme_span(const struct vv_book *book, const char *scheme,
                                            vv_date on, uint32_t generation, vv_date *ret_first,
                                            vv_date *ret_last)
{
    uint32_t count = generation == 0 || generation > book->count ? book->count : generation;
    vv_date first = VV_DATE_MIN, last = VV_DATE_MAX;
    const struct vv_scheme *found = NULL;
    for (uint32_t i = count; i-- > 0 && found == NULL;) {
        const struct vv_scheme *candidate = book->publications[i].scheme;
        if (candidate == NULL || strcmp(candidate->id, scheme) != 0) {
            continue;
        }
        vv_date from = candidate->from == VV_DATE_NONE ? VV_DATE_MIN : candidate->from;
        vv_date to = candidate->to == VV_DATE_NONE ? VV_DATE_MAX : candidate->to;
        if (on < from) { /* from then on this later publication is the answer */
            last = from - 1 < last ? from - 1 : last;
        } else if (on > to) {
            first = to + 1 > first ? to + 1 : first;
        } else {
            first = from > first ? from : first;
            last = to < last ? to : last;
            found = candidate;
        }
    }
    *ret_first = first;
    *ret_last = last;
    return found;
}

const struct vv_scheme *vv_book_scheme(const struct vv_book *book, const char *scheme, vv_date on,
                                       uint32_t generation)
{
    vv_date first, last;
    return vv_book_scheme_span(book, scheme, on, generation, &first, &last);
}

const struct vv_scheme *vv_book_scheme_version(const struct vv_book *book, const char *version)
{
    for (uint32_t i = 0; i < book->count; i++) {
        const struct vv_scheme *candidate = book->publications[i].scheme;
        if (candidate != NULL && strcmp(candidate->version, version) == 0) {
            return candidate;
        }
    }
    return NULL;
}

const struct vv_model *vv_book_model(const struct vv_book *book, const struct vv_scheme *scheme)
{
    for (uint32_t i = 0; i < book->count; i++) {
        if (book->publications[i].scheme == scheme) {
            return book->publications[i].model;
        }
    }
    return NULL;
}

const char *vv_book_amended(const struct vv_book *book, uint32_t generation)
{
    const struct vv_scheme *scheme = generation == 0 || generation > book->count
                                         ? NULL
                                         : book->publications[generation - 1].scheme;
    for (uint32_t i = 0; scheme != NULL && i + 1 < generation; i++) {
        const struct vv_scheme *earlier = book->publications[i].scheme;
        if (earlier != NULL && strcmp(earlier->id, scheme->id) == 0) {
            return scheme->id;
        }
    }
    return NULL;
}

uint32_t vv_book_generation(const struct vv_book *book)
{
    return book->count;
}
