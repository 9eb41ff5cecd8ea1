/*
 * Recompute campaigns: a further version of a scheme that reaches back. The real KROM file and
 * copies of it with other amounts; amounts by hand from its example prices, level B in Västerås
 * (factor 100 %): base 33.00 a day, premium 6 925.00, result 27 700.00.
 */
#include "case_kit.h"

#include "../../support/random.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../../services/payment/campaign.h"

#define KROM "deploy/schemes/se-krom.yaml"
#define MODEL "deploy/models/ams-2018.yaml"

/* ---- versions of the file ---- */

static char *read_krom(size_t *ret_len)
{
    FILE *file = fopen(KROM, "rb");
    assert_non_null(file);
    char *text = calloc(1, 128 * 1024);
    assert_non_null(text);
    *ret_len = fread(text, 1, 127 * 1024, file);
    (void)fclose(file);
    return text;
}

/* In place, same length, everywhere; returns how often. */
static unsigned replace(char *text, const char *what, const char *with)
{
    unsigned count = 0;
    assert_int_equal(strlen(what), strlen(with));
    for (char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) {
        memcpy(at, with, strlen(with));
        count++;
    }
    return count;
}

/* Publishes KROM with another base and premium of level B. */
static void publish_with(struct vv_harness *harness, const char *base, const char *premium)
{
    char quoted[2][16];
    size_t len = 0;
    char *text = read_krom(&len);
    (void)snprintf(quoted[0], sizeof quoted[0], "\"%s\"", base);
    (void)snprintf(quoted[1], sizeof quoted[1], "\"%s\"", premium);
    assert_int_equal(replace(text, "\"33.00\"", quoted[0]), 1);
    assert_int_equal(replace(text, "\"6925.00\"", quoted[1]), 1);
    vv_harness_publish_bytes(harness, "late.yaml", text, len, MODEL);
    free(text);
}

static void publish_other_scheme(struct vv_harness *harness, bool changed)
{
    size_t len = 0;
    char *text = read_krom(&len);
    assert_true(replace(text, "id: se-krom", "id: se-kram") >= 1);
    if (changed) {
        assert_int_equal(replace(text, "\"33.00\"", "\"34.00\""), 1);
    }
    vv_harness_publish_bytes(harness, "other.yaml", text, len, MODEL);
    free(text);
}

/* ---- a campaign in the harness ---- */

static const Vagval__V1__PaymentCampaign *campaign_of(struct vv_harness *harness)
{
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "campaign", NIL);
    return (const Vagval__V1__PaymentCampaign *)vv_harness_unpack(
        harness, &vagval__v1__payment_campaign__descriptor, record->body, record->body_len);
}

static unsigned run_campaign(struct vv_harness *harness)
{
    assert_int_equal(vv_harness_told_of_book(harness, PARTITION)->status, VV_OK);
    unsigned fired = 0;
    const struct vv_harness_result *result;
    while ((result = vv_harness_fire(harness)) != NULL) {
        assert_int_equal(result->status, VV_OK);
        fired++;
    }
    return fired;
}

static int64_t counter(struct vv_harness *harness, const char *name)
{
    return vv_harness_counter(harness, PARTITION, "sums", NIL, name);
}

