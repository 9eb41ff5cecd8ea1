#!/usr/bin/env bash
# What an operator meets: status, metrics and health, configuration, help and JSON of every command,
# leaving in good order under load, full queues, garbage, and logs without personal data.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

services=(intake assessment provider-registry payment)
parts=(seekers providers contracts choices reports outcomes)
book=$work/book
early=$work/early
people=450
# json EXPRESSION COMMAND...: runs it; its output must be JSON, of which EXPRESSION holds for d.
json() {
    local expression=$1
    shift
    "$@" > "$work/json.out" 2> "$work/json.err" || {
        cat "$work/json.out" "$work/json.err"
        return 1
    }
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
sys.exit(0 if eval(sys.argv[2]) else json.dumps(d)[:2000])' "$work/json.out" "$expression"
}

# ---- configuration ----
# config EXPECTED-CODE WORD SETTING: of payment's --check-config.
config() {
    local code
    dir=$work/none
    (service payment payment-1 --check-config "$3") > "$work/config.out" 2>&1
    code=$?
    cat "$work/config.out"
    [ "$code" -eq "$1" ] && grep -q -- "$2" "$work/config.out"
}
check "good settings are shown with their origin" \
    config 0 'VAGVAL_PARTITIONS=64  # environment' VAGVAL_PARTITIONS=64
check "and so are defaults" config 0 'VAGVAL_PUB=on  # default' VAGVAL_PARTITIONS=64
check "what Kubernetes sets is let through" config 0 default VAGVAL_PAYMENT_SERVICE_HOST=10.0.0.1
check "an unknown variable is fatal" config 2 VAGVAL_PARTITION: VAGVAL_PARTITION=64
for bad in PARTITIONS=0 PARTITIONS=many PUB=maybe CLOCK=sundial LOG_LEVEL=loud CACHE_BYTES=12k \
    REDIS=somewhere METRICS=everywhere METRICS=127.0.0.1:http ROUTER=nowhere PUBLISH=; do
    check "VAGVAL_$bad is refused with the variable's name" \
        config 2 "VAGVAL_${bad%%=*}" "VAGVAL_$bad"
done

# ---- up, and what the instances say ----
system operations
up_again='d["started"] == 0 and d["already_running"] == 5'
check "up on a running system starts nothing" json "$up_again" vv "$dir" up --json
pids() { cat "$dir"/run/*.pid; }
pids > "$work/pids"
check "and again" json "$up_again" vv "$dir" up --json
check "it is the same processes" cmp "$work/pids" <(pids)
check "status: every service answers INFO and STATS" json \
    '[i["service"] for i in d["instances"]] == '"$(printf '"%s",' "${services[@]}" |
        sed 's/,$//; s/.*/[&]/')"' and all(i["state"] == "ready" and i["partitions"] == 256
        and i["queue"] == 0 for i in d["instances"]) and not d["problems"]' \
    vv "$dir" status --json
for name in "${services[@]}"; do
    for question in ping info stats; do
        check "$name answers $question" grep -q ^ok <(speak "$name" operator send "$question")
    done
done

# ---- every command: help with an example, JSON ----
mapfile -t commands < <("$bin/vagval" --help |
    sed -nE 's/^  ([a-z]+( [a-z-]+){0,2})( [A-Z[].*|  +.*)?$/\1/p')
check "help lists the commands" test "${#commands[@]}" -ge 17
for command in "${commands[@]}"; do
    # shellcheck disable=SC2086 # words
    "$bin/vagval" $command --help > "$work/help" 2>&1
    check "\`vagval $command --help\` has an example" \
        grep -qE "^  vagval $command( |$)" <(sed -n '/^Example/,$p' "$work/help")
done
# Whatever is missing, a system or an argument: what a program reads is one JSON document.
without() {
    local code=0
    (cd "$work" && timeout $((30 * slow)) "$bin/vagval" --dir "$work/none" "$@" --json) \
        < /dev/null > "$work/json.out" || code=$?
    [ "$code" -le 2 ] && python3 -m json.tool "$work/json.out"
}
for command in "${commands[@]}"; do
    read -ra name <<< "$command"
    case $command in
    up | keys | "keys add" | synth) ;; # these make something
    *) check "\`vagval $command --json\` alone is JSON" without "${name[@]}" ;;
    esac
