/*
 * zap.c: answers libzmq's question "may this key connect?" from the allow list.
 *
 * The handler has a thread of its own, because the boot self-test and handshakes during a long
 * turn need answers while the loop is elsewhere. The thread shares nothing with the rest but two
 * counters: it reads the list itself, and again when the file has changed, so that a key that is
 * added is let in, and one that is taken out gets no further connection. A list that cannot be read
 * changes nothing: the last good one stays.
 */
#include "zap.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#define ENDPOINT "inproc://zeromq.zap.01"
#define CONTROL "inproc://vagval.zap.stop"
#define FRAMES_MAX 7
/* version, request id, domain, address, identity, mechanism, credentials: the credentials of CURVE
 * are 32 bytes, everything else is short text that libzmq made or the peer's routing id. */
#define FRAME_BYTES_MAX 256

enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS };

struct vv_zap {
    pthread_t thread;
    void *handler, *stop_in, *stop_out;
    const char *path; /* of the list */
    struct stat read; /* the file as it was when `list` was read */
    struct vv_allow_list list;
    atomic_uint_fast64_t refused_keys, refused_roles;
};

struct frame {
    size_t len;
    uint8_t bytes[FRAME_BYTES_MAX];
};

static bool frame_is(const struct frame *frame, const char *text)
{
    return frame->len == strlen(text) && memcmp(frame->bytes, text, frame->len) == 0;
}

/* Receives one request; *ret_count is FRAMES_MAX only if it has exactly that many frames. Returns
 * false when the context is ending. */
static bool receive(void *socket, struct frame frames[static FRAMES_MAX], size_t *ret_count)
{
    size_t count = 0;
    int more = 1;
    while (more) {
        struct frame scrap;
        struct frame *frame = count < FRAMES_MAX ? &frames[count] : &scrap;
        size_t more_len = sizeof(more);
        int len = zmq_recv(socket, frame->bytes, sizeof(frame->bytes), 0);
        if (len < 0) {
            return false;
        }
        frame->len = (size_t)len;
        count += (size_t)len <= sizeof(frame->bytes) ? 1 : FRAMES_MAX + 1;
        if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_len) != 0) {
            return false;
        }
    }
    *ret_count = count;
    return true;
}

