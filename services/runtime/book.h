/*
 * book.h: how the book of published schemes and models is filled. Looking things up is in
 * service.h.
 */
#ifndef VV_BOOK_H
#define VV_BOOK_H

#include "vagval/service.h"

struct vv_book *vv_book_create(void);
void vv_book_destroy(struct vv_book **book);
/* Adds the next publication: a packed PublishScheme. One that does not parse still takes its place,
 * so that generations mean the same everywhere; the error says why. Errors: VV_INVALID,
 * VV_NO_MEMORY (place not taken), VV_TOO_LARGE (VV_SCHEMES_MAX reached; place not taken). */
VV_CHECKED enum vv_status vv_book_add(struct vv_book *book, const uint8_t *packed, size_t len,
                                      struct vv_error *ret_error);

#endif
