# shellcheck shell=bash
# Sourced by compose-test.sh: finds a container engine or starts a private one, and makes the base
# image where none can be pulled. Everything it starts, it ends; everything it makes, it removes
# (engine_stop).
#
# The private engine runs twice. Images are built first, in the machine's own network, because
# building needs the distribution's packages; that engine has no bridge and no packet filter rules.
# Then it starts again inside a network namespace of its own, where it may do what it likes: its
# bridges, rules and settings vanish with the namespace and nothing of the machine is changed.

engine_dir=${VAGVAL_ENGINE_DIR:-$PWD/build/compose/engine}
engine_pid=
engine_base_made=
engine_root=

# engine_start: the one that answers, or a private one for building.
engine_start() {
    if docker info > /dev/null 2>&1; then
        echo "using the engine that is running"
        return 0
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "no container engine answers, and starting a private one needs root" >&2
        return 1
    fi
    mkdir -p "$engine_dir"
    # Unix socket paths end at 107 bytes, so the socket does not live in the build directory.
    engine_socket_dir=$(mktemp -d /tmp/vagval-engine.XXXXXX)
    export DOCKER_HOST=unix://$engine_socket_dir/docker.sock
    echo "starting a private container engine"
    # An engine told to have no bridge deletes docker0, which may belong to somebody; told nothing,
    # it makes one unless it is there.
    local bridge=--bridge=none
    [ ! -e /sys/class/net/docker0 ] || bridge=
    engine_run dockerd ${bridge:+"$bridge"} --iptables=false --ip6tables=false --ip-forward=false
}

# engine_isolate: the private engine again, now for running containers.
engine_isolate() {
    [ -n "$engine_pid" ] || return 0
    engine_halt
    engine_run unshare --net dockerd
}

# engine_run COMMAND...: starts it with the options that both have, and waits until it answers.
engine_run() {
    "$@" --data-root "$engine_dir/data" --exec-root "$engine_dir/exec" -H "$DOCKER_HOST" \
        --pidfile "$engine_dir/dockerd.pid" >> "$engine_dir/dockerd.log" 2>&1 &
    engine_pid=$!
    for _ in $(seq 1 120); do
        docker info > /dev/null 2>&1 && return 0
        kill -0 "$engine_pid" 2> /dev/null || break
        sleep 0.5
    done
    echo "the private engine did not start; the end of its log:" >&2
    tail -n 20 "$engine_dir/dockerd.log" >&2
    return 1
}

engine_halt() {
    kill "$engine_pid" 2> /dev/null
    wait "$engine_pid" 2> /dev/null
    engine_pid=
}

# engine_forget PATH...: removes it, also when something that ended in disorder left mounts below.
engine_forget() {
    local path
    for path in "$@"; do
        # Deeper mounts go first.
        awk -v dir="$path/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r |
            xargs -r umount -l
        rm -rf --one-file-system "$path"
    done
}

# engine_stop IMAGE...: removes the images named and, if the test made it, the base image from an
# engine that stays; the private engine goes with all it has.
engine_stop() {
    # Still there when making the base image failed or was interrupted.
    [ -z "$engine_root" ] || engine_forget "$engine_root" "$engine_root.log"
    [ -z "$engine_base_made" ] || set -- "$@" "$engine_base_made"
    if [ -z "${engine_socket_dir:-}" ]; then
        [ $# -eq 0 ] || docker rmi -f "$@" > /dev/null 2>&1
        return 0
    fi
    [ -z "$engine_pid" ] || engine_halt
    engine_forget "$engine_dir" "$engine_socket_dir"
    rmdir "$(dirname "$engine_dir")" 2> /dev/null
    unset DOCKER_HOST
}

# engine_base IMAGE: present, pulled, or made from the distribution's own packages.
engine_base() {
    docker image inspect "$1" > /dev/null 2>&1 && return 0
    engine_base_made=$1
    if timeout 60 docker pull -q "$1" > /dev/null 2>&1; then
        return 0
    fi
    local mirror suite=${1#debian:}
    suite=${suite%-slim}
    echo "the image $1 cannot be pulled: making it with debootstrap"
    # The mirror that this machine itself uses, if it is Debian's.
    # shellcheck disable=SC2016 # the format string is apt's
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' \
        2> /dev/null | grep -v security | head -n 1)
    engine_root=$(mktemp -d /tmp/vagval-base.XXXXXX)
    if ! debootstrap --variant=minbase "$suite" "$engine_root" ${mirror:+"$mirror"} \
        > "$engine_root.log" 2>&1; then
        tail -n 20 "$engine_root.log" >&2
        return 1
    fi
    rm -rf "$engine_root"/var/cache/apt/archives/*.deb "$engine_root"/var/lib/apt/lists/*
    tar -C "$engine_root" -c . | docker import - "$1" > /dev/null || return 1
    engine_forget "$engine_root"
    rm -f "$engine_root.log"
}
