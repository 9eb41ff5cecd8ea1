#!/usr/bin/env bash
# Levels that caseworkers decide, and three schemes side by side in one region: KROM with the model,
# STOM without one, and a scheme in euro. Each has its own people, contracts, levels and currency.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Base per day of level B in Västerås is 33.00 in KROM, 245.00 per weekday of track 3 in STOM.
identity=194909089999
stom_identity=195704289999
euro_identity=194608239986
# seeker SCHEME REFERENCE IDENTITY MUNICIPALITY DAY: one line of NDJSON.
seeker() {
    printf '{"kind":"seeker","source_ref":"%s","scheme":"%s","identity":"%s",' \
        "$2" "$1" "$3"
    printf '"name":"Prov Person",'
    printf '"municipality":"%s","latitude":"59.61","longitude":"16.54","status":"unemployed",' "$4"
    printf '"registered_on":"%s","feature.sex":"female","feature.age_group":"30_49",' "$5"
    printf '"feature.citizenship":"eu","feature.education":"compulsory",'
    printf '"feature.care_duties":"care","feature.region_type":"type_1",'
    printf '"feature.health_impairment":"none","feature.occupation_group":"service",'
    printf '"feature.employment_4_years":"at_least_75_percent","feature.case_intervals":"none",'
    printf '"feature.long_case":"none","feature.measures":"none","feature.immigrant":"no"}\n'
}
{
    seeker se-krom k1 "$identity" 1980 2020-03-20
    seeker fi-krom e1 "$euro_identity" 1980 2020-03-20
    seeker se-stom s1 "$stom_identity" 1080 2020-03-02
} > "$work/people.ndjson"
cat > "$work/providers.csv" << 'CSV'
source_ref,organisation_number,name
p1,556016-0680,Exempel AB
CSV
cat > "$work/contracts.csv" << 'CSV'
source_ref,scheme,number,organisation_number,provider_name,area,capacity,latitude,longitude,from
c1,se-krom,KA-1,556016-0680,Exempel AB,vasteras,10,59.61,16.54,2020-03-16
c2,fi-krom,KA-1,556016-0680,Exempel AB,vasteras,10,59.61,16.54,2020-03-16
c3,se-stom,ST-1,556016-0680,Exempel AB,blekinge,10,56.16,15.59,2020-03-02
CSV
cat > "$work/levels.csv" << CSV
source_ref,scheme,identity,level,decided_on,reason
l1,se-stom,$stom_identity,3,2020-03-03,assessed
CSV
cat > "$work/wrong-levels.csv" << CSV
source_ref,scheme,identity,level,decided_on,reason
w1,se-stom,$stom_identity,A,2020-03-03,assessed
w2,se-stom,$stom_identity,2,2020-03-03,mood
CSV
cat > "$work/choices.csv" << CSV
source_ref,scheme,identity,contract,chosen_on
h1,se-krom,$identity,KA-1,2020-03-23
h2,fi-krom,$euro_identity,KA-1,2020-03-23
h3,se-stom,$stom_identity,ST-1,2020-03-05
CSV
sed -e 's/^id: se-krom/id: fi-krom/' -e 's/^currency: SEK/currency: EUR/' \
    -e 's,^time_zone: Europe/Stockholm,time_zone: Europe/Helsinki,' -e '/^bank:/,/^$/d' \
    deploy/schemes/se-krom.yaml > "$work/fi-krom.yaml"

system region --partitions 16
publish_all() {
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml &&
        vv "$dir" scheme publish deploy/schemes/se-stom.yaml &&
        vv "$dir" scheme publish "$work/fi-krom.yaml" --model deploy/models/ams-2018.yaml &&
        vv "$dir" clock set 2020-03-02
}
check "three schemes are published, one without a model" publish_all
check "nothing is computed again: all are first versions" \
    grep -q "no scheme has a further version" <(vv "$dir" pay campaign)
load() { vv "$dir" load --by-day --reject "$work/rejects.csv" "$@"; }
check "people, contracts, a caseworker's level and choices load" load \
    "$work/people.ndjson" "$work"/{providers,contracts,levels,choices}.csv
check "the same again changes nothing" grep -q "nothing changed" <(load \
    "$work/people.ndjson" "$work"/{providers,contracts,levels,choices}.csv)
reject() { ! load "$work/wrong-levels.csv" && grep -q "no such level" "$work/rejects.csv" &&
    grep -q "none of: assessed" "$work/rejects.csv"; }
