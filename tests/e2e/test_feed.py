"""The feed, with a stock Redis client."""

import contextlib
import threading
import time

import redis  # Debian's python3-redis
import server


def facts_of(client, lsn, *more):
    """The facts from `lsn` on, as (lsn, kind, fields)."""
    return carry_on(client, lsn, *more)[1]


def carry_on(client, *asked):
    """(cursor, facts) of what FEED replies."""
    cursor, facts = client.execute_command("FEED", *asked)
    return cursor.decode(), [
        (fact[0], fact[2].decode(), dict(zip(fact[3][::2], fact[3][1::2], strict=True))) for fact in facts]


class GivenAConsumer(server.ServedCase):
    def setUp(self):
        super().setUp()
        self.redis = redis.Redis(port=self.server.port, socket_timeout=20)
        self.addCleanup(self.redis.close)

    def test_when_a_line_is_allocated_then_the_consumer_reads_its_facts(self):
        self.add(("b1", "LAMP", 10, "2011-01-02"))
        self.one.call("ALLOCATE", "o1", "LAMP", 4)
        self.one.call("ALLOCATE", "o2", "LAMP", 7)
        self.assertEqual([
            (1, "batch_added",
             {b"batch": b"b1", b"sku": b"LAMP", b"quantity": 10, b"eta": b"2011-01-02"}),
            (2, "line_allocated",
             {b"order": b"o1", b"sku": b"LAMP", b"quantity": 4, b"batch": b"b1"}),
            (3, "out_of_stock", {b"order": b"o2", b"sku": b"LAMP", b"quantity": 7}),
        ], facts_of(self.redis, 1))
        self.assertEqual([], facts_of(self.redis, 4))
        with self.assertRaisesRegex(redis.ResponseError, "^AHEAD 3 "):
            facts_of(self.redis, 5)

    def test_when_the_consumer_carries_on_after_a_cursor_then_there_is_no_gap(self):
        begin, facts = carry_on(self.redis, "$")
        self.assertEqual([], facts)
        self.add(("b1", "LAMP", 10), ("b2", "LAMP", 10), ("b3", "LAMP", 10))
        first, facts = carry_on(self.redis, "AFTER", begin, "COUNT", 2)
        self.assertEqual([1, 2], [fact[0] for fact in facts])
        second, facts = carry_on(self.redis, "AFTER", first)
        self.assertEqual([3], [fact[0] for fact in facts])
        self.assertEqual((second, []), carry_on(self.redis, "AFTER", second, "BLOCK", 30))
        history = self.one.info()["history"]
        self.assertEqual([f"{history}:{lsn}" for lsn in (0, 2, 3)], [begin, first, second])
        hello = self.redis.execute_command("HELLO", 2)
        self.assertEqual(history, dict(zip(hello[::2], hello[1::2], strict=True))[b"history"].decode())

    def test_when_the_consumer_waits_then_it_gets_the_fact_while_others_work(self):
        found = []
        waits = threading.Thread(
            target=lambda: found.extend(facts_of(self.redis, "$", "BLOCK", 0)))
        waits.start()
        while int(self.one.info()["blocked_clients"]) == 0:
            pass
        self.add(("b1", "LAMP", 10))
        waits.join(server.START_S)
        self.assertEqual([(1, "batch_added")], [fact[:2] for fact in found])
        self.assertEqual([], facts_of(self.redis, 2, "BLOCK", 30))

    def test_when_the_consumer_is_too_late_then_it_learns_where_the_history_begins(self):
        small = server.Server(self.scratch / "pruned", "--segment-size", "64KiB")
        self.addCleanup(small.end)
        kept = server.Server(self.scratch / "kept", "--segment-size", "64KiB",
                             "--keep-journal-size", "1GiB")
        self.addCleanup(kept.end)
        for one in (small, kept):
            with one.client() as client:
                for part in range(4):
                    self.fill(client, part)
        with kept.client() as client:
            self.assertEqual(1, client.call("FEED", 1, "COUNT", 1)[1][0][0])
        with small.client() as client:
            refused = client.call("FEED", 1)
            self.assertFails(refused, "TRIMMED")
            oldest = int(refused.text.split()[0])
            self.assertEqual(int(client.info()["oldest_lsn"]), oldest)
            self.assertEqual(oldest, client.call("FEED", oldest, "COUNT", 1)[1][0][0])

    def fill(self, client, part):
        """Some segments, and a snapshot."""
        replies = client.pipeline(("ADDBATCH", f"batch-{part}-{i}", "LAMP", 1) for i in range(2000))
        self.assertEqual({"OK"}, set(replies))
        taken = int(client.info()["snapshots_taken"])
        self.assertEqual("OK", client.call("SNAPSHOT"))
        while int(client.info()["snapshots_taken"]) == taken:
            pass

    def test_when_an_age_is_kept_then_younger_facts_stay_and_older_ones_are_pruned(self):
        for age_s in (6, 18, 54):  # on a busy machine the shorter one is over before all is filled
            if self.ages_are_kept(age_s):
                return
        self.fail("too slow for every age")

    def ages_are_kept(self, age_s):
        """False when it took so long that nothing can be judged."""
        aged = server.Server(self.scratch / f"aged-{age_s}", "--segment-size", "64KiB",
                             "--keep-journal-age", f"{age_s}s")
        self.addCleanup(aged.end)
        with aged.client() as client:
            began = time.monotonic()
            for part in range(4):
                self.fill(client, part)
            first = time.monotonic()
            kept = [client.call("FEED", 1, "COUNT", 1)]
            time.sleep(age_s / 2)
            half = time.monotonic()
            self.fill(client, 4)
            kept.append(client.call("FEED", 1, "COUNT", 1))
            if time.monotonic() - began > age_s:
                return False
            self.assertEqual([1, 1], [facts[0][0] for _, facts in kept])
            time.sleep(max(0, first + age_s + 0.1 - time.monotonic()))
            self.fill(client, 5)
            refused = client.call("FEED", 1)
            self.assertFails(refused, "TRIMMED")
            # What came half an age ago is there, although two snapshots would let it go.
            self.fill(client, 6)
            oldest = int(client.call("FEED", 1).text.split()[0])
            if time.monotonic() - half > age_s:
                return False
            self.assertLessEqual(oldest, 4 * 2000 + 1)
            self.assertEqual(oldest, client.call("FEED", oldest, "COUNT", 1)[1][0][0])
        return True


