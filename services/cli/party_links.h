/*
 * party_links.h: the organisations that are noted as related to one. Payment owns the links, since
 * it holds money for them; who controls a contract sees the same ones.
 */
#ifndef VAGVAL_CLI_PARTY_LINKS_H
#define VAGVAL_CLI_PARTY_LINKS_H

#include <jansson.h>

#include "client.h"

/* The links of an organisation, the latest of each pair: [{organisation_number, note, by, on,
 * withdrawn}]. JSON null when payment does not answer now. */
json_t *vv_party_links(struct vv_client *client, const char *organisation_number);

/* The same for people, a line each; says when it is not known. */
void vv_party_links_print(FILE *out, const json_t *links);

#endif
