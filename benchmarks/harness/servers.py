"""Allot and Redis as the network suites start them, with the same stock."""

from pathlib import Path

from harness.service import free_port, running

SKUS = 100_000
BATCHES = 3
UNITS = 100_000_000  # more than any run allocates
LUA = Path(__file__).parent.parent / "peers" / "allocate.lua"
# The days on which a SKU's batches arrive, in order of preference; the first is in the warehouse.
ETAS = ("", "2031-01-01", "2031-02-01")


def sku(number):
    return f"SKU-{number:012}"


def batches(skus=SKUS):
    for number in range(skus):
        for rank in range(BATCHES):
            yield sku(number), f"batch-{number:06}-{rank}", rank


def reply_bytes():
    """The length of a reply to ALLOCATE: all batches' names are equally long."""
    batch = next(batches())[1]
    return len(f"${len(batch)}\r\n{batch}\r\n")


def allot_command(context, directory, port, durability, *options):
    return [context.allot, "serve", "--data", directory / f"allot-{port}",
            "--listen", f"127.0.0.1:{port}", "--durability", durability, *options]


def allot(context, directory, durability, *options):
    port = free_port()
    command = allot_command(context, directory, port, durability, *options)
    return running(command, port, directory / f"allot-{port}.log")


def redis_command(directory, port, appends=True):
    """\\param appends every change is written and synced before it is acknowledged."""
    (directory / f"redis-{port}").mkdir()
    config = directory / f"redis-{port}.conf"
    config.write_text(f"""\
port {port}
bind 127.0.0.1
dir {directory / f"redis-{port}"}
save ""
appendonly {"yes" if appends else "no"}
appendfsync always
auto-aof-rewrite-percentage 0
""")
    return ["redis-server", config]


def redis(directory, appends=True):
    """As redis_command()."""
    port = free_port()
    return running(redis_command(directory, port, appends), port, directory / f"redis-{port}.log")


def stock_allot(service, skus=SKUS):
    service.load(("ADDBATCH", batch, name, UNITS, *filter(None, [ETAS[rank]]))
                 for name, batch, rank in batches(skus))


def stock_redis(service, skus=SKUS):
    service.ask("FUNCTION", "LOAD", LUA.read_bytes())
    service.load(("ZADD", name, rank, batch) for name, batch, rank in batches(skus))
    service.load(("HSET", "available", batch, UNITS) for _, batch, _ in batches(skus))


def require_no_errors(service):
    """Exits with a message if Allot has counted an error."""
    wrong = {key: value for key, value in service.info().items()
             if key.startswith("errorstat_") and value != "count=0"}
    if wrong:
        raise SystemExit(f"error replies of Allot: {wrong}")
