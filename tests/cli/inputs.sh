#!/bin/sh
# Several inputs as one: a ring cut from a capture, its files in any order, packed or not, gives what the capture gives.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"
SLICE=$B/tests/cli/slice
PACK=$B/tests/cli/pack

# A JSON report without the list of files.
rest() { sed 's/"files":\[.*\],"overlapping_files"/"overlapping_files"/' "$1"; }
# alike NAME: the last report says what the whole capture's does.
alike() {
    rest "$tmp/report.json" >"$tmp/got"
    same "$1: the same report" "$tmp/want" "$tmp/got"
}
# read_as NAME ARGUMENT...: reads without a complaint, to the same report.
read_as() {
    name=$1
    shift
    status "$name" 0 "$VOIPQOS" -q --json "$tmp/report.json" "$@"
    empty "$name says nothing" "$tmp/err"
    alike "$name"
}

# ---- a ring ----
for capture in call-pbx-g711 call-b2bua call-nat-stun register-401; do
    whole=$CAPTURES/$capture.pcap
    status "$capture" 0 "$VOIPQOS" -q -r "$whole" --json "$tmp/whole.json"
    rest "$tmp/whole.json" >"$tmp/want"
    check "$capture is in order of time" grep -q '"time_backwards":0,' "$tmp/want"
    check "slice" sh -c '"$1" 7 "$2" <"$3"' - "$SLICE" "$tmp/ring_" "$whole"
    r=$tmp/ring_
    read_as "$capture in 7" -r "${r}0" -r "${r}1" -r "${r}2" -r "${r}3" -r "${r}4" -r "${r}5" -r "${r}6"
    read_as "$capture in 7, shuffled" -r "${r}3" -r "${r}6" -r "${r}0" -r "${r}5" -r "${r}1" -r "${r}4" -r "${r}2"
    check "$capture: seven files are listed" test "$(grep -o '"path":' "$tmp/report.json" | wc -l)" -eq 7
    check "$capture: in the order given" grep -q "\"files\":\[{\"path\":\"${r}3\",.*{\"path\":\"${r}2\"," "$tmp/report.json"
