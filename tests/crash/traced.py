"""A server of which one thread is traced by strace, which kills the process or fails a call there.

strace counts the calls of each thread by itself, so a call site is a thread, a system call, and its number
in that thread. The main thread is traced from its first instruction on, the others from when the server has
opened its store: until then they have nothing to do. The thread that answers clients while the store is
being opened has ended by then.
"""

import os
import pathlib
import re
import subprocess
from typing import NamedTuple

import server

MAIN = 0
# Calls that change something that other processes can see, or come between two such calls.
KILLED_AT = (
    "openat", "close", "mkdir", "flock", "pread64", "pwrite64", "write", "ftruncate", "fdatasync",
    "fsync", "rename", "unlink", "recvfrom", "sendto",
)
FAILED_AT = ("openat", "pwrite64", "ftruncate", "fdatasync", "fsync", "rename", "unlink")
CALL = re.compile(r"^(?:(?P<thread>\d+) +)?(?P<at>\d+\.\d+) (?P<call>\w+)\(")


class CallSite(NamedTuple):
    """The `nth` time that a thread makes a system call; threads in the order of their start."""

    thread: int
    call: str
    nth: int


class Call(NamedTuple):
    thread: int  # as strace names it; 0 where one alone is traced
    at: float  # s since 1970, when it was entered
    name: str
    text: str

    @property
    def injected(self) -> bool:
        return self.text.endswith("(INJECTED)")

    @property
    def failed(self) -> bool:
        return " = -1 " in self.text


class Tracer:
    """The options of strace. Its log is in `directory`."""

    def __init__(self, directory: pathlib.Path, thread: int | None, *expressions: str) -> None:
        """`thread` None: all of them."""
        self.thread = thread
        self.threads: list[int] = []  # when it listened, in the order of their start
        self.log = directory / "strace.log"
        self._command = [server.tool("strace"), "-ttt", "-y", "-s", "24", "-o", str(self.log)]
        self._command += [word for each in expressions for word in ("-e", each)]

    def around(self) -> list[str]:
        """What becomes the server, with strace beside it, when that is how it has to begin."""
        if self.thread is None:
            return [*self._command, "-D", "-f", "-q"]
        return [*self._command, "-D", "-q"] if self.thread == MAIN else []

    def attach(self, running: server.Server) -> subprocess.Popen[str] | None:
        """To a thread of a server that listens. strace ends with the server."""
        self.threads = sorted(map(int, os.listdir(f"/proc/{running.pid}/task")))
        if not self.thread:
            return None
        strace = subprocess.Popen([*self._command, "-p", str(self.threads[self.thread])], text=True,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = strace.stderr.readline() if strace.stderr else ""
        if "attached" not in said:
            strace.kill()
            raise AssertionError(f"strace cannot trace here: {said}")
        return strace

    def calls(self) -> list[Call]:
        found = []
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        for text in lines:
            match = CALL.match(text)
            if match:
                found.append(Call(int(match["thread"] or 0), float(match["at"]), match["call"], text))
        return found


def killing(directory: pathlib.Path, site: CallSite) -> Tracer:
    return Tracer(directory, site.thread, f"trace={site.call}",
                  f"inject={site.call}:signal=KILL:when={site.nth}")


def failing(directory: pathlib.Path, site: CallSite, error: str, for_ever: bool) -> Tracer:
    """All calls that could fail are in its log, so that one sees what happened between them."""
    when = f"{site.nth}+" if for_ever else f"{site.nth}"
    return Tracer(directory, site.thread, f"trace={','.join(FAILED_AT)}",
                  f"inject={site.call}:error={error}:when={when}")


def counting(directory: pathlib.Path) -> Tracer:
    return Tracer(directory, None, f"trace={','.join(KILLED_AT)}")


def call_sites(calls: list[Call], began: list[int]) -> list[CallSite]:
    """Every call site in a traced run, in the threads that `began`."""
    threads = {each: at for at, each in enumerate(began)}
    counts: dict[tuple[int, str], int] = {}
    for call in calls:
        if call.thread in threads:
            key = (threads[call.thread], call.name)
            counts[key] = counts.get(key, 0) + 1
    return [CallSite(thread, name, nth) for (thread, name), count in counts.items()
            for nth in range(1, count + 1)]
