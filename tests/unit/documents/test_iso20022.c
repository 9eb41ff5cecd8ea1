/*
 * test_iso20022.c: payment files written and bank reports read. What the whole file looks like to
 * the official schema is tested with real runs (tests/integration/test_payrun.sh).
 */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/documents/iso20022.h"

/* ---- writing ---- */

static const struct vv_pain001_head head = {.message_id = "0000cdf544b78c729945bfc0b297e9ed",
                                            .created_ms =
                                                INT64_C(1612526400000), /* 2021-02-05T12:00:00Z */
                                            .execution = 18666,         /* 2021-02-08 */
                                            .currency = "SEK",
                                            .count = 2,
                                            .control_sum = 123456 + 1,
                                            .debtor = "Arbetsförmedlingen",
                                            .organisation_number = "202100-2114",
                                            .account = {VV_ACCOUNT_BANKGIRO, "991-2346", "", ""}};

static struct vv_pain001_payment payment(const char *id, vv_money amount, enum vv_account_kind kind,
                                         const char *number)
{
    return (struct vv_pain001_payment){.end_to_end = id,
                                       .amount = amount,
                                       .name = "Övnings & Prov <AB>",
                                       .organisation_number = "556016-0680",
                                       .account = {kind, number, "", ""},
                                       .text = "run 1"};
}

/* Writes the two payments of `head`; the caller frees. */
static char *write_two(const struct vv_pain001_head *of, uint8_t hash[static 32])
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);
    struct vv_pain001 *writer = NULL;
    struct vv_error error = {0};
    struct vv_pain001_payment one = payment("run-1", 123456, VV_ACCOUNT_BANKGIRO, "5050-1055");
    struct vv_pain001_payment two = payment("run-2", 1, VV_ACCOUNT_PLUSGIRO, "4190-5");
    assert_non_null(out);
    assert_int_equal(vv_pain001_open(out, of, &writer, &error), VV_OK);
    assert_int_equal(vv_pain001_add(writer, &one, &error), VV_OK);
    assert_int_equal(vv_pain001_add(writer, &two, &error), VV_OK);
    assert_int_equal(vv_pain001_finish(writer, hash, &error), VV_OK);
    vv_pain001_close(&writer);
    assert_int_equal(fclose(out), 0);
    return bytes;
}

static void holds(const char *bytes, const char *part)
{
    if (strstr(bytes, part) == NULL) {
        fail_msg("%s is not in\n%s", part, bytes);
    }
}

static void test_file(void **state)
{
    (void)state;
    uint8_t hash[32];
    uint8_t again[32];
    uint8_t own[32];
    char *bytes = write_two(&head, hash);
    char *twice = write_two(&head, again);
    holds(bytes, "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
    holds(bytes, "<CreDtTm>2021-02-05T12:00:00Z</CreDtTm>");
    holds(bytes, "<Dt>2021-02-08</Dt>");
    holds(bytes, "<NbOfTxs>2</NbOfTxs>");
    holds(bytes, "<CtrlSum>1234.57</CtrlSum>"); /* 1234.56 + 0.01 */
    holds(bytes, "<InstdAmt Ccy=\"SEK\">1234.56</InstdAmt>");
    holds(bytes, "<InstdAmt Ccy=\"SEK\">0.01</InstdAmt>");
    holds(bytes, "<MmbId>9900</MmbId>");
    holds(bytes, "<Id>50501055</Id>");
    holds(bytes, "<Prtry>BGNR</Prtry>");
    holds(bytes, "<MmbId>9960</MmbId>");
    holds(bytes, "<Nm>Övnings + Prov .AB.</Nm>");
    assert_null(strstr(bytes, "&amp;"));
    /* The same calls give the same bytes, and the hash is of these bytes. */
    assert_string_equal(bytes, twice);
    assert_memory_equal(hash, again, sizeof(hash));
    crypto_hash_sha256(own, (const unsigned char *)bytes, strlen(bytes));
    assert_memory_equal(hash, own, sizeof(hash));
    free(bytes);
    free(twice);
}

static void test_euro_reference(void **state)
{
    (void)state;
    struct vv_pain001_head euro = head;
    struct vv_pain001 *writer = NULL;
    struct vv_error error = {0};
    uint8_t hash[32];
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);
    euro.currency = "EUR";
    euro.count = 1;
    euro.control_sum = 50000;
    euro.account = (struct vv_bank_account){VV_ACCOUNT_IBAN, "FI2112345600000785", "NDEAFIHH", ""};
    struct vv_pain001_payment one = payment("run-1", 50000, VV_ACCOUNT_IBAN, "FI2112345600000785");
    struct vv_pain001_payment giro = payment("run-2", 1, VV_ACCOUNT_BANKGIRO, "991-2346");
    one.account.reference = "RF18539007547034";
    assert_int_equal(vv_pain001_open(out, &euro, &writer, &error), VV_OK);
    assert_int_equal(vv_pain001_add(writer, &giro, &error), VV_INVALID); /* a giro takes no euros */
    assert_int_equal(vv_pain001_add(writer, &one, &error), VV_OK);
    assert_int_equal(vv_pain001_finish(writer, hash, &error), VV_OK);
    vv_pain001_close(&writer);
    assert_int_equal(fclose(out), 0);
    holds(bytes, "<Cd>SCOR</Cd>");
    holds(bytes, "<Ref>RF18539007547034</Ref>");
    holds(bytes, "<IBAN>FI2112345600000785</IBAN>");
    holds(bytes, "<Cd>SEPA</Cd>");
    holds(bytes, "<BICFI>NDEAFIHH</BICFI>");
    assert_null(strstr(bytes, "<Ustrd>"));
    free(bytes);
}

