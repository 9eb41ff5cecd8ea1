#!/usr/bin/env bash
# The trust boundary of running services, from outside: who is not listed gets nothing, a role gets
# only its messages, a service's Redis user only its keys, and a service does not start when its
# secrets are open to others or its rights in Redis are not complete.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

set -f # keys and commands with an asterisk are meant as they stand
services=(intake assessment provider-registry payment)
dir=$work/trust
check "keys are made before the first start" vv "$dir" keys
for role in caseworker provider finance auditor gateway guardian; do
    mkdir -m 700 "$dir/keys/$role"
    echo "$role $role-1 $("$bin/../tests/integration/speak" "$dir/keys/$role" make-key "$role")" \
        >> "$dir/keys/peers.allow"
done
system trust
check "a book of 20 people is made" vv "$work/x" synth --people 20 --seed 5 \
    --from 2020-03-16 --to 2020-03-31 --until 2020-04-30 --out "$work/book"
carry() {
    vv "$dir" scheme publish deploy/schemes/se-krom.yaml && vv "$dir" clock set 2020-03-16 &&
        vv "$dir" load --by-day --reject "$work/rejects.csv" \
            "$work"/book/{seekers,providers,contracts,choices,reports,outcomes}.csv
}

# ---- publications, while there are some ----
declare -A heard
for name in "${services[@]}"; do
    for key in stranger plain caseworker payment; do
        heard[$name-$key]=$work/heard-$name-$key
        speak "$name" "$key" listen $((4000 * slow)) > "${heard[$name-$key]}" &
    done
done
check "the book is carried through meanwhile" carry
wait
for name in "${services[@]}"; do
    for key in stranger plain caseworker; do
        check "$name publishes nothing to a key that is $key" \
            grep -qx '0 publications' "${heard[$name-$key]}"
    done
done
check "and what it publishes, a sibling's key hears" \
    grep -qxE '[1-9][0-9]* publications' "${heard[provider-registry-payment]}"

# ---- strangers ----
for name in "${services[@]}"; do
    check "$name answers a listed key" grep -q ^ok <(speak "$name" operator send ping)
    for key in stranger plain; do
        speak "$name" "$key" send ping > "$work/answer"
        check "$name answers nothing to a key that is $key" grep -qx nothing "$work/answer"
    done
done

# ---- roles: whoever adds a right changes it here too ----
everybody="info ping"
look="case_show explain_level explain_posting ledger_page list_contracts registry_sums
    positions_page why_not periods_page list_ratings rating_page rating_show
    show_control"
staff="$look authorise_contract case_find choose_contract end_placement register_provider
    register_seeker placed_cases"
deliver="file_report record_outcome"
control="decide_follow_up move_placement record_control"
decide="decide_proposal release_hold link_parties"
# Tender documents, applications, contracts.
choice_staff="state_need show_choice show_area_choices"
tender_look="show_tender show_notice judge_application list_applications"
tender_staff="ask_tender answer_tender send_notice confirm_notice submit_application
    decide_application appeal_application transfer_contract renew_contract accept_terms"
look="$look $tender_look"
staff="$staff $tender_look $tender_staff $choice_staff"
declare -A rights=(
    [intake]=""
    [assessment]="snapshot_get"
    [provider-registry]="show_tender home_get reserve_capacity confirm_capacity release_capacity"
    [payment]=""
    [operator]="$staff $deliver $control publish_rating decide_level verify_page settle
        publish_scheme set_clock"
    [caseworker]="$staff $deliver $control $decide decide_level"
    [gateway]="$staff $deliver"
    [provider]=""
    [finance]="$look $decide close_period"
    [auditor]="$look verify_page"
)
# What a topic adds, one line each.
for role in operator caseworker gateway; do
    rights[$role]+=" record_activity confirm_attendance report_deviation decide_deviation"
    rights[$role]+=" excuse_obligation list_work"
done
# A provider's key sends what happens in its contracts' placements. Here it has none, so the
# registry itself forbids what the others let in and do not take; test_provider.sh has the rest.
own="$deliver record_activity report_deviation record_unit"
rights[provider]+=" $own"
rights[provider-registry]+=" contract_key payee_get area_member"
rights[auditor]+=" settle"
for role in operator caseworker gateway finance auditor; do
    rights[$role]+=" show_delivery"
