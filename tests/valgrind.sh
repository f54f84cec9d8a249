#!/bin/sh
# Runs the unit tests, the fuzz corpora and the shipped captures of the build tree $B under valgrind: no error, no leak.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
# Under valgrind a capture takes some fifty times as long; larger ones tell nothing new.
max_bytes=${VALGRIND_MAX_BYTES:-4000000}

command -v valgrind >/dev/null 2>&1 || {
    echo "valgrind is not installed"
    exit 77
}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

# run NAME COMMAND...: only what valgrind says counts (exit code 99), or a death by signal.
run() {
    name=$1
    shift
    valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible \
        --errors-for-leak-kinds=definite,indirect,possible "$@" >"$log" 2>&1 </dev/null
    rc=$?
    if [ $rc -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name: exit code $rc"
        sed 's/^/      | /' "$log"
    fi
}

for src in tests/unit/*/test_*.c tests/oom/test_*.c; do
    [ -f "$src" ] || continue
    name=${src#tests/} name=${name%.c}
    run "$name" "$B/tests/$name"
done
for src in tests/fuzz/fuzz_*.c; do
    [ -f "$src" ] || continue
    name=${src#tests/fuzz/fuzz_} name=${name%.c}
    run "replay/$name" "$B/tests/replay/$name" "tests/fuzz/corpus/$name"
done
for capture in captures/*.pcap captures/*.pcapng; do
    [ -f "$capture" ] || continue
    if [ "$(wc -c <"$capture")" -gt "$max_bytes" ]; then
        skipped=$((skipped + 1))
        echo "skip  $capture: larger than $max_bytes bytes"
        continue
    fi
    run "$capture" "$B/voipqos" -r "$capture" --json /dev/null --ladder
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
