"""Snapshots and replay, compared with the disk and the live engine."""

from harness.table import Figure, Suite, at_least, spread_of

SKUS = 100_000

METHOD = """\
One process, in turn: allocations one a call, mode `os`; a restart that replays them from the journal; a snapshot of the idle
store, with its sync and its check of what the disk returns; a plain write of as many bytes, in pieces of 1 MiB with a sync at
the end. The replay includes the facts that made the stock, and everything else that a restart does. The archives hold 10,000
SKUs with 300,000 lines: once the rows of the snapshot as the store archives them, once the same state as classes with strings
and vectors, field by field, one archive for each product."""


def run(context):
    lines = context.sized(1_000_000, 300_000)
    runs = [context.measure_store("persistence", SKUS, lines)
            for _ in context.rounds("persistence")]

    def ratios(ours, theirs):
        return [run[ours] / run[theirs] for run in runs]

    suite = Suite("Persistence", METHOD)
    suite.figures = [
        Figure("snapshot bytes a second ÷ plain write of the same bytes",
               ratios("plain_write_seconds", "snapshot_seconds"), goal=at_least(0.5), row="13"),
        Figure("archive of rows ÷ field by field, in speed",
               ratios("archive_default_seconds", "archive_tuned_seconds"), goal=at_least(5),
               row="13"),
        Figure("replayed facts a second ÷ live ones",
               ratios("replayed_facts_per_second", "live_facts_per_second"), goal=at_least(1),
               row="14"),
    ]
    for name, value, factor, unit in (
            ("live", "live_facts_per_second", 1e-3, "k facts/s"),
            ("replayed", "replayed_facts_per_second", 1e-3, "k facts/s"),
            ("snapshot", "snapshot_seconds", 1, "s"),
            ("plain write", "plain_write_seconds", 1, "s"),
            ("archived as rows", "archive_tuned_bytes", 1e-6, "MB"),
            ("archived field by field", "archive_default_bytes", 1e-6, "MB")):
        suite.information.append(
            f"{name}: {spread_of([run[value] * factor for run in runs], unit)}")
    return suite
