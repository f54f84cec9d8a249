"""What is true of a stream, told from the sender's and the network's own notes, and the formulas once more.

Nothing here is taken from voipqos: jitter is RFC 3550 A.8 over the arrival times as the capture holds them, R is ITU-T G.107
(06/2015) written from its clauses. docs/metrics.md section 5 has the definitions in words.
"""
import collections
import math

BUFFER_MS = 40  # voipqos' default --buffer
RECENT = 400  # packets: some eight seconds
# Scale, Ie, Bpl (ITU-T G.113 Appendices I and IV, Opus: provisional; 4.3 where none is published) and look-ahead in ms.
# Codecs that are not here have no R.
IMPAIRMENT = {'PCMU': ('NB', 0, 4.3, 0), 'PCMA': ('NB', 0, 4.3, 0), 'G729': ('NB', 11, 19, 5), 'GSM': ('NB', 20, 4.3, 0),
              'G722': ('WB', 13, 4.3, 0), 'opus': ('FB', 10.2, 4.3, 6.5)}


def of_stream(packets, arrivals, one_way_ms, skip=()):
    """packets: all that were sent with one SSRC one way; arrivals: [(us, packet, copy)] of them, in order of arrival.
    skip: packets with a number that fits nowhere; they count as packets, and their own numbers as lost."""
    t = {'packets': len(arrivals), 'dropped': sum(p.lost for p in packets), 'out_of_range': 0,
         'duplicates': 0, 'reordered': 0, 'noise': 0, 'events': 0, 'mirrored': 0}
    arrived, highest, first_seen = set(), {}, {}
    for at, p, copy in arrivals:
        t['noise'] += p.kind == 'noise'
        t['events'] += p.kind == 'event'
        t['mirrored'] += 0 if copy else p.mirrors
        if p in skip:
            t['out_of_range'] += 1
            continue
        if p in arrived:
            t['duplicates'] += 1
            continue
        arrived.add(p)
        first_seen[p] = at
        t['reordered'] += p.n < highest.get(p.segment, -1)
        highest[p.segment] = max(highest.get(p.segment, -1), p.n)
    # What was lost before the first or behind the last packet that came leaves no trace.
    lowest = {}
    for p in arrived:
        lowest[p.segment] = min(lowest.get(p.segment, p.n), p.n)
    within = [p for p in packets if p.segment in highest and lowest[p.segment] <= p.n <= highest[p.segment]]
    t['segments'] = len(highest)
    t['expected'] = len(within)
    t['lost'] = len(within) - len(arrived)
    runs = [n for n in lengths(within, lambda p: p not in arrived) if n]
    t['loss_runs'] = dict(collections.Counter(str(n) if n < 10 else '10+' for n in runs))
    t['longest_loss'] = max(runs, default=0)
    t['jitter_mean'], t['jitter_max'] = jitter([(at, p) for at, p, _ in arrivals if p not in skip])
    t['late'], t['r'] = rate(within, arrived, first_seen, one_way_ms)
    return t


def lengths(packets, bad):
    """How long the runs of bad packets are; the numbering of another segment follows on."""
    run = 0
    for p in packets:
        if bad(p):
            run += 1
        elif run:
            yield run
            run = 0
    yield run


def jitter(arrivals):
    """RFC 3550 A.8 in ms: (mean, maximum) of J over all packets but the first. Digits and comfort noise are no part of it,
    and neither is the step from one side of them, of a new numbering, or of another clock to the other."""
    j, values, before = 0.0, [], None
    for at, p in arrivals:
        if p.kind != 'speech':
            before = None
            continue
        if before and before[1].segment == p.segment and before[1].codec.clock == p.codec.clock:
            d = (at - before[0]) / 1000 - (p.ticks - before[1].ticks) * 1000 / p.codec.clock
            j += (abs(d) - j) / 16
            values.append(j)
        before = at, p
    return (sum(values) / len(values), max(values)) if values else (None, None)


