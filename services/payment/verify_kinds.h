/*
 * verify_kinds.h: kinds of records that payment keeps besides cases, as `verify` asks for them.
 */
#ifndef VAGVAL_PAYMENT_VERIFY_KINDS_H
#define VAGVAL_PAYMENT_VERIFY_KINDS_H

/* The numbers are those of VerifyRecords.kind. */
enum vv_verify_kind {
    VV_VERIFY_BOOKS,    /* closed periods and links of the partition */
    VV_VERIFY_PAYEES,   /* bank details */
    VV_VERIFY_INVOICES, /* and credit notes */
    VV_VERIFY_BUDGETS,
    VV_VERIFY_RUNS, /* all of them in partition 0 */
    VV_VERIFY_KINDS,
};

#endif
