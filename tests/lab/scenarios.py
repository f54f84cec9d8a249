"""The scenarios of the lab, and its command line (see run.sh).

Each scenario is a function that builds its network, lets phones do something
and returns; what must then be in the recording stands in its decorator:

  doc, sees   for the table in captures/README.md
  flow        SIP messages that must occur in this order (others may lie between)
  streams     number of RTP streams
  outage_ms   for how long those that lose packets break off, once
"""
import json
import os
import signal
import sys
import time

import check
import software
from net import ADDR, ADDR6, OUT, Lab, LabError
from software import Baresip, Linphone, WebPhone

SCENARIOS = {}
ATTEMPTS = 4
SEED = 3                    # gives about the nominal rates even in calls this short
LIMIT = 100                 # seconds for one attempt
BERT = f'sip:bert@{ADDR["pbx"]}'
REGISTERED = 'REGISTER 401/REGISTER REGISTER 200/REGISTER'
CALL = 'INVITE 180/INVITE 200/INVITE ACK BYE 200/BYE'
AUTH_CALL = 'INVITE 407/INVITE ACK ' + CALL


class Scenario:
    def __init__(self, record, doc, sees, flow, streams=0, side=None, impairment=None, pauses=False,
                 suffixes=('',), inside=None, outage_ms=0):
        self.record, self.doc, self.sees, self.flow, self.streams = record, doc, sees, flow, streams
        self.side, self.impairment, self.pauses = side, impairment, pauses
        self.suffixes, self.inside, self.outage_ms = suffixes, inside, outage_ms


def scenario(name, **about):
    def add(record):
        SCENARIOS[name] = Scenario(record, **about)
        return record
    return add


def office(lab, *kamailio_defines, anna_relay=None, bert_relay=None, **kamailio_options):
    """PBX and two hosts for phones."""
    lab.host('pbx')
    lab.host('anna', relay=anna_relay)
    lab.host('bert', relay=bert_relay)
    software.kamailio(lab, *kamailio_defines, **kamailio_options)


def branch_office(lab):
    """PBX and bert in the head office, anna in a branch behind a router with two uplinks; captured at the switch."""
    hosts = ('pbx', 'bert')
    for host in hosts:
        lab.host(host)
    lab.branch()
    lab.route_home(hosts, 'router')
    software.kamailio(lab)
    Baresip(lab, 'bert', 'bert')
    lab.capture('switch', 'br0')
    return Baresip(lab, 'home', 'anna')


def two_phones(lab, bert_answer='auto'):
    return Baresip(lab, 'anna', 'anna'), Baresip(lab, 'bert', 'bert', answer=bert_answer)


def talk(caller, seconds, uri=BERT):
    caller.dial(uri)
    caller.wait_established()
    time.sleep(seconds)
    caller.hang_up()
    time.sleep(1)


# ------------------------------------------------------------- registrations

@scenario('register-401', flow=' '.join([REGISTERED] * 2 + ['REGISTER 200/REGISTER'] * 2),
          doc='Two phones register: each is challenged with 401, answers and gets 200; later both un-register. '
              'Captured at the PBX',
          sees='2 registrations, successful, both ended by the phones')
def _(lab):
    office(lab)
    lab.capture('pbx')
    anna = Baresip(lab, 'anna', 'anna')
    bert = Linphone(lab, 'bert', 'bert')
    time.sleep(1)
    anna.quit()
    bert.quit()


@scenario('register-wrong-password', flow='REGISTER 401/REGISTER REGISTER 403/REGISTER',
          doc='A phone registers with a wrong password: 401, then 403', sees='1 registration, refused with 403')
def _(lab):
    office(lab)
    lab.capture('anna')
    anna = Baresip(lab, 'anna', 'anna', password='wrong')
    anna.process.wait_for('403', 5)
    time.sleep(1)


@scenario('register-timeout', flow='REGISTER ' * 7,
          doc='A phone registers at a host that answers ARP but nothing else: the REGISTER is retransmitted until it gives up',
          sees='1 registration without an answer, retransmissions')
def _(lab):
    lab.host('anna')
    lab.dead_host()
    lab.capture('anna')
    Baresip(lab, 'anna', 'anna', server=ADDR['dead'])
    time.sleep(34)


# ------------------------------------------------------------ completed calls

