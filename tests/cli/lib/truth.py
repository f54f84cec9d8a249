"""Holds a JSON report against the truth about its capture: a line "ok ..." or "FAIL ..." for each fact.

    truth.py TRUTH.json REPORT.json

What the fields of a truth file mean is said in tests/lab/truth.py.
"""
import json
import sys

# Field of the truth, field of the stream in the report.
FACTS = (
    ('dropped_inside', 'lost'),
    ('duplicated', 'duplicates'),
    ('reordered', 'reordered'),
    ('captured', 'packets'),
)


def main():
    with open(sys.argv[1], encoding='utf-8') as f:
        truth = json.load(f)
    with open(sys.argv[2], encoding='utf-8') as f:
        report = json.load(f)
    streams = {(s['src'], s['dst'], s['ssrc']): s for s in report['streams']}

    def say(what, got, want):
        print('ok' if got == want else 'FAIL', f'{truth["capture"]}: {what}: reported {got}, in truth {want}')

    say('streams', len(streams), len(truth['streams']))
    for t in truth['streams']:
        key = t['src'], t['dst'], t['ssrc']
        s = streams.get(key)
        if s is None:
            print('FAIL', f'{truth["capture"]}: stream {key} is not in the report')
            continue
        for fact, field in FACTS:
            say(f'{t["src"]} to {t["dst"]}, {field}', s[field], t[fact])
        say(f'{t["src"]} to {t["dst"]}, expected', s['expected'], t['delivered'] + t['dropped_inside'])
        if t.get('dropped_later', 0):
            ids = [f['id'] for f in report['findings'] if f['stream'] == s['id']]
            say(f'{t["src"]} to {t["dst"]}, loss beyond the capture point is found', 'stream-lost-beyond' in ids, True)


main()
