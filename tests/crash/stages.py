"""One run of a script on a traced server, from the start of the process to its end, and the judge.

Each stage begins with a copy of the same store: none at all, a closed one, or one with a torn tail. So a
stage can be run repeatedly, and be killed at another system call each time.
"""

import pathlib
import shutil
import signal
import subprocess
from typing import NamedTuple

import server
import store_files
from history import Operation, Recorder
from journal import follow
from linear import complaint
from model import Past
from report import Broken
from script import AGAIN, NEW, OPTIONS, QUERIES, WORK, Player, Step
from traced import Tracer


class Stage(NamedTuple):
    name: str
    store: pathlib.Path | None  # which is copied; None: there is none yet
    past: Past
    steps: list[Step]


class Run(NamedTuple):
    """The result of a run."""

    store: pathlib.Path
    past: Past  # up to the snapshots that it waited for
    first: int  # the LSN with which it began
    clients: list[list[Operation]]
    exit_code: int  # below 0: the signal that ended it
    served: bool  # it came to listen
    log: str

    @property
    def killed(self) -> bool:
        return self.exit_code == -signal.SIGKILL


def play(stage: Stage, directory: pathlib.Path, tracer: Tracer | None) -> Run:
    """Runs the stage's steps and a clean stop, or as far as it comes, in the new `directory`."""
    directory.mkdir()
    store = directory / "store"
    if stage.store is not None:
        shutil.copytree(stage.store, store)
    past = stage.past.copy()
    first = past.last
    around = tracer.around() if tracer else ()
    running = server.Server(store, *OPTIONS, await_start=False, around=around)
    strace: subprocess.Popen[str] | None = None
    player = Player(running, lambda: follow(past, store))
    try:
        served = running.listens()
        if served:
            strace = tracer.attach(running) if tracer else None
            player.play(stage.steps)
        code = running.stop()
    finally:
        running.end()
        if strace is not None:
            strace.communicate(timeout=server.STOP_S)
    return Run(store, past, first, player.clients, code, served, running.text)


def judge(run: Run) -> None:
    """After a restart everything acknowledged is there, once, and nothing that was not requested."""
    if any(run.store.glob("journal-*")):  # else it came to an end before there was a store
        follow(run.past, run.store)
    _must_be_linear(run.clients, run.past, run.first)
    if any(run.store.glob("journal-*")):
        _must_check(run.store)
    first = run.past.last
    again = server.Server(run.store, *OPTIONS)
    try:
        recorder = Recorder(again.address)
        recorder.pipeline(QUERIES)
        recorder.call("ADDBATCH", "after-all", "AFTER-ALL", 1)
        recorder.close()
        if again.stop() != 0:
            raise Broken(f"it does not end well after all: {again.text}")
    finally:
        again.end()
    follow(run.past, run.store)
    _must_be_linear([recorder.operations], run.past, first)
    _must_check(run.store)


def _must_be_linear(clients: list[list[Operation]], past: Past, first: int) -> None:
    found = complaint(clients, past, first, past.last)
    if found:
        raise Broken(found)


def _must_check(store: pathlib.Path) -> None:
    checked = server.allot("check", "--data", store)
    if checked.returncode != 0:
        raise Broken(f"allot check: {checked.stdout}{checked.stderr}")


def stages(directory: pathlib.Path) -> list[Stage]:
    """Makes the stores that the stages begin with."""
    new = Stage("new", None, Past(), NEW)
    closed = _left_by(new, directory / "closed")
    again = Stage("again", closed.store, closed.past, AGAIN)
    torn = _left_by(again, directory / "torn")
    end = store_files.segments(torn.store)[-1]
    store_files.patch(end, store_files.end_of(end), b"\xff half of a frame" * 9)
    return [new, again, Stage("torn", torn.store, torn.past, WORK)]


def _left_by(stage: Stage, directory: pathlib.Path) -> Run:
    run = play(stage, directory, None)
    if run.exit_code != 0:
        raise Broken(f"without any trouble it ends with {run.exit_code}: {run.log}")
    follow(run.past, run.store)
    _must_be_linear(run.clients, run.past, run.first)
    return run
