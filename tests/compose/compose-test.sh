#!/usr/bin/env bash
# The whole system in containers: builds the images, starts them with compose, carries one person
# from registration to the speed premium, kills the payment container with SIGKILL while the job
# start is on its way to it, shows that the premium is paid exactly once, scales every service, and
# cleans up after itself.
#   VAGVAL_KEEP_IMAGES=1  leaves the images in an engine that was already running
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
if [ "$(id -u)" -ne 0 ] && ! docker info > /dev/null 2>&1 && command -v sudo > /dev/null; then
    # A private engine needs root.
    exec sudo "$PWD/tests/compose/compose-test.sh"
fi
# shellcheck source=tests/compose/engine.sh
. tests/compose/engine.sh

passed=0
failed=0
project=vagval-test-$$
base=${VAGVAL_BASE:-debian:bookworm-slim}
images=("$project:services" "$project:redis" "$project:build")
export COMPOSE_PROJECT_NAME=$project VAGVAL_CLOCK=virtual
export VAGVAL_IMAGE=${images[0]} VAGVAL_REDIS_IMAGE=${images[1]}
# Read by the container's own uid.
book=$(mktemp -d /tmp/vagval-book.XXXXXX)
chmod 755 "$book"
if docker compose version > /dev/null 2>&1; then
    compose_command=(docker compose)
else
    compose_command=(docker-compose)
fi

ok() {
    printf 'ok - %s\n' "$1"
    passed=$((passed + 1))
}
not_ok() {
    printf 'not ok - %s\n' "$1"
    failed=$((failed + 1))
    [ ! -s "$book/err" ] || tail -n 5 "$book/err" | sed 's/^/  /'
}
# check WHAT COMMAND...
check() {
    local what=$1
    shift
    if "$@"; then
        ok "$what"
    else
        not_ok "$what"
    fi
}

compose() { "${compose_command[@]}" "$@" 2> "$book/err"; }
vagval() { compose run --rm -T -v "$book:/book" cli "$@"; }
stage() { printf '[%3d s] %s\n' "$SECONDS" "$1"; }

# Networks, volumes and containers of the test that are still there, one a line.
remains() {
    docker ps -aq --filter "label=com.docker.compose.project=$project"
    docker network ls -q --filter "label=com.docker.compose.project=$project"
    docker volume ls -q --filter "label=com.docker.compose.project=$project"
}
finish() {
    trap - EXIT
    if [ "$failed" -gt 0 ] && [ -n "$(remains 2> /dev/null)" ]; then
        compose logs --no-color --tail 40
    fi
    if docker info > /dev/null 2>&1; then
        compose --profile tools down -v --remove-orphans
        check "nothing of the test is left in the engine" test -z "$(remains)"
    fi
    [ -z "${VAGVAL_KEEP_IMAGES:-}" ] || images=()
    engine_stop "${images[@]}"
    rm -rf "$book"
    stage "done"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
# give_up WHAT: nothing that follows can work.
give_up() {
    not_ok "$1"
    exit 1
}
trap finish EXIT
trap 'failed=$((failed + 1)); exit 1' INT TERM

# ---- images ----
engine_start || give_up "a container engine answers"
stage "base image"
engine_base "$base" || give_up "the image $base is there"
for target in build vagval vagval-redis; do
    stage "image: $target"
    tag=${images[2]}
    [ "$target" != vagval ] || tag=${images[0]}
    [ "$target" != vagval-redis ] || tag=${images[1]}
    DOCKER_BUILDKIT=0 docker build -q --network host --build-arg "BASE=$base" --target "$target" \
        -t "$tag" -f deploy/Dockerfile . > /dev/null 2> "$book/err" ||
        give_up "image $target builds"
    ok "image $target builds"
done
engine_isolate || give_up "the engine starts in a network of its own"

# ---- helpers for containers ----
container() {
    docker ps -q --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1" | head -n 1
}
healthy() { # service, instances
    [ "$(docker ps -q --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1" --filter health=healthy | wc -l)" -eq "$2" ]
}
await() { # seconds, command...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.5
    done
}
# A signal from outside the container, as when the machine's memory runs out: `docker kill` would
# count as a stop by the operator, after which the restart policy does nothing.
signal() { # name, container
    docker run --rm --pid host --user 0:0 --network none "${images[0]}" \
        sh -c "kill -$1 $(docker inspect -f '{{.State.Pid}}' "$2")"
}

# ---- a wrong situation is told ----
stage "redis alone"
check "redis starts" compose up -d redis
unprovisioned() {
    ! compose run --rm -T --no-deps payment > "$book/out" 2>&1 &&
        grep -q 'vagval provision' "$book/out" "$book/err"
}
check "a service on a Redis without provision stops and says so" unprovisioned

# ---- the system ----
stage "the services"
check "everything starts" compose up -d
for service in redis intake assessment provider-registry payment; do
    check "$service is healthy" await 60 healthy "$service" 1
done
for service in redis intake assessment provider-registry payment; do
    user=$(docker inspect -f '{{.Config.User}}' "$(container $service)")
    confined=$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}' \
        "$(container $service)")
    uid=$(docker exec "$(container $service)" sh -c \
        'while read -r key value _; do [ "$key" != Uid: ] || echo "$value"; done < /proc/1/status')
    check "$service runs as uid $uid without capabilities on a read-only file system" \
        test "$uid" -ge 10000 -a "$user" = "$uid:$uid" -a "$confined" = "true [ALL]"
