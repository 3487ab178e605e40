#!/usr/bin/env python3
"""Fails when a file includes a folder that its own folder must not include, when folders include each
other in a circle, or when a source file declares what another defines, which would be an include unseen.

    layers.py [ROOT]      check the tree
    layers.py --self-test check that each kind of wrong include is found, in a copy of the tree

DIRECTIONS has the folders, and for each the folders below it: a file includes what is in its own
folder or in one below, by the path from the root, and nothing of tests/ or benchmarks/; APART has
exceptions. SYSTEM has what may be included in angle brackets:

    engine/   no I/O, clock, thread or socket
    storage/  Boost.Serialization, POSIX
    net/      Boost.Asio, OpenSSL, libcurl, prometheus-cpp, POSIX
    net/cli/  everything: it puts the rooms together
"""

import contextlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

# Which folders stand directly below each; what stands below those may be included as well.
DIRECTIONS = {
    "engine/containers": (),  # know nothing of the domain
    "engine": ("engine/containers",),
    "storage/basics": ("engine",),  # see FILES
    "storage/io": ("storage/basics",),
    "storage/format": ("storage/io",),
    "storage/journal": ("storage/format",),
    "storage/feed": ("storage/journal",),
    "storage/snapshot": ("storage/journal",),
    "storage/recovery": ("storage/snapshot",),
    "storage/repair": ("storage/recovery",),
    "storage/backup": ("storage/repair",),
    "storage": ("storage/feed", "storage/recovery"),  # the facade
    "net/text": ("engine",),
    "net/core": ("net/text",),
    "net/schema": ("net/core",),
    "net/commands/batches": ("net/schema",),
    "net/commands/orders": ("net/schema",),
    "net/resp": ("net/commands/orders",),
    "net/commands": ("net/commands/batches", "net/resp"),  # the table of all commands
    "net/http": ("net/commands",),
    "net/transport": ("net/http",),
    "net/notify": ("net/core",),
    "net/cli/io": ("net/text", "storage/io"),
    "net/cli/settings": ("net/cli/io", "net/notify", "storage/feed"),
    "net/cli/csv": ("net/cli/io", "net/core"),
    "net/cli/remote": ("net/cli/settings",),
    "net/cli": ("net/cli/csv", "net/cli/remote", "net/transport", "storage", "storage/backup"),
}
# Folders that do not know a folder below them: a protocol does not know the other.
APART = {("net/http", "net/resp")}
# Files that belong to another room than their folder's.
FILES = {
    "storage/options.hpp": "storage/basics",
    "storage/errors.hpp": "storage/basics",
    "storage/flushing_mutex.hpp": "storage/basics",
    "net/limits.hpp": "net/text",
    "net/main.cpp": "net/cli",
}

INCLUDE = re.compile(r"^\s*#\s*include\b\s*(.*?)\s*(?://.*|/\*.*)?$")
EXTERN = re.compile(r"^\s*extern\b(?!\s*(?:\"C\"|template\b))")
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


VALUES = ("assert", "config", "container", "container_hash", "core", "system", "throw_exception", "unordered")


def any_of(*patterns):
    return re.compile(f"(?:{'|'.join(patterns)})$")


SYSTEM = {
    "engine": any_of(rf"(?!(?:{IMPURE})$){STANDARD}", XXHASH, boost(*VALUES)),
    "storage": any_of(STANDARD, POSIX, boost(*VALUES, "archive", "serialization")),
    "net": any_of(STANDARD, POSIX, OPENSSL, CURL, PROMETHEUS, boost(*VALUES, "asio", "beast", "json")),
    "net/cli": any_of(".*"),
}
TOP = ("engine", "storage", "net")


def folder_of(path):
    """The room of a file, given its path from the root; None when DIRECTIONS has none."""
    folder = FILES.get(path, str(Path(path).parent))
    return folder if folder in DIRECTIONS else None


def system_of(folder):
    return SYSTEM[max((top for top in SYSTEM if f"{folder}/".startswith(f"{top}/")), key=len)]


def below(folder, directions):
    """The folder, and all that it may include."""
    known, found = set(), [folder]
    while found:
        next_one = found.pop()
        if next_one not in known:
            known.add(next_one)
            found += directions.get(next_one, ())
    return known


def may_include(folder, other, directions):
    return other in below(folder, directions) and (folder, other) not in APART


def circle_in(edges):
    """Folders that include each other in a circle, one after the other; none: an empty list."""
    done = set()

    def search(folder, way):
        if folder in way:
            return [*way[way.index(folder):], folder]
        if folder in done:
            return []
        for other in sorted(edges.get(folder, ())):
            if circle := search(other, [*way, folder]):
                return circle
        done.add(folder)
        return []

    for folder in sorted(edges):
        if circle := search(folder, []):
            return circle
    return []


