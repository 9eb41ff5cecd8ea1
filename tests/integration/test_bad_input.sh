#!/usr/bin/env bash
# What the registry refuses, each with its reason, through a running system: wrong organisations,
# contracts twice, places that there are not, reports and outcomes of days that nobody served. A
# late report that is right is taken, and marked.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-rom2)
system bad-input
check "RoM 2 is published" vv "$dir" scheme publish deploy/schemes/se-rom2.yaml
check "the clock is set" vv "$dir" clock set 2023-05-02
vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 30 --seed 3 --from 2023-05-02 \
    --to 2023-05-02 --until 2023-05-02 --out "$work/book" > "$work/said"
awk -F, -v OFS=, 'NR > 1 {$5 = "2480"; $12 = "false"} {print}' "$work/book/seekers.csv" \
    > "$work/seekers.csv"

# load FILE: what was rejected is said too.
load() {
    rm -f "$work/rejects.csv"
    vv "$dir" load "${scheme[@]}" --reject "$work/rejects.csv" "$@" || {
        cat "$work/rejects.csv"
        return 1
    }
}
# contract REF NUMBER ORGANISATION AREA CAPACITY [SUPERVISORS]: a row, loaded.
header=source_ref,number,organisation_number,provider_name,area,capacity,latitude,longitude,from
header+=,supervisors
row() { echo "$1,$2,$3,Exempel AB,$4,$5,63.82,20.27,2023-05-02,${6:-}"; }
contract() {
    { echo "$header" && row "$@"; } > "$work/contract.csv"
    load "$work/contract.csv"
}
first=$(organisation 1) second=$(organisation 2)

# ---- organisations and areas ----
check "an organisation number with a wrong check digit" says 1 'check digit' \
    contract c1 ONE 556016-0681 umea 60
application() { # ORGANISATION AREA
    cat > "$work/application.json" << JSON
{"source_ref": "a-$1-$2", "organisation_number": "$1", "name": "Exempel AB", "area": "$2",
 "capacity": 50, "latitude": 63.8, "longitude": 20.2, "assignments": [],
 "fields": {"supervisors": 1}, "terms_version": 1}
JSON
    vv "$dir" application submit "$work/application.json" "${scheme[@]}"
}
check "an application with one" says 1 'check digit' application 556016-0681 umea
check "an application for an area outside the scheme" says 1 'no delivery area' \
    application "$first" atlantis
check "a contract there" says 1 'no delivery area' contract c1 ONE "$first" atlantis 60

# ---- contracts twice ----
check "a contract, with a supervisor and a fifth" says 0 '1 rows accepted' \
    contract c1 ONE "$first" umea 60 1.2
check "its number in another area" says 1 'is a contract of area umea already' \
    contract c2 ONE "$second" vasteras 50
{ echo "$header" && row c2 TWO "$second" umea 50 && row c3 TWO "$second" vasteras 50; } \
    > "$work/twice.csv"
check "one number in two areas of one file" says 1 'a number is one contract' load "$work/twice.csv"
check "of which the first is there" vv "$dir" contract show umea TWO "${scheme[@]}"
check "its number by another organisation" says 1 'another organisation' \
    contract c4 ONE "$second" umea 60
check "a further contract of an organisation in the area" says 1 'has contract ONE in the area' \
    contract c5 THREE "$first" umea 60
check "nor by a change of owner" says 1 'has contract TWO in the area already; one of the two' \
    vv "$dir" contract transfer umea ONE "$second" 'Exempel AB' "${scheme[@]}"
check "in another area it may" says 0 '1 rows accepted' contract c6 THREE "$first" vasteras 60
printf 'terms\n' > "$work/document"
check "a tender document is drafted" vv "$dir" tender draft "$work/document" "${scheme[@]}"
check "and in force" vv "$dir" tender publish 1 "${scheme[@]}"
check "who has a contract in the area applies again" application "$second" umea
check "and is refused by it" says 1 'has contract TWO in the area' vv "$dir" application grant \
    umea "$second" FOUR --from 2023-05-02 "${scheme[@]}"
check "a number of another area is refused to an applicant too" application "$second" blekinge
check "by its area" says 1 'is a contract of area vasteras already' vv "$dir" application grant \
    blekinge "$second" THREE --from 2023-05-02 "${scheme[@]}"

