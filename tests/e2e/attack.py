"""Common to all attacks: meanwhile the server's memory grows by at most 64 MiB, and a well-behaved client is
served; how much slower it gets is printed, and has no limit."""

import contextlib
import select
import socket
import sys
import time

import polite
import server
from resp import encoded

MIB = 1024 * 1024
GROWTH_MAX = 64 * MIB
ASKS = encoded("COMMAND", "DOCS") * 5000  # much more is answered than is asked
IDLE_S = 1.0  # how long the polite client is measured without an attack


class Attack(server.Case):
    @contextlib.contextmanager
    def attack(self, running, password="-"):
        """The block is an attack: judges memory, and that the well-behaved client got all its replies."""
        with polite.Polite(running.address, password) as client:
            time.sleep(IDLE_S)  # the length of a measurement: no condition ends it
            before = running.resident_bytes()
            running.forget_peak()
            began = time.monotonic()
            yield
            grown = running.peak_bytes() - before
            ended = time.monotonic()
        self.assertIsNone(running.process.poll(), running.text)
        idle, attacked = client.between(began - IDLE_S, began), client.between(began, ended)
        self.assertTrue(attacked, "the polite client was not served at all")
        self._print(grown, idle, attacked)
        self.assertLess(grown, GROWTH_MAX)

    def _print(self, grown, idle, attacked):
        if not idle:  # a machine that is busy with other things
            return
        quiet, worse = polite.p99(idle), polite.p99(attacked)
        print(f"\n  memory +{grown / MIB:.1f} MiB; polite p99 {quiet * 1000:.2f} ms idle, "
              f"{worse * 1000:.2f} ms attacked ({worse / quiet:.1f} x, {len(attacked)} replies)",
              file=sys.stderr)

    def connect(self, running, count, receive_buffer=None):
        """Opens so many plain sockets."""
        sockets = []
        for _ in range(count):
            each = socket.socket()
            self.addCleanup(each.close)
            if receive_buffer:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            each.settimeout(20)
            each.connect(running.address)
            sockets.append(each)
        return sockets

    def await_closed(self, sockets, seconds=30):
        """Waits until the server has closed each of them."""
        poll = select.poll()
        waiting = {each.fileno() for each in sockets}
        for fd in waiting:
            poll.register(fd, select.POLLRDHUP)
        deadline = time.monotonic() + seconds
        while waiting and time.monotonic() < deadline:
            for fd, _ in poll.poll(250):
                waiting.discard(fd)
                poll.unregister(fd)
        self.assertEqual(set(), waiting, "still open")

    def info(self, running, password=None):
        with running.client() as client:
            if password:
                self.assertEqual("OK", client.call("AUTH", password))
            return client.info()

    def await_count(self, running, field, least, password=None):
        """Waits until INFO counts so many. Returns all fields of INFO."""
        deadline = time.monotonic() + 60
        while int((info := self.info(running, password))[field]) < least:
            self.assertLess(time.monotonic(), deadline, f"{field} is {info[field]}, not {least}")
            time.sleep(0.05)
        return info


def try_to_send(to, raw):
    """Sends as much as the server takes before it closes."""
    with contextlib.suppress(OSError):
        to.sendall(raw)


def all_from(each):
    """Reads every byte until the connection ends, with or without an error."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while more := each.recv(65536):
            said += more
    return said