/* Another case of the same partition: a level, a placement on `on`. */
static struct vv_id other_case(unsigned number)
{
    return (struct vv_id){{0, PARTITION, 0xCB, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void add_case(struct vv_harness *harness, unsigned number, const char *scheme)
{
    struct vv_id id = other_case(number);
    Vagval__V1__LevelDecided decided = VAGVAL__V1__LEVEL_DECIDED__INIT;
    decided.case_id = bytes_of(&id);
    decided.scheme = (char *)(uintptr_t)scheme;
    decided.level = (char *)(uintptr_t) "B";
    decided.referred = true;
    decided.effective_from = decided.decided_on = day("2020-04-01");
    struct vv_harness_message message = {
        .type = VV_MSG_LEVEL_DECIDED,
        .id = {{0, PARTITION, 0xE1, (uint8_t)(number >> 8), (uint8_t)number}},
        .subject = id,
        .scheme = scheme,
        .effective = day("2020-04-01"),
        .body = &decided.base};
    assert_int_equal(vv_harness_event(harness, VV_ASSESSMENT, &message)->status, VV_OK);
    Vagval__V1__PlacementStarted body = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    struct vv_id own = {{0, PARTITION, 0xB2, (uint8_t)(number >> 8), (uint8_t)number}};
    body.case_id = bytes_of(&id);
    body.scheme = (char *)(uintptr_t)scheme;
    body.placement = bytes_of(&own);
    body.contract = bytes_of(&contract);
    body.area = (char *)(uintptr_t) "vasteras";
    body.contract_number = (char *)(uintptr_t) "KA-000123";
    body.start = body.service_start = day("2020-04-16");
    body.planned_end = day("2020-10-15");
    message.type = VV_MSG_PLACEMENT_STARTED;
    message.id.bytes[2] = 0xE2;
    message.effective = body.start;
    message.body = &body.base;
    assert_int_equal(vv_harness_event(harness, VV_REGISTRY, &message)->status, VV_OK);
}

/* ---- up and down ---- */

/* April 15 days x 2.00 more = 30.00 and the premium 1 000.00 more, in one batch that names the late
 * version. Told again, nothing happens. */
static void a_late_tariff_is_posted_upwards(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    publish_with(harness, "35.00", "7925.00");
    assert_clean(harness, 2); /* nothing stands wrong meanwhile */
    assert_int_equal(run_campaign(harness), 1);
    assert_int_equal(balance(harness, provider_account), -(52500 + 792500));
    Vagval__V1__ExplainPosting query = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    query.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *all = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    const struct vv_scheme *late =
        vv_book_scheme(vv_harness_book(harness), "se-krom", day("2020-05-04"), 2);
    assert_int_equal(all->n_batches, 3);
    assert_string_equal(all->batches[2]->scheme_version, late->version);
    assert_int_equal(all->batches[2]->scheme_generation, 2);
    assert_int_equal(all->batches[2]->n_lines, 2);
    assert_int_equal(all->batches[2]->lines[0]->amount, 3000);
    assert_int_equal(all->batches[2]->lines[1]->amount, 100000);
    assert_clean(harness, 3);
    assert_int_equal(run_campaign(harness), 0);
    assert_int_equal(campaign_of(harness)->done, 2);
    assert_int_equal(counter(harness, "campaign:2:cases"), 1);
    assert_int_equal(counter(harness, "campaign:2:changed"), 1);
    assert_int_equal(counter(harness, "campaign:2:partitions"), 1);
    /* The course goes on at the late price: May 1..3 = 3 x 35.00. */
    pass_days(harness, "2020-06-01");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 52500 + 10500);
    assert_clean(harness, 4);
}

/* Down: 15 x 2.00 and 1 000.00 less are proposals; the balance stays. */
static void a_late_tariff_is_proposed_downwards(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    publish_with(harness, "31.00", "5925.00");
    assert_int_equal(run_campaign(harness), 1);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_int_equal(counter(harness, "proposed:se-krom:base"), -3000);
    assert_int_equal(counter(harness, "proposed:se-krom:premium"), -100000);
    assert_clean(harness, 3);
}

/* ---- which cases, in which slices ---- */

/* 70 cases are three slices of at most 24; those of another scheme are passed over. Each of 64 owes
 * April 15 x 2.00 = 30.00 more. */
static void slices_go_through_the_whole_list(void **state)
{
    struct vv_harness *harness = *state;
    publish_other_scheme(harness, false); /* a first version: nobody is computed again */
    for (unsigned i = 0; i < 70; i++) {
        add_case(harness, i, i % 12 == 5 ? "se-kram" : "se-krom");
    }
    assert_int_equal(run_campaign(harness), 0);
    pass_days(harness, "2020-05-02");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 64 * 49500);
    publish_with(harness, "35.00", "6925.00");
    assert_int_equal(run_campaign(harness), 3);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 64 * 52500);
    assert_int_equal(balance(harness, "expense:se-kram:base"), 6 * 49500);
    assert_int_equal(counter(harness, "campaign:3:cases"), 64);
    publish_other_scheme(harness, true);
    (void)run_campaign(harness);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 64 * 52500);
    assert_int_equal(balance(harness, "expense:se-kram:base"), 6 * 51000);
    assert_int_equal(counter(harness, "campaign:4:cases"), 6);
    assert_int_equal(campaign_of(harness)->done, 4);
}

