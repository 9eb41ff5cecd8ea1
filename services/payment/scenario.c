/*
 * scenario.c: a scenario file's schemes, dates and expectations, and whether its facts fit the
 * schemes. The facts themselves are read by scenario_facts.c.
 */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#include "scenario_facts.h"
#include "scenario_schema.h"

static enum vv_status read_schemes(struct vv_scenario *scenario, const struct raw_scenario *raw)
{
    const struct vv_yaml_file *file = &scenario->file;
    if ((raw->scheme == NULL) == (raw->schemes_count == 0)) {
        return vv_yaml_fail(file, "scheme", "name one `scheme: FILE`, or a list of `schemes:`");
    }
    if (raw->scheme != NULL) {
        scenario->schemes[0] = (struct vv_scenario_scheme){raw->scheme, VV_DATE_MIN};
        scenario->scheme_count = 1;
        return VV_OK;
    }
    for (unsigned i = 0; i < raw->schemes_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        struct vv_scenario_scheme *scheme = &scenario->schemes[i];
        scheme->file = raw->schemes[i].file;
        vv_yaml_path(path, "schemes[%u].published", i);
        enum vv_status status = vv_scenario_date(file, path, raw->schemes[i].published, VV_DATE_MIN,
                                                 &scheme->published);
        if (status != VV_OK) {
            return status;
        }
        if (i > 0 && scheme->published < scheme[-1].published) {
            return vv_yaml_fail(file, path, "versions stand in the order of their publication");
        }
    }
    scenario->scheme_count = raw->schemes_count;
    return VV_OK;
}

static enum vv_status read_as_of(struct vv_scenario *scenario, const struct raw_scenario *raw)
{
    scenario->as_of = vv_yaml_pool_alloc(&scenario->pool, raw->as_of_count, sizeof(vv_date));
    if (scenario->as_of == NULL) {
        return vv_yaml_no_memory(&scenario->file);
    }
    for (unsigned i = 0; i < raw->as_of_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "as_of[%u]", i);
        enum vv_status status = vv_scenario_date(&scenario->file, path, raw->as_of[i], VV_DATE_NONE,
                                                 &scenario->as_of[i]);
        if (status != VV_OK) {
            return status;
        }
        if (i > 0 && scenario->as_of[i] <= scenario->as_of[i - 1]) {
            return vv_yaml_fail(&scenario->file, path, "dates must rise: time does not run back");
        }
    }
    scenario->as_of_count = raw->as_of_count;
    return VV_OK;
}

static enum vv_status read_line(const struct vv_yaml_file *file, const char *path,
                                const struct raw_expected *raw, struct vv_expected *line)
{
    char place[VV_YAML_PATH_BYTES];
    line->line = vv_yaml_find(file, path)->line;
    line->component = raw->component;
    line->contract = raw->contract;
    vv_yaml_path(place, "%s.amount", path);
    if (vv_money_parse(raw->amount, &line->amount) != VV_OK) {
        return vv_yaml_fail(file, place, "must be an amount like 20300.00, two decimals at most");
    }
    vv_yaml_path(place, "%s.period", path);
    return vv_scenario_date(file, place, raw->period, VV_DATE_NONE, &line->period);
}

/* An empty list and an absent one read the same, but only the first expects nothing. */
static bool key_given(const struct vv_yaml_file *file, const char *path, const char *key)
{
    const struct vv_yaml_node *node = vv_yaml_find(file, path);
    return node != NULL && node->key != NULL && strcmp(node->key, key) == 0;
}

