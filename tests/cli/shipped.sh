#!/bin/sh
# What captures/README.md promises of each shipped capture: messages, calls with their outcome, streams, registrations.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
report_all

python3 - "$tmp/reports" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, os, sys

# capture | SIP messages | streams, RTP packets, lost | calls | registrations | findings that must be among them
TABLE = '''
register-401            | 14 | 0 0 0     |                     | registered registered unregistered unregistered |
register-wrong-password |  4 | 0 0 0     |                     | rejected 403 | registration-wrong-password
register-timeout        | 11 | 0 0 0     |                     | timeout      | registration-timeout
register-423            |  6 | 0 0 0     |                     | registered   |
options-qualify         | 27 | 0 0 0     |                     |              | peer-silent
trunk-dead              | 18 | 0 0 0     | timeout             | timeout      | registration-timeout call-unanswered
call-tcp                | 24 | 2 603 0   | completed           | registered registered |
call-websocket          | 20 | 2 401 0   | completed           | registered   |
call-tls                | 24 | 2 308 0   | completed           | registered registered |
call-tls13              | 24 | 2 303 0   | completed           | registered registered |
call-fragmented         | 16 | 2 403 0   | completed           |              |
call-two-leg            | 16 | 4 1006 0  | completed           |              |
call-forked             | 30 | 2 403 0   | completed           |              |
call-transfer-blind     | 44 | 4 607 0   | completed completed |              |
call-transfer-attended  | 79 | 6 1203 0  | completed completed completed |    |
call-pbx-g711           | 25 | 4 1404 0  | completed           | registered registered |
call-b2bua              | 13 | 4 1203 0  | completed           |              |
call-early-media        | 10 | 2 703 0   | completed           |              |
call-redirect-302       | 13 | 2 602 0   | completed           |              |
call-nat-stun           | 14 | 2 602 0   | completed           | registered   |
call-nat-stun-inside    | 14 | 2 601 0   | completed           | registered   |
call-nat-oneway         | 14 | 1 251 0   | completed           | registered   | call-one-way-nat
call-one-way-unreachable | 20 | 2 603 0  | completed           | registered   | call-one-way-unreachable
call-dscp-lost          | 20 | 2 804 0   | completed           | registered   | stream-dscp-lost
call-failover           | 20 | 2 1069 61 | completed           | registered   | stream-path-outage
call-dtx                | 10 | 2 700 0   | completed           |              |
call-both-ends-a        | 10 | 2 1202 0  | completed           |              | stream-lost-beyond
call-both-ends-b        |  6 | 2 1165 37 | completed           |              | stream-loss-heavy
call-ipv6               |  6 | 2 604 0   | completed           |              |
call-hold               | 18 | 2 502 0   | completed           |              |
call-dtmf               | 10 | 2 635 0   | completed           |              |
call-linuxcooked-v1     | 10 | 2 403 0   | completed           |              |
call-linuxcooked-v2     | 10 | 2 403 0   | completed           |              |
call-cancelled          | 10 | 0 0 0     | cancelled 487       |              |
call-busy               |  8 | 0 0 0     | busy 486            |              |
call-no-answer          | 14 | 0 0 0     | no_answer 408       |              |
call-rejected           | 20 | 0 0 0     | rejected 404 rejected 403 rejected 603 | | call-not-found call-forbidden
call-loss-5             |  6 | 2 1362 41 | completed           |              | stream-loss-heavy stream-loss
call-loss-beyond        | 10 | 2 1204 0  | completed           |              | stream-lost-beyond
call-jitter             | 10 | 2 1003 0  | completed           |              | stream-discard
call-dup                | 10 | 2 1005 21 | completed           |              | stream-duplicates
'''

reports = {}
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), encoding='utf-8') as f:
        reports[name[:-len('.json')]] = json.load(f)


def say(what, got, want):
    print('ok' if got == want else 'FAIL', f'{what}: {got}, not {want}')


def outcomes(list_, field):
    """Words of the outcomes, and the status of what did not succeed."""
    return [w for x in list_ for w in [x[field]] + ([str(x['status'])] if (x['status'] or 0) >= 300 else [])]


