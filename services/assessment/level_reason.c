/*
 * level_reason.c: see the header. Codes are stored with decisions: append only. The list is ours
 * [choice]; no public source has one.
 */
#include "level_reason.h"

#include <stddef.h>
#include <string.h>

#define REASONS(R)                                                                                 \
    R("assessed", "a caseworker's own assessment", "handläggarens egen bedömning")                 \
    R("work-ability", "the work ability is another than the data show",                            \
      "arbetsförmågan är en annan än uppgifterna visar")                                           \
    R("language", "the need of language support", "behovet av språkstöd")                          \
    R("local-labour-market", "the local labour market differs from the model's",                   \
      "den lokala arbetsmarknaden skiljer sig från modellens")                                     \
    R("circumstances-changed", "circumstances have changed since the last decision",               \
      "förhållandena har ändrats sedan det senaste beslutet")                                      \
    R("wrong-data", "the decision rested on wrong data", "beslutet vilade på felaktiga uppgifter") \
    R("wrong-decision", "the decision was wrong although its data were right",                     \
      "beslutet var fel trots att uppgifterna stämde")                                             \
    R("review", "changed after a review", "ändrat efter omprövning")

#define ROW(code, en, sv) {code, en, sv},
#define CODE(code, en, sv) ", " code

static const struct vv_level_reason reasons[] = {REASONS(ROW)};

const struct vv_level_reason *vv_level_reason(const char *code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reasons[i].code, code) == 0) {
            return &reasons[i];
        }
    }
    return NULL;
}

const char *vv_level_reason_codes(void)
{
    static const char codes[] = REASONS(CODE);
    return codes + strlen(", ");
}
