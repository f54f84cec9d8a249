#!/bin/sh
# Captures whose impairment is known from the log of the relay that did it (captures/*.truth.json): what is reported of
# each stream is exactly what happened to it.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
found=0
for truth in "$CAPTURES"/*.truth.json; do
    [ -f "$truth" ] || continue
    found=$((found + 1))
    name=$(basename "$truth" .truth.json)
    status "$name" 0 "$VOIPQOS" -q -r "$CAPTURES/$name.pcap" --json -
    python3 "$(dirname "$0")/lib/truth.py" "$truth" "$tmp/out" >"$tmp/verdict" 2>&1 || [ -s "$tmp/verdict" ] ||
        echo "FAIL $name: truth.py said nothing" >"$tmp/verdict"
    while read -r verdict words; do
        case $verdict in
            ok) pass ;;
            *) fail "$verdict $words" ;;
        esac
    done <"$tmp/verdict"
done
check "there are captures with a known truth" test "$found" -ge 4

finish
