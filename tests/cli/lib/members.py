"""Holds docs/json.md against the schema: a line "ok ..." or "FAIL ..." for each object of the report.

usage: members.py SCHEMA json.md

The section "Every member" has a row for each object, by its path ("calls[].legs[]"), or one for several that are alike. An object
that stands in several places is told once. The row names each of its properties, but for the <name>_why beside those that may be
null, and no word that the schema does not know.
"""
import json
import re
import sys


def objects(schema, node, path, found):
    """Every object below the node: its place in the schema -> (its paths in a report, the names of its properties)."""
    while '$ref' in node:
        node = schema['$defs'][node['$ref'].rsplit('/', 1)[1]]
    for key in ('oneOf', 'anyOf'):
        for other in node.get(key, []):
            objects(schema, other, path, found)
    if 'items' in node:
        objects(schema, node['items'], path + '[]', found)
    if 'properties' in node:
        found.setdefault(id(node), ([], set(node['properties'])))[0].append(path or 'report')
        for name, value in node['properties'].items():
            objects(schema, value, f'{path}.{name}'.lstrip('.'), found)


def values(node):
    """What enum and const allow, anywhere."""
    if isinstance(node, list):
        return {v for x in node for v in values(x)}
    if not isinstance(node, dict):
        return set()
    own = {v for v in node.get('enum', []) + [node.get('const')] if isinstance(v, str)}
    return own | {v for x in node.values() for v in values(x)}


def rows(text):
    """path -> words in code type of its row"""
    section = text.partition('\n## Every member\n')[2].partition('\n## ')[0]
    for line in section.splitlines():
        cells = line.strip().strip('|').split(' | ', 1)
        if line.startswith('| `') and len(cells) == 2:
            words = {w for span in re.findall(r'`([^`]+)`', cells[1]) for w in re.split(r'[^\w.]+', span) if w}
            for path in re.findall(r'`([^`]+)`', cells[0]):
                yield path, words


def main(schema_path, page_path):
    with open(schema_path, encoding='utf-8') as f:
        schema = json.load(f)
    with open(page_path, encoding='utf-8') as f:
        told = dict(rows(f.read()))
    found = {}
    objects(schema, schema, '', found)
    known = values(schema) | {name for _, names in found.values() for name in names}
    for paths, names in found.values():
        want = {n for n in names if not (n.endswith('_why') and n[:-len('_why')] in names)}
        words = next((told[p] for p in paths if p in told), set())
        missing, strange = sorted(want - words), sorted(words - known)
        print('FAIL' if missing or strange else 'ok',
              f'docs/json.md: {paths[0]}: does not name {missing}; not in the schema: {strange}')
    gone = sorted(set(told) - {p for paths, _ in found.values() for p in paths})
    print('FAIL' if gone or not told else 'ok', f'docs/json.md: rows of no object: {gone}')


main(*sys.argv[1:])
