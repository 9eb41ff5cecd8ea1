#!/usr/bin/env bash
# Prints how many lines and branches of each rule file the unit tests of its own service reach.
#   coverage.sh BUILD_DIR       (a tree built with COV=1; normally called by `make cov`)
# Which files are rules is what the check of layers says (tests/tidy/sources.py --rules), so a new
# one counts from its first day. Exit 1 when one stays below the bounds.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
build=${1:?usage: coverage.sh BUILD_DIR}
services=(payment provider-registry assessment documents)
lines_min=95
branches_min=90

# Every unit test of a service, from counters at zero.
run_tests() {
    local test
    find "$build/obj/services/$1" -name '*.gcda' -delete
    for test in "$build/tests/unit/$1"/test_*; do
        case $test in
        *.d | *.o) continue ;;
        esac
        if ! "$test" > "$build/coverage.log" 2>&1; then
            tail -n 20 "$build/coverage.log"
            printf 'coverage.sh: %s failed\n' "$test" >&2
            exit 1
        fi
    done
}

# gcov prints a block per source file; only the file's own counts. A file without a line of code
# (tables) has nothing to reach.
figures() {
    gcov -b -n -o "$build/obj/${1%/*}" "$1" 2> /dev/null | awk -v file="$1" '
        /^File/ { own = index($0, "\x27" file "\x27") > 0 }
        own && /^Lines executed/ { split($0, part, /[:%]/); lines = part[2] }
        own && /^No branches/ { branches = 100 }
        own && /^Taken at least once/ { split($0, part, /[:%]/); branches = part[2] }
        /^No executable lines/ { lines = branches = 100 }
        END { print (lines == "" ? "0" : lines), (branches == "" ? "0" : branches) }'
}

short=0
mapfile -t rules < <(python3 tests/tidy/sources.py --rules)
printf '%-48s %8s %10s\n' 'rule file' 'lines %' 'branches %'
for service in "${services[@]}"; do
    run_tests "$service"
    for rule in "${rules[@]}"; do
        [[ $rule == "services/$service/"* ]] || continue
        read -r lines branches < <(figures "$rule")
        mark=
        if awk -v l="$lines" -v b="$branches" -v lm=$lines_min -v bm=$branches_min \
            'BEGIN { exit !(l + 0 < lm || b + 0 < bm) }'; then
            mark='  below'
            short=$((short + 1))
        fi
        printf '%-48s %8s %10s%s\n' "$rule" "$lines" "$branches" "$mark"
    done
done
printf '%d rule files below %d %% of lines or %d %% of branches\n' \
    "$short" "$lines_min" "$branches_min"
[ "$short" -eq 0 ]
