/*
 * members.c: heartbeats, who is alive, who owns which partition.
 *
 * Every VV_HEARTBEAT_MS the own heartbeat is written and the hashes of all services are read. An
 * instance lives while its value keeps changing, seen with our own monotonic clock: no clocks are
 * compared between machines. While Redis does not answer, nobody can beat and nobody is declared
 * dead: the time without an observation does not count towards a lease.
 */
#include "vagval/members.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

#define FORGET_MS 60000 /* a dead field is removed from the hash by its own service after this */
#define FIELDS_MAX (2 * VV_MEMBERS_MAX) /* living and recently dead, followed per service */
#define VALUE_BYTES 256
#define NOBODY 0xFF

_Static_assert(VV_MEMBERS_MAX < NOBODY, "an owner fits a byte");

/* One field of a heartbeat hash. */
struct sighting {
    struct vv_member member;
    char value[VALUE_BYTES];
    int64_t changed_ms;
    bool live, seen; /* seen: in the reading that is being taken in */
};

/* What is known of one service. */
struct roster {
    struct vv_members *members;
    enum vv_service_id service;
    char key[64];
    bool reading, known;
    int64_t read_ms; /* last answer, VV_LOOP's monotonic clock */
    struct sighting sightings[FIELDS_MAX];
    size_t sighting_count;
    struct vv_member live[VV_MEMBERS_MAX]; /* sorted by name */
    size_t live_count;
    /* The partitions', then the system partition's; index into live or NOBODY. */
    uint8_t owner[VV_PARTITIONS_MAX + 1];
};

struct vv_members {
    struct vv_loop *loop;
    struct vv_store *store;
    enum vv_service_id self_service;
    struct vv_member self;
    bool has_self, left;
    uint64_t counter;
    uint64_t generation;
    void (*changed)(void *context);
    void *context;
    struct roster rosters[VV_SERVICE_COUNT];
};

/* ---- rendezvous ---- */

size_t vv_rendezvous(const char *const *names, size_t count, uint16_t partition)
{
    /* Fixed, because all observers must come to the same winner. */
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "vagval.members.";
    size_t winner = 0;
    uint64_t best = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned char input[66], hash[crypto_shorthash_BYTES];
        uint64_t weight = 0;
        size_t len = strnlen(names[i], sizeof(input) - 2);
        input[0] = (unsigned char)(partition >> 8);
        input[1] = (unsigned char)(partition & 0xFF);
        memcpy(input + 2, names[i], len);
        (void)crypto_shorthash(hash, input, 2 + len, key);
        for (unsigned k = 0; k < sizeof(hash); k++) {
            weight = weight << 8 | hash[k];
        }
        /* Equal weights: the name decides, so that the order of names does not. */
        if (i == 0 || weight > best || (weight == best && strcmp(names[i], names[winner]) < 0)) {
            winner = i;
            best = weight;
        }
    }
    return winner;
}

static void make_owner_table(struct roster *roster)
{
    const char *names[VV_MEMBERS_MAX];
    for (size_t i = 0; i < roster->live_count; i++) {
        names[i] = roster->live[i].name;
    }
    for (unsigned p = 0; p <= VV_PARTITIONS_MAX; p++) {
        uint16_t partition = p == VV_PARTITIONS_MAX ? VV_PARTITION_SYSTEM : (uint16_t)p;
        roster->owner[p] = roster->live_count == 0
                               ? NOBODY
                               : (uint8_t)vv_rendezvous(names, roster->live_count, partition);
    }
}

/* ---- reading ---- */

static bool take_word(const uint8_t **at, const uint8_t *end, char *ret_word, size_t cap)
{
    size_t len = 0;
    while (*at < end && **at != ' ') {
        if (len + 1 >= cap || **at < ' ' || **at > '~') {
            return false;
        }
        ret_word[len++] = (char)*(*at)++;
    }
    ret_word[len] = '\0';
    if (*at < end) {
        (*at)++;
    }
    return len > 0;
}

