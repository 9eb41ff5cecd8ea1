/*
 * courses.h: random courses of a case for the properties of the payment rules: levels, placements
 * and changes of provider, ends, reports, obligations, units, jobs and studies with their evidence,
 * grants with payroll, appropriations with accounts of what was spent, and what became of
 * documents. Levels, areas, units and components are those of the scheme: one built by hand
 * (kit.h), or any file of deploy/schemes. Each kind of fact can be corrected: see corrected().
 */
#ifndef VAGVAL_TESTS_PAYMENT_COURSES_H
#define VAGVAL_TESTS_PAYMENT_COURSES_H

#include "kit.h"

#include <glob.h>
#include <stdio.h>

#include "../../support/random.h"

#define SHIPPED_MAX 16
#define COURSE_SPAN 250 /* days in which most of a course happens */

/* ---- the schemes that are shipped ---- */

static struct vv_scheme *shipped[SHIPPED_MAX];
static size_t shipped_count;

KIT_UNUSED int read_shipped(void **state)
{
    (void)state;
    static char yaml[1024 * 1024];
    glob_t files;
    assert_int_equal(glob("deploy/schemes/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc <= SHIPPED_MAX);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *file = fopen(files.gl_pathv[i], "rb");
        assert_non_null(file);
        size_t len = fread(yaml, 1, sizeof yaml, file);
        assert_true(len < sizeof yaml);
        (void)fclose(file);
        assert_int_equal(vv_scheme_parse(files.gl_pathv[i], yaml, len, &shipped[i], NULL), VV_OK);
    }
    shipped_count = files.gl_pathc;
    globfree(&files);
    return 0;
}

KIT_UNUSED int free_shipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < shipped_count; i++) {
        vv_scheme_destroy(&shipped[i]);
    }
    return 0;
}

/* ---- parts of a course ---- */

/* What a course is made from; `first` is its earliest day. */
struct course_of {
    struct kit *kit;
    const struct vv_scheme *scheme;
    vv_date first;
    unsigned day_of_its_own; /* counts decisions that must not share a day with each other */
};

static struct vv_payment_fact *course_add(struct course_of *course, enum vv_payment_fact_kind kind,
                                          vv_date on)
{
    struct kit *kit = course->kit;
    assert_true(kit->count < sizeof kit->facts / sizeof kit->facts[0]);
    struct vv_payment_fact *fact = &kit->facts[kit->count++];
    *fact = (struct vv_payment_fact){.kind = kind,
                                     .id = random_id(),
                                     .effective = on,
                                     .index = (uint32_t)kit->count,
                                     .on = on,
                                     .planned_end = VV_DATE_NONE};
    return fact;
}

static vv_date course_day(const struct course_of *course, unsigned span)
{
    return course->first + (vv_date)random_below(span);
}

/* One owner decides on reports, and its stream comes in its order: of two decisions of one day the
 * log says which was later, so no other order can happen. Others are of days of their own. */
static vv_date course_own_day(struct course_of *course)
{
    return course->first + 400 + (vv_date)course->day_of_its_own++;
}

static void course_levels(struct course_of *course)
{
    /* A scheme built by hand names its levels only in its prices. */
    static const struct vv_level by_hand[] = {{.code = "A"}, {.code = "B"}, {.code = "C"}};
    const struct vv_scheme *scheme = course->scheme;
    const struct vv_level *levels = scheme->level_count > 0 ? scheme->levels : by_hand;
    size_t count = scheme->level_count > 0 ? scheme->level_count : 3;
    for (unsigned i = 1 + random_below(4); i > 0; i--) {
        vv_date on = i == 1 ? course->first - (vv_date)random_below(9) : course_day(course, 150);
        struct vv_payment_fact *fact = course_add(course, VV_FACT_LEVEL, on);
        fact->level = levels[random_below((uint32_t)count)].code;
        fact->decided_on = fact->on + (vv_date)random_below(60);
        fact->referred = random_below(8) != 0;
    }
}

static const char *course_area(const struct course_of *course)
{
    return course->scheme->areas[random_below((uint32_t)course->scheme->area_count)].code;
}

