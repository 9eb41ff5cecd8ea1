#!/usr/bin/env bash
# Payment runs with real processes: collected while payment dies, approved by two at the same time,
# released once whatever dies in between, valid to the official schema, reported on by the bank, and
# in hold after a restore.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

pay() { vv "$dir" pay "$@"; }
# answer EXPRESSION COMMAND...: of the command's JSON, as r.
answer() {
    local expression=$1
    shift
    "$@" --json > "$work/answer.json" 2> "$work/answer.err"
    python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
sys.exit(0 if eval("(" + sys.argv[2] + ")") else f"{r}")' "$work/answer.json" "$expression"
}
# refuses WHAT TEXT COMMAND...: the command fails and says so.
refuses() {
    local what=$1 text=$2
    shift 2
    if "$@" > "$work/refused" 2>&1; then
        not_ok "$what: it was not refused"
    else
        check "$what" grep -q -- "$text" "$work/refused"
    fi
}
payment_dies() { kill -9 "$(cat "$dir"/run/payment-1.pid)"; }
# report RUN STATUS COUNT SUM [TRANSACTIONS]: a bank's status report on a run's file.
report() {
    printf '<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-%s</MsgId><CreDtTm>2021-02-08T08:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>%s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<OrgnlNbOfTxs>%s</OrgnlNbOfTxs><OrgnlCtrlSum>%s</OrgnlCtrlSum><GrpSts>%s</GrpSts>
</OrgnlGrpInfAndSts>%s</CstmrPmtStsRpt></Document>\n' "$2" "$1" "$3" "$4" "$2" "${5:-}"
}
# rejected ID REASON: one payment that the bank rejects. accepted ID: one that it takes.
rejected() {
    printf '<OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>%s
</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>%s</Cd></Rsn></StsRsnInf></TxInfAndSts>
</OrgnlPmtInfAndSts>' "$1" "$2" | tr -d '\n'
}
accepted() {
    printf '<OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>%s
</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>' "$1" | tr -d '\n'
}
element() { sed -n "s@.*<$2>\(.*\)</$2>.*@\1@p" "$1" | head -n "${3:-1}"; }

# The official schemas, out of the distribution's package; nothing of them is kept.
jar=/usr/share/java/hbci4j-core.jar
check "the schemas of ISO 20022 are installed" python3 -c 'import sys, zipfile
names = ["pain.001.001.09.xsd", "pain.002.001.10.xsd"]
jar = zipfile.ZipFile(sys.argv[1])
[open(sys.argv[2] + "/" + n, "wb").write(jar.read(n)) for n in names]' $jar "$work"
valid() { xmllint --noout --nonet --schema "$work/$1.xsd" "$2"; }

# ---- a book with money in it ----
system pay --partitions 16
book() {
    vv "$work/x" synth --people 60 --seed 3 --providers 5 --out "$work/book" &&
        vv "$dir" scheme publish deploy/schemes/se-krom.yaml && vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day "$work"/book/*.csv
}
check "a book is loaded" book
for name in anna bertil cecilia; do
    check "$name gets a key" vv "$dir" keys add $name finance
done
vv "$dir" keys add david auditor > /dev/null

# ---- bank details ----
echo "letter of the bank" > "$work/letter"
bank() { # ORGANISATION --kind NUMBER: proposed by anna, approved by bertil
    pay bank set "$1" "$2" "$3" --proof "$work/letter" --as anna &&
        pay bank approve "$1" --as bertil
}
refuses "a wrong check digit is refused" "check digit" \
    pay bank set 559900-0006 --bankgiro 991-2345 --proof "$work/letter" --as anna
refuses "an account without proof is refused" "missing" \
    pay bank set 559900-0006 --bankgiro 991-2346 --as anna
pay bank set 559900-0006 --bankgiro 991-2346 --proof "$work/letter" --as anna > /dev/null
refuses "who proposed cannot approve" "another person" pay bank approve 559900-0006 --as anna
refuses "an auditor cannot" "" pay bank approve 559900-0006 --as david
check "another person can" pay bank approve 559900-0006 --as bertil
check "who did what is shown" answer 'str(r).index("anna") < str(r).index("bertil")' \
    pay bank show 559900-0006
check "a plusgiro" bank 559900-0014 --plusgiro 4190-5
check "an account" bank 559900-0022 --account "6000 123456789"
check "an IBAN" bank 559900-0030 --iban SE4550000000058398257466
today=$(vv "$dir" clock show --json | sed -n 's/.*"\(....-..-..\)".*/\1/p')
check "in the waiting period nobody is paid, and all of it comes back" \
    answer 'r["state"] == "cancelled" and r["payments"] == 0 and r["returned"] == r["total"] > 0' \
    pay run --scheme se-krom --date "$today" --as anna
check "every amount is explained" pay reconcile
vv "$dir" clock advance --days 10 > /dev/null 2>&1
day=$(date -u -d "$today + 10 days" +%F)
run=se-krom:$day
check "a payment block acts at once" pay bank set 559900-0030 --block "under review" --as cecilia

# ---- collected while payment dies ----
"$bin/vagval" --dir "$dir" pay run --scheme se-krom --date "$day" --as anna > "$work/run.out" 2>&1 &
command=$!
payment_dies
kill -9 $command 2> /dev/null
wait $command 2> /dev/null
check "payment is started again" vv "$dir" up
check "the same command completes the run" \
    answer 'r["state"] == "drafted" and r["payments"] == 3 and r["left_out"] == 2' \
    pay run --scheme se-krom --date "$day" --as anna
check "and shows the same run again" \
    answer 'r["state"] == "drafted" and r["steps"][0]["by"] == "anna"' \
    pay run --scheme se-krom --date "$day" --as bertil
check "it stands in the list of runs" \
    answer '[x["steps"][0]["by"] for x in r["runs"] if x["state"] == "drafted"] == ["anna"]' \
    pay runs
check "each left out has its reason" \
    answer '[p["reason"] for p in r["list"] if p["state"] == "left_out"] == [
        "payments to the provider are blocked", "no approved bank details"]' \
    pay show "$run"
