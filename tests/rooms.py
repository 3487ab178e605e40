#!/usr/bin/env python3
"""Fails when a file or a folder of the program is too large, or when two headers define types of one name.

    rooms.py [ROOT]      check the tree
    rooms.py --self-test check that each kind of fault is found, in a copy of the tree
"""

import re
import sys
from pathlib import Path

from layers import TOP, copy_of

UNITS_MAX = 25  # of a folder: a header and its source are one
LINES_MAX = 350  # of a file
TYPE = re.compile(r"(?:class|struct|union|enum class) (\w+)(?: final)?(?: :[^;]*)? ?\{")
NAMESPACE = re.compile(r"namespace ([\w:]+) \{")


def too_large(root):
    """What has grown beyond UNITS_MAX or LINES_MAX."""
    units = {}
    for top in TOP:
        for file in sorted((root / top).rglob("*.[ch]pp")):
            units.setdefault(file.parent, set()).add(file.stem)
            lines = len(file.read_text("utf-8").splitlines())
            if lines > LINES_MAX:
                yield f"{file.relative_to(root)}: {lines} lines, at most {LINES_MAX} are allowed"
    for folder, names in units.items():
        if len(names) > UNITS_MAX:
            yield f"{folder.relative_to(root)}: {len(names)} units, at most {UNITS_MAX} are allowed"


def defined_twice(root):
    """Types of one name in one namespace: each alone compiles, and their inline functions become one."""
    homes = {}
    for top in TOP:
        for file in sorted((root / top).rglob("*.hpp")):
            path, namespace = file.relative_to(root).as_posix(), ""
            for line in file.read_text("utf-8").splitlines():
                if opened := NAMESPACE.match(line):
                    namespace = opened.group(1)
                if defined := TYPE.match(line):
                    name = f"{namespace}::{defined.group(1)}"
                    if homes.setdefault(name, path) != path:
                        yield f"{path}: {name} is also defined in {homes[name]}"


def check(root):
    return [*too_large(root), *defined_twice(root)]


# Definitions in the namespace of the engine, and how many of them are one too many.
TYPES = {
    "class MessageBus {": 1, "class MessageBus final : public Any {": 1, "struct MessageBus{": 1,
    "enum class Refusal : std::uint8_t {": 1, "class MessageBus;": 0, "class Unheard {": 0,
}
LARGE = {  # names of new files, how many lines each has, and how many complaints that is
    ("one",): (LINES_MAX, 0), ("one", "two"): (LINES_MAX + 1, 2), tuple(map(str, range(UNITS_MAX))): (1, 1),
}


def self_test(root):
    """The cases of TYPES and LARGE that are not judged as they should be."""
    mistakes = []
    with copy_of(root) as copy:
        folder = copy / "net/core"
        for text, expected in TYPES.items():
            (folder / "added.hpp").write_text(f"namespace allot {{\n{text}\n}}\n")
            if len(list(defined_twice(copy))) != expected:
                mistakes.append(f"{text}: expected {expected} types that are defined twice")
        folder = copy / "net/text"
        for names, (lines, expected) in LARGE.items():
            for name in names:
                (folder / f"added_{name}.hpp").write_text("\n" * lines)
            found = [line for line in too_large(copy) if line.startswith("net/text")]
            if len(found) != expected:
                mistakes.append(f"{len(names)} files of {lines} lines: expected {expected}, found {found}")
            for name in names:
                (folder / f"added_{name}.hpp").unlink()
    return mistakes


def main(arguments):
    home = Path(__file__).resolve().parent.parent
    if arguments == ["--self-test"]:
        mistakes = self_test(home)
        print(*mistakes, f"{len(TYPES) + len(LARGE)} cases, {len(mistakes)} misjudged", sep="\n")
        return 1 if mistakes else 0
    complaints = check(Path(arguments[0]).resolve() if arguments else home)
    print(*complaints, f"{len(complaints)} wrong in the rooms", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
