"""For operators and their tools: a server that loads, figures for Prometheus, slow commands, and the dashboard."""

import json
import pathlib
import re
import signal
import time

import prometheus_client.parser

import server
import store_files
from http_client import Http, address
from resp import Client

DASHBOARD = server.HERE.parent.parent / "net" / "grafana.json"
SMALL_SEGMENTS = ("--segment-size", "64KiB")


def families(page):
    """Families by name, as Prometheus's own parser reads them."""
    return {family.name: family for family in prometheus_client.parser.text_string_to_metric_families(page)}


def values(page):
    """By (name, labels)."""
    found = {}
    for family in families(page).values():
        for sample in family.samples:
            series = (sample.name, frozenset(sample.labels.items()))
            assert series not in found, series
            found[series] = sample.value
    return found


class GivenAStoreThatTakesLongToOpen(server.Case):
    """strace makes it so: each read of a file takes a while."""

    def setUp(self):
        super().setUp()
        self.lines = 20_000
        filling = server.Server(self.store, *SMALL_SEGMENTS)
        self.addCleanup(filling.end)
        # What comes at once may be one group, which is never divided between files. So it comes in parts that
        # are each more than a file, and is acknowledged before the next.
        parts = 5
        with filling.client() as client:
            client.call("ADDBATCH", "b", "SKU", self.lines)
            for part in range(parts):
                client.pipeline(("ALLOCATE", f"order-{i}", "SKU", 1) for i in range(part, self.lines, parts))
        filling.kill()
        self.files = self.contents()
        self.assertGreaterEqual(len(store_files.segments(self.store)), parts)

    def contents(self):
        return {path.name: path.read_bytes() for path in sorted(self.store.iterdir())}

    def open_slowly(self, *options):
        slow = server.Server(self.store, *SMALL_SEGMENTS, "--http", "127.0.0.1:0", *options, await_start=False,
                             around=(server.tool("strace"), "-D", "-f", "-q", "-o", "/dev/null",
                                     "-e", "trace=pread64", "-e", "inject=pread64:delay_enter=400000"))
        self.addCleanup(slow.end)
        deadline = time.monotonic() + server.START_S
        while not (found := re.search(r"msg=loading\b.*\bhttp=(\S+):(\d+) address=(\S+):(\d+)", slow.text)):
            self.assertLess(time.monotonic(), deadline, slow.text)
            time.sleep(0.01)
        return slow, (found[3], int(found[4])), (found[1], int(found[2]))

    def test_when_commands_come_meanwhile_then_they_get_loading_and_the_same_clients_are_served_later(self):
        slow, line, where = self.open_slowly()
        with Client(line) as client, Http(where) as http:
            self.assertFails(client.call("PING"), "LOADING", "Allot is loading: ")
            self.assertEqual("here", client.call("ECHO", "here"))
            self.assertEqual("1", client.info()["loading"])
            self.assertFails(client.call("STOCK", "SKU"), "LOADING", "Allot is loading: ")
            self.assertFails(client.call("SUBSCRIBE", "line_allocated"), "LOADING")
            self.assertEqual((200, "ok\n"), http.ask("GET", "/livez"))
            status, said = http.ask("GET", "/readyz")
            self.assertEqual((503, "loading"), (status, said["reason"]))
            self.assertEqual("1", http.answer.headers["Retry-After"])
            status, said = http.ask("GET", "/v1/skus/SKU/stock")
            self.assertEqual((503, "LOADING"), (status, said["error"]["code"]))
            page = http.ask("GET", "/metrics")[1]
            self.assertEqual(0, values(page)[("allot_ready", frozenset())])
            self.assertIsNone(slow.address, "it was ready too early for what is tested here")

            seen = set()
            deadline = time.monotonic() + 60
            while (answer := http.ask("GET", "/readyz"))[0] != 200:
                self.assertLess(time.monotonic(), deadline, answer)
                seen.add((answer[1].get("step"), answer[1].get("percent")))
                time.sleep(0.05)
            steps = {percent for step, percent in seen if step == "replaying journal"}
            self.assertGreater(len(steps), 3, seen)
            self.assertEqual("PONG", client.call("PING"))
            self.assertEqual([["b", "warehouse", self.lines, 0]], client.call("STOCK", "SKU"))
            self.assertEqual("0", client.info()["loading"])
            self.assertEqual(200, http.ask("GET", "/v1/skus/SKU/stock")[0])
            self.assertEqual(1, values(http.ask("GET", "/metrics")[1])[("allot_ready", frozenset())])
        self.assertTrue(slow.listens())
        self.assertEqual(line, slow.address)

    def test_when_the_server_gets_a_signal_meanwhile_then_it_ends_soon_and_no_file_has_changed(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            slow, line, _ = self.open_slowly()
            with Client(line) as client:
                self.assertFails(client.call("PING"), "LOADING")
                self.assertEqual(0, slow.stop(how), slow.text)
            self.assertIn("stopped before the store was open", slow.text)
            self.assertEqual(self.files, self.contents())
        again = self.serve()
        with again.client() as client:
            self.assertEqual(0, client.call("AVAILABLE", "SKU"))

    def test_when_the_store_cannot_be_opened_then_that_is_said_and_clients_are_closed(self):
        first = store_files.segments(self.store)[1]
        frame = store_files.frames(first)[0]
        store_files.flip(first, frame.offset + frame.bytes // 2)
        slow, line, _ = self.open_slowly()
        with Client(line) as client:
            self.assertFails(client.call("STOCK", "SKU"), "LOADING")
            self.assertEqual(1, slow.await_end(30))
            with self.assertRaises((EOFError, OSError)):
                client.call("PING")
        self.assertIn("allot serve: ", slow.text)
        self.assertIn(first.name, slow.text)


class GivenAMonitor(server.Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--http", "127.0.0.1:0", "--slow-log", "0",
                                 "--webhook", "http://127.0.0.1:1/")  # where nothing listens
        self.http = Http(address(self.server))
        self.addCleanup(self.http.close)

    def page(self):
        status, page = self.http.ask("GET", "/metrics")
        self.assertEqual(200, status)
        return page

    def grown(self, before, name, **labels):
        series = (name, frozenset(labels.items()))
        return values(self.page())[series] - before[series]

    def test_when_commands_were_given_then_the_figures_have_grown_by_them(self):
        before = values(self.page())
        with self.server.client() as client:
            client.call("ADDBATCH", "b", "SKU", 10)
            client.pipeline(("ALLOCATE", f"o{i}", "SKU", 1) for i in range(15))
            client.call("STOCK", "NONE")
            self.http.ask("GET", "/v1/skus/SKU/stock")
            for name, labels, by in (
                    ("allot_commands_total", {"verb": "allocate"}, 15),
                    ("allot_commands_total", {"verb": "addbatch"}, 1),
                    ("allot_errors_total", {"code": "OUTOFSTOCK"}, 5),
                    ("allot_errors_total", {"code": "INVALIDSKU"}, 1),
                    ("allot_http_requests_total",
                     {"method": "GET", "route": "/v1/skus/{sku}/stock", "status": "2xx"}, 1),
                    ("allot_execute_seconds_count", {"protocol": "resp"}, 17),
                    ("allot_clients", {"protocol": "resp"}, 1),
                    ("allot_connections_total", {}, 1),
                    ("allot_lines", {}, 10),
                    ("allot_shortages", {}, 5),
                    ("allot_last_lsn", {}, 16),
                    ("allot_durable_lsn", {}, 16),
                    ("allot_journal_group_facts_sum", {}, 16)):
                self.assertEqual(by, self.grown(before, name, **labels), (name, labels))
        # Each waited for a sync of the disk, and the first was known to take longer than nothing.
        self.assertGreaterEqual(self.grown(before, "allot_durable_seconds_count"), 2)
        self.assertGreater(self.grown(before, "allot_durable_seconds_sum"), 0)
        self.assertGreater(self.grown(before, "allot_execute_seconds_sum", protocol="resp"), 0)
        self.assertGreater(self.grown(before, "allot_command_seconds_total", verb="allocate"), 0)
        self.assertGreater(self.grown(before, "allot_journal_appended_bytes_total"), 0)

    def test_when_a_snapshot_is_taken_then_figures_have_its_age_and_duration(self):
        with self.server.client() as client:
            client.call("ADDBATCH", "b", "SKU", 10)
            client.call("ALLOCATE", "o", "SKU", 1)
        before = values(self.page())
        self.assertEqual(2, before[("allot_snapshot_age_facts", frozenset())])
        self.assertEqual(0, before[("allot_snapshot_timestamp_seconds", frozenset())])
        self.assertEqual(202, self.http.ask("POST", "/v1/snapshots")[0])
        deadline = time.monotonic() + 20
        while self.grown(before, "allot_snapshots_total", result="taken") != 1:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        after = values(self.page())
        self.assertEqual(0, after[("allot_snapshot_age_facts", frozenset())])
        self.assertLess(abs(time.time() - after[("allot_snapshot_timestamp_seconds", frozenset())]), 60)
        self.assertGreater(after[("allot_snapshot_duration_seconds", frozenset())], 0)

    def test_when_the_page_is_read_then_histograms_are_sound_and_process_figures_are_right(self):
        with self.server.client() as client:
            client.pipeline(("PING",) for _ in range(1000))
        found = families(self.page())
        for name, family in found.items():
            self.assertTrue(name.startswith(("allot_", "process_")), name)
            self.assertTrue(family.documentation, name)
            if family.type != "histogram":
                continue
            by_labels = {}
            for sample in family.samples:
                if sample.name.endswith("_bucket"):
                    labels = frozenset(each for each in sample.labels.items() if each[0] != "le")
                    by_labels.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
            for labels, buckets in by_labels.items():
                self.assertEqual(sorted(buckets), buckets)
                self.assertEqual(sorted(count for _, count in buckets), [count for _, count in buckets])
                (count,) = [sample.value for sample in family.samples
                            if sample.name.endswith("_count") and frozenset(sample.labels.items()) == labels]
                self.assertEqual((float("inf"), count), buckets[-1])
        resident = found["process_resident_memory_bytes"].samples[0].value
        self.assertLess(abs(resident - self.server.resident_bytes()), 8 * 1024 * 1024)
        descriptors = len(list(pathlib.Path(f"/proc/{self.server.pid}/fd").iterdir()))
        self.assertLess(abs(found["process_open_fds"].samples[0].value - descriptors), 4)
        # It fits the smallest reply that --max-output allows.
        self.assertLess(len(self.page()), 40 * 1024)

    def test_when_every_command_is_slow_then_the_slow_log_lists_them(self):
        with self.server.client() as client:
            client.call("SLOWLOG", "RESET")
            client.call("CLIENT", "SETNAME", "me")
            client.call("ADDBATCH", "b", "SKU", 10)
            self.http.ask("GET", "/v1/skus/SKU/stock")
            entries = client.call("SLOWLOG", "GET")
            self.assertEqual(
                [["GET", "/v1/skus/SKU/stock"], ["ADDBATCH", "b", "SKU", "10"], ["CLIENT", "SETNAME", "me"],
                 ["SLOWLOG", "RESET"]], [entry[3] for entry in entries])
            _, at, took, _, peer, name = entries[1]
            self.assertLess(abs(time.time() - at), 60)
            self.assertGreater(5_000_000, took)
            self.assertTrue(peer.startswith("127.0.0.1:"), peer)
            self.assertEqual("me", name)
            self.assertEqual(["slowlog-log-slower-than", "0"],
                             client.call("CONFIG", "GET", "slowlog-log-slower-than"))

    def test_when_the_dashboard_is_drawn_then_its_queries_name_existing_series(self):
        known = {sample.name for family in families(self.page()).values() for sample in family.samples}
        functions = {"rate", "sum", "by", "le", "histogram_quantile", "increase", "time", "max", "and", "on", "clamp_min"}
        asked = set()
        dashboard = json.loads(DASHBOARD.read_text())
        for panel in dashboard["panels"]:
            for target in panel.get("targets", ()):
                bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)", "", target["expr"])
                names = set(re.findall(r"[a-z_][a-z_0-9]*", bare)) - functions
                self.assertTrue(names, target["expr"])
                self.assertEqual(set(), names - known, target["expr"])
                labels = {label for text in re.findall(r"\{([^}]*)\}|by \(([^)]*)\)", target["expr"])
                          for label in re.findall(r"[a-z_]+(?==|,|$|\))", ",".join(filter(None, text)))}
                self.assertLessEqual(labels, {"verb", "code", "cause", "protocol", "route", "status", "result", "le",
                                              "instance", "job", "method", "sink"}, target["expr"])
                asked |= names
        self.assertGreater(len(asked), 25)
        corners = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
        self.assertEqual(len(set(corners)), len(corners))


if __name__ == "__main__":
    server.main()
