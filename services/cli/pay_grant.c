/*
 * pay_grant.c: what finance records on a case: grants and the payroll that consumes them,
 * appropriations and costs; and units that were delivered.
 */
#include <string.h>

#include "../payment/budget.h"
#include "pay_finance.h"

static char source[] = VV_FINANCE_SOURCE;

/* Opens the client and finds the case; NULL after saying why not. */
static struct vv_client *open_case(struct vv_cli *cli, const struct vv_args *args,
                                   const char *scheme, struct vv_id *ret_case)
{
    struct vv_client *client = vv_client_open(cli);
    if (client != NULL && !vv_client_case(client, args->words[0], scheme, ret_case)) {
        vv_client_close(&client);
    }
    return client;
}

static struct vv_request on_case(enum vv_message_type type, struct vv_id id, struct vv_id case_id,
                                 const char *scheme)
{
    return (struct vv_request){.service = VV_PAYMENT,
                               .partition = vv_id_partition(case_id),
                               .type = type,
                               .id = id,
                               .subject = case_id,
                               .scheme = scheme};
}

/* ---- pay grant ---- */

static int tell_grant(const struct vv_cli *cli, struct vv_id case_id,
                      const Vagval__V1__GrantDecided *reply)
{
    char left[VV_MONEY_TEXT_BYTES];
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(case_id, text);
    vv_money_format(reply->free, 1, left);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:I}", "case", text, "state", reply->state, "free",
                                     (json_int_t)reply->free),
                           VV_EXIT_OK);
    }
    if (strcmp(reply->state, "handed_over") == 0) {
        (void)fprintf(cli->out,
                      "outside the municipality's competence: handed to the state office, "
                      "nothing reserved\n");
    } else {
        (void)fprintf(cli->out, "granted and reserved; %s is free of the quota\n", left);
    }
    return VV_EXIT_OK;
}

