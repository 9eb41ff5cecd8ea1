/*
 * duties_kit.h: KROM with two obligations, which its base waits for: a talk of 30 minutes in each
 * window of 7 days, and a first contact of any kind within 5 days of the start. A month is worked
 * out when 10 days have passed since its end.
 */
#ifndef VAGVAL_TEST_DUTIES_KIT_H
#define VAGVAL_TEST_DUTIES_KIT_H

#include "kit.h"

#include "../../../services/provider-registry/obligations.h"

/* KROM again, with `with` in the place of the first `mark`. */
static inline char *replaced(const char *text, const char *mark, const char *with)
{
    const char *at = strstr(text, mark);
    assert_non_null(at);
    size_t cap = strlen(text) + strlen(with) + 1;
    char *changed = malloc(cap);
    assert_non_null(changed);
    (void)snprintf(changed, cap, "%.*s%s%s", (int)(at - text), text, with, at + strlen(mark));
    return changed;
}

static inline void publish_obligations(struct kit *kit, const char *obligations)
{
    static char yaml[65536];
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - 1, file);
    assert_int_equal(fclose(file), 0);
    yaml[len] = '\0';
    char *waiting = replaced(yaml, "pay_if: always", "pay_if: obligations_met");
    char *changed = replaced(waiting, "choice: {working_days", obligations);
    vv_harness_publish_bytes(kit->harness, "se-krom.yaml", changed, strlen(changed),
                             "deploy/models/ams-2018.yaml");
    free(waiting);
    free(changed);
}

#define DELIVERY_BEGIN                                                                             \
    "delivery:\n  status: example\n  month_days: 10\n  activities:\n"                              \
    "    - {code: talk, name: {en: Talk, sv: Samtal}}\n"                                           \
    "    - {code: course, name: {en: Course, sv: Kurs}}\n  obligations:\n"
#define DELIVERY_FIRST "    - {code: first, name: {en: First, sv: Första}, kind: once, days: 5}\n"
#define DELIVERY_TALK                                                                              \
    "    - {code: talk, name: {en: A talk, sv: Samtal}, kind: every, days: 7, met_by: [talk], "    \
    "minutes_min: 30}\n"
#define DELIVERY_END "choice: {working_days"

static inline int duties_setup(void **state)
{
    int made = kit_setup(state);
    publish_obligations(*state, DELIVERY_BEGIN DELIVERY_FIRST DELIVERY_TALK DELIVERY_END);
    return made;
}

/* ---- what is recorded ---- */

static inline struct vv_id talked(struct kit *kit, struct vv_id case_id, const char *kind,
                                  vv_date on, uint32_t minutes, bool attended)
{
    Vagval__V1__RecordActivity body = VAGVAL__V1__RECORD_ACTIVITY__INIT;
    struct vv_id id = next_id(kit);
    body.source = (char *)"test";
    body.source_ref = (char *)"activity";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)(uintptr_t)kind;
    body.on = on;
    body.minutes = minutes;
    body.attended = attended;
    body.reported_on = vv_harness_today(kit->harness);
    assert_int_equal(command(kit, VV_MSG_RECORD_ACTIVITY, id, case_id, &body.base)->status, VV_OK);
    return id;
}

static inline void answered(struct kit *kit, struct vv_id case_id, struct vv_id activity,
                            bool attended)
{
    Vagval__V1__ConfirmAttendance body = VAGVAL__V1__CONFIRM_ATTENDANCE__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"attendance";
    body.case_id = bytes_of(&case_id);
    body.activity = bytes_of(&activity);
    body.attended = attended;
    assert_int_equal(
        command(kit, VV_MSG_CONFIRM_ATTENDANCE, next_id(kit), case_id, &body.base)->status, VV_OK);
}

static inline enum vv_status absent(struct kit *kit, struct vv_id case_id, vv_date on,
                                    vv_date through)
{
    Vagval__V1__ReportDeviation body = VAGVAL__V1__REPORT_DEVIATION__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"deviation";
    body.case_id = bytes_of(&case_id);
    body.code = 15;
    body.on = on;
    body.through = through;
    return command(kit, VV_MSG_REPORT_DEVIATION, next_id(kit), case_id, &body.base)->status;
}

static inline enum vv_status excused(struct kit *kit, struct vv_id case_id, const char *obligation,
                                     vv_date due)
{
    Vagval__V1__ExcuseObligation body = VAGVAL__V1__EXCUSE_OBLIGATION__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"excuse";
    body.case_id = bytes_of(&case_id);
    body.obligation = (char *)(uintptr_t)obligation;
    body.due = due;
    body.reason = (char *)"holiday";
    return command(kit, VV_MSG_EXCUSE_OBLIGATION, next_id(kit), case_id, &body.base)->status;
}

static inline enum vv_status stated(struct kit *kit, struct vv_id case_id, const char *month,
                                    bool met, bool computed)
{
    Vagval__V1__StateObligations body = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"month";
    body.case_id = bytes_of(&case_id);
    body.month = day(month);
    body.met = met;
    body.reason = (char *)"seen";
    body.computed = computed;
    return command(kit, VV_MSG_STATE_OBLIGATIONS, next_id(kit), case_id, &body.base)->status;
}

/* ---- what was decided ---- */

static inline const Vagval__V1__Delivery *delivery_of(struct kit *kit, struct vv_id case_id)
{
    const struct vv_record *record =
        vv_harness_record(kit->harness, vv_id_partition(case_id), "delivery", case_id);
    return (const Vagval__V1__Delivery *)vv_harness_unpack(
        kit->harness, &vagval__v1__delivery__descriptor, record->body, record->body_len);
}

/* The judged term of an obligation that ended on a day; NULL if there is none. */
static inline const Vagval__V1__JudgedTerm *judged(struct kit *kit, struct vv_id case_id,
                                                   const char *code, vv_date due)
{
    const Vagval__V1__Delivery *delivery = delivery_of(kit, case_id);
    for (size_t i = 0; delivery != NULL && i < delivery->n_judged; i++) {
        for (size_t k = 0;
             strcmp(delivery->judged[i]->code, code) == 0 && k < delivery->judged[i]->n_terms;
             k++) {
            if (delivery->judged[i]->terms[k]->due == due) {
                return delivery->judged[i]->terms[k];
            }
        }
    }
    return NULL;
}

/* VV_TERM_DUE also for one that is not judged. */
static inline enum vv_term_state state_of(struct kit *kit, struct vv_id case_id, const char *code,
                                          const char *due)
{
    const Vagval__V1__JudgedTerm *term = judged(kit, case_id, code, day(due));
    return term == NULL ? VV_TERM_DUE : (enum vv_term_state)term->state;
}

/* Days pass one after the other, with the timers of each. */
static inline void walk_to(struct kit *kit, const char *date)
{
    for (vv_date on = vv_harness_today(kit->harness) + 1; on <= day(date); on++) {
        vv_harness_clock(kit->harness, on);
        fire(kit);
        carry(kit);
    }
}

static inline vv_date next_due(struct kit *kit, struct vv_id case_id)
{
    return vv_harness_timer(kit->harness, VV_MSG_OBLIGATION_DUE, case_id);
}

#endif
