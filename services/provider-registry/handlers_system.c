/*
 * handlers_system.c: the region's system-wide facts: published schemes (the book) and the virtual
 * clock. Both live under {sys}.
 */
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

extern const struct vv_handler vv_handle_publish_scheme;
extern const struct vv_handler vv_handle_set_clock;

static enum vv_status check_system(const struct vv_call *call)
{
    return vv_id_equal(call->subject, VV_ID_SYSTEM) ? VV_OK : VV_INVALID;
}

static enum vv_status plan_publish(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    (void)loaded;
    if (check_system(call) != VV_OK) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "system", VV_NIL);
    vv_plan_fact_home(plan, "system", VV_NIL);
    return VV_OK;
}

static enum vv_status refuse_file(struct vv_outcome *outcome, const char *field,
                                  const struct vv_error *error)
{
    if (error->line != 0) {
        return vv_refuse(outcome, VV_INVALID, field, "%s line %u, field %s: %s", error->where,
                         error->line, error->field, error->text);
    }
    return vv_refuse(outcome, VV_INVALID, field, "%s, field %s: %s", error->where, error->field,
                     error->text);
}

/* What the checks of the two files found out. */
struct publication {
    char scheme[VV_CODE_BYTES_MAX + 1];
    char version[VV_VERSION_TEXT_BYTES];
    char model_version[VV_VERSION_TEXT_BYTES];
};

static enum vv_status check_pair(struct vv_outcome *outcome, const struct vv_scheme *scheme,
                                 const struct vv_model *model, struct publication *ret_publication)
{
    struct publication publication = {.scheme = ""};
    size_t len = strlen(scheme->id);

    struct vv_error error = {.status = VV_OK};
    if (model != NULL && vv_model_check_scheme(model, scheme, &error) != VV_OK) {
        return refuse_file(outcome, "model_yaml", &error);
    }
    if (len >= sizeof publication.scheme) {
        return vv_refuse(outcome, VV_INVALID, "yaml", "the scheme's id is longer than %d bytes",
                         VV_CODE_BYTES_MAX);
    }
    memcpy(publication.scheme, scheme->id, len + 1);
    memcpy(publication.version, scheme->version, sizeof publication.version);
    if (model != NULL) {
        memcpy(publication.model_version, model->version, sizeof publication.model_version);
    }
    *ret_publication = publication;
    return VV_OK;
}

/* Parses and checks both files; a mistake is answered with file, line and field. */
static enum vv_status read_files(struct vv_outcome *outcome,
                                 const Vagval__V1__PublishScheme *command,
                                 struct publication *ret_publication)
{
    struct vv_error error = {.status = VV_OK};
    struct vv_scheme *scheme = NULL;
    struct vv_model *model = NULL;
    enum vv_status status = vv_check_text(outcome, "name", command->name, VV_NAME_BYTES_MAX, false);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "model_name", command->model_name, VV_NAME_BYTES_MAX, true);
    }
    if (status != VV_OK) {
        return status;
    }
    if (vv_scheme_parse(command->name, command->yaml.data, command->yaml.len, &scheme, &error) !=
        VV_OK) {
        return refuse_file(outcome, "yaml", &error);
    }
    if (scheme->levels_by_person) {
        status = command->model_yaml.len == 0
                     ? check_pair(outcome, scheme, NULL, ret_publication)
                     : vv_refuse(outcome, VV_INVALID, "model_yaml",
                                 "the scheme has no model: its levels are set by caseworkers");
    } else if (vv_model_parse(command->model_name, command->model_yaml.data,
                              command->model_yaml.len, &model, &error) != VV_OK) {
        status = refuse_file(outcome, "model_yaml", &error);
    } else {
        status = check_pair(outcome, scheme, model, ret_publication);
    }
    vv_model_destroy(&model);
    vv_scheme_destroy(&scheme);
    return status;
}