static void course_placements(struct course_of *course)
{
    vv_date service = course->first;
    unsigned placements = 1 + random_below(3);
    int months = course->scheme->service_months > 0 ? course->scheme->service_months : 6;
    for (unsigned i = 0; i < placements; i++) {
        struct vv_payment_fact *fact =
            course_add(course, VV_FACT_PLACEMENT_START, course_day(course, 120));
        fact->subject = kit_id('P', (unsigned char)i);
        fact->contract = kit_id('C', (unsigned char)random_below(2));
        fact->area = course_area(course);
        fact->contract_number = "KA-1";
        service = random_below(2) == 0 ? fact->on : service;
        fact->service_start = service;
        fact->planned_end = vv_date_add_months(fact->on, months) - 1;
        vv_date start = fact->on;
        if (random_below(2) == 0) {
            vv_date last = start + (vv_date)random_below(200);
            course_add(course, VV_FACT_PLACEMENT_END, last)->subject =
                kit_id('P', (unsigned char)i);
        }
        if (random_below(3) == 0) { /* extended, perhaps although it has ended */
            vv_date last = start + (vv_date)random_below(400);
            course_add(course, VV_FACT_PLACEMENT_EXTENDED, last)->subject =
                kit_id('P', (unsigned char)i);
        }
    }
}

/* Reports and statements on obligations, of a contract or of whichever served. */
static void course_reports(struct course_of *course, enum vv_payment_fact_kind kind)
{
    for (unsigned i = random_below(9); i > 0; i--) {
        struct vv_payment_fact *fact = course_add(course, kind, course_own_day(course));
        fact->on = vv_date_month_start(course_day(course, COURSE_SPAN));
        fact->contract =
            random_below(2) == 0 ? fact->contract : kit_id('C', (unsigned char)random_below(2));
        fact->approved = random_below(4) != 0;
    }
}

/* The day after some placement's end: where a bonus begins, and a course of success mostly. */
static vv_date course_day_after(const struct course_of *course)
{
    const struct vv_payment_fact *last = NULL;
    for (size_t i = 0; i < course->kit->count; i++) {
        const struct vv_payment_fact *fact = &course->kit->facts[i];
        bool ends = fact->kind == VV_FACT_PLACEMENT_START || fact->kind == VV_FACT_PLACEMENT_END;
        last = ends && (last == NULL || random_below(2) == 0) ? fact : last;
    }
    return (last->kind == VV_FACT_PLACEMENT_END ? last->on : last->planned_end) + 1;
}

/* The document of a record: perhaps it is used elsewhere until its owner says no; it waits for a
 * person, who verifies or rejects it, or has not yet. */
static void course_document(struct course_of *course, struct vv_payment_fact *record)
{
    static const enum vv_document_state ends[] = {VV_DOCUMENT_VERIFIED, VV_DOCUMENT_VERIFIED,
                                                  VV_DOCUMENT_VERIFIED, VV_DOCUMENT_REJECTED};
    const struct vv_id id = record->id;
    bool claiming = random_below(3) == 0;
    vv_date day = record->effective + (vv_date)random_below(60);
    record->evidence = kit_evidence;
    record->document = claiming ? VV_DOCUMENT_CLAIMING : VV_DOCUMENT_WAITING;
    if (claiming && random_below(5) != 0) {
        struct vv_payment_fact *said = course_add(course, VV_FACT_EVIDENCE, day);
        said->subject = id;
        said->document = VV_DOCUMENT_WAITING;
    }
    if (random_below(5) != 0) {
        struct vv_payment_fact *said = course_add(course, VV_FACT_EVIDENCE, day + 1);
        said->subject = id;
        said->document = ends[random_below(4)];
        said->by = "bert";
    }
}

