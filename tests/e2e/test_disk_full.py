"""A disk that is full and then has space again, and copies onto a full disk."""

import os
import time

import server
from http_client import Http, address

MIB = 1024 * 1024


class GivenASmallDisk(server.Case):
    """Needs root, for a small disk to be mounted."""

    def setUp(self):
        super().setUp()
        self.disk = self.mount_disk(24 * MIB)
        self.store = self.disk / "store"
        self.other = self.disk / "other"

    def leave(self, left):
        """Fills the disk but for so many bytes."""
        status = os.statvfs(self.disk)
        with open(self.other, "ab", buffering=0) as file:
            file.write(bytes(status.f_bavail * status.f_frsize - left))

    def free_bytes(self):
        status = os.statvfs(self.disk)
        return status.f_bavail * status.f_frsize

    def fill(self, client):
        """Allocates until that is refused. Returns the orders that were acknowledged."""
        acknowledged = []
        for part in range(1000):
            orders = [f"order-{part}-{i}" for i in range(200)]
            replies = client.pipeline(("ALLOCATE", order, "SKU", 1) for order in orders)
            acknowledged += [order for order, reply in zip(orders, replies) if reply == "b"]
            if (refused := [reply for reply in replies if reply != "b"]):
                self.assertFails(refused[0], "READONLY", "the disk is full; nothing has changed")
                return acknowledged
        self.fail("the disk is never full")

    def await_info(self, client, field, value):
        deadline = time.monotonic() + 60
        while (found := client.info()[field]) != value:
            self.assertLess(time.monotonic(), deadline, f"{field}:{found}")
            time.sleep(0.05)

    def assertReads(self, running, client, acknowledged):
        """All of it is read, and each query is answered."""
        self.assertEqual([[b"SKU", 1, b"b"]], [[each if isinstance(each, (bytes, int)) else each.encode()
                                               for each in row] for row in client.call("ALLOCATIONS", acknowledged[-1])])
        self.assertEqual(1_000_000 - len(acknowledged), client.call("AVAILABLE", "SKU"))
        self.assertEqual(1, len(client.call("STOCK", "SKU")))
        self.assertEqual(2, len(client.call("EXPLAIN", "new", "SKU", 1)))
        self.assertEqual(1, client.call("FEED", 1, "COUNT", 1)[1][0][0])
        self.assertEqual([], client.call("SHORTAGES"))
        with Http(address(running)) as http:
            self.assertEqual(200, http.ask("GET", "/v1/skus/SKU/stock")[0])
            self.assertEqual(200, http.ask("GET", f"/v1/orders/{acknowledged[0]}/allocations")[0])
            status, said = http.ask("POST", "/v1/orders/new/allocations", {"lines": [{"sku": "SKU", "quantity": 1}]})
            self.assertEqual((503, "READONLY"), (status, said["error"]["code"]))

    def unfinished(self):
        return [path.name for path in self.store.iterdir() if path.name.endswith(".tmp")]

    def serve_full(self):
        running = self.serve("--http", "127.0.0.1:0")
        client = self.client(running)
        self.assertEqual("OK", client.call("ADDBATCH", "b", "SKU", 1_000_000))
        self.leave(2 * MIB + MIB // 2)
        return running, client, self.fill(client)

    def test_when_the_disk_is_full_then_reads_are_served_and_when_it_has_space_then_changes_are(self):
        running, client, acknowledged = self.serve_full()
        self.assertGreater(len(acknowledged), 10_000)
        self.assertReads(running, client, acknowledged)
        info = client.info()
        self.assertEqual(("1", "0"), (info["disk_full"], info["storage_failed"]))
        self.assertLess(int(info["disk_free_bytes"]), MIB)  # what is less than a segment
        self.assertEqual([], self.unfinished())
        running.await_text("level=warning msg=\"the store cannot create the next journal segment")
        running.await_text("level=warning msg=\"the disk of the store is nearly full")

        os.unlink(self.other)
        self.await_info(client, "disk_full", "0")
        self.assertEqual("b", client.call("ALLOCATE", "late", "SKU", 1))
        acknowledged += ["late", *(f"later-{i}" for i in range(20_000))]
        self.assertEqual({"b"}, set(client.pipeline(("ALLOCATE", order, "SKU", 1) for order in acknowledged[-20_000:])))
        running.await_text("the disk has space for the next journal segment again")
        self.assertEqual(0, running.stop(), running.text)
        self.assertGood(self.store)
        self.assertEqual(1_000_000 - len(acknowledged), self.client(self.serve()).call("AVAILABLE", "SKU"))

    def test_when_the_server_gets_a_signal_on_a_full_disk_then_it_ends_cleanly_and_starts_again(self):
        running, _, acknowledged = self.serve_full()
        self.assertEqual(0, running.stop(), running.text)
        self.assertRegex(running.text, "msg=stopped")
        self.assertEqual([], self.unfinished())
        self.assertGood(self.store)
        again = self.serve("--http", "127.0.0.1:0")
        self.assertNotIn("torn", again.text)
        with again.client() as client:
            self.assertReads(again, client, acknowledged)
        self.assertEqual(0, again.stop(), again.text)

    def test_when_a_snapshot_has_no_space_then_it_is_counted_and_leaves_nothing(self):
        running, client, acknowledged = self.serve_full()
        self.leave(0)
        client.call("SNAPSHOT")
        self.await_info(client, "snapshots_failed", "1")
        self.assertEqual([], self.unfinished())
        self.assertReads(running, client, acknowledged)
        os.unlink(self.other)
        client.call("SNAPSHOT")
        self.await_info(client, "snapshots_taken", "1")

    def test_when_a_store_is_copied_to_a_full_disk_then_nothing_is_left_of_the_copy(self):
        store = self.scratch / "store"
        filling = self.serve(directory=store)
        with filling.client() as client:
            client.call("ADDBATCH", "b", "SKU", 1_000_000)
            client.pipeline(("ALLOCATE", f"order-{i}", "SKU", 1) for i in range(20_000))
        self.assertEqual(0, filling.stop())
        self.leave(MIB // 4)
        backup, export = self.disk / "backup", self.disk / "export"
        export.mkdir()
        for command, where in ((("backup", store, backup), backup), (("export", "--data", store, export), export)):
            free = self.free_bytes()
            with self.subTest(command=command[0]):
                ran = server.allot(*command)
                self.assertEqual(1, ran.returncode, ran.stdout + ran.stderr)
                self.assertIn("No space left on device", ran.stderr)
                self.assertLess(free - self.free_bytes(), 64 * 1024, list(where.iterdir()))
                left = {path.name for path in where.iterdir()} - {"LOCK", "batches.csv"}  # that one is whole
                self.assertEqual(set(), left)


if __name__ == "__main__":
    server.main()
