/*
 * books.h: the ledger of one case, decided fact by fact as the service does, and what must hold of
 * it at every step: caps are kept, each batch sums to 0, only rises are posted, and what stands is
 * what is owed as known then.
 */
#ifndef VAGVAL_TESTS_PAYMENT_BOOKS_H
#define VAGVAL_TESTS_PAYMENT_BOOKS_H

#include "kit.h"

#define TOTALS_MAX 512

/* ---- caps and grants ---- */

static bool bounds(const struct vv_component *component, const struct vv_cap *cap)
{
    for (size_t i = 0; i < component->cap_count; i++) {
        if (component->caps[i] == cap) {
            return true;
        }
    }
    return false;
}

/* The days or amounts of a cap's room, summed, are at most the cap. The room is that of `owed`. */
static void check_room(const struct vv_entitlement *entitlement, const struct vv_owed *owed,
                       const struct vv_cap *cap)
{
    vv_money used = 0;
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *other = &entitlement->owed[i];
        vv_date start = owed->placement->start;
        bool same = cap->per_participant;
        if (!same && other->placement == owed->placement) {
            int months = 0; /* the block of `owed`, found by counting from the start */
            while (vv_date_add_months(start, months + cap->block_months) <= owed->block_day) {
                months += cap->block_months;
            }
            same = vv_date_add_months(start, months) <= other->block_day &&
                   other->block_day < vv_date_add_months(start, months + cap->block_months);
        }
        if (same && bounds(other->component, cap)) {
            used += cap->days > 0 ? other->days : other->amount;
        }
    }
    assert_true(used <= (cap->days > 0 ? cap->days : cap->amount));
}

/* A grant is never paid beyond its decision, nor a share beyond the appropriation's percent; once
 * all is known: a correction of a correction may come before the first one. */
KIT_UNUSED void check_awards(const struct vv_entitlement *entitlement)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        vv_money sum = 0;
        for (size_t k = 0; k < entitlement->count; k++) {
            const struct vv_owed *other = &entitlement->owed[k];
            bool same = vv_id_equal(other->contract, owed->contract) && other->order == owed->order;
            sum += same ? other->amount : 0;
        }
        if (owed->component->kind == VV_GRANT || owed->component->kind == VV_SHARE) {
            assert_true(owed->amount >= 0 && sum <= owed->most);
        }
    }
}

static void check_caps(const struct vv_entitlement *entitlement)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        for (size_t j = 0; j < owed->component->cap_count; j++) {
            check_room(entitlement, owed, owed->component->caps[j]);
        }
    }
}

/* ---- the ledger ---- */

struct books {
    struct vv_posted totals[TOTALS_MAX];
    vv_money most[TOTALS_MAX]; /* that was ever owed, per total */
    size_t count;
    vv_money expenses, providers;
    unsigned batches;
};

/* Whenever it is asked: what stands in the ledger is what is owed as known now. */
static void check_ledger(const struct books *books, const struct vv_entitlement *entitlement)
{
    vv_money stands = 0;
    vv_money owed = 0;
    for (size_t i = 0; i < books->count; i++) {
        stands += books->totals[i].posted + books->totals[i].proposed;
    }
    for (size_t i = 0; i < entitlement->count; i++) {
        owed += entitlement->owed[i].amount;
        assert_true(entitlement->owed[i].amount > 0);
    }
    assert_int_equal(stands, owed);
}

/* Decides once; returns the next due date. */
KIT_UNUSED vv_date decide(const struct kit *kit, const struct vv_scheme *scheme,
                          const struct vv_payment_fact *facts, size_t count, vv_date as_of,
                          struct books *books)
{
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    struct vv_posting *postings;
    size_t posting_count;
    kit_used = 0;
    assert_int_equal(vv_entitlement(facts, count, &kit->lookup, as_of, &kit_memory, &entitlement),
                     VV_OK);
    check_caps(&entitlement);
    assert_int_equal(
        vv_difference(&entitlement, books->totals, books->count, scheme, &kit_memory, &difference),
        VV_OK);
    assert_int_equal(vv_ledger_postings(&difference, &kit_memory, &postings, &posting_count),
                     VV_OK);
    vv_money sum = 0;
    for (size_t i = 0; i < posting_count; i++) {
        sum += postings[i].amount;
        vv_money *account =
            strncmp(postings[i].account, "expense:", 8) == 0 ? &books->expenses : &books->providers;
        *account += postings[i].amount;
    }
    assert_int_equal(sum, 0);
    for (size_t i = 0; i < difference.count; i++) {
        const struct vv_difference_line *line = &difference.lines[i];
        assert_true(line->proposal || line->amount > 0);
        assert_true(books->count < TOTALS_MAX);
        assert_int_equal(vv_posted_add(books->totals, &books->count, line->component, line->period,
                                       line->contract, line->amount, line->proposal),
                         VV_OK);
    }
    for (size_t i = 0; i < books->count; i++) {
        vv_money owed = books->totals[i].posted + books->totals[i].proposed;
        books->most[i] = owed > books->most[i] ? owed : books->most[i];
    }
    books->batches += difference.count > 0;
    check_ledger(books, &entitlement);
    return entitlement.next_due;
}

/* What stands for a key, posted and proposed together. */
KIT_UNUSED vv_money standing(const struct books *books, const char *component, vv_date period,
                             struct vv_id contract)
{
    for (size_t i = 0; i < books->count; i++) {
        const struct vv_posted *total = &books->totals[i];
        if (total->period == period && vv_id_equal(total->contract, contract) &&
            strcmp(total->component, component) == 0) {
            return total->posted + total->proposed;
        }
    }
    return 0;
}

#endif
