/* LDFLAGS: -Wl,--wrap=vv_loop_every -Wl,--wrap=vv_loop_forget -Wl,--wrap=vv_loop_now_ms */
/* LDFLAGS: -Wl,--wrap=vv_store_beat -Wl,--wrap=vv_store_unbeat -Wl,--wrap=vv_store_read */
/* LDFLAGS: -Wl,--wrap=vv_store_forget */
/*
 * Who lives and who owns what, with a clock and a Redis that the test holds in its hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/members.h"

/* ---- the world: stands in for the loop and the store ---- */

#define OBSERVERS 3
#define FIELDS 160

static int64_t now_ms;
static struct {
    void (*run)(void *context);
    void *context;
} ticks[OBSERVERS];
static size_t tick_count;

static struct {
    char key[64], name[80], value[256];
} fields[FIELDS];
static size_t field_count;
static bool redis_down;
/* Answers kept back until released. */
static bool slow;
static struct {
    vv_read_done *done;
    void *context;
    char key[64];
} waiting[16];
static size_t waiting_count;

enum vv_status __wrap_vv_loop_every(struct vv_loop *loop, unsigned interval_ms,
                                    void (*run)(void *context), void *context);
void __wrap_vv_loop_forget(struct vv_loop *loop, const void *context);
int64_t __wrap_vv_loop_now_ms(const struct vv_loop *loop);
enum vv_status __wrap_vv_store_beat(struct vv_store *store, const char *key, const char *field,
                                    const char *value);
enum vv_status __wrap_vv_store_unbeat(struct vv_store *store, const char *key, const char *field);
enum vv_status __wrap_vv_store_read(struct vv_store *store, const struct vv_read *read,
                                    vv_read_done *done, void *context);
void __wrap_vv_store_forget(struct vv_store *store, const void *context);

enum vv_status __wrap_vv_loop_every(struct vv_loop *loop, unsigned interval_ms,
                                    void (*run)(void *context), void *context)
{
    (void)loop;
    assert_int_equal(interval_ms, VV_HEARTBEAT_MS);
    assert_true(tick_count < OBSERVERS);
    ticks[tick_count].run = run;
    ticks[tick_count++].context = context;
    return VV_OK;
}

void __wrap_vv_loop_forget(struct vv_loop *loop, const void *context)
{
    (void)loop;
    for (size_t i = 0; i < tick_count; i++) {
        if (ticks[i].context == context) {
            ticks[i] = ticks[--tick_count];
            return;
        }
    }
}

int64_t __wrap_vv_loop_now_ms(const struct vv_loop *loop)
{
    (void)loop;
    return now_ms;
}

static size_t place_of(const char *key, const char *name)
{
    for (size_t i = 0; i < field_count; i++) {
        if (strcmp(fields[i].key, key) == 0 && strcmp(fields[i].name, name) == 0) {
            return i;
        }
    }
    return field_count;
}

static void put_field(const char *key, const char *name, const char *value)
{
    size_t at = place_of(key, name);
    if (at == field_count) {
        assert_true(field_count < FIELDS);
        field_count++;
    }
    (void)snprintf(fields[at].key, sizeof(fields[at].key), "%s", key);
    (void)snprintf(fields[at].name, sizeof(fields[at].name), "%s", name);
    (void)snprintf(fields[at].value, sizeof(fields[at].value), "%s", value);
}

enum vv_status __wrap_vv_store_beat(struct vv_store *store, const char *key, const char *field,
                                    const char *value)
{
    (void)store;
    if (!redis_down) {
        put_field(key, field, value);
    }
    return VV_OK;
}

enum vv_status __wrap_vv_store_unbeat(struct vv_store *store, const char *key, const char *field)
{
    (void)store;
    size_t at = place_of(key, field);
    if (at < field_count && !redis_down) {
        fields[at] = fields[--field_count];
    }
    return VV_OK;
}

