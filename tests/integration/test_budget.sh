#!/usr/bin/env bash
# Budgets and quotas with three instances of payment: nothing is exceeded when many decide at once,
# what has no cover is listed, a higher limit covers it, payroll consumes and releases; the share
# of an appropriation with its return.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# json FILE EXPRESSION: a Python expression over the document r.
json() {
    python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"
}
# budget SCHEME AREA YEAR POT WHAT
budget() {
    vv "$dir" pay budget show --scheme "$1" --json > "$work/budgets.json" &&
        json "$work/budgets.json" "[b['$5'] for b in r['budgets'] if
            (b['area'], b['year'], b['pot']) == ('$2', $3, '$4')][0]"
}
equal() { [ "$1" = "$2" ] || { echo "expected $1, got $2"; return 1; }; }
refused() { # refused WHAT COMMAND...
    local what=$1
    shift
    ! "$@" > "$work/refused.log" 2>&1 && grep -q "$what" "$work/refused.log"
}
anna() { vv "$dir" "$@" --as anna; }

system budgets --partitions 8 --scale payment=3
check "finance gets a key" vv "$dir" keys add anna finance
check "the Finnish scheme is published" vv "$dir" scheme publish deploy/schemes/fi-kuntakokeilu.yaml
check "and the pilot" vv "$dir" scheme publish deploy/schemes/se-nacka-pilot.yaml
check "1 March 2021" vv "$dir" clock set 2021-03-01

# ---- a quota under concurrency: 20 requests of 1 000.00 at once for 5 500.00 ----
fi_set() {
    anna pay budget set --scheme fi-kuntakokeilu --area stad --year 2021 --pot employment \
        --limit "$1"
}
grant() { # grant CASE REFERENCE AMOUNT [OPTIONS]
    local who=$1 reference=$2 amount=$3
    shift 3
    anna pay grant "agreement:$who" --scheme fi-kuntakokeilu --area stad \
        --component wage-subsidy --reference "$reference" --amount "$amount" \
        --from 2021-03-01 --through 2021-08-31 "$@"
}
check "a grant without quota is refused" refused quota grant nobody L-0 1.00
check "the quota is 5 500.00" fi_set 5500.00
for i in $(seq 20); do
    grant "person$i" "L-$i" 1000.00 > "$work/grant.$i" 2>&1 &
done
for pid in $(jobs -p); do wait "$pid"; done
granted=$(grep -l reserved "$work"/grant.* | wc -l)
check "five of twenty are granted" equal 5 "$granted"
check "fifteen are refused by the quota" equal 15 "$(grep -l quota: "$work"/grant.* | wc -l)"
check "5 000.00 is reserved" equal 500000 "$(budget fi-kuntakokeilu stad 2021 employment reserved)"
check "one of 500.00 fits" grant last L-last 500.00
check "and then not a cent" refused quota grant more L-more 0.01
check "less than what is reserved cannot be set" refused "less than what is reserved" fi_set 5499.99
check "a job with the municipality itself is handed to the state office" \
    grep -q "handed to the state office" <(grant own L-own 9000.00 --employer 0112038-9)
check "for which nothing is reserved" \
    equal 550000 "$(budget fi-kuntakokeilu stad 2021 employment reserved)"
check "a caseworker decides no grant" refused forbidden vv "$dir" pay grant agreement:x \
    --scheme fi-kuntakokeilu --area stad --component wage-subsidy --reference L --amount 1.00 \
    --from 2021-03-01 --through 2021-03-31

# ---- payroll consumes, the last one releases ----
payroll() { # payroll MONTH AMOUNT [OPTIONS]
    local month=$1 amount=$2
    shift 2
    anna pay payroll agreement:last --scheme fi-kuntakokeilu --reference L-last --month "$month" \
        --amount "$amount" "$@"
}
entered() { payroll 2021-03-01 600.00 --ref march; }
check "March cost 600.00" await 10 entered
check "payroll of another decision is refused" refused "no decision" anna pay payroll \
    agreement:last --scheme fi-kuntakokeilu --reference L-17 --month 2021-03-01 --amount 1.00
check "April" vv "$dir" clock advance --to 2021-04-01
consumed() { equal "$1" "$(budget fi-kuntakokeilu stad 2021 employment consumed)"; }
check "half of it, 300.00, is consumed" await 10 consumed 30000
check "200.00 of the grant stays reserved" \
    equal 520000 "$(budget fi-kuntakokeilu stad 2021 employment reserved)"
check "the last payroll is of 100.00" payroll 2021-04-01 100.00 --final
check "May" vv "$dir" clock advance --to 2021-05-01
check "350.00 is consumed" await 10 consumed 35000
released() { equal 500000 "$(budget fi-kuntakokeilu stad 2021 employment reserved)"; }
check "and the rest of the grant is released" await 10 released
check "so 150.00 can be granted again" grant again L-again 150.00

