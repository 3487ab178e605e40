#!/usr/bin/env bash
# Callgrind 3.19 counts a memcpy() of 2 KiB or more as one instruction a byte, and a smaller one as one in eight bytes.
#
# From its rep_movsb_threshold on, glibc's memcpy() executes `rep movsb`, one instruction that copies everything. Valgrind
# translates it as a loop, and callgrind counts each round of the loop as an instruction. So the same bytes cost some eight times as
# many "instructions" when they are copied in larger pieces, which is the faster way on the processor. A change that
# merges small copies into large ones looks like a regression in a count of instructions.
#
# Observed: the counts for copying 1 MiB in pieces, divided by the bytes copied, with valgrind 3.19.0 (Debian
# 1:3.19.0-1) and glibc 2.36 (Debian 12) with the threshold set to its default of 2,048 bytes for a vector of 32 bytes:
#   pieces of 1,024 bytes: 0.13 instructions a byte
#   pieces of 4,096 bytes: 0.99 instructions a byte
#
# Needs Debian 12 on x86-64 with ERMS and AVX2 (`grep erms /proc/cpuinfo`), and gcc; valgrind is unpacked in a temporary folder,
# nothing is installed. Exits with 1 when the counts are otherwise.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get -qq download valgrind=1:3.19.0-1 2>/dev/null
dpkg-deb -x valgrind_*.deb valgrind

cat >copy.c <<'PROBE'
#include <stdlib.h>
#include <string.h>

static char from[1 << 20], to[1 << 20];

int main(int argc, char** argv) {
    const size_t piece = strtoul(argv[1], NULL, 10), rounds = strtoul(argv[2], NULL, 10);
    void* (*volatile copy)(void*, const void*, size_t) = memcpy;
    for (size_t round = 0; round < rounds; ++round)
        for (size_t at = 0; at < sizeof from; at += piece) copy(to + at, from + at, piece);
    return 0;
}
PROBE
gcc -O2 copy.c -o copy

# count PIECE ROUNDS: the instructions of the program.
count() {
    VALGRIND_LIB=$PWD/valgrind/usr/libexec/valgrind GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=2048 \
        valgrind/usr/bin/valgrind --tool=callgrind --callgrind-out-file=out ./copy "$1" "$2" >log 2>&1
    sed -n 's/^summary: //p;s/^totals: //p' out | head -1
}

# per_byte PIECE: instructions a byte, without those of the program's start.
per_byte() {
    local once twice
    once=$(count "$1" 1)
    twice=$(count "$1" 2)
    awk -v once="$once" -v twice="$twice" 'BEGIN { printf "%.2f", (twice - once) / 2 ^ 20 }'
}

small=$(per_byte 1024)
large=$(per_byte 4096)
echo "pieces of 1,024 bytes: $small instructions a byte"
echo "pieces of 4,096 bytes: $large instructions a byte"
awk -v small="$small" -v large="$large" 'BEGIN { exit !(small < 0.2 && large > 0.95 && large < 1.05) }'
