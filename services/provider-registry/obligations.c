/*
 * obligations.c: see the header. Windows begin on the placement's first day and follow each other;
 * the last one ends with the placement. An activity keeps the term that it lies in; one that lies
 * in the window after keeps the missed term before it late (our choice: no public rule says more).
 */
#include "obligations.h"

#include <string.h>

struct terms {
    const struct vv_term_input *input;
    struct vv_obligation_term *list;
    size_t max, count;
};

static bool takes(const struct vv_obligation *obligation, const char *kind)
{
    for (size_t i = 0; i < obligation->met_by_count; i++) {
        if (strcmp(obligation->met_by[i], kind) == 0) {
            return true;
        }
    }
    return obligation->met_by_count == 0;
}

static bool counts(const struct vv_obligation *obligation, const Vagval__V1__ActivityDone *activity)
{
    return activity->attended && strcmp(activity->confirmed, "no") != 0 &&
           takes(obligation, activity->kind) &&
           activity->minutes >= (uint32_t)obligation->minutes_min &&
           (!obligation->physical || activity->physical);
}

/* The first activity within the days that counts; VV_DATE_NONE if there is none. */
static vv_date first_within(const struct vv_term_input *input,
                            const struct vv_obligation *obligation, vv_date from, vv_date through)
{
    vv_date first = VV_DATE_NONE;
    for (size_t i = 0; i < input->recorded->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = input->recorded->activities[i];
        if (counts(obligation, activity) && activity->on >= from && activity->on <= through &&
            (first == VV_DATE_NONE || activity->on < first)) {
            first = activity->on;
        }
    }
    return first;
}

static bool is_excused(const struct vv_term_input *input, const struct vv_obligation_term *term)
{
    const Vagval__V1__Delivery *recorded = input->recorded;
    for (size_t i = 0; i < recorded->n_excuses; i++) {
        if (recorded->excuses[i]->due == term->due &&
            strcmp(recorded->excuses[i]->obligation, term->obligation->code) == 0) {
            return true;
        }
    }
    /* Somebody who was reported absent on an activity's day was offered it. */
    for (size_t i = 0; i < recorded->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = recorded->activities[i];
        bool offered = !activity->attended && takes(term->obligation, activity->kind) &&
                       activity->on >= term->from && activity->on <= term->due;
        for (size_t k = 0; offered && k < recorded->n_deviations; k++) {
            const Vagval__V1__Deviation *deviation = recorded->deviations[k];
            if (deviation->on <= activity->on && activity->on <= deviation->through) {
                return true;
            }
        }
    }
    return false;
}

static void sum_hours(const struct vv_term_input *input, struct vv_obligation_term *term)
{
    for (size_t i = 0; i < input->recorded->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = input->recorded->activities[i];
        if (counts(term->obligation, activity) && activity->on >= term->from &&
            activity->on <= term->due) {
            term->minutes += (int)activity->minutes;
            term->physical_minutes += activity->physical ? (int)activity->minutes : 0;
        }
    }
}

/* Enough minutes, and of the minutes asked enough face to face: compared by cross-multiplication.
 */
static bool has_hours(const struct vv_obligation_term *term)
{
    int64_t asked = (int64_t)term->obligation->hours * 60;
    return term->minutes >= asked &&
           (int64_t)term->physical_minutes * 100 >= asked * term->obligation->physical_percent;
}

static enum vv_term_state judge(const struct vv_term_input *input, struct vv_obligation_term *term)
{
    const struct vv_obligation *obligation = term->obligation;
    if (obligation->kind == VV_OBLIGATION_HOURS) {
        sum_hours(input, term);
        if (has_hours(term)) {
            return VV_TERM_MET;
        }
    } else {
        term->met_on = first_within(input, obligation, term->from, term->due);
        if (term->met_on != VV_DATE_NONE) {
            return VV_TERM_MET;
        }
    }
    if (is_excused(input, term)) {
        return VV_TERM_EXCUSED;
    }
    if (input->today <= term->due) {
        return VV_TERM_DUE;
    }
    if (obligation->kind == VV_OBLIGATION_HOURS) {
        return VV_TERM_MISSED;
    }
    vv_date until =
        obligation->kind == VV_OBLIGATION_ONCE ? input->last : term->due + obligation->days;
    term->met_on = first_within(input, obligation, term->due + 1, until);
    return term->met_on != VV_DATE_NONE ? VV_TERM_LATE : VV_TERM_MISSED;
}

