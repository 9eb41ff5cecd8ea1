/*
 * course.c: placements, outcomes, levels and reports, from ordered facts.
 *
 * Where two facts speak of the same thing, the later one in the order (effective date, id) counts.
 * Facts about a placement or outcome that is not known yet wait: they take effect when it comes.
 */
#include "course.h"

#include <string.h>

void *vv_memory_zeroed(ProtobufCAllocator *memory, size_t size)
{
    size_t rounded = (size + 15) / 16 * 16;
    void *bytes = memory->alloc(memory->allocator_data, rounded > 0 ? rounded : 16);
    if (bytes != NULL) {
        memset(bytes, 0, rounded);
    }
    return bytes;
}

/* Rules 4: a re-assessment acts from its decision date, a correction from the date of the decision
 * that it corrects; of two from the same day the later decided counts. */
static bool level_before(const struct vv_payment_fact *a, const struct vv_payment_fact *b)
{
    if (a->on != b->on) {
        return a->on < b->on;
    }
    if (a->decided_on != b->decided_on) {
        return a->decided_on < b->decided_on;
    }
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes) < 0;
}

static void add_level(struct vv_course *course, const struct vv_payment_fact *fact)
{
    size_t at = course->level_count++;
    for (; at > 0 && level_before(fact, course->levels[at - 1].fact); at--) {
        course->levels[at] = course->levels[at - 1];
    }
    course->levels[at] = (struct vv_level_span){fact->on, fact};
}

static struct vv_placement *find_placement(struct vv_course *course, struct vv_id id)
{
    for (size_t i = 0; i < course->placement_count; i++) {
        if (vv_id_equal(course->placements[i].id, id)) {
            return &course->placements[i];
        }
    }
    return NULL;
}

static void add_placement(struct vv_course *course, const struct vv_payment_fact *fact)
{
    struct vv_placement *placement = find_placement(course, fact->subject);
    if (placement == NULL) {
        placement = &course->placements[course->placement_count++];
    }
    *placement = (struct vv_placement){
        .id = fact->subject,
        .contract = fact->contract,
        .area = fact->area,
        .start = fact->on,
        .last = fact->planned_end == VV_DATE_NONE ? VV_DATE_MAX : fact->planned_end,
        .service_start = fact->service_start,
        .started = fact,
    };
}

static struct vv_outcome_span *find_outcome(struct vv_course *course, struct vv_id id)
{
    for (size_t i = 0; i < course->outcome_count; i++) {
        if (vv_id_equal(course->outcomes[i].id, id)) {
            return &course->outcomes[i];
        }
    }
    return NULL;
}

static void add_outcome(struct vv_course *course, const struct vv_payment_fact *fact)
{
    struct vv_outcome_span *outcome = find_outcome(course, fact->subject);
    if (outcome == NULL) {
        outcome = &course->outcomes[course->outcome_count++];
    }
    *outcome = (struct vv_outcome_span){
        .id = fact->subject,
        .start = fact->on,
        .job = fact->job,
        .started = fact,
    };
    for (size_t i = 0; i < VV_PROOFS; i++) {
        /* no evidence, no pay: only the start day */
        outcome->proofs[i] =
            (struct vv_proof){.through = fact->on, .corroborated_through = fact->on};
    }
}

static struct vv_document_span *find_document(const struct vv_course *course, struct vv_id record)
{
    for (size_t i = 0; i < course->document_count; i++) {
        if (vv_id_equal(course->documents[i].record, record)) {
            return &course->documents[i];
        }
    }
    return NULL;
}

/* The furthest state counts, whatever came first: a document that was verified or rejected waits no
 * more, and its owner never says both. */
static void add_document(struct vv_course *course, const struct vv_payment_fact *fact)
{
    struct vv_document_span *document = find_document(course, fact->subject);
    if (document == NULL) {
        document = &course->documents[course->document_count++];
        *document = (struct vv_document_span){fact->subject, fact->document, fact};
    } else if (fact->document > document->state) {
        document->state = fact->document;
        document->fact = fact;
    }
}

static void add_report(struct vv_report_state *reports, size_t *count,
                       const struct vv_payment_fact *fact)
{
    size_t at = 0;
    while (at < *count &&
           (reports[at].month != fact->on || !vv_id_equal(reports[at].contract, fact->contract))) {
        at++;
    }
    if (at == *count) {
        (*count)++;
    } else if (reports[at].fact->effective == fact->effective &&
               reports[at].fact->index > fact->index) {
        /* Approved and withdrawn on one day: ids say nothing about which came first, but one owner
         * decides on reports and its stream comes in its order, so the log index does. */
        return;
    }
    reports[at] = (struct vv_report_state){fact->on, fact->contract, fact->approved, fact};
}