/* "<counter> <router endpoint> <publish endpoint>"; "-" stands for none. */
static bool parse_field(const struct vv_field *field, struct vv_member *ret_member)
{
    char counter[24];
    const uint8_t *name = field->name, *value = field->value;
    const uint8_t *name_end = name + field->name_len, *value_end = value + field->value_len;
    struct vv_member member = {{0}, {0}, {0}};

    if (field->value_len >= VALUE_BYTES ||
        !take_word(&name, name_end, member.name, sizeof(member.name)) || name != name_end ||
        !take_word(&value, value_end, counter, sizeof(counter)) ||
        !take_word(&value, value_end, member.router, sizeof(member.router)) ||
        !take_word(&value, value_end, member.publish, sizeof(member.publish)) ||
        value != value_end) {
        return false;
    }
    if (strcmp(member.router, "-") == 0) {
        member.router[0] = '\0';
    }
    if (strcmp(member.publish, "-") == 0) {
        member.publish[0] = '\0';
    }
    *ret_member = member;
    return true;
}

static struct sighting *sighting_of(struct roster *roster, const char *name)
{
    for (size_t i = 0; i < roster->sighting_count; i++) {
        if (strcmp(roster->sightings[i].member.name, name) == 0) {
            return &roster->sightings[i];
        }
    }
    if (roster->sighting_count == FIELDS_MAX) {
        return NULL;
    }
    struct sighting *sighting = &roster->sightings[roster->sighting_count++];
    *sighting = (struct sighting){.live = false};
    return sighting;
}

static void take_field(struct roster *roster, const struct vv_field *field, int64_t now_ms)
{
    struct vv_member member;
    if (!parse_field(field, &member)) {
        return;
    }
    struct sighting *sighting = sighting_of(roster, member.name);
    if (sighting == NULL) {
        return;
    }
    if (strlen(sighting->value) != field->value_len ||
        memcmp(sighting->value, field->value, field->value_len) != 0) {
        memcpy(sighting->value, field->value, field->value_len);
        sighting->value[field->value_len] = '\0';
        sighting->changed_ms = now_ms;
    }
    sighting->member = member;
    sighting->seen = true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct vv_member *)a)->name, ((const struct vv_member *)b)->name);
}

/* Collects the living; true when the set or an endpoint differs from before. */
static bool remake_live(struct roster *roster)
{
    struct vv_member live[VV_MEMBERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < roster->sighting_count && count < VV_MEMBERS_MAX; i++) {
        if (roster->sightings[i].live) {
            live[count++] = roster->sightings[i].member;
        }
    }
    qsort(live, count, sizeof(live[0]), by_name);
    if (count == roster->live_count && memcmp(live, roster->live, count * sizeof(live[0])) == 0) {
        return false;
    }
    memcpy(roster->live, live, count * sizeof(live[0]));
    roster->live_count = count;
    make_owner_table(roster);
    return true;
}

/* Decides who lives after a complete reading, and forgets what is long dead. */
static void judge(struct roster *roster, int64_t now_ms)
{
    struct vv_members *members = roster->members;
    size_t kept = 0;

    for (size_t i = 0; i < roster->sighting_count; i++) {
        struct sighting *sighting = &roster->sightings[i];
        int64_t quiet_ms = now_ms - sighting->changed_ms;
        if (!sighting->seen) {
            continue; /* it left: its field is gone */
        }
        sighting->live = quiet_ms < VV_LEASE_MS;
        if (quiet_ms > FORGET_MS && members->has_self && !members->left &&
            members->self_service == roster->service) {
            enum vv_status status =
                vv_store_unbeat(members->store, roster->key, sighting->member.name);
            (void)status; /* tried again on the next reading */
        }
        if (kept != i) {
            roster->sightings[kept] = *sighting;
        }
        kept++;
    }
    roster->sighting_count = kept;
}

static void heartbeats_read(void *context, enum vv_status status, const struct vv_field *pairs,
                            size_t pair_count)
{
    struct roster *roster = context;
    struct vv_members *members = roster->members;
    int64_t now_ms = vv_loop_now_ms(members->loop);

    roster->reading = false;
    if (status != VV_OK && status != VV_NOT_FOUND) {
        return;
    }
    /* A pause longer than a lost beat was ours or Redis', not the members'. */
    int64_t pause_ms = now_ms - roster->read_ms - 2 * VV_HEARTBEAT_MS;
    for (size_t i = 0; i < roster->sighting_count; i++) {
        roster->sightings[i].seen = false;
        if (roster->known && pause_ms > 0) {
            roster->sightings[i].changed_ms += pause_ms;
        }
    }
    for (size_t i = 0; i < pair_count; i++) {
        take_field(roster, &pairs[i], now_ms);
    }
    judge(roster, now_ms);
    roster->read_ms = now_ms;
    bool first = !roster->known;
    roster->known = true;
    if (remake_live(roster) || first) {
        members->generation++;
        if (members->changed != NULL) {
            members->changed(members->context);
        }
    }
}