static void answer(vv_read_done *done, void *context, const char *key)
{
    static struct vv_field pairs[FIELDS];
    size_t count = 0;
    for (size_t i = 0; i < field_count; i++) {
        if (strcmp(fields[i].key, key) == 0) {
            pairs[count++] = (struct vv_field){.name = (const uint8_t *)fields[i].name,
                                               .name_len = strlen(fields[i].name),
                                               .value = (const uint8_t *)fields[i].value,
                                               .value_len = strlen(fields[i].value)};
        }
    }
    done(context, redis_down ? VV_UNKNOWN : VV_OK, pairs, redis_down ? 0 : count);
}

enum vv_status __wrap_vv_store_read(struct vv_store *store, const struct vv_read *read,
                                    vv_read_done *done, void *context)
{
    (void)store;
    if (slow) {
        waiting[waiting_count].done = done;
        waiting[waiting_count].context = context;
        (void)snprintf(waiting[waiting_count].key, sizeof(waiting[0].key), "%.*s",
                       (int)read->key_len, read->key);
        waiting_count++;
        return VV_OK;
    }
    answer(done, context, read->key);
    return VV_OK;
}

void __wrap_vv_store_forget(struct vv_store *store, const void *context)
{
    size_t kept = 0;
    (void)store;
    for (size_t i = 0; i < waiting_count; i++) {
        if (waiting[i].context != context) {
            waiting[kept++] = waiting[i];
        }
    }
    waiting_count = kept;
}

/* Lets time pass in heartbeats. */
static void pass(int64_t ms)
{
    for (int64_t gone = 0; gone < ms; gone += VV_HEARTBEAT_MS) {
        now_ms += VV_HEARTBEAT_MS;
        for (size_t i = 0; i < tick_count; i++) {
            ticks[i].run(ticks[i].context);
        }
    }
}

static int fresh_world(void **state)
{
    (void)state;
    now_ms = 1000000;
    tick_count = field_count = waiting_count = 0;
    redis_down = slow = false;
    return 0;
}

static unsigned changes;

static void changed(void *context)
{
    (void)context;
    changes++;
}

static struct vv_members *join(const char *name)
{
    struct vv_member self = {{0}, {0}, {0}};
    struct vv_members *members = NULL;
    (void)snprintf(self.name, sizeof(self.name), "%s", name);
    (void)snprintf(self.router, sizeof(self.router), "tcp://127.0.0.1:1%s", name);
    (void)snprintf(self.publish, sizeof(self.publish), "tcp://127.0.0.1:2%s", name);
    assert_int_equal(vv_members_open(NULL, NULL, VV_PAYMENT, &self, changed, NULL, &members),
                     VV_OK);
    return members;
}

/* ---- tests ---- */

#define PAYMENT_KEY "vv:{sys}:members:payment"

static void test_alone(void **state)
{
    (void)state;
    struct vv_members *a = join("a");
    assert_true(vv_members_known(a));
    assert_int_equal(field_count, 1);
    assert_string_equal(fields[0].key, PAYMENT_KEY);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 1);
    assert_int_equal(vv_members_count(a, VV_INTAKE), 0);
    assert_null(vv_members_owner(a, VV_INTAKE, 0));
    assert_null(vv_members_at(a, VV_PAYMENT, 1));
    for (unsigned p = 0; p < VV_PARTITIONS_MAX; p++) {
        assert_string_equal(vv_members_owner(a, VV_PAYMENT, (uint16_t)p)->name, "a");
    }
    assert_string_equal(vv_members_owner(a, VV_PAYMENT, VV_PARTITION_SYSTEM)->router,
                        "tcp://127.0.0.1:1a");
    assert_string_equal(vv_members_at(a, VV_PAYMENT, 0)->publish, "tcp://127.0.0.1:2a");
    vv_members_close(&a);
    assert_null(a);
}

