/*
 * memory.h: an allocator whose Nth allocation fails, for tests of what happens when memory ends.
 *
 *     for (size_t n = 0;; n++) {
 *         ProtobufCAllocator *memory = memory_of(n);      (n allocations succeed)
 *         if (f(memory, &result) == VV_OK) { break; }     (then there was enough)
 *     }
 */
#ifndef VAGVAL_TESTS_MEMORY_H
#define VAGVAL_TESTS_MEMORY_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

/* Empties the memory, of which `allocations` more succeed. One at a time: it is the same each time.
 * What is handed out is not zeroed. */
ProtobufCAllocator *memory_of(size_t allocations);

#endif
