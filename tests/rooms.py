#!/usr/bin/env python3
"""Fails when a file or a folder of the program is too large, when two headers define types of one name, or
when a folder of the program has no tests in the folder of its name below tests/.

    rooms.py [ROOT]      check the tree
    rooms.py --self-test check that each kind of fault is found, in a copy of the tree
"""

import re
import shutil
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


def unmirrored(root):
    """Folders of the program without a test of their own, and folders of such tests without a folder there."""
    for top in TOP:
        for file in sorted((root / top).rglob("*.cpp")):
            folder = file.parent.relative_to(root)
            if folder != Path("net") and not any((root / "tests" / folder).glob("*_test.cpp")):
                yield f"{folder}: tests/{folder} has no *_test.cpp"
        for file in sorted((root / "tests" / top).rglob("*_test.cpp")):
            folder = file.parent.relative_to(root / "tests")
            if not (root / folder).is_dir():
                yield f"tests/{folder}: there is no {folder}"


def check(root):
    return [*too_large(root), *defined_twice(root), *dict.fromkeys(unmirrored(root))]


# Definitions in the namespace of the engine, and how many of them are one too many.
TYPES = {
    "class MessageBus {": 1, "class MessageBus final : public Any {": 1, "struct MessageBus{": 1,
    "enum class Refusal : std::uint8_t {": 1, "class MessageBus;": 0, "class Unheard {": 0,
}
LARGE = {  # names of new files, how many lines each has, and how many complaints that is
    ("one",): (LINES_MAX, 0), ("one", "two"): (LINES_MAX + 1, 2), tuple(map(str, range(UNITS_MAX))): (1, 1),
}


def self_test(root):
    """The cases of TYPES and LARGE, and of the folders below, that are not judged as they should be."""
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
        shutil.copytree(root / "tests/storage", copy / "tests/storage")
        shutil.rmtree(copy / "tests/storage/format")
        (copy / "storage/repair").rename(copy / "storage/moved")
        for name in ("storage/format: tests", "storage/moved: tests", "tests/storage/repair: there"):
            if not any(line.startswith(name) for line in unmirrored(copy)):
                mistakes.append(f"expected a complaint about {name}")
        if any(line.startswith("storage/journal") for line in unmirrored(copy)):
            mistakes.append("expected no complaint about storage/journal")
    return mistakes


def main(arguments):
    home = Path(__file__).resolve().parent.parent
    if arguments == ["--self-test"]:
        mistakes = self_test(home)
        print(*mistakes, f"{len(TYPES) + len(LARGE) + 4} cases, {len(mistakes)} misjudged", sep="\n")
        return 1 if mistakes else 0
    complaints = check(Path(arguments[0]).resolve() if arguments else home)
    print(*complaints, f"{len(complaints)} wrong in the rooms", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