done
declare -A arguments=(
    [up]="" [status]="" [keys]="" [provision]="" [clock]="" ["clock show"]="" ["scheme list"]=""
    ["scheme check"]=deploy/schemes/se-krom.yaml ["scheme publish"]=deploy/schemes/se-krom.yaml
    ["scheme show"]=deploy/schemes/se-krom.yaml ["clock set"]=2020-03-16
    [synth]="--people $people --seed 3 --from 2020-03-16 --to 2020-06-30 --until 2020-09-30
        --out $book"
    [load]="--by-day --reject $work/rejects.csv $(printf "$early/%s.csv " "${parts[@]}")"
    ["clock advance"]="--to 2020-04-05" ["case list"]="--limit 3" [ledger]="" [report]=""
    ["case show"]=CASE [explain]=CASE [verify]="" [down]=""
)
person=
# In an order that makes sense; a command that is missing here is found below.
for command in up status keys provision "scheme check" "scheme publish" "scheme show" \
    "scheme list" clock "clock show" "clock set" synth load "clock advance" "case list" \
    "case show" explain ledger report verify; do
    words=${arguments[$command]/CASE/$person}
    # shellcheck disable=SC2086 # words
    check "\`vagval $command --json\` is JSON" \
        json 'isinstance(d, (dict, list)) and len(d) > 0' vv "$dir" $command $words --json
    if [ "$command" = synth ]; then
        # The first weeks now, all of it later, under load.
        mkdir -p "$early"
        for part in "${parts[@]}"; do
            awk -F, 'NR == 1 || $2 < "2020-04-04"' "$book/$part.csv" > "$early/$part.csv"
        done
        # Whoever chooses has a level to explain.
        person=$(awk -F, 'NR == 2 {print $3}' "$early/choices.csv")
    fi
done
# The commands of the other topics are run by the scripts of their topics, some of which have a
# short word for several (`pay` for `pay invoice`): those are also written out here. Comments and
# what checks are called do not count.
written_out() {
    local script words
    for script in tests/integration/test_*.sh; do
        sed -E 's/^ *#.*//; s/check "[^"]*"//' "$script" > "$work/script"
        # shellcheck disable=SC2016 # the script's words
        words=$(sed -nE 's/^([a-z_]+)\(\) \{ vv "\$dir" ([a-z -]+) "\$@"; \}$/\1 \2/p' "$script")
        cat "$work/script"
        while read -r short long; do
            [ -z "$short" ] || sed -nE "s/(^|[^a-z-])$short /\\1$long /p" "$work/script"
        done <<< "$words"
    done
}
written_out > "$work/written"
for command in "${commands[@]}"; do
    [ -n "${arguments[$command]+here}" ] ||
        check "some test runs \`vagval $command\`" \
            grep -qE "(^|[ \"(])$command([] \");|]|$)" "$work/written"
done
check "an unknown command, as JSON too, exits with 2" \
    bash -c "'$bin/vagval' nonsense --json > '$work/out' 2>&1; [ \$? -eq 2 ]"

# ---- metrics, health, leaving under load ----
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
declare -A second
for name in "${services[@]}"; do
    metrics=
    [ "$name" != payment ] || metrics=127.0.0.1:$port
    service "$name" "$name-2" "VAGVAL_METRICS=$metrics" VAGVAL_LOG_LEVEL=debug \
        2> "$dir/log/$name-2.log" &
    second[$name]=$!
done
for name in "${services[@]}"; do
    check "a second $name gets ready" await 20 test -s "$dir/run/$name-2.ready"
    healthy() { (service "$1" "$1-2" --health); }
    check "and is healthy" healthy "$name"
