"""What really happened to the RTP of an impaired call.

    truth.py CAPTURE SIDE LOG...

derives the truth from the relays' packet logs and compares it with the capture.
SIDE says where the capture was taken: 'phone' (behind the relay, at the phone
itself) or 'network' (between the relays).  The result is JSON:

  sent            packets of this stream that entered the relay
  dropped         of these, dropped by the relay
  duplicated      copies the relay added
  delivered       packets that left the relay, copies not counted
  dropped_inside  dropped packets between the first and the last delivered
                  sequence number: what a reader of the capture can know, and
                  what an analyser must report as lost, exactly
  reordered       delivered packets that came out after one with a higher number
  captured        packets of the stream in the capture, copies included
  delay_ms        time between entering and leaving the relay, copies not counted

direction_impaired says whether the stream was damaged before it was captured.
Of a stream that is captured first and damaged afterwards the capture is
complete: its counts are those of a clean stream, and dropped_later says how many
packets the relay dropped behind the capture point.  Only the receiver's RTCP
reports know of these.
"""
import json
import math
import sys

import pcapfile


def delays(values):
    if not values:
        return None
    v, n = sorted(values), len(values)
    mean = sum(v) / n
    pick = {'mean': mean, 'sd': math.sqrt(sum((x - mean) ** 2 for x in v) / n),
            'p50': v[n // 2], 'p95': v[min(n - 1, int(n * 0.95))], 'max': v[-1]}
    return {k: round(x, 3) for k, x in pick.items()}


def extend(entries):
    """Sequence numbers without wrap-around, in the order of entering."""
    last = None
    for e in sorted(entries, key=lambda e: (e['in'], e['act'] == 'dup')):
        last = e['seq'] + 65536 if last is None else last + (e['seq'] - last + 32768) % 65536 - 32768
        e['ext'] = last


def summary(entries):
    """Counts of one stream in one relay's log."""
    extend(entries)
    sent = [e for e in entries if e['act'] == 'send']
    dropped = [e['ext'] for e in entries if e['act'] == 'drop']
    first, last = min(e['ext'] for e in sent), max(e['ext'] for e in sent)
    highest = reordered = 0
    for e in sorted(sent, key=lambda e: e['out']):
        reordered += e['ext'] < highest
        highest = max(highest, e['ext'])
    return {'sent': len(sent) + len(dropped), 'dropped': len(dropped),
            'duplicated': sum(e['act'] == 'dup' for e in entries), 'delivered': len(sent),
            'dropped_inside': sum(first < d < last for d in dropped),
            'reordered_possible': reordered > 0, 'reordered': reordered,
            'delay_ms': delays([(e['out'] - e['in']) * 1000 for e in sent])}


def read_logs(logs):
    """{stream: {direction: entries}}, {stream: directions with a specification}"""
    groups, damaged = {}, {}
    for log in logs:
        spec = {}
        with open(log, encoding='ascii') as f:
            for line in f:
                e = json.loads(line)
                if 'spec' in e:
                    spec[e['dir']] = e['spec']
                    continue
                key = e['src'], e['dst'], int(e['ssrc'], 16)
                groups.setdefault(key, {}).setdefault(e['dir'], []).append(e)
                if spec[e['dir']]:
                    damaged.setdefault(key, set()).add(e['dir'])
    return groups, damaged


def one_stream(key, by_dir, before, damaged):
    """The truth about one stream; BEFORE is the direction towards the capture."""
    s = {'src': key[0], 'dst': key[1], 'ssrc': '0x%08X' % key[2], 'direction_impaired': before in damaged}
    if before in by_dir:
        s.update(summary(by_dir[before]))
        return s
    (after,) = by_dir.values()
    s.update(summary(after))
    s['dropped_later'] = s['dropped']
    s.update(dropped=0, duplicated=0, dropped_inside=0, delivered=s['sent'],
             reordered_possible=False, reordered=0, delay_ms=None)
    return s


def truth(capture, side, logs):
    """Returns (list of streams, list of contradictions to the capture)."""
    seen = pcapfile.streams(pcapfile.read(capture))
    before = 'ba' if side == 'phone' else 'ab'
    groups, damaged = read_logs(logs)
    out, wrong = [], []
    for key, by_dir in groups.items():
        s = one_stream(key, by_dir, before, damaged.get(key, ()))
        got = seen.pop(key, None)
        if got is None:
            wrong.append(f'{s}: in the log but not in the capture')
            continue
        s['captured'] = got['packets']
        for what, a, b in (('packets', s['delivered'] + s['duplicated'], got['packets']),
                           ('lost', s['dropped_inside'], got['lost']),
                           ('duplicates', s['duplicated'], got['duplicates']),
                           ('reordered', s['reordered'], got['reordered'])):
            if a != b:
                wrong.append(f'{s["src"]}>{s["dst"]} {what}: relay says {a}, capture says {b}')
        out.append(s)
    wrong += [f'{k}: in the capture but not in the log' for k in seen]
    return out, wrong


def main():
    streams, wrong = truth(sys.argv[1], sys.argv[2], sys.argv[3:])
    print(json.dumps(streams, indent=1))
    for w in wrong:
        print('truth.py:', w, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
