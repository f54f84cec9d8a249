#!/bin/sh
# What the program prints of shipped captures, held against what it printed when somebody last looked; one line per case
# in tests/golden/cases.tsv. This shows that a change changed nothing else; whether the figures are right is for the
# other tests to say.
#
#     tests/golden/run.sh             compare; what differs is shown as a diff
#     tests/golden/run.sh --update    take what is printed now as expected: read the diff before it is committed
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
B=${B:-$root/build}
VOIPQOS=${VOIPQOS:-$B/voipqos}
[ -x "$VOIPQOS" ] || {
    echo "$VOIPQOS is not there: build it first"
    exit 1
}
VOIPQOS=$(cd "$(dirname "$VOIPQOS")" && pwd)/$(basename "$VOIPQOS")
unset NO_COLOR COLUMNS
LC_ALL=C.UTF-8
export LC_ALL
update=
[ "${1:-}" = --update ] && update=1

# Relative names, so that the summary shows the same path everywhere.
cd "$root/captures" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0

trim() { printf '%s' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//'; }

while IFS='|' read -r capture options expected; do
    case $capture in '' | '#'*) continue ;; esac
    capture=$(trim "$capture") expected=$here/expected/$(trim "$expected")
    # shellcheck disable=SC2086 # options are words
    if ! "$VOIPQOS" -r "$capture.pcap" $options >"$tmp/out" 2>"$tmp/err" </dev/null; then
        failed=$((failed + 1))
        echo "FAIL: voipqos -r $capture.pcap $options: $(head -n 3 "$tmp/err")"
        continue
    fi
    # A new version is no change of the report.
    sed '1s/^voipqos [0-9][^ ]*/voipqos VERSION/' "$tmp/out" >"$tmp/got"
    if [ -n "$update" ]; then
        mkdir -p "$here/expected"
        cmp -s "$tmp/got" "$expected" || echo "updated: $(basename "$expected")"
        cp "$tmp/got" "$expected"
    fi
    if diff -u --label "expected/$(basename "$expected")" --label "voipqos -r $capture.pcap $options" \
        "$expected" "$tmp/got" >"$tmp/diff" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: voipqos -r $capture.pcap $options"
        sed 's/^/    /' "$tmp/diff"
    fi
done <"$here/cases.tsv"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
