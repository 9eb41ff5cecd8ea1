/*
 * timeline.c: a case's course in words, Swedish and English. Lines come from the facts; the offer
 * and a placement's end as planned are decisions without a fact of their own and come from the
 * record.
 */
#include "timeline.h"

#include <string.h>

#include "vagval/money.h"

#include "choice.h"
#include "obligations.h"
#include "report.h"
#include "vagval/limits.h"

enum vv_status vv_fact_body(const struct vv_call *call, const Vagval__V1__Fact *fact,
                            ProtobufCMessage **ret_body)
{
    const struct vv_message_row *row = vv_message_row((uint16_t)fact->type);

    if (row == NULL || row->descriptor == NULL) {
        return VV_CORRUPT;
    }
    struct vv_record record = {.exists = true, .body = fact->body.data, .body_len = fact->body.len};
    return vv_record_unpack(call, fact->body.data != NULL ? &record : &(struct vv_record){0},
                            row->descriptor, ret_body);
}

/* What one line says. */
struct words {
    const char *code;
    const char *en;
    const char *sv;
};

static void add_line(struct vv_work *work, Vagval__V1__CaseView *view, vv_date effective,
                     const Vagval__V1__Fact *fact, struct words words)
{
    Vagval__V1__TimelineEntry *line = vv_work_alloc(work, sizeof *line);

    if (line == NULL || words.en == NULL || words.sv == NULL) {
        work->exhausted = true;
        return;
    }
    vagval__v1__timeline_entry__init(line);
    line->effective = effective;
    line->service = VV_REGISTRY_SOURCE;
    line->code = (char *)(uintptr_t)words.code;
    line->text_en = (char *)(uintptr_t)words.en;
    line->text_sv = (char *)(uintptr_t)words.sv;
    if (fact != NULL) {
        line->recorded_ms = fact->recorded_ms;
        line->fact = fact->id;
        line->index = fact->index;
    }
    view->timeline = vv_work_grown(work, view->timeline, &view->n_timeline, line);
}

static struct words level_words(struct vv_work *work, const Vagval__V1__LevelDecided *body)
{
    struct vv_arena *arena = work->call->arena;

    if (body->referred) {
        return (struct words){
            "registry.level",
            vv_arena_format(arena, "Level %s: referred to a provider", body->level),
            vv_arena_format(arena, "Nivå %s: anvisas till leverantör", body->level)};
    }
    return (struct words){"registry.level",
                          vv_arena_format(arena, "Level %s: not referred", body->level),
                          vv_arena_format(arena, "Nivå %s: anvisas inte", body->level)};
}

static const Vagval__V1__CasePlacement *placement_of_choice(const Vagval__V1__RegistryCase *entry,
                                                            ProtobufCBinaryData choice)
{
    for (size_t i = 0; i < entry->n_placements; i++) {
        ProtobufCBinaryData own = entry->placements[i]->choice;
        if (own.len == choice.len && choice.len > 0 &&
            memcmp(own.data, choice.data, own.len) == 0) {
            return entry->placements[i];
        }
    }
    return NULL;
}

static struct words start_words(struct vv_work *work, const Vagval__V1__CapacityConfirmed *body)
{
    const Vagval__V1__CasePlacement *placement = placement_of_choice(work->entry, body->choice);
    const char *number = placement != NULL ? placement->contract_number : "?";
    const char *area = placement != NULL ? placement->area : "?";
    struct vv_arena *arena = work->call->arena;

    if (body->non_choice) {
        return (struct words){
            "placement.non_choice",
            vv_arena_format(arena,
                            "Placement starts with contract %s in %s: no choice was made in time, "
                            "so the nearest provider with a free place serves",
                            number, area),
            vv_arena_format(arena,
                            "Placering startar hos avtal %s i %s: inget val gjordes i tid, så "
                            "närmaste leverantör med ledig plats tar vid",
                            number, area)};
    }
    return (struct words){
        "placement.started",
        vv_arena_format(arena, "Placement starts with contract %s in %s, as chosen", number, area),
        vv_arena_format(arena, "Placering startar hos avtal %s i %s, enligt val", number, area)};
}