void vv_obligation_judge(const struct vv_term_input *input, struct vv_obligation_term *term)
{
    term->met_on = VV_DATE_NONE;
    term->minutes = 0;
    term->physical_minutes = 0;
    term->state = judge(input, term);
}

/* Were the rules in force on that day? */
static bool is_asked(const struct vv_term_input *input, vv_date due)
{
    return due >= input->due_first && (input->due_last == 0 || due <= input->due_last);
}

static void add(struct terms *terms, const struct vv_obligation *obligation, vv_date from,
                vv_date due)
{
    struct vv_obligation_term term = {.obligation = obligation, .from = from, .due = due};
    if (!is_asked(terms->input, due)) {
        return;
    }
    vv_obligation_judge(terms->input, &term);
    if (terms->count < terms->max) {
        terms->list[terms->count] = term;
    }
    terms->count++;
}

/* The last day of what is asked once; VV_DATE_NONE when the placement ends before. */
static vv_date once_due(const struct vv_term_input *input, const struct vv_obligation *obligation)
{
    vv_date due =
        obligation->working_days
            ? vv_calendar_add_working_days(input->jurisdiction, input->start, obligation->days)
            : input->start + obligation->days;
    return due <= input->last ? due : VV_DATE_NONE;
}

/* The days in which an obligation's windows lie. */
static void window_days(const struct vv_term_input *input, const struct vv_obligation *obligation,
                        vv_date *ret_first, vv_date *ret_last)
{
    vv_date last = obligation->to_month > 0
                       ? vv_date_add_months(input->start, obligation->to_month) - 1
                       : input->last;
    *ret_first = obligation->from_month > 1
                     ? vv_date_add_months(input->start, obligation->from_month - 1)
                     : input->start;
    *ret_last = last < input->last ? last : input->last;
}

static void add_windows(struct terms *terms, const struct vv_obligation *obligation)
{
    vv_date first, last;
    window_days(terms->input, obligation, &first, &last);
    /* A window that the placement's end cuts short asks nothing. */
    for (vv_date from = first; from + obligation->days - 1 <= last && from <= terms->input->today;
         from += obligation->days) {
        add(terms, obligation, from, from + obligation->days - 1);
    }
}

size_t vv_obligation_terms(const struct vv_term_input *input, struct vv_obligation_term *ret_terms,
                           size_t max)
{
    struct terms terms = {.input = input, .list = ret_terms, .max = max};
    for (size_t i = 0; input->rules != NULL && i < input->rules->obligation_count; i++) {
        const struct vv_obligation *obligation = &input->rules->obligations[i];
        if (obligation->kind == VV_OBLIGATION_ONCE) {
            vv_date due = once_due(input, obligation);
            if (due != VV_DATE_NONE && input->start <= input->today) {
                add(&terms, obligation, input->start, due);
            }
        } else {
            add_windows(&terms, obligation);
        }
    }
    return terms.count;
}

static vv_date next_due_of(const struct vv_term_input *input,
                           const struct vv_obligation *obligation)
{
    vv_date earliest = input->today > input->due_first ? input->today : input->due_first;
    if (obligation->kind == VV_OBLIGATION_ONCE) {
        vv_date due = once_due(input, obligation);
        return due != VV_DATE_NONE && due >= earliest ? due : VV_DATE_NONE;
    }
    vv_date first, last;
    window_days(input, obligation, &first, &last);
    vv_date due = first + obligation->days - 1;
    if (due < earliest) { /* whole windows up to the first that ends then or later */
        due += (earliest - due + obligation->days - 1) / obligation->days * obligation->days;
    }
    return due <= last ? due : VV_DATE_NONE;
}

vv_date vv_obligation_next_due(const struct vv_term_input *input)
{
    vv_date next = VV_DATE_NONE;
    for (size_t i = 0; input->rules != NULL && i < input->rules->obligation_count; i++) {
        vv_date due = next_due_of(input, &input->rules->obligations[i]);
        if (due != VV_DATE_NONE && (input->due_last == 0 || due <= input->due_last) &&
            (next == VV_DATE_NONE || due < next)) {
            next = due;
        }
    }
    return next;
}

const char *vv_term_state_name(enum vv_term_state state)
{
    switch (state) {
    case VV_TERM_DUE:
        return "due";
    case VV_TERM_MET:
        return "met";
    case VV_TERM_LATE:
        return "late";
    case VV_TERM_MISSED:
        return "missed";
    case VV_TERM_EXCUSED:
        return "excused";
    }
    return "unknown";
}
