#!/usr/bin/env bash
# What happens in a placement under RoM 2: activities, the participant's word, one report for each
# deviation and a person's decision, obligations with their terms, and the list of what is to be
# done.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme="--scheme se-rom2"

system delivery
check "RoM 2 is published" vv "$dir" scheme publish deploy/schemes/se-rom2.yaml
check "the clock is set" vv "$dir" clock set 2023-05-02
vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 40 --seed 3 --from 2023-05-02 \
    --to 2023-05-02 --until 2023-05-02 --out "$work/book" > "$work/said"
sed -i 's/,true,/,false,/' "$work/book/seekers.csv" # protected people are a guardian's
# shellcheck disable=SC2086 # words
check "people and contracts are loaded" vv "$dir" load $scheme \
    "$work"/book/{providers,contracts,seekers}.csv
area=$(awk -F, 'NR == 2 {print $6}' "$work/book/contracts.csv")
number=$(awk -F, 'NR == 2 {print $3}' "$work/book/contracts.csv")
case_id=
while read -r identity && [ -z "$case_id" ]; do
    # shellcheck disable=SC2086 # words
    printf '%s\n' "$identity" | vv "$dir" choice make - "$area" "$number" $scheme \
        > "$work/said" 2>&1 && case_id=$(printf '%s\n' "$identity" | vv "$dir" case show - \
            $scheme --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')
done < <(awk -F, 'NR > 1 {print $3}' "$work/book/seekers.csv")
check "somebody is placed" test -n "$case_id"
delivery() { # delivery WORD ...: a command on the case
    # shellcheck disable=SC2086 # words
    vv "$dir" delivery "$1" "$case_id" "${@:2}" $scheme
}

check "others still may choose" says 0 '"kind": "choice"' \
    vv "$dir" work --kind choice --within 30 --json
# terms CODE EXPRESSION: of the case's terms t of an obligation, pairs of last day and state.
terms() {
    json "(lambda t: $2)([(x['due'], x['state']) for x in d['terms'] if x['code'] == '$1'])" \
        delivery show --json
}

# ---- activities and terms: the placement starts on Tuesday 2 May ----
check "a kind that the scheme does not have" says 1 'no activity of the scheme' \
    delivery activity dance
check "a day to come" says 1 'has not come' delivery activity meeting --on 2023-05-03
check "a day before the placement" says 1 'no placement runs' \
    delivery activity meeting --on 2023-05-01
check "a plan on the first day" says 0 'in_time' delivery activity plan --minutes 45 --physical
check "the same again is the same" says 0 'in_time' delivery activity plan --minutes 45 --physical
check "it is there once" json 'len(d["activities"]) == 1' delivery show --json
check "and meets its obligation" terms joint-plan '("2023-05-17", "met") in t'
# Windows of 14 days from 2 May: 2-15 and 16-29 May. Of 28 days: 2-29 May.
check "two weeks on" vv "$dir" clock advance --days 14
check "the first window is kept by the plan, the second is due" terms meeting \
    't == [("2023-05-15", "met"), ("2023-05-29", "due")]'
check "so is the one for meetings face to face" terms physical-meeting \
    't == [("2023-05-29", "met")]'
# Weeks from 2 May: 2-8, 9-15, 16-22 May; an hour each, half of it face to face. 45 minutes are not.
check "an hour a week" terms hours-first \
    't == [("2023-05-08", "missed"), ("2023-05-15", "missed"), ("2023-05-22", "due")]'
check "a term that has ended says since when it stands" json \
    '[t["since"] for t in d["terms"] if t["code"] == "hours-first"] ==
     ["2023-05-09", "2023-05-16", None]' \
    delivery show --json
contract() {
    vv "$dir" delivery contract "$number" "$@"
}
# The week to the 8th and the week to the 15th were missed, that to the 22nd runs.
check "so it stands with the contract" json \
    '[(o["missed"], o["due"], o["next_due"]) for o in d["obligations"]
      if o["obligation"] == "hours-first"] == [(2, 1, "2023-05-22")] and d["cases"] == []' \
    contract --json
