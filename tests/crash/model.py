"""The rules of allocation once more, in Python, and every state that a journal went through.

Independent of the engine: it shares no code with it, and a reader can check it by eye. States are
never changed, only added, so any of them can be queried at any time.
"""

import bisect
from typing import Any, NamedTuple

from resp import Failure

Fact = dict[str, Any]  # as `allot dump --json` prints it, less its LSN and its time
Command = tuple[Any, ...]  # the verb and its arguments
WAREHOUSE = ""  # sorts before every day


class Contradiction(Exception):
    """A fact that cannot follow from the state before it."""


class Line(NamedTuple):
    order: str
    sku: str
    qty: int
    lsn: int  # of its first allocation


class Batch(NamedTuple):
    eta: str
    added: int  # the LSN; so batches sort by preference
    ref: str
    purchased: int
    lines: tuple[Line, ...]  # in the order of their first allocation

    @property
    def available(self) -> int:
        return self.purchased - sum(line.qty for line in self.lines)


Product = tuple[Batch, ...]  # in order of preference


class Short(NamedTuple):
    """A line that no batch could take."""

    since: int  # the LSN of the refusal that began it
    order: str
    sku: str
    qty: int


class State(NamedTuple):
    """The state of a SKU."""

    product: Product = ()
    shorts: tuple[Short, ...] = ()  # oldest first


def applied(product: Product, fact: Fact, lsn: int) -> Product:
    """The product after a fact. Raises Contradiction where stock would be sold twice or lost."""

    def must(holds: bool) -> None:
        if not holds:
            raise Contradiction(f"LSN {lsn}, {fact}, contradicts {product}")

    kind = fact["fact"]
    if kind in ("out_of_stock", "shortage_withdrawn"):
        return product
    of = {batch.ref: batch for batch in product}
    ref = fact["batch"]
    must((ref in of) != (kind == "batch_added"))
    match kind:
        case "batch_added":
            of[ref] = Batch(fact["eta"] or WAREHOUSE, lsn, ref, fact["quantity"], ())
        case "batch_quantity_changed":
            must(of[ref].purchased == fact["from"])
            of[ref] = of[ref]._replace(purchased=fact["to"])
        case "batch_rescheduled":
            must(of[ref].eta == (fact["from"] or WAREHOUSE))
            of[ref] = of[ref]._replace(eta=fact["to"] or WAREHOUSE)
        case "line_allocated":
            must(holder(product, fact["order"], fact["quantity"]) is None)
            since = fact.get("since", lsn)  # of one that was moved
            must(0 < since <= lsn and all(each.lsn != since for each in of[ref].lines))
            line = Line(fact["order"], fact["sku"], fact["quantity"], since)
            lines = sorted((*of[ref].lines, line), key=lambda each: each.lsn)
            of[ref] = of[ref]._replace(lines=tuple(lines))
        case "line_deallocated":
            line = Line(fact["order"], fact["sku"], fact["quantity"], fact["allocated_at"])
            must(line in of[ref].lines)
            of[ref] = of[ref]._replace(lines=tuple(each for each in of[ref].lines if each != line))
        case _:
            raise Contradiction(f"LSN {lsn}: no such fact: {fact}")
    must(of[ref].available >= 0)
    return tuple(sorted(of.values()))


def shorts_after(state: State, fact: Fact, lsn: int) -> tuple[Short, ...]:
    """The shortages after a fact. Raises Contradiction where one is made up."""
    kind = fact["fact"]
    if kind not in ("out_of_stock", "shortage_withdrawn", "line_allocated"):
        return state.shorts
    line = (fact["order"], fact["quantity"])
    rest = tuple(each for each in state.shorts if (each.order, each.qty) != line)
    if kind == "line_allocated":
        return rest
    is_short = len(rest) < len(state.shorts)
    if kind == "shortage_withdrawn":
        if not is_short:
            raise Contradiction(f"LSN {lsn}, {fact}: the line is not short")
        return rest
    if holder(state.product, *line):
        raise Contradiction(f"LSN {lsn}, {fact}: the line is allocated")
    if is_short:
        raise Contradiction(f"LSN {lsn}, {fact}: the line is short already")
    return (*rest, Short(lsn, fact["order"], fact["sku"], fact["quantity"]))


def followed(state: State, fact: Fact, lsn: int) -> State:
    return State(applied(state.product, fact, lsn), shorts_after(state, fact, lsn))


