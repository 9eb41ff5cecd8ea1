# shellcheck shell=bash
# Sourced by compose-test.sh: finds a container engine or starts a private one, and makes the base
# image where none can be pulled. Everything it starts, it ends (engine_stop).

engine_dir=${VAGVAL_ENGINE_DIR:-$PWD/build/compose/engine}
engine_pid=

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
    engine_socket=$(mktemp -d /tmp/vagval-engine.XXXXXX)/docker.sock
    echo "starting a private container engine"
    dockerd --data-root "$engine_dir/data" --exec-root "$engine_dir/exec" \
        -H "unix://$engine_socket" --pidfile "$engine_dir/dockerd.pid" \
        > "$engine_dir/dockerd.log" 2>&1 &
    engine_pid=$!
    export DOCKER_HOST=unix://$engine_socket
    for _ in $(seq 1 120); do
        docker info > /dev/null 2>&1 && return 0
        kill -0 "$engine_pid" 2> /dev/null || break
        sleep 0.5
    done
    echo "the private engine did not start; the end of its log:" >&2
    tail -n 20 "$engine_dir/dockerd.log" >&2
    return 1
}

engine_stop() {
    [ -n "$engine_pid" ] || return 0
    kill "$engine_pid" 2> /dev/null
    wait "$engine_pid" 2> /dev/null
    # The engine's own layers; mounts are gone once it has stopped.
    rm -rf "$engine_dir" "$(dirname "${DOCKER_HOST#unix://}")"
    unset DOCKER_HOST
}

# engine_base IMAGE: present, pulled, or made from the distribution's own packages.
engine_base() {
    docker image inspect "$1" > /dev/null 2>&1 && return 0
    if timeout 60 docker pull -q "$1" > /dev/null 2>&1; then
        return 0
    fi
    local root mirror
    echo "the image $1 cannot be pulled: making it with debootstrap"
    root=$(mktemp -d /tmp/vagval-base.XXXXXX)
    # The mirror that this machine itself uses.
    # shellcheck disable=SC2016 # the format string is apt's
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2> /dev/null |
        grep -v security | head -n 1)
    debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} > "$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        return 1
    }
    tar -C "$root" -c . | docker import - "$1" > /dev/null
    rm -rf "$root" "$root.log"
}
