"""Drawn commands as the bytes of requests: typed in a line, framed, and over HTTP."""

import json
import os
import re
import subprocess
from pathlib import Path
from random import Random
from typing import Iterator, NamedTuple
from urllib.parse import quote, urlencode

# A row of the table of routes that ./dev docs writes: a query, its path, the names in its query string, its verb.
QUERY = re.compile(r"^\| `GET (/[^`[]*)([^`]*)` \| `([A-Z]+)` \|", re.MULTILINE)
DOCUMENT = Path(__file__).parents[2] / "net" / "http" / "HTTP.md"
QUERIES = {verb: (path, re.findall(r"[?&](\w+)=", names))
           for path, names, verb in QUERY.findall(DOCUMENT.read_text("utf-8"))}
NAME = re.compile("(Red chair|order №|größe)[- ]\\d+")
NAME_BYTES_MAX = 64
ERA = 1_000  # commands after which new names may be drawn
HISTORY = "H" * 16  # stands for the server's own, which is as long

Words = list[str]


class Request(NamedTuple):
    words: str  # for a person
    raw: bytes
    alone: bool = False  # its reply tells what is durable, so it is sent when all others have been answered


def units(seed: int, commands: int) -> Iterator[list[Words]]:
    """So many commands: each alone, or a transaction. Names grow in number; some words are wrong."""
    rng = Random(seed)
    drawing = subprocess.Popen([os.environ["ALLOT_COMMANDS"], str(seed)], stdout=subprocess.PIPE, text=True)
    drawn = 0
    with drawing:
        for line in drawing.stdout or ():
            unit = json.loads(line)
            yield [changed(rng, words, drawn) for words in unit]
            drawn += len(unit)
            if drawn >= commands:
                drawing.kill()
                return


def changed(rng: Random, words: Words, drawn: int) -> Words:
    era = rng.randrange(drawn // ERA + 1)
    words = [renamed(word, era) for word in words]
    if words[0] == "FEED":
        words = feed(rng, words, drawn)
    if rng.randrange(40) == 0 and words[0] not in ("MULTI", "EXEC", "DISCARD"):
        at = rng.randrange(len(words))
        words[at:at + 1] = rng.choice(([], [""], ["x"], ["-1"], ["0"], ["99999999999999999999"], ["a\u200bb"],
                                       ["n" * (NAME_BYTES_MAX + 1)], [words[at], words[at]], [words[at].lower()]))
    return words or ["PING"]


def renamed(word: str, era: int) -> str:
    """Every seventh era has names that are as long as one may be."""
    if not NAME.fullmatch(word) or era == 0:
        return word
    word = f"{word}.{era}"
    return word if era % 7 else word + "-" * (NAME_BYTES_MAX - len(word.encode()))


def feed(rng: Random, words: Words, drawn: int) -> Words:
    words = [f"{HISTORY}:{rng.randrange(drawn // 2 + 1)}" if word == "?" else word for word in words]
    return words if "COUNT" in words else [*words, "COUNT", "9"]


# --- RESP --------------------------------------------------------------------------------------


def inline(rng: Random, unit: list[Words]) -> list[Request]:
    end = rng.choice((b"\n", b"\r\n"))
    return [Request(shown(words), " ".join(map(typed, words)).encode() + end, words[0] == "FEED") for words in unit]


def typed(word: str) -> str:
    if re.fullmatch(r"""[^\s"'\\\x00-\x1f]+""", word):
        return word
    return '"' + re.sub(r'["\\]', lambda found: "\\" + found[0], word) + '"'


def framed(_: Random, unit: list[Words]) -> list[Request]:
    return [Request(shown(words), as_array(words), words[0] == "FEED") for words in unit]


def as_array(words: Words) -> bytes:
    raw = [word.encode() for word in words]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in raw)


def shown(words: Words) -> str:
    return " ".join(map(typed, words))


# --- HTTP --------------------------------------------------------------------------------------


def over_http(rng: Random, unit: list[Words]) -> list[Request]:
    if len(unit) > 1:
        return [transaction(rng, unit)]
    verb, *arguments = unit[0]
    method, path, *body = route(rng, verb, arguments)
    return [http_request(rng, shown(unit[0]), method, path, *body)]


