/*
 * client.c: opens the client side of the runtime and makes calls plain to use.
 */
#include "client.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "system.h"
#include "vagval/limits.h"
#include "vagval/store.h"

#define FIND_WAIT_MS 6000
#define FIND_ANY_WAIT_MS 2000
#define CALL_BUDGET_MS 15000
#define SCATTER_IN_FLIGHT 256
#define IDENTITY_BYTES_MAX 64

struct vv_client {
    struct vv_cli *cli;
    struct vv_loop *loop;
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
    uint16_t partitions;
    vv_date business_date;
};

static void on_reply(void *context, const uint8_t *frame, size_t len)
{
    struct vv_client *client = context;
    if (client->caller != NULL) {
        vv_caller_reply(client->caller, frame, len);
    }
}

static void on_request(void *context, const struct vv_peer *peer, enum vv_role role,
                       const uint8_t *frame, size_t len)
{
    (void)context;
    (void)peer;
    (void)role;
    (void)frame;
    (void)len;
}

static void on_publication(void *context, enum vv_service_id service, uint16_t partition,
                           const uint8_t *frame, size_t len)
{
    (void)context;
    (void)service;
    (void)partition;
    (void)frame;
    (void)len;
}

static void on_change(void *context)
{
    (void)context;
}

static enum vv_status open_parts(struct vv_client *client, struct vv_error *error)
{
    const char *dir = client->cli->dir;
    const char *as = client->cli->as;
    char address[256];
    char password[700];
    char key[700];
    char peers[700];
    enum vv_status status = vv_system_redis(client->cli, address, sizeof(address), error);
    if (status == VV_OK) {
        status = vv_path(password, sizeof(password), error, "%s/keys/%s/redis.password", dir, as);
    }
    if (status == VV_OK) {
        status = vv_path(key, sizeof(key), error, "%s/keys/%s/%s.key", dir, as, as);
    }
    if (status == VV_OK) {
        status = vv_path(peers, sizeof(peers), error, "%s/keys/peers.allow", dir);
    }
    if (status == VV_OK && !vv_file_exists(key)) {
        return vv_fail(error, VV_NOT_FOUND, dir, NULL, 0,
                       "holds no system, or no such person: %s is missing; `vagval keys add` makes "
                       "keys",
                       key);
    }
    if (status == VV_OK) {
        status = vv_loop_create(&client->loop);
    }
    struct vv_store_options store = {
        .address = address, .user = "operator", .password_file = password};
    if (status == VV_OK) {
        status = vv_store_open(client->loop, &store, NULL, NULL, NULL, &client->store, error);
    }
    struct vv_bus_options bus = {.key_file = key, .peers_file = peers, .publish_off = true};
    struct vv_bus_callbacks callbacks = {on_request, on_reply, on_publication};
    if (status == VV_OK) {
        status = vv_bus_open(client->loop, &bus, &callbacks, client, &client->bus, error);
    }
    /* Connected first, the members' first reading need not wait for their second heartbeat. */
    int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * FIND_WAIT_MS;
    while (status == VV_OK && !vv_store_ready(client->store) && vv_clock_monotonic_us() < until) {
        vv_client_turn(client, 20);
    }
    if (status == VV_OK && !vv_store_ready(client->store)) {
        return vv_fail(error, VV_IO, address, NULL, 0, "Redis does not answer");
    }
    if (status == VV_OK) {
        status = vv_members_open(client->loop, client->store, VV_SERVICE_COUNT, NULL, on_change,
                                 client, &client->members);
    }
    char sender[64];
    (void)snprintf(sender, sizeof(sender), "vagval-%d", (int)getpid());
    if (status == VV_OK) {
        status =
            vv_caller_open(client->loop, client->bus, client->members, sender, &client->caller);
    }
    if (status != VV_OK && error->text[0] == '\0') {
        return vv_fail(error, status, dir, NULL, 0, "the client could not be opened");
    }
    return status;
}

/* Until each needed service has a live member; NULL then, else the name of one that has none. */
static const char *find_members(struct vv_client *client, unsigned needed)
{
    unsigned wait_ms = needed == 0 ? FIND_ANY_WAIT_MS : FIND_WAIT_MS;
    int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * wait_ms;
    for (;;) {
        const char *absent = vv_members_known(client->members) ? NULL : "any service";
        for (unsigned s = 0; s < VV_SERVICE_COUNT && absent == NULL; s++) {
            if ((needed == 0 || (needed >> s & 1) != 0) &&
                vv_members_count(client->members, (enum vv_service_id)s) == 0) {
                absent = vv_service_name((enum vv_service_id)s);
            }
        }
        if (absent == NULL || vv_clock_monotonic_us() > until) {
            return needed == 0 ? NULL : absent;
        }
        vv_client_turn(client, 20);
    }
}

