"""ALLOCATE without waiting for a disk, against Redis' PING and an echo."""

from contextlib import ExitStack

from harness.redis_benchmark import Side
from harness.resp import encoded
from harness.servers import (
    SKUS, allot, redis, reply_bytes, require_no_errors, sku, stock_allot,
)
from harness.service import accepts, free_port, running
from harness.table import Figure, Suite, at_least, number, spread_of

CLIENTS = 50
REQUEST = encoded("ALLOCATE", "1-" + "0" * 14, sku(0), 1)

METHOD = f"""\
`bench_load`, one thread with {CLIENTS} connections: each sends as many requests as the pipeline is deep, waits for their
replies, and sends the next. It is the client of all servers here, because `redis-benchmark` would be the bottleneck: see its
figure for the same `PING`. `allot serve --durability os` has a stock of {SKUS:,} SKUs; every request is an order of its own for
a random SKU, and all lines are verified afterwards. `redis-server` answers `PING`, without a disk. The echo (`bench_echo`) uses
the same socket class as Allot's connections and a buffer of equal size; it answers a line of {reply_bytes()} bytes for every
{len(REQUEST)} bytes, the lengths of an ALLOCATE and its reply, and writes once a read. All servers run throughout; they get
requests alternately."""


def echo(context, directory):
    port = free_port()
    command = [context.build / "benchmarks" / "bench_echo", port, len(REQUEST), reply_bytes()]
    return running(command, port, directory / "echo.log", ready=accepts)


class Target:
    """A server, and the verb sent to it."""

    def __init__(self, context, service, verb):
        self.context = context
        self.service = service
        self.verb = verb
        self.requests = 0
        self.runs = 0

    def run(self, depth, requests):
        before = self.service.cpu_seconds()
        self.runs += 1
        self.requests += requests
        done = self.context.measure("load", self.service.port, CLIENTS, depth, requests, self.verb,
                                    f"{self.runs}-", SKUS)
        done["server_cpu_ns"] = (self.service.cpu_seconds() - before) / requests * 1e9
        return done


def run(context):
    requests = {16: context.sized(500_000, 200_000), 128: context.sized(1_000_000, 400_000)}
    with ExitStack() as stack:
        directory = stack.enter_context(context.directory())
        allot_server = stack.enter_context(allot(context, directory, "os"))
        stock_allot(allot_server)
        ours = Target(context, allot_server, "allocate")
        ping = Target(context, stack.enter_context(redis(directory, appends=False)), "ping")
        silent = Target(context, stack.enter_context(echo(context, directory)), "allocate")
        rows = {("allot", 16): ours, ("Redis PING", 16): ping,
                ("allot", 128): ours, ("echo", 128): silent}
        runs = {key: [] for key in rows}
        usual = Side(ping.service, ["PING"])
        usual_rates = []

        for target in (ours, ping, silent):
            target.run(16, requests[16])  # and all are warm
        for _ in context.rounds("wire"):
            for (name, depth), target in rows.items():
                runs[name, depth].append(target.run(depth, requests[depth]))
            usual_rates.append(usual.run(CLIENTS, 16, requests[16])["rps"])
        require_no_errors(allot_server)
        if (held := int(allot_server.info()["lines"])) != ours.requests:
            raise SystemExit(f"Allot holds {held} lines after {ours.requests} requests")
    suite = results(runs)
    suite.information.append("Redis PING, depth 16, asked by redis-benchmark: "
                             + spread_of([rate / 1000 for rate in usual_rates], "k/s"))
    return suite


def results(runs):
    def ratios(depth, peer, value="operations_per_second"):
        return [ours[value] / theirs[value]
                for ours, theirs in zip(runs["allot", depth], runs[peer, depth])]

    suite = Suite("Wire", METHOD)
    suite.figures = [
        Figure("`ALLOCATE`, mode `os`, pipelined 16 deep, ÷ Redis `PING`", ratios(16, "Redis PING"),
               goal=at_least(0.6), row="9"),
        Figure("`ALLOCATE`, mode `os`, pipelined 128 deep, ÷ echo of the same bytes",
               ratios(128, "echo"), row="10"),
        Figure("server's processor time of the same, ÷ echo", ratios(128, "echo", "server_cpu_ns"), row="10"),
    ]
    for (name, depth), done in runs.items():
        rates = spread_of([run["operations_per_second"] / 1000 for run in done], "k/s")
        server = spread_of([run["server_cpu_ns"] for run in done], "ns")
        client = number(min(run["cpu_ns_per_operation"] for run in done))
        suite.information.append(f"{name}, depth {depth}: {rates}; server's processor time a request "
                                 f"{server}; the client's {client} ns at least")
    return suite
