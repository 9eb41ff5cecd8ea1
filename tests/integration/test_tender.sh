#!/usr/bin/env bash
# How an organisation becomes a provider: tender document, questions, application, each criterion
# met, not met or missing, decision, appeal, and what happens to the contract afterwards.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

# application REF ORGANISATION AREA ASSIGNMENTS FIELDS TERMS: writes the file of an application.
application() {
    cat > "$work/application.json" << JSON
{"source_ref": "$1", "organisation_number": "$2", "name": "Exempel AB", "area": "$3",
 "capacity": 10, "latitude": 63.8, "longitude": 20.2, "assignments": [$4], "fields": {$5},
 "terms_version": $6}
JSON
}
both='{"reference": "R1", "preparing": true, "matching": true, "verified": "yes"}'
second='{"reference": "R2", "matching": true, "verified": "yes"}'

system tender
check "a scheme is published" vv "$dir" scheme publish deploy/schemes/se-krom.yaml
check "the clock is set" vv "$dir" clock set 2020-03-16
scheme_version=$(vv "$dir" scheme list --json | python3 -c 'import json, sys
print(json.load(sys.stdin)["schemes"][0]["version"])')
check "the procurement form is told before there is a document" says 0 'procurement: lov' \
    vv "$dir" tender show

# ---- the tender document ----
printf 'terms, version 1\n' > "$work/terms"
check "a draft is version 1" says 0 'draft: 1' vv "$dir" tender draft "$work/terms" --title "First"
check "the same document again is the same draft" says 0 'draft: 1' \
    vv "$dir" tender draft "$work/terms" --title "First"
check "a question" says 0 'question: 1' vv "$dir" tender ask 'May one assignment count twice?'
check "its answer" says 0 'question: 1' vv "$dir" tender answer 1 'No, never as both.'
check "a question is answered once" says 1 'came before with other content' \
    vv "$dir" tender answer 1 'Or perhaps.'
application a1 556016-0680 umea "$both" '"credit_rating": 39' 1
check "an application before publication is taken" says 0 submitted \
    vv "$dir" application submit "$work/application.json"
check "and misses the tender document" says 0 'terms.unpublished' \
    vv "$dir" application show umea 556016-0680
check "an unpublished version cannot be accepted by a grant" says 1 'missing' \
    vv "$dir" application grant umea 556016-0680 KA-1 --from 2020-04-01
check "the draft is put in force" says 0 'version: 1' vv "$dir" tender publish 1
check "again changes nothing" says 0 'version: 1' vv "$dir" tender publish 1
check "the procurement form is told" says 0 'procurement: lov' vv "$dir" tender show
check "a version goes with the rules and prices of its day" json "[v['scheme_version']
    for v in d['versions']] == ['$scheme_version']" vv "$dir" tender show --json
check "a scheme that is none has no tender document" says 1 'has no tender document' \
    vv "$dir" tender show --scheme se-none

# ---- the criteria ----
check "one assignment does not count as both" says 0 'references.too-few' \
    vv "$dir" application show umea 556016-0680
check "a rating of 39 is no rating of 40, and the certificate is missing" says 0 \
    'credit.certificate' vv "$dir" application show umea 556016-0680
application a2 556016-0680 umea "$both, $second" \
    '"credit_rating": 40, "language_capability": true' 1
check "a further application replaces it" says 0 submitted \
    vv "$dir" application submit "$work/application.json"
check "now all are met" says 0 'the criteria are met' vv "$dir" application show umea 556016-0680
check "with reasons in both languages" json \
    'd["verdict"] == "met" and all(f["en"] and f["sv"] for f in d["findings"])' \
    vv "$dir" application show umea 556016-0680 --json
application b1 212000-0142 umea "" '"credit_rating": 10' 1
check "somebody else applies" vv "$dir" application submit "$work/application.json"

# ---- bad input ----
application c1 556016-0681 umea "" '' 1
check "a wrong organisation number is refused" says 1 'check digit' \
    vv "$dir" application submit "$work/application.json"
application c2 556016-0680 lund "" '' 1
check "an area outside the scheme is refused" says 1 'no delivery area' \
    vv "$dir" application submit "$work/application.json"
sed -i 's/"capacity"/"kapacitet"/' "$work/application.json"
check "an unknown key is refused by name" says 1 'capacity' \
    vv "$dir" application submit "$work/application.json"

# ---- deciding ----
check "conditions need a day" says 2 'the day by which' \
    vv "$dir" application grant umea 556016-0680 KA-1 --from 2020-04-01 --conditions 'ramp'
check "which has not passed" says 1 'today or later' vv "$dir" application grant umea 556016-0680 \
    KA-1 --from 2020-04-01 --conditions 'ramp' --conditions-by 2020-03-15
