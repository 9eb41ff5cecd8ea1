/*
 * pay_statement.h: what stands posted for a contract in a month, over all partitions: the lines of
 * an invoice, and what a provider's invoice is held against.
 */
#ifndef VAGVAL_CLI_PAY_STATEMENT_H
#define VAGVAL_CLI_PAY_STATEMENT_H

#include "client.h"
#include "rating.h" /* vv_month_parse */
#include "vagval/date.h"
#include "vagval/limits.h"
#include "vagval/vat.h"

struct vv_contract_found {
    struct vv_id id;
    char number[VV_CODE_BYTES_MAX + 1];
    char provider[VV_NAME_BYTES_MAX + 1];
    char organisation_number[24];
    char area[VV_CODE_BYTES_MAX + 1];
};

struct vv_statement_line {
    struct vv_id case_id;
    char component[VV_CODE_BYTES_MAX + 1];
    char name_en[VV_NAME_BYTES_MAX + 1], name_sv[VV_NAME_BYTES_MAX + 1];
    vv_date period;
    vv_money amount; /* sum of what was posted for the key in the month; never 0 */
    struct vv_vat_class vat;
    vv_money on_invoice; /* of the amount: what waits for its invoice */
    bool example;
};

struct vv_statement {
    struct vv_contract_found contract;
    vv_date month;
    struct vv_statement_line *lines; /* by case, component, period */
    size_t count;
    char currency[8];
    size_t examples; /* posted lines that rest on a price or VAT class marked `status: example` */
};

/* "2020-05" */
#define VV_MONTH_TEXT_BYTES 8
void vv_month_format(vv_date month, char ret_text[static VV_MONTH_TEXT_BYTES]);

/* The contract of a scheme by its number. Prints what is wrong and returns false. */
bool vv_contract_find(struct vv_client *client, const struct vv_cli *cli, const char *scheme,
                      const char *number, struct vv_contract_found *ret_contract);
/* Prints what is wrong and returns false; nothing is to be freed then. */
bool vv_statement_fetch(struct vv_client *client, const struct vv_cli *cli,
                        const struct vv_contract_found *contract, vv_date month,
                        struct vv_statement *ret_statement);
/* The first document of the provider's own (380) that bills the month and is not credited, into
 * ret_number; "" when there is none. Prints what is wrong and returns false. */
bool vv_statement_billed(struct vv_client *client, const struct vv_cli *cli,
                         const struct vv_statement *statement,
                         char ret_number[static VV_NAME_BYTES_MAX + 1]);
void vv_statement_free(struct vv_statement *statement);

#endif
