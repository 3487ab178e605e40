"""Latency under open loops, in process and over the network."""

import re
import time
from statistics import median

from harness.plot import latency_percentiles
from harness.servers import SKUS, allot, require_no_errors, stock_allot
from harness.table import Suite, number, spread_of

CLIENTS = 50
PERCENTILES = ("p50", "p99", "p99.9", "p99.99", "max")
LOADS = {"half": (0.5, "50 % of the peak"), "most": (0.8, "80 % of the peak")}

METHOD = f"""\
Commands become due at equal intervals, at 50 % and at 80 % of the peak, whether or not earlier ones have finished, and their
latency is measured from the time at which they were due: a command behind a stall counts with its whole wait (corrected for
coordinated omission). In the middle of each load a snapshot is taken. {SKUS:,} SKUs with three batches each; allocations are
added to one store from load to load, and growing tables are part of the maximum. In process: one thread calls
`Store::allocate`, mode `os`, and spins between calls; the peak is its rate without a pause, measured before each load. Over the
network: `allot serve --durability always`, {CLIENTS} connections in turn (`bench_openloop`), client and server on one machine;
the peak is the rate of as many connections that each wait for a reply before the next request (`bench_load`, depth 1), in the
same round. Durations are counted in a log-linear histogram with an error below 0.8 %; the figures are medians of the repeats."""


class Phase:
    """All that was measured in one setting under one load."""

    def __init__(self, setting, load):
        self.setting = setting
        self.load = load
        self.runs = []  # percentile -> µs
        self.rates = []
        self.snapshots = 0  # that ended before the load did

    def add(self, measured, prefix):
        begin = f"{prefix}_us_"
        self.runs.append({key.removeprefix(begin): value for key, value in measured.items()
                          if key.startswith(begin)})
        self.rates.append(measured[f"{prefix}_operations_per_second"])

    def line(self):
        values = ", ".join(f"{p} {number(median(run[p] for run in self.runs))}"
                           for p in PERCENTILES[:-1])
        longest = spread_of([run["max"] / 1000 for run in self.runs], "ms")
        return (f"{self.setting}, {LOADS[self.load][1]} ({number(median(self.rates) / 1000)} k/s), "
                f"µs: {values}; max {longest}; in {self.snapshots} of {len(self.runs)} runs the "
                "snapshot ended before the load did")

    def curve(self):
        """Points (n, µs that one in n exceeds)."""
        counts = sorted(int(key[3:]) for key in self.runs[0] if re.fullmatch(r"1in\d+", key))
        return [(n, median(run[f"1in{n}"] for run in self.runs)) for n in counts
                if all(f"1in{n}" in run for run in self.runs)]


def embedded_round(context, phases, peaks):
    lines = context.sized(500_000, 100_000)
    measured = context.measure_store("latency", SKUS, lines)
    for load in LOADS:
        peaks.append(measured[f"{load}_peak_operations_per_second"])
        phases[load].add(measured, load)
        phases[load].snapshots += 1


def await_rest(service):
    """Waits until no snapshot is being taken: the server takes only one at a time."""
    while service.info()["snapshot_running"] != "0":
        time.sleep(0.1)


def network_round(context, service, round_number, phases, peaks):
    peak_requests = context.sized(100_000, 20_000)
    seconds = context.sized(10, 1.5)
    peak = context.measure("load", service.port, CLIENTS, 1, peak_requests, "allocate",
                           f"{round_number}p-", SKUS)["operations_per_second"]
    peaks.append(peak)
    sent = peak_requests
    for load, (share, _) in LOADS.items():
        requests = int(peak * share * seconds)
        await_rest(service)
        snapshots = int(service.info()["snapshots_taken"])
        measured = context.measure("openloop", service.port, CLIENTS, peak * share, requests,
                                   f"{round_number}{load[0]}-", SKUS)
        sent += requests
        phases[load].add(measured, "reply")
        phases[load].snapshots += int(service.info()["snapshots_taken"]) - snapshots
    return sent


def run(context):
    embedded = {load: Phase("in process", load) for load in LOADS}
    network = {load: Phase("network", load) for load in LOADS}
    embedded_peaks, network_peaks = [], []
    with context.directory() as directory, \
            allot(context, directory, "always", "--snapshot-every", "0") as service:
        stock_allot(service)
        sent = 0
        for round_number in context.rounds("latency"):
            embedded_round(context, embedded, embedded_peaks)
            sent += network_round(context, service, round_number, network, network_peaks)
        require_no_errors(service)
        if (held := int(service.info()["lines"])) != sent:
            raise SystemExit(f"Allot holds {held} lines after {sent} requests")

    suite = Suite("Latency", METHOD)
    for setting, peaks, phases in (("in process", embedded_peaks, embedded),
                                   ("network", network_peaks, network)):
        rates = spread_of([peak / 1000 for peak in peaks], "k/s")
        suite.information += [f"{setting}, peaks: {rates}",
                              *(phase.line() for phase in phases.values())]
        suite.plots.append(latency_percentiles(
            f"latency-{setting.replace(' ', '-')}", f"Latency, {setting}, from when it was due",
            {LOADS[load][1]: phase.curve() for load, phase in phases.items()}))
    return suite
