#!/usr/bin/env bash
# Control of a contract through a running system: matters with deadlines, complaints, suspension,
# and an orderly end: who has not chosen is moved, and the old placement ends on the last day.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

system control --partitions 16
check "a scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "a book is made" vv "$dir" synth --people 80 --seed 7 --providers 6 --from 2020-03-16 \
    --to 2020-05-20 --until 2020-06-10 --out "$work/book"
check "the clock is set" vv "$dir" clock set 2020-03-16
vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv > "$work/load.log" 2>&1
check "the clock goes on" vv "$dir" clock advance --to 2020-06-11

# json FILE EXPRESSION: over `d`, the document.
json() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert eval("(" + sys.argv[2] + ")"), json.dumps(d, indent=1)[:3000]' "$1" "$2"
}
refused() { ! "$@"; }
control() { vv "$dir" control "$@"; }
# Of the areas with several contracts the one that serves most.
busy=$(vv "$dir" rating proposals --all --json | python3 -c 'import collections, json, sys
contracts = json.load(sys.stdin)["contracts"]
areas = collections.Counter(c["area"] for c in contracts)
print(max((c for c in contracts if areas[c["area"]] > 1), key=lambda c: c["in_use"])["contract"])')
check "a contract serves somebody" test -n "$busy"

# ---- matters with deadlines ----
check "a visit is opened" control open "$busy" --kind visit --ref v1 --due 2020-06-20 --text rooms
check "it finds something" control open "$busy" --kind finding --parent v1 --ref f1 \
    --due 2020-06-30 --text "no interpreter"
check "a complaint comes" vv "$dir" complaint file "$busy" --ref c1 --due 2020-06-15 \
    --text "no meetings"
control queue --json > "$work/queue.json"
check "the queue has them, the next deadline first" json "$work/queue.json" \
    '[i["ref"] for i in d["open"]] == ["c1", "v1", "f1"] and d["late"] == 0'
vv "$dir" work --kind control --within 30 --json > "$work/todo.json"
check "they remind in the worklist of whoever has to act" json "$work/todo.json" \
    '[(i["what"], i["role"], i["due"]) for i in d["items"]] == [
        ("complaint c1", "caseworker", "2020-06-15"), ("visit v1", "caseworker", "2020-06-20"),
        ("finding f1", "provider", "2020-06-30")]'
check "a visit with an open finding stays open" refused control close "$busy" --ref v1 \
    --outcome corrected --text "in order"
check "the complaint is answered" vv "$dir" complaint answer "$busy" --ref c1 \
    --outcome corrected --text "meetings weekly"
check "a matter needs its words" refused control open "$busy" --ref v2 --due 2020-06-20

# ---- related organisations: payment's own links ----
control show "$busy" --json > "$work/unrelated.json"
check "nobody is related to its provider" json "$work/unrelated.json" 'd["related"] == []'
provider=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["organisation_number"])' "$work/unrelated.json")
vv "$dir" keys add anna caseworker > "$work/said"
check "an organisation is linked to it" vv "$dir" --as anna pay link 202100-2114 "$provider" \
    --note 'same owner'
check "two others are, which is no matter of it" vv "$dir" --as anna pay link 202100-2114 \
    202100-5489
control show "$busy" --json > "$work/related.json"
check "control shows the link that payment holds money for" json "$work/related.json" \
    '[(r["organisation_number"], r["note"], r["by"], r["on"], r["withdrawn"]) for r in d["related"]]
        == [("202100-2114", "same owner", "anna", "2020-06-11", False)]'
check "for people too" says 0 'related to 202100-2114 since 2020-06-11, noted by anna: same' \
    control show "$busy"
check "it is withdrawn" vv "$dir" --as anna pay link 202100-2114 "$provider" --withdraw
control show "$busy" --json > "$work/withdrawn.json"
check "which is shown" json "$work/withdrawn.json" \
    '[r["withdrawn"] for r in d["related"]] == [True]'

# ---- suspension and an orderly end ----
check "a complaint is by somebody" says 2 '--by is' vv "$dir" complaint file "$busy" \
    --by alien --ref nobody --due 2020-07-01 --text unknown
check "new choices are suspended" control suspend "$busy" --text findings
control show "$busy" --json > "$work/show.json"
check "who is served goes on" json "$work/show.json" \
    'd["suspended_from"] == "2020-06-11" and d["in_use"] > 0'
check "it can be chosen again" control resume "$busy" --text corrected
control show "$busy" --json > "$work/resumed.json"
check "suspended again on the same day" control suspend "$busy" --text findings
control show "$busy" --json > "$work/again.json"
check "it is" json "$work/again.json" 'd["suspended_from"] == "2020-06-11"'
check "and resumed again" control resume "$busy" --text corrected
control show "$busy" --json > "$work/resumed.json"
check "nothing is suspended" json "$work/resumed.json" 'not d.get("suspended_from")'
check "the contract gets a last day" control end "$busy" --on 2020-06-14 --text terminated
control cases "$busy" --json > "$work/before.json"
check "the cases that it serves are listed" json "$work/before.json" 'len(d["cases"]) > 0'
check "nobody is moved before the last day" refused control move "$busy"
check "the last day passes" vv "$dir" clock advance --to 2020-06-16
check "the queue tells what is late" bash -c "'$bin/vagval' --dir '$dir' control queue --json |
    grep -q '\"late\": 0'"
check "those that are left are moved" control move "$busy"
nobody_left() {
    control cases "$busy" --json > "$work/after.json" &&
        json "$work/after.json" 'd["cases"] == []'
}
check "the contract serves nobody any more" await 20 nobody_left
case_id=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["cases"][0]["case"])' "$work/before.json")
vv "$dir" case show "$case_id" --json > "$work/case.json"
check "the old placement ended on the last day, the next began on the day after" \
    bash -c "grep -q '2020-06-14' '$work/case.json' && grep -q '2020-06-15' '$work/case.json'"
check "time goes on" vv "$dir" clock advance --days 40
check "verify is clean" vv "$dir" verify
