/*
 * engine_cache.c: committed records of owned partitions. Only what a reply of Redis has shown or a
 * durable commit has made comes in; whatever is in doubt is dropped, partition by partition.
 *
 * An entry carries the partition's `chain`: the number of times that another instance has been seen
 * to commit there. While the chain is the same and the last commit is ours, what is cached is what
 * is stored, and a commit need not check it record by record.
 */
#include <stdlib.h>

#include "engine_internal.h"

#define BYTES_PER_BUCKET 512

enum vv_status vv_cache_open(struct vv_cache *cache, size_t bytes_max)
{
    cache->bytes_max = bytes_max;
    cache->bucket_count = 1024;
    while (cache->bucket_count < bytes_max / BYTES_PER_BUCKET) {
        cache->bucket_count *= 2;
    }
    cache->buckets = calloc(cache->bucket_count, sizeof(*cache->buckets));
    return cache->buckets == NULL ? VV_NO_MEMORY : VV_OK;
}

static void unlink_age(struct vv_cache *cache, struct vv_entry *entry)
{
    if (entry->newer == NULL) {
        cache->newest = entry->older;
    } else {
        entry->newer->older = entry->older;
    }
    if (entry->older == NULL) {
        cache->oldest = entry->newer;
    } else {
        entry->older->newer = entry->newer;
    }
    entry->newer = NULL;
    entry->older = NULL;
}

static void link_newest(struct vv_cache *cache, struct vv_entry *entry)
{
    entry->older = cache->newest;
    entry->newer = NULL;
    if (cache->newest != NULL) {
        cache->newest->newer = entry;
    }
    cache->newest = entry;
    if (cache->oldest == NULL) {
        cache->oldest = entry;
    }
}

void vv_cache_forget(struct vv_engine *engine, struct vv_entry *entry)
{
    struct vv_cache *cache = &engine->cache;
    if (!entry->cached) {
        return;
    }
    struct vv_entry **at = &cache->buckets[entry->hash & (cache->bucket_count - 1)];
    while (*at != entry) {
        at = &(*at)->bucket_next;
    }
    *at = entry->bucket_next;
    unlink_age(cache, entry);
    if (entry->partition_prev == NULL) {
        vv_engine_partition(engine, entry->partition)->cached = entry->partition_next;
    } else {
        entry->partition_prev->partition_next = entry->partition_next;
    }
    if (entry->partition_next != NULL) {
        entry->partition_next->partition_prev = entry->partition_prev;
    }
    cache->bytes -= entry->bytes;
    cache->count--;
    entry->cached = false;
    entry->pins++;
    vv_entry_unpin(entry); /* frees it unless a batch still works on it */
}

void vv_cache_close(struct vv_engine *engine)
{
    while (engine->cache.oldest != NULL) {
        vv_cache_forget(engine, engine->cache.oldest);
    }
    free(engine->cache.buckets);
    engine->cache.buckets = NULL;
}

struct vv_entry *vv_cache_find(struct vv_engine *engine, uint16_t partition,
                               const struct vv_name *name, uint64_t hash)
{
    struct vv_cache *cache = &engine->cache;
    struct vv_entry *entry = cache->buckets[hash & (cache->bucket_count - 1)];
    while (entry != NULL && (entry->hash != hash || entry->partition != partition ||
                             !vv_name_equal(&entry->name, name))) {
        entry = entry->bucket_next;
    }
    if (entry == NULL) {
        engine->counters.cache_misses++;
        return NULL;
    }
    engine->counters.cache_hits++;
    unlink_age(cache, entry);
    link_newest(cache, entry);
    entry->pins++;
    return entry;
}

void vv_cache_make_room(struct vv_engine *engine)
{
    struct vv_cache *cache = &engine->cache;
    struct vv_entry *entry = cache->oldest;
    while (cache->bytes > cache->bytes_max && entry != NULL) {
        struct vv_entry *newer = entry->newer;
        if (entry->pins == 0) {
            vv_cache_forget(engine, entry);
        }
        entry = newer;
    }
}

void vv_cache_add(struct vv_engine *engine, struct vv_partition *partition, struct vv_entry *entry)
{
    struct vv_cache *cache = &engine->cache;
    if (entry->cached) {
        return;
    }
    struct vv_entry **bucket = &cache->buckets[entry->hash & (cache->bucket_count - 1)];
    entry->bucket_next = *bucket;
    *bucket = entry;
    link_newest(cache, entry);
    entry->partition_prev = NULL;
    entry->partition_next = partition->cached;
    if (partition->cached != NULL) {
        partition->cached->partition_prev = entry;
    }
    partition->cached = entry;
    entry->cached = true;
    cache->bytes += entry->bytes;
    cache->count++;
    vv_cache_make_room(engine);
}

void vv_cache_drop(struct vv_engine *engine, struct vv_partition *partition)
{
    while (partition->cached != NULL) {
        vv_cache_forget(engine, partition->cached);
    }
}
