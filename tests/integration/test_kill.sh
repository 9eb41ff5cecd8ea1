#!/usr/bin/env bash
# Kills services and Redis with SIGKILL at random moments while a book of 2 000 cases is loaded, at
# least 20 times, then: nothing acknowledged is lost, nothing is there twice, the ledger equals its
# recomputation, and it equals the ledger of the same book loaded in peace.
#   SEED=n repeats a run's choice of victims and pauses.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=${KILL_PEOPLE:-2000}
kills=${KILL_COUNT:-20}
seed=${SEED:-$RANDOM}
echo "seed $seed"
RANDOM=$seed

check "a book of $people people is made" vv "$work/x" synth --people "$people" --seed 7 \
    --from 2020-03-16 --to 2020-05-31 --out "$work/book"

prepare() {
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml && vv "$dir" clock set 2020-03-16
}
load() { vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv; }

system peace
check "the scheme is published" prepare
check "the book loads in peace" load
vv "$dir" clock advance --to 2020-10-31 > /dev/null 2>&1
check "verify is clean in peace" vv "$dir" verify
vv "$dir" ledger --json > "$work/peace.json"
vv "$dir" down > /dev/null 2>&1

system storm
check "the scheme is published" prepare
load > "$work/load.log" 2>&1 &
loader=$!
killed=0
while [ "$killed" -lt "$kills" ]; do
    # A pause of 0 to 1.5 seconds; then one victim of the five.
    sleep "$(printf '%d.%03d' $((RANDOM % 2)) $((RANDOM % 500)))"
    victims=("$dir"/run/*.pid)
    victim=${victims[RANDOM % ${#victims[@]}]}
    pid=$(head -n 1 "$victim" 2> /dev/null) || continue
    kill -9 "$pid" 2> /dev/null || continue
    killed=$((killed + 1))
    echo "kill $killed: $(basename "$victim" .pid)"
    vv "$dir" up > "$work/up.log" 2>&1 || {
        cat "$work/up.log"
        not_ok "the system starts again after kill $killed"
    }
    if ! kill -0 "$loader" 2> /dev/null; then
        # Done, or given up while everything was down: a load that is run again completes.
        load > "$work/load.log" 2>&1 &
        loader=$!
    fi
done
ok "$killed processes were killed during the load"
wait "$loader"
check "the load that is run again completes" load
check "running it once more changes nothing" load
vv "$dir" clock advance --to 2020-10-31 > /dev/null 2>&1
check "verify is clean after the storm" vv "$dir" verify
vv "$dir" ledger --json > "$work/storm.json"
check "the ledger equals that of the peaceful load" cmp "$work/peace.json" "$work/storm.json"
