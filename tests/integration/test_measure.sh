#!/usr/bin/env bash
# `vagval measure` as the agency's statisticians meet it: the published example, random files
# against exact fractions of another language, bad rows named by line and field, nothing half
# written. No running system is needed.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

head=contract,n_a,n_b,n_c,rr1_a,rr1_b,rr1_c,rr2_a,rr2_b,rr2_c,w_a,w_b,w_c
example=KA-1,58,109,92,14,36,26,13,27,19,.710678,.969742,1.330332
in=$work/in.csv
out=$work/out.csv

# file ROW...: a file of these rows.
file() { printf '%s\n' "$head" "$@" > "$in"; }
# gives EXPECTED: measure succeeds and prints exactly this.
gives() {
    "$bin/vagval" measure --in "$in" > "$work/said" 2>&1 || { cat "$work/said"; return 1; }
    diff "$work/said" <(printf '%b' "$1")
}
# refuses LINE FIELD ROW...: exit 1, the place is named, and neither a line nor a file is written.
refuses() {
    local line=$1 field=$2
    shift 2
    file "$@"
    "$bin/vagval" measure --in "$in" > "$work/said" 2> "$work/err"
    [ $? -eq 1 ] && [ ! -s "$work/said" ] &&
        grep -F "$in: line $line: ${field:+$field: }" "$work/err" &&
        ! "$bin/vagval" measure --in "$in" --out "$out" 2> /dev/null && [ ! -e "$out" ] &&
        ! "$bin/vagval" measure --in "$in" --json > "$work/json" &&
        python3 -c 'import json, sys
error = json.load(open(sys.argv[1]))["error"]
assert error["line"] == int(sys.argv[2]) and error["field"] == sys.argv[3], error' \
            "$work/json" "$line" "$field"
}

file "$example"
check "the published example of May 2026" gives 'contract,measure\nKA-1,0.271\n'
file "$example" '"Väst, ""2""",0,0,0,0,0,0,0,0,0,1,1,1' KA-3,5,0,0,0,0,0,0,0,0,1,1,1
check "nobody took part: unknown; no results: 0.000; names keep their quotes" gives \
    'contract,measure\nKA-1,0.271\n"Väst, ""2""",unknown\nKA-3,0.000\n'
unknown_is_null() {
    "$bin/vagval" measure --in "$in" --json | python3 -c 'import json, sys
found = json.load(sys.stdin)
assert [m["measure"] for m in found["measures"]] == ["0.271", None, "0.000"], found
assert found["unknown"] == 1'
}
check "unknown is null in JSON" unknown_is_null
writes() {
    "$bin/vagval" measure --in "$in" --out "$out" && [ "$(sed -n 2p "$out")" = KA-1,0.271 ] &&
        rm "$out"
}
check "--out writes a file" writes
printf '\xef\xbb\xbfw_c;w_b;w_a;more;%s\r\n1,330332;,969742;0,710678;x;%s\r\n' \
    'contract;n_a;n_b;n_c;rr1_a;rr1_b;rr1_c;rr2_a;rr2_b;rr2_c' \
    'KA-1;58;109;92;14;36;26;13;27;19' > "$in"
check "columns in another order, semicolons, decimal commas, a byte order mark" gives \
    'contract,measure\nKA-1,0.271\n'
file
check "no rows: only the names of the columns" gives 'contract,measure\n'

check "a negative count" refuses 2 n_a KA-1,-1,109,92,14,36,26,13,27,19,1,1,1
check "a count with decimals" refuses 3 rr2_b "$example" KA-2,5,5,5,1,1,1,1,1.5,1,1,1,1
check "an empty count" refuses 2 n_b KA-1,5,,5,1,1,1,1,1,1,1,1,1
check "a count out of bounds" refuses 2 n_c KA-1,5,5,99999999999999999999,1,1,1,1,1,1,1,1,1
check "more results than participants" refuses 2 rr1_c KA-1,5,5,5,1,1,6,1,1,1,1,1,1
check "a negative weight" refuses 2 w_a KA-1,5,5,5,1,1,1,1,1,1,-1,1,1
check "a weight that is a word" refuses 2 w_b KA-1,5,5,5,1,1,1,1,1,1,1,nan,1
check "a weight with too many digits" refuses 2 w_c \
    KA-1,5,5,5,1,1,1,1,1,1,1,1,0.1234567890123456789012345678901
check "no contract" refuses 2 contract ,5,5,5,1,1,1,1,1,1,1,1,1
check "the same contract twice" refuses 4 contract "$example" "${example/KA-1/KA-2}" "$example"
check "a row that is cut off" refuses 3 '' "$example" KA-2,5,5
check "a quotation mark that is not closed" refuses 2 '' "\"$example"
head=${head%,w_c}
check "a column that is missing" refuses 1 w_c
names_file() {
    ! "$bin/vagval" measure --in "$work/none" 2> "$work/err" && grep -F "$work/none" "$work/err"
}
check "a file that is missing" names_file

seed=${VAGVAL_TEST_SEED:-$RANDOM}
random_file() {
    python3 - "$seed" "$in" "$work/expected" << 'PYTHON'
import random, sys
from fractions import Fraction
seed, name, expected = int(sys.argv[1]), sys.argv[2], sys.argv[3]
r = random.Random(seed)
with open(name, "w") as rows, open(expected, "w") as results:
    rows.write("contract,n_a,n_b,n_c,rr1_a,rr1_b,rr1_c,rr2_a,rr2_b,rr2_c,w_a,w_b,w_c\n")
    results.write("contract,measure\n")
    for i in range(3000):
        n = [r.choice([0, 1, 2, 4, 8, r.randint(0, 300)]) for _ in range(3)]
        rr1 = [r.randint(0, k) for k in n]
        rr2 = [r.randint(0, k) for k in n]
        places = r.choice([0, 1, 3, 6, 18])
        w = [str(r.randint(0, 2)) + ("." + "".join(r.choice("0059") for _ in range(places))
             if places else "") for _ in range(3)]
        rows.write(",".join([f"KA-{i}"] + [str(x) for x in n + rr1 + rr2] + w) + "\n")
        total = sum((a + b) * Fraction(x) for a, b, x in zip(rr1, rr2, w))
        if sum(n) == 0:
            results.write(f"KA-{i},unknown\n")
        else:
            t = int(total / (2 * sum(n)) * 1000 + Fraction(1, 2))
            results.write(f"KA-{i},{t // 1000}.{t % 1000:03d}\n")
PYTHON
    "$bin/vagval" measure --in "$in" | diff - "$work/expected"
}
check "3000 random rows against exact fractions (seed $seed)" random_file
