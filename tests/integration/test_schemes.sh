#!/usr/bin/env bash
# Every scheme of deploy/schemes runs in one system, side by side: who delivers is authorised by
# the scheme's own criteria, people come in, get a level, choose or do not choose, and their
# outcomes are paid. Each person's postings are compared, line by line, with figures derived by
# hand.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/integration/courses.sh
. "$(dirname "$0")/courses.sh"

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
last=199105039896 tardy=197001019913 longer=196802299922
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
extend() { by "$1" "$2" case extend - --months "$3" --reason needs-more-time; }
check "STOM: a service of three months, the present one, cannot be prolonged to three" \
    says 1 not_longer extend se-stom $stom 3
check "nor beyond the longest" says 1 longest_service extend se-stom $stom 13
check "nor by another block: KROM will be there by then" says 1 area_closed extend se-stom $stom 6
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
chosen_late() { # not before the level is there
    await 10 says 0 placed choose se-krom $late blekinge KA-1
}
check "KROM: chosen two days later, at level B by the model" on 2020-03-18 chosen_late
# Offered on Monday 16 March; five working days end on the 23rd: the nearest contract gets the
# other.
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
check "STOM: another one, of track 2" seek se-stom $longer 0180 2020-05-07
check "decided the same day" level se-stom $longer 2
check "chooses the same" says 0 placed choose se-stom $longer hela-landet ST-2
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
check "6 August, the last day of the block" until_day 2020-08-06
check "STOM: a second block while the area is open" extend se-stom $longer 6
check "is told" says 0 'extended to 6 months' by se-stom $longer case show -
# ---- a fact from a wrong role: refused, and logged without saying whom it was about ----
late_unit() { anna case unit "$1" --scheme se-nacka-vux --unit course-passed --quantity 1 \
    --on 2020-07-15 --evidence "$(document)"; }
