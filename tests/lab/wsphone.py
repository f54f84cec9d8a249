"""A phone that speaks SIP over WebSocket (RFC 7118): it registers, calls, talks and hangs up.

    wsphone.py OWN-ADDRESS SERVER:PORT USER PASSWORD CALLEE-URI SECONDS SPEECH.ul

The phone is plain; what is of interest is the server at the other end.  Browsers' names for themselves are random,
hence the ".invalid" host in Via and Contact.
"""
import base64
import hashlib
import os
import re
import socket
import struct
import sys
import threading
import time

RTP_PORT = 40000
OWN, SERVER, USER, PASSWORD, CALLEE, SECONDS, SPEECH = sys.argv[1:]
DOMAIN, PORT = SERVER.split(':')
NAME = os.urandom(6).hex() + '.invalid'
SDP = ('v=0\r\no=- {0} 1 IN IP4 {1}\r\ns=-\r\nc=IN IP4 {1}\r\nt=0 0\r\nm=audio {2} RTP/AVP 0\r\n'
       'a=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n').format(int(time.time()), OWN, RTP_PORT)


class WebSocket:
    """RFC 6455: the opening, and unfragmented text frames."""

    def __init__(self):
        self.tcp = socket.create_connection((DOMAIN, int(PORT)), 5)
        self.tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b''
        key = base64.b64encode(os.urandom(16)).decode()
        self.tcp.sendall((f'GET / HTTP/1.1\r\nHost: {SERVER}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                          f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n'
                          f'Origin: http://{SERVER}\r\n\r\n').encode())
        while b'\r\n\r\n' not in self.data:
            self._more()
        head, _, self.data = self.data.partition(b'\r\n\r\n')
        if not head.startswith(b'HTTP/1.1 101'):
            raise SystemExit(f'no WebSocket: {head!r}')

    def _more(self):
        data = self.tcp.recv(65536)
        if not data:
            raise SystemExit('the server closed the connection')
        self.data += data

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        n = len(payload)
        length = bytes([0x80 | n]) if n < 126 else b'\xfe' + struct.pack('>H', n)
        self.tcp.sendall(bytes([0x80 | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def send(self, text):
        self._frame(1, text.encode())

    def receive(self):
        """The next text or binary message."""
        while True:
            while len(self.data) < 2:
                self._more()
            n, at = self.data[1] & 127, 2
            if n == 126:
                while len(self.data) < 4:
                    self._more()
                n, at = struct.unpack_from('>H', self.data, 2)[0], 4
            while len(self.data) < at + n:
                self._more()
            opcode, payload = self.data[0] & 15, self.data[at:at + n]
            self.data = self.data[at + n:]
            if opcode == 9:
                self._frame(10, payload)
            elif opcode in (1, 2):
                return payload.decode()

    def close(self):
        self._frame(8, struct.pack('>H', 1000))
        self.tcp.close()


def header(message, name):
    return re.findall(rf'(?im)^{name}\s*:\s*(.*?)\r$', message)


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def credentials(challenge, method, uri):
    realm, nonce = (re.search(rf'{k}="([^"]*)"', challenge).group(1) for k in ('realm', 'nonce'))
    response = md5(f'{md5(f"{USER}:{realm}:{PASSWORD}")}:{nonce}:{md5(f"{method}:{uri}")}')
    return f'Digest username="{USER}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm=MD5'


class Dialog:
    def __init__(self, ws, uri, to):
        self.ws, self.uri, self.to, self.cseq, self.routes = ws, uri, to, 0, []
        self.call_id, self.tag, self.branch = os.urandom(8).hex(), os.urandom(4).hex(), ''

    def request(self, method, body='', extra=()):
        if method != 'ACK':
            self.cseq += 1
        self.branch = 'z9hG4bK' + os.urandom(6).hex()
        lines = [f'{method} {self.uri} SIP/2.0', f'Via: SIP/2.0/WS {NAME};branch={self.branch}', 'Max-Forwards: 70',
                 *(f'Route: {r}' for r in self.routes), f'From: <sip:{USER}@{DOMAIN}>;tag={self.tag}', f'To: {self.to}',
                 f'Call-ID: {self.call_id}', f'CSeq: {self.cseq} {method}',
                 f'Contact: <sip:{USER}@{NAME};transport=ws>', 'User-Agent: Lab web phone', *extra,
                 *(['Content-Type: application/sdp'] if body else []), f'Content-Length: {len(body)}']
        self.ws.send('\r\n'.join(lines) + '\r\n\r\n' + body)

    def final(self):
        while True:
            m = self.ws.receive()
            status = int(m.split(' ')[1]) if m.startswith('SIP/2.0 ') else 0
            if status >= 200:
                return status, m

    def asked(self, method, body='', extra=()):
        """A request that may be challenged once; the final response."""
        self.request(method, body, extra)
        status, m = self.final()
        if status in (401, 407):
            if method == 'INVITE':
                self._ack_failure(m)
            challenge = header(m, 'WWW-Authenticate' if status == 401 else 'Proxy-Authenticate')[0]
            name = 'Authorization' if status == 401 else 'Proxy-Authorization'
            self.request(method, body, (*extra, f'{name}: {credentials(challenge, method, self.uri)}'))
            status, m = self.final()
        print(method, status, flush=True)
        return status, m

    def _ack_failure(self, response):
        """17.1.1.3: in the transaction of the INVITE, with the To of the response."""
        self.ws.send('\r\n'.join([f'ACK {self.uri} SIP/2.0', f'Via: SIP/2.0/WS {NAME};branch={self.branch}',
                                  'Max-Forwards: 70', f'From: <sip:{USER}@{DOMAIN}>;tag={self.tag}',
                                  f'To: {header(response, "To")[0]}', f'Call-ID: {self.call_id}',
                                  f'CSeq: {self.cseq} ACK', 'Content-Length: 0']) + '\r\n\r\n')

    def established(self, response):
        self.to = header(response, 'To')[0]
        self.uri = re.search(r'<(.*?)>', header(response, 'Contact')[0]).group(1)
        routes = [r.strip() for line in header(response, 'Record-Route') for r in line.split(',')]
        self.routes = routes[::-1]


def listen(port):
    """A socket that takes what comes, so that the port is not unreachable."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((OWN, port))
    threading.Thread(target=lambda: [udp.recv(2048) for _ in iter(int, 1)], daemon=True).start()
    return udp


def talk(rtp, sdp, seconds):
    """Speech in packets of 20 ms to where the answer says."""
    host = re.search(r'(?m)^c=IN IP4 (\S+)', sdp).group(1)
    port = int(re.search(r'(?m)^m=audio (\d+)', sdp).group(1))
    with open(SPEECH, 'rb') as f:
        speech = f.read()
    ssrc, begin = int.from_bytes(os.urandom(4), 'big'), time.monotonic()
    for n in range(int(seconds * 50)):
        rtp.sendto(struct.pack('>BBHII', 0x80, 0x80 if n == 0 else 0, n, n * 160, ssrc) +
                   speech[n * 160 % (len(speech) - 160):][:160], (host, port))
        time.sleep(max(0, begin + (n + 1) * 0.02 - time.monotonic()))


def main():
    ws = WebSocket()
    rtp, _ = listen(RTP_PORT), listen(RTP_PORT + 1)
    status, _ = Dialog(ws, f'sip:{DOMAIN}', f'<sip:{USER}@{DOMAIN}>').asked('REGISTER', extra=('Expires: 300',))
    if status != 200:
        raise SystemExit('not registered')
    call = Dialog(ws, CALLEE, f'<{CALLEE}>')
    status, answer = call.asked('INVITE', SDP)
    if status != 200:
        raise SystemExit('not answered')
    call.established(answer)
    call.request('ACK')
    talk(rtp, answer, float(SECONDS))
    call.request('BYE')
    call.final()
    ws.close()
    print('done', flush=True)
    time.sleep(1)                       # the media ports stay open for what is under way


if __name__ == '__main__':
    main()
