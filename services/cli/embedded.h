/*
 * embedded.h: files of deploy/ that the command carries inside, so that one binary is enough.
 */
#ifndef VAGVAL_CLI_EMBEDDED_H
#define VAGVAL_CLI_EMBEDDED_H

#include <stddef.h>

struct vv_embedded {
    const char *text; /* ends with a NUL that is not counted */
    size_t len;
};

struct vv_embedded vv_embedded_redis_conf(void);
struct vv_embedded vv_embedded_users_acl(void);
/* code,name,area,latitude,longitude,inhabitants_thousands */
struct vv_embedded vv_embedded_municipalities(void);
/* The default scheme, se-krom, and the model that it names. */
struct vv_embedded vv_embedded_scheme(void);
struct vv_embedded vv_embedded_model(void);

#endif
