/*
 * http.c: GET /metrics and /health by libmicrohttpd, whose epoll descriptor waits in our loop. It
 * has no thread and no other pages; anything else is 404 or 405.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "vagval/metrics.h"

#define CONNECTIONS_MAX 16
#define TIMEOUT_S 10
#define MEMORY_PER_CONNECTION 16384
#define TICK_MS 500 /* idle connections end; nothing else waits for it */

struct vv_http {
    struct vv_loop *loop;
    struct vv_metrics *metrics;
    int (*ready)(void *context);
    void *context;
    struct MHD_Daemon *daemon;
    int epoll_fd;
};

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned code, const char *type,
                               char *body, size_t len, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(len, body, mode);
    if (response == NULL) {
        if (mode == MHD_RESPMEM_MUST_FREE) {
            free(body);
        }
        return MHD_NO;
    }
    enum MHD_Result result = MHD_add_response_header(response, "Content-Type", type);
    if (result == MHD_YES) {
        result = MHD_queue_response(connection, code, response);
    }
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result respond_text(struct MHD_Connection *connection, unsigned code,
                                    const char *text)
{
    return respond(connection, code, "text/plain; charset=utf-8", (char *)(uintptr_t)text,
                   strlen(text), MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_len, void **per_request)
{
    struct vv_http *http = context;
    (void)version;
    (void)upload;
    (void)per_request;
    if (*upload_len != 0 || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)) {
        *upload_len = 0;
        return respond_text(connection, 405, "only GET\n");
    }
    if (strcmp(url, "/health") == 0) {
        bool ready = http->ready(http->context) != 0;
        return respond_text(connection, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
    }
    if (strcmp(url, "/metrics") != 0) {
        return respond_text(connection, 404, "/metrics or /health\n");
    }
    size_t len = 0;
    char *text = vv_metrics_text(http->metrics, &len);
    if (text == NULL) {
        return respond_text(connection, 500, "no memory\n");
    }
    return respond(connection, 200, "text/plain; version=0.0.4; charset=utf-8", text, len,
                   MHD_RESPMEM_MUST_FREE);
}

static void run(struct vv_http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    /* With epoll, MHD keeps a list of its own of what is ready: run until that is empty. */
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        (void)MHD_run(http->daemon);
        if (MHD_get_timeout(http->daemon, &wait_ms) != MHD_YES || wait_ms > 0) {
            break;
        }
    }
}

static void fd_ready(void *context, int events)
{
    (void)events;
    run(context);
}

static void tick(void *context)
{
    run(context);
}

/* "host:port"; the host is a numeric address, so nothing is looked up. */
static enum vv_status parse_address(const char *address, struct sockaddr_storage *ret_address,
                                    struct vv_error *ret_error)
{
    char host[64];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    const char *colon = strrchr(address, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
        address++;
        len -= 2;
    }
    if (len > 0 && len < sizeof(host)) {
        memcpy(host, address, len);
        host[len] = '\0';
    }
    if (len == 0 || len >= sizeof(host) || colon[1] == '\0' ||
        getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        return vv_fail(ret_error, VV_INVALID, address, "VAGVAL_METRICS", 0,
                       "must be a numeric address and a port, like 127.0.0.1:9100");
    }
    memset(ret_address, 0, sizeof(*ret_address));
    memcpy(ret_address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return VV_OK;
}

enum vv_status vv_http_open(struct vv_loop *loop, struct vv_metrics *metrics, const char *address,
                            int (*ready)(void *context), void *context, struct vv_http **ret_http,
                            struct vv_error *ret_error)
{
    struct sockaddr_storage bound;
    enum vv_status status = parse_address(address, &bound, ret_error);
    if (status != VV_OK) {
        return status;
    }
    struct vv_http *http = calloc(1, sizeof(*http));
    if (http == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "http", "", 0, "no memory");
    }
    http->loop = loop;
    http->metrics = metrics;
    http->ready = ready;
    http->context = context;
    unsigned flags = MHD_USE_EPOLL | (bound.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    http->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, http, MHD_OPTION_SOCK_ADDR,
                                    (struct sockaddr *)&bound, MHD_OPTION_CONNECTION_LIMIT,
                                    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                                    (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                    (size_t)MEMORY_PER_CONNECTION, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        http->daemon == NULL ? NULL : MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) {
        status = vv_fail(ret_error, VV_IO, address, "VAGVAL_METRICS", 0,
                         "cannot listen there; is the port taken?");
    } else {
        http->epoll_fd = info->epoll_fd;
        status = vv_loop_add_fd(loop, http->epoll_fd, VV_LOOP_READ, fd_ready, http);
    }
    if (status == VV_OK) {
        status = vv_loop_every(loop, TICK_MS, tick, http);
    }
    if (status != VV_OK) {
        vv_http_close(&http);
        return status;
    }
    *ret_http = http;
    return VV_OK;
}

unsigned vv_http_port(const struct vv_http *http)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL ? 0 : info->port;
}

void vv_http_close(struct vv_http **http)
{
    if (*http == NULL) {
        return;
    }
    vv_loop_forget((*http)->loop, *http);
    if ((*http)->daemon != NULL) {
        if ((*http)->epoll_fd > 0) {
            vv_loop_remove_fd((*http)->loop, (*http)->epoll_fd);
        }
        MHD_stop_daemon((*http)->daemon);
    }
    free(*http);
    *http = NULL;
}
