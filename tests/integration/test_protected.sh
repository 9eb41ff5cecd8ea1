#!/usr/bin/env bash
# People with protected identity: the role guardian alone sees and handles them. Every command that
# lists, shows or exports is run as every other role, and nothing of what it prints or writes, and
# no log, holds their identity numbers, names or case ids.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

says() {
    local expected=$1 text=$2 got
    shift 2
    "$@" > "$work/said" 2>&1
    got=$?
    cat "$work/said"
    [ "$got" -eq "$expected" ] && grep -qF -- "$text" "$work/said"
}
count() { # cases that a role's list has
    vv "$dir" --as "$1" case list --limit 1000 --json |
        python3 -c 'import json, sys; print(len(json.load(sys.stdin)["cases"]))'
}
ids() {
    vv "$dir" --as "$1" case list --limit 1000 --json |
        python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)["cases"]))' | sort
}

# ---- a book that is carried through; then some of its people are protected ----
system protected --partitions 8
check "a scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
check "a book is made" vv "$dir" synth --people 40 --providers 2 --seed 11 --from 2020-03-16 \
    --to 2020-03-31 --until 2020-10-31 --out "$work/book"
for role in guardian caseworker finance auditor gateway; do
    check "there is a key of role $role" vv "$dir" keys add "a-$role" "$role"
done
vv "$dir" load --by-day --reject "$work/late.csv" \
    "$work"/book/{seekers,providers,contracts,choices,reports,outcomes}.csv \
    > "$work/said" 2>&1
check "a year goes by" vv "$dir" clock set --at-least 2020-11-01
check "most of the book was accepted" test "$(wc -l < "$work/late.csv")" -lt 60
# Every third person; with names that nobody else has.
awk -F, -v OFS=, 'NR == 1 {print} NR > 1 && NR % 3 == 0 {$1 = "p-" $1; $2 = "2020-11-01";
    $4 = "Skyddad Hemlighet" NR; $9 = "2020-11-01"; $12 = "true"; print}' \
    "$work/book/seekers.csv" > "$work/protected.csv"
head -1 "$work/book/seekers.csv" > "$work/columns"
protected=$(($(wc -l < "$work/protected.csv") - 1))
cut -d, -f3 "$work/protected.csv" | tail -n +2 > "$work/identities"
# Also without the century, and as people write it.
sed 's/^..//' "$work/identities" | sed -E 's/^([0-9]{6})-?(.*)$/\1-\2/' > "$work/short"
cut -d, -f4 "$work/protected.csv" | tail -n +2 > "$work/names"
check "the columns are those this test expects" grep -q \
    '^source_ref,reported,identity,name,.*,registered_on,benefit,mother_tongue,protected_identity' \
    "$work/columns"

# ---- who may load them ----
check "an operator's load of them is rejected" says 1 '' \
    vv "$dir" load --reject "$work/refused.csv" "$work/protected.csv"
check "each row, with the reason" test "$(grep -c 'ask a guardian' "$work/refused.csv")" \
    -eq "$protected"
check "a guardian's is not" vv "$dir" --as a-guardian load "$work/protected.csv"
check "the days go on" vv "$dir" clock advance --days 2
sed 's/,true/,false/; s/^p-/q-/' "$work/protected.csv" > "$work/lifted.csv"
check "no other role lifts the protection" says 1 '' \
    vv "$dir" load --reject "$work/refused.csv" "$work/lifted.csv"
check "nor for one row" test "$(grep -c 'ask a guardian' "$work/refused.csv")" -eq "$protected"
sed -n 2p "$work/identities" > "$work/one"
awk -F, -v p="$(cat "$work/one")" 'NR == 1 || $3 == p' "$work/book/choices.csv" > "$work/choice.csv"
[ "$(wc -l < "$work/choice.csv")" -gt 1 ] ||
    echo "c-1,2020-11-03,$(cat "$work/one"),$(awk -F, 'NR == 2 {print $3}' \
        "$work/book/contracts.csv"),2020-11-03" >> "$work/choice.csv"
sed -i '2,$s/^/x-/' "$work/choice.csv"
check "a row about one of them is refused to an operator" says 1 '' \
    vv "$dir" load --reject "$work/refused.csv" "$work/choice.csv"
check "as one about nobody" grep -q 'nobody is registered' "$work/refused.csv"

# ---- lists ----
ids a-guardian > "$work/all"
ids operator > "$work/open"
comm -23 "$work/all" "$work/open" > "$work/hidden"
check "a guardian's list has all 40" test "$(wc -l < "$work/all")" -eq 40
check "an operator's has not the protected ones" test "$(wc -l < "$work/hidden")" -eq "$protected"
check "nor has an auditor's" test "$(count a-auditor)" -eq $((40 - protected))
hidden=$(head -1 "$work/hidden")
open=$(head -1 "$work/open")

