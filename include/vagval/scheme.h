/*
 * scheme.h: a choice system's rules, prices and areas as read from one YAML file.
 *
 * A version is the hash of the file's bytes; it is kept for ever and cited by every decision and
 * posting. A parsed scheme is immutable. Nothing here performs I/O: the caller hands in the bytes.
 */
#ifndef VAGVAL_SCHEME_H
#define VAGVAL_SCHEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/account.h"
#include "vagval/authorisation.h"
#include "vagval/calendar.h"
#include "vagval/criteria.h"
#include "vagval/date.h"
#include "vagval/delivery.h"
#include "vagval/money.h"
#include "vagval/rating.h"
#include "vagval/status.h"

#define VV_VERSION_TEXT_BYTES 65 /* 64 hexadecimal digits of BLAKE2b-256 and NUL */

struct vv_area {
    const char *code; /* "umea" */
    const char *name;
    const char *const *municipalities; /* codes: four digits in Sweden, three in Finland */
    size_t municipality_count;
    int64_t factor_percent; /* regional price factor, 100 = the list price */
    vv_date choices_from;  /* first and last day on which a choice can be made and a placement or */
    vv_date choices_until; /* block can start here (rules 19); VV_DATE_NONE = open */
};

struct vv_level {
    const char *code; /* "A" */
    const char *name_en, *name_sv;
    bool referred;       /* false: "too near", "too far": no placement follows */
    bool example;        /* the cut-off is marked `status: example` */
    int64_t logit_below; /* scaled 1e6; this level if logit < logit_below and no earlier level took
                            it. Levels stand from far to near; the last has INT64_MAX */
};

enum vv_component_kind {
    VV_PER_DAY,      /* base per calendar day, or weekday */
    VV_PER_MONTH,    /* base per calendar month; a part month by paid days */
    VV_PREMIUM_DAYS, /* once, by days from placement start to outcome start, in bands */
    VV_MILESTONE,    /* once, after n calendar months of qualifying days (rules 2) */
    VV_INSTALMENTS,  /* one price in parts, on days counted from the placement's start */
    VV_SUSTAINED,    /* bonus: n calendar months of qualifying days after the service's end */
    VV_PER_UNIT,     /* approved units times the price: a course place, a completed course */
    VV_GRANT,        /* a decision's amount, consumed by payroll (rules 15) */
    VV_SHARE,        /* percent of an appropriation, in instalments */
};

enum vv_price_on { VV_ON_DAY, VV_ON_PERIOD_START, VV_ON_OUTCOME_START, VV_ON_PLACEMENT_START };

struct vv_band {
    int days_max;    /* elapsed days, inclusive; bands rise */
    int64_t percent; /* of the component's price */
};

struct vv_price {
    const char *level;
    const char *area; /* NULL = every area, times the area's factor_percent */
    vv_date from, to; /* price list validity, inclusive; VV_DATE_NONE = open */
    vv_money amount;  /* minor units, VAT excluded */
    bool example;     /* `status: example` */
    const char *note; /* source of the amount */
};

struct vv_instalment {
    int after_days;  /* from the placement's start; they rise */
    int64_t percent; /* of the price; together 100 */
};

enum vv_extent {
    VV_EXTENT_ANY,          /* every extent counts, unreduced */
    VV_EXTENT_FULL_ONLY,    /* an outcome of less than 100 % does not count */
    VV_EXTENT_PROPORTIONAL, /* the price times the lowest extent that it rests on */
};

/* What must be attached to an outcome before its days count. */
enum vv_evidence {
    VV_EVIDENCE_OF_KIND,      /* not said: none for a premium, else a document */
    VV_EVIDENCE_NONE,         /* nothing: it counts until it ends */
    VV_EVIDENCE_DOCUMENT,     /* a confirmation or an end with a document's hash */
    VV_EVIDENCE_CORROBORATED, /* the same, and an income statement from outside */
};

/* At most so much, cut in order of due date, then component order (rules 8). */
struct vv_cap {
    int days;              /* paid days; 0 = no bound on days */
    vv_money amount;       /* minor units; 0 = no bound on the amount */
    bool per_participant;  /* over the whole case, else per block */
    int block_months;      /* per block: from the placement's start, add_months(start, n * k) */
    const char *component; /* the component that it stands on; NULL: a cap of the scheme */
    const char *const *components; /* codes that share the room */
    size_t component_count;
};

