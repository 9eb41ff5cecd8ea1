#!/usr/bin/env bash
# A scheme that nobody has thought of needs no C: an invented one on Åland, in euro, that mixes
# kinds of components, caps, extents and parts as no shipped scheme does, is written, published
# and run. Its amounts are chosen so that every rounding shows.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/courses.sh
. "$(dirname "$0")/courses.sh"

price() { # price AMOUNT: of the scheme's two levels, the second at a third of it more
    printf '    prices:\n'
    printf '      - {level: sea, amount: "%s", status: example, note: Invented}\n' "$1"
    printf '      - {level: land, amount: "9.99", status: example, note: Invented}\n'
}
name() { printf '  - code: %s\n    name: {en: "%s", sv: "%s"}\n' "$1" "$1" "$1"; }
{
    cat << 'YAML'
id: ax-invented
name: {en: "An invented scheme", sv: "Ett påhittat system"}
jurisdiction: AX
currency: EUR
time_zone: Europe/Mariehamn
valid: {from: 2021-01-01, to: 2022-12-31}
areas:
  - {code: fasta, name: Fasta Åland, municipalities: ["478"]}
target_group:
  any:
    - {field: age, op: ge, value: "60", code: age.sixty, en: "60 or more", sv: "60 eller mer"}
    - {field: mother_tongue, op: eq, value: "sv", code: tongue, en: "Swedish", sv: "Svenska"}
assessment:
  model: none
  levels:
    - {code: land, name: {en: Land, sv: Land}, referred: true}
    - {code: sea, name: {en: Sea, sv: Hav}, referred: true}
authorisation:
  form: other
  status: example
  references: {matching: 2}
choice: {working_days: 2, non_choice: nearest, switches_max: 0}
service: {months: 4, months_max: 6}
caps:
  - {components: [monthly, parts], amount: "2550.00", per: participant}
components:
YAML
    name monthly
    printf '    kind: per_month\n    price_on: placement_start\n    pay_if: report_approved\n'
    price 1000.00
    name parts
    printf '    kind: instalments\n    price_on: placement_start\n    instalments:\n'
    printf '      - {after_days: 0, percent: 33}\n      - {after_days: 30, percent: 33}\n'
    printf '      - {after_days: 60, percent: 34}\n'
    price 100.01
    name quick
    printf '    kind: premium_days\n    price_on: outcome_start\n    on: [study]\n'
    printf '    premium_clock: contract\n    premium_requires: start\n    extent: any\n'
    printf '    bands: [{days_max: 10, percent: 100}, {days_max: 11, percent: 33}]\n'
    price 400.05
    name lasting-1
    printf '    kind: milestone\n    price_on: outcome_start\n    on: [job]\n'
    printf '    milestone_months: 1\n    max_gap_days: 0\n    part: {of: 3, take: 1}\n'
    printf '    extent: proportional\n    evidence: document\n'
    price 3000.01
    name lasting-2
    printf '    kind: milestone\n    price_on: outcome_start\n    on: [job]\n'
    printf '    milestone_months: 2\n    max_gap_days: 0\n    part: {of: 3, take: 3}\n'
    printf '    requires: lasting-1\n    extent: proportional\n    evidence: document\n'
    printf '    prices_from: lasting-1\n'
    name afterwards
    printf '    kind: sustained\n    price_on: outcome_start\n    on: [job]\n    months: 2\n'
    printf '    extent: proportional\n    evidence: document\n'
    price 777.77
    name coaching
    printf '    kind: per_unit\n    unit: hour\n    price_on: day\n    payer: municipality\n'
    price 333.33
    name tools
    printf '    kind: grant\n    payer: state\n    price_on: period_start\n    percent: "33"\n'
    printf '    status: example\n    pot: tools\n    vat: {category: O}\n'
    price 1000.00
    name running
    printf '    kind: share\n    payer: state\n    price_on: period_start\n    percent: "50"\n'
    printf '    status: example\n    vat: {category: O}\n    instalments:\n'
    printf '      - {after_days: 0, percent: 50}\n      - {after_days: 10, percent: 50}\n'
} > "$work/invented.yaml"

scheme=ax-invented
person=199105039896
system invented --partitions 4
check "the scheme is good" vv "$dir" scheme check "$work/invented.yaml"

# ---- mistakes: file, line and field ----
# broken WHAT FIND REPLACE LINES-AFTER FIELD TEXT: the file with a mistake in the line that FIND
# is in.
broken() {
    local at
    at=$(grep -nF -- "$2" "$work/invented.yaml" | head -1 | cut -d: -f1)
    sed "${at}s|$2|$3|" "$work/invented.yaml" > "$work/broken.yaml"
    check "$1: refused with file, line and field" \
        says 1 "$work/broken.yaml: line $((at + $4)): $5: $6" \
        vv "$dir" scheme check "$work/broken.yaml"
}
price='{level: sea, amount: "1000.00"'
first='components[0].prices'
broken "overlapping validity" "$price" \
    '{level: land, from: 2021-05-01, amount: "1.00"' 1 "${first}[1]" \
    'validity overlaps prices[0]'
