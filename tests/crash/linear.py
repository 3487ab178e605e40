"""Decides whether a history of concurrent clients is linearizable.

The journal gives the order of all changes; the search assigns a position in it to each operation; one
without a reply may be left out. An operation that changed something is one unit of facts, and each unit
belongs to one operation; an operation that changed nothing, such as a query, has its position between two
units. At its position the model must give its reply and its facts. An operation that was answered before another was sent precedes
it, and so does an operation that was sent earlier on the same connection.

The search assigns one position after the other, and backtracks when it is stuck. A query gets the
earliest possible position at once, because that excludes no other assignment.
"""

import bisect
import math
from typing import Any, NamedTuple, Sequence

from history import Operation
from model import Fact, Past
from resp import Failure
from rules import WRITES, decide

STEPS_MAX = 200_000  # beyond them the search ends, which is a complaint, too

Counts = tuple[int, ...]  # of each client: how many of its operations are in the order


class Position(NamedTuple):
    lsn: int  # the facts up to this one have their operations
    done: Counts


def complaint(clients: Sequence[Sequence[Operation]], past: Past, first: int, last: int) -> str:
    """Why the histories of one run of a server do not fit its journal; "" when they do.
    
    The run began with the state after fact `first`, and the journal ends with `last`.
    """
    return _Search(clients, past, last).run(first)


class _Search:
    def __init__(self, clients: Sequence[Sequence[Operation]], past: Past, last: int) -> None:
        self._clients = clients
        self._past = past
        self._last = last
        self._before = self._predecessors()
        self._mentioned = self._last_mentions()
        self._memory: dict[tuple[int, int, int], tuple[Any, list[Fact]]] = {}
        self._answered = [_done_by(math.inf, _completions(each)) for each in clients]

    def _predecessors(self) -> list[list[Counts]]:
        """How many operations of each client come before an operation, as they were answered
        before it was sent."""
        completions = [_completions(each) for each in self._clients]
        return [[tuple(_done_by(o.invoked, each) for each in completions) for o in operations]
                for operations in self._clients]

    def _last_mentions(self) -> dict[str, int]:
        """The last fact of an order or a batch: until then, an operation on it can have facts."""
        mentioned = {}
        for lsn, fact in enumerate(self._past.facts[: self._last], 1):
            for name in (fact.get("order"), fact.get("batch")):
                mentioned[name] = lsn
        return mentioned

    def run(self, first: int) -> str:
        start = self._settled(Position(first, (0,) * len(self._clients)))
        ahead, seen, furthest = [start], {start}, start
        while ahead:
            position = ahead.pop()
            if self._is_end(position):
                return ""
            furthest = max(furthest, position, key=lambda each: each.lsn + sum(each.done))
            for step in self._steps(position):
                then = self._settled(step)
                if then not in seen:
                    seen.add(then)
                    ahead.append(then)
            if len(seen) > STEPS_MAX:
                return f"no verdict after {STEPS_MAX} steps; " + self._stuck(furthest)
        return self._stuck(furthest)

    def _is_end(self, position: Position) -> bool:
        """All facts have their operations, and all answered operations theirs."""
        return position.lsn == self._last and all(map(int.__ge__, position.done, self._answered))

    def _next(self, position: Position) -> list[tuple[int, Operation]]:
        """Each client's next operation whose predecessors all have positions."""
        found = []
        for client, (at, operations) in enumerate(zip(position.done, self._clients)):
            if at < len(operations):
                before = self._before[client][at]
                if all(map(int.__ge__, position.done, before)):
                    found.append((client, operations[at]))
        return found

    def _decide(self, position: Position, client: int, command: Any) -> tuple[Any, list[Fact]]:
        key = (position.lsn, client, position.done[client])
        if key not in self._memory:
            self._memory[key] = decide(self._past, position.lsn, command)
        return self._memory[key]

    def _fits(self, position: Position, client: int, operation: Operation) -> list[Fact] | None:
        """The facts that the operation would have here; None: it is not answered like that."""
        if operation.command[0] not in WRITES and operation.completed is None:
            return []  # what it saw is unknown
        reply, facts = self._decide(position, client, operation.command)
        return facts if operation.completed is None or operation.reply == reply else None

    def _may_change_later(self, position: Position, operation: Operation) -> bool:
        if operation.command[0] not in WRITES:
            return False
        # A refusal for lack of stock is a fact only when the line is not yet short.
        if isinstance(operation.reply, Failure) and operation.reply.code != "OUTOFSTOCK":
            return False
        whole = operation.command
        parts = whole[1:] if whole[0] == "EXEC" else (whole,)
        return any(part[0] in WRITES and self._mentioned.get(part[1], 0) > position.lsn
                   for part in parts)

    def _settled(self, position: Position) -> Position:
        """The state after all assignments that exclude no other."""
        moved = True
        while moved:
            moved = False
            for client, operation in self._next(position):
                if self._may_change_later(position, operation):
                    continue
                if self._fits(position, client, operation) == []:
                    position = Position(position.lsn, _advanced(position.done, client))
                    moved = True
        return position

    def _steps(self, position: Position) -> list[Position]:
        """All possible next operations; the most likely one last."""
        omitted, units, nothing = [], [], []
        for client, operation in self._next(position):
            facts = self._fits(position, client, operation)
            if facts is None:
                continue
            done = _advanced(position.done, client)
            end = position.lsn + len(facts)
            if not facts:
                nothing.append(Position(position.lsn, done))
            elif end <= self._last and self._past.facts[position.lsn : end] == facts:
                units.append(Position(end, done))
            if facts and self._may_never_have_happened(position, client, operation):
                omitted.append(Position(position.lsn, done))
        return omitted + units + nothing

    def _may_never_have_happened(self, position: Position, client: int, operation: Operation) -> bool:
        """True for an operation without a reply that precedes an answered one. It may be left out; one that
        precedes none needs no position."""
        return operation.completed is None and position.done[client] < self._answered[client]

    def _stuck(self, position: Position) -> str:
        waiting = [f"{operation.command} -> {operation.reply}, where the model says "
                   f"{decide(self._past, position.lsn, operation.command)}"
                   for _, operation in self._next(position)]
        follows = self._past.facts[position.lsn : min(position.lsn + 3, self._last)]
        return (f"after LSN {position.lsn} of {self._last} the journal goes on with {follows}, and no "
                f"operation fits: {'; '.join(waiting) or 'none is left'}")


def _completions(operations: Sequence[Operation]) -> list[tuple[float, int]]:
    """When each answered operation was answered, and how many operations are done with it."""
    return [(o.completed, at) for at, o in enumerate(operations, 1) if o.completed is not None]


def _done_by(time: float, completions: list[tuple[float, int]]) -> int:
    """How many operations of a connection are done because one of them was answered before."""
    before = bisect.bisect_left(completions, (time, 0))
    return completions[before - 1][1] if before else 0


def _advanced(done: Counts, client: int) -> Counts:
    return (*done[:client], done[client] + 1, *done[client + 1 :])
