"""RTP senders, a network that spoils their streams on purpose, and the capture that a probe behind it would write.

Everything is drawn from random.Random(seed).random(), whose sequence Python guarantees, and times are whole nanoseconds
until the capture cuts them to microseconds: the same case gives the same bytes everywhere.

A packet knows its place among its sender's packets (`segment`, `n`), its timestamp before it is cut to 32 bits, and what
happened to it. The truth is told from these, never from what stands in the capture.
"""
import collections
import math
import random
import struct

MS = 1_000_000
EPOCH = 1_700_000_000_000 * MS
PHONES = ('10.9.0.1', '10.9.0.2')
SIP_PORT = 5060

Codec = collections.namedtuple('Codec', 'pt name clock octets_per_s')
PCMU = Codec(0, 'PCMU', 8000, 8000)
GSM = Codec(3, 'GSM', 8000, 1650)
PCMA = Codec(8, 'PCMA', 8000, 8000)
G722 = Codec(9, 'G722', 8000, 8000)  # samples at 16 kHz, but its RTP clock is 8000 (RFC 3551 4.5.2)
L16 = Codec(11, 'L16', 44100, 8820)  # payloads cut short: nobody listens
G729 = Codec(18, 'G729', 8000, 1000)
OPUS = Codec(96, 'opus', 48000, 4000)
SPEEX16 = Codec(97, 'speex', 16000, 3500)
CN = Codec(13, 'CN', 8000, 50)
EVENT = Codec(101, 'telephone-event', 8000, 200)
CODECS = (PCMU, GSM, PCMA, G722, L16, G729, OPUS, SPEEX16, CN, EVENT)


class Packet:
    __slots__ = ('segment', 'n', 'ticks', 'ssrc', 'way', 'seq', 'codec', 'kind', 'marker', 'size', 'sent', 'lost',
                 'delay', 'copies', 'mirrors')