/* First pass: what there is. */
static void add_subject(struct vv_course *course, const struct vv_payment_fact *fact)
{
    if (fact->kind == VV_FACT_LEVEL && fact->referred) {
        add_level(course, fact);
    } else if (fact->kind == VV_FACT_PLACEMENT_START) {
        add_placement(course, fact);
    } else if (fact->kind == VV_FACT_REPORT) {
        add_report(course->reports, &course->report_count, fact);
    } else if (fact->kind == VV_FACT_OBLIGATIONS) {
        add_report(course->obligations, &course->obligation_count, fact);
    } else if (fact->kind == VV_FACT_EVIDENCE) {
        add_document(course, fact);
    } else if (fact->kind == VV_FACT_OUTCOME_START) {
        add_outcome(course, fact);
    }
}

const struct vv_payment_fact *vv_course_document(const struct vv_course *course,
                                                 const struct vv_payment_fact *record)
{
    const struct vv_document_span *document = find_document(course, record->id);
    return document == NULL ? NULL : document->fact;
}

bool vv_course_proves(const struct vv_course *course, const struct vv_payment_fact *record,
                      bool verified)
{
    if (record->evidence == NULL) {
        return false;
    }
    const struct vv_document_span *said = find_document(course, record->id);
    enum vv_document_state state = said == NULL ? record->document : said->state;
    return state == VV_DOCUMENT_VERIFIED || (!verified && state == VV_DOCUMENT_WAITING);
}

static void add_proof(struct vv_proof *proof, const struct vv_payment_fact *fact)
{
    if (fact->kind == VV_FACT_CORROBORATED) {
        if (fact->on >= proof->corroborated_through) {
            proof->corroborated_through = fact->on;
            proof->corroborated = fact;
        }
        return;
    }
    proof->documented = fact;
    if (fact->on > proof->through) {
        proof->through = fact->on;
        proof->evidence = fact;
    }
}

static void apply_to_outcome(struct vv_course *course, const struct vv_payment_fact *fact)
{
    struct vv_outcome_span *outcome = find_outcome(course, fact->subject);
    if (outcome == NULL) {
        return;
    }
    if (fact->kind == VV_FACT_OUTCOME_WITHDRAW) {
        outcome->withdrawn = true;
        return;
    }
    if (fact->kind == VV_FACT_OUTCOME_END) {
        outcome->ended = fact;
    }
    for (enum vv_proof_of i = VV_PROOF_RECORDED; i < VV_PROOFS; i++) {
        if (vv_course_proves(course, fact, i == VV_PROOF_VERIFIED)) {
            add_proof(&outcome->proofs[i], fact);
        }
    }
}

/* An end bounds whatever was confirmed, before or after it. Without a document of its own it proves
 * no day. */
static void bound_by_ends(struct vv_course *course)
{
    for (size_t i = 0; i < course->outcome_count; i++) {
        struct vv_outcome_span *outcome = &course->outcomes[i];
        for (size_t k = 0; outcome->ended != NULL && k < VV_PROOFS; k++) {
            if (outcome->ended->on < outcome->proofs[k].through) {
                outcome->proofs[k].through = outcome->ended->on;
                outcome->proofs[k].evidence = outcome->ended;
            }
        }
    }
}

/* Second pass: what then happened to it. An end counts whether it is told before or after. */
static void add_change(struct vv_course *course, const struct vv_payment_fact *fact)
{
    if (fact->kind == VV_FACT_PLACEMENT_EXTENDED) {
        struct vv_placement *placement = find_placement(course, fact->subject);
        if (placement != NULL && placement->ended == NULL && fact->on > placement->last) {
            placement->last = fact->on;
        }
    } else if (fact->kind == VV_FACT_PLACEMENT_END) {
        struct vv_placement *placement = find_placement(course, fact->subject);
        if (placement != NULL) {
            placement->last = fact->on;
            placement->ended = fact;
        }
    } else if (fact->kind == VV_FACT_OUTCOME_CONFIRM || fact->kind == VV_FACT_OUTCOME_END ||
               fact->kind == VV_FACT_OUTCOME_WITHDRAW || fact->kind == VV_FACT_CORROBORATED) {
        apply_to_outcome(course, fact);
    }
}

static bool starts_before(vv_date a_start, struct vv_id a, vv_date b_start, struct vv_id b)
{
    return a_start != b_start ? a_start < b_start : memcmp(a.bytes, b.bytes, sizeof a.bytes) < 0;
}

static void sort_and_cut_placements(struct vv_course *course)
{
    struct vv_placement *placements = course->placements;
    for (size_t i = 1; i < course->placement_count; i++) {
        struct vv_placement moving = placements[i];
        size_t at = i;
        for (; at > 0 && starts_before(moving.start, moving.id, placements[at - 1].start,
                                       placements[at - 1].id);
             at--) {
            placements[at] = placements[at - 1];
        }
        placements[at] = moving;
    }
    /* Rules 10: the switch day is the new contract's, whether or not the old end is known yet. */
    for (size_t i = 0; i + 1 < course->placement_count; i++) {
        if (placements[i].last >= placements[i + 1].start) {
            placements[i].last = placements[i + 1].start - 1;
            placements[i].ended = placements[i + 1].started;
        }
    }
}

