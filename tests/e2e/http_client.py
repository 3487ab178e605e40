"""HTTP clients: one that sends valid requests, and one that sends any bytes."""

import http.client
import json
import re
import socket


def address(running):
    """Where a server listens for HTTP."""
    found = re.search(r"msg=listening\b.*\bhttp=(\S+):(\d+)", running.text)
    return found[1], int(found[2])


class Http:
    """One connection, kept alive; reopened when the server has closed it."""

    def __init__(self, where, headers=None, tls=None):
        self.connection = (http.client.HTTPSConnection(*where, timeout=20, context=tls) if tls
                           else http.client.HTTPConnection(*where, timeout=20))
        self.headers = headers or {}

    def ask(self, method, path, body=None, **headers):
        """(status, body as JSON if it is JSON, otherwise as text)."""
        sent = dict(self.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, path, body, sent)
        self.answer = self.connection.getresponse()
        said = self.answer.read()
        is_json = self.answer.headers.get("Content-Type") == "application/json" and said
        return self.answer.status, json.loads(said) if is_json else said.decode()

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()


class Raw:
    """A socket whose answers are parsed here, so that every byte of them is checked."""

    def __init__(self, where, timeout=20):
        self.socket = socket.create_connection(where, timeout)
        self.socket.settimeout(timeout)
        self.bytes = b""

    def send(self, raw):
        self.socket.sendall(raw)

    def _more(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionError:
            more = b""
        self.bytes += more
        return bool(more)

    def answer(self, is_head=False):
        """(status, header lines, body), or None when the server has closed instead."""
        while b"\r\n\r\n" not in self.bytes:
            if not self._more():
                return None
        head, _, rest = self.bytes.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        length = next((int(line.split(": ")[1]) for line in lines if line.startswith("Content-Length: ")), 0)
        length = 0 if is_head else length
        while len(rest) < length:
            if not self._more():
                return None
            rest = self.bytes.partition(b"\r\n\r\n")[2]
        self.bytes = rest[length:]
        return int(first.split()[1]), lines, rest[:length].decode()

    def is_closed(self):
        """Waits until the server has closed. False when it sends something more."""
        return not self.bytes and not self._more()

    def close(self):
        self.socket.close()