/* ---- beating ---- */

static void beat(struct vv_members *members)
{
    char value[VALUE_BYTES];
    if (!members->has_self || members->left) {
        return;
    }
    members->counter++;
    int len = snprintf(value, sizeof(value), "%llu %s %s", (unsigned long long)members->counter,
                       members->self.router[0] != '\0' ? members->self.router : "-",
                       members->self.publish[0] != '\0' ? members->self.publish : "-");
    if (len < 0 || (size_t)len >= sizeof(value)) {
        return;
    }
    enum vv_status status = vv_store_beat(
        members->store, members->rosters[members->self_service].key, members->self.name, value);
    (void)status; /* the next beat comes in half a second */
}

static void tick(void *context)
{
    struct vv_members *members = context;
    beat(members);
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        struct roster *roster = &members->rosters[i];
        const struct vv_read read = {
            .kind = VV_READ_HASH, .key = roster->key, .key_len = strlen(roster->key)};
        if (roster->reading) {
            continue;
        }
        roster->reading = true; /* before: the store may answer at once */
        if (vv_store_read(members->store, &read, heartbeats_read, roster) != VV_OK) {
            roster->reading = false;
        }
    }
}

enum vv_status vv_members_open(struct vv_loop *loop, struct vv_store *store,
                               enum vv_service_id self_service, const struct vv_member *self,
                               void (*changed)(void *context), void *context,
                               struct vv_members **ret_members)
{
    struct vv_members *members = calloc(1, sizeof(*members));
    if (members == NULL) {
        return VV_NO_MEMORY;
    }
    members->loop = loop;
    members->store = store;
    members->self_service = self_service;
    members->changed = changed;
    members->context = context;
    if (self != NULL) {
        members->self = *self;
        members->has_self = true;
    }
    /* Grows from one life of an instance to the next, so that a restart is a change. */
    members->counter = (uint64_t)vv_clock_wall_ms();
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        struct roster *roster = &members->rosters[i];
        roster->members = members;
        roster->service = (enum vv_service_id)i;
        (void)snprintf(roster->key, sizeof(roster->key), "vv:{sys}:members:%s",
                       vv_service_name(roster->service));
        make_owner_table(roster);
    }
    enum vv_status status = vv_loop_every(loop, VV_HEARTBEAT_MS, tick, members);
    if (status != VV_OK) {
        free(members);
        return status;
    }
    tick(members);
    *ret_members = members;
    return VV_OK;
}

void vv_members_leave(struct vv_members *members)
{
    if (!members->has_self || members->left) {
        return;
    }
    members->left = true;
    enum vv_status status = vv_store_unbeat(
        members->store, members->rosters[members->self_service].key, members->self.name);
    (void)status; /* if it is lost, the lease ends it */
}

void vv_members_close(struct vv_members **members)
{
    if (*members == NULL) {
        return;
    }
    vv_loop_forget((*members)->loop, *members);
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        vv_store_forget((*members)->store, &(*members)->rosters[i]);
    }
    free(*members);
    *members = NULL;
}

/* ---- asking ---- */

size_t vv_members_count(const struct vv_members *members, enum vv_service_id service)
{
    return members->rosters[service].live_count;
}

const struct vv_member *vv_members_at(const struct vv_members *members, enum vv_service_id service,
                                      size_t index)
{
    const struct roster *roster = &members->rosters[service];
    return index < roster->live_count ? &roster->live[index] : NULL;
}

const struct vv_member *vv_members_owner(const struct vv_members *members,
                                         enum vv_service_id service, uint16_t partition)
{
    const struct roster *roster = &members->rosters[service];
    unsigned slot = partition < VV_PARTITIONS_MAX ? partition : VV_PARTITIONS_MAX;
    return roster->owner[slot] == NOBODY ? NULL : &roster->live[roster->owner[slot]];
}

bool vv_members_known(const struct vv_members *members)
{
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        if (!members->rosters[i].known) {
            return false;
        }
    }
    return true;
}

uint64_t vv_members_generation(const struct vv_members *members)
{
    return members->generation;
}