static bool learn_region(struct vv_client *client, bool needed)
{
    if (!needed && vv_members_count(client->members, VV_REGISTRY) == 0) {
        return true;
    }
    Vagval__V1__Info body = VAGVAL__V1__INFO__INIT;
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .type = VV_MSG_INFO,
                                 .budget_ms = needed ? CALL_BUDGET_MS : FIND_ANY_WAIT_MS};
    struct vv_client_answer answer;
    vv_client_call(client, request, &body.base, &answer);
    if (answer.status == VV_OK) {
        const Vagval__V1__InfoReply *info = (const Vagval__V1__InfoReply *)answer.body;
        client->partitions = (uint16_t)info->partitions;
        client->business_date = info->business_date;
    }
    bool good = !needed || (answer.status == VV_OK && client->partitions > 0);
    if (!good) {
        (void)vv_cli_wrong(client->cli, "`vagval status` shows the instances; see their logs",
                           "provider-registry does not tell about the region: %s %s",
                           vv_status_name(answer.status), answer.text);
    }
    vv_client_answer_free(&answer);
    return good;
}

struct vv_client *vv_client_open(struct vv_cli *cli)
{
    return vv_client_open_for(cli, (1u << VV_SERVICE_COUNT) - 1);
}

struct vv_client *vv_client_open_for(struct vv_cli *cli, unsigned needed)
{
    struct vv_error error = {0};
    struct vv_client *client = calloc(1, sizeof(*client));
    if (client == NULL || sodium_init() < 0) {
        free(client);
        (void)vv_cli_wrong(cli, NULL, "no memory");
        return NULL;
    }
    client->cli = cli;
    if (open_parts(client, &error) != VV_OK) {
        (void)vv_cli_fail(cli, &error, "start a system with `vagval up`, or name one with --dir");
        vv_client_close(&client);
        return NULL;
    }
    const char *absent = find_members(client, needed);
    if (absent != NULL) {
        (void)vv_cli_wrong(cli, "start what is missing with `vagval up`; `vagval status` shows it",
                           "%s does not answer in %s", absent, cli->dir);
        vv_client_close(&client);
    } else if (!learn_region(client, needed != 0)) {
        vv_client_close(&client);
    }
    return client;
}

void vv_client_close(struct vv_client **client)
{
    if (*client == NULL) {
        return;
    }
    struct vv_client *own = *client;
    vv_caller_close(&own->caller);
    vv_members_close(&own->members);
    vv_bus_close(&own->bus);
    vv_store_close(&own->store);
    vv_loop_destroy(&own->loop);
    free(own);
    *client = NULL;
}

struct vv_members *vv_client_members(struct vv_client *client)
{
    return client->members;
}

struct vv_store *vv_client_store(struct vv_client *client)
{
    return client->store;
}

uint16_t vv_client_partitions(const struct vv_client *client)
{
    return client->partitions;
}

vv_date vv_client_business_date(const struct vv_client *client)
{
    return client->business_date;
}

void vv_client_turn(struct vv_client *client, int timeout_ms)
{
    if (vv_loop_turn(client->loop, timeout_ms) != VV_OK) {
        /* Interrupted or out of memory: the next turn tries again; callers have time bounds. */
        return;
    }
}

size_t vv_client_pending(const struct vv_client *client)
{
    return vv_caller_pending(client->caller);
}

struct vv_id vv_client_random_id(void)
{
    uint8_t entropy[16];
    randombytes_buf(entropy, sizeof(entropy));
    return vv_id_time(vv_clock_wall_ms(), entropy);
}

