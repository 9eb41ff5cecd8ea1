/*
 * scheme_terms.h: the terms of payment of a component and of a scheme as they are written: parts,
 * instalments, caps, evidence, extent, VAT. scheme_terms.c reads them.
 */
#ifndef VAGVAL_KERNEL_SCHEME_TERMS_H
#define VAGVAL_KERNEL_SCHEME_TERMS_H

#include "vagval/limits.h"
#include "vagval/yaml_load.h"

/* ---- one field of a mapping, as the schemas of a scheme file write it ---- */

#define CODE(key, structure, member)                                                               \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, VV_CODE_BYTES_MAX)
#define CODE_OPTIONAL(key, structure, member)                                                      \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, 1,    \
                           VV_CODE_BYTES_MAX)
#define WORD(key, structure, member, words)                                                        \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT, structure, member, words, CYAML_ARRAY_LEN(words))
#define WORD_OPTIONAL(key, structure, member, words)                                               \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, structure, member, words,       \
                     CYAML_ARRAY_LEN(words))
#define LIST(key, structure, member, entry, max)                                                   \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER, structure, member, entry, 1, max)
#define LIST_OPTIONAL(key, structure, member, entry, max)                                          \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, entry,  \
                         1, max)
#define PART(key, structure, member, fields)                                                       \
    CYAML_FIELD_MAPPING(key, CYAML_FLAG_DEFAULT, structure, member, fields)
#define PART_OPTIONAL(key, structure, member, fields)                                              \
    CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member,      \
                            fields)

/* ---- the terms ---- */

#define VV_SCHEME_CAPS_MAX 16 /* `caps` of one scheme */

enum raw_month { RAW_MONTH_CALENDAR = 1, RAW_MONTH_SERVICE };
enum raw_per { RAW_PER_BLOCK = 1, RAW_PER_PARTICIPANT };
enum raw_extent { RAW_EXTENT_ANY = 1, RAW_EXTENT_FULL_ONLY, RAW_EXTENT_PROPORTIONAL };
enum raw_evidence { RAW_EVIDENCE_NONE = 1, RAW_EVIDENCE_DOCUMENT, RAW_EVIDENCE_CORROBORATED };
enum raw_supplement { RAW_SUPPLEMENT_NOW = 1, RAW_SUPPLEMENT_DECISION_END };
enum raw_pay_on { RAW_PAY_ON_POSTING = 1, RAW_PAY_ON_INVOICE };

struct raw_part {
    const char *of, *take;
};

struct raw_instalment {
    const char *after_days, *percent;
};

struct raw_cap {
    const char *days, *amount, *block_months;
    int per;
    const char **components; /* caps of the scheme only */
    unsigned components_count;
};

struct raw_vat {
    int category; /* its letter */
    const char *rate_percent;
    int status;
};

/* Of a component. */
struct raw_terms {
    int month;
    const char *first_due_days;
    struct raw_part *part;
    const char *requires;
    struct raw_instalment *instalments;
    unsigned instalments_count;
    const char *months;
    struct raw_cap *cap;
    int extent, evidence;
    struct raw_vat *vat;
    const char *prices_from;
};

/* Of the scheme. */
struct raw_scheme_terms {
    struct raw_cap *caps;
    unsigned caps_count;
    int supplement_payable;
    int pay_on;
    int second_source;
};

extern const cyaml_strval_t vv_terms_months[2], vv_terms_extents[3], vv_terms_evidences[3],
    vv_terms_supplements[2], vv_terms_pay_on[2];
extern const cyaml_schema_field_t vv_terms_part_fields[], vv_terms_cap_fields[],
    vv_terms_vat_fields[];
extern const cyaml_schema_value_t vv_terms_instalment_entry, vv_terms_cap_entry;

/* The keys of a component's terms; `member` is the struct raw_terms within `structure`. */
#define VV_TERMS_FIELDS(structure, member)                                                         \
    WORD_OPTIONAL("month", structure, member.month, vv_terms_months),                              \
        CODE_OPTIONAL("first_due_days", structure, member.first_due_days),                         \
        PART_OPTIONAL("part", structure, member.part, vv_terms_part_fields),                       \
        CODE_OPTIONAL("requires", structure, member.requires),                                     \
        LIST_OPTIONAL("instalments", structure, member.instalments, &vv_terms_instalment_entry,    \
                      64),                                                                         \
        CODE_OPTIONAL("months", structure, member.months),                                         \
        PART_OPTIONAL("cap", structure, member.cap, vv_terms_cap_fields),                          \
        WORD_OPTIONAL("extent", structure, member.extent, vv_terms_extents),                       \
        WORD_OPTIONAL("evidence", structure, member.evidence, vv_terms_evidences),                 \
        PART_OPTIONAL("vat", structure, member.vat, vv_terms_vat_fields),                          \
        CODE_OPTIONAL("prices_from", structure, member.prices_from)

#define VV_SCHEME_TERMS_FIELDS(structure, member)                                                  \
    LIST_OPTIONAL("caps", structure, member.caps, &vv_terms_cap_entry, VV_SCHEME_CAPS_MAX),        \
        WORD_OPTIONAL("supplement_payable", structure, member.supplement_payable,                  \
                      vv_terms_supplements),                                                       \
        WORD_OPTIONAL("pay_on", structure, member.pay_on, vv_terms_pay_on),                        \
        WORD_OPTIONAL("result_requires_second_source", structure, member.second_source,            \
                      vv_yaml_truths)

#endif
