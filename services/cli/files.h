/*
 * files.h: whole files in and out, directories, the place of our own executable.
 */
#ifndef VAGVAL_CLI_FILES_H
#define VAGVAL_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vagval/status.h"

/* Reads a file of at most bytes_max; the buffer ends with a NUL that is not counted. The caller
 * frees it. Errors: VV_NOT_FOUND, VV_TOO_LARGE, VV_IO, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_file_read(const char *path, size_t bytes_max, char **ret_bytes,
                                       size_t *ret_len, struct vv_error *ret_error);
/* Writes beside, syncs and renames: after a crash the file is there whole or not at all. */
VV_CHECKED enum vv_status vv_file_write(const char *path, const void *bytes, size_t len,
                                        mode_t mode, struct vv_error *ret_error);
bool vv_file_exists(const char *path);
/* Makes a directory and its parents. */
VV_CHECKED enum vv_status vv_dir_make(const char *path, mode_t mode, struct vv_error *ret_error);
/* Directory of our executable. */
VV_CHECKED enum vv_status vv_exe_dir(char *ret_path, size_t cap, struct vv_error *ret_error);
/* Joins into ret_path; VV_TOO_LARGE when it does not fit. */
VV_CHECKED enum vv_status vv_path(char *ret_path, size_t cap, struct vv_error *ret_error,
                                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
