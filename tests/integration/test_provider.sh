#!/usr/bin/env bash
# A provider's own key: it reports on whom its contracts serve, on the days that they serve them,
# and on nobody else; the right ends with the binding, at once. What the authority alone may say,
# no provider says.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-rom2)
system provider --scale provider-registry=2
# RoM 2, which also pays a course.
mkdir "$work/schemes"
cp -r deploy/models "$work/models"
{
    cat deploy/schemes/se-rom2.yaml
    printf '\n  - code: course\n    name: {en: Course, sv: Kurs}\n    kind: per_unit\n'
    printf '    unit: course\n    price_on: day\n    prices:\n'
    for level in A B C; do
        printf '      - {level: %s, amount: "100.00", status: example, note: Example}\n' $level
    done
} > "$work/schemes/se-rom2.yaml"
check "RoM 2 is published" vv "$dir" scheme publish "$work/schemes/se-rom2.yaml"
check "the clock is set" vv "$dir" clock set 2023-05-02
vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 40 --seed 3 --from 2023-05-02 \
    --to 2023-05-02 --until 2023-05-02 --out "$work/book" > "$work/said"
municipality=$(awk -F, 'NR == 2 {print $5}' "$work/book/seekers.csv")
area=$(awk -F, 'NR == 2 {print $6}' "$work/book/contracts.csv")
# Everybody lives in one place, where two organisations have a contract each.
awk -F, -v OFS=, -v place="$municipality" 'NR > 1 {$5 = place; $12 = "false"} {print}' \
    "$work/book/seekers.csv" > "$work/seekers.csv"
head -1 "$work/book/contracts.csv" > "$work/contracts.csv"
{
    echo "c-1,2023-05-02,ONE,556016-0680,Exempel AB,$area,50,63.82,20.27,sv,2023-05-02,"
    echo "c-2,2023-05-02,TWO,202100-5489,Annan AB,$area,50,63.82,20.27,sv,2023-05-02,"
} >> "$work/contracts.csv"
check "people and two contracts are loaded" vv "$dir" load "${scheme[@]}" "$work/contracts.csv" \
    "$work/seekers.csv"
