"""The commands that a server executes while it is killed at a system call, or a system call fails."""

import contextlib
import time
from typing import Any, Callable, NamedTuple

import server
from history import Operation, Recorder
from model import Command

OPTIONS = ("--segment-size", "64KiB", "--snapshot-every", "0")
LONG = "a-name-that-is-as-long-as-one-may-be-so-that-a-segment-fills-up"
TABLE, CHAIR, LAMP = "SMALL-TABLE", "RED-CHAIR", "LAMP"


def _large_order(number: int) -> Command:
    """One unit of work of some 28 KiB in the journal: a few fill a segment."""
    order = f"{number}{LONG[1:]}"
    return ("ALLOCATE", order, *(word for qty in range(1, 151) for word in (LONG, qty)))


class Snapshot(NamedTuple):
    """Takes a snapshot, and waits for it. Reads the journal before that."""


Step = Command | list[Command] | Snapshot

STOCK: list[Step] = [
    ("ADDBATCH", "tables", TABLE, 20),
    ("ADDBATCH", "more-tables", TABLE, 30, "2030-01-02"),
    [("ADDBATCH", "chairs", CHAIR, 10), ("ADDBATCH", LONG, LONG, 1_000_000)],
]
WORK: list[Step] = [
    ("ALLOCATE", "o-1", TABLE, 8),
    ("ALLOCATE", "o-2", TABLE, 9, CHAIR, 3),
    ("ALLOCATE", "o-3", CHAIR, 99),  # out of stock, which is recorded
    [("ALLOCATE", f"p-{i}", CHAIR, 1) for i in range(4)],
    ("SETQTY", "tables", 10),  # moves o-2 to another batch
    ("STOCK", TABLE),
    ("EXEC", ("ALLOCATE", "t-1", CHAIR, 1), ("ALLOCATE", "t-2", TABLE, 2, CHAIR, 99),
     ("ADDBATCH", "lamps", LAMP, 3), ("ALLOCATE", "t-2", LAMP, 2), ("STOCK", LAMP)),
    ("DEALLOCATE", "o-1"),
    ("ALLOCATE", "o-2", TABLE, 9),  # as before
]
NEW: list[Step] = [
    *STOCK,
    *WORK,
    Snapshot(),
    *(_large_order(i) for i in range(1, 6)),  # into the next segment, and beyond its half
    ("ALLOCATIONS", "o-2"),
    Snapshot(),  # with two of them, the first segment can go
    ("RESCHEDULE", "chairs", "2030-03-04"),
    ("RECEIVE", "more-tables"),
    ("ALLOCATE", "o-4", TABLE, 5),
]
AGAIN: list[Step] = [  # each snapshot lets some of the journal go
    ("DEALLOCATE", "o-3"),  # which was short, and is no more
    ("EXEC", ("ALLOCATE", "o-5", TABLE, 2), ("SETQTY", "more-tables", 9)),
    *(_large_order(i) for i in range(6, 9)),
    Snapshot(),
    *(_large_order(i) for i in range(9, 12)),
    Snapshot(),
    ("DEALLOCATE", "o-2"),
    *(_large_order(i) for i in range(12, 15)),
]
QUERIES: list[Command] = [
    *(("STOCK", sku) for sku in (TABLE, CHAIR, LAMP, LONG)),
    ("SHORTAGES",),
    *(("ALLOCATIONS", f"o-{i}") for i in range(1, 7)),
    *(("ALLOCATIONS", f"p-{i}") for i in range(4)),
    *(("ALLOCATIONS", f"t-{i}") for i in (1, 2)),
    *(("ALLOCATIONS", _large_order(i)[1]) for i in range(1, 16)),
]


class Player:
    """Plays steps on one server after the other, as one client that connects again when it has to."""

    def __init__(self, running: server.Server, before_snapshot: Callable[[], None]) -> None:
        self._running = running
        self._before_snapshot = before_snapshot
        self._recorders: list[Recorder] = []

    @property
    def clients(self) -> list[list[Operation]]:
        return [recorder.operations for recorder in self._recorders]

    def play(self, steps: list[Step]) -> bool:
        """False: the server went away."""
        try:
            for step in steps:
                self._take(step)
            return True
        except ConnectionError:
            return False
        finally:
            for recorder in self._recorders:
                recorder.close()

    def _take(self, step: Step) -> None:
        if isinstance(step, Snapshot):
            self._snapshot()
            return
        commands: list[Any] = step if isinstance(step, list) else [step]
        if not self._recorders or self._recorders[-1].broken:
            self._recorders.append(Recorder(self._running.address))
        with contextlib.suppress(EOFError, ConnectionError):
            self._recorders[-1].pipeline(commands)

    def _snapshot(self) -> None:
        self._before_snapshot()
        gone = (EOFError, ConnectionResetError, BrokenPipeError)
        with contextlib.suppress(*gone), self._running.client() as client:
            client.call("SNAPSHOT")
            deadline = time.monotonic() + server.START_S
            while client.info()["snapshot_running"] != "0":
                if time.monotonic() > deadline:
                    raise AssertionError("a snapshot does not end: " + self._running.text)
                time.sleep(0.002)
