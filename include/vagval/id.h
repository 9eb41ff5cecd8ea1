/*
 * id.h: 16-byte identifiers.
 *
 * Ids of persons, cases, contracts, providers and areas are UUIDv8 whose first two bytes are the
 * partition, so that whoever holds an id knows where its state lives. Message ids (= fact ids)
 * are UUIDv8 derived from the source record, so that the same file twice is the same facts, or
 * UUIDv7 where the caller persists the id before sending.
 */
#ifndef VAGVAL_ID_H
#define VAGVAL_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/status.h"

struct vv_id {
    uint8_t bytes[16];
};

#define VV_NIL ((struct vv_id){{0}}) /* the id of nothing */

#define VV_ID_TEXT_BYTES 33 /* 32 lower-case hexadecimal digits and NUL */

bool vv_id_is_nil(struct vv_id id);
bool vv_id_equal(struct vv_id a, struct vv_id b);
uint16_t vv_id_partition(struct vv_id id);

/* Writes 32 hexadecimal digits and a NUL. */
void vv_id_format(struct vv_id id, char ret_text[static VV_ID_TEXT_BYTES]);
/* Accepts 32 hexadecimal digits, with or without UUID dashes. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_id_parse(const char *text, struct vv_id *ret_id);
/* Takes a protobuf bytes field; VV_INVALID unless exactly 16 bytes. */
VV_CHECKED enum vv_status vv_id_from_bytes(const void *data, size_t len, struct vv_id *ret_id);

/* Fact id of a source record: UUIDv8 of BLAKE2b(source, kind, reference), each length-prefixed. */
struct vv_id vv_id_fact(const char *source, const char *kind, const char *reference);
/* Id that an order's relay uses, and ids of further events of one fact: H(parent, step). */
struct vv_id vv_id_step(struct vv_id parent, uint32_t step);

/* Derived homes. `partitions` is the region's N, 1..VV_PARTITIONS_MAX. */
struct vv_id vv_id_provider(const char *organisation_number, uint16_t partitions);
/* An area and all its contracts share one partition: the non-choice alternative is one decision. */
struct vv_id vv_id_area(const char *scheme, const char *area, uint16_t partitions);
struct vv_id vv_id_contract(const char *scheme, const char *area, const char *number,
                            uint16_t partitions);
/* An organisation's application for an area lies where the area's contracts lie. */
struct vv_id vv_id_application(const char *scheme, const char *area,
                               const char *organisation_number, uint16_t partitions);
/* A document, by its 32-byte hash: whoever may use it is decided there. */
struct vv_id vv_id_evidence(const uint8_t hash[static 32], uint16_t partitions);
/* The case of a person in a scheme keeps the person's partition. `ordinal` counts from 1. */
struct vv_id vv_id_case(struct vv_id person, const char *scheme, uint32_t ordinal);
/* A random person id carrying `partition`; `entropy` = 16 random bytes (the caller has the source).
 */
struct vv_id vv_id_person(uint16_t partition, const uint8_t entropy[static 16]);
/* UUIDv7 from a business or wall clock and entropy. */
struct vv_id vv_id_time(int64_t unix_ms, const uint8_t entropy[static 16]);

#endif
