#!/bin/sh
# --help, the man page and the shell completion name the same options with the same arguments.
# shellcheck disable=SC2154 # $tmp, $call and so on are from lib/common.sh
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
man=$root/packaging/voipqos.1
completion=$root/packaging/voipqos.bash

status "--help" 0 "$VOIPQOS" --help
cp "$tmp/out" "$tmp/help"
check "--help fits 120 columns" sh -c '! grep -q ".\{121\}" "$1"' - "$tmp/help"

# One line for each option: -x --name ARGUMENT
sed -n -e 's/^  \(-[A-Za-z]\), \(--[a-z-]*\)/\1 \2/p' -e 's/^      \(--[a-z-]*\)/- \1/p' "$tmp/help" |
    sed -e 's/   *.*//' -e 's/\[=\(.*\)\]/ \1/' | sort >"$tmp/in-help"
check "--help lists options" test "$(wc -l <"$tmp/in-help")" -ge 28
sed -n -e 's/^\.It Fl \(.\) , Fl Fl/-\1 --/p' -e 's/^\.It Fl Fl/- --/p' "$man" |
    sed -e 's/-- /--/' -e 's/ Ns Op = Ns//' -e 's/ Ar / /' | sort >"$tmp/in-man"
check "man page and --help" diff "$tmp/in-help" "$tmp/in-man"

cut -d ' ' -f 2 "$tmp/in-help" | sort >"$tmp/names"
sed -n '/local options="/,/"$/p' "$completion" | grep -o -e '--[a-z-]*' | sort >"$tmp/in-completion"
check "completion and --help" diff "$tmp/names" "$tmp/in-completion"

# Each option is known, whatever becomes of it.
while read -r letter name argument; do
    for option in $letter $name; do
        [ "$option" != - ] || continue
        "$VOIPQOS" "$option" ${argument:+1} >/dev/null 2>"$tmp/err" </dev/null
        check "$option is known" sh -c '! grep -q "unrecognized\|invalid option" "$1"' - "$tmp/err"
    done
done <"$tmp/in-help"

# The words that an option chooses from are those of the completion.
sed -n 's/^- \(--[a-z-]*\) \(.*|.*\)/\1 \2/p' "$tmp/in-help" | grep -v ladder | while read -r name words; do
    words=$(echo "$words" | tr '|' ' ')
    grep -A 1 -e "^        $name)" "$completion" | grep -qF "compgen -W \"$words\"" || echo "$name: $words"
done >"$tmp/choices"
empty "completion offers the choices" "$tmp/choices"

if command -v bash >/dev/null 2>&1; then
    cat >"$tmp/complete.bash" <<'END'
source "$1"
try() { # try WANT WORD...: what the last word is completed to
    local want=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _voipqos
    [[ "${COMPREPLY[*]}" == "$want" ]] || { echo "$*: ${COMPREPLY[*]}, not $want"; exit 1; }
}
try "--json" voipqos --js
try "itu tiphon" voipqos -r x --rating ""
try "tiphon" voipqos --rating = t
try "--max-calls --max-streams --max-flows --max-registrations --max-dialogs" voipqos --max
try "emodel" voipqos e
try "" voipqos --buffer ""
END
    check "completion at work" bash "$tmp/complete.bash" "$completion"
else
    skip "bash is not installed"
fi
if command -v mandoc >/dev/null 2>&1; then
    # Which other manuals are installed is no matter of this one.
    mandoc -Tlint -W style "$man" 2>/dev/null | grep -v 'referenced manual not found' >"$tmp/lint"
    empty "mandoc" "$tmp/lint"
else
    skip "mandoc is not installed"
fi

# Exit codes are told in three places.
for code in 0 1 2 3 4; do
    check "man page: exit status $code" grep -q "^\.It $code\$" "$man"
    check "--help: exit status $code" sh -c 'sed -n "/^Exit status/,\$p" "$1" | grep -q "$2 [a-z]"' - "$tmp/help" "$code"
done
finish
