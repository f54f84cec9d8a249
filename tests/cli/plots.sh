#!/bin/sh
# --plots with gnuplot, without it, and with one that fails. The stand-ins for gnuplot are scripts in a PATH of their own.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

count() { find "$1" -name "$2" | wc -l; }

if command -v gnuplot >/dev/null 2>&1; then
    status "--plots" 0 "$VOIPQOS" -q -r "$call" --plots "$tmp/plots"
    empty "--plots is silent" "$tmp/err"
    for kind in dat gp png svg; do
        check "4 streams, 4 $kind" test "$(count "$tmp/plots" "stream-*.$kind")" -eq 4
    done
    check "a PNG" sh -c 'head -c 4 "$1" | grep -q PNG' - "$tmp/plots/stream-1.png"
    check "an SVG" grep -q '<svg' "$tmp/plots/stream-1.svg"
    # The script stands for itself. (gnuplot's SVG remembers the last colour of the drawing before in an empty group.)
    mkdir "$tmp/alone"
    cp "$tmp/plots/stream-2.gp" "$tmp/plots/stream-2.dat" "$tmp/alone"
    check "a script by hand" sh -c 'cd "$1" && gnuplot stream-2.gp' - "$tmp/alone"
    same "the same PNG" "$tmp/plots/stream-2.png" "$tmp/alone/stream-2.png"
    for d in plots alone; do sed 's/stroke="[^"]*"//' "$tmp/$d/stream-2.svg" >"$tmp/$d.svg"; done
    same "the same SVG" "$tmp/plots.svg" "$tmp/alone.svg"
else
    skip "gnuplot is not installed"
fi

status "no streams" 0 "$VOIPQOS" -q -r "$CAPTURES/register-401.pcap" --plots "$tmp/nothing"
says "no streams" "no RTP streams"

# ---- without gnuplot ----
mkdir "$tmp/bin"
run_without() { PATH=$tmp/bin "$VOIPQOS" -q -r "$call" "$@"; }
status "no gnuplot" 4 run_without --plots "$tmp/bare"
says "no gnuplot" "gnuplot is not installed"
check "data are there" test "$(count "$tmp/bare" 'stream-*.dat')" -eq 4
check "scripts are there" test "$(count "$tmp/bare" 'stream-*.gp')" -eq 4
check "nothing else is" test "$(find "$tmp/bare" -type f | wc -l)" -eq 8
status "-o without gnuplot is still good" 0 run_without -o "$tmp/out-dir"
says "-o without gnuplot" "gnuplot is not installed"

# ---- one that fails at the second stream ----
cat >"$tmp/bin/gnuplot" <<'END'
#!/bin/sh
for i in $(/bin/sed -n 's/^load "stream-\([0-9]*\).gp"/\1/p' driver); do
    echo begun >stream-$i.png
    if [ "$i" = 2 ]; then
        printf 'bad \033[31mscript\n' >&2
        exit 1
    fi
    echo whole >stream-$i.svg
    echo "$i" >>drawn
done
END
chmod +x "$tmp/bin/gnuplot"
status "a script that fails" 4 run_without --plots "$tmp/partly"
says "a script that fails" "could not draw stream 2"
says "its reason, made harmless" 'bad \x1b[31mscript'
check "the others are drawn" test "$(count "$tmp/partly" 'stream-*.png')" -eq 3
absent "the picture begun is not there" "$tmp/partly/stream-2.png"
check "data of all" test "$(count "$tmp/partly" 'stream-*.dat')" -eq 4

# ---- a folder that cannot be ----
: >"$tmp/file"
status "a file in the way" 4 "$VOIPQOS" -q -r "$call" --plots "$tmp/file"
says "a file in the way" "could not be written: Not a directory"
find "$tmp" -name '.voipqos*' >"$tmp/hidden"
empty "no working folder is left" "$tmp/hidden"

finish
