"""Reads the lab's captures: raw pcap, Ethernet or Linux cooked, IPv4 and IPv6.

Deliberately simple and separate from the program under test, so that the two
can be compared.  It knows only what occurs in this lab: TCP that loses nothing, fragments in order, no VLANs.
"""
import re
import socket
import struct

LINK = {1: (12, 14), 113: (14, 16), 276: (0, 20)}       # type: (where the ethertype is, header length)


class Packet:
    """kind is sip, rtp, rtcp, stun, icmp (port unreachable: media that arrives after
    the other side hung up; or prohibited by a firewall), arp (or its IPv6 counterpart), tcp (segments that complete no
    message), ping (CR LF between messages, RFC 5626 3.5.1), fragment (all but the last of a datagram) or other; time in seconds.
    messages: the SIP messages that the packet completes."""

    def __init__(self, number, time, src='', dst='', kind='other', data=b'', checksum_ok=True):
        self.number, self.time, self.src, self.dst = number, time, src, dst
        self.kind, self.data, self.checksum_ok = kind, data, checksum_ok
        self.messages = [data] if kind == 'sip' else []


class Connection:
    """One direction of a TCP connection: SIP messages, alone or in WebSocket frames, and CR LF between them."""

    def __init__(self):
        self.data, self.expected, self.websocket = b'', None, False

    def segment(self, seq, data):
        """The messages that are complete with this segment; what was seen before does not count again."""
        if self.expected is not None and (seq - self.expected) % 2 ** 32 >= 2 ** 31:
            data = data[(self.expected - seq) % 2 ** 32:]
        if not data:
            return []
        self.expected = (seq + len(data)) % 2 ** 32
        self.data += data
        messages = []
        while (m := self._next()) is not None:
            messages += [m] if m else []
        return messages

    def _next(self):
        """A message, b'' for anything else that was taken, None when there is no more."""
        if self.websocket:
            return self._frame()
        if self.data.startswith(b'\r\n'):
            self.data = self.data.lstrip(b'\r\n')
            return b''
        head, end, rest = self.data.partition(b'\r\n\r\n')
        if not end:
            return None
        if head.startswith((b'GET ', b'HTTP/1.1 101')):
            self.websocket, self.data = True, rest
            return b''
        m = re.search(rb'(?im)^(?:Content-Length|l)\s*:\s*(\d+)', head)
        length = int(m.group(1)) if m else 0
        if len(rest) < length:
            return None
        self.data = rest[length:]
        return head + end + rest[:length]

    def _frame(self):
        """RFC 6455 5.2"""
        if len(self.data) < 4:
            return None
        n, at = self.data[1] & 127, 2
        if n == 126:
            n, at = struct.unpack_from('>H', self.data, 2)[0], 4
        mask = self.data[at:at + 4] if self.data[1] & 128 else b'\0' * 4
        at += 4 if self.data[1] & 128 else 0
        if len(self.data) < at + n:
            return None
        opcode, payload = self.data[0] & 15, self.data[at:at + n]
        self.data = self.data[at + n:]
        return bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if opcode in (1, 2) else b''


class Reader:
    """What must be remembered from packet to packet."""

    def __init__(self):
        self.fragments, self.connections = {}, {}

    def whole(self, ip, header):
        """The payload of a datagram; None until its last fragment is there."""
        length = struct.unpack_from('>H', ip, 2)[0]
        flags = struct.unpack_from('>H', ip, 6)[0]
        if not flags & 0x3fff:
            return ip[header:length]
        key = ip[4:6] + ip[9:10] + ip[12:20]
        self.fragments[key] = self.fragments.get(key, b'') + ip[header:length]
        return None if flags & 0x2000 else self.fragments.pop(key)

    def tcp(self, packet, addr, tcp):
        sport, dport, seq = struct.unpack_from('>HHI', tcp)
        packet.src, packet.dst, packet.kind = f'{addr[0]}:{sport}', f'{addr[1]}:{dport}', 'tcp'
        start = (tcp[12] >> 4) * 4
        if not tcp[13] & 2:
            connection = self.connections.setdefault((packet.src, packet.dst), Connection())
            packet.messages = connection.segment(seq, tcp[start:])
        if packet.messages:
            packet.kind = 'sip'
        elif tcp[start:] in (b'\r\n\r\n', b'\r\n'):
            packet.kind = 'ping'
        return packet


def ones_sum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def kind_of(data, sport, dport):
    if 5060 in (sport, dport):
        return 'sip'
    if len(data) >= 20 and data[4:8] == b'\x21\x12\xa4\x42':
        return 'stun'
    if len(data) >= 8 and data[0] >> 6 == 2:
        if 192 <= data[1] <= 223:
            return 'rtcp'
        if len(data) >= 12:
            return 'rtp'
    return 'other'


