/*
 * timeline.c: texts of a payment case. The owners tell their own events in full; here stands what
 * payment has taken note of, and what it posted.
 */
#include "timeline.h"

#include "commitments.h"

struct words {
    const char *code, *en, *sv;
};

/* What a person decided. */
static struct words decision_words(const struct vv_payment_fact *fact)
{
    return fact->kind == VV_FACT_HOLD_RELEASE
               ? (struct words){"payment.hold-released", "A person lets a held amount go, on",
                                "En handläggare släpper ett innehållet belopp,"}
               : (struct words){"payment.proposal-decision", "A person decides on a recovery, on",
                                "En handläggare beslutar om återkrav,"};
}

/* The registry says who decided and on what. */
static struct words evidence_words(const struct vv_payment_fact *fact)
{
    switch (fact->document) {
    case VV_DOCUMENT_VERIFIED:
        return (struct words){"payment.evidence-verified", "Payment notes a document verified on",
                              "Betalning noterar underlag kontrollerat"};
    case VV_DOCUMENT_REJECTED:
        return (struct words){"payment.evidence-rejected", "Payment notes a document rejected on",
                              "Betalning noterar underlag underkänt"};
    case VV_DOCUMENT_WAITING:
    case VV_DOCUMENT_CLAIMING:
        break;
    }
    return (struct words){"payment.evidence-waiting", "Payment notes a document used once only, on",
                          "Betalning noterar underlag som bara används en gång,"};
}

/* Units, grants and shares. */
static struct words award_words(const struct vv_payment_fact *fact)
{
    if (fact->kind == VV_FACT_UNIT) {
        return (struct words){"payment.unit",
                              fact->approved ? "Payment notes approved units of"
                                             : "Payment notes units not approved of",
                              fact->approved ? "Betalning noterar godkända enheter"
                                             : "Betalning noterar ej godkända enheter"};
    }
    if (fact->kind == VV_FACT_GRANT) {
        return fact->handed_over
                   ? (struct words){"payment.grant-handed-over",
                                    "Outside the municipality's competence, handed to the state "
                                    "office: grant from",
                                    "Utanför kommunens behörighet, överlämnat till den statliga "
                                    "byrån: bidrag från"}
                   : (struct words){"payment.grant", "Grant decided from", "Bidrag beviljat från"};
    }
    if (fact->kind == VV_FACT_PAYROLL) {
        return (struct words){"payment.payroll", "Payroll recorded for the month of",
                              "Lönekostnad antecknad för månaden"};
    }
    if (fact->kind == VV_FACT_APPROPRIATION) {
        return (struct words){"payment.appropriation", "Appropriation recorded from",
                              "Anslag antecknat från"};
    }
    return (struct words){"payment.cost",
                          fact->final ? "Last account of costs" : "Costs recorded on",
                          fact->final ? "Slutlig kostnadsredovisning" : "Kostnader antecknade"};
}