# ---- a share of an appropriation: four instalments, and the unused part returned ----
check "the pilot's appropriation of 10 million" anna pay appropriation agreement:nacka \
    --scheme se-nacka-pilot --area nacka --component pilot-grant --reference 2020 \
    --amount 10000000.00 --from 2020-01-01 --through 2020-12-31
pilot() {
    vv "$dir" ledger --scheme se-nacka-pilot --json > "$work/ledger.json" &&
        json "$work/ledger.json" \
            "[c['$1'] for c in r['components'] if c['component'] == 'pilot-grant'][0]"
}
check "9 million has been posted" equal 900000000 "$(pilot amount)"
check "of which 7.5 was spent" anna pay cost agreement:nacka --scheme se-nacka-pilot \
    --reference 2020 --amount 7500000.00 --on 2021-01-15 --final
check "1.5 million is proposed back" equal -150000000 "$(pilot proposed)"

# ---- placements: reserved when they start, listed without cover, covered later ----
mkdir "$work/schemes" && cp -r deploy/models "$work/models"
sed -e 's/^id: se-krom/id: se-budget/' deploy/schemes/se-krom.yaml > "$work/schemes/se-budget.yaml"
cat >> "$work/schemes/se-budget.yaml" << 'END'
budget:
  blocks: false
  expected:
    - {component: result, percent: "40"}
    - {component: premium, percent: "40"}
END
check "a scheme with budgets is published" vv "$dir" scheme publish "$work/schemes/se-budget.yaml"
check "a book is made" vv "$dir" synth --people 60 --providers 6 --seed 5 --from 2021-05-03 \
    --to 2021-05-14 --until 2021-06-30 --scheme-file "$work/schemes/se-budget.yaml" \
    --out "$work/book"
check "it loads" vv "$dir" load --scheme se-budget --by-day --reject "$work/rejects.csv" \
    "$work"/book/*.csv
check "to July" vv "$dir" clock advance --to 2021-07-02
claims() { vv "$dir" pay budget show --scheme se-budget --json > "$work/all.json"; }
check "budgets that nobody has set are shown" claims
check "each with what has no cover" json "$work/all.json" \
    "len(r['budgets']) > 0 and all(b['without_cover'] > 0 for b in r['budgets']) or exit(1)"
area=$(json "$work/all.json" "max(r['budgets'], key=lambda b: b['claims'])['area']")
wanted() { budget se-budget "$area" 2021 '' without_cover_amount; }
missing=$(wanted)
whole=$(python3 -c "print('%.2f' % ($missing / 100 * 2))")
half=$(python3 -c "print('%.2f' % ($missing / 200))")
marked() {
    local id
    id=$(json "$work/all.json" "[c for b in r['budgets'] for c in b['cases']][0]['case']") &&
        vv "$dir" case show "$id" | grep -q "gives no cover"
}
check "and the case is marked" marked
check "half of what is missing is set" anna pay budget set --scheme se-budget --area "$area" \
    --year 2021 --limit "$half"
fits() { # never more than the limit
    claims && json "$work/all.json" \
        "all(b['reserved'] + b['consumed'] - b['without_cover_posted'] <= b['limit'] or not b['set']
             for b in r['budgets']) or exit(1)"
}
some() { fits && [ "$(budget se-budget "$area" 2021 '' reserved)" -gt 0 ]; }
check "what fits is reserved, and no more" await 20 some
check "somebody is still without cover" test "$(wanted)" -gt 0
check "the limit is raised" anna pay budget set --scheme se-budget --area "$area" --year 2021 \
    --limit "$whole"
covered() { fits && equal 0 "$(budget se-budget "$area" 2021 '' without_cover)"; }
check "then all have cover" await 20 covered
forecast() { vv "$dir" pay budget forecast --scheme se-budget --json > "$work/forecast.json"; }
check "the forecast says what is committed and expected" forecast
check "by month and contract" json "$work/forecast.json" \
    "(len(r['cash']) > 0 and all(c['provider'] for c in r['cash']) and
        any(c['expected'] > 0 for c in r['cash'])) or exit(1)"
before=$(budget se-budget "$area" 2021 '' reserved)
check "to the end of 2021" vv "$dir" clock advance --to 2022-01-02
check "what has ended is released" test "$(budget se-budget "$area" 2021 '' reserved)" -lt "$before"
check "verify is clean" vv "$dir" verify

# ---- budgets changed behind the services' back: verify names each, and only it ----
found 8 payment.budget budgets:budget:a:bump=6           # the limit
found 8 payment.budget-differs budgets:budget:a:bump=8   # what was consumed
vv "$dir" down > /dev/null 2>&1
vv "$dir" up --clock virtual > /dev/null 2>&1
check "put back, verify is clean" vv "$dir" verify
