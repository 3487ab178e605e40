"""The memory of a store for each allocation and each batch."""

from harness.table import Figure, Suite, at_most, number, spread_of

SKUS = 400_000
ORDER_ID_BYTES = 16

METHOD = f"""\
Each line belongs to an order of its own, the most expensive case, with an id of 16 bytes, which is not counted. The figure is
the resident pages of the process, less those with the stock alone, by lines held. Tables grow by half, so it is taken at 15
counts up to the last, and the worst counts. A batch's share includes its SKU's; there are {SKUS:,} SKUs of three batches.
Memory of a constant size is left out: buffers of the journal and of a snapshot, and huge pages kept ready. For a batch the
store's own count is given if it is larger."""


def run(context):
    lines = context.sized(4_000_000, 1_000_000)
    runs = [context.measure_store("memory", SKUS, lines) for _ in context.rounds("memory")]

    def all_of(value):
        return [run[value] for run in runs]

    # A page that the C library had kept may be used again: then the store's own count is more.
    batch = [max(*each) for each in zip(all_of("resident_bytes_per_batch"),
                                        all_of("counted_bytes_per_batch"))]
    suite = Suite("Memory", METHOD)
    beyond_id = [worst - ORDER_ID_BYTES for worst in all_of("worst_resident_bytes_per_line")]
    suite.figures = [
        Figure("memory of an allocation beyond its order id, worst", beyond_id, "B", at_most(80),
               row="17"),
        Figure("memory of a batch, its SKU included", batch, "B", at_most(120), row="17"),
    ]
    counted = runs[0]
    suite.information = [
        f"an allocation, its order id included, at {lines:,}: "
        f"{spread_of(all_of('resident_bytes_per_line'), 'B')}",
        "as the store counts it (`StoreStatus::memory_bytes`): an allocation "
        f"{number(counted['worst_counted_bytes_per_line'])} B at worst, "
        f"{number(counted['counted_bytes_per_line'])} B at the last; "
        f"a batch {number(counted['counted_bytes_per_batch'])} B"
    ]
    return suite