check "granted" says 0 granted vv "$dir" application grant umea 556016-0680 KA-1 \
    --from 2020-04-01 --conditions 'A ramp' --conditions-by 2020-04-07
# The scheme's validity: 48 months from 1 April.
check "the application shows validity and conditions" json '[d["application"][k] for k in
    ("number", "from", "to", "conditions", "conditions_by")] ==
    ["KA-1", "2020-04-01", "2024-03-31", "A ramp", "2020-04-07"]' \
    vv "$dir" application show umea 556016-0680 --json
check "so does the contract" json '[(c["ref"], c["text"], c["by"], c["state"])
    for c in d["conditions"]] == [("condition", "A ramp", "2020-04-07", "open")] and
    (d["from"], d["to"], d["authorised_by"], d["renewals"]) ==
    ("2020-04-01", "2024-03-31", "operator", [])' vv "$dir" contract show umea KA-1 --json
application a3 556016-0680 umea "$both" "" 1
check "a second application is refused while authorised" says 1 'authorised in the area already' \
    vv "$dir" application submit "$work/application.json"
check "another may not take the number" says 1 'missing' \
    vv "$dir" application grant umea 212000-0142 KA-1 --from 2020-04-01
check "a rejection needs its reason" says 2 'reason' vv "$dir" application reject umea 212000-0142
check "rejected" says 0 rejected \
    vv "$dir" application reject umea 212000-0142 --reason 'Credit rating not shown'
check "appealed" says 0 appealed vv "$dir" application appeal umea 212000-0142
check "rejected again on the same day" says 0 rejected \
    vv "$dir" application reject umea 212000-0142 --reason 'As before'
check "is rejected, not what was answered before the appeal" json \
    'd["application"]["state"] == "rejected"' vv "$dir" application show umea 212000-0142 --json
check "appealed once more" says 0 appealed vv "$dir" application appeal umea 212000-0142
check "appealed it is" json 'd["application"]["state"] == "appealed"' \
    vv "$dir" application show umea 212000-0142 --json
check "rejected again" on 2020-03-17 says 0 rejected \
    vv "$dir" application reject umea 212000-0142 --reason 'As before'
# 21 days from 17 March: the last day for an appeal is 7 April.
application d1 212000-0142 blekinge "$both, $second" \
    '"credit_rating": 40, "language_capability": true' 1
cat > "$work/contracts.csv" << 'CSV'
source_ref,number,organisation_number,provider_name,area,capacity,latitude,longitude,from
c1,KA-9,202100-5489,Annan AB,blekinge,10,56.2,15.6,2020-03-16
CSV
check "a contract by other means" vv "$dir" load "$work/contracts.csv"
check "another organisation applies for the same area" \
    vv "$dir" application submit "$work/application.json"
check "a number that is a contract already is refused" says 1 'its own number' \
    vv "$dir" application grant blekinge 212000-0142 KA-9 --from 2020-04-01
check "and another is good, tried on the same day" says 0 granted \
    vv "$dir" application grant blekinge 212000-0142 KA-10 --from 2020-04-01
check "after the last day no appeal" on 2020-04-08 says 1 'days for an appeal are over' \
    vv "$dir" application appeal umea 212000-0142
check "the list shows both" json 'len(d["applications"]) == 3 and
    {a["state"] for a in d["applications"]} == {"granted", "rejected"}' \
    vv "$dir" application list --json

# ---- afterwards ----
printf 'terms, version 2\n' > "$work/terms"
check "version 2" says 0 'draft: 2' vv "$dir" tender draft "$work/terms" --changes "New prices"
check "cannot be accepted as a draft" says 1 'no published version' \
    vv "$dir" contract accept umea KA-1 2
check "is put in force" vv "$dir" tender publish 2 --reaccept-by 2020-04-20
check "who has not accepted it is told" json 'd["not_accepted"] == 3 and d["version"] == 2 and
    d["accept_by"] == "2020-04-20" and {c["state"] for c in d["contracts"]} == {"waiting"}' \
    vv "$dir" tender status --json
check "and accepted" says 0 'terms: accepted' vv "$dir" contract accept umea KA-1 2
check "once" says 1 'accepted already' vv "$dir" contract accept umea KA-1 1
check "another name" says 0 transferred \
    vv "$dir" contract transfer umea KA-1 556016-0680 'Exempel Ny AB' --on 2020-04-08
check "and one more, of the same owner" says 0 transferred \
    vv "$dir" contract transfer umea KA-1 556016-0680 'Exempel Nyare AB' --on 2020-04-08
