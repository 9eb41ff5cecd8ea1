/*
 * judgement_view.c: terms of a placement as they are shown, and the check that what stands in the
 * record is what its facts give. See judgement.h.
 */
#include <string.h>

#include "judged_term.h"
#include "judgement.h"
#include "month.h"
#include "placement.h"

enum vv_status vv_judge_show(const struct vv_call *call, const Vagval__V1__RegistryCase *entry,
                             const Vagval__V1__CasePlacement *placement,
                             const Vagval__V1__Delivery *delivery, struct vv_shown_term **ret_terms,
                             size_t *ret_count)
{
    struct vv_term_input input = vv_judged_input(call, entry, placement, delivery);
    struct vv_obligation_term *begun = NULL;
    size_t begun_count = 0, most = 0, count = 0;
    enum vv_status status = vv_judged_enumerate(call, entry, &input, &begun, &begun_count);

    for (size_t i = 0; i < delivery->n_judged; i++) {
        most += delivery->judged[i]->n_terms;
    }
    most += begun_count;
    struct vv_shown_term *terms = vv_arena_alloc(call->arena, (most + 1) * sizeof *terms);
    if (status != VV_OK || terms == NULL) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    for (size_t i = 0; i < delivery->n_judged; i++) {
        const Vagval__V1__JudgedObligation *group = delivery->judged[i];
        for (size_t k = 0; group->start == placement->start && k < group->n_terms; k++) {
            struct vv_shown_term *shown = &terms[count];
            shown->start = group->start;
            shown->since = group->terms[k]->since;
            /* What was decided is shown; judging it again only finds its minutes and its name. */
            if (vv_judged_again(call, entry->scheme, &input, group->code, group->terms[k],
                                &shown->term)) {
                shown->term.state = (enum vv_term_state)group->terms[k]->state;
                count++;
            }
        }
    }
    for (size_t i = 0; i < begun_count; i++) {
        if (vv_judged_find(delivery, begun[i].obligation->code, placement->start, begun[i].due) ==
            NULL) {
            terms[count++] = (struct vv_shown_term){.term = begun[i], .start = placement->start};
        }
    }
    *ret_terms = terms;
    *ret_count = count;
    return VV_OK;
}

/* ---- the check ---- */

static const char *check_stored(const struct vv_call *call, const Vagval__V1__RegistryCase *entry,
                                const struct vv_term_input *input,
                                const Vagval__V1__Delivery *delivery)
{
    for (size_t i = 0; i < delivery->n_judged; i++) {
        const Vagval__V1__JudgedObligation *group = delivery->judged[i];
        for (size_t k = 0; group->start == input->start && k < group->n_terms; k++) {
            const Vagval__V1__JudgedTerm *judged = group->terms[k];
            struct vv_obligation_term again;
            if (!vv_judged_again(call, entry->scheme, input, group->code, judged, &again)) {
                return "registry.term_unknown";
            }
            if (judged->state != (uint32_t)again.state ||
                judged->met_on != (again.met_on == VV_DATE_NONE ? 0 : again.met_on)) {
                return "registry.term_state";
            }
        }
    }
    return NULL;
}

/* Publications known when the record's first term was judged: a version that came later may ask
 * for terms of days that had been judged already, and those stand. */
static uint32_t first_generation(const Vagval__V1__Delivery *delivery)
{
    uint32_t first = UINT32_MAX;
    for (size_t i = 0; i < delivery->n_judged; i++) {
        for (size_t k = 0; k < delivery->judged[i]->n_terms; k++) {
            uint32_t generation = delivery->judged[i]->terms[k]->generation;
            first = generation < first ? generation : first;
        }
    }
    return first;
}

static enum vv_status check_complete(const struct vv_call *call,
                                     const Vagval__V1__RegistryCase *entry,
                                     const struct vv_term_input *input,
                                     const Vagval__V1__Delivery *delivery, const char **ret_problem)
{
    uint32_t generation = first_generation(delivery);
    struct vv_obligation_term *terms = NULL;
    size_t count = 0;
    enum vv_status status = vv_judged_enumerate(call, entry, input, &terms, &count);

    for (size_t i = 0; status == VV_OK && i < count; i++) {
        bool known = vv_book_scheme(call->book, entry->scheme, terms[i].due, 0) ==
                     vv_book_scheme(call->book, entry->scheme, terms[i].due, generation);
        if (terms[i].due <= delivery->judged_through && known &&
            vv_judged_find(delivery, terms[i].obligation->code, input->start, terms[i].due) ==
                NULL) {
            *ret_problem = "registry.term_missing";
        }
    }
    return status;
}

/* A month that goes along with its terms says what they say. */
static enum vv_status check_month(const struct vv_judging *judging,
                                  const Vagval__V1__MonthStated *stated, const char **ret_problem)
{
    const char *missed = NULL;
    enum vv_status status = VV_OK;

    if (!stated->computed ||
        vv_judge_month_stated(judging->delivery, stated->contract, stated->month) != stated) {
        return VV_OK;
    }
    status = vv_judge_month(judging, stated->contract, stated->month, &missed);
    if (status == VV_NOT_FOUND) {
        return VV_OK; /* a later version has no obligations: what was stated stands */
    }
    if (status == VV_OK && stated->met != (missed == NULL)) {
        *ret_problem = "registry.month";
    }
    return status;
}

enum vv_status vv_judge_check(const struct vv_call *call, const Vagval__V1__RegistryCase *entry,
                              const Vagval__V1__Delivery *delivery, const char **ret_problem)
{
    /* Only read: neither the case nor its record is changed by a check. */
    struct vv_work work = {.call = call, .entry = (Vagval__V1__RegistryCase *)(uintptr_t)entry};
    struct vv_judging judging = {.work = &work,
                                 .delivery = (Vagval__V1__Delivery *)(uintptr_t)delivery};
    const char *problem = NULL;
    enum vv_status status = VV_OK;

    for (size_t i = 0; status == VV_OK && problem == NULL && i < entry->n_placements; i++) {
        struct vv_term_input input = vv_judged_input(call, entry, entry->placements[i], delivery);
        problem = check_stored(call, entry, &input, delivery);
        if (problem == NULL) {
            status = check_complete(call, entry, &input, delivery, &problem);
        }
    }
    for (size_t i = 0; status == VV_OK && problem == NULL && i < delivery->n_months; i++) {
        status = check_month(&judging, delivery->months[i], &problem);
    }
    if (status == VV_OK) {
        *ret_problem = problem;
    }
    return status;
}
