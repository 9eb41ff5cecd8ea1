/*
 * authorisation.c: judges an application. See the header.
 */
#include "authorisation.h"

#include <string.h>

#include "vagval/money.h"

/* So many may have any capacity that a contract can have; more would not bear multiplication. */
#define SUPERVISORS_MAX 100000

/* How many assignments can serve as preparing, as matching, and as either. */
struct counted {
    int preparing, matching, either;
};

static bool is_repeated(const Vagval__V1__SubmitApplication *application, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(application->assignments[i]->reference,
                   application->assignments[at]->reference) == 0) {
            return true;
        }
    }
    return false;
}

/* Those that are verified; with `also_open` those too that nobody has looked at yet; with
 * `also_wrong` even those that were found wrong. */
static struct counted count_assignments(const Vagval__V1__SubmitApplication *application,
                                        bool also_open, bool also_wrong)
{
    struct counted counted = {0};
    for (size_t i = 0; i < application->n_assignments; i++) {
        const Vagval__V1__Assignment *assignment = application->assignments[i];
        bool wrong = strcmp(assignment->verified, "no") == 0;
        bool open = assignment->verified[0] == '\0';
        if ((wrong && !also_wrong) || (open && !also_open) || is_repeated(application, i)) {
            continue;
        }
        counted.preparing += assignment->preparing ? 1 : 0;
        counted.matching += assignment->matching ? 1 : 0;
        counted.either += assignment->preparing || assignment->matching ? 1 : 0;
    }
    return counted;
}

/* Enough of each kind, with none counted twice: by Hall's theorem for two kinds that is the case
 * exactly when each kind alone and both together have enough. */
static bool suffice(const struct vv_authorisation *rules, struct counted counted)
{
    return counted.preparing >= rules->references_preparing &&
           counted.matching >= rules->references_matching &&
           counted.either >= rules->references_preparing + rules->references_matching;
}

static void add(struct vv_authorisation_judgement *judgement, const char *code, const char *en,
                const char *sv, enum vv_truth met)
{
    if (judgement->finding_count < VV_FINDINGS_MAX) {
        judgement->findings[judgement->finding_count++] =
            (struct vv_finding){.code = code, .text_en = en, .text_sv = sv, .met = met};
    }
    if (met == VV_NO || (met == VV_MISSING && judgement->verdict == VV_YES)) {
        judgement->verdict = met;
    }
}

static void judge_references(const struct vv_authorisation *rules,
                             const Vagval__V1__SubmitApplication *application,
                             struct vv_authorisation_judgement *judgement)
{
    if (rules->references_preparing + rules->references_matching == 0) {
        return;
    }
    if (suffice(rules, count_assignments(application, false, false))) {
        add(judgement, "references",
            "Earlier assignments of each kind are shown, none counted twice",
            "Tidigare uppdrag av varje slag har styrkts, inget räknat dubbelt", VV_YES);
    } else if (suffice(rules, count_assignments(application, true, false))) {
        add(judgement, "references.unverified",
            "Enough earlier assignments are given, but not all needed have been checked",
            "Tillräckligt många uppdrag har uppgetts, men alla som behövs är inte kontrollerade",
            VV_MISSING);
    } else if (suffice(rules, count_assignments(application, true, true))) {
        add(judgement, "references.wrong",
            "Assignments given as references were checked and do not count",
            "Uppgivna uppdrag har kontrollerats och kan inte räknas", VV_NO);
    } else {
        add(judgement, "references.too-few",
            "Earlier assignments are missing: preparing and matching, the same never counts as "
            "both",
            "Tidigare uppdrag saknas: rustande och matchande, samma uppdrag räknas aldrig som båda",
            VV_MISSING);
    }
}

static void judge_terms(const Vagval__V1__SubmitApplication *application, uint32_t terms_version,
                        struct vv_authorisation_judgement *judgement)
{
    if (terms_version == 0) {
        add(judgement, "terms.unpublished", "No tender document is published yet",
            "Inget förfrågningsunderlag är publicerat ännu", VV_MISSING);
    } else if (application->terms_version == terms_version) {
        add(judgement, "terms", "The tender document in force is accepted",
            "Gällande förfrågningsunderlag är godtaget", VV_YES);
    } else {
        add(judgement, "terms.not-accepted", "The tender document in force is not accepted yet",
            "Gällande förfrågningsunderlag är inte godtaget ännu", VV_MISSING);
    }
}

