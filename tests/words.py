#!/usr/bin/env python3
"""Fails when a document or a comment has a word for people instead of software, or when an identifier has a
word that means several things.

    words.py [ROOT]      check the tree
    words.py --self-test check that each kind of fault is found
"""

import re
import sys
from pathlib import Path

from documents import PASSED_OVER, documents, sources

# A client, a caller or a thread does something, and is "it".
PERSON = re.compile(r"\b(whoever|nobody|somebody|everybody|whom|he|him|his)\b", re.IGNORECASE)
# Words that are no part of an identifier, and what to write.
VAGUE = {
    "place": "offset, index, position, cursor, name or key",
    "turn": "mutex, slice, step or result",
    "handler": "command, route, callback or sink",
    "told": "reported, received, returned or acknowledged",
    "heard": "received",
    "wish": "setting or request",
    "spoiled": "aborted",
    "stranger": "unauthenticated or unrelated",
    "welcome": "accepted",
}
# In C++; scripts may check the rooms, which are folders.
VAGUE_IN_CPP = VAGUE | {"room": "space, capacity or buffer"}
# What libraries call their own.
BORROWED = {"in_place_type", "in_place", "in_place_value", "BaseHTTPRequestHandler", "Handler", "parser.handler"}
TEXT = re.compile(r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|//.*|#(?!include|define).*''')
IDENTIFIER = re.compile(r"parser\.handler|[A-Za-z_]\w*")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def people(line):
    """Words for an unnamed person."""
    for word in PERSON.findall(line):
        yield f"'{word}': name the actor, or say it"


def others(root):
    """The files beside documents and sources that have texts for people."""
    kinds = {".txt", ".cmake", ".json", ".mjs", ".patch", ".sh", ""}
    files = (file.relative_to(root) for file in root.rglob("*") if file.suffix in kinds and file.is_file())
    return sorted(file for file in files if not (PASSED_OVER | {"seeds", "data", ".git"}).intersection(file.parts))


def vague(line, words):
    """Identifiers of a line of code that have one of these words."""
    for name in IDENTIFIER.findall(TEXT.sub("", line)):
        for part in PART.findall(name) if name not in BORROWED else ():
            if better := words.get(part.lower().removesuffix("s")):
                yield f"'{name}': say which: {better}"


def without_blocks(text):
    """The code without its texts of several lines, which keep their line numbers."""
    return re.sub(r'""".*?"""|R"(\w*)\(.*?\)\1"', lambda block: "\n" * block.group().count("\n"), text, flags=re.DOTALL)


def check(root):
    code = sources(root)
    for file in [*documents(root), *code, *others(root)]:
        if file == Path("tests/words.py"):
            continue
        text = (root / file).read_text("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            yield from (f"{file}:{number}: {why}" for why in people(line))
        words = VAGUE if file.suffix == ".py" else VAGUE_IN_CPP
        for number, line in enumerate(without_blocks(text).splitlines() if file in code else (), 1):
            yield from (f"{file}:{number}: {why}" for why in vague(line, words))


# Lines, and the word that is refused.
PEOPLE = {"Whoever reads it": "Whoever", "it tells him": "him", "the theme of this": None}
CODE = {
    "std::size_t place = 0;": "place", "class EventHandler {": "EventHandler", "HANDLERS = {}": "HANDLERS",
    "void put_in_place();": "put_in_place", "int places_;  // of files": "places_",
    "class TurnMutex {};": "TurnMutex", "#define PLACE(x) f(x)": "PLACE", "return returned;": None,
    "std::span<char> room;": "room", "bool failure_told() const;": "failure_told", "std::vector heard;": "heard",
    "replace(placeholder);": None, 'prefix = "handler-";': None, "f();  // in place": None, "f()  # its place": None,
    "std::in_place_type<Fact>": None, "parser.handler().values": None, 'R"(a\n place\n)"': None,
}


def self_test():
    """The lines of PEOPLE and CODE that are not judged as they should be."""
    judged = [(line, expected, list(people(line))) for line, expected in PEOPLE.items()]
    judged += [(text, expected, [why for line in without_blocks(text).splitlines() for why in vague(line, VAGUE_IN_CPP)])
               for text, expected in CODE.items()]
    return [f"{line}: expected {expected}, found {found}" for line, expected, found in judged
            if [why.split("'")[1] for why in found] != ([expected] if expected else [])]


def main(arguments):
    if arguments == ["--self-test"]:
        mistakes = self_test()
        print(*mistakes, f"{len(PEOPLE) + len(CODE)} lines, {len(mistakes)} misjudged", sep="\n")
        return 1 if mistakes else 0
    complaints = list(check(Path(arguments[0] if arguments else Path(__file__).parents[1]).resolve()))
    print(*complaints, f"{len(complaints)} words to replace", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