@scenario('call-pbx-g711', flow=f'{REGISTERED} {REGISTERED} {AUTH_CALL}', streams=4,
          doc='Both phones register, then a G.711 call through the PBX, which relays the media. Captured at the PBX, '
              'so both legs are seen (one Call-ID)',
          sees='1 call completed by the caller, 2 legs, RTCP reports in both directions')
def _(lab):
    lab.host('pbx')
    lab.host('anna')
    lab.host('bert')
    software.rtpengine(lab)
    software.kamailio(lab, 'WITH_MEDIA')
    lab.capture('pbx')
    anna = Baresip(lab, 'anna', 'anna')
    Linphone(lab, 'bert', 'bert')
    talk(anna, 7)


@scenario('call-b2bua', flow='INVITE INVITE 200/INVITE 200/INVITE BYE BYE', streams=4,
          doc='A call through a back-to-back user agent, which makes a second call with a Call-ID of its own and '
              'relays the media. Captured at the server',
          sees='1 call completed, with 2 legs')
def _(lab):
    for host in ('pbx', 'anna', 'bert'):
        lab.host(host)
    software.b2bua(lab)
    anna = Baresip(lab, 'anna', 'anna', server=ADDR['pbx'], register=False)
    Linphone(lab, 'bert', 'bert', register=False)
    lab.capture('pbx')
    talk(anna, 6)


@scenario('call-early-media', streams=2,
          flow='INVITE 407/INVITE ACK INVITE 183/INVITE 200/INVITE ACK BYE 200/BYE',
          doc='The callee plays an announcement for 3 s before it answers (183 with SDP, then 200)',
          sees='1 call completed, media from the far end before the answer')
def _(lab):
    office(lab)
    anna = Baresip(lab, 'anna', 'anna')
    software.sipp(lab, 'bert', 'sipp-early.xml')
    lab.capture('anna')
    talk(anna, 4, f'sip:scripted@{ADDR["pbx"]}')


@scenario('call-redirect-302', streams=2,
          flow='INVITE 407/INVITE ACK INVITE 302/INVITE ACK INVITE 200/INVITE ACK BYE 200/BYE',
          doc='The called name has moved: 302, the phone follows to the new address and the call is answered',
          sees='1 call, redirected by 302 and then completed')
def _(lab):
    office(lab)
    anna, _ = two_phones(lab)
    lab.capture('anna')
    talk(anna, 6, f'sip:moved@{ADDR["pbx"]}')


@scenario('call-nat-stun', flow=f'{REGISTERED} {AUTH_CALL}', streams=2, suffixes=('', '-inside'),
          doc='A phone behind a NAT router learns its outer address by STUN. Captured outside the router: '
              'SDP and RTP show the mapped address',
          inside='The same call captured inside, at the phone: RTP leaves from the private address, '
                 'SDP shows the mapped one',
          sees='1 call completed; STUN says which mapped address belongs to the phone')
def _(lab):
    for host in ('pbx', 'stun', 'bert'):
        lab.host(host)
    lab.router()
    software.coturn(lab)
    software.kamailio(lab)
    Baresip(lab, 'bert', 'bert')
    lab.capture('router', 'out0')
    lab.capture('home', suffix='-inside')
    anna = Baresip(lab, 'home', 'anna', modules=('stun',),
                   account=f';medianat=stun;stunserver="stun:{ADDR["stun"]}:3478"')
    talk(anna, 6)


@scenario('call-nat-oneway', flow=f'{REGISTERED} {AUTH_CALL}', streams=1,
          doc='A phone behind a NAT router without STUN: its SDP names its private address, and the other phone sends '
              'its media there, in vain. Captured outside the router',
          sees='1 call completed, audio in one direction only, because of the private address in SDP')
def _(lab):
    for host in ('pbx', 'bert'):
        lab.host(host)
    lab.router()
    software.kamailio(lab)
    Baresip(lab, 'bert', 'bert')
    lab.capture('router', 'out0')
    anna = Baresip(lab, 'home', 'anna')
    talk(anna, 5)


@scenario('call-failover', flow=f'{REGISTERED} {AUTH_CALL}', streams=2, outage_ms=1200,
          doc='A phone in a branch office whose router has two uplinks. During the call the first one goes dead; 1.2 s '
              'later the routers have noticed and everything takes the second. Captured at the switch',
          sees='1 call completed, 1.2 s of what the branch sends lost while one uplink takes over from the other')