broken "a day without price" "$price" '{level: sea, from: 2021-02-01, amount: "1.00"' -1 "$first" \
    'no price for level sea in area fasta on 2021-01-01'
broken "less than a cent" "$price" '{level: sea, amount: "1000.001"' 0 "${first}[0].amount" \
    'must be an amount like'
broken "a negative price" "$price" '{level: sea, amount: "-1000.00"' 0 "${first}[0].amount" \
    'a price cannot be negative'
broken "a price that sums could not hold" "$price" '{level: sea, amount: "10000000.01"' 0 \
    "${first}[0].amount" 'a price is at most'
broken "another currency" "$price" '{level: sea, currency: SEK, amount: "1000.00"' 0 \
    "${first}[0].currency" 'the scheme pays in EUR'
broken "an unknown component" 'requires: lasting-1' 'requires: lasting-9' 0 \
    'components[4].requires' 'unknown component'
broken "an unknown kind" 'kind: sustained' 'kind: lasting' 0 'components[5].kind' ''

check "it is published" vv "$dir" scheme publish "$work/invented.yaml"
check "1 March 2021" vv "$dir" clock set 2021-03-01
check "finance gets a key" vv "$dir" keys add anna finance

one='{"reference": "M1", "matching": true, "verified": "yes"}'
two="$one, {\"reference\": \"M2\", \"matching\": true, \"verified\": \"yes\"}"
check "one matching assignment" apply $scheme fasta "$one" '' 0
check "of the two that it asks for" says 1 'references.too-few' grant $scheme fasta AX-1 2021-03-01
check "two of them" apply $scheme fasta "$two" '' 0
check "do, and no terms are asked for" says 0 granted grant $scheme fasta AX-1 2021-03-01
check "30 years old, Swedish-speaking" \
    seek $scheme $person 478 2021-03-01 employed '"mother_tongue":"sv",'
check "the level" level $scheme $person sea
check "chosen" says 0 placed choose $scheme $person fasta AX-1
check "the budget of its grants" anna pay budget set --scheme $scheme --area fasta --year 2021 \
    --pot tools --limit 100.00
case_id=$(by $scheme $person case show - --json | sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')
check "a grant of the whole budget" says 0 '0.00 is free' anna pay grant "$case_id" \
    --scheme $scheme --area fasta --component tools --reference T-1 --amount 100.00 \
    --from 2021-03-01 --through 2021-06-30
check "an agreement" anna pay appropriation agreement:fasta --scheme $scheme --area fasta \
    --component running --reference 2021 --amount 1001.01 --from 2021-03-01 --through 2021-12-31
check "an hour and a half of coaching" unit $scheme $person hour 1.5 2021-03-01
check "12 March" until_day 2021-03-12
check "studies for a quarter of the time" starts $scheme $person study 2021-03-12 25
check "April" until_day 2021-04-02
check "March is approved" reports $scheme $person 2021-03-01
check "March's payroll" anna pay payroll "$case_id" --scheme $scheme --reference T-1 \
    --month 2021-03-01 --amount 200.01
check "1 May" until_day 2021-05-01
check "April is approved" reports $scheme $person 2021-04-01
check "April's payroll, the last" anna pay payroll "$case_id" --scheme $scheme --reference T-1 \
    --month 2021-04-01 --amount 200.00 --final
check "1 June" until_day 2021-06-01
check "May is approved" reports $scheme $person 2021-05-01
check "half-time work" starts $scheme $person job 2021-06-01 50
check "1 September" until_day 2021-09-01
check "it lasts two months after the service" lasts $scheme $person job 2021-08-31
check "it settles" vv "$dir" clock advance --days 1

# In order of due day: 33.00 on 1 March; 33.00 on 31 March; 1 000.00 of March; 34.01 on 30 April
# (100.01 less two floors of 33 %); 1 000.00 of April; of May what is left of 2 550.00: 449.99.
# June was never reported. 12 March is 11 days after 1 March: 33 % of 400.05 is 132.0165. Half of
# 3 000.01 is 1 500.005; in three parts, 500.00 first, and 500.00 x 2 less: the last takes the
# rest. 777.77 / 2 = 388.885. 1.5 x 333.33 = 499.995. 33 % of 200.01 = 66.0033; of April's 66.00
# the grant has 34.00 left.
check "every line of it" posted $scheme $person \
    'parts 2021-03-01 33.00' 'parts 2021-03-31 33.00' 'parts 2021-04-30 34.01' \
    'monthly 2021-03-01 1000.00' 'monthly 2021-04-01 1000.00' 'monthly 2021-05-01 449.99' \
    'quick 2021-03-01 132.02' 'lasting-1 2021-03-01 500.00' 'lasting-2 2021-03-01 500.01' \
    'afterwards 2021-03-01 388.89' 'coaching 2021-03-01 500.00' \
    'tools 2021-03-01 66.00' 'tools 2021-04-01 34.00'
# Half of 1 001.01 is 500.505, rounded 500.51: 250.25 and the rest.
check "the agreement" posted $scheme agreement:fasta \
    'running 2021-03-01 250.25' 'running 2021-03-11 250.26'
check "verify is clean" vv "$dir" verify
check "the system stops" vv "$dir" down
