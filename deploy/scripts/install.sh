#!/usr/bin/env bash
# Installs what is missing from the distribution's packages: Debian 12 or 13, Ubuntu 24.04.
#   install.sh            what building and running needs
#   install.sh --test     also what the tests and checks need
#   install.sh --compose  also what the compose test needs
set -euo pipefail

packages=(gcc make pkg-config protobuf-c-compiler libprotobuf-c-dev libzmq3-dev libhiredis-dev
    libsodium-dev libjansson-dev libcyaml-dev libyaml-dev libcsv-dev libmicrohttpd-dev
    redis-server redis-tools)
for option in "$@"; do
    case $option in
    --test)
        packages+=(libcmocka-dev clang clang-format clang-tidy shellcheck python3
            universal-ctags "$(apt-cache --names-only search '^libclang-rt-[0-9]+-dev$' 2>/dev/null |
                sort -V | awk -v want="$(apt-cache depends clang 2>/dev/null |
                    sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -1)" \
                    '$1 == "libclang-rt-" want "-dev" {print $1}')")
        ;;
    --compose)
        packages+=(debootstrap iptables)
        command -v dockerd > /dev/null || packages+=(docker.io)
        command -v docker-compose > /dev/null || packages+=(docker-compose)
        ;;
    *)
        echo "install.sh: unknown option $option (--test, --compose)" >&2
        exit 2
        ;;
    esac
done

missing=()
for package in "${packages[@]}"; do
    [ -n "$package" ] || continue
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' ||
        missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || {
        echo "install.sh: these packages are missing and neither root nor sudo is at hand: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
# A package's own service must not be started: Vägval starts a private Redis of its own.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy > /dev/null
    "${as_root[@]}" chmod 755 $policy
    made_policy=1
fi
trap '[ -z "$made_policy" ] || "${as_root[@]}" rm -f $policy' EXIT
echo "installing from the distribution's packages: ${missing[*]}"
"${as_root[@]}" apt-get update -q > /dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null
