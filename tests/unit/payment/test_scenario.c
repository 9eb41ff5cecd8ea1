/*
 * test_scenario.c: scenario files: what is read, what is refused and where, what counts as known,
 * and how an expectation is held against what there is.
 */
#include "../kernel/yaml_cases.h"

#include "../../../services/payment/simulate.h"

/* Figures of the test's own: 100.00 a day, 1 000.00 for a start within 90 days. */
static const char tariff[] =
    "id: small\n"
    "name: {en: Small, sv: Liten}\n"
    "jurisdiction: SE\n"
    "currency: SEK\n"
    "time_zone: Europe/Stockholm\n"
    "valid: {from: 2020-01-01}\n"
    "areas: [{code: here, name: Here, municipalities: [\"0180\"]}]\n"
    "assessment: {model: none, levels: [{code: A, name: {en: A, sv: A}, referred: true}]}\n"
    "choice: {working_days: 5, non_choice: nearest}\n"
    "service: {months: 6, months_max: 12}\n"
    "components:\n"
    "  - code: base\n"
    "    name: {en: Base, sv: Grund}\n"
    "    kind: per_day\n"
    "    price_on: day\n"
    "    prices: [{level: A, amount: \"100.00\", status: example, note: n}]\n"
    "  - code: premium\n"
    "    name: {en: Premium, sv: Premie}\n"
    "    kind: premium_days\n"
    "    price_on: outcome_start\n"
    "    on: [job]\n"
    "    bands: [{days_max: 90, percent: 100}]\n"
    "    prices: [{level: A, amount: \"1000.00\", status: example, note: n}]\n";

static const char good[] = /* line */
    "title: A job\n"       /* 1 */
    "scheme: small.yaml\n"
    "facts:\n"
    "  - {kind: level, on: 2020-02-01, level: A}\n"
    "  - {kind: placement, ref: p1, on: 2020-02-01, contract: K-1, area: here}\n" /* 5 */
    "  - {kind: job, ref: j1, on: 2020-03-05, extent_percent: 50}\n"
    "  - {kind: withdraw, of: j1, on: 2020-03-20, recorded: 2020-03-20, withdrawn: 2020-04-01}\n"
    "  - {kind: report, month: 2020-02-10, approved: true, on: 2020-03-02}\n"
    "as_of: [2020-03-01, 2020-03-10, 2020-03-20, 2020-03-31, 2020-04-01]\n"
    "expect:\n" /* 10 */
    "  - as_of: 2020-03-01\n"
    "    postings:\n"
    "      - {component: base, period: 2020-02-01, contract: K-1, amount: \"2900.00\"}\n"
    "    proposals: []\n";

struct kit {
    struct vv_scenario *scenario;
    struct vv_scheme *scheme;
    struct vv_yaml_pool pool;
    struct vv_simulation simulation;
    struct vv_mismatch *mismatches;
    size_t mismatch_count;
};

static void kit_run(struct kit *kit, const char *yaml)
{
    struct vv_error error = {.status = VV_OK};
    *kit = (struct kit){.scenario = NULL};
    ProtobufCAllocator memory = vv_simulation_memory(&kit->pool);
    enum vv_status status = vv_scenario_parse("s.yaml", yaml, strlen(yaml), &kit->scenario, &error);
    if (status != VV_OK) {
        fail_msg("line %u: %s: %s", error.line, error.field, error.text);
    }
    assert_int_equal(
        vv_scheme_parse("small.yaml", tariff, sizeof(tariff) - 1, &kit->scheme, &error), VV_OK);
    const struct vv_known_scheme known = {kit->scheme, VV_DATE_MIN};
    assert_int_equal(vv_simulate(kit->scenario, &known, 1, &memory, &kit->simulation), VV_OK);
    assert_int_equal(vv_simulation_compare(kit->scenario, &kit->simulation, &memory,
                                           &kit->mismatches, &kit->mismatch_count),
                     VV_OK);
}

static void kit_free(struct kit *kit)
{
    vv_scenario_destroy(&kit->scenario);
    vv_scheme_destroy(&kit->scheme);
    vv_yaml_pool_clear(&kit->pool);
}