done
whole=$call
status "the whole" 0 "$VOIPQOS" -q -r "$whole" --json "$tmp/whole.json"
rest "$tmp/whole.json" >"$tmp/want"
"$SLICE" 7 "$r" <"$whole"
read_as "a pattern" -r "$tmp/ring_*"
mkdir "$tmp/dir"
cp "$r"? "$tmp/dir"
# shellcheck disable=SC2086
read_as "a pattern that the shell expanded" -r $tmp/dir/*
# What the capturing machine dropped stands at the end of each pcapng file: 42 packets.
"$RECAST" pcapng <"${r}3" >"$tmp/d1"
"$RECAST" pcapng <"${r}5" >"$tmp/d2"
for d in "$tmp/d1" "$tmp/d2"; do
    printf '\005\0\0\0\044\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\007\0\010\0\052\0\0\0\0\0\0\0\044\0\0\0' >>"$d"
done
status "with drops" 0 "$VOIPQOS" --json "$tmp/report.json" -r "$tmp/d1" -r "$tmp/d2" -r "${r}1"
check "the drops of all files" grep -q '"kernel_dropped":84' "$tmp/report.json"
check "the capture is lossy" grep -q '"id":"capture-drops","severity":"error"' "$tmp/report.json"
check "the summary says so" grep -q 'The capture itself is lossy: the capturing machine dropped 84 packets' "$tmp/out"
# Files of all formats, one of them from a pipe.
"$PACK" gzip 2 <"${r}1" >"$tmp/x" && mv "$tmp/x" "${r}1"
"$PACK" zstd 2 <"${r}4" >"$tmp/x" && mv "$tmp/x" "${r}4"
"$RECAST" pcapng <"${r}2" >"$tmp/x" && mv "$tmp/x" "${r}2"
"$RECAST" pcap-ns <"${r}6" | "$PACK" gzip 1 >"$tmp/x" && mv "$tmp/x" "${r}6"
read_as "many formats" -r "$tmp/ring_[4-6]" -r "$tmp/ring_[0-3]"
check "formats by file" grep -q '"format":"pcap","compression":"zstd",.*"format":"pcapng","link_types"' "$tmp/report.json"
cat "${r}4" | "$VOIPQOS" -q --json "$tmp/report.json" -r "$tmp/ring_[56]" -r - -r "$tmp/ring_[0-3]" 2>"$tmp/err"
check "one from a pipe" test $? -eq 0
alike "one from a pipe"
"$VOIPQOS" -r "$tmp/ring_*" >"$tmp/out"
check "the summary names them" grep -q "${r}0 and 6 more" "$tmp/out"
check "the summary names formats" grep -q "pcap, pcapng, gzip, zstd" "$tmp/out"

# Files are open only while their frames are due.
"$SLICE" 60 "$tmp/long_" <"$whole"
(
    # shellcheck disable=SC3045 # dash and bash both have it
    ulimit -n 12
    "$VOIPQOS" -q --json "$tmp/report.json" -r "$tmp/long_*" 2>"$tmp/err"
)
check "sixty files, twelve descriptors: $(cat "$tmp/err")" test $? -eq 0
alike "sixty files, twelve descriptors"

# ---- files that overlap ----
"$SLICE" mix "$tmp/mix_" <"$whole"
status "overlapping files" 0 "$VOIPQOS" -r "$tmp/mix_2" -r "$tmp/mix_0" -r "$tmp/mix_1" --json "$tmp/report.json"
check "overlapping files are told of" grep -q "3 files share time with another" "$tmp/out"
check "overlapping files are counted" grep -q '"overlapping_files":3,' "$tmp/report.json"
rest "$tmp/report.json" | sed 's/"overlapping_files":3/"overlapping_files":0/' >"$tmp/got"
same "overlapping files: frames as in the whole" "$tmp/want" "$tmp/got"
# Frame numbers are those of the merged row, whatever a filter leaves.
status "overlapping files, filtered" 0 "$VOIPQOS" -q -r "$tmp/mix_*" --json "$tmp/report.json" udp port 5060
numbers() { tr '{' '\n' <"$1" | sed -n 's/^"frame":\([0-9]*\),.*"transport".*/\1/p'; }
numbers "$tmp/whole.json" >"$tmp/a"
numbers "$tmp/report.json" >"$tmp/b"
check "there are messages" test -s "$tmp/a"
same "overlapping files, filtered: frame numbers" "$tmp/a" "$tmp/b"
if command -v mergecap >/dev/null 2>&1; then
    # Captures of other times, and one in between.
    cp "$CAPTURES/call-busy.pcap" "$tmp/other"
    mergecap -F pcap -w "$tmp/merged" "$tmp/mix_0" "$tmp/other" "$tmp/mix_2" 2>"$tmp/err"
    status "what mergecap makes" 0 "$VOIPQOS" -q -r "$tmp/merged" --json "$tmp/report.json"
    rest "$tmp/report.json" >"$tmp/a"
    status "the same unmerged" 0 "$VOIPQOS" -q -r "$tmp/other" -r "$tmp/mix_0" -r "$tmp/mix_2" --json "$tmp/report.json"
    rest "$tmp/report.json" | sed 's/"overlapping_files":2/"overlapping_files":0/' >"$tmp/b"
    same "the row is mergecap's" "$tmp/a" "$tmp/b"
else
    skip "mergecap is not installed"
fi

