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
# says EXPECTED-CODE TEXT COMMAND...: exits so, and its output or error has the text.
says() {
    local expected=$1 text=$2 got
    shift 2
    "$@" > "$work/said" 2>&1
    got=$?
    cat "$work/said"
    [ "$got" -eq "$expected" ] && grep -qF -- "$text" "$work/said"
}
# json EXPRESSION COMMAND...: its output is one JSON document d of which the expression holds.
json() {
    local expression=$1
    shift
    "$@" > "$work/json" && python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(0 if eval("(" + sys.argv[2] + ")") else json.dumps(d)[:2000])' "$work/json" "$expression"
}
# after DAYS COMMAND..., on DAY COMMAND...: the system's virtual clock is moved first.
after() {
    vv "$dir" clock advance --days "$1" && "${@:2}"
}
on() {
    vv "$dir" clock set "$1" && "${@:2}"
}
# organisation N: number of the N-th made organisation, N at most 999. One has one contract in an
# area.
organisation() {
    local digits sum=0 i doubled
    digits=$(printf '556801%03d' "$1")
    for i in 0 1 2 3 4 5 6 7 8; do
        doubled=$((${digits:i:1} * (i % 2 == 0 ? 2 : 1)))
        sum=$((sum + doubled / 10 + doubled % 10))
    done
    printf '%s-%s%d\n' "${digits:0:6}" "${digits:6}" $(((10 - sum % 10) % 10))
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
# Runs a service of system $dir by hand, as instance INSTANCE, with further settings and options:
# service SERVICE INSTANCE [VAGVAL_X=VALUE | --OPTION]... Use it in a subshell: it becomes the
# service.
service() {
    local name=$1 instance=$2 settings=() options=()
    shift 2
    for word in "$@"; do
        case $word in
        --*) options+=("$word") ;;
        *) settings+=("$word") ;;
        esac
    done
    mkdir -p "$dir/run"
    unset "${!VAGVAL_@}"
    exec env VAGVAL_INSTANCE="$instance" VAGVAL_REDIS="unix:$dir/redis/redis.sock" \
        VAGVAL_REDIS_PASSWORD_FILE="$dir/keys/$name/redis.password" \
        VAGVAL_KEYS_DIR="$dir/keys/$name" VAGVAL_PEERS_FILE="$dir/keys/peers.allow" \
        VAGVAL_CLOCK=virtual VAGVAL_READY_FILE="$dir/run/$instance.ready" "${settings[@]}" \
        "$bin/vagval-$name" "${options[@]}"
}
# redis_as USER ARGUMENTS...: a command in system $dir's Redis, as one of its users.
redis_as() {
    local user=$1 owner=$1
    shift
    [ "$user" != registry ] || owner=provider-registry
    REDISCLI_AUTH=$(cat "$dir/keys/$owner/redis.password") \
        redis-cli -s "$dir/redis/redis.sock" --user "$user" --no-auth-warning "$@" 2>&1
}
# tamper PARTITIONS ACTION: changes a stored record of payment; see tamper.py.
tamper() {
    python3 tests/integration/tamper.py "$dir/redis/redis.sock" admin \
        "$dir/keys/admin/redis.password" "$1" "$work/kept.json" "${@:2}"
}
# found PARTITIONS CODE ACTION: verify names what was changed, and only that; then it is put back.
# What a service holds in memory it reads anew when it starts.
found() {
    check "a record is changed: $3" tamper "$1" "$3"
    vv "$dir" down > /dev/null 2>&1
    vv "$dir" up --clock virtual > /dev/null 2>&1
    vv "$dir" verify --json > "$work/verify.json" 2>&1
    check "verify finds it ($2)" python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
assert {p["code"] for p in r["problems"]} == {sys.argv[2]}, r' "$work/verify.json" "$2"
    tamper "$1" restore
}
# endpoint SERVICE FIELD: 2 = ROUTER, 3 = PUB of a service's first instance.
endpoint() {
    redis_as operator HGET "vv:{sys}:members:$1" "$1-1" | cut -d' ' -f"$2"
}
# The outsider of speak.c. speak SERVICE KEY ORDER...: to the first instance of a service, or to
# $at; KEY is a name in keys/, "stranger" or "plain". What listens goes to the PUB socket.
speak() {
    local name=$1 key=$2 which=2
    shift 2
    [ ! -f "$dir/keys/$key/$key.key" ] || key=$dir/keys/$key/$key.key
    [ "$1" != listen ] || which=3
    "$bin/../tests/integration/speak" "$key" \
        "$(awk -v r="$name" '$1 == r {print $3; exit}' "$dir/keys/peers.allow")" \
        "${at:-$(endpoint "$name" "$which")}" "$@"
}
finish() {
    local d
    for d in "${systems[@]}"; do
        vv "$d" down > /dev/null 2>&1
    done
    # Sanitizers and failed assertions speak in the logs, at the latest when a service ends.
    if grep -rhE -A 30 --include='*.log' \
        'Sanitizer|runtime error:|Assertion .* failed' "$work"; then
        not_ok "no service had a fault of its own"
    fi
    if [ "$failures" -gt 0 ]; then
        for d in "${systems[@]}"; do
            tail -n 15 "$d"/log/*.log 2> /dev/null
        done
    fi
    rm -rf "$work"
    [ "$failures" -eq 0 ] || exit 1
}
trap finish EXIT
