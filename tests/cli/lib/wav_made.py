"""Streams that no call announced, one for each codec with a number of its own, to be decoded by --wav.

usage: wav_made.py write CAPTURE         also CAPTURE.cut, with a snap length
       wav_made.py check REPORT FOLDER
"""
import json
import math
import os
import struct
import sys

from wav import alaw, read_ends, read_wav

N = 100
HOUR = 3600


def sine(n, rate, peak=8000, hz=1000):
    return [round(peak * math.sin(2 * math.pi * hz * i / rate)) for i in range(n)]


def l16(samples):
    return struct.pack(f'>{len(samples)}h', *samples)


def cut(data, n):
    return [data[i:i + n] for i in range(0, len(data), n)]


MONO = sine(N * 882, 44100)
STEREO = [v for s in sine(N * 441, 44100) for v in (s, s // 2)]
ALAW = [bytes((7 * k + i) % 256 for i in range(160)) for k in range(N)]

# source port: payload type, timestamp step, payloads, what else is done to (packet, time, timestamp)
STREAMS = {
    4008: (8, 160, ALAW, None),
    4011: (11, 882, cut(l16(MONO), 1764), None),
    4010: (10, 441, cut(l16(STEREO), 1764), None),
    4009: (9, 160, [bytes(160)] * N, None),
    4003: (3, 160, [b'\xd0' + bytes(32)] * N, None),
    4018: (18, 160, [bytes(20)] * N, None),
    # timestamps by chance, and packets nine hours apart
    4100: (8, 160, ALAW, lambda k, t, ts: (t, (ts * 2654435761 + 12345) % 2 ** 32)),
    4200: (8, 160, ALAW, lambda k, t, ts: (t + 9 * HOUR * (k // 50), ts)),
    # a restart in the middle: other timestamps
    4300: (8, 160, ALAW, lambda k, t, ts: (t, (ts + (k // 50) * 0x50000000) % 2 ** 32)),
}


def write(path):
    frames = []
    for port, (pt, step, payloads, odd) in STREAMS.items():
        for k, payload in enumerate(payloads):
            t, ts = 1e9 + 0.02 * k * (step / 441 / 2 if pt == 10 else 1), 1000 + step * k
            if odd:
                t, ts = odd(k, t, ts)
            rtp = struct.pack('>BBHII', 0x80, pt, k + 1, ts, port) + payload
            udp = struct.pack('>HHHH', port, port + 1000, 8 + len(rtp), 0) + rtp
            ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b'\x0a\0\0\1', b'\x0a\0\0\2')
            frames.append((t, ip + udp))
    frames.sort(key=lambda f: f[0])
    for name, snap in ((path, 65535), (path + '.cut', 60)):
        with open(name, 'wb') as f:
            f.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, snap, 101))
            for t, frame in frames:
                f.write(struct.pack('<IIII', int(t), round(t % 1 * 1e6), min(snap, len(frame)), len(frame)) + frame[:snap])


def check(report, folder):
    with open(report, encoding='utf-8') as f:
        streams = {int(s['src'].rsplit(':', 1)[1]): s for s in json.load(f)['streams']}
    want_alaw = [alaw(b) for p in ALAW for b in p]
    wants = {4008: (8000, want_alaw), 4011: (44100, MONO), 4300: (8000, want_alaw),
             4010: (44100, [int((a + b) / 2) for a, b in zip(STREAMS_LEFT, STREAMS_RIGHT)])}
    for port, (rate, want) in wants.items():
        got_rate, (got,) = read_wav(os.path.join(folder, streams[port]['audio']['file']))
        assert got_rate == rate and got == want, f'{port}: {len(got)} samples for {len(want)}'
    audio = streams[4011]['audio']
    assert abs(audio['level_dbov'] - 20 * math.log10(8000 / 32768 / math.sqrt(2))) < 0.01, audio
    assert abs(audio['decoded_s'] - 2) < 1e-9 and audio['silence_pct'] == 0, audio
    # each code word is there, the loudest too
    assert streams[4008]['audio']['clipped_samples'] == sum(abs(v) == 32256 for v in want_alaw) > 0
    assert streams[4018]['audio']['file'] is None and 'G729' in streams[4018]['audio']['file_why']
    # nine hours are in it, in their place
    half = len(want_alaw) // 2
    rate, first, last, n = read_ends(os.path.join(folder, streams[4200]['audio']['file']), half)
    assert first == want_alaw[:half] and last == want_alaw[half:], 'packets nine hours apart'
    assert n == len(want_alaw) + 9 * HOUR * rate, n
    hostile = os.path.join(folder, streams[4100]['audio']['file'])
    assert os.path.getsize(hostile) < 8000 * 2 * (N * 0.02 + 70), 'timestamps by chance'


STREAMS_LEFT, STREAMS_RIGHT = STEREO[::2], STEREO[1::2]

if __name__ == '__main__':
    {'write': write, 'check': check}[sys.argv[1]](*sys.argv[2:])
