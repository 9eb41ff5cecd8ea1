/*
 * requests.c: one function for each kind of row.
 */
#include "requests.h"

#include <sodium.h>
#include <string.h>

#include "vagval/idno.h"
#include "vagval/limits.h"

struct builder {
    const struct vv_row *row;
    const struct vv_row_context *context;
    struct vv_arena *arena;
    struct vv_request request;
    ProtobufCMessage *body;
    struct vv_error *error;
    bool exhausted;
};

/* A text of the row, or the shared empty string: protobuf-c never writes through it. */
static char *text_of(struct builder *b, const char *column)
{
    const char *value = vv_row_text(b->row, column);
    if (value == NULL) {
        return (char *)(uintptr_t)protobuf_c_empty_string;
    }
    char *copy = vv_arena_text(b->arena, value);
    b->exhausted = b->exhausted || copy == NULL;
    return copy;
}

static char *copy_of(struct builder *b, const char *text)
{
    char *copy = vv_arena_text(b->arena, text);
    b->exhausted = b->exhausted || copy == NULL;
    return copy;
}

static ProtobufCBinaryData bytes_of(struct builder *b, const void *bytes, size_t len)
{
    void *copy = vv_arena_copy(b->arena, bytes, len);
    b->exhausted = b->exhausted || copy == NULL;
    return (ProtobufCBinaryData){copy == NULL ? 0 : len, copy};
}

static ProtobufCBinaryData id_of(struct builder *b, struct vv_id id)
{
    return vv_id_is_nil(id) ? (ProtobufCBinaryData){0, NULL}
                            : bytes_of(b, id.bytes, sizeof(id.bytes));
}

static void *message(struct builder *b, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *made = vv_arena_alloc(b->arena, descriptor->sizeof_message);
    if (made == NULL) {
        b->exhausted = true;
        return NULL;
    }
    protobuf_c_message_init(descriptor, made);
    b->body = made;
    return made;
}

static enum vv_status wrong(struct builder *b, const char *column, const char *reason)
{
    return vv_fail(b->error, VV_INVALID, vv_record_shapes[b->row->kind].name, column, b->row->line,
                   "%s", reason);
}

static void aim(struct builder *b, enum vv_service_id service, enum vv_message_type type,
                struct vv_id subject)
{
    b->request.service = service;
    b->request.type = type;
    b->request.subject = subject;
    /* Intake alone knows a person's partition: any instance will take a registration. */
    b->request.partition = vv_id_is_nil(subject) ? VV_PARTITION_SYSTEM : vv_id_partition(subject);
}

static enum vv_status normal_organisation(struct builder *b, struct vv_idno *ret_number)
{
    struct vv_error error;
    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, vv_row_text(b->row, "organisation_number"), 0,
                      ret_number, &error) != VV_OK) {
        return wrong(b, "organisation_number", error.text);
    }
    return VV_OK;
}

