"""The three renderings of the figures, read from one running server, against each other."""

import re
import socket
import time

import prometheus_client.parser

import certificates
import server
from event_source import EventSource
from http_client import Http, address
from resp import Client, encoded

# Metrics that are not `allot_` and the key: their keys are names of Redis, or they differ by a label.
METRICS = {
    "allot_version": ("allot_build_info", "version"),
    "connected_clients": ("allot_clients", "resp"),
    "http_clients": ("allot_clients", "http"),
    "blocked_clients": ("allot_blocked_clients",),
    "maxclients": ("allot_clients_max",),
    "total_connections_received": ("allot_connections_total",),
    "total_commands_processed": ("allot_commands_processed_total",),
    "total_net_input_bytes": ("allot_received_bytes_total",),
    "total_net_output_bytes": ("allot_sent_bytes_total",),
    "pubsub_channels": ("allot_channels",),
    "pubsub_patterns": ("allot_channel_patterns",),
    "snapshots_taken": ("allot_snapshots_total", "taken"),
    "snapshots_failed": ("allot_snapshots_total", "failed"),
    "journal_groups": ("allot_journal_group_facts_count",),
}
# Keys without a metric: see net/FIGURES.md.
KEYS_ALONE = {"process_id", "tcp_port", "http_port", "uptime_in_seconds", "usec_per_call", "last_error", "run_id",
              "redis_version", "redis_mode", "role", "connected_slaves", "master_replid", "master_repl_offset",
              "cluster_enabled", "history"}
METRICS_ALONE = re.compile(r"allot_(http_requests_total|execute_seconds_.*|durable_seconds_.*|journal_group_facts_.*)")
# A query changes these, or time does.
MOVING = re.compile(r"total_(commands_processed|net_.*)|reply_writes|slow_commands|(calls|usec|usec_per_call)\.(info|client.*)|uptime_.*"
                    r"|cpu_seconds|.*_memory_bytes|(failures|retry_seconds)\.webhook-erp|disk_.*")
SHRINKING = {"resident_memory_bytes", "virtual_memory_bytes", "usec_per_call", "retry_seconds", "disk_free_bytes",
             "disk_lasts_seconds", "disk_full"}  # of those that move

# Two connections query alternately, and their own buffers hold up to this much meanwhile.
TOLERATED = {"client_buffer_bytes": 40 * 1024, "usec": 1}


class Renderings:
    """What the three say, by (key, row): a dictionary each; texts as they are, everything else as a number."""

    def __init__(self, client, http):
        self.page = self.of_metrics(http.ask("GET", "/metrics"))
        self.json, self.types = self.of_json(http.ask("GET", "/v1/info"))
        self.info = {where: text if self.types.get(where) is str else float(text)
                     for where, text in self.of_info(client.call("INFO", "all")).items()}

    @staticmethod
    def of_metrics(answer):
        found = {}
        for family in prometheus_client.parser.text_string_to_metric_families(answer[1]):
            for sample in family.samples:
                labels = tuple(value for name, value in sample.labels.items() if name != "le")
                found[(sample.name, *labels, *((sample.labels["le"],) if "le" in sample.labels else ()))] = sample.value
        return found

    @staticmethod
    def of_json(answer):
        found, types = {}, {}
        for name, section in answer[1].items():
            for row in section if isinstance(section, list) else [section]:
                label = next(iter(row.values())) if isinstance(section, list) else ""
                for key, value in list(row.items())[1 if label else 0:]:
                    found[(key, label)] = value if isinstance(value, str) else float(value)
                    types[(key, label)] = type(value)
                    assert re.fullmatch(r"[a-z][a-z0-9_]*", key) and re.fullmatch(r"[a-z]+", name), (name, key)
        return found, types

    @staticmethod
    def of_info(text):
        found, section = {}, ""
        for line in text.splitlines():
            if line.startswith("# "):
                section = line[2:]
                continue
            if not line:
                continue
            key, _, value = line.partition(":")
            row = re.fullmatch(r"(?:errorstat|cmdstat)_(.*)", key)
            if row:
                pairs = [part.split("=") for part in value.split(",")]
                found.update({(name, row[1]): number for name, number in pairs})
            elif section == "Sinks":
                row, key = re.fullmatch(r"([a-z0-9-]+)_(.*)", key).groups()
                found[(key, row)] = value
            else:
                found[(key, "")] = value
        return found


def metric_of(key, row, page):
    """Its name and labels among the metrics."""
    if row:
        name = {"count": "allot_errors_total", "calls": "allot_commands_total",
                "usec": "allot_command_seconds_total"}.get(key)
        found = [name] if name else [f"allot_sink_{key}", f"allot_sink_{key}_total"]
        return next(((each, row) for each in found if (each, row) in page), None)
    if key in METRICS:
        metric = METRICS[key]
        if metric[1:] == ("version",):
            return next(each for each in page if each[0] == metric[0])
        return metric
    if key.startswith("dropped_"):
        return ("allot_connections_dropped_total", key.removeprefix("dropped_"))
    names = [prefix + key + suffix for prefix in ("allot_", "process_") for suffix in ("", "_total")]
    return next(((name,) for name in names if (name,) in page), None)