static void test_refusals(void **state)
{
    (void)state;
    struct vv_error error = {0};
    struct vv_pain001 *writer = NULL;
    uint8_t hash[32];
    FILE *out = tmpfile();
    assert_non_null(out);
    struct vv_pain001_head wrong = head;
    wrong.message_id = "123456789012345678901234567890123456"; /* 36 */
    assert_int_equal(vv_pain001_open(out, &wrong, &writer, &error), VV_INVALID);
    wrong = head;
    wrong.currency = "USD";
    assert_int_equal(vv_pain001_open(out, &wrong, &writer, &error), VV_INVALID);
    wrong = head;
    wrong.count = 0;
    assert_int_equal(vv_pain001_open(out, &wrong, &writer, &error), VV_INVALID);
    assert_null(writer);
    /* One payment less, or another sum, than the head says. */
    struct vv_pain001_payment one = payment("run-1", 123456, VV_ACCOUNT_BANKGIRO, "991-2346");
    struct vv_pain001_payment two = payment("run-2", 2, VV_ACCOUNT_BANKGIRO, "991-2346");
    assert_int_equal(vv_pain001_open(out, &head, &writer, &error), VV_OK);
    assert_int_equal(vv_pain001_add(writer, &one, &error), VV_OK);
    assert_int_equal(vv_pain001_finish(writer, hash, &error), VV_INVALID);
    assert_int_equal(vv_pain001_add(writer, &two, &error), VV_OK);
    assert_int_equal(vv_pain001_finish(writer, hash, &error), VV_INVALID);
    two.amount = 0;
    assert_int_equal(vv_pain001_add(writer, &two, &error), VV_INVALID);
    two.amount = 1;
    two.end_to_end = "";
    assert_int_equal(vv_pain001_add(writer, &two, &error), VV_INVALID);
    vv_pain001_close(&writer);
    assert_int_equal(fclose(out), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct vv_error error = {0};
    struct vv_pain001 *writer = NULL;
    struct vv_pain001_head many = head;
    uint8_t hash[32];
    FILE *out = fopen("/dev/full", "we");
    assert_non_null(out);
    many.count = 1;
    many.control_sum = 1;
    struct vv_pain001_payment one = payment("run-1", 1, VV_ACCOUNT_BANKGIRO, "991-2346");
    assert_int_equal(vv_pain001_open(out, &many, &writer, &error), VV_OK);
    enum vv_status added = vv_pain001_add(writer, &one, &error);
    assert_true(added == VV_OK || added == VV_IO); /* it may still be in a buffer */
    assert_int_equal(vv_pain001_finish(writer, hash, &error), VV_IO);
    vv_pain001_close(&writer);
    (void)fclose(out);
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t characters;
    } rows[] = {{"Åäö ÅÄÖ", "Åäö ÅÄÖ", 70},
                {"Café Zoë", "Cafe Zoe", 70},
                {"a&b\"c\"", "a+b.c.", 70},
                {"ÄÄÄÄ", "ÄÄ", 2},
                {"x\xff\xfey", "x..y", 70},
                {"日本 AB", ".. AB", 70},
                {"", ".", 70},
                {"a\nb\tc", "a.b.c", 70}};
    char clean[100];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        vv_bank_text(rows[i].from, rows[i].characters, clean, sizeof(clean));
        assert_string_equal(clean, rows[i].to);
    }
    char small[4];
    vv_bank_text("ÄÄÄÄ", 70, small, sizeof(small));
    assert_string_equal(small, "Ä"); /* never half a character */
}

