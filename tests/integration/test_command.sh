#!/usr/bin/env bash
# The command as a newcomer meets it: what it says of wrong words, unknown cases and schemes, of a
# region without a date, of a service that is away; and that it keeps identity numbers out of the
# list of processes.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# json_error EXPECTED-CODE COMMAND...: one JSON document with the error, nothing on standard error.
json_error() {
    local expected=$1 got
    shift
    "$@" --json > "$work/json" 2> "$work/err"
    got=$?
    cat "$work/json" "$work/err"
    [ "$got" -eq "$expected" ] && [ ! -s "$work/err" ] &&
        python3 -c 'import json, sys
assert json.load(open(sys.argv[1]))["error"]["text"]' "$work/json"
}

# ---- outside the tree ----
away() {
    mkdir -p "$work/away" && cd "$work/away" &&
        "$bin/vagval" synth --people 40 --seed 5 --from 2020-03-16 --to 2020-04-10 \
            --until 2020-06-10 --out "$work/book"
}
check "synth needs no file of the tree" eval '(away)'
mkdir "$work/elsewhere"
cp "$bin/vagval" "$work/elsewhere/"
installed() { cd / && "$work/elsewhere/vagval" synth --people 3 --out "$work/installed"; }
check "nor a place of its own" eval '(installed)'

# ---- a new region ----
system command
check "status of a new region has no date yet" says 0 'not set' vv "$dir" status
check "and neither has its clock" says 0 'not set' vv "$dir" clock
check "1970 is not shown" bash -c "! grep -q 1970 '$work/said'"
check "a scheme is published" says 0 ' published: publication 1' \
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "again: already published" says 0 'already published, nothing changed' \
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
books=("$work"/book/{seekers,providers,contracts,choices,reports,outcomes}.csv)
check "a book is loaded" vv "$dir" load --by-day --reject "$work/rejects.csv" "${books[@]}"

# ---- cases ----
identity=$(awk -F, 'NR == 2 { print $3 }' "$work/book/seekers.csv")
by_stdin() { printf '%s\n' "$identity" | vv "$dir" "$@"; }
check "case show - reads the identity from standard input" says 0 'se-krom' by_stdin case show -
case_id=$(sed -nE 's/^case ([0-9a-f]{32}).*/\1/p' "$work/said")
check "it is the case" test -n "$case_id"
check "explain - too" says 0 'Level' by_stdin explain -
empty() { vv "$dir" case show - < /dev/null; }
check "nothing on standard input is said so" says 1 'standard input holds no identity' empty
nobody=ffffffffffffffffffffffffffffffff # in a partition that no region has
for command in "case show" explain; do
    # shellcheck disable=SC2086 # words
    {
        check "$command of an unknown id: clear, 1" \
            says 1 'vagval case list' vv "$dir" $command 00010000000000000000000000000001
        check "$command of an id outside the region: clear, 1" \
            says 1 vagval: vv "$dir" $command $nobody
        check "$command of a malformed id: clear, 1" says 1 'no case id' vv "$dir" $command 002a6f
        check "$command of an overlong word: clear, 1" \
            says 1 vagval: vv "$dir" $command "$(printf 'x%.0s' {1..200})"
        check "$command: no text ends in a colon" \
            bash -c "! grep -qE ': *\$' '$work/said'"
        check "$command: an error as JSON" json_error 1 vv "$dir" $command 002a6f
    }
done
check "case list names every case" \
    test "$(vv "$dir" case list --limit 1000 | sort -u | wc -l)" -eq 40
check "and at most as many as are wanted" test "$(vv "$dir" case list --limit 7 | wc -l)" -eq 7

# ---- ledgers ----
check "the ledger of the scheme" says 0 'all schemes balanced' vv "$dir" ledger --scheme se-krom
for command in ledger report; do
    check "$command of no scheme says which there are" \
        says 1 'no scheme nope is published; there is se-krom' vv "$dir" $command --scheme nope
    check "$command of no scheme as JSON" json_error 1 vv "$dir" $command --scheme nope
done
sed -E 's/^id: se-krom$/id: se-other/' deploy/schemes/se-krom.yaml > "$work/se-other.yaml"
check "another scheme is published" vv "$dir" scheme publish "$work/se-other.yaml" \
    --model deploy/models/ams-2018.yaml
check "it has no contracts" says 0 'all 0 contracts' vv "$dir" ledger --scheme se-other

# ---- wrong usage is 2, also as JSON ----
while read -r words; do
    # shellcheck disable=SC2086 # words
    {
        check "\`$words\` is wrong usage" says 2 vagval: vv "$dir" $words
        check "\`$words\` as JSON" json_error 2 vv "$dir" $words
    }
done << 'TEXT'
nonsense
case shoe
case show
up --scale payment=99
up --clock moon
clock set yesterday
clock advance
clock advance --days 0
load
synth
synth --out /tmp/x --from 2021-01-01 --to 2020-01-01
case list --limit none
explain x --lang de
ledger --nonsense
provision --clock moon
TEXT

# ---- a service that is away ----
kill "$(cat "$dir/run/payment-1.pid")"
await 10 test ! -e "/proc/$(cat "$dir/run/payment-1.pid")"
assessed() { vv "$dir" case list --limit 1000; }
check "cases are listed while payment is away" assessed
away_load() { vv "$dir" load --reject "$work/rejects.csv" "$work/book/providers.csv"; }
check "a load without payment names who is not at rest" says 0 'payment' away_load
check "status says what does not run" says 0 'payment-1 is not running' vv "$dir" status
