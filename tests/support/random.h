/*
 * random.h: random numbers of the property tests. The seed is printed before the first number is
 * drawn, and VAGVAL_TEST_SEED repeats a run.
 */
#ifndef VAGVAL_TESTS_RANDOM_H
#define VAGVAL_TESTS_RANDOM_H

#include <stdint.h>

#include "vagval/id.h"

/* Begins a run: takes the seed from VAGVAL_TEST_SEED or draws one, prints it. A test program calls
 * it in main or once per property. Ends the program when the system gives no random bytes. */
void random_begin(void);
/* A number in [0, bound). bound is at least 1. */
uint32_t random_below(uint32_t bound);
struct vv_id random_id(void);

#endif
