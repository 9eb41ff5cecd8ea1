/* geo.h: great-circle distance for the non-choice alternative (rules 13). Never near money. */
#ifndef VAGVAL_GEO_H
#define VAGVAL_GEO_H

#include <stdint.h>

/* Metres between two WGS 84 points on a sphere of 6 371 008.8 m (haversine), rounded to a whole
 * metre so that a comparison does not hang on the last bit. Degrees: latitude -90..90, longitude
 * -180..180. */
int64_t vv_geo_distance_m(double lat_a, double lon_a, double lat_b, double lon_b);

#endif
