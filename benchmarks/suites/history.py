"""The time of another allocation in a store that holds many, for a plot."""

from statistics import median

from harness.plot import cost_against_history
from harness.table import Suite, spread_of

SKUS = 100_000

METHOD = f"""\
One thread, mode `os`, {SKUS:,} SKUs, one line a call: allocations are added to one store up to a number, and then the next
allocations are timed, from names as text to the batch that each got. The times include growing tables, and snapshots that the
journal's length triggers."""


def run(context):
    stretch = context.sized(200_000, 50_000)
    held = context.sized((0, 1_000_000, 2_000_000, 4_000_000, 8_000_000), (0, 250_000, 500_000))
    runs = [context.measure_store("history", SKUS, stretch, *held)
            for _ in context.rounds("history")]

    samples = {count: [run[f"ns_after_{count}"] for run in runs] for count in held}
    suite = Suite("History", METHOD)
    suite.information = [f"an allocation after {count:,}: {spread_of(times, 'ns')}"
                         for count, times in samples.items()]
    suite.plots = [cost_against_history(
        "history", "Cost of an allocation against those held",
        {"one line a call": [(count, median(times)) for count, times in samples.items()]})]
    return suite
