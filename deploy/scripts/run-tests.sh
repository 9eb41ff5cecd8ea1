#!/usr/bin/env bash
# Runs the tests and ends with one line: N passed, M failed.
#   run-tests.sh [--only-units] BUILD_DIR
# Unit, contract and torture tests are cmocka programs; integration tests and checks are scripts
# that print "ok - what" or "not ok - what" per check. A program that dies counts as one failure.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
only_units=
if [ "${1:-}" = --only-units ]; then
    only_units=1
    shift
fi
build=${1:?usage: run-tests.sh [--only-units] BUILD_DIR}
case $build in
/*) export VAGVAL_BIN=$build/bin ;;
*) export VAGVAL_BIN=$PWD/$build/bin ;;
esac
logs=$build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
# One multiplier for every timeout in the tests, for the sanitizers' slowness.
export VAGVAL_TEST_SLOW=1
case $build in
*/san | */cov) export VAGVAL_TEST_SLOW=8 ;;
esac
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

passed=0
failed=0
broken=()

# name, log, exit code -> counts
count() {
    local ok bad
    ok=$(grep -acE '^\[ +OK \]|^ok - ' "$2")
    bad=$(grep -acE '^\[  FAILED  \] [A-Za-z_]+[a-z0-9_]*$|^not ok - ' "$2")
    # cmocka lists a failed test once when it fails and once in its summary.
    if grep -aqE '^\[  FAILED  \] [0-9]+ test' "$2"; then
        bad=$(grep -aE '^\[  FAILED  \] [0-9]+ test' "$2" | sed -E 's/[^0-9]*([0-9]+) test.*/\1/' |
            awk '{sum += $1} END {print sum + 0}')
    fi
    if [ "$3" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        broken+=("$1")
        printf 'FAILED %s (exit %s); the end of %s:\n' "$1" "$3" "$2"
        tail -n 40 "$2"
    else
        printf '%-58s %4d passed\n' "$1" "$ok"
    fi
}

run_units() {
    local binary names=()
    for binary in "$build"/tests/unit/*/test_* "$build"/tests/contract/test_* \
        "$build"/tests/torture/test_*; do
        if [ -x "$binary" ] && [ ! -d "$binary" ]; then
            names+=("$binary")
        fi
    done
    # shellcheck disable=SC2016 # expanded by the inner shell
    printf '%s\n' "${names[@]}" | xargs -P 2 -I{} bash -c \
        'log=$1/$(echo "${2#*/tests/}" | tr / .).log
         timeout $((300 * VAGVAL_TEST_SLOW)) "$2" > "$log" 2>&1
         echo $? > "$log.rc"' _ "$logs" {}
    for binary in "${names[@]}"; do
        local log
        log=$logs/$(echo "${binary#*/tests/}" | tr / .).log
        count "${binary#*/tests/}" "$log" "$(cat "$log.rc")"
    done
}

# run_scripts AT_ONCE SCRIPT...: each has a directory of its own, so several run side by side.
run_scripts() {
    local at_once=$1 script pid rc log
    local -A running=()
    shift
    for script in "$@" ""; do
        # The empty name at the end waits for all.
        while [ ${#running[@]} -ge $((${#script} > 0 ? at_once : 1)) ]; do
            wait -n -p pid
            rc=$?
            count "${running[$pid]}" "$logs/$(echo "${running[$pid]}" | tr / .).log" "$rc"
            unset "running[$pid]"
        done
        [ -n "$script" ] || break
        log=$logs/$(echo "$script" | tr / .).log
        timeout $((900 * VAGVAL_TEST_SLOW)) bash "$script" > "$log" 2>&1 &
        running[$!]=$script
    done
}

run_units
if [ -z "$only_units" ]; then
    # The longest first.
    first=(tests/integration/test_{kill,flow,operations,payrun,campaign}.sh)
    mapfile -t others < <(printf '%s\n' tests/integration/test_*.sh tests/tidy/test_*.sh |
        grep -vxFf <(printf '%s\n' "${first[@]}"))
    run_scripts 2 "${first[@]}" "${others[@]}"
    if [ "$VAGVAL_TEST_SLOW" -eq 1 ]; then
        run_scripts 1 tests/fuzz/run-short.sh
    fi
fi
if [ "$failed" -gt 0 ]; then
    printf 'failed: %s\n' "${broken[@]}"
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