# ---- named twice ----
ln -s "${r}0" "$tmp/link"
status "a file named twice" 0 "$VOIPQOS" -q -r "$whole" -r "$tmp/link" -r "$whole" -r "${r}0" --json "$tmp/report.json"
says "a file named twice" "${r}0 is the same file as $tmp/link and is read once"
says "a file named twice" "$whole is the same file as $whole and is read once"
status "one file named twice" 0 "$VOIPQOS" -q -r "$whole" -r "$whole" --json "$tmp/report.json"
alike "one file named twice"

# ---- damage ----
"$SLICE" 3 "$tmp/part_" <"$whole"
p=$tmp/part_
size=$(wc -c <"${p}1")
# What is left of the middle one, as one file of its own.
head -c $((size / 2)) "${p}1" >"$tmp/x"
status "the damaged one alone" 3 "$VOIPQOS" -q -r "$tmp/x" --json "$tmp/report.json"
cut=$(sed -n 's/.*: frame \([0-9]*\) is cut off.*/\1/p' "$tmp/err")
for other in 0 2; do
    status "part $other" 0 "$VOIPQOS" -q -r "${p}$other" --json "$tmp/report.json"
    grep -o '"frames":[0-9]*,"bytes"' "$tmp/report.json" | tr -dc '0-9\n' >>"$tmp/counts"
done
total=$(($(paste -s -d + "$tmp/counts") + cut - 1))
mv "$tmp/x" "${p}1"
status "a damaged one among three" 3 "$VOIPQOS" -q -r "${p}2" -r "${p}1" -r "${p}0" --json "$tmp/report.json"
says "a damaged one among three" "${p}1: frame $cut is cut off at byte $((size / 2))"
check "a damaged one: what it held and the others" grep -q "\"frames\":$total," "$tmp/report.json"
check "a damaged one: its entry says so" grep -q "{\"path\":\"${p}1\",[^{]*\"truncated_why\":\"frame $cut" "$tmp/report.json"
check "a damaged one: the report says so" grep -q "\"truncated\":true,\"truncated_why\":\"${p}1: frame $cut" "$tmp/report.json"
status "one missing" 3 "$VOIPQOS" -q -r "${p}2" -r "$tmp/missing" -r "${p}0" --json "$tmp/report.json"
says "one missing" "$tmp/missing: No such file"
check "one missing: the others are read" grep -q "\"frames\":$((total - cut + 1))," "$tmp/report.json"
check "one missing: it is listed" \
    grep -q "{\"path\":\"$tmp/missing\",\"format\":null,\"link_types\":\[\],\"truncated_why\":\"No such" "$tmp/report.json"
echo "no capture at all" >"$tmp/text"
status "one is no capture, one is damaged" 3 "$VOIPQOS" -q -r "$tmp/text" -r "${p}1" -r "${p}0" --json "$tmp/report.json"
says "one is no capture" "$tmp/text: not a capture"
says "one is damaged" "${p}1: frame $cut"
check "two of them" grep -q "\"truncated_why\":\"$tmp/text: not a capture.*; and 1 more file\"" "$tmp/report.json"
status "nothing readable" 2 "$VOIPQOS" -q -r "$tmp/text" -r "$tmp/missing" -r "$tmp" --json "$tmp/none.json"
says "nothing readable" "$tmp/missing: No such file"
says "nothing readable" "is a folder"
absent "nothing readable: no report" "$tmp/none.json"
status "a pattern of nothing" 2 "$VOIPQOS" -q -r "$tmp/*.none"
says "a pattern of nothing" "$tmp/*.none: No such file"
head -c 24 "$whole" >"$tmp/empty"
status "one without frames" 0 "$VOIPQOS" -q -r "$tmp/empty" -r "$whole" --json "$tmp/report.json"
alike "one without frames"

# ---- not overwritten ----
cp "${p}0" "$tmp/copy"
status "a report over one of the captures" 1 "$VOIPQOS" -q -r "$tmp/part_?" --json "${p}0"
says "a report over one of the captures" "would overwrite the capture ${p}0"
same "it is as it was" "$tmp/copy" "${p}0"

finish
