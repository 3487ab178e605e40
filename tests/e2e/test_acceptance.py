"""The rules of the domain, over the wire."""

import shutil
import threading

import server

T0, T1, T2 = "2030-01-01", "2030-01-02", "2030-01-03"


class GivenOneBatch(server.ServedCase):
    def test_when_a_line_is_allocated_then_its_batch_has_less_available(self):
        self.add(("b", "COMPLICATED-LAMP", 100))
        self.assertEqual("b", self.one.call("ALLOCATE", "o", "COMPLICATED-LAMP", 10))
        self.assertEqual({"b": 90}, self.available("COMPLICATED-LAMP"))

    def test_when_a_batch_has_as_much_as_a_line_then_the_line_fits(self):
        self.add(("big", "A", 20), ("small", "B", 2), ("same", "C", 2))
        self.assertEqual("big", self.one.call("ALLOCATE", "o", "A", 2))
        self.assertFails(self.one.call("ALLOCATE", "o", "B", 20), "OUTOFSTOCK")
        self.assertEqual("same", self.one.call("ALLOCATE", "o", "C", 2))

    def test_when_the_sku_is_unknown_then_the_line_is_refused(self):
        self.add(("b", "AREALSKU", 100))
        refused = self.one.call("ALLOCATE", "o", "NONEXISTENTSKU", 10)
        self.assertEqual(("INVALIDSKU", "Invalid sku NONEXISTENTSKU"), refused)
        self.assertFails(self.one.call("STOCK", "NONEXISTENTSKU"), "INVALIDSKU")
        self.assertFails(self.one.call("AVAILABLE", "NONEXISTENTSKU"), "INVALIDSKU")

    def test_when_a_line_is_sent_twice_then_it_is_allocated_once(self):
        self.add(("b", "A", 20))
        self.assertEqual(["b", "b"], self.one.pipeline([("ALLOCATE", "o", "A", 2)] * 2))
        self.assertEqual({"b": 18}, self.available("A"))

    def test_when_a_line_is_deallocated_then_its_units_are_available_again(self):
        self.add(("b", "A", 20))
        self.one.call("ALLOCATE", "o", "A", 2)
        self.assertEqual(0, self.one.call("DEALLOCATE", "other"))
        self.assertEqual(0, self.one.call("DEALLOCATE", "o", "A", 3))
        self.assertEqual({"b": 18}, self.available("A"))
        self.assertEqual(1, self.one.call("DEALLOCATE", "o", "A", 2))
        self.assertEqual({"b": 20}, self.available("A"))

    def test_when_stock_is_out_then_the_error_names_the_sku_and_nothing_changes(self):
        self.add(("batch1", "SMALL-FORK", 10))
        self.assertEqual("batch1", self.one.call("ALLOCATE", "order1", "SMALL-FORK", 10))
        refused = self.one.call("ALLOCATE", "order2", "SMALL-FORK", 1)
        self.assertEqual(("OUTOFSTOCK", "Out of stock for sku SMALL-FORK"), refused)
        self.assertEqual([], self.one.call("ALLOCATIONS", "order2"))

    def test_when_a_quantity_is_set_then_less_is_available(self):
        self.add(("b", "ADORABLE-SETTEE", 100))
        self.assertEqual(0, self.one.call("SETQTY", "b", 50))
        self.assertEqual(50, self.one.call("AVAILABLE", "ADORABLE-SETTEE"))


