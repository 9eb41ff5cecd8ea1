/*
 * assess.h: the assessment as a pure function of an input snapshot, a model and a scheme's
 * cut-offs. The level is decided on the scaled integer logit, never on the displayed probability.
 */
#ifndef VAGVAL_ASSESSMENT_ASSESS_H
#define VAGVAL_ASSESSMENT_ASSESS_H

#include <stddef.h>
#include <stdint.h>

#include "vagval/model.h"
#include "vagval/scheme.h"

/* Why a snapshot was not assessed: the data contract of the model's inputs. Stored: append only. */
enum vv_quarantine {
    VV_QUARANTINE_NONE = 0,
    VV_QUARANTINE_MISSING = 1,  /* a feature of the model is not in the snapshot */
    VV_QUARANTINE_DOMAIN = 2,   /* a feature has a value that the model does not know */
    VV_QUARANTINE_SNAPSHOT = 3, /* intake has no such snapshot */
    VV_QUARANTINE_ERASED = 4,   /* the person's data are erased */
    VV_QUARANTINE_MODEL = 5,    /* the scheme's model is not known, or it has no levels */
    VV_QUARANTINE_PERSON = 6,   /* the scheme has no model: a caseworker sets the level */
};

/* Stable reason code, "feature.missing", and its texts; "" for VV_QUARANTINE_NONE. */
const char *vv_quarantine_code(enum vv_quarantine reason);
const char *vv_quarantine_text_en(enum vv_quarantine reason);
const char *vv_quarantine_text_sv(enum vv_quarantine reason);

/* Codes what the model uses of the snapshot; other features are for other readers and ignored.
 * Returns the quarantine reason; ret_feature then names the feature in the model's own words. */
enum vv_quarantine vv_assess_encode(const struct vv_model *model,
                                    const struct vv_named_value *values, size_t count,
                                    struct vv_snapshot *ret_snapshot, const char **ret_feature);

/* The level of a coded snapshot, and its logit scaled by 1 000 000. NULL when the scheme has no
 * levels. */
const struct vv_level *vv_assess(const struct vv_model *model, const struct vv_scheme *scheme,
                                 const struct vv_snapshot *snapshot, int64_t *ret_logit);

#endif
