#!/usr/bin/env bash
# Sharing by customers and admission to the Finnish trial: rule files alone, no running system.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

pay() { "$bin/vagval" pay "$@"; }

# ---- sharing: three municipalities with a customer each, of the area's 700 ----
printf 'municipality,customers\nvantaa,1\nespoo,1\nkauniainen,1\n' > "$work/even.csv"
# 1 000.00 x 3 / 700 = 4.2857..., rounded down 4.28. A third is 1.4266...: 1.42 each, and of the two
# cents left, with equal remainders, one each for the first two by code.
check "an appropriation is shared to the cent" json \
    'd["quota"] == 428 and {m["municipality"]: m["quota"] for m in d["municipalities"]} ==
        {"espoo": 143, "kauniainen": 143, "vantaa": 142}' \
    pay quota --in "$work/even.csv" --appropriation 1000.00 --area-customers 700 --json
check "staff beside it, without an area the trial is the whole" json \
    'd["staff"] == 1250 and d["area_customers"] == 3 and
        sorted(m["staff"] for m in d["municipalities"]) == [416, 417, 417]' \
    pay quota --in "$work/even.csv" --appropriation 1.00 --staff 12.50 --json
check "the table has the sum" says 0 '4.28' \
    pay quota --in "$work/even.csv" --appropriation 1000.00 --area-customers 700
check "nothing to share is refused" says 2 'appropriation' pay quota --in "$work/even.csv"
printf 'municipality,customers\nvantaa,many\n' > "$work/bad.csv"
check "a row that is wrong is named" says 1 'customers' \
    pay quota --in "$work/bad.csv" --appropriation 1000.00
printf 'municipality,customers\nvantaa,0\n' > "$work/none.csv"
check "no customers at all cannot be shared by" says 1 'none at all' \
    pay quota --in "$work/none.csv" --appropriation 1000.00

# ---- admission: 30 000 inhabitants, one centre, about 40 % of the area's customers ----
trial() {
    printf 'municipality,centre,inhabitants,customers\na,north,%s,500\nb,%s,10000,500\n' "$1" "$2" \
        > "$work/trial.csv"
}
admission=(pay admission --in "$work/trial.csv" --area-customers 2500 --json)
trial 20000 north
check "at each bound it is admitted" json 'd["admitted"] and d["inhabitants"] == 30000 and
    d["customers"] == 1000' "${admission[@]}"
check "the table says so" says 0 'may be admitted' \
    pay admission --in "$work/trial.csv" --area-customers 2500
trial 19999 north
check "an inhabitant less: not" says 1 '"enough_inhabitants": false' "${admission[@]}"
check "unless it is waived" says 0 '"admitted": true' "${admission[@]}" --waive-inhabitants island
trial 20000 south
check "two centres cannot be waived" says 1 '"one_centre": false' \
    "${admission[@]}" --waive-inhabitants island --waive-customers island
trial 20000 north
check "far too many customers: not" says 1 '"few_enough_customers": false' \
    "${admission[@]}" --chosen 1000
