#!/bin/sh
# Installs the Debian 12 packages the lab uses (root).
set -e
[ "$(id -u)" = 0 ] || { echo "install.sh: must be root" >&2; exit 1; }

# The servers' packages would start their daemons; the lab starts its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends \
	baresip-core linphone-cli kamailio rtpengine-daemon coturn sip-tester \
	tcpdump tshark iproute2 nftables ethtool procps espeak-ng sox \
	python3 gcc libc6-dev kamailio-websocket-modules \
	kamailio-tls-modules openssl libssl-dev
