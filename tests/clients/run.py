#!/usr/bin/env python3
"""Runs each client library and tool against real servers, and writes docs/clients.md from the results.

    tests/clients/run.py [--only NAME...] [--table FILE]

A client's script prints a line of JSON for each step (see python/shape.py); this program judges it, by the
script's output and by the server's stock. It ends with 1 when a client that has a generic call does not get the
batch's name, or a transaction is neither right nor safely refused.
"""

import argparse
import json
import os
import pathlib
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import certificates  # noqa: E402
import server  # noqa: E402
import table  # noqa: E402
from clients import CLIENTS, HTTP_CLIENTS, TOOLS, Builds  # noqa: E402
from resp import Client  # noqa: E402

PASSWORD = "correct-horse-battery-staple"
UNITS = 1_000_000
STEP_S = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Servers:
    """The servers: one with default options, restarted for each client; one with a password; one with TLS."""

    def __init__(self, scratch):
        self._scratch = scratch
        self._ports = free_port(), free_port()
        secret = scratch / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        ca = certificates.Authority(scratch)
        certificate, key = ca.sign("server")
        self.ca = ca.pem
        self.plain = self._serve()
        self.known = server.Server(scratch / "known", *server.SMALL_FILES, "--password-file", str(secret))
        self.secure = server.Server(scratch / "secure", *server.SMALL_FILES, "--tls-cert", certificate,
                                    "--tls-key", key)
        with Client(self.known.address) as client:
            client.call("AUTH", PASSWORD)
            client.call("ADDBATCH", "batch-1", "LAMP", UNITS)
        with Client(self.secure.address, ca.client()) as client:
            client.call("ADDBATCH", "batch-1", "LAMP", UNITS)
        self.ask("ADDBATCH", "batch-1", "LAMP", UNITS)

    def _serve(self):
        line, http = self._ports
        return server.Server(self._scratch / "plain", *server.SMALL_FILES, "--http", f"127.0.0.1:{http}",
                             listen=f"127.0.0.1:{line}")

    def restart(self):
        self.plain.stop()
        self.plain = self._serve()

    def end(self):
        for each in (self.plain, self.known, self.secure):
            each.end()

    def ask(self, *words):
        with Client(self.plain.address) as client:
            return client.call(*words)

    def environment(self, name):
        return server.environment(
            CLIENT_NAME=name, CLIENT_PORT=str(self._ports[0]), CLIENT_HTTP_PORT=str(self._ports[1]),
            CLIENT_PASSWORD_PORT=str(self.known.port), CLIENT_PASSWORD=PASSWORD,
            CLIENT_TLS_PORT=str(self.secure.port), CLIENT_CA=self.ca)


class Output:
    """The output of one client's script: its version, and a line for each step."""

    def __init__(self, name, servers):
        self.version, self.steps, self.noise = "", {}, ""
        self._name, self._servers = name, servers

    def run(self, command, more):
        """Reads to the script's end, or until it has printed nothing for STEP_S."""
        process = subprocess.Popen(
            command, env=self._servers.environment(self._name) | more, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=HERE)
        lines = queue.Queue()

        def read():
            for line in process.stdout:
                lines.put(line)
            lines.put(None)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            while (line := lines.get(timeout=STEP_S)) is not None:
                self._take(line, process)
        except queue.Empty:
            self.noise += f"nothing for {STEP_S} s\n"
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdin.close()
            process.stdout.close()

    def _take(self, line, process):
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self.noise += line
        elif "version" in said:
            self.version = said["version"]
        elif "listens" in said:
            threading.Thread(target=self._allocate_when_subscribed).start()
        elif "restart" in said:
            self._servers.restart()
            self._servers.ask("ALLOCATE", f"{self._name}-away", "LAMP", 1)
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            self.steps[said.pop("step")] = said

    def _allocate_when_subscribed(self):
        deadline = time.monotonic() + 10
        while self._servers.ask("PUBSUB", "NUMSUB", "line_allocated")[1] == 0:
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
        self._servers.ask("ALLOCATE", f"{self._name}-subscribe", "LAMP", 1)


