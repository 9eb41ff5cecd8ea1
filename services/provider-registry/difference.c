/*
 * difference.c: see the header.
 */
#include "difference.h"

#include <string.h>

struct list {
    const Vagval__V1__Delivery *delivery;
    struct vv_difference *items;
    size_t max, count;
};

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

static const struct vv_obligation *obligation_of(const struct vv_delivery *rules, const char *code)
{
    for (size_t i = 0; rules != NULL && i < rules->obligation_count; i++) {
        if (strcmp(rules->obligations[i].code, code) == 0) {
            return &rules->obligations[i];
        }
    }
    return NULL;
}

static bool is_activity(const struct vv_delivery *rules, const char *code)
{
    for (size_t i = 0; rules != NULL && i < rules->activity_count; i++) {
        if (strcmp(rules->activities[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

bool vv_point_is_known(const struct vv_delivery *rules, const char *what)
{
    return is_activity(rules, what) || obligation_of(rules, what) != NULL;
}

/* A code may name both an activity and an obligation: then the activity is meant. */
static bool is_of_point(const struct vv_delivery *rules, const char *what, const char *kind)
{
    const struct vv_obligation *obligation =
        is_activity(rules, what) ? NULL : obligation_of(rules, what);

    if (obligation == NULL) {
        return strcmp(what, kind) == 0;
    }
    for (size_t i = 0; i < obligation->met_by_count; i++) {
        if (strcmp(obligation->met_by[i], kind) == 0) {
            return true;
        }
    }
    return obligation->met_by_count == 0;
}

static bool provider_says_kept(const struct list *list, const struct vv_delivery *rules,
                               const Vagval__V1__PersonView *view, const char *what)
{
    for (size_t i = 0; i < list->delivery->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = list->delivery->activities[i];
        if (activity->attended && activity->on >= view->from && activity->on <= view->on &&
            is_of_point(rules, what, activity->kind)) {
            return true;
        }
    }
    return false;
}

static bool is_settled(const struct list *list, ProtobufCBinaryData record, const char *what)
{
    for (size_t i = 0; i < list->delivery->n_settled; i++) {
        if (same_bytes(list->delivery->settled[i]->record, record) &&
            strcmp(list->delivery->settled[i]->what, what) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct list *list, ProtobufCBinaryData record, const char *what, vv_date on)
{
    if (is_settled(list, record, what)) {
        return;
    }
    if (list->count < list->max) {
        list->items[list->count] = (struct vv_difference){record, what, on};
    }
    list->count++;
}

/* Has a later follow-up an answer to the point? */
static bool is_asked_again(const Vagval__V1__Delivery *delivery, size_t at, const char *what)
{
    for (size_t i = at + 1; i < delivery->n_views; i++) {
        for (size_t k = 0; k < delivery->views[i]->n_points; k++) {
            if (strcmp(delivery->views[i]->points[k]->what, what) == 0) {
                return true;
            }
        }
    }
    return false;
}

size_t vv_differences(const Vagval__V1__Delivery *delivery, const struct vv_delivery *rules,
                      struct vv_difference *ret_differences, size_t max)
{
    struct list list = {.delivery = delivery, .items = ret_differences, .max = max};

    for (size_t i = 0; i < delivery->n_activities; i++) {
        const Vagval__V1__ActivityDone *activity = delivery->activities[i];
        bool differs = activity->attended ? strcmp(activity->confirmed, "no") == 0
                                          : strcmp(activity->confirmed, "yes") == 0;
        if (differs) {
            add(&list, activity->fact, activity->kind, activity->on);
        }
    }
    for (size_t i = 0; i < delivery->n_views; i++) {
        const Vagval__V1__PersonView *view = delivery->views[i];
        for (size_t k = 0; k < view->n_points; k++) {
            const char *what = view->points[k]->what, *answer = view->points[k]->answer;
            if (strcmp(answer, "no_answer") == 0 || is_asked_again(delivery, i, what)) {
                continue;
            }
            if (provider_says_kept(&list, rules, view, what) != (strcmp(answer, "kept") == 0)) {
                add(&list, view->fact, what, view->on);
            }
        }
    }
    return list.count;
}
