#!/bin/sh
# The figures of RFC 6076 and E.425 for shipped captures, worked out by hand from the times that Wireshark shows.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
mkdir "$tmp/reports"
for name in register-401 register-timeout register-wrong-password call-rejected call-b2bua call-redirect-302 \
    call-no-answer call-cancelled call-dtmf; do
    status "$name" 0 "$VOIPQOS" -q -r "$CAPTURES/$name.pcap" --json "$tmp/reports/$name.json"
done

python3 - "$tmp/reports" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, sys

# capture | path below "kpi" | hits of n (a ratio), a number, or "-" for null. Times in ms: message less message.
TABLE = '''
register-401       | registrations/attempts   | 4         | frames 3, 9, 13, 17 begin one each
register-401       | registrations/requests   | 7
register-401       | ira_pct                  | 0 of 4
register-401       | literal/ira_pct          | 0 of 7
register-401       | rrd_ms/n                 | 4
register-401       | rrd_ms/mean              | 3.0985    | (0.677 + 11.020 + 0.366 + 0.331) / 4
register-401       | rrd_ms/min               | 0.331     | frame 18 - 17
register-401       | rrd_ms/p50               | 0.366 ~   | nearest rank: the second of four
register-401       | rrd_ms/p95               | 11.020    | frame 12 - 9
register-401       | asr_pct                  | - of 0
register-401       | srd_ms                   | -
register-timeout   | ira_pct                  | 1 of 1    | Timer F
register-wrong-password | ira_pct             | 1 of 1    | 403
register-wrong-password | literal/ira_pct     | 1 of 2    | the 401 is no failure
call-rejected      | calls/attempts           | 3
call-rejected      | calls/requests           | 6         | each is challenged
call-rejected      | asr_pct                  | 0 of 3
call-rejected      | ner_pct                  | 3 of 3    | 404, 403, 603 are refusals
call-rejected      | ser_pct                  | 0 of 3
call-rejected      | seer_pct                 | 1 of 3    | 603
call-rejected      | literal/seer_pct         | 1 of 6
call-rejected      | isa_pct                  | 0 of 3
call-rejected      | srd_failed_ms/n          | 2
call-rejected      | srd_failed_ms/max        | 0.754     | frame 5 - 1
call-rejected      | srd_failed_ms/min        | 0.530     | frame 11 - 7
call-rejected      | srd_ms/mean              | 0.949     | frame 19 - 13: the third rang before it was declined
call-b2bua         | pdd_ms/min               | 0.221     | frame 4 - 3
call-b2bua         | pdd_ms/max               | 0.221     | the second leg (frame 9 - 7) is the same attempt
call-b2bua         | sdd_ms/mean              | 0.123     | frame 1234 - 1233
call-b2bua         | acd_s                    | 6.007678  | frame 1233 - 16
call-b2bua         | scr_pct                  | 1 of 1
call-b2bua         | peers/0/host             | 10.20.30.2
call-b2bua         | peers/0/sdd_ms/mean      | 0.123
call-b2bua         | peers/1/host             | 10.20.30.12
call-b2bua         | peers/1/sdd_ms/mean      | 3.375
call-b2bua         | peers/1/asr_pct          | 1 of 1
call-b2bua         | others                   | -
call-redirect-302  | calls/requests           | 3         | 407, 302, 200
call-redirect-302  | ser_pct                  | 1 of 1
call-redirect-302  | literal/ser_pct          | 1 of 2    | three INVITEs less the one with 302
call-redirect-302  | literal/scr_pct          | 1 of 3
call-redirect-302  | srd_ms/mean              | 2.539     | frame 12 - 1
call-no-answer     | ner_pct                  | 1 of 1    | it rang
call-no-answer     | isa_pct                  | 1 of 1    | 408
call-no-answer     | literal/isa_pct          | 1 of 2
call-no-answer     | seer_pct                 | 0 of 1
call-cancelled     | ner_pct                  | 1 of 1
call-cancelled     | seer_pct                 | 0 of 1    | callers who give up lower SEER
call-cancelled     | acd_s                    | - of 0
call-dtmf          | ser_pct                  | 1 of 1
call-dtmf          | options/asked            | 0
call-dtmf          | options/reachable_pct    | - of 0
'''

reports = {}


def value(name, path):
    if name not in reports:
        with open(f'{sys.argv[1]}/{name}.json', encoding='utf-8') as f:
            reports[name] = json.load(f)['kpi']
    v = reports[name]
    for step in path.split('/'):
        v = v[int(step)] if isinstance(v, list) else v[step]
    return v


def as_wanted(got, want):
    if ' of ' in want:
        hits, n = want.split(' of ')
        pct = None if hits == '-' else 100 * int(hits) / int(n)
        same = got['value'] is None if pct is None else got['value'] is not None and abs(got['value'] - pct) < 1e-9
        return same and got['n'] == int(n) and ('value_why' in got) == (pct is None)
    if want == '-':
        return got is None
    if isinstance(got, str):
        return got == want
    if isinstance(got, dict):
        got = got['value']
    exact = float(want.rstrip('~'))
    return got is not None and abs(got - exact) <= (exact / 128 if '~' in want else 1e-6)


for row in TABLE.strip().splitlines():
    name, path, want = [c.strip() for c in row.split('|')][:3]
    got = value(name, path)
    print('ok' if as_wanted(got, want) else 'FAIL', f'{name}: {path} is {got}, not {want}')
PYTHON
check "the comparison ran to its end" test $? -eq 0
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

finish
