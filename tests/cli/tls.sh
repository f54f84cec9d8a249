#!/bin/sh
# SIP over TLS: what Python's TLS sealed is read with its key log, from a file or out of a pcapng; and where it cannot be
# read, the report says why.
# shellcheck disable=SC2154 # $tmp and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

make=$(dirname "$0")/lib/tls.py
if ! command -v python3 >/dev/null 2>&1 || ! command -v openssl >/dev/null 2>&1; then
    echo "python3 and openssl are not both installed"
    exit 77
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tmp/key" -out "$tmp/certificate" \
    -days 2 -subj /CN=voipqos-test >"$tmp/openssl" 2>&1 || fail "a certificate: $(tail -n 1 "$tmp/openssl")"
cat "$tmp/certificate" "$tmp/key" >"$tmp/pem"

# One of TLS 1.3's suites at a time can be asked for through OpenSSL's configuration only.
for suite in TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256; do
    printf 'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCiphersuites = %s\n' $suite >"$tmp/$suite.cnf"
done

# capture VERSION CIPHER KIND [WORD...]: into $tmp/pcap and $tmp/keys.
capture() {
    what="$*"
    OPENSSL_CONF=/dev/null
    [ "$1" = 1.2 ] || OPENSSL_CONF=$tmp/$2.cnf
    export OPENSSL_CONF
    agreed=$1 suite=$2 inside=$3
    shift 3
    if ! python3 "$make" "$agreed" "$suite" "$inside" "$tmp/pem" "$tmp/pcap" "$tmp/keys" "$@" >"$tmp/agreed" 2>"$tmp/err"; then
        fail "making $what: $(tail -n 1 "$tmp/err")"
    fi
    unset OPENSSL_CONF
}

# figure NAME PATH VALUE: of the last report, $tmp/json; PATH as in capture.tcp.tls_flows.
figure() {
    check "$1: $2 is $3" python3 -c '
import json, sys
at = json.load(open(sys.argv[1]))
for word in sys.argv[2].split("."):
    at = at[int(word)] if word.isdigit() else at[word]
sys.exit(f"{at}" if str(at) != sys.argv[3] else 0)' "$tmp/json" "$2" "$3"
}

# The call as tests/cli/lib/tls.py makes it.
whole_call() {
    figure "$1" calls.0.state completed
    figure "$1" capture.messages.sip 7
    figure "$1" capture.tcp.tls_flows 1
    figure "$1" capture.tcp.tls_decrypted_flows 1
    figure "$1" capture.tcp.tls_sip_flows 0
    figure "$1" capture.tcp.sip_flows 1
    figure "$1" capture.tcp.keep_alives 2
    [ "$4" = WSS ] || figure "$1" capture.decoded.sip 7
    "$VOIPQOS" -q -r "$2" ${3:+--keylog} ${3:+"$3"} --ladder --ascii >"$tmp/ladder"
    check "$1: seven arrows that say so" test "$(grep -c "\[$4\]" "$tmp/ladder")" -eq 7
}

for case in '1.2 ECDHE-ECDSA-AES128-GCM-SHA256' '1.2 ECDHE-ECDSA-AES256-GCM-SHA384' '1.2 ECDHE-ECDSA-CHACHA20-POLY1305' \
    '1.3 TLS_AES_128_GCM_SHA256' '1.3 TLS_AES_256_GCM_SHA384' '1.3 TLS_CHACHA20_POLY1305_SHA256'; do
    for transport in TLS WSS; do
        kind=sip
        [ $transport = TLS ] || kind=wss
        # shellcheck disable=SC2086 # two words
        capture $case $kind
        check "$case $kind: agreed on" grep -q "${case#* }" "$tmp/agreed"
        status "$case $kind" 0 "$VOIPQOS" -q -r "$tmp/pcap" --keylog "$tmp/keys" --json "$tmp/json"
        whole_call "$case $kind" "$tmp/pcap" "$tmp/keys" $transport
    done
done

# ---- segments that end anywhere, and secrets within a pcapng ----
capture 1.3 TLS_AES_256_GCM_SHA384 sip segment=29
status "small segments" 0 "$VOIPQOS" -q -r "$tmp/pcap" --keylog "$tmp/keys" --json "$tmp/json"
figure "small segments" calls.0.state completed
figure "small segments" capture.messages.sip 7
status "small segments: the account" 0 "$VOIPQOS" -q -r "$tmp/pcap" --keylog "$tmp/keys" --account
check "small segments: the account" grep -q 'all that were read' "$tmp/out"

