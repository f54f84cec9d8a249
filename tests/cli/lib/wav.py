"""Compares the WAV files of a report with the capture, by a reader and a decoder that share nothing with the program.

usage: wav.py CAPTURE REPORT.json FOLDER [buffer-ms]

Each stream's packets are decoded by the formula of G.711 and laid out by their RTP timestamps from the first one on. With
a buffer only the number of packets left out, and that all others are in their places, is checked.
"""
import json
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lab'))
import pcapfile                                                                             # noqa: E402


def ulaw(code):
    """ITU-T G.711 table 2: sign, three bits of exponent, four of mantissa, all inverted; bias 33, in units of 4."""
    code ^= 0xff
    value = ((((code & 15) << 1) + 33) << (code >> 4 & 7)) - 33
    return -4 * value if code & 128 else 4 * value


def alaw(code):
    """Table 1: every other bit inverted, in units of 8 and half steps."""
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    value = 2 * mantissa + 1 if exponent == 0 else (2 * mantissa + 33) << (exponent - 1)
    return 8 * value if code & 128 else -8 * value


LAWS = {0: ulaw, 8: alaw}


def read_head(f, path):
    """Rate, channels and the bytes of samples behind the header."""
    riff, size, kind, fmt, length, pcm, channels, rate, per_s, width, bits, word, n = struct.unpack(
        '<4sI4s4sIHHIIHH4sI', f.read(44))
    there = os.path.getsize(path)
    assert (riff, kind, fmt, word) == (b'RIFF', b'WAVE', b'fmt ', b'data'), path
    assert (length, pcm, bits, width, per_s) == (16, 1, 16, 2 * channels, rate * 2 * channels), path
    assert size + 8 == there and n + 44 == there, f'{path}: {there} bytes, header says {size} and {n}'
    return rate, channels, n


def read_wav(path):
    with open(path, 'rb') as f:
        rate, channels, n = read_head(f, path)
        samples = struct.unpack(f'<{n // 2}h', f.read(n))
    return rate, [list(samples[c::channels]) for c in range(channels)]


def read_ends(path, many):
    """Of a file with one channel that may be hours long: rate, its first and last samples, and how many there are."""
    with open(path, 'rb') as f:
        rate, channels, n = read_head(f, path)
        assert channels == 1, path
        first = list(struct.unpack(f'<{many}h', f.read(2 * many)))
        f.seek(44 + n - 2 * many)
        return rate, first, list(struct.unpack(f'<{many}h', f.read(2 * many))), n // 2


def payload_of(rtp):
    start = 12 + 4 * (rtp[0] & 15)
    if rtp[0] & 16:
        start += 4 + 4 * struct.unpack_from('>H', rtp, start + 2)[0]
    end = len(rtp) - (rtp[-1] if rtp[0] & 32 else 0)
    return rtp[start:end]


def packets_of(capture, stream):
    found, seen = [], set()
    for p in capture:
        if p.kind != 'rtp' or (p.src, p.dst) != (stream['src'], stream['dst']):
            continue
        pt, seq, ts, ssrc = struct.unpack_from('>xBHII', p.data)
        if ssrc != int(stream['ssrc'], 16) or pt & 127 not in LAWS or seq in seen:
            continue
        seen.add(seq)
        found.append((ts, [LAWS[pt & 127](b) for b in payload_of(p.data)]))
    return found


def expected(packets):
    first = min(ts for ts, _ in packets)
    samples = [0] * (max(ts - first + len(v) for ts, v in packets))
    for ts, v in packets:
        samples[ts - first:ts - first + len(v)] = v
    return samples


def main(capture, report, folder, buffer_ms=None):
    packets = pcapfile.read(capture)
    with open(report, encoding='utf-8') as f:
        streams = [s for s in json.load(f)['streams'] if s['audio']['file']]
    for s in streams:
        rate, channels = read_wav(os.path.join(folder, s['audio']['file']))
        side = 1 if len(channels) == 2 and s['direction'] == 'callee_to_caller' else 0
        found, at = packets_of(packets, s), round(s['audio']['offset_s'] * rate)
        got = channels[side][at:]
        assert rate == 8000, rate
        if buffer_ms is None:
            want = expected(found)
            got = got[:len(want)] + [0] * (len(want) - len(got))
            wrong = [i for i, (a, b) in enumerate(zip(want, got)) if a != b]
            assert not wrong, f"stream {s['id']}: {len(wrong)} of {len(want)} samples differ, the first at {wrong[0]}"
        else:
            # The first packet that was played begins the sound; of the others each is whole, or silence where it was late.
            late = s['audio']['late_packets']
            assert any(len(found) - late <= whole(got, found, first) for first, _ in found[:late + 1]), f"stream {s['id']}"
        print(s['id'], s['audio']['file'], side, len(got), 'samples at', at)
    return 0 if streams else 1


def whole(got, packets, first):
    """How many packets are in their places when that with the timestamp `first` begins the sound; -1: some are spoilt."""
    count = 0
    for ts, v in packets:
        here = got[ts - first:ts - first + len(v)] if ts >= first else []
        if here == v:
            count += 1
        elif any(here):
            return -1
    return count


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