static void facts_are_read(void **state)
{
    (void)state;
    struct kit kit;
    kit_run(&kit, good);
    const struct vv_scenario *scenario = kit.scenario;
    assert_string_equal(scenario->title, "A job");
    assert_string_equal(scenario->schemes[0].file, "small.yaml");
    assert_int_equal(scenario->fact_count, 5);
    const struct vv_payment_fact *placement = &scenario->facts[1].fact;
    assert_int_equal(placement->kind, VV_FACT_PLACEMENT_START);
    assert_int_equal(placement->planned_end, VV_DATE_NONE);
    assert_int_equal(placement->service_start, placement->on);
    const struct vv_payment_fact *job = &scenario->facts[2].fact;
    assert_true(job->job);
    assert_int_equal(job->extent_percent, 50);
    assert_true(vv_id_equal(job->subject, scenario->facts[3].fact.subject));
    const struct vv_scenario_fact *report = &scenario->facts[4];
    vv_date first = 0;
    vv_date decided = 0;
    assert_int_equal(vv_date_parse("2020-02-01", &first), VV_OK);
    assert_int_equal(vv_date_parse("2020-03-02", &decided), VV_OK);
    assert_int_equal(report->fact.on, first);
    assert_int_equal(report->fact.effective, decided);
    assert_int_equal(report->recorded, decided);
    assert_int_equal(kit.mismatch_count, 0);
    kit_free(&kit);
}

/* Known from the day recorded, and not from the day withdrawn. */
static void what_is_known_by_a_day_counts(void **state)
{
    (void)state;
    struct kit kit;
    kit_run(&kit, good);
    static const struct {
        size_t lines;
        vv_money amount; /* of the premium's line */
        bool proposal;
    } wanted[] = {{1, 0, false}, {1, 100000, false}, {1, -100000, true}, {0, 0, false}};
    for (size_t s = 0; s < sizeof(wanted) / sizeof(wanted[0]); s++) {
        const struct vv_difference *difference = &kit.simulation.steps[s].difference;
        assert_int_equal(difference->count, wanted[s].lines);
        if (wanted[s].amount != 0) {
            assert_string_equal(difference->lines[0].component, "premium");
            assert_int_equal(difference->lines[0].amount, wanted[s].amount);
            assert_int_equal(difference->lines[0].proposal, wanted[s].proposal);
        }
    }
    /* 1 April: March's base, and the proposal taken back. */
    const struct vv_difference *last = &kit.simulation.steps[4].difference;
    assert_int_equal(last->count, 2);
    assert_int_equal(last->lines[0].amount, 310000);
    assert_int_equal(last->lines[1].amount, 100000);
    assert_true(last->lines[1].proposal);
    kit_free(&kit);
}