class Sender:
    """Speaks on a time line of its own: each method says what it does next."""

    def __init__(self, codec=PCMU, ssrc=0x5EED0001, ptime=20, seq=1000, ts=160_000, start=1000.0, ppm=0, way=0):
        self.packets, self.codec, self.ssrc, self.ptime, self.way = [], codec, ssrc, ptime, way
        self.seq, self.ticks, self.now = seq, ts, int(start * MS)
        self.segment, self.n, self.rate, self.marker = 0, 0, 1 + ppm / 1e6, True

    def send(self, kind, codec, size, ticks=None, marker=None):
        p = Packet()
        p.segment, p.n, p.seq, p.ssrc, p.way = self.segment, self.n, self.seq & 0xffff, self.ssrc, self.way
        p.ticks = self.ticks if ticks is None else ticks
        p.codec, p.kind, p.size = codec, kind, size
        p.marker = self.marker if marker is None else marker
        p.sent, p.lost, p.delay, p.copies, p.mirrors = self.now, False, 0, [], 0
        self.packets.append(p)
        self.seq += 1
        self.n += 1
        self.marker = False

    def step(self, ms):
        """Time passes, by the sender's own clock, for the timestamps as well."""
        self.now += round(ms * MS / self.rate)
        self.ticks += int(ms * self.codec.clock) // 1000

    def talk(self, packets):
        size = max(1, self.codec.octets_per_s * self.ptime // 1000)
        for _ in range(packets):
            self.send('speech', self.codec, size)
            self.step(self.ptime)
        return self

    def silence(self, ms, noise=False):
        """Silence suppression: nothing is sent, the timestamps go on; `noise`: RFC 3389, once and every 500 ms."""
        if noise:
            for at in range(0, ms, 500):
                self.send('noise', CN, 11)
                self.step(min(500, ms - at))
        else:
            self.step(ms)
        self.marker = True
        return self

    def stop(self, ms):
        """The sender stands still, and so do its timestamps."""
        self.now += ms * MS
        return self

    def digit(self, packets=8):
        """RFC 4733: every packet of a digit has the timestamp of its beginning; the last one is sent three times."""
        begin = self.ticks
        for i in range(packets + 2):
            self.send('event', EVENT, 4, begin, i == 0)
            self.step(self.ptime if i < packets - 1 else 0)
        return self.quiet_step()

    def quiet_step(self):
        self.step(self.ptime)
        return self

    def restart(self, seq, ts, stop=0):
        """Another numbering under the same SSRC."""
        self.now += stop * MS
        self.seq, self.ticks, self.segment, self.n, self.marker = seq, ts, self.segment + 1, 0, True
        return self

    def change(self, codec=None, ptime=None):
        self.codec, self.ptime = codec or self.codec, ptime or self.ptime
        return self


class Network:
    """What happens to packets between their sender and the probe; it writes down what it does into the packets."""

    def __init__(self, seed):
        self.random = random.Random(seed).random
        self.packets, self.reports = [], []

    def carry(self, *senders):
        for s in senders:
            self.packets += s.packets
        return self

    def join(self, other):
        """What another network carried, as it is."""
        self.packets += other.packets
        return self

    def lose(self, share):
        for p in self.packets:
            p.lost |= self.random() < share
        return self

    def lose_bursts(self, p, r, bad=1.0, good=0.0):
        """Gilbert-Elliott: from the good state to the bad one with probability p, back with r; a packet is lost with
        probability `bad` in the bad state, `good` in the good one."""
        state = False
        for packet in self.packets:
            state = self.random() >= r if state else self.random() < p
            packet.lost |= self.random() < (bad if state else good)
        return self

    def lose_at(self, *ranges):
        for first, last in ranges:
            for p in self.packets[first:last]:
                p.lost = True
        return self

    def delay_evenly(self, most_ms, step_ms=0):
        """Each packet on its own, from 0 to `most_ms`; in whole steps if asked for."""
        for p in self.packets:
            ms = self.random() * most_ms
            if step_ms:
                ms = int(self.random() * (most_ms // step_ms + 1)) * step_ms
            p.delay += int(ms * MS)
        return self

    def delay_normally(self, mean_ms, sigma_ms):
        for p in self.packets:
            # Box and Muller
            z = math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())
            p.delay += int(max(0.0, mean_ms + sigma_ms * z) * MS)
        return self

    def delay_spikes(self, every, height_ms):
        """A queue that stands still for `height_ms` and then gives out all at once, a tenth of a millisecond apart."""
        for i in range(every, len(self.packets), every):
            opens = self.packets[i].sent + height_ms * MS
            for k, p in enumerate(self.packets[i:i + every]):
                if p.sent >= opens:
                    break
                p.delay += opens + k * MS // 10 - p.sent
        return self

    def in_order(self):
        """A queue: nobody overtakes."""
        last = 0
        for p in self.packets:
            p.delay = max(p.delay, last - p.sent)
            last = p.sent + p.delay + 1000
        return self

    def hold_back(self, share, depth):
        """Lets `depth` later packets pass."""
        self.hold_back_these([i for i in range(len(self.packets) - depth) if self.random() < share], depth)
        return self

    def hold_back_these(self, numbers, depth):
        for i in numbers:
            later = self.packets[i + depth]
            self.packets[i].delay = later.sent + later.delay + 2 * MS - self.packets[i].sent
        return self

    def copy(self, share, after_ms, times=1):
        """The copy comes `after_ms` behind the packet."""
        for p in self.packets:
            if not p.lost and self.random() < share:
                p.copies += [int(after_ms * MS * (i + 1)) for i in range(times)]
        return self

    def copy_neighbours_of_loss(self):
        """As many copies as losses, or more: whoever only counts packets sees no loss."""
        for before, p, after in zip(self.packets, self.packets[1:], self.packets[2:]):
            if p.lost:
                for q in (before, after):
                    if not q.lost and not q.copies:
                        q.copies.append(MS)
        return self

    def mirror(self, share):
        """The probe sees the packet twice: before and behind a router, which counts its time to live down."""
        for p in self.packets:
            p.mirrors += not p.lost and self.random() < share
        return self

    def stray(self, i, seq):
        """A number that fits nowhere."""
        self.packets[i].seq = seq
        return self

    def report(self, a, b, to_a_ms, to_b_ms, hold_ms=1500, times=10):
        """RTCP: both ends report in turns, `hold_ms` after they heard the other; the ends are so far from the probe."""
        at, heard = EPOCH + 2000 * MS, 0
        for i in range(times):
            me, other, way = (a, b, 0) if i % 2 == 0 else (b, a, 1)
            ntp = (at // MS + 2_208_988_800_000) * 2 ** 32 // 1000
            block = struct.pack('>IIIIII', other, 0, 0, 0, heard, hold_ms * 65536 // 1000 if heard else 0)
            self.reports.append((at // 1000, way, struct.pack('>BBHIQIII', 0x81, 200, 12, me, ntp & 2 ** 64 - 1, 0, 0, 0) + block))
            heard = ntp >> 16 & 0xffffffff
            at += int((2 * (to_b_ms if i % 2 == 0 else to_a_ms) + hold_ms) * MS)
        return self

    def arrivals(self):
        """[(time in us, packet, which copy of it)] as the probe sees them."""
        out = []
        for order, p in enumerate(self.packets):
            if not p.lost:
                at = p.sent + p.delay
                out.append(((EPOCH + at) // 1000, order, 0, p))
                out += [((EPOCH + at + late) // 1000, order, i + 1, p) for i, late in enumerate(p.copies)]
        out.sort(key=lambda a: a[:3])
        return [(at, p, copy) for at, _, copy, p in out]


# ---- the capture --------------------------------------------------------------------------------------------------------

def address(host):
    return bytes(map(int, host.split('.')))


class Capture:
    def __init__(self):
        self.frames, self.ids, self.sent_ids = [], {}, 0

    def udp(self, at_us, way, sport, dport, payload, ip_id, ttl=64):
        head = struct.pack('>BBHHHBBH4s4s', 0x45, 0xb8, 28 + len(payload), ip_id, 0x4000, ttl, 17, 0,
                           address(PHONES[way]), address(PHONES[1 - way]))
        total = sum(struct.unpack('>10H', head))
        total = (total & 0xffff) + (total >> 16)
        head = head[:10] + struct.pack('>H', ~(total + (total >> 16)) & 0xffff) + head[12:]
        frame = (b'\2\0\0\0\0\2\2\0\0\0\0\1\x08\0' if way == 0 else b'\2\0\0\0\0\1\2\0\0\0\0\2\x08\0') + head
        frame += struct.pack('>HHHH', sport, dport, 8 + len(payload), 0) + payload
        self.frames.append((at_us, len(self.frames), frame))

    def sip(self, at_ms, way, text):
        self.sent_ids += 1
        self.udp(EPOCH // 1000 + int(at_ms * 1000), way, SIP_PORT, SIP_PORT, text.encode(), self.sent_ids)

    def rtp(self, at_us, p, copy):
        if p not in self.ids:
            self.ids[p] = (0x1000 + len(self.ids)) & 0xffff
        head = struct.pack('>BBHII', 0x80, p.marker << 7 | p.codec.pt, p.seq, p.ticks & 0xffffffff, p.ssrc)
        if p.kind == 'event':
            body = struct.pack('>BBH', 5, 0x0a, 160)
        else:
            body = bytes([p.n & 0xff, p.n >> 8 & 0xff]) + bytes(max(0, p.size - 2))
        self.udp(at_us, p.way, 16000 + 2 * p.way, 16002 - 2 * p.way, head + body[:max(p.size, 1)], self.ids[p])
        for i in range(0 if copy else p.mirrors):
            self.udp(at_us + 40 * (i + 1), p.way, 16000 + 2 * p.way, 16002 - 2 * p.way, head + body[:max(p.size, 1)],
                     self.ids[p], 63 - i)

    def write(self, path):
        self.frames.sort(key=lambda f: f[:2])
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for at, _, frame in self.frames:
                f.write(struct.pack('<IIII', at // 1_000_000, at % 1_000_000, len(frame), len(frame)) + frame)


def sdp(way):
    host, port = PHONES[way], 16000 + 2 * way
    lines = ['v=0', f'o=- 1 1 IN IP4 {host}', 's=-', f'c=IN IP4 {host}', 't=0 0',
             f'm=audio {port} RTP/AVP ' + ' '.join(str(c.pt) for c in CODECS)]
    lines += [f'a=rtpmap:{c.pt} {c.name}/{c.clock}' for c in CODECS] + ['a=fmtp:101 0-15']
    return '\r\n'.join(lines) + '\r\n'


def message(start, cseq, branch, body='', tag=';tag=b'):
    lines = [start, f'Via: SIP/2.0/UDP {PHONES[0]};branch=z9hG4bK{branch}', f'From: <sip:anna@{PHONES[0]}>;tag=a',
             f'To: <sip:bert@{PHONES[1]}>{tag}', 'Call-ID: accuracy@10.9.0.1', f'CSeq: {cseq}', 'Max-Forwards: 70',
             f'Contact: <sip:anna@{PHONES[0]}>']
    if body:
        lines.append('Content-Type: application/sdp')
    return '\r\n'.join(lines + [f'Content-Length: {len(body)}', '', body])


def write_call(path, network):
    """One call: INVITE with SDP in front, BYE behind."""
    c, arrivals = Capture(), network.arrivals()
    c.sip(0, 0, message('INVITE sip:bert@10.9.0.2 SIP/2.0', '1 INVITE', 1, sdp(0), ''))
    c.sip(5, 1, message('SIP/2.0 180 Ringing', '1 INVITE', 1))
    c.sip(900, 1, message('SIP/2.0 200 OK', '1 INVITE', 1, sdp(1)))
    c.sip(910, 0, message('ACK sip:bert@10.9.0.2 SIP/2.0', '1 ACK', 2))
    for at, p, copy in arrivals:
        c.rtp(at, p, copy)
    for at, way, data in network.reports:
        c.sent_ids += 1
        c.udp(at, way, 16001 + 2 * way, 16003 - 2 * way, data, c.sent_ids)
    end = max(f[0] for f in c.frames) // 1000 - EPOCH // MS + 500
    c.sip(end, 0, message('BYE sip:bert@10.9.0.2 SIP/2.0', '2 BYE', 3))
    c.sip(end + 10, 1, message('SIP/2.0 200 OK', '2 BYE', 3))
    c.write(path)
    return arrivals
