#!/bin/sh
# Both compilers with -Werror, static analysis where it is installed, and house rules that a program can check. Sizes of
# files and functions, and what clang's path analyser suspects (it does not see every invariant), are only warned of.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
say() { echo "lint: $*"; }

for cc in gcc clang; do
    if ! command -v $cc >/dev/null 2>&1; then
        say "$cc is not installed"
        continue
    fi
    say "$cc -Werror"
    log=build/lint-$cc.log
    mkdir -p build
    benches=
    for f in tests/bench/*.c; do benches="$benches build/lint-$cc/bench/$(basename "$f" .c)"; done
    # shellcheck disable=SC2086 # a list of words
    if ! make --no-print-directory -k -j2 "B=build/lint-$cc" CC=$cc CFLAGS=-Werror tests $benches >"$log" 2>&1; then
        grep -E 'error:|warning:|No rule|undefined' "$log" || tail -n 20 "$log"
        bad=1
    fi
done

c_files=$(find src include tests -name '*.[ch]' | sort)
library_files=$(find src -name '*.c' | sort)
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Iinclude -Isrc -Itests $(pkg-config --cflags libpcap libosip2 jansson zlib libzstd libcrypto)"
for p in spandsp opus; do
    ! pkg-config --exists $p || flags="$flags -DVQ_BUILD_SPANDSP=\"\" -DVQ_SPANDSP_SO=\"\" -DVQ_HAVE_$(echo $p | tr a-z A-Z) $(pkg-config --cflags $p)"
done

if command -v cppcheck >/dev/null 2>&1; then
    say cppcheck
    # shellcheck disable=SC2086
    cppcheck -q -j2 --std=c11 --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem \
        --suppress=normalCheckLevelMaxBranches --error-exitcode=1 -Iinclude -Isrc $library_files || bad=1
fi
if command -v clang-tidy >/dev/null 2>&1; then
    say clang-tidy
    checks='-*,clang-analyzer-*,bugprone-*,cert-err34-c,misc-redundant-expression,readability-misleading-indentation'
    # Left out: what only the bounds-checked functions of C11 Annex K would satisfy, a check that misreads va_start, taste.
    checks="$checks,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.*,-bugprone-easily-swappable-parameters"
    checks="$checks,-bugprone-suspicious-string-compare,-bugprone-sizeof-expression"
    checks="$checks,-bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result"
    checks="$checks,-bugprone-branch-clone,-bugprone-reserved-identifier,-bugprone-assignment-in-if-condition"
    # What a file says of itself does not change while it and what it includes stay the same.
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/voipqos-tidy
    mkdir -p "$cache"
    # shellcheck disable=SC2016 # expanded by the inner shell
    printf '%s\n' $library_files | cache=$cache flags=$flags checks=$checks xargs -P2 -n1 sh -c '
        key=$({ echo "$checks"; gcc $flags -E "$0"; } | sha256sum | cut -c1-32)
        [ -f "$cache/$key" ] && exec cat "$cache/$key"
        clang-tidy --quiet "--warnings-as-errors=*,-clang-analyzer-*" "--checks=$checks" "$0" -- $flags >"$cache/$key.$$" 2>/dev/null
        mv "$cache/$key.$$" "$cache/$key"
        cat "$cache/$key"' >build/lint-tidy.log
    grep -E ': (warning|error): ' build/lint-tidy.log
    grep -q 'error:' build/lint-tidy.log && bad=1
fi
if command -v shellcheck >/dev/null 2>&1; then
    say shellcheck
    find tests packaging .ci -type f \( -name '*.sh' -o -name run \) -print0 | xargs -0 shellcheck -S warning || bad=1
fi

say "house rules"
text_files=$(find src include tests packaging docs .ci Makefile -type f ! -path 'tests/fuzz/corpus/*' ! -path 'tests/golden/*/*' |
    while read -r f; do ! grep -qI . "$f" || echo "$f"; done)
# shellcheck disable=SC2086
if grep -nE '[[:blank:]]+$' $text_files; then
    say "blanks at the end of a line"
    bad=1
fi
# The words are put together here so that this file does not hold them.
# shellcheck disable=SC2086
if grep -nE "\\b(TO""DO|FIX""ME|X""XX)\\b" $text_files; then
    say "unfinished work"
    bad=1
fi
# shellcheck disable=SC2086
awk 'FNR == 1 { start = 0 }
     length($0) > 120 { print FILENAME ":" FNR ": warning: " length($0) " columns" }
     /^\{/ { start = FNR }
     /^\}/ { if (start && FNR - start - 1 > 60)
                 print FILENAME ":" start ": warning: a function of " FNR - start - 1 " lines"; start = 0 }
     { lines[FILENAME] = FNR }
     END { for (f in lines) if (lines[f] > 500) print f ": warning: " lines[f] " lines" }' $c_files

[ $bad -eq 0 ] && say "clean"
exit $bad