/* A publication in the middle of a campaign: it begins anew, and cases are posted once. */
static void a_later_version_takes_the_campaign_over(void **state)
{
    struct vv_harness *harness = *state;
    for (unsigned i = 0; i < 40; i++) {
        add_case(harness, i, "se-krom");
    }
    pass_days(harness, "2020-05-02");
    publish_with(harness, "35.00", "6925.00");
    assert_int_equal(vv_harness_told_of_book(harness, PARTITION)->status, VV_OK);
    assert_int_equal(vv_harness_fire(harness)->status, VV_OK);
    assert_int_equal(campaign_of(harness)->position, 24);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 24 * 52500 + 16 * 49500);
    publish_with(harness, "36.00", "6925.00");
    (void)run_campaign(harness);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 40 * 54000);
    assert_int_equal(campaign_of(harness)->done, 3);
    assert_int_equal(counter(harness, "campaign:2:partitions"), 1);
    assert_int_equal(counter(harness, "campaign:3:partitions"), 1);
    /* Of the timers of slices none is left: each case has its own. */
    assert_int_equal(vv_harness_timer_count(harness), 40);
}

/* A slice that another has done already, or of a campaign that has ended, does nothing. */
static void a_slice_is_done_once(void **state)
{
    struct vv_harness *harness = *state;
    for (unsigned i = 0; i < 40; i++) {
        add_case(harness, i, "se-krom");
    }
    pass_days(harness, "2020-05-02");
    publish_with(harness, "35.00", "6925.00");
    assert_int_equal(vv_harness_told_of_book(harness, PARTITION)->status, VV_OK);
    assert_int_equal(vv_harness_fire(harness)->status, VV_OK);
    struct vv_harness_message again = {.type = VV_MSG_CAMPAIGN_DUE,
                                       .id = {{0, PARTITION, 0xCC}},
                                       .subject = vv_campaign_subject(PARTITION, 2, 0)};
    assert_int_equal(vv_harness_send(harness, &again)->status, VV_OK);
    assert_int_equal(campaign_of(harness)->position, 24);
    (void)run_campaign(harness);
    again.subject = vv_campaign_subject(PARTITION, 2, 24);
    const struct vv_harness_result *result = vv_harness_send(harness, &again);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    assert_int_equal(counter(harness, "campaign:2:partitions"), 1);
}

/* A fact that comes between the publication and its case's slice is decided with the late version
 * already; the slice then passes the case over. */
static void a_fact_may_come_first(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    publish_with(harness, "35.00", "7925.00");
    assert_int_equal(vv_harness_told_of_book(harness, PARTITION)->status, VV_OK);
    outcome(harness, 4, "confirm", "2020-05-09");
    assert_int_equal(balance(harness, provider_account), -(52500 + 792500));
    (void)run_campaign(harness);
    assert_int_equal(balance(harness, provider_account), -(52500 + 792500));
    assert_int_equal(counter(harness, "campaign:2:cases"), 0);
    assert_clean(harness, 3);
}

/* An instance that has read less of the book than the campaign rests on creates no case. */
static void whoever_is_behind_creates_no_case(void **state)
{
    struct vv_harness *harness = *state;
    publish_with(harness, "35.00", "6925.00");
    (void)run_campaign(harness);
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "campaign", NIL);
    static const uint8_t target_two[] = {2 << 3, 2};
    uint8_t *target = memmem(record->body, record->body_len, target_two, sizeof target_two);
    assert_non_null(target);
    target[1] = 3;
    Vagval__V1__LevelDecided decided = VAGVAL__V1__LEVEL_DECIDED__INIT;
    decided.case_id = bytes_of(&case_id);
    decided.scheme = (char *)(uintptr_t) "se-krom";
    decided.level = (char *)(uintptr_t) "B";
    decided.effective_from = decided.decided_on = day("2020-04-01");
    struct vv_harness_message message = {.type = VV_MSG_LEVEL_DECIDED,
                                         .id = {{0, PARTITION, 0xE0, 1}},
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = day("2020-04-01"),
                                         .body = &decided.base};
    assert_int_equal(vv_harness_event(harness, VV_ASSESSMENT, &message)->status, VV_BUSY);
    publish_with(harness, "36.00", "6925.00");
    assert_int_equal(vv_harness_event(harness, VV_ASSESSMENT, &message)->status, VV_OK);
}

