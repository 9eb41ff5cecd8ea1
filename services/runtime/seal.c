/*
 * seal.c: libsodium behind seal.h. Keys never leave this file except as struct vv_person_key.
 */
#include "vagval/seal.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_BYTES 32
#define KEY_ID_BYTES 4

struct vv_seal {
    uint8_t wrap[KEY_BYTES];
    uint8_t lookup[KEY_BYTES];
    uint8_t digest[KEY_BYTES]; /* derived from lookup: the two uses must not share a key */
    uint8_t key_id[KEY_ID_BYTES];
};

_Static_assert(VV_WRAPPED_KEY_BYTES == KEY_ID_BYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                           KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "key id, nonce, key, tag");
_Static_assert(VV_SEAL_OVERHEAD_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                             crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce, tag");

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

static void sodium_ready(void)
{
    int ready = sodium_init();
    assert(ready >= 0);
    (void)ready;
}

struct vv_seal *vv_seal_create(const uint8_t wrap[static 32], const uint8_t lookup[static 32])
{
    sodium_ready();
    struct vv_seal *seal = sodium_malloc(sizeof(*seal));
    if (seal == NULL) {
        return NULL;
    }
    memcpy(seal->wrap, wrap, KEY_BYTES);
    memcpy(seal->lookup, lookup, KEY_BYTES);
    static const char purpose[] = "vagval body digest";
    crypto_generichash(seal->digest, KEY_BYTES, (const uint8_t *)purpose, sizeof(purpose) - 1,
                       lookup, KEY_BYTES);
    static const char name[] = "vagval key id";
    crypto_generichash_state state;
    uint8_t hash[16];
    crypto_generichash_init(&state, wrap, KEY_BYTES, sizeof(hash));
    crypto_generichash_update(&state, (const uint8_t *)name, sizeof(name) - 1);
    crypto_generichash_final(&state, hash, sizeof(hash));
    memcpy(seal->key_id, hash, KEY_ID_BYTES);
    sodium_mprotect_readonly(seal);
    return seal;
}

void vv_seal_destroy(struct vv_seal **seal)
{
    if (seal != NULL && *seal != NULL) {
        sodium_free(*seal); /* wipes */
        *seal = NULL;
    }
}

static enum vv_status read_key(const char *directory, const char *name, uint8_t ret_key[static 32],
                               struct vv_error *ret_error)
{
    char path[512];
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, name) >= sizeof(path)) {
        return vv_fail(ret_error, VV_INVALID, directory, "", 0, "the path is too long");
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return vv_fail(ret_error, VV_IO, path, "", 0,
                       "cannot open the key file (%s); make keys with `vagval keys`",
                       strerror(errno));
    }
    struct stat info;
    if (fstat(fileno(file), &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fclose(file);
        return vv_fail(ret_error, VV_INVALID, path, "", 0,
                       "the file holds a secret and others than its owner may use it; chmod 0400 "
                       "it");
    }
    uint8_t bytes[KEY_BYTES + 1];
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    enum vv_status status = VV_OK;
    if (len != KEY_BYTES) {
        status = vv_fail(ret_error, VV_INVALID, path, "", 0, "a key file holds exactly 32 bytes");
    } else {
        memcpy(ret_key, bytes, KEY_BYTES);
    }
    sodium_memzero(bytes, sizeof(bytes));
    return status;
}

enum vv_status vv_seal_open(const char *directory, struct vv_seal **ret_seal,
                            struct vv_error *ret_error)
{
    sodium_ready();
    uint8_t wrap[KEY_BYTES], lookup[KEY_BYTES];
    enum vv_status status = read_key(directory, "wrap.key", wrap, ret_error);
    if (status == VV_OK) {
        status = read_key(directory, "lookup.key", lookup, ret_error);
    }
    if (status == VV_OK) {
        struct vv_seal *seal = vv_seal_create(wrap, lookup);
        if (seal == NULL) {
            status = vv_fail(ret_error, VV_NO_MEMORY, directory, "", 0, "no locked memory left");
        } else {
            *ret_seal = seal;
        }
    }
    sodium_memzero(wrap, sizeof(wrap));
    sodium_memzero(lookup, sizeof(lookup));
    return status;
}

void vv_seal_new_key(const struct vv_seal *seal, struct vv_id person, struct vv_person_key *ret_key,
                     uint8_t ret_wrapped[static VV_WRAPPED_KEY_BYTES])
{
    randombytes_buf(ret_key->bytes, sizeof(ret_key->bytes));
    uint8_t *nonce = ret_wrapped + KEY_ID_BYTES;
    memcpy(ret_wrapped, seal->key_id, KEY_ID_BYTES);
    randombytes_buf(nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, ret_key->bytes,
                                               sizeof(ret_key->bytes), person.bytes,
                                               sizeof(person.bytes), NULL, nonce, seal->wrap);
}

