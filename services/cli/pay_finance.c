/*
 * pay_finance.c: see pay_finance.h.
 */
#include "pay_finance.h"

#include <sodium.h>
#include <string.h>

#include "scheme_book.h"
#include "vagval/limits.h"

const char *vv_finance_needed(const struct vv_cli *cli, const struct vv_args *args,
                              const char *option, const char *advice)
{
    const char *text = vv_args_text(args, option, NULL);
    if (text == NULL) {
        (void)vv_cli_usage(cli, advice, "--%s is missing", option);
    }
    return text;
}

bool vv_finance_amount(const struct vv_cli *cli, const struct vv_args *args, const char *option,
                       vv_money *ret_amount)
{
    const char *text =
        vv_finance_needed(cli, args, option, "an amount like 1500.00, two decimals at most");
    if (text != NULL && vv_money_parse(text, ret_amount) != VV_OK) {
        (void)vv_cli_usage(cli, "an amount like 1500.00, two decimals at most", "--%s is no amount",
                           option);
        return false;
    }
    return text != NULL;
}

/* A needed date; prints what is missing. */
static bool read_date(const struct vv_cli *cli, const struct vv_args *args, const char *option,
                      vv_date *ret_date)
{
    int64_t day = vv_args_number(args, option, VV_DATE_NONE);
    if (day == VV_DATE_NONE) {
        (void)vv_cli_usage(cli, "a date like 2021-03-01", "--%s is missing", option);
        return false;
    }
    *ret_date = (vv_date)day;
    return true;
}

static bool read_evidence(const struct vv_cli *cli, const char *text, uint8_t bytes[static 32],
                          ProtobufCBinaryData *ret_evidence)
{
    size_t len = 0;
    if (sodium_hex2bin(bytes, 32, text, strlen(text), NULL, &len, NULL) != 0 || len != 32 ||
        strlen(text) != 64) {
        (void)vv_cli_usage(cli, "64 hexadecimal digits, for example of `b2sum -l 256 FILE`",
                           "--evidence is no hash of 32 bytes");
        return false;
    }
    *ret_evidence = (ProtobufCBinaryData){32, bytes};
    return true;
}

static bool read_fact(const struct vv_cli *cli, const char *option, const char *text,
                      struct vv_id *id, ProtobufCBinaryData *ret_fact)
{
    if (vv_id_parse(text, id) != VV_OK) {
        (void)vv_cli_usage(cli, "the fact id that was printed when it was recorded",
                           "--%s is no fact id", option);
        return false;
    }
    *ret_fact = (ProtobufCBinaryData){sizeof(id->bytes), id->bytes};
    return true;
}

static bool fill_one(const struct vv_cli *cli, const struct vv_args *args,
                     const struct vv_given *field, void *member, struct vv_given_bytes *bytes)
{
    const char *text = vv_args_text(args, field->option, NULL);
    switch (field->kind) {
    case VV_GIVEN_TEXT:
        *(const char **)member = vv_finance_needed(cli, args, field->option, field->advice);
        return text != NULL;
    case VV_GIVEN_TEXT_OR_EMPTY:
        *(const char **)member = text == NULL ? "" : text;
        return true;
    case VV_GIVEN_AMOUNT:
        return vv_finance_amount(cli, args, field->option, member);
    case VV_GIVEN_DATE:
        return read_date(cli, args, field->option, member);
    case VV_GIVEN_FLAG:
    case VV_GIVEN_UNLESS_FLAG:
        *(protobuf_c_boolean *)member =
            vv_args_flag(args, field->option) == (field->kind == VV_GIVEN_FLAG);
        return true;
    case VV_GIVEN_EVIDENCE:
        return text == NULL || read_evidence(cli, text, bytes->evidence, member);
    case VV_GIVEN_FACT:
        return text == NULL || read_fact(cli, field->option, text, &bytes->fact, member);
    }
    return false;
}

bool vv_finance_fill(const struct vv_cli *cli, const struct vv_args *args,
                     const struct vv_given *fields, ProtobufCMessage *message,
                     struct vv_given_bytes *bytes)
{
    for (const struct vv_given *field = fields; field->option != NULL; field++) {
        if (!fill_one(cli, args, field, (char *)message + field->offset, bytes)) {
            return false;
        }
    }
    return true;
}

struct vv_id vv_finance_message(const struct vv_args *args, const char *kind,
                                char ret_reference[static 64])
{
    const char *given = vv_args_text(args, "ref", NULL);
    struct vv_id id = vv_client_random_id();
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(id, text);
    (void)snprintf(ret_reference, 64, "%s", given == NULL ? text : given);
    return given == NULL ? id : vv_id_fact(VV_FINANCE_SOURCE, kind, ret_reference);
}

struct vv_scheme *vv_finance_scheme(const struct vv_cli *cli, struct vv_client *client,
                                    const char *id, vv_date on)
{
    char problem[200];
    struct vv_scheme *scheme = vv_scheme_book_find(client, id, on, problem, sizeof(problem));
    if (scheme == NULL) {
        (void)vv_cli_wrong(cli, "`vagval scheme list` shows what is published", "%s", problem);
    }
    return scheme;
}

int vv_finance_refused(const struct vv_cli *cli, const char *what,
                       const struct vv_client_answer *answer)
{
    return vv_cli_wrong(cli,
                        answer->status == VV_FORBIDDEN
                            ? "this is for finance: `vagval keys add NAME finance`, then --as NAME"
                            : "correct it and try again",
                        "the %s was not recorded: %s%s%s (%s)", what, answer->field,
                        answer->field[0] == '\0' ? "" : ": ", answer->text,
                        vv_status_name(answer->status));
}

/* The replies of these commands begin with the same two fields. */
static const char *state_of(const ProtobufCMessage *body)
{
    if (body->descriptor == &vagval__v1__accepted__descriptor) {
        return ((const Vagval__V1__Accepted *)body)->state;
    }
    return ((const Vagval__V1__PayRecorded *)body)->state;
}

int vv_finance_record(const struct vv_cli *cli, struct vv_client *client, struct vv_request request,
                      const ProtobufCMessage *body, const char *what)
{
    struct vv_client_answer answer;
    vv_client_call(client, request, body, &answer);
    int code = VV_EXIT_OK;
    char fact[VV_ID_TEXT_BYTES];
    char subject[VV_ID_TEXT_BYTES];
    vv_id_format(request.id, fact);
    vv_id_format(request.subject, subject);
    if (answer.status != VV_OK) {
        code = vv_finance_refused(cli, what, &answer);
    } else if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:s}", "fact", fact, "case", subject, "state",
                                     state_of(answer.body)),
                           VV_EXIT_OK);
    } else {
        (void)fprintf(cli->out, "%s %s: fact %s, case %s\n", what, state_of(answer.body), fact,
                      subject);
    }
    vv_client_answer_free(&answer);
    return code;
}
