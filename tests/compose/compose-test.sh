#!/usr/bin/env bash
# The whole system in containers: builds the images, starts them with docker-compose, carries one
# person from registration to the speed premium, kills the payment container with SIGKILL in the
# middle, shows that the premium is paid exactly once, and cleans up after itself.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/compose/engine.sh
. tests/compose/engine.sh

passed=0
failed=0
project=vagval-test-$$
export COMPOSE_PROJECT_NAME=$project VAGVAL_CLOCK=virtual
# Read by the container's own uid.
book=$(mktemp -d /tmp/vagval-book.XXXXXX)
chmod 755 "$book"

ok() {
    printf 'ok - %s\n' "$1"
    passed=$((passed + 1))
}
not_ok() {
    printf 'not ok - %s\n' "$1"
    failed=$((failed + 1))
}
# check WHAT COMMAND...
check() {
    local what=$1
    shift
    if "$@"; then
        ok "$what"
    else
        not_ok "$what"
        [ ! -s "$book/cli.err" ] || tail -n 5 "$book/cli.err" | sed 's/^/  /'
    fi
}

compose() {
    if docker compose version > /dev/null 2>&1; then
        docker compose "$@"
    else
        docker-compose "$@"
    fi
}
vagval() { compose run --rm -T -v "$book:/book" cli "$@" 2> "$book/cli.err"; }

finish() {
    if [ "$failed" -gt 0 ]; then
        compose logs --no-color --tail 40 2> /dev/null
    fi
    compose --profile tools down -v --remove-orphans > /dev/null 2>&1
    engine_stop
    rm -rf "$book"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
trap finish EXIT
trap 'exit 1' INT TERM

engine_start || exit 1
engine_base debian:bookworm-slim || exit 1
for target in vagval vagval-redis; do
    echo "building $target:local"
    if ! DOCKER_BUILDKIT=0 docker build -q --network host --target "$target" -t "$target:local" \
        -f deploy/Dockerfile . > /dev/null; then
        not_ok "image $target builds"
        exit 1
    fi
    ok "image $target builds"
done

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
compose up -d --scale assessment=2 > "$book/up.log" 2>&1 || cat "$book/up.log"
for service in intake assessment provider-registry payment; do
    want=1
    [ "$service" = assessment ] && want=2
    check "$service is healthy" await 90 healthy "$service" "$want"
done

container() {
    docker ps -q --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1" | head -n 1
}
for service in redis intake assessment provider-registry payment; do
    user=$(docker inspect -f '{{.Config.User}}' "$(container $service)")
    read_only=$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$(container $service)")
    check "$service runs as $user on a read-only file system" \
        test "$user" != "" -a "$user" != root -a "${user%%:*}" != 0 -a "$read_only" = true
done
check "a service cannot read another's key" \
    bash -c "! docker exec $(container payment) cat /var/lib/vagval/keys/intake/intake.key 2>&1"

# One synthetic person: registered on 16 March 2020, chooses, starts a job on 20 April.
cp tests/compose/book/*.csv "$book/"
check "the scheme is published" vagval scheme publish /usr/share/vagval/schemes/se-krom.yaml
check "the clock stands on 2020-03-16" vagval clock set 2020-03-16
check "person, provider, contract and choice are loaded" vagval load --by-day \
    --reject /tmp/rejects.csv /book/{seekers,providers,contracts,choices}.csv
check "the clock reaches 2020-04-20" vagval clock advance --to 2020-04-20

# The job start is sent while payment is being killed: SIGKILL from outside, so that the restart
# policy has to bring it back.
old=$(docker inspect -f '{{.State.StartedAt}}' "$(container payment)")
kill -9 "$(docker inspect -f '{{.State.Pid}}' "$(container payment)")"
load_outcomes() { vagval load --reject /tmp/rejects.csv /book/outcomes.csv; }
check "the job start is accepted while payment is down" load_outcomes
restarted() { [ "$(docker inspect -f '{{.State.StartedAt}}' "$(container payment)")" != "$old" ]; }
check "payment was restarted by its policy" await 60 restarted
check "payment is healthy again" await 60 healthy payment 1

premiums() {
    vagval ledger --json > "$book/ledger.json" && python3 - "$book/ledger.json" << 'PY'
import json, sys
ledger = json.load(open(sys.argv[1]))
premium = [c for c in ledger["components"] if c["component"] == "premium"]
ok = len(premium) == 1 and premium[0]["postings"] == 1 and ledger["balanced"] is True
sys.exit(0 if ok else 1)
PY
}
check "the premium is posted" await 30 premiums
check "the same job start again changes nothing" load_outcomes
sleep 2
check "the premium is paid exactly once, the ledger balanced" premiums
check "verify is clean" vagval verify
check "scaled to two payments and two intakes without configuration" \
    compose up -d --no-recreate --scale assessment=2 --scale payment=2 --scale intake=2
check "both payments are healthy" await 60 healthy payment 2
check "verify is clean with two payments" vagval verify
