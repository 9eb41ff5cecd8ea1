#!/usr/bin/env bash
# Prints lines and branches of the payment rules that their unit tests reach, file by file.
#   coverage.sh BUILD_DIR       (a tree built with COV=1; normally called by `make cov`)
# Exit 1 when a rule file has less than 95 % of its lines or 90 % of its branches.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
build=${1:?usage: coverage.sh BUILD_DIR}
objects=$build/obj/services/payment
lines_min=95
branches_min=90
# Pure files: what is owed, and what of it is posted. Handlers and files of the case are not rules.
rules=(base billing caps conditions course difference entitlement facts grant hold holds
    instalments ledger level_in_force match payrun premium price_in_force result service_months
    share sustained unit)

find "$build/obj" -name '*.gcda' -delete
for test in "$build"/tests/unit/payment/test_*; do
    case $test in
    *.d | *.o) continue ;;
    esac
    if ! "$test" >"$build/coverage.log" 2>&1; then
        tail -n 20 "$build/coverage.log"
        printf 'coverage.sh: %s failed\n' "$test" >&2
        exit 1
    fi
done

# gcov prints a block per source file; the first is the file itself.
figures() {
    gcov -b -n -o "$objects" "services/payment/$1.c" 2>/dev/null |
        awk -v file="services/payment/$1.c" '
        /^File/ { own = index($0, "\x27" file "\x27") > 0 }
        own && /^Lines executed/ { split($0, part, /[:%]/); lines = part[2] }
        own && /^No branches/ { branches = 100 }
        own && /^Taken at least once/ { split($0, part, /[:%]/); branches = part[2] }
        END { print (lines == "" ? "0" : lines), (branches == "" ? "100" : branches) }'
}

short=0
printf '%-36s %8s %10s\n' 'rule file' 'lines %' 'branches %'
for rule in "${rules[@]}"; do
    [ -f "services/payment/$rule.c" ] || continue
    read -r lines branches < <(figures "$rule")
    mark=
    if awk -v l="$lines" -v b="$branches" -v lm=$lines_min -v bm=$branches_min \
        'BEGIN { exit !(l + 0 < lm || b + 0 < bm) }'; then
        mark='  below'
        short=$((short + 1))
    fi
    printf '%-36s %8s %10s%s\n' "services/payment/$rule.c" "$lines" "$branches" "$mark"
done
printf '%d rule files below %d %% of lines or %d %% of branches\n' \
    "$short" "$lines_min" "$branches_min"
[ "$short" -eq 0 ]