def fault(root, path, operand, directions):
    """(What is wrong with one include of `path`, or None; the folder of a header that is ours)."""
    parts = OPERAND.match(operand)
    if parts is None:
        return "cannot be read; name the header itself", None
    quoted, angled = parts.groups()
    folder = folder_of(path)
    if folder is None:
        return "is in a folder that tests/layers.py does not know", None
    if angled is not None:
        if angled.split("/")[0] in (*TOP, "allot", "tests", "benchmarks"):
            return "Allot's own headers are included in quotes", None
        return None if system_of(folder).match(angled) else "is not for this room", None
    if not quoted.endswith(".hpp"):
        return "is no header *.hpp", None
    if not (root / quoted).is_file() or ".." in Path(quoted).parts:
        return "is no path from the root", None
    other = folder_of(quoted)
    if other is None or not may_include(folder, other, directions):
        return f"is the wrong direction: {folder} must not know {other or quoted}", other
    return None, other


def check(root, directions=None):
    """(number of includes read, complaints) for the tree at `root`."""
    directions = directions or DIRECTIONS
    read, complaints, edges = 0, [], {}
    for top in TOP:
        for file in sorted((root / top).rglob("*.[ch]pp")):
            path = file.relative_to(root).as_posix()
            for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
                if file.suffix == ".cpp" and EXTERN.match(line):
                    complaints.append(f"{path}:{number}: declares by extern; include the header")
                include = INCLUDE.match(line)
                if include is None:
                    continue
                read += 1
                wrong, other = fault(root, path, include.group(1), directions)
                if wrong:
                    complaints.append(f"{path}:{number}: {include.group(1)} {wrong}")
                folder = folder_of(path)
                if other not in (None, folder):
                    edges.setdefault(folder, set()).add(other)
    for graph in (directions, edges):
        if circle := circle_in(graph):
            complaints.append(f"folders in a circle: {' -> '.join(circle)}")
            break
    return read, complaints


INCLUDES = {
    ("engine/added.hpp", '"storage/added.hpp"'): "wrong direction",
    ("engine/added.hpp", '"net/added.hpp"'): "wrong direction",
    ("engine/added.hpp", '"engine/added.inc"'): "no header",
    ("engine/added.hpp", '"added.hpp"'): "no path from the root",
    ("engine/added.hpp", '"../engine/added.hpp"'): "no path from the root",
    ("engine/added.hpp", '"engine/../storage/added.hpp"'): "no path from the root",
    ("engine/added.hpp", "<engine/added.hpp>"): "in quotes",
    ("engine/added.hpp", "<allot/store.hpp>"): "in quotes",
    ("engine/added.hpp", "<thread>"): "not for this room",
    ("engine/added.hpp", "<fstream> // for a moment"): "not for this room",
    ("engine/added.hpp", "<unistd.h>"): "not for this room",
    ("engine/added.hpp", "<boost/asio.hpp>"): "not for this room",
    ("engine/added.hpp", "<boost/serialization/vector.hpp>"): "not for this room",
    ("engine/added.hpp", "ADDED_HEADER"): "cannot be read",
    ("engine/containers/added.hpp", '"engine/added.hpp"'): "wrong direction",
    ("engine/containers/added.hpp", "<thread>"): "not for this room",
    ("storage/added.hpp", '"net/added.hpp"'): "wrong direction",
    ("storage/added.hpp", '"storage/backup/added.hpp"'): "wrong direction",
    ("storage/added.hpp", "<boost/asio/buffer.hpp>"): "not for this room",
    ("storage/added.hpp", "<openssl/evp.h>"): "not for this room",
    ("storage/added.hpp", "<curl/curl.h>"): "not for this room",
    ("storage/io/added.hpp", '"storage/format/added.hpp"'): "wrong direction",
    ("storage/io/added.hpp", '"storage/store.hpp"'): "wrong direction",
    ("storage/io/added.hpp", "<boost/asio/buffer.hpp>"): "not for this room",
    ("storage/options.hpp", '"storage/io/added.hpp"'): "wrong direction",
    ("storage/journal/added.hpp", '"storage/feed/added.hpp"'): "wrong direction",
    ("storage/snapshot/added.hpp", '"storage/feed/added.hpp"'): "wrong direction",
    ("storage/recovery/added.hpp", '"storage/added.hpp"'): "wrong direction",
    ("storage/unknown/added.hpp", "<vector>"): "does not know",
    ("net/added.hpp", "<vector>"): "does not know",
    ("net/core/added.hpp", '"storage/added.hpp"'): "wrong direction",
    ("net/core/added.hpp", '"net/added.hpp"'): "wrong direction",
    ("net/limits.hpp", '"net/core/added.hpp"'): "wrong direction",
    ("net/http/added.hpp", "<boost/archive/binary_oarchive.hpp>"): "not for this room",
    ("net/resp/added.hpp", '"net/commands/added.hpp"'): "wrong direction",
    ("net/commands/orders/added.hpp", '"net/commands/added.hpp"'): "wrong direction",
    ("net/core/added.hpp", '"storage/errors.hpp"'): "wrong direction",
    ("net/text/added.hpp", '"net/core/added.hpp"'): "wrong direction",
    ("net/http/added.hpp", '"net/resp/added.hpp"'): "wrong direction",
    ("net/resp/added.hpp", '"net/http/added.hpp"'): "wrong direction",
    ("net/resp/added.hpp", '"net/transport/added.hpp"'): "wrong direction",
    ("net/transport/added.hpp", '"net/cli/added.hpp"'): "wrong direction",
    ("net/cli/added.hpp", '"tests/added.hpp"'): "wrong direction",
    ("net/notify/added.hpp", '"net/commands/added.hpp"'): "wrong direction",
    ("net/cli/io/added.hpp", '"net/cli/settings/added.hpp"'): "wrong direction",
    ("net/cli/csv/added.hpp", '"net/cli/added.hpp"'): "wrong direction",
    ("net/main.cpp", '"benchmarks/added.hpp"'): "wrong direction",
    # And nothing is found where nothing is wrong.
    ("engine/added.hpp", "<vector>"): None,
    ("engine/added.hpp", "<boost/system/result.hpp>"): None,
    ("engine/added.hpp", '"engine/containers/added.hpp"'): None,
    ("storage/added.hpp", '"engine/added.hpp"'): None,
    ("storage/added.hpp", '"storage/snapshot/added.hpp"'): None,
    ("storage/added.hpp", "<sys/stat.h>"): None,
    ("storage/backup/added.hpp", '"storage/io/added.hpp"'): None,
    ("storage/io/added.hpp", '"storage/options.hpp"'): None,
    ("net/transport/added.hpp", "<boost/asio.hpp>"): None,
    ("net/core/added.hpp", "<openssl/evp.h>"): None,
    ("net/notify/added.hpp", "<curl/curl.h>"): None,
    ("net/text/added.hpp", '"net/limits.hpp"'): None,
    ("net/cli/io/added.hpp", "<boost/program_options.hpp>"): None,
    ("net/commands/added.hpp", '"net/resp/added.hpp"'): None,
    ("net/http/added.hpp", '"net/text/added.hpp"'): None,
    ("net/cli/added.hpp", '"storage/added.hpp"'): None,
    ("net/cli/added.hpp", '"net/http/added.hpp"'): None,
}
# Lines of a source file, and whether each is refused.
LINES = {
    "extern const Added added;": True,
    "extern constinit const Added added{};": True,
    "    extern int added();": True,
    'extern "C" int added();': False,
    "extern template struct Added<int>;": False,
    "// extern const Added added;": False,
}
# What the includes of two folders are, and what DIRECTIONS says of them then.
CIRCLES = {
    "in what is included": ("storage/snapshot/added.hpp", '"storage/feed/added.hpp"',
                            "storage/feed/added.hpp", '"storage/snapshot/added.hpp"', {}),
    "in what is allowed": ("storage/io/added.hpp", '"storage/options.hpp"',
                           "storage/feed/added.hpp", '"storage/io/added.hpp"',
                           {"storage/io": ("storage/journal",)}),
}


