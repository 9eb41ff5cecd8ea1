/*
 * ask.c: one message, one answer. See the header.
 */
#include "ask.h"

#include <stdlib.h>

#include "vagval/date.h"

static int refused(const struct vv_cli *cli, const char *what,
                   const struct vv_client_answer *answer)
{
    struct vv_error error = {0};
    enum vv_status status =
        vv_fail(&error, answer->status, what, answer->field, 0, "%s",
                answer->text[0] == '\0' ? vv_status_name(answer->status) : answer->text);
    (void)status; /* it is in the error */
    return vv_cli_fail(cli, &error,
                       answer->status == VV_FORBIDDEN ? "use the key of somebody who may: --as NAME"
                                                      : NULL);
}

int vv_cli_do(struct vv_cli *cli, struct vv_client *client, struct vv_request request,
              const ProtobufCMessage *body, const char *reference, const char *what)
{
    struct vv_client_answer answer;
    char fact[VV_ID_TEXT_BYTES];
    const struct vv_message_row *row = vv_message_row((uint16_t)request.type);
    request.partition = vv_id_partition(request.subject);
    request.id = vv_id_fact(VV_CLI_SOURCE, row->name, reference);
    vv_client_call(client, request, body, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = refused(cli, what, &answer);
    } else {
        const Vagval__V1__Accepted *accepted = (const Vagval__V1__Accepted *)answer.body;
        vv_id_format(request.id, fact);
        if (cli->json) {
            code = vv_cli_json(cli, json_pack("{s:s, s:s}", "fact", fact, "state", accepted->state),
                               VV_EXIT_OK);
        } else {
            (void)fprintf(cli->out, "%s: %s\n", what, accepted->state);
        }
    }
    vv_client_answer_free(&answer);
    return code;
}

const ProtobufCMessage *vv_cli_ask(struct vv_cli *cli, struct vv_client *client,
                                   struct vv_request request, const ProtobufCMessage *body,
                                   const char *what, struct vv_client_answer *ret_answer)
{
    vv_client_call(client, request, body, ret_answer);
    if (ret_answer->status != VV_OK) {
        (void)refused(cli, what, ret_answer);
        return NULL;
    }
    return ret_answer->body;
}

json_t *vv_cli_json_date(int32_t date)
{
    char text[VV_DATE_TEXT_BYTES];
    if (date <= 0) {
        return json_null();
    }
    vv_date_format(date, text);
    return json_string(text);
}

json_t *vv_cli_json_sorted(json_t *list, int (*order)(const void *, const void *))
{
    size_t count = json_array_size(list);
    json_t **entries = calloc(count + 1, sizeof(*entries));
    json_t *result = json_array();
    for (size_t i = 0; entries != NULL && i < count; i++) {
        entries[i] = json_array_get(list, i);
    }
    if (entries != NULL && count > 0) {
        qsort(entries, count, sizeof(*entries), order);
    }
    for (size_t i = 0; entries != NULL && i < count; i++) {
        (void)json_array_append(result, entries[i]);
    }
    free(entries);
    json_decref(list);
    return result;
}