class GivenAServerWithClientsOfEachKind(server.Case):
    def setUp(self):
        super().setUp()
        self.authority = certificates.Authority(self.scratch)

    def start(self, *options):
        self.server = self.serve("--http", "127.0.0.1:0", "--webhook", "erp=http://127.0.0.1:1/", *options)
        self.where = address(self.server)

    def connect(self, tls=None):
        """An HTTP connection that is idle after one request."""
        http = Http(self.where, tls=tls)
        self.addCleanup(http.close)
        self.assertEqual(200, http.ask("GET", "/livez")[0])
        return http

    def fill(self, client):
        client.call("ADDBATCH", "b", "SKU", 10)
        for i in range(12):
            client.call("ALLOCATE", f"o{i}", "SKU", 1)
        client.call("STOCK", "NONE")
        client.call("SNAPSHOT")
        self.await_info(client, "snapshots_taken", "1")
        self.await_info(client, "snapshot_running", "0")

    def await_info(self, client, key, value):
        deadline = time.monotonic() + 20
        while (found := client.info()[key]) != value:
            self.assertLess(time.monotonic(), deadline, f"{key} is {found}, not {value}")
            time.sleep(0.02)

    def judge(self, client, http):
        """Each figure that more than one rendering has is the same in all, and all are known here."""
        first, last = Renderings(client, http), Renderings(client, http)
        self.assertEqual(set(last.info), set(last.json))
        met = set()
        for (key, row), value in last.info.items():
            name = f"{key}.{row}" if row else key
            metric = metric_of(key, row, last.page)
            self.assertEqual(metric is None, key in KEYS_ALONE, name)
            met.add(metric)
            page = None if metric is None else last.page[metric] * (1e6 if key == "usec" else 1)
            figures = [each for each in (value, last.json[(key, row)], page) if each is not None]
            if isinstance(value, str):
                self.assertEqual(value, last.json[(key, row)], name)
                self.assertIs(str, last.types[(key, row)], name)
            elif MOVING.fullmatch(name):
                if key not in SHRINKING:
                    self.assertLessEqual(first.info[(key, row)], max(figures), name)
            elif key in TOLERATED:
                self.assertLessEqual(max(figures) - min(figures), TOLERATED[key], name)
            else:
                self.assertEqual([figures[0]] * len(figures), figures, name)
        alone = {metric[0] for metric in last.page if metric not in met}
        self.assertEqual(set(), {name for name in alone if not METRICS_ALONE.fullmatch(name)})
        return last

    def test_when_many_http_clients_are_idle_then_info_json_and_metrics_agree(self):
        self.start()
        with self.server.client() as client:
            self.fill(client)
            idle = [self.connect() for _ in range(200)]
            lines = [self.server.client() for _ in range(10)]
            for each in lines:
                self.addCleanup(each.close)
                self.assertEqual("PONG", each.call("PING"))
            streams = [EventSource(self.where, f"/v1/feed?from={first}") for first in (1, 5, "$")]
            for each in streams:
                self.addCleanup(each.close)
            self.await_info(client, "event_streams", "3")
            lines[0].call("SUBSCRIBE", "line_allocated")
            lines[1].send(encoded("FEED", "$", "BLOCK", 60_000))
            self.await_info(client, "blocked_clients", "1")
            said = self.judge(client, self.connect())
            self.assertEqual((11, 204), (said.info[("connected_clients", "")], said.info[("http_clients", "")]))
            self.assertGreater(said.info[("client_buffer_bytes", "")], 200 * 2048)
            self.assertEqual(12 - 10, said.info[("count", "OUTOFSTOCK")])
            self.assertEqual((1, 1), (said.info[("pubsub_channels", "")], said.info[("blocked_clients", "")]))
            for key, kind in (("loading", bool), ("ready", bool), ("snapshot_running", bool), ("lines", int),
                              ("allot_version", str), ("snapshot_timestamp_seconds", float)):
                self.assertIs(kind, said.types[(key, "")], key)
            for each in idle:
                each.close()
            self.await_info(client, "http_clients", "4")
            self.judge(client, self.connect())

    def test_when_both_ports_speak_tls_then_info_json_and_metrics_agree(self):
        certificate, key = self.authority.sign("server")
        self.start("--tls-cert", certificate, "--tls-key", key)
        context = self.authority.client()
        with Client(self.server.address, context) as client:
            self.fill(client)
            for _ in range(20):
                self.connect(context)
            refused = socket.create_connection(self.where)
            self.addCleanup(refused.close)
            refused.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            self.await_info(client, "dropped_tls_failed", "1")
            said = self.judge(client, self.connect(context))
            self.assertEqual(21, said.info[("http_clients", "")])


if __name__ == "__main__":
    server.main()
