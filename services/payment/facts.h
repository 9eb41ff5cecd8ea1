/*
 * facts.h: what payment knows of a case, as typed facts.
 *
 * A fact comes from an event that its owner has already accepted. Facts may come late, twice and
 * in any order: whatever is computed from them first puts them in the order (effective date, id).
 */
#ifndef VAGVAL_PAYMENT_FACTS_H
#define VAGVAL_PAYMENT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/money.h"
#include "vagval/status.h"

enum vv_payment_fact_kind {
    VV_FACT_LEVEL,
    VV_FACT_PLACEMENT_START,
    VV_FACT_PLACEMENT_END,
    VV_FACT_PLACEMENT_EXTENDED, /* it goes on to another last day, if it has not ended */
    VV_FACT_REPORT,
    VV_FACT_OUTCOME_START,
    VV_FACT_OUTCOME_CONFIRM,
    VV_FACT_OUTCOME_END,
    VV_FACT_OUTCOME_WITHDRAW,
    VV_FACT_CORROBORATED,  /* an income statement from outside confirms the outcome through a day */
    VV_FACT_OBLIGATIONS,   /* a contract's obligations of a month: met or not */
    VV_FACT_UNIT,          /* units delivered, approved or not */
    VV_FACT_GRANT,         /* a decision that grants at most so much */
    VV_FACT_PAYROLL,       /* what a month cost whom the grant is for: it consumes the grant */
    VV_FACT_APPROPRIATION, /* what a grant is a share of */
    VV_FACT_COST,          /* what the share was spent on; the last account says so */
    VV_FACT_EVIDENCE,      /* what became of the document that a record brought */
    VV_FACT_PROPOSAL_DECISION, /* of a person, see proposals.h */
    VV_FACT_HOLD_RELEASE,      /* of a person, see holds.h */
    VV_FACT_OTHER, /* nothing can be computed from it (an unknown outcome kind, an impossible day,
                      a broken id): kept, pays nothing, and verify says so */
};

/* Of a document. What the record itself says is where it begins; facts of kind VV_FACT_EVIDENCE say
 * more, in any order: the furthest counts. */
enum vv_document_state {
    VV_DOCUMENT_WAITING,  /* for a person: counts where the scheme asks for no verification */
    VV_DOCUMENT_CLAIMING, /* perhaps it is used elsewhere: counts nowhere yet */
    VV_DOCUMENT_VERIFIED,
    VV_DOCUMENT_REJECTED,
};

struct vv_payment_fact {
    enum vv_payment_fact_kind kind;
    struct vv_id id;
    struct vv_id supersedes; /* nil if none */
    vv_date effective;
    uint32_t index; /* log index within the case, from 1 */

    struct vv_id subject;  /* the placement, outcome, grant, agreement or recovery that it is about;
                              evidence: the record, by its id here */
    struct vv_id contract; /* placement start; report, obligations (nil = whichever served);
                              decision of a person */
    struct vv_id provider; /* placement start: who delivers; nil = not told */
    struct vv_id employer; /* outcome start: nil = not told */

    vv_date on; /* level: in force from; placement: first, last or new last day; report: the month's
                   first day; outcome: first day, confirmed through, or last day; obligations: as a
                   report */
    vv_date decided_on;          /* level */
    vv_date planned_end;         /* placement start: last day, VV_DATE_NONE = open */
    vv_date service_start;       /* placement start: first day of the person's service period */
    const char *level;           /* level: its code */
    const char *area;            /* placement start: delivery area of the contract */
    const char *contract_number; /* placement start: the number that people use */
    const uint8_t *evidence;     /* confirm, end, corroborated: 32-byte hash of the document; NULL
                                    = none */
    enum vv_document_state document; /* of a record with evidence; evidence: what it says */
    uint32_t extent_percent;         /* outcome start */
    bool referred;                   /* level: a placement may follow, so it has prices */
    bool job;                        /* outcome start: job, else study */
    bool approved;                   /* report, unit; obligations: met */

    /* unit: code of the unit; grant and appropriation: code of the component */
    const char *code;
    int64_t quantity_hundredths; /* unit */
    vv_money amount;             /* grant: the most; payroll, appropriation, cost, a person's
                                    decision: minor units */
    vv_date through;             /* grant, appropriation: last day that it runs */
    bool final;                  /* payroll, cost: no more will come */
    bool handed_over; /* grant: outside the municipality's competence, so the state office's */

    /* A person's decision: `contract`, `component` and `period` name the amount. */
    const char *component, *by; /* by: name of the person's key; also of evidence */
    vv_date period, until;      /* until: approval: last day on which it can be contested */
    vv_money owed;              /* what was owed when it was decided; `amount` is the recovery's */
    int action;                 /* enum vv_proposal_action */
};

/*
 * Puts the facts in the order (effective date, id), each id once, without those that another of
 * them supersedes. ret_ordered holds `count` pointers; returns how many are used.
 */
size_t vv_payment_facts_order(const struct vv_payment_fact *facts, size_t count,
                              const struct vv_payment_fact **ret_ordered);

#endif