static const struct yaml_case refused[] = {
    {"title: A job\n", "", 1, "title", "Missing"},
    {"title: A job\n", "title: A job\nnote: x\n", 2, "note", "Unexpected key"},
    {"scheme: small.yaml\n", "", 1, "scheme", "name one"},
    {"scheme: small.yaml\n", "scheme: a.yaml\nschemes: [{file: b.yaml}]\n", 2, "scheme",
     "name one"},
    {"scheme: small.yaml\n",
     "schemes: [{file: a.yaml, published: 2020-03-01}, {file: b.yaml, published: 2020-02-01}]\n", 2,
     "schemes[1].published", "order"},
    {"kind: level,", "kind: levels,", 4, "facts[0].kind", "unknown kind levels; there are level,"},
    {"on: 2020-02-01, level: A", "on: 2020-02-30, level: A", 4, "facts[0].on", "date like"},
    {"on: 2020-02-01, level: A", "on: 0001-01-01, level: A", 4, "facts[0].on", "date like"},
    {"on: 2020-02-01, level: A", "level: A", 4, "facts[0].on", "kind level needs it"},
    {"level: A}", "level: A, area: here}", 4, "facts[0].area", "kind level has no such key"},
    {"level: A}", "level: A, referred: perhaps}", 4, "facts[0].referred", "true or false"},
    {"level: A}", "levle: A}", 4, "facts[0].levle", "Unexpected key"},
    {"contract: K-1, area: here}", "contract: K-1}", 5, "facts[1].area", "needs it"},
    {"area: here}", "area: here, planned_end: 2020-01-31}", 5, "facts[1].planned_end",
     "before it begins"},
    {"area: here}", "area: here, service_start: 2020-02-02}", 5, "facts[1].service_start",
     "after this placement"},
    {"extent_percent: 50", "extent_percent: 0", 6, "facts[2].extent_percent", "1 to 100"},
    {"extent_percent: 50", "extent_percent: 101", 6, "facts[2].extent_percent", "1 to 100"},
    {"ref: j1", "ref: p1", 6, "facts[2].ref", "stands twice"},
    {"extent_percent: 50", "supersedes: j2", 6, "facts[2].supersedes", "no other fact"},
    {"extent_percent: 50", "supersedes: j1", 6, "facts[2].supersedes", "no other fact"},
    {"of: j1", "of: p1", 7, "facts[3].of", "no job or study has the ref p1"},
    {"of: j1", "of: nobody", 7, "facts[3].of", "no job or study has the ref nobody"},
    {"withdrawn: 2020-04-01", "withdrawn: 2020-03-19", 7, "facts[3].withdrawn", "before"},
    {"2020-03-20, 2020-03-31", "2020-03-31, 2020-03-31", 9, "as_of[3]", "rise"},
    {"as_of: [2020-03-01, 2020-03-10, 2020-03-20, 2020-03-31, 2020-04-01]", "as_of: []", 9, "as_of",
     "ntries"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: grant, ref: g, on: 2020-03-01, through: 2020-02-28, component: c, amount: 1, area: "
     "here",
     8, "facts[4].through", "ends before"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: grant, ref: g, on: 2020-03-01, through: 2020-03-28, component: c, amount: -1, area: "
     "here",
     8, "facts[4].amount", "not negative"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: grant, ref: g, on: 2020-03-01, through: 2020-03-28, component: c, amount: 1.005, area: "
     "here",
     8, "facts[4].amount", "two decimals"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: unit, on: 2020-03-01, unit: u, quantity: half", 8, "facts[4].quantity", "figure like"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: payroll, of: j1, on: 2020-04-05, month: 2020-03-01, amount: 1", 8, "facts[4].of",
     "no grant has the ref j1"},
    {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
     "kind: cost, of: p1, on: 2020-04-05, amount: 1, final: perhaps", 8, "facts[4].of",
     "no appropriation has the ref p1"},
    {"  - as_of: 2020-03-01", "  - as_of: 2020-03-02", 11, "expect[0].as_of", "not among"},
    {"\"2900.00\"", "\"2900.005\"", 13, "expect[0].postings[0].amount", "two decimals"},
    {"component: base", "componnet: base", 13, "expect[0].postings[0].componnet", "Unexpected"},
    {"    proposals: []\n", "    proposals: []\n  - as_of: 2020-03-01\n", 15, "expect[1].as_of",
     "stands twice"},
};

static void a_bad_file_is_refused_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct vv_scenario *scenario = NULL;
        struct vv_error error = {.status = VV_OK};
        char *yaml = yaml_changed(good, refused[i].find, refused[i].replace);
        enum vv_status status = vv_scenario_parse("s.yaml", yaml, strlen(yaml), &scenario, &error);
        yaml_expect(&refused[i], "s.yaml", status, &error);
        assert_null(scenario);
        free(yaml);
    }
}

