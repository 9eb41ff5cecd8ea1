/*
 * explain.c: the texts of posting lines.
 */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends; a text that is too long ends early rather than failing a payment. */
static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, VV_EXPLAIN_BYTES_MAX - used, format, arguments);
    va_end(arguments);
}

const char *vv_explain_rule(const struct vv_difference_line *line)
{
    static const char *const decided[] = {
        [VV_LINE_OWED] = "rules.11 proposal-decided", [VV_LINE_RECOVERY] = "rules.11 recovery",
        [VV_LINE_WAIVED] = "rules.11 left-standing",  [VV_LINE_SET_OFF] = "rules.11 set-off",
        [VV_LINE_CLAIM] = "rules.11 claim",           [VV_LINE_REVERSED] = "rules.11 reversed",
    };
    if (line->decision != NULL) {
        return decided[line->kind];
    }
    if (line->why == NULL) {
        return "rules.11 correction";
    }
    const struct vv_component *component = line->why->component;
    switch (component->kind) {
    case VV_PER_DAY:
        return component->pay_if_report ? "rules.6 base-per-day-reported" : "rules.5 base-per-day";
    case VV_PER_MONTH:
        if (component->service_months) {
            return "rules.14 base-per-service-month";
        }
        return component->pay_if_report ? "rules.6 base-per-month-reported"
                                        : "rules.5 base-per-month";
    case VV_PREMIUM_DAYS:
        return "rules.9 speed-premium";
    case VV_MILESTONE:
        return "rules.2 result-milestone";
    case VV_INSTALMENTS:
        return "rules.7 base-instalment";
    case VV_SUSTAINED:
        return "rules.14 sustained-bonus";
    case VV_PER_UNIT:
        return "rules.10 units";
    case VV_GRANT:
        return "rules.15 grant";
    case VV_SHARE:
        return "rules.7 share-of-appropriation";
    }
    return "rules.11 correction";
}

struct words {
    char from[VV_DATE_TEXT_BYTES], through[VV_DATE_TEXT_BYTES], period[VV_DATE_TEXT_BYTES];
    char price[VV_MONEY_TEXT_BYTES], owed[VV_MONEY_TEXT_BYTES];
};

static void conditions(const struct vv_owed *why, char *en, char *sv)
{
    if (why->component->pay_if_report) {
        append(en, ", report approved");
        append(sv, ", godkänd rapport");
    } else if (why->component->pay_if_met) {
        append(en, ", obligations met");
        append(sv, ", skyldigheter uppfyllda");
    }
}

static void base_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                       char *en, char *sv)
{
    bool monthly = why->component->kind == VV_PER_MONTH;
    if (why->component->service_months) {
        append(en, "service month %s to %s at %s %s", words->from, words->through, words->price,
               currency);
        append(sv, "insatsmånad %s till %s à %s %s", words->from, words->through, words->price,
               currency);
        conditions(why, en, sv);
        return;
    }
    append(en, "%d paid day%s %s to %s at %s %s per %s%s", why->days, why->days == 1 ? "" : "s",
           words->from, words->through, words->price, currency, monthly ? "month" : "day",
           why->several_prices ? " and later prices of the period" : "");
    append(sv, "%d ersatt%s dag%s %s till %s à %s %s per %s%s", why->days,
           why->days == 1 ? "" : "a", why->days == 1 ? "" : "ar", words->from, words->through,
           words->price, currency, monthly ? "månad" : "dag",
           why->several_prices ? " och periodens senare priser" : "");
    if (why->days_cut) {
        append(en, ", further days are beyond the cap");
        append(sv, ", ytterligare dagar ligger över taket");
    }
    conditions(why, en, sv);
}

static void instalment_texts(const struct vv_owed *why, const struct words *words,
                             const char *currency, char *en, char *sv)
{
    append(en, "instalment of %s, %d days after the start %s: %lld %% of %s %s", words->through,
           why->days, words->from, (long long)why->percent, words->price, currency);
    append(sv, "delbetalning %s, %d dagar efter starten %s: %lld %% av %s %s", words->through,
           why->days, words->from, (long long)why->percent, words->price, currency);
    conditions(why, en, sv);
}

static void premium_texts(const struct vv_owed *why, const struct words *words,
                          const char *currency, char *en, char *sv)
{
    append(en, "%s start %s, %d days after %s: %lld %% of %s %s", why->job ? "job" : "study",
           words->through, why->days, words->from, (long long)why->percent, words->price, currency);
    append(sv, "%sstart %s, %d dagar efter %s: %lld %% av %s %s", why->job ? "jobb" : "studie",
           words->through, why->days, words->from, (long long)why->percent, words->price, currency);
}

