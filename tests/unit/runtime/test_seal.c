/*
 * Sealing: what one key closed only the same key and the same id open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vagval/seal.h"

static const uint8_t wrap_key[32] = {1, 2, 3};
static const uint8_t lookup_key[32] = {4, 5, 6};
static const uint8_t other_key[32] = {7};
static const struct vv_id person = {{0, 3, 1}};
static const struct vv_id stranger = {{0, 3, 2}};

static unsigned char memory[8192];
static struct vv_arena arena;

static int setup(void **state)
{
    *state = vv_seal_create(wrap_key, lookup_key);
    vv_arena_init(&arena, memory, sizeof(memory));
    return *state == NULL;
}

static int teardown(void **state)
{
    struct vv_seal *seal = *state;
    vv_seal_destroy(&seal);
    assert_null(seal);
    vv_seal_destroy(&seal);
    return 0;
}

static void a_wrapped_key_opens_for_its_person_only(void **state)
{
    const struct vv_seal *seal = *state;
    struct vv_person_key key, back;
    uint8_t wrapped[VV_WRAPPED_KEY_BYTES];
    vv_seal_new_key(seal, person, &key, wrapped);
    assert_int_equal(vv_seal_unwrap(seal, person, wrapped, sizeof(wrapped), &back), VV_OK);
    assert_memory_equal(&key, &back, sizeof(key));
    assert_int_equal(vv_seal_unwrap(seal, stranger, wrapped, sizeof(wrapped), &back), VV_CORRUPT);
    assert_int_equal(vv_seal_unwrap(seal, person, wrapped, sizeof(wrapped) - 1, &back), VV_CORRUPT);
    assert_int_equal(vv_seal_unwrap(seal, person, "", 0, &back), VV_ERASED);
    struct vv_seal *other = vv_seal_create(other_key, lookup_key);
    assert_int_equal(vv_seal_unwrap(other, person, wrapped, sizeof(wrapped), &back), VV_CORRUPT);
    vv_seal_destroy(&other);
    for (size_t i = 0; i < sizeof(wrapped); i++) {
        wrapped[i] ^= 1;
        assert_int_equal(vv_seal_unwrap(seal, person, wrapped, sizeof(wrapped), &back), VV_CORRUPT);
        wrapped[i] ^= 1;
    }
}

static void a_body_opens_with_its_key_and_id_only(void **state)
{
    (void)state;
    struct vv_person_key key = {{9}}, wrong = {{8}};
    static const char body[] = "who and where";
    size_t len = 0, back_len = 0;
    uint8_t *sealed = vv_seal_body(&key, person, body, sizeof(body), &arena, &len);
    uint8_t *back = NULL;
    assert_non_null(sealed);
    assert_int_equal(len, sizeof(body) + VV_SEAL_OVERHEAD_BYTES);
    for (size_t i = 0; i + sizeof(body) <= len; i++) {
        assert_memory_not_equal(sealed + i, body, sizeof(body) - 1);
    }
    assert_int_equal(vv_unseal_body(&key, person, sealed, len, &arena, &back, &back_len), VV_OK);
    assert_int_equal(back_len, sizeof(body));
    assert_memory_equal(back, body, sizeof(body));
    assert_int_equal(vv_unseal_body(&wrong, person, sealed, len, &arena, &back, &back_len),
                     VV_CORRUPT);
    assert_int_equal(vv_unseal_body(&key, stranger, sealed, len, &arena, &back, &back_len),
                     VV_CORRUPT);
}

static void every_flipped_byte_of_a_body_is_noticed(void **state)
{
    (void)state;
    struct vv_person_key key = {{9}};
    size_t len = 0, back_len = 0;
    uint8_t copy[64], *back = NULL;
    uint8_t *sealed = vv_seal_body(&key, person, "body", 4, &arena, &len);
    assert_non_null(sealed);
    assert_true(len <= sizeof(copy));
    memcpy(copy, sealed, len);
    for (size_t i = 0; i < len; i++) {
        vv_arena_reset(&arena);
        copy[i] ^= 1;
        assert_int_equal(vv_unseal_body(&key, person, copy, len, &arena, &back, &back_len),
                         VV_CORRUPT);
        copy[i] ^= 1;
    }
    assert_int_equal(
        vv_unseal_body(&key, person, copy, VV_SEAL_OVERHEAD_BYTES - 1, &arena, &back, &back_len),
        VV_CORRUPT);
    assert_null(vv_seal_body(&key, person, memory, sizeof(memory), &arena, &len));
}

static void lookups_depend_on_key_kind_and_identity(void **state)
{
    const struct vv_seal *seal = *state;
    uint8_t a[VV_LOOKUP_BYTES], b[VV_LOOKUP_BYTES];
    vv_seal_lookup(seal, "personnummer", "191212121212", a);
    vv_seal_lookup(seal, "personnummer", "191212121212", b);
    assert_memory_equal(a, b, sizeof(a));
    vv_seal_lookup(seal, "samordningsnummer", "191212121212", b);
    assert_memory_not_equal(a, b, sizeof(a));
    vv_seal_lookup(seal, "personnummer1", "91212121212", b);
    assert_memory_not_equal(a, b, sizeof(a));
    struct vv_seal *other = vv_seal_create(wrap_key, other_key);
    vv_seal_lookup(other, "personnummer", "191212121212", b);
    assert_memory_not_equal(a, b, sizeof(a));
    vv_seal_destroy(&other);
    static const uint8_t hash[VV_LOOKUP_BYTES] = {0, 0, 0, 0, 0, 0, 1, 2, 0xFF};
    assert_int_equal(vv_seal_partition(hash, 256), 2);
    assert_int_equal(vv_seal_partition(hash, 100), 58);
}

static void digests_are_keyed(void **state)
{
    const struct vv_seal *seal = *state;
    uint8_t a[16], b[16];
    vv_seal_digest(seal, "x", 1, a);
    vv_seal_digest(seal, "x", 1, b);
    assert_memory_equal(a, b, 16);
    vv_seal_digest(seal, "y", 1, b);
    assert_memory_not_equal(a, b, 16);
    vv_seal_digest(NULL, "x", 1, b);
    assert_memory_not_equal(a, b, 16);
}

static void write_key(const char *directory, const char *name, const void *bytes, size_t len)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void keys_are_read_from_files(void **state)
{
    (void)state;
    char directory[] = "/tmp/vagval-seal-XXXXXX";
    assert_non_null(mkdtemp(directory));
    struct vv_seal *seal = NULL;
    struct vv_error error = {0};
    assert_int_equal(vv_seal_open(directory, &seal, &error), VV_IO);
    assert_null(seal);
    write_key(directory, "wrap.key", wrap_key, 32);
    write_key(directory, "lookup.key", lookup_key, 31);
    assert_int_equal(vv_seal_open(directory, &seal, &error), VV_INVALID);
    write_key(directory, "lookup.key", lookup_key, 32);
    char path[256];
    snprintf(path, sizeof(path), "%s/wrap.key", directory);
    assert_int_equal(chmod(path, 0440), 0);
    assert_int_equal(vv_seal_open(directory, &seal, &error), VV_INVALID);
    assert_string_equal(error.where, path);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(vv_seal_open(directory, &seal, &error), VV_OK);
    struct vv_person_key key, back;
    uint8_t wrapped[VV_WRAPPED_KEY_BYTES];
    vv_seal_new_key(seal, person, &key, wrapped);
    struct vv_seal *same = *state;
    assert_int_equal(vv_seal_unwrap(same, person, wrapped, sizeof(wrapped), &back), VV_OK);
    vv_seal_destroy(&seal);
    snprintf(path, sizeof(path), "%s/wrap.key", directory);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof(path), "%s/lookup.key", directory);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wrapped_key_opens_for_its_person_only, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_opens_with_its_key_and_id_only, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_byte_of_a_body_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(lookups_depend_on_key_kind_and_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(digests_are_keyed, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_read_from_files, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
