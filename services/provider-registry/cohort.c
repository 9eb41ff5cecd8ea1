/*
 * cohort.c: from the facts of one case to its share in the results of contracts.
 *
 * A result counts for a month when its milestone day lies on or before the month's last day,
 * whenever it is approved: so a later computation of the same month differs from the published one
 * only by what was approved, withdrawn or corrected since.
 */
#include "cohort.h"

#include <assert.h>

struct reader {
    const struct vv_history *facts;
    size_t count;
    int64_t known_ms;
    bool second_source, verified;
};

/* The next known fact of a kind from position `at`; count when there is none. */
static size_t next(const struct reader *reader, size_t at, enum vv_history_kind kind)
{
    while (at < reader->count &&
           (reader->facts[at].kind != kind || reader->facts[at].recorded_ms > reader->known_ms)) {
        at++;
    }
    return at;
}

static bool is_superseded(const struct reader *reader, struct vv_id fact)
{
    for (size_t i = 0; i < reader->count; i++) {
        if (reader->facts[i].recorded_ms <= reader->known_ms &&
            vv_id_equal(reader->facts[i].supersedes, fact)) {
            return true;
        }
    }
    return false;
}

/* rules 4: of the decisions that have begun on the day the one that began last; of those the one
 * that was decided last, and of those the one recorded last. */
static int level_on(const struct reader *reader, const struct vv_rating_rules *rules, vv_date on)
{
    const struct vv_history *best = NULL;

    for (size_t i = next(reader, 0, VV_HISTORY_LEVEL); i < reader->count;
         i = next(reader, i + 1, VV_HISTORY_LEVEL)) {
        const struct vv_history *fact = &reader->facts[i];
        bool later = best == NULL || fact->on > best->on ||
                     (fact->on == best->on && fact->decided_on >= best->decided_on);
        if (fact->on <= on && later) {
            best = fact;
        }
    }
    return best == NULL ? -1 : vv_rating_level_index(rules, best->level);
}

/* ---- placements ---- */

/* Last day of the placement at position `at`: an end that was recorded after it and before the next
 * one, or the day before the next one starts. */
static vv_date last_day(const struct reader *reader, size_t at)
{
    size_t following = next(reader, at + 1, VV_HISTORY_PLACED);
    size_t end = next(reader, at + 1, VV_HISTORY_ENDED);
    vv_date last = VV_DATE_MAX;

    if (following < reader->count) {
        last = reader->facts[following].on - 1;
    }
    if (end < following && reader->facts[end].on < last) {
        last = reader->facts[end].on;
    }
    return last;
}

/* The placement that a start on `on` counts for: the one that runs on that day, else the one that
 * ran on the day before (rules 10). */
static const struct vv_history *serving(const struct reader *reader, vv_date on)
{
    const struct vv_history *found = NULL;

    for (size_t i = next(reader, 0, VV_HISTORY_PLACED); i < reader->count;
         i = next(reader, i + 1, VV_HISTORY_PLACED)) {
        if (reader->facts[i].on <= on && last_day(reader, i) >= on - 1) {
            found = &reader->facts[i]; /* the last one: the switch day is the new contract's */
        }
    }
    return found;
}

static struct vv_participation *find(struct vv_participation *list, size_t count,
                                     struct vv_id contract)
{
    for (size_t i = 0; i < count; i++) {
        if (vv_id_equal(list[i].contract, contract)) {
            return &list[i];
        }
    }
    return NULL;
}

/* ---- results ---- */

static bool is_withdrawn(const struct reader *reader, struct vv_id outcome)
{
    for (size_t i = next(reader, 0, VV_HISTORY_WITHDRAWN); i < reader->count;
         i = next(reader, i + 1, VV_HISTORY_WITHDRAWN)) {
        if (vv_id_equal(reader->facts[i].outcome, outcome)) {
            return true;
        }
    }
    return false;
}

/* Where the scheme asks for verified documents, a record counts from its verification on. */
static bool counts(const struct reader *reader, const struct vv_history *fact)
{
    bool by_document = fact->kind == VV_HISTORY_CONFIRM || fact->kind == VV_HISTORY_CORROBORATE;

    for (size_t i = 0; reader->verified && by_document && i < reader->count; i++) {
        if (reader->facts[i].kind == VV_HISTORY_DOCUMENT &&
            reader->facts[i].recorded_ms <= reader->known_ms &&
            vv_id_equal(reader->facts[i].verifies, fact->fact)) {
            return true;
        }
    }
    return !reader->verified || !by_document;
}

/* The furthest day that a standing fact of a kind says of an outcome; `otherwise` when none does.
 */
static vv_date furthest(const struct reader *reader, const struct vv_history *start,
                        enum vv_history_kind kind, vv_date otherwise)
{
    vv_date day = otherwise;

    for (size_t i = next(reader, 0, kind); i < reader->count; i = next(reader, i + 1, kind)) {
        const struct vv_history *fact = &reader->facts[i];
        if (vv_id_equal(fact->outcome, start->outcome) && fact->on > day &&
            !is_superseded(reader, fact->fact) && counts(reader, fact)) {
            day = fact->on;
        }
    }
    return day;
}