check "and with each case of it" says 0 "$case_id" contract --cases
check "an unknown contract" says 1 'no contract' vv "$dir" delivery contract KA-999
check "a meeting of 29 minutes" delivery activity meeting --on 2023-05-16 --minutes 29
check "does not count" terms meeting 't[1] == ("2023-05-29", "due")'
check "one of 30" delivery activity meeting --on 2023-05-16 --minutes 30 --ref second
check "does" terms meeting 't[1] == ("2023-05-29", "met")'
activity=$(delivery show --json | python3 -c 'import json, sys
print([a["activity"] for a in json.load(sys.stdin)["activities"] if a["minutes"] == 30][0])')
check "the participant says it was not so" says 0 'no' delivery attendance "$activity" no
check "then it does not count" terms meeting 't[1] == ("2023-05-29", "due")'
check "yes" says 0 'yes' delivery attendance "$activity" yes
check "no after all" says 0 'no' delivery attendance "$activity" no
check "is what holds then" terms meeting 't[1] == ("2023-05-29", "due")'
check "and yes in the end" says 0 'yes' delivery attendance "$activity" yes

# ---- deviations ----
check "an unknown code" says 1 'agency' delivery deviation 14
check "code 18 wants its detail" says 1 '1 to 5' delivery deviation 18
check "sick on a day" says 0 'received' delivery deviation 15 --on 2023-05-15
check "one report for one event" says 1 'reported already' \
    delivery deviation 15 --on 2023-05-15 --ref again
check "another event" says 0 'received' delivery deviation 19 --on 2023-05-15
deviation=$(delivery show --json | python3 -c 'import json, sys
print([x["deviation"] for x in json.load(sys.stdin)["deviations"] if x["code"] == 19][0])')
items() {
    local expression=$1
    shift
    vv "$dir" work "$@" --json > "$work/json" && python3 -c 'import json, sys
mine = [i for i in json.load(open(sys.argv[1]))["items"] if i["case"] == sys.argv[3]]
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$work/json" "$expression" "$case_id"
}
check "both wait for a caseworker" items '[i["what"] for i in mine if i["kind"] == "deviation"] ==
    ["15", "19"]' --role caseworker
check "decided" says 0 'warning' delivery decide "$deviation" warning --reason first-refusal
check "once" says 1 'is decided already: warning' \
    delivery decide "$deviation" dismissed --reason another
check "one is left" items '[i["what"] for i in mine if i["kind"] == "deviation"] == ["15"]'

# ---- the list of what is to be done ----
check "obligations stand on the provider's list" items \
    '{i["what"] for i in mine if i["kind"] == "obligation"} >= {"hours-first"} and
     all(i["role"] == "provider" for i in mine)' --role provider --within 30
check "what is overdue is marked" items 'mine and all(i["overdue"] for i in mine)' --overdue
check "a term is excused" says 0 'excused' \
    delivery excuse hours-first 2023-05-08 --reason holiday
check "no such term" says 1 'no term' delivery excuse hours-first 2023-05-09 --reason holiday
check "and has left the list" items 'not [i for i in mine if i["due"] == "2023-05-08"]' --within 30
check "the month ends" vv "$dir" clock advance --to 2023-06-02
check "a month without its report" items \
    '[i["what"] for i in mine if i["kind"] == "report"] == ["2023-05-01"]' --within 60
check "the next ends too" vv "$dir" clock advance --to 2023-07-01
check "an activity of the month before last is taken, and late" says 0 late \
    delivery activity activity --on 2023-05-31 --minutes 60 --physical
check "the table is for people" says 0 'to do' vv "$dir" work --within 60
check "so is the case" says 0 'A meeting every 14 days' delivery show
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