static void part_texts(const struct vv_owed *why, char *en, char *sv)
{
    const struct vv_component *component = why->component;
    if (component->part_of > 0) {
        append(en, ", part %d of %d", component->part_take, component->part_of);
        append(sv, ", del %d av %d", component->part_take, component->part_of);
    }
    if (component->evidence == VV_EVIDENCE_CORROBORATED) {
        append(en, ", income statement seen");
        append(sv, ", inkomstuppgift finns");
    }
}

static void result_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                         char *en, char *sv)
{
    int months = why->component->milestone_months;
    append(en, "%s every day %s to %s (%d calendar months), %s %s",
           why->job ? "in work" : "in studies", words->from, words->through, months, words->price,
           currency);
    append(sv, "%s varje dag %s till %s (%d kalendermånader), %s %s",
           why->job ? "arbete" : "studier", words->from, words->through, months, words->price,
           currency);
    part_texts(why, en, sv);
}

static void sustained_texts(const struct vv_owed *why, const struct words *words,
                            const char *currency, char *en, char *sv)
{
    int months = why->component->sustained_months;
    append(en, "self-support every day %s to %s (%d calendar months after the service), %s %s",
           words->from, words->through, months, words->price, currency);
    append(sv, "egen försörjning varje dag %s till %s (%d kalendermånader efter insatsen), %s %s",
           words->from, words->through, months, words->price, currency);
    part_texts(why, en, sv);
}

static void unit_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                       char *en, char *sv)
{
    char units[VV_MONEY_TEXT_BYTES];
    vv_money_format(why->cost, 1, units);
    append(en, "%s approved %s of %s at %s %s%s", units, why->component->award.unit, words->from,
           words->price, currency, why->several_prices ? " and other prices of the month" : "");
    append(sv, "%s godkända %s från %s à %s %s%s", units, why->component->award.unit, words->from,
           words->price, currency, why->several_prices ? " och månadens övriga priser" : "");
}

static void grant_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                        char *en, char *sv)
{
    char cost[VV_MONEY_TEXT_BYTES];
    char most[VV_MONEY_TEXT_BYTES];
    vv_money_format(why->cost, 1, cost);
    vv_money_format(why->most, 1, most);
    append(en, "%lld %% of %s %s for the month from %s%s, decision %s of at most %s %s",
           (long long)why->percent, cost, currency, words->from,
           why->cut ? ", cut to what may still be paid" : "", why->contract_number, most, currency);
    append(sv, "%lld %% av %s %s för månaden från %s%s, beslut %s om högst %s %s",
           (long long)why->percent, cost, currency, words->from,
           why->cut ? ", nedsatt till vad som återstår" : "", why->contract_number, most, currency);
    if (why->example) {
        append(en, " [example price]");
        append(sv, " [exempelpris]");
    }
}

static void share_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                        char *en, char *sv)
{
    char appropriation[VV_MONEY_TEXT_BYTES];
    char most[VV_MONEY_TEXT_BYTES];
    vv_money_format(why->cost, 1, appropriation);
    vv_money_format(why->most, 1, most);
    append(en, "instalment %d of %zu of %s %s (%lld %% of an appropriation of %s), from %s to %s%s",
           why->days, why->component->instalment_count, most, currency, (long long)why->percent,
           appropriation, words->from, words->through, why->cut ? ", cut to what was spent" : "");
    append(sv, "delbetalning %d av %zu av %s %s (%lld %% av anslaget %s), från %s till %s%s",
           why->days, why->component->instalment_count, most, currency, (long long)why->percent,
           appropriation, words->from, words->through,
           why->cut ? ", nedsatt till vad som förbrukats" : "");
}

/* Who has seen the documents that an amount rests on, where the scheme asks for it. */
static void verified_texts(const struct vv_owed *why, char *en, char *sv)
{
    for (size_t i = 0; i < why->cause_count; i++) {
        const struct vv_payment_fact *fact = why->causes[i];
        if (fact->kind == VV_FACT_EVIDENCE && fact->document == VV_DOCUMENT_VERIFIED) {
            bool named = fact->by != NULL && fact->by[0] != '\0';
            append(en, ", document verified by %s", named ? fact->by : "a person");
            append(sv, ", underlag kontrollerat av %s", named ? fact->by : "en handläggare");
        }
    }
}

