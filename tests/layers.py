#!/usr/bin/env python3
"""Fails when a file includes what its room may not know.

    layers.py [ROOT]      check the tree
    layers.py --self-test check that each kind of wrong include is found, in a copy of the tree

Rooms and what each may include (never tests/ or benchmarks/):

    engine/                        no I/O, clock, thread or socket
    storage/                       engine/, Boost.Serialization, POSIX
    net/                           engine/, Boost.Asio, OpenSSL, libcurl, prometheus-cpp, POSIX; not storage/
    net/program/ and net/main.cpp  everything: they put the rooms together
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

INCLUDE = re.compile(r"^\s*#\s*include\b\s*(.*?)\s*(?://.*|/\*.*)?$")
OPERAND = re.compile(r'^(?:"([^"]+)"|<([^>]+)>)$')

STANDARD = r"[a-z_0-9]+"
# What the engine would need to touch the outside, or to decide differently tomorrow.
IMPURE = (
    r"barrier|condition_variable|csignal|cstdio|ctime|filesystem|fstream|future|iostream|latch"
    r"|mutex|random|semaphore|shared_mutex|stop_token|syncstream|thread"
)
POSIX = r"[a-z_0-9]+\.h|(?:sys|linux|net|netinet|arpa)/[a-z_0-9/]+\.h"
XXHASH = r"xxhash\.h"
OPENSSL = r"openssl/[a-z0-9_]+\.h"
CURL = r"curl/curl\.h"
PROMETHEUS = r"prometheus/[a-z0-9_]+\.h"


def boost(*libraries):
    """Headers of these Boost libraries: boost/<library>.hpp and boost/<library>/..."""
    return rf"boost/(?:{'|'.join(libraries)})(?:\.hpp|/.*)"


VALUES = (
    "assert",
    "config",
    "container",
    "container_hash",
    "core",
    "system",
    "throw_exception",
    "unordered",
)


@dataclass(frozen=True)
class Layer:
    rooms: tuple[str, ...]  # folders that it may include, from the root
    system: re.Pattern  # what it may include in angle brackets


def layer(rooms, *system):
    return Layer(rooms, re.compile(f"(?:{'|'.join(system)})$"))


ANYTHING = layer(("engine/", "storage/", "net/"), ".*")
LAYERS = {
    "engine": layer(("engine/",), rf"(?!(?:{IMPURE})$){STANDARD}", XXHASH, boost(*VALUES)),
    "storage": layer(
        ("engine/", "storage/"), STANDARD, POSIX, boost(*VALUES, "archive", "serialization")
    ),
    "net": layer(("engine/", "net/"), STANDARD, POSIX, OPENSSL, CURL, PROMETHEUS,
                 boost(*VALUES, "asio", "beast", "json")),
}


def layer_of(path):
    """The layer of a file, given its path from the root."""
    if path.parts[:2] == ("net", "program") or path == Path("net/main.cpp"):
        return ANYTHING
    return LAYERS[path.parts[0]]


def fault(root, path, operand):
    """What is wrong with one include of `path`, or None."""
    parts = OPERAND.match(operand)
    if parts is None:
        return "cannot be read; name the header itself"
    quoted, angled = parts.groups()
    rules = layer_of(path)
    if angled is not None:
        if angled.split("/")[0] in (*LAYERS, "tests", "benchmarks"):
            return "Allot's own headers are included in quotes"
        return None if rules.system.match(angled) else "is not for this room"
    if not (root / quoted).is_file() or ".." in Path(quoted).parts:
        return "is no path from the root"
    if not quoted.startswith(rules.rooms):
        return "is the wrong direction"
    if quoted.startswith("net/program/") and rules is not ANYTHING:
        return "is the wrong direction: only the program knows its parts"
    return None


def check(root):
    """(number of includes read, complaints) for the tree at `root`."""
    read, complaints = 0, []
    for room in LAYERS:
        for file in sorted((root / room).rglob("*.[ch]pp")):
            path = file.relative_to(root)
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                include = INCLUDE.match(line)
                if include is None:
                    continue
                read += 1
                wrong = fault(root, path, include.group(1))
                if wrong:
                    complaints.append(f"{path}:{number}: {include.group(1)} {wrong}")
    return read, complaints


PLANTED = {
    ("engine/planted.hpp", '"storage/planted.hpp"'): "wrong direction",
    ("engine/planted.hpp", '"net/planted.hpp"'): "wrong direction",
    ("engine/planted.hpp", '"planted.hpp"'): "no path from the root",
    ("engine/planted.hpp", '"../engine/planted.hpp"'): "no path from the root",
    ("engine/planted.hpp", '"engine/../storage/planted.hpp"'): "no path from the root",
    ("engine/planted.hpp", "<engine/planted.hpp>"): "in quotes",
    ("engine/planted.hpp", "<thread>"): "not for this room",
    ("engine/planted.hpp", "<fstream> // for a moment"): "not for this room",
    ("engine/planted.hpp", "<unistd.h>"): "not for this room",
    ("engine/planted.hpp", "<boost/asio.hpp>"): "not for this room",
    ("engine/planted.hpp", "<boost/serialization/vector.hpp>"): "not for this room",
    ("engine/planted.hpp", "PLANTED_HEADER"): "cannot be read",
    ("storage/planted.hpp", '"net/planted.hpp"'): "wrong direction",
    ("storage/planted.hpp", "<boost/asio/buffer.hpp>"): "not for this room",
    ("storage/planted.hpp", "<openssl/evp.h>"): "not for this room",
    ("storage/planted.hpp", "<curl/curl.h>"): "not for this room",
    ("net/planted.hpp", '"storage/planted.hpp"'): "wrong direction",
    ("net/planted.hpp", '"net/program/planted.hpp"'): "wrong direction",
    ("net/planted.hpp", "<boost/archive/binary_oarchive.hpp>"): "not for this room",
    ("net/program/planted.hpp", '"tests/planted.hpp"'): "wrong direction",
    ("net/main.cpp", '"benchmarks/planted.hpp"'): "wrong direction",
    # And nothing is found where nothing is wrong.
    ("engine/planted.hpp", "<vector>"): None,
    ("engine/planted.hpp", "<boost/system/result.hpp>"): None,
    ("storage/planted.hpp", '"engine/planted.hpp"'): None,
    ("storage/planted.hpp", "<sys/stat.h>"): None,
    ("net/planted.hpp", "<boost/asio.hpp>"): None,
    ("net/planted.hpp", "<openssl/evp.h>"): None,
    ("net/planted.hpp", "<curl/curl.h>"): None,
    ("net/program/planted.hpp", '"storage/planted.hpp"'): None,
}


def self_test(root):
    """The cases of PLANTED that are not judged as they should be."""
    mistakes = []
    for (path, operand), expected in PLANTED.items():
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch)
            for room in LAYERS:
                shutil.copytree(root / room, copy / room)
            for folder in (*LAYERS, "net/program", "tests", "benchmarks"):
                (copy / folder).mkdir(exist_ok=True)
                (copy / folder / "planted.hpp").touch()
            before = check(copy)[1]
            with (copy / path).open("a", encoding="utf-8") as file:
                file.write(f"\n#include {operand}\n")
            found = [line for line in check(copy)[1] if line not in before]
        right = not found if expected is None else len(found) == 1 and expected in found[0]
        if not right:
            mistakes.append(f"{path} including {operand}: expected {expected}, found {found}")
    return mistakes


def main(arguments):
    home = Path(__file__).resolve().parent.parent
    if arguments == ["--self-test"]:
        mistakes = self_test(home)
        print(*mistakes, f"{len(PLANTED)} planted, {len(mistakes)} misjudged", sep="\n")
        return 1 if mistakes else 0
    root = Path(arguments[0]).resolve() if arguments else home
    read, complaints = check(root)
    print(*complaints, f"{read} includes read, {len(complaints)} wrong", sep="\n")
    return 1 if complaints or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
