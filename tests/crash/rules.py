"""The reply of each command, and the facts that it records, in a given state: see model.py."""

from typing import Any

from model import WAREHOUSE, Command, Draft, Fact, Past, Refused, holder

WRITES = {"ADDBATCH", "ALLOCATE", "DEALLOCATE", "SETQTY", "RESCHEDULE", "RECEIVE", "EXEC"}


def decide(past: Past, lsn: int, command: Command) -> tuple[Any, list[Fact]]:
    """The reply to a command in the state after a fact, and the facts that follow.

    A transaction is the command ("EXEC", command, command…): one operation."""
    draft = Draft(past, lsn)
    if command[0] == "EXEC":
        return [_part(draft, part) for part in command[1:]], draft.facts
    return _part(draft, command), draft.facts


def _part(draft: Draft, command: Command) -> Any:
    """The reply. A refused command records only the shortage."""
    verb, *arguments = command
    before = draft.mark()
    try:
        return ANSWERS[verb](draft, *arguments)
    except Refused as refused:
        draft.back_to(before)
        _record_shortage(draft, refused)
        return refused.reply


def _record_shortage(draft: Draft, refused: Refused) -> None:
    """A refusal of a line that is already short records nothing."""
    fact = refused.short
    if fact is None:
        return
    line = (fact["order"], fact["sku"], fact["quantity"])
    if all((short.order, short.sku, short.qty) != line for short in draft.shorts()):
        draft.record(**fact)


def _allocate_line(draft: Draft, order: str, sku: str, qty: int, **moved: int) -> str:
    product = draft.product(sku)
    held = holder(product, order, qty)
    if held:
        return held.ref
    for batch in product:
        if batch.available >= qty:
            draft.record("line_allocated", sku, order=order, quantity=qty, batch=batch.ref, **moved)
            return batch.ref
    short = {"fact": "out_of_stock", "sku": sku, "order": order, "quantity": qty}
    raise Refused("OUTOFSTOCK", f"Out of stock for sku {sku}", short)


def _allocate(draft: Draft, order: str, *pairs: Any) -> str | list[str]:
    batches = [_allocate_line(draft, order, *pair) for pair in zip(pairs[0::2], pairs[1::2])]
    return batches if len(batches) > 1 else batches[0]


def _deallocate(draft: Draft, order: str, sku: str = "", qty: int = 0) -> int:
    before = len(draft.facts)
    for line, batch in draft.lines(order):
        if sku in ("", line.sku) and qty in (0, line.qty):
            _release(draft, line, batch)
    released = len(draft.facts) - before
    for short in draft.shorts():
        if short.order == order and sku in ("", short.sku) and qty in (0, short.qty):
            draft.record("shortage_withdrawn", short.sku, order=order, quantity=short.qty)
    return released


def _release(draft: Draft, line: Any, batch: str) -> None:
    draft.record("line_deallocated", line.sku, order=line.order, quantity=line.qty, batch=batch,
                 allocated_at=line.lsn)


def _add_batch(draft: Draft, ref: str, sku: str, qty: int, day: str = "warehouse") -> str:
    found = draft.find_batch(ref)
    if found is None:
        draft.record("batch_added", sku, batch=ref, quantity=qty, eta=_eta(day) or None)
    elif (found[0], found[1].purchased, found[1].eta) != (sku, qty, _eta(day)):
        raise Refused("BATCHEXISTS",
                      f"Batch {ref} is there already, with another SKU, quantity or ETA")
    return "OK"


def _set_quantity(draft: Draft, ref: str, qty: int) -> int:
    """Releases the latest lines until the others fit; then they are allocated again, oldest first, and
    keep their seniority."""
    sku, batch = draft.batch(ref)
    if batch.purchased == qty:
        return 0
    excess = batch.purchased - batch.available - qty
    released = []
    for line in reversed(batch.lines):
        if excess <= 0:
            break
        _release(draft, line, ref)
        released.append(line)
        excess -= line.qty
    fields = {"batch": ref, "from": batch.purchased, "to": qty}
    draft.record("batch_quantity_changed", sku, **fields)
    for line in reversed(released):
        try:
            _allocate_line(draft, line.order, sku, line.qty, since=line.lsn)
        except Refused:
            draft.record("out_of_stock", sku, order=line.order, quantity=line.qty)
    return len(released)


def _reschedule(draft: Draft, ref: str, day: str = "warehouse") -> str:
    sku, batch = draft.batch(ref)
    if batch.eta != _eta(day):
        fields = {"batch": ref, "from": batch.eta or None, "to": _eta(day) or None}
        draft.record("batch_rescheduled", sku, **fields)
    return "OK"


def _stock(draft: Draft, sku: str) -> list[list[Any]]:
    return [[batch.ref, batch.eta or "warehouse", batch.purchased, batch.available]
            for batch in draft.product(sku)]


def _batch_state(draft: Draft, ref: str) -> list[Any]:
    batch = draft.batch(ref)[1]
    return ["purchased", batch.purchased, "available", batch.available,
            "allocated", batch.purchased - batch.available, "eta", batch.eta or "warehouse"]


def _available(draft: Draft, sku: str, day: str = "9999-12-31") -> int:
    return sum(batch.available for batch in draft.product(sku) if batch.eta <= _eta(day))


def _allocations(draft: Draft, order: str) -> list[list[Any]]:
    return [[line.sku, line.qty, batch] for line, batch in draft.lines(order)]


def _shortages(draft: Draft, *words: Any) -> list[list[Any]]:
    """[sku] [AFTER lsn]"""
    sku = words[0] if len(words) % 2 else ""
    after = words[-1] if len(words) > 1 else 0
    if sku:
        draft.product(sku)
    return [[short.order, short.sku, short.qty, short.since]
            for short in draft.shorts() if sku in ("", short.sku) and short.since > after]


def _eta(day: str) -> str:
    return WAREHOUSE if day == "warehouse" else day


ANSWERS = {
    "ADDBATCH": _add_batch,
    "ALLOCATE": _allocate,
    "DEALLOCATE": _deallocate,
    "SETQTY": _set_quantity,
    "RESCHEDULE": _reschedule,
    "RECEIVE": _reschedule,
    "STOCK": _stock,
    "BATCH": _batch_state,
    "AVAILABLE": _available,
    "ALLOCATIONS": _allocations,
    "SHORTAGES": _shortages,
}