rows = [[c.strip() for c in row.split('|')] for row in TABLE.strip().splitlines()]
say('captures', sorted(reports), sorted(row[0] for row in rows))
for name, sip, media, calls, registrations, findings in rows:
    r = reports[name]
    streams, totals = r['streams'], r['capture']
    say(f'{name}: SIP messages', totals['messages']['sip'], int(sip))
    say(f'{name}: streams, packets, lost',
        [len(streams), sum(s['packets'] for s in streams), sum(s['lost'] for s in streams)],
        [int(n) for n in media.split()])
    say(f'{name}: RTP packets by all counts', totals['messages']['rtp'], totals['decoded']['rtp'])
    say(f'{name}: calls', outcomes(r['calls'], 'state'), calls.split())
    say(f'{name}: registrations', outcomes(r['registrations'], 'outcome'), registrations.split())
    say(f'{name}: streams without a call', [s['id'] for s in streams if s['call'] is None], [])
    say(f'{name}: findings missing', sorted(set(findings.split()) - {f['id'] for f in r['findings']}), [])
    say(f'{name}: frames accounted for',
        sum(totals['decoded'].values()) + sum(totals['not_decoded'].values()), totals['frames'])

# What the table has no column for.
hangups = [c['released_by'] for c in reports['call-pbx-g711']['calls']]
say('call-pbx-g711: hung up by', hangups, ['caller'])
reported = [s['rtcp']['rr'] + s['rtcp']['sr'] > 0 for s in reports['call-pbx-g711']['streams']]
say('call-pbx-g711: streams with RTCP reports', reported, [True] * 4)
say('register-timeout: retransmissions', reports['register-timeout']['registrations'][0]['retransmissions'], 10)
offers = reports['call-hold']['calls'][0]['offer_answer']
say('call-hold: offers with hold', [o['from'] for o in offers if o['kind'] == 'offer' and o['hold']], ['caller'])
redirect = reports['call-redirect-302']['calls'][0]['messages']
say('call-redirect-302: redirections', [m['status'] for m in redirect if m['status'] in (301, 302)], [302])
b2bua = reports['call-b2bua']['calls'][0]
say('call-b2bua: Call-IDs of its legs', [leg['call_id'] for leg in b2bua['legs']],
    list(dict.fromkeys(m['call_id'] for m in b2bua['messages'])))
say('call-b2bua: sure of its second leg', [leg['leg'] for leg in b2bua['legs'] if (leg['confidence'] or 0) > 0.9], [2])
say('call-b2bua: streams of each leg', sorted(s['leg'] for s in reports['call-b2bua']['streams']), [1, 1, 2, 2])
say('call-b2bua: messages', len(b2bua['messages']), 13)
for name, addresses in (('call-b2bua', [11, 2, 12]), ('call-pbx-g711', [11, 2, 12])):
    hops = reports[name]['calls'][0]['hops']
    way = [hops[0]['src']] + [h['dst'] for h in hops]
    say(f'{name}: way of the INVITE', way, [f'10.20.30.{n}:5060' for n in addresses])
    say(f'{name}: each hop after the one before', [h['after'] for h in hops], [None, 1])
say('call-cancelled: by', reports['call-cancelled']['calls'][0]['released_by'], 'caller')
say('call-dtmf: streams with events', sum(s['event_packets'] > 0 for s in reports['call-dtmf']['streams']), 1)
lost = [s['rtcp']['reported_lost'] for s in reports['call-loss-beyond']['streams']]
say('call-loss-beyond: losses the receivers report', sorted(lost), [0, 40])
early = reports['call-early-media']['calls'][0]
first = {s['direction']: s['t_s'] for s in reports['call-early-media']['streams']}
say('call-early-media: media from the callee before the answer',
    first['callee_to_caller'] < early['timing']['answer_ms'] / 1000, True)
for name in ('call-nat-stun', 'call-nat-stun-inside'):
    mapped = {s['mapped'] for s in reports[name]['stun']}
    media = {s['src'] for s in reports['call-nat-stun']['streams']}
    say(f'{name}: mapped addresses that media comes from', len(mapped & media), 1)
