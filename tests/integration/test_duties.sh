#!/usr/bin/env bash
# What becomes due by itself: terms, months and the base that waits for them, deadlines of control;
# deputies and whose a case is; what the person says beside the provider's record. RoM 2, paid by
# obligations, a month worked out five days after its end.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-rom2)
sed 's/pay_if: report_approved/pay_if: obligations_met/
s/^delivery:$/delivery:\n  month_days: 5/' deploy/schemes/se-rom2.yaml > "$work/terms.yaml"

system duties --partitions 16
check "RoM 2 is published" vv "$dir" scheme publish "$work/terms.yaml" \
    --model deploy/models/ams-2018.yaml
check "the clock is set" vv "$dir" clock set 2023-05-02
vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 40 --seed 3 --from 2023-05-02 \
    --to 2023-05-02 --until 2023-05-02 --out "$work/book" > "$work/said"
sed -i 's/,true,/,false,/' "$work/book/seekers.csv" # protected people are a guardian's
check "people and contracts are loaded" vv "$dir" load "${scheme[@]}" \
    "$work"/book/{providers,contracts,seekers}.csv
area=$(awk -F, 'NR == 2 {print $6}' "$work/book/contracts.csv")
number=$(awk -F, 'NR == 2 {print $3}' "$work/book/contracts.csv")
case_id=
while read -r identity && [ -z "$case_id" ]; do
    printf '%s\n' "$identity" | vv "$dir" choice make - "$area" "$number" "${scheme[@]}" \
        > "$work/said" 2>&1 && case_id=$(printf '%s\n' "$identity" | vv "$dir" case show - \
            "${scheme[@]}" --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')
done < <(awk -F, 'NR > 1 {print $3}' "$work/book/seekers.csv")
check "somebody is placed" test -n "$case_id"
delivery() { # delivery WORD ...: a command on the case
    vv "$dir" delivery "$1" "$case_id" "${@:2}" "${scheme[@]}"
}
base() { # of the month of May, posted
    vv "$dir" ledger --json | python3 -c 'import json, sys
print(sum(c["amount"] for c in json.load(sys.stdin)["components"] if c["component"] == "base"))'
}

# ---- deputies: Anna and Bo are caseworkers; the first contact is due on 17 May (start + 15) ----
check "a key for Anna" vv "$dir" keys add anna caseworker
check "a key for Bo" vv "$dir" keys add bo caseworker
as() { # as NAME WORDS...
    vv "$dir" "${@:2}" --as "$1"
}
items() { # items EXPRESSION WORDS...: of the case's items on the worklist
    local expression=$1
    shift
    vv "$dir" work "$@" --json > "$work/json" && python3 -c 'import json, sys
mine = [i for i in json.load(open(sys.argv[1]))["items"] if i["case"] == sys.argv[3]]
sys.exit(0 if eval("(" + sys.argv[2] + ")") else json.dumps(mine)[:1500])' \
        "$work/json" "$expression" "$case_id"
}
check "nobody has come yet: the plan is the first contact" items \
    '[(i["what"], i["due"]) for i in mine if i["kind"] == "first-contact"] ==
     [("joint-plan", "2023-05-17")]' --within 30
check "the case is everybody's" items 'mine and all(i["person"] == "" for i in mine)' --within 30
check "it becomes Anna's" says 0 assigned vv "$dir" work assign "$case_id" anna "${scheme[@]}"
check "it is everybody's again" says 0 everybody \
    vv "$dir" work assign "$case_id" nobody "${scheme[@]}"
check "and Anna's on the same day" says 0 assigned \
    vv "$dir" work assign "$case_id" anna "${scheme[@]}"
check "and stands on her list" items 'mine and all(i["person"] == "anna" for i in mine)' \
    --person anna --within 30
check "not on Bo's" items 'mine == []' --person bo --within 30
check "nobody names a deputy for somebody else" says 1 'only anna' as bo work deputy anna bo
check "nobody stands in for themselves" says 1 'themselves' as anna work deputy anna anna
check "Anna names Bo for three days" says 0 deputy as anna work deputy anna bo \
    --from 2023-05-03 --to 2023-05-05
check "it is listed" json \
    '[(x["person"], x["deputy"], x["from"], x["to"], x["named_by"]) for x in d["deputies"]] ==
     [("anna", "bo", "2023-05-03", "2023-05-05", "anna")]' vv "$dir" work deputies --json
check "not yet" items 'mine == []' --person bo --within 30
check "somebody is sick" says 0 received delivery deviation 15
check "somebody refuses" says 0 received delivery deviation 19
deviation() {
    delivery show --json | python3 -c 'import json, sys
found = json.load(sys.stdin)["deviations"]
print([x["deviation"] for x in found if x["code"] == int(sys.argv[1])][0])' "$1"
}
sick=$(deviation 15)
refused=$(deviation 19)
check "Bo is no deputy yet" says 1 'no deputy of anna' \
    as bo delivery decide "$case_id" "$sick" noted --for anna "${scheme[@]}"
check "a day passes" vv "$dir" clock advance --days 1
check "Bo sees it, marked as Anna's" items 'mine and all(i["for"] == "anna" for i in mine)' \
    --person bo --within 30
check "and acts under the own name" says 0 noted \
    as bo delivery decide "$case_id" "$sick" noted --for anna "${scheme[@]}"
check "for Anna" json \
    '[(x["by"], x["for"]) for x in d["deviations"] if x["code"] == 15] == [("bo", "anna")]' \
    delivery show --json
check "the deputyship ends" says 0 ended as anna work deputy end anna bo --on 2023-05-02
check "then Bo sees nothing" items 'mine == []' --person bo --within 30
check "and is no deputy" says 1 'no deputy of anna' \
    as bo delivery decide "$case_id" "$refused" noted --for anna "${scheme[@]}"
check "the case is everybody's again" says 0 everybody \
    vv "$dir" work assign "$case_id" nobody "${scheme[@]}"
check "an area that is none" says 1 'no delivery area' \
    vv "$dir" work area atlantis bo "${scheme[@]}"
check "an area becomes Bo's" says 0 assigned vv "$dir" work area "$area" bo "${scheme[@]}"
check "with what is in it" says 0 '"person": "bo"' vv "$dir" work --person bo --within 30 --json

# ---- the person's own view ----
check "a point that the scheme does not have" says 1 'no activity or obligation' \
    delivery view dance=kept
check "an answer that is none" says 1 'kept, not_kept or no_answer' delivery view plan=maybe
check "the person says that there was a plan" says 0 recorded delivery view joint-plan=kept \
    meeting=no_answer --means video
check "the record has none: they differ" items \
    '[i["what"] for i in mine if i["kind"] == "difference"] == ["joint-plan"]'
check "the plan is recorded, on the day before" says 0 in_time \
    delivery activity plan --on 2023-05-02 --minutes 60 --physical
check "then they agree" items '[i for i in mine if i["kind"] == "difference"] == []'
check "a meeting that the person denies" says 0 in_time \
    delivery activity meeting --minutes 30 --physical
check "in the next follow-up" says 0 recorded delivery view meeting=not_kept --ref second
check "differs" items '[i["what"] for i in mine if i["kind"] == "difference"] == ["meeting"]'
record=$(delivery show --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["differences"][0]["record"])')
check "until a person settles it" says 0 person-mistaken \
    delivery settle "$record" meeting person-mistaken
check "the point alone can be settled" says 1 'no open difference' \
    delivery settle "$record" plan again
check "then it has left the list" items '[i for i in mine if i["kind"] == "difference"] == []'

# ---- deadlines of control ----
check "a review" vv "$dir" control open "$number" --kind review --ref r1 --due 2023-05-10 \
    --text yearly "${scheme[@]}"
check "a finding" vv "$dir" control open "$number" --kind finding --parent r1 --ref f1 \
    --due 2023-05-05 --text plans "${scheme[@]}"
matter() {
    vv "$dir" control show "$number" "${scheme[@]}" --json > "$work/json" && python3 -c '
import json, sys
item = [i for i in json.load(open(sys.argv[1]))["items"] if i["ref"] == "f1"][0]
sys.exit(0 if eval(sys.argv[2]) else json.dumps(item))' "$work/json" "$1"
}
check "it says who has to act" matter 'item["actor"] == "provider" and not item["overdue_since"]'
check "the deadline passes" vv "$dir" clock advance --to 2023-05-06
check "and that is a fact of the matter" matter 'item["overdue_since"] == "2023-05-06"'
check "with the provider on the worklist" says 0 'finding f1' \
    vv "$dir" work --kind control --role provider --overdue --json

# ---- a month by itself; services are killed while timers fire ----
# May lacks the week of 16-22 May and what it asks for; terms that end in May otherwise are kept by
# the plan (2nd), the meeting (3rd) and those of the 9th and 23rd.
check "days pass" vv "$dir" clock advance --to 2023-06-01
for on in 2023-05-09 2023-05-23; do
    check "a meeting on $on" delivery activity meeting --on "$on" --minutes 60 --physical
done
check "May is not worked out yet: the base waits" test "$(base)" = 0
check "nor is anything stated" json 'd["months"] == []' delivery show --json
for day in 2023-06-05 2023-06-06; do
    vv "$dir" clock set "$day" > "$work/set" 2>&1 &
    setting=$!
    kill -9 "$(cat "$dir"/run/provider-registry*.pid 2> /dev/null | head -1)" 2> /dev/null
    wait "$setting"
    vv "$dir" up --clock virtual > "$work/up.log" 2>&1
done
check "it settles" vv "$dir" clock advance --to 2023-06-07
check "on the sixth May is worked out by itself, once" json \
    '[(m["month"], m["met"], m["reason"], m["on"], m["by"]) for m in d["months"]] ==
     [("2023-05-01", False, "hours-first", "2023-06-06", None)]' delivery show --json
check "the case tells it" says 0 '2023-05 (hours-first)' \
    vv "$dir" case show "$case_id" "${scheme[@]}"
check "and which terms were missed" says 0 'Missed: hours-first' \
    vv "$dir" case show "$case_id" "${scheme[@]}"
check "the base waits on" test "$(base)" = 0
check "the week is made good by a late report" \
    delivery activity activity --on 2023-05-16 --minutes 60 --physical
check "then May is kept, without anybody asking" json \
    '[(m["met"], m["by"]) for m in d["months"]] == [(False, None), (True, None)]' \
    delivery show --json
check "it settles again" vv "$dir" clock advance --days 1
check "and May is paid" test "$(base)" -gt 0
check "the contract shows it" json \
    '[o for o in d["obligations"] if o["obligation"] == "joint-plan" and o["met"] == 1]' \
    vv "$dir" delivery contract "$number" --json
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
