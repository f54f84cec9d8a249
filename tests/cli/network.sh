#!/bin/sh
# NATs, STUN and the hosts' parts on shipped captures, against what is known of the lab that recorded them.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
mkdir "$tmp/reports"
for name in call-nat-stun call-nat-stun-inside call-pbx-g711 register-401 call-ipv6 call-b2bua; do
    status "$name" 0 "$VOIPQOS" -q -r "$CAPTURES/$name.pcap" --json "$tmp/reports/$name.json"
done

python3 - "$tmp/reports" >"$tmp/verdict" 2>&1 <<'PYTHON'
import json, sys

def report(name):
    return json.load(open('%s/%s.json' % (sys.argv[1], name)))

def expect(what, got, wanted):
    print('%s %s%s' % ('ok' if got == wanted else 'FAIL', what, '' if got == wanted else ': %r, wanted %r' % (got, wanted)))

def host(r, address):
    return next((h for h in r['topology']['hosts'] if h['address'] == address), {'roles': None, 'names': None, 'user_agents': []})

inside, outside = report('call-nat-stun-inside'), report('call-nat-stun')
for name, r in (('inside', inside), ('outside', outside)):
    expect('%s: one client behind a NAT' % name, [(n['client'], n['public']) for n in r['nat']], [('192.168.50.10', '10.20.30.70')])
    expect('%s: its ports change' % name, r['nat'][0]['ports_kept'], False)
    expect('%s: one server cannot tell how' % name, r['nat'][0]['behaviour'], None)
    expect('%s: the STUN server' % name, host(r, '10.20.30.3')['roles'], ['stun_server'])
    expect('%s: it names itself' % name, host(r, '10.20.30.3')['user_agents'], ["Coturn-4.6.1 'Gorst'"])
    expect('%s: the PBX' % name, host(r, '10.20.30.2')['roles'], ['registrar', 'proxy'])
    expect('%s: STUN answers everything' % name, sum(s['unanswered'] for s in r['stun']), 0)
    expect('%s: two requests' % name, [s['requests'] for s in r['stun']], [1, 1])
expect('inside: STUN and the answered Via show it', inside['nat'][0]['evidence'], ['stun', 'via'])
expect('outside: Via and Contact show it', outside['nat'][0]['evidence'], ['via', 'contact'])
expect('inside: the phone', host(inside, '192.168.50.10')['names'], ['anna'])
expect('outside: the phone has the outer address', host(outside, '10.20.30.70')['names'], ['anna'])
stun = {m['private']: m['public'] for m in inside['nat'][0]['mappings'] if 'stun' in m['evidence']}
expect('inside: the mappings are those that STUN told', sorted(stun.items()),
       sorted((s['client'], s['mapped']) for s in inside['stun']))
via = [[m['public'] for m in r['nat'][0]['mappings'] if 'via' in m['evidence']] for r in (inside, outside)]
expect('both sides agree on the port of SIP', via[0], via[1])

pbx = report('call-pbx-g711')
expect('without a NAT there is none', pbx['nat'], [])
expect('the PBX relays SIP and media', host(pbx, '10.20.30.2')['roles'], ['registrar', 'proxy', 'media_relay'])
expect('phones', [host(pbx, '10.20.30.1%d' % i)['roles'] for i in (1, 2)], [['user_agent'], ['user_agent']])
expect('their names', [host(pbx, '10.20.30.1%d' % i)['names'] for i in (1, 2)], [['anna'], ['bert']])
expect('links lead to the PBX', sorted((l['a'], l['b']) for l in pbx['topology']['links']),
       [('10.20.30.11', '10.20.30.2'), ('10.20.30.2', '10.20.30.12')])
expect('every message is on a link', sum(l['sip_messages'] for l in pbx['topology']['links']), pbx['capture']['messages']['sip'])
expect('every packet too', sum(l['rtp_packets'] for l in pbx['topology']['links']), sum(s['packets'] for s in pbx['streams']))
b2bua = report('call-b2bua')
expect('a B2BUA makes a call of its own, and passes media on', host(b2bua, '10.20.30.2')['roles'], ['b2bua', 'media_relay'])
expect('the names in its calls are not its own', host(b2bua, '10.20.30.2')['names'], [])
expect('phones on both sides of it', [host(b2bua, '10.20.30.1%d' % i)['names'] for i in (1, 2)], [['anna'], ['bert']])
direct = report('call-ipv6')
expect('phones alone', [h['roles'] for h in direct['topology']['hosts']], [['user_agent'], ['user_agent']])
expect('two phones at a registrar', sorted(h['roles'][0] for h in report('register-401')['topology']['hosts']),
       ['registrar', 'user_agent', 'user_agent'])
PYTHON
while read -r verdict words; do
    case $verdict in
    ok) pass ;;
    *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"

# A datagram of line ends every 20 s (raw IP, link type 101): 10.0.0.1:5060 to 10.0.0.2:5060.
{
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\145\000\000\000'
    for s in 000 024 050 074; do
        printf "\\$s\\000\\000\\000\\000\\000\\000\\000\\040\\000\\000\\000\\040\\000\\000\\000"
        printf '\105\000\000\040\000\000\000\000\100\021\000\000\012\000\000\001\012\000\000\002'
        printf '\023\304\023\304\000\014\000\000\015\012\015\012'
    done
} >"$tmp/alive.pcap"
status "keep-alives" 0 "$VOIPQOS" -q -r "$tmp/alive.pcap" --json "$tmp/alive.json"
check "four of them, 20 s apart" grep -q '"kind":"crlf","count":4,"interval_s":20.0,' "$tmp/alive.json"
check "they are still no decoded frames" grep -q '"udp_empty":4' "$tmp/alive.json"

finish
