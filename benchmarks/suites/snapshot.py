"""The cost of a snapshot for the commands beside it, and the time of a restart from it."""

from statistics import median

from harness.table import Figure, Suite, at_least, at_most, number, spread_of

SKUS = 100_000
LARGE = 10  # times as many SKUs and lines: the store that is weighed against fork()

METHOD = """\
One thread, mode `os`, repeatedly releases the oldest line and allocates a new one, and times every call. It does so during a
snapshot, and afterwards without one for the same number of calls, because the longest of more calls would be longer. Other
work of the machine affects both; so the longest call is also given less the time that its thread was ready but had no
processor. A restart is timed with the files out of the page cache, and its state compared by hash. Other programs take
snapshots with fork(): the time that a fork() blocks the same process is the median of five, without the pages that are
copied afterwards. It is compared with the longest slice, for which the snapshot held the store."""

PERCENTILES = ("p50", "p99", "p99.9", "p99.99", "max")


def run(context):
    lines = context.sized(1_000_000, 300_000)
    runs, large = [], []
    for _ in context.rounds("snapshot"):
        runs.append(context.measure_store("snapshot", SKUS, lines))
        if not context.quick:
            large.append(context.measure_store("snapshot", LARGE * SKUS, LARGE * lines))

    def all_of(value, factor=1.0):
        return [run[value] * factor for run in runs]

    suite = Suite("Snapshot", METHOD)
    of = f"{lines:,} allocations on {SKUS:,} SKUs"
    suite.figures = [
        Figure(f"longest call during a snapshot of {of}", all_of("during_us_max", 1e-3), "ms",
               at_most(2)),
        Figure("the same without a snapshot", all_of("without_us_max", 1e-3), "ms"),
        Figure("longest call during a snapshot, less its wait for a processor",
               all_of("during_us_max_less_wait", 1e-3), "ms"),
        Figure("the same without a snapshot", all_of("without_us_max_less_wait", 1e-3), "ms"),
        Figure("longest slice that the snapshot held the store", all_of("slice_us_max", 1e-3),
               "ms"),
        Figure("calls a second during a snapshot ÷ without", throughput(runs),
               goal=at_least(0.85), row="11"),
        against_fork(large or runs, LARGE * lines if large else lines),
        Figure(f"restart from a snapshot of {of}", all_of("restart_seconds"), "s", at_most(3)),
    ]
    for phase in ("without", "during"):
        values = (f"{p} {number(median(all_of(f'{phase}_us_{p}')))}" for p in PERCENTILES)
        calls = number(median(all_of(f"{phase}_commands")))
        suite.information.append(f"calls {phase} a snapshot, µs: {', '.join(values)}; {calls} calls")
    suite.information += [
        f"a snapshot took {spread_of(all_of('during_seconds'), 's')} "
        f"and {spread_of(all_of('snapshot_bytes', 1e-6), 'MB')}",
        f"a fork() of the {'largest ' if large else ''}store took "
        f"{spread_of([run['fork_us'] * 1e-3 for run in large or runs], 'ms')}",
        f"a restart with the files in the cache took {spread_of(all_of('restart_seconds_cached'), 's')}",
    ]
    return suite


def against_fork(runs, lines):
    return Figure(f"longest slice that a snapshot of {lines:,} allocations held the store ÷ fork()",
                  [run["slice_us_max"] / run["fork_us"] for run in runs], row="12")


def throughput(runs):
    return [run["without_seconds"] / run["during_seconds"] for run in runs]
