/*
 * test_events.c: what the owners of facts send, read as typed facts: every kind there and back over
 * random courses of every scheme; what cannot be computed from is kept and pays nothing; a log that
 * is broken is named so.
 */
#include "courses.h"
#include "tell.h"

#include "../../../services/payment/events.h"
#include "../../../services/payment/finance_facts.h"
#include "vagval/limits.h"

static const struct vv_id case_id = {{0, 3, 0xCA}};

static void read_told(const struct told *told, struct vv_id id, vv_date effective,
                      struct vv_payment_fact *ret_fact)
{
    assert_int_equal(vv_payment_fact_read(told->type, &told->body.base, id, effective, 7, ret_fact),
                     VV_OK);
}

/* ---- there and back ---- */

static const char *text_or_none(const char *text)
{
    return text == NULL ? "" : text;
}

#define SAME(field) assert_true(read->field == fact->field)
#define SAME_ID(field) assert_true(vv_id_equal(read->field, fact->field))
#define SAME_TEXT(field) assert_string_equal(text_or_none(read->field), text_or_none(fact->field))

static void assert_same(const struct vv_payment_fact *read, const struct vv_payment_fact *fact)
{
    SAME(kind);
    SAME_ID(id);
    SAME_ID(supersedes);
    SAME_ID(subject);
    SAME_ID(contract);
    SAME_ID(provider);
    SAME_ID(employer);
    SAME(effective);
    SAME(on);
    SAME(decided_on);
    SAME(planned_end);
    SAME(service_start);
    SAME_TEXT(level);
    SAME_TEXT(area);
    SAME_TEXT(contract_number);
    SAME_TEXT(code);
    SAME(extent_percent);
    SAME(referred);
    SAME(job);
    SAME(approved);
    SAME(document);
    SAME(quantity_hundredths);
    SAME(amount);
    SAME(through);
    SAME(final);
    SAME(handed_over);
    assert_true((read->evidence == NULL) == (fact->evidence == NULL));
    assert_int_equal(read->index, 7);
}

/* What the message cannot carry, or what its reading makes of it, by kind. */
static struct vv_payment_fact as_read(const struct vv_payment_fact *fact, const char *reference)
{
    struct vv_payment_fact expected = *fact;
    bool proves = fact->kind == VV_FACT_OUTCOME_CONFIRM || fact->kind == VV_FACT_CORROBORATED;
    bool names = fact->kind == VV_FACT_GRANT || fact->kind == VV_FACT_PAYROLL;
    bool agrees = fact->kind == VV_FACT_APPROPRIATION || fact->kind == VV_FACT_COST;
    if (fact->kind == VV_FACT_PLACEMENT_START || fact->kind == VV_FACT_PLACEMENT_END ||
        fact->kind == VV_FACT_PLACEMENT_EXTENDED || fact->kind == VV_FACT_EVIDENCE ||
        fact->kind == VV_FACT_OBLIGATIONS || fact->kind == VV_FACT_GRANT ||
        (fact->kind == VV_FACT_LEVEL && !fact->referred)) {
        expected.supersedes = (struct vv_id){{0}};
    }
    if (proves && fact->evidence == NULL) {
        expected.kind = VV_FACT_OTHER; /* a confirmation without a document says nothing */
    }
    if (names || agrees) {
        expected.subject =
            names ? vv_grant_id(case_id, reference) : vv_agreement_id(case_id, reference);
        expected.contract_number = fact->contract_number == NULL ? NULL : reference;
    }
    return expected;
}

