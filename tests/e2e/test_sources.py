"""The consumer in net/http/HTTP.md, with real clients of server-sent events, behind a network that is cut."""

import contextlib
import json
import pathlib
import queue
import socket
import subprocess
import threading
import unittest

import server
from http_client import address

HERE = pathlib.Path(__file__).resolve().parent
HTTP = ("--http", "127.0.0.1:0")


class Network:
    """Passes connections on to a server, one after the other, until it is cut; keeps their request headers."""

    def __init__(self, to):
        self.to, self.requests, self.open = to, [], True
        self._changed = threading.Condition()
        self._pair = ()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends the connection there is, and passes on no other until join()."""
        with self._changed:
            self.open = False
            self._end()

    def join(self, to=None):
        with self._changed:
            self.to, self.open = to or self.to, True

    def close(self):
        self.cut()
        self._listener.close()

    def await_requests(self, count):
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, server.START_S):
                raise AssertionError(f"{len(self.requests)} of {count} requests came")

    def _end(self):
        for end in self._pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._pair = ()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                try:
                    if not self.open:
                        raise OSError("it is cut")
                    self._pass_on(client)
                except OSError:  # or the server is down
                    client.close()

    def _pass_on(self, client):
        client.settimeout(20)
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(65536)
        upstream = socket.create_connection(self.to)
        upstream.sendall(request)
        self._pair = (client, upstream)
        self.requests.append(request.decode())
        self._changed.notify_all()
        threading.Thread(target=_copy, args=(upstream, client), daemon=True).start()


def _copy(source, sink):
    try:
        while part := source.recv(65536):
            sink.sendall(part)
    except OSError:
        pass
    sink.close()
    source.close()


class Follower:
    """The consumer, in a process of its own."""

    def __init__(self, client, port, after, *options):
        self._process = subprocess.Popen(
            [server.tool("node"), *options, "follow.mjs", client, f"http://127.0.0.1:{port}/v1/feed", after],
            cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._said = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.copy = {"after": None, "events": []}

    def _read(self):
        for line in self._process.stdout:
            self._said.put(json.loads(line))
        self._said.put(None)

    def _await(self, wanted, what):
        while not wanted():
            try:
                said = self._said.get(timeout=server.START_S)
            except queue.Empty:
                raise AssertionError(f"it holds {self.copy}, awaited {what}") from None
            if said is None:
                raise AssertionError("it has ended: " + self._process.stderr.read())
            self.copy = said

    def await_facts(self, lsns):
        """Until it holds the facts of these LSNs, and no others. Returns them by LSN."""
        self._await(lambda: sorted(event["lsn"] for event in self.copy["events"]) == list(lsns), lsns)
        return {event["lsn"]: event for event in self.copy["events"]}

    def await_cursor(self, cursor):
        self._await(lambda: self.copy["after"] == cursor, cursor)

    def close(self):
        self._process.kill()
        self._process.communicate()


def node_version():
    said = subprocess.run([server.tool("node"), "--version"], check=True, capture_output=True, text=True)
    return int(said.stdout.removeprefix("v").split(".")[0])


class GivenTheConsumerOfTheManual:
    client, options = "", ()

    def begin(self, **more):
        self.server = self.serve(*HTTP, directory=self.store, **more)
        return self.server

    def follow(self, after):
        self.network = Network(address(self.begin()))
        self.addCleanup(self.network.close)
        follower = Follower(self.client, self.network.port, after, *self.options)
        self.addCleanup(follower.close)
        return follower

    def command(self, *words):
        with self.server.client() as client:
            return client.call(*words)

    def history(self):
        with self.server.client() as client:
            return client.info()["history"]

    def assertRight(self, follower, last):
        held = follower.await_facts(range(1, last + 1))
        _, facts = self.command("FEED", 1)
        self.assertEqual({fact[0]: fact[1] for fact in facts}, {lsn: fact["time"] for lsn, fact in held.items()})

    def test_when_the_connection_is_cut_before_the_first_fact_then_it_misses_none(self):
        follower = self.follow("0")
        self.network.await_requests(1)
        self.assertEqual("OK", self.command("ADDBATCH", "b1", "LAMP", 10))
        follower.await_facts([1])
        for order in range(2, 5):  # cut before anything has come, again and again
            self.network.cut()
            self.command("ALLOCATE", f"o{order}", "LAMP", 1)
            self.network.join()
            self.assertRight(follower, order)
            self.assertIn(f"{self.history()}:{order - 1}", self.network.requests[-1])

    def test_when_only_a_position_was_sent_then_it_reconnects_with_that(self):
        self.begin()
        self.command("ADDBATCH", "b1", "LAMP", 10)
        self.server.stop()
        follower = self.follow("1")
        self.network.await_requests(1)
        here = f"{self.history()}:1"
        follower.await_cursor(here)
        self.assertEqual([], follower.copy["events"])
        self.network.cut()
        self.command("ALLOCATE", "o1", "LAMP", 1)
        self.network.join()
        follower.await_facts([2])
        self.assertIn(here, self.network.requests[-1])

    def test_when_the_store_is_restored_then_it_holds_the_facts_of_the_store(self):
        follower = self.follow("0")
        self.network.await_requests(1)
        self.command("ADDBATCH", "b1", "LAMP", 10)
        self.command("ALLOCATE", "o1", "LAMP", 1)
        self.server.stop()
        backup = self.scratch / "backup"
        self.assertEqual(0, server.allot("backup", self.store, backup).returncode)
        self.network.join(address(self.begin()))
        for order in ("o2", "o3"):
            self.command("ALLOCATE", order, "LAMP", 1)
        self.assertRight(follower, 4)
        self.server.stop()
        self.assertEqual(0, server.allot("restore", backup, self.store, "--replace").returncode)
        self.begin()
        for order in range(5):  # beyond all that it has seen, before it comes back
            self.command("ALLOCATE", f"other-{order}", "LAMP", 1)
        self.network.join(address(self.server))
        self.assertRight(follower, 7)


class GivenNpmEventsource(GivenTheConsumerOfTheManual, server.Case):
    client = "eventsource"


class GivenUndicisEventSource(GivenTheConsumerOfTheManual, server.Case):
    client = "undici"


@unittest.skipIf(node_version() < 22, "Node.js has one of its own from version 22 on: undici's")
class GivenNodesEventSource(GivenTheConsumerOfTheManual, server.Case):
    client, options = "node", ("--experimental-eventsource",)


if __name__ == "__main__":
    server.main()
