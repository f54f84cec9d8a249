#!/bin/sh
# docs/json.md names every member of the report, and none that is not there.
# shellcheck disable=SC2154 # $tmp and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
root=$(cd "$(dirname "$0")/../.." && pwd)
members() { python3 "$(dirname "$0")/lib/members.py" "$root/reports/voipqos.report.schema.json" "$1" >"$tmp/verdict"; }

status "read" 0 members "$root/docs/json.md"
while read -r verdict words; do
    case $verdict in
        ok) pass ;;
        *) fail "$verdict $words" ;;
    esac
done <"$tmp/verdict"
check "objects" test "$(wc -l <"$tmp/verdict")" -gt 60

# A page that lacks a member, has one that is not there, or a row of nothing, is found out.
sed 's/`apart_s`/apart/' "$root/docs/json.md" >"$tmp/lacks.md"
sed 's/`mos_min_to_end`/&, `to_end`/' "$root/docs/json.md" >"$tmp/strange.md"
sed 's/^| `streams\[\]\.windows` /| `streams[].window` /' "$root/docs/json.md" >"$tmp/row.md"
sed '/^## Every member/d' "$root/docs/json.md" >"$tmp/none.md"
for page in lacks strange row none; do
    status "$page" 0 members "$tmp/$page.md"
    check "$page: refused" grep -q '^FAIL' "$tmp/verdict"
done

finish
