"""The feed as server-sent events: a client that reconnects with the last id misses nothing and gets nothing
twice."""

import http.client
import json
import random
import socket
import time

import server
from event_source import EventSource
from http_client import address

HTTP = ("--http", "127.0.0.1:0")


class GivenAnEventSource(server.ServedCase):
    def serve(self, *options, **more):
        return super().serve(*HTTP, *options, **more)

    def source(self, path="/v1/feed", last=None, running=None):
        source = EventSource(address(running or self.server), path, last)
        self.addCleanup(source.close)
        return source

    def test_when_stock_is_allocated_then_the_feed_equals_the_dump(self):
        source = self.source("/v1/feed?from=$")
        self.add(("b1", "LÄMP", 10, "2031-01-02"))
        self.one.call("ALLOCATE", "o1", "LÄMP", 4)
        self.one.call("ALLOCATE", "o2", "LÄMP", 7)
        received = source.take(3)
        self.assertEqual([(1, "batch_added"), (2, "line_allocated"), (3, "out_of_stock")],
                         [event[:2] for event in received])
        self.assertEqual(1000, source.retry_ms)
        facts = [json.loads(data) for _, _, data in received]
        for fact in facts:
            self.assertLess(abs(time.time() - fact.pop("time") / 1e6), 600)
        self.assertEqual([1, 2, 3], [fact.pop("lsn") for fact in facts])
        self.assertEqual([{"batch": "b1", "sku": "LÄMP", "quantity": 10, "eta": "2031-01-02"},
                          {"order": "o1", "sku": "LÄMP", "quantity": 4, "batch": "b1"},
                          {"order": "o2", "sku": "LÄMP", "quantity": 7}], facts)
        self.assertEqual(received[1:2], self.source("/v1/feed?from=2").take(1))
        self.assertEqual(received[2:], self.source("/v1/feed?events=out_of_stock,batch_added", last=1).take(1))

    def test_when_the_client_was_lost_before_the_first_event_then_it_misses_nothing(self):
        self.add(("b1", "LAMP", 10))
        lost = self.source("/v1/feed?from=$")
        here = f"id: {self.one.info()['history']}:1\n".encode()
        self.assertEqual([b"retry: 1000\n", here, b"event: position\n", b"data:\n", b"\n"],
                         [lost.answer.readline() for _ in range(5)])
        lost.close()
        self.add(("b2", "LAMP", 10))
        self.assertEqual(2, self.source("/v1/feed?from=$", last=1).take(1)[0][0])

    def test_when_the_client_waits_then_the_server_shows_that_it_is_there(self):
        source = self.source()
        self.assertEqual("1", self.one.info()["event_streams"])
        with server.within(20, "a heartbeat"):
            while source.answer.readline() != b":\n":
                pass
        source.close()
        with server.within(server.START_S, "its end"):
            while self.one.info()["event_streams"] != "0":
                time.sleep(0.01)

    def test_when_the_client_does_not_read_then_no_client_waits_and_the_server_holds_little_for_it(self):
        self.add(("b", "LAMP", 1_000_000))
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            deaf.connect(address(self.server))
            deaf.sendall(b"GET /v1/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for part in range(10):
                replies = self.one.pipeline(("ALLOCATE", f"o{part}-{i}", "LAMP", 1) for i in range(2_000))
                self.assertEqual({"b"}, set(replies))
            held = int(self.one.info()["client_buffer_bytes"])
            self.assertLess(held, 1 << 20)
            # All the same it gets everything, should it read.
            deaf.settimeout(20)
            answer = http.client.HTTPResponse(deaf, method="GET")
            answer.begin()
            text = b""
            while b":20001\n" not in text[-400:]:
                text += answer.read1(65536)
            self.assertEqual(20_002, text.count(b"event: "))  # with the one that says where it begins

    def test_when_the_facts_are_trimmed_then_the_error_has_the_oldest_lsn(self):
        small = server.Server(self.scratch / "pruned", "--segment-size", "64KiB", *HTTP)
        self.addCleanup(small.end)
        with small.client() as client:
            for part in range(4):
                self.assertEqual({"OK"}, set(client.pipeline(
                    ("ADDBATCH", f"batch-{part}-{i}", "LAMP", 1) for i in range(2000))))
                taken = int(client.info()["snapshots_taken"])
                self.assertEqual("OK", client.call("SNAPSHOT"))
                while int(client.info()["snapshots_taken"]) == taken:
                    pass
            oldest = int(client.info()["oldest_lsn"])
        self.assertGreater(oldest, 1)
        refused = self.source(last=0, running=small)
        self.assertEqual(410, refused.status)
        error = json.loads(refused.text)["error"]
        self.assertEqual(("TRIMMED", "Last-Event-ID"), (error["code"], error["field"]))
        self.assertEqual(oldest, int(error["message"].split()[0]))
        self.assertEqual(oldest, self.source(running=small).take(1)[0][0])


class GivenAnEventSourceThatComesBack(server.Case):
    def test_when_server_and_client_end_at_any_time_then_nothing_is_missed_or_twice(self):
        rng = random.Random(7)
        seen, last = [], None
        for life in range(4):
            one = self.serve(*HTTP, directory=self.store)
            with one.client() as worker:
                worker.send(b"".join(b"ADDBATCH batch-%d-%d LAMP 1\r\n" % (life, i) for i in range(3000)))
                while len(seen) < 1500 * (life + 1):
                    # The address stays the same, as with an EventSource.
                    with EventSource(address(one), "/v1/feed?from=1", last) as source:
                        for event in source.take(rng.randrange(1, 700)):
                            seen.append(event)
                        last = source.last
                one.kill()
        self.assertDumped([(lsn, json.loads(data)["batch"]) for lsn, _, data in seen])

    def test_when_the_server_gets_a_signal_then_it_ends_at_once_and_ends_the_stream_properly(self):
        one = self.serve(*HTTP)
        with one.client() as worker, EventSource(address(one)) as source:
            worker.call("ADDBATCH", "b", "LAMP", 1)
            stream = source.events()
            self.assertEqual(1, next(stream)[0])
            with server.within(server.STOP_S, "the end"):
                self.assertEqual(0, one.stop())
            self.assertEqual([], list(stream))


if __name__ == "__main__":
    server.main()
