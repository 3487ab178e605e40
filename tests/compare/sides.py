"""A server under comparison, and connections to it."""

import pathlib
import re
import socket
import sys
import time
from random import Random
from typing import BinaryIO

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import http_client
import server
from traffic import HISTORY

TIMEOUT_S = 30
# Much of the journal in many files, snapshots while it grows, and all of it is kept.
OPTIONS = ("--http", "127.0.0.1:0", "--segment-size", "256KiB", "--snapshot-every", "512KiB",
           "--keep-journal-size", "8GiB")
# What may differ: times, and the history of a store.
MASKS = ((re.compile(rb":1\d{15}\b"), b":TIME"), (re.compile(rb"\b[0-9a-f]{16}(?=:\d)"), b"HISTORY"),
         (re.compile(rb"\r\nDate: [^\r]+"), b"\r\nDate: DATE"))


def masked(raw: bytes) -> bytes:
    for pattern, instead in MASKS:
        raw = pattern.sub(instead, raw)
    return raw


class Connection:
    def __init__(self, address: tuple[str, int], read: object, greeting: bytes = b"") -> None:
        self.socket = socket.create_connection(address, TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb", 64 * 1024)
        self._read = read
        if greeting:
            self.socket.sendall(greeting)
            self.read()

    def read(self) -> bytes:
        return self._read(self.stream)  # type: ignore[operator]

    def send(self, rng: Random, raw: bytes) -> None:
        """Sends it in pieces. Most arrive together, some by themselves."""
        while raw:
            size = rng.choice((1, 7, 60, 500, len(raw)))
            self.socket.sendall(raw[:size])
            raw = raw[size:]
            if rng.randrange(64) == 0:
                time.sleep(0.0005)


class Side:
    """A server of one of the programs, with a new store in the directory."""

    def __init__(self, program: str, directory: pathlib.Path) -> None:
        self.program, self.directory = program, directory
        self.running = server.Server(directory / "store", *OPTIONS, binary=program)
        with self.running.client() as client:
            cursor = client.call("FEED", "$")[0]
        self.history = cursor.partition(":")[0].encode()
        http = http_client.address(self.running)
        resp = self.running.address
        hello = b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
        self.connections = {
            "inline": [Connection(resp, read_resp) for _ in range(3)],
            "framed": [Connection(resp, read_resp) for _ in range(3)],
            "framed, RESP3": [Connection(resp, read_resp, hello) for _ in range(2)],
            "http": [Connection(http, read_http) for _ in range(3)],
        }

    def send(self, kind: str, index: int, rng: Random, raw: bytes) -> None:
        self.connections[kind][index].send(rng, raw.replace(HISTORY.encode(), self.history))

    def read(self, kind: str, index: int) -> bytes:
        try:
            return masked(self.connections[kind][index].read())
        except (OSError, EOFError) as error:
            return f"no reply: {error!r}".encode()

    def figures(self) -> list[str]:
        """Without the sizes of tables, which another thread prepares."""
        with self.running.client() as client:
            lines = str(client.call("INFO", "stock", "errorstats")).splitlines()
        return [line for line in lines if "_bytes:" not in line]

    def stop(self) -> None:
        if (code := self.running.stop()) != 0:
            raise AssertionError(f"{self.program} ends with {code}:\n{self.running.text}")

    def state(self, reader: str) -> dict[str, list[str]]:
        """What the closed store holds, as a program reads it: all facts, the batches and the lines."""
        store, csv = self.directory / "store", self.directory / "csv"
        facts = self._run(reader, "dump", "--json", "--data", store)
        self._run(reader, "check", "--data", store)
        self._run(reader, "export", "--data", store, csv)
        tables = {path.name: path.read_text().splitlines() for path in sorted(csv.iterdir())}
        return {"facts": re.sub(r'"time":"[^"]*"', '"time":""', facts).splitlines(), **tables}

    @staticmethod
    def _run(program: str, *arguments: object) -> str:
        done = server.allot(*arguments, binary=program, timeout=600)
        if done.returncode != 0:
            raise AssertionError(f"{program} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return str(done.stdout)

    def end(self) -> None:
        self.running.end()


def read_line(stream: BinaryIO) -> bytes:
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError(f"the connection was closed after {line!r}")
    return line


def read_resp(stream: BinaryIO) -> bytes:
    line = read_line(stream)
    kind, size = line[:1], line[1:-2]
    if kind in b"$=" and int(size) >= 0:
        return line + stream.read(int(size) + 2)
    if kind in b"*~>%" and int(size) > 0:
        return line + b"".join(read_resp(stream) for _ in range(int(size) * (2 if kind == b"%" else 1)))
    return line


def read_http(stream: BinaryIO) -> bytes:
    head = read_line(stream)
    while not head.endswith(b"\r\n\r\n"):
        head += read_line(stream)
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return head + (stream.read(int(length[1])) if length else b"")
