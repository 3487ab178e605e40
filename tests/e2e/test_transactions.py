"""MULTI and EXEC in the real program: one unit in the feed, and after a kill."""

import contextlib
import threading

import server


class GivenTransactionsUnderWay(server.ServedCase):
    SIZE = 7  # lines of each

    def setUp(self):
        super().setUp()
        self.add(("batch-1", "TABLE", 1_000_000))

    def transact(self, client, name):
        """Sent in one go, as a client library does."""
        commands = [("ALLOCATE", f"{name}-{i}", "TABLE", 1) for i in range(self.SIZE)]
        return client.pipeline([("MULTI",), *commands, ("EXEC",)])[-1]

    def test_when_a_consumer_reads_the_feed_then_no_reply_ends_within_a_transaction(self):
        ended = threading.Event()

        def work(number):
            with self.server.client() as client:
                for i in range(100):
                    self.transact(client, f"{number}-{i}")

        workers = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for worker in workers:
            worker.start()
        watcher = threading.Thread(target=lambda: ([each.join() for each in workers], ended.set()))
        watcher.start()
        next_lsn, seen = 2, 0
        with self.server.client() as client:
            while seen < 3 * 100 * self.SIZE:
                _, facts = client.call("FEED", next_lsn, "COUNT", 70 * self.SIZE, "BLOCK", 1000)
                seen += len(facts)
                next_lsn += len(facts)
                self.assertEqual(0, len(facts) % self.SIZE)
                self.assertTrue(facts or not ended.is_set())
        watcher.join()
        self.assertEqual(str(seen), self.one.info()["lines"])

    def test_when_the_server_is_killed_then_each_transaction_is_there_whole_or_not_at_all(self):
        answered = []

        def work():
            with contextlib.suppress(EOFError, OSError), self.server.client() as client:
                for i in range(1_000_000):
                    self.assertEqual(["batch-1"] * self.SIZE, self.transact(client, f"k-{i}"))
                    answered.append(i)

        worker = threading.Thread(target=work)
        worker.start()
        while len(answered) < 20:
            self.assertTrue(worker.is_alive())
        self.server.kill()
        worker.join()
        again = self.serve()
        with again.client() as client:
            held = [sum(client.call("ALLOCATIONS", f"k-{i}-{line}") != [] for line in range(self.SIZE))
                    for i in range(len(answered) + 2)]
        self.assertEqual([self.SIZE] * len(answered), held[: len(answered)])
        self.assertIn(held[len(answered)], (0, self.SIZE))
        self.assertEqual(0, held[-1])

    def test_when_others_query_meanwhile_then_they_see_all_of_a_transaction_or_nothing(self):
        done = threading.Event()
        seen = []

        def look():
            with self.server.client() as client:
                while not done.is_set():
                    seen.append(client.call("AVAILABLE", "TABLE"))

        looker = threading.Thread(target=look)
        looker.start()
        with self.server.client() as client:
            for i in range(200):
                self.transact(client, f"s-{i}")
        done.set()
        looker.join()
        self.assertEqual(set(), {left % self.SIZE for left in seen} - {1_000_000 % self.SIZE})

    def test_when_a_client_is_gone_in_the_middle_then_nothing_was_executed(self):
        with self.server.client() as client:
            client.pipeline([("MULTI",), ("ALLOCATE", "gone", "TABLE", 1)])
        self.assertEqual([], self.one.call("ALLOCATIONS", "gone"))


if __name__ == "__main__":
    server.main()