enum vv_status vv_seal_unwrap(const struct vv_seal *seal, struct vv_id person, const void *wrapped,
                              size_t len, struct vv_person_key *ret_key)
{
    const uint8_t *bytes = wrapped;
    if (len == 0) {
        return VV_ERASED;
    }
    if (len != VV_WRAPPED_KEY_BYTES || memcmp(bytes, seal->key_id, KEY_ID_BYTES) != 0) {
        return VV_CORRUPT;
    }
    struct vv_person_key key;
    const uint8_t *nonce = bytes + KEY_ID_BYTES;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            key.bytes, NULL, NULL, nonce + NONCE_BYTES,
            VV_WRAPPED_KEY_BYTES - KEY_ID_BYTES - NONCE_BYTES, person.bytes, sizeof(person.bytes),
            nonce, seal->wrap) != 0) {
        return VV_CORRUPT;
    }
    *ret_key = key;
    sodium_memzero(&key, sizeof(key));
    return VV_OK;
}

uint8_t *vv_seal_body(const struct vv_person_key *key, struct vv_id id, const void *body,
                      size_t len, struct vv_arena *arena, size_t *ret_len)
{
    uint8_t *sealed = vv_arena_alloc(arena, len + VV_SEAL_OVERHEAD_BYTES);
    if (sealed == NULL) {
        return NULL;
    }
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, NULL, body, len, id.bytes,
                                               sizeof(id.bytes), NULL, sealed, key->bytes);
    *ret_len = len + VV_SEAL_OVERHEAD_BYTES;
    return sealed;
}

enum vv_status vv_unseal_body(const struct vv_person_key *key, struct vv_id id, const void *sealed,
                              size_t len, struct vv_arena *arena, uint8_t **ret_body,
                              size_t *ret_len)
{
    const uint8_t *bytes = sealed;
    if (len < VV_SEAL_OVERHEAD_BYTES) {
        return VV_CORRUPT;
    }
    uint8_t *body = vv_arena_alloc(arena, len - VV_SEAL_OVERHEAD_BYTES + 1);
    if (body == NULL) {
        return VV_NO_MEMORY;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(body, NULL, NULL, bytes + NONCE_BYTES,
                                                   len - NONCE_BYTES, id.bytes, sizeof(id.bytes),
                                                   bytes, key->bytes) != 0) {
        return VV_CORRUPT;
    }
    *ret_body = body;
    *ret_len = len - VV_SEAL_OVERHEAD_BYTES;
    return VV_OK;
}

void vv_seal_lookup(const struct vv_seal *seal, const char *kind, const char *identity,
                    uint8_t ret_hash[static VV_LOOKUP_BYTES])
{
    /* The kind's NUL separates it from the identity. */
    crypto_generichash_state state;
    crypto_generichash_init(&state, seal->lookup, KEY_BYTES, VV_LOOKUP_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)kind, strlen(kind) + 1);
    crypto_generichash_update(&state, (const uint8_t *)identity, strlen(identity));
    crypto_generichash_final(&state, ret_hash, VV_LOOKUP_BYTES);
}

uint16_t vv_seal_partition(const uint8_t hash[static VV_LOOKUP_BYTES], uint16_t partitions)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) {
        number = number << 8 | hash[i];
    }
    return (uint16_t)(number % partitions);
}

uint8_t *vv_seal_box(const uint8_t public_key[static VV_BOX_KEY_BYTES], const void *body,
                     size_t len, struct vv_arena *arena, size_t *ret_len)
{
    _Static_assert(VV_BOX_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "a public key");
    sodium_ready();
    uint8_t *box = vv_arena_alloc(arena, len + crypto_box_SEALBYTES);
    if (box == NULL || crypto_box_seal(box, body, len, public_key) != 0) {
        return NULL;
    }
    *ret_len = len + crypto_box_SEALBYTES;
    return box;
}

void vv_seal_random(void *ret_bytes, size_t len)
{
    sodium_ready();
    randombytes_buf(ret_bytes, len);
}

void vv_seal_digest(const struct vv_seal *seal, const void *bytes, size_t len,
                    uint8_t ret_digest[static 16])
{
    /* Services that own no persons have no key; what they receive holds nothing personal. */
    crypto_generichash(ret_digest, 16, bytes, len, seal == NULL ? NULL : seal->digest,
                       seal == NULL ? 0 : KEY_BYTES);
}