class GivenSeveralBatches(server.ServedCase):
    def test_when_warehouse_and_shipment_can_serve_then_the_warehouse_does(self):
        self.add(("shipment", "A", 100, T1), ("warehouse", "A", 100))
        self.assertEqual("warehouse", self.one.call("ALLOCATE", "o", "A", 10))
        self.assertEqual({"warehouse": 90, "shipment": 100}, self.available("A"))

    def test_when_only_shipments_can_serve_then_the_earliest_does(self):
        self.add(("t1", "A", 100, T1), ("t0", "A", 100, T0), ("t2", "A", 100, T2))
        self.assertEqual("t0", self.one.call("ALLOCATE", "o", "A", 10))
        self.assertEqual({"t0": 90, "t1": 100, "t2": 100}, self.available("A"))
        self.assertEqual(190, self.one.call("AVAILABLE", "A", T1))

    def test_when_a_batch_shrinks_then_its_latest_lines_move(self):
        self.add(("batch1", "A", 50), ("batch2", "A", 50, T0))
        self.one.call("ALLOCATE", "order1", "A", 20)
        self.one.call("ALLOCATE", "order2", "A", 20)
        self.assertEqual(1, self.one.call("SETQTY", "batch1", 25))
        self.assertEqual({"batch1": 5, "batch2": 30}, self.available("A"))
        self.assertEqual([["A", 20, "batch2"]], self.one.call("ALLOCATIONS", "order2"))
        self.assertEqual([["A", 20, "batch1"]], self.one.call("ALLOCATIONS", "order1"))

    def test_when_an_order_is_listed_then_it_has_exactly_its_own_lines(self):
        self.add(("b1", "A", 50), ("b2", "B", 50, T0))
        for order, sku in (("order1", "A"), ("order1", "B"), ("other", "A")):
            self.one.call("ALLOCATE", order, sku, 5)
        self.assertEqual([["A", 5, "b1"], ["B", 5, "b2"]], self.one.call("ALLOCATIONS", "order1"))

    def test_when_a_line_comes_again_then_the_reply_names_the_batch_that_holds_it(self):
        self.add(("warehouse", "A", 15), ("shipment", "A", 100, T1))
        before = int(self.one.info()["last_lsn"])
        for _ in range(2):
            self.assertEqual("warehouse", self.one.call("ALLOCATE", "o", "A", 10))
        self.assertEqual({"warehouse": 5, "shipment": 100}, self.available("A"))
        self.assertEqual(before + 1, int(self.one.info()["last_lsn"]))

    def test_when_a_batch_comes_again_or_is_unknown_then_nothing_changes(self):
        self.add(("b", "A", 15, T1), ("b", "A", 15, T1))
        for other in (("A", 16, T1), ("A", 15), ("B", 15, T1)):
            self.assertFails(self.one.call("ADDBATCH", "b", *other), "BATCHEXISTS")
        self.assertFails(self.one.call("SETQTY", "none", 5), "NOSUCHBATCH")
        self.assertFails(self.one.call("RECEIVE", "none"), "NOSUCHBATCH")
        self.assertFails(self.one.call("SETQTY", "b", -1), "BADQTY")
        self.assertEqual([["b", T1, 15, 15]], self.one.call("STOCK", "A"))

    def test_when_one_line_of_an_order_is_refused_then_none_is_allocated(self):
        self.add(("b1", "A", 10), ("b2", "A", 10, T0), ("b3", "B", 10))
        refused = self.one.call("ALLOCATE", "o", "B", 1, "A", 8, "A", 9, "A", 7)
        self.assertFails(refused, "OUTOFSTOCK", "A")
        self.assertEqual([], self.one.call("ALLOCATIONS", "o"))
        self.assertEqual(["b1", "b2"], self.one.call("ALLOCATE", "o", "A", 8, "A", 9))
        self.assertEqual({"b1": 2, "b2": 1}, self.available("A"))

    def test_R14_when_no_batch_can_take_a_released_line_then_it_is_short(self):
        self.add(("b", "A", 10))
        self.one.call("ALLOCATE", "o", "A", 8)
        self.assertEqual(1, self.one.call("SETQTY", "b", 5))
        self.assertEqual([], self.one.call("ALLOCATIONS", "o"))
        self.assertEqual({"b": 5}, self.available("A"))
        self.assertEqual([["o", "A", 8, 5]], self.one.call("SHORTAGES"))
        facts = server.allot("dump", "--data", self.store).stdout
        self.assertRegex(facts, r"out_of_stock .*order=o sku=A quantity=8")

    def test_R14_when_a_line_is_refused_then_it_is_short_until_allocated_or_withdrawn(self):
        self.add(("b", "A", 10), ("c", "B", 1))
        for order, sku, qty in (("o", "A", 12), ("p", "B", 2), ("o", "A", 12), ("q", "A", 11)):
            self.assertFails(self.one.call("ALLOCATE", order, sku, qty), "OUTOFSTOCK", sku)
        of_o, of_p, of_q = ["o", "A", 12, 3], ["p", "B", 2, 4], ["q", "A", 11, 5]
        self.assertEqual([of_o, of_p, of_q], self.one.call("SHORTAGES"))
        self.assertEqual([of_o, of_q], self.one.call("SHORTAGES", "A"))
        self.assertEqual([of_q], self.one.call("SHORTAGES", "A", "AFTER", 3))
        self.assertEqual("3", self.one.info()["shortages"])
        self.assertEqual("b", self.one.call("ALLOCATE", "o", "A", 10))  # another line
        self.assertIn(of_o, self.one.call("SHORTAGES"))
        self.add(("more", "A", 12))
        self.assertEqual("more", self.one.call("ALLOCATE", "o", "A", 12))
        self.assertEqual(0, self.one.call("DEALLOCATE", "q"))
        self.assertEqual([of_p], self.one.call("SHORTAGES"))
        facts = server.allot("dump", "--data", self.store).stdout
        self.assertRegex(facts, r"shortage_withdrawn .*order=q sku=A quantity=11")

    def test_R13_when_a_plan_is_explained_then_the_allocation_follows_it(self):
        self.add(("full", "A", 3), ("next", "A", 10, T0), ("last", "A", 10, T1))
        before = (self.one.call("STOCK", "A"), self.one.info()["last_lsn"])
        lines = self.one.call("EXPLAIN", "o", "A", 8)
        self.assertEqual("o A 8: next", lines[0])
        self.assertIn("too small", lines[1])
        self.assertIn("chosen", lines[2])
        self.assertEqual(before, (self.one.call("STOCK", "A"), self.one.info()["last_lsn"]))
        self.assertEqual("next", self.one.call("ALLOCATE", "o", "A", 8))
        self.assertIn("Out of stock", self.one.call("EXPLAIN", "p", "A", 11)[0])

    def test_R9_when_a_shipment_is_received_then_it_comes_first_and_keeps_its_lines(self):
        self.add(("early", "A", 10, T0), ("late", "A", 10, T2))
        self.one.call("ALLOCATE", "o", "A", 1)
        self.assertEqual("OK", self.one.call("RECEIVE", "late"))
        self.assertEqual("late", self.one.call("ALLOCATE", "p", "A", 1))
        self.assertEqual("OK", self.one.call("RESCHEDULE", "late", T1))
        self.assertEqual("early", self.one.call("ALLOCATE", "q", "A", 1))
        self.assertEqual([["A", 1, "early"]], self.one.call("ALLOCATIONS", "o"))