static void every_kind_of_fact_is_read_as_it_was_meant(void **state)
{
    (void)state;
    static struct kit kit;
    unsigned read_of[VV_FACT_OTHER + 1] = {0};
    random_begin();
    for (unsigned i = 0; i < 600; i++) {
        next_course(&kit, i);
        for (size_t k = 0; k < kit.count; k++) {
            struct told told;
            struct vv_payment_fact fact = kit.facts[k];
            fact.provider = fact.kind == VV_FACT_PLACEMENT_START ? random_id() : fact.provider;
            fact.employer = fact.kind == VV_FACT_OUTCOME_START ? random_id() : fact.employer;
            fact.supersedes = random_id();
            tell(&fact, &case_id, "se-test", &told);
            struct vv_payment_fact read;
            read_told(&told, fact.id, fact.effective, &read);
            struct vv_payment_fact expected = as_read(&fact, told.reference);
            assert_same(&read, &expected);
            read_of[fact.kind]++;
        }
    }
    for (int kind = VV_FACT_LEVEL; kind <= VV_FACT_EVIDENCE; kind++) {
        assert_true(read_of[kind] > 0);
    }
}

/* ---- what cannot be computed from ---- */

/* One course fact of each kind, whatever it says. */
static struct vv_payment_fact some(enum vv_payment_fact_kind kind)
{
    struct vv_payment_fact fact = {.kind = kind,
                                   .id = kit_id('F', 1),
                                   .subject = kit_id('X', 1),
                                   .contract = kit_id('C', 1),
                                   .effective = day("2021-03-01"),
                                   .on = day("2021-03-01"),
                                   .planned_end = day("2021-08-31"),
                                   .service_start = day("2021-03-01"),
                                   .level = "A",
                                   .area = "umea",
                                   .code = "unit",
                                   .quantity_hundredths = 100,
                                   .amount = 100,
                                   .evidence = kit_evidence,
                                   .supersedes = kit_id('F', 9),
                                   .provider = kit_id('V', 1),
                                   .employer = kit_id('V', 2),
                                   .referred = true};
    return fact;
}

static enum vv_payment_fact_kind kind_read(const struct told *told)
{
    struct vv_payment_fact fact;
    read_told(told, kit_id('F', 1), day("2021-03-01"), &fact);
    return fact.kind;
}

/* Each id of each message, cut short: the fact is kept, and nothing is computed from it. */
static void a_broken_id_makes_a_fact_that_says_nothing(void **state)
{
    (void)state;
    static const struct {
        enum vv_payment_fact_kind kind;
        size_t offsets[6]; /* of its ids in the message; 0 ends */
    } ids[] = {
        {VV_FACT_LEVEL, {offsetof(Vagval__V1__LevelDecided, supersedes)}},
        {VV_FACT_PLACEMENT_START,
         {offsetof(Vagval__V1__PlacementStarted, placement),
          offsetof(Vagval__V1__PlacementStarted, contract),
          offsetof(Vagval__V1__PlacementStarted, provider)}},
        {VV_FACT_PLACEMENT_END, {offsetof(Vagval__V1__PlacementEnded, placement)}},
        {VV_FACT_PLACEMENT_EXTENDED, {offsetof(Vagval__V1__ServiceExtended, placement)}},
        {VV_FACT_EVIDENCE, {offsetof(Vagval__V1__EvidenceStated, record)}},
        {VV_FACT_REPORT,
         {offsetof(Vagval__V1__ReportDecided, contract),
          offsetof(Vagval__V1__ReportDecided, supersedes)}},
        {VV_FACT_OBLIGATIONS, {offsetof(Vagval__V1__ObligationsStated, contract)}},
        {VV_FACT_OUTCOME_START,
         {offsetof(Vagval__V1__OutcomeRecorded, outcome),
          offsetof(Vagval__V1__OutcomeRecorded, supersedes),
          offsetof(Vagval__V1__OutcomeRecorded, employer)}},
        {VV_FACT_UNIT,
         {offsetof(Vagval__V1__UnitRecorded, contract),
          offsetof(Vagval__V1__UnitRecorded, supersedes)}},
        {VV_FACT_GRANT, {offsetof(Vagval__V1__EnterGrant, for_case)}},
        {VV_FACT_PAYROLL,
         {offsetof(Vagval__V1__RecordPayroll, case_id),
          offsetof(Vagval__V1__RecordPayroll, supersedes)}},
        {VV_FACT_APPROPRIATION,
         {offsetof(Vagval__V1__RecordAppropriation, case_id),
          offsetof(Vagval__V1__RecordAppropriation, contract),
          offsetof(Vagval__V1__RecordAppropriation, supersedes)}},
        {VV_FACT_COST,
         {offsetof(Vagval__V1__RecordCost, case_id), offsetof(Vagval__V1__RecordCost, supersedes)}},
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct vv_payment_fact fact = some(ids[i].kind);
        struct told told;
        tell(&fact, &case_id, "se-test", &told);
        assert_int_equal(kind_read(&told), ids[i].kind);
        for (size_t k = 0; ids[i].offsets[k] != 0; k++) {
            ProtobufCBinaryData *id = (void *)((char *)&told.body + ids[i].offsets[k]);
            id->len--;
            assert_int_equal(kind_read(&told), VV_FACT_OTHER);
            id->len++;
        }
        assert_int_equal(kind_read(&told), ids[i].kind);
    }
}

