/*
 * kit.h: a small scheme built by hand, facts in one line each, and memory, for tests of the payment
 * rules. Prices are round figures of the test's own, chosen so that sums can be done in the head.
 */
#ifndef VAGVAL_TESTS_PAYMENT_KIT_H
#define VAGVAL_TESTS_PAYMENT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/payment/difference.h"
#include "../../../services/payment/entitlement.h"
#include "../../../services/payment/ledger.h"

#define KIT_UNUSED __attribute__((unused)) static

/* ---- memory that can be emptied ---- */

#define KIT_MEMORY_BYTES (4 * 1024 * 1024)
static _Alignas(16) unsigned char kit_bytes[KIT_MEMORY_BYTES];
static size_t kit_used;

static void *kit_alloc(void *context, size_t size)
{
    (void)context;
    size = (size + 15) / 16 * 16;
    if (kit_used + size > KIT_MEMORY_BYTES) {
        return NULL;
    }
    void *bytes = kit_bytes + kit_used;
    kit_used += size;
    memset(bytes, 0x5A, size); /* nobody may rely on zeroes */
    return bytes;
}

static void kit_free(void *context, void *bytes)
{
    (void)context;
    (void)bytes;
}

static ProtobufCAllocator kit_memory = {kit_alloc, kit_free, NULL};

/* ---- the scheme ----
 * Areas: umea at 100 %, blekinge at 110 %.
 * base     A 100.00, B 150.00, C 200.00 per calendar day
 * premium  A 3 000.00, B 4 000.00, C 5 000.00: 100 % through day 90, 50 % through day 180
 * result   A 10 000.00, B 14 000.00, C 19 000.00 at 4 months, job or study
 */

static const struct vv_area kit_areas[] = {
    {.code = "umea", .name = "Umeå", .factor_percent = 100},
    {.code = "blekinge", .name = "Blekinge", .factor_percent = 110},
};

#define KIT_PRICE(code, minor)                                                                     \
    {                                                                                              \
        .level = (code), .from = VV_DATE_NONE, .to = VV_DATE_NONE, .amount = (minor),              \
        .example = true                                                                            \
    }
static const struct vv_price kit_base[] = {KIT_PRICE("A", 10000), KIT_PRICE("B", 15000),
                                           KIT_PRICE("C", 20000)};
static const struct vv_price kit_premium[] = {KIT_PRICE("A", 300000), KIT_PRICE("B", 400000),
                                              KIT_PRICE("C", 500000)};
static const struct vv_price kit_result[] = {KIT_PRICE("A", 1000000), KIT_PRICE("B", 1400000),
                                             KIT_PRICE("C", 1900000)};
static const struct vv_band kit_bands[] = {{90, 100}, {180, 50}};

struct kit {
    struct vv_component components[6]; /* three are used unless a test says more */
    struct vv_scheme scheme;
    struct vv_scheme_lookup lookup;
    struct vv_payment_fact facts[512];
    size_t count;
    struct vv_entitlement entitlement;
};

enum { KIT_BASE, KIT_PREMIUM, KIT_RESULT };

static const struct vv_scheme *kit_on(const void *context, vv_date on)
{
    const struct vv_scheme *scheme = context;
    bool valid = on >= scheme->from && (scheme->to == VV_DATE_NONE || on <= scheme->to);
    return valid ? scheme : NULL;
}

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static struct vv_id kit_id(unsigned char kind, unsigned char number)
{
    return (struct vv_id){{0, 1, kind, number}};
}

KIT_UNUSED void kit_reset(struct kit *kit)
{
    kit_used = 0;
    memset(kit, 0, sizeof *kit);
    kit->components[KIT_BASE] = (struct vv_component){.code = "base",
                                                      .name_en = "Base",
                                                      .name_sv = "Grundersättning",
                                                      .kind = VV_PER_DAY,
                                                      .price_on = VV_ON_DAY,
                                                      .prices = kit_base,
                                                      .price_count = 3};
    kit->components[KIT_PREMIUM] = (struct vv_component){.code = "premium",
                                                         .name_en = "Speed premium",
                                                         .name_sv = "Snabbhetspremie",
                                                         .kind = VV_PREMIUM_DAYS,
                                                         .price_on = VV_ON_OUTCOME_START,
                                                         .on_job = true,
                                                         .on_study = true,
                                                         .bands = kit_bands,
                                                         .band_count = 2,
                                                         .prices = kit_premium,
                                                         .price_count = 3};
    kit->components[KIT_RESULT] = (struct vv_component){.code = "result",
                                                        .name_en = "Result",
                                                        .name_sv = "Resultatersättning",
                                                        .kind = VV_MILESTONE,
                                                        .price_on = VV_ON_OUTCOME_START,
                                                        .on_job = true,
                                                        .on_study = true,
                                                        .milestone_months = 4,
                                                        .prices = kit_result,
                                                        .price_count = 3};
    kit->scheme = (struct vv_scheme){.version = "test-version-1",
                                     .id = "se-test",
                                     .name_en = "Test",
                                     .name_sv = "Prov",
                                     .currency = "SEK",
                                     .time_zone = "Europe/Stockholm",
                                     .from = day("2020-01-01"),
                                     .to = VV_DATE_NONE,
                                     .areas = kit_areas,
                                     .area_count = 2,
                                     .components = kit->components,
                                     .component_count = 3};
    kit->lookup = (struct vv_scheme_lookup){.on = kit_on, .context = &kit->scheme};
}

