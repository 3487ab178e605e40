"""What a store holds in memory for each allocation and each batch."""

from harness.table import Figure, Suite, at_most, number

SKUS = 100_000

METHOD = """\
Each line belongs to an order of its own, with an id of 16 bytes: the dearest case. Resident pages of
the process beyond those with the stock alone, by lines held; tables grow by doubling, so the figure
is taken at 15 counts up to the last, and the worst counts. A batch's share includes its SKU's."""


def run(context):
    lines = context.sized(4_000_000, 1_000_000)
    runs = []
    for _ in context.rounds("memory"):
        with context.directory() as directory:
            runs.append(context.measure("memory", directory / "store", SKUS, lines))

    def all_of(value):
        return [run[value] for run in runs]

    suite = Suite("Memory", METHOD)
    suite.figures = [
        Figure("memory of an allocation, worst", all_of("worst_resident_bytes_per_line"), "B",
               at_most(150)),
        Figure(f"memory of an allocation, at {lines:,}", all_of("resident_bytes_per_line"), "B"),
        Figure("memory of a batch, its SKU included", all_of("resident_bytes_per_batch"), "B"),
    ]
    counted = runs[0]
    suite.information = [
        "as the store counts it (`StoreStatus::memory_bytes`): an allocation "
        f"{number(counted['worst_counted_bytes_per_line'])} B at worst, "
        f"{number(counted['counted_bytes_per_line'])} B at the last; "
        f"a batch {number(counted['counted_bytes_per_batch'])} B"
    ]
    return suite
