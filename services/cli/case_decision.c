/*
 * case_decision.c: see case_decision.h.
 */
#include "case_decision.h"

#include <string.h>

#include "commands.h"

bool vv_case_decision_open(struct vv_case_decision *decision, struct vv_cli *cli,
                           const struct vv_args *args)
{
    char new_one[VV_ID_TEXT_BYTES];
    *decision = (struct vv_case_decision){
        .cli = cli, .scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT)};
    const char *given = vv_args_text(args, "ref", "");
    if (strlen(given) >= sizeof(decision->reference)) {
        (void)vv_cli_usage(cli, "choose a shorter one", "--ref has more than %zu bytes",
                           sizeof(decision->reference) - 1);
        return false;
    }
    decision->client = vv_client_open(cli);
    if (decision->client == NULL) {
        return false;
    }
    if (!vv_client_case(decision->client, args->words[0], decision->scheme, &decision->case_id)) {
        vv_client_close(&decision->client);
        return false;
    }
    vv_id_format(decision->case_id, decision->case_text);
    vv_id_format(vv_client_random_id(), new_one);
    (void)snprintf(decision->reference, sizeof(decision->reference), "%s",
                   given[0] == '\0' ? new_one : given);
    return true;
}

void vv_case_decision_close(struct vv_case_decision *decision)
{
    vv_client_close(&decision->client);
}

struct vv_id vv_case_decision_id(const struct vv_case_decision *decision,
                                 const struct vv_case_message *message)
{
    return vv_id_fact(VV_CASE_SOURCE, message->name, decision->reference);
}

bool vv_case_decision_send(const struct vv_case_decision *decision,
                           const struct vv_case_message *message, const ProtobufCMessage *body,
                           struct vv_client_answer *ret_answer)
{
    struct vv_request request =
        vv_client_about(message->service, message->type, decision->case_id, decision->scheme);
    request.id = vv_case_decision_id(decision, message);
    vv_client_call(decision->client, request, body, ret_answer);
    if (ret_answer->status == VV_OK) {
        return true;
    }
    (void)vv_cli_wrong(decision->cli, message->advice, "%s: %s%s%s (%s)", message->refused,
                       ret_answer->field, ret_answer->field[0] == '\0' ? "" : " ", ret_answer->text,
                       vv_status_name(ret_answer->status));
    return false;
}