def rate(within, arrived, first_seen, one_way_ms):
    """(packets that a fixed buffer of BUFFER_MS discards, R or None). The buffer plays each packet BUFFER_MS after the
    least transit time of late; that is looked for anew where the sender's timestamps jump."""
    speech = [p for p in within if p in arrived and p.kind == 'speech']
    late, codec = set(), speech[-1].codec
    for part in stretches(speech, first_seen):
        for i, (p, transit) in enumerate(part):
            least = min(t for _, t in part[max(0, i - RECENT):i + RECENT // 8])
            if transit - least > BUFFER_MS:
                late.add(p)
    if codec.name not in IMPAIRMENT:
        return len(late), None
    scale, ie, bpl, lookahead = IMPAIRMENT[codec.name]
    lost = len(within) - len(arrived)
    share = (lost + len(late)) / len(within)
    runs = [n for n in lengths(within, lambda p: p not in arrived or p in late) if n]
    burst_r = max(1.0, sum(runs) / len(runs) * (1 - share)) if runs else 1.0
    steps = [b.ticks - a.ticks for a, b in zip(speech, speech[1:]) if b.n == a.n + 1]
    ptime = collections.Counter(steps[-100:]).most_common(1)[0][0]
    ta = one_way_ms + BUFFER_MS + ptime * 1000 / codec.clock + lookahead
    ppl = 100 * share
    if scale == 'NB':
        return len(late), g107(ta, ie, bpl, ppl, burst_r)
    return len(late), (g107_1 if scale == 'WB' else g107_2)(ta, ie, bpl, ppl)


def stretches(speech, first_seen):
    """Transit times in ms of packets between which the sender's timestamps kept pace with its clock, more or less."""
    part, before = [], None
    for p in speech:
        own = p.sent / 1e6 - p.ticks * 1000 / p.codec.clock
        if before and (before[0].segment != p.segment or before[0].codec.clock != p.codec.clock
                       or abs(own - before[1]) > (100 if p.marker else 1000)):
            yield part
            part = []
        part.append((p, first_seen[p] / 1000 - p.ticks * 1000 / p.codec.clock))
        before = p, own
    yield part


def knee(x, n):
    return (1 + x ** n) ** (1 / n)


def g107(ta, ie, bpl, ppl, burst_r):
    """ITU-T G.107 (06/2015) with Table 2's defaults, T = Ta, Tr = 2 Ta."""
    lg = math.log10
    slr, rlr, stmr, lstr, ds, telr, qdu, nc, nfor, ps, pr = 8, 2, 15, 18, 3, 65, 1, -70, -64, 35, 35
    olr = slr + rlr
    nos = ps - slr - ds - 100 + 0.004 * (ps - olr - ds - 14) ** 2
    pre = pr + 10 * lg(1 + 10 ** ((10 - lstr) / 10))
    nor = rlr - 121 + pre + 0.008 * (pre - 35) ** 2
    no = 10 * lg(sum(10 ** (n / 10) for n in (nc, nos, nor, nfor + rlr)))
    ro = 15 - 1.5 * (slr + no)

    xolr = olr + 0.2 * (64 + no - rlr)
    iolr = 20 * (knee(xolr / 8, 8) - xolr / 8)
    stmro = -10 * lg(10 ** (-stmr / 10) + math.exp(-ta / 4) * 10 ** (-telr / 10))
    ist = 12 * knee((stmro - 13) / 6, 8) - 28 * knee((stmro + 1) / 19.4, 35) - 13 * knee((stmro - 3) / 33, 13) + 29
    q = 37 - 15 * lg(qdu)
    g = 1.07 + 0.258 * q + 0.0602 * q * q
    iq = 15 * lg(1 + 10 ** ((ro - 100) / 15 + 46 / 8.4 - g / 9) + 10 ** (46 / 30 - g / 40))

    terv = telr - 40 * lg((1 + ta / 10) / (1 + ta / 150)) + 6 * math.exp(-0.3 * ta * ta)
    delayed = talker_echo(ta, -1.5 * (no - rlr), 80 + 2.5 * (terv - 14)) + listener_echo(ta, ro) + absolute_delay(ta)
    ie_eff = ie + (95 - ie) * ppl / (ppl / burst_r + bpl)
    return ro - (iolr + ist + iq) - delayed - ie_eff


def talker_echo(ta, roe, re):
    half = (roe - re) / 2
    return (half + math.sqrt(half * half + 100) - 1) * (1 - math.exp(-ta)) if ta >= 1 else 0


def listener_echo(ta, ro):
    half = (ro - 10.5 * (110 + 7) * (2 * ta + 1) ** -0.25) / 2
    return half + math.sqrt(half * half + 169)


def absolute_delay(ta):
    x = math.log2(ta / 100) if ta > 100 else 0
    return 25 * (knee(x, 6) - 3 * knee(x / 3, 6) + 2) if x else 0


def g107_1(ta, ie, bpl, ppl):
    """ITU-T G.107.1 (06/2019, Cor. 1): wideband."""
    k = 0.08 * ta + 10 if ta < 100 else 18
    terv = 65 + k - 40 * math.log10((1 + ta / 10) / (1 + ta / 150)) + 6 * math.exp(-0.3 * ta * ta)
    delayed = talker_echo(ta, 129, 80 + 3 * (terv - 14)) + listener_echo(ta, 129) + 1.29 * absolute_delay(ta)
    return 129 - delayed - ie - (95 - ie) * ppl / (ppl + bpl)


def g107_2(ta, ie, bpl, ppl):
    """ITU-T G.107.2 (06/2019): fullband."""
    return 148 - 1.48 * absolute_delay(ta) - ie - (132 - ie) * ppl / (ppl + bpl)
