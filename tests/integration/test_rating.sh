#!/usr/bin/env bash
# Results and ratings through a running system: counted, published, revised when late results come,
# with both views and the reasons; proposals that only a second person decides; an empty contract.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

system rating --partitions 16
# The scheme with thresholds that a small book reaches, and the rule for empty contracts.
sed -e 's/thresholds: .*/thresholds: ["0.980", "0.985", "0.990"]/' \
    -e 's/measure_below: "0.2"/measure_below: "0.97"/' \
    -e 's/active_months: 22/active_months: 12/' \
    deploy/schemes/se-krom.yaml > "$work/scheme.yaml"
printf 'empty_contract: {months: 12}\n' >> "$work/scheme.yaml"
mkdir "$work/schemes"
mv "$work/scheme.yaml" "$work/schemes/se-krom.yaml"
check "a scheme with its rules is published" vv "$dir" scheme publish \
    --model deploy/models/ams-2018.yaml "$work/schemes/se-krom.yaml"
check "a book is made" vv "$dir" synth --people 150 --seed 3 --providers 3 --from 2020-03-16 \
    --to 2020-05-31 --out "$work/book"
# The confirmations come late.
awk -F, 'NR == 1 || $0 ~ /,confirm,/' "$work/book/outcomes.csv" > "$work/late.csv"
awk -F, 'NR == 1 || $0 !~ /,confirm,/' "$work/book/outcomes.csv" > "$work/early.csv"
book=("$work"/book/{providers,contracts,seekers,choices,reports}.csv "$work/early.csv")
load() { vv "$dir" load --by-day --reject "$work/rejects.csv" "$@"; }
check "the clock is set" vv "$dir" clock set 2020-03-16
load "${book[@]}" > "$work/load.log" 2>&1
check "the clock goes on" vv "$dir" clock advance --to 2021-04-03

# json FILE EXPRESSION: over `d`, the document.
json() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert eval("(" + sys.argv[2] + ")"), json.dumps(d, indent=1)[:3000]' "$1" "$2"
}
compute() { vv "$dir" rating compute --month "$1" --json "${@:2}" > "$work/$1.json"; }
check "a month that has not begun has no results" bash -c \
    "! '$bin/vagval' --dir '$dir' rating compute --month 2021-05 2> '$work/said' &&
    grep -q 'has not begun' '$work/said'"

check "a month is counted" compute 2021-03
check "the cohort is that of starts 22 to 11 months before" json "$work/2021-03.json" \
    'd["cohort_from"] == "2019-05-01" and d["cohort_to"] == "2020-04-30"'
check "people are counted, no result is proved yet" json "$work/2021-03.json" \
    'sum(l["participants"] for c in d["contracts"] for l in c["levels"].values()) > 20 and
     all(l["rr1"] == 0 for c in d["contracts"] for l in c["levels"].values())'
check "a contract without participants has no measure, not 0" json "$work/2021-03.json" \
    'all((c["measure"] is None) == (sum(l["participants"] for l in c["levels"].values()) == 0)
         for c in d["contracts"])'
check "nothing is stored by counting" json "$work/2021-03.json" \
    'all(c["published_measure"] is None for c in d["contracts"])'
refused() { ! "$@"; }
check "a month that is not over is refused" refused compute 2021-04 --publish
check "it is published" compute 2021-03 --publish
check "again: nothing changes" compute 2021-03 --publish
check "all unchanged" json "$work/2021-03.json" 'd["unchanged"] > 0 and d["published"] == 0'

# ---- late results ----
vv "$dir" load --reject "$work/rejects2.csv" "$work/late.csv" > "$work/load2.log" 2>&1
check "what came today is not known through yesterday" compute 2021-03
check "so no revision yet" json "$work/2021-03.json" 'not any(c["reasons"] for c in d["contracts"])'
check "the next day" vv "$dir" clock advance --days 1
check "the month is revised" compute 2021-03 --publish
check "each revision has its reason: as many late results as halves reached" \
    json "$work/2021-03.json" 'd["revised"] > 0 and all(
        sum(r["count"] for r in c["reasons"] if r["code"] == "result.late") ==
        sum(l["rr1"] + l["rr2"] for l in c["levels"].values()) for c in d["contracts"])'
number=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(next(c["contract"] for c in d["contracts"] if c["reasons"]))' "$work/2021-03.json")
vv "$dir" rating show "$number" --json > "$work/show.json"
check "both views stand, the published one as it was" json "$work/show.json" \
    'd["months"][0]["as_published"]["measure"] == "0.000" and
     d["months"][0]["as_revised"][0]["measure"] > "0.000" and
     d["months"][0]["as_revised"][0]["reasons"][0]["code"] == "result.late"'
check "people see both" bash -c "'$bin/vagval' --dir '$dir' rating show $number |
    grep -c -e 'as published' -e 'as revised.*result.late' | grep -qx 2"

check "as known on the day of publication the counts are those that were published" \
    compute 2021-03 --known-through 2021-04-02
check "no result was proved then" json "$work/2021-03.json" \
    'd["known_through"] == "2021-04-02" and
     all(l["rr1"] == 0 for c in d["contracts"] for l in c["levels"].values())'

