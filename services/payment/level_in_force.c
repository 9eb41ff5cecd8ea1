/*
 * level_in_force.c: which level a price is taken at (rules 4).
 */
#include "course.h"

const struct vv_level_span *vv_level_in_force(const struct vv_course *course, vv_date on)
{
    /* Sorted, so the last one that has begun is the one in force. */
    for (size_t i = course->level_count; i > 0; i--) {
        if (course->levels[i - 1].from <= on) {
            return &course->levels[i - 1];
        }
    }
    return NULL;
}
