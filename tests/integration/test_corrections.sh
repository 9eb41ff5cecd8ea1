#!/usr/bin/env bash
# A recovery through its life with real processes: proposed, put forward, approved by another person
# while a third approves at the same time, contested, settled; a closed accounting period; what was
# known on an earlier day; samples and bundles for control.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

people=60
# ask EXPRESSION FILE: a Python expression over the JSON document d is true.
ask() { python3 -c 'import json, sys
d = json.load(open(sys.argv[2]))
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1" "$2"; }

check "a book of $people people is made" vv "$work/x" synth --people "$people" --seed 4 \
    --from 2020-03-16 --to 2020-04-10 --until 2020-07-31 --out "$work/book"
system corrections --partitions 4
check "the scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
check "the book loads" vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv
check "1 August comes" vv "$dir" clock advance --to 2020-08-01
for name in anna bert cleo; do
    check "$name gets a key" vv "$dir" keys add $name finance
done
check "olle gets a key" vv "$dir" keys add olle auditor

# ---- a start that is withdrawn: what was paid for it is proposed back ----
check "nothing is proposed" says 0 'nothing is proposed' vv "$dir" pay proposals --what proposals
# The first start in the book whose premium is paid.
mapfile -t starts < <(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
    $c["event"] == "start" { print $c["identity"] "," $c["outcome_ref"] }' \
    "$work/book/outcomes.csv")
# case_of IDENTITY,...: its case id.
case_of() {
    printf '%s\n' "${1%%,*}" | vv "$dir" case show - |
        sed -nE 's/^case ([0-9a-f]{32}).*/\1/p'
}
for start in "${starts[@]}"; do
    case_id=$(case_of "$start")
    vv "$dir" pay diff --as-known-at 2020-08-01 --case "$case_id" --json > "$work/now.json"
    vv "$dir" pay why-not "$case_id" premium --json > "$work/why.json" 2> /dev/null
    ask 'd["owed"]' "$work/why.json" && break
done
check "a case has a premium" ask 'd["owed"]' "$work/why.json"
printf 'source_ref,identity,event,outcome_ref,on\nw1,%s,withdraw,%s,2020-08-01\n' \
    "${start%%,*}" "${start##*,}" > "$work/withdraw.csv"
check "the start is withdrawn" vv "$dir" load "$work/withdraw.csv"
check "the system comes to rest" vv "$dir" clock advance --days 1
check "a recovery is proposed" \
    says 0 proposed vv "$dir" pay proposals --what proposals --case "$case_id"
vv "$dir" ledger --json > "$work/before.json"

# ---- two persons ----
pay() { vv "$dir" pay proposals "$@"; }
check "nobody approves alone" \
    says 1 'one person must put' pay approve "$case_id" premium --as anna
check "an auditor may not decide" \
    says 1 "may not send this" pay forward "$case_id" premium --as olle
check "the operator may not decide" \
    says 1 "may not send this" pay forward "$case_id" premium
check "anna puts it forward" says 0 put_forward pay forward "$case_id" premium --as anna
check "anna cannot approve it" \
    says 1 'two persons decide' pay approve "$case_id" premium --as anna
unmoved() {
    vv "$dir" ledger --json > "$work/same.json" && diff "$work/before.json" "$work/same.json"
}
check "no balance has moved" unmoved
pay approve "$case_id" premium --as bert > "$work/bert" 2>&1 &
first=$!
pay approve "$case_id" premium --as cleo > "$work/cleo" 2>&1 &
second=$!
wait "$first"
codes=$?
wait "$second"
codes="$codes $?"
cat "$work/bert" "$work/cleo"
one_wins() { [ "$codes" = "0 1" ] || [ "$codes" = "1 0" ]; }
check "of two who approve at once, one wins" one_wins
check "the other is told so" grep -qF 'another decision came first' \
    "$work/bert" "$work/cleo"
owes_back() {
    vv "$dir" ledger --json > "$work/after.json" &&
        ask 'sum(r["amount"] for r in d["recoveries"]) > 0' "$work/after.json"
}
check "the provider owes it, on an account of its own" owes_back
balanced() {
    vv "$dir" ledger --json > "$work/after.json" && grep -q '"balanced": true' "$work/after.json"
}
check "the ledger is balanced" balanced
check "verify is clean" vv "$dir" verify

# ---- contested, reversed; and what was known when ----
check "it cannot be settled yet" \
    says 1 'can still contest' pay set-off "$case_id" premium --as anna
check "the provider contests it" says 0 contested pay contest "$case_id" premium --as anna
winner=bert
[ "${codes%% *}" = 0 ] || winner=cleo
check "who approved it cannot decide on that" says 1 'cannot decide on the objection' \
    pay uphold "$case_id" premium --as "$winner"
check "another person upholds it" says 0 upheld pay uphold "$case_id" premium --as anna
check "it is set off" says 0 set_off pay set-off "$case_id" premium --as anna
check "and every amount is in some place on its way to the bank" \
    says 0 'every amount is explained' vv "$dir" pay reconcile
check "as known today: the ledger" \
    says 0 'no difference' vv "$dir" pay diff --as-known-at 2020-08-02
vv "$dir" pay diff --as-known-at 2020-07-31 --case "$case_id" --json > "$work/then.json"
check "as known the day before the withdrawal: the premium was owed" ask \
    'any(p["component"] == "premium" and p["owed_then"] > 0 and p["owed_now"] == 0
         for p in d["differences"])' "$work/then.json"
check "why it is not owed" says 0 'outcome.started' vv "$dir" pay why-not "$case_id" premium
check "and why each posting is what it is" says 0 'approved by two persons' \
    vv "$dir" pay explain "$case_id"

# ---- a job at the provider itself is looked at before it is paid ----
# Somebody placed who has no job yet, and the organisation number of the contract's provider.
mapfile -t placed < <(python3 - "$work/book" << 'END'
import csv, sys
rows = lambda name: list(csv.DictReader(open(f"{sys.argv[1]}/{name}.csv")))
started = {r["identity"] for r in rows("outcomes")}
owner = {r["number"]: r["organisation_number"] for r in rows("contracts")}
for r in rows("choices"):
    if r["identity"] not in started:
        print(r["identity"] + "," + owner[r["contract"]])
END
)
for row in "${placed[@]}"; do
    held_case=$(case_of "$row")
    {
        echo 'source_ref,identity,event,outcome_ref,on,what,extent_percent,employer'
        printf '%s,%s,start,%s,2020-08-02,job,100,%s\n' \
            "h-$held_case" "${row%%,*}" "h-$held_case" "${row##*,}"
    } > "$work/held.csv"
    vv "$dir" load --reject "$work/rejects.csv" "$work/held.csv" > /dev/null 2>&1 && break
done
check "the system comes to rest" vv "$dir" clock advance --days 1
check "the premium is held" \
    says 0 same_organisation pay list --what holds --case "$held_case"
check "why-not says who must act" says 0 'hold.review' vv "$dir" pay why-not "$held_case" premium
check "a person lets it go" says 0 released vv "$dir" pay let-go "$held_case" premium --as anna
check "it is owed now" says 0 'is owed' vv "$dir" pay why-not "$held_case" premium
check "links take two organisations" says 0 linked \
    vv "$dir" pay link 556016-0680 202100-2114 --note 'same owner' --as anna
check "verify is clean after it" vv "$dir" verify

# ---- accounting periods ----
check "finance closes July" says 0 closed vv "$dir" pay close 2020-07 --as anna
check "again changes nothing" says 0 closed vv "$dir" pay close 2020-07 --as bert
check "June is closed with it" says 1 'closed already' vv "$dir" pay close 2020-06 --as bert
check "and it is not said to try again" says 1 'vagval pay periods' \
    vv "$dir" pay close 2020-06 --as bert
check "an auditor cannot close" says 1 "may not send this" vv "$dir" pay close 2020-08 --as olle
check "August is closed in advance of its end" says 0 closed vv "$dir" pay close 2020-08 --as anna
check "the periods are shown" says 0 '2020-08-31 in every partition' vv "$dir" pay periods
check "a week later something more is posted" vv "$dir" clock advance --to 2020-09-01
check "verify is clean with closed periods" vv "$dir" verify

# ---- the other ways that a proposal may go ----
others=()
{
    echo 'source_ref,identity,event,outcome_ref,on'
    for start in "${starts[@]}"; do
        other=$(case_of "$start")
        vv "$dir" pay why-not "$other" premium --json > "$work/why.json" 2> /dev/null
        [ ${#others[@]} -lt 3 ] && ask 'd["owed"]' "$work/why.json" &&
            others+=("$other") &&
            printf 'o-%s,%s,withdraw,%s,2020-09-01\n' "$other" "${start%%,*}" "${start##*,}"
    done
} > "$work/withdraw.csv"
check "three more premiums are found" test ${#others[@]} -eq 3
check "their starts are withdrawn" vv "$dir" load "$work/withdraw.csv"
check "a day later" vv "$dir" clock advance --days 1
for other in "${others[@]}"; do
    check "a recovery is put forward" says 0 put_forward pay forward "$other" premium --as anna
done
check "one is rejected" says 0 rejected \
    pay reject "${others[0]}" premium --note 'the start is confirmed' --as bert
for other in "${others[@]:1}"; do
    check "another is approved" pay approve "$other" premium --as bert
    check "and contested" says 0 contested pay contest "$other" premium --as anna
done
check "one is reversed" says 0 reversed pay reverse "${others[1]}" premium --as cleo
check "one is upheld" says 0 upheld pay uphold "${others[2]}" premium --as cleo
check "and invoiced" says 0 invoiced pay invoice "${others[2]}" premium --as anna
check "every amount has its place still" says 0 'every amount is explained' vv "$dir" pay reconcile
check "verify is clean after all of it" vv "$dir" verify

# ---- the journals of all runs are the ledger, account by account ----
# A supplement may be paid when the placement has ended: so the second run is of a late day.
journals() {
    vv "$dir" pay run --scheme se-krom --date 2020-09-02 --as anna > /dev/null &&
        vv "$dir" clock advance --to 2021-12-01 &&
        vv "$dir" pay run --scheme se-krom --date 2021-12-01 --as anna > /dev/null &&
        vv "$dir" pay journal se-krom:2020-09-02 --out "$work/journal1.csv" &&
        vv "$dir" pay journal se-krom:2021-12-01 --out "$work/journal2.csv"
}
check "what is posted is taken, by the run of one day and that of a later" journals
vv "$dir" ledger --json > "$work/ledger.json"
check "recovery, claim and reversal are in them: each account is the ledger's" python3 -c '
import collections, csv, decimal, json, sys
ledger = json.load(open(sys.argv[1]))
sums, vouchers = collections.Counter(), collections.Counter()
for name in sys.argv[2:]:
    for r in csv.DictReader(open(name)):
        amount = int((decimal.Decimal(r["debit"] or 0) - decimal.Decimal(r["credit"] or 0)) * 100)
        vouchers[name, r["voucher"]] += amount
        sums[r["account"]] += amount
assert vouchers and not any(vouchers.values()), vouchers
books = collections.Counter()
for c in ledger["components"]:
    books["expense:" + c["scheme"] + ":" + c["component"]] += c["amount"]
for c in ledger["contracts"]:
    books[c["account"]] += c["amount"]
for c in ledger["recoveries"]:
    books[c["account"]] += c["amount"]
differ = {a: (sums[a], books[a]) for a in sums | books if sums[a] != books[a]}
assert not differ, differ
kinds = {a.partition(":")[0] for a in sums}
assert kinds == {"expense", "provider", "recovery", "claim"}, kinds
' "$work/ledger.json" "$work/journal1.csv" "$work/journal2.csv"
check "nothing is left over" says 0 'every amount is explained' vv "$dir" pay reconcile
check "verify is clean with the runs" vv "$dir" verify

# ---- control ----
vv "$dir" pay sample --seed 7 --count 5 --json > "$work/sample1.json"
vv "$dir" pay sample --seed 7 --count 5 --json > "$work/sample2.json"
vv "$dir" pay sample --seed 8 --count 5 --json > "$work/sample3.json"
check "the same seed draws the same claims" diff "$work/sample1.json" "$work/sample2.json"
others() { ! diff -q "$work/sample1.json" "$work/sample3.json"; }
check "another seed draws others" others
check "five of them" ask 'len(d["sample"]) == 5' "$work/sample1.json"

# ---- the evidence of a claim, verified without the system ----
check "a bundle is written" \
    says 0 bundle vv "$dir" pay bundle "$case_id" premium --out "$work/claim"
bundle=$(sed -nE 's/.*bundle ([0-9a-f]{64}).*/\1/p' "$work/said")
vv "$dir" down > /dev/null 2>&1
away() { cd / && "$bin/vagval" pay bundle-verify "$@"; }
check "it verifies, the system down" says 0 'good: ' away "$work/claim" --bundle "$bundle"
check "not as another bundle" \
    says 1 'another bundle' away "$work/claim" --bundle "${bundle//[0-9]/0}"
cp -r "$work/claim" "$work/forged"
sed -i 's/"owed": /"owed": 1/' "$work/forged/claim.json"
check "a changed amount is noticed" says 1 'another hash' away "$work/forged"
# Whoever changes the hashes as well is found by the computation.
rehash() {
    python3 - "$1" << 'END'
import hashlib, json, sys
d = sys.argv[1] + "/"
m = json.load(open(d + "manifest.json"))
h = lambda b: hashlib.blake2b(b, digest_size=32).hexdigest()
m["files"] = {n: h(open(d + n, "rb").read()) for n in m["files"]}
m["bundle"] = h("".join(f"{n}:{m['files'][n]}\n" for n in sorted(m["files"])).encode())
json.dump(m, open(d + "manifest.json", "w"))
END
}
change() { # EXPRESSION over the claim's document d
    rm -rf "$work/forged" && cp -r "$work/claim" "$work/forged" &&
        python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
exec(sys.argv[2])
json.dump(d, open(sys.argv[1], "w"))' "$work/forged/claim.json" "$1" && rehash "$work/forged"
}
check "hashes can be made anew" change 'pass'
check "an unchanged claim still verifies" says 0 'good: ' away "$work/forged"
check "owed is changed" change 'd["lines"][0]["owed"] += 100; d["lines"][0]["amount"] += 100'
check "and found, though the hashes fit" says 1 'another amount' away "$work/forged"
check "an amount is changed" change 'd["lines"][0]["amount"] += 100'
check "and found too" says 1 'do not sum' away "$work/forged"
check "a scheme is taken away" rm "$work/claim/scheme-1.yaml"
check "and missed" says 1 'is missing' away "$work/claim"
