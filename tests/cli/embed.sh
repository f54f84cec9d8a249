#!/bin/sh
# shellcheck disable=SC2154 # $tmp and $B are from lib/common.sh
# The library without the program: tests/embed/example.c sees the public headers only and is linked without libpcap.
. "$(dirname "$0")/lib/common.sh"

status "the embedding example" 0 "$B/tests/embed/example"
check "it reads its call back: $(cat "$tmp/out")" grep -qF "call ann -> ben: completed; PCMU, 90 packets, 10 lost" "$tmp/out"
if ldd "$B/tests/embed/example" | grep -q libpcap; then fail "the example is linked with libpcap"; else pass; fi
finish
