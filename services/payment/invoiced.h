/*
 * invoiced.h: tells of the documents whose amounts go to be paid: taken by a payment run, or billed
 * by an invoice that agrees. The registry then calls a verified document invoiced.
 */
#ifndef VAGVAL_PAYMENT_INVOICED_H
#define VAGVAL_PAYMENT_INVOICED_H

#include "facts.h"
#include "match.h"
#include "vagval/service.h"

/* Documents of one case that are told at once; a batch rests on a few. */
#define VV_INVOICED_RECORDS_MAX 64
/* Lines of one invoice that are told of: a contract has a few hundred participants at most. */
#define VV_INVOICED_LINES_MAX 512

/* Adds the records with a document that a posted line rests on, each once. `list` has room for
 * VV_INVOICED_RECORDS_MAX. Base pay rests on none; nor does an amount that falls. */
void vv_invoiced_collect(const struct vv_scheme *scheme, const Vagval__V1__Line *line,
                         const struct vv_payment_fact *facts, size_t fact_count,
                         ProtobufCBinaryData *list, size_t *count);

/* The event: amounts that rest on these records' documents go to be paid on `on`. */
void vv_invoiced_tell(struct vv_outcome *outcome, const char *scheme, vv_date on,
                      ProtobufCBinaryData case_id, ProtobufCBinaryData *records, size_t count);

/* Orders it for the lines of an invoice that agree: their cases lie in other partitions. Errors:
 * VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_invoiced_order(const struct vv_call *call, struct vv_outcome *outcome,
                                            const Vagval__V1__InvoiceState *state,
                                            const struct vv_match *match);

#endif
