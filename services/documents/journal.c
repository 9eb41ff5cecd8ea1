/*
 * journal.c: writes vouchers. SIE 4 wants code page 437 (#FORMAT PC8); CSV is UTF-8.
 */
#include "journal.h"

#include <csv.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 512

struct vv_journal {
    FILE *out;
    struct vv_journal_head head;
    iconv_t to_437;
    unsigned count; /* vouchers */
};

static void print(struct vv_journal *journal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void print(struct vv_journal *journal, const char *format, ...)
{
    char text[2 * TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    (void)fputs(text, journal->out);
}

static enum vv_status failed(struct vv_error *ret_error)
{
    return vv_fail(ret_error, VV_IO, "journal", NULL, 0, "could not be written");
}

/* ---- SIE ---- */

/* A quoted field in code page 437; what it cannot hold becomes '?'. */
static void sie_text(struct vv_journal *journal, const char *text)
{
    char in[TEXT_BYTES];
    char out[TEXT_BYTES];
    (void)snprintf(in, sizeof(in), "%s", text);
    char *from = in;
    char *to = out;
    size_t from_left = strlen(in);
    size_t to_left = sizeof(out) - 1;
    while (from_left > 0 && to_left > 0) {
        if (iconv(journal->to_437, &from, &from_left, &to, &to_left) == (size_t)-1 &&
            from_left > 0 && to_left > 0) {
            *to++ = '?';
            to_left--;
            from++;
            from_left--;
            while (from_left > 0 && ((unsigned char)*from & 0xC0) == 0x80) {
                from++;
                from_left--;
            }
        }
    }
    *to = '\0';
    (void)fputc('"', journal->out);
    for (const char *c = out; *c != '\0'; c++) {
        if (*c == '"') {
            (void)fputc('\\', journal->out);
        }
        (void)fputc((unsigned char)*c < 0x20 ? ' ' : *c, journal->out);
    }
    (void)fputc('"', journal->out);
}

static void sie_date(vv_date date, char ret_text[static VV_DATE_TEXT_BYTES])
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    (void)snprintf(ret_text, VV_DATE_TEXT_BYTES, "%.4s%.2s%.2s", text, text + 5, text + 8);
}

static const char *sie_account(const struct vv_journal *journal, const char *account)
{
    if (strncmp(account, "expense:", 8) == 0) {
        return journal->head.expense;
    }
    if (strncmp(account, "recovery:", 9) == 0) {
        return journal->head.recovery;
    }
    if (strncmp(account, "claim:", 6) == 0) {
        return journal->head.claim;
    }
    if (strncmp(account, "vat:", 4) == 0) {
        return journal->head.vat;
    }
    return strncmp(account, "provider:", 9) == 0 ? journal->head.provider : journal->head.bank;
}

static void sie_head(struct vv_journal *journal)
{
    const struct vv_journal_head *head = &journal->head;
    char day[VV_DATE_TEXT_BYTES];
    sie_date(head->made, day);
    print(journal,
          "#FLAGGA 0\r\n#PROGRAM \"Vagval\" 0.1\r\n#FORMAT PC8\r\n"
          "#GEN %s\r\n#SIETYP 4\r\n#ORGNR %s\r\n#FNAMN ",
          day, head->organisation_number);
    sie_text(journal, head->company);
    print(journal, "\r\n#VALUTA %s\r\n", head->currency);
    print(journal, "#KONTO %s \"Ers\x84ttning till leverant\x94rer\"\r\n", head->expense);
    print(journal, "#KONTO %s \"Leverant\x94rsskulder\"\r\n#KONTO %s \"Bank\"\r\n", head->provider,
          head->bank);
    print(journal, "#KONTO %s \"Fordringar p\x86 leverant\x94rer\"\r\n", head->recovery);
    print(journal, "#KONTO %s \"\x8Fterkrav, fakturerade\"\r\n", head->claim);
    print(journal, "#KONTO %s \"Ing\x86\x65nde moms\"\r\n", head->vat);
}

static void sie_voucher(struct vv_journal *journal, vv_date date, const char *voucher,
                        const char *text, const struct vv_journal_line *lines, size_t count)
{
    char day[VV_DATE_TEXT_BYTES];
    char amount[VV_MONEY_TEXT_BYTES];
    char both[TEXT_BYTES];
    sie_date(date, day);
    (void)snprintf(both, sizeof(both), "%s %s", text, voucher);
    print(journal, "#VER V %u %s ", journal->count, day);
    sie_text(journal, both);
    print(journal, "\r\n{\r\n");
    for (size_t i = 0; i < count; i++) {
        vv_money_format(lines[i].amount, 0, amount);
        print(journal, "#TRANS %s {} %s\r\n", sie_account(journal, lines[i].account), amount);
    }
    print(journal, "}\r\n");
}

/* ---- CSV ---- */

static void csv_field(struct vv_journal *journal, const char *text, char after)
{
    (void)csv_fwrite(journal->out, text, strlen(text));
    (void)fputc(after, journal->out);
}

static void csv_voucher(struct vv_journal *journal, vv_date date, const char *voucher,
                        const char *text, const struct vv_journal_line *lines, size_t count)
{
    char day[VV_DATE_TEXT_BYTES];
    char amount[VV_MONEY_TEXT_BYTES];
    vv_date_format(date, day);
    for (size_t i = 0; i < count; i++) {
        bool debit = lines[i].amount >= 0;
        vv_money_format(debit ? lines[i].amount : -lines[i].amount, 0, amount);
        csv_field(journal, voucher, ',');
        csv_field(journal, day, ',');
        csv_field(journal, lines[i].account, ',');
        csv_field(journal, debit ? amount : "", ',');
        csv_field(journal, debit ? "" : amount, ',');
        csv_field(journal, journal->head.currency, ',');
        csv_field(journal, text, '\n');
    }
}

/* ---- both ---- */

enum vv_status vv_journal_open(FILE *out, const struct vv_journal_head *head,
                               struct vv_journal **ret_journal, struct vv_error *ret_error)
{
    struct vv_journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "journal", NULL, 0, "no memory");
    }
    journal->out = out;
    journal->head = *head;
    journal->to_437 = (iconv_t)-1;
    if (head->form == VV_JOURNAL_SIE) {
        journal->to_437 = iconv_open("CP437", "UTF-8");
    }
    if (head->form == VV_JOURNAL_SIE && journal->to_437 == (iconv_t)-1) {
        free(journal);
        return vv_fail(ret_error, VV_UNSUPPORTED, "journal", NULL, 0,
                       "this system cannot write code page 437");
    }
    if (head->form == VV_JOURNAL_SIE) {
        sie_head(journal);
    } else {
        (void)fputs("voucher,date,account,debit,credit,currency,text\n", out);
    }
    *ret_journal = journal;
    return ferror(out) != 0 ? failed(ret_error) : VV_OK;
}