static enum vv_status build_provider(struct builder *b)
{
    struct vv_idno number;
    enum vv_status status = normal_organisation(b, &number);
    Vagval__V1__RegisterProvider *m = message(b, &vagval__v1__register_provider__descriptor);
    if (status != VV_OK || m == NULL) {
        return status;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->organisation_number = copy_of(b, number.text);
    m->name = text_of(b, "name");
    aim(b, VV_REGISTRY, VV_MSG_REGISTER_PROVIDER,
        vv_id_provider(number.text, b->context->partitions));
    return VV_OK;
}

/* "sv fi" or "sv;fi" */
static void fill_languages(struct builder *b, Vagval__V1__AuthoriseContract *m)
{
    const char *at = vv_row_text(b->row, "languages");
    m->languages = vv_arena_alloc(b->arena, VV_FEATURES_MAX * sizeof(char *));
    b->exhausted = b->exhausted || m->languages == NULL;
    while (at != NULL && m->languages != NULL && m->n_languages < VV_FEATURES_MAX) {
        at += strspn(at, " ;");
        size_t len = strcspn(at, " ;");
        if (len == 0) {
            break;
        }
        char *language = vv_arena_alloc(b->arena, len + 1);
        if (language == NULL) {
            b->exhausted = true;
            break;
        }
        memcpy(language, at, len);
        m->languages[m->n_languages++] = language;
        at += len;
    }
}

/* "63.82 20.26; 63.90 20.31" */
static enum vv_status fill_addresses(struct builder *b, Vagval__V1__AuthoriseContract *m)
{
    const char *at = vv_row_text(b->row, "further_addresses");
    m->further_addresses =
        vv_arena_alloc(b->arena, VV_FURTHER_ADDRESSES_MAX * sizeof(m->further_addresses[0]));
    b->exhausted = b->exhausted || m->further_addresses == NULL;
    while (at != NULL && at[strspn(at, " ")] != '\0' && !b->exhausted) {
        double degrees[2] = {0, 0};
        for (size_t i = 0; i < 2; i++) {
            char *end = NULL;
            degrees[i] = strtod(at, &end);
            at += strspn(at, " ");
            if (end == at || strspn(at, "+-.0123456789") < (size_t)(end - at)) {
                return wrong(b, "further_addresses",
                             "is not latitude and longitude in degrees, each pair parted from the "
                             "next by a semicolon");
            }
            at = end + strspn(end, " ");
        }
        if (*at != '\0' && *at != ';') {
            return wrong(b, "further_addresses", "has more than two numbers before a semicolon");
        }
        at += *at == ';';
        Vagval__V1__Address *address = vv_arena_alloc(b->arena, sizeof(*address));
        if (address == NULL) {
            b->exhausted = true;
            return VV_OK;
        }
        if (m->n_further_addresses == VV_FURTHER_ADDRESSES_MAX) {
            return wrong(b, "further_addresses", "are more than a contract may have");
        }
        vagval__v1__address__init(address);
        address->latitude = degrees[0];
        address->longitude = degrees[1];
        m->further_addresses[m->n_further_addresses++] = address;
    }
    return VV_OK;
}

static enum vv_status build_contract(struct builder *b)
{
    struct vv_idno number;
    enum vv_status status = normal_organisation(b, &number);
    Vagval__V1__AuthoriseContract *m = message(b, &vagval__v1__authorise_contract__descriptor);
    if (status != VV_OK || m == NULL) {
        return status;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->number = text_of(b, "number");
    m->provider = id_of(b, vv_id_provider(number.text, b->context->partitions));
    m->area = text_of(b, "area");
    m->capacity = (uint32_t)vv_row_number(b->row, "capacity", 0);
    m->latitude = vv_row_decimal(b->row, "latitude", 0);
    m->longitude = vv_row_decimal(b->row, "longitude", 0);
    fill_languages(b, m);
    status = fill_addresses(b, m);
    if (status != VV_OK) {
        return status;
    }
    m->from = vv_row_date(b->row, "from", 0);
    m->to = vv_row_date(b->row, "to", 0);
    m->organisation_number = copy_of(b, number.text);
    m->provider_name = text_of(b, "provider_name");
    m->supervisors_hundredths = (uint32_t)(vv_row_decimal(b->row, "supervisors", 0) * 100 + 0.5);
    if (!b->exhausted) {
        aim(b, VV_REGISTRY, VV_MSG_AUTHORISE_CONTRACT,
            vv_id_contract(b->request.scheme, m->area, m->number, b->context->partitions));
    }
    return VV_OK;
}

static void fill_features(struct builder *b, Vagval__V1__RegisterSeeker *m)
{
    const char *prefix = vv_record_shapes[VV_RECORD_SEEKER].prefix;
    m->features = vv_arena_alloc(b->arena, VV_FEATURES_MAX * sizeof(m->features[0]));
    b->exhausted = b->exhausted || m->features == NULL;
    for (size_t i = 0; i < b->row->field_count && !b->exhausted; i++) {
        const struct vv_row_field *field = &b->row->fields[i];
        if (strncmp(field->name, prefix, strlen(prefix)) != 0 || m->n_features == VV_FEATURES_MAX) {
            continue;
        }
        Vagval__V1__Feature *feature = vv_arena_alloc(b->arena, sizeof(*feature));
        if (feature == NULL) {
            b->exhausted = true;
            return;
        }
        vagval__v1__feature__init(feature);
        feature->name = copy_of(b, field->name + strlen(prefix));
        feature->value = copy_of(b, field->value);
        m->features[m->n_features++] = feature;
    }
}

static enum vv_status build_seeker(struct builder *b)
{
    Vagval__V1__RegisterSeeker *m = message(b, &vagval__v1__register_seeker__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    const char *kind = vv_row_text(b->row, "identity_kind");
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->identity_kind = copy_of(b, kind == NULL ? "personnummer" : kind);
    m->identity = text_of(b, "identity");
    m->name = text_of(b, "name");
    m->municipality = text_of(b, "municipality");
    m->latitude = vv_row_decimal(b->row, "latitude", 0);
    m->longitude = vv_row_decimal(b->row, "longitude", 0);
    m->status = text_of(b, "status");
    m->registered_on = vv_row_date(b->row, "registered_on", 0);
    m->benefit = text_of(b, "benefit");
    m->mother_tongue = text_of(b, "mother_tongue");
    m->protected_identity = vv_row_bool(b->row, "protected_identity", false);
    fill_features(b, m);
    aim(b, VV_INTAKE, VV_MSG_REGISTER_SEEKER, (struct vv_id){{0}});
    return VV_OK;
}

static enum vv_status build_level(struct builder *b)
{
    Vagval__V1__DecideLevel *m = message(b, &vagval__v1__decide_level__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->case_id = id_of(b, b->context->case_id);
    m->level = text_of(b, "level");
    m->reason = text_of(b, "reason");
    m->decided_on = vv_row_date(b->row, "decided_on", 0);
    m->corrects = vv_row_bool(b->row, "corrects", false);
    aim(b, VV_ASSESSMENT, VV_MSG_DECIDE_LEVEL, b->context->case_id);
    return VV_OK;
}

static enum vv_status build_choice(struct builder *b)
{
    Vagval__V1__ChooseContract *m = message(b, &vagval__v1__choose_contract__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->case_id = id_of(b, b->context->case_id);
    m->contract = id_of(b, b->context->contract);
    m->chosen_on = vv_row_date(b->row, "chosen_on", 0);
    aim(b, VV_REGISTRY, VV_MSG_CHOOSE_CONTRACT, b->context->case_id);
    return VV_OK;
}

static enum vv_status build_report(struct builder *b)
{
    Vagval__V1__FileReport *m = message(b, &vagval__v1__file_report__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    vv_date month = vv_row_date(b->row, "month", 0);
    const char *before = vv_row_text(b->row, "supersedes_ref");
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->case_id = id_of(b, b->context->case_id);
    m->month = month;
    m->approved = vv_row_bool(b->row, "approved", false);
    m->hours_per_week = (uint32_t)vv_row_number(b->row, "hours_per_week", 0);
    m->physical_percent = (uint32_t)vv_row_number(b->row, "physical_percent", 0);
    /* Never "today": a second load of the same file must give the same bytes. */
    m->reported_on = vv_row_date(b->row, "reported", vv_date_month_end(month) + 1);
    if (before != NULL) {
        m->supersedes = id_of(b, vv_id_fact(b->context->source, "report", before));
    }
    aim(b, VV_REGISTRY, VV_MSG_FILE_REPORT, b->context->case_id);
    return VV_OK;
}

static enum vv_status build_outcome(struct builder *b)
{
    Vagval__V1__RecordOutcome *m = message(b, &vagval__v1__record_outcome__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->case_id = id_of(b, b->context->case_id);
    m->kind = text_of(b, "event");
    m->what = text_of(b, "what");
    m->outcome_ref = text_of(b, "outcome_ref");
    m->outcome_source = text_of(b, "outcome_source");
    m->on = vv_row_date(b->row, "on", 0);
    m->extent_percent = (uint32_t)vv_row_number(b->row, "extent_percent", 0);
    m->subsidised = vv_row_bool(b->row, "subsidised", false);
    m->employer = text_of(b, "employer");
    m->reported_on = vv_row_date(b->row, "reported", m->on);
    m->document_kind = text_of(b, "document_kind");
    const char *evidence = vv_row_text(b->row, "evidence");
    unsigned char hash[32];
    size_t len = 0;
    if (evidence != NULL) {
        if (sodium_hex2bin(hash, sizeof(hash), evidence, strlen(evidence), NULL, &len, NULL) != 0 ||
            len != sizeof(hash)) {
            return wrong(b, "evidence", "is not a hash of 64 hexadecimal digits");
        }
        m->evidence = bytes_of(b, hash, sizeof(hash));
    }
    const char *before = vv_row_text(b->row, "supersedes_ref");
    if (before != NULL) {
        m->supersedes = id_of(b, vv_id_fact(b->context->source, "outcome", before));
    }
    aim(b, VV_REGISTRY, VV_MSG_RECORD_OUTCOME, b->context->case_id);
    return VV_OK;
}

static enum vv_status build_end(struct builder *b)
{
    Vagval__V1__EndPlacement *m = message(b, &vagval__v1__end_placement__descriptor);
    if (m == NULL) {
        return VV_NO_MEMORY;
    }
    m->source = copy_of(b, b->context->source);
    m->source_ref = text_of(b, "source_ref");
    m->case_id = id_of(b, b->context->case_id);
    m->last_day = vv_row_date(b->row, "last_day", 0);
    m->reason = text_of(b, "reason");
    aim(b, VV_REGISTRY, VV_MSG_END_PLACEMENT, b->context->case_id);
    return VV_OK;
}

const char *vv_row_scheme(const struct vv_row *row, const char *otherwise)
{
    const char *scheme = vv_row_text(row, "scheme");
    return scheme == NULL ? otherwise : scheme;
}

bool vv_row_has_person(enum vv_record_kind kind)
{
    return kind == VV_RECORD_LEVEL || kind == VV_RECORD_CHOICE || kind == VV_RECORD_REPORT ||
           kind == VV_RECORD_OUTCOME || kind == VV_RECORD_END;
}

enum vv_status vv_row_request(const struct vv_row *row, const struct vv_row_context *context,
                              struct vv_arena *arena, struct vv_request *ret_request,
                              ProtobufCMessage **ret_body, struct vv_error *ret_error)
{
    static enum vv_status (*const builders[VV_RECORD_KINDS])(struct builder *) = {
        [VV_RECORD_PROVIDER] = build_provider, [VV_RECORD_CONTRACT] = build_contract,
        [VV_RECORD_LEVEL] = build_level,       [VV_RECORD_SEEKER] = build_seeker,
        [VV_RECORD_CHOICE] = build_choice,     [VV_RECORD_REPORT] = build_report,
        [VV_RECORD_OUTCOME] = build_outcome,   [VV_RECORD_END] = build_end,
    };
    struct builder b = {.row = row, .context = context, .arena = arena, .error = ret_error};
    b.request.id = vv_id_fact(context->source, vv_record_shapes[row->kind].name,
                              vv_row_text(row, "source_ref"));
    b.request.scheme = copy_of(&b, vv_row_scheme(row, context->scheme));
    enum vv_status status = b.exhausted ? VV_NO_MEMORY : builders[row->kind](&b);
    if (status == VV_OK && b.exhausted) {
        status = vv_fail(ret_error, VV_NO_MEMORY, vv_record_shapes[row->kind].name, NULL, row->line,
                         "is too large to send");
    }
    if (status == VV_OK) {
        *ret_request = b.request;
        *ret_body = b.body;
    }
    return status;
}