check "which is shown" says 0 'Exempel Nyare AB' vv "$dir" contract show umea KA-1
check "another owner" says 0 transferred \
    vv "$dir" contract transfer umea KA-1 212000-0142 'New owner' --on 2020-04-08
# 48 months from 2020-04-01: through 2024-03-31.
check "a renewal only prolongs" says 1 'only prolongs' \
    vv "$dir" contract renew umea KA-1 --to 2024-03-31
check "renewed" says 0 renewed vv "$dir" contract renew umea KA-1 --to 2024-04-01

check "the renewal is shown" json '[(r["on"], r["to"], r["by"]) for r in d["renewals"]] ==
    [("2020-04-08", "2024-04-01", "operator")] and d["to"] == "2024-04-01" and
    [c["state"] for c in d["conditions"]] == ["overdue"]' \
    vv "$dir" contract show umea KA-1 --json
check "for people too" says 0 'overdue: A ramp' vv "$dir" contract show umea KA-1
check "the overdue condition stands on the control queue" json 'd["late"] == 1 and
    [(i["kind"], i["contract"]) for i in d["open"]] == [("condition", "KA-1")]' \
    vv "$dir" control queue --json
check "a condition is fulfilled or not" says 1 'fulfilled or not_fulfilled' \
    vv "$dir" control close KA-1 --ref condition --outcome corrected --text seen
check "a person states it" vv "$dir" control close KA-1 --ref condition --outcome fulfilled \
    --text 'Seen on site'
check "and it is shown" json '[(c["state"], c["stated_on"], c["stated_by"], c["answer"])
    for c in d["conditions"]] == [("fulfilled", "2020-04-08", "operator", "Seen on site")]' \
    vv "$dir" contract show umea KA-1 --json
check "nothing waits" json 'd["open"] == []' vv "$dir" control queue --json
check "a later condition is opened by hand" vv "$dir" control open KA-1 --kind condition \
    --ref lift --due 2020-04-30 --text 'A lift'
check "what the rejected may do is shown" says 0 'may be appealed against until 2020-04-07' \
    vv "$dir" application show umea 212000-0142

# ---- notices ----
check "an invitation" says 0 'notice: 1' \
    vv "$dir" notice send Forum 'Provider forum' --area umea --meeting 2020-09-01
check "received" says 0 received vv "$dir" notice receive 1 212000-0142
check "not by the contract's former owner" says 1 'has no contract where the notice went' \
    vv "$dir" notice receive 1 556016-0680
check "nor by whoever has a contract elsewhere" says 1 'has no contract where the notice went' \
    vv "$dir" notice receive 1 202100-5489
check "nor by an organisation of none" says 1 'has no contract where the notice went' \
    vv "$dir" notice receive 1 202100-2114
check "again a day later, otherwise spelt" on 2020-04-09 vv "$dir" notice receive 1 2120000142
check "the same words to another area are another notice" says 0 'notice: 2' \
    vv "$dir" notice send Forum 'Provider forum' --area vasteras --meeting 2020-09-01
check "who has not received it, each once" json \
    '[m["organisation_number"] for m in d["missing"]] == []' vv "$dir" notice missing 1 --json
check "of another area nobody has" says 0 '0 have not received notice 2' \
    vv "$dir" notice missing 2
check "a notice to all" says 0 'notice: 3' vv "$dir" notice send All 'To everybody'
check "is received by nobody yet" says 0 '2 have not received notice 3' vv "$dir" notice missing 3
check "and by whoever has a contract somewhere" says 0 received \
    vv "$dir" notice receive 3 202100-5489
check "but by nobody else" says 1 'no contract where the notice went: the whole scheme' \
    vv "$dir" notice receive 3 556016-0680
check "the day for accepting passes" on 2020-04-21 says 0 'the day has passed' \
    vv "$dir" tender status
check "one has accepted" json '{(c["number"], c["state"]) for c in d["contracts"]} ==
    {("KA-1", "accepted"), ("KA-9", "overdue"), ("KA-10", "overdue")}' \
    vv "$dir" tender status --json
check "twice is once" says 0 '1 receipts' vv "$dir" notice show 1
check "the same words on another day are another notice" says 0 'notice: 4' \
    vv "$dir" notice send All 'To everybody'
check "a meeting of yesterday" says 1 'has passed' \
    vv "$dir" notice send Forum 'Too late' --meeting 2020-04-20
check "a notice to an area that is none" says 1 'no delivery area' \
    vv "$dir" notice send A B --area lund

vv "$dir" keys add eva auditor > "$work/said"
check "a caseworker decides, an auditor does not" says 1 'may not send this' \
    vv "$dir" --as eva application appeal umea 212000-0142
check "the system stops" vv "$dir" down
