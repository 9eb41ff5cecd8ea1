/*
 * failing_calls.h: the nth allocation fails, and what is not freed is counted. For tests that are
 * linked with --wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free; included once
 * in such a test. Only calls of our own objects come here; libraries have theirs.
 */
#ifndef VAGVAL_TESTS_FAILING_CALLS_H
#define VAGVAL_TESTS_FAILING_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "../support/random.h"

static bool armed, failed;
static int calls_left;
/* Not 0: one of so many fails, by chance. In step, a failure could meet the same call of each try
 * for ever. */
static int every;
static long live; /* allocations of ours that are not freed */

/* Is this the call that fails? */
static bool fails(void)
{
    bool now = armed && (every != 0 ? random_below((uint32_t)every) == 0 : --calls_left == 0);
    failed = failed || now;
    return now;
}

static void arm(int n)
{
    calls_left = n;
    failed = false;
    armed = true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size)
{
    void *memory = fails() ? NULL : __real_malloc(size);
    live += memory != NULL;
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *memory = fails() ? NULL : __real_calloc(count, size);
    live += memory != NULL;
    return memory;
}

void *__wrap_realloc(void *memory, size_t size)
{
    void *grown = fails() ? NULL : __real_realloc(memory, size);
    live += memory == NULL && grown != NULL;
    return grown;
}

char *__wrap_strdup(const char *text)
{
    char *copy = fails() ? NULL : __real_strdup(text);
    live += copy != NULL;
    return copy;
}

void __wrap_free(void *memory)
{
    live -= memory != NULL;
    __real_free(memory);
}

#endif