static struct words report_words(struct vv_work *work, const Vagval__V1__FileReport *body)
{
    struct vv_arena *arena = work->call->arena;
    bool late = vv_report_is_late(body->month, body->reported_on);
    const char *en = late ? ", late" : "", *sv = late ? ", för sent" : "";
    char day[VV_DATE_TEXT_BYTES];

    vv_date_format(body->month, day);
    day[7] = '\0'; /* the month alone */
    if (body->approved) {
        return (struct words){
            "report.approved", vv_arena_format(arena, "Periodic report for %s approved%s", day, en),
            vv_arena_format(arena, "Periodisk rapport för %s godkänd%s", day, sv)};
    }
    return (struct words){
        "report.not_approved",
        vv_arena_format(arena, "Periodic report for %s not approved%s", day, en),
        vv_arena_format(arena, "Periodisk rapport för %s inte godkänd%s", day, sv)};
}

static struct words obligation_words(struct vv_work *work, const Vagval__V1__StateObligations *body)
{
    struct vv_arena *arena = work->call->arena;
    char month[VV_DATE_TEXT_BYTES];

    vv_date_format(body->month, month);
    month[7] = '\0'; /* the month alone */
    return body->met ? (struct words){"obligations.met",
                                      vv_arena_format(arena, "Obligations met in %s", month),
                                      vv_arena_format(arena, "Skyldigheter uppfyllda %s", month)}
                     : (struct words){"obligations.not_met",
                                      vv_arena_format(arena, "Obligations not met in %s (%s)",
                                                      month, body->reason),
                                      vv_arena_format(arena, "Skyldigheter inte uppfyllda %s (%s)",
                                                      month, body->reason)};
}

static struct words extension_words(struct vv_work *work, const Vagval__V1__ExtendService *body)
{
    struct vv_arena *arena = work->call->arena;

    return (struct words){"service.extended",
                          vv_arena_format(arena, "The service is extended to %u months (%s)",
                                          body->months, body->reason),
                          vv_arena_format(arena, "Insatsen förlängs till %u månader (%s)",
                                          body->months, body->reason)};
}

static struct words outcome_words(struct vv_work *work, const Vagval__V1__RecordOutcome *body)
{
    struct vv_arena *arena = work->call->arena;
    char day[VV_DATE_TEXT_BYTES];

    vv_date_format(body->on, day);
    if (strcmp(body->kind, "start") == 0) {
        return strcmp(body->what, "study") == 0
                   ? (struct words){"outcome.study", "Studies start", "Studier börjar"}
                   : (struct words){"outcome.job", "Job starts", "Arbete börjar"};
    }
    if (strcmp(body->kind, "confirm") == 0) {
        return (struct words){
            "outcome.confirmed", vv_arena_format(arena, "Still ongoing, confirmed to %s", day),
            vv_arena_format(arena, "Pågår fortfarande, bekräftat till och med %s", day)};
    }
    if (strcmp(body->kind, "corroborate") == 0) {
        return (struct words){"outcome.corroborated",
                              vv_arena_format(arena, "Income statement to %s", day),
                              vv_arena_format(arena, "Inkomstuppgift till och med %s", day)};
    }
    if (strcmp(body->kind, "end") == 0) {
        return (struct words){
            "outcome.ended", vv_arena_format(arena, "Job or studies ended, last day %s", day),
            vv_arena_format(arena, "Arbete eller studier slut, sista dag %s", day)};
    }
    return (struct words){"outcome.withdrawn", "The start was withdrawn", "Starten återtogs"};
}

static struct words unit_words(struct vv_work *work, const Vagval__V1__RecordUnit *body)
{
    struct vv_arena *arena = work->call->arena;
    char units[VV_MONEY_TEXT_BYTES];

    vv_money_format(body->quantity_hundredths, 1, units);
    if (body->approved) {
        return (struct words){"unit.approved",
                              vv_arena_format(arena, "%s %s approved", units, body->unit),
                              vv_arena_format(arena, "%s %s godkänt", units, body->unit)};
    }
    return (struct words){"unit.not_approved",
                          vv_arena_format(arena, "%s %s not approved", units, body->unit),
                          vv_arena_format(arena, "%s %s inte godkänt", units, body->unit)};
}

