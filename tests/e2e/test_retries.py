"""Requests with an Idempotency-Key that are repeated after a kill of the server, which has lost the key:
compared with net/http/HTTP.md. Stock never counts twice."""

import json
import re

import server
from http_client import Http, address

DOCUMENT = (server.HERE.parents[1] / "net" / "http" / "HTTP.md").read_text()
DESCRIPTION = json.loads((server.HERE.parents[1] / "net" / "http" / "openapi.json").read_text())
LINES = {"lines": [{"sku": "LAMP", "quantity": 4}, {"sku": "LAMP", "quantity": 3}]}


def documented():
    """What the table of retries says, by route: the first status and body, and those of the retry."""
    section = DOCUMENT.partition("## Retries")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+ /\S*)` [^|]*\| (\d+)([^|]*)\| (\d+)([^|]*)\|$", section, re.MULTILINE)
    return {route: ((int(first), what.strip()), (int(again), more.strip()))
            for route, first, what, again, more in rows}


class GivenAServerThatIsKilledAfterItsAnswer(server.Case):
    def setUp(self):
        super().setUp()
        self.start()
        for ref, more in (("early", {}), ("late", {"eta": "2030-01-02"})):
            self.ask("PUT", f"/v1/batches/{ref}", {"sku": "LAMP", "quantity": 10, **more})

    def start(self):
        self.server = self.serve("--http", "127.0.0.1:0")
        self.http = Http(address(self.server))
        self.addCleanup(self.http.close)

    def restart(self):
        self.server.kill()
        self.start()

    def ask(self, method, path, body=None, key=None):
        return self.http.ask(method, path, body, **({"Idempotency_Key": key} if key else {}))

    def state(self):
        """All that there is to see, and the last LSN."""
        seen = [self.ask("GET", path)[1] for path in ("/v1/skus/LAMP/stock", "/v1/orders/o/allocations",
                                                      "/v1/shortages")]
        return seen, self.ask("GET", "/v1/info")[1]["persistence"]["last_lsn"]

    def stock_but_version(self):
        """As if what was done and undone had not been."""
        stock, *others = self.state()[0]
        return {key: value for key, value in stock.items() if key != "version"}, others

    def retried(self, method, path, body=None, meanwhile=None):
        """The first answer and the one after the restart, and what there was before and after that."""
        key = f"{method}-{path}"
        first = self.ask(method, path, body, key)
        self.assertEqual(first, self.ask(method, path, body, key), "not remembered even before")
        if meanwhile:
            meanwhile()
        before = self.state()
        self.restart()
        self.assertEqual(before, self.state(), "not durable")
        second = self.ask(method, path, body, key)
        return first, second, before, self.state()

    def assertDocumented(self, route, first, second):
        """A status, and the body where the document states it."""
        for (status, what), (answered, said) in zip(documented()[route], (first, second), strict=True):
            self.assertEqual(status, answered, f"{route}: {said}")
            if body := re.search(r"`(\{.*\})`", what):
                self.assertEqual(json.loads(body[1]), said, route)
            if "the same body" in what:
                self.assertEqual(first[1], said, route)

    def hold(self, route, body=None, batch="early"):
        """A retry is answered as the document says, and changes nothing at all."""
        method, path = route.split()
        first, second, before, after = self.retried(method, path.format(order="o", batch=batch), body)
        self.assertDocumented(route, first, second)
        self.assertEqual(before, after, route)

    def test_when_an_order_is_sent_again_then_nothing_changes(self):
        self.hold("POST /v1/orders/{order}/allocations", LINES)
        self.hold("POST /allocate", {"orderid": "o", "sku": "LAMP", "qty": 2})

    def test_when_a_transaction_is_sent_again_then_nothing_changes(self):
        self.hold("POST /v1/transactions", {"operations": [{"allocate": {"order": "o", **LINES}}]})

    def test_when_a_release_is_sent_again_then_nothing_changes(self):
        self.ask("POST", "/v1/orders/o/allocations", LINES)
        self.hold("DELETE /v1/orders/{order}/allocations")

    def test_when_a_batch_is_sent_again_then_nothing_changes(self):
        self.hold("PUT /v1/batches/{batch}", {"sku": "LAMP", "quantity": 5, "eta": "2031-01-02"}, batch="new")
        self.hold("POST /add_batch", {"ref": "plain", "sku": "LAMP", "qty": 5, "eta": None})

    def test_when_a_change_of_a_batch_is_sent_again_then_nothing_changes(self):
        self.ask("POST", "/v1/orders/o/allocations", LINES)
        self.hold("PUT /v1/batches/{batch}/quantity", {"quantity": 1})
        self.hold("PUT /v1/batches/{batch}/eta", {"eta": "2032-01-02"})
        self.hold("POST /v1/batches/{batch}/receive")

    def test_when_the_table_is_read_then_it_has_each_route_that_takes_a_key(self):
        takes_key = {f"{method.upper()} {path}" for path, methods in DESCRIPTION["paths"].items()
                     for method, operation in methods.items()
                     if {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", ())}
        self.assertEqual(takes_key, set(documented()))

    def test_when_stock_was_out_then_a_retry_is_refused_and_nothing_changes(self):
        much = {"lines": [{"sku": "LAMP", "quantity": 11}]}
        first, second, before, after = self.retried("POST", "/v1/orders/o/allocations", much)
        self.assertEqual(409, first[0])
        self.assertEqual(first, second)
        self.assertEqual(before, after)

    def test_when_stock_has_come_meanwhile_then_a_retry_takes_it_once(self):
        much = {"lines": [{"sku": "LAMP", "quantity": 11}]}
        first, second, _, _ = self.retried(
            "POST", "/v1/orders/o/allocations", much,
            meanwhile=lambda: self.ask("PUT", "/v1/batches/big", {"sku": "LAMP", "quantity": 20}))
        self.assertEqual((409, 201), (first[0], second[0]))
        self.assertEqual("big", second[1]["lines"][0]["batch"])
        self.assertEqual(29, self.ask("GET", "/v1/skus/LAMP/available")[1]["available"])

    def test_when_the_sku_is_known_by_now_then_a_retry_takes_it_once(self):
        first, second, _, _ = self.retried(
            "POST", "/v1/orders/o/allocations", {"lines": [{"sku": "DESK", "quantity": 1}]},
            meanwhile=lambda: self.ask("PUT", "/v1/batches/desks", {"sku": "DESK", "quantity": 5}))
        self.assertEqual((404, 201), (first[0], second[0]))
        self.assertEqual(4, self.ask("GET", "/v1/skus/DESK/available")[1]["available"])

    def test_when_the_line_has_moved_meanwhile_then_a_retry_returns_its_present_batch(self):
        one = {"lines": [{"sku": "LAMP", "quantity": 4}]}
        first, second, before, after = self.retried(
            "POST", "/v1/orders/o/allocations", one,
            meanwhile=lambda: self.ask("PUT", "/v1/batches/early/quantity", {"quantity": 0}))
        self.assertEqual((201, 200), (first[0], second[0]))
        self.assertEqual(["early", "late"], [said["lines"][0]["batch"] for _, said in (first, second)])
        self.assertEqual(before, after)

    def test_when_the_batch_has_changed_meanwhile_then_a_retry_is_refused(self):
        new = {"sku": "LAMP", "quantity": 5}
        first, second, before, after = self.retried(
            "PUT", "/v1/batches/new", new,
            meanwhile=lambda: self.ask("PUT", "/v1/batches/new/quantity", {"quantity": 6}))
        self.assertEqual((201, 409), (first[0], second[0]))
        self.assertEqual("BATCHEXISTS", second[1]["error"]["code"])
        self.assertEqual(before, after)

    def test_when_others_have_changed_the_same_meanwhile_then_a_retry_overrides_them(self):
        for path, body, undo in (
                ("/v1/batches/early/quantity", {"quantity": 7}, {"quantity": 9}),
                ("/v1/batches/early/eta", {"eta": "2033-01-02"}, {"eta": None})):
            wanted = self.ask("PUT", path, body)[0]
            self.assertEqual(200, wanted)
            once = self.stock_but_version()
            self.retried("PUT", path, body, meanwhile=lambda at=path, to=undo: self.ask("PUT", at, to))
            self.assertEqual(once, self.stock_but_version(), path)
        one = {"lines": [{"sku": "LAMP", "quantity": 4}]}
        _, second, _, _ = self.retried("POST", "/v1/orders/o/allocations", one,
                                       meanwhile=lambda: self.ask("DELETE", "/v1/orders/o/allocations"))
        self.assertEqual(201, second[0])
        _, second, _, _ = self.retried("DELETE", "/v1/orders/o/allocations",
                                       meanwhile=lambda: self.ask("POST", "/v1/orders/o/allocations", one))
        self.assertEqual((200, {"released": 1}), second)

    def test_when_the_server_is_restarted_then_another_request_may_use_the_key(self):
        self.ask("PUT", "/v1/batches/a", {"sku": "LAMP", "quantity": 1}, "k")
        other = ("PUT", "/v1/batches/b", {"sku": "LAMP", "quantity": 1}, "k")
        self.assertEqual(422, self.ask(*other)[0])
        self.restart()
        self.assertEqual(201, self.ask(*other)[0])


if __name__ == "__main__":
    server.main()
