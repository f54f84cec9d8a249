#!/bin/sh
# Measures speed and memory as ratios against reference programs on two generated captures (docs/bench.md). The programs
# run in turn, several rounds, so that the machine's noise falls on all alike. Noise only adds: judged is the least of the
# rounds, and the median stands beside it.
#
# BENCH_ROUNDS (31)      rounds against the count loop
# BENCH_PACKETS (1000000) packets in each capture
# BENCH_CALL_IDS (1000000) Call-IDs in the larger of the captures of SIP alone
# BENCH_DATA ($B/bench)  where the captures are kept
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
bin=$B/bench
data=${BENCH_DATA:-$B/bench}
rounds=${BENCH_ROUNDS:-31}
packets=${BENCH_PACKETS:-1000000}
call_ids=${BENCH_CALL_IDS:-1000000}
app=$B/voipqos
mkdir -p "$data"
misses=0

# generate NAME PACKETS CALLS OPTION...: the capture and its truth, unless they are there already.
generate() {
    stamp="$* $(cksum <tests/bench/gen.c)"
    if [ "$(cat "$data/$1.stamp" 2>/dev/null)" != "$stamp" ]; then
        name=$1 n=$2 calls=$3
        shift 3
        "$bin/gen" --packets "$n" --calls "$calls" --seed 1 "$@" --out "$data/$name.pcap" --truth "$data/$name.truth" \
            2>"$data/$name.words"
        set -- "$name"
        echo "$stamp" >"$data/$1.stamp"
    fi
    echo
    echo "$1: $(cat "$data/$1.words")"
}

# verify NAME: is everything reported that was generated, and nothing else?
verify() {
    "$app" -q -r "$data/$1.pcap" --json "$data/$1.json"
    if "$bin/compare" "$data/$1.truth" "$data/$1.json"; then
        rm -f "$data/$1.json"
    else
        echo "$1: the report is wrong (kept: $data/$1.json); speed means nothing"
        exit 1
    fi
}

# judge WORDS VALUE (below|above) BOUND UNIT
judge() {
    if awk -v v="$2" -v how="$3" -v b="$4" 'BEGIN { exit !(how == "below" ? v <= b : v >= b) }'; then
        verdict=pass
    else
        verdict=MISS
        misses=$((misses + 1))
    fi
    case $3 in below) sign="<=" ;; *) sign=">=" ;; esac
    printf '  %-52s %8s %-3s  (wanted %s %s)  %s\n' "$1" "$2" "$5" "$sign" "$4" "$verdict"
}

# show LABEL LINE: one line of timeit.
show() {
    label=$1
    # shellcheck disable=SC2086 # the fields of the line
    set -- $2
    printf '  %-34s CPU %s s least, %s s median; wall %s s; %s MiB; x %s least, x %s median\n' "$label" "$@"
}

# field N LINE
field() { echo "$2" | cut -f "$1"; }

# against_count NAME RATIO_BOUND MIB_BOUND
against_count() {
    f=$data/$1.pcap
    cat "$f" >/dev/null # into the page cache
    "$bin/timeit" -n "$rounds" "$bin/count" "$f" -- "$app" -q -r "$f" -- "$app" -r "$f" >"$data/$1.times"
    count=$(sed -n 1p "$data/$1.times") quiet=$(sed -n 2p "$data/$1.times") whole=$(sed -n 3p "$data/$1.times")
    show "count loop (pcap_next_ex)" "$count"
    show "voipqos -q -r" "$quiet"
    show "voipqos -r >/dev/null" "$whole"
    judge "$1: CPU of the whole program / count loop" "$(field 5 "$whole")" below "$2" x
    judge "$1: peak memory" "$(field 4 "$whole")" below "$3" MiB
}

# against_tshark NAME BOUND
against_tshark() {
    if ! command -v tshark >/dev/null 2>&1; then
        echo "  tshark is not installed: not compared with it"
        return
    fi
    f=$data/$1.pcap
    "$bin/timeit" -n 2 "$app" -r "$f" -- tshark -q -z rtp,streams -r "$f" >"$data/$1.tshark" 2>/dev/null
    tshark=$(sed -n 2p "$data/$1.tshark")
    show "tshark -q -z rtp,streams (x voipqos)" "$tshark"
    judge "$1: CPU of tshark / the whole program" "$(field 5 "$tshark")" above "$2" x
}

# per_message NAME: nanoseconds of CPU time for each SIP message; the line of timeit is kept in $data/NAME.times.
per_message() {
    f=$data/$1.pcap
    cat "$f" >/dev/null
    "$bin/timeit" -n 3 "$app" -q -r "$f" >"$data/$1.times"
    awk -v n="$(sed 's/ .*//' "$data/$1.words")" '{ print $1 / n * 1e9 }' "$data/$1.times"
}

# Registrations with their challenge, and calls, without media: $1 messages in all, 5.5 to a Call-ID.
sip_alone() {
    generate S 2000000 2000 --sip-only
    verify S
    rate=$(awk -v ns="$(per_message S)" 'BEGIN { printf "%.0f", 1e9 / ns }')
    judge "S: SIP messages per second of CPU time" "$rate" above 300000 /s
    generate S-few 55000 2000 --sip-only
    generate S-many $((call_ids / 2 * 11)) 2000 --sip-only
    # In turn, so that the processor is as fast for one as for the other.
    cat "$data/S-few.pcap" "$data/S-many.pcap" >/dev/null
    "$bin/timeit" -n 4 "$app" -q -r "$data/S-few.pcap" -- "$app" -q -r "$data/S-many.pcap" >"$data/S-many.times"
    few=$(sed -n 1p "$data/S-many.times") many=$(sed -n 2p "$data/S-many.times")
    mib=$(field 4 "$many")
    judge "S: a message among $call_ids Call-IDs / among 10000" "$(awk -v a="$(field 1 "$many")" -v b="$(field 1 "$few")" \
        -v n="$(sed 's/ .*//' "$data/S-many.words")" -v m="$(sed 's/ .*//' "$data/S-few.words")" \
        'BEGIN { printf "%.2f", a / n / (b / m) }')" below 1.5 x
    awk -v mib="$mib" -v n="$call_ids" 'BEGIN { printf "  %-52s %8.0f bytes (%s MiB in all)\n", "S: memory for each Call-ID", mib * 1048576 / n, mib }'
}

generate A "$packets" 200 --loss 1 --jitter 5
verify A
against_count A 2.0 64
against_tshark A 15
generate B "$packets" 20000 --loss 1 --jitter 5
verify B
against_count B 3.0 400
sip_alone

echo
if [ "$misses" -eq 0 ]; then
    echo "all bounds kept"
else
    echo "$misses bounds missed"
fi
[ "$misses" -eq 0 ]