/* Month arithmetic needs a hundred years' room at both ends of the calendar. */
static void a_day_at_the_calendar_s_end_says_nothing(void **state)
{
    (void)state;
    static const struct {
        vv_date on;
        bool usable;
    } days[] = {{VV_DATE_MIN + 36599, false},
                {VV_DATE_MIN + 36600, true},
                {VV_DATE_MAX - 36600, true},
                {VV_DATE_MAX - 36599, false}};
    for (size_t i = 0; i < 4; i++) {
        struct vv_payment_fact fact = some(VV_FACT_PLACEMENT_START);
        struct told told;
        tell(&fact, &case_id, "se-test", &told);
        told.body.start.start = days[i].on;
        assert_int_equal(kind_read(&told) == VV_FACT_PLACEMENT_START, days[i].usable);
        told.body.start.start = fact.on;
        told.body.start.planned_end = days[i].on;
        assert_int_equal(kind_read(&told) == VV_FACT_PLACEMENT_START, days[i].usable);
    }
}

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    struct vv_payment_fact fact = some(VV_FACT_PLACEMENT_START);
    struct told told;
    tell(&fact, &case_id, "se-test", &told);
    told.body.start.planned_end = 0;
    told.body.start.service_start = 0;
    struct vv_payment_fact read;
    read_told(&told, fact.id, fact.effective, &read);
    assert_int_equal(read.planned_end, VV_DATE_NONE);
    assert_int_equal(read.service_start, fact.on);
}

static void amounts_and_words_that_cannot_be(void **state)
{
    (void)state;
    struct told told;
    struct vv_payment_fact fact = some(VV_FACT_OUTCOME_START);
    tell(&fact, &case_id, "se-test", &told);
    told.body.outcome.what = tell_text("holiday");
    assert_int_equal(kind_read(&told), VV_FACT_OTHER);
    fact = some(VV_FACT_EVIDENCE); /* a word of a later release */
    tell(&fact, &case_id, "se-test", &told);
    told.body.evidence.state = tell_text("notarised");
    assert_int_equal(kind_read(&told), VV_FACT_OTHER);
    static const enum vv_payment_fact_kind negative[] = {VV_FACT_GRANT, VV_FACT_PAYROLL,
                                                         VV_FACT_APPROPRIATION};
    for (size_t i = 0; i < 3; i++) {
        fact = some(negative[i]);
        fact.amount = -1;
        tell(&fact, &case_id, "se-test", &told);
        assert_int_equal(kind_read(&told), VV_FACT_OTHER);
        fact.amount = 0;
        tell(&fact, &case_id, "se-test", &told);
        assert_int_equal(kind_read(&told), negative[i]);
    }
    fact = some(VV_FACT_COST); /* a credit note */
    fact.amount = -1;
    tell(&fact, &case_id, "se-test", &told);
    assert_int_equal(kind_read(&told), VV_FACT_COST);
    fact = some(VV_FACT_UNIT);
    for (int64_t quantity = -1; quantity <= 1; quantity++) {
        fact.quantity_hundredths = quantity;
        tell(&fact, &case_id, "se-test", &told);
        assert_int_equal(kind_read(&told), quantity > 0 ? VV_FACT_UNIT : VV_FACT_OTHER);
    }
}

