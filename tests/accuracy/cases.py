"""The cases: each is a name, what is done, and a function that makes the network of it.

`quick`: also part of `make check`. `options`: of voipqos. `one_way`: network delay in ms that R is to hold. `expect`: more
figures of the JSON report that must come out, as (path, value, how far off it may be).
"""
import collections

from traffic import G722, G729, GSM, L16, OPUS, PCMA, SPEEX16, Network, Sender

Case = collections.namedtuple('Case', 'name what make quick options one_way expect skip')
CASES = []


def case(name, what, quick=False, options=(), one_way=0, expect=(), skip=()):
    def add(make):
        CASES.append(Case(name, what, make, quick, options, one_way, expect, skip))
        return make
    return add


def simple(name, what, spoil, packets=3000, quick=False, **sender):
    """One sender that just talks."""
    CASES.append(Case(name, what, lambda seed: spoil(Network(seed).carry(Sender(**sender).talk(packets))), quick, (), 0, (), ()))


# ---- loss ---------------------------------------------------------------------------------------------------------------

simple('clean', 'nothing', lambda n: n, 1500, True)
simple('loss-0.1', '0.1 % of the packets at random', lambda n: n.lose(0.001), 10000)
simple('loss-1', '1 %', lambda n: n.lose(0.01), 5000)
simple('loss-5', '5 %', lambda n: n.lose(0.05), quick=True)
simple('loss-20', '20 %', lambda n: n.lose(0.2))
simple('loss-60', '60 %', lambda n: n.lose(0.6))
simple('burst-short', 'bursts, Gilbert-Elliott p 0.01, r 0.3', lambda n: n.lose_bursts(0.01, 0.3), 5000, True)
simple('burst-long', 'bursts, p 0.002, r 0.05', lambda n: n.lose_bursts(0.002, 0.05), 5000)
simple('burst-mixed', 'p 0.02, r 0.2, lost 70 % in the bad state, 0.2 % in the good one',
       lambda n: n.lose_bursts(0.02, 0.2, 0.7, 0.002), 5000)
simple('outage-100', '100 packets in a row', lambda n: n.lose_at((1000, 1100)))
simple('outage-3500', '3500 in a row: more than RFC 3550 A.1 takes for one numbering', lambda n: n.lose_at((1000, 4500)), 6000)
simple('every-other', 'every second packet', lambda n: n.lose_at(*((i, i + 1) for i in range(1, 2999, 2))))

# ---- duplicates ---------------------------------------------------------------------------------------------------------

simple('dup-adjacent', '5 % come twice, at once', lambda n: n.copy(0.05, 0.05), quick=True)
simple('dup-late', '5 % come again 110 ms later', lambda n: n.copy(0.05, 110))
simple('dup-very-late', '1 % come again 5 s (250 packets) later', lambda n: n.copy(0.01, 5003))
simple('dup-triple', '2 % come four times', lambda n: n.copy(0.02, 7, 3))
simple('dup-all', 'every packet comes twice, and 5 % are lost', lambda n: n.lose(0.05).copy(1, 0.2))
simple('dup-beside-loss', '5 % lost, the packets beside each loss come twice', lambda n: n.lose(0.05).copy_neighbours_of_loss(),
       quick=True)


@case('mirror', 'a mirror port shows 10 % twice (TTL 63); 2 % lost, 2 % doubled', expect=(('mirror_duplicates', 'mirrored', 0),))
def mirror(seed):
    return Network(seed).carry(Sender().talk(3000)).lose(0.02).copy(0.02, 3).mirror(0.1)


# ---- order --------------------------------------------------------------------------------------------------------------

simple('reorder-1', '5 % are overtaken by 1 packet', lambda n: n.hold_back(0.05, 1), quick=True)
simple('reorder-5', '2 % by 5', lambda n: n.hold_back(0.02, 5))
simple('reorder-50', '1 % by 50 (1 s)', lambda n: n.hold_back(0.01, 50))
simple('reorder-200', '0.5 % by 200 (4 s)', lambda n: n.hold_back(0.005, 200))
simple('reorder-first', 'the first two packets by 3', lambda n: n.hold_back_these((0, 1), 3), 1500)
simple('reorder-last', 'the last but one is the last to come', lambda n: n.hold_back_these((1498,), 1), 1500)

