/*
 * embedded.c: puts the files into the binary with the assembler's .incbin; paths are relative to
 * the top of the tree, where make runs.
 */
#include "embedded.h"

#define EMBED(symbol, path)                                                                        \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #symbol "\n"                                                                \
            ".global " #symbol "_end\n" #symbol ":\n"                                              \
            ".incbin \"" path "\"\n" #symbol "_end:\n"                                             \
            ".byte 0\n"                                                                            \
            ".previous\n");                                                                        \
    extern const char symbol[];                                                                    \
    extern const char symbol##_end[]

EMBED(vv_embed_redis_conf, "deploy/redis/redis.conf");
EMBED(vv_embed_users_acl, "deploy/redis/users.acl.in");
EMBED(vv_embed_municipalities, "deploy/demo/municipalities.csv");

EMBED(vv_embed_scheme, "deploy/schemes/se-krom.yaml");
EMBED(vv_embed_model, "deploy/models/ams-2018.yaml");

struct vv_embedded vv_embedded_scheme(void)
{
    return (struct vv_embedded){vv_embed_scheme, (size_t)(vv_embed_scheme_end - vv_embed_scheme)};
}

struct vv_embedded vv_embedded_model(void)
{
    return (struct vv_embedded){vv_embed_model, (size_t)(vv_embed_model_end - vv_embed_model)};
}

struct vv_embedded vv_embedded_redis_conf(void)
{
    return (struct vv_embedded){vv_embed_redis_conf,
                                (size_t)(vv_embed_redis_conf_end - vv_embed_redis_conf)};
}

struct vv_embedded vv_embedded_users_acl(void)
{
    return (struct vv_embedded){vv_embed_users_acl,
                                (size_t)(vv_embed_users_acl_end - vv_embed_users_acl)};
}

struct vv_embedded vv_embedded_municipalities(void)
{
    return (struct vv_embedded){vv_embed_municipalities,
                                (size_t)(vv_embed_municipalities_end - vv_embed_municipalities)};
}
