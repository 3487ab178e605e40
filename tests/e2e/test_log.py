"""A log that cannot be written: a pipe that is not read, a full disk, a closed reader."""

import fcntl
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import server
from resp import Client

MIB = 1024 * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_true(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class LogCase(server.Case):
    """A server whose standard error is the test's own."""

    def start(self, stderr, *options):
        self.address = ("127.0.0.1", free_port())
        command = [server.BINARY, "serve", "--data", self.store, "--listen", "%s:%d" % self.address,
                   *server.SMALL_FILES, *options]
        self.process = subprocess.Popen(command, env=server.environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=stderr)
        self.addCleanup(self.end)
        await_true(self.is_ready, "the server is ready")

    def is_ready(self):
        self.assertIsNone(self.process.poll())
        try:
            with Client(self.address) as client:
                return client.info()["loading"] == "0"
        except OSError:
            return False

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def lose_lines(self, client):
        """Has the server log a line at each command: a snapshot cannot be begun where a directory has its name."""
        in_the_way = self.store / "snapshot.tmp"
        in_the_way.mkdir()
        self.assertEqual("OK", client.call("ADDBATCH", f"batch-{time.monotonic_ns()}", "SKU", 10))
        deadline = time.monotonic() + 120
        while self.lost(client) == 0:
            self.assertLess(time.monotonic(), deadline)
            client.pipeline(("SNAPSHOT",) for _ in range(1000))
        in_the_way.rmdir()

    @staticmethod
    def lost(client):
        return int(client.info()["log_lines_lost"])


class GivenALogPipeThatNothingReads(LogCase):
    def setUp(self):
        super().setUp()
        self.reader, writer = os.pipe()
        self.addCleanup(self.close_reader)
        flags = fcntl.fcntl(writer, fcntl.F_GETFL)
        fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while True:
                os.write(writer, b"." * 4096)
        except BlockingIOError:
            pass
        fcntl.fcntl(writer, fcntl.F_SETFL, flags)
        self.start(writer)
        self.flags = fcntl.fcntl(writer, fcntl.F_GETFL)
        self.addCleanup(os.close, writer)
        self.writer = writer

    def close_reader(self):
        if self.reader is not None:
            os.close(self.reader)
        self.reader = None

    def read_until(self, text):
        """All that comes up to a text, on a thread of its own: a pipe has no deadline."""
        found = []

        def read():
            while text not in b"".join(found):
                piece = os.read(self.reader, 65536)
                if not piece:
                    return
                found.append(piece)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        thread.join(60)
        self.assertFalse(thread.is_alive(), b"".join(found)[-1000:])
        return b"".join(found).decode()

    def test_when_log_lines_are_lost_then_clients_are_served_and_the_log_has_their_number(self):
        with Client(self.address) as client, Client(self.address) as other:
            self.lose_lines(client)
            self.assertEqual("PONG", other.call("PING"))
            self.assertEqual("OK", other.call("ADDBATCH", "b-2", "SKU", 10))
            # Flags that other processes share on the pipe are unchanged.
            self.assertEqual(self.flags, fcntl.fcntl(self.writer, fcntl.F_GETFL))
            lost = self.lost(other)
            self.assertGreater(lost, 0)
            text = self.read_until(b"lost")
            self.assertRegex(text, r'level=warning msg="\d+ log lines? (was|were) lost')
            self.assertIn("msg=listening", text)
            counted = int(re.search(r'msg="(\d+) log line', text)[1])
            self.assertLessEqual(counted, self.lost(other))
            self.assertGreaterEqual(counted, lost)
        self.process.send_signal(signal.SIGTERM)
        self.read_until(b"msg=stopped")
        self.assertEqual(0, self.process.wait(server.STOP_S))

    def test_when_the_pipe_is_never_read_then_the_server_still_ends(self):
        with Client(self.address) as client:
            self.assertEqual("PONG", client.call("PING"))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(server.STOP_S))
        self.assertGood(self.store)

    def test_when_its_reader_is_gone_then_all_are_served_and_the_server_ends(self):
        self.close_reader()
        with Client(self.address) as client:
            self.lose_lines(client)
            self.assertEqual("PONG", client.call("PING"))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(server.STOP_S))

    def test_when_another_server_cannot_start_then_it_ends_although_nothing_reads_why(self):
        for arguments in (["--data", self.store, "--listen", "127.0.0.1:0"],
                          ["--data", self.scratch / "other", "--listen", "%s:%d" % self.address],
                          ["--no-such-option"]):
            failed = subprocess.run([server.BINARY, "serve", *arguments], env=server.environment(),
                                    stderr=self.writer, check=False, timeout=server.START_S)
            self.assertIn(failed.returncode, (1, 2))


class GivenALogOnAFullDisk(LogCase):
    def file_at(self, path, size):
        path.touch()
        os.truncate(path, size)
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self.addCleanup(os.close, file)
        return file

    def test_when_its_file_may_not_grow_for_a_while_then_nothing_is_lost_and_the_end_is_logged(self):
        # The limit is one on every file; only the log is so long already.
        path = self.scratch / "log"
        start = 64 * MIB
        self.start(self.file_at(path, start))
        with Client(self.address) as client:
            _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (start, hard))
            size = path.stat().st_size
            (self.store / "snapshot.tmp").mkdir()
            self.assertEqual("OK", client.call("ADDBATCH", "b", "SKU", 10))
            client.call("SNAPSHOT")
            await_true(lambda: client.info()["snapshots_failed"] == "1", "a snapshot has failed, which is logged")
            self.assertEqual("PONG", client.call("PING"))
            self.assertEqual(size, path.stat().st_size)
            (self.store / "snapshot.tmp").rmdir()
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            self.assertEqual(0, self.lost(client))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(server.STOP_S))
        text = path.read_bytes()[start:].decode()
        self.assertRegex(text, "the snapshot failed")
        self.assertRegex(text, "msg=stopped")
        self.assertNotRegex(text, "lost")

    def test_when_the_disk_is_full_and_then_has_space_then_the_loss_is_logged_and_logging_continues(self):
        disk = self.mount_disk(4 * MIB)
        path = disk / "log"
        self.start(self.file_at(path, 0))
        with Client(self.address) as client:
            with open(disk / "else", "wb", buffering=0) as full, self.assertRaises(OSError):
                while True:
                    full.write(b"x" * 4096)
            self.lose_lines(client)
            self.assertEqual("PONG", client.call("PING"))
            os.unlink(disk / "else")
            await_true(lambda: re.search("log lines? (was|were) lost", path.read_text()), "the loss is logged")
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(server.STOP_S))
        self.assertIn("msg=stopped", path.read_text())


class GivenStandardErrorIsClosed(LogCase):
    def test_when_the_server_serves_then_no_file_of_the_store_takes_its_number(self):
        self.address = ("127.0.0.1", free_port())
        command = [server.BINARY, "serve", "--data", str(self.store), "--listen", "%s:%d" % self.address,
                   *server.SMALL_FILES]
        self.process = subprocess.Popen(["/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", *command],
                                        env=server.environment())
        self.addCleanup(self.end)
        await_true(self.is_ready, "the server is ready")
        for descriptor in range(3):
            self.assertEqual("/dev/null", os.readlink(f"/proc/{self.process.pid}/fd/{descriptor}"))
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(server.STOP_S))
        self.assertGood(self.store)


if __name__ == "__main__":
    server.main()
