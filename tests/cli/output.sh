#!/bin/sh
# What goes where: standard output, files that appear whole or not at all, the folder of -o.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

status "-q" 0 "$VOIPQOS" -q -r "$call"
empty "-q prints nothing" "$tmp/out"
empty "-q complains of nothing" "$tmp/err"
status "-q --json -" 0 "$VOIPQOS" -q -r "$call" --json -
cp "$tmp/out" "$tmp/stdout.json"
check "JSON and nothing else" sh -c 'test "$(head -c 10 "$1")" = "{\"schema\":" && test "$(tail -c 2 "$1")" = "}"' - "$tmp/out"
if command -v python3 >/dev/null 2>&1; then
    check "one JSON value" python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$tmp/out"
else
    skip "python3 is not installed"
fi
status "--json -" 0 "$VOIPQOS" -r "$call" --json -
same "with or without -q" "$tmp/stdout.json" "$tmp/out"
status "--json FILE" 0 "$VOIPQOS" -r "$call" --json "$tmp/file.json"
same "file and standard output" "$tmp/stdout.json" "$tmp/file.json"
cp "$tmp/out" "$tmp/summary"
status "again" 0 "$VOIPQOS" -r "$call" --json "$tmp/file2.json"
same "the summary of two runs" "$tmp/summary" "$tmp/out"
same "the report of two runs" "$tmp/file.json" "$tmp/file2.json"

# ---- ladders ----
status "--ladder" 0 "$VOIPQOS" -q -r "$call" --ladder
cp "$tmp/out" "$tmp/all"
check "all ladders hold an INVITE" grep -q INVITE "$tmp/all"
check "all ladders hold a REGISTER" grep -q REGISTER "$tmp/all"
check "where clients register the proxy is their registrar" grep -q "anna (client)  *registrar$" "$tmp/all"
status "--ladder 1" 0 "$VOIPQOS" -q --ladder 1 -r "$call"
cp "$tmp/out" "$tmp/one"
check "ladder 1 holds an INVITE" grep -q INVITE "$tmp/one"
check "ladder 1 is the call alone" sh -c '! grep -q REGISTER "$1"' - "$tmp/one"
status "--ladder=1" 0 "$VOIPQOS" -q --ladder=1 -r "$call"
same "--ladder=1 and --ladder 1" "$tmp/one" "$tmp/out"
id=$(tr '{' '\n' <"$tmp/file.json" | sed -n '/"method":"INVITE"/s/.*"call_id":"\([^"]*\)".*/\1/p' | head -n 1)
status "--ladder=Call-ID" 0 "$VOIPQOS" -q "--ladder=$id" -r "$call"
same "by Call-ID" "$tmp/one" "$tmp/out"
status "--ladder before a filter" 0 "$VOIPQOS" -q -r "$call" --ladder udp port 5060
check "the filter's first word is no Call-ID: the call" grep -q INVITE "$tmp/out"
check "the filter's first word is no Call-ID: the registrations" grep -q REGISTER "$tmp/out"
status "--ascii" 0 "$VOIPQOS" -r "$call" --ascii --ladder 1
check "--ascii prints ASCII" sh -c '! LC_ALL=C grep -q "[^ -~]" "$1"' - "$tmp/out"
status "--color always" 0 "$VOIPQOS" -r "$call" --color always
check "colours when asked for" grep -q "$(printf '\033\\[')" "$tmp/out"
check "no colours in a pipe" sh -c '! grep -q "$2" "$1"' - "$tmp/summary" "$(printf '\033')"

# ---- -o ----
status "-o" 0 "$VOIPQOS" -q -r "$call" -o "$tmp/dir"
same "-o: report.json" "$tmp/file.json" "$tmp/dir/report.json"
for f in summary.txt ladders/call-1.txt ladders/registration-1.txt plots/stream-1.dat plots/stream-1.gp; do
    check "-o: $f" test -s "$tmp/dir/$f"
done
status "-o again" 0 "$VOIPQOS" -q -r "$call" -o "$tmp/dir2"
rm -rf "$tmp/dir/plots" "$tmp/dir2/plots"
check "two runs write the same" diff -r "$tmp/dir" "$tmp/dir2"
find "$tmp/dir" "$tmp/dir2" -name '.*' ! -name . >"$tmp/hidden"
empty "no temporary file is left" "$tmp/hidden"

# ---- whole or not at all ----
echo old >"$tmp/dir/report.json"
rm -rf "$tmp/dir/summary.txt" "$tmp/dir/ladders"
mkdir "$tmp/dir/summary.txt"
echo file >"$tmp/dir/ladders"
status "-o over things in the way" 4 "$VOIPQOS" -q -r "$call" -o "$tmp/dir"
says "a folder in the way" "summary.txt could not be written: Is a directory"
says "a file in the way" "ladders could not be written: Not a directory"
same "the rest is written" "$tmp/file.json" "$tmp/dir/report.json"
ln -s target.json "$tmp/link.json"
echo old >"$tmp/target.json"
status "--json to a symbolic link" 0 "$VOIPQOS" -q -r "$call" --json "$tmp/link.json"
check "the link is still one" test -L "$tmp/link.json"
same "its target is the report" "$tmp/file.json" "$tmp/target.json"
# A limit on file size stops the writing half-way, as a full disk would.
echo old >"$tmp/limited.json"
(
    ulimit -f 8
    trap '' XFSZ
    "$VOIPQOS" -q -r "$call" --json "$tmp/limited.json"
) 2>"$tmp/err" >"$tmp/out"
check "stopped half-way" test $? -eq 4
says "stopped half-way" "limited.json could not be written: File too large"
check "the old file is untouched" test "$(cat "$tmp/limited.json")" = old
find "$tmp" -name '.voipqos*' >"$tmp/hidden"
empty "half-written files are gone" "$tmp/hidden"

# ---- codec values of the user's own ----
printf '# ours\nPCMU NB 2 25.1 - - own our phones\nPCMA NB 2 25.1 - - own our phones\n' >"$tmp/codecs"
status "--codecs" 0 "$VOIPQOS" -q -r "$call" --codecs "$tmp/codecs" --json -
check "they are in the report" grep -q '"codec_status":"own","codec_source":"our phones; codec file, line' "$tmp/out"
printf '\nPCMU NB\n' >"$tmp/codecs"
status "a bad line" 1 "$VOIPQOS" -q -r "$call" --codecs "$tmp/codecs"
says "a bad line" "codecs, line 2: the Ie is missing"
status "no codec file there" 2 "$VOIPQOS" -q -r "$call" --codecs "$tmp/nowhere"
says "no codec file there" "nowhere: No such file or directory"

# ---- everything else inside the folder of -o ----
status "reports inside the folder" 0 "$VOIPQOS" -q -r "$call" -o "$tmp/within" --json "$tmp/within/own.json" --wav "$tmp/within/wav" --plots "$tmp/within/drawn"
for f in report.json own.json wav/call-1.wav drawn/stream-1.dat; do
    check "$f is there" test -s "$tmp/within/$f"
done
status "no folder of the folder" 4 "$VOIPQOS" -q -r "$call" --wav "$tmp/none/wav"
check "and none was made" test ! -e "$tmp/none"

# ---- a reader that has seen enough ----
{
    "$VOIPQOS" -r "$call" --ladder --json "$tmp/pipe.json"
    echo $? >"$tmp/code"
} 2>"$tmp/err" | :
check "a closed pipe is no failure" test "$(cat "$tmp/code")" -eq 0
empty "a closed pipe is no message" "$tmp/err"
same "files are written all the same" "$tmp/file.json" "$tmp/pipe.json"

finish