def _(lab):
    anna = branch_office(lab)
    anna.dial(BERT)
    anna.wait_established()
    time.sleep(5)
    lab.fail_uplink(('pbx', 'bert'), 1.2)
    time.sleep(5)
    anna.hang_up()
    time.sleep(1)


@scenario('call-one-way-unreachable', flow=f'{REGISTERED} {AUTH_CALL}', streams=2,
          doc="A phone in a branch office whose router's firewall lets SIP in, but no media: what the other phone sends is "
              'refused with ICMP errors (communication administratively prohibited). Captured at the switch',
          sees='1 call completed, the caller hears nothing: the router refuses the media to it')
def _(lab):
    anna = branch_office(lab)
    lab.forbid_media('bert')
    talk(anna, 6)


@scenario('call-dscp-lost', flow=f'{REGISTERED} {AUTH_CALL}', streams=2,
          doc='A phone in a branch office whose router changes over to its second uplink during the call, without a gap; '
              'the provider there clears the marking of what the branch sends (DSCP EF becomes 0). Captured at the switch',
          sees='1 call completed, one stream that loses its DSCP with the change of path, and no packet')
def _(lab):
    anna = branch_office(lab)
    anna.dial(BERT)
    anna.wait_established()
    time.sleep(4)
    lab.second_uplink()
    time.sleep(4)
    anna.hang_up()
    time.sleep(1)


@scenario('call-dtx', flow=AUTH_CALL, streams=2, pauses=True,
          doc='A call of two phones that send nothing while their user is silent (G.729 Annex B: a voice activity '
              'detector, and comfort noise now and then)',
          sees='1 call completed, silence in both directions that is no loss and no fault')
def _(lab):
    office(lab)
    anna, _ = [Linphone(lab, name, name, codec='G729/8000', pause=2.5) for name in ('anna', 'bert')]
    lab.capture('anna')
    anna.command('call ' + BERT)
    anna.process.wait_for('established|Media streams', 10)
    time.sleep(10)
    anna.hang_up()
    time.sleep(1)


@scenario('call-ipv6', flow=CALL, streams=2, doc='A direct call between two phones over IPv6, without a server',
          sees='1 call completed')
def _(lab):
    for host in ('anna', 'bert'):
        lab.host(host, ipv6=True)
    anna, _ = [Baresip(lab, h, h, address=ADDR6[h], register=False) for h in ('anna', 'bert')]
    lab.capture('anna')
    talk(anna, 6, f'sip:bert@[{ADDR6["bert"]}]')


@scenario('call-hold', flow=AUTH_CALL.replace('BYE 200/BYE', 'INVITE 200/INVITE ACK ' * 2 + 'BYE 200/BYE'),
          streams=2, pauses=True, doc='The caller puts the call on hold and resumes it, by re-INVITE',
          sees='1 call completed, with 1 hold')
def _(lab):
    office(lab)
    anna, _ = two_phones(lab)
    lab.capture('anna')
    anna.dial(BERT)
    anna.wait_established()
    for key, seconds in (('x', 3), ('X', 3), ('b', 1)):
        time.sleep(2)
        anna.key(key)
        time.sleep(seconds - 2 if key != 'b' else 1)


@scenario('call-dtmf', flow=AUTH_CALL, streams=2,
          doc='The caller dials the digits 1 5 9 # during the call (RFC 4733 telephone-event)',
          sees='1 call completed, 4 digits')
def _(lab):
    office(lab)
    anna = Baresip(lab, 'anna', 'anna')
    Linphone(lab, 'bert', 'bert')
    lab.capture('anna')
    anna.dial(BERT)
    anna.wait_established()
    time.sleep(1.5)
    for digit in '159#':
        anna.key(digit)
        time.sleep(0.8)
    time.sleep(1)
    anna.hang_up()
    time.sleep(1)


@scenario('call-linuxcooked', flow=AUTH_CALL, streams=2, suffixes=('-v1', '-v2'),
          doc='One call, captured twice on the pseudo-interface "any": Linux cooked headers, version 1 and version 2',
          sees='1 call completed, the same in both files')
