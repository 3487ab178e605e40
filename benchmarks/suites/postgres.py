"""Over the network, durable, one request at a time: ALLOCATE against a PostgreSQL function."""

from pathlib import Path

from harness.postgres import running
from harness.redis_benchmark import Side, require_all_held
from harness.servers import (
    BATCHES, ETAS, SKUS, UNITS, allot, batches, require_no_errors, stock_allot,
)
from harness.table import Figure, Suite, at_least, spread_of

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
        return self.postgres.bench(self.script, clients, requests, run=self.runs)

    def syncs(self):
        return int(self.postgres.sql("SELECT wal_sync FROM pg_stat_wal"))


def run(context):
    requests, theirs_requests = context.sized((50_000, 30_000), (15_000, 4_800))
    ours_rates, theirs_rates = [], {clients: [] for clients in POSTGRES_CLIENTS}
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
            ours_rates.append(ours.run(CLIENTS, 1, requests)["rps"])
            for clients, rates in theirs_rates.items():
                rates.append(theirs.run(clients, theirs_requests))

        syncs = theirs.syncs() - syncs
        require_no_errors(service)
        require_all_held("Allot", int(service.info()["lines"]), ours.requests)
        lines = int(postgres.sql("SELECT count(*) FROM lines"))
        require_all_held("PostgreSQL", lines, theirs.requests)
        version = postgres.sql("SHOW server_version")
        if postgres.sql("SHOW synchronous_commit; SHOW fsync").split() != ["on", "on"] or syncs == 0:
            raise SystemExit("PostgreSQL does not sync")

    ratios = [mine / max(others) for mine, *others in zip(ours_rates, *theirs_rates.values())]
    suite = Suite("PostgreSQL", METHOD)
    suite.figures = [Figure("durable `ALLOCATE`, one at a time, 32 clients, ÷ PostgreSQL function",
                            ratios, goal=at_least(8), row="18")]
    suite.information = [
        f"allot, {CLIENTS} clients: {spread_of([rate / 1000 for rate in ours_rates], 'k/s')}",
        *(f"PostgreSQL {version}, {clients} clients: "
          f"{spread_of([rate / 1000 for rate in rates], 'k/s')}"
          for clients, rates in theirs_rates.items()),
        f"PostgreSQL synced its log {syncs:,} times for {theirs.requests - before:,} transactions",
    ]
    return suite