done
fetch() {
    python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode(), end="")' \
        "http://127.0.0.1:$port/$1"
}
check "/health answers" fetch health
load_all() {
    exec "$bin/vagval" --dir "$dir" load --json "$@" --reject "$work/rejects.csv" \
        "$book"/{seekers,providers,contracts,choices,reports,outcomes}.csv
}
load_all --by-day > "$work/load.json" 2>&1 &
loader=$!
halves() { json 'all(i["partitions"] < 256 for i in d["instances"])' vv "$dir" status --json; }
check "they share the partitions" await 20 halves
has_commits() { fetch metrics | grep -E '^vagval_commits_total[^ ]* [1-9]'; }
check "the second payment commits" await 30 has_commits
fetch metrics > "$work/metrics"
check "/metrics is Prometheus text" python3 - "$work/metrics" << 'PY'
import re, sys
lines = open(sys.argv[1]).read().split("\n")
assert lines[-1] == "", "the last line ends with a newline"
typed = {}
for line in lines[:-1]:
    if line.startswith("# TYPE "):
        _, _, name, kind = line.split(" ")
        assert kind in ("counter", "gauge", "histogram"), line
        typed[name] = kind
    elif not line.startswith("# HELP "):
        m = re.fullmatch(r'([a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? '
                         r'(-?[0-9.e+-]+|\+Inf)', line)
        assert m, line
        assert re.sub("_(bucket|sum|count)$", "", m[1]) in typed or m[1] in typed, line
assert len(typed) > 5, typed
PY
check "a second walk of the clock is refused, and told who walks" \
    says 1 "\`vagval load --by-day\`, process $loader is at work" \
    vv "$dir" clock advance --days 1
for name in payment assessment provider-registry intake; do
    check "the load is running when $name leaves" kill -0 "$loader"
    kill -TERM "${second[$name]}"
    wait "${second[$name]}"
    check "$name drains and exits with 0" test $? -eq 0
    check "and says so" grep -q code=service.stopped "$dir/log/$name-2.log"
    check "its ready file is gone" test ! -e "$dir/run/$name-2.ready"
done
wait "$loader"
check "the load goes on to its end" json \
    'd["accepted"] == d["rows"] and not d["rejected"]' cat "$work/load.json"
check "nothing acknowledged was lost" json 'd["nothing_new"] and not d["rejected"]' \
    bash -c "$(declare -f load_all); bin=$bin dir=$dir work=$work book=$book; load_all"
check "verify is clean" vv "$dir" verify

# ---- full queues and garbage ----
for name in "${services[@]}"; do
    speak "$name" operator flood 6000 case_show > "$work/flood"
    check "$name answers every one of 6 000 questions at once: $(cat "$work/flood")" \
        grep -qE '^sent 6000 answered 6000 busy ([0-9]+) advised \1$' "$work/flood"
    speak "$name" operator odd 2000 "$RANDOM" > "$work/odd"
    check "$name takes none of 2 000 odd frames" grep -qx '0 taken' "$work/odd"
    check "$name answers afterwards" grep -q ^ok <(speak "$name" operator send ping)
done
# Redis stands still, so that the queue fills: 1 024 wait, and the others are told.
redis=$(cat "$dir/run/redis.pid")
at=$(endpoint payment 2)
kill -STOP "$redis"
(sleep 3 && kill -CONT "$redis") &
waker=$!
speak payment operator flood 6000 verify_page > "$work/flood"
at=
wait "$waker"
check "a full queue says BUSY and when to come again: $(cat "$work/flood")" \
    grep -qE '^sent 6000 answered 6000 busy ([45][0-9]{3}) advised \1$' "$work/flood"
check "it is still the same processes" cmp "$work/pids" <(pids)

# ---- logs ----
cut -d, -f3,4 "$book/seekers.csv" | tail -n +2 | tr ',' '\n' |
    grep -vE '^(identity|name)$' | tr -d '"' | sort -u > "$work/personal"
sed -nE 's/^[0-9]{2}([0-9]{6})-?([0-9]{4})$/\1\2\n\1-\2/p' "$work/personal" > "$work/short"
cat "$work/short" >> "$work/personal"
check "the book has personal data to look for" \
    test "$(wc -l < "$work/personal")" -gt $((people * 3))
check "no log line has a name or an identity number in it" \
    bash -c "! grep -rnF -f '$work/personal' '$dir/log'"
check "log lines are logfmt" bash -c "! grep -hvE '^ts=[^ ]+ level=(debug|info|warn|error) \
service=[a-z-]+ instance=[a-z0-9-]+ code=[a-z.-]+( [a-z_]+=(\"([^\"]|\\\\\")*\"|[^ \"]+))*\$' \
    '$dir'/log/{intake,assessment,provider-registry,payment}-*.log"

check "down says what it stopped, as JSON" json 'len(d) > 0' vv "$dir" down --json
check "down again is harmless" vv "$dir" down
check "up after it finds everything" json 'd["started"] == 5' vv "$dir" up --json
check "verify is clean" vv "$dir" verify