static struct words decision_words(struct vv_work *work, const Vagval__V1__DecideEvidence *body)
{
    struct vv_arena *arena = work->call->arena;

    if (strcmp(body->decision, "verify") == 0) {
        return (struct words){
            "evidence.verified",
            vv_arena_format(arena, "Document verified by %s", body->decided_by),
            vv_arena_format(arena, "Underlag kontrollerat av %s", body->decided_by)};
    }
    return (struct words){
        "evidence.rejected",
        vv_arena_format(arena, "Document rejected by %s (%s)", body->decided_by, body->reason),
        vv_arena_format(arena, "Underlag underkänt av %s (%s)", body->decided_by, body->reason)};
}

/* That a document was free says nothing to people. */
static bool evidence_words(struct vv_work *work, const Vagval__V1__Fact *fact,
                           const ProtobufCMessage *body, struct words *words)
{
    if (fact->type == VV_MSG_DECIDE_EVIDENCE) {
        *words = decision_words(work, (const Vagval__V1__DecideEvidence *)body);
        return true;
    }
    if (fact->type == VV_MSG_EVIDENCE_CLAIMED) {
        *words =
            (struct words){"evidence.rejected", "Document rejected: it is already used elsewhere",
                           "Underlag underkänt: det används redan"};
        return !((const Vagval__V1__EvidenceClaimed *)body)->granted;
    }
    if (fact->type == VV_MSG_EVIDENCE_INVOICED) {
        *words = (struct words){"evidence.on_run", "What a document carried is on a payment run",
                                "Det som underlaget bär ligger i en utbetalningskörning"};
        return true;
    }
    return false;
}

/* Accepted facts have bodies of the types below; a type of a later release gets no line. */
static enum vv_status add_fact(struct vv_work *work, Vagval__V1__CaseView *view,
                               const Vagval__V1__Fact *fact)
{
    ProtobufCMessage *body = NULL;
    struct words words;
    enum vv_status status = vv_fact_body(work->call, fact, &body);

    if (status != VV_OK) {
        return status;
    }
    if (fact->type == VV_MSG_LEVEL_DECIDED) {
        words = level_words(work, (const Vagval__V1__LevelDecided *)body);
    } else if (fact->type == VV_MSG_CHOOSE_CONTRACT) {
        words = (struct words){"choice.made", "A provider is chosen", "Leverantör vald"};
    } else if (fact->type == VV_MSG_CAPACITY_CONFIRMED) {
        words = start_words(work, (const Vagval__V1__CapacityConfirmed *)body);
    } else if (fact->type == VV_MSG_FILE_REPORT) {
        words = report_words(work, (const Vagval__V1__FileReport *)body);
    } else if (fact->type == VV_MSG_STATE_OBLIGATIONS) {
        words = obligation_words(work, (const Vagval__V1__StateObligations *)body);
    } else if (fact->type == VV_MSG_EXTEND_SERVICE) {
        words = extension_words(work, (const Vagval__V1__ExtendService *)body);
    } else if (fact->type == VV_MSG_RECORD_UNIT) {
        words = unit_words(work, (const Vagval__V1__RecordUnit *)body);
    } else if (fact->type == VV_MSG_RECORD_OUTCOME) {
        words = outcome_words(work, (const Vagval__V1__RecordOutcome *)body);
    } else if (!evidence_words(work, fact, body, &words)) {
        return VV_OK; /* an end is told by the placement's own line */
    }
    add_line(work, view, fact->effective, fact, words);
    return VV_OK;
}

/* What a decision without a fact of its own says: it was known on the day it was made. */
static void add_decision(struct vv_work *work, Vagval__V1__CaseView *view, vv_date effective,
                         vv_date decided_on, struct words words)
{
    const size_t before = view->n_timeline;

    add_line(work, view, effective, NULL, words);
    if (view->n_timeline == before + 1) {
        view->timeline[before]->recorded_ms = (int64_t)decided_on * VV_DAY_MS;
    }
}

/* The command that ended a placement; NULL when the planned end or a change of provider did. */
static const Vagval__V1__Fact *end_of(const Vagval__V1__CasePlacement *placement,
                                      Vagval__V1__Fact *const *facts, size_t fact_count)
{
    for (size_t i = 0; i < fact_count; i++) {
        if (facts[i]->type == VV_MSG_END_PLACEMENT && facts[i]->effective == placement->last_day) {
            return facts[i];
        }
    }
    return NULL;
}