static void reply_published(struct vv_outcome *outcome, struct publication *publication,
                            uint32_t generation, bool already)
{
    Vagval__V1__SchemePublished reply;

    vagval__v1__scheme_published__init(&reply);
    reply.scheme = publication->scheme;
    reply.version = publication->version;
    reply.generation = generation;
    reply.already = already;
    vv_reply(outcome, &reply.base);
}

/* Position of the version in the book, counted from 1; 0 = not published. */
static uint32_t find_version(const Vagval__V1__RegistrySystem *system, const char *version)
{
    for (size_t i = 0; i < system->n_publications; i++) {
        if (strcmp(system->publications[i]->version, version) == 0) {
            return (uint32_t)i + 1;
        }
    }
    return 0;
}

static enum vv_status enter_publication(struct vv_work *work, Vagval__V1__RegistrySystem *system,
                                        struct publication *publication)
{
    const Vagval__V1__PublishScheme *command = (const Vagval__V1__PublishScheme *)work->call->body;
    Vagval__V1__Publication *entered = vv_work_alloc(work, sizeof *entered);
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(&command->base, work->call->arena, &len);

    if (entered == NULL || bytes == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__publication__init(entered);
    entered->scheme = publication->scheme;
    entered->version = publication->version;
    entered->model_version = publication->model_version;
    system->publications =
        vv_work_grown(work, system->publications, &system->n_publications, entered);
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    vv_append(work->outcome, "book", VV_NIL, bytes, len);
    vv_put(work->outcome, "system", VV_NIL, &system->base);
    /* The book keeps the files; the fact keeps that and when they were published. */
    vv_accept(work->outcome, work->call->now.today, "operator", VV_NIL, "", 0, false);
    return VV_OK;
}

static enum vv_status decide_publish(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    struct vv_work work = {.call = call, .outcome = outcome};
    struct publication *publication = vv_work_alloc(&work, sizeof *publication);
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "system", VV_NIL),
                                             &vagval__v1__registry_system__descriptor, &message);

    if (publication == NULL) {
        return VV_NO_MEMORY;
    }
    if (status == VV_OK) {
        status = read_files(outcome, (const Vagval__V1__PublishScheme *)call->body, publication);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__RegistrySystem *system = (Vagval__V1__RegistrySystem *)message;
    uint32_t generation = find_version(system, publication->version);
    if (generation != 0) {
        const Vagval__V1__Publication *known = system->publications[generation - 1];
        if (strcmp(known->model_version, publication->model_version) != 0) {
            return vv_refuse(outcome, VV_REFUSED, "model_yaml",
                             "this version of the scheme is published with another model; a new "
                             "model needs a new version of the scheme's file");
        }
        reply_published(outcome, publication, generation, true);
        return VV_OK;
    }
    if (system->n_publications >= VV_SCHEMES_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "yaml",
                         "the book holds %d versions, which is the most", VV_SCHEMES_MAX);
    }
    status = enter_publication(&work, system, publication);
    if (status == VV_OK) {
        reply_published(outcome, publication, (uint32_t)system->n_publications, false);
    }
    return status;
}

const struct vv_handler vv_handle_publish_scheme = {.plan = plan_publish, .decide = decide_publish};

static enum vv_status plan_clock(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    if (check_system(call) != VV_OK) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "clock", VV_NIL);
    return VV_OK;
}

static enum vv_status decide_clock(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__SetClock *command = (const Vagval__V1__SetClock *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "clock", VV_NIL);
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__clock_set__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    if (!call->now.is_virtual) {
        return vv_refuse(outcome, VV_REFUSED, "date", "this region runs on the real clock");
    }
    status = vv_check_day(outcome, "date", command->date);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__ClockSet *clock = (Vagval__V1__ClockSet *)message;
    if (record->exists && command->date < clock->date) {
        return vv_refuse(outcome, VV_REFUSED, "date", "the clock never goes back");
    }
    if (!record->exists || command->date != clock->date) {
        clock->date = command->date;
        vv_put(outcome, "clock", VV_NIL, &clock->base);
    }
    vv_reply(outcome, &clock->base);
    return VV_OK;
}

const struct vv_handler vv_handle_set_clock = {.plan = plan_clock, .decide = decide_clock};
