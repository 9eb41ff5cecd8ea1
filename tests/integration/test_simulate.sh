#!/usr/bin/env bash
# `vagval pay simulate` as an analyst uses it: no running system, files written by hand, two tariffs
# over a book. And every tariff that is shipped passes `vagval scheme check`.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# json PYTHON COMMAND...: the command's JSON, as `d`, satisfies the expression.
json() {
    local expression=$1
    shift
    "$@" --json > "$work/json"
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), d' "$work/json" "$expression"
}
simulate() { "$bin/vagval" --dir "$work/nothing" pay simulate "$@"; }

for scheme in deploy/schemes/*.yaml; do
    check "$(basename "$scheme") passes scheme check" "$bin/vagval" scheme check "$scheme"
done
sed 's/^name: .*/name: ams-2035/' deploy/models/ams-2018.yaml > "$work/other.yaml"
line=$(grep -n '^  model: ' deploy/schemes/se-krom.yaml | cut -d: -f1)
check "a model that the scheme does not name is refused, with the scheme's line" \
    says 1 "line $line: assessment.model: the scheme asks for model ams-2018" \
    "$bin/vagval" scheme check deploy/schemes/se-krom.yaml --model "$work/other.yaml"

job=deploy/scenarios/se-krom-job-after-30-days.yaml
check "a shipped scenario is as expected" says 0 "as expected" simulate "$job"
check "without a system's directory" test ! -e "$work/nothing"
check "its reasons in Swedish" says 0 "30 ersatta dagar" simulate --lang sv "$job"
check "another language is refused" says 1 "--lang is en or sv" simulate --lang de "$job"
check "its JSON has entitlements and postings" json \
    '[p["amount"] for p in d["scenarios"][0]["steps"][0]["postings"]] == [99000, 692500]' \
    simulate "$job"
check "amounts from example prices are marked" json \
    'all(p["example"] for s in d["scenarios"][0]["steps"] for p in s["postings"])' simulate "$job"

# ---- an expectation that is not met ----
sed -e "s#\.\./schemes#$PWD/deploy/schemes#" -e 's/"990.00"/"1023.00"/' "$job" > "$work/wrong.yaml"
line=$(grep -n '"1023.00"' "$work/wrong.yaml" | cut -d: -f1)
check "a wrong expectation: status 1, its line" \
    says 1 "wrong.yaml:$line: postings as of 2020-05-01" \
    simulate "$work/wrong.yaml"
check "what was expected" says 1 "- expected  base 2020-04-01 KA-000101 1 023.00" \
    simulate "$work/wrong.yaml"
check "what there is instead" says 1 "+ got       base 2020-04-01 KA-000101 990.00" \
    simulate "$work/wrong.yaml"
check "the same as JSON" json 'not d["ok"] and d["mismatches"] == 1' simulate "$work/wrong.yaml"
check "one wrong of two: status 1" says 1 "as expected" simulate "$job" "$work/wrong.yaml"

# ---- bad files ----
printf '%s\n' 'title: x' 'scheme: none.yaml' 'facts:' \
    '  - {kind: level, on: 2020-01-01, levle: A}' 'as_of: [2020-01-01]' \
    > "$work/bad.yaml"
check "an unknown key: file, line, field" \
    says 1 "bad.yaml: line 4: facts[0].levle: Unexpected key" \
    simulate "$work/bad.yaml"
sed -i 's/levle/level/' "$work/bad.yaml"
check "a scheme's file that is not there" says 1 "none.yaml" simulate "$work/bad.yaml"
sed "s#none.yaml#$PWD/deploy/schemes/se-krom.yaml#; s/level: A/level: Z/" \
    "$work/bad.yaml" > "$work/z.yaml"
check "a level that the scheme does not have" says 1 \
    "z.yaml: line 4: facts[0].level: se-krom has no level Z" simulate "$work/z.yaml"
check "no file at all: usage" says 2 "SCENARIO" simulate
check "--against needs --scheme" says 2 "--against needs --scheme" \
    simulate --against deploy/schemes/se-krom.yaml "$job"

# ---- two tariffs ----
sed 's/amount: "33.00"/amount: "35.00"/; s/amount: "27700.00"/amount: "27000.00"/' \
    deploy/schemes/se-krom.yaml > "$work/other.yaml"
check "another tariff instead of its own" says 0 "1 050.00" \
    simulate --scheme "$work/other.yaml" "$job"
check "is not held against the expectations" says 0 "not held against it" \
    simulate --scheme "$work/other.yaml" "$job"
# 30 days at 2.00 more, the result 700.00 less. The corrected level and the withdrawn start are not
# B at the end.
check "two tariffs over a book: the difference" json \
    '(d["all"]["difference"] == 6000 - 70000 and
     [c["difference"] for c in d["components"]] == [6000, 0, -70000] and
     sum(s["difference"] for s in d["scenarios"]) == d["all"]["difference"] and
     len(d["scenarios"]) == 3)' \
    simulate --scheme deploy/schemes/se-krom.yaml --against "$work/other.yaml" \
    "$job" deploy/scenarios/se-krom-level-corrected.yaml \
    deploy/scenarios/se-krom-start-withdrawn.yaml
check "as a table" says 0 "-640.00" simulate --scheme deploy/schemes/se-krom.yaml \
    --against "$work/other.yaml" "$job"
check "tariffs of two currencies are not compared" says 1 "A is in SEK, B in EUR" \
    simulate --scheme deploy/schemes/se-krom.yaml \
    --against deploy/schemes/fi-kuntakokeilu.yaml "$job"
check "a tariff without the scenario's levels" \
    says 1 "facts[0].level: se-nacka-jobbpeng has no level B" \
    simulate --scheme deploy/schemes/se-krom.yaml \
    --against deploy/schemes/se-nacka-jobbpeng.yaml "$job"
