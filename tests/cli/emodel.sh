#!/bin/sh
# `voipqos emodel`: results, wording, JSON and refusals. Needs VOIPQOS, the path of the program.
set -u
: "${VOIPQOS:?set VOIPQOS to the program}"
failed=0

fail() {
    echo "emodel.sh: $*" >&2
    failed=1
}

# has NAME TEXT ARGS...: exit code 0 and TEXT, literally, on standard output
has() {
    name=$1 text=$2
    shift 2
    out=$("$VOIPQOS" emodel "$@" 2>/dev/null) || fail "$name: exit code $?"
    printf '%s\n' "$out" | grep -qF -e "$text" || fail "$name: no \"$text\" in the output of: emodel $*"
}

# refuses NAME TEXT ARGS...: exit code 1, TEXT on standard error, nothing on standard output
refuses() {
    name=$1 text=$2
    shift 2
    out=$("$VOIPQOS" emodel "$@" 2>/dev/null)
    code=$?
    err=$("$VOIPQOS" emodel "$@" 2>&1 >/dev/null)
    [ "$code" -eq 1 ] || fail "$name: exit code $code instead of 1"
    [ -z "$out" ] || fail "$name: output in spite of an error"
    printf '%s\n' "$err" | grep -qF -e "$text" || fail "$name: no \"$text\" in: $err"
}

# The default case of G.107: R = 93.2, MOS = 4.41.
has default 'R = 93.21, MOS = 4.41'
has default-terms 'R   = 94.7688 - 1.4136 - 0.1490 - 0.0000 + 0.0000 = 93.2062'
has default-rating 'Rating: best (ITU-T G.109, by R); delay good (ITU-T G.114)'
has no-delay 'Idd = 0, because Ta = 0 ms <= mT = 100 ms'
has annex-b 'MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6'

# Substituted term by term.
has ie-eff '= 11 + (95 - 11) x 1 / (1/1 + 19) = 15.2000' --codec g729a-vad --loss 1
has burst '= 0 + (95 - 0) x 2 / (2/2 + 4.3) = 35.8491' --loss 2 --burst-r 2
has buffer 'Ta = 110 + 40 (de-jitter buffer) = 150 ms one way; T = Ta, Tr = 2 Ta = 300 ms' --delay 110 --buffer 40
has idd '= 14.7607' --delay 300
has echo 'Id  = Idte + Idle + Idd = 2.8118 + 0.8407 + 0.1635 = 3.8161' --delay=150
has advantage 'R = 98.21' --advantage 5
has low-sensitivity 'R = 77.33' --delay 300 --class low
has very-low-sensitivity 'R = 81.25' --delay 300 --class very-low
has end-of-scale 'MOS = 1.0000: the end of the scale' --loss 100

# Codecs by row and by RTP name; what is not ITU's says so.
has rtp-name 'g729a-vad [itu]' --codec G729
has row-name 'g729 [itu]' --codec g729
has row-note 'streams of the RTP codec G729 are scored by g729a-vad' --codec g729
has plc 'MOS = 4.33' --codec g711-plc --loss 1
has recalled 'not checked ITU figures (itu-recalled)' --codec GSM
has no-bpl-needed 'Bpl: none published, not needed without loss' --codec GSM
has no-bpl 'PROVISIONAL' --codec GSM --loss 1
has bpl-given 'Bpl = 20 (given)' --codec GSM --loss 1 --bpl 20
has ie-given 'Ie = 12 (given)' --ie 12
has range 'Warning: Ppl is outside the range' --loss 25
has burst-below-1 'below 1' --burst-r 0.5 --loss 1
has burst-validated 'only for Ppl < 2 %' --burst-r 3 --loss 2

# Simplified models.
has lab-voice 'R   = 94.3 - Id - Ie = 93.82072' --delay 19.97 --model lab-voice
has lab-video 'R   = 94.3 - Id - Ie = 83.82072' --delay 19.97 --model lab-video
has lab-label 'NOT A STANDARD' --model lab-video
has by-codec 'Simplified E-model "cole-rosenbluth-g729a"' --codec G729
has concealment 'compare it with --codec g711-plc' --loss 1
has knee '+ 0.11 x 122.7' --delay 300

# Ratings.
has tiphon 'delay 3 Bagus, loss 3 Bagus; mean of these two 3 Memuaskan' --delay 150 --loss 3 --rating tiphon
has tiphon-band 'loss 4 Sangat Bagus' --loss 2.9 --rating tiphon --tiphon-loss band

# JSON.
has json-r '"r": 93.2062' --json
has json-mos '"mos": 4.4094' --json
has json-null '"bpl": null' --json --codec GSM
has json-status '"bpl_source": "provisional"' --json --codec GSM --loss 1
has json-rating '"rating": "best"' --json
if command -v python3 >/dev/null 2>&1; then
    for args in '' '--codec G722 --loss 2 --delay 200 --advantage 5' '--codec evs-swb-32 --loss 1' '--codec G729 --loss 1.5 --delay 80 --buffer 40' '--codec GSM' '--rating tiphon --model lab-video' \
        '--ie 5 --loss 100 --burst-r 9'; do
        # shellcheck disable=SC2086
        "$VOIPQOS" emodel --json $args | python3 -c '
import json, sys
o = json.load(sys.stdin)
e = o["emodel"]
total = e["ro"] - e["is"] - e["id"] - e["ie_eff"] + e["a"]
assert abs(total - o["r"]) < 1e-6, (total, o["r"])
assert abs(e["idte"] + e["idle"] + e["idd"] - e["id"]) < 1e-6
assert o["schema"] == "voipqos.emodel/1" and isinstance(o["notes"], list)
' || fail "json: emodel --json $args"
    done
