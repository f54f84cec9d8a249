#!/bin/sh
# A part of the known-answer benchmark (`make accuracy`): what its generator did to a stream is what is reported of it, and
# a report that is wrong is noticed.
# shellcheck disable=SC2154 # $tmp and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

need_python
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
accuracy=$(dirname "$0")/../accuracy/accuracy.py

python3 "$accuracy" "$VOIPQOS" --quick >"$tmp/table" 2>&1
grep '^MISS' "$tmp/table"
check "the benchmark ran to its end: $(tail -n 1 "$tmp/table")" grep -q ' passed, 0 failed, 0 skipped$' "$tmp/table"
check "it has 15 cases at least" test "$(grep -c ' ok$' "$tmp/table")" -ge 15

# A program that reports one loss less.
cat >"$tmp/liar" <<END
#!/bin/sh
"$VOIPQOS" "\$@" | sed 's/"lost":1[0-9]*,/"lost":1,/'
END
chmod +x "$tmp/liar"
status "a wrong loss is a miss" 1 python3 "$accuracy" "$tmp/liar" --no-tshark --only loss-5
check "and named" grep -q '^MISS loss-5: lost: 1, not 1' "$tmp/out"

finish
