/*
 * pay_bundle_verify.c: `vagval pay bundle-verify`: reads a bundle as from a stranger, holds the
 * files against their hashes, and computes each posting line of the claim again.
 */
#include <stdlib.h>
#include <string.h>

#include "../payment/difference.h"
#include "../payment/events.h"
#include "../payment/holds.h"
#include "commands.h"
#include "files.h"
#include "pay_bundle.h"
#include "pay_positions.h"
#include "vagval/arena.h"
#include "vagval/limits.h"

#define LINKS_MAX 1024
#define TOTALS_MAX 1024

struct checking {
    struct vv_cli *cli;
    const char *dir;
    json_t *manifest, *claim, *facts_json;
    struct vv_arena arena;
    struct vv_payment_fact *facts;
    size_t fact_count;
    struct {
        struct vv_scheme *scheme;
        unsigned generation;
    } schemes[VV_SCHEMES_MAX];
    size_t scheme_count;
    struct vv_party_link links[LINKS_MAX];
    size_t link_count;
    unsigned generation; /* of the line that is computed */
    struct vv_posted totals[TOTALS_MAX];
    size_t total_count;
    unsigned lines;
    char bundle[VV_BUNDLE_HASH_TEXT_BYTES];
};

static int wrong(const struct checking *c, const char *file, const char *text)
{
    return vv_cli_wrong(c->cli, "the bundle is not what was written, or is not whole", "%s/%s: %s",
                        c->dir, file, text);
}

static bool read_file(const struct checking *c, const char *name, char **ret_bytes, size_t *ret_len)
{
    char path[700];
    struct vv_error error = {0};
    if (strchr(name, '/') != NULL || name[0] == '.') {
        return false; /* a bundle's files lie in its directory */
    }
    return vv_path(path, sizeof(path), &error, "%s/%s", c->dir, name) == VV_OK &&
           vv_file_read(path, VV_BUNDLE_FILE_BYTES_MAX, ret_bytes, ret_len, &error) == VV_OK;
}

