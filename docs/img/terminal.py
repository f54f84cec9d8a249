#!/usr/bin/env python3
"""Draws what a command prints in colours as an SVG picture of a terminal, 100 columns wide.

    voipqos -r captures/call-dup.pcap --color always | docs/img/terminal.py 'voipqos -r captures/call-dup.pcap'
"""
import re
import sys
from xml.sax.saxutils import escape

COLUMN, LINE, MARGIN, TOP, COLUMNS = 8.43, 18, 18, 57, 100
PLAIN = 'fill="#d7dae0"'
STYLES = {  # what src/report/style.c writes behind ESC [
    '0': PLAIN,
    '1': 'fill="#ffffff" font-weight="bold"',
    '2': 'fill="#868d9c"',
    '31': 'fill="#f0716f"',
    '32': 'fill="#8fce7a"',
    '33': 'fill="#e6c15c"',
    '36': 'fill="#62c7d8"',
    '1;31': 'fill="#f0716f" font-weight="bold"',
    '1;32': 'fill="#8fce7a" font-weight="bold"',
    '1;33': 'fill="#e6c15c" font-weight="bold"',
    '1;36': 'fill="#62c7d8" font-weight="bold"',
}


def texts(screen):
    """One <text> for each stretch of a line without a wide blank, set to its columns whatever the font."""
    style = PLAIN  # goes on from one line to the next
    for number, line in enumerate(screen):
        column, y = 0, TOP + LINE * number
        for sgr, run in re.findall(r'\x1b\[([\d;]*)m|([^\x1b]+)', line):
            if not run:
                style = STYLES[sgr or '0']
                continue
            for word in re.finditer(r'\S+(?: \S+)*', run):
                yield (f'<text x="{MARGIN + COLUMN * (column + word.start()):.1f}" y="{y}" '
                       f'textLength="{COLUMN * len(word[0]):.1f}" lengthAdjust="spacingAndGlyphs" {style}>'
                       f'{escape(word[0])}</text>')
            column += len(run)


lines = [f'\x1b[36m$\x1b[0m \x1b[1m{sys.argv[1]}\x1b[0m', *sys.stdin.read().rstrip('\n').split('\n')]
width = round(2 * MARGIN + COLUMN * COLUMNS)
height = TOP + LINE * (len(lines) - 1) + 2 * MARGIN + 1
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
      'role="img" aria-label="Summary of a capture in a terminal">')
print('<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>')
print(''.join(f'<circle cx="{x}" cy="17" r="5.5" fill="{colour}"/>'
              for x, colour in ((20, '#f0716f'), (38, '#e6c15c'), (56, '#8fce7a'))))
print('<g font-family="DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace" font-size="14" '
      'xml:space="preserve">')
for text in texts(lines):
    print(text)
print('</g></svg>')