fi

# Lists and help follow the tables.
has list 'amr-wb-23.05-diotic' --list
has list-model 'lab-video' --list
has help '--burst-r X' --help

# Wideband and fullband: the formulas of G.107.1 and G.107.2, on scales of their own.
has wb-standard 'E-model, ITU-T G.107.1 (06/2019), wideband' --codec G722
has wb-best 'R   = 129 - 0.1537 - 13.0000 = 115.8463 on the WB scale' --codec G722
has wb-mos 'MOS = 4.33 (MOS-CQEW: estimated, conversational, wideband)' --codec G722
has wb-loss '= 20 + (95 - 20) x 2 / (2 + 4.3) = 43.8095' --codec amr-wb-12.65-diotic --loss 2
has wb-delay 'Idd  = 1.29 x 14.7607 = 19.0413' --codec G722 --delay 300
has wb-terms 'TERV = TELR + K - 40 lg((1 + T/10)/(1 + T/150)) + 6 e^(-0.3 T^2), K = 18' --codec G722 --delay 300
has wb-burst 'BurstR = 3 was not used' --codec G722 --burst-r 3
has wb-advantage 'A = 5 was not used' --codec G722 --advantage 5
has wb-rating 'Rating: high' --codec G722
has fb-best 'R   = 148 - 0.0000 - 7.2000 = 140.8000 on the FB scale' --codec evs-swb-24.4
has fb-loss '= 7.2 + (132 - 7.2) x 1 / (1 + 11.4) = 17.2645' --codec evs-swb-24.4 --loss 1
has fb-delay 'Idd  = 1.48 x 14.7607 = 21.8458' --codec evs-swb-24.4 --delay 300
has fb-provisional 'not checked ITU figures (provisional)' --codec opus
has fb-json '"scale": "FB"' --codec opus --json
has fb-json-why '"gob_pct_why": "not part of this model"' --codec opus --json

# Codec values of the user's own.
own=$(mktemp) || exit 1
trap 'rm -f "$own"' EXIT
printf '# mine\nopus FB 8.5 12 20 6.5 literature measured in our lab\nPCMU NB 1 20 - - own\ng729 NB 12 17 10 5 derived\n' >"$own"
printf 'LYRA WB 30 - 20 0 provisional a guess\n' >>"$own"
has own-rtp 'Equipment    Ie = 8.5 (codec), Bpl = 12 (codec)' --codecs "$own" --codec OPUS
has own-source 'opus [literature] measured in our lab; codec file, line 2' --codecs "$own" --codec opus
has own-row 'Ie = 12 (codec), Bpl = 17 (codec)' --codecs "$own" --codec g729
has own-not-streams 'Ie = 11 (codec), Bpl = 19 (codec)' --codecs "$own" --codec G729
has own-new 'LYRA [provisional] a guess; codec file, line 5' --codecs "$own" --codec lyra --loss 1
has own-plain 'Ie = 0 (codec), Bpl = 4.3 (codec)' --codecs "$own" --codec g711
has own-list 'measured in our lab; codec file, line 2' --codecs "$own" --list
printf 'opus FB 8.5 12 20 6.5 literature\n\nG722 WB x 12 20 6.5 own\n' >"$own"
refuses own-number 'line 3: Ie is a number, not "x"' --codecs "$own"
printf 'G722 XB\n' >"$own"
refuses own-short 'line 1: the Ie is missing' --codecs "$own"
"$VOIPQOS" emodel --codecs "$own.nowhere" >/dev/null 2>&1
[ $? -eq 2 ] || fail 'no codec file there: exit code is not 2'

# Refusals: bad numbers, unknown words.
refuses wide-model 'the simplified models are narrowband; g722-64 is on the WB scale' --codec G722 --model lab-voice
refuses no-row 'no impairment factor is known for EVS' --codec evs
refuses unknown-codec 'unknown codec' --codec g999
refuses video 'no impairment factor is known for VP8' --codec VP8
refuses negative-loss '--loss must lie between 0 and 100' --loss -1
refuses too-much-loss '--loss must lie between 0 and 100' --loss 100.5
refuses negative-delay '--delay must lie between' --delay=-5
refuses nan '--loss wants a number' --loss nan
refuses inf '--delay wants a number' --delay inf
refuses hex '--delay wants a number' --delay 0x10
refuses comma '--loss wants a number' --loss 1,5
refuses percent '--loss wants a number' --loss 1%
refuses blank '--loss wants a number' --loss ' 1'
refuses empty '--loss wants a number' --loss=
refuses huge '--delay wants a number' --delay 1e999
refuses zero-bpl '--bpl must lie between' --bpl 0
refuses no-value '--loss wants a value' --loss
refuses flag-value '--json takes no value' --json=1
refuses option 'unknown option "--los"' --los 1
refuses operand 'unexpected "G729"' G729
refuses rating '--rating must be one of itu|tiphon' --rating best
refuses model 'unknown model' --model lab
refuses no-fit 'fitted G.711 and G.729A only' --codec iLBC --model cole-rosenbluth

# A full disk is noticed.
if [ -c /dev/full ]; then
    "$VOIPQOS" emodel >/dev/full 2>/dev/null
    [ $? -eq 4 ] || fail 'output that cannot be written: exit code is not 4'
fi

[ "$failed" -eq 0 ] && echo 'emodel.sh: ok'
exit "$failed"
