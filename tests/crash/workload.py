"""Random commands on a small stock, so that clients are often in each other's way: those of
tests/commands that the rules here can judge."""

import json
import os
import random
import subprocess
from typing import Iterable, Iterator

from model import Command
from rules import ANSWERS, WRITES

PIPELINE_MAX = 8
QUERIES = sorted(ANSWERS.keys() - WRITES)


def pipelines(seed: int) -> Iterator[list[Command]]:
    """The same seed, the same commands."""
    rng, commands = random.Random(seed), _drawn(seed, ("MULTI", *ANSWERS))
    for command in commands:
        yield [command, *(next(commands) for _ in range(rng.randrange(PIPELINE_MAX)))]


def queries(seed: int) -> Iterator[list[Command]]:
    for command in _drawn(seed, QUERIES):
        yield [command]


def _drawn(seed: int, verbs: Iterable[str]) -> Iterator[Command]:
    arguments = (os.environ["ALLOT_COMMANDS"], str(seed), ",".join(verbs))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as drawing:
        try:
            for line in drawing.stdout or ():
                unit = [tuple(int(word) if word.isdigit() else word for word in words)
                        for words in json.loads(line)]
                if len(unit) == 1:
                    yield unit[0]
                elif unit[-1] == ("EXEC",):
                    yield ("EXEC", *unit[1:-1])
        finally:
            drawing.kill()