def holder(product: Product, order: str, qty: int) -> Batch | None:
    """The batch that holds the line."""
    for batch in product:
        if any((line.order, line.qty) == (order, qty) for line in batch.lines):
            return batch
    return None


class Past:
    """A journal from its first fact on, and the state after each of them."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []  # facts[0] has LSN 1
        self.sku_of: dict[str, str] = {}  # a batch keeps its SKU
        self._versions: dict[str, tuple[list[int], list[State]]] = {}

    def copy(self) -> "Past":
        """Another that begins with the same facts."""
        other = Past()
        other.facts = list(self.facts)
        other.sku_of = dict(self.sku_of)
        other._versions = {
            sku: (list(lsns), list(states)) for sku, (lsns, states) in self._versions.items()
        }
        return other

    @property
    def last(self) -> int:
        return len(self.facts)

    def append(self, fact: Fact) -> None:
        lsn, sku = self.last + 1, fact["sku"]
        if fact["fact"] == "batch_added" and self.sku_of.setdefault(fact["batch"], sku) != sku:
            raise Contradiction(f"LSN {lsn}: {fact['batch']} is of two SKUs")
        after = followed(self.state(sku, self.last) or State(), fact, lsn)
        lsns, states = self._versions.setdefault(sku, ([], []))
        lsns.append(lsn)
        states.append(after)
        self.facts.append(fact)

    def state(self, sku: str, lsn: int) -> State | None:
        """The state of a SKU after a fact; None: it was unknown."""
        lsns, states = self._versions.get(sku, ([], []))
        version = bisect.bisect_right(lsns, lsn)
        return states[version - 1] if version else None

    def skus(self) -> list[str]:
        return list(self._versions)


class Refused(Exception):
    def __init__(self, code: str, text: str, short: Fact | None = None) -> None:
        super().__init__(text)
        self.reply = Failure(code, text)
        self.short = short  # the fact that is recorded of it


class Draft:
    """The state after a fact, and the additions of a command, or of several as one."""

    def __init__(self, past: Past, lsn: int) -> None:
        self.facts: list[Fact] = []
        self._past, self._lsn = past, lsn
        self._changed: dict[str, State] = {}
        self._added: dict[str, str] = {}  # the SKU of each batch that is new here

    def find(self, sku: str) -> Product | None:
        state = self._state(sku)
        return state.product if state else None

    def _state(self, sku: str) -> State | None:
        return self._changed.get(sku) or self._past.state(sku, self._lsn)

    def product(self, sku: str) -> Product:
        product = self.find(sku)
        if product is None:
            raise Refused("INVALIDSKU", f"Invalid sku {sku}")
        return product

    def find_batch(self, ref: str) -> tuple[str, Batch] | None:
        sku = self._added.get(ref) or self._past.sku_of.get(ref, "")
        found = [batch for batch in self.find(sku) or () if batch.ref == ref]
        return (sku, found[0]) if found else None

    def batch(self, ref: str) -> tuple[str, Batch]:
        found = self.find_batch(ref)
        if found is None:
            raise Refused("NOSUCHBATCH", f"No batch {ref}")
        return found

    def _skus(self) -> set[str]:
        return {*self._past.skus(), *self._changed}

    def lines(self, order: str) -> list[tuple[Line, str]]:
        """The lines of an order and their batches, in the order of their first allocation."""
        every = [self.find(sku) or () for sku in self._skus()]
        found = [
            (line, batch.ref)
            for product in every
            for batch in product
            for line in batch.lines
            if line.order == order
        ]
        return sorted(found, key=lambda pair: pair[0].lsn)

    def shorts(self) -> list[Short]:
        """Of every SKU, oldest first."""
        every = [self._state(sku) or State() for sku in self._skus()]
        return sorted(short for state in every for short in state.shorts)

    def mark(self) -> tuple[int, dict[str, State], dict[str, str]]:
        return len(self.facts), dict(self._changed), dict(self._added)

    def back_to(self, mark: tuple[int, dict[str, State], dict[str, str]]) -> None:
        """As if nothing had been recorded since then."""
        facts, self._changed, self._added = mark
        del self.facts[facts:]

    def record(self, fact: str, sku: str, **fields: Any) -> None:
        whole = {"fact": fact, "sku": sku, **fields}
        self.facts.append(whole)
        lsn = self._lsn + len(self.facts)
        if fact == "batch_added":
            self._added[fields["batch"]] = sku
        self._changed[sku] = followed(self._state(sku) or State(), whole, lsn)