/* ---- reading ---- */

#define REPORT_HEAD                                                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>"          \
    "<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2021-02-08T08:00:00Z</CreDtTm></GrpHdr>"
#define REPORT_TAIL "</CstmrPmtStsRpt></Document>"
#define ORIGINAL "<OrgnlMsgId>abc</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"

static enum vv_status read_report(const char *xml, struct vv_pain002 *report,
                                  struct vv_error *error)
{
    return vv_pain002_read("report.xml", xml, strlen(xml), report, error);
}

/* Only a settlement is the end; what a bank has checked or begun may still be rejected. */
static void test_status_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum vv_iso_status status;
    } rows[] = {{"RCVD", VV_ISO_RECEIVED}, {"PDNG", VV_ISO_RECEIVED},  {"ACTC", VV_ISO_RECEIVED},
                {"ACCP", VV_ISO_RECEIVED}, {"ACFC", VV_ISO_RECEIVED},  {"ACWC", VV_ISO_RECEIVED},
                {"ACSP", VV_ISO_RECEIVED}, {"ACPD", VV_ISO_RECEIVED},  {"ACWP", VV_ISO_RECEIVED},
                {"ACSC", VV_ISO_ACCEPTED}, {"ACCC", VV_ISO_ACCEPTED},  {"RJCT", VV_ISO_REJECTED},
                {"CANC", VV_ISO_REJECTED}, {"PART", VV_ISO_PARTIALLY}, {"PATC", VV_ISO_PARTIALLY}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct vv_pain002 report;
        struct vv_error error = {0};
        char xml[1024];
        (void)snprintf(xml, sizeof(xml),
                       REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL
                                   "<GrpSts>%s</GrpSts></OrgnlGrpInfAndSts>" REPORT_TAIL,
                       rows[i].code);
        assert_int_equal(read_report(xml, &report, &error), VV_OK);
        if (report.status != rows[i].status) {
            fail_msg("%s is %d", rows[i].code, (int)report.status);
        }
        vv_pain002_free(&report);
    }
}

static void test_accepted(void **state)
{
    (void)state;
    struct vv_pain002 report;
    struct vv_error error = {0};
    assert_int_equal(read_report(REPORT_HEAD
                                 "<OrgnlGrpInfAndSts>" ORIGINAL "<OrgnlNbOfTxs>2</OrgnlNbOfTxs>"
                                 "<OrgnlCtrlSum>1234.57</OrgnlCtrlSum><GrpSts>ACSC</GrpSts>"
                                 "</OrgnlGrpInfAndSts>" REPORT_TAIL,
                                 &report, &error),
                     VV_OK);
    assert_string_equal(report.message_id, "BANK-1");
    assert_string_equal(report.original_id, "abc");
    assert_int_equal(report.status, VV_ISO_ACCEPTED);
    assert_true(report.has_count && report.has_sum);
    assert_int_equal(report.count, 2);
    assert_int_equal(report.sum, 123457);
    assert_int_equal(report.payment_count, 0);
    vv_pain002_free(&report);
}

