"""In process, every line synced before it is acknowledged: against SQLite and against the disk."""

from harness.table import Figure, Suite, at_least, number, spread_of

FRAME_HEADER_BYTES = 72
BATCH = 1024

METHOD = f"""\
A new store in mode `always` on 100,000 SKUs (--quick: 20,000) of three batches each; random lines, each of an order of its
own. A call returns when its lines are durable; threads that wait at the same time share a sync. SQLite: write-ahead log,
`synchronous=FULL`, prepared statements, an exclusive lock, a cache for all pages, one thread. A commit of SQLite has as many
lines as a call of {BATCH:,}; where threads call with one line each, as many as a group of the store had on average in the
same round. The bare loop writes and syncs (`pwrite`, `fdatasync`) as many groups as the store wrote, of the same average
size, in a file that was filled with zeros and synced before. On a machine with other work the time of a sync depends on how
long its thread waits for a processor, so this suite needs a quiet machine. All sides use one disk, alternately."""


class Load:
    """A run of several threads, each with several lines a call."""

    def __init__(self, name, threads, a_call, lines, against_sqlite):
        self.name = name
        self.threads = threads
        self.a_call = a_call
        self.lines = lines
        self.against_sqlite = against_sqlite
        self.runs = []

    def measure(self, context):
        skus = context.sized(100_000, 20_000)
        with context.directory() as directory:
            run = context.measure("durable", directory / "store", skus, self.lines, self.threads,
                                  self.a_call)
            bytes_a_group = round(run["bytes"] / run["groups"]) + FRAME_HEADER_BYTES
            bare = context.measure("sync", directory / "file", int(run["groups"]), bytes_a_group)
            run["bare_seconds"] = bare["seconds"]
            run["bytes_a_group"] = bytes_a_group
            run["lines_a_group"] = self.lines / run["groups"]
            if self.against_sqlite:
                a_commit = self.a_call if self.a_call > 1 else round(run["lines_a_group"])
                peer = context.measure("sqlite_durable", directory / "sqlite", skus, self.lines,
                                       a_commit)
                run["sqlite_seconds"] = peer["seconds"]
        self.runs.append(run)

    def ratios(self, peer):
        return [run[peer] / run["seconds"] for run in self.runs]

    def rates(self, seconds):
        return spread_of([self.lines / run[seconds] / 1000 for run in self.runs], "k lines/s")


def run(context):
    few, many = context.sized((32_000, 204_800), (4_000, 51_200))
    loads = [
        Load("8 threads, one line a call", 8, 1, few, True),
        Load(f"1 thread, {BATCH:,} a call", 1, BATCH, many, True),
        Load("8 threads, 16 a call", 8, 16, many, False),
        Load("8 threads, 128 a call", 8, 128, many, False),
    ]
    for _ in context.rounds("durable"):
        for load in loads:
            load.measure(context)
    suite = Suite("Durable", METHOD)
    threads, batches, few_a_call, many_a_call = loads
    suite.figures = [
        Figure(f"durable `allocate`, {batches.name}, ÷ SQLite", batches.ratios("sqlite_seconds"),
               goal=at_least(20), row="4"),
        Figure(f"durable `allocate`, {threads.name}, ÷ SQLite", threads.ratios("sqlite_seconds"),
               row="4"),
        Figure(f"durable `allocate`, {threads.name}, ÷ bare sync loop",
               threads.ratios("bare_seconds"), goal=at_least(0.85), row="6"),
        Figure(f"durable `allocate`, {few_a_call.name}, ÷ bare sync loop",
               few_a_call.ratios("bare_seconds"), goal=at_least(0.85), row="6"),
        # Here a group's lines take about as long to execute as to sync: the engine, not the disk,
        # is the limit.
        Figure(f"durable `allocate`, {many_a_call.name}, ÷ bare sync loop",
               many_a_call.ratios("bare_seconds"), row="6"),
        Figure(f"durable `allocate`, {batches.name}, ÷ bare sync loop",
               batches.ratios("bare_seconds"), row="6"),
    ]
    for load in loads:
        last = load.runs[-1]
        suite.information.append(
            f"{load.name}: {load.rates('seconds')}, bare loop {load.rates('bare_seconds')}"
            + (f", SQLite {load.rates('sqlite_seconds')}" if load.against_sqlite else "")
            + f"; {number(last['lines_a_group'])} lines and {last['bytes_a_group']:,} bytes a group")
    return suite