/* Some last, with a document and an income statement that cover eight months or more. */
static void course_outcomes(struct course_of *course)
{
    static const enum vv_payment_fact_kind kinds[] = {
        VV_FACT_OUTCOME_CONFIRM, VV_FACT_CORROBORATED, VV_FACT_OUTCOME_CONFIRM,
        VV_FACT_CORROBORATED,    VV_FACT_OUTCOME_END,  VV_FACT_OUTCOME_WITHDRAW};
    unsigned outcomes = random_below(4);
    for (unsigned i = 0; i < outcomes; i++) {
        bool lasts = random_below(2) == 0;
        vv_date start =
            random_below(3) == 0 ? course_day_after(course) : course_day(course, COURSE_SPAN);
        struct vv_payment_fact *fact = course_add(course, VV_FACT_OUTCOME_START, start);
        fact->subject = kit_id('O', (unsigned char)i);
        fact->job = random_below(2) == 0;
        fact->extent_percent = random_below(2) == 0 ? 100 : 50;
        for (unsigned j = 0, end = lasts ? 2 : random_below(5); j < end; j++) {
            enum vv_payment_fact_kind kind = kinds[lasts ? j : random_below(6)];
            kind = lasts && j == 0 && random_below(3) == 0 ? VV_FACT_OUTCOME_END : kind;
            struct vv_payment_fact *later = course_add(
                course, kind, start + (vv_date)(lasts ? 240 : 0) + (vv_date)random_below(300));
            later->subject = kit_id('O', (unsigned char)i);
            if (lasts || random_below(5) != 0) {
                course_document(course, later);
            }
        }
    }
}

static void course_units(struct course_of *course, const struct vv_component *component)
{
    for (unsigned i = random_below(6); i > 0; i--) {
        struct vv_payment_fact *fact =
            course_add(course, VV_FACT_UNIT, course_day(course, COURSE_SPAN));
        fact->code = component->award.unit;
        fact->contract =
            random_below(3) != 0 ? fact->contract : kit_id('C', (unsigned char)random_below(2));
        fact->quantity_hundredths = 1 + (int64_t)random_below(500);
        fact->approved = random_below(6) != 0;
        course_document(course, fact);
    }
}

static void course_grants(struct course_of *course, const struct vv_component *component,
                          unsigned char at)
{
    unsigned grants = random_below(3);
    for (unsigned i = 0; i < grants; i++) {
        struct vv_payment_fact *grant = course_add(course, VV_FACT_GRANT, course_day(course, 90));
        unsigned char number = (unsigned char)(at * 4 + i);
        vv_date start = grant->on;
        grant->subject = kit_id('G', number);
        grant->code = component->code;
        grant->area = course_area(course);
        grant->contract_number = "G";
        grant->amount = (vv_money)random_below(1200000);
        grant->through = start + (vv_date)random_below(200);
        grant->handed_over = random_below(6) == 0;
        for (unsigned j = random_below(7); j > 0; j--) {
            struct vv_payment_fact *payroll = course_add(
                course, VV_FACT_PAYROLL, vv_date_month_start(start + (vv_date)random_below(200)));
            payroll->subject = kit_id('G', number);
            payroll->amount = (vv_money)random_below(400000);
            payroll->final = random_below(4) == 0;
        }
    }
}

static void course_share(struct course_of *course, const struct vv_component *component,
                         unsigned char number)
{
    struct vv_payment_fact *fact =
        course_add(course, VV_FACT_APPROPRIATION, course_day(course, 60));
    vv_date start = fact->on;
    fact->subject = kit_id('S', number);
    fact->code = component->code;
    fact->area = course_area(course);
    fact->contract_number = "S";
    fact->amount = (vv_money)random_below(300000000);
    fact->through = start + (vv_date)random_below(600);
    for (unsigned j = random_below(5); j > 0; j--) {
        struct vv_payment_fact *cost =
            course_add(course, VV_FACT_COST, start + (vv_date)random_below(600));
        cost->subject = kit_id('S', number);
        cost->amount = (vv_money)random_below(100000000) - 5000000; /* credits, too */
        cost->final = random_below(3) == 0;
    }
}

/* Adds a course of the scheme to `kit`, from `first` on. */
static void random_course(struct kit *kit, const struct vv_scheme *scheme, vv_date first)
{
    struct course_of course = {.kit = kit, .scheme = scheme, .first = first};
    course_levels(&course);
    course_placements(&course);
    course_reports(&course, VV_FACT_REPORT);
    course_reports(&course, VV_FACT_OBLIGATIONS);
    course_outcomes(&course);
    for (size_t i = 0; i < scheme->component_count; i++) {
        const struct vv_component *component = &scheme->components[i];
        if (component->kind == VV_PER_UNIT) {
            course_units(&course, component);
        } else if (component->kind == VV_GRANT) {
            course_grants(&course, component, (unsigned char)i);
        } else if (component->kind == VV_SHARE) {
            course_share(&course, component, (unsigned char)i);
        }
    }
}

