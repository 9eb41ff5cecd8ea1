#!/usr/bin/env bash
# Where the money goes, through real processes: a scheme in euros with IBAN and RF references gives
# a file that is valid to the official schema; one account of several providers is taken from two
# persons who know it only, and shows at the run.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

pay() { vv "$dir" pay "$@"; }
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
# shows WHAT EXPRESSION COMMAND...: of the command's JSON, as r.
shows() {
    local what=$1 expression=$2
    shift 2
    "$@" --json > "$work/answer.json"
    check "$what" python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
sys.exit(0 if eval("(" + sys.argv[2] + ")") else f"{r}")' "$work/answer.json" "$expression"
}

# The official schema, out of the distribution's package; nothing of it is kept.
check "the schema of ISO 20022 is installed" python3 -c 'import sys, zipfile
jar = zipfile.ZipFile("/usr/share/java/hbci4j-core.jar")
open(sys.argv[1] + "/pain.xsd", "wb").write(jar.read("pain.001.001.09.xsd"))' "$work"

# ---- a scheme in euros ----
system bank --partitions 16
mkdir "$work/schemes"
cp -r deploy/models "$work/models"
sed -e 's/^currency: SEK/currency: EUR/' -e 's/^  kind: bankgiro/  kind: iban/' \
    -e 's/^  account: 991-2346/  account: FI2112345600000785\n  bic: NDEAFIHH/' \
    deploy/schemes/se-krom.yaml > "$work/schemes/se-krom.yaml"
