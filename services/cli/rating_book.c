/*
 * rating_book.c: contracts and counts from all partitions, added up.
 */
#include "rating_book.h"

#include <stdlib.h>
#include <string.h>

#include "paging.h"
#include "scheme_book.h"

/* ---- the scheme ---- */

bool vv_rating_book_scheme(struct vv_rating_book *book, const char *scheme, vv_date on)
{
    book->scheme =
        vv_scheme_book_find(book->client, scheme, on, book->problem, sizeof(book->problem));
    if (book->scheme == NULL) {
        return false;
    }
    if (book->scheme->rating == NULL) {
        (void)snprintf(book->problem, sizeof(book->problem),
                       "the scheme %s says nothing of ratings (section rating)", scheme);
        return false;
    }
    return true;
}

/* ---- contracts ---- */

struct listing {
    struct vv_rating_book *book;
    const char *scheme;
    Vagval__V1__ListRatings body;
};

static const ProtobufCMessage *ask_list(void *context, const struct vv_page_place *place)
{
    struct listing *listing = context;

    vagval__v1__list_ratings__init(&listing->body);
    listing->body.partition = place->partition;
    listing->body.area = (uint32_t)place->first;
    listing->body.after = (uint32_t)place->second;
    listing->body.month = listing->book->month;
    if (listing->scheme != NULL) {
        listing->body.scheme = (char *)(uintptr_t)listing->scheme;
    }
    return &listing->body.base;
}

/* A message of its own memory. */
static Vagval__V1__RatingContract *copy_of(const Vagval__V1__RatingContract *line)
{
    size_t len = vagval__v1__rating_contract__get_packed_size(line);
    uint8_t *bytes = malloc(len + 1);
    Vagval__V1__RatingContract *copy = NULL;

    if (bytes != NULL) {
        (void)vagval__v1__rating_contract__pack(line, bytes);
        copy = vagval__v1__rating_contract__unpack(NULL, len, bytes);
        free(bytes);
    }
    return copy;
}

static void add_contract(struct vv_rating_book *book, const Vagval__V1__RatingContract *line)
{
    struct vv_rated_contract contract = {.line = NULL};

    if (vv_id_from_bytes(line->contract.data, line->contract.len, &contract.contract) != VV_OK) {
        return;
    }
    if (book->count == book->capacity) {
        size_t capacity = book->capacity == 0 ? 256 : book->capacity * 2;
        struct vv_rated_contract *grown =
            realloc(book->contracts, capacity * sizeof(*book->contracts));
        if (grown == NULL) {
            book->no_memory = true;
            return;
        }
        book->contracts = grown;
        book->capacity = capacity;
    }
    contract.line = copy_of(line);
    if (contract.line == NULL) {
        book->no_memory = true;
        return;
    }
    book->contracts[book->count++] = contract;
}

static bool take_list(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    struct listing *listing = context;
    const Vagval__V1__RatingList *list = (const Vagval__V1__RatingList *)body;

    for (size_t i = 0; i < list->n_contracts; i++) {
        add_contract(listing->book, list->contracts[i]);
    }
    bool moves = list->next_area > place->first ||
                 (list->next_area == place->first && list->next_after > place->second);
    place->first = list->next_area;
    place->second = list->next_after;
    return !list->done && moves;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(&((const struct vv_rated_contract *)a)->contract,
                  &((const struct vv_rated_contract *)b)->contract, sizeof(struct vv_id));
}

static int by_number(const void *a, const void *b)
{
    int order = strcmp(((const struct vv_rated_contract *)a)->line->number,
                       ((const struct vv_rated_contract *)b)->line->number);

    return order != 0 ? order : by_id(a, b);
}

bool vv_rating_book_contracts(struct vv_rating_book *book, const char *scheme)
{
    struct listing listing = {.book = book, .scheme = scheme};
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_LIST_RATINGS, ask_list, take_list,
                                     &listing};
    bool good = vv_client_pages(book->client, &paging, book->problem, sizeof(book->problem));

    if (good && book->no_memory) {
        (void)snprintf(book->problem, sizeof(book->problem), "no memory for the contracts");
        good = false;
    }
    if (good && book->count > 0) {
        qsort(book->contracts, book->count, sizeof(book->contracts[0]), by_number);
    }
    return good;
}

/* ---- counts ---- */

struct counting {
    struct vv_rating_book *book;
    int64_t earlier[VV_EARLIER_MAX];
    size_t earlier_count;
    Vagval__V1__RatingPage body;
};

struct vv_measure_counts vv_counts_from(const Vagval__V1__RatingCounts *stored)
{
    struct vv_measure_counts counts = {.participants = {0}};

    for (size_t i = 0; stored != NULL && i < VV_MEASURE_LEVELS; i++) {
        counts.participants[i] = i < stored->n_participants ? stored->participants[i] : 0;
        counts.rr1[i] = i < stored->n_rr1 ? stored->rr1[i] : 0;
        counts.rr2[i] = i < stored->n_rr2 ? stored->rr2[i] : 0;
    }
    return counts;
}

const Vagval__V1__RatingView *vv_view_that_holds(const Vagval__V1__PublishedRating *published)
{
    return published->n_revised > 0 ? published->revised[published->n_revised - 1]
                                    : published->published;
}

static const ProtobufCMessage *ask_counts(void *context, const struct vv_page_place *place)
{
    struct counting *counting = context;

    vagval__v1__rating_page__init(&counting->body);
    counting->body.partition = place->partition;
    counting->body.after = place->first;
    counting->body.scheme = (char *)(uintptr_t)counting->book->scheme->id;
    counting->body.month = counting->book->month;
    counting->body.known_ms = counting->book->known_ms;
    counting->body.earlier_ms = counting->earlier;
    counting->body.n_earlier_ms = counting->earlier_count;
    return &counting->body.base;
}