/* A unit counts as approved only with its document. */
static void a_unit_without_a_document_is_not_approved(void **state)
{
    (void)state;
    struct vv_payment_fact fact = some(VV_FACT_UNIT);
    struct told told;
    struct vv_payment_fact read;
    for (int with = 0; with < 2; with++) {
        fact.approved = true;
        fact.evidence = with == 1 ? kit_evidence : NULL;
        tell(&fact, &case_id, "se-test", &told);
        read_told(&told, fact.id, fact.effective, &read);
        assert_int_equal(read.approved, with);
    }
}

static void other_messages_are_no_facts(void **state)
{
    (void)state;
    struct vv_payment_fact untouched = {.index = 77};
    Vagval__V1__CaseShow body = VAGVAL__V1__CASE_SHOW__INIT;
    assert_int_equal(vv_payment_fact_read(VV_MSG_CASE_SHOW, &body.base, case_id, 0, 1, &untouched),
                     VV_UNSUPPORTED);
    assert_int_equal(untouched.index, 77);
    static const enum vv_message_type own[] = {VV_MSG_DECIDE_PROPOSAL, VV_MSG_RELEASE_HOLD,
                                               VV_MSG_ENTER_GRANT,     VV_MSG_RECORD_PAYROLL,
                                               VV_MSG_RECORD_COST,     VV_MSG_RECORD_APPROPRIATION};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_true(vv_payment_fact_is_own(own[i]));
    }
    assert_false(vv_payment_fact_is_own(VV_MSG_LEVEL_DECIDED));
    assert_false(vv_payment_fact_is_own(VV_MSG_UNIT_RECORDED));
}

static void references_are_codes(void **state)
{
    (void)state;
    char longest[VV_ID_TEXT_BYTES + 256];
    assert_true(vv_fact_reference_is_usable("pilot-2021_A.b"));
    assert_false(vv_fact_reference_is_usable(""));
    assert_false(vv_fact_reference_is_usable("Anna Andersson"));
    memset(longest, 'a', sizeof longest);
    longest[VV_CODE_BYTES_MAX] = '\0';
    assert_true(vv_fact_reference_is_usable(longest));
    longest[VV_CODE_BYTES_MAX] = 'a';
    longest[VV_CODE_BYTES_MAX + 1] = '\0';
    assert_false(vv_fact_reference_is_usable(longest));
}

/* ---- a stored log ---- */

static uint8_t packed[1024], packed_reply[256];

static Vagval__V1__Fact stored_as(enum vv_message_type type, const ProtobufCMessage *body,
                                  const struct vv_id *id)
{
    Vagval__V1__Fact fact = VAGVAL__V1__FACT__INIT;
    fact.id = tell_id(id);
    fact.type = type;
    fact.effective = day("2021-03-01");
    fact.index = 7;
    fact.source = tell_text("anna");
    fact.body = (ProtobufCBinaryData){protobuf_c_message_pack(body, packed), packed};
    return fact;
}

static enum vv_status read_stored(Vagval__V1__Fact *stored, struct vv_payment_fact *ret_fact)
{
    kit_used = 0;
    return vv_payment_facts_read(&stored, 1, &kit_memory, ret_fact);
}