check "a level or reason that there is not is rejected, with what there is" reject

# case_of SCHEME IDENTITY
case_of() {
    echo "$2" | vv "$dir" case show - --scheme "$1" --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["case"])'
}
krom=$(case_of se-krom "$identity")
euro=$(case_of fi-krom "$euro_identity")
stom=$(case_of se-stom "$stom_identity")
check "each has a case in one scheme" \
    test "$(printf '%s\n' "$krom" "$euro" "$stom" | sort -u | grep -c .)" -eq 3
check "the track is the caseworker's" grep -q 'Track 3.*decided by a caseworker' \
    <(vv "$dir" explain "$stom")
check "days pass" vv "$dir" clock advance --to 2020-05-02

# amount SCHEME COMPONENT: posted, and proposed
amount() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]:
    if (c["scheme"], c["component"]) == (sys.argv[1], sys.argv[2]):
        print(c["amount"], c["proposed"], c["currency"])' "$1" "$2"
}
# KROM: 23..31 March and April are 9 + 30 days at 33.00. STOM: weekdays from 5 March: 19 + 22 days
# at 245.00.
check "KROM owes its days in kronor" test "$(amount se-krom base)" = "128700 0 SEK"
check "the other owes as many in euro" test "$(amount fi-krom base)" = "128700 0 EUR"
check "STOM owes its weekdays" test "$(amount se-stom day-pay)" = "1004500 0 SEK"
sums() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
r = json.load(sys.stdin)
assert r["balanced"] and r["currency"] == "", r
got = {c["currency"]: (c["contracts"], c["difference"]) for c in r["currencies"]}
assert got == {"SEK": (-128700 - 1004500, 0), "EUR": (-128700, 0)}, got'
}
check "kronor and euro are not added" sums
report() {
    vv "$dir" report --scheme fi-krom --json | python3 -c 'import json, sys
r = json.load(sys.stdin)
assert r["currency"] == "EUR" and r["base"] == 128700 and r["contracts"] == -128700, r
assert r["counts"]["cases"] == 1 and r["counts"]["contracts"] == 1, r
assert r["counts"]["level.B"] == 1 and "level.3" not in r["counts"], r'
}
check "a report is of its scheme alone" report

# ---- against the model ----
level() { vv "$dir" case level "$@"; }
settle() { vv "$dir" clock advance --days 1; }
check "a level without a reason is wrong usage" bash -c \
    "'$bin/vagval' --dir '$dir' case level '$krom' C; [ \$? -eq 2 ]"
check "a correction: C from the registration" level "$krom" C --reason wrong-data --corrects
check "the system comes to rest" settle
# 39 days at 45.00 instead of 33.00.
check "the difference is posted" test "$(amount se-krom base)" = "175500 0 SEK"
check "the other scheme's case is left alone" test "$(amount fi-krom base)" = "128700 0 EUR"
check "it is explained, with what the model gave" grep -q \
    'the decision rested on wrong data.*The model gave level B' <(vv "$dir" explain "$krom")
check "a correction of the correction: A" level "$krom" A --reason review --corrects
check "the system comes to rest" settle
# 39 days at 24.00: 39 x 21.00 less than what is posted.
check "the fall is proposed" test "$(amount se-krom base)" = "175500 -81900 SEK"
check "a new assessment from today" level "$krom" C --reason circumstances-changed
check "months pass" vv "$dir" clock advance --to 2020-06-02
# The new assessment holds from 4 May: May is 3 days at 24.00 and 28 at 45.00.
check "it holds from its day" \
    test "$(amount se-krom base)" = "$((175500 + 7200 + 126000)) -81900 SEK"
placements() {
    vv "$dir" case show "$krom" --json | python3 -c 'import json, sys
codes = [e["code"] for e in json.load(sys.stdin)["timeline"]]
assert codes.count("placement.started") == 1, codes
assert codes.count("level.decided-by-person") == 3, codes'
}
check "the placement runs on with its provider" placements
publish_the_rest() {
    local file
    for file in deploy/schemes/*.yaml; do
        vv "$dir" scheme publish "$file" || return 1
    done
    [ "$(vv "$dir" scheme list --json | grep -o '"generation"' | wc -l)" -eq \
        $(($(find deploy/schemes -name '*.yaml' | wc -l) + 1)) ]
}
check "every scheme of deploy/schemes is published beside them" publish_the_rest
check "the system comes to rest" settle
check "verify is clean" vv "$dir" verify
