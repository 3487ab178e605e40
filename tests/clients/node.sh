#!/usr/bin/env bash
# Node.js and the client libraries for the end-to-end tests. Part of `dev`, which sources it and defines
# `say`, `die` and `install`; they run in the root of the tree.

# Node.js 20, which the client libraries of the end-to-end tests ask for; Debian 12 has 18.
node_major_min=20
node_version=20.20.2
node='' # the program, once need_node has found it

node_is_new_enough() {
    local version
    version=$("$1" --version 2>/dev/null) || return 1
    version=${version#v}
    [[ ${version%%.*} -ge $node_major_min ]]
}

# Sets $node. Debian's Node.js is too old, so a pinned one comes from the npm registry.
need_node() {
    local machine own=build/tools/node_modules
    command -v npm >/dev/null || install 'to fetch the client libraries under test' npm
    node=$(command -v node || true)
    node_is_new_enough "$node" && return
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) die "needs Node.js $node_major_min or newer, and knows no package of it for $(uname -m)" ;;
    esac
    node=$PWD/$own/node-linux-$machine/bin/node
    [[ $("$node" --version 2>/dev/null) == "v$node_version" ]] && return
    say "fetching Node.js $node_version into build/tools: the clients under test need $node_major_min"
    npm install --prefix build/tools --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
        "node-linux-$machine@$node_version"
}

# need_clients <directory>: the packages that its package-lock.json pins.
need_clients() {
    [[ -e $1/package-lock.json ]] || return 0
    need_node
    [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]] && return
    say "fetching the client libraries under test into $1/node_modules"
    npm ci --prefix "$1" --no-audit --no-fund --ignore-scripts --loglevel=error
    touch "$1/node_modules/.package-lock.json"
}
