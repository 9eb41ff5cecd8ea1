/*
 * test_system.c: publications, the virtual clock, providers, contracts, and what is asked of them.
 */
#include "kit.h"

static char *read_all(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 128 * 1024);
    assert_non_null(text);
    *ret_len = fread(text, 1, 128 * 1024 - 1, file);
    fclose(file);
    return text;
}

static const struct vv_harness_result *publish(struct kit *kit, struct vv_id id, const char *yaml,
                                               size_t len, const char *model, size_t model_len)
{
    Vagval__V1__PublishScheme body;
    vagval__v1__publish_scheme__init(&body);
    body.name = (char *)"se-krom.yaml";
    body.yaml = (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)yaml};
    body.model_name = (char *)"ams-2018.yaml";
    body.model_yaml = (ProtobufCBinaryData){model_len, (uint8_t *)(uintptr_t)model};
    return command(kit, VV_MSG_PUBLISH_SCHEME, id, VV_ID_SYSTEM, &body.base);
}

static void a_version_enters_the_book_once(void **state)
{
    struct kit *kit = *state;
    size_t len = 0, model_len = 0;
    char *yaml = read_all("deploy/schemes/se-krom.yaml", &len);
    char *model = read_all("deploy/models/ams-2018.yaml", &model_len);
    struct vv_id id = next_id(kit);
    char version[VV_VERSION_TEXT_BYTES];
    vv_version_of(yaml, len, version);
    const struct vv_harness_result *result = publish(kit, id, yaml, len, model, model_len);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__SchemePublished *reply = (const Vagval__V1__SchemePublished *)result->reply;
    assert_string_equal(reply->scheme, SCHEME);
    assert_string_equal(reply->version, version);
    assert_int_equal(reply->generation, 1);
    assert_false(reply->already);
    assert_true(publish(kit, id, yaml, len, model, model_len)->repeated);
    result = publish(kit, next_id(kit), yaml, len, model, model_len);
    assert_int_equal(result->status, VV_OK);
    assert_true(((const Vagval__V1__SchemePublished *)result->reply)->already);
    assert_int_equal(vv_harness_list_len(kit->harness, VV_PARTITION_SYSTEM, "book", NIL), 1);
    /* What stands in the book reads back as the files. */
    size_t packed_len = 0;
    const void *packed =
        vv_harness_list_at(kit->harness, VV_PARTITION_SYSTEM, "book", NIL, 0, &packed_len);
    const Vagval__V1__PublishScheme *entry = (const Vagval__V1__PublishScheme *)vv_harness_unpack(
        kit->harness, &vagval__v1__publish_scheme__descriptor, packed, packed_len);
    assert_non_null(entry);
    assert_int_equal(entry->yaml.len, len);
    assert_memory_equal(entry->yaml.data, yaml, len);
    /* Another model under the same version of the scheme is refused. */
    model[model_len] = '\n';
    result = publish(kit, next_id(kit), yaml, len, model, model_len + 1);
    assert_int_equal(result->status, VV_REFUSED);
    assert_string_equal(result->field, "model_yaml");
    /* A changed scheme is a further version. It may reach back: a tariff that is published late, or
     * from a day of its own. */
    char *from = strstr(yaml, "\nvalid: {from: 2020-03-16");
    assert_non_null(from);
    yaml[len] = '\n';
    static const char *const begins[] = {"2020-03-16", "2021-01-31", "2021-02-01", "2021-02-02"};
    for (size_t i = 0; i < 4; i++) {
        memcpy(from + strlen("\nvalid: {from: "), begins[i], 10);
        result = publish(kit, next_id(kit), yaml, len + 1, model, model_len);
        assert_int_equal(result->status, VV_OK);
        assert_int_equal(((const Vagval__V1__SchemePublished *)result->reply)->generation, 2 + i);
    }
    /* What is known already is no further version, whatever the date. */
    today(kit, "2021-03-01");
    result = publish(kit, next_id(kit), yaml, len + 1, model, model_len);
    assert_int_equal(result->status, VV_OK);
    assert_true(((const Vagval__V1__SchemePublished *)result->reply)->already);
    free(yaml);
    free(model);
}

static void a_mistake_in_a_file_is_named_with_file_and_line(void **state)
{
    struct kit *kit = *state;
    size_t len = 0, model_len = 0;
    char *yaml = read_all("deploy/schemes/se-krom.yaml", &len);
    char *model = read_all("deploy/models/ams-2018.yaml", &model_len);
    char *at = strstr(yaml, "\nvalid: {from: ");
    assert_non_null(at);
    memcpy(at + strlen("\nvalid: {from: "), "2020-13-16", 10);
    const struct vv_harness_result *result =
        publish(kit, next_id(kit), yaml, len, model, model_len);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "yaml");
    assert_non_null(strstr(result->text, "se-krom.yaml"));
    assert_non_null(strstr(result->text, "from"));
    assert_int_equal(vv_harness_list_len(kit->harness, VV_PARTITION_SYSTEM, "book", NIL), 0);
    free(yaml);
    free(model);
}

