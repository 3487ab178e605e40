"""HTTP: real clients, the bytes on the wire, and invalid requests."""

import json
import signal
import threading
import time

import certificates
import server
from http_client import Http, Raw, address

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(path, body, more=b""):
    body = json.dumps(body).encode()
    return (b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more +
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


class HttpCase(server.Case):
    options = ()

    def setUp(self):
        super().setUp()
        self.server = self.serve("--http", "127.0.0.1:0", *self.options)
        self.where = address(self.server)

    def http(self, **more):
        client = Http(self.where, **more)
        self.addCleanup(client.close)
        return client

    def raw(self, timeout=20):
        client = Raw(self.where, timeout)
        self.addCleanup(client.close)
        return client

    def await_info(self, field, least):
        deadline = time.monotonic() + 30
        with self.server.client() as client:
            while int(client.info()[field]) < least:
                self.assertLess(time.monotonic(), deadline, field)
                time.sleep(0.05)


class GivenTheServiceOfTheBook(HttpCase):
    """The end-to-end tests of "Architecture Patterns with Python", with names made unlike."""

    def test_when_a_line_is_allocated_then_the_earliest_batch_has_it(self):
        one = self.http()
        for ref, sku, qty, eta in (("later", "SKU", 100, "2011-01-02"), ("early", "SKU", 100, "2011-01-01"),
                                   ("other", "OTHER", 100, None)):
            self.assertEqual((201, "OK"), one.ask("POST", "/add_batch", dict(ref=ref, sku=sku, qty=qty, eta=eta)))
        self.assertEqual((202, "OK"), one.ask("POST", "/allocate", dict(orderid="o", sku="SKU", qty=3)))
        self.assertEqual((200, [{"sku": "SKU", "batchref": "early"}]), one.ask("GET", "/allocations/o"))

    def test_when_a_line_cannot_be_allocated_then_a_400_says_why_and_nothing_is_allocated(self):
        one = self.http()
        self.assertEqual((400, {"message": "Invalid sku X"}),
                         one.ask("POST", "/allocate", dict(orderid="o", sku="X", qty=20)))
        one.ask("POST", "/add_batch", dict(ref="b", sku="SKU", qty=10, eta=None))
        self.assertEqual((400, {"message": "Out of stock for sku SKU"}),
                         one.ask("POST", "/allocate", dict(orderid="o", sku="SKU", qty=20)))
        self.assertEqual(404, one.ask("GET", "/allocations/o")[0])

    def test_when_the_line_protocol_looks_then_it_is_the_same_stock(self):
        one = self.http()
        one.ask("POST", "/add_batch", dict(ref="b", sku="SKU", qty=10, eta=None))
        with self.server.client() as client:
            self.assertEqual("b", client.call("ALLOCATE", "o", "SKU", 4))
            self.assertEqual("1", client.info()["http_clients"])
        self.assertEqual((200, {"sku": "SKU", "available": 6}), one.ask("GET", "/v1/skus/SKU/available"))


class GivenAConnection(HttpCase):
    def test_when_requests_are_pipelined_then_they_are_answered_in_order(self):
        raw = self.raw()
        lines = 300
        raw.send(post(b"/add_batch", dict(ref="b", sku="SKU", qty=lines)) +
                 b"".join(post(b"/allocate", dict(orderid=f"o{i}", sku="SKU", qty=1)) for i in range(lines)) +
                 GET)
        self.assertEqual(201, raw.answer()[0])
        self.assertEqual([202] * lines, [raw.answer()[0] for _ in range(lines)])
        self.assertEqual("ok\n", raw.answer()[2])

    def test_when_a_body_comes_in_chunks_a_byte_at_a_time_then_it_is_read(self):
        raw = self.raw()
        body = json.dumps(dict(ref="b", sku="SKU", qty=5, eta=None)).encode()
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        head = (b"POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        raw.send(head)
        self.assertEqual(100, raw.answer()[0])
        for byte in chunks:
            raw.send(bytes([byte]))
        self.assertEqual(201, raw.answer()[0])

    def test_when_the_request_is_head_then_only_the_header_comes(self):
        raw = self.raw()
        raw.send(GET.replace(b"GET", b"HEAD") + GET)
        status, lines, _ = raw.answer(is_head=True)
        self.assertEqual(200, status)
        self.assertIn("Content-Length: 3", lines)
        self.assertTrue(any(line.startswith("Date: ") and line.endswith(" GMT") for line in lines), lines)
        self.assertEqual("ok\n", raw.answer()[2])

    def test_when_the_connection_is_half_closed_then_sent_requests_are_answered(self):
        raw = self.raw()
        raw.send(post(b"/add_batch", dict(ref="b", sku="SKU", qty=5)) + GET[:-2])
        raw.socket.shutdown(1)
        self.assertEqual(201, raw.answer()[0])
        self.assertTrue(raw.is_closed())

    def test_when_many_clients_allocate_then_nothing_is_sold_twice(self):
        self.http().ask("PUT", "/v1/batches/b", {"sku": "SKU", "quantity": 100})
        statuses = []

        def shop(name):
            with Http(self.where) as client:
                for i in range(20):
                    statuses.append(client.ask("POST", "/allocate", dict(orderid=f"{name}-{i}", sku="SKU", qty=1))[0])

        shoppers = [threading.Thread(target=shop, args=(name,)) for name in range(8)]
        for each in shoppers:
            each.start()
        for each in shoppers:
            each.join(60)
        self.assertEqual([202] * 100 + [400] * 60, sorted(statuses))
        self.assertEqual(0, self.http().ask("GET", "/v1/skus/SKU/available")[1]["available"])


class GivenARestart(HttpCase):
    def test_when_the_server_was_killed_then_all_that_was_answered_is_there(self):
        one = self.http()
        one.ask("PUT", "/v1/batches/b", {"sku": "SKU", "quantity": 100})
        for i in range(20):
            self.assertEqual(202, one.ask("POST", "/allocate", dict(orderid=f"o{i}", sku="SKU", qty=1))[0])
        self.server.kill()
        again = self.serve("--http", "127.0.0.1:0")
        with Http(address(again)) as client:
            for i in range(20):
                self.assertEqual(200, client.ask("GET", f"/allocations/o{i}")[0])

    def test_when_the_server_gets_a_signal_then_sent_requests_are_answered_first(self):
        raw, idle = self.raw(), self.raw()
        idle.send(GET)
        self.assertEqual(200, idle.answer()[0])
        raw.send(post(b"/add_batch", dict(ref="b", sku="SKU", qty=50)) +
                 b"".join(post(b"/allocate", dict(orderid=f"o{i}", sku="SKU", qty=1)) for i in range(50)))
        self.assertEqual(201, raw.answer()[0])
        self.server.process.send_signal(signal.SIGTERM)
        answered = 0
        while answer := raw.answer():
            self.assertEqual(202, answer[0])
            answered += 1
        self.assertTrue(idle.is_closed())
        self.assertEqual(0, self.server.await_end())
        again = self.serve("--http", "127.0.0.1:0")
        with Http(address(again)) as client:
            left = client.ask("GET", "/v1/skus/SKU/available")[1]["available"]
        self.assertLessEqual(answered, 50 - left)


class GivenAClientThatDoesNotKeepToIt(HttpCase):
    options = ("--request-timeout", "1s", "--max-request", "64KiB")

    def refused(self, raw_bytes, status):
        """Refused with this status, closed, and the server goes on."""
        raw = self.raw()
        raw.send(raw_bytes)
        answer = raw.answer()
        self.assertIsNotNone(answer, raw_bytes[:80])
        self.assertEqual(status, answer[0], (raw_bytes[:80], answer))
        self.assertIn("Connection: close", answer[1])
        self.assertIn("message", answer[2])
        self.assertTrue(raw.is_closed())

    def test_when_the_framing_is_in_doubt_then_it_is_refused_and_closed(self):
        head = b"POST /allocate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self.refused(head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400)
        self.refused(head + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400)
        self.refused(b"GET /livez HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400)
        self.refused(b"PING\r\n\r\n", 400)
        self.refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400)
        self.refused(head + b"Transfer-Encoding: gzip\r\n\r\n", 501)
        self.refused(b"GET /livez HTTP/3.0\r\nHost: a\r\n\r\n", 505)

    def test_when_the_request_is_too_much_then_it_is_refused_and_closed(self):
        self.refused(b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431)
        self.refused(b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100_000, 431)
        self.refused(post(b"/allocate", {"orderid": "x" * 70_000}), 413)
        self.refused(post(b"/allocate", {}).replace(b"application/json", b"text/plain"), 415)
        self.refused(post(b"/allocate", {}, b"Expect: a miracle\r\n"), 417)

    def test_when_a_page_in_a_browser_was_led_here_then_it_is_refused(self):
        raw = self.raw()
        raw.send(GET.replace(b"localhost", b"a.example").replace(b"livez", b"v1/info"))
        self.assertEqual(421, raw.answer()[0])

    def test_when_the_header_trickles_then_it_is_dropped_at_the_deadline(self):
        raw = self.raw()
        with server.within(20, "a trickle"):
            try:
                for byte in GET[:-2] + b"X: " + b"y" * 2000:
                    raw.send(bytes([byte]))
                    time.sleep(0.02)
                self.fail("it was listened to")
            except ConnectionError:
                pass
        self.await_info("dropped_request_stalled", 1)

    def test_when_a_body_does_not_come_then_it_is_dropped_at_the_deadline(self):
        raw = self.raw()
        raw.send(post(b"/allocate", {})[:-2])
        self.assertIsNone(raw.answer())
        self.await_info("dropped_request_stalled", 1)
        self.assertEqual(200, self.http().ask("GET", "/livez")[0])

    def test_when_answers_are_not_read_then_no_more_is_executed(self):
        raw = self.raw(timeout=3)
        batches = b"".join(post(b"/add_batch", dict(ref=f"b{i}", sku="SKU", qty=1)) for i in range(200))
        raw.send(batches)
        for _ in range(200):
            self.assertEqual(201, raw.answer()[0])
        ask = b"GET /v1/skus/SKU/stock HTTP/1.1\r\nHost: localhost\r\n\r\n"
        before = self.server.resident_bytes()
        try:
            for _ in range(2000):
                raw.send(ask * 100)
        except (TimeoutError, ConnectionError):
            pass
        self.assertLess(self.server.resident_bytes() - before, 64 * 1024 * 1024)
        self.assertEqual(200, self.http().ask("GET", "/livez")[0])


class GivenAPassword(server.Case):
    def test_when_the_server_is_open_to_others_then_it_does_not_start_without_a_password(self):
        refused = server.allot("serve", "--data", self.store, "--http", "0.0.0.0:0")
        self.assertEqual(2, refused.returncode, refused.stderr)
        self.assertIn("http (", refused.stderr)
        self.assertIn("set a password", refused.stderr)

    def test_when_the_password_is_given_then_the_client_is_served(self):
        running = self.serve("--http", "127.0.0.1:0", env={"ALLOT_PASSWORD": "open sesame"})
        with Http(address(running)) as unauthenticated:
            self.assertEqual(200, unauthenticated.ask("GET", "/livez")[0])
            self.assertEqual(401, unauthenticated.ask("GET", "/v1/info")[0])
            began = time.monotonic()
            self.assertEqual(401, unauthenticated.ask("GET", "/v1/info", Authorization="Bearer mellon")[0])
            self.assertGreater(time.monotonic() - began, 0.4)
            self.assertEqual(200, unauthenticated.ask("GET", "/v1/info", Authorization="Bearer open sesame")[0])

    def test_when_there_are_certificates_then_it_speaks_tls(self):
        ca = certificates.Authority(self.scratch)
        certificate, key = ca.sign("server")
        running = self.serve("--http", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key)
        with Http(address(running), tls=ca.client()) as client:
            self.assertEqual((201, "OK"), client.ask("POST", "/add_batch", dict(ref="b", sku="SKU", qty=5, eta=None)))
            self.assertEqual(200, client.ask("GET", "/v1/skus/SKU/stock")[0])


if __name__ == "__main__":
    server.main()
