/*
 * store_library.c: deploy/redis/vagval.lua inside the binary, so that the program that makes a
 * commit and the function that runs it can never come from different places. The path is relative
 * to the top of the repository, where make runs the compiler.
 */
#include "store_internal.h"

__asm__(".section .rodata\n"
        ".global vv_library_source\n"
        ".global vv_library_source_end\n"
        "vv_library_source:\n"
        ".incbin \"deploy/redis/vagval.lua\"\n"
        "vv_library_source_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char vv_library_source_end[];

size_t vv_library_source_len(void)
{
    return (size_t)((uintptr_t)vv_library_source_end - (uintptr_t)vv_library_source);
}
