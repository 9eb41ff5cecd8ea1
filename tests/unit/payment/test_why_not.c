/*
 * What is missing, who must act and by when; and from which day a line is payable. The test scheme
 * of kit.h: base 150.00 a day, premium through day 90 and 180, result at four months, level B.
 */
#include "kit.h"

#include "../../../services/payment/payable.h"
#include "../../../services/payment/why_not.h"

static struct vv_why_not why;

static void ask_why(struct kit *kit, const char *as_of, const char *component)
{
    static const struct vv_links none = {NULL, 0, 0};
    assert_int_equal(vv_why_not(kit->facts, kit->count, &kit->lookup, day(as_of), component, &none,
                                &kit_memory, &why),
                     VV_OK);
}

static const struct vv_condition *condition(const char *code)
{
    for (size_t i = 0; i < why.count; i++) {
        if (strcmp(why.conditions[i].code, code) == 0) {
            return &why.conditions[i];
        }
    }
    return NULL;
}

static void assert_condition(const char *code, enum vv_condition_state state, const char *who,
                             const char *by)
{
    const struct vv_condition *found = condition(code);
    if (found == NULL) {
        fail_msg("%s is not told", code);
        return;
    }
    assert_int_equal(found->state, state);
    assert_string_equal(found->who, who);
    assert_int_equal(found->by, by == NULL ? VV_DATE_NONE : day(by));
    assert_true(found->text_en[0] != '\0' && found->text_sv[0] != '\0');
}

static void nothing_is_known(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    ask_why(&kit, "2020-04-01", "result");
    assert_false(why.owed);
    assert_condition("level.decided", VV_CONDITION_MISSING, "caseworker", NULL);
    assert_condition("placement.started", VV_CONDITION_MISSING, "agency", NULL);
    assert_null(condition("outcome.started"));
    assert_int_equal(vv_why_not(kit.facts, 0, &kit.lookup, day("2020-04-01"), "bonus",
                                &(struct vv_links){NULL, 0, 0}, &kit_memory, &why),
                     VV_NOT_FOUND);
}

/* A job from 9 July: four months are every day through 8 November, due on 9 November. */
static void result_step_by_step(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-04-01", "result");
    assert_condition("outcome.started", VV_CONDITION_MISSING, "provider", "2020-09-16");
    kit_job(&kit, 1, "2020-07-09");
    ask_why(&kit, "2020-07-10", "result");
    assert_condition("outcome.started", VV_CONDITION_MET, "provider", NULL);
    assert_condition("evidence.through", VV_CONDITION_WAITING, "provider", "2020-11-09");
    assert_condition("day.due", VV_CONDITION_WAITING, "nobody", "2020-11-09");
    ask_why(&kit, "2020-11-09", "result"); /* the day has come, the evidence has not */
    assert_condition("evidence.through", VV_CONDITION_MISSING, "provider", "2020-11-09");
    assert_condition("day.due", VV_CONDITION_MET, "nobody", "2020-11-09");
    kit_confirm(&kit, 1, "2020-11-07"); /* a day short */
    ask_why(&kit, "2020-11-09", "result");
    assert_false(why.owed);
    assert_condition("evidence.through", VV_CONDITION_MISSING, "provider", "2020-11-09");
    kit_confirm(&kit, 1, "2020-11-08");
    ask_why(&kit, "2020-11-09", "result");
    assert_true(why.owed);
    assert_null(condition("evidence.through"));
    assert_condition("owed", VV_CONDITION_MET, "nobody", NULL);
}

static void result_cannot_be_met(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-07-09");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-10-01");
    ask_why(&kit, "2020-11-09", "result");
    assert_condition("evidence.through", VV_CONDITION_FAILED, "provider", "2020-11-09");
}

/* An income statement from outside is asked for where the scheme says so. */
static void second_source(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_RESULT].evidence = VV_EVIDENCE_CORROBORATED;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-07-09");
    kit_confirm(&kit, 1, "2020-11-08");
    ask_why(&kit, "2020-11-09", "result");
    assert_false(why.owed);
    assert_condition("evidence.second-source", VV_CONDITION_MISSING, "agency", NULL);
}

