#!/bin/sh
# Live capture on one end of a veth pair, tcpreplay on the other. First: a shipped capture seen live gives the same calls,
# streams and losses as the file. Then: a flood of strangers against small tables leaves memory flat, is counted, and does
# not cost the one call that ended properly. Needs root for the network namespaces.
set -u
B=${B:-build}
VOIPQOS=${VOIPQOS:-$B/voipqos}
CAPTURES=${CAPTURES:-captures}
PATH=$PATH:/usr/sbin:/sbin

skip() {
    echo "$1"
    exit 77
}
fail() {
    echo "FAIL: $1"
    exit 1
}
[ "$(id -u)" -eq 0 ] || skip "needs root"
for tool in ip tcpreplay python3; do
    command -v $tool >/dev/null 2>&1 || skip "$tool is not installed"
done

tmp=$(mktemp -d) || exit 1
sender=vq-send-$$ receiver=vq-recv-$$
pid=
cleanup() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    ip netns del $sender 2>/dev/null
    ip netns del $receiver 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

{ ip netns add $sender && ip netns add $receiver; } >/dev/null 2>&1 || skip "no network namespaces here"
# Neighbour discovery would mix with the replay.
for ns in $sender $receiver; do
    ip netns exec "$ns" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null
done
ip -n $sender link add name vqtx mtu 9000 type veth peer name vqrx mtu 9000 netns $receiver 2>"$tmp/why" ||
    skip "no veth pair can be made here: $(tail -n 1 "$tmp/why")"
if command -v ethtool >/dev/null 2>&1; then
    ip netns exec $receiver ethtool -K vqrx gro off gso off tso off >/dev/null 2>&1
fi
ip -n $sender link set vqtx up
ip -n $receiver link set vqrx up

# Waits up to ten seconds until voipqos says that it captures.
wait_capturing() {
    tries=0
    until grep -qs '^voipqos: capturing on' "$1"; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ] || ! kill -0 "$pid" 2>/dev/null; then return 1; fi
        sleep 0.05
    done
}

# live NAME CAPTURE REPLAY_OPTION [OPTION...]: writes $tmp/NAME.json and, in KiB, $tmp/NAME.hwm. What $tmp/keys holds is
# added to $tmp/keylog once voipqos captures.
live() {
    name=$1 capture=$2 pace=$3
    shift 3
    ip netns exec $receiver "$VOIPQOS" -i vqrx -q --json "$tmp/$name.json" "$@" >"$tmp/$name.out" 2>&1 &
    pid=$!
    wait_capturing "$tmp/$name.out" || fail "$name: voipqos does not capture: $(cat "$tmp/$name.out")"
    [ ! -e "$tmp/keys" ] || cat "$tmp/keys" >>"$tmp/keylog"
    ip netns exec $sender tcpreplay -q -i vqtx "$pace" "$capture" >"$tmp/replay" 2>&1 || fail "$name: $(cat "$tmp/replay")"
    # What has arrived is in the ring; give its reader a moment.
    sleep 1
    sed -n 's/^VmHWM:[[:blank:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" >"$tmp/$name.hwm"
    kill -INT "$pid"
    wait "$pid"
    rc=$?
    pid=
    [ $rc -eq 0 ] || fail "$name: exit code $rc after SIGINT: $(cat "$tmp/$name.out")"
}

# ---- the same as the file ----

capture=$CAPTURES/call-pbx-g711.pcap
[ -f "$capture" ] || skip "no $capture"
live replay "$capture" --multiplier=20
"$VOIPQOS" -q -r "$capture" --json "$tmp/file.json" || fail "voipqos -r"
python3 - "$tmp/file.json" "$tmp/replay.json" <<'END' || exit 1
import json, sys

def facts(path):
    r = json.load(open(path))
    assert r["capture"]["kernel_dropped"] in (0, None), "the kernel dropped frames"
    return sorted(
        ["registration %s %s" % (x["call_id"], x["outcome"]) for x in r["registrations"]]
        + ["call %s %s %s" % (x["call_id"], x["state"], x["status"]) for x in r["calls"]]
        + ["stream %s %s %s %s: %d packets, %d lost, %d duplicates"
           % (x["src"], x["dst"], x["ssrc"], x["codec"], x["packets"], x["lost"], x["duplicates"]) for x in r["streams"]])

