/*
 * judged_term.c: see the header.
 */
#include "judged_term.h"

#include <string.h>

#include "placement.h"

#define TERM_DAYS_MAX 400 /* longer than any term: `days` is at most 366, working days included */

struct vv_term_input vv_judged_input(const struct vv_call *call,
                                     const Vagval__V1__RegistryCase *entry,
                                     const Vagval__V1__CasePlacement *placement,
                                     const Vagval__V1__Delivery *delivery)
{
    return (struct vv_term_input){.jurisdiction = (enum vv_jurisdiction)entry->jurisdiction,
                                  .start = placement->start,
                                  .last = vv_placement_last_day(placement),
                                  .recorded = delivery,
                                  .today = call->now.today};
}

/* The rules for terms that end on `from` or soon after; false past the last term that can have
 * begun. `input` is bounded to the days for which they hold. */
static bool next_version(const struct vv_call *call, const char *scheme, vv_date from, vv_date last,
                         struct vv_term_input *input)
{
    vv_date first_day, last_day;
    if (from > last) {
        return false;
    }
    const struct vv_scheme *version =
        vv_book_scheme_span(call->book, scheme, from, 0, &first_day, &last_day);
    input->rules = version == NULL ? NULL : version->delivery;
    input->due_first = from;
    input->due_last = last_day;
    return true;
}

enum vv_status vv_judged_enumerate(const struct vv_call *call,
                                   const Vagval__V1__RegistryCase *entry,
                                   const struct vv_term_input *input,
                                   struct vv_obligation_term **ret_terms, size_t *ret_count)
{
    struct vv_term_input of_version = *input;
    vv_date last = input->today < input->last ? input->today + TERM_DAYS_MAX : input->last;
    struct vv_obligation_term *terms = NULL;
    size_t count = 0;

    for (vv_date from = input->start; next_version(call, entry->scheme, from, last, &of_version);
         from = of_version.due_last + 1) {
        size_t more = vv_obligation_terms(&of_version, NULL, 0);
        struct vv_obligation_term *grown =
            vv_arena_alloc(call->arena, (count + more + 1) * sizeof *grown);
        if (grown == NULL) {
            return VV_NO_MEMORY;
        }
        if (count > 0) {
            memcpy(grown, terms, count * sizeof *grown);
        }
        (void)vv_obligation_terms(&of_version, grown + count, more);
        terms = grown;
        count += more;
    }
    *ret_terms = terms;
    *ret_count = count;
    return VV_OK;
}

vv_date vv_judged_next_due(const struct vv_call *call, const Vagval__V1__RegistryCase *entry,
                           const struct vv_term_input *input)
{
    struct vv_term_input of_version = *input;

    for (vv_date from = input->today;
         next_version(call, entry->scheme, from, input->last, &of_version);
         from = of_version.due_last + 1) {
        vv_date due = vv_obligation_next_due(&of_version);
        if (due != VV_DATE_NONE) {
            return due;
        }
    }
    return VV_DATE_NONE;
}

const Vagval__V1__JudgedTerm *vv_judged_find(const Vagval__V1__Delivery *delivery, const char *code,
                                             vv_date start, vv_date due)
{
    for (size_t i = 0; i < delivery->n_judged; i++) {
        const Vagval__V1__JudgedObligation *group = delivery->judged[i];
        if (group->start != start || strcmp(group->code, code) != 0) {
            continue;
        }
        for (size_t k = group->n_terms; k > 0; k--) {
            if (group->terms[k - 1]->due == due) {
                return group->terms[k - 1];
            }
        }
    }
    return NULL;
}

bool vv_judged_again(const struct vv_call *call, const char *scheme,
                     const struct vv_term_input *input, const char *code,
                     const Vagval__V1__JudgedTerm *judged, struct vv_obligation_term *ret_term)
{
    const struct vv_scheme *version =
        vv_book_scheme(call->book, scheme, judged->due, judged->generation);
    const struct vv_delivery *rules = version == NULL ? NULL : version->delivery;

    for (size_t i = 0; rules != NULL && i < rules->obligation_count; i++) {
        if (strcmp(rules->obligations[i].code, code) == 0) {
            struct vv_term_input of_version = *input;
            of_version.rules = rules;
            *ret_term = (struct vv_obligation_term){
                .obligation = &rules->obligations[i], .from = judged->from, .due = judged->due};
            vv_obligation_judge(&of_version, ret_term);
            return true;
        }
    }
    return false;
}
