"""Histories of many clients, recorded while the server is killed again and again, and judged."""

import pathlib
import random
import time

import server
from history import Operation, Worker
from journal import follow
from linear import complaint
from model import Past
from report import Broken, Report, scratch
from workload import pipelines, queries

CLIENTS = 6
WATCHERS = 2  # who only ask, one query at a time
LIFE_S_MAX = 0.5
CLEAN_STOPS = 0.2  # of all ends
KILLED_STARTS = 0.2


def histories(seed: int, kills: int, report: Report) -> None:
    """One store, and several runs of its server. Raises when a history is not linearizable."""
    with scratch(f"histories-{seed}") as directory:
        played = _Played(directory / "store", seed, report)
        for life in range(kills + 1):
            report.progress("histories", life, kills)
            played.live(life)
        checked = server.allot("check", "--data", directory / "store")
        if checked.returncode != 0:
            raise Broken(f"allot check: {checked.stdout}{checked.stderr}")


class _Played:
    def __init__(self, store: pathlib.Path, seed: int, report: Report) -> None:
        self._store = store
        self._seed = seed
        self._report = report
        self._rng = random.Random(f"histories-{seed}")
        self._past = Past()
        seeds = range(seed * CLIENTS, (seed + 1) * CLIENTS)
        self._commands = [queries(each) for each in seeds[:WATCHERS]]
        self._commands += [pipelines(each) for each in seeds[WATCHERS:]]
        self._options = ("--segment-size", self._rng.choice(("64KiB", "256KiB")),
                         "--snapshot-every", "0")

    def live(self, life: int) -> None:
        """One run of the server, from its start to its end, and its verdict."""
        while self._rng.random() < KILLED_STARTS:
            self._kill_while_starting()
        first = self._past.last
        clients = self._serve()
        follow(self._past, self._store)
        found = complaint(clients, self._past, first, self._past.last)
        if found:
            raise Broken(f"life {life} of seed {self._seed} is not linearizable: {found}")
        self._report.counts["histories"] += 1
        self._report.counts["operations in them"] += sum(map(len, clients))

    def _kill_while_starting(self) -> None:
        starting = server.Server(self._store, *self._options, await_start=False)
        time.sleep(self._rng.uniform(0, 0.05))
        starting.kill()
        self._report.counts["random kills"] += 1

    def _serve(self) -> list[list[Operation]]:
        running = server.Server(self._store, *self._options)
        try:
            workers = [Worker(running.address, commands) for commands in self._commands]
            for worker in workers:
                worker.start()
            self._end(running)
            for worker in workers:
                worker.join(server.START_S)
                if worker.hung or worker.is_alive():
                    raise Broken("a connection hangs: " + running.text)
        finally:
            running.end()
        return [worker.recorder.operations for worker in workers]

    def _end(self, running: server.Server) -> None:
        """Kills at a random moment. A snapshot prunes the journal up to the previous snapshot, so there is at
        most one in a run."""
        if self._rng.random() < CLEAN_STOPS:
            time.sleep(self._rng.uniform(0.01, LIFE_S_MAX))
            code = running.stop()  # takes a snapshot
            if code != 0:
                raise Broken(f"exit code {code}: {running.text}")
            return
        time.sleep(self._rng.uniform(0.01, LIFE_S_MAX / 2))
        with running.client() as client:
            client.call("SNAPSHOT")
        time.sleep(self._rng.uniform(0, LIFE_S_MAX / 2))
        running.kill()
        self._report.counts["random kills"] += 1
