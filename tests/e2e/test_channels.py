"""Publish and subscribe, with a stock Redis client."""

import json
import time

import redis  # Debian's python3-redis
import server

WAIT_S = server.START_S


def next_message(listener):
    """The next message that is no confirmation; fails when none comes in time."""
    end = time.monotonic() + WAIT_S
    while (left := end - time.monotonic()) > 0:
        found = listener.get_message(timeout=left)
        if found and found["type"] in ("message", "pmessage"):
            return found["channel"].decode(), json.loads(found["data"])
    raise AssertionError("no message came")


class GivenAListener(server.ServedCase):
    def setUp(self):
        super().setUp()
        self.redis = redis.Redis(port=self.server.port)
        self.addCleanup(self.redis.close)
        self.listener = self.redis.pubsub()
        self.addCleanup(self.listener.close)

    def listen(self, *channels):
        self.listener.subscribe(*channels)
        while self.listener.get_message(timeout=WAIT_S)["data"] != len(channels):
            pass

    def publish(self, channel, **message):
        return self.redis.publish(channel, json.dumps(message))

    def test_when_a_batch_shrinks_then_the_message_names_the_later_batch(self):
        self.add(("batch-early", "LAMP", 10), ("batch-later", "LAMP", 10, "2011-01-02"))
        self.assertEqual("batch-early", self.one.call("ALLOCATE", "o1", "LAMP", 10))
        self.listen("line_allocated")
        self.publish("change_batch_quantity", batchref="batch-early", qty=5)
        channel, message = next_message(self.listener)
        cursor, lsn, micros = (message.pop(key) for key in ("cursor", "lsn", "time"))
        self.assertEqual(("line_allocated", {"order": "o1", "sku": "LAMP", "quantity": 10,
                                             "batch": "batch-later", "since": 3}), (channel, message))
        self.assertEqual((6, f"{self.one.info()['history']}:6"), (lsn, cursor))
        self.assertLess(abs(time.time() - micros / 1e6), 600)
        self.assertEqual([["LAMP", 10, "batch-later"]], self.one.call("ALLOCATIONS", "o1"))

    def test_when_commands_are_published_then_they_are_executed(self):
        self.listen("batch_added", "line_allocated", "out_of_stock")
        self.publish("add_batch", ref="b1", sku="LAMP", qty=5, eta=None)
        self.publish("allocate", orderid="o1", sku="LAMP", qty=5)
        with self.assertRaisesRegex(redis.ResponseError, "^OUTOFSTOCK Out of stock for sku LAMP"):
            self.publish("allocate", orderid="o2", sku="LAMP", qty=5)
        received = [next_message(self.listener)[0] for _ in range(3)]
        self.assertEqual(["batch_added", "line_allocated", "out_of_stock"], received)

    def test_when_a_short_line_is_refused_again_then_there_is_no_message(self):
        self.add(("b1", "LAMP", 5))
        self.listen("line_allocated", "out_of_stock")
        for _ in range(2):
            with self.assertRaisesRegex(redis.ResponseError, "^OUTOFSTOCK Out of stock for sku LAMP"):
                self.publish("allocate", orderid="o1", sku="LAMP", qty=6)
            self.assertFails(self.one.call("ALLOCATE", "o1", "LAMP", 1, "LAMP", 6), "OUTOFSTOCK", "LAMP")
        self.publish("allocate", orderid="o2", sku="LAMP", qty=5)
        received = [next_message(self.listener)[0] for _ in range(2)]
        self.assertEqual(["out_of_stock", "line_allocated"], received)

    def test_when_a_message_is_invalid_then_it_is_refused_and_the_next_is_delivered(self):
        self.listener.psubscribe("*")
        self.listener.get_message(timeout=WAIT_S)
        for channel, bad in (("allocate", "{"), ("allocate", '{"orderid":"o"}'),
                             ("add_batch", '{"ref":"b","sku":"LAMP","qty":"many"}'),
                             ("line_allocated", "{}")):
            with self.assertRaises(redis.ResponseError):
                self.redis.publish(channel, bad)
        with self.assertRaisesRegex(redis.ResponseError, "^SYNTAX no message for allocate, field colour.x0a: there is "
                                                         "no such field here, only orderid, sku and qty$"):
            self.publish("allocate", orderid="o", sku="LAMP", qty=1, **{"colour\n": "red"})
        with self.assertRaisesRegex(redis.ResponseError, "^BADQTY no message for allocate, field qty: invalid quantity '0'"):
            self.publish("allocate", orderid="o", sku="LAMP", qty=0)
        self.assertEqual(0, int(self.one.info()["last_lsn"]))
        self.add(("b", "LAMP", 1))
        self.assertEqual("batch_added", next_message(self.listener)[0])

    def test_when_a_message_is_bad_then_the_log_says_so_and_a_refusal_is_not_logged(self):
        self.add(("b", "LAMP", 1))
        for channel, bad in (("allocate", '{"orderid":"o","sku":"LAMP","qty":9}'), ("allocate", "ä\n{")):
            with self.assertRaises(redis.ResponseError):
                self.redis.publish(channel, bad)
        self.server.await_text("no command")
        said = [line for line in self.server.log if "no command" in line]
        self.assertEqual(1, len(said))
        self.assertRegex(said[0], r"level=warning .*channel allocate, by 127.0.0.1:\d+, SYNTAX .*xc3.*xa4.*x0a{")

    def test_when_subscribers_are_queried_then_a_stock_client_understands(self):
        self.listen("b", "a")
        self.listener.psubscribe("x*")
        self.listener.get_message(timeout=WAIT_S)
        self.assertEqual([b"a", b"b"], self.redis.pubsub_channels())
        self.assertEqual([b"b"], self.redis.pubsub_channels("[b-z]"))
        self.assertEqual([(b"a", 1), (b"c", 0)], self.redis.pubsub_numsub("a", "c"))
        self.assertEqual(1, self.redis.pubsub_numpat())

    def test_when_the_server_is_loaded_then_a_listener_misses_nothing(self):
        self.listen("line_allocated")
        self.add(("b", "LAMP", 1_000_000))
        orders = 5_000
        replies = self.one.pipeline(("ALLOCATE", f"o{i}", "LAMP", 1) for i in range(orders))
        self.assertEqual({"b"}, set(replies))
        received = [next_message(self.listener)[1]["order"] for _ in range(orders)]
        self.assertEqual([f"o{i}" for i in range(orders)], received)


if __name__ == "__main__":
    server.main()