static enum vv_status read_lists(struct vv_scenario *scenario, const char *step_path,
                                 const struct raw_expected_step *raw, struct vv_expected_step *step)
{
    const struct {
        const char *key;
        const struct raw_expected *entries;
        unsigned count;
    } lists[VV_EXPECTED_LISTS] = {
        [VV_EXPECT_ENTITLEMENTS] = {"entitlements", raw->entitlements, raw->entitlements_count},
        [VV_EXPECT_POSTINGS] = {"postings", raw->postings, raw->postings_count},
        [VV_EXPECT_PROPOSALS] = {"proposals", raw->proposals, raw->proposals_count}};
    for (size_t l = 0; l < VV_EXPECTED_LISTS; l++) {
        char path[VV_YAML_PATH_BYTES];
        struct vv_expected *lines =
            vv_yaml_pool_alloc(&scenario->pool, lists[l].count, sizeof lines[0]);
        if (lines == NULL) {
            return vv_yaml_no_memory(&scenario->file);
        }
        vv_yaml_path(path, "%s.%s", step_path, lists[l].key);
        step->lists[l].given = key_given(&scenario->file, path, lists[l].key);
        step->lists[l].lines = lines;
        step->lists[l].count = lists[l].count;
        for (unsigned i = 0; i < lists[l].count; i++) {
            vv_yaml_path(path, "%s.%s[%u]", step_path, lists[l].key, i);
            enum vv_status status =
                read_line(&scenario->file, path, &lists[l].entries[i], &lines[i]);
            if (status != VV_OK) {
                return status;
            }
        }
    }
    return VV_OK;
}

static bool is_asked(const struct vv_scenario *scenario, vv_date as_of)
{
    for (size_t i = 0; i < scenario->as_of_count; i++) {
        if (scenario->as_of[i] == as_of) {
            return true;
        }
    }
    return false;
}

static enum vv_status read_expected(struct vv_scenario *scenario, const struct raw_scenario *raw)
{
    const struct vv_yaml_file *file = &scenario->file;
    struct vv_expected_step *steps =
        vv_yaml_pool_alloc(&scenario->pool, raw->expect_count, sizeof steps[0]);
    if (steps == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->expect_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "expect[%u].as_of", i);
        steps[i].line = vv_yaml_find(file, path)->line;
        enum vv_status status =
            vv_scenario_date(file, path, raw->expect[i].as_of, VV_DATE_NONE, &steps[i].as_of);
        if (status != VV_OK) {
            return status;
        }
        if (!is_asked(scenario, steps[i].as_of)) {
            return vv_yaml_fail(file, path, "%s is not among the dates of as_of",
                                raw->expect[i].as_of);
        }
        for (unsigned k = 0; k < i; k++) {
            if (steps[k].as_of == steps[i].as_of) {
                return vv_yaml_fail(file, path, "%s stands twice", raw->expect[i].as_of);
            }
        }
        vv_yaml_path(path, "expect[%u]", i);
        status = read_lists(scenario, path, &raw->expect[i], &steps[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    scenario->expected = steps;
    scenario->expected_count = raw->expect_count;
    return VV_OK;
}

static enum vv_status read_scenario(struct vv_scenario *scenario)
{
    void *document = NULL;
    enum vv_status status = vv_yaml_load(&scenario->file, &vv_scenario_schema, &document);
    if (status != VV_OK) {
        return status;
    }
    const struct raw_scenario *raw = document;
    scenario->title = raw->title;
    status = read_schemes(scenario, raw);
    if (status == VV_OK) {
        status = vv_scenario_read_facts(scenario, raw);
    }
    if (status == VV_OK) {
        status = read_as_of(scenario, raw);
    }
    return status == VV_OK ? read_expected(scenario, raw) : status;
}

enum vv_status vv_scenario_parse(const char *name, const void *yaml, size_t len,
                                 struct vv_scenario **ret_scenario, struct vv_error *ret_error)
{
    struct vv_scenario *scenario = calloc(1, sizeof *scenario);
    char *copy = strdup(name);
    if (scenario == NULL || copy == NULL) {
        free(scenario);
        free(copy);
        return vv_fail(ret_error, VV_NO_MEMORY, name, "", 0, "not enough memory for the file");
    }
    scenario->name = copy;
    scenario->file = (struct vv_yaml_file){
        .name = copy, .bytes = yaml, .len = len, .error = ret_error, .pool = &scenario->pool};
    enum vv_status status = read_scenario(scenario);
    /* The bytes are the caller's; the lines of every value are kept for later checks. */
    scenario->file.bytes = NULL;
    scenario->file.error = NULL;
    if (status != VV_OK) {
        vv_scenario_destroy(&scenario);
        return status;
    }
    *ret_scenario = scenario;
    return VV_OK;
}

void vv_scenario_destroy(struct vv_scenario **scenario)
{
    if (scenario == NULL || *scenario == NULL) {
        return;
    }
    vv_yaml_pool_clear(&(*scenario)->pool);
    free((*scenario)->name);
    free(*scenario);
    *scenario = NULL;
}

static bool level_known(const struct vv_scheme *const *schemes, size_t count, const char *level)
{
    for (size_t i = 0; i < count; i++) {
        if (vv_scheme_level(schemes[i], level) != NULL) {
            return true;
        }
    }
    return false;
}

static bool area_known(const struct vv_scheme *const *schemes, size_t count, const char *area)
{
    for (size_t i = 0; i < count; i++) {
        if (vv_scheme_area(schemes[i], area) != NULL) {
            return true;
        }
    }
    return false;
}

/* Whether something in the schemes pays the fact's unit, or decides on its grant or share. */
static bool code_known(const struct vv_scheme *const *schemes, size_t count,
                       const struct vv_payment_fact *fact)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < schemes[i]->component_count; j++) {
            const struct vv_component *component = &schemes[i]->components[j];
            bool unit = fact->kind == VV_FACT_UNIT && component->kind == VV_PER_UNIT;
            bool award = (fact->kind == VV_FACT_GRANT && component->kind == VV_GRANT) ||
                         (fact->kind == VV_FACT_APPROPRIATION && component->kind == VV_SHARE);
            if ((unit && strcmp(component->award.unit, fact->code) == 0) ||
                (award && strcmp(component->code, fact->code) == 0)) {
                return true;
            }
        }
    }
    return false;
}

