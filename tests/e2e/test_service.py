"""The service of the book as its users see it: HTTP alone, and messages with a stock Redis client."""

import json
import time
import urllib.request

import redis  # Debian's python3-redis
import server
from http_client import address

MESSAGE_S_MAX = 3


class GivenAShipmentBehindAnother(server.Case):
    def setUp(self):
        super().setUp()
        running = self.serve("--http", "127.0.0.1:0")
        self.web = "http://{}:{}".format(*address(running))
        self.redis = redis.Redis(port=running.port)
        self.addCleanup(self.redis.close)
        for ref, eta in (("early-batch", "2011-01-01"), ("later-batch", "2011-01-02")):
            self.assertEqual(201, self.post("/add_batch", ref=ref, sku="LAMP", qty=100, eta=eta))
        self.assertEqual(202, self.post("/allocate", orderid="o1", sku="LAMP", qty=10))

    def post(self, path, **fields):
        """The status of the answer; raises where it is an error."""
        asked = urllib.request.Request(self.web + path, json.dumps(fields).encode(),
                                       {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status

    def allocations(self, order):
        with urllib.request.urlopen(f"{self.web}/allocations/{order}", timeout=20) as answer:
            return json.load(answer)

    def test_when_the_early_batch_shrinks_then_a_message_names_the_later_batch(self):
        self.assertEqual([{"sku": "LAMP", "batchref": "early-batch"}], self.allocations("o1"))
        listener = self.redis.pubsub()
        self.addCleanup(listener.close)
        listener.subscribe("line_allocated")
        self.assertEqual("subscribe", listener.get_message(timeout=20)["type"])

        published = time.monotonic()
        self.redis.publish("change_batch_quantity",
                           json.dumps({"batchref": "early-batch", "qty": 5}))
        message = listener.get_message(timeout=MESSAGE_S_MAX)
        self.assertLess(time.monotonic() - published, MESSAGE_S_MAX)
        self.assertIsNotNone(message)
        self.assertEqual(b"line_allocated", message["channel"])
        received = json.loads(message["data"])
        self.assertEqual(("o1", "LAMP", 10, "later-batch"),
                         tuple(received[field] for field in ("order", "sku", "quantity", "batch")))
        self.assertEqual([{"sku": "LAMP", "batchref": "later-batch"}], self.allocations("o1"))


if __name__ == "__main__":
    server.main()
