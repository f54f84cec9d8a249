"""The known-answer benchmark: captures whose truth is known go in, a table of truth against reported comes out.

usage: accuracy.py VOIPQOS [--quick] [--only NAME] [--seed N] [--no-tshark] [--keep DIR] [--write PAGE]

--quick takes the cases that `make check` runs; --keep leaves the captures, each with its truth beside it, in DIR;
--seed asks for other random numbers than the published ones; --write puts the table into a page, between its marks.
The exit status is 1 when a figure is missed.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

import cases
import traffic
import truth

SEED = 1
JITTER_OFF, R_OFF = 0.01, 0.05
EXACT = ('packets', 'expected', 'lost', 'duplicates', 'reordered', 'out_of_range', 'loss_runs', 'longest_loss')
HEAD = ('case', 'packets', 'lost', 'dup', 'reord', 'jitter mean', 'jitter max', 'R', 'verdict')


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f'{" ".join(command)}: exit {done.returncode}: {done.stderr.decode().strip()}')
    return done.stdout.decode()


def voipqos(program, case, path):
    report = json.loads(run([program, '-q', '-r', path, '--json', '-', *case.options]))
    return {(s['src'].rsplit(':', 1)[0], int(s['ssrc'], 16)): s for s in report['streams']}


TSHARK_ROW = re.compile(r'\s*[\d.]+\s+[\d.]+\s+(\S+)\s+\d+\s+\S+\s+\d+\s+0x([0-9A-F]+)\s+.*?\s(\d+)\s+(-?\d+) \(.*?%\)'
                        r'\s+\S+\s+\S+\s+\S+\s+\S+\s+(\S+)\s+(\S+)')


def tshark(path):
    """{(source, SSRC): lost, mean and maximum jitter}."""
    rows = map(TSHARK_ROW.match, run(['tshark', '-q', '-z', 'rtp,streams', '-r', path]).splitlines())
    return {(m[1], int(m[2], 16)): {'lost': int(m[4]), 'jitter_mean': float(m[5]), 'jitter_max': float(m[6])}
            for m in rows if m}


def judge(case, want, got):
    """What is missed, in words."""
    misses = [f'{k}: {got[k]}, not {want[k]}' for k in EXACT if got[k] != want[k]]
    if len(got['segments']) != want['segments']:
        misses.append(f'segments: {len(got["segments"])}, not {want["segments"]}')
    for k in 'mean', 'max':
        a, b = got['jitter_ms'][k], want['jitter_' + k]
        if (a is None) != (b is None) or a is not None and abs(a - b) > JITTER_OFF * b + 1e-6:
            misses.append(f'{k} jitter: {a}, not {b}')
    if (got['r'] is None) != (want['r'] is None) or want['r'] is not None and abs(got['r'] - want['r']) > R_OFF:
        misses.append(f'R: {got["r"]}, not {want["r"]}')
    for path, value, off in case.expect:
        value = want[value] if isinstance(value, str) else value
        found = got
        for name in path.split('.'):
            found = found[name]
        if found is None or abs(found - value) > off:
            misses.append(f'{path}: {found}, not {value} +- {off}')
    return misses


def cell(*values):
    """truth / voipqos / tshark"""
    return ' / '.join('-' if v is None else f'{v:.3f}' if isinstance(v, float) else str(v) for v in values)


def row(name, want, got, other):
    o = other or {}
    marks = [o.get(k) for k in ('lost', 'jitter_mean', 'jitter_max')] if other is not None else [None] * 3
    return (name, str(want['packets']), cell(want['lost'], got['lost'], marks[0]), cell(want['duplicates'], got['duplicates']),
            cell(want['reordered'], got['reordered']), cell(want['jitter_mean'], got['jitter_ms']['mean'], marks[1]),
            cell(want['jitter_max'], got['jitter_ms']['max'], marks[2]), cell(want['r'], got['r']))


def examine(program, seed, case, folder, with_tshark):
    """(rows, misses, digest of the capture)"""
    path = os.path.join(folder, case.name + '.pcap')
    network = case.make(seed)
    skip = {network.packets[i] for i in case.skip}
    arrivals = traffic.write_call(path, network)
    reported, other = voipqos(program, case, path), tshark(path) if with_tshark else None
    rows, misses, known = [], [], []
    keys = list(dict.fromkeys((p.way, p.ssrc) for p in network.packets))
    if len(reported) != len(keys):
        misses.append(f'{len(reported)} streams, not {len(keys)}')
    for way, ssrc in keys:
        source = traffic.PHONES[way]
        want = truth.of_stream([p for p in network.packets if (p.way, p.ssrc) == (way, ssrc)],
                               [a for a in arrivals if (a[1].way, a[1].ssrc) == (way, ssrc)], case.one_way, skip)
        known.append({'src': source, 'ssrc': f'0x{ssrc:08X}', **want})
        got = reported.get((source, ssrc))
        if got is None:
            misses.append(f'{source} 0x{ssrc:08X}: not found')
            continue
        missed = judge(case, want, got)
        misses += missed
        rows.append((*row(case.name, want, got, other and other.get((source, ssrc), {})), 'MISS' if missed else 'ok'))
    with open(path, 'rb') as f:
        digest = hashlib.sha256(f.read()).digest()
    with open(path + '.truth.json', 'w', encoding='utf-8') as f:
        json.dump({'what': case.what, 'options': case.options, 'streams': known}, f, indent=1)
    return rows, misses, digest


def table(rows, bars):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for i, r in enumerate(rows):
        words = [w.ljust(n) if k in (0, len(r) - 1) else w.rjust(n) for k, (w, n) in enumerate(zip(r, widths))]
        yield ('| ' + ' | '.join(words) + ' |' if bars else '  '.join(words)).rstrip()
        if bars and not i:
            yield '|' + '|'.join('-' * (n + 1) + ('-' if k in (0, len(r) - 1) else ':') for k, n in enumerate(widths)) + '|'


def write(page, lines):
    with open(page, encoding='utf-8') as f:
        text = f.read()
    begin, end = '<!-- table: begin -->\n', '<!-- table: end -->'
    head, rest = text.split(begin)
    with open(page, 'w', encoding='utf-8') as f:
        f.write(head + begin + '\n'.join(lines) + '\n' + end + rest.split(end)[1])


def main():
    a = argparse.ArgumentParser(usage=__doc__.split('\n\n')[1][7:])
    a.add_argument('voipqos')
    a.add_argument('--quick', action='store_true')
    a.add_argument('--only')
    a.add_argument('--seed', type=int, default=SEED)
    a.add_argument('--no-tshark', action='store_true')
    a.add_argument('--keep')
    a.add_argument('--write')
    o = a.parse_args()
    with_tshark = not o.quick and not o.no_tshark and shutil.which('tshark') is not None
    rows, missed, digest, n = [HEAD], 0, hashlib.sha256(), 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = o.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for case in cases.CASES:
            if (o.only and case.name != o.only) or (o.quick and not case.quick):
                continue
            n += 1
            more, misses, one = examine(o.voipqos, o.seed + zlib.crc32(case.name.encode()), case, folder, with_tshark)
            digest.update(one)
            rows += more
            missed += bool(misses)
            for m in misses:
                print(f'MISS {case.name}: {m}')
            if not o.keep:
                os.remove(os.path.join(folder, case.name + '.pcap'))
    print('\n'.join(table(rows, False)))
    print(f'\ncells are truth / voipqos{" / tshark" if with_tshark else ""}; the captures\' digest is {digest.hexdigest()[:16]}')
    if o.write:
        what = [('case', 'what happened'), *((c.name, c.what) for c in cases.CASES)]
        write(o.write, [*table(what, True), '', *table(rows, True), '', f"Digest of the captures: `{digest.hexdigest()[:16]}`."])
    print(f'{n - missed} passed, {missed} failed, 0 skipped')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