/* A component without `vat` in its file has S, 2500 and `example`. */
struct vv_vat {
    char category;       /* S standard, Z zero, E exempt, O outside the scope (Peppol BIS 3) */
    int rate_hundredths; /* hundredths of a percent: 2500 = 25 % */
    bool example;
};

enum vv_supplement_payable { VV_SUPPLEMENT_NOW, VV_SUPPLEMENT_DECISION_END };

/* What lets a payment run pay an amount: that it is posted, or that its invoice agrees. */
enum vv_pay_on { VV_PAY_ON_POSTING, VV_PAY_ON_INVOICE };

/* Who pays: the state gets decisions and commitments, and never a bank file (rules 15). */
enum vv_payer { VV_PAYER_AGENCY, VV_PAYER_STATE, VV_PAYER_MUNICIPALITY };

/* What only components per_unit, grant and share have. */
struct vv_award {
    const char *unit; /* per_unit: code of the unit that it pays */
    int64_t percent;  /* grant: of the cost; share: of the appropriation */
    bool example;     /* the percent is marked `status: example` */
    const char *pot;  /* grant: name of the quota that it is taken from; "" = the whole budget's */
    /* grant: organisations that are the municipality itself; a job there is outside its competence
     * and handed to the state office */
    const char *const *own_employers;
    size_t own_employer_count;
};

struct vv_component {
    const char *code; /* "base" */
    const char *name_en, *name_sv;
    enum vv_component_kind kind;
    enum vv_price_on price_on;
    bool weekdays_only; /* VV_PER_DAY: days: weekday */
    bool pay_if_report; /* pay_if: report_approved (rules 6) */
    bool pay_if_met;    /* pay_if: obligations_met (rules 6) */
    bool
        pay_if_stated; /* pay_if_met, and the scheme's obligations are worked out: unstated waits */
    bool service_months;   /* VV_PER_MONTH: months from the placement's start (rules 14) */
    int first_due_days;    /* the first service month is due when so many days have run */
    bool on_job, on_study; /* which outcome starts count */
    bool clock_contract;   /* premium_clock: contract instead of service (rules 9) */
    bool requires_result;  /* premium_requires: result */
    int milestone_months;
    int max_gap_days; /* rules 2; default 0 */
    enum vv_payer payer;
    struct vv_award award;
    const struct vv_band *bands;
    size_t band_count;
    const struct vv_price *prices;
    size_t price_count;
    enum vv_extent extent;
    enum vv_evidence evidence;
    bool verified;          /* its documents count when a person has verified them */
    int part_of, part_take; /* VV_MILESTONE: part `take` of `of` of the price; 0 = the whole */
    const char *requires;   /* VV_MILESTONE: code of another one that the outcome must reach */
    const struct vv_instalment *instalments;
    size_t instalment_count;
    int sustained_months;
    const struct vv_cap *const *caps; /* that apply: its own, then the scheme's */
    size_t cap_count;
    int block_months; /* of its caps; 0 = no cap per block */
    struct vv_vat vat;
};

/* How much of a component is expected of a running placement; 100 if it is not named. */
struct vv_expected_percent {
    const char *component;
    int64_t percent;
};

/* Budgets per area and year; `used` false: the scheme has none and nothing is reserved. */
struct vv_budget_terms {
    bool used;
    bool blocks; /* nothing is posted for a placement without cover */
    const struct vv_expected_percent *expected;
    size_t expected_count;
};

/* Of a recovery from a provider: section `corrections`. */
struct vv_corrections {
    int contest_days; /* days after the approval on which the provider can contest it */
    bool example;
};

/* Of the documents that records rest on: section `evidence`. */
struct vv_document_terms {
    bool verified;            /* a document counts when a second person has verified it */
    const char *const *kinds; /* of document; none named: every code */
    size_t kind_count;
};

/* From which account the scheme's providers are paid. */
struct vv_scheme_bank {
    const char *debtor; /* name of the payer's account holder */
    const char *organisation_number;
    enum vv_account_kind kind;
    char account[VV_ACCOUNT_TEXT_BYTES];
    char bic[VV_BIC_TEXT_BYTES]; /* "" = not given */
    int details_wait_days;       /* approved bank details are used after so many days */
    bool example;
    const char *note;
};