static void add_reasons(struct vv_rated_contract *contract, const Vagval__V1__RatingLine *line)
{
    int64_t published_ms = contract->line->published->published->known_ms;

    for (size_t k = 0; k < line->n_known; k++) {
        const Vagval__V1__RatingKnown *known = line->known[k];
        for (size_t r = 0; known->known_ms == published_ms && r < known->n_reasons; r++) {
            size_t at = 0;
            while (at < contract->reason_count &&
                   strcmp(contract->reasons[at].code, known->reasons[r]->code) != 0) {
                at++;
            }
            if (at == sizeof(contract->reasons) / sizeof(contract->reasons[0])) {
                continue;
            }
            struct vv_rated_reason *reason = &contract->reasons[at];
            if (at == contract->reason_count) {
                contract->reason_count++;
                (void)snprintf(reason->code, sizeof(reason->code), "%s", known->reasons[r]->code);
            }
            reason->count += known->reasons[r]->count;
        }
    }
}

static bool take_counts(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    struct counting *counting = context;
    struct vv_rating_book *book = counting->book;
    const Vagval__V1__RatingCountsPage *page = (const Vagval__V1__RatingCountsPage *)body;

    for (size_t i = 0; i < page->n_lines; i++) {
        const Vagval__V1__RatingLine *line = page->lines[i];
        struct vv_rated_contract wanted = {.line = NULL};
        if (vv_id_from_bytes(line->contract.data, line->contract.len, &wanted.contract) != VV_OK) {
            continue;
        }
        struct vv_rated_contract *contract =
            bsearch(&wanted, book->contracts, book->count, sizeof(book->contracts[0]), by_id);
        if (contract == NULL) {
            (void)snprintf(book->problem, sizeof(book->problem),
                           "cases are placed with a contract that no area lists");
            continue;
        }
        struct vv_measure_counts counts = vv_counts_from(line->counts);
        for (size_t l = 0; l < VV_MEASURE_LEVELS; l++) {
            contract->counts.participants[l] += counts.participants[l];
            contract->counts.rr1[l] += counts.rr1[l];
            contract->counts.rr2[l] += counts.rr2[l];
        }
        if (contract->line->published != NULL) {
            add_reasons(contract, line);
        }
    }
    book->cases += page->cases;
    book->unweighed += page->unweighed;
    bool further = page->next > place->first;
    place->first = page->next;
    return further;
}

/* When the month's follow-ups were published first: usually one moment for all. */
static bool find_earlier(struct counting *counting)
{
    struct vv_rating_book *book = counting->book;

    for (size_t i = 0; i < book->count; i++) {
        const Vagval__V1__PublishedRating *published = book->contracts[i].line->published;
        size_t at = 0;
        if (published == NULL) {
            continue;
        }
        while (at < counting->earlier_count &&
               counting->earlier[at] != published->published->known_ms) {
            at++;
        }
        if (at == VV_EARLIER_MAX) {
            (void)snprintf(book->problem, sizeof(book->problem),
                           "the month was published at more than %d moments", VV_EARLIER_MAX);
            return false;
        }
        if (at == counting->earlier_count) {
            counting->earlier[counting->earlier_count++] = published->published->known_ms;
        }
    }
    return true;
}

/* The weights of a month are fixed at its first publication; before it they rest on all counts. */
static void find_nation(struct vv_rating_book *book)
{
    for (size_t i = 0; i < book->count; i++) {
        const Vagval__V1__PublishedRating *published = book->contracts[i].line->published;
        for (size_t l = 0; !book->nation_published && l < VV_MEASURE_LEVELS; l++) {
            book->nation[l] += book->contracts[i].counts.participants[l];
        }
        if (published != NULL && !book->nation_published) {
            book->nation_published = true;
            for (size_t l = 0; l < VV_MEASURE_LEVELS; l++) {
                book->nation[l] = l < published->n_nation ? published->nation[l] : 0;
            }
        }
    }
}

bool vv_rating_book_counts(struct vv_rating_book *book)
{
    struct counting counting = {.book = book};
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_RATING_PAGE, ask_counts, take_counts,
                                     &counting};

    if (!find_earlier(&counting)) {
        return false;
    }
    if (book->count > 0) {
        qsort(book->contracts, book->count, sizeof(book->contracts[0]), by_id);
    }
    bool good = vv_client_pages(book->client, &paging, book->problem, sizeof(book->problem));
    if (book->count > 0) {
        qsort(book->contracts, book->count, sizeof(book->contracts[0]), by_number);
    }
    find_nation(book);
    return good && book->problem[0] == '\0';
}

struct vv_rated_contract *vv_rating_book_find(struct vv_rating_book *book, const char *text,
                                              bool *ret_several)
{
    struct vv_rated_contract *found = NULL;
    struct vv_id id;
    bool is_id = vv_id_parse(text, &id) == VV_OK;

    *ret_several = false;
    for (size_t i = 0; i < book->count; i++) {
        struct vv_rated_contract *contract = &book->contracts[i];
        bool same =
            is_id ? vv_id_equal(contract->contract, id) : strcmp(contract->line->number, text) == 0;
        *ret_several = *ret_several || (same && found != NULL);
        found = same && found == NULL ? contract : found;
    }
    return found;
}

void vv_rating_book_free(struct vv_rating_book *book)
{
    for (size_t i = 0; i < book->count; i++) {
        vagval__v1__rating_contract__free_unpacked(book->contracts[i].line, NULL);
    }
    free(book->contracts);
    vv_scheme_destroy(&book->scheme);
    book->contracts = NULL;
    book->count = 0;
}
