/*
 * party_links.c: the organisations that are noted as related to one. See the header.
 */
#include "party_links.h"

#include <string.h>

#include "ask.h"
#include "vagval/idno.h"
#include "vagval/limits.h"

/* The other organisation's number; "" for links that were noted without. */
static const char *other_of(const Vagval__V1__PartyLink *link, struct vv_id own)
{
    bool is_first = link->provider.len == sizeof(own.bytes) &&
                    memcmp(link->provider.data, own.bytes, sizeof(own.bytes)) == 0;
    return is_first ? link->party_number : link->provider_number;
}

static json_t *list_of(const Vagval__V1__Periods *reply, struct vv_id own)
{
    json_t *by_number = json_object();
    json_t *list = json_array();
    const char *number = NULL;
    json_t *link_json = NULL;
    for (size_t i = 0; i < reply->n_party_links; i++) {
        const Vagval__V1__PartyLink *link = reply->party_links[i];
        const char *other = other_of(link, own);
        (void)json_object_set_new(/* a later one of the pair replaces an earlier one */
                                  by_number, other,
                                  json_pack(
                                      "{s:s, s:s, s:s, s:o, s:b}", "organisation_number", other,
                                      "note", link->note, "by", link->by, "on",
                                      vv_cli_json_date((int32_t)(link->recorded_ms / VV_DAY_MS)),
                                      "withdrawn", link->withdrawn));
    }
    json_object_foreach(by_number, number, link_json)
    {
        (void)json_array_append(list, link_json);
    }
    json_decref(by_number);
    return list;
}

json_t *vv_party_links(struct vv_client *client, const char *organisation_number)
{
    Vagval__V1__PeriodsPage body = VAGVAL__V1__PERIODS_PAGE__INIT;
    struct vv_client_answer answer = {0};
    if (vv_members_count(vv_client_members(client), VV_PAYMENT) == 0) {
        return json_null();
    }
    struct vv_id own = vv_id_provider(organisation_number, vv_client_partitions(client));
    body.partition = vv_id_partition(own); /* each has all of them */
    body.provider = (ProtobufCBinaryData){sizeof(own.bytes), own.bytes};
    struct vv_request request = {.service = VV_PAYMENT,
                                 .partition = (uint16_t)body.partition,
                                 .type = VV_MSG_PERIODS_PAGE,
                                 .subject = own};
    vv_client_call(client, request, &body.base, &answer);
    json_t *list = answer.status == VV_OK ? list_of((const Vagval__V1__Periods *)answer.body, own)
                                          : json_null();
    vv_client_answer_free(&answer);
    return list;
}

static const char *text_at(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text == NULL ? "" : text;
}

void vv_party_links_print(FILE *out, const json_t *links)
{
    const json_t *link = NULL;
    size_t i = 0;
    if (!json_is_array(links)) {
        (void)fprintf(out, "related organisations: not known, payment does not answer\n");
        return;
    }
    json_array_foreach(links, i, link)
    {
        if (!json_is_true(json_object_get(link, "withdrawn"))) {
            (void)fprintf(out, "related to %s since %s, noted by %s: %s\n",
                          text_at(link, "organisation_number"), text_at(link, "on"),
                          text_at(link, "by"), text_at(link, "note"));
        }
    }
}