def kind_of_icmp(ethertype, ip):
    if ethertype == 0x0800 and ip[9] == 1 and ip[(ip[0] & 15) * 4:][:2] in (b'\3\3', b'\3\15'):
        return 'icmp'
    if ethertype == 0x86dd and ip[6] == 58:
        return {1: 'icmp', 135: 'arp', 136: 'arp'}.get(ip[40], 'other')
    return 'other'


def parse(reader, number, time, link, frame):
    where, start = LINK[link]
    ethertype = struct.unpack_from('>H', frame, where)[0]
    ip = frame[start:]
    if ethertype == 0x0806:
        return Packet(number, time, kind='arp')
    if ethertype == 0x0800 and ip[9] in (6, 17):
        header = (ip[0] & 15) * 4
        addr = [socket.inet_ntop(socket.AF_INET, ip[i:i + 4]) for i in (12, 16)]
        good = ones_sum(ip[:header]) == 0xffff
        udp, pseudo = reader.whole(ip, header), ip[12:20]
        if udp is None:
            return Packet(number, time, addr[0], addr[1], 'fragment', checksum_ok=good)
        if ip[9] == 6:
            good = good and ones_sum(pseudo + struct.pack('>HH', 6, len(udp)) + udp) == 0xffff
            return reader.tcp(Packet(number, time, checksum_ok=good), addr, udp)
    elif ethertype == 0x86dd and ip[6] == 17:
        addr = ['[%s]' % socket.inet_ntop(socket.AF_INET6, ip[i:i + 16]) for i in (8, 24)]
        good, udp, pseudo = True, ip[40:40 + struct.unpack_from('>H', ip, 4)[0]], ip[8:40]
    else:
        return Packet(number, time, kind=kind_of_icmp(ethertype, ip))
    sport, dport, length = struct.unpack_from('>HHH', udp)
    good = good and ones_sum(pseudo + struct.pack('>HH', 17, length) + udp) == 0xffff
    return Packet(number, time, f'{addr[0]}:{sport}', f'{addr[1]}:{dport}',
                  kind_of(udp[8:], sport, dport), udp[8:], good)


def read(path):
    """All packets of a little-endian microsecond pcap file."""
    with open(path, 'rb') as f:
        data = f.read()
    magic, link = struct.unpack_from('<I', data)[0], struct.unpack_from('<I', data, 20)[0]
    if magic != 0xa1b2c3d4:
        raise ValueError(f'{path}: not a little-endian microsecond pcap file')
    packets, pos, reader = [], 24, Reader()
    while pos < len(data):
        sec, usec, length, original = struct.unpack_from('<IIII', data, pos)
        if length != original:
            raise ValueError(f'{path}: cut packet')
        pos += 16
        packets.append(parse(reader, len(packets) + 1, sec + usec / 1e6, link, data[pos:pos + length]))
        pos += length
    return packets


def sip_name(data):
    """'INVITE' or '200/INVITE'."""
    text = data.decode('utf-8', 'replace')
    m = re.match(r'SIP/2\.0 (\d{3}) ', text)
    if m:
        return m.group(1) + '/' + re.search(r'(?im)^CSeq:\s*\d+\s+(\w+)', text).group(1)
    m = re.match(r'([A-Z]+) \S+ SIP/2\.0', text)
    return m.group(1) if m else ''


def streams(packets):
    """RTP streams by (src, dst, ssrc), with what the sequence numbers say."""
    found = {}
    for p in packets:
        if p.kind != 'rtp':
            continue
        seq, _, ssrc = struct.unpack_from('>HII', p.data, 2)
        s = found.setdefault((p.src, p.dst, ssrc), {'ext': [], 'times': []})
        last = s['ext'][-1] if s['ext'] else seq + 65536
        # the number nearest to the last one seen
        s['ext'].append(last + (seq - last + 32768) % 65536 - 32768)
        s['times'].append(p.time)
    for s in found.values():
        ext, seen, highest = s['ext'], set(), -1
        s['packets'], s['reordered'] = len(ext), 0
        for e in ext:
            if e < highest and e not in seen:
                s['reordered'] += 1
            highest = max(highest, e)
            seen.add(e)
        s['duplicates'] = len(ext) - len(seen)
        s['lost'] = max(ext) - min(ext) + 1 - len(seen)
        # RFC 3550 A.3, as tshark counts: copies, and packets older than the first
        # one received, hide losses from it
        s['lost_rfc3550'] = max(ext) - ext[0] + 1 - len(ext)
        s['max_delta_ms'] = max((b - a for a, b in zip(s['times'], s['times'][1:])), default=0) * 1000
    return found
