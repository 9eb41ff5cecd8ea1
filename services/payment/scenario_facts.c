/*
 * scenario_facts.c: the facts of a scenario. Each kind of fact is one row: which keys it needs and
 * which it may have. A key that a kind does not know is refused, since it would say nothing.
 */
#include "scenario_facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"

#define KEY(name) (1u << VV_KEY_##name)
#define ALWAYS (KEY(REF) | KEY(RECORDED) | KEY(SUPERSEDES) | KEY(WITHDRAWN))
#define EXTENT_MAX 100
#define TEXT_BYTES 256 /* of an error */

/* What `of` of a kind names. */
enum of_what { OF_NOTHING, OF_PLACEMENT, OF_OUTCOME, OF_GRANT, OF_APPROPRIATION, OF_RECORD };

static const struct {
    enum vv_payment_fact_kind kind;
    const char *words;
} targets[] = {[OF_NOTHING] = {VV_FACT_OTHER, "fact"},
               [OF_PLACEMENT] = {VV_FACT_PLACEMENT_START, "placement"},
               [OF_OUTCOME] = {VV_FACT_OUTCOME_START, "job or study"},
               [OF_GRANT] = {VV_FACT_GRANT, "grant"},
               [OF_APPROPRIATION] = {VV_FACT_APPROPRIATION, "appropriation"},
               [OF_RECORD] = {VV_FACT_OTHER, "record with a document"}};

struct fact_kind {
    const char *word;
    enum vv_payment_fact_kind kind;
    enum of_what of;
    uint32_t needs, may; /* KEY bits */
};

