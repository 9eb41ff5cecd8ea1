/*
 * choice.c: may this choice of provider be made, and until when (rules 13). The seeker has a
 * number of working days from the offer; a change of provider is possible at any time after.
 */
#include "choice.h"

#include "placement.h"

const char *vv_case_state_name(uint32_t state)
{
    static const char *const names[] = {"none",   "recorded",   "offered", "choosing",
                                        "placed", "caseworker", "ended",   "waiting"};
    return state < sizeof names / sizeof *names ? names[state] : "unknown";
}

static enum vv_choice_verdict judge_switch(const Vagval__V1__RegistryCase *entry,
                                           struct vv_id contract, vv_date chosen_on)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);

    if (running == NULL || chosen_on > running->planned_end) {
        return VV_CHOICE_SERVICE_IS_OVER;
    }
    if (vv_placement_is_with(running, contract)) {
        return VV_CHOICE_SAME_CONTRACT;
    }
    /* The old contract keeps at least its first day: a placement never has negative length. */
    return chosen_on > running->start ? VV_CHOICE_ALLOWED : VV_CHOICE_BEFORE_SWITCH;
}

enum vv_choice_verdict vv_choice_judge(const Vagval__V1__RegistryCase *entry, struct vv_id contract,
                                       vv_date chosen_on, vv_date today)
{
    if (entry->state == VV_CASE_NONE || entry->state == VV_CASE_RECORDED) {
        return VV_CHOICE_NOT_REFERRED;
    }
    if (entry->state == VV_CASE_WAITING) {
        return VV_CHOICE_NOT_OFFERED;
    }
    if (entry->state == VV_CASE_ENDED) {
        return VV_CHOICE_SERVICE_IS_OVER;
    }
    if (entry->choice != NULL) {
        return VV_CHOICE_ON_ITS_WAY;
    }
    if (chosen_on > today) {
        return VV_CHOICE_IN_FUTURE;
    }
    if (chosen_on < entry->offered_on) {
        return VV_CHOICE_BEFORE_OFFER;
    }
    if (entry->state == VV_CASE_PLACED) {
        return judge_switch(entry, contract, chosen_on);
    }
    if (entry->state == VV_CASE_OFFERED && chosen_on > entry->choose_by) {
        return VV_CHOICE_LATE;
    }
    return VV_CHOICE_ALLOWED;
}

const char *vv_choice_verdict_text(enum vv_choice_verdict verdict)
{
    switch (verdict) {
    case VV_CHOICE_ALLOWED:
        return "the choice may be made";
    case VV_CHOICE_NOT_REFERRED:
        return "the case is not referred to a provider";
    case VV_CHOICE_NOT_OFFERED:
        return "the choice has not been offered yet; repeat later";
    case VV_CHOICE_ON_ITS_WAY:
        return "another choice is being decided; ask for the case, then repeat if still wanted";
    case VV_CHOICE_IN_FUTURE:
        return "the day of the choice has not come; repeat on that day";
    case VV_CHOICE_BEFORE_OFFER:
        return "the day of the choice is before the offer";
    case VV_CHOICE_LATE:
        return "the days for choosing have passed and the non-choice alternative is being decided; "
               "repeat afterwards as a change of provider";
    case VV_CHOICE_SAME_CONTRACT:
        return "this contract serves the case already";
    case VV_CHOICE_BEFORE_SWITCH:
        return "a change of provider starts after the first day of the running placement";
    case VV_CHOICE_SERVICE_IS_OVER:
        return "the service is over; a new period needs a new assessment";
    }
    return "unknown verdict";
}

vv_date vv_choice_deadline(enum vv_jurisdiction where, vv_date offered_on, int days)
{
    return vv_calendar_add_working_days(where, offered_on, days);
}

bool vv_choice_is_overdue(const Vagval__V1__RegistryCase *entry, vv_date today)
{
    return entry->state == VV_CASE_OFFERED && entry->choice == NULL && today > entry->choose_by;
}