/* Placed on 16 March: day 180 is 12 September, the last that gives a premium. */
static void premium_in_time(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-09-12", "premium");
    assert_condition("outcome.started", VV_CONDITION_MISSING, "provider", "2020-09-12");
    ask_why(&kit, "2020-09-13", "premium");
    assert_condition("outcome.started", VV_CONDITION_FAILED, "provider", "2020-09-12");
    kit_job(&kit, 1, "2020-09-13");
    ask_why(&kit, "2020-09-13", "premium");
    assert_condition("premium.in-time", VV_CONDITION_FAILED, "nobody", "2020-09-12");
}

/* A service through 10 June: a start on the day after still counts (rules 10), for premium and
 * result, though day 180 of the premium is 12 September. */
static void a_start_while_the_service_runs(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit.facts[1].planned_end = day("2020-06-10");
    static const char *const components[] = {"premium", "result"};
    for (size_t i = 0; i < 2; i++) {
        ask_why(&kit, "2020-06-11", components[i]);
        assert_condition("outcome.started", VV_CONDITION_MISSING, "provider", "2020-06-11");
        ask_why(&kit, "2020-06-12", components[i]);
        assert_condition("outcome.started", VV_CONDITION_FAILED, "provider", "2020-06-11");
    }
}

static void base_waits_for_reports(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].pay_if_report = true;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-04-10", "base");
    assert_condition("report.approved", VV_CONDITION_MISSING, "provider", NULL);
    assert_condition("period.passed", VV_CONDITION_WAITING, "nobody", "2020-05-01");
    kit_report(&kit, "2020-03-01", false, "2020-04-05");
    ask_why(&kit, "2020-04-10", "base");
    assert_condition("report.approved", VV_CONDITION_MISSING, "caseworker", NULL);
    kit_report(&kit, "2020-03-01", true, "2020-04-06");
    ask_why(&kit, "2020-04-10", "base");
    assert_condition("report.approved", VV_CONDITION_MET, "caseworker", NULL);
    assert_true(why.owed);
}

static void price_is_missing(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "Z", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-04-10", "base");
    assert_condition("price.listed", VV_CONDITION_MISSING, "agency", NULL);
}

/* Six months' self-support after a service that ends on 15 September: through 15 March. */
static void bonus(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_RESULT].kind = VV_SUSTAINED;
    kit.components[KIT_RESULT].sustained_months = 6;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-04-10", "result");
    assert_condition("service.ended", VV_CONDITION_WAITING, "nobody", "2020-09-16");
    ask_why(&kit, "2020-09-16", "result");
    assert_condition("outcome.every-day", VV_CONDITION_WAITING, "provider", "2021-03-16");
    ask_why(&kit, "2021-03-16", "result");
    assert_condition("outcome.every-day", VV_CONDITION_MISSING, "provider", "2021-03-16");
}

/* 40 % at once, 60 % after 60 days: 15 May. Ended on 1 May, the rest is lost. */
static void instalments(void **state)
{
    (void)state;
    static struct kit kit;
    static const struct vv_instalment parts[] = {{0, 40}, {60, 60}};
    kit_reset(&kit);
    kit.components[KIT_BASE].kind = VV_INSTALMENTS;
    kit.components[KIT_BASE].price_on = VV_ON_PLACEMENT_START;
    kit.components[KIT_BASE].instalments = parts;
    kit.components[KIT_BASE].instalment_count = 2;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-04-10", "base");
    assert_true(why.owed);
    assert_condition("day.due", VV_CONDITION_WAITING, "nobody", "2020-05-15");
    kit_end(&kit, 1, "2020-05-01");
    ask_why(&kit, "2020-05-15", "base");
    assert_condition("participation.runs", VV_CONDITION_FAILED, "nobody", "2020-05-15");
    kit_reset(&kit); /* the same without the end, and a job from 1 May: the rest is lost as well */
    kit.components[KIT_BASE].kind = VV_INSTALMENTS;
    kit.components[KIT_BASE].price_on = VV_ON_PLACEMENT_START;
    kit.components[KIT_BASE].instalments = parts;
    kit.components[KIT_BASE].instalment_count = 2;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-05-01");
    ask_why(&kit, "2020-05-02", "base");
    assert_condition("base.ended", VV_CONDITION_FAILED, "nobody", NULL);
    assert_null(condition("day.due"));
}

