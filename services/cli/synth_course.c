/*
 * synth_course.c: what happens to a referred person: choice or not, monthly reports, perhaps a job
 * or studies, a confirmation after four months or an end before. Every row has the day on which it
 * is reported, which may be later than what it tells.
 */
#include <sodium.h>
#include <string.h>

#include "synth.h"

#define MILESTONE_MONTHS 4

struct course {
    struct vv_synth *synth;
    struct vv_random *random;
    const struct vv_synth_person *person;
    const struct vv_synth_files *files;
    struct vv_synth_counts *counts;
    vv_date start, service_end; /* of the first placement; end as planned */
};

/* A contract of the home's area other than `not_this`; NULL when there is none. */
static const struct vv_synth_contract *draw_contract(struct course *course,
                                                     const struct vv_synth_contract *not_this)
{
    const struct vv_synth *synth = course->synth;
    size_t offset = vv_random_below(course->random, (uint32_t)synth->contract_count);
    for (size_t i = 0; i < synth->contract_count; i++) {
        const struct vv_synth_contract *contract =
            &synth->contracts[(offset + i) % synth->contract_count];
        if (contract != not_this && strcmp(contract->area, course->person->place->area) == 0) {
            return contract;
        }
    }
    return NULL;
}

static void write_choice(struct course *course, const struct vv_synth_contract *contract,
                         vv_date on, unsigned ordinal)
{
    if (contract == NULL || on > course->synth->settings.until) {
        return;
    }
    char date[VV_DATE_TEXT_BYTES];
    vv_date_format(on, date);
    (void)fprintf(course->files->choices, "synth-choice-%06u-%u,%s,%s,%s,%s\n",
                  course->person->index + 1, ordinal, date, course->person->identity,
                  contract->number, date);
    course->counts->choices++;
}

/* Four of five choose within the deadline; the others get the nearest contract on the day after. */
static void run_choice(struct course *course)
{
    const struct vv_scheme *scheme = course->synth->settings.scheme;
    vv_date offered = course->person->registered;
    vv_date deadline =
        vv_calendar_add_working_days(scheme->jurisdiction, offered, scheme->choice_working_days);
    course->start = deadline + 1;
    const struct vv_synth_contract *first = NULL;
    if (vv_random_chance(course->random, 800)) {
        int days = 1 + (int)vv_random_below(course->random, (uint32_t)scheme->choice_working_days);
        course->start = vv_calendar_add_working_days(scheme->jurisdiction, offered, days);
        first = draw_contract(course, NULL);
        write_choice(course, first, course->start, 1);
    }
    course->service_end = vv_date_add_months(course->start, scheme->service_months) - 1;
    if (first != NULL && vv_random_chance(course->random, 30)) {
        vv_date on = course->start + 30 + (vv_date)vv_random_below(course->random, 60);
        write_choice(course, draw_contract(course, first), on, 2);
    }
}

static void write_outcome(struct course *course, const char *event, const char *what, vv_date on,
                          vv_date reported, bool evidence)
{
    if (reported > course->synth->settings.until) {
        return;
    }
    char date[VV_DATE_TEXT_BYTES];
    char day[VV_DATE_TEXT_BYTES];
    char hash[65] = "";
    vv_date_format(reported, date);
    vv_date_format(on, day);
    if (evidence) {
        /* The evidence is a made-up document: its text names person and outcome, so that no two
         * books share one. */
        unsigned char bytes[32];
        char text[64];
        int len = snprintf(text, sizeof(text), "synthetic evidence %.16s %s",
                           course->person->identity, event);
        (void)crypto_generichash(bytes, sizeof(bytes), (const unsigned char *)text,
                                 (unsigned long long)len, NULL, 0);
        (void)sodium_bin2hex(hash, sizeof(hash), bytes, sizeof(bytes));
    }
    bool start = strcmp(event, "start") == 0;
    (void)fprintf(course->files->outcomes,
                  "synth-outcome-%06u-%s,%s,%s,%s,%s,synth-outcome-%06u,%s,%s,%s,%s\n",
                  course->person->index + 1, event, date, course->person->identity, event, what,
                  course->person->index + 1, day, start ? "100" : "",
                  start ? (vv_random_chance(course->random, 150) ? "true" : "false") : "", hash);
}

