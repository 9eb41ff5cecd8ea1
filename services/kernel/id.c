/*
 * id.c: ids made, derived, written and read. All hashing is BLAKE2b over length-prefixed parts, so
 * that ("ab", "c") and ("a", "bc") never give the same id.
 */
#include "vagval/id.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "vagval/limits.h"

/* Purposes keep ids of different kinds apart although their parts may be equal. */
#define PURPOSE_FACT "fact"
#define PURPOSE_STEP "step"
#define PURPOSE_PROVIDER "provider"
#define PURPOSE_AREA "area"
#define PURPOSE_CONTRACT "contract"
#define PURPOSE_CASE "case"
#define PURPOSE_APPLICATION "application"
#define PURPOSE_EVIDENCE "evidence"

bool vv_id_is_nil(struct vv_id id)
{
    static const struct vv_id nil;
    return memcmp(&id, &nil, sizeof id) == 0;
}

bool vv_id_equal(struct vv_id a, struct vv_id b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

uint16_t vv_id_partition(struct vv_id id)
{
    return (uint16_t)(id.bytes[0] << 8 | id.bytes[1]);
}

void vv_id_format(struct vv_id id, char ret_text[static VV_ID_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        ret_text[2 * i] = hex[id.bytes[i] >> 4];
        ret_text[2 * i + 1] = hex[id.bytes[i] & 15];
    }
    ret_text[32] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

enum vv_status vv_id_parse(const char *text, struct vv_id *ret_id)
{
    size_t len = strnlen(text, 37);
    bool dashed = len == 36;
    if (len != 32 && !dashed) {
        return VV_INVALID;
    }
    struct vv_id id = {{0}};
    size_t digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text[i] != '-') {
                return VV_INVALID;
            }
            continue;
        }
        int value = hex_digit(text[i]);
        if (value < 0) {
            return VV_INVALID;
        }
        id.bytes[digits / 2] = (uint8_t)(id.bytes[digits / 2] << 4 | value);
        digits++;
    }
    assert(digits == 32);
    *ret_id = id;
    return VV_OK;
}

enum vv_status vv_id_from_bytes(const void *data, size_t len, struct vv_id *ret_id)
{
    if (len != sizeof ret_id->bytes || data == NULL) {
        return VV_INVALID;
    }
    memcpy(ret_id->bytes, data, sizeof ret_id->bytes);
    return VV_OK;
}

static void hash_part(crypto_generichash_state *state, const void *bytes, size_t len)
{
    uint8_t prefix[8];
    for (size_t i = 0; i < sizeof prefix; i++) {
        prefix[i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
    }
    crypto_generichash_update(state, prefix, sizeof prefix);
    crypto_generichash_update(state, bytes, len);
}

static void hash_begin(crypto_generichash_state *state, const char *purpose)
{
    int failed = crypto_generichash_init(state, NULL, 0, 16);
    assert(failed == 0);
    (void)failed;
    hash_part(state, purpose, strlen(purpose));
}

/* Marks the bytes as a UUID of `version` (RFC 9562): bits 48..51 and the variant in 64..65. */
static struct vv_id marked(struct vv_id id, unsigned version)
{
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | version << 4);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

static struct vv_id hash_end(crypto_generichash_state *state)
{
    struct vv_id id;
    crypto_generichash_final(state, id.bytes, sizeof id.bytes);
    return marked(id, 8);
}

static struct vv_id with_partition(struct vv_id id, uint16_t partition)
{
    id.bytes[0] = (uint8_t)(partition >> 8);
    id.bytes[1] = (uint8_t)(partition & 0xFF);
    return id;
}

/* The home of a hash. The last four bytes decide: the first two are about to be overwritten, and
 * those that carry version and variant are not uniform. */
static uint16_t home_of(struct vv_id id, uint16_t partitions)
{
    assert(partitions >= 1 && partitions <= VV_PARTITIONS_MAX);
    uint32_t tail = (uint32_t)id.bytes[12] << 24 | (uint32_t)id.bytes[13] << 16 |
                    (uint32_t)id.bytes[14] << 8 | (uint32_t)id.bytes[15];
    return (uint16_t)(tail % partitions);
}

struct vv_id vv_id_fact(const char *source, const char *kind, const char *reference)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_FACT);
    hash_part(&state, source, strlen(source));
    hash_part(&state, kind, strlen(kind));
    hash_part(&state, reference, strlen(reference));
    return hash_end(&state);
}

