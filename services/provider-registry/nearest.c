/*
 * nearest.c: the non-choice alternative (rules 13). Distances are whole metres, so that two
 * machines agree on a tie.
 */
#include "nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "capacity.h"
#include "vagval/geo.h"

bool vv_nearest_offers_language(const Vagval__V1__AreaContract *contract, const char *language)
{
    if (language[0] == '\0') {
        return true;
    }
    for (size_t i = 0; i < contract->n_languages; i++) {
        if (strcmp(contract->languages[i], language) == 0) {
            return true;
        }
    }
    return false;
}

int64_t vv_nearest_metres(const Vagval__V1__AreaContract *contract, double latitude,
                          double longitude)
{
    int64_t least = vv_geo_distance_m(latitude, longitude, contract->latitude, contract->longitude);

    for (size_t i = 0; i < contract->n_further_addresses; i++) {
        const Vagval__V1__Address *address = contract->further_addresses[i];
        int64_t metres =
            vv_geo_distance_m(latitude, longitude, address->latitude, address->longitude);
        least = metres < least ? metres : least;
    }
    return least;
}

Vagval__V1__AreaContract *vv_nearest_contract(const Vagval__V1__Area *area, double latitude,
                                              double longitude, const char *language, vv_date on)
{
    Vagval__V1__AreaContract *best = NULL;
    int64_t best_m = 0;

    for (size_t i = 0; i < area->n_contracts; i++) {
        Vagval__V1__AreaContract *contract = area->contracts[i];
        if (vv_capacity_judge(contract, on) != VV_CAPACITY_FREE ||
            !vv_nearest_offers_language(contract, language)) {
            continue;
        }
        int64_t metres = vv_nearest_metres(contract, latitude, longitude);
        if (best == NULL || metres < best_m ||
            (metres == best_m && strcmp(contract->number, best->number) < 0)) {
            best = contract;
            best_m = metres;
        }
    }
    return best;
}