static bool has_changed(const struct stat *a, const struct stat *b)
{
    return a->st_ino != b->st_ino || a->st_size != b->st_size ||
           a->st_mtim.tv_sec != b->st_mtim.tv_sec || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

static enum vv_status read_list(struct vv_zap *zap, struct vv_error *ret_error)
{
    struct stat now;
    if (stat(zap->path, &now) != 0 || (zap->list.items != NULL && !has_changed(&now, &zap->read))) {
        return VV_OK; /* gone, or the same: what was read last counts */
    }
    struct vv_allow_list list;
    zap->read = now; /* a bad file is not read again until it changes */
    enum vv_status status = vv_allow_list_read(zap->path, &list, ret_error);
    if (status == VV_OK) {
        vv_allow_list_free(&zap->list);
        zap->list = list;
    }
    return status;
}

static const struct vv_allowed *judge(struct vv_zap *zap,
                                      const struct frame frames[static FRAMES_MAX])
{
    if (!frame_is(&frames[VERSION], "1.0") || !frame_is(&frames[MECHANISM], "CURVE") ||
        frames[CREDENTIALS].len != VV_CURVE_KEY_BYTES) {
        atomic_fetch_add(&zap->refused_keys, 1);
        return NULL;
    }
    enum vv_status read = read_list(zap, NULL);
    (void)read; /* the last good list stays */
    const struct vv_allowed *who = vv_allow_list_find(&zap->list, frames[CREDENTIALS].bytes);
    if (who == NULL) {
        atomic_fetch_add(&zap->refused_keys, 1);
        return NULL;
    }
    bool fits = frame_is(&frames[DOMAIN], VV_ZAP_COMMANDS) ||
                (frame_is(&frames[DOMAIN], VV_ZAP_EVENTS) &&
                 ((uint32_t)who->role & (uint32_t)VV_ROLES_EVENTS) != 0);
    if (!fits) {
        atomic_fetch_add(&zap->refused_roles, 1);
        return NULL;
    }
    return who;
}

static bool send_text(void *socket, const void *bytes, size_t len, int flags)
{
    return zmq_send(socket, bytes, len, flags) >= 0;
}

static bool answer(void *socket, const struct frame *request_id, const struct vv_allowed *who)
{
    char user[VV_ROLE_NAME_BYTES + VV_PEER_NAME_BYTES] = "";
    if (who != NULL) {
        (void)snprintf(user, sizeof(user), "%s %s", vv_role_name(who->role), who->name);
    }
    const char *code = who != NULL ? "200" : "400";
    const char *text = who != NULL ? "OK" : "not allowed";
    return send_text(socket, "1.0", 3, ZMQ_SNDMORE) &&
           send_text(socket, request_id->bytes, request_id->len, ZMQ_SNDMORE) &&
           send_text(socket, code, 3, ZMQ_SNDMORE) &&
           send_text(socket, text, strlen(text), ZMQ_SNDMORE) &&
           send_text(socket, user, strlen(user), ZMQ_SNDMORE) && send_text(socket, "", 0, 0);
}

static void *serve(void *context)
{
    struct vv_zap *zap = context;
    struct frame frames[FRAMES_MAX];

    for (;;) {
        zmq_pollitem_t items[] = {{.socket = zap->handler, .events = ZMQ_POLLIN},
                                  {.socket = zap->stop_in, .events = ZMQ_POLLIN}};
        if (zmq_poll(items, 2, -1) < 0 || (items[1].revents & ZMQ_POLLIN) != 0) {
            break;
        }
        size_t count = 0;
        if (!receive(zap->handler, frames, &count)) {
            break;
        }
        if (count < REQUEST_ID + 1) {
            /* REP must answer something before it may receive again. */
            frames[REQUEST_ID].len = 0;
        }
        const struct vv_allowed *who = NULL;
        if (count == FRAMES_MAX) {
            who = judge(zap, frames);
        } else {
            atomic_fetch_add(&zap->refused_keys, 1);
        }
        frames[REQUEST_ID].len =
            frames[REQUEST_ID].len <= FRAME_BYTES_MAX ? frames[REQUEST_ID].len : FRAME_BYTES_MAX;
        if (!answer(zap->handler, &frames[REQUEST_ID], who)) {
            break;
        }
    }
    return NULL;
}

static bool start_thread(struct vv_zap *zap)
{
    sigset_t all, before;
    /* Signals belong to the loop. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&zap->thread, NULL, serve, zap);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0;
}

static void close_sockets(struct vv_zap *zap)
{
    if (zap->handler != NULL) {
        (void)zmq_close(zap->handler);
    }
    if (zap->stop_in != NULL) {
        (void)zmq_close(zap->stop_in);
    }
    if (zap->stop_out != NULL) {
        (void)zmq_close(zap->stop_out);
    }
}

enum vv_status vv_zap_start(void *zmq_context, const char *path, struct vv_zap **ret_zap,
                            struct vv_error *ret_error)
{
    int no_linger = 0;
    struct vv_zap *zap = calloc(1, sizeof(*zap));
    if (zap == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "zap", "", 0, "no memory");
    }
    zap->path = path;
    enum vv_status status = vv_allow_list_read(path, &zap->list, ret_error);
    if (status != VV_OK || stat(path, &zap->read) != 0) {
        vv_allow_list_free(&zap->list);
        free(zap);
        return status != VV_OK ? status : vv_fail(ret_error, VV_IO, path, "", 0, "has gone");
    }
    zap->handler = zmq_socket(zmq_context, ZMQ_REP);
    zap->stop_in = zmq_socket(zmq_context, ZMQ_PAIR);
    zap->stop_out = zmq_socket(zmq_context, ZMQ_PAIR);
    bool good = zap->handler != NULL && zap->stop_in != NULL && zap->stop_out != NULL &&
                zmq_setsockopt(zap->handler, ZMQ_LINGER, &no_linger, sizeof(no_linger)) == 0 &&
                zmq_setsockopt(zap->stop_in, ZMQ_LINGER, &no_linger, sizeof(no_linger)) == 0 &&
                zmq_setsockopt(zap->stop_out, ZMQ_LINGER, &no_linger, sizeof(no_linger)) == 0 &&
                zmq_bind(zap->handler, ENDPOINT) == 0 && zmq_bind(zap->stop_in, CONTROL) == 0 &&
                zmq_connect(zap->stop_out, CONTROL) == 0 && start_thread(zap);
    if (!good) {
        close_sockets(zap);
        vv_allow_list_free(&zap->list);
        free(zap);
        return vv_fail(ret_error, VV_IO, "zap", "", 0, "cannot start the authentication handler");
    }
    *ret_zap = zap;
    return VV_OK;
}

uint64_t vv_zap_refused_keys(const struct vv_zap *zap)
{
    return atomic_load(&zap->refused_keys);
}

uint64_t vv_zap_refused_roles(const struct vv_zap *zap)
{
    return atomic_load(&zap->refused_roles);
}

void vv_zap_stop(struct vv_zap **zap)
{
    if (*zap == NULL) {
        return;
    }
    (void)zmq_send((*zap)->stop_out, "", 0, 0);
    (void)pthread_join((*zap)->thread, NULL);
    close_sockets(*zap);
    vv_allow_list_free(&(*zap)->list);
    free(*zap);
    *zap = NULL;
}