class GivenBadInput(server.ServedCase):
    def refused(self, code, *command):
        with self.subTest(command=command):
            self.assertFails(self.one.call(*command), code)

    def test_when_an_argument_breaks_its_rule_then_it_is_refused_and_nothing_changes(self):
        self.add(("b", "A", 100))
        before = int(self.one.info()["last_lsn"])
        for qty in ("0", "-5", "1.5", "10000000000", "ten", "", "+1", " 1", "1e3", "0x10", "٣"):
            self.refused("BADQTY", "ALLOCATE", "o", "A", qty)
            self.refused("BADQTY", "ADDBATCH", "c", "A", qty)
        for name in ("", " a", "a ", "a  b", "x" * 65, "tab\t", b"\xff", "nul\0", "\ufeffa", "a\u200bb",
                     "a\u202e", "\u00ad", "\u3164", "\ufdd0", "\U0001fffe", "a\ufe0f", "\U000e0041"):
            self.refused("BADNAME", "ALLOCATE", name, "A", 1)
            self.refused("BADNAME", "ALLOCATE", "o", name, 1)
            self.refused("BADNAME", "ADDBATCH", name, "A", 1)
        for day in ("2023-02-29", "tomorrow", "2023-13-01", "23-01-01", "2023-1-1", ""):
            self.refused("BADDATE", "ADDBATCH", "c", "A", 1, day)
            self.refused("BADDATE", "RESCHEDULE", "b", day)
        self.assertEqual([["b", "warehouse", 100, 100]], self.one.call("STOCK", "A"))
        self.assertEqual(before, int(self.one.info()["last_lsn"]))


