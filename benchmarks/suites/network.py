"""Over the network, durable: ALLOCATE against a Redis function that does the same."""

import signal
import subprocess
import time
from contextlib import ExitStack

from harness.redis_benchmark import Side, require_all_held
from harness.servers import (
    BATCHES, SKUS, allot, redis, require_no_errors, stock_allot, stock_redis,
)
from harness.table import Figure, Suite, number, spread_of

CLIENTS = 50
TRACED = 20_000  # requests under strace

METHOD = f"""\
`redis-benchmark -c {CLIENTS} -r {SKUS}` at pipeline depths of 16 and 1 against `allot serve --durability always`, and against
`redis-server` with `appendonly yes` and `appendfsync always`, where the function `peers/allocate.lua` does the same. Other
options have their defaults, except that Redis does not rewrite its log. Both servers have the same stock of {SKUS:,} SKUs with
{BATCHES} batches each, on one disk, and run throughout; they get requests alternately. After the runs each server must hold as
many lines as requests were sent, less those that were repeated by chance, and must have replied without an error. A run of
its own under strace counts the syncs of each server."""


def syncs_of(side, requests):
    """Runs at depth 16 under strace, which slows a server down. Returns the syncs seen."""
    with subprocess.Popen(
        ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-p",
         str(side.service.process.pid)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as tracer:
        time.sleep(1)  # until it has attached itself
        try:
            side.run(CLIENTS, 16, requests)
        finally:
            tracer.send_signal(signal.SIGINT)
        summary = tracer.stderr.read()
    counts = [int(line.split()[3]) for line in summary.splitlines()
              if line.split()[-1:] in (["fsync"], ["fdatasync"])]
    if not counts:
        raise SystemExit(f"no sync seen:\n{summary}")
    return sum(counts)


def run(context):
    requests = {16: context.sized(500_000, 200_000), 1: context.sized(50_000, 20_000)}
    rows = {(side, depth): [] for side in ("allot", "redis") for depth in requests}
    with ExitStack() as stack:
        directory = stack.enter_context(context.directory())
        ours = Side.of_allot(stack.enter_context(allot(context, directory, "always")))
        theirs = Side.of_redis(stack.enter_context(redis(directory)))
        stock_allot(ours.service)
        stock_redis(theirs.service)
        sides = {"allot": ours, "redis": theirs}

        syncs = {name: syncs_of(side, TRACED) for name, side in sides.items()}  # and both are warm
        groups = int(ours.service.info()["journal_groups"])
        for _ in context.rounds("network"):
            for depth, count in requests.items():
                for name, side in sides.items():
                    rows[name, depth].append(side.run(CLIENTS, depth, count))

        groups = int(ours.service.info()["journal_groups"]) - groups
        require_no_errors(ours.service)
        if (wrong := theirs.service.info()["total_error_replies"]) != "0":
            raise SystemExit(f"error replies of Redis: {wrong}")
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
        Figure(f"{what} of a durable `ALLOCATE`, {how}, ÷ Redis function", ratios(value, depth), row=row)
        for depth, how, row in ((16, "pipelined 16 deep", "7"), (1, "one at a time", "8"))
        for value, what in (("rps", "rate"), ("cpu_us", "server's processor time"))
    ]
    for (name, depth), runs in rows.items():
        rates = spread_of([run["rps"] / 1000 for run in runs], "k/s")
        p99 = spread_of([run["p99_latency_ms"] for run in runs], "ms")
        cpu = spread_of([run["cpu_us"] for run in runs], "µs")
        suite.information.append(
            f"{name}, depth {depth}: {rates}; p99 {p99}; server's processor time a request {cpu}"
        )
    return suite