static struct words words_of(const struct vv_payment_fact *fact)
{
    switch (fact->kind) {
    case VV_FACT_LEVEL:
        return (struct words){"payment.level", "Payment notes the level", "Betalning noterar nivå"};
    case VV_FACT_PLACEMENT_START:
        return (struct words){"payment.placement-start", "Payment notes the placement's start",
                              "Betalning noterar anvisningens start"};
    case VV_FACT_PLACEMENT_END:
        return (struct words){"payment.placement-end", "Payment notes the placement's last day",
                              "Betalning noterar anvisningens sista dag"};
    case VV_FACT_PLACEMENT_EXTENDED:
        return (struct words){"payment.placement-extended",
                              "Payment notes the placement's new last day",
                              "Betalning noterar anvisningens nya sista dag"};
    case VV_FACT_REPORT:
        return (struct words){"payment.report",
                              fact->approved ? "Payment notes an approved report for"
                                             : "Payment notes a report not approved for",
                              fact->approved ? "Betalning noterar godkänd rapport för"
                                             : "Betalning noterar ej godkänd rapport för"};
    case VV_FACT_OUTCOME_START:
        return (struct words){
            "payment.outcome-start",
            fact->job ? "Payment notes a job start" : "Payment notes a study start",
            fact->job ? "Betalning noterar jobbstart" : "Betalning noterar studiestart"};
    case VV_FACT_OUTCOME_CONFIRM:
        return (struct words){"payment.outcome-confirm", "Payment notes evidence through",
                              "Betalning noterar underlag till och med"};
    case VV_FACT_OUTCOME_END:
        return (struct words){"payment.outcome-end", "Payment notes the last day of the outcome",
                              "Betalning noterar sista dagen i arbete eller studier"};
    case VV_FACT_OUTCOME_WITHDRAW:
        return (struct words){"payment.outcome-withdraw", "Payment notes a withdrawal on",
                              "Betalning noterar återtagande"};
    case VV_FACT_UNIT:
    case VV_FACT_GRANT:
    case VV_FACT_PAYROLL:
    case VV_FACT_APPROPRIATION:
    case VV_FACT_COST:
        return award_words(fact);
    case VV_FACT_CORROBORATED:
        return (struct words){"payment.outcome-corroborate",
                              "Payment notes an income statement through",
                              "Betalning noterar inkomstuppgift till och med"};
    case VV_FACT_OBLIGATIONS:
        return (struct words){"payment.obligations",
                              fact->approved ? "Payment notes obligations met for"
                                             : "Payment notes obligations not met for",
                              fact->approved ? "Betalning noterar uppfyllda skyldigheter för"
                                             : "Betalning noterar ej uppfyllda skyldigheter för"};
    case VV_FACT_EVIDENCE:
        return evidence_words(fact);
    case VV_FACT_PROPOSAL_DECISION:
    case VV_FACT_HOLD_RELEASE:
        return decision_words(fact);
    case VV_FACT_OTHER:
        break;
    }
    return (struct words){"payment.fact", "Payment keeps a fact that it cannot use",
                          "Betalning behåller en uppgift som inte kan användas"};
}

