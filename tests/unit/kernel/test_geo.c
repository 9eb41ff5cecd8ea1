/*
 * test_geo.c: great-circle distances on the sphere of 6 371 008.8 m.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vagval/geo.h"

/* Arcs of the sphere: a quarter = R pi / 2 = 10 007 557.2 m, half = 20 015 114.4 m, one degree of
 * the equator = R pi / 180 = 111 195.08 m. */
static void arcs(void **state)
{
    (void)state;
    assert_int_equal(vv_geo_distance_m(0, 0, 90, 0), 10007557);
    assert_int_equal(vv_geo_distance_m(0, 0, 0, 180), 20015114);
    assert_int_equal(vv_geo_distance_m(90, 0, -90, 0), 20015114);
    assert_int_equal(vv_geo_distance_m(0, 10, 0, 11), 111195);
    assert_int_equal(vv_geo_distance_m(0, 179.5, 0, -179.5), 111195);
    assert_int_equal(vv_geo_distance_m(63.8, 20.2, 63.8, 20.2), 0);
}

/* Checked against another formula, the spherical law of cosines:
 * R acos(sin a sin b + cos a cos b cos(difference of longitude)). Stockholm to Umeå
 * 513 223.07 m, Gothenburg to Kristianstad 226 625.96 m. */
static void cities(void **state)
{
    (void)state;
    assert_int_equal(vv_geo_distance_m(59.3293, 18.0686, 63.8258, 20.2630), 513223);
    assert_int_equal(vv_geo_distance_m(63.8258, 20.2630, 59.3293, 18.0686), 513223);
    assert_int_equal(vv_geo_distance_m(57.7, 11.97, 56.05, 14.16), 226626);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(arcs), cmocka_unit_test(cities)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
