/*
 * loading_find.c: what a row names by identity or number, as the services' ids: cases through
 * intake, one question for each person; contracts through one round over all partitions.
 */
#include <stdlib.h>
#include <string.h>

#include "contracts.h"
#include "loading.h"
#include "requests.h"
#include "vagval/limits.h"

#define FIND_IN_FLIGHT 2000

static void index_name(char *ret_name, size_t cap, const char *scheme, const char *name)
{
    (void)snprintf(ret_name, cap, "%s/%s", scheme, name);
}

void vv_loading_learn(json_t *index, const char *scheme, const char *name, struct vv_id id)
{
    char key[VV_NAME_BYTES_MAX * 2 + 2];
    char text[VV_ID_TEXT_BYTES];
    index_name(key, sizeof(key), scheme, name);
    vv_id_format(id, text);
    (void)json_object_set_new(index, key, json_string(text));
}

bool vv_loading_lookup(const json_t *index, const char *scheme, const char *name,
                       struct vv_id *ret_id)
{
    char key[VV_NAME_BYTES_MAX * 2 + 2];
    index_name(key, sizeof(key), scheme, name);
    const char *text = json_string_value(json_object_get(index, key));
    return text != NULL && vv_id_parse(text, ret_id) == VV_OK;
}

struct finding {
    struct vv_loading *loading;
    const struct vv_load_row *row;
};

static void on_found(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct finding *finding = context;
    struct vv_loading *loading = finding->loading;
    const struct vv_row *row = &finding->row->row;
    struct vv_id id;
    loading->in_flight--;
    if (status == VV_OK && frame != NULL && frame->body != NULL) {
        const Vagval__V1__CasesFound *found = (const Vagval__V1__CasesFound *)frame->body;
        if (found->n_case_ids == 1 &&
            vv_id_from_bytes(found->case_ids[0].data, found->case_ids[0].len, &id) == VV_OK) {
            vv_loading_learn(loading->cases, vv_row_scheme(row, loading->scheme),
                             vv_row_text(row, "identity"), id);
        }
    }
    free(finding);
}

static void find_case(struct vv_loading *loading, const struct vv_load_row *row)
{
    struct finding *finding = malloc(sizeof(*finding));
    if (finding == NULL) {
        return; /* the row is then rejected as unknown, and loads another time */
    }
    *finding = (struct finding){loading, row};
    const char *scheme = vv_row_scheme(&row->row, loading->scheme);
    char *identities[1] = {(char *)(uintptr_t)vv_row_text(&row->row, "identity")};
    Vagval__V1__CaseFind find = VAGVAL__V1__CASE_FIND__INIT;
    find.scheme = (char *)(uintptr_t)scheme;
    find.n_identities = 1;
    find.identities = identities;
    struct vv_request request = {.service = VV_INTAKE,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .type = VV_MSG_CASE_FIND,
                                 .scheme = scheme};
    if (vv_client_send(loading->client, request, &find.base, on_found, finding) != VV_OK) {
        free(finding);
        return;
    }
    loading->in_flight++;
}

void vv_loading_find_cases(struct vv_loading *loading, size_t first, size_t end)
{
    json_t *asked = json_object();
    for (size_t i = first; i < end; i++) {
        const struct vv_load_row *row = loading->rows[i];
        const char *scheme = vv_row_scheme(&row->row, loading->scheme);
        const char *identity =
            vv_row_has_person(row->row.kind) ? vv_row_text(&row->row, "identity") : NULL;
        struct vv_id known;
        if (identity == NULL || vv_loading_lookup(loading->cases, scheme, identity, &known) ||
            vv_loading_lookup(asked, scheme, identity, &known)) {
            continue;
        }
        if (vv_id_parse(identity, &known) == VV_OK) { /* a case, as a provider knows it */
            vv_loading_learn(loading->cases, scheme, identity, known);
            continue;
        }
        vv_loading_learn(asked, scheme, identity, VV_ID_SYSTEM);
        while (loading->in_flight >= FIND_IN_FLIGHT) {
            vv_client_turn(loading->client, 1000);
        }
        find_case(loading, row);
    }
    while (loading->in_flight > 0) {
        vv_client_turn(loading->client, 1000);
    }
    json_decref(asked);
}

static void learn_contract(void *context, const Vagval__V1__ContractLine *line)
{
    struct vv_loading *loading = context;
    struct vv_id id;
    if (vv_id_from_bytes(line->contract.data, line->contract.len, &id) == VV_OK) {
        vv_loading_learn(loading->contracts, loading->scheme, line->number, id);
    }
}

void vv_loading_find_contracts(struct vv_loading *loading)
{
    char problem[200];
    /* A contract that is not found rejects its rows, by name. */
    (void)vv_contracts_each(loading->client, loading->scheme, learn_contract, loading, problem,
                            sizeof(problem));
    loading->contracts_known = true;
}
