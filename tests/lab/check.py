"""Checks recordings, and copies the good ones into captures/.

A recording is good when it shows the messages the scenario is about, in order;
when it holds the expected number of streams, nothing but SIP, media, STUN, ARP, TCP
and ICMP port unreachable, and no wrong checksum; when the undamaged streams have no loss and no stall
of the machine in them; and when the relays' logs, an own count of the sequence
numbers and tshark agree about the damaged ones.
"""
import json
import os
import re
import shutil
import subprocess

import pcapfile
import truth
from net import HERE, OUT, ROOT

CAPTURES = os.path.join(ROOT, 'captures')
# What a row of the table names besides messages and streams.
EXTRAS = (('rtcp', 'RTCP'), ('stun', 'STUN'), ('icmp', 'ICMP'), ('ping', 'keep-alives'), ('tcp', 'other TCP'),
          ('fragment', 'fragments'))
STALL_MS = 100              # longer gaps in an undamaged stream: record again


def tshark_lost(path):
    """{(src, dst, ssrc): (packets, lost)} as tshark sees it."""
    r = subprocess.run(['tshark', '-r', path, '-q', '-o', 'rtp.heuristic_rtp:TRUE', '-z', 'rtp,streams'],
                       capture_output=True, text=True, timeout=60, check=True)
    found = {}
    for line in r.stdout.splitlines():
        m = re.match(r'\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x([0-9A-F]+)\s+.+?\s+(\d+)\s+(-?\d+) \(', line)
        if m:
            a, p, b, q, ssrc, packets, lost = m.groups()
            a, b = (f'[{x}]' if ':' in x else x for x in (a, b))
            found[f'{a}:{p}', f'{b}:{q}', int(ssrc, 16)] = (int(packets), int(lost))
    return found


def keys(name):
    return f'{OUT}/{name}.keys'


def tshark_decrypted(path, secrets):
    """The SIP messages inside TLS as tshark reads them, named as pcapfile.sip_name() does."""
    argv = ['tshark', '-r', path, '-o', 'tls.keylog_file:' + secrets, '-Y', 'tls && sip', '-T', 'fields',
            '-E', 'occurrence=f', '-e', 'sip.Method', '-e', 'sip.Status-Code', '-e', 'sip.CSeq.method']
    lines = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    return [method or f'{status}/{cseq}' for method, status, cseq in (line.split('\t') for line in lines)]


def tshark_complaints(path):
    """Frames tshark calls malformed or whose checksums it calls bad."""
    argv = ['tshark', '-r', path, '-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE',
            '-o', 'tcp.check_checksum:TRUE',
            '-Y', '_ws.malformed || ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || '
            'tcp.checksum.status == "Bad"']
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


def missing_message(flow, names):
    """The first message of FLOW that does not occur in order, or None."""
    rest = iter(names)
    for want in flow.split():
        if want not in rest:            # consumes the iterator up to the match
            return want
    return None


def check(name, scn, meta, suffix=''):
    """Check one capture; returns (problems, facts for the table)."""
    path = f'{OUT}/{name}{suffix}.pcap'
    packets = pcapfile.read(path)
    names = [pcapfile.sip_name(m) for p in packets for m in p.messages]
    if os.path.exists(keys(name)):
        names += tshark_decrypted(path, keys(name))
    problems = []
    gap = missing_message(scn.flow, names)
    if gap:
        problems.append(f'no {gap} where expected in: {" ".join(names)}')
    for p in packets:
        if p.kind == 'other':
            problems.append(f'frame {p.number}: stray traffic ({p.src} > {p.dst})')
        if not p.checksum_ok:
            problems.append(f'frame {p.number}: wrong checksum')
    problems += ['tshark: ' + line for line in tshark_complaints(path)]

    found = pcapfile.streams(packets)
    if len(found) != scn.streams:
        problems.append(f'{len(found)} streams instead of {scn.streams}')
    damaged = set()
    if meta.get('logs'):
        logs = [os.path.join(OUT, x) for x in meta['logs']]
        streams, wrong = truth.truth(path, scn.side[suffix] if isinstance(scn.side, dict) else scn.side, logs)
        problems += wrong
        damaged = {(s['src'], s['dst'], int(s['ssrc'], 16)) for s in streams if s['direction_impaired']}
        with open(f'{OUT}/{name}{suffix}.truth.json', 'w', encoding='ascii') as f:
            json.dump({'capture': f'{name}{suffix}.pcap', 'seed': meta['seed'], 'impairment': scn.impairment,
                       'streams': streams}, f, indent=1)
            f.write('\n')
    if scn.outage_ms and not any(s['lost'] for s in found.values()):
        problems.append('nothing was lost in the outage')
    other = tshark_lost(path)
    for key, s in found.items():
        if scn.outage_ms and s['lost']:
            # all at once, and as many as the time without packets had
            if not scn.outage_ms * 0.9 < s['max_delta_ms'] < scn.outage_ms * 1.5 or abs(s['lost'] * 20 - s['max_delta_ms']) > 60:
                problems.append(f'{key}: {s["lost"]} lost in {s["max_delta_ms"]:.0f} ms, not in {scn.outage_ms}')
            damaged.add(key)
        if key not in damaged and (s['lost'] or s['duplicates'] or s['reordered']):
            problems.append(f'undamaged stream {key} lost {s["lost"]}')
        # a phone that sends nothing while on hold has not stalled
        if key not in damaged and not scn.pauses and s['max_delta_ms'] > STALL_MS:
            problems.append(f'the machine stalled: {s["max_delta_ms"]:.0f} ms in {key}')
        if other.get(key) != (s['packets'], s['lost_rfc3550']):
            problems.append(f'tshark says {other.get(key)} of {key}, we {s["packets"], s["lost_rfc3550"]}')
    total = {k: sum(s[k] for s in found.values()) for k in ('packets', 'lost', 'duplicates', 'reordered')}
    facts = {'frames': len(packets), 'bytes': os.path.getsize(path), 'sip': len(names), 'names': names,
             'kinds': {k: sum(p.kind == k for p in packets)
                      for k in ('rtp', 'rtcp', 'stun', 'icmp', 'ping', 'tcp', 'fragment', 'arp')},
             'streams': [{'src': k[0], 'dst': k[1], 'ssrc': '0x%08X' % k[2], 'packets': s['packets'], 'lost': s['lost'],
                          'duplicates': s['duplicates'], 'reordered': s['reordered'],
                          'max_delta_ms': round(s['max_delta_ms'], 1)} for k, s in found.items()], **total}
    return problems, facts