cases=()
while read -r identity && [ ${#cases[@]} -lt 3 ]; do
    printf '%s\n' "$identity" | vv "$dir" choice make - "$area" ONE "${scheme[@]}" \
        > "$work/said" 2>&1 && cases+=("$(printf '%s\n' "$identity" | vv "$dir" case show - \
            "${scheme[@]}" --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')")
done < <(awk -F, 'NR > 1 {print $3}' "$work/seekers.csv")
check "three people are served by the first" test ${#cases[@]} -eq 3
anna=${cases[0]} bo=${cases[1]} cia=${cases[2]}
for name in exempel annan; do
    check "$name has a key" vv "$dir" keys add "$name" provider
    check "$name has a pair for bodies" vv "$dir" provider keygen "$work/$name.key"
done
bind() { vv "$dir" provider bind "$area" "$1" "$2" "$work/$2.key.public" "${scheme[@]}"; }
# by NAME WORD CASE ...: a command on a case under a provider's key.
by() { vv "$dir" --as "$1" delivery "$2" "$3" "${@:4}" "${scheme[@]}"; }
none='not bound to what this is about'

# ---- a key without a contract ----
check "before it is bound, it reports nothing" says 1 "$none" by exempel activity "$anna" plan
check "the first contract's key is bound" says 0 bound bind ONE exempel
check "again is the same" says 0 bound bind ONE exempel
check "so is the second's" says 0 bound bind TWO annan
check "now it reports" says 0 in_time by exempel activity "$anna" plan --minutes 45 --physical
check "the other does not" says 1 "$none" by annan activity "$anna" plan
check "a case that nobody knows is answered alike" says 1 "$none" \
    by exempel activity "${anna:0:4}0000000000000000000000000000" plan
check "a deviation" says 0 received by exempel deviation "$anna" 15
check "the other reports none" says 1 "$none" by annan deviation "$anna" 16
check "the participant's own word is not the provider's to give" says 1 "role may not send" \
    by exempel attendance "$anna" "$anna" yes
check "nor is the decision on a deviation" says 1 "role may not send" \
    by exempel decide "$anna" "$anna" noted
check "nor does it look into the case" says 1 "role may not send" by exempel show "$anna"
check "nor find a person" says 1 "role may not send" bash -c \
    "awk -F, 'NR == 2 {print \$3}' '$work/seekers.csv' | \
        '$bin/vagval' --dir '$dir' --as exempel case show - --scheme se-rom2"

# ---- reports from files ----
# rows NAME FILE: loaded under a provider's key.
rows() {
    rm -f "$work/rejects.csv"
    vv "$dir" --as "$1" load "${scheme[@]}" --source "$1-system" --reject "$work/rejects.csv" "$2"
}
# report NAME REF CASE MONTH APPROVED [SUPERSEDES]
report() {
    printf 'source_ref,identity,month,approved,supersedes_ref\n%s,%s,%s,%s,%s\n' "${@:2}" "${6:-}" |
        sed 's/,,$/,/' > "$work/reports.csv"
    rows "$1" "$work/reports.csv" || { cat "$work/rejects.csv"; return 1; }
}
check "Anna and Bo change to the second on the 20th" bash -c "
    '$bin/vagval' --dir '$dir' clock set 2023-05-20 &&
    '$bin/vagval' --dir '$dir' choice make $anna $area TWO --scheme se-rom2 &&
    '$bin/vagval' --dir '$dir' choice make $bo $area TWO --scheme se-rom2"
check "June has come" vv "$dir" clock set 2023-06-12
check "the first reports on May, of which it served a part" says 0 '1 rows accepted' \
    report exempel r-1 "$anna" 2023-05-01 false
check "so does the second" says 0 '1 rows accepted' report annan r-1 "$anna" 2023-05-01 false
check "June is the second's" says 1 'no placement in that month' \
    report exempel r-2 "$anna" 2023-06-01 false
check "Cia is none of the second's" says 1 "$none" report annan r-3 "$cia" 2023-05-01 false
check "approval is not the provider's" says 1 'for the authority to say' \
    report exempel r-4 "$cia" 2023-05-01 true
check "what happened before the change it may still tell" says 0 in_time \
    by exempel activity "$anna" meeting --on 2023-05-18
check "nothing of what came after" says 1 'no placement runs' \
    by exempel activity "$anna" meeting --on 2023-05-25
check "that is the second's" says 0 in_time by annan activity "$anna" meeting --on 2023-05-25
check "and what came before is not" says 1 'no placement runs' \
    by annan activity "$anna" meeting --on 2023-05-17
check "not even in the same words" says 1 'came before with other content' \
    by annan activity "$anna" meeting --on 2023-05-18
# unit NAME CASE DAY OPTIONS...
unit() {
    vv "$dir" --as "$1" case unit "$2" --unit course --quantity 1 --on "$3" --evidence "$evidence" \
        "${scheme[@]}" "${@:4}"
}
evidence=$(printf 'contract' | b2sum -l 256 | cut -c1-64)
check "a unit of its own days" says 0 recorded unit exempel "$anna" 2023-05-19 --not-approved
check "a unit that the scheme does not pay" says 1 "se-rom2 pays: course" \
    vv "$dir" --as exempel case unit "$anna" --unit curse --quantity 1 --on 2023-05-19 \
    --evidence "$evidence" "${scheme[@]}" --not-approved
check "but not its approval" says 1 'for the authority to say' unit exempel "$anna" 2023-05-18
check "a unit of the second's days" says 1 'did not serve the case then' \
    unit exempel "$anna" 2023-05-20 --not-approved

# ---- outcomes ----
# outcome NAME REF CASE EVENT OUTCOME ON [SOURCE]
outcome() {
    printf 'source_ref,identity,event,what,outcome_ref,outcome_source,on,%s,evidence\n' \
        extent_percent > "$work/outcomes.csv"
    case $4 in
    start) echo "$2,$3,start,job,$5,,$6,100," ;;
    *) echo "$2,$3,$4,,$5,${7:-},$6,,$(printf '%s' "$2" | b2sum -l 256 | cut -c1-64)" ;;
    esac >> "$work/outcomes.csv"
    rows "$1" "$work/outcomes.csv" || { cat "$work/rejects.csv"; return 1; }
}
check "a job begins in the second's days" says 1 'did not serve the case then' \
    outcome exempel o-1 "$anna" start job-1 2023-06-01
check "so the second tells of it" says 0 '1 rows accepted' \
    outcome annan o-1 "$anna" start job-1 2023-06-01
check "and confirms it" says 0 '1 rows accepted' \
    outcome annan o-2 "$anna" confirm job-1 2023-06-10
check "the first cannot, whatever it calls itself" says 1 'no start of this outcome' \
    outcome exempel o-7 "$anna" confirm job-1 2023-06-10
check "nor is a provider a second source" says 1 "second source" \
    outcome exempel o-3 "$anna" corroborate job-1 2023-06-10 annan
check "its record stands under the name of its key, whatever the file calls the source" \
    says 0 '1 rows accepted' outcome operator o-6 "$anna" corroborate job-1 2023-06-10 annan
check "on the day of the change the second counts" says 1 'did not serve the case then' \
    outcome exempel o-4 "$bo" start job-2 2023-05-20
check "a job on the first's last day is the first's" says 0 '1 rows accepted' \
    outcome exempel o-5 "$bo" start job-3 2023-05-19

# ---- a late report ----
check "August has come" vv "$dir" clock set 2023-08-03
check "a late report is taken" says 0 '1 rows accepted' \
    report exempel r-5 "$cia" 2023-05-01 false
check "and marked late, whatever day it gives" says 0 late vv "$dir" case show "$cia" "${scheme[@]}"

# ---- the binding ends ----
check "the key is taken away" says 0 unbound vv "$dir" provider unbind "$area" ONE "${scheme[@]}"
check "it reports nothing more" says 1 "$none" by exempel activity "$cia" meeting --on 2023-08-02
check "nor fetches" says 1 'not bound' vv "$dir" --as exempel provider fetch "$area" ONE \
    "${scheme[@]}"
check "bound again" says 0 bound bind ONE exempel
check "it reports again" says 0 in_time by exempel activity "$cia" meeting --on 2023-08-02
check "the contract goes to another owner" vv "$dir" contract transfer "$area" ONE 202100-2114 \
    "Ny AB" "${scheme[@]}"
check "and the former owner's key with it" says 1 "$none" \
    by exempel activity "$cia" plan --on 2023-08-02

# ---- what is left behind ----
check "each refusal stands in the log, with the name of the key" bash -c \
    "grep -h request.forbidden '$dir'/log/*registry* | grep -q 'role=provider name=annan'"
check "no log names a person" bash -c "! grep -rhoE '[0-9]{12}' '$dir'/log/*registry* | grep -qFf \
    <(awk -F, 'NR > 1 {print \$3}' '$work/seekers.csv')"
check "verify says at once that a provider may not" says 1 'may not ask' \
    timeout 20 "$bin/vagval" --dir "$dir" --as exempel verify
check "an auditor may" bash -c "'$bin/vagval' --dir '$dir' keys add eva auditor > /dev/null &&
    '$bin/vagval' --dir '$dir' --as eva verify"
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