file, live = facts(sys.argv[1]), facts(sys.argv[2])
for line in sorted(set(file) ^ set(live)):
    print("only in the %s: %s" % ("file" if line in file else "live capture", line))
if file != live or not any(x.startswith("stream") for x in file):
    sys.exit("live and file differ")
print("replay: %d calls, registrations and streams as in the file" % len(file))
END

# ---- TLS, with a key log that is written while voipqos runs ----

capture=$CAPTURES/call-tls.pcapng
grep -ao 'CLIENT_RANDOM [0-9a-f]* [0-9a-f]*' "$capture" >"$tmp/keys" || fail "no secrets in $capture"
echo '# none yet' >"$tmp/keylog"
live tls "$capture" --multiplier=2 --keylog "$tmp/keylog"
rm "$tmp/keys"
python3 - "$tmp/tls.json" <<'END' || exit 1
import json, sys
r = json.load(open(sys.argv[1]))
tcp, calls = r["capture"]["tcp"], [c["state"] for c in r["calls"]]
if tcp["tls_decrypted_flows"] != 3 or calls != ["completed"] or r["capture"]["messages"]["sip"] != 24:
    sys.exit("TLS: %s, calls %s, %s" % (tcp, calls, r["capture"]["messages"]))
print("TLS: %d connections read live" % tcp["tls_decrypted_flows"])
END

# ---- a filter on tagged frames ----

capture=$CAPTURES/call-busy.pcap
python3 - "$capture" "$tmp/tagged.pcap" <<'END' || exit 1
import struct, sys
data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb") as out:
    out.write(data[:24])
    at = 24
    while at < len(data):
        sec, usec, caplen, length = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + caplen]
        frame = frame[:12] + b"\x81\0\0\x07" + frame[12:]
        out.write(struct.pack("<IIII", sec, usec, caplen + 4, length + 4) + frame)
        at += 16 + caplen
END
live tagged "$tmp/tagged.pcap" --multiplier=20 -f 'udp port 5060'
live untagged "$CAPTURES/call-busy.pcap" --multiplier=20 -f 'udp port 5060'
python3 - "$tmp/tagged.json" "$tmp/untagged.json" <<'END' || exit 1
import json, sys
tagged, plain = (json.load(open(f)) for f in sys.argv[1:])
sip = [r["capture"]["messages"]["sip"] for r in (tagged, plain)]
kept = [r["capture"]["filter"]["kept_tunnelled"] for r in (tagged, plain)]
if sip[0] != sip[1] or sip[0] < 8 or kept != [sip[0], 0]:
    sys.exit("filter on tagged frames: SIP messages %s, kept for what tags carry %s" % (sip, kept))
print("filter: %d SIP messages in tagged frames" % sip[0])
END

# ---- a flood ----

small="--max-calls 64 --max-streams 64 --max-flows 128 --max-registrations 64 --max-dialogs 64"
for size in 20000 80000; do
    "$B/tests/live/flood" $size >"$tmp/flood.pcap" || fail "flood"
    # shellcheck disable=SC2086 # a list of words
    live flood-$size "$tmp/flood.pcap" --pps=40000 $small
    python3 - "$tmp/flood-$size.json" <<'END' || exit 1
import json, sys
r = json.load(open(sys.argv[1]))
c = r["capture"]
kept = [x for x in r["calls"] if x["call_id"] == "kept@flood"]
assert len(kept) == 1 and kept[0]["state"] == "completed", "the finished call is gone: %s" % kept
streams = [x for x in r["streams"] if x["call"] == kept[0]["id"]]
assert sorted(x["packets"] for x in streams) == [50, 50], "its streams are gone: %d" % len(streams)
assert len(r["calls"]) <= 64 and len(r["streams"]) <= 64, "more than the caps"
evicted = c["evicted"]
assert evicted["calls"] > 100 and evicted["streams"] > 100, evicted
print("flood of %d frames: evicted %s; the finished call is reported" % (c["frames"], evicted))
END
done
little=$(cat "$tmp/flood-20000.hwm") much=$(cat "$tmp/flood-80000.hwm")
echo "peak memory: $little KiB for 20000 frames, $much KiB for 80000"
[ "$much" -le $((little + 4096)) ] || fail "memory grows with the flood"
