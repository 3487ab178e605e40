"""The judge itself, without a server: good histories pass, and each kind of bad one is detected."""

import contextlib
import pathlib
import sys
import time
import unittest
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from failures import must_not_serve, must_refuse
from history import Operation
from linear import complaint
from model import Contradiction, Past
from report import Broken
from resp import Failure
from rules import decide
from traced import Call

SHORT = Failure("OUTOFSTOCK", "Out of stock for sku S")


def operation(invoked: int, completed: int | None, reply: Any, *command: Any) -> Operation:
    return Operation(command, invoked, completed, reply)


def added(ref: str, qty: int, eta: str | None = None) -> dict[str, Any]:
    return {"fact": "batch_added", "batch": ref, "sku": "S", "quantity": qty, "eta": eta}


def allocated(order: str, qty: int, batch: str = "b") -> dict[str, Any]:
    return {"fact": "line_allocated", "order": order, "sku": "S", "quantity": qty, "batch": batch}


def short(order: str, qty: int) -> dict[str, Any]:
    return {"fact": "out_of_stock", "order": order, "sku": "S", "quantity": qty}


def withdrawn(order: str, qty: int) -> dict[str, Any]:
    return {**short(order, qty), "fact": "shortage_withdrawn"}


def released(order: str, qty: int, lsn: int, batch: str = "b") -> dict[str, Any]:
    return {**allocated(order, qty, batch), "fact": "line_deallocated", "allocated_at": lsn}


class Judged(unittest.TestCase):
    """One batch of ten, added at LSN 1, before the histories begin."""

    def setUp(self) -> None:
        self.past = Past()
        self.past.append(added("b", 10))

    def judge(self, facts: list[dict[str, Any]], *clients: list[Operation]) -> str:
        for fact in facts:
            self.past.append(fact)
        return complaint(clients, self.past, 1, self.past.last)

    def assertFits(self, facts: list[dict[str, Any]], *clients: list[Operation]) -> None:
        self.assertEqual("", self.judge(facts, *clients))

    def assertSeen(self, facts: list[dict[str, Any]], *clients: list[Operation]) -> None:
        self.assertNotEqual("", self.judge(facts, *clients))


