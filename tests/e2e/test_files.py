"""CSV files to and from a store, as processes."""

import shutil

import server
import store_files


class GivenCsvFiles(server.Case):
    def setUp(self):
        super().setUp()
        self.input = self.scratch / "input"
        shutil.copytree(server.DATA / "northwind", self.input)

    def write(self, name, *rows):
        (self.input / name).write_text("\n".join(rows) + "\n")

    def run_well(self, *arguments):
        ran = server.allot(*arguments)
        self.assertEqual(0, ran.returncode, ran.stderr)
        return ran.stdout

    def exported(self, store):
        self.run_well("export", "--data", store, self.scratch / "out")
        return store_files.digest(self.scratch / "out")

    def test_when_files_are_imported_and_exported_then_the_stock_is_the_same(self):
        said = self.run_well("import", "--data", self.store, self.input)
        self.assertIn("275 allocated", said)
        first = self.exported(self.store)
        expected = (self.input / "expected-allocations.csv").read_bytes()
        self.assertEqual(expected, (self.scratch / "out" / "allocations.csv").read_bytes())
        other = self.scratch / "other"
        self.run_well("import", "--data", other, self.scratch / "out")
        self.assertEqual(first, self.exported(other))
        self.assertGood(self.store)
        self.assertGood(other)

    def test_when_files_are_imported_twice_then_nothing_is_added(self):
        self.run_well("import", "--data", self.store, self.input)
        first = self.exported(self.store)
        for name in ("orders.csv", "expected-allocations.csv"):
            (self.input / name).unlink()
        shutil.copy(self.scratch / "out" / "allocations.csv", self.input)
        said = self.run_well("import", "--data", self.store, self.input)
        self.assertIn("; 0 facts recorded", said)
        self.assertEqual(first, self.exported(self.store))

    def test_when_a_server_opens_the_store_then_it_serves_the_imported_stock(self):
        self.run_well("import", "--data", self.store, self.input)
        running = self.serve()
        with running.client() as client:
            self.assertEqual(["QUESO-CABRALES", 12, "WH-011"],
                             client.call("ALLOCATIONS", "NW-10248")[0])

    def refused(self, command, *parts):
        ran = server.allot(*command)
        self.assertEqual(1, ran.returncode, ran.stderr)
        for part in parts:
            self.assertIn(part, ran.stderr)
        return ran.stderr

    def test_when_rows_are_wrong_then_each_is_named_and_nothing_is_imported(self):
        self.write("batches.csv", "batch,sku,quantity,eta", "b1,LAMP,10,", "b2,LAMP,ten,",
                   "b  3,LAMP,-1,2023-02-29", "b4,LAMP", 'b5,"LAMP,1,', "b1,LAMP,11,")
        self.write("orders.csv", "order,sku,quantity", "o1,LAMP,0", "o2,LAMP,1,1")
        batches, orders = self.input / "batches.csv", self.input / "orders.csv"
        said = self.refused(
            ["import", "--data", self.store, self.input],
            f"{batches}:3:9: value 'ten': ",
            f"{batches}:4:1: value 'b  3': ",
            f"{batches}:4:11: value '-1': ",
            f"{batches}:4:14: value '2023-02-29': ",
            f"{batches}:5:4: value 'LAMP': ",
            f"{batches}:6:4: value ",
            f"{orders}:2:9: value '0': ",
            f"{orders}:3:11: value '1': ",
        )
        self.assertNotIn("terminate", said)
        self.assertFalse(self.store.exists())
        self.refused(["allocate", self.input], f"{batches}:3:9: value 'ten': ")
        self.assertFalse((self.input / "allocations.csv").exists())

    def test_when_one_row_contradicts_the_store_then_nothing_is_imported(self):
        self.run_well("import", "--data", self.store, self.input)
        before = self.exported(self.store)
        (self.input / "orders.csv").unlink()
        self.write("batches.csv", "batch,sku,quantity,eta", "new-1,LAMP,10,", "WH-001,CHAI,40,",
                   "new-2,LAMP,10,")
        self.refused(["import", "--data", self.store, self.input],
                     f"{self.input / 'batches.csv'}:3:")
        self.assertEqual(before, self.exported(self.store))

    def test_when_a_file_is_missing_or_another_one_then_that_is_said(self):
        self.write("batches.csv", "ref|sku|qty|eta")
        self.refused(["import", "--data", self.store, self.input], "batches.csv:1:1: value ")
        (self.input / "batches.csv").unlink()
        self.refused(["allocate", self.input], "batches.csv")
        self.refused(["import", "--data", self.store, self.input], "batches.csv")
        self.assertFalse(self.store.exists())

    def test_when_a_directory_without_a_store_is_exported_or_checked_then_no_store_is_created(self):
        for command, *operands in (["export", self.scratch / "out"], ["check"], ["dump"]):
            with self.subTest(command=command):
                ran = server.allot(command, "--data", self.store, *operands)
                self.assertNotEqual(0, ran.returncode)
                self.assertIn(str(self.store), ran.stderr)
                self.assertFalse(self.store.exists())


if __name__ == "__main__":
    server.main()
