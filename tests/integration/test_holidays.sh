#!/usr/bin/env bash
# Our calendar of Sweden and Finland beside the distribution's python3-holidays, every day of 1990
# to 2060: the same holidays, and working days are Monday to Friday without them.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

"$bin/../tests/integration/holidays" 1990 2060 > "$work/days"
check "every day of 71 years in two countries" test "$(wc -l < "$work/days")" -eq $((2 * 25933))
# The library of the distribution's package, with the distribution's own Python.
check "the library is there (install.sh --test)" /usr/bin/python3 -c 'import holidays'
# compare CODE: every difference is told; with a library that is not there it fails.
compare() {
    /usr/bin/python3 - "$1" "$work/days" << 'PY'
import datetime, sys
import holidays
code, path = sys.argv[1:]
library = {"SE": holidays.Sweden, "FI": holidays.Finland}[code](years=range(1990, 2061))
wrong = compared = 0
for line in open(path):
    country, text, kind = line.split()
    if country != code:
        continue
    day = datetime.date.fromisoformat(text)
    # The Swedish list has every Sunday: a holiday by law. We call those weekend, unless they have
    # a name of their own.
    if day.weekday() == 6:
        ok = kind in ("holiday", "weekend")
    elif day in library:
        ok = kind == "holiday"
    else:
        ok = kind == ("weekend" if day.weekday() == 5 else "working")
    compared += 1
    if not ok:
        wrong += 1
        print(text, kind, "the library says", library.get(day))
print(code, compared, "days compared,", wrong, "differ; library", holidays.__version__)
sys.exit(wrong > 0 or compared != 25933)
PY
}
check "Sweden: the same as the library's" compare SE
check "Finland: the same as the library's" compare FI
