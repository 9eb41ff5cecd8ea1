# shellcheck shell=bash
# Sourced by the integration tests: a private system in a directory of its own, real processes, real
# Redis, and checks that print "ok - what" or "not ok - what".

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
bin=${VAGVAL_BIN:-$PWD/build/bin}
slow=${VAGVAL_TEST_SLOW:-1}
failures=0
# Unix socket paths end at 107 bytes, so systems live in /tmp.
work=$(mktemp -d /tmp/vagval-it.XXXXXX)
systems=()

ok() { printf 'ok - %s\n' "$1"; }
not_ok() {
    printf 'not ok - %s\n' "$1"
    failures=$((failures + 1))
}
# check WHAT COMMAND...: the command's output is shown only when it fails.
check() {
    local what=$1 log=$work/check.log
    shift
    if "$@" > "$log" 2>&1; then
        ok "$what"
    else
        not_ok "$what"
        printf '  command: %s\n' "$*"
        tail -n 25 "$log" | sed 's/^/  /'
    fi
}
# await SECONDS COMMAND...: until it succeeds.
await() {
    local deadline=$((SECONDS + $1 * slow))
    shift
    until "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}
# vv DIR ARGUMENTS...
vv() {
    local dir=$1
    shift
    "$bin/vagval" --dir "$dir" "$@"
}
# system NAME UP-OPTIONS...: starts one and sets $dir.
system() {
    dir=$work/$1
    shift
    systems+=("$dir")
    vv "$dir" up --clock virtual "$@" > "$work/up.log" 2>&1 || {
        cat "$work/up.log"
        not_ok "the system starts"
        exit 1
    }
}
finish() {
    local d
    if [ "$failures" -gt 0 ]; then
        for d in "${systems[@]}"; do
            tail -n 15 "$d"/log/*.log 2> /dev/null
        done
    fi
    for d in "${systems[@]}"; do
        vv "$d" down > /dev/null 2>&1
    done
    rm -rf "$work"
    [ "$failures" -eq 0 ]
}
trap finish EXIT
