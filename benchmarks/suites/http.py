"""Over HTTP, durable: POST /allocate against an echo on Boost.Beast."""

import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

from harness.servers import SKUS, allot, require_no_errors, sku, stock_allot
from harness.service import accepts, free_port, running
from harness.table import Figure, Suite, at_least, spread_of

CONNECTIONS = 64
SCRIPT = Path(__file__).parent.parent / "peers" / "http_allocate.lua"

METHOD = f"""\
`wrk`, one thread with {CONNECTIONS} persistent connections: each sends `POST /allocate` for an order of its own and a random
SKU, waits for the answer, and sends the next. `allot serve --durability always --http` with a stock of {SKUS:,} SKUs answers
once the line is durable. The echo (`bench_http_echo`) is Boost.Beast's own asynchronous reading and writing on one thread: it
gets the same requests, and sends the bytes of one of Allot's answers. Both servers run throughout; they get requests
alternately. Only status 202 counts as an answer, and Allot must hold as many lines as it has answered."""


def an_answer(port):
    """Returns the bytes of one of Allot's answers."""
    body = f'{{"orderid":"one","sku":"{sku(0)}","qty":1}}'.encode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"POST /allocate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = client.recv(65536)
    if not answer.startswith(b"HTTP/1.1 202 "):
        raise SystemExit(f"Allot answers {answer}")
    return answer


class Target:
    def __init__(self, service, port):
        self.service, self.port = service, port
        self.answered = self.runs = 0

    def run(self, seconds):
        self.runs += 1
        before = self.service.cpu_seconds()
        command = ["wrk", "-t", 1, "-c", CONNECTIONS, "-d", f"{seconds}s", "-s", SCRIPT,
                   f"http://127.0.0.1:{self.port}", "--", f"{self.runs}-", SKUS]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
        result = next(line for line in done.stdout.splitlines() if line.startswith("result "))
        requests, duration_us, wrong, p99_us = map(int, result.split()[1:])
        if wrong:
            raise SystemExit(f"wrk counts {wrong} errors:\n{done.stdout}")
        self.answered += requests
        return {"rps": requests / duration_us * 1e6, "p99_ms": p99_us / 1000,
                "cpu_us": (self.service.cpu_seconds() - before) / requests * 1e6}


def run(context):
    seconds = context.sized(5, 2)
    with ExitStack() as stack:
        directory = stack.enter_context(context.directory())
        port, echo_port = free_port(), free_port()
        service = stack.enter_context(allot(context, directory, "always", "--http", f"127.0.0.1:{port}"))
        stock_allot(service)
        reply = directory / "reply"
        reply.write_bytes(an_answer(port))
        command = [context.build / "benchmarks" / "bench_http_echo", echo_port, reply]
        echo = stack.enter_context(running(command, echo_port, directory / "echo.log", ready=accepts))
        if an_answer(echo_port) != reply.read_bytes():
            raise SystemExit(f"the echo answers {an_answer(echo_port)}, Allot {reply.read_bytes()}")
        targets = {"allot": Target(service, port), "echo": Target(echo, echo_port)}
        rows = {name: [] for name in targets}
        for target in targets.values():
            target.run(1)  # and both are warm
        for _ in context.rounds("http"):
            for name, target in targets.items():
                rows[name].append(target.run(seconds))
        require_no_errors(service)
        require_held(int(service.info()["lines"]), targets["allot"])
    return results(rows)


def require_held(lines, ours):
    """Checks the number of lines. At the end of a run, wrk does not wait for the last answers."""
    if not ours.answered <= lines - 1 <= ours.answered + ours.runs * CONNECTIONS:
        raise SystemExit(f"Allot holds {lines} lines after {ours.answered} answers")


def results(rows):
    ratios = [ours["rps"] / theirs["rps"] for ours, theirs in zip(rows["allot"], rows["echo"])]
    suite = Suite("HTTP", METHOD)
    suite.figures = [Figure("durable `POST /allocate`, 64 connections, ÷ Beast echo of the same bytes", ratios,
                            goal=at_least(0.6))]
    for name, runs in rows.items():
        rates = spread_of([run["rps"] / 1000 for run in runs], "k/s")
        p99 = spread_of([run["p99_ms"] for run in runs], "ms")
        cpu = spread_of([run["cpu_us"] for run in runs], "µs")
        suite.information.append(f"{name}: {rates}; p99 {p99}; server's processor time a request {cpu}")
    return suite
