"""A hundred subscribers and two consumers of the feed beside a writer; the consumers are killed repeatedly,
and continue from the cursor that they keep. Each of them receives every fact exactly once."""

import itertools
import json
import pathlib
import random
import selectors
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping

import server
from http_client import address as http_address
from report import Broken, Report, scratch
from resp import Client, encoded

SUBSCRIBERS = 100
WINDOW = 500  # commands without a reply
BEHIND_BYTES_MAX = 1 << 20  # that the slowest subscriber may be behind the writer
WAIT_S = 60
LIFE_S = (0.05, 0.7)  # of a consumer
KILLS_MIN = 2  # of each consumer, however soon all is received
BLOCK = 1 << 20  # bytes of what a subscriber receives that are compared at once
END = "the-end"  # the last fact's batch

CHANNELS = ("batch_added", "batch_quantity_changed", "batch_rescheduled", "line_allocated", "line_deallocated",
            "out_of_stock", "shortage_withdrawn")
Fact = tuple[str, dict[str, object]]
Stamp = tuple[int, int, str]  # LSN, time in microseconds, cursor


def message_of(fields: Mapping[str, object], stamp: Stamp) -> str:
    lsn, time_us, cursor = stamp
    return json.dumps({**fields, "lsn": lsn, "time": time_us, "cursor": cursor}, separators=(",", ":"))


class Digest:
    """A digest of bytes that come in any pieces: one number for each BLOCK of them."""

    def __init__(self) -> None:
        self.bytes, self.blocks, self._sum = 0, list[int](), 0

    def add(self, piece: bytes | memoryview) -> None:
        piece = memoryview(piece)
        while piece:
            part = piece[:BLOCK - self.bytes % BLOCK]
            self._sum = zlib.crc32(part, self._sum)
            self.bytes += len(part)
            if self.bytes % BLOCK == 0:
                self.blocks.append(self._sum)
            piece = piece[len(part):]

    def all(self) -> tuple[int, list[int]]:
        return self.bytes, [*self.blocks, self._sum]


class Subscriber:
    """Receives everything, in one of three forms, and keeps a digest of it."""

    FORMS = ("RESP2", "RESP3", "RESP2 with a pattern")

    def __init__(self, running: server.Server, form: str) -> None:
        self.form, self.received, self.tail = form, Digest(), b""
        client = Client(running.address)
        if form == "RESP3":
            client.call("HELLO", 3)
        names = ("PSUBSCRIBE", "*") if form == self.FORMS[2] else ("SUBSCRIBE", *CHANNELS)
        client.send(encoded(*names))
        for _ in names[1:]:
            client.read()
        self.socket = client.socket
        self.socket.setblocking(False)
        client.stream.detach().close()  # nothing else came; the socket stays

    def read(self, buffer: bytearray) -> None:
        got = self.socket.recv_into(buffer)
        if got == 0:
            raise Broken(f"a subscriber ({self.form}) was dropped after {self.received.bytes} bytes")
        piece = memoryview(buffer)[:got]
        self.received.add(piece)
        self.tail = (self.tail + bytes(piece[-200:]))[-200:]

    @property
    def is_done(self) -> bool:
        return END.encode() in self.tail

    @classmethod
    def frame(cls, form: str, kind: str, message: str) -> bytes:
        words = ("pmessage", "*", kind, message) if form == cls.FORMS[2] else ("message", kind, message)
        frame = encoded(*words)
        return b">" + frame[1:] if form == "RESP3" else frame


