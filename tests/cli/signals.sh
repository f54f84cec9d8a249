#!/bin/sh
# Ctrl-C and SIGTERM while a capture comes through a pipe.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

# More than a pipe holds: once it is written, the program reads, and its signal handler stands.
part=200000
check "the capture is long enough" test "$(wc -c <"$call")" -gt $part

# start OPTION...: the program in the background, reading what is written to descriptor 3.
start() {
    rm -f "$tmp/fifo"
    mkfifo "$tmp/fifo"
    "$VOIPQOS" -q -r "$tmp/fifo" --json "$tmp/report.json" >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$!
    exec 3>"$tmp/fifo"
    head -c $part "$call" >&3
}

start
kill -TERM $pid
wait $pid
check "SIGTERM ends the reading" test $? -eq 3
exec 3>&-
says "SIGTERM" "reading was stopped after frame "
check "what came before is reported" grep -q '"truncated":true' "$tmp/report.json"
check "the registrations among it" grep -q '"outcome":"registered"' "$tmp/report.json"

# The writer at the other end gets Ctrl-C too, and what it still has follows.
start
kill -INT $pid
tail -c +$((part + 1)) "$call" >&3
exec 3>&-
wait $pid
check "SIGINT lets a pipe run dry" test $? -eq 0
empty "SIGINT is not complained of" "$tmp/err"
facts "$tmp/report.json" >"$tmp/got"
status "the same from a file" 0 "$VOIPQOS" -q -r "$call" --json "$tmp/file.json"
facts "$tmp/file.json" >"$tmp/want"
same "all of it is reported" "$tmp/want" "$tmp/got"

rm -f "$tmp/report.json"
start
kill -INT $pid
sleep 0.2
kill -INT $pid
wait $pid
check "the second SIGINT kills" test $? -eq 130
exec 3>&-
absent "and leaves no report" "$tmp/report.json"

finish