check "it is in euros" grep -q "^currency: EUR" "$work/schemes/se-krom.yaml"
book() {
    vv "$work/x" synth --people 60 --seed 3 --providers 5 --out "$work/book" &&
        vv "$dir" scheme publish "$work/schemes/se-krom.yaml" && vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day "$work"/book/*.csv
}
check "a book is loaded" book
for name in anna bertil; do
    check "$name gets a key" vv "$dir" keys add $name finance
done
echo "letter of the bank" > "$work/letter"
set_iban() { # ORGANISATION IBAN REFERENCE [OPTION]
    pay bank set "$1" --iban "$2" --bic NDEAFIHH --reference "$3" --proof "$work/letter" \
        --as anna "${@:4}"
}
refuses "a reference whose check digits nobody gives out is refused" "check digits" \
    set_iban 559900-0006 FI2112345600000785 RF0072
check "one with 97 is taken" set_iban 559900-0006 FI2112345600000785 RF9772
check "and approved" pay bank approve 559900-0006 --as bertil
check "the longest reference is taken" set_iban 559900-0014 SE4550000000058398257466 \
    RF40123456789012345678901
check "and approved" pay bank approve 559900-0014 --as bertil

# ---- one account of two providers ----
refuses "an account that another provider has is not taken without more" "559900-0006" \
    set_iban 559900-0022 FI2112345600000785 RF18539007547034
check "the advice names the option" grep -q -- "--shared" "$work/refused"
check "who knows it proposes it" set_iban 559900-0022 FI2112345600000785 RF18539007547034 --shared
refuses "the second person is asked too" "559900-0006" pay bank approve 559900-0022 --as bertil
check "and approves it" pay bank approve 559900-0022 --as bertil --shared
check "it is shown" grep -q "WARNING: also the account of 559900-0006" <(pay bank show 559900-0022)
vv "$dir" clock advance --days 10 > /dev/null 2>&1
day=$(vv "$dir" clock show --json | sed -n 's/.*"\(....-..-..\)".*/\1/p')
run=se-krom:$day
shows "the run marks both payments" 'r["shared_accounts"] == 2 and r["currency"] == "EUR" and
    {p["organisation_number"]: p["shared_with"] for p in r["list"] if p["number"]} ==
    {"559900-0006": "559900-0022", "559900-0014": "", "559900-0022": "559900-0006"}' \
    pay run --scheme se-krom --date "$day" --as anna
check "and warns" grep -q "WARNING: 2 payments" <(pay show "$run")
refuses "it is not approved without a look" "one account" pay approve "$run" --as bertil
check "nor frozen otherwise" grep -q -- "--shared" "$work/refused"
check "who has looked approves it" pay approve "$run" --as bertil --shared
check "the file is released" pay release "$run" --out "$work/euro.xml" --allow-example --as bertil
check "it is valid to the official schema" \
    xmllint --noout --nonet --schema "$work/pain.xsd" "$work/euro.xml"
check "with accounts, references and the control sum" python3 -c '
import sys, xml.etree.ElementTree as e
root = e.parse(sys.argv[1]).getroot()
text = lambda path: [x.text for x in root.findall(".//{*}" + path.replace("/", "/{*}"))]
assert sorted(text("Strd/CdtrRefInf/Ref")) == ["RF18539007547034", "RF40123456789012345678901",
                                               "RF9772"], text("Strd/CdtrRefInf/Ref")
assert sorted(text("CdtrAcct/Id/IBAN")) == ["FI2112345600000785"] * 2 + [
    "SE4550000000058398257466"]
assert {a.get("Ccy") for a in root.findall(".//{*}InstdAmt")} == {"EUR"}
cents = lambda t: int(t.replace(".", ""))
assert cents(text("CtrlSum")[0]) == sum(cents(a) for a in text("InstdAmt"))' "$work/euro.xml"
check "every amount is explained" pay reconcile

# ---- a day's runs: one for each scheme that has something to pay ----
check "a scheme of adult education is published, and one that pays nothing here" bash -c "
    '$bin/vagval' --dir '$dir' scheme publish deploy/schemes/se-nacka-vux.yaml &&
    '$bin/vagval' --dir '$dir' scheme publish deploy/schemes/se-stom.yaml"
vv "$dir" clock advance --to 2021-08-23 > /dev/null 2>&1
{
    echo "source_ref,reported,identity,name,municipality,latitude,longitude,status,registered_on"
    echo "s-1,2021-08-23,197401229948,Exempel Exempelberg,0182,59.31,18.16,unemployed,2021-08-23"
} > "$work/seekers.csv"
{
    printf 'source_ref,reported,number,organisation_number,provider_name,area,capacity,latitude,'
    printf 'longitude,languages,from,to\n'
    echo "c-1,2021-08-23,VUX-1,556016-0680,Exempel AB,nacka,9,59.31,18.16,sv,2021-08-23,"
} > "$work/contracts.csv"
printf 'source_ref,organisation_number,name\np-1,556016-0680,Exempel AB\n' > "$work/providers.csv"
vux=(--scheme se-nacka-vux)
student() { echo 197401229948 | vv "$dir" "$@" "${vux[@]}"; }
course() {
    vv "$dir" load "${vux[@]}" "$work"/{providers,contracts,seekers}.csv &&
        student case level - basic --reason assessed &&
        await 10 student choice make - nacka VUX-1 &&
        student case unit - --unit course-place --quantity 1 --on 2021-08-23 \
            --evidence "$(b2sum -l 256 "$work/letter" | cut -c1-64)" &&
        vv "$dir" clock advance --days 1
}
check "a student takes a course" course
shows "without a scheme every scheme that has something to pay gets its run" \
    'sorted((x["scheme"], x["currency"]) for x in r["runs"]) ==
        [("se-krom", "EUR"), ("se-nacka-vux", "SEK")]' pay run --date 2021-08-24 --as anna
shows "each stands by itself" '[x["run"] for x in r["runs"] if x["date"] == "2021-08-24"] ==
    ["se-krom:2021-08-24:1", "se-nacka-vux:2021-08-24:1"]' pay runs
shows "again, the same" '[x["id"] for x in r["runs"]] == [x["id"] for x in
    __import__("json").load(open("'"$work"'/first"))["runs"]]' \
    bash -c "'$bin/vagval' --dir '$dir' pay run --date 2021-08-24 --as anna --json > '$work/first'
        exec '$bin/vagval' --dir '$dir' pay run --date 2021-08-24 --as anna \"\$@\"" bash
check "every amount of both is explained" bash -c "'$bin/vagval' --dir '$dir' pay reconcile &&
    '$bin/vagval' --dir '$dir' pay reconcile --scheme se-nacka-vux"

check "a provider moves to an account of its own" set_iban 559900-0022 FI5542345670000081 RF0236
check "which is approved" pay bank approve 559900-0022 --as bertil
check "the account that it had is free of it" bash -c "
    for i in 1 2 3 4 5; do
        '$bin/vagval' --dir '$dir' pay bank set 559900-0006 --iban FI2112345600000785 \
            --bic NDEAFIHH --reference RF9772 --proof '$work/letter' --as anna && exit 0
        sleep 0.2
    done; exit 1"
check "verify is clean" vv "$dir" verify
