# common.sh - what the tests of the command line share: a folder to work in, expectations, and the closing count.
# Sourced. Needs $VOIPQOS (the program), $CAPTURES (the shipped captures) and $B (the build tree, for helpers).
# shellcheck shell=sh disable=SC2034 # names used by those who source it
set -u
B=${B:-build}
VOIPQOS=${VOIPQOS:-$B/voipqos}
CAPTURES=${CAPTURES:-captures}
case $VOIPQOS in */*) VOIPQOS=$(cd "$(dirname "$VOIPQOS")" && pwd)/$(basename "$VOIPQOS") ;; esac
[ -x "$VOIPQOS" ] || {
    echo "$VOIPQOS is not there: build it first"
    exit 1
}
CAPTURES=$(cd "$CAPTURES" && pwd)
RECAST=$B/tests/cli/recast
call=$CAPTURES/call-pbx-g711.pcap
unset NO_COLOR
LC_ALL=C.UTF-8
export LC_ALL

tmp=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAIL: $1"
}
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# status NAME CODE COMMAND...: the exit code; output is kept in $tmp/out and $tmp/err.
status() {
    name=$1 want=$2
    shift 2
    "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    got=$?
    if [ $got -eq "$want" ]; then
        pass
    else
        fail "$name: exit code $got, not $want: $(head -n 3 "$tmp/err")"
    fi
}

# check NAME COMMAND...: the command succeeds.
check() {
    name=$1
    shift
    if "$@" >"$tmp/check" 2>&1; then
        pass
    else
        fail "$name: $(head -n 5 "$tmp/check")"
    fi
}

# says NAME TEXT: the last status() wrote it to standard error.
says() { check "$1: said '$(head -n 3 "$tmp/err")'" grep -qF -e "$2" "$tmp/err"; }
# same NAME FILE FILE, empty NAME FILE, absent NAME PATH.
same() { check "$1" cmp "$2" "$3"; }
empty() { check "$1: $(head -n 3 "$2")" test ! -s "$2"; }
absent() { check "$1" test ! -e "$2"; }

# A JSON report without what names the file and its link headers.
facts() { sed -e 's/"files":\[[^]]*\][^]]*\]//' -e 's/"frames":[0-9]*,"bytes":[0-9]*//' "$1"; }

# A report of every shipped capture, as $tmp/reports/NAME.json.
report_all() {
    mkdir "$tmp/reports"
    for capture in "$CAPTURES"/*.pcap*; do
        name=$(basename "${capture%.pcap*}")
        status "$name" 0 "$VOIPQOS" -q -r "$capture" --json "$tmp/reports/$name.json"
    done
}

# need_python: skips the whole script without it.
need_python() {
    command -v python3 >/dev/null 2>&1 && return
    echo "python3 is not installed"
    exit 77
}

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
    exit
}
