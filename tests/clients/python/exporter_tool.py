"""prometheus-redis-exporter, which reads INFO, CONFIG, SLOWLOG, LATENCY and CLIENT LIST."""

import contextlib
import re
import socket
import subprocess
import time
import urllib.request

from shape import CA, PASSWORD, PASSWORD_PORT, PORT, TLS_PORT, attempt, await_restart


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def exporter(address, *options):
    port = free_port()
    process = subprocess.Popen(
        ["prometheus-redis-exporter", "-redis.addr", address, "-web.listen-address", f"127.0.0.1:{port}", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        process.kill()
        process.wait()


def page(url):
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def seen(text):
    """Whether it is up, and its role."""
    up = re.search(r"^redis_up (\d)", text, re.MULTILINE)
    role = re.search(r'^redis_instance_info\{.*\brole="(\w+)"', text, re.MULTILINE)
    return [up and up[1], role and role[1]]


def password():
    with exporter(f"redis://127.0.0.1:{PASSWORD_PORT}", "-redis.password", PASSWORD) as url:
        right = "batch-1" if seen(page(url))[0] == "1" else "not up"
    with exporter(f"redis://127.0.0.1:{PASSWORD_PORT}", "-redis.password", "wrong") as url:
        return [right, "refused: not up" if seen(page(url))[0] == "0" else "let in"]


def tls():
    with exporter(f"rediss://127.0.0.1:{TLS_PORT}", "-tls-ca-cert-file", CA) as url:
        return "batch-1" if seen(page(url))[0] == "1" else "not up"


with exporter(f"redis://127.0.0.1:{PORT}") as plain:
    attempt("metrics", lambda: seen(page(plain)))
    attempt("password", password)
    attempt("tls", tls)
    await_restart()
    attempt("reconnect", lambda: "batch-1" if seen(page(plain))[0] == "1" else "not up")
