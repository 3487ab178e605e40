"""The description at /v1/openapi.json, compared with the running server: each path, method and status in it
occurs, answers have the described form, and required fields are required."""

import contextlib
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time
import unittest

import server
import store_files
from event_source import EventSource
from http_client import Http, Raw, address

DOCUMENT = server.HERE.parent.parent / "net" / "http" / "openapi.json"
PASSWORD = "open sesame"
KNOWN = {"Authorization": f"Bearer {PASSWORD}"}
TYPES = {"object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
         "null": (type(None),)}


class Description:
    def __init__(self, said):
        self.said = said
        self.seen = set()  # (method, path, status)

    def operations(self):
        for path, methods in self.said["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def find(self, schema):
        while "$ref" in schema:
            found = self.said
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def faults(self, schema, value, at="it"):
        """What is not as the schema says. Every keyword that the description uses is known here."""
        schema = self.find(schema)
        unknown = set(schema) - {
            "type", "description", "examples", "required", "properties", "additionalProperties", "items", "enum",
            "const", "oneOf", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
        assert not unknown, unknown
        if "oneOf" in schema:
            fits = [each for each in schema["oneOf"] if not self.faults(each, value, at)]
            return [] if len(fits) == 1 else [f"{at} fits {len(fits)} of {schema['oneOf']}"]
        if "type" in schema and type(value) not in TYPES[schema["type"]]:
            return [f"{at} is {value!r}, no {schema['type']}"]
        if "enum" in schema and value not in schema["enum"] or "const" in schema and value != schema["const"]:
            return [f"{at} is {value!r}"]
        if isinstance(value, dict):
            return self._faults_of_object(schema, value, at)
        if isinstance(value, list):
            return [fault for i, each in enumerate(value)
                    for fault in self.faults(schema["items"], each, f"{at}[{i}]")]
        return []

    def _faults_of_object(self, schema, value, at):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        faults = [f"{at} has no {name}" for name in schema.get("required", ()) if name not in value]
        for name, each in value.items():
            if name in properties:
                faults += self.faults(properties[name], each, f"{at}.{name}")
            elif more is False:
                faults.append(f"{at} has {name}")
            elif isinstance(more, dict):
                faults += self.faults(more, each, f"{at}.{name}")
        return faults


class GivenTheFile(unittest.TestCase):
    """As a linter of the field sees it, by all of its recommended rules."""

    def lint(self, path):
        return subprocess.run(
            [server.tool("node"), server.HERE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js", "lint",
             "--extends=recommended-strict", "--format=stylish", path],
            env=os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}, cwd=server.HERE,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)

    def test_when_the_file_is_linted_then_there_is_nothing_to_say(self):
        linted = self.lint(DOCUMENT)
        self.assertEqual(0, linted.returncode, linted.stdout)
        self.assertIn("Your API description is valid", linted.stdout)

    def test_when_a_rule_is_broken_then_the_linter_says_so(self):
        said = json.loads(DOCUMENT.read_text())
        del said["servers"]
        with tempfile.TemporaryDirectory() as scratch:
            broken = pathlib.Path(scratch, "openapi.json")
            broken.write_text(json.dumps(said))
            linted = self.lint(broken)
        self.assertNotEqual(0, linted.returncode)
        self.assertIn("no-empty-servers", linted.stdout)


class GivenTheDescription(server.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--http", "127.0.0.1:0", "--max-request", "64KiB", "--slow-log", "0",
                                 env={"ALLOT_PASSWORD": PASSWORD})
        self.where = address(self.server)
        self.http = Http(self.where, KNOWN)
        self.addCleanup(self.http.close)
        status, said = self.http.ask("GET", "/v1/openapi.json")
        self.assertEqual(200, status)
        self.api = Description(said)

    def ask(self, method, path, body=None, arguments=None, query="", client=None, **headers):
        """Asks, and judges the answer by what the description says of its status."""
        answered = (client or self.http).ask(
            method, re.sub(r"{(\w+)}", lambda found: (arguments or {}).get(found[1], "a-" + found[1]), path) + query,
            body, **headers)
        self.judge(method, path, *answered)
        return answered

    def judge(self, method, path, status, said):
        responses = self.api.said["paths"][path][method.lower()]["responses"]
        self.assertIn(str(status), responses, f"{method} {path}: {said}")
        (form,) = responses[str(status)]["content"].values()
        self.assertEqual([], self.api.faults(form["schema"], said), f"{method} {path} {status}")
        self.api.seen.add((method, path, str(status)))

    def ask_closing(self, method, path, body=None, **more):
        """Of what ends the connection."""
        with Http(self.where, more.pop("known", KNOWN)) as client:
            return self.ask(method, path, body, client=client, **more)

    def example(self, operation):
        return operation["requestBody"]["content"]["application/json"]["example"]

    def test_when_every_request_is_sent_then_all_statuses_occur_in_the_described_form(self):
        self.meet_what_is_good()
        self.meet_what_is_not_there()
        for method, path, operation in self.api.operations():
            self.meet_what_all_have(method, path, operation)
            if "requestBody" in operation:
                self.meet_bad_bodies(method, path, operation)
        self.meet_storage_that_fails()
        described = {(method, path, status) for method, path, operation in self.api.operations()
                     for status in operation["responses"]}
        # Met by the sans-io tests, which can make it so: without a password, and with a small limit of answers.
        described = {each for each in described if each[2] not in ("403", "421", "500")}
        described -= {("POST", "/v1/snapshots", "409"), ("POST", "/v1/snapshots", "501"),
                      ("POST", "/v1/snapshots", "503"), ("POST", "/v1/orders/{order}/explanation", "422"),
                      ("GET", "/v1/feed", "410"), ("GET", "/v1/feed", "501")}
        self.assertEqual(set(), described - self.api.seen)

    def meet_what_is_good(self):
        lines = {"lines": [{"sku": "SMALL-TABLE", "quantity": 2}]}
        self.ask("POST", "/add_batch", {"ref": "p", "sku": "PLAIN", "qty": 10, "eta": None})
        self.ask("POST", "/allocate", {"orderid": "o", "sku": "PLAIN", "qty": 1})
        self.ask("GET", "/allocations/{order}", arguments={"order": "o"})
        new = {"sku": "SMALL-TABLE", "quantity": 100, "eta": "2026-12-24"}
        self.assertEqual([201, 200], [self.ask("PUT", "/v1/batches/{batch}", new)[0] for _ in range(2)])
        orders = "/v1/orders/{order}/allocations"
        self.assertEqual([201, 200], [self.ask("POST", orders, lines)[0] for _ in range(2)])
        self.ask("POST", "/v1/orders/{order}/explanation",
                 {"lines": [{"sku": "SMALL-TABLE", "quantity": 2}, {"sku": "SMALL-TABLE", "quantity": 1000}]})
        self.ask("PUT", "/v1/batches/{batch}/quantity", {"quantity": 1})
        self.ask("PUT", "/v1/batches/{batch}/eta", {"eta": None})
        self.ask("POST", "/v1/batches/{batch}/receive")
        self.meet_transactions()
        self.ask("POST", "/v1/snapshots")
        self.ask("GET", "/v1/info")
        self.meet_the_slow_log()
        self.meet_the_stream()
        self.meet_the_other_queries()
        self.ask("DELETE", orders, query="?sku=SMALL-TABLE&quantity=2")

    def meet_the_other_queries(self):
        for method, path, _ in self.api.operations():
            if method == "GET" and (method, path, "200") not in self.api.seen:
                self.assertEqual(200, self.ask(method, path, arguments={"sku": "SMALL-TABLE"})[0], path)

    def meet_transactions(self):
        def transact(status, *operations, **more):
            answered = self.ask("POST", "/v1/transactions", {"operations": operations, **more})
            self.assertEqual(status, answered[0], answered[1])
            return answered[1]

        version = self.ask("GET", "/v1/skus/{sku}/stock", arguments={"sku": "PLAIN"})[1]["version"]
        one = {"allocate": {"order": "t", "lines": [{"sku": "PLAIN", "quantity": 1}]}}
        every = (one, {"deallocate": {"order": "t", "sku": "PLAIN", "quantity": 1}},
                 {"add_batch": {"batch": "q", "sku": "PLAIN", "quantity": 1}}, {"set_quantity": {"batch": "q", "quantity": 0}},
                 {"reschedule": {"batch": "q", "eta": "2030-01-02"}}, {"receive": {"batch": "q"}})
        self.assertEqual(6, len(transact(200, *every, **{"if": {"PLAIN": version, "NEW": 0}})["results"]))
        self.assertIn("if.PLAIN", json.dumps(transact(412, *every, **{"if": {"PLAIN": version}})))
        much = {"allocate": {"order": "u", "lines": [{"sku": "PLAIN", "quantity": 1000}]}}
        self.assertEqual(1, transact(409, one, much)["error"]["operation"])
        self.assertEqual(["order", "error"],
                         [next(iter(each)) for each in transact(200, one, much, atomic=False)["results"]])

    def meet_the_slow_log(self):
        """Here everything is slow: what was asked last comes first."""
        _, said = self.ask("GET", "/v1/slowlog", query="?count=2")
        self.assertEqual(["GET", "/v1/info"], said["entries"][0]["arguments"])
        self.assertEqual(2, len(said["entries"]))
        _, forgotten = self.ask("DELETE", "/v1/slowlog")
        self.assertGreater(forgotten["forgotten"], said["length"])
        self.assertEqual(1, self.ask("GET", "/v1/slowlog")[1]["length"])  # the DELETE

    def meet_the_stream(self):
        with EventSource(self.where, headers=KNOWN) as source:
            (event,) = source.take(1)
            self.assertEqual((1, "batch_added"), event[:2])
            self.judge("GET", "/v1/feed", source.status, event[2])

    def meet_what_is_not_there(self):
        self.assertEqual(404, self.ask("GET", "/v1/shortages", query="?sku=NONE")[0])
        for method, path, operation in self.api.operations():
            if "404" in operation["responses"] and path != "/v1/shortages":
                arguments = {"order": "none", "batch": "none", "sku": "NONE"}
                body = self.example(operation) if "requestBody" in operation else None
                if body and "lines" in body:
                    body = {"lines": [{"sku": "NONE", "quantity": 1}]}
                self.assertEqual(404, self.ask(method, path, body, arguments)[0], path)
        self.assertEqual(409, self.ask("PUT", "/v1/batches/{batch}", {"sku": "OTHER", "quantity": 1})[0])
        self.assertEqual(409, self.ask("POST", "/v1/orders/{order}/allocations",
                                       {"lines": [{"sku": "SMALL-TABLE", "quantity": 1000}]})[0])

    def meet_what_all_have(self, method, path, operation):
        """A bad query; no password; a key that came with something else."""
        body = self.example(operation) if "requestBody" in operation else None
        self.assertEqual(400, self.ask_closing(method, path, body, query="?no-such=part")[0])
        free = operation.get("security") == []
        self.assertEqual(200 if free else 401, self.ask_closing(method, path, body, known={})[0])
        if any(each.get("$ref", "").endswith("/IdempotencyKey") for each in operation.get("parameters", ())):
            key = {"Idempotency_Key": f"{method}-{path}"}
            first = self.ask(method, path, body, **key)
            self.assertEqual(first, self.ask(method, path, body, **key))
            other = body if "{" in path else dict(body, qty=999)
            answered = self.ask(method, path, other, {"order": "other", "batch": "other"}, **key)
            self.assertEqual(422, answered[0], path)

    def meet_bad_bodies(self, method, path, operation):
        body = self.example(operation)
        schema = self.api.find(operation["requestBody"]["content"]["application/json"]["schema"])
        for name in schema["required"]:
            less = {field: value for field, value in body.items() if field != name}
            self.assertRefused(self.ask(method, path, less), name, "missing")
        for name, form in schema["properties"].items():
            wrong = "yes" if form.get("type") == "boolean" else True
            self.assertRefused(self.ask(method, path, dict(body, **{name: wrong})), name)
        self.assertRefused(self.ask(method, path, dict(body, unheard_of=1)), "unheard_of", "no such field")
        optional = set(schema["properties"]) - set(schema["required"])
        self.assertIn(optional, (set(), {"eta"}, {"if", "atomic"}))
        self.assertEqual(415, self.ask_closing(method, path, body, Content_Type="text/plain")[0])
        self.assertEqual(413, self.ask_closing(method, path, dict(body, filler="x" * 70_000))[0])
        raw = Raw(self.where)
        self.addCleanup(raw.close)
        plain = path.replace("{", "").replace("}", "")
        raw.send(f"{method} {plain} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {PASSWORD}\r\n\r\n".encode())
        status, _, said = raw.answer()
        self.assertEqual(411, status)
        self.judge(method, path, status, json.loads(said))

    def assertRefused(self, answered, field, part=""):
        status, said = answered
        self.assertEqual(400, status, said)
        text = json.dumps(said)
        self.assertIn(field, said["error"]["field"] if "error" in said else said["message"], text)
        self.assertIn(part, text)

    def meet_storage_that_fails(self):
        """A server whose journal cannot grow, and whose memory is then ahead of it."""
        store = self.scratch / "failing"
        failing = self.serve("--http", "127.0.0.1:0", directory=store, env={"ALLOT_PASSWORD": PASSWORD})
        with Http(address(failing), KNOWN) as client:
            client.ask("PUT", "/v1/batches/b", {"sku": "SKU", "quantity": 1_000_000})
            self.await_mark(store)  # else its write may be the one that fails, and memory not be ahead
            resource.prlimit(failing.pid, resource.RLIMIT_FSIZE, (0, 0))  # writing gives EFBIG
            with contextlib.suppress(ConnectionError):
                client.ask("POST", "/allocate", {"orderid": "o", "sku": "SKU", "qty": 1})
        self.await_failure(address(failing))
        for method, path, operation in self.api.operations():
            if "503" in operation["responses"] and path != "/v1/snapshots":
                body = self.example(operation) if "requestBody" in operation else None
                with Http(address(failing), KNOWN) as client:
                    query = "?from=$" if path == "/v1/feed" else ""  # what was durable is still shown
                    self.assertEqual(503, self.ask(method, path, body, query=query, client=client)[0], path)

    def await_mark(self, store):
        """Until the journal has marked what it holds as durable, and so has nothing left to write."""
        deadline = time.monotonic() + 20
        while store_files.frames(store_files.segments(store)[-1])[-1].kind != store_files.IDLE:
            self.assertLess(time.monotonic(), deadline, "the journal does not mark its last group")
            time.sleep(0.01)

    def await_failure(self, where):
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(ConnectionError), Http(where, KNOWN) as client:
                if client.ask("GET", "/v1/skus/SKU/available")[0] == 503:
                    return
            self.assertLess(time.monotonic(), deadline, "the storage does not fail")
            time.sleep(0.02)


if __name__ == "__main__":
    server.main()
