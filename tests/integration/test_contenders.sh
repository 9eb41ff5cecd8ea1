#!/usr/bin/env bash
# More than two thousand people want the few places of several contracts at once, with three
# registries; then all who got none want those of further contracts, while registries are killed
# with SIGKILL. Each contract serves exactly as many as it has places, and its messages are
# numbered without gaps.
#   SEED=n repeats the choice of victims and pauses. CONTENDERS, KILLS: other sizes.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

contenders=${CONTENDERS:-2000}
kills=${KILLS:-9}
seed=${SEED:-$RANDOM}
echo "seed $seed"
RANDOM=$seed
places=9
contracts=5

system contenders --scale provider-registry=3
check "the scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
vv "$dir" synth --people $((contenders * 2)) --seed 9 --from 2020-03-16 --to 2020-03-16 \
    --out "$work/book" > "$work/said"
# Everybody lives in Umeå, where all contracts are: one partition counts all their places. Nobody's
# identity is protected: others than guardians may not act for them.
awk -F, -v OFS=, 'NR > 1 {$5 = "2480"; $12 = "false"} {print}' "$work/book/seekers.csv" \
    > "$work/seekers.csv"
# contracts_of LETTER FROM: the file of contracts LETTER0, LETTER1, ...; organisations from FROM on
contracts_of() {
    head -1 "$work/book/contracts.csv"
    for i in $(seq 0 $((contracts - 1))); do
        printf '%s,' "c-$1$i" 2020-03-16 "$1$i" "$(organisation $(($2 + i)))" "Exempel AB" umea \
            "$places" 63.82 20.27 sv 2020-03-16
        echo
    done
}
contracts_of P 1 > "$work/peace.csv"
contracts_of K 101 > "$work/killed.csv"
check "people and contracts are loaded" vv "$dir" load "$work/book/providers.csv" \
    "$work/peace.csv" "$work/killed.csv" "$work/seekers.csv"
awk -F, 'NR > 1 {print $3}' "$work/seekers.csv" > "$work/identities"
# choices_of LETTER: everybody chooses one of the contracts LETTER0, LETTER1, ...
choices_of() {
    echo "source_ref,reported,identity,contract,chosen_on"
    awk -v letter="$1" -v n="$contracts" \
        '{printf "%s-%d,2020-03-16,%s,%s%d,2020-03-16\n", letter, NR, $1, letter, NR % n}' \
        "$work/identities"
}
count() {
    vv "$dir" report --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["counts"].get(sys.argv[1], 0))' "$1"
}
# exact LETTER: each of the contracts was told of as many orders as it has places, and of nothing
# else, numbered from 1 on.
exact() {
    local i
    for i in $(seq 0 $((contracts - 1))); do
        vv "$dir" provider fetch umea "$1$i" --json > "$work/fetched.json" || return
        python3 - "$work/fetched.json" "$places" << 'PY' || return
import json, sys
d = json.load(open(sys.argv[1]))
places = int(sys.argv[2])
m = d["messages"]
assert d["last"] == places and [x["number"] for x in m] == list(range(1, places + 1)), m
assert all(x["previous"] == x["number"] - 1 and x["kind"] == "order" for x in m), m
assert len({x["case"] for x in m}) == places, "somebody stands there twice"
PY
    done
}

# ---- in peace ----
choices_of P > "$work/choices-p.csv"
started=$SECONDS
vv "$dir" load --reject "$work/rejects.csv" "$work/choices-p.csv" > "$work/said" 2>&1
echo "everybody chose within $((SECONDS - started)) s"
check "all come to rest" vv "$dir" clock advance --days 1
made=$(count choices.made)
check "at least $contenders contended ($made)" test "$made" -ge "$contenders"
check "exactly the places are taken" test "$(count placements.running)" -eq $((places * contracts))
check "all others were told so" test "$(count choices.failed)" -eq $((made - places * contracts))
check "each contract serves as many as it has places, numbered without gaps" exact P
check "verify is clean" vv "$dir" verify

# ---- while registries are killed ----
choices_of K | sed 's/2020-03-16$/2020-03-17/' > "$work/choices-k.csv"
"$bin/vagval" --dir "$dir" load --json --reject "$work/rejects-k.csv" "$work/choices-k.csv" \
    > "$work/load.json" 2> "$work/load.err" &
loader=$!
killed=0
while_loading=0
for n in $(seq 1 "$kills"); do
    sleep "0.$((RANDOM % 3))"
    ! kill -0 "$loader" 2> /dev/null || while_loading=$((while_loading + 1))
    victim=$((n <= 3 ? n : 1 + RANDOM % 3))
    if kill -9 "$(head -n 1 "$dir/run/provider-registry-$victim.pid")" 2> /dev/null; then
        killed=$((killed + 1))
    fi
    vv "$dir" up > "$work/up.log" 2>&1 || not_ok "the system starts again after kill $n"
done
wait "$loader"
echo "$killed registries were killed, $while_loading times while choices were coming in"
check "every registry was killed" test "$killed" -eq "$kills"
check "at least twice while choices were coming in" test "$while_loading" -ge 2
check "every choice was answered" python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
sys.exit(r["unknown"] != 0 or r["rows"] != r["accepted"] + r["rejected"])' "$work/load.json"
# Whatever was on its way goes on by itself.
check "all come to rest again" vv "$dir" clock advance --days 1
check "these places are all taken too, not one twice" test "$(count placements.running)" \
    -eq $((places * contracts * 2 - $(count placements.switched)))
check "verify is clean after the kills" vv "$dir" verify
check "each contract serves as many as it has places, numbered without gaps" exact K
check "the system stops" vv "$dir" down
