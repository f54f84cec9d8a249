#!/bin/sh
# Shows the program at work: analyses a shipped capture, prints the summary and leaves all reports in build/demo.
set -eu
app=${1:?usage: demo.sh PROGRAM}
case $app in /*) ;; *) app=$PWD/$app ;; esac
cd "$(dirname "$0")/.."
capture=captures/call-pbx-g711.pcap
if [ ! -f "$capture" ]; then
    set -- captures/*.pcap
    capture=$1
fi
[ -f "$capture" ] || {
    echo "demo: no capture in captures/" >&2
    exit 1
}
out=build/demo
rm -rf "$out"
mkdir -p "$(dirname "$out")"

echo "\$ voipqos -r $capture -o $out"
echo
"$app" -r "$capture" -o "$out"

# explain PATH WORDS: a line for what is there.
explain() {
    [ ! -e "$out/$1" ] || printf '  %-24s %s\n' "$out/$1" "$2"
}
echo
echo "Written:"
explain summary.txt "the summary above"
explain report.json "everything that was found, for scripts (schema: reports/voipqos.report.schema.json)"
explain ladders/ "the SIP messages of each call and registration as a ladder"
explain plots/ "jitter, loss and MOS over time, one picture for each stream"
