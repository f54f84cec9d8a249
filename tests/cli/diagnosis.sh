#!/bin/sh
# Of each shipped capture: which finding is told first, and that healthy calls have neither errors nor warnings. And
# docs/findings.md has every rule, in the tables' order and words.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
report_all

root=$(cd "$(dirname "$0")/../.." && pwd)
python3 - "$tmp/reports" "$root" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, os, re, sys

# capture | first finding | the errors and warnings besides; captures that are not here are healthy: neither of both
TABLE = '''
register-wrong-password | registration-wrong-password |
register-timeout        | registration-timeout        |
options-qualify         | peer-silent                 |
trunk-dead              | registration-timeout        | call-unanswered
call-no-answer          | call-408                    |
call-rejected           | call-forbidden              | call-not-found
call-nat-oneway         | call-one-way-nat            |
call-one-way-unreachable | call-one-way-unreachable |
call-dscp-lost          | stream-dscp-lost            |
call-failover           | stream-path-outage          | stream-lost-beyond
call-loss-5             | stream-loss-heavy           | stream-loss
call-loss-beyond        | stream-lost-beyond          |
call-both-ends-a        | stream-lost-beyond          |
call-both-ends-b        | stream-loss-heavy           |
call-jitter             | stream-discard              |
call-dup                | stream-loss-heavy           |
'''


def say(what, got, want):
    print('ok' if got == want else 'FAIL', f'{what}: {got}, not {want}')


faults = {row[0]: row[1:] for row in ([c.strip() for c in line.split('|')] for line in TABLE.strip().splitlines())}
seen = set()
for file in sorted(os.listdir(sys.argv[1])):
    name = file[:-len('.json')]
    with open(os.path.join(sys.argv[1], file), encoding='utf-8') as f:
        findings = json.load(f)['findings']
    seen.add(name)
    serious = [x['id'] for x in findings if x['severity'] != 'info']
    if name not in faults:
        say(f'{name} is healthy', serious, [])
        continue
    first, others = faults[name]
    say(f'{name}: the first', serious[:1], [first])
    say(f'{name}: the others', serious[1:], others.split())
    say(f'{name}: evidence', all(x['frames'] for x in findings if x['severity'] != 'info'), True)
say('captures without a report', sorted(set(faults) - seen), [])

# ---- the tables and the page ----
ROW = re.compile(r'^ +ROW(_[A-Z]+)?\("([^"]+)", \w+, ([A-Z]+), ([A-Z]+),\s+"((?:[^"\\]|\\.)*)"(?:,\s+([^()]+)\))?', re.M)
rules, silencers = {}, []
for file in sorted(f for f in os.listdir(f'{sys.argv[2]}/src/metrics') if f.startswith('rules_') and f.endswith('.c')):
    with open(f'{sys.argv[2]}/src/metrics/{file}', encoding='utf-8') as f:
        text = re.sub(r'"\n +"', '', f.read())
    for name, words in re.findall(r'^#define (\w+)[\s\\]+("[^"]*")$', text, re.M):
        text = text.replace(f' {name}),', f' {words}),')
    rows = ROW.findall(text)
    say(f'{file}: rows read', len(rows), len(re.findall(r'^ +ROW(?:_[A-Z]+)?\("', text, re.M)))
    for kind, id_, subject, severity, check, silenced_by in rows:
        rule = rules.setdefault(id_, {'subject': subject, 'severities': set(), 'check': check})
        rule['severities'].add(severity.lower())
        silenced_by = silenced_by if kind == '_UNLESS' else silenced_by.partition(',')[2] if kind == '_FULL' else ''
        silencers += [(id_, other) for other in silenced_by.strip('" ').split()]
SUBJECTS = ['CAPTURE', 'REGISTRATION', 'CALL', 'STREAM', 'ICMP', 'NAT', 'STUN', 'PEER']
want = [[id_, r['severities'], r['check']] for s in SUBJECTS for id_, r in rules.items() if r['subject'] == s]
with open(f'{sys.argv[2]}/docs/findings.md', encoding='utf-8') as f:
    lines = [[c.strip() for c in line.strip().strip('|').split(' | ')] for line in f if line.startswith('| `')]
got = [[c[0].strip('`'), set(c[1].split(' or ')), c[3]] for c in lines]
say('docs/findings.md: the rules in order', [g[0] for g in got], [w[0] for w in want])
for g, w in zip(got, want):
    say(f'docs/findings.md: {w[0]}', g, w)
say('docs/findings.md: words', [c[0] for c in lines if len(c[2]) < 20], [])
for id_, other in silencers:
    say(f'{id_} is silenced by a rule of its subject', rules.get(other, {}).get('subject'), rules[id_]['subject'])
say('there are silencers', len(silencers) > 20, True)
PYTHON

while read -r verdict what; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $what" ;;
    esac
done <"$tmp/verdict"
check "the table was gone through" grep -q '^ok captures without a report' "$tmp/verdict"
finish
