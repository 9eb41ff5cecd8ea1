/*
 * contract_lines.h: which batches of a partition posted something that a contract's provider can
 * bill in a month. Written with the batch, so that an invoice is made without reading every case.
 */
#ifndef VAGVAL_PAYMENT_CONTRACT_LINES_H
#define VAGVAL_PAYMENT_CONTRACT_LINES_H

#include "vagval/service.h"

/* Notes the batch in the list of each contract that it moves the balance of, under the month from
 * which its lines may be paid. To be called once, where the batch is stored. */
void vv_contract_lines_note(const struct vv_call *call, struct vv_outcome *outcome,
                            struct vv_id case_id, const Vagval__V1__PostingBatch *batch);

#endif
