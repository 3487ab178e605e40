"""In process: a Store in mode `os` against SQLite in memory, at the same allocations."""

from harness.table import Figure, Suite, at_least, spread_of

SKUS = 100_000
IDS = {"scattered": "order ids at random", "ascending": "order ids in sequence"}
CALLS = {"scalar": "one a call", "batch": "1,024 a call"}
GOALS = {("scalar", "scattered"): at_least(12), ("batch", "scattered"): at_least(25)}

METHOD = """\
The same random lines over 100,000 SKUs of three batches each, one thread, order ids and SKUs of 16 bytes. Order ids in
sequence favour SQLite's tree, which then grows at its end; the goals are for random ids. The time is from names as text to
the batch that each line got. The store journals every line (mode `os`, default options). SQLite: `:memory:`, prepared
statements, one transaction, no rollback journal, no mutexes; for each line it looks up the line itself, selects the first
batch with enough available in order of preference through an index, updates it by its integer key and inserts the line.
Each run is a process of its own with new stock."""

SPEED, CPU = "operations_per_second", "cpu_ns_per_operation"


def run(context):
    lines = context.sized(1_000_000, 150_000)
    runs = {(peer, ids): [] for ids in IDS for peer in (*CALLS, "sqlite")}
    for _ in context.rounds("embedded"):
        for (peer, ids), done in runs.items():
            done.append(one_run(context, peer, lines, ids))

    suite = Suite("Embedded", METHOD)
    for ids, of in IDS.items():
        for call, name in CALLS.items():
            ratios = [ours[SPEED] / theirs[SPEED]
                      for ours, theirs in zip(runs[call, ids], runs["sqlite", ids])]
            suite.figures.append(
                Figure(f"`allocate`, {name}, {of}, ÷ SQLite in memory", ratios,
                       goal=GOALS.get((call, ids)), row="3"))
    for (peer, ids), done in runs.items():
        rates = spread_of([run[SPEED] / 1000 for run in done], "k lines/s")
        times = spread_of([run[CPU] for run in done], "ns/line")
        suite.information.append(f"{CALLS.get(peer, 'SQLite')}, {IDS[ids]}: {rates}; "
                                 f"processor time of all threads {times}")
    return suite


def one_run(context, peer, lines, ids):
    if peer == "sqlite":
        return context.measure("sqlite", SKUS, lines, ids)
    with context.directory() as directory:
        return context.measure("allocate", peer, directory / "store", SKUS, lines, ids)