def _(lab):
    office(lab)
    anna, _ = two_phones(lab)
    lab.capture('anna', 'any', suffix='-v1', linktype='LINUX_SLL')
    lab.capture('anna', 'any', suffix='-v2', linktype='LINUX_SLL2')
    talk(anna, 4)


# ---------------------------------------------------------- calls that fail

@scenario('call-cancelled', flow='INVITE 407/INVITE ACK INVITE 180/INVITE CANCEL 200/CANCEL 487/INVITE ACK',
          doc='The caller gives up while the other phone rings: CANCEL, 487', sees='1 call cancelled by the caller')
def _(lab):
    office(lab)
    anna, bert = two_phones(lab, bert_answer='manual')
    lab.capture('anna')
    anna.dial(BERT)
    bert.wait_ringing()
    time.sleep(3)
    anna.hang_up()
    time.sleep(1.5)


@scenario('call-busy', flow='INVITE 407/INVITE ACK INVITE 180/INVITE 486/INVITE ACK',
          doc='The called phone is busy: 486', sees='1 call, busy')
def _(lab):
    office(lab)
    anna, bert = two_phones(lab, bert_answer='manual')
    lab.capture('anna')
    anna.dial(BERT)
    bert.wait_ringing()
    time.sleep(1)
    bert.hang_up()
    anna.wait_closed()
    time.sleep(1)


@scenario('call-no-answer', flow='INVITE 407/INVITE ACK INVITE INVITE 180/INVITE 408/INVITE 487/INVITE',
          doc='Nobody answers: after 8 s the PBX reports 408 to the caller and cancels the called phone. '
              'Captured at the PBX, so both sides are seen',
          sees='1 call not answered (408)')
def _(lab):
    office(lab, ring_seconds=8)
    anna, _ = two_phones(lab, bert_answer='manual')
    lab.capture('pbx')
    anna.dial(BERT)
    anna.wait_closed(15)
    time.sleep(1)


@scenario('call-rejected', flow='INVITE 407/INVITE ACK INVITE 404/INVITE ACK INVITE 407/INVITE ACK INVITE 403/INVITE ACK '
                                'INVITE 407/INVITE ACK INVITE 180/INVITE 603/INVITE ACK',
          doc='Three calls that are refused: an unknown name (404), a barred number (403), a callee that declines (603)',
          sees='3 calls failed: 404, 403, 603')
def _(lab):
    office(lab)
    anna = Baresip(lab, 'anna', 'anna')
    software.sipp(lab, 'bert', 'sipp-decline.xml')
    lab.capture('anna')
    for name in ('nobody', 'premium', 'scripted'):
        anna.dial(f'sip:{name}@{ADDR["pbx"]}')
        anna.wait_closed()
        time.sleep(1.5)


# ------------------------------------------------- registrations and peers

@scenario('register-423', flow='REGISTER 401/REGISTER REGISTER 423/REGISTER REGISTER 200/REGISTER',
          doc='A phone asks for 30 s, which is too brief for the registrar: 423 with Min-Expires 60, and the phone '
              'asks again',
          sees='1 registration, successful at the second asking')
def _(lab):
    office(lab)
    lab.capture('anna')
    Linphone(lab, 'anna', 'anna', expires=30)
    time.sleep(1)


@scenario('options-qualify', flow='OPTIONS 200/OPTIONS OPTIONS 200/OPTIONS OPTIONS 200/OPTIONS',
          doc='The PBX asks two gateways every 2 s by OPTIONS whether they live: one answers, the other is dead',
          sees='1 peer reachable with its round trip, 1 that never answers')
def _(lab):
    for host in ('pbx', 'bert'):
        lab.host(host)
    lab.dead_host()
    Baresip(lab, 'bert', 'bert', register=False)
    lab.capture('pbx')
    software.kamailio(lab, 'WITH_QUALIFY')
    time.sleep(11)


@scenario('trunk-dead', flow='REGISTER INVITE REGISTER INVITE REGISTER INVITE ' + 'REGISTER ' * 4,
          doc='A trunk to a provider that is dead: REGISTER (timers E and F) and a call (timers A and B) are retransmitted '
              'until both are given up after 32 s',
          sees='1 registration and 1 call without any answer')
def _(lab):
    lab.host('pbx')
    lab.dead_host()
    lab.capture('pbx')
    trunk = Baresip(lab, 'pbx', 'trunk', server=ADDR['dead'])
    trunk.dial(f'sip:0301234@{ADDR["dead"]}')
    trunk.wait_closed(40)
    time.sleep(2)