static const struct fact_kind kinds[] = {
    {"level", VV_FACT_LEVEL, OF_NOTHING, KEY(ON) | KEY(LEVEL), KEY(DECIDED) | KEY(REFERRED)},
    {"placement", VV_FACT_PLACEMENT_START, OF_NOTHING,
     KEY(ON) | KEY(REF) | KEY(CONTRACT) | KEY(AREA), KEY(PLANNED_END) | KEY(SERVICE_START)},
    {"placement_end", VV_FACT_PLACEMENT_END, OF_PLACEMENT, KEY(ON) | KEY(OF), 0},
    {"extension", VV_FACT_PLACEMENT_EXTENDED, OF_PLACEMENT, KEY(ON) | KEY(OF), 0},
    {"report", VV_FACT_REPORT, OF_NOTHING, KEY(ON) | KEY(MONTH) | KEY(APPROVED), KEY(CONTRACT)},
    {"job", VV_FACT_OUTCOME_START, OF_NOTHING, KEY(ON) | KEY(REF), KEY(EXTENT_PERCENT)},
    {"study", VV_FACT_OUTCOME_START, OF_NOTHING, KEY(ON) | KEY(REF), KEY(EXTENT_PERCENT)},
    {"confirm", VV_FACT_OUTCOME_CONFIRM, OF_OUTCOME, KEY(ON) | KEY(OF), KEY(EVIDENCE)},
    {"end", VV_FACT_OUTCOME_END, OF_OUTCOME, KEY(ON) | KEY(OF), KEY(EVIDENCE)},
    {"corroborate", VV_FACT_CORROBORATED, OF_OUTCOME, KEY(ON) | KEY(OF), KEY(EVIDENCE)},
    {"verify", VV_FACT_EVIDENCE, OF_RECORD, KEY(ON) | KEY(OF), 0},
    {"reject", VV_FACT_EVIDENCE, OF_RECORD, KEY(ON) | KEY(OF), 0},
    {"obligations", VV_FACT_OBLIGATIONS, OF_NOTHING, KEY(ON) | KEY(MONTH) | KEY(APPROVED),
     KEY(CONTRACT)},
    {"withdraw", VV_FACT_OUTCOME_WITHDRAW, OF_OUTCOME, KEY(ON) | KEY(OF), 0},
    {"unit", VV_FACT_UNIT, OF_NOTHING, KEY(ON) | KEY(UNIT),
     KEY(QUANTITY) | KEY(APPROVED) | KEY(CONTRACT)},
    {"grant", VV_FACT_GRANT, OF_NOTHING,
     KEY(ON) | KEY(REF) | KEY(THROUGH) | KEY(COMPONENT) | KEY(AMOUNT) | KEY(AREA),
     KEY(HANDED_OVER)},
    {"payroll", VV_FACT_PAYROLL, OF_GRANT, KEY(ON) | KEY(OF) | KEY(MONTH) | KEY(AMOUNT),
     KEY(FINAL)},
    {"appropriation", VV_FACT_APPROPRIATION, OF_NOTHING,
     KEY(ON) | KEY(REF) | KEY(THROUGH) | KEY(COMPONENT) | KEY(AMOUNT) | KEY(AREA), KEY(CONTRACT)},
    {"cost", VV_FACT_COST, OF_APPROPRIATION, KEY(ON) | KEY(OF) | KEY(AMOUNT), KEY(FINAL)},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

/* The document behind a confirmation: scenarios say only whether there is one. */
static const uint8_t evidence_hash[32] = {0xE1};

/* One fact being read. */
struct reading {
    struct vv_scenario *scenario;
    const struct raw_scenario *raw;
    const struct raw_scenario_fact *from;
    const struct fact_kind *kind;
    size_t at;
};

static enum vv_status fail(const struct reading *reading, enum vv_scenario_key key,
                           const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum vv_status fail(const struct reading *reading, enum vv_scenario_key key,
                           const char *format, ...)
{
    char path[VV_YAML_PATH_BYTES];
    char text[TEXT_BYTES];
    vv_yaml_path(path, "facts[%zu].%s", reading->at, vv_scenario_keys[key]);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return vv_yaml_fail(&reading->scenario->file, path, "%s", text);
}

static const struct fact_kind *kind_of(const char *word)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static enum vv_status find_kind(struct reading *reading)
{
    reading->kind = kind_of(reading->from->kind);
    if (reading->kind == NULL) {
        char path[VV_YAML_PATH_BYTES];
        char words[TEXT_BYTES] = "";
        for (size_t i = 0; i < KIND_COUNT; i++) {
            size_t used = strlen(words);
            (void)snprintf(words + used, sizeof words - used, "%s%s", i == 0 ? "" : ", ",
                           kinds[i].word);
        }
        vv_yaml_path(path, "facts[%zu].kind", reading->at);
        return vv_yaml_fail(&reading->scenario->file, path, "unknown kind %s; there are %s",
                            reading->from->kind, words);
    }
    return VV_OK;
}

static enum vv_status check_keys(const struct reading *reading)
{
    const struct fact_kind *kind = reading->kind;
    for (enum vv_scenario_key key = 0; key < VV_KEY_COUNT; key++) {
        bool given = reading->from->text[key] != NULL;
        uint32_t bit = 1u << key;
        if (given && ((kind->needs | kind->may | ALWAYS) & bit) == 0) {
            return fail(reading, key, "a fact of kind %s has no such key", kind->word);
        }
        if (!given && (kind->needs & bit) != 0) {
            return fail(reading, key, "a fact of kind %s needs it", kind->word);
        }
    }
    return VV_OK;
}

enum vv_status vv_scenario_date(const struct vv_yaml_file *file, const char *path, const char *text,
                                vv_date absent, vv_date *ret_date)
{
    vv_date date = absent;
    /* Month arithmetic needs room at both ends of the calendar. */
    if (text != NULL && (vv_date_parse(text, &date) != VV_OK || date < VV_DATE_MIN + 36600 ||
                         date > VV_DATE_MAX - 36600)) {
        return vv_yaml_fail(file, path, "must be a date like 2020-03-16");
    }
    *ret_date = date;
    return VV_OK;
}

static enum vv_status read_date(const struct reading *reading, enum vv_scenario_key key,
                                vv_date absent, vv_date *ret_date)
{
    char path[VV_YAML_PATH_BYTES];
    vv_yaml_path(path, "facts[%zu].%s", reading->at, vv_scenario_keys[key]);
    return vv_scenario_date(&reading->scenario->file, path, reading->from->text[key], absent,
                            ret_date);
}

static enum vv_status read_truth(const struct reading *reading, enum vv_scenario_key key,
                                 bool absent, bool *ret_truth)
{
    const char *text = reading->from->text[key];
    bool yes = text != NULL && strcmp(text, "true") == 0;
    if (text != NULL && !yes && strcmp(text, "false") != 0) {
        return fail(reading, key, "must be true or false");
    }
    *ret_truth = text == NULL ? absent : yes;
    return VV_OK;
}

/* Place of the fact with this ref, or SIZE_MAX. */
static size_t find_ref(const struct reading *reading, const char *ref)
{
    for (size_t i = 0; i < reading->raw->facts_count; i++) {
        const char *known = reading->raw->facts[i].text[VV_KEY_REF];
        if (known != NULL && strcmp(known, ref) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Ids follow the file's order, so that facts of one day are used in that order. */
static struct vv_id id_of(uint8_t what, size_t number)
{
    return (struct vv_id){{0, 0, what, (uint8_t)(number >> 8), (uint8_t)number, 1}};
}

/* A contract's id is the place where its number first stands. */
static struct vv_id contract_id(const struct reading *reading, const char *number)
{
    size_t at = 0;
    while (at < reading->at &&
           (reading->raw->facts[at].text[VV_KEY_CONTRACT] == NULL ||
            strcmp(reading->raw->facts[at].text[VV_KEY_CONTRACT], number) != 0)) {
        at++;
    }
    return id_of('C', at);
}

/* What replaces a start speaks of the same placement, job or studies: the place of the first. */
static size_t root_of(const struct reading *reading, size_t at)
{
    for (size_t steps = 0; steps < reading->raw->facts_count; steps++) {
        const struct raw_scenario_fact *fact = &reading->raw->facts[at];
        const char *supersedes = fact->text[VV_KEY_SUPERSEDES];
        size_t before = supersedes == NULL ? SIZE_MAX : find_ref(reading, supersedes);
        const struct fact_kind *own = kind_of(fact->kind);
        const struct fact_kind *old =
            before == SIZE_MAX ? NULL : kind_of(reading->raw->facts[before].kind);
        if (own == NULL || old == NULL || own->kind != old->kind) {
            return at;
        }
        at = before;
    }
    return at; /* a circle; none of them counts anyway */
}

static bool brings_document(const struct fact_kind *kind)
{
    return kind->kind == VV_FACT_OUTCOME_CONFIRM || kind->kind == VV_FACT_OUTCOME_END ||
           kind->kind == VV_FACT_CORROBORATED || kind->kind == VV_FACT_UNIT;
}

static enum vv_status read_subject(const struct reading *reading, struct vv_payment_fact *fact)
{
    const struct fact_kind *kind = reading->kind;
    const char *of = reading->from->text[VV_KEY_OF];
    fact->subject = id_of('S', root_of(reading, reading->at));
    if (of == NULL) {
        return VV_OK;
    }
    size_t at = find_ref(reading, of);
    const struct fact_kind *target = at == SIZE_MAX ? NULL : kind_of(reading->raw->facts[at].kind);
    if (kind->of == OF_RECORD && target != NULL && brings_document(target)) {
        fact->subject = id_of('F', at); /* the record itself, not what it is about */
        return VV_OK;
    }
    if (target == NULL || kind->of == OF_RECORD || target->kind != targets[kind->of].kind) {
        return fail(reading, VV_KEY_OF, "no %s has the ref %s", targets[kind->of].words, of);
    }
    fact->subject = id_of('S', root_of(reading, at));
    return VV_OK;
}

static enum vv_status read_refs(const struct reading *reading, struct vv_payment_fact *fact)
{
    const char *ref = reading->from->text[VV_KEY_REF];
    if (ref != NULL && find_ref(reading, ref) != reading->at) {
        return fail(reading, VV_KEY_REF, "the ref %s stands twice", ref);
    }
    const char *supersedes = reading->from->text[VV_KEY_SUPERSEDES];
    if (supersedes == NULL) {
        return VV_OK;
    }
    size_t at = find_ref(reading, supersedes);
    if (at == SIZE_MAX || at == reading->at) {
        return fail(reading, VV_KEY_SUPERSEDES, "no other fact has the ref %s", supersedes);
    }
    fact->supersedes = id_of('F', at);
    return VV_OK;
}

static enum vv_status read_dates(const struct reading *reading, struct vv_scenario_fact *fact)
{
    struct vv_payment_fact *core = &fact->fact;
    enum vv_status status = read_date(reading, VV_KEY_ON, VV_DATE_NONE, &core->on);
    core->effective = core->on;
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_RECORDED, core->on, &fact->recorded);
    }
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_WITHDRAWN, VV_DATE_NONE, &fact->withdrawn);
    }
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_DECIDED, core->on, &core->decided_on);
    }
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_PLANNED_END, VV_DATE_NONE, &core->planned_end);
    }
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_SERVICE_START, core->on, &core->service_start);
    }
    if (status == VV_OK) {
        status = read_date(reading, VV_KEY_THROUGH, VV_DATE_NONE, &core->through);
    }
    if (status == VV_OK && (reading->kind->needs & KEY(MONTH)) != 0) {
        status = read_date(reading, VV_KEY_MONTH, VV_DATE_NONE, &core->on);
        core->on = vv_date_month_start(core->on);
    }
    return status;
}

