"""A well-behaved client in a process of its own: one command at a time, and the time of each.

The process is a separate one because a thread of the attacker's would measure the attacker.
"""

import subprocess
import sys
import threading
import time

from resp import Client

PAUSE_S = 0.001


class Polite:
    """Sends commands until it is stopped. Use with `with`; then `samples` are (when, seconds) of every reply."""

    def __init__(self, address, password="-"):
        self.samples = []
        self._process = subprocess.Popen(
            [sys.executable, __file__, address[0], str(address[1]), password],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        if self._process.stdout.readline() != "ready\n":
            raise AssertionError("the polite client is refused: " + self._process.communicate()[1])
        return self

    def __exit__(self, *_):
        said, complaint = self._process.communicate(timeout=30)
        if self._process.returncode != 0:
            raise AssertionError("the polite client was not served: " + complaint)
        self.samples = [tuple(map(float, line.split())) for line in said.splitlines()]

    def between(self, begin, end):
        return sorted(took for when, took in self.samples if begin <= when < end)


def p99(times):
    return times[len(times) * 99 // 100]


def main(host, port, password):
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    samples = []
    with Client((host, int(port))) as client:
        commands = [("ADDBATCH", "polite", "POLITE", 1000)]
        if password != "-":
            commands.insert(0, ("AUTH", password))
        for command in commands:
            if client.call(*command) != "OK":
                sys.exit(f"{command[0]} was refused")
        print("ready", flush=True)
        while not stop.is_set():
            began = time.monotonic()
            reply = client.call("ALLOCATE", "polite", "POLITE", 1)
            samples.append((began, time.monotonic() - began))
            if reply != "polite":
                sys.exit(f"the reply was {reply!r}")
            time.sleep(PAUSE_S)
    sys.stdout.write("".join(f"{when} {took}\n" for when, took in samples))


if __name__ == "__main__":
    main(*sys.argv[1:])