class Replica:
    """The state that a consumer builds from the facts: after DIVERGED it undoes the lost ones."""

    def __init__(self):
        self.cursor, self.facts = "0", {}

    def follow(self, client):
        """Until nothing is left to read. Returns the LSNs where it had to go back to."""
        parted = []
        while True:
            reply = client.call("FEED", "AFTER", self.cursor, "COUNT", 2)
            if getattr(reply, "code", "") == "DIVERGED":
                self.cursor = reply.text.rpartition(" carry on after ")[2]
                parted.append(int(self.cursor.rpartition(":")[2]))
                self.facts = {lsn: fact for lsn, fact in self.facts.items() if lsn <= parted[-1]}
                continue
            self.cursor, facts = reply
            if not facts:
                return parted
            self.facts |= {fact[0]: fact[1:] for fact in facts}


class GivenAStoreThatIsRestored(server.Case):
    @contextlib.contextmanager
    def living(self):
        """A run of the server, and a client of it."""
        one = self.serve(directory=self.store)
        with one.client() as client:
            yield client
        self.assertEqual(0, one.stop())

    def replica_is_right(self, replica, client):
        _, facts = client.call("FEED", 1)
        self.assertEqual({fact[0]: fact[1:] for fact in facts}, replica.facts)

    def test_when_a_reader_had_seen_lost_facts_then_its_cursor_stays_refused(self):
        late, soon = Replica(), Replica()
        with self.living() as client:
            client.call("ADDBATCH", "b1", "LAMP", 10)
            client.call("ALLOCATE", "o1", "LAMP", 1)
        self.assertEqual(0, server.allot("backup", self.store, self.scratch / "backup").returncode)
        with self.living() as client:
            before = client.info()["history"]
            client.call("ALLOCATE", "o2", "LAMP", 1)
            for replica in (late, soon):
                self.assertEqual([], replica.follow(client))
        seen = late.cursor
        ran = server.allot("restore", self.scratch / "backup", self.store, "--replace")
        self.assertEqual(0, ran.returncode, ran.stderr)
        for life in range(3):
            with self.living() as client:
                if life == 0:
                    self.assertNotEqual(before, client.info()["history"])  # before anything is written
                self.assertEqual([2] if life == 0 else [], soon.follow(client))
                refused = client.call("FEED", "AFTER", seen)
                self.assertEqual("DIVERGED", refused.code)
                self.assertRegex(refused.text, rf"^history {seen[:16]} agrees with this store up to LSN 2; "
                                               r"carry on after [0-9a-f]{16}:2$")
                for order in range(2):
                    client.call("ALLOCATE", f"other-{life}-{order}", "LAMP", 1)
                self.assertEqual([], soon.follow(client))
                self.replica_is_right(soon, client)
        with self.living() as client:
            self.assertEqual([2], late.follow(client))
            self.replica_is_right(late, client)


class GivenAConsumerThatKeepsAnLsn(server.Case):
    def test_when_server_and_consumer_end_at_any_time_then_nothing_is_missed_or_twice(self):
        seen = []
        for life in range(4):
            one = self.serve(directory=self.store)
            with one.client() as worker:
                worker.send(b"".join(
                    server_command(life, i) for i in range(3000)))
                while len(seen) < 1500 * (life + 1):
                    with redis.Redis(port=one.port) as consumer:  # a new one each time
                        for lsn, kind, fields in facts_of(consumer, len(seen) + 1, "COUNT", 700,
                                                          "BLOCK", 5000):
                            seen.append((lsn, kind, fields[b"batch"].decode()))
                one.kill()
        self.assertDumped([(lsn, batch) for lsn, _, batch in seen])


def server_command(life, number):
    return b"ADDBATCH batch-%d-%d LAMP 1\r\n" % (life, number)


if __name__ == "__main__":
    server.main()