class GivenHistoriesThatAreRight(Judged):
    def test_when_commands_overlap_then_the_journal_says_which_was_first(self) -> None:
        self.assertFits(
            [allocated("y", 8), short("x", 5)],
            [operation(0, 9, SHORT, "ALLOCATE", "x", "S", 5)],
            [operation(0, 9, "b", "ALLOCATE", "y", "S", 8)],
        )

    def test_when_commands_are_one_transaction_then_each_succeeds_or_fails_by_itself(self) -> None:
        self.assertFits(
            [allocated("x", 8), short("y", 5), released("x", 8, 2), allocated("z", 9)],
            [operation(0, 9, ["b", SHORT, 1, "b", [["b", "warehouse", 10, 1]]], "EXEC",
                  ("ALLOCATE", "x", "S", 8), ("ALLOCATE", "y", "S", 1, "S", 5), ("DEALLOCATE", "x"),
                  ("ALLOCATE", "z", "S", 9), ("STOCK", "S"))],
        )

    def test_when_a_query_overlaps_a_change_then_it_may_see_it_or_not(self) -> None:
        for left in (10, 8):
            with self.subTest(left=left):
                self.setUp()
                self.assertFits(
                    [allocated("x", 2)],
                    [operation(0, 9, "b", "ALLOCATE", "x", "S", 2)],
                    [operation(1, 8, left, "AVAILABLE", "S")],
                )

    def test_when_a_command_was_not_answered_then_it_happened_or_not(self) -> None:
        unanswered = operation(0, None, None, "ALLOCATE", "x", "S", 2)
        self.assertFits([], [unanswered])
        self.assertFits([allocated("x", 2)], [unanswered])

    def test_when_a_refused_command_precedes_an_answered_one_then_it_happened_or_not(self) -> None:
        refused = operation(0, None, None, "ALLOCATE", "x", "S", 2)
        for facts, left in (([], 10), ([allocated("x", 2)], 8)):
            with self.subTest(left=left):
                self.setUp()
                self.assertFits(facts, [refused, operation(1, 2, left, "AVAILABLE", "S")])

    def test_when_the_line_was_sent_twice_then_either_command_may_have_allocated_it(self) -> None:
        self.assertFits(
            [allocated("x", 2), released("x", 2, 2), allocated("x", 2)],
            [operation(0, 9, "b", "ALLOCATE", "x", "S", 2), operation(0, 9, 1, "DEALLOCATE", "x")],
            [operation(0, 9, "b", "ALLOCATE", "x", "S", 2)],
        )

    def test_when_a_batch_shrinks_then_its_unit_is_the_reply_of_one(self) -> None:
        unit = [released("x", 6, 2),
                {"fact": "batch_quantity_changed", "batch": "b", "sku": "S", "from": 10, "to": 5},
                short("x", 6)]
        self.assertFits([allocated("x", 6), *unit],
                        [operation(0, 1, "b", "ALLOCATE", "x", "S", 6), operation(2, 3, 1, "SETQTY", "b", 5),
                         operation(4, 5, [["b", "warehouse", 5, 5]], "STOCK", "S"),
                         operation(6, 7, ["purchased", 5, "available", 5, "allocated", 0,
                                     "eta", "warehouse"], "BATCH", "b")])


    def test_when_a_line_was_moved_then_a_newer_one_goes_first(self) -> None:
        def shrunk(batch: str, before: int) -> dict[str, Any]:
            return {"fact": "batch_quantity_changed", "batch": batch, "sku": "S", "from": before, "to": 5}

        moved = {**allocated("x", 6, "c"), "since": 3}
        self.assertFits(
            [added("c", 12), allocated("x", 6), allocated("y", 5, "c"), released("x", 6, 3),
             shrunk("b", 10), moved, released("y", 5, 4, "c"), {**shrunk("c", 12), "to": 6},
             {**allocated("y", 5), "since": 4}],
            [operation(0, 1, "OK", "ADDBATCH", "c", "S", 12), operation(2, 3, "b", "ALLOCATE", "x", "S", 6),
             operation(4, 5, "c", "ALLOCATE", "y", "S", 5), operation(6, 7, 1, "SETQTY", "b", 5),
             operation(8, 9, 1, "SETQTY", "c", 6)])

    def test_when_a_line_is_short_then_it_is_until_served_or_withdrawn(self) -> None:
        self.assertFits(
            [short("x", 12), short("y", 11), withdrawn("x", 12), added("c", 20),
             allocated("y", 11, "c")],
            [operation(0, 1, SHORT, "ALLOCATE", "x", "S", 12), operation(2, 3, SHORT, "ALLOCATE", "y", "S", 11),
             operation(4, 5, SHORT, "ALLOCATE", "x", "S", 12),
             operation(6, 7, [["x", "S", 12, 2], ["y", "S", 11, 3]], "SHORTAGES"),
             operation(8, 9, 0, "DEALLOCATE", "x"),
             operation(10, 11, [["y", "S", 11, 3]], "SHORTAGES", "S"),
             operation(12, 13, "OK", "ADDBATCH", "c", "S", 20),
             operation(14, 15, "c", "ALLOCATE", "y", "S", 11), operation(16, 17, [], "SHORTAGES")])

    def test_when_a_withdrawal_overlaps_then_its_position_may_be_later(self) -> None:
        self.assertFits([short("x", 12), withdrawn("x", 12)],
                        [operation(0, 9, 0, "DEALLOCATE", "x")],
                        [operation(1, 8, SHORT, "ALLOCATE", "x", "S", 12)])

    def test_when_a_refusal_overlaps_a_withdrawal_then_it_may_be_a_repeat_or_a_new_one(self) -> None:
        asked_again = operation(2, 9, SHORT, "ALLOCATE", "x", "S", 12)
        withdrawal = operation(2, 9, 0, "DEALLOCATE", "x")
        first = [operation(0, 1, SHORT, "ALLOCATE", "x", "S", 12)]
        for again in ([], [short("x", 12)]):
            with self.subTest(again=again):
                self.setUp()
                self.assertFits([short("x", 12), withdrawn("x", 12), *again],
                                first, [asked_again], [withdrawal])


