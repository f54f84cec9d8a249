#!/bin/sh
# Installs what building (`build`) or building and testing (`test`) needs and this machine lacks. Quiet and quick when
# nothing is missing, and it then needs neither root nor Debian.
set -eu
what=${1:-build}
case $what in
    build | test) ;;
    *)
        echo "usage: $0 [build|test]" >&2
        exit 1
        ;;
esac
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

has() { command -v "$1" >/dev/null 2>&1; }
has_lib() { has pkg-config && pkg-config --exists "$1" 2>/dev/null; }
has_libc() { has cc && echo '#include <stdio.h>' | cc -E -o /dev/null - 2>/dev/null; }

missing=
need() {
    package=$1
    shift
    "$@" || missing="$missing $package"
}
# libc6-dev stands here because gcc only recommends it.
need gcc has cc
need libc6-dev has_libc
need make has make
need pkg-config has pkg-config
need libpcap-dev has_lib libpcap
need libosip2-dev has_lib libosip2
need libxxhash-dev has_lib libxxhash
need libjansson-dev has_lib jansson
need zlib1g-dev has_lib zlib
need libzstd-dev has_lib libzstd
need libssl-dev has_lib libcrypto
need gnuplot-nox has gnuplot
if [ "$what" = test ]; then
    need libcmocka-dev has_lib cmocka
    need python3-jsonschema sh -c 'python3 -c "import jsonschema" 2>/dev/null'
    need iproute2 has ip
    need tcpreplay has tcpreplay
    need openssl has openssl
fi
[ -n "$missing" ] || exit 0

give_up() {
    echo "voipqos needs:$missing (names of Debian packages)" >&2
    echo "$1" >&2
    exit 1
}
has apt-get || give_up "This is no Debian system; please install their equivalents by hand."
sudo=
if [ "$(id -u)" -ne 0 ]; then
    has sudo || give_up "Run 'apt-get install$missing' as root first."
    sudo=sudo
fi

# Nothing installed here may start a daemon: policy-rc.d forbids it, unless the administrator has one already.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=
cleanup() {
    rm -f "$log"
    if [ -n "$ours" ]; then $sudo rm -f "$policy"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    ours=1
    $sudo chmod 755 "$policy"
fi

install() {
    # shellcheck disable=SC2086 # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1 </dev/null
}
echo "installing:$missing"
# The package lists may be good enough; only when they are not they are fetched anew.
if ! install; then
    if ! $sudo apt-get update -qq >"$log" 2>&1 || ! install; then
        cat "$log" >&2
        give_up "apt-get could not install them."
    fi
fi
