/*
 * proposals.h: the life of a recovery (rules 11), as a pure function of the decisions in a case's
 * log.
 *
 *     proposed --forward--> put_forward --approve--> approved --contest--> contested
 *        |                      |                       |                  |       |
 *        +------reject----------+                       |               uphold  reverse
 *                   |                                    |                 |       |
 *                rejected              contest_until has passed         upheld  reversed
 *                                                        +-----------------+
 *                                                     set_off | invoice
 *
 * The system proposes: a line that moves no balance. One person puts it forward, another approves
 * it, and only that posts anything. A decision names the amount that the person saw: when the
 * proposal has changed since, whoever decided must look again. What is rejected stands as paid
 * until what is owed changes.
 */
#ifndef VAGVAL_PAYMENT_PROPOSALS_H
#define VAGVAL_PAYMENT_PROPOSALS_H

#include "difference.h"

enum vv_proposal_action {
    VV_PROPOSAL_FORWARD = 1,
    VV_PROPOSAL_APPROVE,
    VV_PROPOSAL_REJECT,
    VV_RECOVERY_CONTEST,
    VV_RECOVERY_UPHOLD,
    VV_RECOVERY_REVERSE,
    VV_RECOVERY_SET_OFF,
    VV_RECOVERY_INVOICE,
};

/* "forward", "set_off", ... Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_proposal_action_parse(const char *text,
                                                   enum vv_proposal_action *ret_action);
/* Does an accepted action make a posting batch of its own? */
bool vv_proposal_posts(const struct vv_payment_fact *decision);

enum vv_recovery_state {
    VV_RECOVERY_APPROVED,
    VV_RECOVERY_CONTESTED,
    VV_RECOVERY_UPHELD,
    VV_RECOVERY_REVERSED,
    VV_RECOVERY_SETTLED_SET_OFF,
    VV_RECOVERY_SETTLED_INVOICE,
};
const char *vv_recovery_state_name(enum vv_recovery_state state);

struct vv_recovery {
    const struct vv_payment_fact *approved;  /* its id is the recovery's, its amount < 0 */
    const struct vv_payment_fact *forwarded; /* NULL only where the log is broken */
    const struct vv_payment_fact *decided;   /* the last decision after the approval, or NULL */
    enum vv_recovery_state state;
};

struct vv_proposals {
    const struct vv_payment_fact **forwards; /* at most one per key: the last, not yet decided on */
    size_t forward_count;
    struct vv_recovery *recoveries; /* in the order of their approval */
    size_t recovery_count;
};

/* Reads the decisions among `facts`, which stand in log order. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_proposals_read(const struct vv_payment_fact *facts, size_t count,
                                            ProtobufCAllocator *memory,
                                            struct vv_proposals *ret_proposals);

/* The decision that put the proposal of `standing` forward, or NULL: none did, or the proposal has
 * changed since. */
const struct vv_payment_fact *vv_proposal_forwarded(const struct vv_proposals *proposals,
                                                    const struct vv_posted *standing);
/* "proposed", "put_forward", "rejected" or "". */
const char *vv_proposal_state(const struct vv_proposals *proposals,
                              const struct vv_posted *standing);
/* NULL when there is none. */
const struct vv_recovery *vv_recovery_find(const struct vv_proposals *proposals, struct vv_id id);

/* May this decision be made today? VV_OK, or VV_REFUSED, VV_NOT_FOUND, VV_INVALID with a text of
 * its own in ret_why (static) and the field in ret_field. `standing` is the key's entry or NULL. */
VV_CHECKED enum vv_status vv_proposal_check(const struct vv_proposals *proposals,
                                            const struct vv_posted *standing,
                                            const struct vv_payment_fact *decision, vv_date today,
                                            const char **ret_field, const char **ret_why);

/*
 * The lines that an accepted decision posts; none for forward, contest and uphold. Their sum over
 * posted, proposed and waived is 0: what is owed does not change by a decision.
 * Errors: VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_proposal_lines(const struct vv_proposals *proposals,
                                            const struct vv_posted *standing,
                                            const struct vv_payment_fact *decision,
                                            ProtobufCAllocator *memory,
                                            struct vv_difference *ret_difference);

/* The entry of the key that a decision names, or NULL. */
const struct vv_posted *vv_posted_of(const struct vv_posted *totals, size_t count,
                                     const struct vv_payment_fact *decision);

#endif
