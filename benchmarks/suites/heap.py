"""How often a command asks the heap for memory once the store has grown to its size."""

from harness.table import Figure, Suite, at_most

METHOD = """\
Calls of the heap's functions (`malloc` and all that lead to it or beside it) by any thread of the
process, counted by putting the program's own in their place, while each operation is done again and
again on a store that did as much before: growth of tables aside. In modes `os` and `always`; the
greater counts. The journal's next segment, one each 64 MiB by default, takes some 13 calls, on a thread of
its own, and does not come here. A journal that had no work for 20 ms writes a mark, which takes memory, too: on a busy
machine one may fall into a measurement."""

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
