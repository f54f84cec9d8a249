#!/bin/sh
# Checks the direction of the includes: no floor knows a floor above it, each library has one door, the app sees the engine
# through public headers only, and the library neither prints, exits, nor asks the clock. Prints every offence.
set -u
cd "$(dirname "$0")/.." || exit 1
floors="util net proto metrics session report app"
library="util net proto metrics session report"
offences=$(mktemp) || exit 1
trap 'rm -f "$offences"' EXIT

# sources FLOOR...: their files.
sources() {
    for floor in "$@"; do
        for f in "src/$floor"/*.c "src/$floor"/*.h; do
            [ ! -f "$f" ] || echo "$f"
        done
    done
}

# offend WORDS: each line of standard input (file:line:text) is an offence.
offend() { sed "s|\$|   <- $1|" >>"$offences"; }

# Floors above: what stands behind the floor in the list.
above=$floors
for floor in $floors; do
    above=${above#"$floor"} above=${above# }
    for up in $above; do
        for f in $(sources "$floor"); do
            grep -Hn "^ *# *include *\"$up/" "$f"
        done | offend "floor $floor may not include floor $up"
    done
done

# door HEADER_PATTERN ALLOWED_FILE_PATTERNS: who else includes it. zlib has two, one for the app and one for the library.
# shellcheck disable=SC2086 # floors are words
door() {
    for f in $(sources $floors) include/voipqos/*.h; do
        for allowed in $2; do
            # shellcheck disable=SC2254 # a pattern is meant
            case $f in $allowed) continue 2 ;; esac
        done
        grep -HnE "^ *# *include *[<\"]$1" "$f"
    done | offend "only $2 may include it"
}
door 'osip' 'src/proto/sip_osip.c'
door 'jansson' 'src/report/json*.[ch]'
door 'pcap' 'src/app/source_pcap.c'
door 'zlib' 'src/app/source_gzip.c src/proto/inflate.c'
door 'zstd' 'src/app/source_zstd.c'
door 'xxhash' 'src/util/hash.h'
door 'spandsp' 'src/app/wav_spandsp.c'
door 'opus' 'src/app/wav_opus.c'
door 'openssl' 'src/proto/tls_crypto.c'

for f in $(sources app); do
    grep -Hn '^ *# *include *"' "$f" | grep -vE '"(app/|util/|net/(savefile|merge|inner)\.h")'
done | offend "the app sees voipqos/*.h, util/, net/savefile.h, net/merge.h, net/inner.h and itself"
grep -Hn '^ *# *include *"' include/voipqos/*.h | offend "a public header includes public headers only"

# Calls that the library does not make. Comments and strings are blanked out first.
calls='v?f?printf|v?dprintf|f?puts|f?putc|putchar|fwrite|perror|_?exit|abort|time|clock|clock_gettime|gettimeofday|localtime(_r)?'
calls="$calls|getenv|f?open|fdopen|popen|system|fork|socket|sleep|usleep|nanosleep|s?rand|random"
# shellcheck disable=SC2086
for f in $(sources $library); do
    awk -v calls="(^|[^A-Za-z0-9_.>])($calls) *\\\\(" '
        {
            line = $0
            gsub(/\\./, "", line)
            gsub(/"[^"]*"/, "\"\"", line)
            if (inside) {
                if (!match(line, /\*\//)) next
                line = substr(line, RSTART + 2)
                inside = 0
            }
            while (match(line, /\/\*/)) {
                head = substr(line, 1, RSTART - 1)
                tail = substr(line, RSTART + 2)
                if (!match(tail, /\*\//)) { line = head; inside = 1; break }
                line = head " " substr(tail, RSTART + 2)
            }
            sub(/\/\/.*/, "", line)
            if (line ~ calls) print FILENAME ":" FNR ":" $0
        }' "$f"
done | offend "the library does not print, exit, open files or read the clock"

if [ -s "$offences" ]; then
    cat "$offences"
    exit 1
fi
# shellcheck disable=SC2086
echo "$(sources $floors | wc -l) files keep to their floors"
