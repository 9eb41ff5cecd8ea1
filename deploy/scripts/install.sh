#!/usr/bin/env bash
# Installs what is missing from the distribution's packages: Debian 12 or 13, Ubuntu 24.04.
#   install.sh            what building and running needs
#   install.sh --build    only what building needs
#   install.sh --test     also what the tests and checks need
#   install.sh --compose  also what the compose test needs
#   install.sh --bench    also what the benchmarks measure ours beside
set -euo pipefail

packages=(gcc libc6-dev make pkg-config protobuf-c-compiler libprotobuf-c-dev libzmq3-dev
    libhiredis-dev libsodium-dev libjansson-dev libcyaml-dev libyaml-dev libcsv-dev
    libmicrohttpd-dev libxml2-dev)
running=(redis-server redis-tools)
testing=
composing=
for option in "$@"; do
    case $option in
    --build)
        running=()
        ;;
    --test)
        # The schemas of ISO 20022 are in the last two, and what checks files against them.
        packages+=(libcmocka-dev clang clang-format clang-tidy shellcheck python3 universal-ctags
            libhbci4j-core-java libxml2-utils python3-holidays)
        testing=1
        ;;
    --compose)
        packages+=(debootstrap debian-archive-keyring iptables python3)
        composing=1
        ;;
    --bench)
        packages+=(postgresql)
        ;;
    *)
        echo "install.sh: unknown option $option (--build, --test, --compose, --bench)" >&2
        exit 2
        ;;
    esac
done
packages+=("${running[@]}")

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
# A package's own service must not be started: Vägval starts a private Redis of its own.
policy=/usr/sbin/policy-rc.d
made_policy=
updated=
trap '[ -z "$made_policy" ] || "${as_root[@]}" rm -f $policy' EXIT

# update: the list of packages, once.
update() {
    [ -z "$updated" ] || return 0
    if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo > /dev/null; then
        echo "install.sh: packages are missing, and neither root nor sudo is at hand: $*" >&2
        exit 1
    fi
    "${as_root[@]}" apt-get update -q > /dev/null
    updated=1
}

# ensure PACKAGE...: installs those that are missing.
ensure() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    update "${missing[@]}"
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy > /dev/null
        "${as_root[@]}" chmod 755 $policy
        made_policy=1
    fi
    echo "installing from the distribution's packages: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null
}

# ensure_first PACKAGE...: installs the first of them that the distribution has.
ensure_first() {
    local package
    update "$@"
    for package in "$@"; do
        if apt-cache show "$package" > /dev/null 2>&1; then
            ensure "$package"
            return 0
        fi
    done
    echo "install.sh: the distribution has none of: $*" >&2
    exit 1
}

ensure "${packages[@]}"
if [ -n "$testing" ]; then
    # libFuzzer's runtime is packaged per version of clang.
    ensure "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
fi
if [ -n "$composing" ]; then
    # The engine, its client and compose are packaged together in some releases, apart in others.
    command -v dockerd > /dev/null || ensure docker.io
    command -v docker > /dev/null || ensure docker-cli
    docker compose version > /dev/null 2>&1 || command -v docker-compose > /dev/null ||
        ensure_first docker-compose-v2 docker-compose
fi