enum vv_status vv_client_send(struct vv_client *client, struct vv_request request,
                              const ProtobufCMessage *body, vv_called *done, void *context)
{
    size_t len = body == NULL ? 0 : protobuf_c_message_get_packed_size(body);
    uint8_t *bytes = malloc(len == 0 ? 1 : len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    if (body != NULL) {
        (void)protobuf_c_message_pack(body, bytes);
    }
    request.body = bytes;
    request.body_len = len;
    request.id = vv_id_is_nil(request.id) ? vv_client_random_id() : request.id;
    request.budget_ms = request.budget_ms == 0 ? CALL_BUDGET_MS : request.budget_ms;
    enum vv_status status = vv_caller_send(client->caller, &request, done, context);
    free(bytes);
    return status;
}

/* Copies what a frame says. */
static void take_answer(enum vv_status status, const struct vv_frame *frame,
                        struct vv_client_answer *ret_answer)
{
    memset(ret_answer, 0, sizeof(*ret_answer));
    ret_answer->status = status;
    if (frame == NULL) {
        (void)snprintf(ret_answer->text, sizeof(ret_answer->text),
                       "no answer within the time; it is not known whether it was done");
        return;
    }
    const Vagval__V1__Envelope *envelope = frame->envelope;
    (void)snprintf(ret_answer->text, sizeof(ret_answer->text), "%s", envelope->error);
    (void)snprintf(ret_answer->field, sizeof(ret_answer->field), "%s", envelope->field);
    if (status == VV_OK && frame->body != NULL) {
        ret_answer->body = protobuf_c_message_unpack(frame->body->descriptor, NULL,
                                                     envelope->body.len, envelope->body.data);
        ret_answer->status = ret_answer->body == NULL ? VV_NO_MEMORY : VV_OK;
    }
}

void vv_client_answer_free(struct vv_client_answer *answer)
{
    if (answer->body != NULL) {
        protobuf_c_message_free_unpacked(answer->body, NULL);
        answer->body = NULL;
    }
}

struct waiting {
    struct vv_client_answer answer;
    bool done;
};

static void on_called(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct waiting *waiting = context;
    take_answer(status, frame, &waiting->answer);
    waiting->done = true;
}

struct vv_request vv_client_about(enum vv_service_id service, enum vv_message_type type,
                                  struct vv_id subject, const char *scheme)
{
    return (struct vv_request){.service = service,
                               .partition = vv_id_partition(subject),
                               .type = type,
                               .subject = subject,
                               .scheme = scheme};
}

void vv_client_call(struct vv_client *client, struct vv_request request,
                    const ProtobufCMessage *body, struct vv_client_answer *ret_answer)
{
    struct waiting waiting = {.done = false};
    memset(ret_answer, 0, sizeof(*ret_answer));
    enum vv_status status = vv_client_send(client, request, body, on_called, &waiting);
    if (status != VV_OK) {
        ret_answer->status = status;
        return;
    }
    while (!waiting.done) {
        vv_client_turn(client, 1000);
    }
    *ret_answer = waiting.answer;
}

struct scattered {
    const struct vv_scatter *scatter;
    uint16_t partition;
    size_t *left;
};

static void on_scattered(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct scattered *one = context;
    const char *error = frame == NULL ? "no answer in time" : frame->envelope->error;
    one->scatter->take(one->scatter->context, one->partition, status,
                       status == VV_OK && frame != NULL ? frame->body : NULL, error);
    (*one->left)--;
}

void vv_client_scatter(struct vv_client *client, const struct vv_scatter *scatter)
{
    struct scattered *all = calloc(client->partitions, sizeof(*all));
    size_t left = 0;
    if (all == NULL) {
        for (uint16_t p = 0; p < client->partitions; p++) {
            scatter->take(scatter->context, p, VV_NO_MEMORY, NULL, "no memory");
        }
        return;
    }
    for (uint16_t p = 0; p < client->partitions; p++) {
        while (left >= SCATTER_IN_FLIGHT) {
            vv_client_turn(client, 1000);
        }
        all[p] = (struct scattered){scatter, p, &left};
        struct vv_request request = {
            .service = scatter->service, .partition = p, .type = scatter->type};
        enum vv_status status = vv_client_send(client, request, scatter->ask(scatter->context, p),
                                               on_scattered, &all[p]);
        if (status != VV_OK) {
            scatter->take(scatter->context, p, status, NULL, "could not be sent");
            continue;
        }
        left++;
    }
    while (left > 0) {
        vv_client_turn(client, 1000);
    }
    free(all);
}

/* One line of standard input: what stands there shows in no list of processes. */
static bool read_identity(char ret_line[static IDENTITY_BYTES_MAX])
{
    if (fgets(ret_line, IDENTITY_BYTES_MAX, stdin) == NULL) {
        return false;
    }
    ret_line[strcspn(ret_line, "\r\n \t")] = '\0';
    return ret_line[0] != '\0';
}

bool vv_client_case(struct vv_client *client, const char *text, const char *scheme,
                    struct vv_id *ret_case)
{
    if (vv_id_parse(text, ret_case) == VV_OK) {
        return true;
    }
    if (strncmp(text, VV_AGREEMENT, strlen(VV_AGREEMENT)) == 0) {
        *ret_case = vv_id_area(scheme, text, vv_client_partitions(client));
        return true;
    }
    char line[IDENTITY_BYTES_MAX];
    if (strcmp(text, "-") == 0) {
        if (!read_identity(line)) {
            (void)vv_cli_wrong(client->cli, "write one identity number and a newline",
                               "standard input holds no identity number");
            return false;
        }
        text = line;
    }
    char *identities[1] = {(char *)(uintptr_t)text};
    Vagval__V1__CaseFind find = VAGVAL__V1__CASE_FIND__INIT;
    find.scheme = (char *)(uintptr_t)scheme;
    find.n_identities = 1;
    find.identities = identities;
    struct vv_request request = {.service = VV_INTAKE,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .type = VV_MSG_CASE_FIND,
                                 .scheme = scheme};
    struct vv_client_answer answer;
    vv_client_call(client, request, &find.base, &answer);
    const Vagval__V1__CasesFound *found = (const Vagval__V1__CasesFound *)answer.body;
    bool good =
        answer.status == VV_OK && found->n_case_ids == 1 &&
        vv_id_from_bytes(found->case_ids[0].data, found->case_ids[0].len, ret_case) == VV_OK;
    if (!good) {
        /* The identity itself is not repeated: errors end up in logs. */
        (void)vv_cli_wrong(client->cli,
                           "give a case id (32 hexadecimal digits), or - and a registered "
                           "person's identity number on standard input; `vagval case list` lists "
                           "cases",
                           "this is no case id, and no case of %s is known by it as an identity "
                           "number%s%s",
                           scheme, answer.text[0] == '\0' ? "" : ": ", answer.text);
    }
    vv_client_answer_free(&answer);
    return good;
}