static void test_partially(void **state)
{
    (void)state;
    struct vv_pain002 report;
    struct vv_error error = {0};
    assert_int_equal(
        read_report(REPORT_HEAD
                    "<OrgnlGrpInfAndSts>" ORIGINAL "<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>"
                    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>abc</OrgnlPmtInfId>"
                    "<TxInfAndSts><OrgnlEndToEndId>run-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
                    "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Kontot är avslutat</AddtlInf>"
                    "</StsRsnInf></TxInfAndSts>"
                    "<TxInfAndSts><OrgnlEndToEndId>run-2</OrgnlEndToEndId><TxSts>ACSC</TxSts>"
                    "</TxInfAndSts></OrgnlPmtInfAndSts>" REPORT_TAIL,
                    &report, &error),
        VV_OK);
    assert_int_equal(report.status, VV_ISO_PARTIALLY);
    assert_int_equal(report.payment_count, 2);
    assert_string_equal(report.payments[0].end_to_end, "run-1");
    assert_int_equal(report.payments[0].status, VV_ISO_REJECTED);
    assert_string_equal(report.payments[0].reason, "AC04: Kontot är avslutat");
    assert_int_equal(report.payments[1].status, VV_ISO_ACCEPTED);
    assert_string_equal(report.reason, "");
    vv_pain002_free(&report);
}

static void refused(const char *xml, const char *why)
{
    struct vv_pain002 report = {.payment_count = 77};
    struct vv_error error = {0};
    if (read_report(xml, &report, &error) != VV_INVALID) {
        fail_msg("taken: %s", xml);
    }
    assert_int_equal(report.payment_count, 77);
    if (strstr(error.text, why) == NULL) {
        fail_msg("says \"%s\" of %s", error.text, xml);
    }
}

static void test_bad_reports(void **state)
{
    (void)state;
    refused("", "not well-formed");
    refused("not xml", "not well-formed");
    refused(REPORT_HEAD, "not well-formed");
    refused("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"/>", "is not a");
    refused("<Other/>", "is not a");
    refused("<!DOCTYPE x [<!ENTITY a \"b\">]><Document>&a;</Document>", "document type");
    refused(REPORT_HEAD REPORT_TAIL, "names no payment file");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "</OrgnlGrpInfAndSts>" REPORT_TAIL,
            "says nothing");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "<GrpSts>XXXX</GrpSts>"
                        "</OrgnlGrpInfAndSts>" REPORT_TAIL,
            "no status");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "<OrgnlCtrlSum>1.234</OrgnlCtrlSum>"
                        "<GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>" REPORT_TAIL,
            "two decimals");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "<OrgnlNbOfTxs>-1</OrgnlNbOfTxs>"
                        "<GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>" REPORT_TAIL,
            "no number");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts><OrgnlMsgId>abc</OrgnlMsgId>"
                        "<OrgnlMsgNmId>camt.053</OrgnlMsgNmId></OrgnlGrpInfAndSts>" REPORT_TAIL,
            "pain.001");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>"
                        "<OrgnlPmtInfAndSts><TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>"
                        "</OrgnlPmtInfAndSts>" REPORT_TAIL,
            "OrgnlEndToEndId");
    refused(REPORT_HEAD "<OrgnlGrpInfAndSts><OrgnlMsgId>"
                        "1234567890123456789012345678901234567890</OrgnlMsgId>"
                        "</OrgnlGrpInfAndSts>" REPORT_TAIL,
            "longer");
}

/* Whatever bytes are wrong or missing: a status comes back, and nothing else happens. */
static void test_damaged_reports(void **state)
{
    (void)state;
    static const char good[] =
        REPORT_HEAD "<OrgnlGrpInfAndSts>" ORIGINAL "<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>"
                    "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>run-1</OrgnlEndToEndId>"
                    "<TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>" REPORT_TAIL;
    struct vv_pain002 report;
    for (size_t len = 0; len < sizeof(good) - 1; len++) {
        assert_int_not_equal(vv_pain002_read("cut", good, len, &report, NULL), VV_OK);
    }
    char bytes[sizeof(good)];
    for (size_t i = 0; i < sizeof(good) - 1; i++) {
        memcpy(bytes, good, sizeof(good));
        bytes[i] = (char)(bytes[i] ^ 0x15);
        if (vv_pain002_read("flipped", bytes, sizeof(good) - 1, &report, NULL) == VV_OK) {
            vv_pain002_free(&report);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),        cmocka_unit_test(test_euro_reference),
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_text),        cmocka_unit_test(test_status_codes),
        cmocka_unit_test(test_accepted),    cmocka_unit_test(test_partially),
        cmocka_unit_test(test_bad_reports), cmocka_unit_test(test_damaged_reports)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
