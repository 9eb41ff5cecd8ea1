#!/usr/bin/env bash
# A national book recomputed: a tariff is published late, and every case is computed again from its
# facts to the differences in the ledger, until the campaign is done.
# Real services, CURVE on, appendfsync always. The book is made with `vagval synth` and loaded day
# by day, so that it stands in Redis as it would after a year; that takes far longer than what is
# measured.
#   bench_campaign.sh BUILD_DIR [PEOPLE [PARTITIONS]]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: bench_campaign.sh BUILD_DIR [PEOPLE [PARTITIONS]]} people=${2:-100000}
partitions=${3:-256}
bin=$PWD/$build/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/vagval-bench.XXXXXX")
export VAGVAL_DIR=$work/system
vagval() { "$bin/vagval" "$@"; }
trap 'vagval down > /dev/null 2>&1 || true; rm -rf "$work"' EXIT

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN {printf "%.2f", b - a}'; }
# Seconds of processor time that each process of the system has used, a line for each.
processor() {
    local file pid
    for file in "$VAGVAL_DIR"/run/*.pid; do
        pid=$(head -n 1 "$file")
        awk -v name="$(basename "$file" .pid)" -v hz="$(getconf CLK_TCK)" \
            '{printf "%s %.2f\n", name, ($14 + $15) / hz}' "/proc/$pid/stat"
    done
}
counter() { # campaign:2:WHAT over all partitions
    vagval pay campaign --json | python3 -c 'import json, sys
for c in json.load(sys.stdin)["campaigns"]:
    if c["generation"] == 2:
        print(c[sys.argv[1]])' "$1"
}

echo "== a tariff published late over a book of $people participants with a year of facts," \
    "$partitions partitions"
# The service lasts a year, and of all who are assessed 84 % are referred.
mkdir "$work/schemes"
cp -r deploy/models "$work/models"
sed 's/^service: .*/service: {months: 12, months_max: 12}/' deploy/schemes/se-krom.yaml \
    > "$work/schemes/year.yaml"
# Base of every level up: every case that was ever placed has differences, month by month.
sed -e 's/amount: "24.00"/amount: "25.00"/' -e 's/amount: "33.00"/amount: "34.00"/' \
    -e 's/amount: "45.00"/amount: "46.00"/' "$work/schemes/year.yaml" > "$work/schemes/late.yaml"
vagval synth --people $((people * 119 / 100)) --seed 12 --from 2020-03-16 --to 2020-04-30 \
    --until 2021-04-30 --scheme-file "$work/schemes/year.yaml" --out "$work/book"
vagval up --clock virtual --partitions "$partitions" > /dev/null
vagval scheme publish "$work/schemes/year.yaml" > /dev/null
vagval clock set 2020-03-16 > /dev/null
start=$(now)
vagval load --by-day --reject "$work/rejected.csv" "$work"/book/*.csv > /dev/null
vagval clock advance --to 2021-05-02 > /dev/null
echo "loaded and at rest: $(since "$start") s"
processor > "$work/before"
start=$(now)
vagval scheme publish "$work/schemes/late.yaml" > /dev/null
# Asking reads a record of every partition, so it is not done too often.
until [ "$(counter state)" = "done" ]; do sleep 0.3; done
echo "published to campaign done: $(since "$start") s by the clock;" \
    "load of the machine $(cut -d ' ' -f 1 /proc/loadavg)"
processor | paste "$work/before" - |
    awk '{printf "  %s %.2f s", $1, $4 - $2; sum += $4 - $2}
        END {printf "\nprocessor time: %.2f s\n", sum}'
vagval pay campaign
vagval verify | tail -n 1