done
rights[operator]+=" draft_tender publish_tender bind_provider"
for role in operator caseworker gateway provider; do
    rights[$role]+=" confirm_messages fetch_messages"
done
rights[provider-registry]+=" seal_identity tell_provider"
# Payment runs and bank details: money is moved by the operator's key and finance.
run_look="show_run list_runs payable_page show_hold"
run_move="open_run resolve_run approve_run release_run cancel_run record_status set_hold
    propose_bank approve_bank bank_get"
rights[operator]+=" $run_look $run_move"
rights[finance]+=" $run_look $run_move"
rights[caseworker]+=" $run_look"
rights[gateway]+=" $run_look"
rights[auditor]+=" $run_look"
rights[payment]+=" draft_segment bank_get payee_get note_account account_get"
rights[operator]+=" state_obligations extend_service"
rights[caseworker]+=" state_obligations extend_service"
for role in operator caseworker gateway finance auditor; do
    rights[$role]+=" contract_lines list_invoices show_invoice"
done
for role in operator finance; do
    rights[$role]+=" receive_invoice dispute_invoice settle_invoice"
done
# Units; budgets, grants, appropriations: finance decides, everybody on the staff may look.
rights[operator]+=" record_unit budget_page forecast_page"
rights[caseworker]+=" record_unit budget_page forecast_page"
rights[gateway]+=" record_unit budget_page forecast_page"
rights[finance]+=" budget_page forecast_page set_budget decide_grant record_payroll
    record_appropriation record_cost"
rights[auditor]+=" budget_page forecast_page"
rights[payment]+=" reserve_budget consume_budget release_budget enter_grant reconsider_budget"
# Evidence: persons decide on it, the registry asks itself.
rights[caseworker]+=" decide_evidence"
for role in operator caseworker gateway finance auditor; do
    rights[$role]+=" show_evidence list_evidence"
done
rights[provider-registry]+=" find_evidence claim_evidence"
rights[payment]+=" note_invoiced"
# A guardian does what staff do about people, and looks.
rights[guardian]="$look $deliver case_find choose_contract end_placement register_seeker
    placed_cases $choice_staff decide_level move_placement state_obligations extend_service
    record_unit fetch_messages verify_page settle decide_proposal release_hold $run_look
    contract_lines
    list_invoices show_invoice budget_page forecast_page record_activity confirm_attendance
    report_deviation decide_deviation excuse_obligation list_work show_delivery
    decide_evidence show_evidence list_evidence"
# Obligations of a contract's participants.
for role in operator caseworker gateway finance auditor guardian; do
    rights[$role]+=" contract_terms"
done
for role in operator auditor guardian; do
    rights[$role]+=" verify_records"
done
# Worklist, deputies, the person's view.
for role in operator caseworker guardian; do
    rights[$role]+=" name_deputy end_deputy assign_case settle_difference"
done
rights[finance]+=" name_deputy end_deputy"
rights[operator]+=" assign_area"
rights[caseworker]+=" assign_area"
for role in operator caseworker gateway guardian; do
    rights[$role]+=" list_duties record_person_view"
done
rights[provider-registry]+=" list_duties"
for role in "${!rights[@]}"; do
    for name in "${services[@]}"; do
        # shellcheck disable=SC2086 # words
        printf '%s\n' $everybody ${rights[$role]} | sort > "$work/expected"
        [ "$role" = provider ] || echo stats | sort -o "$work/expected" - "$work/expected"
        [ "$role $name" != "provider provider-registry" ] ||
            sed -i -E "/^(${own// /|})\$/d" "$work/expected"
        speak "$name" "$role" roles > "$work/answers"
        awk '$2 != "forbidden" {print $1}' "$work/answers" | sort > "$work/let-in"
        check "$name lets $role send what it may, and nothing else" \
            diff "$work/expected" "$work/let-in"
        check "$name answered every request of $role" \
            bash -c "! grep -q nothing '$work/answers' && [ \$(wc -l < '$work/answers') -gt 20 ]"
    done
done
check "a payment key cannot publish a scheme" \
    grep -q ^forbidden <(speak provider-registry payment send publish_scheme)
check "an auditor's key cannot record an outcome" \
    grep -q ^forbidden <(speak provider-registry auditor send record_outcome)