def load(name):
    with open(f'{OUT}/{name}.json', encoding='ascii') as f:
        return json.load(f)


def check_all(name, scn):
    """Check every capture of a scenario; returns the problems."""
    meta, problems = load(name), []
    for suffix in scn.suffixes:
        bad, facts = check(name, scn, meta, suffix)
        problems += bad
        print(f'{"BAD " if bad else "ok  "} {name}{suffix}: {facts["frames"]} frames, {facts["sip"]} SIP, '
              f'{", ".join(f"{n} {k}" for k, n in facts["kinds"].items() if n) or "no media"}; '
              f'{len(facts["streams"])} streams, {facts["packets"]} packets, {facts["lost"]} lost, '
              f'{facts["duplicates"]} duplicates, {facts["reordered"]} reordered, max delta '
              f'{max((s["max_delta_ms"] for s in facts["streams"]), default=0)} ms, {facts["bytes"]} bytes')
        for p in bad[:8]:
            print('     ', p)
    return problems


def row(name, suffix, scn, meta, facts):
    media = 'no media'
    if facts['streams']:
        media = f'{len(facts["streams"])} streams, {facts["packets"]} packets, {facts["lost"]} lost'
        media += f', {facts["duplicates"]} duplicates' if facts['duplicates'] else ''
        media += f', {facts["reordered"]} reordered' if facts['reordered'] else ''
    extra = ''.join(f'; {facts["kinds"][k]} {word}' for k, word in EXTRAS if facts['kinds'][k])
    doc = scn.inside if suffix in ('-inside', '-b') else scn.doc
    software = ', '.join(sorted(set(meta['software'].values())))
    truth_file = ' (truth: `.truth.json`)' if meta.get('logs') else ''
    kind = 'pcapng' if os.path.exists(keys(name)) else 'pcap'
    return (f'| `{name}{suffix}.{kind}`{truth_file} | {doc} | {facts["frames"]} | {facts["sip"]} SIP; {media}{extra} | '
            f'{scn.sees} | {software} | `{name}` |\n')


def shipped_rows():
    """The rows of captures/README.md as it is, by name of the capture."""
    with open(os.path.join(CAPTURES, 'README.md'), encoding='utf-8') as f:
        return {m.group(1): line for line in f if (m := re.match(r'\| `([\w.-]+)\.pcap(?:ng)?`', line))}


def ship(scenarios, chosen):
    """Copy what passes the check to captures/ and write captures/README.md; rows of scenarios that were not chosen stay."""
    os.makedirs(CAPTURES, exist_ok=True)
    rows = shipped_rows() if set(chosen) != set(scenarios) else {}
    table, total = '', 0
    for name, scn in scenarios.items():
        if name not in chosen:
            table += ''.join(rows.get(name + suffix, '') for suffix in scn.suffixes)
            continue
        meta = load(name)
        for suffix in scn.suffixes:
            problems, facts = check(name, scn, meta, suffix)
            if problems:
                raise SystemExit(f'{name}{suffix}: {problems}')
            source = f'{OUT}/{name}{suffix}.pcap'
            if os.path.exists(keys(name)):
                subprocess.run(['editcap', '--inject-secrets', 'tls,' + keys(name), source,
                                f'{CAPTURES}/{name}{suffix}.pcapng'], check=True)
            else:
                shutil.copyfile(source, f'{CAPTURES}/{name}{suffix}.pcap')
            total += facts['bytes']
            table += row(name, suffix, scn, meta, facts)
        for suffix in scn.suffixes if meta.get('logs') else ():
            shutil.copyfile(f'{OUT}/{name}{suffix}.truth.json', f'{CAPTURES}/{name}{suffix}.truth.json')
    with open(os.path.join(HERE, 'captures-readme.md'), encoding='utf-8') as f:
        text = f.read()
    with open(os.path.join(CAPTURES, 'README.md'), 'w', encoding='utf-8') as f:
        f.write(text.replace('@TABLE@\n', table))
    print(f'copied to captures/: {total} bytes')