struct vv_id vv_id_step(struct vv_id parent, uint32_t step)
{
    uint8_t number[4] = {(uint8_t)(step >> 24), (uint8_t)(step >> 16), (uint8_t)(step >> 8),
                         (uint8_t)step};
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_STEP);
    hash_part(&state, parent.bytes, sizeof parent.bytes);
    hash_part(&state, number, sizeof number);
    return hash_end(&state);
}

struct vv_id vv_id_provider(const char *organisation_number, uint16_t partitions)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_PROVIDER);
    hash_part(&state, organisation_number, strlen(organisation_number));
    struct vv_id id = hash_end(&state);
    return with_partition(id, home_of(id, partitions));
}

struct vv_id vv_id_area(const char *scheme, const char *area, uint16_t partitions)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_AREA);
    hash_part(&state, scheme, strlen(scheme));
    hash_part(&state, area, strlen(area));
    struct vv_id id = hash_end(&state);
    return with_partition(id, home_of(id, partitions));
}

struct vv_id vv_id_contract(const char *scheme, const char *area, const char *number,
                            uint16_t partitions)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_CONTRACT);
    hash_part(&state, scheme, strlen(scheme));
    hash_part(&state, area, strlen(area));
    hash_part(&state, number, strlen(number));
    return with_partition(hash_end(&state), vv_id_partition(vv_id_area(scheme, area, partitions)));
}

struct vv_id vv_id_application(const char *scheme, const char *area,
                               const char *organisation_number, uint16_t partitions)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_APPLICATION);
    hash_part(&state, scheme, strlen(scheme));
    hash_part(&state, area, strlen(area));
    hash_part(&state, organisation_number, strlen(organisation_number));
    return with_partition(hash_end(&state), vv_id_partition(vv_id_area(scheme, area, partitions)));
}

struct vv_id vv_id_evidence(const uint8_t hash[static 32], uint16_t partitions)
{
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_EVIDENCE);
    hash_part(&state, hash, 32);
    struct vv_id id = hash_end(&state);
    return with_partition(id, home_of(id, partitions));
}

struct vv_id vv_id_case(struct vv_id person, const char *scheme, uint32_t ordinal)
{
    assert(ordinal >= 1);
    uint8_t number[4] = {(uint8_t)(ordinal >> 24), (uint8_t)(ordinal >> 16),
                         (uint8_t)(ordinal >> 8), (uint8_t)ordinal};
    crypto_generichash_state state;
    hash_begin(&state, PURPOSE_CASE);
    hash_part(&state, person.bytes, sizeof person.bytes);
    hash_part(&state, scheme, strlen(scheme));
    hash_part(&state, number, sizeof number);
    return with_partition(hash_end(&state), vv_id_partition(person));
}

struct vv_id vv_id_person(uint16_t partition, const uint8_t entropy[static 16])
{
    struct vv_id id;
    memcpy(id.bytes, entropy, sizeof id.bytes);
    return with_partition(marked(id, 8), partition);
}

struct vv_id vv_id_time(int64_t unix_ms, const uint8_t entropy[static 16])
{
    assert(unix_ms >= 0);
    struct vv_id id;
    memcpy(id.bytes, entropy, sizeof id.bytes);
    for (size_t i = 0; i < 6; i++) {
        id.bytes[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
    }
    return marked(id, 7);
}