check "but may ask for a ledger page" grep -q ^ok <(speak payment auditor send ledger_page)
check "a provider's key cannot" grep -q ^forbidden <(speak payment provider send ledger_page)

# ---- Redis ----
person=$(redis_as admin --scan --pattern 'vv:*:intake:key:*' | head -n 1)
check "intake keeps a wrapped key of each person" test -n "$person"
check "and may read it" grep -qv NOPERM <(redis_as intake HGETALL "$person")
denied() { redis_as "$@" | grep -q NOPERM; }
for user in assessment registry payment operator; do
    check "$user cannot read intake's person keys" denied "$user" HGETALL "$person"
    check "$user cannot read them in a function" denied "$user" FCALL vv_commit 1 "$person"
done
for user in intake assessment registry payment; do
    for owner in intake assessment registry payment; do
        [ "$user" != "$owner" ] || continue
        key="vv:{p001}:$owner"
        check "$user cannot write $owner's aggregates" denied "$user" HSET "$key:case:x" v 1
        check "$user cannot write $owner's stream" denied "$user" XADD "$key:stream" 1-1 e x
        check "$user cannot read $owner's aggregates" denied "$user" HGETALL "$key:case:x"
        check "$user cannot write them in a function" \
            denied "$user" FCALL vv_commit 1 "$key:case:x"
    done
    for command in "FLUSHALL" "KEYS *" "SCAN 0" "CONFIG GET dir" "ACL LIST" "EVAL x 0" \
        "FUNCTION LIST" "DEL vv:{p001}:$user:case:x"; do
        # shellcheck disable=SC2086 # words
        check "$user cannot say $command" denied "$user" $command
    done
done
check "nobody is let in without a password" \
    grep -q NOAUTH <(redis-cli -s "$dir/redis/redis.sock" PING 2>&1)

# ---- secrets on disk, rights at start ----
mode_of_secrets() {
    find "$dir/keys" -type f ! -name peers.allow ! -perm 0400
    find "$dir/keys" -mindepth 1 -type d ! -perm 0700
}
check "only intake holds what opens personal data" test "$(
    find "$dir/keys" \( -name wrap.key -o -name lookup.key \) | sort
)" = "$(printf "$dir/keys/intake/%s\n" lookup.key wrap.key)"
check "every secret is 0400 in a directory of 0700" test -z "$(mode_of_secrets)"
# refuses SERVICE WORD: it must end by itself, with an error that has the word in it.
refuses() {
    (service "$1" "$1-2" VAGVAL_LOG_LEVEL=info) > "$work/refusal" 2>&1 &
    local pid=$! code
    if ! await 30 bash -c "! kill -0 $pid"; then
        kill -9 "$pid"
        return 1
    fi
    wait "$pid"
    code=$?
    cat "$work/refusal"
    [ "$code" -ne 0 ] && [ "$code" -lt 128 ] && grep -qE "$2" "$work/refusal"
}
for name in "${services[@]}"; do
    secrets=("$name.key" redis.password)
    [ "$name" != intake ] || secrets+=(wrap.key lookup.key)
    for secret in "${secrets[@]}"; do
        chmod 0440 "$dir/keys/$name/$secret"
        check "$name does not start when others may read $secret" refuses "$name" "$secret"
        chmod 0400 "$dir/keys/$name/$secret"
    done
done
redis_as admin ACL SETUSER intake -rpush > /dev/null
redis_as admin ACL SETUSER assessment resetkeys '~vv:{*}:assessment:*' '%R~vv:{sys}:*' \
    '~vv:{sys}:members:assessment' > /dev/null
redis_as admin ACL SETUSER registry -zadd > /dev/null
redis_as admin ACL SETUSER payment -xadd > /dev/null
for name in "${services[@]}"; do
    user=${name#provider-}
    check "$name does not start when its rights in Redis are not complete" \
        refuses "$name" "redis probe"
done
redis_as admin ACL LOAD > /dev/null
(service payment payment-2 > "$work/second.log" 2>&1) &
second=$!
check "with all of it as it was, it does" await 20 test -e "$dir/run/payment-2.ready"
kill -TERM "$second"
wait "$second"
check "verify is clean after all that" vv "$dir" verify