# ---- jitter -------------------------------------------------------------------------------------------------------------

simple('jitter-even', 'delays even in 0 .. 15 ms', lambda n: n.delay_evenly(15))
simple('jitter-even-60', 'delays even in 0 .. 60 ms, packets overtake; the buffer is too small',
       lambda n: n.delay_evenly(60, 12))
simple('jitter-normal', 'delays normal, 20 +- 5 ms, in order', lambda n: n.delay_normally(20, 5).in_order(), quick=True)
simple('jitter-tiny', 'delays even in 0 .. 0.05 ms', lambda n: n.delay_evenly(0.05))
simple('jitter-spikes', 'a queue stops for 110 ms once in 200 packets', lambda n: n.delay_spikes(200, 110), quick=True)
simple('jitter-stall', 'the network stands still for 1.5 s once in 1000 packets', lambda n: n.delay_spikes(1000, 1510))
simple('jitter-ptime-10', 'delays normal, 10 +- 3 ms, packets of 10 ms', lambda n: n.delay_normally(10, 3), ptime=10)

# ---- numbering ----------------------------------------------------------------------------------------------------------


@case('restart', 'the numbering begins anew twice; 2 % lost', True)
def restart(seed):
    s = Sender(seq=20000).talk(1000).restart(50000, 9_000_000).talk(1000).restart(100, 77).talk(1000)
    return Network(seed).carry(s).lose(0.02)


@case('restart-hold', 'anew after 3 s of hold, 1 % doubled')
def restart_hold(seed):
    s = Sender(seq=65000).talk(900).restart(30000, 123, 3000).talk(900)
    return Network(seed).carry(s).lose(0.01).copy(0.01, 1)


@case('restart-close', 'anew 500 ahead with other timestamps, and 200 behind where these go on; 2 % lost', True)
def restart_close(seed):
    s = Sender(seq=20000).talk(1000).restart(21500, 9_000_000).talk(1000)
    return Network(seed).carry(s.restart(22300, s.ticks).talk(1000)).lose(0.02)


@case('ssrc-change', 'another SSRC on the same ports; 3 % lost', True)
def ssrc_change(seed):
    a = Sender(ssrc=0x5EED0001, seq=7000).talk(1500)
    b = Sender(ssrc=0x5EED0002, seq=61000, ts=5, start=1000 + 30000).talk(1500)
    return Network(seed).carry(a, b).lose(0.03)


@case('ssrc-turns', 'two SSRCs at once on the same ports; 3 % lost')
def ssrc_turns(seed):
    a = Sender(ssrc=0x5EED0001, seq=7000).talk(1500)
    b = Sender(ssrc=0x5EED0002, seq=7003, start=1007).talk(1500)
    return Network(seed).carry(a, b).lose(0.03)


@case('both-ways', 'both directions with the same SSRC, 2 % and 8 % lost')
def both_ways(seed):
    return Network(seed).carry(Sender().talk(1500)).lose(0.02).join(
        Network(seed + 1).carry(Sender(way=1, start=1003).talk(1500)).lose(0.08))


@case('stray', 'one packet with a number that fits nowhere', skip=(700,),
      expect=(('out_of_range', 'out_of_range', 0),))
def stray(seed):
    return Network(seed).carry(Sender().talk(1500)).stray(700, 40000)


simple('seq-wrap', 'numbers wrap once, losses and doubled packets around it',
       lambda n: n.lose_at((34, 37), (40, 41)).copy(0.05, 30).hold_back(0.05, 2), 1500, True, seq=65500)
simple('seq-wrap-lost', 'the packets 65530 .. 5 are lost', lambda n: n.lose_at((30, 42)), 1500, seq=65500)
simple('wrap-overtaken', 'packet 65535 is overtaken by 0', lambda n: n.hold_back_these((35,), 1), 300, True, seq=65500)
simple('seq-wrap-3', 'numbers wrap three times; 1 % lost, 0.5 % doubled, 0.5 % overtaken by 3',
       lambda n: n.lose(0.01).copy(0.005, 50).hold_back(0.005, 3), 200_000, seq=65000, codec=G729)