/* Service months from 16 March: the first is due when 14 days have run, 30 March; the second on its
 * first day, 16 April. A service through 28 March has run 13 days. */
static void monthly_course(struct kit *kit)
{
    kit_reset(kit);
    kit->components[KIT_BASE].kind = VV_PER_MONTH;
    kit->components[KIT_BASE].service_months = true;
    kit->components[KIT_BASE].first_due_days = 14;
    kit->components[KIT_BASE].price_on = VV_ON_PERIOD_START;
    kit_level(kit, "B", "2020-03-10");
    kit_placement(kit, 1, 1, "2020-03-16");
}

static void service_months(void **state)
{
    (void)state;
    static struct kit kit;
    monthly_course(&kit);
    ask_why(&kit, "2020-03-29", "base");
    assert_false(why.owed);
    assert_condition("period.passed", VV_CONDITION_WAITING, "nobody", "2020-03-30");
    ask_why(&kit, "2020-03-30", "base");
    assert_true(why.owed);
    assert_condition("period.passed", VV_CONDITION_WAITING, "nobody", "2020-04-16");
    kit_end(&kit, 1, "2020-03-29");
    ask_why(&kit, "2020-03-30", "base");
    assert_true(why.owed);
    assert_null(condition("service.long-enough"));
    monthly_course(&kit);
    kit_end(&kit, 1, "2020-03-28");
    ask_why(&kit, "2020-03-30", "base");
    assert_false(why.owed);
    assert_condition("service.long-enough", VV_CONDITION_FAILED, "nobody", "2020-03-30");
}

/* A second milestone asks for the first; obligations that are not met hold a month. */
static void required_and_obliged(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_PREMIUM] = kit.components[KIT_RESULT];
    kit.components[KIT_PREMIUM].code = "first";
    kit.components[KIT_PREMIUM].milestone_months = 6;
    kit.components[KIT_RESULT].requires = "first";
    kit.components[KIT_BASE].pay_if_met = true;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-07-09");
    kit_confirm(&kit, 1, "2020-11-08");
    ask_why(&kit, "2020-11-09", "result");
    assert_condition("component.required", VV_CONDITION_MISSING, "provider", NULL);
    struct vv_payment_fact *stated = kit_add(&kit, VV_FACT_OBLIGATIONS, "2020-05-01");
    stated->on = day("2020-04-01");
    ask_why(&kit, "2020-11-09", "base");
    assert_condition("obligations.met", VV_CONDITION_MISSING, "provider", NULL);
    assert_condition("base.ended", VV_CONDITION_FAILED, "nobody", NULL);
}

static void held_for_review(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->provider = kit_id('V', 1);
    kit_job(&kit, 1, "2020-04-09")->employer = kit_id('V', 1);
    ask_why(&kit, "2020-04-10", "premium");
    assert_false(why.owed);
    assert_condition("hold.review", VV_CONDITION_MISSING, "finance", NULL);
}

/* Units, grants and shares need no placement, but their own fact. */
static void awards(void **state)
{
    (void)state;
    static struct kit kit;
    static const struct {
        enum vv_component_kind kind;
        const char *who;
    } rows[] = {{VV_PER_UNIT, "provider"}, {VV_GRANT, "agency"}, {VV_SHARE, "agency"}};
    for (size_t i = 0; i < 3; i++) {
        kit_reset(&kit);
        kit.components[KIT_BASE].kind = rows[i].kind;
        kit.components[KIT_BASE].award.unit = "day";
        ask_why(&kit, "2020-04-10", "base");
        assert_condition("award.recorded", VV_CONDITION_MISSING, rows[i].who, NULL);
        assert_null(condition("placement.started"));
    }
}

/* A unit with a document that nobody has verified yet: the agency must act, whatever the unit is.
 */