static void a_stored_log_is_read_or_named_broken(void **state)
{
    (void)state;
    for (int kind = VV_FACT_LEVEL; kind <= VV_FACT_EVIDENCE; kind++) {
        struct vv_payment_fact fact = some((enum vv_payment_fact_kind)kind);
        struct vv_payment_fact read;
        struct told told;
        tell(&fact, &case_id, "se-test", &told);
        Vagval__V1__Fact stored = stored_as(told.type, &told.body.base, &fact.id);
        assert_int_equal(read_stored(&stored, &read), VV_OK);
        struct vv_payment_fact expected = as_read(&fact, told.reference);
        assert_int_equal(read.kind, expected.kind);
        assert_true(vv_id_equal(read.id, fact.id));
        stored.id.len--;
        assert_int_equal(read_stored(&stored, &read), VV_CORRUPT);
        stored.id.len++;
        stored.body.len--; /* the last field has lost its end */
        assert_int_equal(read_stored(&stored, &read), VV_CORRUPT);
        stored.body.len++;
        stored.type = VV_MSG_CASE_SHOW;
        assert_int_equal(read_stored(&stored, &read), VV_UNSUPPORTED);
    }
}

/* A person's decision: who made it, and what was answered, stand beside the command. */
static void a_stored_decision_has_its_answer(void **state)
{
    (void)state;
    const struct vv_id id = kit_id('F', 1);
    const struct vv_id contract = kit_id('C', 1);
    const struct vv_id recovery = kit_id('R', 1);
    Vagval__V1__DecideProposal body = VAGVAL__V1__DECIDE_PROPOSAL__INIT;
    Vagval__V1__CorrectionNoted answer = VAGVAL__V1__CORRECTION_NOTED__INIT;
    body.case_id = tell_id(&case_id);
    body.component = tell_text("base");
    body.period = day("2021-02-01");
    body.contract = tell_id(&contract);
    body.action = tell_text("contest");
    body.amount = -500;
    body.recovery = tell_id(&recovery);
    answer.until = day("2021-03-22");
    answer.owed = 1500;
    Vagval__V1__Fact stored = stored_as(VV_MSG_DECIDE_PROPOSAL, &body.base, &id);
    stored.reply =
        (ProtobufCBinaryData){protobuf_c_message_pack(&answer.base, packed_reply), packed_reply};
    struct vv_payment_fact read;
    assert_int_equal(read_stored(&stored, &read), VV_OK);
    assert_int_equal(read.kind, VV_FACT_PROPOSAL_DECISION);
    assert_string_equal(read.by, "anna");
    assert_int_equal(read.until, day("2021-03-22"));
    assert_int_equal(read.owed, 1500);
    assert_int_equal(read.amount, -500);
    assert_true(vv_id_equal(read.subject, recovery));
    stored.reply.len--;
    assert_int_equal(read_stored(&stored, &read), VV_CORRUPT);
    stored.reply.len++;
    body.recovery.len--; /* no such id: kept, and nothing follows from it */
    stored.body.len = protobuf_c_message_pack(&body.base, packed);
    assert_int_equal(read_stored(&stored, &read), VV_OK);
    assert_int_equal(read.kind, VV_FACT_OTHER);
    body.action = tell_text("forgive");
    stored.body.len = protobuf_c_message_pack(&body.base, packed);
    assert_int_equal(read_stored(&stored, &read), VV_OK);
    assert_int_equal(read.kind, VV_FACT_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_fact_is_read_as_it_was_meant),
        cmocka_unit_test(a_broken_id_makes_a_fact_that_says_nothing),
        cmocka_unit_test(a_day_at_the_calendar_s_end_says_nothing),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(amounts_and_words_that_cannot_be),
        cmocka_unit_test(a_unit_without_a_document_is_not_approved),
        cmocka_unit_test(other_messages_are_no_facts),
        cmocka_unit_test(references_are_codes),
        cmocka_unit_test(a_stored_log_is_read_or_named_broken),
        cmocka_unit_test(a_stored_decision_has_its_answer),
    };
    return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