simple('ts-wrap', 'timestamps wrap; delays even in 0 .. 10 ms', lambda n: n.delay_evenly(10), 1500, True, ts=2 ** 32 - 80_000)
simple('ts-wrap-48k', 'timestamps of 48 kHz wrap; delays even in 0 .. 10 ms', lambda n: n.delay_evenly(10), 1500,
       codec=OPUS, ts=2 ** 32 - 480_000)

# ---- clocks and codecs --------------------------------------------------------------------------------------------------


def drift(ppm):
    @case(f'drift{ppm:+}', f"sender's clock {ppm:+} ppm; delays even in 0 .. 3 ms", ppm == 500,
          expect=(('clock_drift_ppm', ppm, 10),))
    def make(seed):
        return Network(seed).carry(Sender(ppm=ppm).talk(6000)).delay_evenly(3)
    return make


for one in (-500, -50, 50, 500):
    drift(one)

simple('g722', 'G.722 (clock 8000), 1 % lost, delays even in 0 .. 8 ms', lambda n: n.lose(0.01).delay_evenly(8), codec=G722)
simple('clock-16k', 'clock 16000, 1 % lost, delays even in 0 .. 8 ms', lambda n: n.lose(0.01).delay_evenly(8), codec=SPEEX16)
simple('clock-48k', 'clock 48000, 1 % lost, delays even in 0 .. 8 ms', lambda n: n.lose(0.01).delay_evenly(8), quick=True,
       codec=OPUS)
simple('clock-44k1', 'clock 44100, 1 % lost, delays even in 0 .. 8 ms', lambda n: n.lose(0.01).delay_evenly(8), codec=L16)
simple('g729', 'G.729, 3 % lost', lambda n: n.lose(0.03), codec=G729)
simple('gsm', 'GSM, 2 % lost in bursts, p 0.006, r 0.3', lambda n: n.lose_bursts(0.006, 0.3), codec=GSM)


def far(ms):
    @case(f'delay-{ms}', f'{ms} ms one way declared, 1 % lost', options=('--delay', str(ms)), one_way=ms)
    def make(seed):
        return Network(seed).carry(Sender().talk(3000)).lose(0.01)
    return make


for one in (20, 150, 400):
    far(one)

@case('delay-rtcp', 'both directions with RTCP: 12 ms from the probe to one end, 35 ms to the other; 1 % lost', one_way=47,
      expect=(('delay.one_way_ms', 47, 0.05),))
def delay_rtcp(seed):
    n = Network(seed).carry(Sender().talk(1500), Sender(way=1, ssrc=2, start=1003).talk(1500)).lose(0.01)
    return n.report(0x5EED0001, 2, 12, 35)


# ---- what senders do ----------------------------------------------------------------------------------------------------


@case('hold', 'the sender stops for 5 s, and its timestamps with it; twice; 1 % lost', True)
def hold(seed):
    return Network(seed).carry(Sender().talk(800).stop(5000).talk(800).stop(5000).talk(800)).lose(0.01)


@case('hold-clock-runs', 'the sender stops for 5 s, its timestamps go on; twice; 1 % lost')
def hold_clock_runs(seed):
    return Network(seed).carry(Sender().talk(800).silence(5000).talk(800).silence(5000).talk(800)).lose(0.01)


@case('dtx', 'silence of 1 s 20 times, marked; 2 % lost, delays even in 0 .. 6 ms')
def dtx(seed):
    s = Sender()
    for _ in range(20):
        s.talk(100).silence(1000)
    return Network(seed).carry(s.talk(50)).lose(0.02).delay_evenly(6)


@case('dtx-noise', 'the same with comfort noise (RFC 3389) twice a second', True, expect=(('cn_packets', 'noise', 0),))
def dtx_noise(seed):
    s = Sender()
    for _ in range(20):
        s.talk(100).silence(1000, True)
    return Network(seed).carry(s.talk(50)).lose(0.02).delay_evenly(6)