/* ---- property: when the tariff is published makes no difference to what stands ---- */

/* What stands for each total of the case, posted and proposed together. */
static void read_standing(struct vv_harness *harness, char *text, size_t cap)
{
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    const Vagval__V1__PaymentCase *body = (const Vagval__V1__PaymentCase *)vv_harness_unpack(
        harness, &vagval__v1__payment_case__descriptor, record->body, record->body_len);
    static const char *const components[] = {"base", "premium", "result"};
    size_t used = 0;
    text[0] = '\0';
    for (size_t c = 0; c < 3; c++) {
        for (int32_t period = day("2020-03-01"); period < day("2021-12-31"); period++) {
            int64_t stands = 0;
            for (size_t i = 0; i < body->n_totals; i++) {
                if (body->totals[i]->period == period &&
                    strcmp(body->totals[i]->component, components[c]) == 0) {
                    stands += body->totals[i]->posted + body->totals[i]->proposed;
                }
            }
            if (stands != 0) {
                used += (size_t)snprintf(text + used, cap - used, "%s %d: %" PRId64 "\n",
                                         components[c], (int)period, stands);
            }
        }
    }
}

/* The course of one seed with the late version published before the step `publish_at`. */
static void course(const int *days, unsigned publish_at, const char *base, const char *premium,
                   char *text, size_t cap)
{
    void *state = NULL;
    (void)set_up(&state);
    struct vv_harness *harness = state;
    vv_date today = day("2020-04-01");
    for (unsigned step = 0; step < 7; step++) {
        char on[VV_DATE_TEXT_BYTES];
        if (step == publish_at) {
            publish_with(harness, base, premium);
            (void)run_campaign(harness);
        }
        today += days[step];
        vv_date_format(today, on);
        pass_days(harness, on);
        switch (step) {
        case 0:
            level(harness, 1, "B", on, on);
            break;
        case 1:
            start(harness, 2, on);
            break;
        case 2:
            outcome(harness, 3, "start", on);
            break;
        case 3:
            level(harness, 4, "C", on, on);
            break;
        case 4:
            outcome(harness, 5, "confirm", on);
            break;
        case 5:
            outcome(harness, 6, "end", on);
            break;
        default:
            pass_days(harness, "2021-06-30");
            break;
        }
    }
    assert_int_equal(verify(harness)->n_problems, 0);
    read_standing(harness, text, cap);
    (void)tear_down(&state);
}

static void when_it_is_published_does_not_matter(void **state)
{
    (void)state;
    random_begin();
    for (unsigned round = 0; round < 20; round++) {
        static char early[8192], late[8192];
        char base[16], premium[16];
        int days[7];
        for (size_t i = 0; i < 7; i++) {
            days[i] = 1 + (int)random_below(i == 4 ? 140 : 40);
        }
        (void)snprintf(base, sizeof base, "%u.%02u", 20 + random_below(30), random_below(100));
        (void)snprintf(premium, sizeof premium, "%u.00", 5000 + random_below(4000));
        course(days, 0, base, premium, early, sizeof early);
        assert_true(strlen(early) > 0);
        for (unsigned at = 1; at < 7; at += 1 + random_below(3)) {
            course(days, at, base, premium, late, sizeof late);
            assert_string_equal(early, late);
        }
    }
}

/* ---- small things ---- */

static void a_slice_is_named_by_where_it_begins(void **state)
{
    (void)state;
    uint32_t target = 0;
    uint64_t position = 0;
    struct vv_id subject = vv_campaign_subject(4095, 256, UINT64_C(0x0102030405060708));
    assert_int_equal(vv_id_partition(subject), 4095);
    assert_true(vv_campaign_subject_read(subject, &target, &position));
    assert_int_equal(target, 256);
    assert_int_equal(position, UINT64_C(0x0102030405060708));
    assert_false(vv_campaign_subject_read(NIL, &target, &position));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_late_tariff_is_posted_upwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_late_tariff_is_proposed_downwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slices_go_through_the_whole_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_later_version_takes_the_campaign_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slice_is_done_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fact_may_come_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_is_behind_creates_no_case, set_up, tear_down),
        cmocka_unit_test(when_it_is_published_does_not_matter),
        cmocka_unit_test(a_slice_is_named_by_where_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
