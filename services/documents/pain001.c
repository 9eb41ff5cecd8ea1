/*
 * pain001.c: writes pain.001.001.09. In Sweden a bankgiro or plusgiro number is an account of the
 * clearing system SESBA under the member 9900 or 9960, an account one under its clearing number; in
 * the euro area an IBAN, with the creditor's RF reference where there is one.
 */
#include <libxml/xmlwriter.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "iso20022.h"

#define NAMESPACE "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#define NAME_CHARACTERS 70
#define TEXT_CHARACTERS 140
#define BANK_TEXT_BYTES 300

struct vv_pain001 {
    xmlTextWriterPtr xml;
    FILE *out;
    crypto_hash_sha256_state hash;
    bool broken; /* a write failed */
    bool finished;
    char currency[4];
    uint32_t count, expected_count;
    vv_money sum, expected_sum;
};

/* ---- where the bytes go ---- */

static int write_bytes(void *context, const char *bytes, int len)
{
    struct vv_pain001 *writer = context;
    if (len > 0 && fwrite(bytes, 1, (size_t)len, writer->out) != (size_t)len) {
        return -1;
    }
    crypto_hash_sha256_update(&writer->hash, (const unsigned char *)bytes,
                              (unsigned long long)(len > 0 ? len : 0));
    return len;
}

static int close_bytes(void *context)
{
    (void)context;
    return 0;
}

/* ---- small pieces; a failure is remembered and reported once ---- */

static void note(struct vv_pain001 *writer, int written)
{
    writer->broken = writer->broken || written < 0;
}

static void begin(struct vv_pain001 *writer, const char *name)
{
    note(writer, xmlTextWriterStartElement(writer->xml, BAD_CAST name));
}

static void end(struct vv_pain001 *writer)
{
    note(writer, xmlTextWriterEndElement(writer->xml));
}

static void leaf(struct vv_pain001 *writer, const char *name, const char *text)
{
    note(writer, xmlTextWriterWriteElement(writer->xml, BAD_CAST name, BAD_CAST text));
}

static void text_leaf(struct vv_pain001 *writer, const char *name, const char *text,
                      size_t characters)
{
    char clean[BANK_TEXT_BYTES];
    vv_bank_text(text, characters, clean, sizeof(clean));
    leaf(writer, name, clean);
}

static void count_and_sum(struct vv_pain001 *writer, const struct vv_pain001_head *head)
{
    char number[16];
    char sum[VV_MONEY_TEXT_BYTES];
    (void)snprintf(number, sizeof(number), "%u", (unsigned)head->count);
    vv_money_format(head->control_sum, 0, sum);
    leaf(writer, "NbOfTxs", number);
    leaf(writer, "CtrlSum", sum);
}

static void date_text(vv_date date, char ret_text[static VV_DATE_TEXT_BYTES])
{
    vv_date_format(date, ret_text);
}

