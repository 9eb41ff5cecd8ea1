#!/usr/bin/env bash
# Installs what is missing from the distribution's packages: Debian 12 or 13, Ubuntu 24.04.
#   install.sh            what building and running needs
#   install.sh --test     also what the tests and checks need
#   install.sh --compose  also what the compose test needs
set -euo pipefail

packages=(gcc make pkg-config protobuf-c-compiler libprotobuf-c-dev libzmq3-dev libhiredis-dev
    libsodium-dev libjansson-dev libcyaml-dev libyaml-dev libcsv-dev libmicrohttpd-dev
    redis-server redis-tools)
fuzzing=
for option in "$@"; do
    case $option in
    --test)
        packages+=(libcmocka-dev clang clang-format clang-tidy shellcheck python3 universal-ctags)
        fuzzing=1
        ;;
    --compose)
        packages+=(debootstrap iptables python3)
        command -v dockerd > /dev/null || packages+=(docker.io)
        command -v docker-compose > /dev/null || packages+=(docker-compose)
        ;;
    *)
        echo "install.sh: unknown option $option (--test, --compose)" >&2
        exit 2
        ;;
    esac
done

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
# A package's own service must not be started: Vägval starts a private Redis of its own.
policy=/usr/sbin/policy-rc.d
made_policy=
updated=
trap '[ -z "$made_policy" ] || "${as_root[@]}" rm -f $policy' EXIT

# ensure PACKAGE...: installs those that are missing.
ensure() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo > /dev/null; then
        echo "install.sh: missing, and neither root nor sudo is at hand: ${missing[*]}" >&2
        exit 1
    fi
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy > /dev/null
        "${as_root[@]}" chmod 755 $policy
        made_policy=1
    fi
    echo "installing from the distribution's packages: ${missing[*]}"
    [ -n "$updated" ] || "${as_root[@]}" apt-get update -q > /dev/null
    updated=1
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null
}

ensure "${packages[@]}"
if [ -n "$fuzzing" ]; then
    # libFuzzer's runtime is packaged per version of clang.
    ensure "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
fi
