#!/usr/bin/env bash
# Prints how many lines and branches of each rule file the unit tests of its own service reach.
#   coverage.sh BUILD_DIR       (a tree built with COV=1; normally called by `make cov`)
# Which files are rules is what the check of layers says (tests/tidy/sources.py --rules), so a new
# one counts from its first day. Exit 1 when one stays below the bounds of its service.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
build=${1:?usage: coverage.sh BUILD_DIR}
# service, lines and branches at least, in percent
bounds=("payment 95 90" "assessment 95 90" "provider-registry 90 75" "documents 89 72")

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

# Lines and branches of one file, in percent. An assertion is about our own bugs: its failing branch
# is not there to be reached. A file without a line of code (tables) has nothing to reach.
figures() {
    gcov -b -c -t -o "$build/obj/${1%/*}" "$1" 2> /dev/null | awk -v file="$1" '
        function percent(part, whole) { return whole == 0 ? 100 : int(part * 10000 / whole) / 100 }
        /^ *-: *0:Source:/ { own = substr($0, index($0, "Source:") + 7) == file; seen += own }
        !own { next }
        /^branch/ && !asserted { branches++; taken += !/never executed|taken 0/ }
        /^ *([0-9]+\*?|#####|=====): *[0-9]+:/ { lines++; run += !/^ *(#####|=====):/ }
        /^ *[^:]+: *[0-9]+:/ { asserted = /: *assert\(/ }
        END { print (seen ? percent(run, lines) : 0), (seen ? percent(taken, branches) : 0) }'
}

short=0
# Tables of keys and words alone have no code, so gcov knows nothing of them.
mapfile -t rules < <(python3 tests/tidy/sources.py --rules | xargs grep -l '^{')
printf '%-48s %8s %10s\n' 'rule file' 'lines %' 'branches %'
for bound in "${bounds[@]}"; do
    read -r service lines_min branches_min <<< "$bound"
    run_tests "$service"
    for rule in "${rules[@]}"; do
        [[ $rule == "services/$service/"* ]] || continue
        read -r lines branches < <(figures "$rule")
        mark=
        if awk -v l="$lines" -v b="$branches" -v lm="$lines_min" -v bm="$branches_min" \
            'BEGIN { exit !(l + 0 < lm || b + 0 < bm) }'; then
            mark='  below'
            short=$((short + 1))
        fi
        printf '%-48s %8s %10s%s\n' "$rule" "$lines" "$branches" "$mark"
    done
done
for bound in "${bounds[@]}"; do
    printf 'at least: %s %% of lines and %s %% of branches in services/%s\n' \
        "$(cut -d' ' -f2 <<< "$bound")" "$(cut -d' ' -f3 <<< "$bound")" "${bound%% *}"
done
printf '%d rule files below\n' "$short"
[ "$short" -eq 0 ]
