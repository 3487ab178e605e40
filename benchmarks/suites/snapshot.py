"""What a snapshot costs the commands beside it, and what a restart from it takes."""

from statistics import median

from harness.table import Figure, Suite, at_most, number, spread_of

SKUS = 100_000

METHOD = """\
One thread, mode `os`, releases the oldest line and allocates a new one, without end, and times
every call. A snapshot is begun; afterwards the same number of calls is timed without one, because of
more calls the slowest would be slower. Whatever else the machine does shows in both; so the longest
call is told, too, less the time that its thread was ready to run and had no processor. A restart is timed with the files out of the system's cache, and its state compared by hash."""

PERCENTILES = ("p50", "p99", "p99.9", "p99.99", "max")


def run(context):
    lines = context.sized(1_000_000, 300_000)
    runs = []
    for _ in context.rounds("snapshot"):
        with context.directory() as directory:
            runs.append(context.measure("snapshot", directory / "store", SKUS, lines))

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
        Figure("calls a second during a snapshot ÷ without", throughput(runs)),
        Figure(f"restart from a snapshot of {of}", all_of("restart_seconds"), "s", at_most(3)),
    ]
    for phase in ("without", "during"):
        values = (f"{p} {number(median(all_of(f'{phase}_us_{p}')))}" for p in PERCENTILES)
        calls = number(median(all_of(f"{phase}_commands")))
        suite.information.append(f"calls {phase} a snapshot, µs: {', '.join(values)}; {calls} calls")
    suite.information += [
        f"a snapshot took {spread_of(all_of('during_seconds'), 's')} "
        f"and {spread_of(all_of('snapshot_bytes', 1e-6), 'MB')}",
        f"a restart with the files in the cache took {spread_of(all_of('restart_seconds_cached'), 's')}",
    ]
    return suite


def throughput(runs):
    return [run["without_seconds"] / run["during_seconds"] for run in runs]
