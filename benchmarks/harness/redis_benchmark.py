"""redis-benchmark as the client of a server under measurement."""

import csv
import io
import math
import subprocess

from harness.servers import SKUS

RUN = "RUN"  # in a command: the number of the run


class Side:
    """A server, and the command sent to it, with orders that differ from run to run."""

    def __init__(self, service, words):
        self.service = service
        self.words = words
        self.requests = 0
        self.runs = 0

    @classmethod
    def of_allot(cls, service):
        return cls(service, ["ALLOCATE", f"{RUN}-__rand_int__", "SKU-__rand_int__", "1"])

    @classmethod
    def of_redis(cls, service):
        return cls(service, ["FCALL", "allocate", "1", "SKU-__rand_int__", f"{RUN}-__rand_int__",
                             "1"])

    def run(self, clients, pipeline, requests):
        """Sends so many random lines. Returns redis-benchmark's row, and server time a request."""
        before = self.service.cpu_seconds()
        # redis-benchmark seeds itself with time and process id, which once repeated a run.
        self.runs += 1
        words = [word.replace(RUN, f"{self.runs:03}") for word in self.words]
        command = ["redis-benchmark", "-p", self.service.port, "-c", clients, "-P", pipeline,
                   "-r", SKUS, "-n", requests, "-e", "--csv", *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              check=True)
        rows = [line for line in done.stdout.splitlines() if line.startswith('"')]
        row = next(csv.DictReader(io.StringIO("\n".join(rows))))
        self.requests += requests
        row["cpu_us"] = (self.service.cpu_seconds() - before) / requests * 1e6
        return {key: float(value) for key, value in row.items() if key != "test"}


def require_all_held(name, lines, requests):
    """Checks the number of lines: at most about n² / 2 / (orders × SKUs) of n random pairs come twice."""
    twice = requests**2 / 2 / SKUS**2
    least = requests - twice - 6 * math.sqrt(twice) - 1
    if not least <= lines <= requests:
        raise SystemExit(f"{name} holds {lines} lines after {requests} requests")
