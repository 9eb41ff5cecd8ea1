/*
 * campaign.c: see the header. The rules of a campaign; its messages are in handlers_campaign.c.
 */
#include "campaign.h"

#include <string.h>

void vv_campaign_plan(struct vv_plan *plan)
{
    vv_plan_load(plan, "campaign", VV_NIL);
}

enum vv_status vv_campaign_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                Vagval__V1__PaymentCampaign **ret_campaign)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "campaign", VV_NIL),
                                             &vagval__v1__payment_campaign__descriptor, &message);
    if (status == VV_OK) {
        *ret_campaign = (Vagval__V1__PaymentCampaign *)message;
    }
    return status;
}

enum vv_status vv_campaign_admits(const struct vv_call *call, const struct vv_loaded *loaded)
{
    Vagval__V1__PaymentCampaign *campaign = NULL;
    enum vv_status status = vv_campaign_read(call, loaded, &campaign);
    if (status != VV_OK) {
        return status;
    }
    return campaign->target > vv_book_generation(call->book) ? VV_BUSY : VV_OK;
}

uint32_t vv_campaign_wanted(const struct vv_book *book)
{
    uint32_t generation = vv_book_generation(book);
    while (generation > 0 && vv_book_amended(book, generation) == NULL) {
        generation--;
    }
    return generation;
}

uint32_t vv_campaign_needed(const struct vv_book *book, const char *scheme, uint32_t target)
{
    for (uint32_t generation = target; generation > 0; generation--) {
        const char *amended = vv_book_amended(book, generation);
        if (amended != NULL && strcmp(amended, scheme) == 0) {
            return generation;
        }
    }
    return 0;
}

/* Bytes of a subject: partition (2), target (4), two zero bytes, position (8), big-endian. */
#define TARGET_AT 2
#define TARGET_BYTES 4
#define POSITION_AT 8
#define POSITION_BYTES 8

static void write_number(uint8_t *bytes, size_t count, uint64_t number)
{
    for (size_t i = count; i-- > 0; number >>= 8) {
        bytes[i] = (uint8_t)(number & 0xFF);
    }
}

static uint64_t read_number(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

struct vv_id vv_campaign_subject(uint16_t partition, uint32_t target, uint64_t position)
{
    struct vv_id subject = VV_NIL;
    write_number(subject.bytes, TARGET_AT, partition);
    write_number(subject.bytes + TARGET_AT, TARGET_BYTES, target);
    write_number(subject.bytes + POSITION_AT, POSITION_BYTES, position);
    return subject;
}

bool vv_campaign_subject_read(struct vv_id subject, uint32_t *ret_target, uint64_t *ret_position)
{
    *ret_target = (uint32_t)read_number(subject.bytes + TARGET_AT, TARGET_BYTES);
    *ret_position = read_number(subject.bytes + POSITION_AT, POSITION_BYTES);
    return *ret_target > 0;
}
