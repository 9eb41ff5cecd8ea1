/*
 * seal.h: personal data at rest. A fact's body is sealed with its person's key (XChaCha20-Poly1305,
 * random nonce); the person's key is wrapped by the key-file key, whose id stands in the
 * ciphertext. Lookups go through a keyed hash. Built on libsodium.
 */
#ifndef VAGVAL_SEAL_H
#define VAGVAL_SEAL_H

#include "vagval/arena.h"
#include "vagval/id.h"
#include "vagval/status.h"

struct vv_seal;

#define VV_WRAPPED_KEY_BYTES 76   /* key id 4, nonce 24, key 32, tag 16 */
#define VV_SEAL_OVERHEAD_BYTES 40 /* nonce 24, tag 16 */
#define VV_LOOKUP_BYTES 16

struct vv_person_key {
    uint8_t bytes[32];
};

/* Reads wrap.key and lookup.key (32 random bytes each, made by `vagval keys`) from a directory. */
VV_CHECKED enum vv_status vv_seal_open(const char *directory, struct vv_seal **ret_seal,
                                       struct vv_error *ret_error);
/* From keys in memory: tests. */
struct vv_seal *vv_seal_create(const uint8_t wrap[static 32], const uint8_t lookup[static 32]);
void vv_seal_destroy(struct vv_seal **seal);

/* A fresh person key and its wrapped form; the wrap is bound to the person's id. */
void vv_seal_new_key(const struct vv_seal *seal, struct vv_id person, struct vv_person_key *ret_key,
                     uint8_t ret_wrapped[static VV_WRAPPED_KEY_BYTES]);
VV_CHECKED enum vv_status vv_seal_unwrap(const struct vv_seal *seal, struct vv_id person,
                                         const void *wrapped, size_t len,
                                         struct vv_person_key *ret_key);
/* Seals into the arena; `id` (the fact's) is authenticated too. NULL when the arena is full. */
uint8_t *vv_seal_body(const struct vv_person_key *key, struct vv_id id, const void *body,
                      size_t len, struct vv_arena *arena, size_t *ret_len);
VV_CHECKED enum vv_status vv_unseal_body(const struct vv_person_key *key, struct vv_id id,
                                         const void *sealed, size_t len, struct vv_arena *arena,
                                         uint8_t **ret_body, size_t *ret_len);
/* Keyed hash of a normalised identity: lookup key and, mod N, the person's partition. */
void vv_seal_lookup(const struct vv_seal *seal, const char *kind, const char *identity,
                    uint8_t ret_hash[static VV_LOOKUP_BYTES]);
uint16_t vv_seal_partition(const uint8_t hash[static VV_LOOKUP_BYTES], uint16_t partitions);
/* For a reader with a key pair of its own (X25519): an anonymous sealed box into the arena. NULL
 * when the arena is full or the key is no point of the curve. */
#define VV_BOX_KEY_BYTES 32
uint8_t *vv_seal_box(const uint8_t public_key[static VV_BOX_KEY_BYTES], const void *body,
                     size_t len, struct vv_arena *arena, size_t *ret_len);
/* 16 random bytes. Handlers stay deterministic given their call, so this is only for new ids and
 * nonces; a repeat finds the stored fact. */
void vv_seal_random(void *ret_bytes, size_t len);
/* Keyed digest of a received body: the CONFLICT check. */
void vv_seal_digest(const struct vv_seal *seal, const void *bytes, size_t len,
                    uint8_t ret_digest[static 16]);

#endif
