/*
 * choice.h: may this choice of provider be made, and until when (rules 13).
 */
#ifndef VAGVAL_REGISTRY_CHOICE_H
#define VAGVAL_REGISTRY_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/calendar.h"
#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/v1/registry.pb-c.h"

/* Where a case stands. The numbers are stored. */
enum vv_case_state {
    VV_CASE_NONE = 0,
    VV_CASE_RECORDED = 1,   /* assessed, not referred: no provider follows */
    VV_CASE_OFFERED = 2,    /* may choose until the end of `choose_by` */
    VV_CASE_CHOOSING = 3,   /* a first choice is on its way to the contract's capacity */
    VV_CASE_PLACED = 4,     /* a contract serves the case; a switch may be on its way */
    VV_CASE_CASEWORKER = 5, /* no contract had room near the home: a person decides */
    VV_CASE_ENDED = 6,      /* a new period needs a new assessment */
    VV_CASE_WAITING = 7,    /* referred, but the scheme's publication is not known here yet */
};
/* Stable lower-case name; "unknown" for a number that no state has. */
const char *vv_case_state_name(uint32_t state);

/* How far a choice on its way has come. The numbers are stored. */
enum vv_choice_stage { VV_CHOICE_RESERVING = 1, VV_CHOICE_CONFIRMING = 2 };

enum vv_choice_verdict {
    VV_CHOICE_ALLOWED,
    VV_CHOICE_NOT_REFERRED,
    VV_CHOICE_NOT_OFFERED,    /* referred, but the offer has not been made yet */
    VV_CHOICE_ON_ITS_WAY,     /* another choice is being decided */
    VV_CHOICE_IN_FUTURE,      /* dated after today */
    VV_CHOICE_BEFORE_OFFER,   /* dated before the offer */
    VV_CHOICE_LATE,           /* after the deadline: the non-choice alternative decides first */
    VV_CHOICE_SAME_CONTRACT,  /* already served by it */
    VV_CHOICE_BEFORE_SWITCH,  /* a switch starts after the running placement's first day */
    VV_CHOICE_SERVICE_IS_OVER /* the service period has ended or ends before the day */
};

/* Judges a seeker's choice of `contract` made on `chosen_on`. */
enum vv_choice_verdict vv_choice_judge(const Vagval__V1__RegistryCase *entry, struct vv_id contract,
                                       vv_date chosen_on, vv_date today);
/* What to tell the sender: why not, and what to do. Never NULL. */
const char *vv_choice_verdict_text(enum vv_choice_verdict verdict);

/* Last day on which the choice may be made: the end of the n-th working day after the offer.
 * Offered Wed 2022-12-21, 5 days, Sweden: Thu 2022-12-29. days >= 1. */
vv_date vv_choice_deadline(enum vv_jurisdiction where, vv_date offered_on, int days);
/* True when the deadline has passed without a choice: the non-choice alternative takes over. */
bool vv_choice_is_overdue(const Vagval__V1__RegistryCase *entry, vv_date today);

#endif
