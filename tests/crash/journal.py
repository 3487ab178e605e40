"""Follows a store's journal through `allot dump --json`, while it is served or after it was killed."""

import json
import pathlib

import server
from model import Fact, Past
from report import Broken

OVERLAP = 500  # facts that are read again, and have to be what they were


def read_facts(directory: pathlib.Path, first: int) -> list[tuple[int, Fact]]:
    """The facts from an LSN on that are still in the journal."""
    dumped = server.allot("dump", "--json", "--data", directory, "--from", first)
    if dumped.returncode != 0:
        raise Broken(f"allot dump: {dumped.stderr.strip()}")
    facts = []
    for text in dumped.stdout.splitlines():
        fact = json.loads(text)
        del fact["time"]
        facts.append((fact.pop("lsn"), fact))
    return facts


def follow(past: Past, directory: pathlib.Path) -> None:
    """Adds new facts. A store prunes old facts once snapshots hold them, so call it before that.
    
    Raises Broken when a fact is missing or has changed, and Contradiction when a fact contradicts the
    state before it.
    """
    seen = past.last
    facts = read_facts(directory, max(1, seen - OVERLAP))
    lsns = [lsn for lsn, _ in facts]
    if not lsns and seen == 0:
        return
    if not lsns or lsns[0] > seen + 1 or lsns != list(range(lsns[0], lsns[-1] + 1)):
        raise Broken(f"after LSN {seen} the journal has LSNs {lsns[:1]} to {lsns[-1:]}, with gaps")
    if lsns[-1] < seen:
        raise Broken(f"LSN {seen} was there, and the journal ends with LSN {lsns[-1]}")
    for lsn, fact in facts:
        if lsn > seen:
            past.append(fact)
        elif past.facts[lsn - 1] != fact:
            raise Broken(f"LSN {lsn} was {past.facts[lsn - 1]}, and is {fact}")