static json_t *read_json(const struct checking *c, const char *name)
{
    char *bytes = NULL;
    size_t len = 0;
    if (!read_file(c, name, &bytes, &len)) {
        return NULL;
    }
    json_t *document = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    return document;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool day_of(const json_t *object, const char *key, vv_date *ret_day)
{
    return vv_date_parse(text_of(object, key), ret_day) == VV_OK;
}

/* ---- hashes ---- */

static int check_hashes(struct checking *c, const char *expected)
{
    json_t *files = json_object_get(c->manifest, "files");
    if (!json_is_object(files) || number_of(c->manifest, "format") != VV_BUNDLE_FORMAT) {
        return wrong(c, "manifest.json", "is missing or of another format");
    }
    for (void *at = json_object_iter(files); at != NULL; at = json_object_iter_next(files, at)) {
        const char *name = json_object_iter_key(at);
        char *bytes = NULL;
        size_t len = 0;
        char found[VV_BUNDLE_HASH_TEXT_BYTES];
        if (!read_file(c, name, &bytes, &len)) {
            return wrong(c, name, "is missing");
        }
        vv_bundle_hash(bytes, len, found);
        free(bytes);
        const char *told = json_string_value(json_object_iter_value(at));
        if (told == NULL || strcmp(told, found) != 0) {
            return wrong(c, name, "has another hash than the manifest tells");
        }
    }
    if (!vv_bundle_root(files, c->bundle) ||
        strcmp(c->bundle, text_of(c->manifest, "bundle")) != 0) {
        return wrong(c, "manifest.json", "its own hash is another");
    }
    if (expected != NULL && strcmp(expected, c->bundle) != 0) {
        return wrong(c, "manifest.json", "is another bundle than the one asked for");
    }
    if (json_object_get(files, "claim.json") == NULL ||
        json_object_get(files, "facts.json") == NULL) {
        return wrong(c, "manifest.json", "does not name claim.json and facts.json");
    }
    return VV_EXIT_OK;
}

/* ---- facts, schemes, links ---- */

static bool keep_bytes(struct checking *c, const char *hex, ProtobufCBinaryData *ret_bytes)
{
    size_t len = 0;
    uint8_t *bytes = vv_bundle_unhex(hex, &len);
    uint8_t *copy = bytes == NULL ? NULL : vv_arena_copy(&c->arena, bytes, len > 0 ? len : 1);
    free(bytes);
    *ret_bytes = (ProtobufCBinaryData){len, copy};
    return copy != NULL;
}

static bool read_fact(struct checking *c, const json_t *from, size_t index,
                      Vagval__V1__Fact *ret_fact)
{
    vagval__v1__fact__init(ret_fact);
    ret_fact->type = (uint32_t)number_of(from, "type");
    ret_fact->index = (uint32_t)index + 1;
    ret_fact->recorded_ms = number_of(from, "recorded_ms");
    ret_fact->source = (char *)(uintptr_t)text_of(from, "source");
    return (size_t)number_of(from, "index") == index + 1 &&
           day_of(from, "effective", &ret_fact->effective) &&
           keep_bytes(c, text_of(from, "id"), &ret_fact->id) &&
           keep_bytes(c, text_of(from, "supersedes"), &ret_fact->supersedes) &&
           keep_bytes(c, text_of(from, "body"), &ret_fact->body) &&
           keep_bytes(c, text_of(from, "reply"), &ret_fact->reply);
}

static int read_facts(struct checking *c)
{
    size_t count = json_array_size(c->facts_json);
    Vagval__V1__Fact **stored = vv_arena_alloc(&c->arena, (count + 1) * sizeof(*stored));
    c->facts = vv_arena_alloc(&c->arena, (count + 1) * sizeof(*c->facts));
    if (stored == NULL || c->facts == NULL) {
        return wrong(c, "facts.json", "is too large");
    }
    for (size_t i = 0; i < count; i++) {
        stored[i] = vv_arena_alloc(&c->arena, sizeof(*stored[i]));
        if (stored[i] == NULL || !read_fact(c, json_array_get(c->facts_json, i), i, stored[i])) {
            return wrong(c, "facts.json", "a fact cannot be read");
        }
    }
    c->fact_count = count;
    return vv_payment_facts_read(stored, count, &c->arena.allocator, c->facts) == VV_OK
               ? VV_EXIT_OK
               : wrong(c, "facts.json", "a fact cannot be read");
}

static int read_schemes(struct checking *c)
{
    json_t *list = json_object_get(c->claim, "schemes");
    for (size_t i = 0; i < json_array_size(list) && i < VV_SCHEMES_MAX; i++) {
        const json_t *row = json_array_get(list, i);
        const char *name = text_of(row, "file");
        char *bytes = NULL;
        size_t len = 0;
        struct vv_scheme *scheme = NULL;
        if (json_object_get(json_object_get(c->manifest, "files"), name) == NULL ||
            !read_file(c, name, &bytes, &len)) {
            return wrong(c, name, "is missing, or the manifest does not name it");
        }
        enum vv_status status = vv_scheme_parse(name, bytes, len, &scheme, NULL);
        free(bytes);
        if (status != VV_OK) {
            return wrong(c, name, "is no scheme that this release reads");
        }
        c->schemes[c->scheme_count].scheme = scheme;
        c->schemes[c->scheme_count++].generation = (unsigned)number_of(row, "generation");
        if (strcmp(scheme->version, text_of(row, "version")) != 0 ||
            strcmp(scheme->id, text_of(c->claim, "scheme")) != 0) {
            return wrong(c, name, "is another version than the claim cites");
        }
    }
    return c->scheme_count > 0 ? VV_EXIT_OK : wrong(c, "claim.json", "names no scheme");
}

static int read_links(struct checking *c)
{
    json_t *list = json_object_get(c->claim, "links");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        struct vv_party_link *link = &c->links[c->link_count];
        if (c->link_count == LINKS_MAX || vv_id_parse(text_of(row, "provider"), &link->provider) ||
            vv_id_parse(text_of(row, "party"), &link->party)) {
            return wrong(c, "claim.json", "a link cannot be read");
        }
        link->index = (uint32_t)number_of(row, "index");
        link->withdrawn = json_is_true(json_object_get(row, "withdrawn"));
        c->link_count++;
    }
    return VV_EXIT_OK;
}

