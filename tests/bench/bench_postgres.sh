#!/usr/bin/env bash
# The yardstick: job start to premium as two PostgreSQL transactions with an outbox between them, on
# the same machine in the same run. A private cluster in a directory of its own, unix socket only,
# fsync on, pgbench with prepared statements; the best of three numbers of sessions counts.
#   bench_postgres.sh PEOPLE SECONDS [OURS]      OURS: our rate, job starts to premium a second
set -euo pipefail
cd "$(dirname "$0")/../.."
people=$1 seconds=$2 ours=${3:-}
here=$PWD/tests/bench

programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2> /dev/null | sort -V | tail -n 1)
if [ -z "$programs" ] || [ ! -x "$programs/pgbench" ]; then
    echo "skipped: PostgreSQL is not installed (deploy/scripts/install.sh --bench installs it)"
    exit 0
fi
# PostgreSQL refuses to run as root: then its package's own user runs it.
as=()
[ "$(id -u)" -ne 0 ] || as=(runuser -u postgres --)
work=$(mktemp -d "${TMPDIR:-/tmp}/vagval-postgres.XXXXXX")
cp "$here/bench_postgres.sql" "$work/schema.sql"
[ "$(id -u)" -ne 0 ] || chown -R postgres "$work"
chmod 711 "$work"
cd "$work"
trap '"${as[@]}" "$programs/pg_ctl" -D "$work/data" -m immediate stop > /dev/null 2>&1 || true
    rm -rf "$work"' EXIT

"${as[@]}" "$programs/initdb" -D "$work/data" -A trust -U bench > "$work/initdb.log"
"${as[@]}" tee -a "$work/data/postgresql.conf" > /dev/null << CONF
listen_addresses = ''
unix_socket_directories = '$work'
max_connections = 160
shared_buffers = 512MB
fsync = on
synchronous_commit = on
max_wal_size = 8GB
CONF
"${as[@]}" "$programs/pg_ctl" -D "$work/data" -l "$work/log" -w start > /dev/null
"${as[@]}" "$programs/psql" -q -h "$work" -U bench -d postgres -v ON_ERROR_STOP=1 \
    -v people="$people" -f "$work/schema.sql"
cat > "$work/job.sql" << 'SQL'
\set person random(1, :people)
SELECT job_start(gen_random_uuid(), :person) AS event \gset
SELECT premium(:event);
SQL
chmod 644 "$work/job.sql"

best=0
for sessions in 16 64 128; do
    rate=$("${as[@]}" "$programs/pgbench" -n -h "$work" -U bench -M prepared -c "$sessions" -j 2 \
        -T "$seconds" -D people="$people" -f "$work/job.sql" postgres 2> "$work/pgbench.err" |
        awk '/^tps/ {printf "%.0f", $3}')
    echo "  $sessions sessions: ${rate:-0} job starts to premium/s"
    [ "${rate:-0}" -le "$best" ] || best=$rate
done
# What was counted must have been done: every fact has its batch, and the balances are its amounts.
left=$("${as[@]}" "$programs/psql" -qtA -h "$work" -U bench -d postgres -c \
    "SELECT (SELECT count(*) FROM outbox) || ' left in the outbox, ' ||
        (SELECT count(*) FROM payment_batch) || ' batches, ' ||
        CASE WHEN (SELECT sum(amount) FROM balance WHERE account = 'expense') = 692500 *
            (SELECT count(*) FROM payment_batch) THEN 'balances right' ELSE 'BALANCES WRONG' END")
echo "  $left"
version=$("$programs/postgres" --version | awk '{print $3}')
printf 'PostgreSQL %s, two transactions with an outbox, fsync on: %s job starts to premium/s' \
    "$version" "$best"
if [ -n "$ours" ] && [ "$best" -gt 0 ]; then
    awk -v a="$ours" -v b="$best" 'BEGIN {printf "; ours %.0f/s, ratio %.2f", a, a / b}'
fi
echo
