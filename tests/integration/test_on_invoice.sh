#!/usr/bin/env bash
# A scheme that pays on invoice, through real processes: what is posted waits; when an invoice
# agrees its lines and its VAT are paid by the next run, once, and the rest goes on waiting.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

pay() { vv "$dir" pay "$@"; }
number() { python3 -c 'import json, sys
print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
reconciled() { pay reconcile --json | number "$1"; }

system oninvoice --partitions 16
mkdir "$work/schemes"
cp -r deploy/models "$work/models"
sed 's/^supplement_payable:.*/&\npay_on: invoice/' deploy/schemes/se-krom.yaml \
    > "$work/schemes/se-krom.yaml"
sed 's/^pay_on: invoice/pay_on: receipt/' "$work/schemes/se-krom.yaml" > "$work/schemes/wrong.yaml"
check "a value that is none is refused" bash -c "! '$bin/vagval' scheme check \
    '$work/schemes/wrong.yaml' > '$work/wrong.out' 2>&1"
line=$(grep -n '^pay_on:' "$work/schemes/wrong.yaml" | cut -d: -f1)
check "with line and field" grep -q "wrong.yaml: line $line: pay_on" "$work/wrong.out"
carry() {
    vv "$work/x" synth --people 60 --seed 11 --from 2020-03-16 --to 2020-04-30 --until 2020-11-20 \
        --out "$work/book" &&
        vv "$dir" scheme publish "$work/schemes/se-krom.yaml" &&
        vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv &&
        vv "$dir" clock advance --to 2020-12-01
}
check "a book of 60 people is carried through" carry
for name in anna bertil; do vv "$dir" keys add "$name" finance > /dev/null; done
echo "letter of the bank" > "$work/letter"
details() {
    local n numbers
    mapfile -t numbers < <(awk -F, 'NR > 1 {print $4}' "$work/book/contracts.csv" | sort -u)
    for n in "${numbers[@]}"; do
        pay bank set "$n" --bankgiro 991-2346 --proof "$work/letter" --shared --as anna &&
            pay bank approve "$n" --shared --as bertil || return 1
    done
    vv "$dir" clock advance --days 10
}
check "providers have bank details" details
posted=$(reconciled posted)
check "all that is posted waits for its invoice" \
    test "$posted" -gt 0 -a "$(reconciled awaiting_invoice)" -eq "$posted"
check "no run has anything to pay" grep -q "nothing waits" <(pay run --date 2020-12-11 --as anna)

# ---- an invoice of one month ----
read -r contract < <(vv "$dir" ledger --json | python3 -c 'import json, sys
print(min(json.load(sys.stdin)["contracts"], key=lambda c: c["amount"])["contract"])')
for month in 2020-07 2020-08 2020-06 2020-09; do
    pay invoice make --contract "$contract" --month "$month" --out "$work/own.xml" \
        --allow-example --json > "$work/own.json" 2> /dev/null &&
        [ "$(number type < "$work/own.json")" -eq 389 ] && break
done
check "the month has an invoice" test -s "$work/own.xml"
net=$(number net < "$work/own.json")
tax=$(number tax < "$work/own.json")
check "its rate gives VAT" test "$tax" -gt 0
check "it agrees" grep -q ": matched" <(pay invoice receive "$work/own.xml")
check "received again it changes nothing" pay invoice receive "$work/own.xml"
check "its lines wait no longer" test "$(reconciled awaiting_invoice)" -eq $((posted - net))
check "net and VAT can be paid" test "$(reconciled waiting)" -eq $((net + tax))
check "every amount is explained" pay reconcile
pay run --date 2020-12-11 --as anna --json > "$work/runs.json"
check "the next run pays net and VAT, to one provider" python3 -c 'import json, sys
(r,) = json.load(open(sys.argv[1]))["runs"]
net, tax = int(sys.argv[2]), int(sys.argv[3])
assert (r["amount"], r["vat"], r["payments"], r["list"][0]["vat"]) == (net + tax, tax, 1, tax), r' \
    "$work/runs.json" "$net" "$tax"
run=se-krom:2020-12-11
release() {
    pay approve $run --as bertil &&
        pay release $run --out "$work/pay.xml" --allow-example --as bertil
}
check "it is released" release
pay journal $run > "$work/journal.csv"
check "the journal: one voucher of the invoice, expenses and VAT against the provider" python3 -c '
import collections, csv, decimal, sys
sums, texts = collections.Counter(), collections.Counter()
for r in csv.DictReader(open(sys.argv[1])):
    amount = decimal.Decimal(r["debit"] or 0) - decimal.Decimal(r["credit"] or 0)
    sums[r["account"].split(":")[0]] += amount * 100
    texts[r["voucher"], r["text"]] += amount
net, tax = int(sys.argv[2]), int(sys.argv[3])
assert sums == {"expense": net, "vat": tax, "provider": 0, "bank": -net - tax}, sums
assert sorted(t for _, t in texts) == ["invoice", "payment"] and set(texts.values()) == {0}' \
    "$work/journal.csv" "$net" "$tax"
check "the bank has it" test "$(reconciled released)" -eq $((net + tax))
check "a further run finds nothing" grep -q "nothing waits" \
    <(pay run --date 2020-12-11 --number 2 --as anna)
check "verify is clean" vv "$dir" verify