enum vv_status vv_scenario_fits(const struct vv_scenario *scenario,
                                const struct vv_scheme *const *schemes, size_t count,
                                struct vv_error *ret_error)
{
    struct vv_yaml_file file = scenario->file;
    char path[VV_YAML_PATH_BYTES];
    file.error = ret_error;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(schemes[i]->id, schemes[0]->id) != 0) {
            vv_yaml_path(path, "schemes[%zu].file", i);
            return vv_yaml_fail(&file, path, "is of scheme %s, the first of %s: a case has one",
                                schemes[i]->id, schemes[0]->id);
        }
    }
    for (size_t i = 0; i < scenario->fact_count; i++) {
        const struct vv_payment_fact *fact = &scenario->facts[i].fact;
        if (fact->level != NULL && !level_known(schemes, count, fact->level)) {
            vv_yaml_path(path, "facts[%zu].level", i);
            return vv_yaml_fail(&file, path, "%s has no level %s", schemes[0]->id, fact->level);
        }
        if (fact->area != NULL && !area_known(schemes, count, fact->area)) {
            vv_yaml_path(path, "facts[%zu].area", i);
            return vv_yaml_fail(&file, path, "%s has no area %s", schemes[0]->id, fact->area);
        }
        if (fact->code != NULL && !code_known(schemes, count, fact)) {
            bool unit = fact->kind == VV_FACT_UNIT;
            vv_yaml_path(path, unit ? "facts[%zu].unit" : "facts[%zu].component", i);
            return vv_yaml_fail(&file, path, "%s has no %s %s", schemes[0]->id,
                                unit                          ? "unit"
                                : fact->kind == VV_FACT_GRANT ? "component for grants"
                                                              : "component for shares",
                                fact->code);
        }
    }
    return VV_OK;
}