class GivenTransactionsThatAreWrong(Judged):
    EXEC = ("EXEC", ("ALLOCATE", "x", "S", 8), ("ALLOCATE", "y", "S", 1))

    def test_when_half_of_a_transaction_is_in_the_journal_then_it_is_detected(self) -> None:
        self.assertSeen([allocated("x", 8)], [operation(0, None, None, *self.EXEC)])

    def test_when_a_command_is_within_a_transaction_then_it_is_detected(self) -> None:
        self.assertSeen(
            [allocated("x", 8), allocated("z", 1), allocated("y", 1)],
            [operation(0, 9, ["b", "b"], *self.EXEC)],
            [operation(0, 9, "b", "ALLOCATE", "z", "S", 1)],
        )

    def test_when_a_refused_command_left_a_fact_then_it_is_detected(self) -> None:
        self.assertSeen(
            [allocated("x", 8), allocated("y", 2), short("y", 9)],
            [operation(0, 9, ["b", SHORT], "EXEC", ("ALLOCATE", "x", "S", 8),
                  ("ALLOCATE", "y", "S", 2, "S", 9))],
        )


class GivenHistoriesThatAreWrong(Judged):
    def test_a_refusal_that_is_recorded_twice(self) -> None:
        with self.assertRaises(Contradiction):
            for fact in (short("x", 12), short("x", 12)):
                self.past.append(fact)

    def test_a_shortage_that_is_not_recorded(self) -> None:
        self.assertSeen([short("x", 12)], [operation(0, 1, SHORT, "ALLOCATE", "x", "S", 12),
                                           operation(2, 3, [], "SHORTAGES")])

    def test_a_shortage_that_was_never_opened_is_withdrawn(self) -> None:
        with self.assertRaises(Contradiction):
            self.past.append(withdrawn("x", 12))

    def test_a_stale_read(self) -> None:
        self.assertSeen([allocated("x", 2)],
                        [operation(0, 1, "b", "ALLOCATE", "x", "S", 2)],
                        [operation(2, 3, 10, "AVAILABLE", "S")])

    def test_a_read_of_a_line_that_the_crash_lost(self) -> None:
        self.assertSeen([], [operation(0, None, None, "ALLOCATE", "x", "S", 2)],
                        [operation(2, 3, [["S", 2, "b"]], "ALLOCATIONS", "x")])

    def test_a_refused_command_that_is_seen_and_not_recorded(self) -> None:
        self.assertSeen([], [operation(0, None, None, "ALLOCATE", "x", "S", 2),
                             operation(1, 2, 8, "AVAILABLE", "S")])

    def test_an_order_against_real_time_after_a_refused_command(self) -> None:
        self.assertSeen([allocated("x", 2)],
                        [operation(0, None, None, "ALLOCATE", "y", "S", 2),
                         operation(1, 2, "b", "ALLOCATE", "x", "S", 2)],
                        [operation(3, 4, 10, "AVAILABLE", "S")])

    def test_reads_of_one_client_that_go_back(self) -> None:
        self.assertSeen([allocated("x", 2)],
                        [operation(0, 9, "b", "ALLOCATE", "x", "S", 2)],
                        [operation(1, 8, 8, "AVAILABLE", "S"), operation(1, 8, 10, "AVAILABLE", "S")])

    def test_a_lost_acknowledged_write(self) -> None:
        self.assertSeen([], [operation(0, 1, "b", "ALLOCATE", "x", "S", 2)])

    def test_an_allocation_twice(self) -> None:
        with self.assertRaises(Contradiction):
            self.judge([allocated("x", 2), allocated("x", 2)])

    def test_more_sold_than_is_there(self) -> None:
        with self.assertRaises(Contradiction):
            self.judge([allocated("x", 6), allocated("y", 6)])

    def test_two_changes_of_one_unanswered_command(self) -> None:
        self.assertSeen([allocated("x", 2), released("x", 2, 2), allocated("x", 2)],
                        [operation(0, None, None, "ALLOCATE", "x", "S", 2)],
                        [operation(0, 9, 1, "DEALLOCATE", "x")])

    def test_an_order_against_real_time(self) -> None:
        facts = [allocated("y", 2), allocated("x", 2)]
        first = operation(0, 1, "b", "ALLOCATE", "x", "S", 2)
        self.assertSeen(facts, [first], [operation(2, 3, "b", "ALLOCATE", "y", "S", 2)])

    def test_an_order_against_that_of_the_connection(self) -> None:
        self.assertSeen([allocated("y", 2), allocated("x", 2)],
                        [operation(0, 9, "b", "ALLOCATE", "x", "S", 2),
                         operation(0, 9, "b", "ALLOCATE", "y", "S", 2)])

    def test_facts_without_a_command(self) -> None:
        self.assertSeen([allocated("x", 2), allocated("z", 1)],
                        [operation(0, 1, "b", "ALLOCATE", "x", "S", 2)])

    def test_half_an_order(self) -> None:
        both = operation(0, None, None, "ALLOCATE", "x", "S", 1, "S", 2)
        self.assertSeen([allocated("x", 1)], [both])

    def test_a_reply_that_differs_from_the_record(self) -> None:
        self.assertSeen([allocated("x", 2)], [operation(0, 1, SHORT, "ALLOCATE", "x", "S", 2)])

    def test_a_worse_batch_than_the_rules_give(self) -> None:
        self.assertSeen([added("later", 9, "2030-01-02"), allocated("x", 2, "later")],
                        [operation(0, 1, "OK", "ADDBATCH", "later", "S", 9, "2030-01-02"),
                         operation(2, 3, "later", "ALLOCATE", "x", "S", 2)])


