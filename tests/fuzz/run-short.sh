#!/usr/bin/env bash
# The short fuzz run of `make test`: builds the targets with clang beside what is being tested.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build
if [ -n "${VAGVAL_BIN:-}" ]; then
    build=$(dirname "$VAGVAL_BIN")
fi
if ! command -v clang > /dev/null; then
    echo "not ok - fuzzing needs clang: make install"
    exit 1
fi
exec make --no-print-directory -s B="$build" fuzz-short
