#!/usr/bin/env python3
"""Fails when a document has a dead link, names a function that its file lacks, or is too long; and when a
document, a C++ file or a Python file names a file that does not exist.

    documents.py [ROOT]
"""

import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# `storage/store.cpp`, `engine/product.*`, or `engine/product.cpp:allocate`
SOURCE = re.compile(r"`((?:engine|storage|net|tests|benchmarks|docs|findings)/[\w./*-]*)(?::(\w+))?`")
# engine/product.cpp in the comments and texts of code
FILE = re.compile(r"\b(?:engine|storage|net|tests|benchmarks|docs)/[\w./*-]*\.(?:[ch]pp|py|md|json)\b")
ROOMS = ("engine", "storage", "net", "tests", "benchmarks")
NAMING_ABSENT = {Path("tests/layers.py"), Path("tests/documents.py")}  # name what is not there
PASSED_OVER = {"build", "node_modules", ".git"}
README_LINES_MAX = 150
DECISION_LINES_MAX = 12


def documents(root):
    """The Markdown files of the tree, from its root."""
    files = (file.relative_to(root) for file in root.rglob("*.md"))
    return sorted(file for file in files if not PASSED_OVER.intersection(file.parts))


def without_fenced(text):
    """The text with fenced code blanked out: lines keep their numbers."""
    return FENCED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def anchors(text):
    """The anchors of a document's headings."""
    headings = (HEADING.match(line) for line in without_fenced(text).splitlines())
    names = (re.sub(r"[^\w\- ]", "", heading.group(1).lower()) for heading in headings if heading)
    return {name.replace(" ", "-") for name in names}


def broken_link(root, document, target):
    """Why a link leads nowhere, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    name, _, anchor = target.partition("#")
    file = root / document.parent / name if name else root / document
    if not file.exists():
        return f"'{target}' is not there"
    if anchor and anchor not in anchors(file.read_text("utf-8")):
        return f"'{target}': no heading has this name"
    return None


def missing_source(root, path, function):
    """An error if the tree lacks the file or function, or None."""
    files = sorted(root.glob(path.rstrip("/")))
    if not files:
        return f"'{path}' is not there"
    if function and not any(re.search(rf"\b{function}\b", file.read_text("utf-8")) for file in files):
        return f"'{path}' has no '{function}'"
    return None


def sources(root):
    """The C++ and Python files of the tree, from its root."""
    files = (file.relative_to(root) for room in ROOMS for file in (root / room).rglob("*.*"))
    return sorted(file for file in files if file.suffix in (".cpp", ".hpp", ".py") and
                  file not in NAMING_ABSENT and not PASSED_OVER.intersection(file.parts))


def missing_files(root, source):
    for number, line in enumerate((root / source).read_text("utf-8").splitlines(), 1):
        for path in FILE.findall(line) if "#include" not in line else ():
            if not any(root.glob(path)):
                yield f"{source}:{number}: '{path}' is not there"


def lines_max(document):
    if document == Path("README.md"):
        return README_LINES_MAX
    if document.parent == Path("docs/decisions") and document.name != "README.md":
        return DECISION_LINES_MAX
    return None


def complaints_of(root, document):
    text = (root / document).read_text("utf-8")
    length, longest = len(text.splitlines()), lines_max(document)
    if longest and length > longest:
        yield f"{document}: {length} lines, at most {longest} are allowed"
    prose = without_fenced(text)
    for number, line in enumerate(prose.splitlines(), 1):
        for target in LINK.findall(line):
            why = broken_link(root, document, target)
            if why:
                yield f"{document}:{number}: link {why}"
        for path, function in SOURCE.findall(line) if document.name != "CHANGELOG.md" else ():
            why = missing_source(root, path, function)
            if why:
                yield f"{document}:{number}: {why}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve()
    found = documents(root)
    complaints = [each for document in found for each in complaints_of(root, document)]
    code = sources(root)
    complaints += [each for source in code for each in missing_files(root, source)]
    print("\n".join(complaints) if complaints else
          f"{len(found)} documents, {len(code)} files of code: all that they name is there")
    return 1 if complaints or not found else 0


if __name__ == "__main__":
    sys.exit(main())
