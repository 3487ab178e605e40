"""Over the network, durable: ALLOCATE against the same job as a Redis function."""

import csv
import io
import math
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from harness.service import free_port, running
from harness.table import Figure, Suite, at_least, number, spread_of

SKUS = 100_000
BATCHES = 3
UNITS = 100_000_000  # more than any run allocates
CLIENTS = 50
RUN = "RUN"  # in a command: the number of the run
TRACED = 20_000  # requests under strace
LUA = Path(__file__).parent.parent / "peers" / "allocate.lua"

METHOD = f"""\
`redis-benchmark -c {CLIENTS} -r {SKUS}` at pipeline depths of 16 and 1 against `allot serve
--durability always` and against `redis-server` with `appendonly yes` and `appendfsync always`, where
`peers/allocate.lua` does the same job; default options otherwise, except that Redis is spared
rewriting its log. Both have the same stock of {SKUS:,} SKUs with {BATCHES} batches each, on one
disk, and run throughout; requests go to one after the other in turn. After the runs every server
holds as many lines as requests were sent, less those that by chance were asked twice, and has
replied with no error; that each really syncs is counted with strace in a run of its own."""


def sku(number):
    return f"SKU-{number:012}"


def batches():
    for number in range(SKUS):
        for place in range(BATCHES):
            yield sku(number), f"batch-{number:06}-{place}", place


def allot(context, directory):
    port = free_port()
    command = [context.allot, "serve", "--data", directory / "allot",
               "--listen", f"127.0.0.1:{port}", "--durability", "always"]
    return running(command, port, directory / "allot.log")


def redis(directory):
    port = free_port()
    (directory / "redis").mkdir()
    config = directory / "redis.conf"
    config.write_text(f"""\
port {port}
bind 127.0.0.1
dir {directory / "redis"}
save ""
appendonly yes
appendfsync always
auto-aof-rewrite-percentage 0
""")
    return running(["redis-server", config], port, directory / "redis.log")


def stock_allot(service):
    eta = ("", "2031-01-01", "2031-02-01")
    service.load(("ADDBATCH", batch, name, UNITS, *filter(None, [eta[place]]))
                 for name, batch, place in batches())


def stock_redis(service):
    service.ask("FUNCTION", "LOAD", LUA.read_bytes())
    service.load(("ZADD", name, place, batch) for name, batch, place in batches())
    service.load(("HSET", "available", batch, UNITS) for _, batch, _ in batches())


class Side:
    """One server, and the command that it is asked, with orders that differ from run to run."""

    def __init__(self, service, words):
        self.service = service
        self.words = words
        self.requests = 0
        self.runs = 0

    def run(self, pipeline, requests):
        """Sends so many random lines. Returns redis-benchmark's row, and server time a request."""
        before = self.service.cpu_seconds()
        # It seeds itself with its time and process id, which has been seen to repeat a run.
        self.runs += 1
        words = [word.replace(RUN, f"{self.runs:03}") for word in self.words]
        command = ["redis-benchmark", "-p", self.service.port, "-c", CLIENTS, "-P", pipeline,
                   "-r", SKUS, "-n", requests, "-e", "--csv", *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              check=True)
        rows = [line for line in done.stdout.splitlines() if line.startswith('"')]
        row = next(csv.DictReader(io.StringIO("\n".join(rows))))
        self.requests += requests
        row["cpu_us"] = (self.service.cpu_seconds() - before) / requests * 1e6
        return {key: float(value) for key, value in row.items() if key != "test"}

    def syncs(self, requests):
        """Runs at depth 16 under strace, which slows a server down. Returns the syncs seen."""
        with subprocess.Popen(
            ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-p",
             str(self.service.process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ) as tracer:
            time.sleep(1)  # until it has attached itself
            try:
                self.run(16, requests)
            finally:
                tracer.send_signal(signal.SIGINT)
            summary = tracer.stderr.read()
        counts = [int(line.split()[3]) for line in summary.splitlines()
                  if line.split()[-1:] in (["fsync"], ["fdatasync"])]
        if not counts:
            raise SystemExit(f"no sync seen:\n{summary}")
        return sum(counts)


def require_all_held(name, lines, requests):
    """Of n random (order, SKU) pairs at most about n² / 2 / (orders × SKUs) come twice."""
    twice = requests**2 / 2 / SKUS**2
    least = requests - twice - 6 * math.sqrt(twice) - 1
    if not least <= lines <= requests:
        raise SystemExit(f"{name} holds {lines} lines after {requests} requests")


def require_no_errors(ours, theirs):
    ours_wrong = {key: value for key, value in ours.service.info().items()
                  if key.startswith("errorstat_") and value != "count=0"}
    theirs_wrong = theirs.service.info()["total_error_replies"]
    if ours_wrong or theirs_wrong != "0":
        raise SystemExit(f"error replies: Allot {ours_wrong}, Redis {theirs_wrong}")


def run(context):
    requests = {16: context.sized(500_000, 200_000), 1: context.sized(50_000, 20_000)}
    rows = {(side, depth): [] for side in ("allot", "redis") for depth in requests}
    with ExitStack() as stack:
        directory = stack.enter_context(context.directory())
        servers = [stack.enter_context(allot(context, directory)),
                   stack.enter_context(redis(directory))]
        stock_allot(servers[0])
        stock_redis(servers[1])
        line = [f"{RUN}-__rand_int__", "1"]
        ours = Side(servers[0], ["ALLOCATE", line[0], "SKU-__rand_int__", line[1]])
        theirs = Side(servers[1], ["FCALL", "allocate", "1", "SKU-__rand_int__", *line])
        sides = {"allot": ours, "redis": theirs}

        syncs = {name: side.syncs(TRACED) for name, side in sides.items()}  # and both are warm
        groups = int(ours.service.info()["journal_groups"])
        for _ in context.rounds("network"):
            for depth, count in requests.items():
                for name, side in sides.items():
                    rows[name, depth].append(side.run(depth, count))

        groups = int(ours.service.info()["journal_groups"]) - groups
        require_no_errors(ours, theirs)
        require_all_held("Allot", int(ours.service.info()["lines"]), ours.requests)
        require_all_held("Redis", theirs.service.ask("HLEN", "lines"), theirs.requests)
    suite = results(rows)
    suite.information += [
        f"allot wrote and synced {groups:,} groups, of "
        f"{number((ours.requests - TRACED) / groups)} lines on average over both depths",
        f"under strace, {TRACED:,} requests 16 deep: " + ", ".join(
            f"{name} called fsync or fdatasync {count:,} times" for name, count in syncs.items()),
    ]
    return suite


def results(rows):
    def ratios(value, depth):
        pairs = zip(rows["allot", depth], rows["redis", depth])
        return [ours[value] / theirs[value] for ours, theirs in pairs]

    suite = Suite("Network", METHOD)
    suite.figures = [
        Figure("durable `ALLOCATE`, pipelined 16 deep, ÷ Redis function", ratios("rps", 16),
               goal=at_least(5)),
        Figure("durable `ALLOCATE`, one at a time, ÷ Redis function", ratios("rps", 1)),
    ]
    for (name, depth), runs in rows.items():
        rates = spread_of([run["rps"] / 1000 for run in runs], "k/s")
        p99 = spread_of([run["p99_latency_ms"] for run in runs], "ms")
        cpu = spread_of([run["cpu_us"] for run in runs], "µs")
        suite.information.append(
            f"{name}, depth {depth}: {rates}; p99 {p99}; server's processor time a request {cpu}"
        )
    return suite