class Judge:
    """Cells of the table: "yes", "not offered", or "no" with the reason."""

    def __init__(self, name, output, servers):
        self._name, self._output, self._servers = name, output, servers

    def cell(self, step):
        said = self._output.steps.get(step)
        if said is None:
            return "no: no answer"
        if "not_offered" in said:
            return "not offered"
        if "error" in said:
            return self.failed(step, said["error"])
        return self.failed(step, said["value"], getattr(self, step, self.is_batch)(said["value"]))

    def failed(self, step, what, is_right=False):
        held = {"transaction": ("transaction1", "transaction2"), "watch": ("watch",)}.get(step)
        if is_right:
            return "yes"
        if held is not None and self.lines(*held) == 0:
            return "safely refused"
        return f"no: {table.short(what if isinstance(what, str) else json.dumps(what))}"

    def lines(self, *steps):
        return sum(len(self._servers.ask("ALLOCATIONS", f"{self._name}-{step}")) for step in steps)

    @staticmethod
    def is_batch(value):
        return value == "batch-1"

    @staticmethod
    def stock(value):
        """A row with the names as text; numbers may be text, too, in languages that do not distinguish them."""
        flat = [str(each) for row in value for each in (row if isinstance(row, list) else [row])]
        return flat[:3] == ["batch-1", "warehouse", str(UNITS)] and len(flat) == 4

    @staticmethod
    def pipeline(value):
        return value == ["batch-1"] * 3

    def transaction(self, value):
        return value == ["batch-1"] * 2 and self.lines("transaction1", "transaction2") == 2

    def watch(self, value):
        return value is None and self.lines("watch") == 0

    def subscribe(self, value):
        return isinstance(value, str) and f'"{self._name}-subscribe"' in value and '"batch-1"' in value

    @staticmethod
    def password(value):
        right, wrong = value
        return right == "batch-1" and isinstance(wrong, str) and wrong.startswith("refused: ")

    # Over HTTP
    def events(self, value):
        return value == f"{self._name}-events"

    @staticmethod
    def types(value):
        return value == "checked"

    @staticmethod
    def refusal(value):
        return value == "INVALIDSKU"

    @staticmethod
    def metrics(value):
        return value == ["1", "master"]


class OverHttp(Judge):
    @staticmethod
    def is_batch(value):
        return isinstance(value, str) and '"batch-1"' in value

    def reconnect(self, value):
        return value == f"{self._name}-away" or self.is_batch(value)


def row_of(client, servers, builds, kind):
    print(f"{client.title} …", file=sys.stderr, flush=True)
    output = Output(client.name, servers)
    servers.ask("ALLOCATE", f"{client.name}-events", "LAMP", 1)
    command = builds.command(client)
    if command is not None:
        output.run(command, builds.environment(client))
    judge = kind(client.name, output, servers)
    cells = {step: judge.cell(step) for step in client.steps}
    if output.noise and any(cell.startswith("no") and cell != "not offered" for cell in cells.values()):
        print(output.noise[-2000:], file=sys.stderr)
    return table.Row(client, builds.version(client) or output.version or "not run", cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these clients; the table goes to standard output")
    parser.add_argument("--table", default=str(ROOT / "docs" / "clients.md"), help="where the table is written")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="allot-clients-") as scratch:
        scratch = pathlib.Path(scratch)
        builds = Builds(scratch)
        servers = Servers(scratch)
        try:
            rows, tools, http = (
                [row_of(each, servers, builds, judge) for each in kind if not chosen.only or each.name in chosen.only]
                for kind, judge in ((CLIENTS, Judge), (TOOLS, Judge), (HTTP_CLIENTS, OverHttp)))
        finally:
            servers.end()
    text = table.document(rows, tools, http)
    if chosen.only:
        print(text)
    else:
        pathlib.Path(chosen.table).parent.mkdir(exist_ok=True)
        pathlib.Path(chosen.table).write_text(text)
    failures = list(table.failures(rows + tools + http))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
