#!/usr/bin/env bash
# Starting and stopping under bad luck: several `up` at once, pid files that are lost, stale or name
# somebody else, processes killed. There is never a second Redis over the same data nor a second
# instance of a name, and `down` stops everything of the directory and nothing else.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# running DIR: "PID NAME" of every process that works in the directory, as /proc tells; found here
# in another way than the command's: by the directory's path in the command line or environment.
running() {
    local proc
    for proc in /proc/[0-9]*; do
        if [ "$(readlink "$proc/cwd")" = "$1/redis" ] ||
            tr '\0' '\n' < "$proc/environ" 2> /dev/null |
            grep -qxF "VAGVAL_REDIS=unix:$1/redis/redis.sock"; then
            case $(readlink "$proc/exe") in
            */redis-*) echo "${proc#/proc/} redis" ;;
            */vagval-*)
                echo "${proc#/proc/} $(tr '\0' '\n' < "$proc/environ" |
                    sed -n 's/^VAGVAL_INSTANCE=//p')"
                ;;
            esac
        fi
    done 2> /dev/null | sort -k 2
}
names() { running "$1" | cut -d' ' -f2 | tr '\n' ' '; }
all="assessment-1 intake-1 payment-1 provider-registry-1 redis "
is_whole() { [ "$(names "$1")" = "$all" ]; }
same_processes() { [ "$(running "$dir")" = "$before" ]; }
code() {
    local expected=$1 got
    shift
    "$@" > "$work/out" 2>&1
    got=$?
    cat "$work/out"
    [ "$got" -eq "$expected" ]
}

# ---- several at once, on a directory that is not there yet ----
dir=$work/crowd
systems+=("$dir")
pids=()
for i in 1 2 3 4; do
    vv "$dir" up --clock virtual > "$work/up-$i.log" 2>&1 &
    pids+=($!)
done
good=0
for pid in "${pids[@]}"; do
    wait "$pid" && good=$((good + 1))
done
check "four \`up\` at once all succeed" test "$good" -eq 4
check "one of them started the system" test "$(grep -l '^5 started' "$work"/up-?.log | wc -l)" -eq 1
check "the others changed nothing" \
    test "$(grep -l 'nothing was changed' "$work"/up-?.log | wc -l)" -eq 3
check "there is one Redis and one instance of each service" is_whole "$dir"
before=$(running "$dir")

# ---- pid files ----
for name in $all; do
    rm "$dir/run/$name.pid"
    check "up after $name's pid file was lost" vv "$dir" up
    check "nothing new runs ($name, lost)" same_processes
    check "the file is there again ($name)" \
        grep -qx "$(cat "$dir/run/$name.pid")" <(cut -d' ' -f1 <<< "$before")
    echo 1 > "$dir/run/$name.pid"
    check "up after $name's pid file named process 1" vv "$dir" up
    check "nothing new runs ($name, 1)" same_processes
done
cat "$dir/run/intake-1.pid" > "$dir/run/payment-1.pid"
rm "$dir"/run/redis.pid
check "up after a pid file named another instance" vv "$dir" up
check "nothing new runs (another's)" same_processes
rm "$dir"/run/*.pid
check "status finds them without pid files" vv "$dir" status
rm -f "$dir"/run/*.pid

# ---- a lock that somebody holds ----
exec 9> "$dir/lock"
echo 'a test' > "$dir/lock"
flock 9
vv "$dir" up > "$work/held.log" 2>&1 &
held=$!
check "up waits for who holds the lock, and says who" \
    await 5 grep -q 'waiting for a test' "$work/held.log"
flock -u 9
exec 9>&-
check "and goes on when the lock is free" wait "$held"
check "still nothing new runs" same_processes

# ---- killed ----
for name in payment-1 redis; do
    victim=$(awk -v name="$name" '$2 == name {print $1}' <<< "$before")
    kill -9 "$victim"
    await 5 test ! -e "/proc/$victim"
    check "up after $name was killed" vv "$dir" up
    check "everything is there once ($name)" is_whole "$dir"
    before=$(running "$dir")
done
check "and at work" vv "$dir" scheme publish deploy/schemes/se-krom.yaml

# ---- a Redis that is not ours on the socket; an instance that lives elsewhere ----
kill -9 "$(cat "$dir/run/redis.pid")"
await 5 test ! -e "/proc/$(cat "$dir/run/redis.pid")"
rm -f "$dir/redis/redis.sock"
mkdir "$work/stranger"
redis-server --port 0 --unixsocket "$dir/redis/redis.sock" --dir "$work/stranger" \
    --aclfile "$dir/redis/users.acl" --save '' > "$work/stranger.log" 2>&1 &
stranger=$!
await 5 test -S "$dir/redis/redis.sock"
check "up starts no Redis beside another on the socket" code 1 vv "$dir" up
check "and names its process" grep -q "process $stranger" "$work/out"
check "down stops the services" vv "$dir" down
check "and leaves the other Redis alone" kill -0 "$stranger"
kill "$stranger"
wait "$stranger"
check "up when it is gone" vv "$dir" up
check "everything is there once" is_whole "$dir"

# ---- down: all of it, nothing else ----
system neighbour
neighbour=$dir
dir=$work/crowd
(service intake intake-by-hand 2> /dev/null) &
await 20 test -s "$dir/run/intake-by-hand.ready"
sleep 600 &
bystander=$!
echo "$bystander" > "$dir/run/payment-1.pid"
cat "$neighbour/run/intake-1.pid" > "$dir/run/intake-1.pid"
rm "$dir/run/redis.pid" "$dir/run/assessment-1.pid"
check "down, with lost and wrong pid files" vv "$dir" down
check "nothing of the directory is left" test -z "$(names "$dir")"
check "what a pid file named wrongly lives on" kill -0 "$bystander"
check "and so does the neighbour" is_whole "$neighbour"
kill "$bystander"
check "down again finds nothing" grep -q 'nothing was running' <(vv "$dir" down)

# ---- usage: 2, and nothing is touched ----
for wrong in --scale=payment --scale=nobody=2 --scale=payment=0 --clock=sundial --pub=maybe \
    --partitions=0 --partitions=many --nonsense; do
    check "up $wrong is wrong usage" code 2 vv "$work/untouched" up "$wrong"
done
check "and touches nothing" test ! -e "$work/untouched"
check "another kind of clock is a refusal" code 1 vv "$dir" up --clock real