static enum vv_status check_dates(const struct reading *reading,
                                  const struct vv_scenario_fact *fact)
{
    if (fact->withdrawn != VV_DATE_NONE && fact->withdrawn < fact->recorded) {
        return fail(reading, VV_KEY_WITHDRAWN, "withdrawn before it was recorded");
    }
    if (fact->fact.planned_end != VV_DATE_NONE && fact->fact.planned_end < fact->fact.on) {
        return fail(reading, VV_KEY_PLANNED_END, "ends before it begins");
    }
    if (fact->fact.through != VV_DATE_NONE && fact->fact.through < fact->fact.on) {
        return fail(reading, VV_KEY_THROUGH, "ends before it begins");
    }
    if (fact->fact.kind == VV_FACT_PLACEMENT_START && fact->fact.service_start > fact->fact.on) {
        return fail(reading, VV_KEY_SERVICE_START, "the service begins after this placement");
    }
    return VV_OK;
}

static enum vv_status read_amount(const struct reading *reading, enum vv_scenario_key key,
                                  vv_money absent, vv_money least, vv_money *ret_amount)
{
    const char *text = reading->from->text[key];
    vv_money amount = absent;
    if (text != NULL && (vv_money_parse(text, &amount) != VV_OK || amount < least)) {
        return fail(reading, key, "must be a figure like 1500.00, two decimals at most%s",
                    least < 0 ? "" : ", not negative");
    }
    *ret_amount = amount;
    return VV_OK;
}

