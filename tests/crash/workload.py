"""Random commands on a small stock, so that clients often compete."""

import random
from typing import Iterator

from model import Command

SKUS = ("SMALL-TABLE", "RED-CHAIR", "LAMP")
BATCHES = 4  # of each SKU
ORDERS = 40
DAYS = ("warehouse", "2030-01-02", "2030-05-06", "2031-01-01")
PIPELINE_MAX = 8
TRANSACTIONS = 0.1  # of all commands


def stock() -> list[Command]:
    """The initial stock of a store."""
    return [("ADDBATCH", f"{sku}-{i}", sku, 40, DAYS[i]) for sku in SKUS for i in range(BATCHES)]


class Chance:
    """A seeded source of commands: the same seed, the same commands."""

    def __init__(self, seed: str) -> None:
        self._rng = random.Random(seed)

    def pipelines(self) -> Iterator[list[Command]]:
        while True:
            yield [self.command() for _ in range(self._rng.randint(1, PIPELINE_MAX))]

    def queries(self) -> Iterator[list[Command]]:
        while True:
            yield [self._query()]

    def command(self) -> Command:
        if self._rng.random() < TRANSACTIONS:
            return ("EXEC", *(self._single() for _ in range(self._rng.randint(1, 5))))
        return self._single()

    def _single(self) -> Command:
        kinds = (self._allocate, self._order, self._deallocate, self._batch, self._query)
        return self._rng.choices(kinds, weights=(35, 10, 12, 10, 33))[0]()

    def _sku(self) -> str:
        return "UNHEARD-OF" if self._rng.random() < 0.02 else self._rng.choice(SKUS)

    def _order_name(self) -> str:
        return f"o-{self._rng.randrange(ORDERS)}"

    def _batch_name(self) -> str:
        return f"{self._sku()}-{self._rng.randrange(BATCHES)}"

    def _qty(self) -> int:
        return self._rng.randint(1, 6)

    def _allocate(self) -> Command:
        return ("ALLOCATE", self._order_name(), self._sku(), self._qty())

    def _order(self) -> Command:
        lines = [(self._sku(), self._qty()) for _ in range(self._rng.randint(2, 4))]
        return ("ALLOCATE", self._order_name(), *(word for line in lines for word in line))

    def _deallocate(self) -> Command:
        words = ("DEALLOCATE", self._order_name(), self._sku(), self._qty())
        return words[: self._rng.choice((2, 2, 3, 4))]

    def _batch(self) -> Command:
        batch = self._batch_name()
        return self._rng.choice((
            ("SETQTY", batch, self._rng.randint(0, 80)),
            ("SETQTY", batch, self._rng.randint(0, 80)),
            ("RESCHEDULE", batch, self._rng.choice(DAYS)),
            ("RECEIVE", batch),
            ("ADDBATCH", f"late-{self._rng.randrange(6)}", self._rng.choice(SKUS), 9, DAYS[1]),
        ))

    def _query(self) -> Command:
        return self._rng.choice((
            ("STOCK", self._sku()),
            ("AVAILABLE", self._sku()),
            ("AVAILABLE", self._sku(), self._rng.choice(DAYS)),
            ("ALLOCATIONS", self._order_name()),
            ("SHORTAGES",),
            ("SHORTAGES", self._sku()),
        ))