/* Returns the first day of job or studies, or VV_DATE_NONE. */
static vv_date run_outcome(struct course *course)
{
    uint32_t chance = strcmp(course->person->level->code, "A") == 0   ? 480
                      : strcmp(course->person->level->code, "B") == 0 ? 390
                                                                      : 300;
    if (!vv_random_chance(course->random, chance)) {
        return VV_DATE_NONE;
    }
    const char *what = vv_random_chance(course->random, 260) ? "study" : "job";
    vv_date on = course->start + 12 + (vv_date)vv_random_below(course->random, 150);
    if (on > course->service_end) {
        return VV_DATE_NONE;
    }
    vv_date reported = on + (vv_date)vv_random_below(course->random, 10);
    write_outcome(course, "start", what, on, reported, true);
    course->counts->starts += reported <= course->synth->settings.until ? 1 : 0;
    if (vv_random_chance(course->random, 760)) {
        vv_date due = vv_date_add_months(on, MILESTONE_MONTHS);
        vv_date told = due + (vv_date)vv_random_below(course->random, 7);
        write_outcome(course, "confirm", "", due - 1, told, true);
        course->counts->confirmations += told <= course->synth->settings.until ? 1 : 0;
    } else {
        vv_date last = on + 20 + (vv_date)vv_random_below(course->random, 90);
        vv_date told = last + 1 + (vv_date)vv_random_below(course->random, 7);
        write_outcome(course, "end", "", last, told, false);
        course->counts->ends += told <= course->synth->settings.until ? 1 : 0;
    }
    return on;
}

static void write_report(struct course *course, vv_date month, vv_date reported, bool approved,
                         const char *supersedes)
{
    if (reported > course->synth->settings.until) {
        return;
    }
    char date[VV_DATE_TEXT_BYTES];
    char first[VV_DATE_TEXT_BYTES];
    vv_date_format(reported, date);
    vv_date_format(month, first);
    (void)fprintf(course->files->reports, "synth-report-%06u-%.7s%s,%s,%s,%s,%s,%u,%u,%s\n",
                  course->person->index + 1, first, supersedes[0] == '\0' ? "" : "-again", date,
                  course->person->identity, first, approved ? "true" : "false",
                  1 + vv_random_below(course->random, 10), 40 + vv_random_below(course->random, 61),
                  supersedes);
    course->counts->reports++;
}

/* One report for each month in which the service ran; some are not approved at first. */
static void run_reports(struct course *course, vv_date outcome)
{
    vv_date last = outcome == VV_DATE_NONE ? course->service_end : outcome - 1;
    for (vv_date month = vv_date_month_start(course->start); month <= last;
         month = vv_date_month_end(month) + 1) {
        vv_date reported =
            vv_date_month_end(month) + 1 + (vv_date)vv_random_below(course->random, 10);
        bool approved = vv_random_chance(course->random, 940);
        write_report(course, month, reported, approved, "");
        if (!approved && vv_random_chance(course->random, 600)) {
            char first[VV_DATE_TEXT_BYTES];
            char reference[64];
            vv_date_format(month, first);
            (void)snprintf(reference, sizeof(reference), "synth-report-%06u-%.7s",
                           course->person->index + 1, first);
            write_report(course, month, reported + 14, true, reference);
        }
    }
}

void vv_synth_course(struct vv_synth *synth, struct vv_random *random,
                     const struct vv_synth_person *person, const struct vv_synth_files *files,
                     struct vv_synth_counts *counts)
{
    struct course course = {
        .synth = synth, .random = random, .person = person, .files = files, .counts = counts};
    run_choice(&course);
    vv_date outcome = run_outcome(&course);
    run_reports(&course, outcome);
}