static int send_grant(const struct vv_cli *cli, struct vv_client *client,
                      const struct vv_args *args, struct vv_id case_id,
                      Vagval__V1__DecideGrant *grant)
{
    char reference[64];
    struct vv_scheme *scheme = vv_finance_scheme(cli, client, grant->scheme, grant->from);
    if (scheme == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const struct vv_component *component = vv_scheme_component(scheme, grant->component);
    struct vv_id budget =
        vv_budget_id(grant->scheme, grant->area, vv_date_to_ymd(grant->from).year,
                     component == NULL ? "" : component->award.pot, vv_client_partitions(client));
    struct vv_request request = on_case(
        VV_MSG_DECIDE_GRANT, vv_finance_message(args, "grant", reference), budget, grant->scheme);
    grant->source_ref = reference;
    grant->for_case = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    struct vv_client_answer answer;
    vv_client_call(client, request, &grant->base, &answer);
    int code = answer.status == VV_OK
                   ? tell_grant(cli, case_id, (const Vagval__V1__GrantDecided *)answer.body)
                   : vv_finance_refused(cli, "grant", &answer);
    vv_client_answer_free(&answer);
    vv_scheme_destroy(&scheme);
    return code;
}

#define GRANT(member) offsetof(Vagval__V1__DecideGrant, member)
static const struct vv_given grant_fields[] = {
    {VV_GIVEN_TEXT, "scheme", "a scheme's id", GRANT(scheme)},
    {VV_GIVEN_TEXT, "area", "an area of the scheme", GRANT(area)},
    {VV_GIVEN_TEXT, "component", "a component of kind grant", GRANT(component)},
    {VV_GIVEN_TEXT, "reference", "the decision's number", GRANT(reference)},
    {VV_GIVEN_TEXT_OR_EMPTY, "employer", NULL, GRANT(employer)},
    {VV_GIVEN_AMOUNT, "amount", NULL, GRANT(amount)},
    {VV_GIVEN_DATE, "from", NULL, GRANT(from)},
    {VV_GIVEN_DATE, "through", NULL, GRANT(through)},
    VV_END_OF_GIVEN};

static int command_pay_grant(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideGrant grant = VAGVAL__V1__DECIDE_GRANT__INIT;
    struct vv_given_bytes bytes;
    if (!vv_finance_fill(cli, args, grant_fields, &grant.base, &bytes)) {
        return VV_EXIT_USAGE;
    }
    grant.source = source;
    struct vv_id case_id;
    struct vv_client *client = open_case(cli, args, grant.scheme, &case_id);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = send_grant(cli, client, args, case_id, &grant);
    vv_client_close(&client);
    return code;
}

/* ---- what is recorded on a case: payroll, appropriations, costs, units ---- */

union record_body {
    ProtobufCMessage base;
    Vagval__V1__RecordPayroll payroll;
    Vagval__V1__RecordAppropriation appropriation;
    Vagval__V1__RecordCost cost;
    Vagval__V1__RecordUnit unit;
};

/* Of members that each of these messages has. */
static void *member(union record_body *body, const char *name)
{
    return (char *)body +
           protobuf_c_message_descriptor_get_field_by_name(body->base.descriptor, name)->offset;
}

#define PAYROLL(member) offsetof(Vagval__V1__RecordPayroll, member)
static const struct vv_given payroll_fields[] = {
    {VV_GIVEN_TEXT, "reference", "the decision's number", PAYROLL(reference)},
    {VV_GIVEN_DATE, "month", NULL, PAYROLL(month)},
    {VV_GIVEN_AMOUNT, "amount", NULL, PAYROLL(cost)},
    {VV_GIVEN_FLAG, "final", NULL, PAYROLL(final)},
    {VV_GIVEN_EVIDENCE, "evidence", NULL, PAYROLL(evidence)},
    {VV_GIVEN_FACT, "supersedes", NULL, PAYROLL(supersedes)},
    VV_END_OF_GIVEN};
#define APPROPRIATION(member) offsetof(Vagval__V1__RecordAppropriation, member)
static const struct vv_given appropriation_fields[] = {
    {VV_GIVEN_TEXT, "area", "an area of the scheme", APPROPRIATION(area)},
    {VV_GIVEN_TEXT, "component", "a component of kind share", APPROPRIATION(component)},
    {VV_GIVEN_TEXT, "reference", "the agreement's name", APPROPRIATION(reference)},
    {VV_GIVEN_AMOUNT, "amount", NULL, APPROPRIATION(amount)},
    {VV_GIVEN_DATE, "from", NULL, APPROPRIATION(from)},
    {VV_GIVEN_DATE, "through", NULL, APPROPRIATION(through)},
    {VV_GIVEN_FACT, "supersedes", NULL, APPROPRIATION(supersedes)},
    VV_END_OF_GIVEN};
#define COST(member) offsetof(Vagval__V1__RecordCost, member)
static const struct vv_given cost_fields[] = {
    {VV_GIVEN_TEXT, "reference", "the agreement's name", COST(reference)},
    {VV_GIVEN_AMOUNT, "amount", NULL, COST(amount)},
    {VV_GIVEN_DATE, "on", NULL, COST(on)},
    {VV_GIVEN_FLAG, "final", NULL, COST(final)},
    {VV_GIVEN_EVIDENCE, "evidence", NULL, COST(evidence)},
    {VV_GIVEN_FACT, "supersedes", NULL, COST(supersedes)},
    VV_END_OF_GIVEN};
#define UNIT(member) offsetof(Vagval__V1__RecordUnit, member)
static const struct vv_given unit_fields[] = {
    {VV_GIVEN_TEXT, "unit", "a unit that the scheme pays", UNIT(unit)},
    {VV_GIVEN_AMOUNT, "quantity", NULL, UNIT(quantity_hundredths)},
    {VV_GIVEN_DATE, "on", NULL, UNIT(on)},
    {VV_GIVEN_UNLESS_FLAG, "not-approved", NULL, UNIT(approved)},
    {VV_GIVEN_EVIDENCE, "evidence", NULL, UNIT(evidence)},
    {VV_GIVEN_TEXT_OR_EMPTY, "document-kind", NULL, UNIT(document_kind)},
    {VV_GIVEN_FACT, "supersedes", NULL, UNIT(supersedes)},
    VV_END_OF_GIVEN};

static const struct record {
    const char *command, *what;
    enum vv_service_id service;
    enum vv_message_type type;
    const ProtobufCMessageDescriptor *body;
    const struct vv_given *fields;
} records[] = {
    {"pay payroll", "payroll", VV_PAYMENT, VV_MSG_RECORD_PAYROLL,
     &vagval__v1__record_payroll__descriptor, payroll_fields},
    {"pay appropriation", "appropriation", VV_PAYMENT, VV_MSG_RECORD_APPROPRIATION,
     &vagval__v1__record_appropriation__descriptor, appropriation_fields},
    {"pay cost", "cost", VV_PAYMENT, VV_MSG_RECORD_COST, &vagval__v1__record_cost__descriptor,
     cost_fields},
    {"case unit", "unit", VV_REGISTRY, VV_MSG_RECORD_UNIT, &vagval__v1__record_unit__descriptor,
     unit_fields},
};

static int command_record(struct vv_cli *cli, const struct vv_args *args)
{
    const struct record *record = records;
    while (strcmp(record->command, args->command->name) != 0) {
        record++; /* each command with this function has its row */
    }
    union record_body body;
    protobuf_c_message_init(record->body, &body);
    struct vv_given_bytes bytes;
    const char *scheme = vv_finance_needed(cli, args, "scheme", "a scheme's id");
    if (scheme == NULL || !vv_finance_fill(cli, args, record->fields, &body.base, &bytes)) {
        return VV_EXIT_USAGE;
    }
    struct vv_id case_id;
    struct vv_client *client = open_case(cli, args, scheme, &case_id);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    char reference[64];
    struct vv_id id = vv_finance_message(args, record->what, reference);
    *(char **)member(&body, "source") = source;
    *(char **)member(&body, "source_ref") = reference;
    *(ProtobufCBinaryData *)member(&body, "case_id") =
        (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    struct vv_request request = on_case(record->type, id, case_id, scheme);
    request.service = record->service;
    int code = vv_finance_record(cli, client, request, &body.base, record->what);
    vv_client_close(&client);
    return code;
}

/* ---- the table ---- */

#define SCHEME_OPTION                                                                              \
    {                                                                                              \
        "scheme", "ID", VV_OPTION_TEXT, "scheme", 0, 0                                             \
    }
#define AREA_OPTION                                                                                \
    {                                                                                              \
        "area", "CODE", VV_OPTION_TEXT, "area of the scheme", 0, 0                                 \
    }
#define COMPONENT_OPTION                                                                           \
    {                                                                                              \
        "component", "CODE", VV_OPTION_TEXT, "component of the scheme", 0, 0                       \
    }
#define REFERENCE_OPTION                                                                           \
    {                                                                                              \
        "reference", "NAME", VV_OPTION_TEXT, "number of the decision, name of the agreement", 0, 0 \
    }
#define AMOUNT_OPTION                                                                              \
    {                                                                                              \
        "amount", "AMOUNT", VV_OPTION_TEXT, "two decimals at most", 0, 0                           \
    }
#define FROM_OPTION                                                                                \
    {                                                                                              \
        "from", "DATE", VV_OPTION_DATE, "first day", 0, 0                                          \
    }
#define THROUGH_OPTION                                                                             \
    {                                                                                              \
        "through", "DATE", VV_OPTION_DATE, "last day", 0, 0                                        \
    }
#define EVIDENCE_OPTION                                                                            \
    {                                                                                              \
        "evidence", "HASH", VV_OPTION_TEXT, "32 bytes of the document's hash", 0, 0                \
    }
#define SUPERSEDES_OPTION                                                                          \
    {                                                                                              \
        "supersedes", "FACT", VV_OPTION_TEXT, "the record that this one replaces", 0, 0            \
    }
#define REF_OPTION                                                                                 \
    {                                                                                              \
        "ref", "TEXT", VV_OPTION_TEXT, "own reference: the same again is the same message", 0, 0   \
    }

static const struct vv_option grant_options[] = {
    SCHEME_OPTION,
    AREA_OPTION,
    COMPONENT_OPTION,
    REFERENCE_OPTION,
    AMOUNT_OPTION,
    FROM_OPTION,
    THROUGH_OPTION,
    {"employer", "NUMBER", VV_OPTION_TEXT, "organisation number; left out for a person", 0, 0},
    REF_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option payroll_options[] = {
    SCHEME_OPTION,
    REFERENCE_OPTION,
    {"month", "DATE", VV_OPTION_DATE, "any day of the month", 0, 0},
    AMOUNT_OPTION,
    {"final", NULL, VV_OPTION_FLAG, "the last one: the rest of the grant is released", 0, 0},
    EVIDENCE_OPTION,
    SUPERSEDES_OPTION,
    REF_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option appropriation_options[] = {
    SCHEME_OPTION, AREA_OPTION,    COMPONENT_OPTION,  REFERENCE_OPTION, AMOUNT_OPTION,
    FROM_OPTION,   THROUGH_OPTION, SUPERSEDES_OPTION, REF_OPTION,       VV_END_OF_OPTIONS};
static const struct vv_option cost_options[] = {
    SCHEME_OPTION,
    REFERENCE_OPTION,
    AMOUNT_OPTION,
    {"on", "DATE", VV_OPTION_DATE, "day of the account", 0, 0},
    {"final", NULL, VV_OPTION_FLAG, "the last account: what was not spent is returned", 0, 0},
    EVIDENCE_OPTION,
    SUPERSEDES_OPTION,
    REF_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option unit_options[] = {
    SCHEME_OPTION,
    {"unit", "CODE", VV_OPTION_TEXT, "as a component per_unit names it", 0, 0},
    {"quantity", "N", VV_OPTION_TEXT, "two decimals at most", 0, 0},
    {"on", "DATE", VV_OPTION_DATE, "the day that it counts for", 0, 0},
    {"not-approved", NULL, VV_OPTION_FLAG, "recorded, and not to be paid", 0, 0},
    EVIDENCE_OPTION,
    {"document-kind", "CODE", VV_OPTION_TEXT, "what the document is", 0, 0},
    SUPERSEDES_OPTION,
    REF_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_grant[] = {
    {"pay grant", "CASE|-", "decide a grant within its quota, as finance",
     "Reserves the most that it can come to; more than is free of the quota of the area and year\n"
     "is refused. A job with the municipality itself is handed to the state office.",
     "vagval pay grant 002a6f... --scheme fi-kuntakokeilu --area stad --component wage-subsidy "
     "--reference L-17 --amount 8400.00 --from 2021-04-01 --through 2021-09-30 --as anna",
     grant_options, 1, 1, command_pay_grant},
    {"pay payroll", "CASE|-", "record what a month cost, which consumes a grant", NULL,
     "vagval pay payroll 002a6f... --scheme fi-kuntakokeilu --reference L-17 --month 2021-04-01 "
     "--amount 2650.00 --as anna",
     payroll_options, 1, 1, command_record},
    {"pay appropriation", "CASE|agreement:NAME", "record an appropriation that a share is paid of",
     "An agreement with a municipality is a case of its own, which agreement:NAME names. A "
     "revised\n"
     "appropriation names the one that it replaces.",
     "vagval pay appropriation agreement:nacka --scheme se-nacka-pilot --area nacka --component "
     "pilot-grant --reference 2021 --amount 48000000.00 --from 2021-01-01 --through 2021-12-31 "
     "--as anna",
     appropriation_options, 1, 1, command_record},
    {"pay cost", "CASE|agreement:NAME", "record what was spent of a share", NULL,
     "vagval pay cost agreement:nacka --scheme se-nacka-pilot --reference 2021 --amount "
     "41000000.00 --on 2022-01-31 --final --as anna",
     cost_options, 1, 1, command_record},
    {"case unit", "CASE|-", "record units that a provider delivered",
     "An approved unit needs the hash of its document. What it is worth stands in the scheme.",
     "vagval case unit 002a6f... --scheme se-nacka-vux --unit course-place --quantity 1 --on "
     "2021-08-23 --evidence $(b2sum -l 256 place.pdf | cut -c1-64)",
     unit_options, 1, 1, command_record},
    VV_END_OF_COMMANDS,
};