/* What units, grants, payroll, appropriations and costs have. */
static enum vv_status read_finance(const struct reading *reading, struct vv_payment_fact *fact)
{
    const char *const *text = reading->from->text;
    /* A cost may be a credit. A unit is one unless its quantity is given, in hundredths. */
    vv_money least = fact->kind == VV_FACT_COST ? -VV_MONEY_MAX : 0;
    enum vv_status status = read_amount(reading, VV_KEY_AMOUNT, 0, least, &fact->amount);
    if (status == VV_OK) {
        status = read_amount(reading, VV_KEY_QUANTITY, 100, 0, &fact->quantity_hundredths);
    }
    if (status == VV_OK) {
        status = read_truth(reading, VV_KEY_FINAL, false, &fact->final);
    }
    if (status == VV_OK) {
        status = read_truth(reading, VV_KEY_HANDED_OVER, false, &fact->handed_over);
    }
    fact->code = text[VV_KEY_UNIT] != NULL ? text[VV_KEY_UNIT] : text[VV_KEY_COMPONENT];
    if (fact->kind == VV_FACT_GRANT || fact->kind == VV_FACT_APPROPRIATION) {
        fact->contract_number = text[VV_KEY_REF]; /* what people call it by */
    }
    return status;
}

static enum vv_status read_details(const struct reading *reading, struct vv_payment_fact *fact)
{
    const char *const *text = reading->from->text;
    char path[VV_YAML_PATH_BYTES];
    int64_t extent = 0;
    bool evidence = false;
    bool is_evidence = fact->kind == VV_FACT_OUTCOME_CONFIRM || fact->kind == VV_FACT_CORROBORATED;
    vv_yaml_path(path, "facts[%zu].extent_percent", reading->at);
    enum vv_status status =
        vv_yaml_bounded(&reading->scenario->file, path, text[VV_KEY_EXTENT_PERCENT], 1, EXTENT_MAX,
                        EXTENT_MAX, &extent);
    if (status == VV_OK) {
        status = read_truth(reading, VV_KEY_REFERRED, true, &fact->referred);
    }
    if (status == VV_OK) {
        status = read_truth(reading, VV_KEY_APPROVED, fact->kind == VV_FACT_UNIT, &fact->approved);
    }
    if (status == VV_OK) {
        status = read_truth(reading, VV_KEY_EVIDENCE, is_evidence, &evidence);
    }
    if (status == VV_OK) {
        status = read_finance(reading, fact);
    }
    if (status != VV_OK) {
        return status;
    }
    fact->extent_percent = (uint32_t)extent;
    fact->job = strcmp(reading->kind->word, "job") == 0;
    fact->evidence = evidence || fact->kind == VV_FACT_UNIT ? evidence_hash : NULL;
    if (fact->kind == VV_FACT_EVIDENCE) {
        bool verified = strcmp(reading->kind->word, "verify") == 0;
        fact->document = verified ? VV_DOCUMENT_VERIFIED : VV_DOCUMENT_REJECTED;
    }
    fact->level = text[VV_KEY_LEVEL];
    fact->area = text[VV_KEY_AREA];
    if (text[VV_KEY_CONTRACT] != NULL) {
        fact->contract = contract_id(reading, text[VV_KEY_CONTRACT]);
        fact->contract_number = text[VV_KEY_CONTRACT];
    }
    if (is_evidence && !evidence) {
        fact->kind = VV_FACT_OTHER; /* a confirmation is its evidence: without, it says nothing */
    }
    return VV_OK;
}

