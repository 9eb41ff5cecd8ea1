#!/usr/bin/env bash
# Every scheme of deploy/schemes runs in one system, side by side: who delivers is authorised by the
# scheme's own criteria, people come in, get a level, choose or do not choose, and their outcomes are
# paid. Each person's postings are compared, line by line, with figures derived by hand.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

exempel=556016-0680 # the organisation that applies everywhere
references=0
documents=$(mktemp "$work/documents.XXXXXX")

# ---- what the test says over and over ----
document() { # the hash of a document of its own
    echo x >> "$documents"
    b2sum -l 256 "$documents" | cut -c1-64
}
# join SCHEME AREA NUMBER FROM ASSIGNMENTS FIELDS TERMS: applies; FIELDS and ASSIGNMENTS are JSON.
apply() {
    references=$((references + 1))
    cat > "$work/application.json" << JSON
{"source_ref": "a$references", "organisation_number": "$exempel", "name": "Exempel AB",
 "area": "$2", "capacity": ${places:-10}, "latitude": 59.3, "longitude": 18.1,
 "assignments": [$3], "fields": {$4}, "terms_version": $5}
JSON
    vv "$dir" application submit "$work/application.json" --scheme "$1"
}
grant() { # grant SCHEME AREA NUMBER FROM
    vv "$dir" application grant "$2" $exempel "$3" --from "$4" --scheme "$1"
}
tender() { # tender SCHEME: its tender document, version 1, is in force
    printf 'terms\n' > "$work/terms" &&
        vv "$dir" tender draft "$work/terms" --title "$1" --scheme "$1" &&
        vv "$dir" tender publish 1 --scheme "$1"
}
seek() { # seek SCHEME IDENTITY MUNICIPALITY DAY [STATUS [FIELDS]]
    references=$((references + 1))
    {
        printf '{"kind":"seeker","source_ref":"s%s","scheme":"%s","identity":"%s",' \
            $references "$1" "$2"
        printf '"name":"Prov Person","municipality":"%s","latitude":"59.3","longitude":"18.1",' "$3"
        printf '"status":"%s","registered_on":"%s",%s"feature.sex":"female",' \
            "${5:-unemployed}" "$4" "${6:-}"
        printf '"feature.age_group":"30_49","feature.citizenship":"eu",'
        printf '"feature.education":"compulsory","feature.care_duties":"care",'
        printf '"feature.region_type":"type_1","feature.health_impairment":"none",'
        printf '"feature.occupation_group":"service",'
        printf '"feature.employment_4_years":"at_least_75_percent","feature.long_case":"none",'
        printf '"feature.case_intervals":"none","feature.measures":"none",'
        printf '"feature.immigrant":"no"}\n'
    } > "$work/seeker.ndjson"
    vv "$dir" load --reject "$work/rejects" "$work/seeker.ndjson" || ! cat "$work/rejects"
}
by() { # by SCHEME IDENTITY COMMAND...: a command on the person's case, which - stands for
    printf '%s\n' "$2" | vv "$dir" "${@:3}" --scheme "$1"
}
level() { by "$1" "$2" case level - "$3" --reason assessed; }
choose() { by "$1" "$2" choice make - "$3" "$4"; }
starts() { # starts SCHEME IDENTITY job|study DAY [EXTENT]
    printf 'source_ref,scheme,identity,event,what,outcome_ref,on,extent_percent\n%s,%s,%s,%s\n' \
        "start-$1-$2-$3" "$1" "$2" "start,$3,$3-$2,$4,${5:-100}" > "$work/start.csv"
    vv "$dir" load --reject "$work/rejects" "$work/start.csv" || ! cat "$work/rejects"
}
lasts() { # lasts SCHEME IDENTITY job|study DAY: a document shows it through that day
    printf 'source_ref,scheme,identity,event,outcome_ref,on,evidence\n%s,%s,%s,%s\n' \
        "confirm-$1-$2-$4" "$1" "$2" "confirm,$3-$2,$4,$(document)" > "$work/confirm.csv"
    vv "$dir" load --reject "$work/rejects" "$work/confirm.csv" || ! cat "$work/rejects"
}
ends() { # ends SCHEME IDENTITY DAY
    printf 'source_ref,scheme,identity,last_day,reason\nend-%s-%s,%s,%s,%s,agreed\n' \
        "$1" "$2" "$1" "$2" "$3" > "$work/end.csv"
    vv "$dir" load --reject "$work/rejects" "$work/end.csv" || ! cat "$work/rejects"
}
unit() { # unit SCHEME IDENTITY UNIT QUANTITY DAY
    by "$1" "$2" case unit - --unit "$3" --quantity "$4" --on "$5" --evidence "$(document)"
}
until_day() { vv "$dir" clock advance --to "$1"; }
# posted SCHEME IDENTITY LINE...: all that is posted of the case, summed by component and period.
posted() {
    local who=-
    [ "${2#agreement:}" = "$2" ] || who=$2
    by "$1" "$2" pay explain "$who" --json > "$work/lines.json" &&
        python3 -c 'import collections, json, sys
got = collections.Counter()
for posting in json.load(open(sys.argv[1]))["postings"]:
    for line in posting["lines"]:
        if not line["proposal"]:
            got[line["component"], line["period"]] += line["amount"]
got = sorted("%s %s %d.%02d" % (c, p, a // 100, a % 100) for (c, p), a in got.items() if a)
want = sorted(sys.argv[2:])
sys.exit(0 if got == want else "expected %s\ngot %s" % (want, got))' "$work/lines.json" "${@:3}"
}
reports() { # reports SCHEME IDENTITY MONTH: approved
    printf 'source_ref,scheme,identity,month,approved\nreport-%s-%s-%s,%s,%s,%s,true\n' \
        "$1" "$2" "$3" "$1" "$2" "$3" > "$work/report.csv"
    vv "$dir" load --reject "$work/rejects" "$work/report.csv" || ! cat "$work/rejects"
}
why() { # why SCHEME IDENTITY COMPONENT WORDS: what is missing
    says 0 "$4" by "$1" "$2" pay why-not - "$3"
}
anna() { vv "$dir" "$@" --as anna; }

# ---- all eight, and the day ----
system schemes --partitions 8
publish_all() {
    local file
    for file in deploy/schemes/*.yaml; do
        vv "$dir" scheme publish "$file" || return 1
    done
}
check "every scheme is published" publish_all
check "eight, in kronor and euro" json 'len(d["schemes"]) == 8' vv "$dir" scheme list --json
check "the clock is set" vv "$dir" clock set 2020-03-02
for name in anna bert; do
    check "$name gets a key" vv "$dir" keys add $name finance
done

# ---- who delivers: each scheme by its own criteria ----
both='{"reference": "R1", "preparing": true, "matching": true, "verified": "yes"}'
second='{"reference": "R2", "matching": true, "verified": "yes"}'
for scheme in se-stom se-reform-2019 se-nacka-jobbpeng se-nacka-vux se-nacka-pilot; do
    check "$scheme: a tender document" tender $scheme
done
check "STOM: who does not accept the terms" apply se-stom blekinge '' '' 0
check "does not join" says 1 'terms.not-accepted' grant se-stom blekinge ST-1 2020-03-02
check "STOM: who accepts them" apply se-stom blekinge '' '' 1
check "joins, under the act on systems of choice" says 0 granted \
    grant se-stom blekinge ST-1 2020-03-02
check "the reform: a rating of 39 and no certificate" \
    apply se-reform-2019 stockholm "$both, $second" '"credit_rating": 39' 1
check "is not enough" says 1 'credit.' grant se-reform-2019 stockholm R-1 2020-03-02
check "the reform: with the certificate" apply se-reform-2019 stockholm "$both, $second" \
    '"credit_rating": 39, "auditor_certificate": true' 1
check "it is" says 0 granted grant se-reform-2019 stockholm R-1 2020-03-02
check "and in the other area" apply se-reform-2019 nacka "$both, $second" '"credit_rating": 40' 1
check "too" says 0 granted grant se-reform-2019 nacka R-2 2020-03-02
check "Jobbpeng: without the terms" apply se-nacka-jobbpeng nacka '' '' 0
check "nobody is authorised" says 1 'terms.not-accepted' \
    grant se-nacka-jobbpeng nacka N-1 2020-03-02
check "Jobbpeng: with them" apply se-nacka-jobbpeng nacka '' '' 1
check "at any time of the year" says 0 granted grant se-nacka-jobbpeng nacka N-1 2020-03-02
check "adult education: the same" apply se-nacka-vux nacka '' '' 1
check "authorised" says 0 granted grant se-nacka-vux nacka V-1 2020-03-02
check "the pilot: a provider of the municipality's" apply se-nacka-pilot nacka '' '' 1
check "is authorised as the municipality does it" json 'd["verdict"] == "met"' \
    vv "$dir" application show nacka $exempel --scheme se-nacka-pilot --json

# ---- the pilot: 90 % of 10 million, in four instalments of 25 % ----
pilot() { anna pay "$1" agreement:nacka --scheme se-nacka-pilot --reference 2020 "${@:2}"; }
appropriation() {
    pilot appropriation --area nacka --component pilot-grant --from 2020-01-01 \
        --through 2020-12-31 "$@"
}
check "the pilot: an appropriation" json 'd["state"]' \
    appropriation --amount 10000000.00 --ref first --json
first=$(grep -oE '"fact": "[0-9a-f]{32}"' "$work/json" | grep -oE '[0-9a-f]{32}')

# ---- people of March 2020 ----
stom=196103129810 late=196307059821 whole=197111209834 nobody=197401229849
matching=197804159858 preparing=198206309869 nacka=198510099875 rom2=198802179880
last=199105039896
check "STOM: registered in Blekinge" seek se-stom $stom 1080 2020-03-02
check "track 3" level se-stom $stom 3
check "the reform: registered in Stockholm" seek se-reform-2019 $matching 0180 2020-03-02
check "matching, level A" level se-reform-2019 $matching A
check "the reform: registered in Nacka" seek se-reform-2019 $preparing 0182 2020-03-02
check "preparing, Swedish for work" level se-reform-2019 $preparing P-sprak
check "Jobbpeng: registered in Nacka" seek se-nacka-jobbpeng $nacka 0182 2020-03-02
check "level 2" level se-nacka-jobbpeng $nacka 2
check "a level that the scheme does not have" says 1 'no such level' \
    level se-nacka-jobbpeng $nacka A
elsewhere() { ! seek se-nacka-vux $matching 0180 2020-03-02 && grep -q outside "$work/rejects"; }
check "whoever lives outside its areas does not come into a scheme" elsewhere
check "5 March" vv "$dir" clock set 2020-03-05
check "STOM: chosen" says 0 placed choose se-stom $stom blekinge ST-1
check "the reform: chosen in Stockholm" says 0 placed \
    choose se-reform-2019 $matching stockholm R-1
check "and in Nacka" says 0 placed choose se-reform-2019 $preparing nacka R-2
check "Jobbpeng: chosen" says 0 placed choose se-nacka-jobbpeng $nacka nacka N-1
check "Jobbpeng: nothing is due before fourteen days have run" \
    why se-nacka-jobbpeng $nacka base 2020-03-19
check "STOM: nothing before the month is over" why se-stom $stom day-pay 2020-04-01

# ---- KROM comes to Blekinge: STOM takes nobody there from 16 March ----
check "STOM: one more is registered in Blekinge" \
    on 2020-03-12 seek se-stom $late 1080 2020-03-12
check "track 2" level se-stom $late 2
check "on the first day of KROM" on 2020-03-16 says 1 area_closed choose se-stom $late blekinge ST-1
check "KROM: a tender document" tender se-krom
check "KROM: one assignment as both, a rating of 39" \
    apply se-krom blekinge "$both" '"credit_rating": 39' 1
check "does not do" says 1 'references.too-few' grant se-krom blekinge KA-1 2020-03-16
check "KROM: two assignments, a rating of 40, languages" apply se-krom blekinge "$both, $second" \
    '"credit_rating": 40, "language_capability": true' 1
check "do" says 0 granted grant se-krom blekinge KA-1 2020-03-16
check "KROM: the same person comes over" seek se-krom $late 1080 2020-03-16
check "and another one" seek se-krom $nobody 1080 2020-03-16
chosen() { # not before the level is there
    await 10 says 0 placed choose se-krom $late blekinge KA-1
}
check "KROM: chosen two days later, at level B by the model" on 2020-03-18 chosen
# Offered on Monday 16 March; five working days end on the 23rd: the nearest contract gets the other.
check "KROM: who does not choose" until_day 2020-03-24
check "gets the nearest" says 0 'no choice was made in time' by se-krom $nobody case show -
check "STOM: the one who came over is not placed there as well" says 0 '' \
    by se-stom $late case show -
check "31 March" until_day 2020-03-31
check "KROM: the service ends early" ends se-krom $nobody 2020-03-31

# ---- two systems for one person: Nacka's combine, others do not ----
check "1 April" until_day 2020-04-01
for year in 2020 2021; do
    check "adult education: the budget of $year" anna pay budget set --scheme se-nacka-vux \
        --area nacka --year $year --limit 20000.00
done
check "adult education: the participant of Jobbpeng" seek se-nacka-vux $nacka 0182 2020-04-01
check "a vocational course" level se-nacka-vux $nacka vocational
check "beside Jobbpeng" says 0 placed choose se-nacka-vux $nacka nacka V-1
check "the reform: the same person" seek se-reform-2019 $nacka 0182 2020-04-01
check "matching, level B" level se-reform-2019 $nacka B
check "cannot be served beside Jobbpeng" says 1 'does not combine' \
    choose se-reform-2019 $nacka nacka R-2
budget() { # budget SCHEME AREA YEAR POT: reserved and consumed
    vv "$dir" pay budget show --scheme "$1" --json |
        python3 -c 'import json, sys
for b in json.load(sys.stdin)["budgets"]:
    if [b["area"], str(b["year"]), b["pot"]] == sys.argv[1:]:
        print(b["reserved"], b["consumed"])' "${@:2}"
}
holds() { # holds "RESERVED CONSUMED" SCHEME AREA YEAR POT
    local got
    got=$(budget "${@:2}")
    [ "$got" = "$1" ] || { echo "expected $1, got $got"; return 1; }
}
# Until they are delivered, a place at 9 800.00 and 70 % of a completed course at 4 200.00 are
# expected on the last day, in 2021.
check "adult education: 9 800.00 and 2 940.00 are reserved" \
    await 10 holds "1274000 0" se-nacka-vux nacka 2021 ''
check "adult education: a place" unit se-nacka-vux $nacka course-place 1 2020-04-01
check "the course is not passed yet" why se-nacka-vux $nacka completion 'No approved unit'
check "the place is consumed in its year" await 10 holds "0 980000" se-nacka-vux nacka 2020 ''
check "and the course is expected still" await 10 holds "294000 0" se-nacka-vux nacka 2021 ''

# ---- work, studies, the whole country, through the year 2020 ----
check "17 April" until_day 2020-04-17
check "KROM: work after 30 days" starts se-krom $late job 2020-04-17
check "KROM: the result waits for its day" why se-krom $late result 2020-08-17
check "6 May" until_day 2020-05-06
check "STOM: one is registered in Stockholm" seek se-stom $whole 0180 2020-05-06
check "track 4" level se-stom $whole 4
check "a contract for the whole country" apply se-stom hela-landet '' '' 1
check "of the pandemic's exception" says 0 granted grant se-stom hela-landet ST-2 2020-05-06
check "cannot be chosen the day before it begins" says 1 area_closed \
    choose se-stom $whole hela-landet ST-2
check "can on the day" on 2020-05-07 says 0 placed choose se-stom $whole hela-landet ST-2
check "11 May" until_day 2020-05-11
check "STOM: work before the block has run out" starts se-stom $stom job 2020-05-11
check "15 June" until_day 2020-06-15
check "the reform: work" starts se-reform-2019 $matching job 2020-06-15
check "the reform: the third instalment is lost" why se-reform-2019 $matching matching-base \
    'Base is paid through 2020-06-14'
check "adult education: passed" unit se-nacka-vux $nacka course-passed 1 2020-06-15
check "30 June" until_day 2020-06-30
check "Jobbpeng: the service ends" ends se-nacka-jobbpeng $nacka 2020-06-30
check "1 July" until_day 2020-07-01
check "Jobbpeng: studies follow" starts se-nacka-jobbpeng $nacka study 2020-07-01
check "Jobbpeng: the bonus waits for six months" why se-nacka-jobbpeng $nacka bonus 2021-01-01
check "15 July" until_day 2020-07-15
# 10.4 million: 2 340 000.00 each instead of 2 250 000.00, also of the three that are posted.
check "the pilot: a higher appropriation replaces the first" \
    appropriation --amount 10400000.00 --ref second --supersedes "$first"
check "7 August" until_day 2020-08-07
check "the pilot: the difference is posted" posted se-nacka-pilot agreement:nacka \
    'pilot-grant 2020-01-01 2340000.00' 'pilot-grant 2020-03-31 2340000.00' \
    'pilot-grant 2020-06-30 2340000.00'
check "STOM: work the day after the block" starts se-stom $whole job 2020-08-07
check "17 August" until_day 2020-08-17
check "KROM: four months" lasts se-krom $late job 2020-08-16
check "5 September" until_day 2020-09-05
check "the reform: studies the day after the service" starts se-reform-2019 $preparing study \
    2020-09-05
check "11 September" until_day 2020-09-11
check "STOM: one day short of four months" lasts se-stom $stom job 2020-09-09
check "there is no result" why se-stom $stom result 'Evidence through 2020-09-10 is needed'
check "STOM: four months" lasts se-stom $stom job 2020-09-10
check "15 October" until_day 2020-10-15
check "the reform: four months" lasts se-reform-2019 $matching job 2020-10-14
check "5 November" until_day 2020-11-05
check "the reform: two months of studies" lasts se-reform-2019 $preparing study 2020-11-04
check "7 December" until_day 2020-12-07
check "STOM: four months, after the whole country" lasts se-stom $whole job 2020-12-06
check "1 January" until_day 2021-01-01
check "Jobbpeng: six months" lasts se-nacka-jobbpeng $nacka study 2020-12-31
# 8 million were spent of 9.36: 1.36 are to be returned, from the last instalment.
check "the pilot: the last account" until_day 2021-01-31
check "says what was spent" pilot cost --amount 8000000.00 --on 2021-01-31 --final
check "it settles" vv "$dir" clock advance --days 1
return_of() {
    vv "$dir" pay proposals "$1" agreement:nacka pilot-grant --scheme se-nacka-pilot \
        --period 2020-09-30 --amount -1360000.00 --as "$2"
}
check "the pilot: anna asks for the rest back" return_of forward anna
check "anna alone cannot decide it" says 1 'two persons decide' return_of approve anna
check "bert can" return_of approve bert
check "it settles again" vv "$dir" clock advance --days 1

# ---- 2020 to the öre ----
# STOM, track 3 at 245.00 a weekday: 5 to 31 March has 19, April 22, 1 to 10 May 6 before the job.
check "STOM: 47 days and the result" posted se-stom $stom 'day-pay 2020-03-05 4655.00' \
    'day-pay 2020-04-01 5390.00' 'day-pay 2020-05-01 1470.00' 'result 2020-03-05 15000.00'
check "STOM: nothing for who came over to KROM" posted se-stom $late
# Track 4 at 280.00: 17 + 22 + 23 weekdays from 7 May to 31 July, of the 4 in August 3: 65 in a
# block. With the result of the day after, 36 200.00.
check "STOM: 65 paid days and the result are the highest of a block" posted se-stom $whole \
    'day-pay 2020-05-07 4760.00' 'day-pay 2020-06-01 6160.00' 'day-pay 2020-07-01 6440.00' \
    'day-pay 2020-08-01 840.00' 'result 2020-05-07 18000.00'
# KROM, level B at 33.00: 18 to 31 March, 1 to 16 April; 30 days are within 60, 100 % of 6 925.00.
check "KROM: 14 and 16 days, premium, result" posted se-krom $late 'base 2020-03-01 462.00' \
    'base 2020-04-01 528.00' 'premium 2020-03-18 6925.00' 'result 2020-03-18 27700.00'
check "KROM: 24 to 31 March" posted se-krom $nobody 'base 2020-03-01 264.00'
# Level A in Stockholm: 6 005.00 x 1.05 = 6 305.25; 40 % = 2 522.10, 30 % = 1 891.575, rounded down;
# the third, on 3 July, is after the job. The result is 14 000.00 x 1.05.
check "the reform: two instalments and the result" posted se-reform-2019 $matching \
    'matching-base 2020-03-05 2522.10' 'matching-base 2020-05-04 1891.57' \
    'matching-result 2020-03-05 14700.00'
# 16 000.00 in four, after 0, 45, 90 and 135 days.
check "the reform: four instalments, and studies" posted se-reform-2019 $preparing \
    'preparing-base 2020-03-05 4000.00' 'preparing-base 2020-04-19 4000.00' \
    'preparing-base 2020-06-03 4000.00' 'preparing-base 2020-07-18 4000.00' \
    'preparing-result 2020-03-05 9000.00'
check "the reform: nothing beside Jobbpeng" posted se-reform-2019 $nacka
# Level 2 at 4 858.00: months from the 5th of March, April, May and June. A month of studies, and
# every day of July to December after the end.
check "Jobbpeng: four months, result, bonus" posted se-nacka-jobbpeng $nacka \
    'base 2020-03-05 4858.00' 'base 2020-04-05 4858.00' 'base 2020-05-05 4858.00' \
    'base 2020-06-05 4858.00' 'result 2020-03-05 8000.00' 'bonus 2020-03-05 15000.00'
check "adult education: place and completion" posted se-nacka-vux $nacka \
    'place 2020-04-01 9800.00' 'completion 2020-06-01 4200.00'
check "adult education: both are consumed" await 10 holds "0 1400000" se-nacka-vux nacka 2020 ''
check "the pilot: what was spent" posted se-nacka-pilot agreement:nacka \
    'pilot-grant 2020-01-01 2340000.00' 'pilot-grant 2020-03-31 2340000.00' \
    'pilot-grant 2020-06-30 2340000.00' 'pilot-grant 2020-09-30 980000.00'
check "verify is clean" vv "$dir" verify
