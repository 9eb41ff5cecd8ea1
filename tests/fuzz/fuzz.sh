#!/usr/bin/env bash
# Runs built fuzz targets, two at a time: "ok - what" or "not ok - what" for each.
#   fuzz.sh DIR SECONDS TARGET...
# What is found lies in DIR as <target>.crash-*; what is learnt stays in DIR/corpus for next time.
set -uo pipefail
dir=$1
seconds=$2
shift 2
seeds=$(dirname "$0")/seeds

run_one() {
    local target=$1 extra=()
    mkdir -p "$dir/corpus/$target"
    case $target in
    scheme) extra=(deploy/schemes -max_len=16384 "-dict=$seeds/yaml.dict") ;;
    model) extra=(deploy/models -max_len=8192 "-dict=$seeds/yaml.dict") ;;
    envelope | body) extra=(-max_len=4096) ;;
    records) extra=(-max_len=4096) ;;
    invoice) extra=(-max_len=16384 "-dict=$seeds/invoice.dict") ;;
    report) extra=(-max_len=8192) ;;
    scenario) extra=(deploy/scenarios -max_len=4096 "-dict=$seeds/yaml.dict") ;;
    esac
    if "$dir/fuzz_$target" "$dir/corpus/$target" "$seeds/$target" "${extra[@]}" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$dir/$target." > "$dir/$target.log" 2>&1; then
        echo "ok - $target: $(sed -n 's/.*executed_units: *//p' "$dir/$target.log") inputs"
    else
        echo "not ok - $target; the end of $dir/$target.log:"
        tail -n 40 "$dir/$target.log"
        return 1
    fi
}

failed=0
running=0
for target in "$@"; do
    run_one "$target" &
    running=$((running + 1))
    if [ "$running" -ge 2 ]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
exit "$failed"