static void sort_outcomes_without_withdrawn(struct vv_course *course)
{
    struct vv_outcome_span *outcomes = course->outcomes;
    size_t kept = 0;
    for (size_t i = 0; i < course->outcome_count; i++) {
        if (outcomes[i].withdrawn) {
            continue;
        }
        struct vv_outcome_span moving = outcomes[i];
        size_t at = kept++;
        for (; at > 0 &&
               starts_before(moving.start, moving.id, outcomes[at - 1].start, outcomes[at - 1].id);
             at--) {
            outcomes[at] = outcomes[at - 1];
        }
        outcomes[at] = moving;
    }
    course->outcome_count = kept;
}

/* Rules 5: the last paid day is the day before a full-extent job or study start, for the rest of
 * the service period: a change of provider does not begin the paid days anew. */
static void cut_base(struct vv_course *course)
{
    for (size_t i = 0; i < course->placement_count; i++) {
        struct vv_placement *placement = &course->placements[i];
        placement->base_last = placement->last;
        for (size_t j = 0; j < course->outcome_count; j++) {
            const struct vv_outcome_span *outcome = &course->outcomes[j];
            if (outcome->started->extent_percent >= 100 &&
                outcome->start >= placement->service_start &&
                outcome->start <= placement->base_last) {
                placement->base_last = outcome->start - 1;
                placement->base_cut = outcome->started;
            }
        }
    }
}

enum vv_status vv_course_build(const struct vv_payment_fact *facts, size_t count,
                               ProtobufCAllocator *memory, struct vv_course *ret_course)
{
    size_t kinds[VV_FACT_OTHER + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        kinds[facts[i].kind]++;
    }
    const struct vv_payment_fact **ordered = vv_memory_zeroed(memory, count * sizeof ordered[0]);
    struct vv_course course = {
        .levels = vv_memory_zeroed(memory, kinds[VV_FACT_LEVEL] * sizeof *course.levels),
        .placements =
            vv_memory_zeroed(memory, kinds[VV_FACT_PLACEMENT_START] * sizeof *course.placements),
        .outcomes =
            vv_memory_zeroed(memory, kinds[VV_FACT_OUTCOME_START] * sizeof *course.outcomes),
        .reports = vv_memory_zeroed(memory, kinds[VV_FACT_REPORT] * sizeof *course.reports),
        .obligations =
            vv_memory_zeroed(memory, kinds[VV_FACT_OBLIGATIONS] * sizeof *course.obligations),
        .documents = vv_memory_zeroed(memory, kinds[VV_FACT_EVIDENCE] * sizeof *course.documents),
    };
    if (ordered == NULL || course.levels == NULL || course.placements == NULL ||
        course.outcomes == NULL || course.reports == NULL || course.obligations == NULL ||
        course.documents == NULL) {
        return VV_NO_MEMORY;
    }
    size_t used = vv_payment_facts_order(facts, count, ordered);
    course.ordered = ordered;
    course.ordered_count = used;
    course.has_units = kinds[VV_FACT_UNIT] > 0;
    course.has_grants = kinds[VV_FACT_GRANT] > 0;
    course.has_appropriations = kinds[VV_FACT_APPROPRIATION] > 0;
    for (size_t i = 0; i < used; i++) {
        add_subject(&course, ordered[i]);
    }
    for (size_t i = 0; i < used; i++) {
        add_change(&course, ordered[i]);
    }
    bound_by_ends(&course);
    sort_and_cut_placements(&course);
    sort_outcomes_without_withdrawn(&course);
    cut_base(&course);
    *ret_course = course;
    return VV_OK;
}

const struct vv_placement *vv_course_serving(const struct vv_course *course, vv_date on)
{
    const struct vv_placement *day_before = NULL;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (placement->start <= on && on <= placement->last) {
            return placement;
        }
        if (placement->start <= on - 1 && on - 1 <= placement->last) {
            day_before = placement;
        }
    }
    return day_before;
}

static const struct vv_report_state *report_of(const struct vv_report_state *reports, size_t count,
                                               vv_date month, struct vv_id contract)
{
    const struct vv_report_state *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct vv_report_state *report = &reports[i];
        if (report->month != month) {
            continue;
        }
        if (vv_id_equal(report->contract, contract)) {
            return report;
        }
        if (vv_id_is_nil(report->contract)) {
            found = report;
        }
    }
    return found;
}

const struct vv_report_state *vv_course_report(const struct vv_course *course, vv_date month,
                                               struct vv_id contract)
{
    return report_of(course->reports, course->report_count, month, contract);
}

const struct vv_report_state *vv_course_obligations(const struct vv_course *course, vv_date month,
                                                    struct vv_id contract)
{
    return report_of(course->obligations, course->obligation_count, month, contract);
}