nacka_case=$(by se-nacka-vux $nacka case show - --json |
    sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')
check "finance records no delivery" says 1 'may not send this' late_unit "$nacka_case"
check "it is logged" grep -q 'code=request.forbidden type=record_unit role=finance' \
    "$dir/log/provider-registry-1.log"
check "without the case" bash -c "! grep -q '$nacka_case' '$dir'/log/*.log"
check "7 August" until_day 2020-08-07
check "the pilot: the difference is posted" posted se-nacka-pilot agreement:nacka \
    'pilot-grant 2020-01-01 2340000.00' 'pilot-grant 2020-03-31 2340000.00' \
    'pilot-grant 2020-06-30 2340000.00'
check "STOM: work the day after the block" starts se-stom $whole job 2020-08-07
check "17 August" until_day 2020-08-17
check "KROM: four months" lasts se-krom $late job 2020-08-16
check "5 September" until_day 2020-09-05
# The fourteenth week, from 6 August, would have been cut short by the first block's end.
check "STOM: talks are asked for in the second block too" json \
    '[(t["state"], t["since"]) for t in d["terms"] if t["due"] == "2020-08-12"] ==
        [("missed", "2020-08-13")]' \
    by se-stom $longer delivery show - --json
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
# Contestable for 21 days from 1 February.
check "23 February" until_day 2021-02-23
check "the pilot: the return is settled by an invoice" return_of invoice anna

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
# Track 2 at 210.00: two blocks of 65 days each, 7 May to 6 August as above and 7 August to 6
# November: 17, 22 and 22 weekdays, and 4 of the 5 in November.
check "STOM: two blocks, each with its own cap" posted se-stom $longer \
    'day-pay 2020-05-07 3570.00' 'day-pay 2020-06-01 4620.00' 'day-pay 2020-07-01 4830.00' \
    'day-pay 2020-08-01 630.00' 'day-pay 2020-08-07 3570.00' 'day-pay 2020-09-01 4620.00' \
    'day-pay 2020-10-01 4620.00' 'day-pay 2020-11-01 840.00'
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
# ---- Finland from March 2021, in euro ----
# stad has 1 500 of the trial's 2 400 customers, the area 24 000: 60 000.00 x 2 400 / 24 000 = 6
# 000.00 for the trial, 3 750.00 for stad.
printf 'municipality,customers\nstad,1500\nvast,500\nost,400\n' > "$work/customers.csv"
check "Finland: the quota by customers" json \
    'd["quota"] == 600000 and {m["municipality"]: m["quota"] for m in d["municipalities"]} ==
        {"stad": 375000, "vast": 125000, "ost": 100000}' \
    vv "$dir" pay quota --in "$work/customers.csv" --appropriation 60000.00 \
    --area-customers 24000 --json
# (2 400 + 7 200) / 24 000 is 40 % exactly; 15 % of 1 000 000.00 is 150 000.00.
{
    printf 'municipality,centre,inhabitants,customers\n'
    printf 'stad,nyland,15000,1500\nvast,nyland,10000,500\nost,nyland,5000,400\n'
} > "$work/trial.csv"
admission() {
    vv "$dir" pay admission --in "$work/trial.csv" --area-customers 24000 --chosen 7200 \
        --support-cost 1000000.00 --json --effort "$1"
}
check "Finland: 15 % of own effort is reached" json 'd["admitted"] and d["own_effort_reached"]' \
    admission 150000.00
check "a cent less is not, and no reason to refuse" \
    json 'd["admitted"] and not d["own_effort_reached"]' admission 149999.99

fi="fi-kuntakokeilu"
anni=131052-308T bo=010594Y9032 worker=030594W903B
hetu='"identity_kind":"hetu","mother_tongue":"fi",'
check "1 March 2021" until_day 2021-03-01
check "Finland: a tender document" tender $fi
check "Finland: in Finnish only" apply $fi stad '' '"language_capability": false' 1
check "is not what the scheme asks" says 1 'language.capability' grant $fi stad FI-1 2021-03-01
check "Finland: in both languages" apply $fi stad '' '"language_capability": true' 1
check "is" says 0 granted grant $fi stad FI-1 2021-03-01
check "Finland: unemployed, with the basic allowance" \
    seek $fi $anni 091 2021-03-01 unemployed "$hetu\"benefit\":\"basic\","
check "Finland: with an earnings-related one, but 26 years old" \
    seek $fi $bo 091 2021-03-01 unemployed "$hetu\"benefit\":\"earnings_related\","
check "Finland: employed and no job seeker" \
    seek $fi $worker 091 2021-03-01 employed "$hetu\"benefit\":\"none\","
check "the first is a customer" level $fi $anni customer
check "so is the second" level $fi $bo customer
check "the third is outside the target group, and told why" says 0 \
    'Unemployed job seeker, in an employment service' by $fi $worker case show -
check "Finland: the first is served" says 0 placed choose $fi $anni stad FI-1
check "the first contact is on its list" json \
    '[t["due"] for t in d["terms"] if t["code"] == "first-contact"] == ["2021-03-08"]' \
    by $fi $anni delivery show - --json
check "it is made" by $fi $anni delivery activity - contact --minutes 20
check "and its term is met" json \
    '[t["state"] for t in d["terms"] if t["code"] == "first-contact"] == ["met"]' \
    by $fi $anni delivery show - --json
check "the quota is set" anna pay budget set --scheme $fi --area stad --year 2021 \
    --pot employment --limit 3750.00
# Finance knows cases, not identity numbers.
case_of() { by $fi "$1" case show - --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p'; }
anni_case=$(case_of $anni) bo_case=$(case_of $bo)
decide() { # decide CASE COMPONENT REFERENCE AMOUNT FROM THROUGH [OPTIONS]
    anna pay grant "$1" --scheme $fi --area stad --component "$2" --reference "$3" --amount "$4" \
        --from "$5" --through "$6" "${@:7}"
}
check "a wage subsidy of at most 3 000.00" says 0 '750.00 is free' \
    decide "$anni_case" wage-subsidy L-1 3000.00 2021-04-01 2021-09-30
check "a start-up grant of more than is free is refused" says 1 quota \
    decide "$bo_case" start-up S-1 750.01 2021-04-01 2021-06-30
check "one of 700.00 is not" says 0 '50.00 is free' \
    decide "$bo_case" start-up S-1 700.00 2021-04-01 2021-06-30
check "the municipality's own job is the state office's" says 0 'handed to the state office' \
    decide "$bo_case" wage-subsidy L-2 500.00 2021-04-01 2021-06-30 --employer 0112038-9
check "Finland: three days of training" unit $fi $anni training-day 3 2021-03-01
payroll() { # payroll CASE REFERENCE MONTH AMOUNT [OPTIONS]
    anna pay payroll "$1" --scheme $fi --reference "$2" --month "$3" --amount "$4" "${@:5}"
}
check "no payroll yet" why $fi $anni wage-subsidy 'No grant with payroll'
check "May" until_day 2021-05-03
check "April's payroll" payroll "$anni_case" L-1 2021-04-01 2650.00
check "April's costs of the enterprise" payroll "$bo_case" S-1 2021-04-01 500.00
check "30 June 2021, the last day of the whole country" until_day 2021-06-30
for person in $last $tardy; do
    check "STOM: registered in Stockholm" seek se-stom "$person" 0180 2021-06-30
    check "track 1" level se-stom "$person" 1
done
check "one chooses that day" says 0 placed choose se-stom $last hela-landet ST-2
check "the other cannot the day after" on 2021-07-01 says 1 area_closed \
    choose se-stom $tardy hela-landet ST-2
check "the running block cannot be followed by another" says 1 area_closed extend se-stom $last 6
check "July" until_day 2021-07-02
check "May's payroll" payroll "$anni_case" L-1 2021-05-01 3000.00
check "June's, the last" payroll "$anni_case" L-1 2021-06-01 2650.00 --final
check "May's costs, the last" payroll "$bo_case" S-1 2021-05-01 300.00 --final
check "it settles" vv "$dir" clock advance --days 1
# Half of 2 650.00; half of 3 000.00 is 1 500.00, at most 1 400.00; 275.00 are left. 3 x 41.50.
check "Finland: the subsidy to its last cent, and training" posted $fi $anni \
    'wage-subsidy 2021-04-01 1325.00' 'wage-subsidy 2021-05-01 1400.00' \
    'wage-subsidy 2021-06-01 275.00' 'training 2021-03-01 124.50'
check "Finland: all of 500.00, and 200.00 that are left" posted $fi $bo \
    'start-up 2021-04-01 500.00' 'start-up 2021-05-01 200.00'
check "3 700.00 of the quota are consumed" await 10 holds "0 370000" $fi stad 2021 employment


check "December" until_day 2021-12-01
# 1 + 22 + 22 weekdays at 180.00, and of 21 in September 20.
check "STOM: a block begun on the last day runs to its end" posted se-stom $last \
    'day-pay 2021-06-30 180.00' 'day-pay 2021-07-01 3960.00' 'day-pay 2021-08-01 3960.00' \
    'day-pay 2021-09-01 3600.00'
check "STOM: nothing for who came a day late" posted se-stom $tardy

# Who comes to Nacka later sees what was delivered: the one who started in March 2020, fifteen
# months and more before July 2021, was in studies for six months. Both halves of one person:
# measure 1.
check "Jobbpeng: results of July 2021 are published" vv "$dir" rating compute --month 2021-07 \
    --scheme se-nacka-jobbpeng --publish
check "Jobbpeng: somebody new" seek se-nacka-jobbpeng $tardy 0182 2021-12-01
check "nearer the labour market" level se-nacka-jobbpeng $tardy 1
check "sees one participant and its result, and no rating of so few" json \
    '[(c["number"], c["results"]["participants"], c["results"]["measure"],
        c["results"]["no_rating"]) for c in d["choices"]] ==
        [("N-1", 1, "1.000", "few_participants")]' \
    by se-nacka-jobbpeng $tardy choice show - --json