/* ---- facts, in the order in which they are learnt ---- */

static struct vv_payment_fact *kit_add(struct kit *kit, enum vv_payment_fact_kind kind,
                                       const char *on)
{
    struct vv_payment_fact *fact = &kit->facts[kit->count++];
    *fact = (struct vv_payment_fact){
        .kind = kind,
        .id = {{0, 1, 0xFA, (unsigned char)(kit->count >> 8), (unsigned char)kit->count}},
        .effective = day(on),
        .index = (uint32_t)kit->count,
        .on = day(on),
        .planned_end = VV_DATE_NONE};
    return fact;
}

KIT_UNUSED struct vv_payment_fact *kit_level(struct kit *kit, const char *level, const char *from)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_LEVEL, from);
    fact->level = level;
    fact->referred = true;
    fact->decided_on = day(from);
    return fact;
}

/* A placement with contract `number` (its id), in umea, for six months, first of its service. */
KIT_UNUSED struct vv_payment_fact *kit_placement(struct kit *kit, unsigned char placement,
                                                 unsigned char contract, const char *start)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_PLACEMENT_START, start);
    fact->subject = kit_id('P', placement);
    fact->contract = kit_id('C', contract);
    fact->contract_number = "KA-000123";
    fact->area = "umea";
    fact->service_start = day(start);
    fact->planned_end = vv_date_add_months(day(start), 6) - 1;
    return fact;
}

KIT_UNUSED struct vv_payment_fact *kit_end(struct kit *kit, unsigned char placement,
                                           const char *last_day)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_PLACEMENT_END, last_day);
    fact->subject = kit_id('P', placement);
    return fact;
}

KIT_UNUSED struct vv_payment_fact *kit_report(struct kit *kit, const char *month, bool approved,
                                              const char *decided)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_REPORT, decided);
    fact->on = day(month);
    fact->approved = approved;
    return fact;
}

static const uint8_t kit_evidence[32] = {0xE1};

/* A confirmation or an end comes with its document's hash. */
KIT_UNUSED struct vv_payment_fact *kit_outcome(struct kit *kit, enum vv_payment_fact_kind kind,
                                               unsigned char outcome, const char *on)
{
    struct vv_payment_fact *fact = kit_add(kit, kind, on);
    fact->subject = kit_id('O', outcome);
    fact->extent_percent = 100;
    fact->job = true;
    if (kind == VV_FACT_OUTCOME_CONFIRM || kind == VV_FACT_OUTCOME_END) {
        fact->evidence = kit_evidence;
    }
    return fact;
}

KIT_UNUSED struct vv_payment_fact *kit_job(struct kit *kit, unsigned char outcome, const char *on)
{
    return kit_outcome(kit, VV_FACT_OUTCOME_START, outcome, on);
}

KIT_UNUSED struct vv_payment_fact *kit_confirm(struct kit *kit, unsigned char outcome,
                                               const char *through)
{
    return kit_outcome(kit, VV_FACT_OUTCOME_CONFIRM, outcome, through);
}

/* ---- asking ---- */

KIT_UNUSED void kit_ask(struct kit *kit, const char *as_of)
{
    assert_int_equal(vv_entitlement(kit->facts, kit->count, &kit->lookup, day(as_of), &kit_memory,
                                    &kit->entitlement),
                     VV_OK);
}

KIT_UNUSED const struct vv_owed *kit_owed(const struct kit *kit, const char *component,
                                          const char *period, unsigned char contract)
{
    for (size_t i = 0; i < kit->entitlement.count; i++) {
        const struct vv_owed *owed = &kit->entitlement.owed[i];
        if (strcmp(owed->component->code, component) == 0 && owed->period == day(period) &&
            vv_id_equal(owed->contract, kit_id('C', contract))) {
            return owed;
        }
    }
    return NULL;
}

/* The next day on which more is owed is asked for in time, be it that months' ends ask as well. */
KIT_UNUSED void kit_waits(const struct kit *kit, const char *as_of, const char *until)
{
    assert_true(kit->entitlement.next_due > day(as_of));
    assert_true(kit->entitlement.next_due <= day(until));
}

/* Minor units as of a day; 0 when nothing is owed. */
KIT_UNUSED vv_money kit_amount(struct kit *kit, const char *as_of, const char *component,
                               const char *period, unsigned char contract)
{
    kit_ask(kit, as_of);
    const struct vv_owed *owed = kit_owed(kit, component, period, contract);
    return owed == NULL ? 0 : owed->amount;
}

#endif