enum vv_status vv_journal_voucher(struct vv_journal *journal, const char *voucher, vv_date date,
                                  const char *text, const struct vv_journal_line *lines,
                                  size_t count, struct vv_error *ret_error)
{
    vv_money sum = 0;
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < count && status == VV_OK; i++) {
        status = vv_money_add(sum, lines[i].amount, &sum);
    }
    if (status != VV_OK || sum != 0 || count == 0) {
        return vv_fail(ret_error, VV_INVALID, "journal", "voucher", 0,
                       "voucher %s does not balance", voucher);
    }
    journal->count++;
    if (journal->head.form == VV_JOURNAL_SIE) {
        sie_voucher(journal, date, voucher, text, lines, count);
    } else {
        csv_voucher(journal, date, voucher, text, lines, count);
    }
    return ferror(journal->out) != 0 ? failed(ret_error) : VV_OK;
}

enum vv_status vv_journal_finish(struct vv_journal *journal, struct vv_error *ret_error)
{
    return fflush(journal->out) != 0 || ferror(journal->out) != 0 ? failed(ret_error) : VV_OK;
}

void vv_journal_close(struct vv_journal **journal)
{
    if (*journal != NULL) {
        if ((*journal)->to_437 != (iconv_t)-1) {
            (void)iconv_close((*journal)->to_437);
        }
        free(*journal);
        *journal = NULL;
    }
}
