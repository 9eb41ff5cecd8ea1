/*
 * pay_positions.c: fetching and showing the amounts of cases.
 */
#include "pay_positions.h"

#include <string.h>

#include "vagval/money.h"

struct vv_id_text vv_id_shown(ProtobufCBinaryData bytes)
{
    struct vv_id_text shown = {"?"};
    struct vv_id id;
    if (vv_id_from_bytes(bytes.data, bytes.len, &id) == VV_OK) {
        vv_id_format(id, shown.text);
    }
    return shown;
}

struct vv_day_text vv_day_shown(int32_t day)
{
    struct vv_day_text shown = {"-"};
    if (day != 0 && vv_date_valid(day)) {
        vv_date_format(day, shown.text);
    }
    return shown;
}

struct vv_money_text vv_money_shown(int64_t amount)
{
    struct vv_money_text shown;
    vv_money_format(amount, 1, shown.text);
    return shown;
}

static json_t *recovery_json(const Vagval__V1__Recovery *recovery)
{
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "recovery",
                     vv_id_shown(recovery->id).text, "amount", (json_int_t)recovery->amount,
                     "state", recovery->state, "forwarded_by", recovery->forwarded_by,
                     "approved_by", recovery->approved_by, "decided_by", recovery->decided_by,
                     "approved_on", vv_day_shown(recovery->approved_on).text, "contest_until",
                     vv_day_shown(recovery->contest_until).text);
}

json_t *vv_position_json(const Vagval__V1__Position *position)
{
    json_t *recoveries = json_array();
    for (size_t i = 0; i < position->n_recoveries; i++) {
        (void)json_array_append_new(recoveries, recovery_json(position->recoveries[i]));
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, "
        "s:o}",
        "case", vv_id_shown(position->case_id).text, "scheme", position->scheme, "currency",
        position->currency, "component", position->component, "period",
        vv_day_shown(position->period).text, "contract", vv_id_shown(position->contract).text,
        "contract_number", position->contract_number, "posted", (json_int_t)position->posted,
        "proposed", (json_int_t)position->proposed, "waived", (json_int_t)position->waived,
        "owed_then", (json_int_t)position->owed_then, "owed_now", (json_int_t)position->owed_now,
        "state", position->state, "forwarded_by", position->forwarded_by, "held_why",
        position->held_why, "recoveries", recoveries);
}

/* One page; false when it did not come. ret_next 0 = the last. */
static bool fetch_page(struct vv_client *client, struct vv_cli *cli,
                       const Vagval__V1__PositionsPage *body, uint16_t partition,
                       vv_position_taken *take, void *context, uint64_t *ret_next)
{
    struct vv_client_answer answer;
    struct vv_request request = {
        .service = VV_PAYMENT, .partition = partition, .type = VV_MSG_POSITIONS_PAGE};
    vv_client_call(client, request, &body->base, &answer);
    bool good = answer.status == VV_OK;
    if (good) {
        const Vagval__V1__Positions *page = (const Vagval__V1__Positions *)answer.body;
        for (size_t i = 0; i < page->n_positions; i++) {
            take(context, page->positions[i]);
        }
        *ret_next = page->next;
    } else {
        (void)vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                           "payment does not tell about partition %u: %s", (unsigned)partition,
                           answer.text[0] != '\0' ? answer.text : vv_status_name(answer.status));
    }
    vv_client_answer_free(&answer);
    return good;
}

bool vv_positions_fetch(struct vv_client *client, struct vv_cli *cli, const char *what,
                        vv_date known_at, const struct vv_id *only, vv_position_taken *take,
                        void *context)
{
    Vagval__V1__PositionsPage body = VAGVAL__V1__POSITIONS_PAGE__INIT;
    body.what = (char *)(uintptr_t)what;
    body.known_at = known_at;
    uint64_t next = 0;
    if (only != NULL) {
        body.case_id =
            (ProtobufCBinaryData){sizeof(only->bytes), (uint8_t *)(uintptr_t)only->bytes};
        return fetch_page(client, cli, &body, vv_id_partition(*only), take, context, &next);
    }
    for (uint16_t partition = 0; partition < vv_client_partitions(client); partition++) {
        body.partition = partition;
        body.after = 0;
        do {
            if (!fetch_page(client, cli, &body, partition, take, context, &next)) {
                return false;
            }
            body.after = next;
        } while (next != 0);
    }
    return true;
}
