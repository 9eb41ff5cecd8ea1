/*
 * pay_positions.h: amounts of cases as payment's pages tell them.
 */
#ifndef VAGVAL_CLI_PAY_POSITIONS_H
#define VAGVAL_CLI_PAY_POSITIONS_H

#include "client.h"

typedef void vv_position_taken(void *context, const Vagval__V1__Position *position);

/*
 * Asks for the positions of every partition, page by page, or of one case.
 *   what      proposals, recoveries, holds, paid, differences or all
 *   known_at  for differences; 0 = now
 *   only      the case, or NULL
 * Prints what is wrong and returns false when a page does not come.
 */
bool vv_positions_fetch(struct vv_client *client, struct vv_cli *cli, const char *what,
                        vv_date known_at, const struct vv_id *only, vv_position_taken *take,
                        void *context);

/* Ids as text; "?" where they are broken. */
struct vv_id_text {
    char text[VV_ID_TEXT_BYTES];
};
struct vv_id_text vv_id_shown(ProtobufCBinaryData bytes);
struct vv_day_text {
    char text[VV_DATE_TEXT_BYTES];
};
struct vv_day_text vv_day_shown(int32_t day); /* "-" for 0 */
struct vv_money_text {
    char text[32];
};
struct vv_money_text vv_money_shown(int64_t amount);

/* Every field of a position, for --json. */
json_t *vv_position_json(const Vagval__V1__Position *position);

#endif
