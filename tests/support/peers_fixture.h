/*
 * peers_fixture.h: a directory of CURVE keys and an allow list for tests that open a bus.
 */
#ifndef VAGVAL_TESTS_PEERS_FIXTURE_H
#define VAGVAL_TESTS_PEERS_FIXTURE_H

#include <stddef.h>

struct peers_fixture {
    char directory[64];
    char allow[96]; /* path of the allow list */
};

/* Makes a fresh directory, a key per name (terminated by NULL), and an allow list in which each
 * name has the role of the same name. Exits the test program when the system refuses. */
void peers_fixture_make(struct peers_fixture *fixture, const char *const *names);
/* A key that stands in no list. */
void peers_fixture_stranger(const struct peers_fixture *fixture, const char *name);
/* Path of a key file; in static memory, valid until the fourth next call. */
const char *peers_fixture_key(const struct peers_fixture *fixture, const char *name);
/* Takes the last line out of the allow list. */
void peers_fixture_remove_last_line(const struct peers_fixture *fixture);
/* Removes everything. */
void peers_fixture_remove(struct peers_fixture *fixture);

#endif