static enum vv_status set_clock(struct kit *kit, const char *date)
{
    Vagval__V1__SetClock body;
    vagval__v1__set_clock__init(&body);
    body.date = day(date);
    return command(kit, VV_MSG_SET_CLOCK, next_id(kit), VV_ID_SYSTEM, &body.base)->status;
}

static void the_virtual_clock_never_goes_back(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(set_clock(kit, "2021-02-01"), VV_OK);
    assert_int_equal(set_clock(kit, "2021-02-01"), VV_OK);
    assert_int_equal(set_clock(kit, "2021-02-05"), VV_OK);
    assert_int_equal(set_clock(kit, "2021-02-04"), VV_REFUSED);
    const struct vv_record *record =
        vv_harness_record(kit->harness, VV_PARTITION_SYSTEM, "clock", NIL);
    const Vagval__V1__ClockSet *clock = (const Vagval__V1__ClockSet *)vv_harness_unpack(
        kit->harness, &vagval__v1__clock_set__descriptor, record->body, record->body_len);
    assert_non_null(clock);
    assert_int_equal(clock->date, day("2021-02-05"));
    assert_int_equal(record->field_count, 0); /* no fact: the clock is its own record */
}

static enum vv_status register_as(struct kit *kit, const char *number, const char *subject_number)
{
    Vagval__V1__RegisterProvider body;
    vagval__v1__register_provider__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"provider";
    body.organisation_number = (char *)(uintptr_t)number;
    body.name = (char *)"Exempel AB";
    return command(kit, VV_MSG_REGISTER_PROVIDER, next_id(kit),
                   vv_id_provider(subject_number, PARTITIONS), &body.base)
        ->status;
}

static void a_provider_has_a_valid_organisation_number(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(register_as(kit, "556016-0680", "556016-0680"), VV_OK);
    assert_int_equal(register_as(kit, "5560160680", "556016-0680"), VV_OK);
    assert_int_equal(register_as(kit, "556016-0681", "556016-0681"), VV_INVALID);
    assert_int_equal(register_as(kit, "556016-0680", "202100-2114"), VV_INVALID);
    struct vv_id provider = vv_id_provider("556016-0680", PARTITIONS);
    assert_int_equal(
        vv_harness_counter(kit->harness, vv_id_partition(provider), "sums", NIL, "providers"), 1);
}

static void a_contract_is_checked_before_it_is_authorised(void **state)
{
    struct kit *kit = *state;
    struct vv_id provider = vv_id_provider("202100-5489", PARTITIONS);
    Vagval__V1__AuthoriseContract good;
    vagval__v1__authorise_contract__init(&good);
    good.source = (char *)"test";
    good.source_ref = (char *)"contract";
    good.number = (char *)"KA-7";
    good.provider = bytes_of(&provider);
    good.area = (char *)"umea";
    good.capacity = 10;
    good.latitude = 63.8;
    good.longitude = 20.2;
    good.from = day("2020-03-16");
    good.organisation_number = (char *)"202100-5489";
    good.provider_name = (char *)"Exempel AB";
    struct vv_id subject = contract_id("KA-7");
    Vagval__V1__AuthoriseContract bad = good;
    bad.capacity = 0;
    assert_int_equal(
        command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), subject, &bad.base)->status,
        VV_INVALID);
    bad = good;
    bad.latitude = 91;
    assert_int_equal(
        command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), subject, &bad.base)->status,
        VV_INVALID);
    bad = good;
    bad.to = day("2020-03-15");
    assert_int_equal(
        command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), subject, &bad.base)->status,
        VV_INVALID);
    bad = good;
    bad.number = (char *)"KA-8";
    assert_int_equal(
        command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), subject, &bad.base)->status,
        VV_INVALID);
    bad = good;
    bad.area = (char *)"atlantis";
    assert_int_equal(command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit),
                             vv_id_contract(SCHEME, "atlantis", "KA-7", PARTITIONS), &bad.base)
                         ->status,
                     VV_INVALID);
    assert_int_equal(
        command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), subject, &good.base)->status, VV_OK);
    assert_int_equal(capacity_of(kit, "KA-7")->capacity, 10);
}

static void a_capacity_in_use_cannot_be_taken_away(void **state)
{
    struct kit *kit = *state;
    (void)placed_case(kit, 1, "KA-1");
    (void)placed_case(kit, 2, "KA-1");
    assert_int_equal(authorise(kit, "KA-1", 1, 0.01)->status, VV_REFUSED);
    const struct vv_harness_result *result = authorise(kit, "KA-1", 3, 0.01);
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "amended");
    assert_int_equal(capacity_of(kit, "KA-1")->capacity, 3);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 2);
}

