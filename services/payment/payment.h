/*
 * payment.h: the service as the runtime and the tests see it.
 */
#ifndef VAGVAL_PAYMENT_H
#define VAGVAL_PAYMENT_H

#include "vagval/service.h"

extern const struct vv_service vv_service_payment;

#endif
