/*
 * scarce_memory.h: malloc and calloc that succeed a number of times and then no more. For tests
 * that are linked with --wrap=malloc,--wrap=calloc; included once in such a test.
 */
#ifndef VAGVAL_TESTS_SCARCE_MEMORY_H
#define VAGVAL_TESTS_SCARCE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

static struct {
    size_t left; /* allocations that still succeed */
    bool counting;
} supply;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool supply_refuses(void)
{
    if (!supply.counting) {
        return false;
    }
    if (supply.left == 0) {
        return true;
    }
    supply.left--;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return supply_refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return supply_refuses() ? NULL : __real_calloc(count, size);
}

#endif