pair = [[(s['src'], s['dst'], s['ssrc']) for s in reports[f'call-linuxcooked-{v}']['streams']] for v in ('v1', 'v2')]
say('call-linuxcooked: streams of version 2', pair[1], pair[0])


def messages(name):
    """All SIP messages of a report, in the order of the capture."""
    r = reports[name]
    return sorted((m for kind in ('calls', 'dialogs', 'registrations') for x in r[kind] for m in x['messages']),
                  key=lambda m: m['frame'])


def counted(name, *what):
    """How often each method or status occurs."""
    return [sum((m['method'] or m['status']) == w for m in messages(name)) for w in what]


brief = reports['register-423']['registrations'][0]
say('register-423: answers', [m['status'] for m in brief['messages'] if m['status']], [401, 423, 200])
say('register-423: asked and granted in the end', [brief['expires_asked_s'], brief['expires_granted_s']], [60, 60])
# Timer E doubles from 500 ms to 4 s, timer A doubles on (RFC 3261 17.1.1.2, 17.1.2.2); both end after 32 s.
for kind, times in (('registrations', [0, .5, 1.5, 3.5] + [3.5 + 4 * n for n in range(1, 8)]),
                    ('calls', [0, .5, 1.5, 3.5, 7.5, 15.5, 31.5])):
    sent = [m['t_s'] for m in reports['trunk-dead'][kind][0]['messages']]
    say(f'trunk-dead: {kind}: sent at', [round(t - sent[0], 1) for t in sent], times)
asked = {}
for d in reports['options-qualify']['dialogs']:
    asked.setdefault(d['messages'][0]['dst'], []).append(d['outcome'])
say('options-qualify: who answers', {k: (len(v), set(v)) for k, v in asked.items()},
    {'10.20.30.12:5060': (5, {'answered'}), '10.20.30.99:5060': (5, {'incomplete'})})
say('call-tcp: transports', {m['transport'] for m in messages('call-tcp')}, {'TCP'})
say('call-tcp: keep-alives', reports['call-tcp']['capture']['tcp']['keep_alives'], 6)
ways = {(m['src'].split(':')[0][-2:], m['dst'].split(':')[0][-2:]): m['transport'] for m in messages('call-websocket')}
say('call-websocket: transports', ways,
    {('11', '.2'): 'WS', ('.2', '11'): 'WS', ('.2', '12'): 'UDP', ('12', '.2'): 'UDP'})
say('call-fragmented: fragments before the last', reports['call-fragmented']['capture']['decoded']['fragment'], 5)
say('call-fragmented: offer of the INVITE', messages('call-fragmented')[0]['sdp'], True)
say('call-two-leg: Call-IDs', len({m['call_id'] for m in messages('call-two-leg')}), 2)
say('call-two-leg: legs', [len({leg['call_id'] for leg in c['legs']}) for c in reports['call-two-leg']['calls']], [2])
say('call-forked: Call-IDs', len({m['call_id'] for m in messages('call-forked')}), 1)
forks = {m['dst'].split(':')[0][-2:] for m in messages('call-forked')
         if m['method'] == 'INVITE' and m['src'].startswith('10.20.30.2:')}
say('call-forked: phones', forks, {'12', '13', '14'})
say('call-forked: 180, CANCEL, 487', counted('call-forked', 180, 'CANCEL', 487), [6, 2, 2])
answered = {s['src'].split(':')[0][-2:] for s in reports['call-forked']['streams']}
say('call-forked: media from', answered, {'11', '13'})
for name in ('blind', 'attended'):
    say(f'call-transfer-{name}: REFER, 202', counted(f'call-transfer-{name}', 'REFER', 202), [2, 2])
    say(f'call-transfer-{name}: from and to', [(c['from'], c['to']) for c in reports[f'call-transfer-{name}']['calls']],
        [('anna', 'bert'), *([('anna', 'carl')] if name == 'attended' else []), ('bert', 'carl')])
PYTHON
check "the comparison ran to its end" test $? -eq 0
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

finish
