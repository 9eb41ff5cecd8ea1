/*
 * geo.c: great-circle distance by the haversine formula.
 */
#include "vagval/geo.h"

#include <math.h>

#define EARTH_RADIUS_M 6371008.8 /* mean radius R1 of the IUGG */
#define RADIANS_PER_DEGREE 0.017453292519943295

int64_t vv_geo_distance_m(double lat_a, double lon_a, double lat_b, double lon_b)
{
    double a = lat_a * RADIANS_PER_DEGREE;
    double b = lat_b * RADIANS_PER_DEGREE;
    double half_lat = sin((b - a) / 2);
    double half_lon = sin((lon_b - lon_a) * RADIANS_PER_DEGREE / 2);
    double h = half_lat * half_lat + cos(a) * cos(b) * half_lon * half_lon;
    /* Rounding may push antipodes a hair above 1, where the arc sine has no value. */
    if (h > 1) {
        h = 1;
    }
    return llround(2 * EARTH_RADIUS_M * asin(sqrt(h)));
}
