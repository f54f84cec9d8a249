#!/bin/sh
# The account of the frames: on each shipped capture the rows add up to what was read.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

found=0
for capture in "$CAPTURES"/*.pcap; do
    name=$(basename "$capture")
    status "$name" 0 "$VOIPQOS" -q --account -r "$capture"
    frames=$(sed -n 's/^── Account of the frames (\([0-9,]*\)).*/\1/p' "$tmp/out" | tr -d ,)
    # Every row begins with its count; the last is the sum.
    rows=$(awk '$3 == "%" { gsub(",", "", $1); print $1, $4 }' "$tmp/out")
    sum=$(echo "$rows" | awk '$2 != "frames" { n += $1 } END { print n }')
    last=$(echo "$rows" | awk '$2 == "frames" { print $1 }')
    check "$name: $sum in the rows, $last below them, $frames read" test "$sum" = "$last" -a "$sum" = "$frames"
    found=$((found + 1))
done
check "there are captures" test "$found" -ge 8

# A hundred frames of ARP.
{
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\001\000\000\000'
    i=0
    while [ $i -lt 100 ]; do
        printf '\001\000\000\000\000\000\000\000\024\000\000\000\024\000\000\000'
        printf '\001\002\003\004\005\006\001\002\003\004\005\006\010\006\000\000\000\000\000\000'
        i=$((i + 1))
    done
} >"$tmp/arp.pcap"
status "ARP only" 0 "$VOIPQOS" -q --account -r "$tmp/arp.pcap"
check "all of them are not IP" grep -Eq '^ +100 +100\.00 % +not_ip ' "$tmp/out"
check "and that is all" grep -Eq '^ +100 +100\.00 % +frames +all that were read' "$tmp/out"

finish