@case('digits', '12 digits (RFC 4733) in the stream; 2 % lost, delays even in 0 .. 6 ms', True,
      expect=(('event_packets', 'events', 0),))
def digits(seed):
    s = Sender()
    for _ in range(12):
        s.talk(100).digit()
    return Network(seed).carry(s.talk(100)).lose(0.02).delay_evenly(6)


@case('payload-change', 'PCMU becomes PCMA; 2 % lost, delays even in 0 .. 6 ms')
def payload_change(seed):
    return Network(seed).carry(Sender().talk(800).change(PCMA).talk(1200)).lose(0.02).delay_evenly(6)


@case('payload-back', 'PCMU and PCMA in turns, 20 times; delays even in 0 .. 6 ms')
def payload_back(seed):
    s = Sender()
    for i in range(20):
        s.change(PCMA if i % 2 else Sender().codec).talk(75)
    return Network(seed).carry(s).delay_evenly(6)


@case('clock-change', 'PCMU becomes Speex of 16 kHz; 2 % lost, delays even in 0 .. 6 ms')
def clock_change(seed):
    return Network(seed).carry(Sender().talk(800).change(SPEEX16).talk(1200)).lose(0.02).delay_evenly(6)


@case('ptime-change', 'packets of 20 ms become such of 40; 2 % lost, delays even in 0 .. 6 ms',
      expect=(('ptime_ms', 40, 0),))
def ptime_change(seed):
    return Network(seed).carry(Sender().talk(1200).change(ptime=40).talk(500)).lose(0.02).delay_evenly(6)


@case('late-start', 'media begin 5 s after the answer, the first 30 packets are lost: no trace of these')
def late_start(seed):
    return Network(seed).carry(Sender(start=6000).talk(1500)).lose(0.02).lose_at((0, 30))


@case('lost-end', 'the last 40 packets are lost: no trace of these', True)
def lost_end(seed):
    return Network(seed).carry(Sender().talk(1500)).lose(0.02).lose_at((1460, 1500))


# ---- all at once --------------------------------------------------------------------------------------------------------

simple('all-1', '5 % lost, 5 % doubled late, 5 % overtaken by 1, delays even in 0 .. 9 ms, both wraps',
       lambda n: n.lose(0.05).delay_evenly(9).copy(0.05, 45).hold_back(0.05, 1), 3000, True, seq=64000, ts=2 ** 32 - 200_000)
simple('all-2', 'bursts p 0.01 r 0.2, copies beside losses, 2 % overtaken by 5, wrap',
       lambda n: n.lose_bursts(0.01, 0.2).copy_neighbours_of_loss().hold_back(0.02, 5), 5000, seq=63000, ts=2 ** 32 - 9)


@case('all-3', 'restart, hold, comfort noise, digits; 3 % lost, 3 % doubled, 3 % overtaken by 2, delays even in 0 .. 5 ms',
      expect=(('cn_packets', 'noise', 0), ('event_packets', 'events', 0)))
def all_3(seed):
    s = Sender(seq=65300, ts=2 ** 32 - 32_000).talk(500).silence(1500, True).talk(300).digit().talk(200).stop(2000).talk(200)
    s.restart(12345, 0).talk(500).silence(800).talk(300)
    return Network(seed).carry(s).lose(0.03).delay_evenly(5).copy(0.03, 25).hold_back(0.03, 2)


@case('all-4', 'both directions: 2 % lost, delays even in 0 .. 8 ms; bursts p 0.03 r 0.25, 5 % doubled, 2 % overtaken, '
      'another SSRC half-way')
def all_4(seed):
    a, b = Sender(way=1, ssrc=9, seq=65400).talk(800), Sender(way=1, ssrc=10, seq=65400, start=17000).talk(800)
    return Network(seed).carry(Sender(seq=65000).talk(1500)).lose(0.02).delay_evenly(8).join(
        Network(seed + 1).carry(a, b).lose_bursts(0.03, 0.25).copy(0.05, 21).hold_back(0.02, 1))
