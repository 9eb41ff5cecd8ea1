# shellcheck shell=bash
# Sourced by integration tests that carry people through schemes, after lib.sh: who delivers, who
# comes in, what happens to them, and what is posted for it.
# shellcheck disable=SC2154 # dir and work are lib.sh's

exempel=556016-0680 # the organisation that applies everywhere
references=0
documents=$(mktemp "$work/documents.XXXXXX")

# ---- what the test says over and over ----
document() { # the hash of a document of its own
    echo x >> "$documents"
    b2sum -l 256 "$documents" | cut -c1-64
}
# join SCHEME AREA NUMBER FROM ASSIGNMENTS FIELDS TERMS: applies; FIELDS and ASSIGNMENTS are JSON.
apply() {
    references=$((references + 1))
    cat > "$work/application.json" << JSON
{"source_ref": "a$references", "organisation_number": "$exempel", "name": "Exempel AB",
 "area": "$2", "capacity": ${places:-10}, "latitude": 59.3, "longitude": 18.1,
 "assignments": [$3], "fields": {$4}, "terms_version": $5}
JSON
    vv "$dir" application submit "$work/application.json" --scheme "$1"
}
grant() { # grant SCHEME AREA NUMBER FROM
    vv "$dir" application grant "$2" $exempel "$3" --from "$4" --scheme "$1"
}
tender() { # tender SCHEME: its tender document, version 1, is in force
    printf 'terms\n' > "$work/terms" &&
        vv "$dir" tender draft "$work/terms" --title "$1" --scheme "$1" &&
        vv "$dir" tender publish 1 --scheme "$1"
}
seek() { # seek SCHEME IDENTITY MUNICIPALITY DAY [STATUS [FIELDS]]
    references=$((references + 1))
    {
        printf '{"kind":"seeker","source_ref":"s%s","scheme":"%s","identity":"%s",' \
            $references "$1" "$2"
        printf '"name":"Prov Person","municipality":"%s","latitude":"59.3","longitude":"18.1",' "$3"
        printf '"status":"%s","registered_on":"%s",%s"feature.sex":"female",' \
            "${5:-unemployed}" "$4" "${6:-}"
        printf '"feature.age_group":"30_49","feature.citizenship":"eu",'
        printf '"feature.education":"compulsory","feature.care_duties":"care",'
        printf '"feature.region_type":"type_1","feature.health_impairment":"none",'
        printf '"feature.occupation_group":"service",'
        printf '"feature.employment_4_years":"at_least_75_percent","feature.long_case":"none",'
        printf '"feature.case_intervals":"none","feature.measures":"none",'
        printf '"feature.immigrant":"no"}\n'
    } > "$work/seeker.ndjson"
    vv "$dir" load --reject "$work/rejects" "$work/seeker.ndjson" || ! cat "$work/rejects"
}
by() { # by SCHEME IDENTITY COMMAND...: a command on the person's case, which - stands for
    printf '%s\n' "$2" | vv "$dir" "${@:3}" --scheme "$1"
}
level() { by "$1" "$2" case level - "$3" --reason assessed; }
choose() { by "$1" "$2" choice make - "$3" "$4"; }
starts() { # starts SCHEME IDENTITY job|study DAY [EXTENT]
    printf 'source_ref,scheme,identity,event,what,outcome_ref,on,extent_percent\n%s,%s,%s,%s\n' \
        "start-$1-$2-$3" "$1" "$2" "start,$3,$3-$2,$4,${5:-100}" > "$work/start.csv"
    vv "$dir" load --reject "$work/rejects" "$work/start.csv" || ! cat "$work/rejects"
}
lasts() { # lasts SCHEME IDENTITY job|study DAY: a document shows it through that day
    printf 'source_ref,scheme,identity,event,outcome_ref,on,evidence\n%s,%s,%s,%s\n' \
        "confirm-$1-$2-$4" "$1" "$2" "confirm,$3-$2,$4,$(document)" > "$work/confirm.csv"
    vv "$dir" load --reject "$work/rejects" "$work/confirm.csv" || ! cat "$work/rejects"
}
# verifies SCHEME IDENTITY NAME: a caseworker has seen each document of the case that waits
verifies() {
    local record
    by "$1" "$2" evidence show - --json > "$work/documents.json" || return 1
    for record in $(python3 -c 'import json, sys
print(*[d["record"] for d in json.load(open(sys.argv[1]))["documents"]
        if d["state"] == "waiting"])' "$work/documents.json"); do
        by "$1" "$2" evidence verify - "$record" --kind contract --as "$3" || return 1
    done
}
ends() { # ends SCHEME IDENTITY DAY
    printf 'source_ref,scheme,identity,last_day,reason\nend-%s-%s,%s,%s,%s,agreed\n' \
        "$1" "$2" "$1" "$2" "$3" > "$work/end.csv"
    vv "$dir" load --reject "$work/rejects" "$work/end.csv" || ! cat "$work/rejects"
}
unit() { # unit SCHEME IDENTITY UNIT QUANTITY DAY
    by "$1" "$2" case unit - --unit "$3" --quantity "$4" --on "$5" --evidence "$(document)"
}
until_day() { vv "$dir" clock advance --to "$1"; }
# posted SCHEME IDENTITY LINE...: all that is posted of the case, summed by component and period.
posted() {
    local who=-
    [ "${2#agreement:}" = "$2" ] || who=$2
    by "$1" "$2" pay explain "$who" --json > "$work/lines.json" &&
        python3 -c 'import collections, json, sys
got = collections.Counter()
for posting in json.load(open(sys.argv[1]))["postings"]:
    for line in posting["lines"]:
        # owed, recovered, a recovery undone; not how a recovery was settled
        if not line["proposal"] and line["kind"] in (0, 1, 5):
            got[line["component"], line["period"]] += line["amount"]
got = sorted("%s %s %d.%02d" % (c, p, a // 100, a % 100) for (c, p), a in got.items() if a)
want = sorted(sys.argv[2:])
sys.exit(0 if got == want else "expected %s\ngot %s" % (want, got))' "$work/lines.json" "${@:3}"
}
reports() { # reports SCHEME IDENTITY MONTH: approved
    printf 'source_ref,scheme,identity,month,approved\nreport-%s-%s-%s,%s,%s,%s,true\n' \
        "$1" "$2" "$3" "$1" "$2" "$3" > "$work/report.csv"
    vv "$dir" load --reject "$work/rejects" "$work/report.csv" || ! cat "$work/rejects"
}
why() { # why SCHEME IDENTITY COMPONENT WORDS: what is missing
    says 0 "$4" by "$1" "$2" pay why-not - "$3"
}
anna() { vv "$dir" "$@" --as anna; }
budget() { # budget SCHEME AREA YEAR POT: reserved and consumed
    vv "$dir" pay budget show --scheme "$1" --json |
        python3 -c 'import json, sys
for b in json.load(sys.stdin)["budgets"]:
    if [b["area"], str(b["year"]), b["pot"]] == sys.argv[1:]:
        print(b["reserved"], b["consumed"])' "${@:2}"
}
holds() { # holds "RESERVED CONSUMED" SCHEME AREA YEAR POT
    local got
    got=$(budget "${@:2}")
    [ "$got" = "$1" ] || { echo "expected $1, got $got"; return 1; }
}
