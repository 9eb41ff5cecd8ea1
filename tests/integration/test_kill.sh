#!/usr/bin/env bash
# Kills services, Redis and the loader with SIGKILL at random moments while a book of 2 400 cases is
# loaded, at least 20 times, sometimes two at once, then: nothing acknowledged is lost, nothing is
# there twice, the ledger equals its recomputation, and it equals the ledger of the same book loaded
# in peace.
#   SEED=n repeats a run's choice of victims and pauses. KILL_PEOPLE, KILL_COUNT: longer runs.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=${KILL_PEOPLE:-2400}
kills=${KILL_COUNT:-20}
seed=${SEED:-$RANDOM}
echo "seed $seed"

check "a book of $people people is made" vv "$work/x" synth --people "$people" --seed 7 \
    --from 2020-03-16 --to 2020-05-31 --until 2020-09-30 --out "$work/book"

prepare() {
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml && vv "$dir" clock set 2020-03-16
}
# Rows arrive day by day, so that timers fall due and feeds run during all of it.
load() { "$bin/vagval" --dir "$dir" load --json --by-day --reject "$work/rejects.csv" "$@"; }
# The same behind the back; $loader is the command itself, not a shell around it.
load_behind() {
    "$bin/vagval" --dir "$dir" load --json --by-day --reject "$work/rejects.csv" \
        "$work"/book/*.csv > "$work/load.json" 2> "$work/load.err" &
    loader=$!
}
later() { vv "$dir" clock advance --to 2020-10-31; }
# answer FILE EXPRESSION: of a load's JSON, as r.
answer() {
    python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else f"{r}")' "$1" "$2"
}

system peace
check "the scheme is published" prepare
started=$SECONDS
check "the book loads in peace" load "$work"/book/*.csv
echo "in peace the load took $((SECONDS - started)) s"
check "the clock goes on" later
check "verify is clean in peace" vv "$dir" verify
vv "$dir" ledger --json > "$work/peace.json"
vv "$dir" down > /dev/null 2>&1

# Two instances of payment: what one had taken, the other goes on with.
system storm --scale payment=2
check "the scheme is published" prepare
RANDOM=$seed

# The loader dies first: whoever loads again completes it.
load_behind
sleep "$((1 + RANDOM % 2)).$((RANDOM % 10))"
check "the loader is killed while it loads" kill -9 "$loader"
wait "$loader" 2> /dev/null

load_behind
started=$SECONDS
declare -A struck=()
# kill_one NAME PID-FILE
kill_one() {
    local pid
    pid=$(head -n 1 "$2" 2> /dev/null) || return
    # Redis stands still a moment first, so that commits are on their way to it when it dies: what
    # it has not read must not have been acknowledged.
    if [ "$1" = redis ]; then
        kill -STOP "$pid" 2> /dev/null
        sleep 0.2
    fi
    kill -9 "$pid" 2> /dev/null || return
    killed=$((killed + 1))
    struck[$1]=$((${struck[$1]:-0} + 1))
    echo "kill $killed: $1"
}
killed=0
round=0
restarts=0
while [ "$killed" -lt "$kills" ]; do
    sleep "0.$((RANDOM % 6))"
    if ! kill -0 "$loader" 2> /dev/null; then
        break
    fi
    # Redis and each instance at least once: the first seven rounds go through them, then it is
    # chance, with Redis twice as often. Rounds are counted, not kills: a round may have two.
    victims=("$dir"/run/{redis,intake-1,assessment-1,provider-registry-1,payment-1,payment-2}.pid
        "$dir/run/redis.pid")
    victim=${victims[round < ${#victims[@]} ? round : RANDOM % ${#victims[@]}]}
    round=$((round + 1))
    kill_one "$(basename "$victim" .pid)" "$victim"
    if [ $((RANDOM % 4)) -eq 0 ]; then
        victim=${victims[RANDOM % ${#victims[@]}]}
        kill_one "$(basename "$victim" .pid)" "$victim"
    fi
    if vv "$dir" up > "$work/up.log" 2>&1; then
        restarts=$((restarts + 1))
    else
        cat "$work/up.log"
        not_ok "the system starts again after kill $killed"
    fi
done
check "$kills processes were killed, every one while the load was running ($killed)" \
    test "$killed" -ge "$kills"
check "Redis and each of the five instances were among them" test "${#struck[@]}" -eq 6
wait "$loader"
went=$?
echo "in the storm it took $((SECONDS - started)) s, with $restarts restarts"
check "the load itself went on through all of it" test "$went" -eq 0
[ "$went" -eq 0 ] || cat "$work/load.err" "$work/load.json"
check "every row was acknowledged" answer "$work/load.json" \
    'r["rows"] == r["accepted"] and r["rejected"] == 0 and r["unknown"] == 0'

# Had any acknowledged row been lost, loading it again would commit something.
load "$work"/book/*.csv > "$work/again.json" 2> "$work/again.err"
check "no acknowledged row was lost: the same files again change nothing" answer \
    "$work/again.json" 'r["rows"] == r["accepted"] and r["nothing_new"]'
check "the clock goes on" later
check "verify is clean after the storm" vv "$dir" verify
vv "$dir" ledger --json > "$work/storm.json"
check "the ledger equals that of the peaceful load" cmp "$work/peace.json" "$work/storm.json"
check "the ledger is not empty" grep -q premium "$work/storm.json"