/* ---- the claim, computed again ---- */

static const struct vv_scheme *scheme_on(const void *context, vv_date on)
{
    const struct checking *c = context;
    for (size_t i = c->scheme_count; i > 0; i--) {
        const struct vv_scheme *scheme = c->schemes[i - 1].scheme;
        if (c->schemes[i - 1].generation <= c->generation && scheme->from <= on &&
            (scheme->to == VV_DATE_NONE || on <= scheme->to)) {
            return scheme;
        }
    }
    return NULL;
}

struct line {
    struct vv_difference_line entered;
    size_t facts_through;
    uint32_t links_through;
    vv_date as_of;
};

static bool read_line(struct checking *c, const json_t *row, struct line *ret_line)
{
    int64_t kind = number_of(row, "kind");
    *ret_line = (struct line){
        .entered = {.component = text_of(c->claim, "component"),
                    .amount = number_of(row, "amount"),
                    .owed = number_of(row, "owed"),
                    .proposal = json_is_true(json_object_get(row, "proposal"))},
        .facts_through = (size_t)number_of(row, "facts_through"),
        .links_through = (uint32_t)number_of(row, "links_through"),
    };
    c->generation = (unsigned)number_of(row, "generation");
    if (kind < VV_LINE_OWED || kind > VV_LINE_REVERSED) {
        return false;
    }
    ret_line->entered.kind = (enum vv_line_kind)kind;
    return day_of(row, "as_of", &ret_line->as_of) &&
           day_of(row, "period", &ret_line->entered.period) &&
           vv_id_parse(text_of(row, "contract"), &ret_line->entered.contract) == VV_OK &&
           ret_line->facts_through <= c->fact_count;
}

static bool owed_again(struct checking *c, const struct line *line, vv_money *ret_owed)
{
    size_t mark = c->arena.used;
    const struct vv_scheme_lookup schemes = {.on = scheme_on, .context = c};
    const struct vv_links links = {c->links, c->link_count, line->links_through};
    struct vv_entitlement entitlement;
    size_t held = 0;
    if (vv_entitlement(c->facts, line->facts_through, &schemes, line->as_of, &c->arena.allocator,
                       &entitlement) != VV_OK) {
        return false;
    }
    vv_holds_apply(&entitlement, c->facts, line->facts_through, &links, &held);
    *ret_owed = 0;
    for (size_t i = 0; i < entitlement.count; i++) {
        const struct vv_owed *owed = &entitlement.owed[i];
        if (strcmp(owed->component->code, line->entered.component) == 0 &&
            owed->period == line->entered.period &&
            vv_id_equal(owed->contract, line->entered.contract)) {
            *ret_owed = owed->amount;
        }
    }
    c->arena.used = mark;
    return true;
}

/* A line that the difference made says what is owed: that is computed again. A decision's line
 * changes nothing of what is owed. */
static int check_line(struct checking *c, const json_t *row, bool decided)
{
    struct line line;
    vv_money owed = 0;
    if (!read_line(c, row, &line) || c->total_count == TOTALS_MAX) {
        return wrong(c, "claim.json", "a line cannot be read");
    }
    if (!decided && (!owed_again(c, &line, &owed) || owed != line.entered.owed)) {
        return wrong(c, "claim.json", "facts and scheme give another amount than the line tells");
    }
    return vv_posted_enter(c->totals, &c->total_count, &line.entered,
                           (uint32_t)line.facts_through) == VV_OK
               ? VV_EXIT_OK
               : wrong(c, "claim.json", "the amounts are out of range");
}

/* Posted, proposed and left standing make what is owed, after each batch. */
static int check_sums(const struct checking *c, const json_t *row)
{
    vv_date period = 0;
    struct vv_id contract;
    if (!day_of(row, "period", &period) ||
        vv_id_parse(text_of(row, "contract"), &contract) != VV_OK) {
        return wrong(c, "claim.json", "a line cannot be read");
    }
    for (size_t i = 0; i < c->total_count; i++) {
        const struct vv_posted *total = &c->totals[i];
        if (total->period == period && vv_id_equal(total->contract, contract) &&
            total->posted + total->proposed + total->waived != number_of(row, "owed")) {
            return wrong(c, "claim.json", "the lines do not sum to what is owed");
        }
    }
    return VV_EXIT_OK;
}