static void a_unit_waits_for_verification(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].kind = VV_PER_UNIT;
    kit.components[KIT_BASE].award.unit = "day";
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    struct vv_payment_fact *unit = kit_add(&kit, VV_FACT_UNIT, "2020-04-01");
    unit->code = "day";
    unit->quantity_hundredths = 100;
    unit->approved = true;
    unit->evidence = kit_evidence;
    struct vv_payment_fact *other = kit_add(&kit, VV_FACT_UNIT, "2020-04-01");
    *other = *unit;
    other->id = kit_id('F', 99);
    other->code = "night"; /* nothing of this component's */
    ask_why(&kit, "2020-04-10", "base");
    assert_true(why.owed);
    kit.components[KIT_BASE].verified = true;
    ask_why(&kit, "2020-04-10", "base");
    assert_false(why.owed);
    assert_condition("evidence.verified", VV_CONDITION_MISSING, "agency", NULL);
    assert_ptr_equal(condition("evidence.verified")->fact, unit);
    struct vv_payment_fact *said = kit_add(&kit, VV_FACT_EVIDENCE, "2020-04-02");
    said->subject = unit->id;
    said->document = VV_DOCUMENT_VERIFIED;
    ask_why(&kit, "2020-04-10", "base");
    assert_true(why.owed);
    said->document = VV_DOCUMENT_REJECTED;
    ask_why(&kit, "2020-04-10", "base");
    assert_false(why.owed);
    assert_null(condition("evidence.verified"));
}

/* A placement that begins later is waited for; a premium by its attested start. */
static void later_and_attested(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_PREMIUM].evidence = VV_EVIDENCE_CORROBORATED;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    ask_why(&kit, "2020-03-12", "premium");
    assert_condition("placement.started", VV_CONDITION_WAITING, "agency", "2020-03-16");
    kit_job(&kit, 1, "2020-04-09");
    ask_why(&kit, "2020-04-10", "premium");
    assert_condition("evidence.document", VV_CONDITION_MISSING, "provider", NULL);
    assert_condition("evidence.second-source", VV_CONDITION_MISSING, "agency", NULL);
    kit.components[KIT_PREMIUM].evidence = VV_EVIDENCE_NONE;
    kit.components[KIT_PREMIUM].requires_result = true;
    ask_why(&kit, "2020-04-10", "premium");
    assert_condition("evidence.through", VV_CONDITION_WAITING, "provider", "2020-08-09");
}

/* Only what the component counts is asked for; and the first outcome that may still give it. */
static void which_outcome_is_asked_about(void **state)
{
    (void)state;
    static struct kit kit;
    static const struct {
        bool on_job, on_study;
        const char *en, *sv;
    } kinds[] = {{true, true, "No job or study start", "Ingen jobb- eller studiestart"},
                 {true, false, "No job start", "Ingen jobbstart"},
                 {false, true, "No study start", "Ingen studiestart"}};
    for (size_t i = 0; i < 3; i++) {
        kit_reset(&kit);
        kit.components[KIT_RESULT].on_job = kinds[i].on_job;
        kit.components[KIT_RESULT].on_study = kinds[i].on_study;
        kit_level(&kit, "B", "2020-03-10");
        kit_placement(&kit, 1, 1, "2020-03-16");
        kit_job(&kit, 1, "2021-03-01"); /* nobody served then */
        ask_why(&kit, "2021-04-01", "result");
        const struct vv_condition *missing = condition("outcome.started");
        assert_int_equal(strncmp(missing->text_en, kinds[i].en, strlen(kinds[i].en)), 0);
        assert_int_equal(strncmp(missing->text_sv, kinds[i].sv, strlen(kinds[i].sv)), 0);
    }
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-04-01"); /* lost after a month */
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-05-01");
    ask_why(&kit, "2020-07-10", "result");
    assert_condition("evidence.through", VV_CONDITION_FAILED, "provider", "2020-08-01");
    assert_string_equal(condition("evidence.through")->text_en,
                        "It ended on 2020-05-01; every day through 2020-07-31 was needed");
    kit_job(&kit, 2, "2020-07-01");
    kit_confirm(&kit, 2, "2020-08-31");
    ask_why(&kit, "2020-09-10", "result");
    assert_ptr_equal(condition("outcome.started")->fact, &kit.facts[4]);
    assert_condition("evidence.through", VV_CONDITION_WAITING, "provider", "2020-11-01");
    assert_string_equal(condition("evidence.through")->text_en,
                        "Evidence through 2020-10-31 is needed; what there is reaches 2020-08-31");
}