static void names_must_fit_the_scheme(void **state)
{
    (void)state;
    static const struct yaml_case misfits[] = {
        {"level: A}", "level: B}", 4, "facts[0].level", "small has no level B"},
        {"area: here}", "area: there}", 5, "facts[1].area", "small has no area there"},
        {"kind: report, month: 2020-02-10, approved: true,", "kind: unit, unit: hour,", 8,
         "facts[4].unit", "small has no unit hour"},
        {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
         "kind: grant, ref: g, on: 2020-03-01, through: 2020-03-28, component: base, amount: 1, "
         "area: here",
         8, "facts[4].component", "small has no component for grants base"},
        {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
         "kind: appropriation, ref: g, on: 2020-03-01, through: 2020-03-28, component: x, "
         "amount: 1, area: here",
         8, "facts[4].component", "small has no component for shares x"},
    };
    struct vv_scheme *scheme = NULL;
    assert_int_equal(vv_scheme_parse("small.yaml", tariff, sizeof(tariff) - 1, &scheme, NULL),
                     VV_OK);
    const struct vv_scheme *schemes[] = {scheme};
    for (size_t i = 0; i < sizeof(misfits) / sizeof(misfits[0]); i++) {
        struct vv_scenario *scenario = NULL;
        struct vv_error error = {.status = VV_OK};
        char *yaml = yaml_changed(good, misfits[i].find, misfits[i].replace);
        assert_int_equal(vv_scenario_parse("s.yaml", yaml, strlen(yaml), &scenario, NULL), VV_OK);
        yaml_expect(&misfits[i], "s.yaml", vv_scenario_fits(scenario, schemes, 1, &error), &error);
        vv_scenario_destroy(&scenario);
        free(yaml);
    }
    vv_scheme_destroy(&scheme);
}

static void versions_are_of_one_scheme(void **state)
{
    (void)state;
    const struct yaml_case two = {"", "", 4, "schemes[1].file", "is of scheme large, the first of"};
    struct vv_scheme *schemes[2] = {NULL, NULL};
    char *other = yaml_changed(tariff, "id: small", "id: large");
    char *yaml = yaml_changed(good, "scheme: small.yaml\n",
                              "schemes:\n  - {file: small.yaml}\n  - {file: large.yaml}\n");
    struct vv_scenario *scenario = NULL;
    struct vv_error error = {.status = VV_OK};
    assert_int_equal(vv_scenario_parse("s.yaml", yaml, strlen(yaml), &scenario, NULL), VV_OK);
    assert_int_equal(vv_scheme_parse("a", tariff, sizeof(tariff) - 1, &schemes[0], NULL), VV_OK);
    assert_int_equal(vv_scheme_parse("b", other, strlen(other), &schemes[1], NULL), VV_OK);
    const struct vv_scheme *both[] = {schemes[0], schemes[1]};
    yaml_expect(&two, "s.yaml", vv_scenario_fits(scenario, both, 2, &error), &error);
    vv_scheme_destroy(&schemes[0]);
    vv_scheme_destroy(&schemes[1]);
    vv_scenario_destroy(&scenario);
    vv_scenario_destroy(&scenario); /* once more is nothing */
    free(other);
    free(yaml);
}

/* A decision on a document is about the record that brought it, not about the job; a contract that
 * stands twice is one; what replaces a start is the same job; and a cost may be credited. */
