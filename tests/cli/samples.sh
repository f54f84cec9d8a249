#!/bin/sh
# README and reports/samples show what the program prints today: summaries, ladders, data of a plot, the picture.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
samples=$root/reports/samples

# shows NAME FILE ARGUMENT...: the command prints the file, in the folder of the captures.
shows() {
    shown=$1 file=$2
    shift 2
    (cd "$CAPTURES" && exec "$VOIPQOS" "$@") >"$tmp/printed" 2>"$tmp/err" </dev/null
    check "$shown" diff "$file" "$tmp/printed"
}

shows "summary.txt" "$samples/summary.txt" -r call-loss-5.pcap
shows "summary-tiphon.txt" "$samples/summary-tiphon.txt" -r call-loss-5.pcap --rating tiphon
shows "ladder.txt" "$samples/ladder.txt" -q -r call-pbx-g711.pcap --ladder=1
shows "ladder-ascii.txt" "$samples/ladder-ascii.txt" -q -r call-pbx-g711.pcap --ladder=1 --ascii
shows "report.json" "$samples/report.json" -q -r call-loss-5.pcap --json -

if command -v gnuplot >/dev/null 2>&1; then
    status "plots" 0 "$VOIPQOS" -q -r "$CAPTURES/call-loss-5.pcap" --plots "$tmp/plots"
    check "stream.dat" diff "$samples/stream.dat" "$tmp/plots/stream-2.dat"
    sed 's/stream-2/stream/g' "$tmp/plots/stream-2.gp" >"$tmp/stream.gp"
    check "stream.gp" diff "$samples/stream.gp" "$tmp/stream.gp"
else
    skip "plots: no gnuplot"
fi

# A tarball may leave out what only the repository's page shows.
if [ -f "$root/README.md" ]; then
    sed -n '/^Call 1  anna/,/^```/p' "$root/README.md" | sed '$d' >"$tmp/ladder"
    check "README has a ladder" test -s "$tmp/ladder"
    sed -n '/^Call/,$p' "$samples/ladder.txt" >"$tmp/want"
    check "the ladder of README" diff "$tmp/want" "$tmp/ladder"
fi
if command -v python3 >/dev/null 2>&1; then
    (cd "$CAPTURES/.." && "$VOIPQOS" -r "$(basename "$CAPTURES")/call-dup.pcap" --color always) |
        python3 "$root/docs/img/terminal.py" "voipqos -r captures/call-dup.pcap" >"$tmp/summary.svg"
    check "docs/img/summary.svg" diff "$root/docs/img/summary.svg" "$tmp/summary.svg"
else
    skip "docs/img/summary.svg: no python3"
fi

finish
