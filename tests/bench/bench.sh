#!/usr/bin/env bash
# All figures of the README in one run: real services, CURVE on, appendfsync always. Nothing is
# asserted: figures are printed.
#   bench.sh BUILD_DIR PEOPLE SECONDS IN_FLIGHT PARTITIONS PARTICIPANTS
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1 people=$2 seconds=$3 in_flight=$4 partitions=$5 participants=$6
bin=$PWD/$build/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/vagval-bench.XXXXXX")
export VAGVAL_DIR=$work/system
vagval() { "$bin/vagval" "$@"; }
trap 'vagval down > /dev/null 2>&1 || true; rm -rf "$work"' EXIT

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN {printf "%.2f", b - a}'; }
redis_memory() {
    REDISCLI_AUTH=$(cat "$VAGVAL_DIR/keys/admin/redis.password") \
        redis-cli -s "$VAGVAL_DIR/redis/redis.sock" --user admin info memory |
        awk -F: '/^used_memory:/ {print $2 + 0}'
}
resident() {
    local file
    for file in "$VAGVAL_DIR"/run/*.pid; do
        awk -v name="$(basename "$file" .pid)" \
            '/^VmRSS/ {printf "  %s %.1f MB", name, $2 / 1024}' "/proc/$(head -n 1 "$file")/status"
    done
    echo
}
fresh() {
    vagval down > /dev/null 2>&1 || true
    rm -rf "$VAGVAL_DIR"
    local start
    start=$(now)
    vagval up --clock virtual --partitions "$1" > /dev/null
    echo "start of the whole system to ready, keys made: $(since "$start") s"
    vagval scheme publish deploy/schemes/se-krom.yaml > /dev/null
    vagval clock set 2020-03-16 > /dev/null
}
# per_case WHAT BEFORE CASES: at rest, when the streams have been trimmed (every few seconds).
per_case() {
    sleep 10
    awk -v what="$1" -v before="$2" -v cases="$3" -v after="$(redis_memory)" \
        'BEGIN {printf "%s: %.2f KB of Redis memory per case (%d cases)\n",
            what, (after - before) / cases / 1024, cases}'
}

model=$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)
echo "== machine: $(nproc) cores, $model, $partitions partitions"
"$bin/bench_score" 2
"$bin/bench_entitlement" 2
"$bin/bench_year" deploy/schemes/se-krom.yaml 2
"$bin/bench_rating"

echo "== a run of 50 000 payments to the bank's file, streamed"
"$bin/bench_payrun" 50000 1

echo "== load of 23 000 people through registration and assessment"
"$bin/vagval" synth --people 23000 --seed 5 --from 2020-03-16 --to 2020-03-16 \
    --out "$work/book" > /dev/null
fresh "$partitions"
before=$(redis_memory)
start=$(now)
vagval load --reject "$work/rejected.csv" "$work/book/seekers.csv"
awk -v s="$(since "$start")" \
    'BEGIN {printf "load, all assessed and at rest: %.2f s, %.0f people/s\n", s, 23000 / s}'
per_case "after assessment" "$before" 23000

echo "== a full course"
"$bin/vagval" synth --people 2000 --seed 6 --out "$work/courses" > /dev/null
fresh "$partitions"
before=$(redis_memory)
vagval load --by-day --reject "$work/rejected.csv" "$work"/courses/*.csv > /dev/null
vagval verify | tail -n 1
per_case "after a full course" "$before" 2000

echo "== everybody chooses the same contract"
fresh "$partitions"
"$bin/bench_hot" "$VAGVAL_DIR" $((people < 10000 ? people : 10000))
vagval verify | tail -n 1

echo "== job start in -> speed premium durably posted and acknowledged"
fresh "$partitions"
"$bin/bench_premium" "$VAGVAL_DIR" "$people" "$seconds" "$in_flight" | tee "$work/premium.out"
echo "resident memory with $people cases:"
resident

vagval down > /dev/null
tests/bench/bench_campaign.sh "$build" "$participants" "$partitions"

echo "== the same as two PostgreSQL transactions with an outbox"
vagval down > /dev/null # its memory and processor time are PostgreSQL's now
tests/bench/bench_postgres.sh "$people" $((seconds < 20 ? seconds : 20)) \
    "$(sed -nE 's|^closed loop: .*: ([0-9]+)/s.*|\1|p' "$work/premium.out")"