static struct words end_words(struct vv_work *work, const Vagval__V1__CasePlacement *placement)
{
    struct vv_arena *arena = work->call->arena;
    const char *en = placement->reason;
    const char *sv = placement->reason;

    if (strcmp(placement->reason, "planned_end") == 0) {
        en = "as planned";
        sv = "som planerat";
    } else if (strcmp(placement->reason, "switch") == 0) {
        en = "change of provider";
        sv = "byte av leverantör";
    }
    return (struct words){"placement.ended",
                          vv_arena_format(arena, "Placement with contract %s ends (%s)",
                                          placement->contract_number, en),
                          vv_arena_format(arena, "Placering hos avtal %s avslutas (%s)",
                                          placement->contract_number, sv)};
}

static void add_ends(struct vv_work *work, Vagval__V1__CaseView *view,
                     Vagval__V1__Fact *const *facts, size_t fact_count)
{
    for (size_t i = 0; i < work->entry->n_placements; i++) {
        const Vagval__V1__CasePlacement *placement = work->entry->placements[i];
        const Vagval__V1__Fact *fact = end_of(placement, facts, fact_count);
        if (placement->ended && fact != NULL) {
            add_line(work, view, placement->last_day, fact, end_words(work, placement));
        } else if (placement->ended) {
            add_decision(work, view, placement->last_day, placement->last_day + 1,
                         end_words(work, placement));
        }
    }
}

static void add_offer(struct vv_work *work, Vagval__V1__CaseView *view)
{
    const Vagval__V1__RegistryCase *entry = work->entry;
    struct vv_arena *arena = work->call->arena;
    char day[VV_DATE_TEXT_BYTES];

    vv_date_format(entry->choose_by, day);
    add_decision(
        work, view, entry->offered_on, entry->offered_on,
        (struct words){"placement.offered",
                       vv_arena_format(arena, "May choose a provider until the end of %s", day),
                       vv_arena_format(arena, "Får välja leverantör till och med %s", day)});
}

enum vv_status vv_timeline_of(struct vv_work *work, Vagval__V1__Fact **facts, size_t fact_count,
                              Vagval__V1__CaseView *view)
{
    const Vagval__V1__RegistryCase *entry = work->entry;

    for (size_t i = 0; i < fact_count; i++) {
        enum vv_status status = add_fact(work, view, facts[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    if (entry->offered_on != 0) {
        add_offer(work, view);
    }
    if (entry->state == VV_CASE_CASEWORKER) {
        add_decision(
            work, view, entry->choose_by + 1, entry->choose_by + 1,
            (struct words){"choice.caseworker",
                           "No provider near the home has a free place: a caseworker decides",
                           "Ingen leverantör nära hemmet har plats: handläggare avgör"});
    }
    add_ends(work, view, facts, fact_count);
    return VV_OK;
}

void vv_timeline_duties(struct vv_work *work, const Vagval__V1__Delivery *delivery,
                        Vagval__V1__CaseView *view)
{
    struct vv_arena *arena = work->call->arena;

    for (size_t i = 0; i < delivery->n_judged; i++) {
        const Vagval__V1__JudgedObligation *group = delivery->judged[i];
        for (size_t k = 0; k < group->n_terms; k++) {
            const Vagval__V1__JudgedTerm *term = group->terms[k];
            if (term->state == VV_TERM_MISSED) {
                add_decision(work, view, term->due, term->since,
                             (struct words){"obligation.missed",
                                            vv_arena_format(arena, "Missed: %s", group->code),
                                            vv_arena_format(arena, "Uteblev: %s", group->code)});
            }
        }
    }
    for (size_t i = 0; i < delivery->n_months; i++) {
        const Vagval__V1__MonthStated *stated = delivery->months[i];
        if (stated->by[0] == '\0') {
            Vagval__V1__StateObligations body = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
            body.month = stated->month;
            body.met = stated->met;
            body.reason = stated->reason;
            add_decision(work, view, stated->month, stated->on, obligation_words(work, &body));
        }
    }
}