static void test_all_agree(void **state)
{
    (void)state;
    struct vv_members *all[3] = {join("a"), join("b"), join("c")};
    unsigned owned[3] = {0};
    pass(1000);
    for (unsigned p = 0; p < 256; p++) {
        const char *owner = vv_members_owner(all[0], VV_PAYMENT, (uint16_t)p)->name;
        assert_string_equal(owner, vv_members_owner(all[1], VV_PAYMENT, (uint16_t)p)->name);
        assert_string_equal(owner, vv_members_owner(all[2], VV_PAYMENT, (uint16_t)p)->name);
        owned[owner[0] - 'a']++;
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_true(owned[i] > 50 && owned[i] < 120); /* about 85 each */
        vv_members_close(&all[i]);
    }
}

/* One that stops beating keeps its partitions for a lease, and not longer. */
static void test_take_over(void **state)
{
    (void)state;
    struct vv_members *a = join("a"), *b = join("b");
    pass(5000);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    changes = 0;
    uint64_t generation = vv_members_generation(a);
    vv_members_close(&b); /* as killed: its field stays */
    pass(VV_LEASE_MS - VV_HEARTBEAT_MS);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    assert_int_equal(changes, 0);
    pass(2 * VV_HEARTBEAT_MS);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 1);
    assert_int_equal(changes, 1);
    assert_true(vv_members_generation(a) > generation);
    for (unsigned p = 0; p < 256; p++) {
        assert_string_equal(vv_members_owner(a, VV_PAYMENT, (uint16_t)p)->name, "a");
    }
    assert_int_equal(field_count, 2);
    pass(61000); /* then its field goes, too */
    assert_int_equal(field_count, 1);

    b = join("b"); /* and it may come back */
    pass(1000);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    vv_members_close(&b);
    vv_members_close(&a);
}

static void test_leave(void **state)
{
    (void)state;
    struct vv_members *a = join("a"), *b = join("b");
    pass(1000);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    vv_members_leave(b);
    pass(VV_HEARTBEAT_MS); /* at once: no lease */
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 1);
    pass(2000); /* and it does not beat any more */
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 1);
    vv_members_close(&b);
    vv_members_close(&a);
}

/* Without Redis nobody can beat, so nobody is declared dead by it. */
static void test_redis_away(void **state)
{
    (void)state;
    struct vv_members *a = join("a"), *b = join("b");
    pass(1000);
    ticks[0].run(ticks[0].context); /* a has seen b's last beat before Redis goes */
    changes = 0;
    redis_down = true;
    pass(60000);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    redis_down = false;
    pass(VV_HEARTBEAT_MS);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    assert_int_equal(vv_members_count(b, VV_PAYMENT), 2);
    assert_int_equal(changes, 0);
    /* A process that slept through the lease does not bury the others on waking. */
    ticks[0].run(ticks[0].context);
    now_ms += 60000;
    pass(VV_HEARTBEAT_MS);
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 2);
    assert_int_equal(changes, 0);
    vv_members_close(&b);
    pass(VV_LEASE_MS + 2 * VV_HEARTBEAT_MS); /* real death is still noticed */
    assert_int_equal(vv_members_count(a, VV_PAYMENT), 1);
    vv_members_close(&a);
}

/* The hash may hold anything: what does not read is nobody. */
static void test_odd_fields(void **state)
{
    (void)state;
    static const char *const values[] = {"",
                                         "1",
                                         "1 tcp://x:1",
                                         "1 tcp://x:1 tcp://x:2 more",
                                         "1  tcp://x:1",
                                         "1 tcp://\x01 y",
                                         "1234567890123456789012345 x y"};
    struct vv_members *client = NULL;
    char name[80];
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        (void)snprintf(name, sizeof(name), "odd%zu", i);
        put_field(PAYMENT_KEY, name, values[i]);
    }
    put_field(PAYMENT_KEY, "two words", "1 x y");
    memset(name, 'n', 70);
    name[70] = '\0';
    put_field(PAYMENT_KEY, name, "1 x y");
    put_field(PAYMENT_KEY, "good", "1 tcp://x:1 -");
    assert_int_equal(vv_members_open(NULL, NULL, VV_PAYMENT, NULL, NULL, NULL, &client), VV_OK);
    assert_int_equal(vv_members_count(client, VV_PAYMENT), 1);
    assert_string_equal(vv_members_at(client, VV_PAYMENT, 0)->name, "good");
    assert_string_equal(vv_members_at(client, VV_PAYMENT, 0)->publish, "");
    size_t before = field_count; /* a client neither beats nor removes */
    pass(70000);
    assert_int_equal(field_count, before);
    vv_members_close(&client);
}

