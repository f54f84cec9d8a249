#!/bin/sh
# Every JSON report obeys the published schema: of each shipped capture, and of input that is damaged or empty.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

if ! command -v python3 >/dev/null 2>&1 ||
    ! python3 -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then
    echo "python3-jsonschema is not installed"
    exit 77
fi
schema=$(dirname "$0")/../../reports/voipqos.report.schema.json
mkdir "$tmp/reports"

for capture in "$CAPTURES"/*.pcap*; do
    status "$(basename "$capture")" 0 "$VOIPQOS" -q -r "$capture" --json "$tmp/reports/$(basename "$capture").json"
done
# Options only add objects: `voipmonitor` and `audio` of a stream. G.729 has no decoder, so that each figure of it is null.
status "with options" 0 "$VOIPQOS" -q -r "$call" --plc --delay 30 --model lab-voice --rating tiphon --voipmonitor \
    --wav "$tmp/wav" --json "$tmp/reports/options.json"
status "without anything to hear" 0 "$VOIPQOS" -q -r "$CAPTURES/call-dtx.pcap" --wav "$tmp/no-wav" \
    --json "$tmp/reports/no-audio.json"
status "nothing passes the filter" 0 "$VOIPQOS" -q -r "$call" --json "$tmp/reports/filtered.json" -- udp port 1
status "tables that overflow" 0 "$VOIPQOS" -q -r "$call" --max-calls 1 --max-streams 1 --max-flows 2 \
    --json "$tmp/reports/full.json"
head -c 40000 "$call" >"$tmp/cut.pcap"
status "a capture that is cut off" 3 "$VOIPQOS" -q -r "$tmp/cut.pcap" --json "$tmp/reports/cut.json"
head -c 24 "$call" >"$tmp/empty.pcap"
status "a capture without frames" 0 "$VOIPQOS" -q -r "$tmp/empty.pcap" --json "$tmp/reports/empty.json"
"$B/tests/cli/pack" gzip 2 <"$call" | head -c 40000 >"$tmp/cut.gz"
status "several files, damaged, missing, the same in another" 3 "$VOIPQOS" -q -r "$tmp/cut.gz" -r "$tmp/missing" \
    -r "$CAPTURES/call-busy.pcap" -r "$call" --json "$tmp/reports/several.json"

python3 - "$schema" "$tmp/reports" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, os, sys
from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding='utf-8') as f:
    schema = json.load(f)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def verdict(report):
    e = next(validator.iter_errors(report), None)
    return '' if e is None else '/'.join(map(str, e.absolute_path)) + ': ' + e.message[:200]


reports = {}
for name in sorted(os.listdir(sys.argv[2])):
    with open(os.path.join(sys.argv[2], name), encoding='utf-8') as f:
        reports[name] = json.load(f)
    wrong = verdict(reports[name])
    print('FAIL' if wrong else 'ok', name, wrong)
# A schema that lets everything pass proves nothing.
good = reports['options.json']
for what, spoil in (
        ('a stream without lost', lambda r: r['streams'][0].pop('lost')),
        ('a field nobody knows', lambda r: r['calls'][0].update(color='red')),
        ('a state nobody knows', lambda r: r['calls'][0].update(state='done')),
        ('a count below 0', lambda r: r['capture'].update(frames=-1)),
        ('a ratio that rests on nothing', lambda r: r['kpi']['asr_pct'].pop('n')),
        ('a null without a reason', lambda r: r['kpi']['options'].pop('rtt_ms_why')),
        ('audio without its level', lambda r: r['streams'][0]['audio'].pop('level_dbov')),
        ('a peer without an address', lambda r: r['kpi']['peers'][0].pop('host')),
        ('words for a number', lambda r: r['streams'][0].update(loss_pct='none'))):
    bad = json.loads(json.dumps(good))
    spoil(bad)
    print('ok' if verdict(bad) else 'FAIL', what, 'is refused')
for name, member, value in (
        ('cut.json', 'truncated', True), ('several.json', 'overlapping_files', 2), ('empty.json', 'frames', 0), ('filtered.json', 'frames', 0)):
    got = reports[name]['capture'][member]
    print('ok' if got == value else 'FAIL', f'{name}: {member} is {got}')
for name, heard in (('options.json', True), ('no-audio.json', False)):
    files = [s['audio']['file'] for s in reports[name]['streams']]
    print('ok' if files and all(bool(f) == heard for f in files) else 'FAIL', f'{name}: audio files {files}')
added = {k for s in reports['options.json']['streams'] for k in s if not k.endswith('_why')}
plain = {k for s in reports['call-pbx-g711.pcap.json']['streams'] for k in s if not k.endswith('_why')}
print('ok' if added == plain | {'voipmonitor', 'audio'} else 'FAIL', f'options add {sorted(added ^ plain)}')
for name in ('empty.json', 'filtered.json'):
    print('ok' if not reports[name]['calls'] + reports[name]['streams'] else 'FAIL', f'{name} holds nothing')
PYTHON
check "the validator ran to its end" test $? -eq 0
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

finish