class GivenARace(server.ServedCase):
    def test_when_many_clients_race_for_the_last_unit_then_exactly_one_wins(self):
        replies = []
        start = threading.Barrier(20, timeout=10)

        def race(client, number, unit):
            start.wait()
            replies.append(client.call("ALLOCATE", f"order-{number}", f"LAST-{unit}", 1))

        clients = [self.client(self.server) for _ in range(20)]
        for unit in range(20):
            self.add((f"b{unit}", f"LAST-{unit}", 1))
            replies.clear()
            racers = [
                threading.Thread(target=race, args=(each, number, unit))
                for number, each in enumerate(clients)
            ]
            for racer in racers:
                racer.start()
            for racer in racers:
                racer.join(10)
            self.assertEqual(20, len(replies))
            self.assertEqual(1, replies.count(f"b{unit}"))
            self.assertEqual(19, replies.count(("OUTOFSTOCK", f"Out of stock for sku LAST-{unit}")))
            self.assertEqual({f"b{unit}": 0}, self.available(f"LAST-{unit}"))


class GivenARestart(server.ServedCase):
    def test_when_the_server_is_restarted_then_its_stock_is_as_before(self):
        self.add(("late", "A", 10, T1), ("soon", "A", 10, T0), ("here", "B", 10))
        self.one.call("ALLOCATE", "o", "A", 3, "B", 4)
        self.assertFails(self.one.call("ALLOCATE", "p", "B", 1, "A", 99), "OUTOFSTOCK")
        ask = [("STOCK", "A"), ("STOCK", "B"), ("ALLOCATIONS", "o"), ("ALLOCATIONS", "p"),
               ("SHORTAGES",)]
        before = self.one.pipeline(ask)
        self.assertEqual(0, self.server.stop())
        self.server = self.serve()
        self.one = self.client(self.server)
        self.assertEqual(before, self.one.pipeline(ask))
        self.assertEqual([["A", 3, "soon"], ["B", 4, "here"]], before[2])
        self.assertEqual([["p", "A", 99, 6]], before[4])
        self.assertEqual(0, self.one.call("SETQTY", "late", 5))
        self.assertEqual(5, self.available("A")["late"])


class GivenFiles(server.Case):
    def allocated(self, **files):
        for name, rows in files.items():
            (self.scratch / f"{name}.csv").write_text("\n".join(rows) + "\n")
        ran = server.allot("allocate", self.scratch)
        self.assertEqual(0, ran.returncode, ran.stderr)
        return (self.scratch / "allocations.csv").read_text().splitlines()[1:]

    def test_when_files_are_allocated_then_lines_go_to_the_batches_of_their_sku(self):
        self.assertEqual(["o,s1,3,b1", "o,s2,12,b2"], self.allocated(
            batches=["batch,sku,quantity,eta", "b1,s1,100,", "b2,s2,100,2011-01-01",
                     "b3,s2,100,2011-01-02"],
            orders=["order,sku,quantity", "o,s1,3", "o,s2,12"]))

    def test_when_there_are_allocations_then_they_stay(self):
        self.assertEqual(["old,s,10,b1", "new,s,7,b2"], self.allocated(
            batches=["batch,sku,quantity,eta", "b1,s,10,2011-01-01", "b2,s,10,2011-01-02"],
            allocations=["order,sku,quantity,batch", "old,s,10,b1"],
            orders=["order,sku,quantity", "new,s,7"]))

    def test_when_northwind_is_allocated_then_the_result_is_the_expected_file_byte_for_byte(self):
        work = self.scratch / "northwind"
        shutil.copytree(server.DATA / "northwind", work)
        ran = server.allot("allocate", work)
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.assertIn("275", ran.stderr + ran.stdout)
        self.assertIn("1880", (ran.stderr + ran.stdout).replace(",", ""))
        expected = (work / "expected-allocations.csv").read_bytes()
        self.assertEqual(expected, (work / "allocations.csv").read_bytes())


if __name__ == "__main__":
    server.main()