def complaints_of(root, lines, directions=None):
    """What is found once each path of `lines` has its line, and not before."""
    before = check(root)[1]
    kept = {path: (root / path).read_text("utf-8") if (root / path).exists() else None
            for path, _ in lines}
    for path, line in lines:
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    found = [line for line in check(root, directions)[1] if line not in before]
    for path, text in kept.items():
        (root / path).unlink() if text is None else (root / path).write_text(text, "utf-8")
    return found


@contextlib.contextmanager
def copy_of(root):
    """A copy of the program's folders, to plant faults in."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for top in TOP:
            shutil.copytree(root / top, copy / top)
        yield copy


def self_test(root):
    """The cases of INCLUDES and CIRCLES that are not judged as they should be."""
    mistakes = []
    with copy_of(root) as copy:
        for folder in (*DIRECTIONS, *TOP, "storage/unknown", "tests", "benchmarks"):
            (copy / folder).mkdir(exist_ok=True)
            (copy / folder / "added.hpp").touch()
        for (path, operand), expected in INCLUDES.items():
            found = complaints_of(copy, [(path, f"#include {operand}")])
            faults = [line for line in found if not line.startswith("folders in a circle")]
            right = not found if expected is None else len(faults) == 1 and expected in faults[0]
            if not right:
                mistakes.append(f"{path} including {operand}: expected {expected}, found {found}")
        for line, refused in LINES.items():
            found = complaints_of(copy, [("net/core/added.cpp", line)])
            if len(found) != refused:
                mistakes.append(f"{line}: refused: {refused} was expected, found {found}")
        for name, (one, first, other, second, changed) in CIRCLES.items():
            found = complaints_of(copy, [(one, f"#include {first}"), (other, f"#include {second}")],
                                  {**DIRECTIONS, **changed})
            if not any(line.startswith("folders in a circle") for line in found):
                mistakes.append(f"a circle {name} was not found, but {found}")
    return mistakes


def main(arguments):
    home = Path(__file__).resolve().parent.parent
    if arguments == ["--self-test"]:
        mistakes = self_test(home)
        print(*mistakes, f"{len(INCLUDES) + len(LINES) + len(CIRCLES)} cases, {len(mistakes)} misjudged",
              sep="\n")
        return 1 if mistakes else 0
    root = Path(arguments[0]).resolve() if arguments else home
    read, complaints = check(root)
    print(*complaints, f"{read} includes read, {len(complaints)} wrong", sep="\n")
    return 1 if complaints or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