class Writer:
    """Allocates, deallocates, and requests too much: one fact for each command."""

    def __init__(self, running: server.Server, facts: int, rng: random.Random) -> None:
        self.client = running.client()
        self.facts, self.acknowledged = facts, 0
        self.published_bytes = 0  # of the messages of all facts, in the first of the forms
        self._given, self._under_way = 0, 0
        self._rng, self._sold = rng, list[tuple[str, int, int]]()

    def step(self) -> None:
        """Takes the replies to what it has sent, and sends more."""
        for _ in range(self._under_way):
            reply = self.client.read()
            if getattr(reply, "code", "OUTOFSTOCK") != "OUTOFSTOCK":
                raise Broken(f"the writer received {reply}")
        self.acknowledged += self._under_way
        self._under_way = min(WINDOW, self.facts - self._given)
        self.client.send(b"".join(encoded(*self._command()) for _ in range(self._under_way)))

    @property
    def is_done(self) -> bool:
        return self.acknowledged == self.facts

    def close(self) -> None:
        self.client.close()

    def _command(self) -> tuple[str | int, ...]:
        self._given += 1
        if self._given in (1, 2, self.facts):
            batch, sku, qty = {1: ("stock", "LAMP", 10**9), 2: ("little", "SCARCE", 1)}.get(
                self._given, (END, "LAMP", 1))
            self._expect("batch_added", batch=batch, sku=sku, quantity=qty, eta=None)
            return ("ADDBATCH", batch, sku, qty)
        chance = self._rng.random()
        if chance < 0.1 and self._sold:
            order, qty, lsn = self._sold.pop()
            self._expect("line_deallocated", order=order, sku="LAMP", quantity=qty, batch="stock",
                         allocated_at=lsn)
            return ("DEALLOCATE", order)
        order, qty = f"order-{self._given}", self._rng.randrange(1, 10)
        if chance < 0.15:
            order, qty = f"too-much-{self._given}", 2
            self._expect("out_of_stock", order=order, sku="SCARCE", quantity=qty)
            return ("ALLOCATE", order, "SCARCE", qty)
        self._sold.append((order, qty, self._given))
        self._expect("line_allocated", order=order, sku="LAMP", quantity=qty, batch="stock")
        return ("ALLOCATE", order, "LAMP", qty)

    def _expect(self, kind: str, **fields: str | int | None) -> None:
        stamp = (self._given, int(time.time() * 1e6), f"{0:016x}:{self._given}")  # as long as the real one
        self.published_bytes += len(Subscriber.frame(Subscriber.FORMS[0], kind, message_of(fields, stamp)))


class Consumer:
    """A process that is killed at random moments, and begins again."""

    def __init__(self, kind: str, address: tuple[str, int], directory: pathlib.Path, rng: random.Random) -> None:
        self.kind, self.directory, self.kills = kind, directory, 0
        self._address, self._rng = address, rng
        directory.mkdir()
        self._begin()

    def _begin(self) -> None:
        script = pathlib.Path(__file__).resolve().parent / "consumer.py"
        self._process = subprocess.Popen(
            [sys.executable, str(script), self.kind, *map(str, self._address), str(self.directory)],
            stderr=subprocess.PIPE, text=True)
        self._until = time.monotonic() + self._rng.uniform(*LIFE_S)

    def step(self) -> None:
        if self._process.poll() is not None:
            raise Broken(f"{self.kind}: it ends: {self._process.communicate()[1]}")
        if time.monotonic() >= self._until:
            self.end()
            self.kills += 1
            self._begin()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def await_cursor(self, last: int) -> None:
        """Lets it run until it has processed the last fact."""
        deadline = time.monotonic() + WAIT_S
        kept = self.directory / "cursor"
        while int((kept.read_text() if kept.exists() else "").rpartition(":")[2] or 0) < last:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise Broken(f"{self.kind}: it does not come to the end")
            time.sleep(0.02)

    def judge(self, facts: list[Fact]) -> None:
        """Each run begins at the cursor that an earlier run kept, and continues without a gap."""
        lives, reached, last, cut = 0, 0, 0, ""
        for line in filter(str.strip, (self.directory / "handled").open()):
            try:
                said = json.loads(line)
            except ValueError:
                cut = line
                continue
            if cut and not isinstance(said, int):
                raise Broken(f"{self.kind}: it handled {cut!r}, and went on")
            if isinstance(said, int):
                lives, cut = lives + 1, ""
                if said > reached:
                    raise Broken(f"{self.kind}: life {lives} begins after {said}; handled was up to {reached}")
                last = said
                continue
            lsn, kind, fields = said
            if lsn != last + 1 or facts[lsn - 1] != (kind, fields):
                raise Broken(f"{self.kind}: after {last} comes {said}, and the journal has {facts[last]}")
            last = lsn
            reached = max(reached, last)
        if reached != len(facts):
            raise Broken(f"{self.kind}: it handled {reached} facts of {len(facts)}")