/* The last day of an outcome that is proved: the furthest confirmation that stands, where the
 * scheme says so no further than the income statements, at most the outcome's end (one end stands
 * at a time). Without any only the start day counts. */
static vv_date proved_through(const struct reader *reader, const struct vv_history *start)
{
    vv_date through = furthest(reader, start, VV_HISTORY_CONFIRM, start->on);
    vv_date end = furthest(reader, start, VV_HISTORY_OUTCOME_END, VV_DATE_MIN);

    if (reader->second_source) {
        vv_date other = furthest(reader, start, VV_HISTORY_CORROBORATE, start->on);
        through = other < through ? other : through;
    }
    return end != VV_DATE_MIN && end < through ? end : through;
}

/* One outcome that follows another without a free day continues it (rules 2). */
static vv_date chained_through(const struct reader *reader, const struct vv_history *start)
{
    vv_date through = proved_through(reader, start);
    bool further = true;

    while (further) {
        further = false;
        for (size_t i = next(reader, 0, VV_HISTORY_OUTCOME); i < reader->count;
             i = next(reader, i + 1, VV_HISTORY_OUTCOME)) {
            const struct vv_history *other = &reader->facts[i];
            if (other->on > through + 1 || other->on < start->on ||
                is_withdrawn(reader, other->outcome)) {
                continue;
            }
            vv_date reaches = proved_through(reader, other);
            if (reaches > through) {
                through = reaches;
                further = true;
            }
        }
    }
    return through;
}

static void enter_results(const struct reader *reader, const struct vv_rating_rules *rules,
                          const struct vv_cohort *cohort, struct vv_participation *list,
                          size_t count)
{
    for (size_t i = next(reader, 0, VV_HISTORY_OUTCOME); i < reader->count;
         i = next(reader, i + 1, VV_HISTORY_OUTCOME)) {
        const struct vv_history *start = &reader->facts[i];
        const struct vv_history *placement = serving(reader, start->on);
        if (placement == NULL || is_withdrawn(reader, start->outcome)) {
            continue;
        }
        struct vv_participation *participation = find(list, count, placement->contract);
        if (participation == NULL || placement->on < participation->start) {
            continue;
        }
        vv_date through = chained_through(reader, start);
        vv_date rr1 = vv_date_add_months(start->on, rules->rr1_months);
        vv_date rr2 = vv_date_add_months(start->on, rules->rr2_months);
        participation->rr1 |= through >= rr1 - 1 && rr1 <= cohort->through;
        participation->rr2 |= through >= rr2 - 1 && rr2 <= cohort->through;
    }
}

size_t vv_cohort_participations(const struct vv_history *facts, size_t count, int64_t known_ms,
                                const struct vv_rating_rules *rules, const struct vv_cohort *cohort,
                                struct vv_participation *ret_list, size_t cap)
{
    const struct reader reader = {.facts = facts,
                                  .count = count,
                                  .known_ms = known_ms,
                                  .second_source = rules->second_source,
                                  .verified = rules->verified};
    size_t found = 0;

    for (size_t i = next(&reader, 0, VV_HISTORY_PLACED); i < count;
         i = next(&reader, i + 1, VV_HISTORY_PLACED)) {
        const struct vv_history *placed = &facts[i];
        bool inside = placed->on >= cohort->from && placed->on <= cohort->to;
        if (!inside || find(ret_list, found, placed->contract) != NULL) {
            continue;
        }
        assert(found < cap);
        ret_list[found++] = (struct vv_participation){
            .contract = placed->contract,
            .start = placed->on,
            .level = level_on(&reader, rules, placed->on),
        };
    }
    if (found > 0) {
        enter_results(&reader, rules, cohort, ret_list, found);
    }
    return found;
}

const char *vv_revision_code(enum vv_revision revision)
{
    static const char *const codes[VV_REVISIONS] = {
        [VV_REVISION_PLACED] = "placement.late",
        [VV_REVISION_LEVEL] = "level.corrected",
        [VV_REVISION_LATE] = "result.late",
        [VV_REVISION_WITHDRAWN] = "result.withdrawn",
    };

    return codes[revision];
}

void vv_cohort_revisions(const struct vv_participation *then, const struct vv_participation *now,
                         uint32_t ret_counts[static VV_REVISIONS])
{
    if (then == NULL) {
        ret_counts[VV_REVISION_PLACED]++;
        return;
    }
    ret_counts[VV_REVISION_LEVEL] += then->level != now->level ? 1 : 0;
    ret_counts[VV_REVISION_LATE] +=
        (uint32_t)(now->rr1 && !then->rr1) + (uint32_t)(now->rr2 && !then->rr2);
    ret_counts[VV_REVISION_WITHDRAWN] +=
        (uint32_t)(then->rr1 && !now->rr1) + (uint32_t)(then->rr2 && !now->rr2);
}
