#!/bin/sh
# The same frames in every file format, from a file and from a pipe, filtered and not, give the same findings.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

report() {
    status "$1" 0 "$VOIPQOS" -q --json "$tmp/report.json" -r "$2"
    facts "$tmp/report.json" >"$3"
}

for capture in call-ipv6 call-loss-5; do
    report "$capture" "$CAPTURES/$capture.pcap" "$tmp/want"
    for format in pcap-big pcap-ns pcapng pcapng-big-ns pcapng-links; do
        "$RECAST" $format <"$CAPTURES/$capture.pcap" >"$tmp/recast" || fail "recast $format"
        report "$capture as $format" "$tmp/recast" "$tmp/got"
        if [ $format = pcapng-links ]; then # what comes with other link headers comes another way
            sed 's/"path_changes":\[.*\],"path_changes_not_kept":[0-9]*/"path_changes":[],"path_changes_not_kept":0/' \
                "$tmp/got" >"$tmp/got.path" && mv "$tmp/got.path" "$tmp/got"
        fi
        same "$capture as $format: the same findings" "$tmp/want" "$tmp/got"
        case $format in pcapng*) name=pcapng ;; *) name=pcap ;; esac
        check "$capture as $format: named" grep -q "\"format\":\"$name\"" "$tmp/report.json"
    done
    check "link types in order" grep -q '"link_types":\["[^"]*","[^"]*","[^"]*"\]' "$tmp/report.json"
    # The three link types as one filter sees them; each is compiled for itself.
    status "$capture: filter over link types" 0 "$VOIPQOS" -q --json "$tmp/report.json" -r "$tmp/recast" udp
    check "$capture: filter over link types keeps all calls" grep -q '"state":"completed"' "$tmp/report.json"
done

# ---- standard input ----
for f in "$call" "$tmp/recast"; do
    status "a file" 0 "$VOIPQOS" -q --json "$tmp/file.json" -r "$f"
    cat "$f" | "$VOIPQOS" -q --json "$tmp/pipe.json" -r - 2>"$tmp/err"
    check "a pipe" test $? -eq 0
    facts "$tmp/file.json" >"$tmp/want"
    facts "$tmp/pipe.json" >"$tmp/got"
    same "a pipe: the same findings" "$tmp/want" "$tmp/got"
    # In pieces that end anywhere.
    dd if="$f" bs=777 2>/dev/null | "$VOIPQOS" -q --json "$tmp/pipe.json" -r -
    facts "$tmp/pipe.json" >"$tmp/got"
    same "a pipe in pieces: the same findings" "$tmp/want" "$tmp/got"
done
head -c 5000 "$call" | "$VOIPQOS" -q -r - 2>"$tmp/err"
check "a cut pipe" test $? -eq 3
says "a cut pipe" "standard input: frame "
head -c 5000 "$call" >"$tmp/cut"
status "a redirected file" 3 sh -c '"$1" -q -r - <"$2"' - "$VOIPQOS" "$tmp/cut"
# ---- filters ----
status "no filter" 0 "$VOIPQOS" -q --json "$tmp/all.json" -r "$call"
status "-f" 0 "$VOIPQOS" -q --json "$tmp/f.json" -r "$call" -f 'udp port 5060'
status "trailing words" 0 "$VOIPQOS" -q --json "$tmp/words.json" -r "$call" -- udp port 5060
same "-f and trailing words" "$tmp/f.json" "$tmp/words.json"
check "no media passes" grep -q '"rtp":0,' "$tmp/f.json"
# Frames keep the numbers they have in the file.
messages() { tr '{' '\n' <"$1" | sed -n 's/^"frame":\([0-9]*\),.*"transport".*/\1/p'; }
messages "$tmp/all.json" >"$tmp/want"
messages "$tmp/f.json" >"$tmp/got"
check "there are messages" test -s "$tmp/want"
same "filtered frames keep their numbers" "$tmp/want" "$tmp/got"

finish
