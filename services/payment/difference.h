/*
 * difference.h: owed minus posted.
 *
 * Upwards the difference is posted. Downwards, against a provider, it is a proposal: a line that
 * is itemised and explained, and leaves the balance unchanged until a person approves it
 * (proposals.h). A fall that a person has decided to leave standing is not proposed again until
 * what is owed changes. Against a job seeker nothing is ever raised: every line is about a contract
 * (rules 11).
 */
#ifndef VAGVAL_PAYMENT_DIFFERENCE_H
#define VAGVAL_PAYMENT_DIFFERENCE_H

#include "entitlement.h"

/* What stands for one (component, period, contract). The three sum to what was last owed. */
struct vv_posted {
    const char *component;
    vv_date period;
    struct vv_id contract;
    vv_money posted;          /* in the balance */
    vv_money proposed;        /* recovery proposals that stand, at most 0 */
    vv_money waived;          /* falls that a person left standing, at most 0 */
    uint32_t changed_through; /* log index seen by the batch that last changed `proposed` */
};

/* What a line does. The numbers are stored. */
enum vv_line_kind {
    VV_LINE_OWED = 0, /* a rise: expense to provider; or, with `proposal`, a fall: moves nothing */
    VV_LINE_RECOVERY = 1, /* an approved fall: expense to recovery */
    VV_LINE_WAIVED = 2,   /* a fall left standing: moves nothing */
    VV_LINE_SET_OFF = 3,  /* a recovery is set off against what the provider is owed */
    VV_LINE_CLAIM = 4,    /* a recovery is invoiced to the provider */
    VV_LINE_REVERSED = 5, /* a recovery is undone after the provider contested it */
};

struct vv_difference_line {
    const char *component;
    vv_date period;
    struct vv_id contract;
    vv_money amount; /* the difference */
    vv_money owed;   /* the entitlement after this line */
    bool proposal;   /* moves no balance */
    enum vv_line_kind kind;
    const struct vv_payment_fact *decision; /* the person's decision that made the line, or NULL */
    const struct vv_owed *why;              /* NULL: nothing is owed any more */
    size_t order;                           /* of the component in the scheme */
};

struct vv_difference {
    struct vv_difference_line *lines; /* by (component order, period, contract, posting first) */
    size_t count;
};

/*
 * Compares. A rise first takes back a proposal that stands, then is posted; so nothing is paid
 * twice when a withdrawal is itself withdrawn.
 *   scheme  gives the order of components; may be NULL
 * Errors: VV_NO_MEMORY, VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_difference(const struct vv_entitlement *entitlement,
                                        const struct vv_posted *posted, size_t posted_count,
                                        const struct vv_scheme *scheme, ProtobufCAllocator *memory,
                                        struct vv_difference *ret_difference);

/*
 * Adds a line to the totals, appending an entry if there is none. `totals` has room for one more.
 * Errors: VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_posted_add(struct vv_posted *totals, size_t *count,
                                        const char *component, vv_date period,
                                        struct vv_id contract, vv_money amount, bool proposal);

/* The same for a line of any kind; `through` is the log index that its batch had seen. Set-offs and
 * claims move between accounts what is posted already, so they change no total. */
VV_CHECKED enum vv_status vv_posted_enter(struct vv_posted *totals, size_t *count,
                                          const struct vv_difference_line *line, uint32_t through);

#endif