static int check_claim(struct checking *c)
{
    json_t *lines = json_object_get(c->claim, "lines");
    size_t count = json_array_size(lines);
    int code = count > 0 ? VV_EXIT_OK : wrong(c, "claim.json", "has no line");
    for (size_t i = 0; code == VV_EXIT_OK && i < count; i++) {
        const json_t *row = json_array_get(lines, i);
        const char *rule = text_of(row, "rule");
        bool decided = number_of(row, "kind") != VV_LINE_OWED ||
                       strcmp(rule, "rules.11 proposal-decided") == 0;
        code = check_line(c, row, decided);
        c->lines++;
    }
    for (size_t i = 0; code == VV_EXIT_OK && i < count; i++) {
        /* The last line of each key tells the sum that must stand. */
        const json_t *row = json_array_get(lines, i);
        bool last = true;
        for (size_t k = i + 1; k < count; k++) {
            const json_t *later = json_array_get(lines, k);
            last = last && (strcmp(text_of(row, "period"), text_of(later, "period")) != 0 ||
                            strcmp(text_of(row, "contract"), text_of(later, "contract")) != 0);
        }
        code = last ? check_sums(c, row) : VV_EXIT_OK;
    }
    return code;
}

static int tell(const struct checking *c)
{
    vv_money posted = 0;
    for (size_t i = 0; i < c->total_count; i++) {
        posted += c->totals[i].posted;
    }
    if (c->cli->json) {
        return vv_cli_json(c->cli,
                           json_pack("{s:s, s:s, s:i, s:i, s:I, s:s}", "bundle", c->bundle,
                                     "component", text_of(c->claim, "component"), "facts",
                                     (int)c->fact_count, "lines", (int)c->lines, "posted",
                                     (json_int_t)posted, "currency", text_of(c->claim, "currency")),
                           VV_EXIT_OK);
    }
    (void)fprintf(c->cli->out,
                  "good: %u lines of %s computed again from %zu facts, %s %s posted\nbundle %s\n",
                  c->lines, text_of(c->claim, "component"), c->fact_count,
                  vv_money_shown(posted).text, text_of(c->claim, "currency"), c->bundle);
    return VV_EXIT_OK;
}

static int check_bundle(struct checking *c, const char *expected)
{
    c->manifest = read_json(c, "manifest.json");
    c->claim = read_json(c, "claim.json");
    c->facts_json = read_json(c, "facts.json");
    if (c->manifest == NULL || c->claim == NULL || c->facts_json == NULL) {
        return wrong(c, "", "manifest.json, claim.json and facts.json are needed");
    }
    int code = check_hashes(c, expected);
    code = code == VV_EXIT_OK ? read_facts(c) : code;
    code = code == VV_EXIT_OK ? read_schemes(c) : code;
    code = code == VV_EXIT_OK ? read_links(c) : code;
    code = code == VV_EXIT_OK ? check_claim(c) : code;
    return code == VV_EXIT_OK ? tell(c) : code;
}

int vv_command_bundle_verify(struct vv_cli *cli, const struct vv_args *args)
{
    struct checking *c = calloc(1, sizeof(*c));
    void *memory = malloc(VV_ARENA_BYTES);
    int code = VV_EXIT_PROBLEM;
    if (c == NULL || memory == NULL) {
        code = vv_cli_wrong(cli, NULL, "no memory");
    } else {
        c->cli = cli;
        c->dir = args->words[0];
        vv_arena_init(&c->arena, memory, VV_ARENA_BYTES);
        code = check_bundle(c, vv_args_text(args, "bundle", NULL));
        json_decref(c->manifest);
        json_decref(c->claim);
        json_decref(c->facts_json);
        for (size_t i = 0; i < c->scheme_count; i++) {
            vv_scheme_destroy(&c->schemes[i].scheme);
        }
    }
    free(memory);
    free(c);
    return code;
}