static enum vv_status read_fact(struct reading *reading, struct vv_scenario_fact *ret_fact)
{
    struct vv_scenario_fact *fact = ret_fact;
    enum vv_status status = find_kind(reading);
    if (status == VV_OK) {
        status = check_keys(reading);
    }
    if (status == VV_OK) {
        fact->fact = (struct vv_payment_fact){.kind = reading->kind->kind,
                                              .id = id_of('F', reading->at),
                                              .index = (uint32_t)reading->at + 1};
        status = read_dates(reading, fact);
    }
    if (status == VV_OK) {
        status = check_dates(reading, fact);
    }
    if (status == VV_OK) {
        status = read_subject(reading, &fact->fact);
    }
    if (status == VV_OK) {
        status = read_refs(reading, &fact->fact);
    }
    return status == VV_OK ? read_details(reading, &fact->fact) : status;
}

enum vv_status vv_scenario_read_facts(struct vv_scenario *scenario, const struct raw_scenario *raw)
{
    struct vv_scenario_fact *facts =
        vv_yaml_pool_alloc(&scenario->pool, raw->facts_count, sizeof facts[0]);
    if (facts == NULL) {
        return vv_yaml_no_memory(&scenario->file);
    }
    for (size_t i = 0; i < raw->facts_count; i++) {
        struct reading reading = {
            .scenario = scenario, .raw = raw, .from = &raw->facts[i], .at = i};
        enum vv_status status = read_fact(&reading, &facts[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    scenario->facts = facts;
    scenario->fact_count = raw->facts_count;
    return VV_OK;
}
