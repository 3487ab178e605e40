"""The real program as a process: `allot serve` on a free loopback port, and one-shot commands.

Every wait has a bound, and a server ends with the test that started it.
"""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from resp import Client

BINARY = os.environ.get("ALLOT_BINARY", "allot")
HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
START_S = 20
STOP_S = 20

# Small files, so that a server starts in no time and the journal changes files often.
SMALL_FILES = ("--segment-size", "1MiB")


def environment(**settings):
    """Our environment without variables that would configure the program, and with `settings`."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("ALLOT_")}
    return ours | settings


def allot(*arguments, env=None, timeout=30, binary=BINARY, **options):
    """Runs a command of the program to its end."""
    return subprocess.run(
        [binary, *map(str, arguments)],
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        **options,
    )


def tool(name):
    """The path of a program that a test needs. One that is missing is a failure."""
    given = os.environ.get(f"ALLOT_{name.upper()}", "")
    found = given if os.path.exists(given) else shutil.which(name)
    if found is None:
        raise AssertionError(f"{name} is not installed: ./dev install-deps")
    return found


def _end_with_parent():
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Server:
    """One `allot serve`. Started by the main thread; stopped by its process id.

    `around` is a command that becomes the server, such as `strace -D`.
    """

    def __init__(self, directory, *options, listen="127.0.0.1:0", await_start=True, env=None,
                 around=(), binary=BINARY):
        command = [*around, binary, "serve", "--data", str(directory), "--listen", listen, *options]
        self.log = []  # lines of standard error
        self.address = None
        self._log_ended = False
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            command,
            env=environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            preexec_fn=_end_with_parent,
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if await_start:
            self.await_start()

    def _read_log(self):
        for line in self.process.stderr:
            found = re.search(r"msg=listening\b.*\baddress=(\S+):(\d+)", line)
            with self._changed:
                self.log.append(line.rstrip("\n"))
                if found:
                    self.address = (found[1], int(found[2]))
                self._changed.notify_all()
        with self._changed:
            self._log_ended = True
            self._changed.notify_all()

    def await_start(self):
        if not self.listens():
            self.kill()
            raise AssertionError("the server does not listen:\n" + self.text)

    def listens(self):
        """Waits until it listens, or has ended instead. Raises when it does neither in START_S."""
        with self._changed:
            if self._changed.wait_for(lambda: self.address or self._log_ended, START_S):
                return self.address is not None
        self.kill()
        raise AssertionError("the server neither listens nor ends:\n" + self.text)

    def await_text(self, pattern):
        """Waits until its log has a text."""
        with self._changed:
            self._changed.wait_for(lambda: re.search(pattern, self.text) or self._log_ended, START_S)
        if not re.search(pattern, self.text):
            raise AssertionError(f"the server has not logged {pattern}:\n{self.text}")

    @property
    def text(self):
        """Its whole log. While it runs, the last lines may be missing: see await_text()."""
        return "\n".join(self.log)

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return self.address[1]

    def client(self):
        return Client(self.address)

    def resident_bytes(self):
        return self._memory("VmRSS")

    def forget_peak(self):
        """The next peak_bytes() counts from now."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak_bytes(self):
        return self._memory("VmHWM")

    def _memory(self, field):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    def stop(self, how=signal.SIGTERM):
        """Sends SIGTERM. Returns the exit code; raises when it takes longer than STOP_S."""
        self.process.send_signal(how)
        return self.await_end()

    def kill(self):
        """Kills it, as a crash would, without a chance to finish anything."""
        self.process.kill()
        self.await_end()

    def await_end(self, timeout=STOP_S):
        """The exit code, once it has ended."""
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        self.process.stderr.close()
        return code

    def end(self):
        """Whatever state it is in."""
        if self.process.poll() is None:
            self.kill()


class Case(unittest.TestCase):
    """A test with a directory of its own, and servers that end with it."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="allot-e2e-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.store = self.scratch / "store"

    def serve(self, *options, directory=None, **more):
        server = Server(directory or self.store, *SMALL_FILES, *options, **more)
        self.addCleanup(server.end)
        return server

    def mount_disk(self, size):
        """A disk of so many bytes, which is memory, until the test ends. Needs to be root, or skips the test."""
        disk = self.scratch / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "allot-test", str(disk)],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("only root may mount a small disk: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(disk)], check=True)
        return disk

    def client(self, server):
        client = server.client()
        self.addCleanup(client.close)
        return client

    def assertFails(self, reply, code, *parts):
        """An error reply with this code, whose text holds the parts."""
        self.assertEqual(code, getattr(reply, "code", None), f"in {reply!r}")
        for part in parts:
            self.assertIn(part, reply.text)

    def assertGood(self, directory):
        """`allot check` finds a closed store good."""
        checked = allot("check", "--data", directory)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)
        return checked.stdout

    def assertDumped(self, seen):
        """Checks that each (LSN, batch) that was seen is in the journal."""
        self.assertEqual(list(range(1, len(seen) + 1)), [lsn for lsn, _ in seen])
        dumped = allot("dump", "--data", self.store).stdout.splitlines()
        for (lsn, batch), line in zip(seen, dumped, strict=False):
            self.assertTrue(line.startswith(f"{lsn} ") and f" batch={batch} " in line, line)
        self.assertGreaterEqual(len(dumped), len(seen))


class ServedCase(Case):
    """A test with a server and a client."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.addCleanup(self.assert_alive)
        self.one = self.client(self.server)

    def assert_alive(self):
        """Fails when the test has ended its server by accident."""
        if self.server.process.returncode is None:
            self.assertIsNone(self.server.process.poll(), self.server.text)

    def add(self, *batches):
        """Each: reference, SKU, quantity and perhaps an ETA."""
        for batch in batches:
            self.assertEqual("OK", self.one.call("ADDBATCH", *batch))

    def available(self, sku):
        """The available units in STOCK, by batch, in order of preference."""
        return {batch: left for batch, _, _, left in self.one.call("STOCK", sku)}


def main():
    unittest.main(verbosity=2)


@contextlib.contextmanager
def within(seconds, what):
    """Fails when the block took longer."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    if took > seconds:
        raise AssertionError(f"{what} took {took:.1f} s, more than {seconds}")
