#!/bin/sh
# Exit codes, and the message that goes with each.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

status "a whole capture" 0 "$VOIPQOS" -r "$call"
empty "a whole capture says nothing" "$tmp/err"
status "--help" 0 "$VOIPQOS" --help
status "--version" 0 "$VOIPQOS" --version
for library in voipqos libpcap libosip2 jansson zlib libzstd OpenSSL gnuplot; do
    check "--version names $library" grep -q "^$library" "$tmp/out"
done

# ---- 1: usage ----
# usage TEXT ARGUMENT...
usage() {
    text=$1
    shift
    status "usage: $*" 1 "$VOIPQOS" "$@"
    says "usage: $*" "$text"
    empty "usage: $* leaves standard output alone" "$tmp/out"
}
usage "nothing to read"
usage "'call.pcap' by itself is a filter expression" call.pcap
usage "number from 0 to 1 (2: never join)" -r "$call" --join-threshold 5
usage "unrecognized option" --nonsense
usage "exclude each other" -r "$call" -i lo
usage "may be given once" -r "$call" -f udp -f tcp
usage "has no meaning with -r" -r "$call" --interval 3
usage "one of itu|tiphon" -r "$call" --rating best
usage "whole number" -r "$call" --max-calls 0
usage "whole number" -r "$call" --max-calls 12x
usage "number from 0" -r "$call" --buffer=-1
usage "number from 0" -r "$call" --delay nan
usage "cole-rosenbluth" -r "$call" --model nonsense
usage "both want standard output" -r "$call" --json - --ladder
usage "filter is given twice" -r "$call" -f udp tcp
usage "filter 'udp prt 5' on link type" -r "$call" udp prt 5
status "--model, the default" 0 "$VOIPQOS" -q -r "$call" --model cole-rosenbluth
cp "$call" "$tmp/copy.pcap"
usage "would overwrite the capture" -r "$tmp/copy.pcap" --json "$tmp/copy.pcap"
same "the capture is as it was" "$call" "$tmp/copy.pcap"
status "a ladder that is not there" 1 "$VOIPQOS" -q -r "$call" --ladder 999
says "a ladder that is not there" "no such call"

# ---- 2: no input ----
# input TEXT FILE
input() {
    status "input: $2" 2 "$VOIPQOS" -r "$2" --json "$tmp/none.json"
    says "input: $2" "$1"
    absent "input: $2 leaves no report" "$tmp/none.json"
}
input "No such file" "$tmp/none.pcap"
input "is a folder" "$tmp"
: >"$tmp/empty"
input "the file is empty" "$tmp/empty"
echo "not a capture at all" >"$tmp/text"
input '6e 6f 74 20 61 20 63 61 ("not a ca")' "$tmp/text"
printf '\037\213\010\000' >"$tmp/gz"
input "the gzip data are cut off at byte 4" "$tmp/gz"
printf '\050\265\057\375' >"$tmp/zst"
input "the zstd data are cut off at byte 4" "$tmp/zst"
printf 'BZh91AY' >"$tmp/bz"
input "use bzcat FILE | voipqos -r -" "$tmp/bz"
head -c 23 "$call" >"$tmp/header"
input "23 of 24 bytes" "$tmp/header"

# ---- 3: damage; what stands before it is reported ----
head -c 24 "$call" >"$tmp/none"
status "a capture of no frames" 0 "$VOIPQOS" -q -r "$tmp/none" --json "$tmp/none.json"
check "its report" grep -q '"frames":0,' "$tmp/none.json"

head -c 100000 "$call" >"$tmp/cut.pcap"
status "a cut capture" 3 "$VOIPQOS" -q -r "$tmp/cut.pcap" --json "$tmp/cut.json"
says "a cut capture: file" "$tmp/cut.pcap: frame "
says "a cut capture: place" "is cut off at byte 100000"
frame=$(sed -n 's/.*: frame \([0-9]*\) is cut off.*/\1/p' "$tmp/err")
check "the frames before are reported" grep -q "\"frames\":$((frame - 1))," "$tmp/cut.json"
check "the report says so" grep -q '"truncated":true' "$tmp/cut.json"
# The same frames, whole: the same findings.
size=24 i=1
while [ $i -lt "$frame" ]; do
    n=$(od -An -v -tu4 -j $((size + 8)) -N 4 "$call")
    size=$((size + 16 + n)) i=$((i + 1))
    [ $i -lt 60 ] || break
done
head -c $size "$call" >"$tmp/whole.pcap"
head -c $((size + 15)) "$call" >"$tmp/stub.pcap"
status "cut at a frame's end" 0 "$VOIPQOS" -q -r "$tmp/whole.pcap" --json "$tmp/whole.json"
status "cut in a frame's header" 3 "$VOIPQOS" -q -r "$tmp/stub.pcap" --json "$tmp/stub.json"
says "cut in a frame's header" "frame $i is cut off at byte $((size + 15)): 15 of 16 header bytes are there"
facts "$tmp/whole.json" | sed 's/"truncated":false//' >"$tmp/a"
facts "$tmp/stub.json" | sed 's/"truncated":true,"truncated_why":"[^"]*"//' >"$tmp/b"
same "damage costs nothing before it" "$tmp/a" "$tmp/b"

# ---- 4: no output ----
status "a report into no folder" 4 "$VOIPQOS" -q -r "$call" --json "$tmp/missing/report.json"
says "a report into no folder" "$tmp/missing/report.json could not be written: No such file"
if [ -c /dev/full ]; then
    status "a full disk" 4 "$VOIPQOS" -q -r "$call" --json /dev/full
    says "a full disk" "/dev/full could not be written: No space left"
    "$VOIPQOS" -r "$call" >/dev/full 2>"$tmp/err"
    check "a full standard output" test $? -eq 4
    says "a full standard output" "standard output could not be written"
else
    skip "no /dev/full"
fi
status "output and damage together" 4 "$VOIPQOS" -q -r "$tmp/cut.pcap" --json "$tmp/missing/report.json"

# ---- live, as far as it goes without traffic ----
status "-D" 0 "$VOIPQOS" -D
status "no such interface" 2 "$VOIPQOS" -i nosuchif0 -q
check "no such interface is explained" grep -qE "no interface 'nosuchif0'|needs privileges" "$tmp/err"

finish
