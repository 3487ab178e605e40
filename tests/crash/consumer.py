"""A consumer of the feed that may be killed at any time: `consumer.py feed|events HOST PORT DIRECTORY`.

It processes facts (writes them to `handled`), and then writes the cursor of the last one (to `cursor`).
When it starts it continues from that cursor, and records it.
"""

import contextlib
import json
import os
import pathlib
import sys
from collections.abc import Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from event_source import EventSource
from resp import Client, Failure

Handled = list[object]  # LSN, kind, fields
Address = tuple[str, int]


def feed(address: Address, cursor: str) -> Iterator[tuple[str, list[Handled]]]:
    """The replies of FEED, over RESP, each with its cursor."""
    with Client(address) as client:
        while True:
            reply = client.call("FEED", "AFTER", cursor, "COUNT", 1000, "BLOCK", 1000)
            if isinstance(reply, Failure):
                raise SystemExit(f"refused: {reply}")
            cursor, facts = reply
            if facts:
                yield cursor, [[lsn, kind, dict(zip(fields[::2], fields[1::2], strict=True))]
                               for lsn, _, kind, fields in facts]


def events(address: Address, cursor: str) -> Iterator[tuple[str, list[Handled]]]:
    """The events of GET /v1/feed, one at a time, each with its cursor."""
    with EventSource(address, last=cursor) as source:
        if source.status != 200:
            raise SystemExit(f"refused: {source.text}")
        for lsn, kind, data in source.events():
            fields = json.loads(data)
            del fields["time"], fields["lsn"]
            if "eta" in fields and fields["eta"] is None:
                fields["eta"] = "warehouse"
            yield source.last, [[lsn, kind, fields]]


def cursor_in(directory: pathlib.Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (directory / "cursor").read_text() or "0"
    return "0"


def write(file: int, text: bytes, offset: int | None = None) -> None:
    if (os.write(file, text) if offset is None else os.pwrite(file, text, offset)) != len(text):
        raise SystemExit("written in part")


def main() -> None:
    kind, host, port, where = sys.argv[1:]
    directory = pathlib.Path(where)
    source: Callable[[Address, str], Iterator[tuple[str, list[Handled]]]] = {"feed": feed, "events": events}[kind]
    last = cursor_in(directory)
    handled = os.open(directory / "handled", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    kept = os.open(directory / "cursor", os.O_WRONLY | os.O_CREAT, 0o644)
    write(handled, b"\n%d\n" % int(last.rpartition(":")[2]))  # the line before may have been cut off
    for cursor, facts in source((host, int(port)), last):
        write(handled, "".join(json.dumps(fact) + "\n" for fact in facts).encode())
        history, _, lsn = cursor.partition(":")
        write(kept, f"{history}:{int(lsn):020}".encode(), 0)  # never half, whenever it is killed


if __name__ == "__main__":
    main()