/* evidence: none, ended a day short of four months: 1 April to 31 July. */
static void ended_a_day_short(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_RESULT].evidence = VV_EVIDENCE_NONE;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-04-01");
    ask_why(&kit, "2020-05-10", "result");
    assert_null(condition("evidence.through")); /* it lasts until it ends */
    assert_condition("day.due", VV_CONDITION_WAITING, "nobody", "2020-08-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-07-30");
    ask_why(&kit, "2020-08-10", "result");
    assert_condition("evidence.through", VV_CONDITION_FAILED, "provider", "2020-08-01");
}

/* An income statement that stops a day before the document does; and one that no job's kind can
 * meet: the other milestone counts studies only. */
static void two_sources_and_two_milestones(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_RESULT].evidence = VV_EVIDENCE_CORROBORATED;
    kit.components[KIT_RESULT].requires = "premium";
    kit.components[KIT_PREMIUM].kind = VV_MILESTONE;
    kit.components[KIT_PREMIUM].milestone_months = 5;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-04-01");
    kit_confirm(&kit, 1, "2020-08-31");
    kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2020-07-30")->evidence = kit_evidence;
    ask_why(&kit, "2020-08-10", "result");
    assert_condition("evidence.second-source", VV_CONDITION_MISSING, "agency", NULL);
    assert_null(condition("component.required"));
    assert_condition("day.due", VV_CONDITION_WAITING, "nobody", "2020-09-01"); /* the later */
    kit.components[KIT_PREMIUM].on_job = false;
    ask_why(&kit, "2020-08-10", "result");
    assert_condition("component.required", VV_CONDITION_MISSING, "provider", NULL);
}

/* premium_requires: result, where no milestone counts such a start. */
static void a_premium_that_no_result_follows(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_PREMIUM].requires_result = true;
    kit.components[KIT_RESULT].on_job = false;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-04-01");
    ask_why(&kit, "2020-04-10", "premium");
    assert_condition("component.required", VV_CONDITION_FAILED, "nobody", NULL);
    kit.components[KIT_RESULT].on_job = true;
    kit_confirm(&kit, 1, "2020-07-31");
    ask_why(&kit, "2020-07-31", "premium");
    assert_null(condition("evidence.through"));
    assert_condition("day.due", VV_CONDITION_WAITING, "nobody", "2020-08-01");
}

/* A placement without an end has no bonus to wait for a day of; nor has one that ends today. */
static void a_service_that_has_not_ended(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_RESULT].kind = VV_SUSTAINED;
    kit.components[KIT_RESULT].sustained_months = 6;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->planned_end = VV_DATE_NONE;
    ask_why(&kit, "2020-12-01", "result");
    assert_condition("service.ended", VV_CONDITION_WAITING, "nobody", NULL);
    kit_end(&kit, 1, "2020-12-01");
    ask_why(&kit, "2020-12-01", "result");
    assert_condition("service.ended", VV_CONDITION_WAITING, "nobody", "2020-12-02");
    ask_why(&kit, "2020-12-02", "result");
    assert_null(condition("service.ended"));
}

/* Rules 19: an area that was closed when the placement began pays nothing; rules 3: a price of 0;
 * rules 8: a cap that is used up. */
