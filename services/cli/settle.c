/*
 * settle.c: the virtual clock's step: one day, then rounds of SETTLE.
 */
#include "settle.h"

#include <inttypes.h>
#include <string.h>

#include "vagval/limits.h"

#define ROUND_BUDGET_MS 30000
#define DAY_WAIT_MS 120000

struct round {
    vv_date on;
    uint32_t budget_ms;
    size_t left;
    uint64_t commits;
    bool quiet, forbidden;
    char loudest[64]; /* an instance that is not quiet, for the error */
    char why[200];
};

struct asked {
    struct round *round;
    char name[64];
};

static void on_settled(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct asked *asked = context;
    struct round *round = asked->round;
    round->left--;
    round->forbidden = round->forbidden || status == VV_FORBIDDEN;
    bool quiet = false;
    const char *why = "no answer";
    if (status == VV_OK && frame != NULL && frame->body != NULL) {
        const Vagval__V1__SettleReply *reply = (const Vagval__V1__SettleReply *)frame->body;
        round->commits += reply->commits;
        why = reply->busy[0] != '\0' ? reply->busy : "something was committed or read meanwhile";
        quiet = reply->quiet && (round->on == VV_DATE_NONE || reply->business_date == round->on);
    }
    if (!quiet) {
        round->quiet = false;
        memcpy(round->loudest, asked->name, sizeof(round->loudest));
        (void)snprintf(round->why, sizeof(round->why), "%s", why);
    }
}

static void run_round(struct vv_client *client, struct round *round)
{
    static struct asked asked[VV_SERVICE_COUNT * VV_MEMBERS_MAX];
    Vagval__V1__Settle body = VAGVAL__V1__SETTLE__INIT;
    struct vv_members *members = vv_client_members(client);
    size_t used = 0;
    round->quiet = true;
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        size_t count = vv_members_count(members, (enum vv_service_id)s);
        if (count == 0) {
            round->quiet = false;
            (void)snprintf(round->loudest, sizeof(round->loudest), "%s",
                           vv_service_name((enum vv_service_id)s));
            (void)snprintf(round->why, sizeof(round->why), "no instance lives");
        }
        for (size_t i = 0; i < count && i < VV_MEMBERS_MAX; i++) {
            const struct vv_member *member = vv_members_at(members, (enum vv_service_id)s, i);
            struct asked *one = &asked[used++];
            one->round = round;
            memcpy(one->name, member->name, sizeof(one->name));
            struct vv_request request = {.service = (enum vv_service_id)s,
                                         .partition = VV_PARTITION_SYSTEM,
                                         .instance = one->name,
                                         .type = VV_MSG_SETTLE,
                                         .budget_ms = round->budget_ms};
            round->left++;
            if (vv_client_send(client, request, &body.base, on_settled, one) != VV_OK) {
                round->left--;
                round->quiet = false;
            }
        }
    }
    while (round->left > 0) {
        vv_client_turn(client, 1000);
    }
}

enum vv_status vv_settle(struct vv_client *client, vv_date on, unsigned wait_ms,
                         uint64_t *ret_commits, struct vv_error *ret_error)
{
    int64_t until = vv_clock_monotonic_us() + (int64_t)wait_ms * 1000;
    uint64_t before = UINT64_MAX;
    for (;;) {
        struct round round = {.on = on,
                              .budget_ms = wait_ms < ROUND_BUDGET_MS ? wait_ms : ROUND_BUDGET_MS};
        run_round(client, &round);
        if (round.quiet && round.commits == before) {
            *ret_commits = round.commits;
            return VV_OK;
        }
        if (round.forbidden) {
            return vv_fail(ret_error, VV_FORBIDDEN, round.loudest, NULL, 0,
                           "this key may not ask the services whether they are at rest; use an "
                           "operator's, an auditor's or a guardian's: --as NAME");
        }
        before = round.quiet ? round.commits : UINT64_MAX;
        if (!round.quiet) {
            vv_client_turn(client, 5); /* heartbeats are read also while nobody answers */
        }
        if (vv_clock_monotonic_us() > until) {
            return vv_fail(ret_error, VV_BUSY, round.loudest, NULL, 0,
                           "the services did not come to rest within %u s (%s); see `vagval "
                           "status` and the logs",
                           wait_ms / 1000, round.why);
        }
    }
}

enum vv_status vv_clock_day(struct vv_client *client, vv_date day, struct vv_error *ret_error)
{
    Vagval__V1__SetClock set = VAGVAL__V1__SET_CLOCK__INIT;
    set.date = day;
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(day, text);
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .type = VV_MSG_SET_CLOCK,
                                 .id = vv_id_fact("clock", "set-clock", text),
                                 .subject = VV_ID_SYSTEM};
    struct vv_client_answer answer;
    vv_client_call(client, request, &set.base, &answer);
    enum vv_status status = answer.status;
    if (status != VV_OK) {
        status = vv_fail(ret_error, status, "provider-registry", answer.field, 0,
                         "the clock cannot be set to %s: %s", text,
                         answer.text[0] == '\0' ? vv_status_name(status) : answer.text);
    }
    vv_client_answer_free(&answer);
    uint64_t commits = 0;
    return status == VV_OK ? vv_settle(client, day, DAY_WAIT_MS, &commits, ret_error) : status;
}
