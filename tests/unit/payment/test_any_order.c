/*
 * Property: whatever the order and repetition in which facts come, and whenever they come, the
 * balances per (component, period, contract) end the same; every batch sums to 0; nothing is left
 * to post. What is posted alone may differ between orders: for each key it is the most that was
 * ever owed, the rest being proposals. No cap is ever exceeded. VAGVAL_TEST_SEED repeats a run.
 */
#include "books.h"
#include "courses.h"

#define COURSES 5400
#define ORDERS_PER_COURSE 3
#define SPAN_DAYS 670

static vv_date last_day;

/* Whatever it is, and whatever it replaces: facts may be corrected by what makes no sense. */
static void supersede_anything(struct kit *kit)
{
    struct vv_payment_fact *any = &kit->facts[random_below((uint32_t)kit->count)];
    if (vv_id_is_nil(any->supersedes) && random_below(3) == 0) {
        any->supersedes = kit->facts[random_below((uint32_t)kit->count)].id;
    }
}

/* ---- processing one by one, as the service does ---- */

static void process(const struct kit *kit, struct books *books)
{
    static struct vv_payment_fact known[1024];
    size_t order[512];
    for (size_t i = 0; i < kit->count; i++) {
        size_t at = random_below((uint32_t)i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    memset(books, 0, sizeof *books);
    size_t count = 0;
    vv_date today = course_first;
    vv_date due = VV_DATE_NONE;
    for (size_t i = 0; i <= kit->count; i++) {
        vv_date target = i == kit->count ? last_day : today + (vv_date)random_below(40);
        target = target < last_day ? target : last_day;
        while (due != VV_DATE_NONE && due <= target) { /* timers on the way */
            today = due;
            due = decide(kit, course_scheme, known, count, today, books);
        }
        today = target;
        if (i == kit->count) {
            break;
        }
        for (unsigned copies = 1 + random_below(2); copies > 0; copies--) {
            known[count] = kit->facts[order[i]];
            known[count].index = (uint32_t)count + 1;
            count++;
        }
        due = decide(kit, course_scheme, known, count, today, books);
    }
    unsigned batches = books->batches;
    decide(kit, course_scheme, known, count, last_day,
           books); /* whatever is due has been posted by a timer */
    assert_int_equal(books->batches, batches);
}

static void compare(const struct kit *kit, const struct books *books)
{
    struct vv_entitlement all_at_once;
    kit_used = 0;
    assert_int_equal(
        vv_entitlement(kit->facts, kit->count, &kit->lookup, last_day, &kit_memory, &all_at_once),
        VV_OK);
    check_awards(&all_at_once);
    vv_money owed = 0;
    for (size_t i = 0; i < all_at_once.count; i++) {
        const struct vv_owed *item = &all_at_once.owed[i];
        owed += item->amount;
        assert_int_equal(item->amount,
                         standing(books, item->component->code, item->period, item->contract));
    }
    vv_money stands = 0;
    vv_money posted = 0;
    for (size_t i = 0; i < books->count; i++) {
        assert_true(books->totals[i].posted >= 0);
        assert_true(books->totals[i].proposed <= 0);
        assert_int_equal(books->totals[i].posted, books->most[i]);
        posted += books->totals[i].posted;
        stands += books->totals[i].posted + books->totals[i].proposed;
    }
    assert_int_equal(stands, owed); /* so no key stands that is not owed */
    assert_int_equal(books->expenses, posted);
    assert_int_equal(books->providers, -posted);
}

/* Has every component of every shipped scheme been owed? Else a rule has not been tried. */
static unsigned was_owed[SHIPPED_MAX][32];

static void note_components(const struct kit *kit)
{
    struct vv_entitlement all;
    kit_used = 0;
    assert_int_equal(
        vv_entitlement(kit->facts, kit->count, &kit->lookup, last_day, &kit_memory, &all), VV_OK);
    for (size_t i = 0; i < all.count; i++) {
        for (size_t s = 0; s < shipped_count; s++) {
            was_owed[s][all.owed[i].order] += shipped[s] == course_scheme ? 1 : 0;
        }
    }
}

static void check_that_all_were_owed(void)
{
    for (size_t s = 0; s < shipped_count; s++) {
        for (size_t i = 0; i < shipped[s]->component_count; i++) {
            if (was_owed[s][i] == 0) {
                fail_msg("%s: %s was never owed", shipped[s]->id, shipped[s]->components[i].code);
            }
        }
    }
}

static void any_order_gives_the_same_balances(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    unsigned batches = 0;
    random_begin();
    for (unsigned i = 0; i < COURSES; i++) {
        next_course(&kit, i);
        random_corrections(&kit, course_scheme);
        supersede_anything(&kit);
        last_day = course_first + SPAN_DAYS;
        note_components(&kit);
        for (unsigned j = 0; j < ORDERS_PER_COURSE; j++) {
            process(&kit, &books);
            compare(&kit, &books);
            batches += books.batches;
        }
    }
    printf("%u courses in %u orders each: %u batches\n", COURSES, ORDERS_PER_COURSE, batches);
    assert_true(batches > COURSES);
    check_that_all_were_owed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_gives_the_same_balances)};
    return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
