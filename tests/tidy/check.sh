#!/usr/bin/env bash
# Format, lint and style: one "path:line: [rule] what to do" per finding, exit 1 if there is any.
#   check.sh [--root DIR] [--only sources|format|shell|yaml|lint]
# --root checks another copy of the tree: the check's own test plants mistakes in one.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
only=
while [ $# -gt 0 ]; do
    case $1 in
    --root) root=$2 && shift 2 ;;
    --only) only=$2 && shift 2 ;;
    *)
        echo "check.sh: unknown option $1 (--root DIR, --only PART)" >&2
        exit 2
        ;;
    esac
done
cd "$root" || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# Our files with the given endings, without what is built.
ours() {
    local names=() ending
    for ending in "$@"; do
        names+=(-o -name "*.$ending")
    done
    find include services tests deploy .ci -type f \( -false "${names[@]}" \) | sort
}

check_sources() {
    python3 "$here/sources.py" . || failed=1
}

# Another major version formats differently, so only the one that the tree is written with counts.
check_format() {
    local version
    version=$(clang-format --version 2> /dev/null | sed -E 's/.*version ([0-9]+).*/\1/')
    if [ "$version" != 14 ]; then
        echo "skipped: format (the tree is formatted with clang-format 14; here: ${version:-none})"
        return
    fi
    ours c h | xargs clang-format --dry-run -Werror > "$scratch/format" 2>&1
    if grep -E ' (error|warning): ' "$scratch/format" | sed -E \
        's/^([^:]+):([0-9]+):[0-9]+: .*/\1:\2: [format] run make format/' | sort -u | grep .; then
        failed=1
    fi
}

check_shell() {
    command -v shellcheck > /dev/null || {
        echo "skipped: shell scripts (shellcheck is not installed)"
        return
    }
    {
        ours sh
        grep -lE '^#!.*(bash|/sh)' .ci/* 2> /dev/null
    } | sort -u | xargs shellcheck --format=gcc | sed -E \
        's/^([^:]+):([0-9]+):[0-9]+: [a-z]+: /\1:\2: [shell] /' | tee "$scratch/shell"
    [ ! -s "$scratch/shell" ] || failed=1
}

check_yaml() {
    local files
    mapfile -t files < <(find deploy -name '*.yaml' -o -name '*.yml' | sort)
    [ ! -f docker-compose.yml ] || files+=(docker-compose.yml)
    if ! ${CC:-cc} -std=c11 -o "$scratch/yaml_parses" "$here/yaml_parses.c" -lyaml; then
        echo "tests/tidy/yaml_parses.c:1: [yaml] does not build"
        failed=1
    elif ! "$scratch/yaml_parses" "${files[@]}"; then
        failed=1
    fi
}

# The message structs that nearly every file includes are generated first, beside the tree.
check_lint() {
    if ! command -v clang-tidy > /dev/null || ! command -v protoc-c > /dev/null; then
        echo "skipped: lint (clang-tidy or protoc-c is not installed)"
        return
    fi
    protoc-c --proto_path=proto --c_out="$scratch" proto/vagval/v1/*.proto \
        2> >(grep -v 'protoc-c. is deprecated' >&2) || failed=1
    # shellcheck disable=SC2016 # expanded by the inner shell
    ours c | xargs -P 2 -n 12 sh -c \
        'scratch=$1; shift; clang-tidy --quiet "$@" -- -std=c11 -D_GNU_SOURCE -Iinclude -Iproto \
            -I"$scratch" -Itests/support $(pkg-config --cflags libxml-2.0) \
            > "$scratch/lint.$$" 2> /dev/null' _ "$scratch"
    if grep -hE ':[0-9]+:[0-9]+: (error|warning): ' "$scratch"/lint.* | sed -E \
        -e "s|^$PWD/||" -e 's/^([^:]+):([0-9]+):[0-9]+: [a-z]+: /\1:\2: [lint] /' | sort -u |
        grep .; then
        failed=1
    fi
}

if wanted sources; then check_sources; fi
if wanted format; then check_format; fi
if wanted shell; then check_shell; fi
if wanted yaml; then check_yaml; fi
if wanted lint; then check_lint; fi
if [ "$failed" -eq 0 ]; then
    echo "checks passed"
fi
exit "$failed"
