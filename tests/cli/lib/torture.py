"""The torture messages of RFC 4475 as a capture: one UDP datagram each, in the RFC's order.

    torture.py MESSAGES.txt OUT.pcap

The notation is that of the RFC's section 2; see the head of MESSAGES.txt.
"""
import re
import struct
import sys


def plain(line):
    """One line's bytes, with <repeat> and <hex> undone."""
    line = re.sub(r'<repeat count=(\d+)>(.*?)</repeat>', lambda m: m.group(2) * int(m.group(1)), line)
    out = b''
    for i, part in enumerate(re.split(r'<hex>(.*?)</hex>', line)):
        out += bytes.fromhex(part) if i % 2 else part.encode('ascii')
    return out


def message(lines):
    """The bytes of one message.  The text of a <hex> block that spans lines has no line ends of its own."""
    text = re.sub(r'<allOneLine>\n(.*?)\n</allOneLine>', lambda m: m.group(1).replace('\n', ''),
                  '\n'.join(lines), flags=re.S)
    text = re.sub(r'<hex>(.*?)</hex>', lambda m: '<hex>' + m.group(1).replace('\n', '') + '</hex>', text, flags=re.S)
    return b''.join(plain(line) + b'\r\n' for line in text.split('\n'))


def read(path):
    """[(clause, name, bytes)] of a messages file."""
    found = []
    with open(path, encoding='ascii') as f:
        for line in f.read().splitlines():
            if line.startswith('=== '):
                _, clause, name = line.split()
                found.append((clause, name, []))
            elif found:
                found[-1][2].append(line)
    return [(clause, name, message(lines)) for clause, name, lines in found]


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(payload, number):
    """Ethernet, IPv4 and UDP (without a checksum) around a message."""
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28 + len(payload), number, 0, 64, 17, 0,
                     bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
    ip = ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:]
    udp = struct.pack('>HHHH', 5060, 5060, 8 + len(payload), 0)
    return bytes.fromhex('020000000002 020000000001 0800') + ip + udp + payload


def main():
    with open(sys.argv[2], 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for i, (_, _, payload) in enumerate(read(sys.argv[1])):
            data = frame(payload, i + 1)
            f.write(struct.pack('<IIII', 1147000000 + 60 * i, 0, len(data), len(data)) + data)


if __name__ == '__main__':
    main()