static void facts_refer_to_each_other(void **state)
{
    (void)state;
    static const char more[] =
        "  - {kind: confirm, ref: c1, of: j1, on: 2020-03-20}\n"
        "  - {kind: corroborate, ref: s1, of: j1, on: 2020-03-20}\n"
        "  - {kind: end, ref: e1, of: j1, on: 2020-03-21}\n"
        "  - {kind: unit, ref: u1, on: 2020-03-22, unit: day, quantity: 1.50}\n"
        "  - {kind: verify, of: c1, on: 2020-03-23}\n"
        "  - {kind: reject, of: s1, on: 2020-03-23}\n"
        "  - {kind: verify, of: e1, on: 2020-03-23}\n"
        "  - {kind: verify, of: u1, on: 2020-03-23}\n"
        "  - {kind: placement, ref: p2, on: 2020-03-24, contract: K-2, area: here}\n"
        "  - {kind: placement, ref: p3, on: 2020-03-25, contract: K-1, area: here}\n"
        "  - {kind: job, ref: j2, on: 2020-03-06, supersedes: j1}\n"
        "  - {kind: confirm, of: j2, on: 2020-03-28}\n"
        "  - {kind: study, ref: j3, on: 2020-03-06, supersedes: p2}\n"
        "as_of: [";
    enum {
        CONFIRM = 5,
        SOURCE,
        END,
        UNIT,
        OF_CONFIRM,
        OF_SOURCE,
        OF_END,
        OF_UNIT,
        P2,
        P3,
        J2,
        OF_J2
    };
    struct kit kit;
    char *yaml = yaml_changed(good, "as_of: [", more);
    kit_run(&kit, yaml);
    const struct vv_scenario_fact *facts = kit.scenario->facts;
    for (int i = 0; i < 4; i++) {
        const struct vv_payment_fact *said = &facts[OF_CONFIRM + i].fact;
        assert_int_equal(said->kind, VV_FACT_EVIDENCE);
        assert_true(vv_id_equal(said->subject, facts[CONFIRM + i].fact.id));
        assert_int_equal(said->document, i == 1 ? VV_DOCUMENT_REJECTED : VV_DOCUMENT_VERIFIED);
    }
    assert_int_equal(facts[UNIT].fact.quantity_hundredths, 150);
    assert_non_null(facts[UNIT].fact.evidence);
    assert_true(vv_id_equal(facts[P3].fact.contract, facts[1].fact.contract));
    assert_false(vv_id_equal(facts[P2].fact.contract, facts[1].fact.contract));
    assert_true(vv_id_equal(facts[J2].fact.supersedes, facts[2].fact.id));
    assert_true(vv_id_equal(facts[J2].fact.subject, facts[2].fact.subject));
    assert_true(vv_id_equal(facts[OF_J2].fact.subject, facts[2].fact.subject));
    /* Studies in a placement's place are something of their own. */
    assert_false(vv_id_equal(facts[OF_J2 + 1].fact.subject, facts[P2].fact.subject));
    kit_free(&kit);
    free(yaml);
}