/* ---- corrections ---- */

static const char *other_level(const struct vv_scheme *scheme, const char *level)
{
    for (size_t i = 0; i < scheme->level_count; i++) {
        if (strcmp(scheme->levels[i].code, level) != 0 && random_below(2) == 0) {
            return scheme->levels[i].code;
        }
    }
    return level;
}

/* The fact as somebody corrects it: another fact of the same kind, or one that says nothing, in the
 * old one's place. */
static struct vv_payment_fact corrected(const struct vv_payment_fact *fact,
                                        const struct vv_scheme *scheme)
{
    struct vv_payment_fact other = *fact;
    other.id = random_id();
    other.supersedes = fact->id;
    int days = (int)random_below(60) - 30;
    switch (random_below(4) != 0 ? (int)fact->kind : -1) {
    case VV_FACT_LEVEL:
        other.level = other_level(scheme, fact->level);
        break;
    case VV_FACT_EVIDENCE:
        other.document =
            fact->document == VV_DOCUMENT_VERIFIED ? VV_DOCUMENT_REJECTED : VV_DOCUMENT_VERIFIED;
        break;
    case VV_FACT_REPORT:
    case VV_FACT_OBLIGATIONS:
        other.approved = !fact->approved;
        break;
    case VV_FACT_UNIT:
        other.quantity_hundredths = 1 + (int64_t)random_below(500);
        other.approved = random_below(3) != 0;
        break;
    case VV_FACT_GRANT:
    case VV_FACT_APPROPRIATION:
        other.through += days;
        other.amount = (vv_money)random_below(1200000);
        break;
    case VV_FACT_PAYROLL:
    case VV_FACT_COST:
        other.amount = (vv_money)random_below(1200000);
        other.final = !fact->final;
        break;
    case VV_FACT_OUTCOME_START:
        other.extent_percent = 150 - fact->extent_percent;
        other.on += days;
        break;
    case VV_FACT_PLACEMENT_START:
    case VV_FACT_PLACEMENT_END:
    case VV_FACT_PLACEMENT_EXTENDED:
    case VV_FACT_OUTCOME_CONFIRM:
    case VV_FACT_CORROBORATED:
    case VV_FACT_OUTCOME_END:
        other.on += days;
        break;
    default: /* taken back */
        other.kind = VV_FACT_OTHER;
    }
    return other;
}

/* Adds corrections of facts that stand; some are corrected in their turn. */
KIT_UNUSED void random_corrections(struct kit *kit, const struct vv_scheme *scheme)
{
    for (unsigned i = random_below(5); i > 0; i--) {
        size_t at = random_below((uint32_t)kit->count);
        for (size_t k = 0; k < kit->count; k++) { /* a further one names the one that it replaces */
            at = vv_id_equal(kit->facts[k].supersedes, kit->facts[at].id) ? k : at;
        }
        assert_true(kit->count < sizeof kit->facts / sizeof kit->facts[0]);
        kit->facts[kit->count] = corrected(&kit->facts[at], scheme);
        kit->count++;
    }
}

/* A scheme that is shipped, and a course of it; returns the course's earliest day. */
static vv_date random_shipped_course(struct kit *kit, const struct vv_scheme *scheme)
{
    kit_reset(kit);
    kit->lookup = (struct vv_scheme_lookup){.on = kit_on, .context = scheme};
    /* Areas of STOM are closed, and others opened, in its sixth year. */
    vv_date first = scheme->from + (vv_date)random_below(scheme->areas_limited ? 2300 : 300);
    random_course(kit, scheme, first);
    return first;
}

/* ---- random terms of payment ---- */

enum { MONTHS = KIT_RESULT + 1, PARTS, BONUS, COMPONENTS };

#define CAPS 3
static struct vv_cap caps[CAPS];
static const struct vv_cap *applying[COMPONENTS][CAPS];
static const struct vv_instalment parts[] = {{0, 30}, {45, 30}, {100, 40}};
static const char *const capped[CAPS][3] = {
    {"base"}, {"base", "premium", "result"}, {"months", "parts", "bonus"}};
static const size_t capped_count[CAPS] = {1, 3, 3};