static void nothing_will_ever_be_owed(void **state)
{
    (void)state;
    static struct kit kit;
    static const char *const codes[] = {"base", "result"};
    static const struct vv_cap cap = {
        .amount = 100, .per_participant = true, .components = codes, .component_count = 2};
    static const struct vv_cap *const caps[] = {&cap};
    static const char *const all[] = {"base", "premium", "result"};
    const struct vv_area closed[] = {{.code = "umea",
                                      .name = "Umea",
                                      .factor_percent = 100,
                                      .choices_from = VV_DATE_NONE,
                                      .choices_until = day("2020-03-15")}};
    for (size_t i = 0; i < 3; i++) {
        kit_reset(&kit);
        kit.scheme.areas = closed;
        kit.scheme.area_count = 1;
        kit.scheme.areas_limited = true;
        kit_level(&kit, "B", "2020-03-10");
        kit_placement(&kit, 1, 1, "2020-03-16");
        kit_job(&kit, 1, "2020-04-01")->extent_percent = 50;
        kit_confirm(&kit, 1, "2020-07-31");
        ask_why(&kit, "2020-08-10", all[i]);
        assert_false(why.owed);
        assert_condition("area.open", VV_CONDITION_FAILED, "nobody", NULL);
    }
    static const struct vv_price zero[] = {KIT_PRICE("B", 0)};
    kit.scheme.areas = kit_areas;
    kit.scheme.areas_limited = false;
    kit.components[KIT_RESULT].prices = zero;
    kit.components[KIT_RESULT].price_count = 1;
    ask_why(&kit, "2020-08-10", "result");
    assert_condition("price.above-zero", VV_CONDITION_FAILED, "nobody", NULL);
    kit.components[KIT_RESULT].prices = kit_result;
    kit.components[KIT_RESULT].price_count = 3;
    kit.components[KIT_RESULT].caps = kit.components[KIT_BASE].caps = caps;
    kit.components[KIT_RESULT].cap_count = kit.components[KIT_BASE].cap_count = 1;
    ask_why(&kit, "2020-08-10", "result");
    assert_condition("cap.room", VV_CONDITION_FAILED, "nobody", NULL);
    ask_why(&kit, "2020-08-10", "base");
    assert_true(why.owed); /* the first 1.00 of it */
    assert_null(condition("cap.room"));
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(vv_condition_state_name(VV_CONDITION_MET), "met");
    assert_string_equal(vv_condition_state_name(VV_CONDITION_FAILED), "failed");
}

/* ---- payable, effective, booked ---- */

/* Level B, April: 30 x 150.00 = 4 500.00. Corrected to C: 1 500.00 more, told on 10 June. The
 * placement of 16 March runs six months, through 15 September. */
static void supplements(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "C", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_ask(&kit, "2020-06-10");
    const struct vv_owed *april = kit_owed(&kit, "base", "2020-04-01", 1);
    assert_int_equal(april->amount, 600000);
    struct vv_difference_line first = {.component = "base",
                                       .period = day("2020-04-01"),
                                       .amount = 600000,
                                       .owed = 600000,
                                       .why = april};
    struct vv_difference_line more = first;
    more.amount = 150000;
    vv_date told = day("2020-06-10");
    assert_int_equal(vv_effective_of(&more), day("2020-05-01"));
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told);
    kit.scheme.supplement_payable = VV_SUPPLEMENT_DECISION_END;
    assert_int_equal(vv_payable_from(&first, kit.facts, kit.count, told), told);
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), day("2020-09-16"));
    /* On the decision's last day it still waits for the next; after it, it is payable at once. */
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, day("2020-09-15")),
                     day("2020-09-16"));
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, day("2020-09-16")),
                     day("2020-09-16"));
    kit_end(&kit, 1, "2020-05-31"); /* ended already: payable at once */
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told);
    more.proposal = true;
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), VV_DATE_NONE);
    struct vv_difference_line recovery = {.kind = VV_LINE_RECOVERY, .amount = -1};
    assert_int_equal(vv_payable_from(&recovery, kit.facts, kit.count, told), VV_DATE_NONE);
    recovery.kind = VV_LINE_SET_OFF;
    assert_int_equal(vv_payable_from(&recovery, kit.facts, kit.count, told), told);
}

/* A placement without planned end has no decision's end to wait for; an amount that rests on no
 * placement (a grant) neither. */