# ------------------------------------------------------- what carries SIP

@scenario('call-tcp', flow=f'{REGISTERED} {REGISTERED} {AUTH_CALL}', streams=2,
          doc='SIP over TCP between both phones and the PBX, with keep-alives (CR LF) on the connections. '
              'Captured at the switch',
          sees='1 call completed, over TCP')
def _(lab):
    office(lab, 'WITH_TCP')
    lab.capture('switch', 'br0')
    anna = Linphone(lab, 'anna', 'anna', transport='tcp', keepalive_ms=2000)
    Baresip(lab, 'bert', 'bert', transport='tcp')
    anna.command(f'call sip:bert@{ADDR["pbx"]};transport=tcp')
    anna.process.wait_for('established|Media streams', 10)
    time.sleep(6)
    anna.hang_up()
    time.sleep(1.5)


@scenario('call-websocket', flow=f'{REGISTERED} {AUTH_CALL}', streams=2,
          doc='A web phone registers and calls over WebSocket; the PBX goes on by UDP. Captured at the switch',
          sees='1 call completed, one hop of it over WebSocket')
def _(lab):
    office(lab, 'WITH_WEBSOCKET')
    lab.wait_tcp('pbx', software.WEBSOCKET_PORT)
    Baresip(lab, 'bert', 'bert')
    lab.capture('switch', 'br0')
    WebPhone(lab, 'anna', 'anna', BERT, 4).wait_done(15)
    time.sleep(1)


def call_over_tls(lab, version):
    """Phones and PBX over TLS; the PBX writes the secrets of its connections."""
    office(lab, tls=version)
    lab.capture('switch', 'br0')
    anna, _ = (Baresip(lab, user, user, transport='tls') for user in ('anna', 'bert'))
    talk(anna, 3, BERT + ';transport=tls')


@scenario('call-tls', flow=f'{REGISTERED} {REGISTERED} {AUTH_CALL}', streams=2,
          doc='SIP over TLS 1.2 between both phones and the PBX; the secrets are in the capture. Captured at the switch',
          sees='1 call completed, over TLS')
def _(lab):
    call_over_tls(lab, 'TLSv1.2')


@scenario('call-tls13', flow=f'{REGISTERED} {REGISTERED} {AUTH_CALL}', streams=2,
          doc='SIP over TLS 1.3 between both phones and the PBX; the secrets are in the capture. Captured at the switch',
          sees='1 call completed, over TLS')
def _(lab):
    call_over_tls(lab, 'TLSv1.2+')      # both sides can do 1.3, so that it is


MANY_CODECS = ('PCMU/8000/1', 'PCMA/8000/1', 'G722/16000/1', 'opus/48000/2', 'G726-40/8000/1', 'G726-32/8000/1',
               'G726-24/8000/1', 'G726-16/8000/1', 'L16/44100/2', 'L16/16000/1', 'L16/8000/1', 'GSM/8000/1')


@scenario('call-fragmented', flow=AUTH_CALL, streams=2,
          doc='A phone offers a dozen codecs on a path with a small MTU (800, as in tunnels): its INVITE comes in fragments. '
              'Captured at the switch',
          sees='1 call completed, its INVITE put together from fragments')
def _(lab):
    for host in ('pbx', 'anna', 'bert'):
        lab.host(host, mtu=800)
    software.kamailio(lab)
    anna = Baresip(lab, 'anna', 'anna', codecs=MANY_CODECS, modules=('g722', 'g726', 'l16', 'opus', 'gsm'))
    Baresip(lab, 'bert', 'bert')
    lab.capture('switch', 'br0')
    talk(anna, 4)


# ------------------------------------------------- more than two parties

@scenario('call-two-leg', flow='INVITE 407/INVITE ACK INVITE INVITE 200/INVITE 200/INVITE ACK ACK BYE BYE', streams=4,
          doc='A call through a PBX that hides the caller: the second leg has a Call-ID, Contacts and a '
              'Request-URI of its own, X-Call-ID names the first leg, and the media is relayed. Captured at the PBX',
          sees='1 call of 2 legs with different Call-IDs')
