"""Over the network, durable, one request at a time: ALLOCATE against a PostgreSQL function."""

from pathlib import Path

from harness.postgres import running
from harness.redis_benchmark import Side, require_all_held
from harness.servers import (
    BATCHES, ETAS, SKUS, UNITS, allot, batches, require_no_errors, stock_allot,
)
from harness.table import Figure, Suite, spread_of

CLIENTS = 32
POSTGRES_CLIENTS = (8, 32)
NULL = "\\N"  # in COPY
SQL = Path(__file__).parent.parent / "peers" / "allocate.sql"

METHOD = f"""\
`redis-benchmark -c {CLIENTS} -P 1 -r {SKUS}` against `allot serve --durability always`, and `pgbench -M prepared` over TCP
against PostgreSQL, where a call of a PL/pgSQL function (`peers/allocate.sql`) does the same in a transaction of its own: it
looks up the line, selects the first batch with enough available in order of preference `FOR UPDATE`, updates it and inserts
the line. Of PostgreSQL's figures with {" and ".join(map(str, POSTGRES_CLIENTS))} clients the better one counts.
`synchronous_commit` and `fsync` are on, as by default; other options have their defaults, the locale is C. Both servers have
the same stock of {SKUS:,} SKUs with {BATCHES} batches each, on one disk, and run throughout. After the runs each must hold as
many lines as requests were sent, less those that were repeated by chance, and no request may have failed."""

# The orders of a run begin with its number.
SCRIPT = f"""\
\\set order random(0, {SKUS - 1})
\\set sku random(0, {SKUS - 1})
SELECT allocate(:run || '-' || :order, 'SKU-' || lpad(:sku::text, 12, '0'), 1);
"""


def stock(postgres):
    rows = "\n".join(f"{batch}\t{name}\t{ETAS[rank] or NULL}\t{UNITS}"
                     for name, batch, rank in batches())
    postgres.sql(f"{SQL.read_text()}\nCOPY batches (ref, sku, eta, available) FROM stdin;\n{rows}\n"
                 "\\.\nVACUUM ANALYZE;\nCHECKPOINT;\n")


class Peer:
    """A PostgreSQL server that pgbench measures."""

    def __init__(self, postgres, script):
        self.postgres = postgres
        self.script = script
        self.requests = 0
        self.runs = 0

    def run(self, clients, requests):
        self.runs += 1
        self.requests += requests // clients * clients
        before = self.postgres.cpu_seconds()
        rate = self.postgres.bench(self.script, clients, requests, run=self.runs)
        return {"rps": rate, "cpu_us": (self.postgres.cpu_seconds() - before) / requests * 1e6}

    def syncs(self):
        return int(self.postgres.sql("SELECT wal_sync FROM pg_stat_wal"))


def run(context):
    requests, theirs_requests = context.sized((50_000, 30_000), (15_000, 4_800))
    ours_runs, theirs_runs = [], {clients: [] for clients in POSTGRES_CLIENTS}
    with (context.directory() as directory, running(directory) as postgres,
          allot(context, directory, "always") as service):
        script = directory / "allocate.pgbench"
        script.write_text(SCRIPT)
        stock(postgres)
        stock_allot(service)
        ours, theirs = Side.of_allot(service), Peer(postgres, script)
        ours.run(CLIENTS, 1, requests)  # both are warm then
        theirs.run(CLIENTS, theirs_requests)
        syncs, before = theirs.syncs(), theirs.requests
        for _ in context.rounds("postgres"):
            ours_runs.append(ours.run(CLIENTS, 1, requests))
            for clients, done in theirs_runs.items():
                done.append(theirs.run(clients, theirs_requests))

        syncs = theirs.syncs() - syncs
        require_no_errors(service)
        require_all_held("Allot", int(service.info()["lines"]), ours.requests)
        lines = int(postgres.sql("SELECT count(*) FROM lines"))
        require_all_held("PostgreSQL", lines, theirs.requests)
        version = postgres.sql("SHOW server_version")
        if postgres.sql("SHOW synchronous_commit; SHOW fsync").split() != ["on", "on"] or syncs == 0:
            raise SystemExit("PostgreSQL does not sync")

    def ratios(value):
        best = [max(others, key=lambda run: run["rps"]) for others in zip(*theirs_runs.values())]
        return [mine[value] / other[value] for mine, other in zip(ours_runs, best)]

    suite = Suite("PostgreSQL", METHOD)
    suite.figures = [
        Figure(f"{what} of a durable `ALLOCATE`, one at a time, {CLIENTS} clients, ÷ PostgreSQL function",
               ratios(value), row="18")
        for value, what in (("rps", "rate"), ("cpu_us", "server's processor time"))
    ]
    suite.information = [
        *(f"{name}, {clients} clients: {spread_of([run['rps'] / 1000 for run in done], 'k/s')}; server's "
          f"processor time a request {spread_of([run['cpu_us'] for run in done], 'µs')}"
          for name, clients, done in (("allot", CLIENTS, ours_runs),
                                      *((f"PostgreSQL {version}", *runs) for runs in theirs_runs.items()))),
        f"PostgreSQL synced its log {syncs:,} times for {theirs.requests - before:,} transactions",
    ]
    return suite