static void contracts_are_listed_with_their_places(void **state)
{
    struct kit *kit = *state;
    (void)placed_case(kit, 1, "KA-1");
    Vagval__V1__ListContracts body;
    vagval__v1__list_contracts__init(&body);
    body.partition = vv_id_partition(contract_id("KA-1"));
    body.scheme = (char *)SCHEME;
    const struct vv_harness_result *result =
        command(kit, VV_MSG_LIST_CONTRACTS, next_id(kit), VV_ID_SYSTEM, &body.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__ContractList *list = (const Vagval__V1__ContractList *)result->reply;
    assert_int_equal(list->n_contracts, 2);
    assert_string_equal(list->contracts[0]->number, "KA-1");
    assert_string_equal(list->contracts[0]->provider_name, "Exempel AB");
    assert_string_equal(list->contracts[0]->area, "umea");
    assert_int_equal(list->contracts[0]->taken, 1);
    assert_int_equal(list->contracts[1]->taken, 0);
    body.scheme = (char *)"another";
    result = command(kit, VV_MSG_LIST_CONTRACTS, next_id(kit), VV_ID_SYSTEM, &body.base);
    assert_int_equal(((const Vagval__V1__ContractList *)result->reply)->n_contracts, 0);
    body.partition = PARTITIONS;
    result = command(kit, VV_MSG_LIST_CONTRACTS, next_id(kit), VV_ID_SYSTEM, &body.base);
    assert_int_equal(result->status, VV_INVALID);
}

static int64_t sum_named(const Vagval__V1__RegistrySumsReply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_sums; i++) {
        if (strcmp(reply->sums[i]->name, name) == 0) {
            return reply->sums[i]->amount;
        }
    }
    return -1;
}

static void sums_and_timeline_tell_the_course(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-04-12");
    (void)report_as(kit, next_id(kit), case_id, "2021-02-01", true, "2021-03-05");
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12");
    Vagval__V1__RegistrySums sums;
    vagval__v1__registry_sums__init(&sums);
    sums.partition = vv_id_partition(case_id);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_REGISTRY_SUMS, next_id(kit), VV_ID_SYSTEM, &sums.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__RegistrySumsReply *reply =
        (const Vagval__V1__RegistrySumsReply *)result->reply;
    assert_int_equal(sum_named(reply, "level.B@" SCHEME), 1);
    assert_int_equal(sum_named(reply, "placements.started@" SCHEME), 1);
    assert_int_equal(sum_named(reply, "outcomes.job@" SCHEME), 1);
    Vagval__V1__CaseShow show;
    vagval__v1__case_show__init(&show);
    show.case_id = bytes_of(&case_id);
    result = command(kit, VV_MSG_CASE_SHOW, next_id(kit), case_id, &show.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__CaseView *view = (const Vagval__V1__CaseView *)result->reply;
    assert_string_equal(view->state, "placed");
    /* level, choice, placement, report, job, offer */
    assert_int_equal(view->n_timeline, 6);
    assert_string_equal(view->timeline[2]->code, "placement.started");
    assert_non_null(strstr(view->timeline[2]->text_en, "KA-1"));
    assert_non_null(strstr(view->timeline[2]->text_sv, "KA-1"));
    assert_string_equal(view->timeline[4]->code, "outcome.job");
    assert_string_equal(view->timeline[5]->code, "placement.offered");
    assert_int_equal(view->timeline[5]->recorded_ms, (int64_t)day("2021-02-01") * VV_DAY_MS);
    (void)end_placement(kit, case_id, "2021-04-12");
    result = command(kit, VV_MSG_CASE_SHOW, next_id(kit), case_id, &show.base);
    view = (const Vagval__V1__CaseView *)result->reply;
    assert_int_equal(view->n_timeline, 7);
    assert_string_equal(view->timeline[6]->code, "placement.ended");
    assert_int_equal(view->timeline[6]->fact.len, 16);
    struct vv_id unknown = person_case(77);
    assert_int_equal(command(kit, VV_MSG_CASE_SHOW, next_id(kit), unknown, &show.base)->status,
                     VV_NOT_FOUND);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_version_enters_the_book_once),
        KIT_TEST(a_mistake_in_a_file_is_named_with_file_and_line),
        KIT_TEST(the_virtual_clock_never_goes_back),
        KIT_TEST(a_provider_has_a_valid_organisation_number),
        KIT_TEST(a_contract_is_checked_before_it_is_authorised),
        KIT_TEST(a_capacity_in_use_cannot_be_taken_away),
        KIT_TEST(contracts_are_listed_with_their_places),
        KIT_TEST(sums_and_timeline_tell_the_course),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
