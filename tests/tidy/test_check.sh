#!/usr/bin/env bash
# Plants one mistake of each kind in a copy of the tree and sees that the check finds it there.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
check=$PWD/tests/tidy/check.sh
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

fresh() {
    rm -rf "${copy:?}/"*
    # Hidden by name: a build directory in the tree is large and is not checked.
    cp -r include proto services tests deploy Makefile README.md .clang-format .clang-tidy "$copy"
    mkdir -p "$copy/.ci"
}

# part of the check, rule, file, text to append: the finding names file and rule
plant() {
    local part=$1 rule=$2 file=$3 text=$4 saved=$copy/.saved
    rm -f "$saved"
    [ ! -e "$copy/$file" ] || cp "$copy/$file" "$saved"
    mkdir -p "$copy/$(dirname "$file")"
    printf '%b' "$text" >> "$copy/$file"
    local output rc
    output=$("$check" --root "$copy" --only "$part" 2>&1)
    rc=$?
    if [ "$rc" -eq 1 ] && grep -qE "^$file:[0-9]+: \[$rule\]" <<< "$output"; then
        echo "ok - $rule in $file is found"
    else
        echo "not ok - $rule in $file is not found (exit $rc)"
        tail -n 5 <<< "$output"
        failed=1
    fi
    rm -f "$copy/$file"
    [ ! -e "$saved" ] || mv "$saved" "$copy/$file"
}

long=$(printf 'x%.0s' $(seq 101))
many=$(printf '    f();\\n%.0s' $(seq 70))
fresh
new=services/payment/planted.c
plant sources banned $new 'int f(void)\n{\n    return atoi("1");\n}\n'
plant sources banned services/runtime/planted.c 'long f(void)\n{\n    return time(NULL);\n}\n'
plant sources exemption $new 'int f(void); /* tidy: allow system, because */\n'
plant sources format $new 'void f(const char *s)\n{\n    printf(s);\n}\n'
plant sources layer $new '#include "vagval/store.h"\n'
plant sources layer $new '#include "vagval/service.h"\n'
plant sources layer $new '#include "payment.h"\n'
plant sources layer services/kernel/planted.c '#include "vagval/log.h"\n'
plant sources layer include/vagval/date.h '#include "vagval/bus.h"\n'
plant sources layer services/runtime/planted.c '#include "../../services/payment/ledger.h"\n'
plant sources sibling services/intake/planted.c '#include "../payment/ledger.h"\n'
plant sources sibling services/intake/planted.c '#include "ledger.h"\n'
plant sources sibling services/cli/planted.c '#include "../payment/casework.h"\n' # not pure
plant sources pure $new '#include <time.h>\n'
plant sources pure $new 'void f(void)\n{\n    fopen("a", "b");\n}\n'
plant sources pure $new 'static int count;\n'
plant sources columns $new "/* $long */\n"
plant sources readme README.md '| a claim | test_nothing_at_all | |\n'
plant sources readme README.md 'tests/integration/test_nothing.sh shows it\n'
plant sources blank $new 'int x; \n'
plant sources function-lines $new "void g(void)\n{\n$many}\n"
plant sources file-lines $new "$(printf '%.0s\\n' $(seq 501))"
plant sources messages proto/vagval/v1/messages.def '    M(100, PLANTED, planted, EVENT)\n'
plant sources word deploy/planted.md 'see /wo''rk/main\n'
plant sources word deploy/planted.md 'see ../''shared\n'
plant sources top-level planted.txt 'text\n'
plant sources exemption tests/tidy/outer-files 'services/payment/ledger\n'
# shellcheck disable=SC2016 # the mistake itself
plant shell shell deploy/scripts/planted.sh '#!/bin/bash\necho $1\n'
plant yaml yaml deploy/schemes/planted.yaml 'a: [b\n'
if command -v clang-tidy > /dev/null; then
    # Only this file: the lint of the whole tree is the check's own business.
    find "$copy"/services "$copy"/tests -name '*.c' -delete
    plant lint lint $new 'int f(int a)\n{\n    if (a) return a == a;\n    return 0;\n}\n'
fi
if clang-format --version 2> /dev/null | grep -q 'version 14'; then
    plant format format $new 'int   f( void );\n'
fi

# And nothing is found where nothing is wrong.
if "$check" --root "$copy" --only yaml | grep -q 'checks passed'; then
    echo "ok - good YAML passes"
else
    echo "not ok - good YAML does not pass"
    failed=1
fi
exit "$failed"