# ---- proposals ----
check "a second person has a key" vv "$dir" keys add bo caseworker
check "a further follow-up" vv "$dir" clock advance --to 2021-06-02
check "is published" compute 2021-05 --publish
vv "$dir" rating proposals --json > "$work/proposals.json"
check "weak contracts are proposed for termination" json "$work/proposals.json" \
    'any(p["kind"] == "termination" for c in d["contracts"] for p in c["proposals"])'
check "and, as empty, those that nobody chose for twelve months and that serve nobody" \
    json "$work/proposals.json" \
    'all(("empty_contract" in [p["kind"] for p in c["proposals"]]) ==
         (c["in_use"] == 0 and c["last_choice"] <= "2020-06-02") for c in d["contracts"])'
weak=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(next(c["contract"] for c in d["contracts"]
           if "termination" in [p["kind"] for p in c["proposals"]]))' "$work/proposals.json")
decide() {
    vv "$dir" "${@:2}" rating decide "$weak" "$1" --kind termination --last-day 2021-07-31 \
        --reason weak
}
check "who published cannot decide" refused decide --approve
check "another person can" decide --approve --as bo
check "nobody decides twice" refused decide --approve --as bo
vv "$dir" rating proposals --json > "$work/proposals.json"
check "what is decided is proposed no longer" json "$work/proposals.json" \
    "not any(c['contract'] == '$weak' and p['kind'] == 'termination'
             for c in d['contracts'] for p in c['proposals'])"
idle=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
print(next(c["contract"] for c in d["contracts"]
           if "empty_contract" in [p["kind"] for p in c["proposals"]]))' "$work/proposals.json")
check "an empty contract is kept" vv "$dir" --as bo rating decide "$idle" --kind empty_contract \
    --reject --reason "two customers announced"
vv "$dir" rating proposals --json > "$work/proposals.json"
check "and no longer proposed" json "$work/proposals.json" \
    "not any(c['contract'] == '$idle' and p['kind'] == 'empty_contract'
             for c in d['contracts'] for p in c['proposals'])"
check "the decision and who made it are shown" bash -c \
    "'$bin/vagval' --dir '$dir' rating show $weak | grep -q 'approved by bo: weak'"

# ---- what somebody sees who chooses: results with their uncertainty ----
awk -F, 'NR == 2 {print $3}' "$work/book/seekers.csv" > "$work/chooser"
# In the first contract's area, of an organisation that has none there.
awk -F, -v OFS=, -v on=2021-06-02 '
    NR == 1 {print}
    NR == 2 {split($0, like); area = $6}
    NR > 1 {there[$4] = there[$4] || $6 == area; name[$4] = $5}
    END {
        for (organisation in there) if (!there[organisation]) other = organisation
        $0 = ""; for (i = 1; i <= 12; i++) $i = like[i]
        $1 = "new"; $2 = $11 = on; $3 = "KA-NEW"; $4 = other; $5 = name[other]
        print
    }' "$work/book/contracts.csv" > "$work/new.csv"
check "a new contract is authorised" vv "$dir" load "$work/new.csv"
chooses() { vv "$dir" choice show - "$@" < "$work/chooser"; }
check "what may be chosen is shown" says 0 '"choices"' chooses --json
cp "$work/said" "$work/choices.json"
vv "$dir" rating compute --month 2021-05 --json > "$work/2021-05.json"
check "with what was published of each: participants, measure, interval, rating" \
    python3 - "$work/choices.json" "$work/2021-05.json" << 'PY'
import json, sys
choices = {c["number"]: c["results"] for c in json.load(open(sys.argv[1]))["choices"]}
month = {c["contract"]: c for c in json.load(open(sys.argv[2]))["contracts"]}
assert choices.pop("KA-NEW") is None  # nothing published: not known, not 0
assert len(choices) > 3
for number, results in choices.items():
    of = month[number]
    assert results["month"] == "2021-05"
    assert results["participants"] == sum(l["participants"] for l in of["levels"].values())
    for key in ("measure", "interval", "rating", "no_rating"):
        assert results[key] == of[key], (number, key, results, of)
    # participants_min of the scheme above: below it nobody has a rating.
    assert (results["rating"] is not None) == (results["participants"] >= 18)
assert {r["rating"] is None for r in choices.values()} == {True, False}
PY
check "people see why there is no rating" says 0 'none: few_participants' chooses
check "and that a result is not known" grep -E 'KA-NEW .*( not known){5} ' \
    <(tr -s ' ' < "$work/said")
chooses --sort results --json > "$work/ranked.json"
check "sorted by results only those with a rating are ranked, the others follow by distance" \
    json "$work/ranked.json" '(lambda cs: (lambda rated, rest:
        cs == sorted(rated, key=lambda c: -float(c["results"]["measure"])) +
              sorted(rest, key=lambda c: c["metres"]) and len(rated) > 1 and len(rest) > 1)(
        [c for c in cs if c["results"] and c["results"]["rating"]],
        [c for c in cs if not (c["results"] and c["results"]["rating"])]))(d["choices"])'
check "another order is a wrong command line" says 2 --sort chooses --sort luck
check "verify is clean" vv "$dir" verify
check "every view is made again from its counts" bash -c \
    "'$bin/vagval' --dir '$dir' rating verify | grep -E ' [1-9][0-9]* views .* 0 problems'"
check "the system stops" vv "$dir" down
check "and starts again" vv "$dir" up
vv "$dir" rating show "$number" --json > "$work/again.json"
check "the views are still there" json "$work/again.json" 'd["months"][0]["as_revised"]'
