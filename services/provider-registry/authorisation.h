/*
 * authorisation.h: does an organisation meet what a scheme asks of those who want to deliver?
 *
 * Each criterion is met, not met, or missing: what has not been shown is not a no. Earlier
 * assignments are counted so that none counts as both preparing and matching.
 */
#ifndef VAGVAL_REGISTRY_AUTHORISATION_H
#define VAGVAL_REGISTRY_AUTHORISATION_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/scheme.h"
#include "vagval/v1/tender.pb-c.h"

#define VV_ASSIGNMENTS_MAX 32 /* of one application */
#define VV_FINDINGS_MAX 96

struct vv_finding {
    const char *code;
    const char *text_en, *text_sv;
    enum vv_truth met;
};

struct vv_authorisation_judgement {
    enum vv_truth
        verdict; /* VV_NO if one criterion is not met, else VV_MISSING if one is missing */
    struct vv_finding findings[VV_FINDINGS_MAX];
    size_t finding_count;
};

/*
 * Judges what an application says against a scheme's rules.
 *   rules          NULL: nothing is asked, everybody is met
 *   terms_version  the tender document's version in force; 0 = none is published
 * An assignment that was checked and found wrong does not count; one that is not checked yet may.
 */
void vv_authorisation_judge(const struct vv_authorisation *rules,
                            const Vagval__V1__SubmitApplication *application,
                            uint32_t terms_version,
                            struct vv_authorisation_judgement *ret_judgement);

/* Full-time supervisors in hundredths, as the application gives them; false when it does not. */
bool vv_authorisation_supervisors(const Vagval__V1__SubmitApplication *application,
                                  uint32_t *ret_hundredths);
/* Is a capacity within what so many supervisors, in hundredths of a full-time one, may have? */
bool vv_authorisation_has_room(const struct vv_authorisation *rules, uint32_t capacity,
                               uint32_t supervisors_hundredths);

/* "met", "not_met", "missing". */
const char *vv_truth_word(enum vv_truth truth);
const char *vv_procurement_word(enum vv_procurement form);

/* Last day of an authorisation that begins on `from`; 0 when it holds until further notice. */
vv_date vv_authorisation_last_day(const struct vv_authorisation *rules, vv_date from);

#endif