/* More instances than there is room for: the first ones count, nothing breaks. */
static void test_too_many(void **state)
{
    (void)state;
    struct vv_members *client = NULL;
    char name[32];
    for (unsigned i = 0; i < 150; i++) {
        (void)snprintf(name, sizeof(name), "p%03u", i);
        put_field(PAYMENT_KEY, name, "1 tcp://x:1 tcp://x:2");
    }
    assert_int_equal(vv_members_open(NULL, NULL, VV_PAYMENT, NULL, NULL, NULL, &client), VV_OK);
    assert_int_equal(vv_members_count(client, VV_PAYMENT), VV_MEMBERS_MAX);
    vv_members_close(&client);
}

/* A new endpoint under the same name is a change: the instance was started again. */
static void test_restart_with_another_port(void **state)
{
    (void)state;
    struct vv_members *client = NULL;
    put_field(PAYMENT_KEY, "p", "1 tcp://x:1 tcp://x:2");
    changes = 0;
    assert_int_equal(vv_members_open(NULL, NULL, VV_PAYMENT, NULL, changed, NULL, &client), VV_OK);
    changes = 0;
    put_field(PAYMENT_KEY, "p", "9 tcp://x:7 tcp://x:8");
    pass(VV_HEARTBEAT_MS);
    assert_int_equal(changes, 1);
    assert_string_equal(vv_members_owner(client, VV_PAYMENT, 3)->router, "tcp://x:7");
    vv_members_close(&client);
}

/* Closing while readings are under way: none of them comes back, and nothing is kept for them. */
static void test_close_with_readings_under_way(void **state)
{
    (void)state;
    slow = true;
    struct vv_members *a = join("a");
    assert_int_equal(waiting_count, VV_SERVICE_COUNT);
    assert_false(vv_members_known(a));
    pass(VV_HEARTBEAT_MS); /* not asked again before the answer */
    assert_int_equal(waiting_count, VV_SERVICE_COUNT);
    vv_members_close(&a);
    assert_int_equal(tick_count, 0);
    assert_int_equal(waiting_count, 0);
}

static void test_rendezvous(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    static const char *const turned[] = {"d", "c", "b", "a"};
    static const char *const without_c[] = {"a", "b", "d"};
    unsigned moved = 0;
    for (unsigned p = 0; p < 1024; p++) {
        const char *winner = names[vv_rendezvous(names, 4, (uint16_t)p)];
        assert_string_equal(winner, turned[vv_rendezvous(turned, 4, (uint16_t)p)]);
        const char *then = without_c[vv_rendezvous(without_c, 3, (uint16_t)p)];
        if (strcmp(winner, "c") != 0) {
            assert_string_equal(winner, then); /* only c's partitions move */
        } else {
            moved++;
        }
    }
    assert_true(moved > 200 && moved < 320);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_alone, fresh_world),
        cmocka_unit_test_setup(test_all_agree, fresh_world),
        cmocka_unit_test_setup(test_take_over, fresh_world),
        cmocka_unit_test_setup(test_leave, fresh_world),
        cmocka_unit_test_setup(test_redis_away, fresh_world),
        cmocka_unit_test_setup(test_odd_fields, fresh_world),
        cmocka_unit_test_setup(test_too_many, fresh_world),
        cmocka_unit_test_setup(test_restart_with_another_port, fresh_world),
        cmocka_unit_test_setup(test_close_with_readings_under_way, fresh_world),
        cmocka_unit_test(test_rendezvous),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
