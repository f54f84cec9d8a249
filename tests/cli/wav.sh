#!/bin/sh
# --wav: each sample against an independent decoder, silence where packets are missing, the simulated buffer, and what
# cannot be decoded.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

compare=$(dirname "$0")/lib/wav.py
need_python

# wav NAME CAPTURE OPTIONS...: into $tmp/NAME, its report beside it.
wav() {
    folder=$tmp/$1 capture=$CAPTURES/$2.pcap
    shift 2
    status "--wav of $(basename "$capture")" 0 "$VOIPQOS" -q -r "$capture" --wav "$folder" --json "$folder.json" "$@"
}

# Clean, lost, late and doubled packets; digits, a hold, two legs, IPv6.
for which in pbx-g711 loss-5 loss-beyond jitter dup dtmf hold two-leg early-media ipv6; do
    wav "$which" "call-$which"
    check "samples of $which" python3 "$compare" "$CAPTURES/call-$which.pcap" "$tmp/$which.json" "$tmp/$which"
done
check "both legs" test -f "$tmp/two-leg/call-1.wav" -a -f "$tmp/two-leg/call-1-leg-2.wav"
check "streams that sound together" test -f "$tmp/pbx-g711/stream-2.wav" -a -f "$tmp/pbx-g711/stream-4.wav"
find "$tmp" -name '.voipqos*' >"$tmp/hidden"
empty "nothing else is left" "$tmp/hidden"

# The buffer drops what the engine's model of the same size discards.
for ms in 5 20 40; do
    wav "buffer-$ms" call-jitter --buffers "$ms" --wav-buffer "$ms"
    check "buffer of $ms ms" python3 "$compare" "$CAPTURES/call-jitter.pcap" "$tmp/buffer-$ms.json" "$tmp/buffer-$ms" "$ms"
    check "as many as jitter_buffer says at $ms ms" python3 - "$tmp/buffer-$ms.json" "$ms" <<'END'
import json, sys
streams = json.load(open(sys.argv[1]))['streams']
dropped = [s['audio']['late_packets'] for s in streams]
model = [b['late'] for s in streams for b in s['jitter_buffer'] if b['size_ms'] == float(sys.argv[2])]
assert dropped == model and sum(dropped) > 0, (dropped, model)
END
done

# Into the summary, and only when asked for.
status "summary" 0 "$VOIPQOS" -r "$call" --wav "$tmp/summary"
check "level in the summary" grep -q 'level -28.1 dBov, 35 % silence' "$tmp/out"
check "file in the summary" grep -q 'call-1.wav' "$tmp/out"
status "not asked for" 0 "$VOIPQOS" -q -r "$call" --json "$tmp/plain.json"
check "no audio in the report" sh -c '! grep -q "\"audio\":{" "$1"' - "$tmp/plain.json"

# Made by hand: A-law, L16 with one and two channels, what needs a library, what nobody decodes, timestamps that lie.
status "--wav of a made capture" 0 python3 "$(dirname "$0")/lib/wav_made.py" write "$tmp/made.pcap"
status "--wav of it" 0 "$VOIPQOS" -r "$tmp/made.pcap" --wav "$tmp/made" --json "$tmp/made.json"
says "G.729" "1 stream left out: G729 has no decoder in voipqos"
check "its samples" python3 "$(dirname "$0")/lib/wav_made.py" check "$tmp/made.json" "$tmp/made"
for row in spandsp:G722 spandsp:GSM; do
    if "$VOIPQOS" --version | grep -q "^${row%:*}"; then
        check "${row#*:} is decoded" sh -c '! grep -q "${1#*:} needs" "$2"' - "$row" "$tmp/err"
    else
        check "${row#*:} is named" grep -q "${row#*:} needs ${row%:*}, which is not built in" "$tmp/err"
    fi
done
# Hours of silence between packets take no room on the disk.
check "no WAV above its limit" sh -c 'test "$(find "$1" -size +1048577k | wc -l)" -eq 0' - "$tmp/made"
check "silence takes no room" sh -c 'test "$(du -sk "$1" | cut -f 1)" -lt 4000' - "$tmp/made"

# Drawn with --plots: each file as a picture.
if command -v gnuplot >/dev/null 2>&1; then
    status "--wav with --plots" 0 "$VOIPQOS" -q -r "$CAPTURES/call-loss-5.pcap" --wav "$tmp/drawn" --plots "$tmp/drawn/plots"
    for suffix in dat gp png svg; do
        check "a waveform: $suffix" test -s "$tmp/drawn/plots/call-1-audio.$suffix"
    done
    check "a column for each moment, and losses in it" awk '
        /^[^#]/ { n++; lost += $4 > 0 || $7 > 0 }
        END { exit !(n == 1200 && lost > 30 && lost < 200) }' "$tmp/drawn/plots/call-1-audio.dat"
else
    skip "gnuplot is not installed"
fi

status "cut off by the snap length" 0 "$VOIPQOS" -q -r "$tmp/made.pcap.cut" --wav "$tmp/cut"
says "cut off by the snap length" "cut its payload off"
says "nothing left" "nothing to listen to"
absent "an empty folder" "$tmp/cut"
mkdir "$tmp/there"
status "no file, into a folder that was there" 0 "$VOIPQOS" -q -r "$tmp/made.pcap.cut" --wav "$tmp/there"
check "it stays" test -d "$tmp/there"
status "no streams" 0 "$VOIPQOS" -q -r "$CAPTURES/register-401.pcap" --wav "$tmp/nothing"
says "no streams" "nothing to listen to"
absent "the folder of no streams" "$tmp/nothing"
status "no capture" 2 "$VOIPQOS" -q -r "$tmp/missing" --wav "$tmp/nothing"
absent "the folder of no capture" "$tmp/nothing"
: >"$tmp/file"
status "a file in the way" 4 "$VOIPQOS" -q -r "$call" --wav "$tmp/file"
says "a file in the way" "could not be written: Not a directory"
status "a buffer alone" 1 "$VOIPQOS" -q -r "$call" --wav-buffer 40
says "a buffer alone" "no meaning without --wav"
status "a buffer too large" 1 "$VOIPQOS" -q -r "$call" --wav "$tmp/x" --wav-buffer 10001

finish
