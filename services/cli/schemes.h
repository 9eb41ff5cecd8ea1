/*
 * schemes.h: reading a scheme file together with its model file.
 */
#ifndef VAGVAL_CLI_SCHEMES_H
#define VAGVAL_CLI_SCHEMES_H

#include "cli.h"
#include "vagval/model.h"
#include "vagval/scheme.h"

struct vv_scheme_file {
    char path[700], model_path[700];
    char *yaml, *model_yaml;
    size_t len, model_len;
    struct vv_scheme *scheme;
    struct vv_model *model;
};

/* `model_path` NULL: ../models/<model>.yaml beside the scheme's directory. `path` NULL: the
 * se-krom that the command carries inside. */
VV_CHECKED enum vv_status vv_scheme_file_read(const char *path, const char *model_path,
                                              struct vv_scheme_file *ret_file,
                                              struct vv_error *ret_error);
void vv_scheme_file_free(struct vv_scheme_file *file);

#endif
