#!/usr/bin/env bash
# Messages to providers: numbered per contract without gaps, fetched again at will, the identity
# only inside a body for the provider's own key, nothing of a protected identity, nobody else's
# contract.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# told EXPRESSION COMMAND...: of the messages m in the command's document d.
told() { json "(lambda m: $1)(d['messages'])" "${@:2}"; }
system outbox --scale provider-registry=2
check "a scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
vv "$dir" synth --people 120 --seed 6 --from 2020-03-16 --to 2020-03-16 --out "$work/book" \
    > "$work/said"
# Everybody lives in Umeå and chooses the same contract; every tenth identity is protected.
awk -F, -v OFS=, 'NR > 1 {$5 = "2480"; $12 = NR % 10 == 0 ? "true" : "false"} {print}' \
    "$work/book/seekers.csv" > "$work/seekers.csv"
head -1 "$work/book/contracts.csv" > "$work/contracts.csv"
{
    echo "c-1,2020-03-16,ONE,$(organisation 1),Exempel AB,umea,500,63.82,20.27,sv,2020-03-16,"
    echo "c-2,2020-03-16,TWO,$(organisation 2),Annan AB,umea,500,63.82,20.27,sv,2020-03-16,"
} >> "$work/contracts.csv"
{
    echo "source_ref,reported,identity,contract,chosen_on"
    awk -F, 'NR > 1 {printf "w-%d,2020-03-16,%s,ONE,2020-03-16\n", NR, $3}' "$work/seekers.csv"
} > "$work/choices.csv"
check "a guardian has a key" vv "$dir" keys add gerd guardian
check "people and contracts are loaded" vv "$dir" --as gerd load "$work/seekers.csv"
check "by whom they may be" vv "$dir" load "$work/book/providers.csv" "$work/contracts.csv"
vv "$dir" --as gerd load --reject "$work/rejects.csv" "$work/choices.csv" > "$work/said" 2>&1
check "a day later" vv "$dir" clock advance --days 1

# ---- whose key ----
check "a provider has a key" vv "$dir" keys add exempel provider
check "and so has another" vv "$dir" keys add annan provider
check "a key pair for the bodies" vv "$dir" provider keygen "$work/exempel.key"
check "is never overwritten" says 1 'there already' vv "$dir" provider keygen "$work/exempel.key"
check "before it is bound, it gets nothing" says 1 'not bound' \
    vv "$dir" --as exempel provider fetch umea ONE
check "it is bound" says 0 bound \
    vv "$dir" provider bind umea ONE exempel "$work/exempel.key.public"
check "another's key gets nothing" says 1 'not bound' vv "$dir" --as annan provider fetch umea ONE
check "nor does it get another contract" says 1 'not bound' \
    vv "$dir" --as exempel provider fetch umea TWO

# ---- the messages ----
fetch=(vv "$dir" --as exempel provider fetch umea ONE --secret "$work/exempel.key" --json)
check "numbers from 1 on, without gaps" told 'len(m) > 40 and
    [x["number"] for x in m] == list(range(1, d["last"] + 1)) and
    all(x["previous"] == x["number"] - 1 for x in m)' "${fetch[@]}"
check "each order says what, when and who" told 'all(x["kind"] == "order" and
    x["track"] in "ABC" and x["start"] == "2020-03-16" and x["end"] == "2020-09-15" and
    x["service"] == "se-krom" and (x["identity"] or x["without"]) for x in m)' "${fetch[@]}"
"${fetch[@]}" > "$work/all.json"
check "a protected identity is not in the body, all others are" python3 - "$work/all.json" \
    "$work/seekers.csv" << 'PY'
import csv, json, sys
messages = json.load(open(sys.argv[1]))["messages"]
rows = {r["identity"]: r for r in csv.DictReader(open(sys.argv[2]))}
told = [m["identity"]["identity"] for m in messages if m["identity"]]
assert told and all(rows[i]["protected_identity"] == "false" for i in told)
assert all(m["identity"] or m["without"] == "protected" for m in messages)
assert any(m["without"] == "protected" for m in messages)
PY
check "without the secret key nobody reads it" told 'all(x["identity"] is None for x in m)' \
    vv "$dir" --as exempel provider fetch umea ONE --json
check "a range, again and again" told '[x["number"] for x in m] == [7, 8, 9]' \
    "${fetch[@]}" --from 7 --to 9
check "received through 9" says 0 'through: 9' vv "$dir" --as exempel provider confirm umea ONE 9
check "less is no step back" says 0 'through: 9' vv "$dir" --as exempel provider confirm umea ONE 3
check "more than there is, is refused" says 1 'higher than the last' \
    vv "$dir" --as exempel provider confirm umea ONE 100000
check "it shows" json 'd["received_through"] == 9' "${fetch[@]}" --from 1 --to 1

# ---- ends and levels ----
case_id=$(python3 -c 'import json, sys
print(next(m for m in json.load(open(sys.argv[1]))["messages"] if m["identity"])["case"])' \
    "$work/all.json")
check "an extent of more than all is refused" says 2 'from 1 to 100' \
    vv "$dir" choice order "$case_id" --extent 101
check "what the next order says is stated" says 0 stated vv "$dir" choice order "$case_id" \
    --extent 75 --sfi --diary 2020/123 --group umea-2
check "the order that has gone out stays as it was" told \
    "[x['order'] for x in m if x['case'] == '$case_id'] == [None]" "${fetch[@]}"
check "somebody goes to the other contract" says 0 placed \
    vv "$dir" choice make "$case_id" umea TWO
check "the first is told the end" after 1 told "[m[-1][k] for k in
    ('kind', 'end', 'case', 'reason')] == ['end', '2020-03-16', '$case_id', 'switch']" \
    "${fetch[@]}"
check "the second is told the start" told 'len(m) == 1 and m[0]["number"] == 1 and
    m[0]["start"] == "2020-03-17" and m[0]["service_start"] == "2020-03-16" and
    m[0]["order"] == {"extent_percent": 75, "sfi": True, "diary_number": "2020/123",
    "caseworker_group": "umea-2"}' vv "$dir" provider fetch umea TWO --json
track=$(vv "$dir" provider fetch umea TWO --json | python3 -c 'import json, sys
print("B" if json.load(sys.stdin)["messages"][0]["track"] == "C" else "C")')
check "another level of whoever is served" vv "$dir" case level "$case_id" "$track" \
    --reason language
check "is told too" after 1 told "d['last'] == 2 and
    (m[1]['kind'], m[1]['track']) == ('level', '$track')" vv "$dir" provider fetch umea TWO --json
check "no log names anybody" bash -c "! grep -rhoE '[0-9]{12}' '$dir'/log/*registry* | grep -qFf \
    <(awk -F, 'NR > 1 {print \$3}' '$work/seekers.csv')"
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
