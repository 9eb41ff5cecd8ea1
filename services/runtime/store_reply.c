/*
 * store_reply.c: where replies of a lane live until they have been taken apart: one growing piece
 * of memory that is given back at once, instead of an allocation for each field of each record.
 * hiredis frees a reply before it reads the next, and only ever as a whole.
 */
#include <string.h>

#include "store_lane.h"

struct lane_reply {
    redisReply reply;
    struct vv_chunks *chunks;
};

/* hiredis' release 1 counts elements of arrays in another type. */
#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

static redisReply *make(const redisReadTask *task, int type, size_t more)
{
    struct vv_chunks *chunks = task->privdata;
    struct lane_reply *made = vv_chunks_alloc(chunks, sizeof *made + more);

    if (made == NULL) {
        return NULL;
    }
    memset(made, 0, sizeof *made);
    made->chunks = chunks;
    made->reply.type = type;
    if (task->parent != NULL) {
        ((redisReply *)task->parent->obj)->element[task->idx] = &made->reply;
    }
    return &made->reply;
}

static void *make_string(const redisReadTask *task, char *text, size_t len)
{
    redisReply *reply = make(task, task->type, len + 1);

    if (reply != NULL) {
        reply->str = (char *)reply + sizeof(struct lane_reply);
        memcpy(reply->str, text, len);
        reply->str[len] = '\0';
        reply->len = len;
    }
    return reply;
}

static void *make_array(const redisReadTask *task, element_count count)
{
    size_t elements = count > 0 ? (size_t)count : 0;
    redisReply *reply = make(task, REDIS_REPLY_ARRAY, elements * sizeof reply->element[0]);

    if (reply != NULL && elements > 0) {
        reply->element = (void *)((char *)reply + sizeof(struct lane_reply));
        memset(reply->element, 0, elements * sizeof reply->element[0]);
        reply->elements = elements;
    }
    return reply;
}

static void *make_integer(const redisReadTask *task, long long number)
{
    redisReply *reply = make(task, REDIS_REPLY_INTEGER, 0);

    if (reply != NULL) {
        reply->integer = number;
    }
    return reply;
}

static void *make_nil(const redisReadTask *task)
{
    return make(task, REDIS_REPLY_NIL, 0); /* whatever is missing: a string, or a list */
}

static void free_whole(void *object)
{
    if (object != NULL) {
        vv_chunks_reset(((struct lane_reply *)object)->chunks);
    }
}

void lane_keep_replies(struct lane *lane)
{
    static redisReplyObjectFunctions functions = {
        .createString = make_string,
        .createArray = make_array,
        .createInteger = make_integer,
        .createNil = make_nil,
        .freeObject = free_whole,
    };
    redisReader *reader = lane->redis->c.reader;

    reader->fn = &functions;
    reader->privdata = &lane->replies;
}