static void created(int64_t ms, char ret_text[static 32])
{
    char day[VV_DATE_TEXT_BYTES];
    int64_t seconds = ms / 1000;
    int64_t of_day = seconds % 86400;
    date_text((vv_date)(seconds / 86400), day);
    (void)snprintf(ret_text, 32,
                   "%s"
                   "T%02d:%02d:%02dZ",
                   day, (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
}

static void digits_of(const char *text, char *ret_digits, size_t cap)
{
    size_t len = 0;
    for (const char *c = text; *c != '\0' && len + 1 < cap; c++) {
        if (*c != '-' && *c != ' ') {
            ret_digits[len++] = *c;
        }
    }
    ret_digits[len] = '\0';
}

static void organisation(struct vv_pain001 *writer, const char *number)
{
    char digits[32];
    if (number[0] == '\0') {
        return;
    }
    digits_of(number, digits, sizeof(digits));
    begin(writer, "Id");
    begin(writer, "OrgId");
    begin(writer, "Othr");
    leaf(writer, "Id", digits);
    begin(writer, "SchmeNm");
    leaf(writer, "Cd", "COID"); /* number in a public register of companies */
    end(writer);
    end(writer);
    end(writer);
    end(writer);
}

static void party(struct vv_pain001 *writer, const char *element, const char *name,
                  const char *organisation_number)
{
    begin(writer, element);
    text_leaf(writer, "Nm", name, NAME_CHARACTERS);
    organisation(writer, organisation_number);
    end(writer);
}

/* ---- accounts ---- */

/* The member of SESBA under which an account of this kind is found; "" for an IBAN. */
static void clearing_member(const struct vv_bank_account *account, char ret_member[static 8])
{
    ret_member[0] = '\0';
    if (account->kind == VV_ACCOUNT_BANKGIRO) {
        (void)snprintf(ret_member, 8, "9900");
    } else if (account->kind == VV_ACCOUNT_PLUSGIRO) {
        (void)snprintf(ret_member, 8, "9960");
    } else if (account->kind == VV_ACCOUNT_SWEDISH) {
        (void)snprintf(ret_member, 8, "%.4s", account->number);
    }
}

static void agent(struct vv_pain001 *writer, const char *element,
                  const struct vv_bank_account *account, bool needed)
{
    char member[8];
    clearing_member(account, member);
    if (member[0] == '\0' && account->bic[0] == '\0' && !needed) {
        return;
    }
    begin(writer, element);
    begin(writer, "FinInstnId");
    if (account->bic[0] != '\0') {
        leaf(writer, "BICFI", account->bic);
    } else if (member[0] != '\0') {
        begin(writer, "ClrSysMmbId");
        begin(writer, "ClrSysId");
        leaf(writer, "Cd", "SESBA");
        end(writer);
        leaf(writer, "MmbId", member);
        end(writer);
    } else {
        begin(writer, "Othr");
        leaf(writer, "Id", "NOTPROVIDED");
        end(writer);
    }
    end(writer);
    end(writer);
}

static void account_id(struct vv_pain001 *writer, const char *element,
                       const struct vv_bank_account *account, const char *currency)
{
    char digits[VV_ACCOUNT_TEXT_BYTES];
    begin(writer, element);
    begin(writer, "Id");
    if (account->kind == VV_ACCOUNT_IBAN) {
        leaf(writer, "IBAN", account->number);
    } else {
        digits_of(account->number, digits, sizeof(digits));
        begin(writer, "Othr");
        leaf(writer, "Id", digits);
        begin(writer, "SchmeNm");
        bool bankgiro = account->kind == VV_ACCOUNT_BANKGIRO;
        leaf(writer, bankgiro ? "Prtry" : "Cd", bankgiro ? "BGNR" : "BBAN");
        end(writer);
        end(writer);
    }
    end(writer);
    if (currency != NULL) {
        leaf(writer, "Ccy", currency);
    }
    end(writer);
}

/* ---- the document ---- */

static void group_header(struct vv_pain001 *writer, const struct vv_pain001_head *head)
{
    char when[32];
    created(head->created_ms, when);
    begin(writer, "GrpHdr");
    leaf(writer, "MsgId", head->message_id);
    leaf(writer, "CreDtTm", when);
    count_and_sum(writer, head);
    party(writer, "InitgPty", head->debtor, head->organisation_number);
    end(writer);
}

static void payment_information(struct vv_pain001 *writer, const struct vv_pain001_head *head)
{
    char day[VV_DATE_TEXT_BYTES];
    bool euro = strcmp(head->currency, "EUR") == 0;
    date_text(head->execution, day);
    begin(writer, "PmtInf");
    leaf(writer, "PmtInfId", head->message_id);
    leaf(writer, "PmtMtd", "TRF");
    count_and_sum(writer, head);
    begin(writer, "PmtTpInf");
    begin(writer, "SvcLvl");
    leaf(writer, "Cd", euro ? "SEPA" : "NURG");
    end(writer);
    end(writer);
    begin(writer, "ReqdExctnDt");
    leaf(writer, "Dt", day);
    end(writer);
    party(writer, "Dbtr", head->debtor, head->organisation_number);
    account_id(writer, "DbtrAcct", &head->account, head->currency);
    agent(writer, "DbtrAgt", &head->account, true);
    leaf(writer, "ChrgBr", euro ? "SLEV" : "SHAR");
}

static enum vv_status wrong(struct vv_error *ret_error, const char *field, const char *text)
{
    return vv_fail(ret_error, VV_INVALID, "pain.001", field, 0, "%s", text);
}

static bool good_id(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len < VV_ISO_ID_BYTES &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == len;
}

/* A giro or a Swedish account takes kronor only. */
static bool account_fits(const struct vv_bank_account *account, const char *currency)
{
    return account->number[0] != '\0' &&
           (account->kind == VV_ACCOUNT_IBAN ||
            (account->kind != VV_ACCOUNT_NONE && strcmp(currency, "SEK") == 0));
}

static enum vv_status open_xml(struct vv_pain001 *writer)
{
    xmlOutputBufferPtr buffer = xmlOutputBufferCreateIO(write_bytes, close_bytes, writer, NULL);
    if (buffer == NULL) {
        return VV_NO_MEMORY;
    }
    writer->xml = xmlNewTextWriter(buffer);
    if (writer->xml == NULL) {
        (void)xmlOutputBufferClose(buffer);
        return VV_NO_MEMORY;
    }
    note(writer, xmlTextWriterSetIndent(writer->xml, 1));
    note(writer, xmlTextWriterStartDocument(writer->xml, "1.0", "UTF-8", NULL));
    note(writer,
         xmlTextWriterStartElementNS(writer->xml, NULL, BAD_CAST "Document", BAD_CAST NAMESPACE));
    return VV_OK;
}

enum vv_status vv_pain001_open(FILE *out, const struct vv_pain001_head *head,
                               struct vv_pain001 **ret_writer, struct vv_error *ret_error)
{
    if (!good_id(head->message_id)) {
        return wrong(ret_error, "MsgId", "must be 1 to 35 letters, digits and hyphens");
    }
    if (strcmp(head->currency, "SEK") != 0 && strcmp(head->currency, "EUR") != 0) {
        return wrong(ret_error, "Ccy", "is neither SEK nor EUR");
    }
    if (!account_fits(&head->account, head->currency)) {
        return wrong(ret_error, "DbtrAcct", "the payer's account does not fit the currency");
    }
    if (head->count == 0 || head->control_sum <= 0 || head->debtor[0] == '\0') {
        return wrong(ret_error, "NbOfTxs", "there is nothing to pay, or nobody who pays");
    }
    struct vv_pain001 *writer = calloc(1, sizeof(*writer));
    if (writer == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "pain.001", NULL, 0, "no memory");
    }
    writer->out = out;
    writer->expected_count = head->count;
    writer->expected_sum = head->control_sum;
    (void)snprintf(writer->currency, sizeof(writer->currency), "%s", head->currency);
    crypto_hash_sha256_init(&writer->hash);
    if (open_xml(writer) != VV_OK) {
        vv_pain001_close(&writer);
        return vv_fail(ret_error, VV_NO_MEMORY, "pain.001", NULL, 0, "no memory");
    }
    begin(writer, "CstmrCdtTrfInitn");
    group_header(writer, head);
    payment_information(writer, head);
    *ret_writer = writer;
    return VV_OK;
}

static void remittance(struct vv_pain001 *writer, const struct vv_pain001_payment *payment)
{
    begin(writer, "RmtInf");
    if (payment->account.reference[0] != '\0') {
        begin(writer, "Strd");
        begin(writer, "CdtrRefInf");
        begin(writer, "Tp");
        begin(writer, "CdOrPrtry");
        leaf(writer, "Cd", "SCOR");
        end(writer);
        end(writer);
        leaf(writer, "Ref", payment->account.reference);
        end(writer);
        end(writer);
    } else {
        text_leaf(writer, "Ustrd", payment->text, TEXT_CHARACTERS);
    }
    end(writer);
}

static void transfer(struct vv_pain001 *writer, const struct vv_pain001_payment *payment)
{
    char amount[VV_MONEY_TEXT_BYTES];
    vv_money_format(payment->amount, 0, amount);
    begin(writer, "CdtTrfTxInf");
    begin(writer, "PmtId");
    leaf(writer, "InstrId", payment->end_to_end);
    leaf(writer, "EndToEndId", payment->end_to_end);
    end(writer);
    begin(writer, "Amt");
    begin(writer, "InstdAmt");
    note(writer,
         xmlTextWriterWriteAttribute(writer->xml, BAD_CAST "Ccy", BAD_CAST writer->currency));
    note(writer, xmlTextWriterWriteString(writer->xml, BAD_CAST amount));
    end(writer);
    end(writer);
    agent(writer, "CdtrAgt", &payment->account, false);
    party(writer, "Cdtr", payment->name, payment->organisation_number);
    account_id(writer, "CdtrAcct", &payment->account, NULL);
    remittance(writer, payment);
    end(writer);
}

enum vv_status vv_pain001_add(struct vv_pain001 *writer, const struct vv_pain001_payment *payment,
                              struct vv_error *ret_error)
{
    if (payment->amount <= 0) {
        return wrong(ret_error, "InstdAmt", "an amount to pay is above 0");
    }
    if (!good_id(payment->end_to_end)) {
        return wrong(ret_error, "EndToEndId", "must be 1 to 35 letters, digits and hyphens");
    }
    if (!account_fits(&payment->account, writer->currency)) {
        return wrong(ret_error, "CdtrAcct", "the account does not fit the currency");
    }
    enum vv_status status = vv_money_add(writer->sum, payment->amount, &writer->sum);
    if (status != VV_OK) {
        return vv_fail(ret_error, status, "pain.001", "CtrlSum", 0, "the sum is too large");
    }
    writer->count++;
    transfer(writer, payment);
    return writer->broken
               ? vv_fail(ret_error, VV_IO, "pain.001", NULL, 0, "the file could not be written")
               : VV_OK;
}

enum vv_status vv_pain001_finish(struct vv_pain001 *writer, uint8_t ret_hash[static 32],
                                 struct vv_error *ret_error)
{
    if (writer->count != writer->expected_count || writer->sum != writer->expected_sum) {
        return wrong(ret_error, "CtrlSum",
                     "the payments written are not those that the head counts");
    }
    note(writer, xmlTextWriterEndDocument(writer->xml));
    note(writer, xmlTextWriterFlush(writer->xml));
    if (writer->broken || fflush(writer->out) != 0) {
        return vv_fail(ret_error, VV_IO, "pain.001", NULL, 0, "the file could not be written");
    }
    crypto_hash_sha256_final(&writer->hash, ret_hash);
    return VV_OK;
}

void vv_pain001_close(struct vv_pain001 **writer)
{
    if (*writer != NULL) {
        if ((*writer)->xml != NULL) {
            xmlFreeTextWriter((*writer)->xml);
        }
        free(*writer);
        *writer = NULL;
    }
}