def listeners(seed: int, facts: int, report: Report) -> None:
    """Raises when a subscriber or consumer misses a fact, or gets it twice."""
    rng = random.Random(f"listeners-{seed}")
    with scratch(f"listeners-{seed}", in_memory=True) as directory:
        running = server.Server(directory / "store", "--http", "127.0.0.1:0", "--keep-journal-size", "64GiB")
        crowd, consumers = list[Subscriber](), list[Consumer]()
        try:
            forms = itertools.islice(itertools.cycle(Subscriber.FORMS), SUBSCRIBERS)
            crowd += [Subscriber(running, form) for form in forms]
            consumers = [Consumer(kind, where, directory / kind, rng) for kind, where in
                         (("feed", running.address), ("events", http_address(running)))]
            writer = Writer(running, facts, rng)
            _play(writer, crowd, consumers, report)
            while any(consumer.kills < KILLS_MIN for consumer in consumers):
                time.sleep(0.01)
                for consumer in consumers:
                    consumer.step()
            for consumer in consumers:
                consumer.await_cursor(writer.acknowledged)
            writer.close()
            stamps = list(_stamps(running, writer.acknowledged))
        finally:
            for consumer in consumers:
                consumer.end()
            for subscriber in crowd:
                subscriber.socket.close()
            running.end()
        journaled = list(_journal(directory / "store"))
        if len(journaled) != facts:
            raise Broken(f"the journal has {len(journaled)} facts of {facts}")
        _judge(crowd, journaled, stamps)
        for consumer in consumers:
            consumer.judge(journaled)
            report.counts[f"kills of a consumer ({consumer.kind})"] += consumer.kills
        report.counts["facts received by each of a hundred subscribers"] += facts
        report.counts["bytes received by all"] += sum(each.received.bytes for each in crowd)


def _play(writer: Writer, crowd: list[Subscriber], consumers: list[Consumer], report: Report) -> None:
    """Until all have received the last fact. The writer waits for the slowest subscriber."""
    buffer = bytearray(1 << 20)
    ready = selectors.DefaultSelector()
    for subscriber in crowd:
        ready.register(subscriber.socket, selectors.EVENT_READ, subscriber)
    replies = selectors.DefaultSelector()
    replies.register(writer.client.socket, selectors.EVENT_READ)
    writer.step()
    deadline = time.monotonic() + WAIT_S
    while not (writer.is_done and all(each.is_done for each in crowd)):
        found = ready.select(0.001)
        for key, _ in found:
            key.data.read(buffer)
        if found:
            deadline = time.monotonic() + WAIT_S
        elif time.monotonic() > deadline:
            raise Broken(f"{sum(each.is_done for each in crowd)} of {len(crowd)} received the last fact")
        behind = max(writer.published_bytes - each.received.bytes for each in crowd)
        if not writer.is_done and behind < BEHIND_BYTES_MAX and replies.select(0):
            writer.step()
            report.progress("facts received", writer.acknowledged, writer.facts)
        for consumer in consumers:
            consumer.step()


def _journal(store: pathlib.Path) -> Iterator[Fact]:
    dumped = server.allot("dump", "--json", "--data", store, timeout=300)
    if dumped.returncode != 0:
        raise Broken(f"allot dump: {dumped.stderr.strip()}")
    for expected, line in enumerate(dumped.stdout.splitlines(), 1):
        fact = json.loads(line)
        if fact.pop("lsn") != expected:
            raise Broken(f"LSN {expected} is not in the journal")
        del fact["time"]
        kind = fact.pop("fact")
        yield kind, {key: "warehouse" if key == "eta" and value is None else value for key, value in fact.items()}


def _stamps(running: server.Server, facts: int) -> Iterator[Stamp]:
    """What a message says of its fact beside the fields, by the feed: a dump has no microseconds."""
    with Client(running.address) as client:
        cursor = "0"
        while int(cursor.rpartition(":")[2]) < facts:
            cursor, page = client.call("FEED", "AFTER", cursor, "COUNT", 1000)
            history = cursor.partition(":")[0]  # one opening wrote all of them
            yield from ((lsn, time_us, f"{history}:{lsn}") for lsn, time_us, _, _ in page)


def _judge(crowd: list[Subscriber], journaled: list[Fact], stamps: list[Stamp]) -> None:
    expected = {form: Digest() for form in Subscriber.FORMS}
    for (kind, fields), stamp in zip(journaled, stamps, strict=True):
        if fields.get("eta") == "warehouse":
            fields = fields | {"eta": None}
        message = message_of(fields, stamp)
        for form, digest in expected.items():
            digest.add(Subscriber.frame(form, kind, message))
    for number, each in enumerate(crowd):
        right, received = expected[each.form].all(), each.received.all()
        if received != right:
            same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1],
                                                      zip(right[1], received[1], strict=False)))
            raise Broken(f"subscriber {number} ({each.form}) received {received[0]} bytes of {right[0]}, "
                         f"which differ after the first {same} MiB")