bool vv_authorisation_supervisors(const Vagval__V1__SubmitApplication *application,
                                  uint32_t *ret_hundredths)
{
    vv_money hundredths = 0; /* read like an amount: two decimals at most */
    const char *text = NULL;

    for (size_t i = 0; i < application->n_fields; i++) {
        if (strcmp(application->fields[i]->field, "supervisors") == 0) {
            text = application->fields[i]->value;
        }
    }
    if (text == NULL || vv_money_parse(text, &hundredths) != VV_OK || hundredths < 0) {
        return false;
    }
    *ret_hundredths = hundredths >= SUPERVISORS_MAX * 100 ? (uint32_t)(SUPERVISORS_MAX * 100)
                                                          : (uint32_t)hundredths;
    return true;
}

bool vv_authorisation_has_room(const struct vv_authorisation *rules, uint32_t capacity,
                               uint32_t supervisors_hundredths)
{
    return rules == NULL || rules->caseload_max == 0 ||
           supervisors_hundredths >= SUPERVISORS_MAX * 100 ||
           (int64_t)capacity * 100 <= (int64_t)rules->caseload_max * supervisors_hundredths;
}

/* Capacity within what the supervisors may have. */
static void judge_caseload(const struct vv_authorisation *rules,
                           const Vagval__V1__SubmitApplication *application,
                           struct vv_authorisation_judgement *judgement)
{
    uint32_t hundredths = 0;

    if (rules->caseload_max == 0) {
        return;
    }
    if (!vv_authorisation_supervisors(application, &hundredths)) {
        add(judgement, "caseload.supervisors", "The number of full-time supervisors is not given",
            "Antalet handledare på heltid är inte uppgivet", VV_MISSING);
    } else if (vv_authorisation_has_room(rules, application->capacity, hundredths)) {
        add(judgement, "caseload", "The capacity is within the limit per full-time supervisor",
            "Kapaciteten ryms inom gränsen per handledare på heltid", VV_YES);
    } else {
        add(judgement, "caseload.exceeded",
            "The capacity is more than the supervisors may have: the limit per full-time "
            "supervisor",
            "Kapaciteten är större än handledarna får ha: gränsen per handledare på heltid", VV_NO);
    }
}

static void judge_criterion(const struct vv_criterion *criterion,
                            const struct vv_field_value *values, size_t count,
                            struct vv_authorisation_judgement *judgement)
{
    const struct vv_criterion *reasons[16];
    size_t reason_count = 0;
    enum vv_truth met = vv_criterion_evaluate(criterion, values, count, reasons,
                                              sizeof(reasons) / sizeof(reasons[0]), &reason_count);
    for (size_t i = 0; i < reason_count; i++) {
        add(judgement, reasons[i]->code, reasons[i]->text_en, reasons[i]->text_sv, met);
    }
}

void vv_authorisation_judge(const struct vv_authorisation *rules,
                            const Vagval__V1__SubmitApplication *application,
                            uint32_t terms_version,
                            struct vv_authorisation_judgement *ret_judgement)
{
    static const char *const fields[] = VV_APPLICATION_FIELDS;
    struct vv_field_value values[sizeof(fields) / sizeof(fields[0])];
    const size_t count = sizeof(fields) / sizeof(fields[0]);

    *ret_judgement = (struct vv_authorisation_judgement){.verdict = VV_YES};
    if (rules == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = (struct vv_field_value){.field = fields[i]};
        for (size_t k = 0; k < application->n_fields; k++) {
            if (strcmp(application->fields[k]->field, fields[i]) == 0) {
                values[i].value = application->fields[k]->value;
            }
        }
    }
    judge_references(rules, application, ret_judgement);
    for (size_t i = 0; i < rules->criterion_count; i++) {
        judge_criterion(&rules->criteria[i], values, count, ret_judgement);
    }
    judge_caseload(rules, application, ret_judgement);
    if (rules->terms_accepted) {
        judge_terms(application, terms_version, ret_judgement);
    }
}

const char *vv_truth_word(enum vv_truth truth)
{
    switch (truth) {
    case VV_YES:
        return "met";
    case VV_NO:
        return "not_met";
    case VV_MISSING:
        break;
    }
    return "missing";
}

const char *vv_procurement_word(enum vv_procurement form)
{
    switch (form) {
    case VV_PROCUREMENT_LOV:
        return "lov";
    case VV_PROCUREMENT_AUTHORISATION:
        return "authorisation";
    case VV_PROCUREMENT_OTHER:
        break;
    }
    return "other";
}

vv_date vv_authorisation_last_day(const struct vv_authorisation *rules, vv_date from)
{
    if (rules == NULL || rules->validity_months == 0) {
        return 0;
    }
    return vv_date_add_months(from, rules->validity_months) - 1;
}
