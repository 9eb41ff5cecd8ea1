#!/usr/bin/env bash
# A tariff published late: the recompute campaign over a book, with payment killed in the middle of
# it, against the same book where the tariff was known from the beginning.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=${CAMPAIGN_PEOPLE:-900}
partitions=4

check "a book of $people people is made" vv "$work/x" synth --people "$people" --seed 11 \
    --from 2020-03-16 --to 2020-04-20 --until 2020-06-30 --out "$work/book"
# Base of level B up, of level A down.
sed -e 's/amount: "33.00"/amount: "36.00"/' -e 's/amount: "24.00"/amount: "21.00"/' \
    deploy/schemes/se-krom.yaml > "$work/late.yaml"

publish() { vv "$dir" scheme publish "$1" --model deploy/models/ams-2018.yaml; }
load() {
    vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv &&
        vv "$dir" clock advance --to 2020-07-02
}
# What stands per component, posted and proposed together: the same in both systems.
standing() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
r = json.load(sys.stdin)
for c in sorted(r["components"], key=lambda c: (c["scheme"], c["component"])):
    print(c["scheme"], c["component"], c["amount"] + c["proposed"])'
}
campaign() { vv "$dir" pay campaign --json; }
# finished GENERATION: all partitions are done with it.
finished() {
    campaign | python3 -c 'import json, sys
c = [c for c in json.load(sys.stdin)["campaigns"] if c["generation"] == int(sys.argv[1])]
sys.exit(0 if c and c[0]["state"] == "done" else 1)' "$1"
}

system known --partitions "$partitions"
check "the scheme is published" publish deploy/schemes/se-krom.yaml
check "the tariff is published before any fact" publish "$work/late.yaml"
check "the book loads with both" load
check "verify is clean" vv "$dir" verify
standing > "$work/known.txt"
vv "$dir" down > /dev/null 2>&1

system late --partitions "$partitions" --scale payment=2
check "the scheme is published" publish deploy/schemes/se-krom.yaml
check "the book loads with the old tariff" load
standing > "$work/before.txt"
check "the tariffs differ in what they pay" \
    test "$(cat "$work/known.txt")" != "$(cat "$work/before.txt")"
check "the tariff is published late, and what follows is told" \
    grep -q "every case of se-krom is computed again" <(publish "$work/late.yaml")
# How many cases have been computed again, read behind the back of the services.
computed() {
    local p sum=0 n
    for ((p = 0; p < partitions; p++)); do
        n=$(redis_as payment HGET "vv:{p$(printf %03d "$p")}:payment:sums" campaign:2:cases)
        sum=$((sum + ${n:-0}))
    done
    echo "$sum"
}
# Stops both instances again and again until the campaign has begun, and kills them there.
strike() {
    local pids
    mapfile -t pids < <(head -qn 1 "$dir"/run/payment-[12].pid)
    for _ in $(seq 400); do
        kill -STOP "${pids[@]}"
        at=$(computed)
        [ "$at" -le "$1" ] || break
        kill -CONT "${pids[@]}"
        sleep 0.01
    done
    kill -9 "${pids[@]}"
    echo "killed after $at cases"
}
at=0
strike 0
check "payment was killed in the middle of the campaign" \
    test "$at" -gt 0 -a "$at" -lt "$((people * 9 / 10))"
first=$at
check "the system starts again" vv "$dir" up
strike "$first"
check "and killed again, further on" test "$at" -gt "$first"
check "the system starts again" vv "$dir" up
check "the campaign comes to its end" await 60 finished 2
check "the system comes to rest" vv "$dir" clock advance --days 1
check "status shows no campaign then" bash -c "! '$bin/vagval' --dir '$dir' status | grep campaign"
# As it stood while one partition of the 4 was still to come.
one=
for p in $(seq 0 3); do
    sums="vv:{p$(printf %03d "$p")}:payment:sums"
    [ -n "$one" ] || [ "$(redis_as payment HGET "$sums" campaign:2:partitions)" != 1 ] || one=$sums
done
redis_as payment HSET "$one" campaign:2:partitions 0 > /dev/null
check "while it runs status shows how far it is" \
    grep -q "campaign 2: se-krom is computed again, 75 % done" <(vv "$dir" status)
check "programs are told too" json '[(c["generation"], c["percent"]) for c in d["campaigns"]] ==
    [(2, 75)]' vv "$dir" status --json
redis_as payment HSET "$one" campaign:2:partitions 1 > /dev/null
check "verify is clean after the campaign" vv "$dir" verify
standing > "$work/late.txt"
vv "$dir" pay campaign
check "what stands is what it would be had the tariff been known" \
    diff "$work/known.txt" "$work/late.txt"
proposed() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
sys.exit(0 if any(c["proposed"] < 0 for c in json.load(sys.stdin)["components"]) else 1)'
}
check "what fell is proposed, not taken" proposed
paid_again() {
    local one
    for one in $(vv "$dir" case list --limit 40 | grep -oE '[0-9a-f]{32}'); do
        vv "$dir" explain "$one" | grep -q 'publication 2' && return
    done
    return 1
}
check "a posting names the publication that it rests on" paid_again
