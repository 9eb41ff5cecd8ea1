#!/bin/sh
# Runs once, before everything else, in the `setup` container (root, but only CHOWN and
# DAC_OVERRIDE): makes keys and passwords that are missing, and hands each directory, a volume of
# its own, to the one uid that may read it. Compose's own file secrets cannot do that: they ignore
# uid and mode.
set -eu
dir=/var/lib/vagval
vagval keys --dir "$dir"
own() { # uid, directory
    chown -R "$1:$1" "$2"
    chmod 0700 "$2"
    find "$2" -type f -exec chmod 0400 {} +
}
own 10001 "$dir/keys/intake"
own 10002 "$dir/keys/assessment"
own 10003 "$dir/keys/provider-registry"
own 10004 "$dir/keys/payment"
own 10005 "$dir/keys/operator"
own 10005 "$dir/keys/admin"
own 10000 "$dir/redis"
chmod 0755 "$dir/keys"
chmod 0444 "$dir/keys/peers.allow"
