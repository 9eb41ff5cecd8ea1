/*
 * pay_invoice_table.c: the rows of `vagval pay invoice ...`.
 */
#include "commands.h"
#include "pay_invoice.h"

#define CONTRACT_OPTION                                                                            \
    {                                                                                              \
        "contract", "NUMBER", VV_OPTION_TEXT, "the contract's number, as KA-000028", 0, 0          \
    }
#define MONTH_OPTION                                                                               \
    {                                                                                              \
        "month", "YYYY-MM", VV_OPTION_TEXT, "the month from which it may be paid", 0, 0            \
    }

static const struct vv_option make_options[] = {
    CONTRACT_OPTION,
    MONTH_OPTION,
    {"out", "FILE", VV_OPTION_TEXT, "where the document goes", 0, 0},
    {"issued", "DATE", VV_OPTION_DATE, "day of issue (first day of the next month)", 0, 0},
    {"due-days", "N", VV_OPTION_NUMBER, "days from issue to payment (30)", 0, 365},
    {"buyer", "NAME", VV_OPTION_TEXT, "who pays (the debtor in the scheme's section `bank`)", 0, 0},
    {"buyer-number", "NUMBER", VV_OPTION_TEXT, "its organisation number (the same)", 0, 0},
    {"lang", "LANG", VV_OPTION_TEXT, "names of components: sv or en (sv)", 0, 0},
    {"allow-example", NULL, VV_OPTION_FLAG, "though prices or VAT are examples", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option receive_options[] = {
    {"contract", "NUMBER", VV_OPTION_TEXT, "the contract (from the document's order reference)", 0,
     0},
    {"month", "YYYY-MM", VV_OPTION_TEXT, "the month (from the document's order reference)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option list_options[] = {
    CONTRACT_OPTION,
    MONTH_OPTION,
    {"state", "STATE", VV_OPTION_TEXT, "received, matched, disputed, credited or paid", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option show_options[] = {CONTRACT_OPTION, VV_SCHEME_OPTION,
                                                VV_END_OF_OPTIONS};
static const struct vv_option dispute_options[] = {
    CONTRACT_OPTION,
    {"reason", "TEXT", VV_OPTION_TEXT, "why; name no person in it", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option paid_options[] = {
    CONTRACT_OPTION,
    {"reference", "TEXT", VV_OPTION_TEXT, "of a payment outside of runs", 0, 0},
    {"run", "RUN", VV_OPTION_TEXT, "the payment run that paid it", 0, 0},
    {"paid-on", "DATE", VV_OPTION_DATE, "day of payment (today)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_invoice[] = {
    {"pay invoice make", "", "write the self-billing invoice or credit note of a contract's month",
     "Peppol BIS Self-Billing 3: an invoice (389), or a credit note (261) when more was taken "
     "back\n"
     "than posted. One line per case, component and period; VAT once per category and rate. Lines\n"
     "are what may be paid from a day in the month, which must be over. The same postings and\n"
     "options give the same bytes. Refused while a price or VAT is marked `status: example`.",
     "vagval pay invoice make --contract KA-000028 --month 2020-05 --out invoice.xml", make_options,
     0, 0, vv_command_invoice_make},
    {"pay invoice order", "", "write the order that asks a provider for its own invoice",
     "Peppol BIS Order only 3, with a line for each amount above 0 that falls to the month.\n"
     "The provider puts the order's number, CONTRACT/YYYY-MM, on its invoice; each line there "
     "names\n"
     "the case (line object identifier), the component (buyer's item identifier) and the period's\n"
     "first day.",
     "vagval pay invoice order --contract KA-000028 --month 2020-05 --out order.xml", make_options,
     0, 0, vv_command_invoice_order},
    {"pay invoice receive", "FILE", "take in a provider's own invoice or credit note",
     "UBL invoice (380, or our own 389) or credit note (381, 261) under EN 16931. Its sums are\n"
     "computed again; each line is held against what was posted. All lines agree: matched. Else "
     "the\n"
     "differences are shown, the document stays `received`, and the exit status is 1: dispute it,\n"
     "or receive it again once what is missing has been posted. A credit note takes lines off its\n"
     "invoice, which is then matched again.",
     "vagval pay invoice receive invoice.xml", receive_options, 1, 1, vv_command_invoice_receive},
    {"pay invoice list", "", "list received invoices and credit notes", NULL,
     "vagval pay invoice list --month 2020-05 --state disputed", list_options, 0, 0,
     vv_command_invoice_list},
    {"pay invoice show", "NUMBER", "show a received document and every line that differs", NULL,
     "vagval pay invoice show 2020-117 --contract KA-000028", show_options, 1, 1,
     vv_command_invoice_show},
    {"pay invoice dispute", "NUMBER", "dispute an invoice that was received or matched", NULL,
     "vagval pay invoice dispute 2020-117 --contract KA-000028 --reason 'two lines not owed'",
     dispute_options, 1, 1, vv_command_invoice_dispute},
    {"pay invoice paid", "NUMBER", "note that a matched invoice was paid",
     "Either by a payment run (--run), whose file has left and which pays the contract; or "
     "outside\n"
     "(--reference): then what the invoice asked for, without VAT, is taken off what later runs "
     "pay\nfor the contract. Refused while a run pays the contract the same.",
     "vagval pay invoice paid 2020-117 --contract KA-000028 --reference 'batch 7'", paid_options, 1,
     1, vv_command_invoice_paid},
    VV_END_OF_COMMANDS,
};