def _(lab):
    for host in ('pbx', 'anna', 'bert'):
        lab.host(host)
    software.rtpengine(lab)
    software.kamailio(lab, 'WITH_MEDIA', 'WITH_HIDING')
    anna, _ = two_phones(lab)
    lab.capture('pbx')
    talk(anna, 5, f'sip:0301234@{ADDR["pbx"]}')


@scenario('call-forked', flow='INVITE 407/INVITE ACK INVITE INVITE INVITE INVITE 180/INVITE 180/INVITE 180/INVITE 200/INVITE '
                              'CANCEL CANCEL 487/INVITE ACK BYE 200/BYE', streams=2,
          doc='A call to a group rings at three phones at once; Carl answers, the other two are '
              'cancelled. Captured at the switch',
          sees='1 call completed, forked to 3 phones, the other 2 cancelled')
def _(lab):
    for host in ('pbx', 'anna', 'bert', 'carl', 'dora'):
        lab.host(host)
    software.kamailio(lab)
    anna = Baresip(lab, 'anna', 'anna')
    phones = [Baresip(lab, name, name, answer='manual') for name in ('bert', 'carl', 'dora')]
    lab.capture('switch', 'br0')
    anna.dial(f'sip:group@{ADDR["pbx"]}')
    for phone in phones:
        phone.wait_ringing()
    time.sleep(2)
    phones[1].key('a')
    anna.wait_established()
    time.sleep(4)
    anna.hang_up()
    time.sleep(1)


@scenario('call-transfer-blind', flow=AUTH_CALL.replace('BYE 200/BYE', 'REFER 202/REFER INVITE 200/INVITE ACK BYE'),
          streams=4,
          doc='Anna calls Bert and sends him on to Carl: REFER, Bert calls Carl, NOTIFY. Captured at the switch',
          sees='2 calls completed, the second by transfer')
def _(lab):
    for host in ('pbx', 'anna', 'bert', 'carl'):
        lab.host(host)
    software.kamailio(lab)
    anna, bert = two_phones(lab)
    carl = Baresip(lab, 'carl', 'carl')
    lab.capture('switch', 'br0')
    anna.dial(BERT)
    anna.wait_established()
    time.sleep(3)
    anna.process.send(f'/transfer sip:carl@{ADDR["pbx"]}\n')
    carl.wait_established()
    time.sleep(3)
    bert.hang_up()
    time.sleep(1)


@scenario('call-transfer-attended', flow='INVITE 200/INVITE INVITE 200/INVITE REFER 202/REFER INVITE 200/INVITE BYE',
          streams=6, pauses=True,
          doc='Anna calls Bert, puts him on hold, calls Carl, and connects the two: REFER with Replaces. '
              'Captured at the switch',
          sees='3 calls completed, the third in place of the second')
def _(lab):
    for host in ('pbx', 'anna', 'bert', 'carl'):
        lab.host(host)
    software.kamailio(lab)
    anna, bert, _ = [Linphone(lab, name, name) for name in ('anna', 'bert', 'carl')]
    lab.capture('switch', 'br0')
    anna.command('call ' + BERT)
    time.sleep(3)
    anna.command('pause 1')
    time.sleep(1)
    anna.command(f'call sip:carl@{ADDR["pbx"]}')
    time.sleep(3)
    anna.command('transfer 1 --to-call 2')
    time.sleep(4)
    bert.hang_up()
    time.sleep(1.5)


# ------------------------------------------------------------ damaged media
# Times and identifiers differ from recording to recording, the packet numbers
# that are damaged do not (see impair.c).

@scenario('call-loss-5', flow=CALL, streams=2, side='network',
          impairment='5 % random loss of what Anna sends, 1.5 % of what Bert sends; captured between the two',
          doc='5 % random loss of the RTP from Anna to Bert, 1.5 % in the other direction. Captured between '
              'the lossy links, so the loss of both streams is visible',
          sees='1 call completed, loss in both streams exactly as in the truth file, and in the RTCP reports')
def _(lab):
    office(lab, anna_relay=('loss=5', ''), bert_relay=('loss=1.5', ''))
    anna, _ = two_phones(lab)
    lab.capture('switch', 'p-wire-bert')
    talk(anna, 14)