done
# What a container has besides its own keys and password: the list of peers, which is public.
own_secrets_only() {
    local dir=/var/lib/vagval/keys files
    files=$(docker exec "$(container "$1")" find /var/lib/vagval -type f 2> "$book/err") &&
        grep -q "^$dir/$1/$1.key$" <<< "$files" &&
        [ "$(grep -v "^$dir/$1/" <<< "$files")" = "$dir/peers.allow" ]
}
for service in intake assessment provider-registry payment; do
    check "$service has no other's keys" own_secrets_only "$service"
done
secret_free() {
    ! docker ps -aq --filter "label=com.docker.compose.project=$project" |
        xargs docker inspect -f '{{.Config.Env}} {{.Config.Cmd}}' |
        grep -iE '(password|secret|key)=[^/]'
}
check "no secret in a container's environment or command" secret_free

# ---- one synthetic person: registered on 16 March 2020, chooses, starts a job on 20 April ----
stage "one person"
cp tests/compose/book/*.csv "$book/"
check "the scheme is published" vagval scheme publish /usr/share/vagval/schemes/se-krom.yaml
check "the clock stands on 2020-03-16" vagval clock set 2020-03-16
check "person, provider, contract and choice are loaded" vagval load --by-day \
    --reject /tmp/rejects.csv /book/{seekers,providers,contracts,choices}.csv
check "the clock reaches 2020-04-20" vagval clock advance --to 2020-04-20

premiums() { # number of postings expected
    vagval ledger --json > "$book/ledger.json" &&
        python3 - "$book/ledger.json" "$1" << 'PY'
import json, sys
ledger = json.load(open(sys.argv[1]))
postings = sum(c["postings"] for c in ledger["components"] if c["component"] == "premium")
sys.exit(0 if postings == int(sys.argv[2]) and ledger["balanced"] is True else 1)
PY
}
check "no premium before the job start" premiums 0

# Payment is stopped in its tracks, so that the job start waits on its doorstep; then it is killed.
stage "SIGKILL"
payment=$(container payment)
old=$(docker inspect -f '{{.State.StartedAt}}' "$payment")
load_outcomes() { vagval load --reject /tmp/rejects.csv /book/outcomes.csv; }
check "payment stands still" signal STOP "$payment"
load_outcomes > "$book/load" &
loading=$!
sleep 3
check "payment is killed while the job start is on its way to it" signal KILL "$payment"
restarted() { [ "$(docker inspect -f '{{.State.StartedAt}}' "$payment")" != "$old" ]; }
check "payment was restarted by its policy" await 30 restarted
check "the job start is accepted" wait "$loading"
check "payment is healthy again" await 30 healthy payment 1
check "the premium is posted" await 30 premiums 1
check "the same job start again changes nothing" load_outcomes
sleep 1
check "the premium is paid exactly once, the ledger balanced" premiums 1
check "verify is clean" vagval verify

# ---- more instances ----
stage "scaling"
check "every service is scaled to two without configuration" \
    compose up -d --no-recreate --scale intake=2 --scale assessment=2 \
    --scale provider-registry=2 --scale payment=2
for service in intake assessment provider-registry payment; do
    check "both instances of $service are healthy" await 60 healthy "$service" 2
done
check "the command still answers" vagval status
check "the premium is still paid exactly once" premiums 1
check "verify is clean with two of each" vagval verify
