#!/usr/bin/env bash
# Choosing a provider: who may choose what, the last places wanted by many at once with several
# registries, languages, areas that are out of reach, changes of provider, two schemes at a time.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# by NUMBER WORDS...: a command on the case of the n-th referred person, through standard input.
by() {
    local number=$1
    shift
    sed -n "${number}p" "$work/referred" | vv "$dir" "$@"
}

people=300
places=7
system choice --scale provider-registry=3
# A scheme in which a change of provider has to wait ten days, and is possible twice.
limits='non_choice: nearest, reach: area, switches_max: 2, switch_min_days: 10'
sed -e "s/^choice: .*/choice: {working_days: 5, $limits}/" \
    deploy/schemes/se-krom.yaml > "$work/se-krom.yaml"
check "a scheme with limits is published" vv "$dir" scheme publish "$work/se-krom.yaml" \
    --model deploy/models/ams-2018.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
vv "$dir" synth --people "$people" --seed 4 --from 2020-03-16 --to 2020-03-16 --out "$work/book" \
    > "$work/said"
# Everybody lives in Umeå; one contract with few places, one that speaks Arabic, one far away.
sed -i -E 's/^(([^,]*,){4})[0-9]{4},/\12480,/' "$work/book/seekers.csv"
head -1 "$work/book/contracts.csv" > "$work/contracts.csv"
contract() { # NUMBER AREA PLACES LANGUAGE ORGANISATION
    echo "c-$1,2020-03-16,$1,$(organisation "$5"),Exempel AB,$2,$3,63.82,20.27,$4,2020-03-16,"
}
{
    contract FEW umea "$places" sv 1
    contract ARABIC umea 500 ar 2
    contract MANY umea 500 sv 3
    contract AWAY vasteras 500 sv 1
} >> "$work/contracts.csv"
check "people and contracts are loaded" vv "$dir" load "$work/book/providers.csv" \
    "$work/contracts.csv" "$work/book/seekers.csv"
vv "$dir" case list --limit 1000 --json > "$work/cases.json"

# ---- everybody wants the same contract at once ----
awk -F, 'NR > 1 {print $3}' "$work/book/seekers.csv" > "$work/identities"
{
    echo "source_ref,reported,identity,contract,chosen_on"
    awk '{printf "w-%d,2020-03-16,%s,FEW,2020-03-16\n", NR, $1}' "$work/identities"
} > "$work/choices.csv"
vv "$dir" load --reject "$work/rejects.csv" "$work/choices.csv" > "$work/said" 2>&1
check "all come to rest" vv "$dir" clock advance --days 1
referred=$(($(vv "$dir" report --json | python3 -c 'import json, sys
c = json.load(sys.stdin)["counts"]
print(sum(c.get("level." + l, 0) for l in "ABC"))')))
check "many are referred" test "$referred" -gt 100
placed() {
    vv "$dir" report --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["counts"].get("placements.running", 0))'
}
check "exactly the places are taken" test "$(placed)" -eq "$places"
check "verify is clean" vv "$dir" verify

# ---- somebody who did not get it ----
n=0
while read -r identity; do
    n=$((n + 1))
    printf '%s\n' "$identity" | vv "$dir" choice show - --json > "$work/state.json"
    grep -q '"state": "offered"' "$work/state.json" && break
done < "$work/identities"
sed -n "${n}p" "$work/identities" > "$work/referred"
check "is offered the choice still, without the full contract" json \
    'd["full"] == 1 and {c["number"] for c in d["choices"]} == {"ARABIC", "MANY"}' \
    by 1 choice show - --json
check "the answer to a further try comes at once" says 1 'full' by 1 choice make - umea FEW
check "another area is out of reach" says 1 'outside_reach' by 1 choice make - vasteras AWAY
check "a language need" says 0 'ar' by 1 choice need - ar
check "filters what is shown" json '[c["number"] for c in d["choices"]] == ["ARABIC"] and
    d["other_language"] == 2' by 1 choice show - --json
check "and what can be chosen" says 1 'language' by 1 choice make - umea MANY
check "the need is taken back the same day" says 0 'no need' by 1 choice need - none
check "and stated again" says 0 'ar' by 1 choice need - ar
check "it holds: what is said again is said, not what was answered before" says 1 'language' \
    by 1 choice make - umea MANY
check "the one that offers it can be" says 0 'placed' by 1 choice make - umea ARABIC
check "the same again changes nothing" says 0 'placed' by 1 choice make - umea ARABIC
check "distance is told in metres" json 'all(isinstance(c["metres"], int) for c in d["choices"])' \
    by 1 choice show - --json

# ---- changes of provider ----
check "the need is taken back" says 0 'no need' by 1 choice need - none
check "nine days on" vv "$dir" clock advance --days 9
check "a change is too early" says 1 'switch_too_early' by 1 choice make - umea MANY
check "a day later it is not" after 1 says 0 placed by 1 choice make - umea MANY
check "a second change ten days later" after 10 says 0 placed by 1 choice make - umea ARABIC
check "a third is one too many" after 10 says 1 switches_used by 1 choice make - umea MANY

# ---- two schemes at a time ----
sed -e 's/^id: .*/id: se-other/' "$work/se-krom.yaml" > "$work/se-other.yaml"
sed -e 's/^id: .*/id: se-beside/; s/^service:/combines_with: [se-krom]\nservice:/' \
    "$work/se-krom.yaml" > "$work/se-beside.yaml"
sed -e 's/^service:/combines_with: [se-beside]\nservice:/' "$work/se-krom.yaml" \
    > "$work/se-krom-2.yaml"
models="--model deploy/models/ams-2018.yaml"
identity=$(cat "$work/referred")
second() { # SCHEME: the same person and a contract under a further scheme
    # shellcheck disable=SC2086 # words
    vv "$dir" scheme publish "$work/$1.yaml" $models && {
        head -1 "$work/book/seekers.csv"
        grep "$identity" "$work/book/seekers.csv" | sed "s/^/$1-/"
    } > "$work/person.csv" && {
        head -1 "$work/contracts.csv"
        contract "OF-$1" umea 10 sv 9
    } > "$work/second.csv" &&
        vv "$dir" load --scheme "$1" --source "$1" "$work/second.csv" "$work/person.csv"
}
check "the person enters another scheme" second se-other
check "and cannot be served by both" says 1 'does not combine' \
    by 1 choice make - umea OF-se-other --scheme se-other
check "a third scheme combines with the first" second se-beside
check "as long as only one says so, it does not" says 1 'does not combine' \
    by 1 choice make - umea OF-se-beside --scheme se-beside
# shellcheck disable=SC2086 # words
check "the first says so too" vv "$dir" scheme publish "$work/se-krom-2.yaml" $models
check "all have read it" vv "$dir" clock advance --days 1
check "now both serve" says 0 'placed' by 1 choice make - umea OF-se-beside --scheme se-beside
check "verify is clean in the end" vv "$dir" verify
check "the system stops" vv "$dir" down