static void add_components(struct kit *kit)
{
    kit->components[MONTHS] = kit->components[KIT_BASE];
    kit->components[MONTHS].code = "months";
    kit->components[MONTHS].kind = VV_PER_MONTH;
    kit->components[MONTHS].service_months = true;
    kit->components[MONTHS].first_due_days = (int)random_below(28);
    kit->components[PARTS] = kit->components[KIT_BASE];
    kit->components[PARTS].code = "parts";
    kit->components[PARTS].kind = VV_INSTALMENTS;
    kit->components[PARTS].price_on = VV_ON_PLACEMENT_START;
    kit->components[PARTS].instalments = parts;
    kit->components[PARTS].instalment_count = 3;
    kit->components[BONUS] = kit->components[KIT_RESULT];
    kit->components[BONUS].code = "bonus";
    kit->components[BONUS].kind = VV_SUSTAINED;
    kit->components[BONUS].sustained_months = 1 + (int)random_below(3);
    kit->scheme.component_count = COMPONENTS;
    for (int i = 0; i < COMPONENTS; i++) {
        struct vv_component *component = &kit->components[i];
        bool on_outcome = i == KIT_PREMIUM || i == KIT_RESULT || i == BONUS;
        component->verified = on_outcome && random_below(3) == 0;
        component->pay_if_met = !on_outcome && random_below(2) == 0;
        if (on_outcome) {
            component->extent = (enum vv_extent)random_below(3);
            component->price_on =
                random_below(3) == 0 ? VV_ON_PLACEMENT_START : VV_ON_OUTCOME_START;
            component->evidence = (enum vv_evidence)random_below(4);
        }
    }
    kit->components[KIT_RESULT].part_of = random_below(2) == 0 ? 3 : 0;
    kit->components[KIT_RESULT].part_take = 1 + (int)random_below(3);
}

/* Days of base, an amount of base, premium and result, and one of the other kinds. */
static void add_caps(struct kit *kit)
{
    for (int i = 0; i < CAPS; i++) {
        bool participant = i == CAPS - 1 || random_below(2) == 0;
        caps[i] = (struct vv_cap){.days = i == 0 ? 1 + (int)random_below(60) : 0,
                                  .amount = i == 0 ? 0 : 1 + (vv_money)random_below(2000000),
                                  .per_participant = participant,
                                  .block_months = participant ? 0 : 2,
                                  .components = capped[i],
                                  .component_count = capped_count[i]};
    }
    for (int i = 0; i < COMPONENTS; i++) {
        struct vv_component *component = &kit->components[i];
        component->caps = applying[i];
        for (int j = 0; j < CAPS; j++) {
            bool applies = (j == 0 && i == KIT_BASE && component->kind == VV_PER_DAY) ||
                           (j == 1 && i <= KIT_RESULT) || (j == 2 && i > KIT_RESULT);
            if (applies && random_below(4) != 0) {
                applying[i][component->cap_count++] = &caps[j];
                component->block_months =
                    caps[j].block_months > 0 ? caps[j].block_months : component->block_months;
            }
        }
    }
}

static void random_terms(struct kit *kit)
{
    kit_reset(kit);
    if (random_below(2) == 0) {
        add_components(kit);
    }
    kit->components[KIT_BASE].pay_if_report = random_below(2) == 0;
    kit->components[KIT_BASE].kind = random_below(3) == 0 ? VV_PER_MONTH : VV_PER_DAY;
    kit->components[KIT_PREMIUM].requires_result = random_below(4) == 0;
    kit->components[KIT_RESULT].max_gap_days = (int)random_below(2);
    if (kit->scheme.component_count == COMPONENTS) {
        add_caps(kit);
    }
}

static const struct vv_scheme *course_scheme; /* of the course at hand */
static vv_date course_first;                  /* its earliest day */

/* Every other course is of a scheme that is shipped, in turn; the others have terms of their own.
 */
KIT_UNUSED void next_course(struct kit *kit, unsigned number)
{
    if (number % 2 == 0) {
        course_scheme = shipped[number / 2 % shipped_count];
        course_first = random_shipped_course(kit, course_scheme);
    } else {
        random_terms(kit);
        course_scheme = &kit->scheme;
        course_first = day("2020-03-01");
        random_course(kit, course_scheme, course_first);
    }
}

#endif
