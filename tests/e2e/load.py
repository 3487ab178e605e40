"""Clients that load a store, and the judge of its contents after a crash.

Every order is allocated, because each SKU has a batch that never runs out. So a line that was acknowledged
and not deallocated must be there, in any batch, and the judge needs no model of the rules.
"""

import collections
import csv
import random
import threading
import time
from typing import NamedTuple

from resp import Client, Failure, encoded

PLENTY = 1_000_000_000


class Picture(NamedTuple):
    """The contents of a store."""

    lines: dict  # order: list of (sku, qty, batch)
    batches: dict  # batch: (purchased, available, or None where no reply said)


class History:
    """The commands of one connection in order, and the replies to the first of them."""

    def __init__(self):
        self.sent = []
        self.replies = []

    def orders(self):
        return {command[1] for command in self.sent if command[0] != "SETQTY"}

    def prefixes(self):
        """After each prefix of `sent` with at least all acknowledged commands: the lines of each order, and
        the purchased quantities of the batches that this connection sets."""
        lines = collections.defaultdict(set)
        purchased = {}
        for done in range(len(self.sent) + 1):
            if done > 0:
                self._apply(self.sent[done - 1], lines, purchased)
            if done >= len(self.replies):
                yield lines, purchased

    @staticmethod
    def _apply(command, lines, purchased):
        verb, name, *rest = command
        if verb == "SETQTY":
            purchased[name] = rest[0]
        elif verb == "DEALLOCATE":
            lines[name].clear()
        else:
            lines[name].update(zip(rest[0::2], rest[1::2]))


def complaints(histories, picture, seen=()):
    """The contradictions between the picture and the histories. None: there are none.

    `seen` are orders that another connection has read as allocated.
    """
    found = [each for history in histories for each in _lost(history, picture)]
    cancelled = {
        name for history in histories for verb, name, *_ in history.sent if verb == "DEALLOCATE"
    }
    for order in set(seen) - cancelled:
        if not picture.lines.get(order):
            found.append(f"{order} was seen, and is gone")
    return found + _booked_twice(picture)


def _lost(history, picture):
    """The picture has to be that of a prefix with at least all acknowledged commands."""
    first = None
    for lines, purchased in history.prefixes():
        found = []
        for order in history.orders():
            there = sorted((sku, qty) for sku, qty, _ in picture.lines.get(order, []))
            if there != sorted(lines[order]):
                found.append(f"{order} has {there}, and was answered {sorted(lines[order])}")
        for batch, units in purchased.items():
            if picture.batches.get(batch, (None,))[0] != units:
                found.append(f"{batch} is {picture.batches.get(batch)}, and was set to {units}")
        if not found:
            return []
        first = first or found
    return first


def _booked_twice(picture):
    found = []
    held = collections.Counter()
    for order, lines in picture.lines.items():
        for line, times in collections.Counter((sku, qty) for sku, qty, _ in lines).items():
            if times > 1:
                found.append(f"{order} holds {line} {times} times")
        for _, qty, batch in lines:
            held[batch] += qty
    for batch, (purchased, available) in picture.batches.items():
        if held[batch] > purchased:
            found.append(f"{batch} holds {held[batch]} of {purchased}")
        if available is not None and held[batch] != purchased - available:
            found.append(f"{batch} holds {held[batch]}: {purchased} less {available} available")
    return found


def ask(client, orders, skus):
    """The picture that a server gives."""
    orders = list(orders)
    lines = {}
    for at in range(0, len(orders), 500):
        some = orders[at : at + 500]
        replies = client.pipeline(("ALLOCATIONS", order) for order in some)
        lines.update((order, list(map(tuple, reply))) for order, reply in zip(some, replies))
    batches = {}
    for stock in client.pipeline(("STOCK", sku) for sku in skus):
        if not isinstance(stock, Failure):
            batches.update((batch, (units, left)) for batch, _, units, left in stock)
    return Picture(lines, batches)