def http_request(rng: Random, words: str, method: str, path: str, body: object = None) -> Request:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if method != "GET" and rng.randrange(8) == 0:
        head += f"Idempotency-Key: {rng.randrange(200)}\r\n"
    raw = b"" if body is None else json.dumps(body, ensure_ascii=rng.random() < 0.5).encode()
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n"
    elif method != "GET":
        head += "Content-Length: 0\r\n"
    return Request(words, (head + "\r\n").encode() + raw)


def route(rng: Random, verb: str, words: Words) -> tuple[object, ...]:
    """The method, the path and the body for a command; for one without a route, a path that is not there."""
    def at(index: int) -> str:
        return words[index] if index < len(words) else "missing"

    def name(index: int) -> str:  # an empty one would end the connection
        return quote(at(index) or " ", safe="")

    match verb:
        case "ALLOCATE" if len(words) == 3 and rng.randrange(4) == 0:
            return "POST", "/allocate", {"orderid": words[0], "sku": words[1], "qty": whole(words[2])}
        case "ALLOCATE":
            return "POST", f"/v1/orders/{name(0)}/allocations", {"lines": lines(words[1:])}
        case "EXPLAIN":
            return "POST", f"/v1/orders/{name(0)}/explanation", {"lines": lines(words[1:])}
        case "DEALLOCATE":
            return "DELETE", f"/v1/orders/{name(0)}/allocations" + query(zip(("sku", "quantity"), words[1:]))
        case "ADDBATCH":
            return "PUT", f"/v1/batches/{name(0)}", added(words[1:])
        case "SETQTY":
            return "PUT", f"/v1/batches/{name(0)}/quantity", {"quantity": whole(at(1))}
        case "RESCHEDULE":
            return "PUT", f"/v1/batches/{name(0)}/eta", {"eta": at(1)}
        case "RECEIVE":
            return "POST", f"/v1/batches/{name(0)}/receive"
        case "ALLOCATIONS" if rng.randrange(2) == 0:
            return "GET", f"/allocations/{name(0)}"
        case "SHORTAGES":
            after = words.index("AFTER") if "AFTER" in words[1:] else len(words)
            pairs = [*zip(("sku",), words[:after]), *zip(("after",), words[after + 1:])]
            return "GET", "/v1/shortages" + query(pairs)
        case "FEED":  # its answer has no end
            pass
        case _ if verb in QUERIES:
            path, names = QUERIES[verb]
            fields = re.findall(r"{\w+}", path)
            for index, field in enumerate(fields):
                path = path.replace(field, name(index))
            return "GET", path + query(zip(names, words[len(fields):]))
    return "GET", f"/v1/{quote(verb.lower(), safe='')}-is-no-route"


def transaction(rng: Random, unit: list[Words]) -> Request:
    body: dict[str, object] = {"operations": [each for each in map(operation, unit) if each is not None]}
    if rng.randrange(2):
        body["atomic"] = False
    watched = [words[1] for words in unit if words[0] == "STOCK" and len(words) > 1]
    if watched:
        body["if"] = {watched[0]: rng.randrange(20)}
    return http_request(rng, "; ".join(map(shown, unit)), "POST", "/v1/transactions", body)


def operation(words: Words) -> dict[str, object] | None:
    verb, *rest = words
    match verb:
        case "ALLOCATE":
            return {"allocate": {"order": first(rest), "lines": lines(rest[1:])}}
        case "DEALLOCATE":
            return {"deallocate": {"order": first(rest), **added(rest[1:])}}
        case "ADDBATCH":
            return {"add_batch": {"batch": first(rest), **added(rest[1:])}}
        case "SETQTY":
            return {"set_quantity": {"batch": first(rest), "quantity": whole(first(rest[1:]))}}
        case "RESCHEDULE":
            return {"reschedule": {"batch": first(rest), "eta": first(rest[1:])}}
        case "RECEIVE":
            return {"receive": {"batch": first(rest)}}
    return None


def first(words: Words) -> str:
    return words[0] if words else "missing"


def added(words: Words) -> dict[str, object]:
    fields: dict[str, object] = dict(zip(("sku", "quantity", "eta"), words))
    return fields | {"quantity": whole(str(fields["quantity"]))} if "quantity" in fields else fields


def lines(words: Words) -> list[dict[str, object]]:
    return [{"sku": sku, "quantity": whole(quantity)} for sku, quantity in zip(words[::2], words[1::2])]


def whole(word: str) -> object:
    return int(word) if word.isdecimal() else word


def query(pairs: object) -> str:
    text = urlencode(list(pairs))  # type: ignore[call-overload]
    return f"?{text}" if text else ""