check "payments and returns sum to the postings" \
    answer 'sum(p["amount"] for p in r["list"]) == r["total"] == r["amount"] + r["returned"]' \
    pay show "$run"
check "every amount is explained" pay reconcile

# ---- two persons, and one of two ----
refuses "the drafter cannot approve" "another person" pay approve "$run" --as anna
refuses "a drafted run gives no file" "only an approved run" \
    pay release "$run" --out "$work/pay.xml" --as bertil
pay approve "$run" --as bertil > "$work/b.out" 2>&1 &
one=$!
pay approve "$run" --as cecilia > "$work/c.out" 2>&1 &
two=$!
wait $one
first=$?
wait $two
second=$?
check "of two who approve at the same time one wins" [ $((first + second)) -eq 1 ]
check "the other is told" grep -q "gone on" "$work/b.out" "$work/c.out"
check "one approval stands" \
    answer 'r["state"] == "approved" and
        [s["state"] for s in r["steps"]].count("approved") == 1' \
    pay show "$run"

# A backup as it would be: the data as they are now.
vv "$dir" down > /dev/null 2>&1
cp -a "$dir/redis" "$work/backup"
check "the system starts again" vv "$dir" up

# ---- released once ----
refuses "the drafter cannot release" "drafted a run" \
    pay release "$run" --out "$work/pay.xml" --allow-example --as anna
refuses "example prices give no file" "allow-example" \
    pay release "$run" --out "$work/pay.xml" --as bertil
check "no file is there, nor a part of one" [ -z "$(find "$work" -maxdepth 1 -name "pay.xml*")" ]
for _ in 1 2 3 4 5 6; do # killed at another moment each time
    "$bin/vagval" --dir "$dir" pay release "$run" --out "$work/pay.xml" --allow-example \
        --as bertil > /dev/null 2>&1 &
    command=$!
    sleep "0.0$((RANDOM % 10))"
    kill -9 $command 2> /dev/null
    wait $command 2> /dev/null
done
check "released in the end" pay release "$run" --out "$work/pay.xml" --allow-example --as bertil
check "the release log has one line" [ "$(wc -l < "$dir/releases.log")" -eq 1 ]
check "again, elsewhere: the same bytes" pay release "$run" --out "$work/pay2.xml" --as cecilia
check "byte for byte" cmp "$work/pay.xml" "$work/pay2.xml"
check "still one line" [ "$(wc -l < "$dir/releases.log")" -eq 1 ]
check "the file is valid to the official schema" valid pain.001.001.09 "$work/pay.xml"
check "the control sum is the sum of the amounts" python3 -c 'import re, sys
text = open(sys.argv[1]).read()
cents = lambda t: int(t.replace(".", ""))
amounts = [cents(a) for a in re.findall(r"<InstdAmt[^>]*>([0-9.]+)<", text)]
sums = [cents(a) for a in re.findall(r"<CtrlSum>([0-9.]+)<", text)]
counts = [int(a) for a in re.findall(r"<NbOfTxs>([0-9]+)<", text)]
assert sums == [sum(amounts)] * 2 and counts == [len(amounts)] * 2, (amounts, sums, counts)' \
    "$work/pay.xml"