def read_export(directory):
    """The picture in the files that `allot export` writes."""
    with open(directory / "batches.csv", newline="", encoding="utf-8") as file:
        batches = {row["batch"]: (int(row["quantity"]), None) for row in csv.DictReader(file)}
    lines = collections.defaultdict(list)
    with open(directory / "allocations.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            lines[row["order"]].append((row["sku"], int(row["quantity"]), row["batch"]))
    return Picture(lines, batches)


class Shopper(threading.Thread):
    """One pipelined connection that sends random commands until it breaks, or a command is refused."""

    def __init__(self, address, name, skus, seed):
        super().__init__(daemon=True)
        self.history = History()
        self.failure = None
        self._address = address
        self._name = name
        self._skus = skus
        self._random = random.Random(seed)

    def run(self):
        try:
            with Client(self._address) as client:
                while True:
                    commands = [self._command() for _ in range(self._random.randint(1, 32))]
                    self.history.sent += commands
                    client.send(b"".join(encoded(*command) for command in commands))
                    for _ in commands:
                        reply = client.read()
                        if isinstance(reply, Failure):
                            self.failure = reply
                            return
                        self.history.replies.append(reply)
        except (EOFError, OSError):
            pass  # what was acknowledged before is in the history

    def _command(self):
        """Most are new orders; some orders come again, are larger, or are cancelled."""
        draw = self._random.random()
        sku = self._random.choice(self._skus)
        if draw < 0.08:
            return ("SETQTY", f"{sku}-of-{self._name}", self._random.randint(0, 60))
        if draw < 0.16 and self.history.sent:
            earlier = self._random.choice(self.history.sent)
            if earlier[0] == "ALLOCATE":
                return earlier if draw < 0.12 else ("DEALLOCATE", earlier[1])
        order = f"{self._name}-{len(self.history.sent)}-{self._random.getrandbits(32):x}"
        lines = [sku, self._random.randint(1, 9)]
        if draw > 0.9:
            lines += [self._random.choice(self._skus), self._random.randint(1, 9)]
        return ("ALLOCATE", order, *lines)


class Watcher(threading.Thread):
    """Queries the orders that other clients are just sending, before those get their replies."""

    def __init__(self, address, histories):
        super().__init__(daemon=True)
        self.seen = set()
        self._address = address
        self._histories = histories

    def run(self):
        try:
            with Client(self._address) as client:
                while True:
                    latest = [history.sent[-1] for history in self._histories if history.sent]
                    orders = [each[1] for each in latest if each[0] == "ALLOCATE"] or ["none"]
                    replies = client.pipeline(("ALLOCATIONS", order) for order in orders)
                    if any(isinstance(reply, Failure) for reply in replies):
                        return
                    self.seen.update(order for order, lines in zip(orders, replies) if lines)
        except (EOFError, OSError):
            pass


class Crowd:
    """Several clients at once, on their own batches of the same SKUs, and one that queries."""

    def __init__(self, server, name, seed, size=4):
        self.skus = [f"SKU-{name}-{i}" for i in range(3)]
        names = [f"{name}-{i}" for i in range(size)]
        with server.client() as client:
            batches = [("ADDBATCH", f"{sku}-all", sku, PLENTY, "2999-12-31") for sku in self.skus]
            batches += [("ADDBATCH", f"{sku}-of-{n}", sku, 50) for sku in self.skus for n in names]
            if set(client.pipeline(batches)) != {"OK"}:
                raise AssertionError("the batches were not added")
        self.shoppers = [Shopper(server.address, n, self.skus, f"{seed}-{n}") for n in names]
        self.watcher = Watcher(server.address, self.histories)
        for each in (*self.shoppers, self.watcher):
            each.start()

    def join(self):
        """Waits until every connection has broken."""
        for each in (*self.shoppers, self.watcher):
            each.join(20)
            if each.is_alive():
                raise AssertionError("a connection hangs")

    @property
    def histories(self):
        return [shopper.history for shopper in self.shoppers]

    @property
    def failures(self):
        return [shopper.failure for shopper in self.shoppers if shopper.failure]

    def acknowledged(self):
        return sum(len(history.replies) for history in self.histories)

    def await_work(self, commands):
        """Waits until so many are acknowledged."""
        deadline = time.monotonic() + 20
        while self.acknowledged() < commands:
            if time.monotonic() > deadline:
                raise AssertionError(f"after 20 s {self.acknowledged()} commands are acknowledged")
            time.sleep(0.005)

    def complaints(self, server):
        """The judge's verdict on the stock that a server shows now."""
        orders = set().union(*(history.orders() for history in self.histories))
        with server.client() as client:
            picture = ask(client, sorted(orders), self.skus)
        return complaints(self.histories, picture, self.watcher.seen)
