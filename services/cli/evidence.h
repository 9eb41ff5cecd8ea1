/*
 * evidence.h: the documents of a case as JSON, for the commands that show them.
 */
#ifndef VAGVAL_CLI_EVIDENCE_H
#define VAGVAL_CLI_EVIDENCE_H

#include <jansson.h>

#include "client.h"

json_t *vv_evidence_json(const Vagval__V1__EvidenceLine *line);

/* A case's documents as a JSON array; NULL after saying what is wrong. */
json_t *vv_evidence_of_case(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id);

#endif