# ---- RoM 2 from 2023 ----
check "2 May 2023" until_day 2023-05-02
check "RoM 2: a tender document" tender se-rom2
check "RoM 2: 51 places with one supervisor" \
    eval "places=51 apply se-rom2 vasteras '' '\"supervisors\": 1' 1"
check "are one too many" says 1 'caseload.exceeded' grant se-rom2 vasteras RM-1 2023-05-02
check "RoM 2: 50" eval "places=50 apply se-rom2 vasteras '' '\"supervisors\": 1' 1"
check "are not" says 0 granted grant se-rom2 vasteras RM-1 2023-05-02
check "RoM 2: registered in Västerås" seek se-rom2 $rom2 1980 2023-05-02
chosen() { await 10 says 0 placed choose se-rom2 $rom2 vasteras RM-1; }
check "chosen the same day, at level B by the model" chosen
check "June" until_day 2023-06-02
check "May waits for its report" why se-rom2 $rom2 base 'not filed the periodic report'
check "it is approved" reports se-rom2 $rom2 2023-05-01
check "July" until_day 2023-07-09
check "June is approved" reports se-rom2 $rom2 2023-06-01
check "work from 9 July" starts se-rom2 $rom2 job 2023-07-09
check "the premium waits for the first half of the result" why se-rom2 $rom2 premium 2023-10-09
check "August" until_day 2023-08-02
check "July is approved" reports se-rom2 $rom2 2023-07-01
check "9 October" until_day 2023-10-09
check "three months" lasts se-rom2 $rom2 job 2023-10-08
check "a caseworker gets a key" vv "$dir" keys add hanna caseworker
check "the document waits for a person" \
    await 10 why se-rom2 $rom2 rr1 'waits for verification: the agency must act'