struct vv_scheme {
    char version[VV_VERSION_TEXT_BYTES];
    const char *id; /* "se-krom" */
    const char *name_en, *name_sv;
    const char *currency;  /* ISO 4217 */
    const char *time_zone; /* IANA */
    enum vv_jurisdiction jurisdiction;
    vv_date from, to; /* validity, inclusive; `to` may be VV_DATE_NONE */
    const struct vv_area *areas;
    size_t area_count;
    bool areas_limited;                           /* an area has choices_from or choices_until */
    const struct vv_criterion *target_group;      /* NULL = everyone */
    const struct vv_authorisation *authorisation; /* NULL = not described */
    const struct vv_delivery *delivery;           /* NULL = no obligations */
    const struct vv_rating_rules *rating;         /* NULL = nobody is rated */
    int empty_contract_months;                    /* rules 20; 0 = no such rule */
    struct vv_corrections corrections;
    const char *model;             /* name of the assessment model, for example "ams-2018" */
    bool levels_by_person;         /* model: none: no model, a person sets every level */
    const struct vv_level *levels; /* from far to near */
    size_t level_count;
    int choice_working_days;          /* 5 */
    bool choice_within_area;          /* only contracts of the home's area, and of areas that
                                         have no municipalities, may be chosen */
    int switches_max;                 /* changes of provider in a service; -1 = any number */
    int switch_min_days;              /* days that a provider has before a change */
    const char *const *combines_with; /* schemes whose placements may run at the same time */
    size_t combines_with_count;
    int service_months;                    /* 6 */
    int service_months_max;                /* 12 with extension */
    bool back_heavy;                       /* scheme check: highest base < result + premium */
    const struct vv_component *components; /* order is the order of caps and of postings */
    size_t component_count;
    const struct vv_cap *caps; /* of the scheme and of its components */
    size_t cap_count;
    enum vv_supplement_payable supplement_payable; /* rules 11 */
    enum vv_pay_on pay_on;
    bool result_requires_second_source; /* milestones and bonuses need an income statement */
    struct vv_document_terms documents;
    struct vv_budget_terms budget;
    const struct vv_scheme_bank *bank; /* NULL = no bank file can be made from the scheme */
};

/*
 * Parses and checks one scheme file.
 *   name      file name for error messages
 *   yaml/len  the bytes, at most VV_YAML_BYTES_MAX
 *   ret_error where and what (file, line, field), filled on failure
 * Errors: VV_INVALID (schema, overlapping validity, missing or negative price, unknown level,
 * area, component or model, a municipality in two areas), VV_TOO_LARGE, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_scheme_parse(const char *name, const void *yaml, size_t len,
                                          struct vv_scheme **ret_scheme,
                                          struct vv_error *ret_error);
void vv_scheme_destroy(struct vv_scheme **scheme);

/* NULL when there is none. */
const struct vv_area *vv_scheme_area(const struct vv_scheme *scheme, const char *code);
const struct vv_area *vv_scheme_area_of(const struct vv_scheme *scheme, const char *municipality);
/* Whether a placement or block may start in an area on a day (rules 19); true for an area that the
 * scheme does not know, which has no price either. */
bool vv_scheme_area_open(const struct vv_scheme *scheme, const char *code, vv_date on);
const struct vv_level *vv_scheme_level(const struct vv_scheme *scheme, const char *code);
const struct vv_level *vv_scheme_level_for(const struct vv_scheme *scheme, int64_t logit);
const struct vv_component *vv_scheme_component(const struct vv_scheme *scheme, const char *code);
/* Whether the scheme takes documents of that kind. */
bool vv_scheme_document_kind(const struct vv_scheme *scheme, const char *kind);

/*
 * Price of a component (rules 3): level x area x price list valid on `on`, times the area's factor.
 * VV_NOT_FOUND when the list has no such price. ret_price is the row that gave it.
 */
VV_CHECKED enum vv_status vv_scheme_price(const struct vv_scheme *scheme,
                                          const struct vv_component *component, const char *level,
                                          const char *area, vv_date on, vv_money *ret_amount,
                                          const struct vv_price **ret_price);

/* Hash of a file's bytes as 64 hexadecimal digits: the version of a scheme or model. */
void vv_version_of(const void *bytes, size_t len, char ret_text[static VV_VERSION_TEXT_BYTES]);

#endif
