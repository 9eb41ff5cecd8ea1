/*
 * timeline.h: what the commands that tell of a case's course share: the language.
 */
#ifndef VAGVAL_CLI_TIMELINE_H
#define VAGVAL_CLI_TIMELINE_H

#include "client.h"

enum vv_language { VV_LANGUAGE_EN, VV_LANGUAGE_SV };
/* From --lang; prints what is wrong and returns false. */
bool vv_language_read(const struct vv_cli *cli, const struct vv_args *args,
                      enum vv_language *ret_language);

#endif