# ---- one case ----
refused_by_identity() { ! vv "$dir" "$@" < "$work/one"; }
for command in "case show" "delivery show" explain "choice show" "pay explain" \
    "case obligations"; do
    rest=()
    [ "$command" != "case obligations" ] || rest=(not-met --month 2020-05-01 --reason no-meeting)
    # shellcheck disable=SC2086 # words
    check "$command of a protected case is refused to an operator" says 1 'ask a guardian' \
        vv "$dir" $command "$hidden" "${rest[@]}"
    # shellcheck disable=SC2086 # words
    check "and so when it is named by its identity" refused_by_identity $command - "${rest[@]}"
done
check "why-not too" says 1 'ask a guardian' vv "$dir" --as a-finance pay why-not "$hidden" result
check "a level" says 1 'ask a guardian' vv "$dir" --as a-caseworker case level "$hidden" B \
    --reason language
check "a guardian is shown the case" says 0 'protected identity' \
    vv "$dir" --as a-guardian case show "$hidden"
check "and its money" vv "$dir" --as a-guardian pay explain "$hidden"
check "and finds it" vv "$dir" --as a-guardian case show - < "$work/one"
check "other cases are shown as ever" vv "$dir" case show "$open"

# ---- every command that lists or exports, as every role, as text and as JSON ----
mkdir "$work/out"
run=0
spy() { # ROLE COMMAND...: what it prints and what it writes is kept; being refused is allowed
    local name=$1
    shift
    run=$((run + 1))
    vv "$dir" --as "$name" "$@" > "$work/out/$run.text" 2>&1
    vv "$dir" --as "$name" "$@" --json > "$work/out/$run.json" 2>&1
}
vv "$dir" --as a-finance pay run --scheme se-krom --date 2020-11-03 > "$work/said" 2>&1
payrun=$(vv "$dir" pay runs --json | grep -oE 'se-krom:[0-9-]+' | head -1)
check "there is a payment run" test -n "$payrun"
for role in operator a-finance a-gateway; do
    spy "$role" case list --limit 1000
    spy "$role" status
    spy "$role" report
    spy "$role" work
    spy "$role" ledger
    [ "$role" != operator ] || spy "$role" verify
    spy "$role" rating compute --month 2020-10
    spy "$role" rating proposals
    spy "$role" control queue
    spy "$role" application list
    spy "$role" pay proposals
    spy "$role" pay diff --as-known-at 2020-06-30
    spy "$role" pay sample --seed 7 --count 1000
    spy "$role" pay runs
    spy "$role" pay show "$payrun"
    spy "$role" pay journal "$payrun"
    spy "$role" pay journal "$payrun" --sie
    spy "$role" pay reconcile
    spy "$role" pay periods
    spy "$role" pay budget show --scheme se-krom
    spy "$role" pay budget forecast --scheme se-krom
    spy "$role" pay invoice list
    spy "$role" pay bundle "$hidden" result --out "$work/out/bundle-$role"
    while IFS=, read -r number area; do
        spy "$role" control cases "$number"
        spy "$role" control show "$number"
        spy "$role" rating show "$number"
        spy "$role" provider fetch "$area" "$number"
        spy "$role" pay invoice make --contract "$number" --month 2020-06 \
            --buyer Prov --buyer-number 202100-2114 --allow-example \
            --out "$work/out/invoice-$role-$number.xml"
    done < <(awk -F, -v OFS=, 'NR > 1 {print $3, $6}' "$work/book/contracts.csv")
done
misread="is not an option|is missing|are needed|is not a month|too many"
understood() { ! grep -rlE "$misread" "$work/out"; }
check "each was understood" understood
check "the journal was written" grep -rq -m1 VER "$work/out"
check "invoices were written" test -n "$(find "$work/out" -name 'invoice-*.xml')"
check "they were run" test "$run" -gt 70
grep -rhoE '[0-9a-f]{32}' "$work/out" | sort -u > "$work/seen"
check "other cases do stand there" test "$(comm -12 "$work/seen" "$work/open" | wc -l)" -gt 5
nowhere() { ! grep -rlFf "$1" "${@:2}"; }
check "no case id of theirs in what came out" nowhere "$work/hidden" "$work/out"
check "no identity number" nowhere "$work/identities" "$work/out" "$dir/log"
check "nor in another spelling" nowhere "$work/short" "$work/out" "$dir/log"
check "no name" nowhere "$work/names" "$work/out" "$dir/log"
mkdir "$work/guardian"
vv "$dir" --as a-guardian pay sample --seed 7 --count 1000 --json > "$work/guardian/sample.json"
vv "$dir" --as a-guardian control cases "$(awk -F, 'NR == 2 {print $3}' \
    "$work/book/contracts.csv")" --json > "$work/guardian/cases.json" 2>&1
check "a guardian's own lists do have their cases" grep -rqFf "$work/hidden" "$work/guardian"
check "and no name or number either" nowhere "$work/identities" "$work/guardian"

# ---- given up again, by a guardian ----
sed -i 's/2020-11-01/2020-11-03/g' "$work/lifted.csv"
check "a guardian lifts the protection" vv "$dir" --as a-guardian load "$work/lifted.csv"
check "a day later" vv "$dir" clock advance --days 1
check "an operator's list has all 40" test "$(count operator)" -eq 40
check "and the case is shown" vv "$dir" case show "$hidden"
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
