/*
 * timeline.h: a case's course as all four services tell it, in one list.
 */
#ifndef VAGVAL_CLI_TIMELINE_H
#define VAGVAL_CLI_TIMELINE_H

#include "client.h"

struct vv_timeline {
    struct vv_client_answer views[VV_SERVICE_COUNT]; /* keep the entries alive */
    const Vagval__V1__TimelineEntry **entries;       /* by effective date, then recorded */
    size_t count;
    const char *state[VV_SERVICE_COUNT];
    const char *scheme;
};

/* NOT_FOUND of a service that has not heard of the case is no problem; when none has, VV_NOT_FOUND.
 */
VV_CHECKED enum vv_status vv_timeline_fetch(struct vv_client *client, struct vv_id case_id,
                                            struct vv_timeline *ret_timeline,
                                            struct vv_error *ret_error);
void vv_timeline_free(struct vv_timeline *timeline);

enum vv_language { VV_LANGUAGE_EN, VV_LANGUAGE_SV };
/* From --lang; prints what is wrong and returns false. */
bool vv_language_read(const struct vv_cli *cli, const struct vv_args *args,
                      enum vv_language *ret_language);

#endif
