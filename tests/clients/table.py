"""docs/clients.md, made of the results of a run."""

import re
from typing import Any, NamedTuple


class Row(NamedTuple):
    client: Any
    version: str
    cells: dict  # by step


HEAD = """\
# Clients that were tried

`./dev clients` runs each of these clients against real servers (one with the default options, one with a password, one
with TLS), and writes this file from the results. Do not edit it by hand.

A client library needs no knowledge of Allot: it sends `ALLOCATE` and the other commands with its call for arbitrary
commands.

| column | "yes" means |
|---|---|
| ALLOCATE | the reply is the batch's name, and the rows of `STOCK` hold theirs |
| pipeline | each of three commands that are sent at once has its reply |
| transaction | two `ALLOCATE`s between `MULTI` and `EXEC`: both batches come back, and two lines are held; "safely refused": the client got an error, and nothing is held |
| WATCH | stock that another connection changes after `WATCH` makes `EXEC` answer nil, and nothing is held |
| subscribe | a message of `line_allocated` arrives |
| password | the right password is accepted, and a wrong one gives an error |
| TLS | a command is executed over TLS, with a configured certificate authority; whether the client verifies the certificate and its name depends on its settings, and was not tried |
| reconnect | after a restart of the server the same client object works again, at the second command at the latest |

"Not offered": the library does not have it.

"""
COLUMNS = (("ALLOCATE", "allocate"), ("pipeline", "pipeline"), ("transaction", "transaction"), ("WATCH", "watch"),
           ("subscribe", "subscribe"), ("password", "password"), ("TLS", "tls"), ("reconnect", "reconnect"))
TOOL_HEAD = """
## Tools

"Works": a command line tool or web page prints the batch's name and the rows of `STOCK`; the exporter says that the
server is up and a master.

"""
TOOL_COLUMNS = (("works", "allocate"), ("password", "password"), ("TLS", "tls"), ("reconnect", "reconnect"))
HTTP_HEAD = """
## Over HTTP

| column | "yes" means |
|---|---|
| types | a strictly checked program compiles with the types that are generated from `/v1/openapi.json` |
| requests | a line is allocated, and a refusal has its code |
| events | `/v1/feed` is read from its beginning |
| reconnect | after a restart of the server the client continues: it gets the events of that time, and no event twice |

"""
HTTP_COLUMNS = (("types", "types"), ("requests", "allocate"), ("events", "events"), ("reconnect", "reconnect"))


def cell_of(row, step):
    """The first step of a column that failed, or "—" where the client is not for that."""
    steps = {"allocate": ("allocate", "stock", "refusal", "metrics")}.get(step, (step,))
    cells = [row.cells[each] for each in steps if each in row.cells]
    if not cells:
        return "—"
    worst = next((cell for cell in cells if cell != "yes"), "yes")
    return worst.replace("|", "\\|").replace("\n", " ")


def lines_of(rows, columns, with_call):
    head = ["client", "version", *(["call"] if with_call else []), *(title for title, _ in columns)]
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        call = [f"`{row.client.call}`"] if with_call else []
        cells = [cell_of(row, step) for _, step in columns]
        yield f"| {' | '.join([row.client.title, row.version, *call, *cells])} |"


def short(text):
    """A short text of a client's error: the same in each run, without ports and directories."""
    text = re.sub(r"(\w+://)?127\.0\.0\.1:\d+/?", "the server", text)
    text = re.sub(r"(^|\s)/[^\s:]+(:\d+:?)?", r"\1", text)
    return " ".join(text.split())[:80].strip(" :-,")


def document(rows, tools, http):
    parts = ((HEAD, rows, COLUMNS, True), (TOOL_HEAD, tools, TOOL_COLUMNS, False),
             (HTTP_HEAD, http, HTTP_COLUMNS, False))
    return "".join(head + "\n".join(lines_of(*table)) + "\n" for head, *table in parts)


def failures(rows):
    """The results that are errors, as texts."""
    for row in rows:
        for step in ("allocate", "stock", "metrics", "pipeline", "refusal", "types", "events"):
            if row.cells.get(step, "yes") not in ("yes", "not offered"):
                yield f"{row.client.title}, {step}: {row.cells[step]}"
        for step in ("transaction", "watch"):
            if row.cells.get(step, "yes") not in ("yes", "safely refused", "not offered"):
                yield f"{row.client.title}, {step}: {row.cells[step]}"
