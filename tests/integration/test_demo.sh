#!/usr/bin/env bash
# What `make run` runs: the demonstration, small, in a directory of its own. The second time it
# changes nothing, and it leaves a system that runs and verifies.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

dir=$work/demo
systems+=("$dir")
demo() {
    VAGVAL_DIR=$dir DEMO_PEOPLE=60 timeout $((200 * slow)) deploy/scripts/run-demo.sh "$bin" \
        > "$1" 2>&1
}
# figure FILE "NAME": the number in the report's row, without the spaces between thousands.
figure() { sed -nE "s/^$2[^0-9-]*(-?[0-9][0-9 ,.]*)\$/\1/p" "$1" | head -n 1 | tr -d ' '; }
positive() { [ -n "$1" ] && awk -v n="$1" 'BEGIN { exit !(n + 0 > 0) }'; }

check "the demonstration runs to its end" demo "$work/first"
[ "$failures" -eq 0 ] || tail -n 40 "$work/first"
check "60 people were assessed" test "$(figure "$work/first" 'people assessed')" = 60
for row in contracts 'placements started' 'periodic reports filed' 'job starts' 'base, SEK' \
    'premium, SEK' 'result, SEK'; do
    check "the table has $row" positive "$(figure "$work/first" "$row")"
done
check "it marks what rests on examples" grep -q '^\* rests on' "$work/first"
check "the ledger balances" grep -qx 'ledger balanced: yes' "$work/first"
check "one person's course is shown" grep -qE '^case [0-9a-f]{32}, se-krom' "$work/first"
check "and explained" grep -qE '^Level (A|B|C)' "$work/first"
check "no row was rejected" test ! -s "$dir/demo-rejected.csv"
check "no identity number is printed" \
    bash -c "! cut -d, -f3 '$dir/demo/seekers.csv' | tail -n +2 | grep -qF -f - '$work/first'"
check "verify is clean" vv "$dir" verify
vv "$dir" ledger --json > "$work/ledger-1"
processes=$(cat "$dir"/run/*.pid)

check "the demonstration runs again" demo "$work/second"
check "and says that nothing is changed" grep -q 'loaded already; nothing is changed' "$work/second"
check "on the same processes" test "$(cat "$dir"/run/*.pid)" = "$processes"
vv "$dir" ledger --json > "$work/ledger-2"
check "the ledger is the same" cmp "$work/ledger-1" "$work/ledger-2"
# A demonstration that was cut off before it noted that it was loaded.
rm "$dir/demo/loaded"
check "it is harmless when the note of it was lost" demo "$work/third"
vv "$dir" ledger --json > "$work/ledger-3"
check "the ledger is still the same" cmp "$work/ledger-1" "$work/ledger-3"
check "verify is still clean" vv "$dir" verify
check "it stops" vv "$dir" down
