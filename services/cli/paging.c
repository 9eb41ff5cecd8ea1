/*
 * paging.c: pages of all partitions, a bounded number of partitions at a time.
 */
#include "paging.h"

#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT 64
#define BUDGET_MS 60000

struct reading {
    struct vv_client *client;
    const struct vv_paging *paging;
    char *problem;
    size_t cap, in_flight;
};
struct job {
    struct reading *reading;
    struct vv_page_place place;
};

static void note(struct reading *reading, const struct job *job, const char *text)
{
    if (reading->problem[0] == '\0') {
        (void)snprintf(reading->problem, reading->cap, "%s partition %u: %s",
                       vv_service_name(reading->paging->service), job->place.partition, text);
    }
}

static bool send_page(struct job *job);

static void on_page(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct job *job = context;
    struct reading *reading = job->reading;
    bool further = false;

    reading->in_flight--;
    if (status != VV_OK || frame == NULL || frame->body == NULL) {
        note(reading, job, frame == NULL ? "no answer in time" : frame->envelope->error);
    } else {
        further = reading->paging->take(reading->paging->context, frame->body, &job->place);
    }
    if (!further || reading->problem[0] != '\0' || !send_page(job)) {
        free(job);
    }
}

static bool send_page(struct job *job)
{
    struct reading *reading = job->reading;
    struct vv_request request = {.service = reading->paging->service,
                                 .partition = job->place.partition,
                                 .type = reading->paging->type,
                                 .budget_ms = BUDGET_MS};
    const ProtobufCMessage *body = reading->paging->ask(reading->paging->context, &job->place);

    if (vv_client_send(reading->client, request, body, on_page, job) != VV_OK) {
        note(reading, job, "could not be asked");
        return false;
    }
    reading->in_flight++;
    return true;
}

bool vv_client_pages(struct vv_client *client, const struct vv_paging *paging, char *ret_problem,
                     size_t cap)
{
    struct reading reading = {
        .client = client, .paging = paging, .problem = ret_problem, .cap = cap};
    uint16_t partitions = vv_client_partitions(client);

    ret_problem[0] = '\0';
    for (uint16_t p = 0; p < partitions && ret_problem[0] == '\0'; p++) {
        while (reading.in_flight >= IN_FLIGHT) {
            vv_client_turn(client, 1000);
        }
        struct job *job = calloc(1, sizeof(*job));
        if (job == NULL) {
            (void)snprintf(ret_problem, cap, "no memory");
            break;
        }
        *job = (struct job){.reading = &reading, .place = {.partition = p}};
        if (!send_page(job)) {
            free(job);
        }
    }
    while (reading.in_flight > 0) {
        vv_client_turn(client, 1000);
    }
    return ret_problem[0] == '\0';
}
