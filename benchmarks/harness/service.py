"""Servers under measurement: started on a free loopback port, ended by process id."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import harness.resp as resp

SECONDS_TO_START = 30
SECONDS_TO_STOP = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """A running server; most speak RESP."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    def ask(self, *words):
        with resp.Connection(self.port) as connection:
            return connection.ask(*words)

    def info(self):
        """The fields of INFO, as text."""
        pairs = (line.partition(":") for line in self.ask("INFO").splitlines())
        return {key: value for key, colon, value in pairs if colon}

    def cpu_seconds(self):
        """User and system time so far, all threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, commands):
        """Sends commands through redis-cli's mass insertion; none may be refused."""
        stream = b"".join(resp.encoded(*words) for words in commands)
        command = ["redis-cli", "-p", str(self.port), "--pipe"]
        done = subprocess.run(command, input=stream, capture_output=True, check=False)
        if done.returncode != 0 or b"errors: 0" not in done.stdout:
            raise SystemExit(f"stock was not loaded: {done.stdout.decode()}{done.stderr.decode()}")


def answers_ping(service):
    return service.ask("PING") == "PONG"


def accepts(service):
    """Accepts connections, and need not answer."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=1):
        return True


@contextlib.contextmanager
def running(command, port, log, ready=answers_ping):
    """Runs a server until the end of the block, which begins when it is `ready(service)`."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )
    service = Service(process, port)
    try:
        await_ready(service, log, ready)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_ready(service, log, ready):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and service.process.poll() is None:
        with contextlib.suppress(OSError):
            if ready(service):
                return
        time.sleep(0.05)
    raise SystemExit(f"{service.process.args[0]} does not answer:\n{Path(log).read_text()}")