static void supplements_without_an_end(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.scheme.supplement_payable = VV_SUPPLEMENT_DECISION_END;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->planned_end = VV_DATE_NONE;
    kit_ask(&kit, "2020-06-10");
    struct vv_owed april = *kit_owed(&kit, "base", "2020-04-01", 1);
    struct vv_difference_line more = {.component = "base",
                                      .period = day("2020-04-01"),
                                      .amount = 1,
                                      .owed = april.amount,
                                      .why = &april};
    vv_date told = day("2020-06-10");
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told);
    kit.facts[1].planned_end = day("2020-06-10"); /* its last day: the day after */
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told + 1);
    kit_end(&kit, 2, "2020-05-31"); /* of another placement */
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told + 1);
    april.causes[0] = april.causes[april.cause_count - 1]; /* not the placement's start */
    april.cause_count = 1;
    assert_int_not_equal(april.causes[0]->kind, VV_FACT_PLACEMENT_START);
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told);
    more.why = NULL;
    assert_int_equal(vv_payable_from(&more, kit.facts, kit.count, told), told);
    assert_int_equal(vv_effective_of(&more), day("2020-04-01"));
    const struct vv_payment_fact decision = {.effective = day("2020-06-02")};
    more.decision = &decision;
    assert_int_equal(vv_effective_of(&more), day("2020-06-02"));
}

/* pay_on: invoice. What the state pays, and what no run takes, waits for no invoice. */
static void what_waits_for_an_invoice(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    struct vv_difference_line line = {.component = "base", .amount = 1, .owed = 1};
    vv_date payable = day("2020-06-10");
    assert_false(vv_payable_on_invoice(&line, &kit.scheme, payable));
    kit.scheme.pay_on = VV_PAY_ON_INVOICE;
    assert_true(vv_payable_on_invoice(&line, &kit.scheme, payable));
    assert_false(vv_payable_on_invoice(&line, &kit.scheme, VV_DATE_NONE));
    kit.components[KIT_BASE].payer = VV_PAYER_STATE;
    assert_false(vv_payable_on_invoice(&line, &kit.scheme, payable));
    line.component = "an older version's";
    assert_true(vv_payable_on_invoice(&line, &kit.scheme, payable));
    line.kind = VV_LINE_SET_OFF;
    assert_false(vv_payable_on_invoice(&line, &kit.scheme, payable));
}

static void book_dates(void **state)
{
    (void)state;
    assert_int_equal(vv_book_date(VV_DATE_NONE, day("2020-05-04")), day("2020-05-04"));
    assert_int_equal(vv_book_date(day("2020-04-30"), day("2020-05-01")), day("2020-05-01"));
    assert_int_equal(vv_book_date(day("2020-05-31"), day("2020-05-31")), day("2020-06-01"));
    assert_int_equal(vv_book_date(day("2020-05-31"), day("2020-05-04")), day("2020-06-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(result_step_by_step),
        cmocka_unit_test(result_cannot_be_met),
        cmocka_unit_test(second_source),
        cmocka_unit_test(premium_in_time),
        cmocka_unit_test(a_start_while_the_service_runs),
        cmocka_unit_test(base_waits_for_reports),
        cmocka_unit_test(price_is_missing),
        cmocka_unit_test(bonus),
        cmocka_unit_test(instalments),
        cmocka_unit_test(required_and_obliged),
        cmocka_unit_test(held_for_review),
        cmocka_unit_test(awards),
        cmocka_unit_test(later_and_attested),
        cmocka_unit_test(supplements),
        cmocka_unit_test(which_outcome_is_asked_about),
        cmocka_unit_test(ended_a_day_short),
        cmocka_unit_test(two_sources_and_two_milestones),
        cmocka_unit_test(a_premium_that_no_result_follows),
        cmocka_unit_test(a_service_that_has_not_ended),
        cmocka_unit_test(nothing_will_ever_be_owed),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(a_unit_waits_for_verification),
        cmocka_unit_test(supplements_without_an_end),
        cmocka_unit_test(what_waits_for_an_invoice),
        cmocka_unit_test(book_dates),
        cmocka_unit_test(service_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
