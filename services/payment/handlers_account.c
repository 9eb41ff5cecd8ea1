/*
 * handlers_account.c: which providers are paid to an account, in the account's partition.
 * Providers' partitions tell it by orders when bank details are approved.
 */
#include <string.h>

#include "bank_details.h"
#include "casework.h"

extern const struct vv_handler vv_handle_note_account;
extern const struct vv_handler vv_answer_note_account;
extern const struct vv_handler vv_handle_account_get;

static enum vv_status plan_note(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "account", call->subject);
    vv_plan_fact_home(plan, "account", call->subject);
    return VV_OK;
}

static enum vv_status read_users(const struct vv_call *call, const struct vv_loaded *loaded,
                                 Vagval__V1__AccountUsers **ret_users)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "account", call->subject),
                                             &vagval__v1__account_users__descriptor, &message);
    if (status == VV_OK) {
        *ret_users = (Vagval__V1__AccountUsers *)message;
    }
    return status;
}

static enum vv_status decide_note(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__NoteAccount *order = (const Vagval__V1__NoteAccount *)call->body;
    Vagval__V1__PayRecorded reply = VAGVAL__V1__PAY_RECORDED__INIT;
    Vagval__V1__AccountUsers *users = NULL;
    enum vv_status status = read_users(call, loaded, &users);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "account", "its stored providers do not read back");
    }
    Vagval__V1__AccountUser *user = vv_arena_alloc(call->arena, sizeof *user);
    Vagval__V1__AccountUser **list =
        vv_arena_alloc(call->arena, (users->n_users + 1) * sizeof *list);
    if (user == NULL || list == NULL) {
        return VV_NO_MEMORY;
    }
    if (users->n_users > 0) {
        memcpy(list, users->users, users->n_users * sizeof *list);
    }
    vagval__v1__account_user__init(user);
    user->provider = order->case_id;
    user->organisation_number = order->organisation_number;
    users->users = list;
    if (vv_bank_note_user(list, &users->n_users, user, order->left)) {
        vv_put(outcome, "account", call->subject, &users->base);
    }
    vv_accept(outcome, call->now.today, "payment", VV_NIL, NULL, 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_note_account = {.plan = plan_note, .decide = decide_note};

/* The account knows: nothing is left to do here. */
static enum vv_status plan_noted(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    (void)plan;
    return VV_OK;
}

static enum vv_status decide_noted(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    (void)call;
    (void)loaded;
    (void)outcome;
    return VV_OK;
}

const struct vv_handler vv_answer_note_account = {.plan = plan_noted, .decide = decide_noted};

static enum vv_status plan_get(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "account", call->subject);
    return VV_OK;
}

static enum vv_status decide_get(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    Vagval__V1__AccountUsers *users = NULL;
    enum vv_status status = read_users(call, loaded, &users);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "account", "its stored providers do not read back");
    }
    vv_reply(outcome, &users->base);
    return VV_OK;
}

const struct vv_handler vv_handle_account_get = {.plan = plan_get, .decide = decide_get};
