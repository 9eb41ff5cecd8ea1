/*
 * authorisation.h: what a scheme asks of an organisation that wants to deliver, as read from the
 * section `authorisation` of its file.
 */
#ifndef VAGVAL_AUTHORISATION_H
#define VAGVAL_AUTHORISATION_H

#include "vagval/criteria.h"

/* How the scheme buys. */
enum vv_procurement {
    VV_PROCUREMENT_LOV = 1,       /* the Swedish act on systems of choice (2008:962) */
    VV_PROCUREMENT_AUTHORISATION, /* everybody who meets the conditions is authorised */
    VV_PROCUREMENT_OTHER,
};

/* Fields that a criterion of an application may ask for: what the organisation says of itself. */
#define VV_APPLICATION_FIELDS                                                                      \
    {                                                                                              \
        "credit_rating", "auditor_certificate", "language_capability", "supervisors"               \
    }

struct vv_authorisation {
    enum vv_procurement form;
    bool example;             /* what it asks is marked `status: example` */
    int references_preparing; /* earlier assignments of each kind, */
    int references_matching;  /* none of which counts as both */
    bool terms_accepted;      /* the tender document's version in force must be accepted */
    const struct vv_criterion *criteria; /* each is judged by itself */
    size_t criterion_count;
    int validity_months; /* of an authorisation; 0 = until further notice */
    int appeal_days;     /* calendar days after a rejection */
    int reaccept_days;   /* to accept a new version of the tender document */
    int caseload_max;    /* participants per full-time supervisor; 0 = no limit */
};

#endif
