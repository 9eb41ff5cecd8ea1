/*
 * admin.h: plain questions to Redis as its admin user, one at a time, while a system is started.
 */
#ifndef VAGVAL_CLI_ADMIN_H
#define VAGVAL_CLI_ADMIN_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vagval/messages.h"
#include "vagval/status.h"

/* Connects, authenticates and waits until the server answers, at most `wait_ms`; 0 = does not wait.
 * While it reads its log back, it is waited for up to half an hour. Errors: VV_IO with the reason.
 */
VV_CHECKED enum vv_status vv_admin_connect(const char *address, const char *password,
                                           unsigned wait_ms, redisContext **ret_redis,
                                           struct vv_error *ret_error);
/* One exchange; true when the answer is not an error. The text of an error goes to `why`; a text
 * answer to ret_text, which may be NULL. */
bool vv_admin_ask(redisContext *redis, char *why, size_t cap, char *ret_text, size_t text_cap,
                  int argc, const char **argv);

/* Does anybody listen at the address? Their process id as they say themselves, or 0. */
bool vv_admin_answers(const char *address, const char *password_file, pid_t *ret_pid);
/* Does an instance of this name live, whoever started it? Its endpoint must take a connection and
 * its heartbeat must go on. Quick when nobody listens there. */
bool vv_admin_member_lives(const char *address, const char *password_file,
                           enum vv_service_id service, const char *instance);

#endif
