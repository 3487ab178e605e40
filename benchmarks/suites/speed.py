"""In process: an allocation against the limits of the machine's memory."""

from statistics import median

from harness.plot import throughput_against_skus
from harness.table import Figure, Suite, at_least, at_most, spread_of

DEMANDS = {"uniform": "SKUs uniformly", "zipf": "SKUs by Zipf's law"}
CALLS = {"scalar": "one a call", "batch": "1,024 a call"}

METHOD = """\
One thread, a store in mode `os`, three batches a SKU, one line of every SKU held throughout; names of 16 bytes. The time
is from names as text to the batch that each line got. SKUs are drawn uniformly, or by Zipf's law with an exponent of 0.99
and the popular ones scattered. The lines were allocated once before, and are released after each measurement, untimed, so
no table grows.

The limit is a gather and a copy. The gather reads and writes, in tables as large as the store's, as many cache lines for
each line as an allocation touches: the SKU's slot, two of its product, the order's slot, the first batch, the batch's latest
line, and in sequence the new order and the new line. It prefetches them in passes of 16, gets their positions as numbers,
already hashed, and has its tables in huge pages like the store's. The copy copies as many bytes as the journal was given. All
sizes are in one process and are measured alternately. "Without a journal" is the same engine, assembled as in a store, with
a journal that keeps nothing.

For the effect of what a store holds: 100,000 SKUs; then one SKU with 1,000 batches, of which either all have stock, or all
but the last are sold out, so that each line skips 999."""


def run(context):
    skus = context.sized((10_000, 1_000_000, 10_000_000), (10_000, 100_000, 1_000_000))
    lines = context.sized(500_000, 100_000)
    held = context.sized(10_000_000, 1_000_000)
    suite = Suite("Speed", METHOD)
    context.announce("speed")
    with context.directory() as directory:
        ns = context.samples("speed", directory / "stores", context.repeats, lines, *skus)
    weigh(suite, ns, skus)
    context.announce("growth")
    with context.directory() as directory:
        ns = context.samples("growth", directory / "stores", context.repeats, lines // 2, 100_000,
                             held)
    weigh_growth(suite, ns, held)
    return suite


def ratios(above, below):
    return [a / b for a, b in zip(above, below, strict=True)]


def weigh(suite, ns, skus):
    for count in skus:
        for demand, drawn in DEMANDS.items():
            at = f"{count}/{demand}"
            limit = [g + c for g, c in zip(ns[f"gather_ns/{at}"], ns[f"copy_ns/{at}"])]
            suite.figures.append(
                Figure(f"`allocate`, 1,024 a call, {count:,} {drawn}, ÷ gather and copy",
                       ratios(limit, ns[f"batch_ns/{at}"]), row="1"))
            suite.information.append(
                f"{count:,} {drawn}, a line: " + ", ".join(
                    f"{what} {spread_of(ns[f'{name}_ns/{at}'], 'ns')}" for name, what in (
                        ("batch", "in batches"), ("scalar", "one a call"), ("gather", "gather"),
                        ("copy", "copy"))))
        suite.information.append(f"a dependent miss in as much memory as {count:,} SKUs take: "
                                 f"{spread_of(ns[f'miss_ns/{count}'], 'ns')}")

    least, middle, most = (f"{count}/uniform" for count in skus)
    suite.figures.append(
        Figure(f"1,024 a call ÷ one a call, {skus[-1]:,} SKUs",
               ratios(ns[f"scalar_ns/{most}"], ns[f"batch_ns/{most}"]), goal=at_least(2.5),
               row="2"))
    for call, name in CALLS.items():
        suite.figures.append(
            Figure(f"`allocate`, {name}, {skus[1]:,} SKUs, ÷ without a journal",
                   ratios(ns[f"volatile_{call}_ns/{middle}"], ns[f"{call}_ns/{middle}"]),
                   goal=at_least(0.7), row="5"))
    for call, name in CALLS.items():
        suite.figures.append(
            Figure(f"time of an allocation, {name}, {skus[-1]:,} SKUs ÷ {skus[0]:,}",
                   ratios(ns[f"{call}_ns/{most}"], ns[f"{call}_ns/{least}"]), goal=at_most(4),
                   row="15"))


    suite.plots.append(throughput_against_skus(
        "throughput-by-skus", "Allocations by number of SKUs, one thread, mode os",
        {f"{name}, {drawn}": [(count, 1e3 / median(ns[f"{call}_ns/{count}/{demand}"]))
                              for count in skus]
         for call, name in CALLS.items() for demand, drawn in DEMANDS.items()}))


def weigh_growth(suite, ns, held):
    for call, name in CALLS.items():
        suite.figures.append(
            Figure(f"time of an allocation, {name}, {held:,} held ÷ none",
                   ratios(ns[f"{call}_ns/held"], ns[f"{call}_ns/none_held"]), goal=at_most(2),
                   row="15"))
    for batches, what in (("many_batches", "all with stock"), ("sold_out", "999 sold out")):
        suite.figures.append(
            Figure(f"time of an allocation, one a call, 1,000 batches on the SKU, {what}, ÷ 3",
                   ratios(ns[f"scalar_ns/{batches}"], ns["scalar_ns/few_batches"]),
                   goal=at_most(3), row="15"))
    for case, what in (("none_held", "none held"), ("held", f"{held:,} held"),
                       ("few_batches", "3 batches on the SKU"),
                       ("many_batches", "1,000 with stock"), ("sold_out", "999 of 1,000 sold out")):
        suite.information.append(f"{what}, a line: " + ", ".join(
            f"{name} {spread_of(ns[f'{call}_ns/{case}'], 'ns')}" for call, name in CALLS.items()))
