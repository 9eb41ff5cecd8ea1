/*
 * pay_bundle.h: the evidence of one claim as a directory of files that verifies without a running
 * system.
 *
 *   claim.json      the claim: case, scheme, component, and every posting line of it
 *   facts.json      every fact of the case as payment keeps it, in log order
 *   scheme-N.yaml   publication N of the case's scheme, byte for byte
 *   manifest.json   BLAKE2b hashes of these files; the hash of the list of them is the bundle's
 */
#ifndef VAGVAL_CLI_PAY_BUNDLE_H
#define VAGVAL_CLI_PAY_BUNDLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "args.h"
#include "cli.h"
#include "vagval/status.h"

#define VV_BUNDLE_FORMAT 1
#define VV_BUNDLE_FILE_BYTES_MAX (4 * 1024 * 1024)
#define VV_BUNDLE_HASH_TEXT_BYTES 65

/* From lower-case hexadecimal digits into fresh memory; NULL when it is none. */
uint8_t *vv_bundle_unhex(const char *text, size_t *ret_len);
/* BLAKE2b-256 as 64 digits. */
void vv_bundle_hash(const void *bytes, size_t len, char ret_text[static VV_BUNDLE_HASH_TEXT_BYTES]);
/* The bundle's own hash: of "name:hash\n" for each file, sorted by name. False: no memory. */
bool vv_bundle_root(json_t *files, char ret_text[static VV_BUNDLE_HASH_TEXT_BYTES]);

int vv_command_bundle_verify(struct vv_cli *cli, const struct vv_args *args);

#endif
