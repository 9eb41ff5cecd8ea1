/*
 * level_reason.h: why a person decides a level: codes with texts. Codes only: free text could name
 * a person, and what is stored here is not sealed.
 */
#ifndef VAGVAL_ASSESSMENT_LEVEL_REASON_H
#define VAGVAL_ASSESSMENT_LEVEL_REASON_H

struct vv_level_reason {
    const char *code, *en, *sv;
};

/* NULL for a code that is none. */
const struct vv_level_reason *vv_level_reason(const char *code);
/* All codes, for people: "assessed, language, ...". */
const char *vv_level_reason_codes(void);

#endif
