#!/usr/bin/env bash
# The life of evidence with real processes: many pairs of cases race with one document each while a
# registry is killed, and one of each pair has it; a result is posted when a second person has
# verified its document, and the document is invoiced when the amount is on a payment run.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-rom2)
system evidence --partitions 8 --scale provider-registry=2
# Runs take what is posted; that an invoice which agrees does the same is test_invoice.sh's.
sed 's/^pay_on: invoice/pay_on: posting/' deploy/schemes/se-rom2.yaml > "$work/rom2.yaml"
check "RoM 2 is published" vv "$dir" scheme publish "$work/rom2.yaml" \
    --model deploy/models/ams-2018.yaml
check "the clock is set" vv "$dir" clock set 2023-05-02
check "a book is made" vv "$dir" synth --scheme-file deploy/schemes/se-rom2.yaml --people 150 \
    --seed 5 --from 2023-05-02 --to 2023-05-12 --until 2024-06-30 --out "$work/book"
# The confirmations stand apart, two cases to a document: one.csv and two.csv have a row each.
split() {
    python3 - "$work" << 'END'
import csv, sys
work = sys.argv[1]
rows = list(csv.DictReader(open(work + "/book/outcomes.csv")))
fields = rows[0].keys()
confirms, seen = [], set()
for r in rows:
    if r["event"] == "confirm" and r["identity"] not in seen:
        seen.add(r["identity"])
        confirms.append(r)
def write(name, some):
    with open(f"{work}/{name}.csv", "w", newline="") as f:
        out = csv.DictWriter(f, fields, lineterminator="\n")
        out.writeheader()
        out.writerows(some)
write("starts", [dict(r, evidence="") for r in rows if r["event"] == "start"])
spare, confirms = confirms[:2], confirms[2:]
for a, b in zip(confirms[::2], confirms[1::2]):
    b["evidence"] = a["evidence"]
write("one", confirms[: len(confirms) // 2 * 2 : 2])
write("two", confirms[1::2])
write("own", spare[:1])
write("spare", spare[1:])
END
}
check "two cases to a document" split
pairs=$(($(wc -l < "$work/one.csv") - 1))
check "there are pairs that race ($pairs)" test "$pairs" -ge 10
rest=()
for file in "$work"/book/*.csv; do
    [ "$(basename "$file")" = outcomes.csv ] || rest+=("$file")
done
check "the book loads" vv "$dir" load --by-day --reject "$work/rejects.csv" "${scheme[@]}" \
    "${rest[@]}" "$work/starts.csv"
check "a year later" vv "$dir" clock advance --to 2024-07-02
for name in hanna inga; do
    check "$name gets a key" vv "$dir" keys add $name caseworker
done
for name in anna bertil; do
    check "$name gets a key" vv "$dir" keys add $name finance
done
posted() { # posted COMPONENT: in öre
    vv "$dir" ledger "${scheme[@]}" --json | python3 -c 'import json, sys
print(sum(c["amount"] for c in json.load(sys.stdin)["components"]
          if c["component"] == sys.argv[1]))' "$1"
}
documents() { vv "$dir" evidence list --json "$@"; }

# ---- one document, two cases, at once ----
race() { # race TIME: both halves at once
    vv "$dir" load --reject "$work/one.$1" "${scheme[@]}" "$work/one.csv" > "$work/load.1" 2>&1 &
    local first=$!
    vv "$dir" load --reject "$work/two.$1" "${scheme[@]}" "$work/two.csv" > "$work/load.2" 2>&1 &
    local second=$!
    if [ "$1" = once ]; then
        sleep "0.0$((RANDOM % 10))"
        kill -9 "$(cat "$dir/run/provider-registry-1.pid")"
        vv "$dir" up > "$work/up.log" 2>&1 || cat "$work/up.log"
    fi
    wait $first $second
    vv "$dir" clock advance --days 1
}
refusals() { cat "$work"/{one,two}."$1" 2> /dev/null | grep -c 'already used elsewhere'; }
check "both are loaded, and a registry is killed meanwhile" race once
said=$(refusals once)
one_each() { # of each document one record stands; the others were refused or rejected
    documents > "$work/documents.json" && python3 - "$work/documents.json" "$pairs" "$said" << 'END'
import collections, json, sys
lines = json.load(open(sys.argv[1]))["documents"]
pairs, refused = int(sys.argv[2]), int(sys.argv[3])
stand = collections.Counter(d["hash"] for d in lines if d["state"] == "waiting")
lost = [d for d in lines if d["state"] == "rejected"]
print(len(stand), "stand,", len(lost), "lost the race,", refused, "were refused at once")
assert len(stand) == pairs and set(stand.values()) == {1}, stand
assert all(d["reason"] == "used_elsewhere" and d["decided_by"] == "" for d in lost), lost
assert len(lost) + refused == pairs, (len(lost), refused, pairs)
END
}
check "of each pair one has the document" one_each
cat "$work/check.log"
cp "$work/documents.json" "$work/before.json"
check "both again" race again
unchanged() {
    documents > "$work/documents.json" && diff "$work/before.json" "$work/documents.json"
}
check "changes nothing" unchanged
no_person() { ! grep -rhE 'already used' "$work"/{one,two}.{once,again} | grep -qE '[0-9a-f]{32}'; }
check "a refusal names no other case" no_person
check "verify is clean" vv "$dir" verify

# ---- nothing is posted on a document that nobody has seen ----
check "no result is posted" test "$(posted rr1)" -eq 0
check "the work of caseworkers" json \
    'sum(i["kind"] == "evidence" for i in d["items"]) == '"$pairs" \
    vv "$dir" work --role caseworker --kind evidence --json
field() { # field NUMBER KEY [STATE]: of the N-th document with the state
    documents --state "${3:-waiting}" | python3 -c 'import json, sys
print(json.load(sys.stdin)["documents"][int(sys.argv[1])][sys.argv[2]])' "$1" "$2"
}
case_id=$(field 0 case) record=$(field 0 record)
evidence() { vv "$dir" evidence "$@" "${scheme[@]}"; }
check "why not: the agency must act" says 0 'waits for verification: the agency must act' \
    vv "$dir" pay why-not "$case_id" rr1 "${scheme[@]}"
check "the operator's key does not verify" says 1 'may not send this' \
    evidence verify "$case_id" "$record" --kind contract
check "nor finance" says 1 'may not send this' \
    evidence verify "$case_id" "$record" --kind contract --as anna
check "what the document is must be said" says 1 'document_kind' \
    evidence verify "$case_id" "$record" --as hanna
check "in the scheme's words" says 1 'no kind of document that the scheme takes' \
    evidence verify "$case_id" "$record" --kind letter --as hanna
check "an unknown record" says 1 'no record of this case' \
    evidence verify "$case_id" "00${record:2}" --kind contract --as hanna
# Hanna loads a document herself.
check "hanna records a document" vv "$dir" --as hanna load "${scheme[@]}" "$work/own.csv"
by_hanna() { documents | grep -q '"recorded_by": "hanna"'; }
check "it is hers" await 10 by_hanna
own() { # own KEY: of the document that hanna recorded
    documents | python3 -c 'import json, sys
print(*[d[sys.argv[1]] for d in json.load(sys.stdin)["documents"]
        if d["recorded_by"] == "hanna"])' \
        "$1"
}
own_waits() { [ "$(own state)" = waiting ]; }
check "and waits" await 10 own_waits
check "who recorded it does not verify it" says 1 'two persons' \
    evidence verify "$(own case)" "$(own record)" --kind payslip --as hanna
check "another person does" says 0 verified \
    evidence verify "$(own case)" "$(own record)" --kind payslip --as inga
check "nobody takes that back" says 1 'verified already' \
    evidence reject "$(own case)" "$(own record)" --reason unreadable --as inga

# ---- verified, posted, invoiced ----
check "hanna verifies one of the race" says 0 verified \
    evidence verify "$case_id" "$record" --kind contract --as hanna
posts() { [ "$(posted rr1)" -gt 0 ]; }
check "now a result is posted" await 10 posts
due() { # due CASE: its first result is owed
    vv "$dir" pay why-not "$1" rr1 "${scheme[@]}" --json | grep -q '"owed": true'
}
paid=$case_id
due "$paid" || paid=$(own case)
check "of a document that was verified" due "$paid"
check "explained by who verified it" says 0 'document verified by' vv "$dir" explain "$paid"
check "the case tells of it" says 0 'Document verified by' vv "$dir" case show "$paid" \
    "${scheme[@]}"
today=$(vv "$dir" clock show --json | sed -n 's/.*"\(....-..-..\)".*/\1/p')
check "a payment run is drafted" vv "$dir" pay run --date "$today" "${scheme[@]}" --as anna
invoiced() { [ "$(documents --state invoiced | grep -c '"record"')" -ge 1 ]; }
check "the document is invoiced" await 10 invoiced
check "the others are not" json \
    'all(x["decided_by"] in ("hanna", "inga") for x in d["documents"])' \
    vv "$dir" evidence list --state invoiced --json
check "invoiced it stays" says 1 'verified already' \
    evidence reject "$(field 0 case invoiced)" "$(field 0 record invoiced)" --reason late --as inga
check "a bundle" vv "$dir" pay bundle "$paid" rr1 --out "$work/claim" "${scheme[@]}"
check "says so" grep -q '"state": "invoiced"' "$work/claim/documents.json"
check "and verifies offline" vv "$dir" pay bundle-verify "$work/claim"

# ---- rejected, and given back ----
case_id=$(field 1 case) record=$(field 1 record) hash=$(field 1 hash)
check "a reason is needed" says 2 'reason is missing' \
    evidence reject "$case_id" "$record" --as inga
check "an unreadable one" says 0 rejected \
    evidence reject "$case_id" "$record" --reason unreadable --as inga
# The one row whose document is not of the race brings a document of another case.
with() { sed "2s/[0-9a-f]\{64\}/$1/" "$work/spare.csv" > "$work/with.csv"; }
with "$hash"
check "is still used" says 1 'already used elsewhere' \
    vv "$dir" load --reject "$work/rejects" "${scheme[@]}" "$work/with.csv"
case_id=$(field 1 case) record=$(field 1 record) hash=$(field 1 hash)
check "one filed on the wrong case" says 0 rejected \
    evidence reject "$case_id" "$record" --reason wrong_case --as inga
with "$hash"
free() { vv "$dir" load --reject "$work/rejects" "${scheme[@]}" "$work/with.csv"; }
check "is free for the right one" await 10 free
check "the provider is asked for another" json \
    'any(i["case"] == "'"$case_id"'" and i["role"] == "provider" for i in d["items"])' \
    vv "$dir" work --kind evidence --json
check "one case's documents" says 0 'rejected: wrong_case' evidence show "$case_id"
check "verify is clean after all of it" vv "$dir" verify
check "the system stops" vv "$dir" down