check "who sees it" says 0 verified verifies se-rom2 $rom2 hanna
check "the rest is due three months later" why se-rom2 $rom2 rr2 2024-01-09
check "9 January" until_day 2024-01-09
check "six months" lasts se-rom2 $rom2 job 2024-01-08
check "and its document is seen" await 10 says 0 verified verifies se-rom2 $rom2 hanna
check "it settles" vv "$dir" clock advance --days 1
# Level B at 1 020.00: 30 of 31 days of May, June, 8 of 31 days of July; 68 days are within 90,
# 100 % of 5 540.00; 27 700.00 in halves.
check "RoM 2: base by report, premium, RR1, RR2" posted se-rom2 $rom2 'base 2023-05-01 987.10' \
    'base 2023-06-01 1020.00' 'base 2023-07-01 263.23' 'premium 2023-05-02 5540.00' \
    'rr1 2023-05-02 13850.00' 'rr2 2023-05-02 13850.00'

# ---- all of it ----
# What the lines above come to, per scheme; and the one who came to Jobbpeng later, did not choose
# and was served for twelve months at level 1. Finland's are cents. The return of the pilot is
# invoiced: a claim beside what stands to its account, not set off against it.
sums() {
    vv "$dir" ledger --json | python3 -c 'import collections, json, sys
d = json.load(sys.stdin)
got = collections.Counter()
for c in d["components"]:
    got[c["scheme"], c["currency"]] += c["amount"]
want = {("se-stom", "SEK"): 2651500 + 3620000 + 2730000 + 1170000,
        ("se-krom", "SEK"): 3561500 + 26400,
        ("se-reform-2019", "SEK"): 1911367 + 2500000,
        ("se-nacka-jobbpeng", "SEK"): 4243200 + 12 * 368600,
        ("se-nacka-vux", "SEK"): 1400000, ("se-nacka-pilot", "SEK"): 800000000,
        ("se-rom2", "SEK"): 3551033, ("fi-kuntakokeilu", "EUR"): 312450 + 70000}
assert got == want, got
assert d["balanced"] and d["currency"] == "", d
balances = {c["currency"]: c["contracts"] for c in d["currencies"]}
kronor = sum(v for (s, c), v in want.items() if c == "SEK") + 136000000
assert balances == {"SEK": -kronor, "EUR": -382450}, balances'
}
check "each scheme has its sum; kronor and euro are not added" sums
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
