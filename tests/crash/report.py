"""Common to the parts of a round: counts, progress, and a directory for their stores."""

import collections
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
from typing import Iterator

KEPT = pathlib.Path(os.environ.get("ALLOT_CRASH_KEPT", "build/crash")).resolve()
MEMORY = "/dev/shm"
PLAIN_LINES_S = 20  # between them, where there is no terminal


class Broken(AssertionError):
    """A promise was broken."""


class Report:
    """Counts, and shows the progress: on one line of a terminal, otherwise on plain lines."""

    def __init__(self) -> None:
        self.counts: collections.Counter[str] = collections.Counter()
        self._terminal = sys.stdout.isatty()
        self._printed_s = 0.0

    def progress(self, part: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._terminal:
            print(f"\r\033[K{part}: {done} of {total}", end="", flush=True)
        elif now - self._printed_s > PLAIN_LINES_S:
            print(f"{part}: {done} of {total}", flush=True)
            self._printed_s = now

    def say(self, text: str) -> None:
        print(f"\r\033[K{text}" if self._terminal else text, flush=True)

    def summary(self) -> str:
        return ", ".join(f"{number} {what}" for what, number in self.counts.items())


@contextlib.contextmanager
def scratch(name: str, in_memory: bool = False) -> Iterator[pathlib.Path]:
    """A directory for stores. When the block fails it is kept, and the failure says where.

    A kill takes nothing from the page cache, so for kills alone a file system in memory is enough.
    """
    base = MEMORY if in_memory and os.access(MEMORY, os.W_OK) else None
    directory = pathlib.Path(tempfile.mkdtemp(prefix="allot-crash-", dir=base))
    try:
        yield directory
    except BaseException as failure:
        kept = KEPT / name
        with contextlib.suppress(OSError):
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(directory, kept)
            failure.add_note(f"the store and what was traced are kept in {kept}")
        raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)
