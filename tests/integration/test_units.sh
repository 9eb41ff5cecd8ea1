#!/usr/bin/env bash
# Delivered units with real processes: a course place and a completed course under Nacka's scheme of
# adult education, each paid at its price when its document is there, and only then.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

scheme=(--scheme se-nacka-vux)
system units
check "the scheme is published" vv "$dir" scheme publish deploy/schemes/se-nacka-vux.yaml
check "the clock is set" vv "$dir" clock set 2021-08-23
{
    echo "source_ref,reported,identity,name,municipality,latitude,longitude,status,registered_on"
    echo "s-1,2021-08-23,197401229948,Exempel Exempelberg,0182,59.31,18.16,unemployed,2021-08-23"
} > "$work/seekers.csv"
{
    echo "source_ref,reported,number,organisation_number,provider_name,area,capacity,latitude," \
        "longitude,languages,from,to"
    echo "c-1,2021-08-23,VUX-1,556016-0680,Exempel AB,nacka,9,59.31,18.16,sv,2021-08-23,"
} | sed 's/, /,/' > "$work/contracts.csv"
printf 'source_ref,organisation_number,name\np-1,556016-0680,Exempel AB\n' > "$work/providers.csv"
check "a student and a school are loaded" vv "$dir" load "${scheme[@]}" \
    "$work"/{providers,contracts,seekers}.csv
student() { echo 197401229948 | vv "$dir" "$@" "${scheme[@]}"; }
printf 'contents of a document\n' > "$work/place.pdf"
evidence=$(b2sum -l 256 "$work/place.pdf" | cut -c1-64)
check "the kind of course" student case level - basic --reason assessed
check "before anybody serves, nothing can be delivered" await 10 says 1 'nobody has served' \
    student case unit - --unit course-place --quantity 1 --on 2021-08-23 --evidence "$evidence"
check "a school is chosen" says 0 placed student choice make - nacka VUX-1
check "a document is needed" says 1 'hash of its document' \
    student case unit - --unit course-place --quantity 1 --on 2021-08-23
# unit ARGUMENTS...: each with a document of its own, which serves no other unit.
unit() {
    student case unit - --quantity 1 --evidence "$(b2sum -l 256 <<< "$*" | cut -c1-64)" "$@"
}
check "a place of a day to come" says 1 'lies in the future' \
    unit --unit course-place --on 2021-08-24
check "a place that is not approved" says 0 recorded \
    unit --unit course-place --on 2021-08-23 --not-approved --ref doubtful
check "a place" says 0 approved unit --unit course-place --on 2021-08-23 --ref place
check "the same again is the same" says 0 approved \
    unit --unit course-place --on 2021-08-23 --ref place
check "a day later" vv "$dir" clock advance --days 1
# The scheme's price of a place at basic level in 2021, once.
check "is paid once, at 4 200.00" json \
    '{c["component"]: c["amount"] for c in d["components"] if c["amount"]} == {"place": 420000}' \
    vv "$dir" ledger "${scheme[@]}" --json
# In 2022 the place costs 4 410.00, and completion 1 800.00 at any time.
check "the year after" vv "$dir" clock advance --to 2022-01-10
check "another place" says 0 approved unit --unit course-place --on 2022-01-10 --ref second
check "the first course is passed" says 0 approved \
    unit --unit course-passed --on 2022-01-10 --ref passed
check "a day later" vv "$dir" clock advance --days 1
check "each at the price of its day" json \
    '{c["component"]: c["amount"] for c in d["components"] if c["amount"]} ==
        {"place": 420000 + 441000, "completion": 180000}' \
    vv "$dir" ledger "${scheme[@]}" --json
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