static void references_that_lead_nowhere(void **state)
{
    (void)state;
    static const struct yaml_case wrong[] = {
        {"kind: withdraw, of: j1, on: 2020-03-20", "kind: verify, of: j1, on: 2020-03-20", 7,
         "facts[3].of", "has the ref j1"},
        {"kind: withdraw, of: j1, on: 2020-03-20", "kind: verify, of: x9, on: 2020-03-20", 7,
         "facts[3].of", "has the ref x9"},
        {"on: 2020-02-01, level: A", "on: 9990-01-01, level: A", 4, "facts[0].on", "date like"},
        {"kind: job, ref: j1, on: 2020-03-05, extent_percent: 50",
         "kind: job, ref: j1, on: 2020-03-05, supersedes: j1", 6, "facts[2].supersedes",
         "no other fact"},
        {"kind: report, month: 2020-02-10, approved: true, on: 2020-03-02",
         "kind: unit, on: 2020-03-01, unit: u, quantity: -1.00", 8, "facts[4].quantity",
         "figure like"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct vv_scenario *scenario = NULL;
        struct vv_error error = {.status = VV_OK};
        char *changed = yaml_changed(good, wrong[i].find, wrong[i].replace);
        enum vv_status status =
            vv_scenario_parse("s.yaml", changed, strlen(changed), &scenario, &error);
        yaml_expect(&wrong[i], "s.yaml", status, &error);
        free(changed);
    }
}

static void a_scenario_that_fits(void **state)
{
    (void)state;
    struct kit kit;
    kit_run(&kit, good);
    const struct vv_scheme *twice[] = {kit.scheme, kit.scheme};
    assert_int_equal(vv_scenario_fits(kit.scenario, twice, 2, NULL), VV_OK);
    const struct vv_payment_fact *placement = &kit.scenario->facts[1].fact;
    assert_string_equal(vv_scenario_contract(kit.scenario, placement->contract), "K-1");
    assert_string_equal(vv_scenario_contract(kit.scenario, (struct vv_id){{9}}), "-");
    kit_free(&kit);
}

/* 100.00 a day through 14 February, 200.00 from the 15th on, known from 1 March. On 1 March it is
 * owed 14 x 100.00 + 15 x 200.00 = 4 400.00 of February; on the last day of February nothing had
 * been published that is valid after the 14th, and nothing was due. The third version, valid in
 * 2019 only, never counts. */
static void versions_count_from_when_they_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *valid, *price, *published;
    } versions[] = {{"{from: 2020-01-01, to: 2020-02-14}", "100.00", "2020-01-01"},
                    {"{from: 2020-01-01}", "200.00", "2020-03-01"},
                    {"{from: 2019-01-01, to: 2019-12-31}", "900.00", "2020-01-01"}};
    struct vv_known_scheme known[3];
    struct vv_scheme *schemes[3];
    struct vv_scenario *scenario = NULL;
    struct vv_yaml_pool pool = {.first = NULL};
    ProtobufCAllocator memory = vv_simulation_memory(&pool);
    struct vv_simulation simulation;
    char *yaml = yaml_changed(good, "as_of: [2020-03-01,", "as_of: [2020-02-29, 2020-03-01,");
    char *later = yaml_changed(yaml, "  - as_of: 2020-03-01", "  - as_of: 2020-03-10");
    for (size_t i = 0; i < 3; i++) {
        char price[32];
        char *dated = yaml_changed(tariff, "{from: 2020-01-01}", versions[i].valid);
        (void)snprintf(price, sizeof price, "\"%s\"", versions[i].price);
        char *priced = yaml_changed(dated, "\"100.00\"", price);
        assert_int_equal(vv_scheme_parse("v", priced, strlen(priced), &schemes[i], NULL), VV_OK);
        known[i].scheme = schemes[i];
        assert_int_equal(vv_date_parse(versions[i].published, &known[i].published), VV_OK);
        free(dated);
        free(priced);
    }
    /* The later version covers the first one's days too, so the first is asked for last. */
    struct vv_known_scheme in_order[] = {known[2], known[1], known[0]};
    assert_int_equal(vv_scenario_parse("s", later, strlen(later), &scenario, NULL), VV_OK);
    assert_int_equal(vv_simulate(scenario, in_order, 3, &memory, &simulation), VV_OK);
    assert_int_equal(simulation.steps[0].difference.count, 0);
    assert_int_equal(simulation.steps[1].difference.count, 1);
    assert_int_equal(simulation.steps[1].difference.lines[0].amount, 440000);
    assert_int_equal(vv_simulate(scenario, &known[2], 1, &memory, &simulation), VV_OK);
    assert_int_equal(simulation.total_count, 0); /* only the version of 2019: nothing has a price */
    for (size_t i = 0; i < 3; i++) {
        vv_scheme_destroy(&schemes[i]);
    }
    vv_scenario_destroy(&scenario);
    vv_yaml_pool_clear(&pool);
    free(yaml);
    free(later);
}

/* 9e14 minor units a day: the 29 days of February come to more than 2^53. The run is refused. The
 * scheme check would not let such a price in, so it is put there afterwards. */
static void an_amount_beyond_the_bound_is_refused(void **state)
{
    (void)state;
    struct vv_yaml_pool pool = {.first = NULL};
    ProtobufCAllocator memory = vv_simulation_memory(&pool);
    struct vv_simulation simulation = {.step_count = 77};
    struct vv_scenario *scenario = NULL;
    struct vv_scheme *scheme = NULL;
    assert_int_equal(vv_scheme_parse("t", tariff, sizeof(tariff) - 1, &scheme, NULL), VV_OK);
    struct vv_price *price = (struct vv_price *)(uintptr_t)scheme->components[0].prices;
    price->amount = INT64_C(900000000000000);
    assert_int_equal(vv_scenario_parse("s", good, strlen(good), &scenario, NULL), VV_OK);
    const struct vv_known_scheme known = {scheme, VV_DATE_MIN};
    assert_int_equal(vv_simulate(scenario, &known, 1, &memory, &simulation), VV_TOO_LARGE);
    assert_int_equal(simulation.step_count, 77);
    vv_scheme_destroy(&scheme);
    vv_scenario_destroy(&scenario);
    vv_yaml_pool_clear(&pool);
}