cp "$work/pay2.xml" "$work/tampered.xml"
sed -i 's@<Id>9912346</Id>@<Id>50501055</Id>@' "$work/tampered.xml"
refuses "a file that was changed is not passed on" "it was changed" \
    pay release "$run" --out "$work/tampered.xml" --as bertil
# The process died after the commit, before the log's line: as if it had never been written.
mv "$dir/releases.log" "$work/releases.log"
refuses "another release waits for the unfinished one" "fewer files" \
    pay hold off --reason "test"
check "the release is finished" pay release "$run" --out "$work/pay.xml" --as bertil
check "with the same line" cmp "$dir/releases.log" "$work/releases.log"

# ---- the bank reports ----
id=$(element "$work/pay.xml" MsgId)
sum=$(element "$work/pay.xml" CtrlSum)
prefix=${id:0:20}
report 0000aaaaaaaaaaaaaaaaaaaaaaaaaaaa ACCP 3 "$sum" > "$work/unknown.xml"
refuses "a report on an unknown file is refused" "no such payment run" \
    pay status-report "$work/unknown.xml"
report someone-elses ACCP 3 "$sum" > "$work/other.xml"
refuses "a report on somebody else's file is refused" "no run here has written" \
    pay status-report "$work/other.xml"
report "$id" ACCP 3 1.00 > "$work/sum.xml"
refuses "a report with another sum is refused" "another sum" pay status-report "$work/sum.xml"
report "$id" ACCP 4 "$sum" > "$work/count.xml"
refuses "a report with another count is refused" "not this run's file" \
    pay status-report "$work/count.xml"
report "$id" PART 3 "$sum" "$(rejected "$prefix-9" AC04)" > "$work/payment.xml"
refuses "a report on a payment that is not there is refused" "does not have" \
    pay status-report "$work/payment.xml"
for code in ACTC ACCP ACSP ACWC; do
    report "$id" $code 3 "$sum" > "$work/way.xml"
    check "what the bank has only $code is on the way" \
        answer 'r["state"] == "released" and r["accepted"] == r["rejected"] == 0' \
        pay status-report "$work/way.xml"
done
check "and stands as not settled" answer 'r["confirmed"] == 0 and r["released"] > 0' pay reconcile
third=$(accepted "$prefix-3" | sed s/ACSC/ACCP/) # on the way
report "$id" PART 3 "$sum" "$(accepted "$prefix-1")$(rejected "$prefix-2" AC04)$third" \
    > "$work/part.xml"
check "such a report is valid to the official schema" valid pain.002.001.10 "$work/part.xml"
check "partially accepted" \
    answer 'r["state"] == "partially" and r["accepted"] == 1 and r["rejected"] == 1' \
    pay status-report "$work/part.xml"
report "$id" PART 3 "$sum" "$(accepted "$prefix-3")$(rejected "$prefix-3" AC04)" > "$work/two.xml"
refuses "a report that says two things of one payment is refused" "says two things" \
    pay status-report "$work/two.xml"
report "$id" PART 3 "$sum" "$(rejected "$prefix-1" AC04)" > "$work/turned.xml"
refuses "so is one that takes back what was accepted" "accepted before" \
    pay status-report "$work/turned.xml"
report "$id" PART 3 "$sum" "$(accepted "$prefix-2")" > "$work/turned.xml"
refuses "and one that accepts what was rejected, and is due again" "rejected before" \
    pay status-report "$work/turned.xml"
check "the same report again changes nothing" answer 'r["accepted"] == 1 and r["rejected"] == 1' \
    pay status-report "$work/part.xml"
check "the rejected payment has its reason" \
    answer '[p["reason"] for p in r["list"] if p["state"] == "rejected"] == ["AC04"]' \
    pay show "$run"
report "$id" ACSC 3 "$sum" > "$work/rest.xml"
check "the rest is accepted" answer 'r["accepted"] == 2 and r["rejected"] == 1' \
    pay status-report "$work/rest.xml"
report "$id" ACSC 3 "$sum" " " > "$work/late.xml"
refuses "a report on a run that is done is refused" "reported on already" \
    pay status-report "$work/late.xml"
check "every amount is explained" pay reconcile
vv "$dir" clock advance --days 1 > /dev/null 2>&1
next=$(date -u -d "$day + 1 day" +%F)
check "what was rejected is in the next run" \
    answer '[p["organisation_number"] for p in r["list"] if p["state"] == "to_pay"] ==
        ["559900-0014"]' \
    pay run --scheme se-krom --date "$next" --as anna
check "a run can be cancelled before it is released" \
    pay cancel "se-krom:$next" --reason "tested" --as anna
