/*
 * The arena: aligned, zeroed, bounded, and given back at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "vagval/arena.h"

static void test_aligned_and_zeroed(void **state)
{
    unsigned char memory[257];
    struct vv_arena arena;

    (void)state;
    memset(memory, 0xAA, sizeof memory);
    vv_arena_init(&arena, memory + 1, sizeof memory - 1); /* the caller's memory may be unaligned */
    for (int i = 0; i < 3; i++) {
        unsigned char *bytes = vv_arena_alloc(&arena, 17);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        for (int j = 0; j < 17; j++) {
            assert_int_equal(bytes[j], 0);
        }
        memset(bytes, 0xFF, 17);
    }
}

static void test_bound(void **state)
{
    _Alignas(16) unsigned char memory[64];
    struct vv_arena arena;

    (void)state;
    vv_arena_init(&arena, memory, sizeof memory);
    assert_non_null(vv_arena_alloc(&arena, 48));
    assert_null(vv_arena_alloc(&arena, 17));
    assert_non_null(vv_arena_alloc(&arena, 16));
    assert_null(vv_arena_alloc(&arena, 1));
    assert_null(vv_arena_alloc(&arena, SIZE_MAX)); /* does not wrap around */
    assert_null(vv_arena_format(&arena, "%d", 1));
    assert_int_equal(arena.used, 64);
    vv_arena_reset(&arena);
    assert_null(vv_arena_alloc(&arena, 65));
    assert_non_null(vv_arena_alloc(&arena, 64));
    assert_int_equal(arena.high_water, 64);
}

static void test_copies(void **state)
{
    _Alignas(16) unsigned char memory[256];
    struct vv_arena arena;
    char source[] = "abc";

    (void)state;
    vv_arena_init(&arena, memory, sizeof memory);
    char *copy = vv_arena_copy(&arena, source, 3);
    char *text = vv_arena_text(&arena, source);
    source[0] = 'x';
    assert_memory_equal(copy, "abc", 3);
    assert_string_equal(text, "abc");
    assert_string_equal(vv_arena_format(&arena, "%s-%03d", "p", 42), "p-042");
}

static void test_allocator(void **state)
{
    _Alignas(16) unsigned char memory[32];
    struct vv_arena arena;

    (void)state;
    vv_arena_init(&arena, memory, sizeof memory);
    ProtobufCAllocator *allocator = &arena.allocator;
    void *first = allocator->alloc(allocator->allocator_data, 16);
    assert_non_null(first);
    allocator->free(allocator->allocator_data, first);
    void *second = allocator->alloc(allocator->allocator_data, 16);
    assert_ptr_not_equal(first, second); /* free gives nothing back */
    assert_null(allocator->alloc(allocator->allocator_data, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_and_zeroed),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