/* What it was told, but cannot be used: a confirmation is its evidence. */
static void a_confirmation_without_evidence_says_nothing(void **state)
{
    (void)state;
    struct kit kit;
    char *yaml = yaml_changed(good,
                              "kind: withdraw, of: j1, on: 2020-03-20, recorded: 2020-03-20, "
                              "withdrawn: 2020-04-01",
                              "kind: confirm, of: j1, on: 2020-03-20, evidence: false");
    kit_run(&kit, yaml);
    assert_int_equal(kit.scenario->facts[3].fact.kind, VV_FACT_OTHER);
    kit_free(&kit);
    free(yaml);
}

static void differences_from_the_expectation_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *find, *replace;
        size_t count;
        bool expected, found; /* of the first */
        uint32_t line;
    } cases[] = {
        {"\"2900.00\"", "\"2900.01\"", 1, true, true, 13},
        {"period: 2020-02-01, ", "period: 2020-03-01, ", 2, true, false, 13}, /* and one too many */
        {"contract: K-1, amount", "contract: K-2, amount", 2, true, false, 13},
        {"period: 2020-02-01, contract: K-1, ", "", 0, false, false, 0}, /* left out: fits any */
        {"    postings:\n      - {component: base, period: 2020-02-01, contract: K-1, amount: "
         "\"2900.00\"}\n",
         "    postings: []\n", 1, false, true, 11},
        {"    postings:\n      - {component: base, period: 2020-02-01, contract: K-1, amount: "
         "\"2900.00\"}\n",
         "", 0, false, false, 0}, /* a list left out is not compared */
        {"    proposals: []\n", "    entitlements: []\n", 1, false, true, 11},
        {"    proposals: []\n", "    proposals: [{component: base, amount: \"-1.00\"}]\n", 1, true,
         false, 14},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kit kit;
        char *yaml = yaml_changed(good, cases[i].find, cases[i].replace);
        kit_run(&kit, yaml);
        assert_int_equal(kit.mismatch_count, cases[i].count);
        if (cases[i].count > 0) {
            assert_int_equal(kit.mismatches[0].expected != NULL, cases[i].expected);
            assert_int_equal(kit.mismatches[0].found, cases[i].found);
            assert_int_equal(kit.mismatches[0].line, cases[i].line);
        }
        kit_free(&kit);
        free(yaml);
    }
}

/* Two lines that fit one open expectation each: the one of the expected amount is taken first. */
static void an_open_expectation_takes_the_line_of_its_amount(void **state)
{
    (void)state;
    struct kit kit;
    char *yaml = yaml_changed(good, "as_of: [2020-03-01, 2020-03-10, 2020-03-20, 2020-03-31, ",
                              "as_of: [2020-03-01, ");
    char *wider = yaml_changed(yaml, "    proposals: []\n",
                               "  - as_of: 2020-04-01\n"
                               "    entitlements:\n"
                               "      - {component: base, amount: \"3100.00\"}\n"
                               "      - {component: base, amount: \"2900.00\"}\n"
                               "      - {component: premium, amount: \"1000.00\"}\n");
    kit_run(&kit, wider);
    assert_int_equal(kit.mismatch_count, 0);
    kit_free(&kit);
    free(wider);
    free(yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_read),
        cmocka_unit_test(what_is_known_by_a_day_counts),
        cmocka_unit_test(a_bad_file_is_refused_at_its_place),
        cmocka_unit_test(names_must_fit_the_scheme),
        cmocka_unit_test(versions_are_of_one_scheme),
        cmocka_unit_test(a_scenario_that_fits),
        cmocka_unit_test(facts_refer_to_each_other),
        cmocka_unit_test(references_that_lead_nowhere),
        cmocka_unit_test(versions_count_from_when_they_are_known),
        cmocka_unit_test(an_amount_beyond_the_bound_is_refused),
        cmocka_unit_test(a_confirmation_without_evidence_says_nothing),
        cmocka_unit_test(differences_from_the_expectation_are_told),
        cmocka_unit_test(an_open_expectation_takes_the_line_of_its_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
