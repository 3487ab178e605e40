"""The cost of subscribers: the rate of allocations with ten of them, and without."""

import subprocess
import time
from contextlib import ExitStack, contextmanager

from harness.servers import SKUS, allot, require_no_errors, stock_allot
from harness.table import Figure, Suite, at_least, spread_of

SUBSCRIBERS = 10
CLIENTS = 50
DEPTH = 16
GOAL = at_least(0.7)

METHOD = f"""\
In process (`bench_subscribers`): a store, mode `os`, allocates lines on one thread, one or 1,024 a call, alone and with
{SUBSCRIBERS} subscribers, each called with every fact on a thread of its own. Over the network: `bench_load`, one thread with
{CLIENTS} connections {DEPTH} requests deep, against `allot serve`, durable, alone and while `bench_listen` holds {SUBSCRIBERS}
subscribers to the channel `line_allocated` and a consumer that reads the feed without a pause. "Allocated" ends when the last
line is acknowledged, "received" when the last subscriber has received the last line. Subscribers, clients and server share the
machine's cores; runs with and without subscribers alternate."""

CALLS = {"scalar": "one a call", "batch": "1,024 a call"}
ALLOCATED, RECEIVED = "allocated_per_second", "received_per_second"


@contextmanager
def listening(context, port, listeners, facts):
    """Runs subscribers; the end of the block waits until each has received so many facts."""
    if not any(listeners):
        yield
        return
    command = [context.build / "benchmarks" / "bench_listen", port, *listeners, facts]
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        if not process.stdout.readline().startswith("ready"):
            raise SystemExit("bench_listen does not listen")
        yield
        process.stdout.read()
        if process.wait() != 0:
            raise SystemExit(f"bench_listen failed: {process.returncode}")


def loaded(context, service, listeners, run, requests):
    with listening(context, service.port, listeners, requests):
        before, began = service.cpu_seconds(), time.monotonic()
        done = context.measure("load", service.port, CLIENTS, DEPTH, requests, "allocate", f"{run}-", SKUS)
    return {ALLOCATED: done["operations_per_second"], RECEIVED: requests / (time.monotonic() - began),
            "server_cpu_ns": (service.cpu_seconds() - before) / requests * 1e9}


def run(context):
    lines = context.sized(1_000_000, 200_000)
    requests = context.sized(500_000, 100_000)
    embedded = {call: {SUBSCRIBERS: [], 0: []} for call in CALLS}
    network = {(SUBSCRIBERS, 1): [], (0, 0): []}
    with ExitStack() as stack:
        directory = stack.enter_context(context.directory())
        service = stack.enter_context(allot(context, directory, "always", "--keep-journal-size", "64GiB"))
        stock_allot(service)
        runs = 0
        for _ in context.rounds("events"):
            for call, sides in embedded.items():
                for subscribers, done in sides.items():
                    with context.directory() as fresh:
                        done.append(context.measure("subscribers", call, fresh / "store", SKUS, lines,
                                                    subscribers))
            for listeners, done in network.items():
                runs += 1
                done.append(loaded(context, service, listeners, runs, requests))
        require_no_errors(service)
        if (held := int(service.info()["lines"])) != runs * requests:
            raise SystemExit(f"Allot holds {held} lines after {runs * requests} requests")
    return results(embedded, network)


def results(embedded, network):
    suite = Suite("Subscribers", METHOD)
    beside = f"with {SUBSCRIBERS} subscribers"
    parts = [(f"in process, {CALLS[call]}", runs, beside, GOAL if call == "scalar" else None)
             for call, runs in embedded.items()]
    parts.append(("over the network, durable", network, f"{beside} and a consumer", GOAL))
    for what, runs, name, goal in parts:
        with_them, alone = runs.values()
        for until, value, aim in (("allocated", ALLOCATED, goal), ("received by all", RECEIVED, None)):
            ratios = [one[value] / other[ALLOCATED] for one, other in zip(with_them, alone)]
            suite.figures.append(Figure(f"lines {until} a second {name}, ÷ allocated without, {what}", ratios,
                                        goal=aim))
        for side, done in ((name, with_them), ("alone", alone)):
            rates = "; ".join(f"{until} {spread_of([run[value] / 1000 for run in done], 'k lines/s')}"
                              for until, value in (("allocated", ALLOCATED), ("received", RECEIVED)))
            cpu = "server_cpu_ns" if "server_cpu_ns" in done[0] else "cpu_ns_per_line"
            times = spread_of([run[cpu] for run in done], "ns/line")
            suite.information.append(f"{what}, {side}: {rates}; processor time of its threads {times}")
    return suite
