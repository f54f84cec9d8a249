#!/bin/sh
# Runs every test of the build tree $B and closes with exactly one line: "N passed, N failed, N skipped".
#
# A test is a program or script that exits 0 (passed), 77 (skipped: its last line says why) or anything else (failed). It
# counts as one case, unless it says more itself: cmocka programs by their "[  PASSED  ] n test(s)" lines, scripts by a line
# "N passed, N failed, N skipped". Of a passing test one line is shown, of a failing one everything it wrote.
set -u
cd "$(dirname "$0")/.." || exit 1

B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
VOIPQOS=$B/voipqos
CAPTURES=$PWD/captures
LC_ALL=C.UTF-8
export B VOIPQOS CAPTURES LC_ALL
limit=${TEST_TIMEOUT:-300}

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

# Cases that the log tells of, as "passed failed skipped"; nothing when it tells of none.
counts() {
    awk '
        /^\[  PASSED  \] [0-9]+ test\(s\)/ { p += $4; seen = 1 }
        /^\[  FAILED  \] [0-9]+ test\(s\)/ { f += $4; seen = 1 }
        /^\[  SKIPPED \] [0-9]+ test\(s\)/ { s += $4; seen = 1 }
        /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; seen = 1 }
        END { if (seen) print p + 0, f + 0, s + 0 }' "$log"
}

# run NAME COMMAND...
run() {
    name=$1
    shift
    timeout -k 5 "$limit" "$@" >"$log" 2>&1 </dev/null
    rc=$?
    # shellcheck disable=SC2046 # three numbers or nothing
    set -- $(counts)
    p=${1:-0} f=${2:-0} s=${3:-0}
    if [ $rc -eq 77 ]; then
        skipped=$((skipped + 1))
        echo "skip  $name: $(tail -n 1 "$log")"
        return
    fi
    # A test that tells of no case is one; one that dies after its last case has failed all the same.
    if [ $rc -eq 0 ] && [ $# -eq 0 ]; then p=1; fi
    if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ $rc -eq 0 ] && [ "$((p + f + s))" -eq 0 ]; then f=1; fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -eq 0 ]; then
        echo "ok    $name ($p)"
        return
    fi
    case $rc in
        124 | 137) why="stopped after $limit s" ;;
        *) why="exit code $rc" ;;
    esac
    echo "FAIL  $name: $why"
    sed 's/^/      | /' "$log"
}

# built SOURCE_DIR NAME PROGRAM ARGS...: a program that should have been built from a source that is there.
built() {
    name=$1
    if [ -x "$2" ]; then
        run "$@"
    else
        failed=$((failed + 1))
        echo "FAIL  $name: $2 was not built"
    fi
}

for src in tests/unit/*/test_*.c tests/oom/test_*.c; do
    [ -f "$src" ] || continue
    name=${src#tests/} name=${name%.c}
    built "$name" "$B/tests/$name"
done
for src in tests/fuzz/fuzz_*.c; do
    [ -f "$src" ] || continue
    name=${src#tests/fuzz/fuzz_} name=${name%.c}
    built "replay/$name" "$B/tests/replay/$name" "tests/fuzz/corpus/$name"
done
run layers sh tests/layers.sh
for script in tests/cli/*.sh tests/golden/run.sh tests/live/test.sh; do
    [ -f "$script" ] || continue
    name=${script#tests/}
    run "${name%.sh}" sh "$script"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