check "every amount is explained" pay reconcile

# ---- the journal ----
# A posting's voucher is in the journal of the run that took it first; a payment's in its own run's.
balanced() { # JOURNAL RUN-JSON CONDITION
    python3 -c 'import csv, json, sys
cents = lambda t: int(t.replace(".", "") or 0)
vouchers, accounts = {}, {}
for row in csv.DictReader(open(sys.argv[1])):
    amount = cents(row["debit"]) - cents(row["credit"])
    account = row["account"].split(":")[0]
    vouchers[row["voucher"]] = vouchers.get(row["voucher"], 0) + amount
    accounts[account] = accounts.get(account, 0) + amount
run = json.load(open(sys.argv[2]))
assert vouchers and not any(vouchers.values()), vouchers
assert eval(sys.argv[3]), (accounts, run)' "$@"
}
pay show "$run" --json > "$work/run.json"
pay show "se-krom:$today" --json > "$work/first.json"
check "the journal of the postings is written" pay journal "se-krom:$today" --out "$work/first.csv"
check "it balances, and sums to the run's total" \
    balanced "$work/first.csv" "$work/first.json" 'accounts["expense"] == run["total"] > 0'
check "the journal of the payments is written" pay journal "$run" --out "$work/journal.csv"
check "it balances, and the bank paid what was not rejected" \
    balanced "$work/journal.csv" "$work/run.json" \
    'accounts["bank"] == -sum(p["amount"] for p in run["list"] if p["state"] == "accepted") < 0'
check "SIE 4 too" bash -c "'$bin/vagval' --dir '$dir' pay journal '$run' --sie |
    grep -aq '^#SIETYP 4'"

# ---- a restore ----
vv "$dir" down > /dev/null 2>&1
rm -rf "$dir/redis"
cp -a "$work/backup" "$dir/redis"
check "the system starts from its backup" vv "$dir" up
check "the log says that a file has left that the data do not know" \
    answer 'r["released"] == 0 and r["release_log"] == 1 and len(r["missing"]) == 1' pay hold
check "and what turns the hold on" says 1 "the next run or release turns it on" pay hold
refuses "another run would take its amounts: refused" "first that of the run $run" \
    pay run --scheme se-krom --date "$day" --number 2 --as anna
check "the region is in hold by itself" answer 'r["hold"] and r["released"] == 0' pay hold
check "nothing was drafted" bash -c '! "$@" > /dev/null 2>&1' - \
    "$bin/vagval" --dir "$dir" pay show "$run:2"
check "the run itself is drafted again, as it was" pay run --scheme se-krom --date "$day" --as anna
refuses "hold cannot end before the file is entered" "not entered" pay hold off --reason "test"
check "the run whose file has left is only entered" \
    answer '"had left before" in r["result"]' \
    pay release "$run" --out "$work/again.xml" --allow-example --as bertil
check "and no file is written" [ ! -e "$work/again.xml" ]
check "then another run may be drafted" \
    pay run --scheme se-krom --date "$day" --number 2 --as anna
check "the hold stays" answer 'r["hold"] and r["released"] == 1' pay hold
check "the bank's report is taken again" answer 'r["rejected"] == 1' \
    pay status-report "$work/part.xml"
check "and the other" answer 'r["accepted"] == 2' pay status-report "$work/rest.xml"
check "the rejected payment is drafted again" answer 'r["payments"] == 1' \
    pay run --scheme se-krom --date "$day" --number 3 --as anna
check "approved" pay approve "$run:3" --as cecilia
refuses "in hold no file leaves" "in hold" \
    pay release "$run:3" --out "$work/third.xml" --allow-example --as cecilia
check "the hold ends" pay hold off --reason "the bank's reports are reconciled" --as cecilia
# Two who release at the same time: whoever comes second gets a refusal, or the same bytes.
for name in bertil cecilia; do
    "$bin/vagval" --dir "$dir" pay release "$run:3" --out "$work/third-$name.xml" --allow-example \
        --as $name > "$work/$name.out" 2>&1 &
done
wait
check "one of two releases at the same time counts" [ "$(wc -l < "$dir/releases.log")" -eq 2 ]
check "and files leave again" pay release "$run:3" --out "$work/third.xml" --as cecilia
same() {
    local file
    for file in "$work"/third-*.xml; do
        cmp "$work/third.xml" "$file" || return 1
    done
}
check "with the same bytes for all" same
check "it is valid, too" valid pain.001.001.09 "$work/third.xml"
check "two files have left" [ "$(wc -l < "$dir/releases.log")" -eq 2 ]
check "every amount is explained" pay reconcile
check "verify is clean" vv "$dir" verify