static void why_texts(const struct vv_owed *why, const struct words *words, const char *currency,
                      char *en, char *sv)
{
    char cut[VV_MONEY_TEXT_BYTES];
    switch (why->component->kind) {
    case VV_PER_DAY:
    case VV_PER_MONTH:
        base_texts(why, words, currency, en, sv);
        break;
    case VV_PREMIUM_DAYS:
        premium_texts(why, words, currency, en, sv);
        break;
    case VV_MILESTONE:
        result_texts(why, words, currency, en, sv);
        break;
    case VV_INSTALMENTS:
        instalment_texts(why, words, currency, en, sv);
        break;
    case VV_SUSTAINED:
        sustained_texts(why, words, currency, en, sv);
        break;
    case VV_PER_UNIT:
        unit_texts(why, words, currency, en, sv);
        break;
    case VV_GRANT:
        grant_texts(why, words, currency, en, sv);
        return;
    case VV_SHARE:
        share_texts(why, words, currency, en, sv);
        return;
    }
    verified_texts(why, en, sv);
    if (why->component->extent == VV_EXTENT_PROPORTIONAL) {
        append(en, ", extent %lld %%", (long long)why->extent);
        append(sv, ", omfattning %lld %%", (long long)why->extent);
    }
    if (why->cap_cut > 0) {
        vv_money_format(why->cap_cut, 1, cut);
        append(en, ", %s %s above the cap is not paid", cut, currency);
        append(sv, ", %s %s över taket betalas inte", cut, currency);
    }
    append(en, ", level %s, area %s, contract %s", why->level, why->area, why->contract_number);
    append(sv, ", nivå %s, område %s, avtal %s", why->level, why->area, why->contract_number);
    if (why->example) {
        append(en, " [example price]");
        append(sv, " [exempelpris]");
    }
}

/* What kind of line it is, before the amount is explained. */
static void kind_texts(const struct vv_difference_line *line, char *en, char *sv)
{
    static const struct {
        const char *en, *sv;
    } decided[] = {
        [VV_LINE_OWED] = {"Recovery proposal decided on: ", "Förslag till återkrav beslutat: "},
        [VV_LINE_RECOVERY] = {"Recovery approved by two persons: ",
                              "Återkrav godkänt av två personer: "},
        [VV_LINE_WAIVED] = {"Left standing by a person's decision: ",
                            "Får stå kvar enligt en handläggares beslut: "},
        [VV_LINE_SET_OFF] = {"Recovery set off against what the provider is owed: ",
                             "Återkrav kvittas mot leverantörens fordran: "},
        [VV_LINE_CLAIM] = {"Recovery to be invoiced to the provider: ",
                           "Återkrav faktureras leverantören: "},
        [VV_LINE_REVERSED] = {"Recovery reversed after an objection: ",
                              "Återkrav återfört efter invändning: "},
    };
    if (line->decision != NULL) {
        append(en, "%s", decided[line->kind].en);
        append(sv, "%s", decided[line->kind].sv);
    } else if (line->kind == VV_LINE_WAIVED) {
        append(en, "What was left standing is looked at again, since what is owed changed: ");
        append(sv, "Det som fått stå kvar prövas på nytt, eftersom beloppet ändrats: ");
    } else if (line->proposal && line->amount < 0) {
        append(en, "Recovery proposal, a person decides: ");
        append(sv, "Förslag till återkrav, en handläggare beslutar: ");
    } else if (line->proposal) {
        append(en, "Recovery proposal taken back: ");
        append(sv, "Förslag till återkrav återtas: ");
    } else if (line->amount != line->owed) {
        append(en, "Supplementary payment: ");
        append(sv, "Tilläggsutbetalning: ");
    }
}

enum vv_status vv_explain_line(const struct vv_difference_line *line, const char *currency,
                               ProtobufCAllocator *memory, struct vv_explanation *ret_explanation)
{
    char *en = memory->alloc(memory->allocator_data, VV_EXPLAIN_BYTES_MAX);
    char *sv = memory->alloc(memory->allocator_data, VV_EXPLAIN_BYTES_MAX);
    if (en == NULL || sv == NULL) {
        return VV_NO_MEMORY;
    }
    en[0] = '\0';
    sv[0] = '\0';
    const struct vv_owed *why = line->why;
    struct words words;
    vv_date_format(line->period, words.period);
    vv_money_format(line->owed, 1, words.owed);
    kind_texts(line, en, sv);
    if (line->decision != NULL) {
        append(en, "%s for %s, owed in all %s %s", line->component, words.period, words.owed,
               currency);
        append(sv, "%s för %s, ska sammanlagt vara %s %s", line->component, words.period,
               words.owed, currency);
    } else if (why == NULL) {
        append(en, "%s for %s is no longer owed", line->component, words.period);
        append(sv, "%s för %s ska inte längre betalas", line->component, words.period);
    } else {
        append(en,
               "%s: ", why->component->name_en != NULL ? why->component->name_en : line->component);
        append(sv,
               "%s: ", why->component->name_sv != NULL ? why->component->name_sv : line->component);
        vv_date_format(why->from, words.from);
        vv_date_format(why->through, words.through);
        vv_money_format(why->price, 1, words.price);
        why_texts(why, &words, currency, en, sv);
        if (line->amount != line->owed) {
            append(en, "; in all %s %s", words.owed, currency);
            append(sv, "; sammanlagt %s %s", words.owed, currency);
        }
    }
    *ret_explanation = (struct vv_explanation){en, sv};
    return VV_OK;
}