class GivenTheModel(Judged):
    def test_when_commands_are_refused_then_it_says_why_and_nothing_changes(self) -> None:
        for command, code in (
            (("ALLOCATE", "x", "T", 1), "INVALIDSKU"),
            (("SETQTY", "none", 1), "NOSUCHBATCH"),
            (("ADDBATCH", "b", "S", 11), "BATCHEXISTS"),
            (("STOCK", "T"), "INVALIDSKU"),
            (("BATCH", "none"), "NOSUCHBATCH"),
        ):
            reply, facts = decide(self.past, 1, command)
            self.assertEqual((code, []), (reply.code, facts))


class GivenAFailedSync(unittest.TestCase):
    """The journal's thread syncs, and then fails to, while a client receives OK."""

    def judge(self, invoked_s: float, completed_s: float, synced_s: float) -> None:
        clock = time.time() - time.monotonic()
        calls = [Call(0, clock + synced_s, "fdatasync", "fdatasync(8) = 0"),
                 Call(0, clock + 50, "fdatasync", "fdatasync(8) = -1 EIO (INJECTED)")]
        acknowledged = Operation(("ALLOCATE", "x", "S", 2), int(invoked_s * 1e9),
                            int(completed_s * 1e9), "b")
        must_refuse([acknowledged], clock + 50, calls)

    def test_when_the_change_was_synced_before_then_it_may_be_acknowledged_later(self) -> None:
        self.judge(invoked_s=40, completed_s=60, synced_s=45)

    def test_when_the_change_was_not_synced_since_it_was_sent_then_that_is_seen(self) -> None:
        with self.assertRaises(Broken):
            self.judge(invoked_s=40, completed_s=60, synced_s=35)

    def test_when_the_change_was_sent_after_the_failure_then_that_is_seen(self) -> None:
        with self.assertRaises(Broken):
            self.judge(invoked_s=55, completed_s=60, synced_s=45)

    def test_when_the_server_serves_after_the_journal_failed_at_the_start_then_that_is_seen(self) -> None:
        began = time.time() - time.monotonic()
        acknowledged = Operation(("STOCK", "S"), int(40e9), int(41e9), [])
        for path, seen in (("/journal-0000000000000001.log", True), ("/snapshot.tmp", False)):
            failed = Call(0, began + 30, "openat", f"openat(\"{path}\") = -1 EIO (INJECTED)")
            with self.subTest(path=path):
                with self.assertRaises(Broken) if seen else contextlib.nullcontext():
                    must_not_serve([acknowledged], [failed])


if __name__ == "__main__":
    unittest.main(verbosity=1)
