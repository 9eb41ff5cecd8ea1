/*
 * members.h: who is alive and who owns which partition.
 *
 * Each instance writes a heartbeat into the hash vv:{sys}:members:<service>, field = instance name,
 * value = "<counter> <router endpoint> <publish endpoint>". An observer counts an instance as live
 * while the counter changes within VV_LEASE_MS of the observer's own monotonic clock; a field first
 * seen counts as live for one lease. Owner of a partition = rendezvous-hash winner among the live.
 * Ownership is for efficiency only: correctness rests on versions, fact ids and cursors.
 */
#ifndef VAGVAL_MEMBERS_H
#define VAGVAL_MEMBERS_H

#include "vagval/bus.h"
#include "vagval/store.h"

struct vv_members;

struct vv_member {
    char name[64];
    char router[112];
    char publish[112];
};

/* self may be NULL (a client). `changed` runs when the live set of any service changes. */
VV_CHECKED enum vv_status vv_members_open(struct vv_loop *loop, struct vv_store *store,
                                          enum vv_service_id self_service,
                                          const struct vv_member *self,
                                          void (*changed)(void *context), void *context,
                                          struct vv_members **ret_members);
/* Removes the own heartbeat at once, so that others take over without waiting for the lease. */
void vv_members_leave(struct vv_members *members);
void vv_members_close(struct vv_members **members);

size_t vv_members_count(const struct vv_members *members, enum vv_service_id service);
const struct vv_member *vv_members_at(const struct vv_members *members, enum vv_service_id service,
                                      size_t index);
/* Owner of a partition, or NULL when nobody lives. O(1): a table remade on every change. */
const struct vv_member *vv_members_owner(const struct vv_members *members,
                                         enum vv_service_id service, uint16_t partition);
/* True once the set was read at least once. */
bool vv_members_known(const struct vv_members *members);
/* Grows with every change of any live set: cheaper to watch than to be called. */
uint64_t vv_members_generation(const struct vv_members *members);
/* Pure: the winner's index among names for a partition; the mechanism itself, for tests. */
size_t vv_rendezvous(const char *const *names, size_t count, uint16_t partition);

#endif
