#!/bin/sh
# What captures/README.md promises of each shipped capture: messages, calls with their outcome, streams, registrations.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

if ! command -v python3 >/dev/null 2>&1; then
    echo "python3 is not installed"
    exit 77
fi
mkdir "$tmp/reports"
for capture in "$CAPTURES"/*.pcap; do
    name=$(basename "$capture" .pcap)
    status "$name" 0 "$VOIPQOS" -q -r "$capture" --json "$tmp/reports/$name.json"
done

python3 - "$tmp/reports" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, os, sys

# capture | SIP messages | streams, RTP packets, lost | calls | registrations | findings that must be among them
TABLE = '''
register-401            | 14 | 0 0 0     |                     | registered registered unregistered unregistered |
register-wrong-password |  4 | 0 0 0     |                     | rejected 403 | registration-wrong-password
register-timeout        | 11 | 0 0 0     |                     | timeout      | registration-timeout
call-pbx-g711           | 25 | 4 1404 0  | completed           | registered registered |
call-b2bua              | 13 | 4 1203 0  | completed           |              |
call-early-media        | 10 | 2 703 0   | completed           |              |
call-redirect-302       | 13 | 2 602 0   | completed           |              |
call-nat-stun           | 14 | 2 602 0   | completed           | registered   |
call-nat-stun-inside    | 14 | 2 601 0   | completed           | registered   |
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
call-jitter             | 10 | 2 1003 0  | completed           |              | stream-reordered
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
PYTHON
check "the comparison ran to its end" test $? -eq 0
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

finish
