"""The instructions of an allocation: over the network, over HTTP and in process, beside a Redis function."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from harness.callgrind import count_of, counted, under_callgrind
from harness.resp import encoded
from harness.servers import (
    BATCHES, SKUS, allot_command, redis_command, sku, stock_allot, stock_redis,
)
from harness.service import free_port, running
from harness.table import Figure, Suite, at_least, at_most

CONNECTIONS = 50
SKUS_IN_PROCESS = 10_000
WARMING = 4_000  # requests before the count begins

METHOD = f"""\
callgrind counts the instructions of all threads of a process in user space, not the kernel's. It runs one thread at a time,
so a count depends neither on the machine nor on its load: one run suffices, and the number of repeats does not apply.
Counts of a server differ by some percent from run to run, because requests that arrive together are read together. Servers
have a stock of {SKUS:,} SKUs with {BATCHES} batches each. On each connection the client sends its requests, each an order of
its own for one of the SKUs in turn, waits for all replies, and sends the next; the first {WARMING:,} are not counted. Redis
runs the function `peers/allocate.lua` with `appendfsync always`. In process, `bench_allocate` allocates in a new store with
{SKUS_IN_PROCESS:,} SKUs, mode `os`, from names as text; its tables grow meanwhile. The counts by function stay in
`build/callgrind`; `callgrind_annotate --inclusive=yes` shows them.

The goals are shares of what the commit b9a9fa1 took. To count for another commit: `git worktree add DIRECTORY COMMIT`, build
the program and the benchmarks there, and run `./dev bench --build DIRECTORY/build/release instructions` here."""


def words_of(skus, request):
    """The order and the SKU of a request: 7,919 is prime, so that the requests go through all SKUs."""
    return f"order-{request:010}", sku(request * 7919 % skus)


def allocate(skus, request):
    order, name = words_of(skus, request)
    return encoded("ALLOCATE", order, name, 1)


def call_function(skus, request):
    order, name = words_of(skus, request)
    return encoded("FCALL", "allocate", 1, name, order, 1)


def post(skus, request):
    order, name = words_of(skus, request)
    body = f'{{"lines":[{{"sku":"{name}","quantity":1}}]}}'
    return (f"POST /v1/orders/{order}/allocations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


def read_batch(stream):
    if not (head := stream.readline()).startswith(b"$"):
        raise SystemExit(f"the server says: {head}")
    stream.readline()


def read_created(stream):
    if not (status := stream.readline()).startswith(b"HTTP/1.1 201 "):
        raise SystemExit(f"the server says: {status}")
    fields = [line.partition(b":") for line in iter(stream.readline, b"\r\n")]
    stream.read(next(int(value) for name, _, value in fields if name.lower() == b"content-length"))


@dataclass(frozen=True)
class Load:
    """What a client sends: on each connection `depth` requests before it waits for their replies."""

    name: str
    durability: str
    connections: int
    depth: int
    request: Callable = allocate
    read_reply: Callable = read_batch


LOADS = {
    "deep": Load("`ALLOCATE`, mode `os`, pipelined 16 deep", "os", 1, 16),
    "one": Load(f"`ALLOCATE`, mode `always`, one at a time, {CONNECTIONS} connections", "always",
                CONNECTIONS, 1),
    "http": Load(f"`POST /v1/orders/…/allocations`, mode `always`, {CONNECTIONS} connections", "always",
                 CONNECTIONS, 1, post, read_created),
    "redis": Load("Redis function, pipelined 16 deep", "always", 1, 16, call_function),
}
CALLS = {"batch": "`allocate`, 1,024 a call", "scalar": "`allocate`, one a call"}
# What the commit b9a9fa1 took, and the share of it that is the goal.
BEFORE = {"deep": (2_928, 0.55), "one": (5_366, 0.75), "http": (28_615, 0.75), "batch": (1_564, 0.6),
          "scalar": (1_916, 0.6)}


class Client:
    def __init__(self, port, load, skus):
        self.load, self.skus, self.sent = load, skus, 0
        self.sockets = [socket.create_connection(("127.0.0.1", port), timeout=60)
                        for _ in range(load.connections)]
        self.streams = [connection.makefile("rb") for connection in self.sockets]

    def run(self, requests):
        end = self.sent + requests
        while self.sent < end:
            for connection in self.sockets:
                numbers = range(self.sent, self.sent + self.load.depth)
                connection.sendall(b"".join(self.load.request(self.skus, i) for i in numbers))
                self.sent += self.load.depth
            for stream in self.streams:
                for _ in range(self.load.depth):
                    self.load.read_reply(stream)

    def close(self):
        for opened in (*self.streams, *self.sockets):
            opened.close()


def output_of(context, name):
    """Returns where callgrind writes, without what an earlier run wrote."""
    directory = context.scratch.parent / "callgrind"
    directory.mkdir(exist_ok=True)
    for old in directory.glob(f"{name}*"):
        old.unlink()
    return directory / name


@contextlib.contextmanager
def serving(context, load, around=list):
    """Starts a server with stock. Gives it, and a client that sends the load.

    \param around makes the server's command line of that of the program.
    """
    skus = context.sized(SKUS, 10_000)
    port, http_port = free_port(), free_port()
    with context.directory() as directory:
        if load.request is call_function:
            command, stock = redis_command(directory, port), stock_redis
        else:
            stock = stock_allot
            command = allot_command(context, directory, port, load.durability, "--http",
                                    f"127.0.0.1:{http_port}")
        with running(around(command), port, directory / "server.log") as service:
            stock(service, skus)
            client_port = http_port if load.request is post else port
            with contextlib.closing(Client(client_port, load, skus)) as client:
                yield service, client


def served(context, name, load):
    """Returns the instructions a request of a server of its own."""
    requests = context.sized(32_000, 8_000)
    output = output_of(context, name)
    with serving(context, load, lambda command: under_callgrind(output, command)) as (service, client):
        client.run(WARMING)
        return counted(service, output, lambda: client.run(requests)) / requests


def called(context, mode):
    """Returns the instructions a line of bench_allocate."""
    lines = context.sized(200_000, 50_000)
    with context.directory() as directory:
        output = output_of(context, mode)
        program = context.build / "benchmarks" / "bench_allocate"
        command = [program, mode, directory / "store", SKUS_IN_PROCESS, lines, "scattered"]
        done = subprocess.run(list(map(str, under_callgrind(output, command))), capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"bench_allocate failed:\n{done.stderr}")
        return count_of(output) / lines


def run(context):
    counts = {}
    for name, load in LOADS.items():
        print(f"instructions: {load.name}", file=sys.stderr, flush=True)
        counts[name] = served(context, name, load)
    for mode, name in CALLS.items():
        print(f"instructions: {name}", file=sys.stderr, flush=True)
        counts[mode] = called(context, mode)
    return results(counts)


def results(counts):
    names = {name: load.name for name, load in LOADS.items()} | CALLS
    suite = Suite("Instructions", METHOD)
    for name, count in counts.items():
        before, share = BEFORE.get(name, (None, None))
        goal = at_most(round(share * before)) if before else None
        suite.figures.append(Figure(f"instructions, {names[name]}", [count], "", goal))
        if before:
            share = count / before
            suite.information.append(f"{names[name]}: {count:,.0f}, {share:.2f} of the {before:,} of b9a9fa1")
    suite.figures.append(Figure("instructions of the Redis function ÷ those of `ALLOCATE`, pipelined 16 deep",
                                [counts["redis"] / counts["deep"]], goal=at_least(47)))
    return suite
