#include "peers_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vagval/bus.h"

static void give_up(const char *what)
{
    perror(what);
    exit(2);
}

static void make_key(const struct peers_fixture *fixture, const char *name,
                     char ret_public[static 41])
{
    struct vv_error error = {.status = VV_OK};
    if (vv_keys_make(fixture->directory, name, ret_public, &error) != VV_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(2);
    }
}

void peers_fixture_make(struct peers_fixture *fixture, const char *const *names)
{
    memcpy(fixture->directory, "/tmp/vagval-test-XXXXXX", sizeof("/tmp/vagval-test-XXXXXX"));
    if (mkdtemp(fixture->directory) == NULL) {
        give_up("mkdtemp");
    }
    (void)snprintf(fixture->allow, sizeof(fixture->allow), "%s/peers.allow", fixture->directory);
    FILE *file = fopen(fixture->allow, "w");
    if (file == NULL) {
        give_up(fixture->allow);
    }
    (void)fprintf(file, "# role name key\n");
    for (; *names != NULL; names++) {
        char key[41];
        make_key(fixture, *names, key);
        (void)fprintf(file, "%s %s-1 %s\n", *names, *names, key);
    }
    if (fclose(file) != 0) {
        give_up(fixture->allow);
    }
}

void peers_fixture_stranger(const struct peers_fixture *fixture, const char *name)
{
    char key[41];
    make_key(fixture, name, key);
}

const char *peers_fixture_key(const struct peers_fixture *fixture, const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s.key", fixture->directory, name);
    return path;
}

void peers_fixture_remove_last_line(const struct peers_fixture *fixture)
{
    char text[4096];
    FILE *file = fopen(fixture->allow, "r+");
    if (file == NULL) {
        give_up(fixture->allow);
    }
    size_t len = fread(text, 1, sizeof(text), file);
    do {
        len--;
    } while (len > 0 && text[len - 1] != '\n');
    if (ftruncate(fileno(file), (off_t)len) != 0 || fclose(file) != 0) {
        give_up(fixture->allow);
    }
}

void peers_fixture_remove(struct peers_fixture *fixture)
{
    DIR *directory = opendir(fixture->directory);
    if (directory == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[400];
        (void)snprintf(path, sizeof(path), "%s/%s", fixture->directory, entry->d_name);
        if (entry->d_name[0] != '.') {
            (void)unlink(path);
        }
    }
    (void)closedir(directory);
    (void)rmdir(fixture->directory);
}