# ---- places ----
check "people are registered" load "$work/seekers.csv"
cases=()
while read -r identity && [ ${#cases[@]} -lt 2 ]; do
    printf '%s\n' "$identity" | vv "$dir" choice make - umea ONE "${scheme[@]}" \
        > "$work/said" 2>&1 && cases+=("$(printf '%s\n' "$identity" | vv "$dir" case show - \
            "${scheme[@]}" --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')")
done < <(awk -F, 'NR > 1 {print $3}' "$work/seekers.csv")
check "two people are served" test ${#cases[@]} -eq 2
# ---- further addresses ----
places() { # REF PLACES
    {
        echo "$header,further_addresses"
        echo "$(row "$1" ONE "$first" umea 60),$2"
    } > "$work/places.csv"
    load "$work/places.csv"
}
check "an address with one number" says 1 'further_addresses is not latitude' \
    places p1 '63.9 20.3; 64'
check "an address off the earth" says 1 'further_addresses invalid: number 2 is no place' \
    places p2 '63.9 20.3; 95 20'
check "two further addresses" says 0 '1 rows accepted' places p3 '63.9 20.3; 63.95 20.4'
check "are the contract's" says 0 'address: 63.95000 20.40000' \
    vv "$dir" contract show umea ONE "${scheme[@]}"

check "fewer places than are taken" says 1 '2 places are in use' contract c7 ONE "$first" umea 1
check "as many as are taken" says 0 '1 rows accepted' contract c8 ONE "$first" umea 2
# 50 for each full-time supervisor: 1.2 of them may have 60.
check "more than the supervisors may have" says 1 'more than 1.20 full-time supervisors' \
    contract c9 ONE "$first" umea 61
check "with another half there is room" says 0 '1 rows accepted' \
    contract c10 ONE "$first" umea 85 1.7
check "it shows" json '(d["capacity"], d["in_use"], d["supervisors"]) == (85, 2, 1.7)' \
    vv "$dir" contract show umea ONE "${scheme[@]}" --json
check "an application is held to the same" says 0 exceeded eval "
    application $(organisation 3) umea &&
    sed -i 's/\"capacity\": 50/\"capacity\": 51/; s/a-/b-/' '$work/application.json' &&
    vv '$dir' application submit '$work/application.json' ${scheme[*]} &&
    vv '$dir' application show umea $(organisation 3) ${scheme[*]}"

# ---- reports and outcomes ----
report() { # REF CASE MONTH [REPORTED]
    printf 'source_ref,identity,month,approved,reported\n%s,%s,%s,true,%s\n' "$1" "$2" "$3" \
        "${4:-2023-09-01}" > "$work/reports.csv"
    load "$work/reports.csv"
}
outcome() { # REF CASE DAY
    printf 'source_ref,identity,event,what,outcome_ref,on,extent_percent\n%s,%s,%s,%s,%s,100\n' \
        "$1" "$2" start,job "job-$1" "$3" > "$work/outcomes.csv"
    load "$work/outcomes.csv"
}
check "June has come" vv "$dir" clock set 2023-06-15
check "somebody's service ends in May" bash -c "printf 'source_ref,identity,last_day,reason\n%s\n' \
    'e1,${cases[1]},2023-05-20,moved' > '$work/end.csv' &&
    '$bin/vagval' --dir '$dir' load --scheme se-rom2 '$work/end.csv'"
check "a job of before the placement began" says 1 'no placement runs on the outcome' \
    outcome o1 "${cases[0]}" 2023-05-01
check "a job of after the placement ended" says 1 'no placement runs on the outcome' \
    outcome o2 "${cases[1]}" 2023-05-22
check "a job of a day to come" says 1 'has not come' outcome o3 "${cases[0]}" 2023-06-16
check "a job on the first day is taken" says 0 '1 rows accepted' outcome o4 "${cases[0]}" 2023-05-02
check "a report on a month before the placement" says 1 'no placement in that month' \
    report r1 "${cases[0]}" 2023-04-01
check "a report on a month after it" says 1 'no placement in that month' \
    report r2 "${cases[1]}" 2023-06-01
check "a report on a month to come" says 1 'has not begun' report r3 "${cases[0]}" 2023-07-01
check "an activity on a day that nobody serves" says 1 'no placement runs on that day' \
    vv "$dir" delivery activity "${cases[1]}" meeting --on 2023-05-21 "${scheme[@]}"
# May may be reported on until the end of June.
check "a report in time" says 0 '1 rows accepted' report r4 "${cases[0]}" 2023-05-01 2023-06-15
check "July has come" vv "$dir" clock set 2023-07-01
check "a late report is taken" says 0 '1 rows accepted' \
    report r5 "${cases[1]}" 2023-05-01 2023-07-01
check "and marked late" says 0 late vv "$dir" case show "${cases[1]}" "${scheme[@]}"
check "the one in time is not" bash -c "! '$bin/vagval' --dir '$dir' case show ${cases[0]} \
    --scheme se-rom2 | grep -w late"
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
