#!/bin/sh
# The torture messages of RFC 4475: every valid one is read without a defect, every invalid one with its defect named, and
# none is lost from the account or from the ladders.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data/rfc4475
status "the capture is made" 0 python3 -B "$here/lib/torture.py" "$data/messages.txt" "$tmp/torture.pcap"
status "the report" 0 "$VOIPQOS" -q -r "$tmp/torture.pcap" --json "$tmp/report.json"
status "the ladders" 0 "$VOIPQOS" -q -r "$tmp/torture.pcap" --ladder
cp "$tmp/out" "$tmp/ladders"
status "the account" 0 "$VOIPQOS" -q -r "$tmp/torture.pcap" --account
check "49 frames, all of them SIP" grep -Eq '^ +49 +100\.00 % +sip ' "$tmp/out"

python3 - "$data/expected.tsv" "$tmp/report.json" "$tmp/ladders" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, re, sys

with open(sys.argv[1], encoding='ascii') as f:
    rows = [[c.strip() for c in line.split('|')] for line in f if not line.startswith('#')]
with open(sys.argv[2], encoding='utf-8') as f:
    report = json.load(f)
with open(sys.argv[3], encoding='utf-8') as f:
    ladders = f.read().splitlines()


def say(what, got, want):
    print('ok' if got == want else 'FAIL', f'{what}: {got!r}, not {want!r}')


found = {}
for kind in ('calls', 'dialogs', 'registrations'):
    for owner in report[kind]:
        for m in owner['messages']:
            found.setdefault(m['frame'], []).append(m)

# A row of a ladder gives time, difference and frame number in front of the lanes; a defect stands in the next row.
drawn = {}
for line, below in zip(ladders, ladders[1:] + ['']):
    m = re.match(r' *\d+\.\d{3} .{9} *(\d+) ', line)
    if m:
        defect = re.search(r'malformed: (.*?) *│?$', below)
        drawn.setdefault(int(m.group(1)), []).append((line, defect.group(1) if defect else '-'))

say('rows', len(rows), 49)
say('messages counted', report['capture']['messages']['sip'], 49)
say('frames that are SIP', report['capture']['decoded']['sip'], 49)
say('frames not decoded', report['capture']['not_decoded'], {})
for frame, (name, start, call_id, sdp, verdict, defect) in enumerate(rows, 1):
    messages, lines = found.get(frame, []), drawn.get(frame, [])
    say(f'{name}: messages in the report', len(messages), 1)
    say(f'{name}: arrows in the ladders', len(lines), 1)
    if len(messages) != 1 or len(lines) != 1:
        continue
    m, (line, below) = messages[0], lines[0]
    say(f'{name}: start line', m['method'] or str(m['status']), start)
    say(f'{name}: Call-ID', m['call_id'][:len(call_id)], call_id)
    say(f'{name}: whole Call-ID', not m['call_id'] and bool(call_id), False)
    say(f'{name}: SDP', m['sdp'], sdp == 'yes')
    say(f'{name}: defect', m.get('defect', '-'), defect)
    say(f'{name}: defect in the ladder', below[:40], defect[:40])
    say(f'{name}: in the ladder as {start[:10]}', start[:10] in line, True)
    if verdict == 'invalid':
        say(f'{name} breaks a rule, which has a name', defect not in ('-', 'libosip2 refuses it'), True)
PYTHON
check "the comparison ran to its end" test $? -eq 0
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

finish
