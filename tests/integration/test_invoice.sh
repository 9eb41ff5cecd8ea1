#!/usr/bin/env bash
# Invoices through real processes: what stands posted for a contract becomes a self-billing invoice,
# month by month, and together they are its balance; the provider's own invoice comes in, is matched
# line by line, disputed, credited, paid.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

system invoices --partitions 16
carry() {
    vv "$work/x" synth --people 60 --seed 11 --from 2020-03-16 --to 2020-04-30 --until 2020-11-20 \
        --out "$work/book" &&
        vv "$dir" scheme publish deploy/schemes/se-krom.yaml &&
        vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day --reject "$work/rejects.csv" "$work"/book/*.csv &&
        vv "$dir" clock advance --to 2020-11-30
}
check "a book of 60 people is carried through" carry
vv "$dir" ledger --json > "$work/ledger.json"
# The contract with the largest balance.
read -r contract balance < <(python3 - "$work/ledger.json" << 'PY'
import json, sys
best = min(json.load(open(sys.argv[1]))["contracts"], key=lambda c: c["amount"])
print(best["contract"], -best["amount"])
PY
)
pay() { vv "$dir" pay invoice "$@"; }
make() { pay make --contract "$contract" --month "$1" --out "$2" "${@:3}"; }

# ---- self-billing ----
check "example tariffs make no invoice" bash -c "! '$bin/vagval' --dir '$dir' pay invoice make \
    --contract '$contract' --month 2020-05 --out '$work/no.xml' && test ! -e '$work/no.xml'"
check "nor does a month that is not over" bash -c "! '$bin/vagval' --dir '$dir' pay invoice make \
    --contract '$contract' --month 2020-11 --out '$work/no.xml' --allow-example"
check "nor a contract that is none" bash -c "! '$bin/vagval' --dir '$dir' pay invoice make \
    --contract KA-999999 --month 2020-05 --out '$work/no.xml' --allow-example"
vv "$dir" clock advance --to 2020-12-01 > /dev/null # November is over; the balance is of its end
sum=0
month=
for m in 2020-03 2020-04 2020-05 2020-06 2020-07 2020-08 2020-09 2020-10 2020-11; do
    make "$m" "$work/$m.xml" --allow-example --json > "$work/$m.json" 2> "$work/$m.err" || continue
    read -r type net lines < <(python3 -c 'import json, sys
d = json.load(open(sys.argv[1])); print(d["type"], d["net"], d["lines"])' "$work/$m.json")
    [ "$type" -eq 389 ] || net=$((-net))
    sum=$((sum + net))
    # the month with the most lines is the one that the provider bills below
    if [ "$lines" -gt "${most:-2}" ]; then most=$lines month=$m; fi
done
check "the invoices of all months are the contract's balance ($sum)" test "$sum" -eq "$balance"
check "a month has lines enough to go on with" test -n "$month"
check "made again, byte for byte" bash -c "'$bin/vagval' --dir '$dir' pay invoice make --contract \
    '$contract' --month '$month' --out '$work/again.xml' --allow-example &&
    cmp '$work/$month.xml' '$work/again.xml'"
check "it is well-formed" xmllint --noout "$work/$month.xml"
check "and says that its tariffs are examples" grep -q 'EXAMPLE TARIFFS' "$work/$month.xml"
check "an order goes out" pay order --contract "$contract" --month "$month" \
    --out "$work/order.xml" --allow-example
check "with the number that the provider is to quote" \
    grep -q "<cbc:ID>$contract/$month</cbc:ID>" "$work/order.xml"

# ---- the provider's own invoice: ours with another number, type and rules, and changes ----
bill() { # FILE NUMBER CHANGE
    python3 - "$work/$month.xml" "$@" << 'PY'
import decimal, re, sys
source, target, number, change = sys.argv[1:5]
text = open(source, encoding="utf-8").read()
D = decimal.Decimal
for a, b in (("selfbilling:3.0", "billing:3.0"), ("selfbilling:01:1.0", "billing:01:1.0")):
    text = text.replace(a, b)
text = text.replace(">389<", ">380<")
text = re.sub(r"(</cbc:ProfileID>\s*<cbc:ID>)[^<]*", r"\g<1>" + number, text)
head, first, rest = text.partition("  <cac:InvoiceLine>")
whole = re.compile(r"  <cac:InvoiceLine>.*?</cac:InvoiceLine>\n", re.S)
lines = whole.findall(first + rest)
def amount(line): return D(re.search(r"LineExtensionAmount[^>]*>([-0-9.]+)", line).group(1))
def reprice(line, to):
    line = re.sub(r"(LineExtensionAmount[^>]*>)[-0-9.]+", r"\g<1>%.2f" % to, line)
    return re.sub(r"(PriceAmount[^>]*>)[-0-9.]+", r"\g<1>%.2f" % abs(to), line)
if change in ("dearer", "excess"):
    i = next(k for k, l in enumerate(lines) if amount(l) > 0)
    by = D("10.00")
    lines = [reprice(l, amount(l) + by) if k == i else l for k, l in enumerate(lines)] \
        if change == "dearer" else [reprice(lines[i], by)]
if change == "fewer":
    del lines[-1]
net = sum(amount(l) for l in lines)
tax = (net * D("0.25")).quantize(D("0.01"), rounding=decimal.ROUND_HALF_UP)
def put(name, value, text):
    return re.sub(r"(<cbc:%s [^>]*>)[-0-9.]+" % name, r"\g<1>%.2f" % value, text)
asked = net + tax + (1 if change == "tampered" else 0)
for name, value in (("TaxableAmount", net), ("TaxAmount", tax), ("LineExtensionAmount", net),
                    ("TaxExclusiveAmount", net), ("TaxInclusiveAmount", net + tax),
                    ("PayableAmount", asked)):
    head = put(name, value, head)
text = head + "".join(lines) + "</Invoice>\n"
if change == "excess":
    for a, b in (("<Invoice ", "<CreditNote "), ("</Invoice>", "</CreditNote>"),
                 ("xsd:Invoice-2", "xsd:CreditNote-2"),
                 ("InvoiceTypeCode>380", "InvoiceTypeCode>381"),
                 ("InvoiceTypeCode", "CreditNoteTypeCode"), ("InvoiceLine>", "CreditNoteLine>"),
                 ("InvoicedQuantity", "CreditedQuantity")):
        text = text.replace(a, b)
    text = re.sub(r"  <cbc:DueDate>.*?</cbc:DueDate>\n", "", text)
    party = "  <cac:AccountingSupplierParty>"
    text = text.replace(party, "  <cac:BillingReference><cac:InvoiceDocumentReference>"
                        "<cbc:ID>P-2</cbc:ID></cac:InvoiceDocumentReference>"
                        "</cac:BillingReference>\n" + party, 1)
open(target, "w", encoding="utf-8").write(text)
PY
}
state() { pay show "$1" --contract "$contract" --json | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["state"], d["matched"], d["lines"], *sorted({f["kind"] for f in d["findings"]}))'; }
is() { check "$2" test "$(state "$1")" = "$3"; }

own=$(find "$work" -name '2020-*.xml' ! -name "$month.xml" -exec grep -l '>389<' {} + |
    sort | head -n 1)
check "our own self-billing invoice is registered like any other" bash -c "'$bin/vagval' \
    --dir '$dir' pay invoice receive '$own' | grep -q ': matched'"
bill "$work/p0.xml" P-0 tampered
check "a tampered total is refused with its rule" bash -c "'$bin/vagval' --dir '$dir' pay invoice \
    receive '$work/p0.xml' 2>&1 | grep -q BR-CO-16"
bill "$work/p2.xml" P-2 dearer
pay receive "$work/p2.xml" > "$work/p2.out" 2>&1
check "an invoice that bills too much exits with 1" test $? -eq 1
check "and shows the line" grep -q amount_differs "$work/p2.out"
is P-2 "it is received, all other lines agree" "received $((most - 1)) $most amount_differs"
check "a person disputes it" pay dispute P-2 --contract "$contract" --reason "one line too dear"
check "what the provider bills itself is not billed in its name" bash -c "! '$bin/vagval' \
    --dir '$dir' pay invoice make --contract '$contract' --month '$month' \
    --out '$work/twice.xml' --allow-example"
check "a disputed invoice is not paid" bash -c "! '$bin/vagval' --dir '$dir' pay invoice paid P-2 \
    --contract '$contract' --reference r"
bill "$work/p3.xml" P-3 same
pay receive "$work/p3.xml" > "$work/p3.out" 2>&1
is P-3 "the same lines again are duplicates" "received 0 $most duplicate"
bill "$work/c2.xml" C-2 excess
check "a credit note takes the excess back" pay receive "$work/c2.xml"
is P-2 "and the rest of the invoice agrees" "matched $most $most"
told() { # documents whose amounts an invoice that agrees has billed; none is verified
    json 'any(x["on_run"] and x["state"] == "waiting" for x in d["documents"])' \
        vv "$dir" evidence list --json
}
check "the registry is told of the documents that its lines rest on" await 10 told
check "received again, nothing changes" pay receive "$work/c2.xml"
is P-2 "the excess is taken back once" "matched $most $most"
check "it is paid" pay paid P-2 --contract "$contract" --reference "transfer 1"
is P-2 "and closed" "paid $most $most"
sed 's/P-3/P-2/' "$work/p3.xml" > "$work/p2b.xml"
check "another document of the same number is a conflict" bash -c "'$bin/vagval' --dir '$dir' pay \
    invoice receive '$work/p2b.xml' 2>&1 | grep -q 'another document'"
sed 's/SEK/EUR/g' "$work/p3.xml" > "$work/eur.xml"
check "another currency is refused" bash -c "'$bin/vagval' --dir '$dir' pay invoice receive \
    '$work/eur.xml' 2>&1 | grep -q currency"
listed=$(pay list --contract "$contract" --json | grep -c '"number"')
check "all four are listed" test "$listed" -eq 4

# ---- money leaves once: by a run, or by an invoice that is paid outside ----
run() { vv "$dir" pay "$@"; }
amount() { python3 -c 'import json, sys
print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
for name in anna bertil; do vv "$dir" keys add "$name" finance > /dev/null; done
organisation=$(python3 -c 'import csv, sys
print([r["organisation_number"] for r in csv.DictReader(open(sys.argv[1]))
       if r.get("number") == sys.argv[2]][0])' "$work/book/contracts.csv" "$contract")
echo "letter of the bank" > "$work/letter"
details() {
    run bank set "$organisation" --bankgiro 991-2346 --proof "$work/letter" --as anna &&
        run bank approve "$organisation" --as bertil && vv "$dir" clock advance --days 10
}
check "the provider has bank details" details
# The VAT of two documents stands on the lists: our own invoice's and P-2's. P-2's left with it.
number=$(python3 -c 'import sys, xml.etree.ElementTree as e
print(e.parse(sys.argv[1]).getroot().find("{*}ID").text)' "$own")
vat_of() { pay show "$1" --contract "$contract" --json | python3 -c 'import json, sys
d = json.load(sys.stdin); print(d["tax"] - d["credited_tax"])'; }
vat=$(vat_of "$number")
check "our own invoice has VAT" test "$vat" -gt 0
gross=$(pay show P-2 --contract "$contract" --json | python3 -c 'import json, sys
d = json.load(sys.stdin); print(d["net"] - d["credited"] + d["tax"] - d["credited_tax"])')
check "the VAT of what agrees is made payable" test "$(run reconcile --json | amount vat)" \
    -eq $((vat + $(vat_of P-2)))
check "what was paid outside is explained" test "$(run reconcile --json | amount paid_by_invoice)" \
    -eq "$gross"
waiting=$(run reconcile --json | amount waiting)
posted=$(run reconcile --json | amount posted)
check "no run will pay it" test "$waiting" -eq $((posted + vat + $(vat_of P-2) - gross))
day=$(vv "$dir" clock show --json | sed -n 's/.*"\(....-..-..\)".*/\1/p')
check "a run is drafted" run run --scheme se-krom --date "$day" --as anna
check "every amount is explained" run reconcile
check "the run pays the VAT of the other invoice" \
    test "$(run show "se-krom:$day" --json | amount vat)" -eq "$vat"
check "and shows it" grep -q 'of which VAT' <(run show "se-krom:$day")
run journal "se-krom:$day" > "$work/journal.csv"
check "the journal has it on an account of its own, each voucher balanced" python3 -c '
import collections, csv, decimal, sys
sums, vat = collections.Counter(), decimal.Decimal(0)
for r in csv.DictReader(open(sys.argv[1])):
    amount = decimal.Decimal(r["debit"] or 0) - decimal.Decimal(r["credit"] or 0)
    sums[r["voucher"]] += amount
    vat += amount if r["account"] == "vat:se-krom" else 0
assert set(sums.values()) == {0}, sums
assert vat * 100 == int(sys.argv[2]), vat' "$work/journal.csv" $((vat + $(vat_of P-2)))
check "and SIE too" grep -q '^#TRANS 2640 ' <(run journal "se-krom:$day" --sie)
check "what stands in a run is not paid outside" bash -c "'$bin/vagval' --dir '$dir' \
    pay invoice paid '$number' --contract '$contract' --reference r 2>&1 | grep -q 'paid twice'"
check "nor by a run whose file has not left" bash -c "'$bin/vagval' --dir '$dir' pay invoice paid \
    '$number' --contract '$contract' --run 'se-krom:$day' 2>&1 | grep -q 'has not left'"
release() {
    run approve "se-krom:$day" --as bertil &&
        run release "se-krom:$day" --out "$work/pay.xml" --allow-example --as bertil
}
check "the run is released" release
check "not outside besides" bash -c "'$bin/vagval' --dir '$dir' pay invoice paid '$number' \
    --contract '$contract' --reference r 2>&1 | grep -q -- '--run'"
check "the run has paid it, VAT and all" bash -c "'$bin/vagval' --dir '$dir' pay invoice paid \
    '$number' --contract '$contract' --run 'se-krom:$day' > '$work/paid.out' &&
    ! grep -q 'less VAT' '$work/paid.out'"
is "$number" "it is paid" "paid $(pay show "$number" --contract "$contract" --json | python3 -c \
    'import json, sys; d = json.load(sys.stdin); print(d["lines"], d["lines"])')"
check "that moves nothing" test "$(run reconcile --json | amount paid_by_invoice)" -eq "$gross"
check "every amount is explained" run reconcile
vv "$dir" down > /dev/null 2>&1
check "after a restart" vv "$dir" up --clock virtual
is P-2 "the paid invoice is still paid" "paid $most $most"
check "verify is clean" vv "$dir" verify

# ---- records changed behind the services' back: verify names each, and only it ----
check "a month is closed" run close 2020-10 --as anna
found 16 payment.books :books:a:bump=1           # closed through another day
found 16 payment.bank payees:payee:a:swap=991-2346/505-1055
found 16 payment.invoice invoices:invoice:a:bump=12   # the tax
found 16 payment.invoice invoices:invoice:a:bump=29   # taken back by no credit note
found 16 payment.run runs:run:a:bump=13               # the amount
found 16 payment.run 'runs:run:p*:swap=991-2346/505-1055'
found 16 payment.run runs:run:a:swap=bertil/berta1    # who approved
found 16 payment.list item:payable:0:bump=3        # from when an item may be paid
vv "$dir" down > /dev/null 2>&1
vv "$dir" up --clock virtual > /dev/null 2>&1
check "put back, verify is clean" vv "$dir" verify
