/*
 * assess.c: snapshot, model and cut-offs into a level. See the header.
 */
#include "assess.h"

#include <string.h>

struct quarantine_words {
    const char *code, *en, *sv;
};

static const struct quarantine_words words[] = {
    [VV_QUARANTINE_NONE] = {"", "", ""},
    [VV_QUARANTINE_MISSING] = {"feature.missing", "a value that the model needs is missing",
                               "ett värde som modellen behöver saknas"},
    [VV_QUARANTINE_DOMAIN] = {"feature.outside-domain", "a value is outside what the model knows",
                              "ett värde ligger utanför vad modellen känner till"},
    [VV_QUARANTINE_SNAPSHOT] = {"snapshot.missing", "the input data were not found",
                                "indata hittades inte"},
    [VV_QUARANTINE_ERASED] = {"snapshot.erased", "the personal data are erased",
                              "personuppgifterna är raderade"},
    [VV_QUARANTINE_MODEL] = {"model.missing", "the scheme has no model or no levels",
                             "systemet saknar modell eller nivåer"},
    [VV_QUARANTINE_PERSON] = {"level.by-person", "a caseworker is to set the level",
                              "en handläggare ska sätta nivån"},
};

/* A number stored by a newer release reads as missing data, not as a crash. */
static const struct quarantine_words *words_of(enum vv_quarantine reason)
{
    size_t at = (size_t)reason;
    return &words[at < sizeof words / sizeof words[0] ? at : VV_QUARANTINE_SNAPSHOT];
}

const char *vv_quarantine_code(enum vv_quarantine reason)
{
    return words_of(reason)->code;
}

const char *vv_quarantine_text_en(enum vv_quarantine reason)
{
    return words_of(reason)->en;
}

const char *vv_quarantine_text_sv(enum vv_quarantine reason)
{
    return words_of(reason)->sv;
}

static const char *value_of(const struct vv_named_value *values, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i].name, name) == 0) {
            return values[i].value;
        }
    }
    return NULL;
}

enum vv_quarantine vv_assess_encode(const struct vv_model *model,
                                    const struct vv_named_value *values, size_t count,
                                    struct vv_snapshot *ret_snapshot, const char **ret_feature)
{
    struct vv_named_value used[VV_MODEL_TERMS_MAX];
    for (size_t f = 0; f < model->feature_count; f++) {
        used[f] = (struct vv_named_value){model->features[f].name,
                                          value_of(values, count, model->features[f].name)};
        if (used[f].value == NULL) {
            *ret_feature = used[f].name;
            return VV_QUARANTINE_MISSING;
        }
    }
    struct vv_snapshot snapshot;
    struct vv_error error;
    if (vv_model_encode(model, used, model->feature_count, &snapshot, &error) != VV_OK) {
        /* All names are the model's own, each stands once: only a value can be wrong. */
        *ret_feature = "";
        for (size_t f = 0; f < model->feature_count; f++) {
            if (strcmp(model->features[f].name, error.field) == 0) {
                *ret_feature = model->features[f].name;
            }
        }
        return VV_QUARANTINE_DOMAIN;
    }
    *ret_snapshot = snapshot;
    return VV_QUARANTINE_NONE;
}

const struct vv_level *vv_assess(const struct vv_model *model, const struct vv_scheme *scheme,
                                 const struct vv_snapshot *snapshot, int64_t *ret_logit)
{
    int64_t logit = vv_model_score(model, snapshot);
    const struct vv_level *level = vv_scheme_level_for(scheme, logit);
    if (level != NULL) {
        *ret_logit = logit;
    }
    return level;
}
