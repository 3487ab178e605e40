"""The calls of the heap for each command once the tables have their final size."""

from harness.table import Figure, Suite, at_most

METHOD = """\
The calls of heap functions (`malloc` and the like) by any thread of the process, counted by replacing these functions. Each
operation is repeated on a store that has already held as much, so no table grows. Modes `os` and `always`; the greater
count is given. The journal's next segment (one each 64 MiB by default) takes some 13 calls on a thread of its own, which are
not included. A journal that had no work for 20 ms writes a mark, which also allocates: on a busy machine a mark may fall into
a measurement."""

OPERATIONS = {
    "allocate": "allocate a line",
    "batch": "allocate a line, 1,024 a call",
    "allocate_again": "allocate a line again",
    "refuse": "refuse a line",
    "deallocate": "deallocate an order",
    "order": "allocate an order of 3 lines",
}


def run(context):
    counts = {operation: [] for operation in OPERATIONS}
    for _ in context.rounds("heap"):
        runs = [context.measure_store("heap", mode, operations)
                for mode, operations in (("os", context.sized(50_000, 20_000)),
                                         ("always", context.sized(1_000, 100)))]
        for operation, seen in counts.items():
            seen.append(max(run[operation] for run in runs))
    suite = Suite("Heap", METHOD)
    suite.figures = [Figure(f"heap allocations to {what}", counts[operation], "", at_most(0),
                            row="16")
                     for operation, what in OPERATIONS.items()]
    return suite