capture 1.3 TLS_AES_256_GCM_SHA384 sip
python3 "$make" embed "$tmp/pcap" "$tmp/keys" "$tmp/pcapng"
status "embedded secrets" 0 "$VOIPQOS" -q -r "$tmp/pcapng" --json "$tmp/json"
whole_call "embedded secrets" "$tmp/pcapng" "" TLS
figure "embedded secrets" capture.tcp.tls_keys.given True
figure "embedded secrets" capture.tcp.tls_keys.connections 1
status "embedded secrets among several files" 0 "$VOIPQOS" -q -r "$tmp/pcapng" -r "$call" --json "$tmp/json"
figure "embedded secrets among several files" capture.tcp.tls_decrypted_flows 1
status "the summary" 0 "$VOIPQOS" -r "$tmp/pcapng"
check "the summary" grep -q '1 TLS connection, 1 read with keys' "$tmp/out"

# ---- SIP software of the lab ----
for name in call-tls call-tls13; do
    status "$name" 0 "$VOIPQOS" -q -r "$CAPTURES/$name.pcapng" --json "$tmp/json"
    figure "$name" capture.tcp.tls_decrypted_flows 3
    figure "$name" capture.tcp.tls_keys.connections 3
    figure "$name" calls.0.messages.0.transport TLS
    figure "$name" calls.0.state completed
done

# ---- packets that are missing ----
for case in '1.2 ECDHE-ECDSA-AES256-GCM-SHA384' '1.3 TLS_AES_256_GCM_SHA384'; do
    # shellcheck disable=SC2086 # two words
    capture $case sip drop=2,5
    status "$case: holes" 0 "$VOIPQOS" -q -r "$tmp/pcap" --keylog "$tmp/keys" --json "$tmp/json"
    figure "$case: holes" capture.messages.sip 5
    figure "$case: holes" capture.tcp.gaps 2
    figure "$case: holes" capture.tcp.tls_unread.hole 0
done

# ---- why it cannot be read ----
# why NAME REASON WORDS [OPTION...]: one connection, counted under REASON, told in a finding with WORDS.
why() {
    about=$1 reason=$2 words=$3
    shift 3
    status "$about" 0 "$VOIPQOS" -q -r "$tmp/pcap" --json "$tmp/json" "$@"
    figure "$about" "capture.tcp.tls_unread.$reason" 1
    figure "$about" capture.tcp.tls_flows 1
    figure "$about" capture.tcp.tls_decrypted_flows 0
    figure "$about" capture.messages.sip 0
    check "$about: told" grep -q "$words" "$tmp/json"
}
capture 1.3 TLS_AES_256_GCM_SHA384 sip
why "no key log" no_keylog '1 TLS connection could not be read: SIP on port 5061 is encrypted'
: >"$tmp/empty"
why "an empty key log" key_missing '1 not in the key log' --keylog "$tmp/empty"
says "an empty key log" 'there is no TLS secret in it'
sed 's/SECRET_0 ..../SECRET_0 0000/; s/TRAFFIC_SECRET ..../TRAFFIC_SECRET 0000/' "$tmp/keys" >"$tmp/others"
why "others' secrets" key_missing '1 not in the key log' --keylog "$tmp/others"
sed 's/....$/0000/' "$tmp/keys" >"$tmp/wrong"
why "wrong secrets" damaged '1 damaged or with a wrong key' --keylog "$tmp/wrong"
capture 1.3 TLS_AES_256_GCM_SHA384 sip skip=3
why "a late capture" not_from_start '1 began before the capture' --keylog "$tmp/keys"
capture 1.2 ECDHE-ECDSA-AES128-SHA sip
why "an old cipher" suite '1 with a cipher not read here (0xc009)' --keylog "$tmp/keys"

# What is encrypted and is no SIP is nobody's fault.
capture 1.3 TLS_AES_256_GCM_SHA384 sip text=hello port=443
status "no SIP inside" 0 "$VOIPQOS" -q -r "$tmp/pcap" --keylog "$tmp/keys" --json "$tmp/json"
figure "no SIP inside" capture.tcp.sip_flows 0
figure "no SIP inside" capture.tcp.tls_decrypted_flows 1
figure "no SIP inside" findings '[]'

# ---- the file of keys ----
echo 'no line of a key log' >>"$tmp/keys"
status "a bad line" 0 "$VOIPQOS" -r "$tmp/pcap" --keylog "$tmp/keys"
check "a bad line: told" grep -q '1 line was not understood in the key log' "$tmp/out"
status "no key log there" 2 "$VOIPQOS" -r "$tmp/pcap" --keylog "$tmp/nowhere"
says "no key log there" "key log $tmp/nowhere: No such file or directory"
status "a folder as key log" 2 "$VOIPQOS" -r "$tmp/pcap" --keylog "$tmp"
says "a folder as key log" 'Is a directory'

finish
