#!/usr/bin/env bash
# Terms of payment with real processes: a month whose obligations are not met waits, a result needs
# an income statement from another source than the provider's, a closed area takes no placement.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Base per day of level B in Västerås is 33.00, the result 27 700.00 after four months.
first=194909089999
second=195704289999
seeker() {
    printf '{"kind":"seeker","source_ref":"%s","identity":"%s","name":"Prov Person",' "$1" "$2"
    printf '"municipality":"1980","latitude":"59.61","longitude":"16.54","status":"unemployed",'
    printf '"registered_on":"%s","feature.sex":"female","feature.age_group":"30_49",' "$3"
    printf '"feature.citizenship":"eu","feature.education":"compulsory",'
    printf '"feature.care_duties":"care","feature.region_type":"type_1",'
    printf '"feature.health_impairment":"none","feature.occupation_group":"service",'
    printf '"feature.employment_4_years":"at_least_75_percent","feature.case_intervals":"none",'
    printf '"feature.long_case":"none","feature.measures":"none","feature.immigrant":"no"}\n'
}
{
    seeker k1 "$first" 2020-03-20
    seeker k2 "$second" 2020-03-26
} > "$work/people.ndjson"
cat > "$work/providers.csv" << 'CSV'
source_ref,organisation_number,name
p1,556016-0680,Exempel AB
CSV
cat > "$work/contracts.csv" << 'CSV'
source_ref,number,organisation_number,provider_name,area,capacity,latitude,longitude,from
c1,KA-1,556016-0680,Exempel AB,vasteras,10,59.61,16.54,2020-03-16
CSV
# The area takes placements through 27 March: the second person chooses on the 30th.
cat > "$work/choices.csv" << CSV
source_ref,identity,contract,chosen_on
h1,$first,KA-1,2020-03-27
h2,$second,KA-1,2020-03-30
CSV
hash=$(printf 'e1%.0s' {1..32})
income=$(printf 'e2%.0s' {1..32}) # another document: it is another source's
cat > "$work/outcomes.csv" << CSV
source_ref,identity,event,what,outcome_ref,on,extent_percent,evidence
o1,$first,start,job,job-1,2020-05-04,100,
o2,$first,confirm,,job-1,2020-09-03,,$hash
CSV
cat > "$work/own.csv" << CSV
source_ref,identity,event,outcome_ref,outcome_source,on,evidence
i1,$first,corroborate,job-1,provider,2020-09-03,$income
CSV
sed -e 's/pay_if: always/pay_if: obligations_met/' \
    -e 's/max_gap_days: 0/evidence: corroborated/' \
    -e 's/^  - code: vasteras$/&\n    to: 2020-03-27/' deploy/schemes/se-krom.yaml \
    > "$work/terms.yaml"

system region --partitions 16
check "the scheme with terms is good" \
    vv "$dir" scheme check "$work/terms.yaml" --model deploy/models/ams-2018.yaml
publish() {
    vv "$dir" scheme publish "$work/terms.yaml" --model deploy/models/ams-2018.yaml &&
        vv "$dir" clock set 2020-03-16
}
check "and published" publish
load() { vv "$dir" load --by-day --reject "$work/rejects.csv" "$@"; }
check "people, a contract and choices load" load "$work/people.ndjson" \
    "$work"/{providers,contracts,choices}.csv
# amount COMPONENT: posted
amount() {
    vv "$dir" ledger --json | python3 -c 'import json, sys
lines = json.load(sys.stdin)["components"]
print(sum(c["amount"] for c in lines if c["component"] == sys.argv[1]))' "$1"
}
case_of() {
    echo "$1" | vv "$dir" case show - --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["case"])'
}
one=$(case_of "$first")
check "who chose on the area's last day is placed" \
    grep -q 'Placement' <(vv "$dir" case show "$one")
check "days pass" vv "$dir" clock advance --to 2020-04-28
check "nobody is placed after it" test "$(vv "$dir" report --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["counts"].get("placements.started", 0))')" = 1

# ---- obligations ----
check "27 to 31 March are posted, 5 x 33.00" test "$(amount base)" = 16500
check "without a reason it is wrong usage" bash -c \
    "'$bin/vagval' --dir '$dir' case obligations '$one' met --month 2020-04-01; [ \$? -eq 2 ]"
check "April's obligations are not met" vv "$dir" case obligations "$one" not-met \
    --month 2020-04-01 --reason no-meeting
check "May comes" vv "$dir" clock advance --to 2020-05-02
check "April waits" test "$(amount base)" = 16500
check "the case tells it" grep -q 'Obligations not met in 2020-04' <(vv "$dir" case show "$one")
check "now they are met" vv "$dir" case obligations "$one" met --month 2020-04-15 --reason made-good
check "the system comes to rest" vv "$dir" clock advance --days 1
check "April is posted, 30 x 33.00" test "$(amount base)" = $((16500 + 99000))

# ---- the second source ----
check "a job, and the provider's confirmation" load --source provider "$work/outcomes.csv"
check "October comes" vv "$dir" clock advance --to 2020-10-01
check "a confirmation alone gives no result" test "$(amount result)" = 0
own() { ! load --source provider "$work/own.csv" && grep -q "another source" "$work/rejects.csv"; }
check "the provider cannot corroborate itself" own
check "the tax authority can" load --source tax "$work/own.csv"
check "the result is posted" test "$(amount result)" = 2770000
check "all is derived again" vv "$dir" verify
