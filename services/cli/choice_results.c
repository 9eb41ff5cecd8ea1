/*
 * choice_results.c: results for people and programs. Unknown is "not known" or null, never 0.
 */
#include "choice_results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/date.h"

#define NOT_KNOWN "not known"

static json_t *thousandths(bool known, uint32_t value)
{
    return known ? json_sprintf("%" PRIu32 ".%03" PRIu32, value / 1000, value % 1000) : json_null();
}

json_t *vv_choice_results_json(const Vagval__V1__AreaChoice *choice)
{
    char month[VV_DATE_TEXT_BYTES];

    if (choice->results_month == 0) {
        return json_null();
    }
    vv_date_format(choice->results_month, month);
    month[7] = '\0';
    json_t *interval = json_null();
    if (choice->has_interval) {
        interval = json_sprintf("%" PRIu32 ".%03" PRIu32 "-%" PRIu32 ".%03" PRIu32,
                                choice->interval_low / 1000, choice->interval_low % 1000,
                                choice->interval_high / 1000, choice->interval_high % 1000);
    }
    return json_pack("{s:s, s:I, s:o, s:o, s:o, s:s}", "month", month, "participants",
                     (json_int_t)choice->participants, "measure",
                     thousandths(choice->has_measure, choice->measure), "interval", interval,
                     "rating", choice->rating == 0 ? json_null() : json_integer(choice->rating),
                     "no_rating", choice->no_rating);
}

static void text_cell(struct vv_table *table, const json_t *text)
{
    vv_table_cell(table, "%s", json_is_string(text) ? json_string_value(text) : NOT_KNOWN);
}

void vv_choice_results_cells(struct vv_table *table, const json_t *results)
{
    const json_t *participants = json_object_get(results, "participants");
    const json_t *rating = json_object_get(results, "rating");
    const char *why = json_string_value(json_object_get(results, "no_rating"));

    text_cell(table, json_object_get(results, "month"));
    if (json_is_integer(participants)) {
        vv_table_cell(table, "%" PRId64, (int64_t)json_integer_value(participants));
    } else {
        vv_table_cell(table, NOT_KNOWN);
    }
    text_cell(table, json_object_get(results, "measure"));
    text_cell(table, json_object_get(results, "interval"));
    if (json_is_integer(rating)) {
        vv_table_cell(table, "%d", (int)json_integer_value(rating));
    } else if (why != NULL && why[0] != '\0') {
        vv_table_cell(table, "none: %s", why);
    } else {
        vv_table_cell(table, NOT_KNOWN);
    }
}

json_int_t vv_choice_results_rank(const json_t *results)
{
    const char *measure = json_string_value(json_object_get(results, "measure"));

    if (!json_is_integer(json_object_get(results, "rating")) || measure == NULL) {
        return -1;
    }
    /* Three decimals, as it was written above. */
    const char *point = strchr(measure, '.');
    json_int_t whole = strtoll(measure, NULL, 10);
    return whole * 1000 + (point != NULL ? strtoll(point + 1, NULL, 10) : 0);
}
