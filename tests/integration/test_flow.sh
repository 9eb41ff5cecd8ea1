#!/usr/bin/env bash
# The whole flow through real processes, from registration to premium and result: with PUB on, with
# PUB switched off (streams alone must do), and with several instances of every service. The three
# ledgers must be equal to the öre; loading again changes nothing; a wrong line is rejected with
# its reason and nothing else is lost.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=${FLOW_PEOPLE:-150}
check "a book of $people people is made" vv "$work/x" synth --people "$people" --seed 11 \
    --from 2020-03-16 --to 2020-05-31 --out "$work/book"

carry() {
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml &&
        vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv &&
        vv "$dir" clock advance --to 2020-11-30
}

system plain
check "the book is carried through" carry
check "verify is clean" vv "$dir" verify
vv "$dir" ledger --json > "$work/plain.json"
check "the ledger has base, premium and result, and balances" python3 - "$work/plain.json" << 'PY'
import json, sys
ledger = json.load(open(sys.argv[1]))
assert ledger["balanced"] is True
amounts = {c["component"]: c["amount"] for c in ledger["components"]}
assert set(amounts) >= {"base", "premium", "result"}, amounts
assert all(a > 0 for a in amounts.values()), amounts
PY
reload() { vv "$dir" load --reject "$work/rejects.csv" "$work"/book/*.csv; }
check "the same files again change nothing" reload
vv "$dir" ledger --json > "$work/again.json"
check "the ledger is unchanged" cmp "$work/plain.json" "$work/again.json"

# One bad line among good ones, one refused by the service.
{
    sed -n 1,2p "$work/book/seekers.csv"
    printf 'this,is,not,a,seeker\n'
    sed -n 3p "$work/book/seekers.csv"
} > "$work/bad.csv"
vv "$dir" load --reject "$work/bad-rejects.csv" "$work/bad.csv" > "$work/bad.log" 2>&1
check "a load with a bad line exits with 1" test $? -eq 1
check "the reject file names line 3" grep -q ',3,' "$work/bad-rejects.csv"
check "and nothing else" test "$(wc -l < "$work/bad-rejects.csv")" -eq 2

# A changed record under the same reference is a conflict, not an overwrite.
head -n 1 "$work/book/seekers.csv" > "$work/conflict.csv"
sed -n 2p "$work/book/seekers.csv" | sed 's/,unemployed,/,in_service,/' >> "$work/conflict.csv"
vv "$dir" load --reject "$work/conflict-rejects.csv" "$work/conflict.csv" > "$work/log" 2>&1
check "the same reference with other content is a conflict" \
    grep -qi conflict "$work/conflict-rejects.csv"

# Nothing personal in keys, events, facts or logs: every name and every identity number of the book,
# in each spelling, is looked for in the raw append-only file and in every log.
cut -d, -f3,4 "$work/book/seekers.csv" | tail -n +2 | tr ',' '\n' | tr -d '"' > "$work/personal"
sed -nE 's/^([0-9]{2})([0-9]{6})-?([0-9]{4})$/\1\2\3\n\1\2-\3\n\2\3\n\2-\3/p' "$work/personal" |
    sort -u - "$work/personal" > "$work/spellings"
check "the book has names and identity numbers to look for" \
    test "$(wc -l < "$work/spellings")" -ge $((people * 4))
check "none of them in the logs" bash -c "! grep -rqF -f '$work/spellings' '$dir/log'"
check "none of them in Redis' files" bash -c "! grep -rqaF -f '$work/spellings' '$dir/redis'"

check "the system stops" vv "$dir" down
check "it starts again from its files" vv "$dir" up
check "verify is clean after the restart" vv "$dir" verify
vv "$dir" ledger --json > "$work/restart.json"
check "the ledger survived the restart" cmp "$work/plain.json" "$work/restart.json"
vv "$dir" down > /dev/null 2>&1

system quiet --pub off
check "the book is carried through with PUB switched off" carry
check "verify is clean with PUB switched off" vv "$dir" verify
vv "$dir" ledger --json > "$work/quiet.json"
check "the ledger is the same without PUB" cmp "$work/plain.json" "$work/quiet.json"
vv "$dir" down > /dev/null 2>&1

system wide --scale payment=3 --scale intake=2 --scale assessment=2 --scale provider-registry=2
check "the book is carried through by nine instances" carry
check "verify is clean with nine instances" vv "$dir" verify
vv "$dir" ledger --json > "$work/wide.json"
check "the ledger is the same with nine instances" cmp "$work/plain.json" "$work/wide.json"