@scenario('call-loss-beyond', flow=AUTH_CALL, streams=2, side='phone',
          impairment='8 % random loss of what Anna sends, after the capture point at Anna',
          doc='8 % loss of the RTP from Anna to Bert, but captured at Anna, before the loss: sequence numbers are '
              'complete, only Bert\'s RTCP reports know',
          sees='1 call completed, 0 lost at the capture point, loss reported by the far end')
def _(lab):
    office(lab, anna_relay=('loss=8', ''))
    anna, _ = two_phones(lab)
    lab.capture('anna')
    talk(anna, 12)


@scenario('call-both-ends', flow=CALL, streams=2, side={'-a': 'phone', '-b': 'network'}, suffixes=('-a', '-b'),
          impairment='6 % random loss of what Anna sends, between the two capture points',
          doc='6 % loss of the RTP from Anna to Bert. Captured at Anna, before the loss: nothing is missing here, only '
              'Bert\'s RTCP reports know',
          inside='The same call captured at Bert, behind the loss',
          sees='1 call completed; the loss lies between the two capture points')
def _(lab):
    office(lab, anna_relay=('loss=6', ''))
    anna, _ = two_phones(lab)
    lab.capture('anna', suffix='-a')
    lab.capture('bert', suffix='-b')
    talk(anna, 12)


@scenario('call-jitter', flow=AUTH_CALL, streams=2, side='phone',
          impairment='delay 20 ms plus uniform jitter 0 to 45 ms (overtaking) of what Anna receives',
          doc='20 ms delay and uniform jitter of 0 to 45 ms on the RTP from Bert to Anna, packets overtake each '
              'other. Captured at Anna',
          sees='1 call completed, 0 lost; 1 stream with heavy jitter and reordering, 1 clean')
def _(lab):
    office(lab, anna_relay=('', 'delay=20,jitter=45'))
    anna, _ = two_phones(lab)
    lab.capture('anna')
    talk(anna, 10)


@scenario('call-dup', flow=AUTH_CALL, streams=2, side='phone',
          impairment='6 % duplicated (copy up to 50 ms later) and 4 % random loss of what Anna receives',
          doc='6 % duplicates (copies up to 50 ms late) together with 4 % loss on the RTP from Bert to Anna. '
              'Captured at Anna. Duplicates must not hide the loss',
          sees='1 call completed; 1 stream with loss and duplicates, 1 clean')
def _(lab):
    office(lab, anna_relay=('', 'loss=4,dup=6:50'))
    anna, _ = two_phones(lab)
    lab.capture('anna')
    talk(anna, 10)


# --------------------------------------------------------------- command line

def record_once(name, seed):
    lab = Lab(name, seed)

    def too_long(*_):
        raise LabError(f'{name}: took more than {LIMIT} s')
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT)
    try:
        lab.start()
        SCENARIOS[name].record(lab)
        lab.finish()
    finally:
        signal.alarm(0)
        lab.close()
    with open(f'{OUT}/{name}.json', 'w', encoding='ascii') as f:
        json.dump({'seed': seed, 'software': lab.software,
                   'logs': [os.path.basename(log) for _, log in lab.relays]}, f, indent=1)
    return check.check_all(name, SCENARIOS[name])


def record(name, seed):
    """Record until the check is content: on a busy machine a recording may stall."""
    for _ in range(ATTEMPTS):
        try:
            if not record_once(name, seed):
                return True
        except LabError as e:
            print('FAIL', name, e)
    return False


def main():
    args = sys.argv[1:]
    if not args or args[0] in ('--list', '-h', '--help'):
        for name, scn in SCENARIOS.items():
            print(f'{name:26} {scn.doc}')
        return 0
    if args[0] == '--check':
        return int(any([check.check_all(n, SCENARIOS[n]) for n in args[1:] or SCENARIOS]))
    if args[0] == '--ship':
        check.ship(SCENARIOS, args[1:] or list(SCENARIOS))
        return 0
    names = list(SCENARIOS) if args[0] == '--all' else [args[0]]
    if names[0] not in SCENARIOS:
        print(f'unknown scenario {names[0]}; see run.sh --list', file=sys.stderr)
        return 2
    if os.geteuid():
        print('the lab needs root: it makes network namespaces', file=sys.stderr)
        return 2
    # end by the way of "finally", so that nothing stays behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = int(args[1]) if len(args) > 1 else SEED
    return int(not all([record(n, seed) for n in names]))


if __name__ == '__main__':
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
