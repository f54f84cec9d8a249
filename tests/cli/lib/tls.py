"""Writes a capture of SIP over TLS as Python's own TLS speaks it, without a network, and the key log of it.

usage: tls.py 1.2|1.3 CIPHER sip|wss CERTIFICATE-AND-KEY OUT.pcap OUT.keys [drop=N,N...] [skip=N] [segment=BYTES]
           [port=N] [text=WORD]
       tls.py embed IN.pcap IN.keys OUT.pcapng

CIPHER is OpenSSL's name for TLS 1.2; for 1.3 it is what OPENSSL_CONF allows, or '-'.  drop leaves out messages by their
number (from 1), skip everything before that message; text sends a line of it instead of SIP.  The version and cipher that
were agreed on are printed.  embed makes a pcapng of a pcap, with the key log in a Decryption Secrets Block.
"""
import os
import ssl
import struct
import sys

CLIENT, SERVER = ('10.1.1.2', 40001), ('10.1.1.1', 5061)
CALL = 'tls-call@10.1.1.2'


def message(start, cseq, tags=';tag=b', branch='z9hG4bK1', body=''):
    head = [start, f'Via: SIP/2.0/TLS 10.1.1.2:40001;branch={branch}', 'From: <sip:1001@10.1.1.1>;tag=a',
            f'To: <sip:1002@10.1.1.1>{tags}', f'Call-ID: {CALL}', f'CSeq: {cseq}', 'Max-Forwards: 70',
            'Contact: <sips:1001@10.1.1.2:40001>']
    if body:
        head.append('Content-Type: application/sdp')
    return '\r\n'.join(head + [f'Content-Length: {len(body)}', '', body]).encode()


SDP = '\r\n'.join(['v=0', 'o=- 1 1 IN IP4 10.1.1.2', 's=-', 'c=IN IP4 10.1.1.2', 't=0 0', 'm=audio 4000 RTP/AVP 0', ''])
TALK = [
    (True, message('INVITE sip:1002@10.1.1.1 SIP/2.0', '1 INVITE', '', 'z9hG4bK1', SDP)),
    (False, message('SIP/2.0 100 Trying', '1 INVITE', '')),
    (False, message('SIP/2.0 180 Ringing', '1 INVITE')),
    (False, message('SIP/2.0 200 OK', '1 INVITE', body=SDP)),
    (True, message('ACK sip:1002@10.1.1.1 SIP/2.0', '1 ACK', branch='z9hG4bK2')),
    (True, b'\r\n\r\n'),
    (False, b'\r\n'),
    (True, message('BYE sip:1002@10.1.1.1 SIP/2.0', '2 BYE', branch='z9hG4bK3')),
    (False, message('SIP/2.0 200 OK', '2 BYE', branch='z9hG4bK3')),
]
OPENING = [
    (True, b'GET / HTTP/1.1\r\nHost: 10.1.1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
           b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n'),
    (False, b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n'),
]


def frame(data, masked):
    mask = b'\x11\x22\x33\x44' if masked else b''
    if masked:
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
    flag = 0x80 if masked else 0
    length = struct.pack('>B', flag | len(data)) if len(data) < 126 else struct.pack('>BH', flag | 126, len(data))
    return b'\x81' + length + mask + data


class Capture:
    """A pcap with one TCP connection."""

    def __init__(self, path, segment):
        self.file, self.segment, self.time, self.seq = open(path, 'wb'), segment, 1700000000000, [1000, 5000]
        self.file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

    def packet(self, from_client, flags, data=b'', keep=True):
        (src, sport), (dst, dport) = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
        way = 0 if from_client else 1
        tcp = struct.pack('>HHIIBBHHH', sport, dport, self.seq[way], self.seq[1 - way], 0x50, flags, 65535, 0, 0) + data
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0)
        ip += bytes(map(int, src.split('.'))) + bytes(map(int, dst.split('.'))) + tcp
        raw = b'\2\0\0\0\0\2\2\0\0\0\0\1\x08\0' + ip
        self.time += 5
        self.seq[way] += len(data) + (1 if flags & 3 else 0)
        if keep:
            self.file.write(struct.pack('<IIII', self.time // 1000, self.time % 1000 * 1000, len(raw), len(raw)) + raw)

    def data(self, from_client, data, keep=True):
        for i in range(0, len(data), self.segment):
            self.packet(from_client, 0x18, data[i:i + self.segment], keep)


def embed(pcap, keys, out):
    data, log = open(pcap, 'rb').read(), open(keys, 'rb').read()

    def block(kind, body):
        body += b'\0' * (-len(body) % 4)
        return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)

    with open(out, 'wb') as f:
        f.write(block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(10, struct.pack('<II', 0x544c534b, len(log)) + log))
        f.write(block(1, struct.pack('<HHI', 1, 0, 0)))
        at = 24
        while at < len(data):
            sec, usec, caplen, length = struct.unpack_from('<IIII', data, at)
            ticks = sec * 1000000 + usec
            f.write(block(6, struct.pack('<IIIII', 0, ticks >> 32, ticks & 0xffffffff, caplen, length)
                          + data[at + 16:at + 16 + caplen]))
            at += 16 + caplen


def contexts(version, cipher, certificate, keys):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    want = ssl.TLSVersion.TLSv1_2 if version == '1.2' else ssl.TLSVersion.TLSv1_3
    for c in (client, server):
        c.minimum_version = c.maximum_version = want
        if version == '1.2':
            c.set_ciphers(cipher)
    client.keylog_filename = keys
    return client, server


def main():
    global SERVER
    if sys.argv[1] == 'embed':
        embed(*sys.argv[2:5])
        return
    version, cipher, kind, certificate, pcap, keys = sys.argv[1:7]
    given = dict(a.split('=') for a in sys.argv[7:])
    drop = {int(n) for n in given.get('drop', '').split(',') if n}
    skip = int(given.get('skip', 0))
    SERVER = (SERVER[0], int(given.get('port', 5061)))
    if os.path.exists(keys):
        os.unlink(keys)
    client_context, server_context = contexts(version, cipher, certificate, keys)
    to_client, to_server, by_client, by_server = (ssl.MemoryBIO() for _ in range(4))
    client = client_context.wrap_bio(to_client, by_client)
    server = server_context.wrap_bio(to_server, by_server, server_side=True)
    out = Capture(pcap, int(given.get('segment', 1400)))
    started = not skip

    def move(from_client, keep):
        """What one side wrote is captured and given to the other."""
        data = (by_client if from_client else by_server).read()
        if data:
            out.data(from_client, data, keep)
            (to_server if from_client else to_client).write(data)

    sides = {True: client, False: server}
    if started:
        out.packet(True, 0x02)
        out.packet(False, 0x12)
        out.packet(True, 0x10)
    done = set()
    while len(done) < 2:
        for who in (True, False):
            try:
                sides[who].do_handshake()
                done.add(who)
            except ssl.SSLWantReadError:
                pass
            move(who, started)
    talk = [(c, given['text'].encode() + b'\r\n') for c, _ in TALK] if 'text' in given else TALK
    if kind == 'wss':
        talk = OPENING + [(c, frame(d, c)) for c, d in TALK]
    for number, (who, data) in enumerate(talk, 1):
        sides[who].write(data)
        started = started or number == skip
        move(who, started and number not in drop)
        try:
            while sides[not who].read(65536):
                pass
        except ssl.SSLWantReadError:
            pass
    out.packet(True, 0x11)
    out.packet(False, 0x11)
    print(client.version(), client.cipher()[0])


main()
