#!/usr/bin/env bash
# The demonstration: starts a system in .vagval, publishes KROM, carries 1 000 synthetic people
# through it in virtual time, shows the figures and one person's course, verifies everything, and
# leaves the system running. Again on a running system: harmless; it shows the figures.
#   run-demo.sh [DIR]     DIR: where the executables are (build/bin)
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=${1:-build/bin}
vagval=$bin/vagval
export VAGVAL_DIR=${VAGVAL_DIR:-.vagval}
people=${DEMO_PEOPLE:-1000}
demo=$VAGVAL_DIR/demo
done_mark=$VAGVAL_DIR/demo/loaded

heading() {
    printf '\n== %s\n' "$*"
}

heading "a private Redis and the four services"
"$vagval" up --clock virtual

if [ -e "$done_mark" ]; then
    heading "the demonstration is loaded already; nothing is changed"
else
    heading "the scheme: Kundval Rusta och matcha, 2020"
    "$vagval" scheme publish deploy/schemes/se-krom.yaml
    "$vagval" clock set --at-least 2020-03-16
    heading "$people synthetic people in the 32 pilot municipalities, 37 providers"
    "$vagval" synth --people "$people" --seed 1 --out "$demo"
    heading "a year of virtual time: registration, choice, reports, jobs and studies"
    "$vagval" load --by-day --reject "$VAGVAL_DIR/demo-rejected.csv" \
        "$demo"/{seekers,providers,contracts,choices,reports,outcomes}.csv
    touch "$done_mark"
fi

heading "the figures"
"$vagval" report

# Somebody with a confirmed job or study start, so that premium and result are both there.
identity=$(awk -F, '$4 == "confirm" { print $3; exit }' "$demo/outcomes.csv")
# On standard input: the list of processes shows arguments to everybody.
person=$(printf '%s\n' "$identity" | "$vagval" case show - --json |
    sed -n 's/^ *"case": "\([0-9a-f]*\)".*/\1/p')
heading "one person's course"
"$vagval" case show "$person"
heading "and why: the level and the postings"
"$vagval" explain "$person"

heading "everything re-derived from the stored facts"
"$vagval" verify

where=""
[ "$VAGVAL_DIR" = .vagval ] || where=" --dir $VAGVAL_DIR"
cat << TEXT

The system is running. Look around:
  $vagval status$where
  $vagval case show $person --lang sv$where
  $vagval ledger$where
Stop it:
  $vagval down$where
TEXT
