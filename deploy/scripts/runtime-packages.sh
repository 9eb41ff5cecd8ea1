#!/bin/sh
# runtime-packages.sh PROGRAM...: the distribution's packages with the shared libraries that the
# programs load, one name a line. Their names differ between releases (libhiredis0.14 became
# libhiredis1.1.0), so the image asks instead of naming them.
set -eu
libraries=$(ldd "$@" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u)
for library in $libraries; do
    # Either name may be the one in the package: /lib is a link to /usr/lib on newer systems.
    dpkg-query -S "$library" 2> /dev/null || dpkg-query -S "$(readlink -f "$library")" || {
        echo "runtime-packages.sh: no package has $library" >&2
        exit 1
    }
done | sed 's/:.*//' | sort -u
