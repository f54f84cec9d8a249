#!/bin/sh
# Captures packed by gzip and zstd: the same findings, from files and pipes, in one member or many; what is cut, spoilt,
# followed by something else, or grows without end.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"
PACK=$B/tests/cli/pack

status "plain" 0 "$VOIPQOS" -q -r "$call" --json "$tmp/plain.json"
facts "$tmp/plain.json" >"$tmp/want"
frames=$(sed -n 's/.*"frames":\([0-9]*\),"bytes".*/\1/p' "$tmp/plain.json")
"$RECAST" pcapng <"$call" >"$tmp/ng"
for format in gzip zstd; do
    for members in 1 2 7; do
        # The name says nothing of what is in it.
        check "pack" sh -c '"$1" "$2" "$3" <"$4" >"$5"' - "$PACK" $format $members "$call" "$tmp/packed"
        status "$format in $members" 0 "$VOIPQOS" -q -r "$tmp/packed" --json "$tmp/packed.json"
        facts "$tmp/packed.json" >"$tmp/got"
        same "$format in $members: the same findings" "$tmp/want" "$tmp/got"
        check "$format is named" grep -q "\"format\":\"pcap\",\"compression\":\"$format\"," "$tmp/packed.json"
        dd if="$tmp/packed" bs=777 2>/dev/null | "$VOIPQOS" -q -r - --json "$tmp/packed.json" 2>"$tmp/err"
        check "$format in $members through a pipe" test $? -eq 0
        facts "$tmp/packed.json" >"$tmp/got"
        same "$format in $members through a pipe: the same findings" "$tmp/want" "$tmp/got"
    done
    "$PACK" $format 3 <"$tmp/ng" >"$tmp/packed"
    status "pcapng in $format" 0 "$VOIPQOS" -q -r "$tmp/packed" --json "$tmp/packed.json"
    facts "$tmp/packed.json" >"$tmp/got"
    same "pcapng in $format: the same findings" "$tmp/want" "$tmp/got"
    check "pcapng in $format is named" grep -q "\"pcapng\",\"compression\":\"$format\"," "$tmp/packed.json"

    # ---- cut: what stands before is reported, the message says where ----
    "$PACK" $format 20 <"$call" >"$tmp/whole"
    size=$(wc -c <"$tmp/whole")
    half=$((size / 2))
    head -c $half "$tmp/whole" >"$tmp/cut"
    status "$format cut" 3 "$VOIPQOS" -q -r "$tmp/cut" --json "$tmp/cut.json"
    check "$format cut: said: $(cat "$tmp/err")" grep -qE \
        "^voipqos: $tmp/cut: after frame [0-9]+: the $format data are cut off at byte $half; everything before is reported$" \
        "$tmp/err"
    frame=$(sed -n 's/.*after frame \([0-9]*\):.*/\1/p' "$tmp/err")
    check "$format cut: many frames are reported" test "${frame:-0}" -gt 500
    check "$format cut: as many as said" grep -q "\"frames\":$frame," "$tmp/cut.json"
    check "$format cut: the report says so" grep -q "\"truncated\":true,\"truncated_why\":\"after frame $frame" "$tmp/cut.json"
    "$VOIPQOS" -q -r - <"$tmp/cut" 2>"$tmp/err"
    check "$format cut, redirected" test $? -eq 3
    says "$format cut, redirected" "standard input: after frame $frame: the $format data are cut off"
    head -c 12 "$tmp/whole" >"$tmp/stub"
    status "$format cut before any frame" 2 "$VOIPQOS" -q -r "$tmp/stub"
    says "$format cut before any frame" "$tmp/stub: the $format data are cut off at byte 12"

    # ---- spoilt in the middle ----
    {
        head -c $half "$tmp/whole"
        printf '\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377'
        tail -c +$((half + 17)) "$tmp/whole"
    } >"$tmp/spoilt"
    status "$format spoilt" 3 "$VOIPQOS" -q -r "$tmp/spoilt" --json "$tmp/spoilt.json"
    check "$format spoilt: said: $(cat "$tmp/err")" grep -qE \
        "^voipqos: $tmp/spoilt: after frame [0-9]+: the $format data are damaged near byte [0-9]+: .*; everything before" \
        "$tmp/err"
    frame=$(sed -n 's/.*after frame \([0-9]*\):.*/\1/p' "$tmp/err")
    check "$format spoilt: many frames are reported" test "${frame:-0}" -gt 500
    check "$format spoilt: as many as said" grep -q "\"frames\":$frame," "$tmp/spoilt.json"

    # ---- something follows ----
    { cat "$tmp/whole" && echo "not $format"; } >"$tmp/trailing"
    status "$format and garbage" 3 "$VOIPQOS" -q -r "$tmp/trailing" --json "$tmp/trailing.json"
    says "$format and garbage" "$tmp/trailing: after frame $frames: what follows the $format data at byte $size is none"
    facts "$tmp/trailing.json" | sed 's/"truncated":true,"truncated_why":"[^"]*"//' >"$tmp/a"
    sed 's/"truncated":false//' "$tmp/want" >"$tmp/b"
    same "$format and garbage: the findings are whole" "$tmp/a" "$tmp/b"
    { cat "$tmp/whole" && head -c 5000 /dev/zero; } >"$tmp/padded"
    status "$format and zeros" 0 "$VOIPQOS" -q -r "$tmp/padded"
    echo "no capture" | "$PACK" $format 1 >"$tmp/text"
    status "text in $format" 2 "$VOIPQOS" -q -r "$tmp/text"
    says "text in $format" "not a capture"
done

# ---- bombs: 1088 frames of 256 KiB, nothing but zeros ----
{ printf '\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0' && head -c 262144 /dev/zero; } >"$tmp/frame"
# shellcheck disable=SC2034 # i only counts
for i in 1 2 3 4 5 6 7 8; do cat "$tmp/frame" "$tmp/frame" "$tmp/frame" "$tmp/frame"; done >"$tmp/block"
# shellcheck disable=SC2034
{
    head -c 24 "$call"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do cat "$tmp/block" "$tmp/block"; done
} >"$tmp/grown"
for format in gzip zstd; do
    "$PACK" $format 1 <"$tmp/grown" >"$tmp/bomb"
    check "$format: a bomb is small" test "$(wc -c <"$tmp/bomb")" -lt 1400000
    status "$format: a bomb" 3 "$VOIPQOS" -q -r "$tmp/bomb" --json "$tmp/bomb.json"
    says "$format: a bomb: file" "$tmp/bomb: after frame 10"
    says "$format: a bomb: how far" "of $format became more than 256 MiB"
    says "$format: a bomb: what to do" "--no-unpack-limit reads on"
    frame=$(sed -n 's/.*after frame \([0-9]*\):.*/\1/p' "$tmp/err")
    check "$format: a bomb: what came before" grep -q "\"frames\":$frame," "$tmp/bomb.json"
    status "$format: a bomb that is wanted" 0 "$VOIPQOS" -q -r "$tmp/bomb" --no-unpack-limit --json "$tmp/bomb.json"
    check "$format: all of it" grep -q '"frames":1088,' "$tmp/bomb.json"
done
status "no limit without packing" 0 "$VOIPQOS" -q -r "$tmp/grown"

finish
