#!/usr/bin/env bash
# A month's obligations worked out from its terms, and the base that waits for them: RoM 2 as
# published, but paid by obligations instead of by report.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-rom2)
sed 's/pay_if: report_approved/pay_if: obligations_met/' deploy/schemes/se-rom2.yaml \
    > "$work/terms.yaml"

system month --partitions 16
check "RoM 2 is published" vv "$dir" scheme publish "$work/terms.yaml" \
    --model deploy/models/ams-2018.yaml
check "the clock is set" vv "$dir" clock set 2023-05-02
vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 40 --seed 3 --from 2023-05-02 \
    --to 2023-05-02 --until 2023-05-02 --out "$work/book" > "$work/said"
sed -i 's/,true,/,false,/' "$work/book/seekers.csv" # protected people are a guardian's
check "people and contracts are loaded" vv "$dir" load "${scheme[@]}" \
    "$work"/book/{providers,contracts,seekers}.csv
json() { python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$1" "$2"; }
# Of the first person who is referred to a provider.
choices() {
    while read -r identity; do
        vv "$dir" choice show - "${scheme[@]}" --orientation technology "$@" <<< "$identity" \
            2> /dev/null && return
    done < <(awk -F, 'NR > 1 {print $3}' "$work/book/seekers.csv")
}
# An organisation joins with an orientation of its own: 50 participants for each supervisor.
printf 'terms\n' > "$work/document"
check "a tender document is drafted" vv "$dir" tender draft "$work/document" "${scheme[@]}"
check "and in force" vv "$dir" tender publish 1 "${scheme[@]}"
join() {
    cat > "$work/application.json" << JSON
{"source_ref": "$1", "organisation_number": "556016-0680", "name": "Ny AB", "area": "umea",
 "capacity": $2, "latitude": 63.8, "longitude": 20.2, "assignments": [],
 "fields": {"supervisors": 1.5}, "terms_version": 1, "orientations": ["technology"]}
JSON
    vv "$dir" application submit "$work/application.json" "${scheme[@]}"
}
{
    check "76 places with one and a half supervisors" join a1 76
    check "are too many" says 1 'caseload.exceeded' \
        vv "$dir" application grant umea 556016-0680 KA-T --from 2023-05-02 "${scheme[@]}"
    check "75 places" join a2 75
    check "are not" says 0 granted \
        vv "$dir" application grant umea 556016-0680 KA-T --from 2023-05-02 "${scheme[@]}"
    check "orientations filter the choice" says 0 'without the orientation' \
        choices
    choices --json > "$work/json"
    check "only that contract is shown" json "$work/json" \
        '[c["number"] for c in d["choices"]] == ["KA-T"] and d["other_orientation"] > 0'
}
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
# Of this case alone: who did not choose is placed later, and nothing is worked out of them.
base() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
print(sum(c["amount"] for c in json.load(sys.stdin)["components"] if c["component"] == "base"))'
}

# May is kept but for the week of 16-22 May: terms that end in May are the plan (17th), meetings
# (15th, 29th), face to face (29th), an hour in the weeks to the 8th, 15th, 22nd and 29th.
check "a month that runs" says 1 'is not over' delivery month 2023-05
check "no month" says 2 'is not a month' delivery month 2023-5
check "the plan" delivery activity plan --minutes 60 --physical
check "days pass" vv "$dir" clock advance --to 2023-06-01
for on in 2023-05-09 2023-05-23; do
    check "a meeting on $on" delivery activity meeting --on "$on" --minutes 60 --physical
done
check "nothing is said of May yet: the base waits" test "$(base)" = 0
check "why" says 0 'worked out' vv "$dir" pay why-not "$case_id" base "${scheme[@]}"
check "May is not kept" says 0 'not_met' delivery month 2023-05
check "the case tells which" says 0 '2023-05 (hours-first)' \
    vv "$dir" case show "$case_id" "${scheme[@]}"
check "it settles" vv "$dir" clock advance --days 1
check "the base waits on" test "$(base)" = 0
check "the week is made good by a late report" \
    delivery activity activity --on 2023-05-16 --minutes 60 --physical
check "then May is kept" says 0 ': met' delivery month 2023-05
check "it settles again" vv "$dir" clock advance --days 1
check "and May is paid" test "$(base)" -gt 0
check "June is not over" says 1 'is not over' delivery month 2023-06
check "no contract served in April" says 1 'placement' delivery month 2023-04
# May's report may come through June.
placed=$(while read -r identity; do
    vv "$dir" case show - "${scheme[@]}" --json 2> /dev/null <<< "$identity" |
        grep -F "$case_id" > /dev/null && printf '%s' "$identity" && break
done < <(awk -F, 'NR > 1 {print $3}' "$work/book/seekers.csv"))
printf '%s\n' source_ref,reported,identity,month,approved \
    "r1,2023-07-01,$placed,2023-05-01,true" > "$work/reports.csv"
check "a late report is taken" vv "$dir" load "${scheme[@]}" "$work/reports.csv"
check "and marked late" says 0 'approved, late' vv "$dir" case show "$case_id" "${scheme[@]}"
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