static enum vv_status add_fact(struct vv_arena *arena, const struct vv_payment_fact *fact,
                               const Vagval__V1__Fact *stored, Vagval__V1__TimelineEntry *entry)
{
    struct words words = words_of(fact);
    const char *level = fact->kind == VV_FACT_LEVEL ? fact->level : "";
    char on[VV_DATE_TEXT_BYTES] = "";
    if (fact->kind != VV_FACT_OTHER) {
        vv_date_format(fact->on, on);
    }
    vagval__v1__timeline_entry__init(entry);
    entry->effective = fact->effective;
    entry->recorded_ms = stored->recorded_ms;
    entry->service = (char *)(uintptr_t) "payment";
    entry->code = (char *)(uintptr_t)words.code;
    entry->text_en =
        vv_arena_format(arena, "%s %s%s%s", words.en, level, *level ? " from " : "", on);
    entry->text_sv =
        vv_arena_format(arena, "%s %s%s%s", words.sv, level, *level ? " från " : "", on);
    entry->fact = stored->id;
    entry->index = stored->index;
    return entry->text_en == NULL || entry->text_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status add_line(struct vv_arena *arena, const Vagval__V1__PostingBatch *batch,
                               const Vagval__V1__Line *line, Vagval__V1__TimelineEntry *entry)
{
    char amount[VV_MONEY_TEXT_BYTES];
    vv_money_format(line->amount, 1, amount);
    vagval__v1__timeline_entry__init(entry);
    entry->effective = batch->as_of;
    entry->recorded_ms = batch->recorded_ms;
    entry->service = (char *)(uintptr_t) "payment";
    entry->code = (char *)(uintptr_t)(line->kind == VV_LINE_RECOVERY ? "payment.recovery"
                                      : line->proposal               ? "payment.recovery-proposed"
                                                                     : "payment.posted");
    entry->text_en = vv_arena_format(arena, "%s %s %s: %s", line->component, amount,
                                     batch->currency, line->text_en);
    entry->text_sv = vv_arena_format(arena, "%s %s %s: %s", line->component, amount,
                                     batch->currency, line->text_sv);
    entry->fact = batch->id;
    entry->index = batch->facts_through;
    entry->example = line->example;
    return entry->text_en == NULL || entry->text_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

/* The postings of a batch stand behind the last fact that it had seen. */
static enum vv_status add_batches(struct vv_arena *arena, Vagval__V1__PostingBatch *const *batches,
                                  size_t batch_count, uint32_t through, size_t *next,
                                  Vagval__V1__TimelineEntry *entries, size_t *count)
{
    for (; *next < batch_count && batches[*next]->facts_through <= through; (*next)++) {
        for (size_t i = 0; i < batches[*next]->n_lines; i++) {
            enum vv_status status =
                add_line(arena, batches[*next], batches[*next]->lines[i], &entries[*count]);
            if (status != VV_OK) {
                return status;
            }
            (*count)++;
        }
    }
    return VV_OK;
}

/* The mark of a placement or grant without cover: a person looks at it (`pay budget show`). */
static enum vv_status add_uncovered(struct vv_arena *arena, const struct vv_payment_case *work,
                                    const Vagval__V1__BudgetClaim *claim,
                                    Vagval__V1__TimelineEntry *entry)
{
    char wanted[VV_MONEY_TEXT_BYTES];
    vv_money_format(claim->reserved, 1, wanted);
    vagval__v1__timeline_entry__init(entry);
    entry->effective = work->body->as_of;
    entry->recorded_ms = (int64_t)work->body->as_of * VV_DAY_MS;
    entry->service = (char *)(uintptr_t) "payment";
    entry->code = (char *)(uintptr_t) "payment.without-cover";
    entry->text_en = vv_arena_format(
        arena, "The budget of %s %d%s%s gives no cover: %s still to be reserved", claim->area,
        (int)claim->year, claim->pot[0] == '\0' ? "" : ", ", claim->pot, wanted);
    entry->text_sv = vv_arena_format(
        arena, "Budgeten för %s %d%s%s räcker inte: %s återstår att reservera", claim->area,
        (int)claim->year, claim->pot[0] == '\0' ? "" : ", ", claim->pot, wanted);
    entry->fact = claim->claim;
    return entry->text_en == NULL || entry->text_sv == NULL ? VV_NO_MEMORY : VV_OK;
}

enum vv_status vv_payment_timeline(struct vv_arena *arena, const struct vv_payment_case *work,
                                   Vagval__V1__PostingBatch *const *batches, size_t batch_count,
                                   Vagval__V1__CaseView *view)
{
    size_t room = work->fact_count + work->budget->n_claims;
    for (size_t i = 0; i < batch_count; i++) {
        room += batches[i]->n_lines;
    }
    Vagval__V1__TimelineEntry *entries = vv_arena_alloc(arena, (room + 1) * sizeof *entries);
    Vagval__V1__TimelineEntry **list = vv_arena_alloc(arena, (room + 1) * sizeof *list);
    if (entries == NULL || list == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    size_t next = 0;
    enum vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < work->fact_count; i++) {
        status = add_fact(arena, &work->facts[i], work->stored[i], &entries[count++]);
        /* Whatever is left after the last fact was posted by the calendar. */
        uint32_t through = i + 1 == work->fact_count ? UINT32_MAX : work->stored[i]->index;
        if (status == VV_OK) {
            status = add_batches(arena, batches, batch_count, through, &next, entries, &count);
        }
    }
    for (size_t i = 0; status == VV_OK && i < work->budget->n_claims; i++) {
        if (work->budget->claims[i]->state == VV_CLAIM_UNCOVERED) {
            status = add_uncovered(arena, work, work->budget->claims[i], &entries[count++]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = &entries[i];
    }
    view->timeline = list;
    view->n_timeline = count;
    return status;
}
