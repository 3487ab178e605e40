"""A minimal client: one socket, RESP2 and RESP3."""

import socket
from typing import NamedTuple

TIMEOUT_S = 30


class Status(str):
    """A status reply: equal to its text, and distinguished from data by its type."""


class Failure(NamedTuple):
    """An error reply: its first word, and the rest."""

    code: str
    text: str


def encoded(*arguments):
    """One command as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        raw = argument if isinstance(argument, bytes) else str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(raw), raw))
    return b"".join(parts)


def bytes_of(text):
    """The bytes of a bulk string."""
    return text.encode(errors="surrogateescape")


class Client:
    """Replies come as Python values: +status as Status, $bulk as str, -error as Failure.

    Bytes of a bulk string that are no UTF-8 become surrogates (see bytes_of).
    A reply that does not come within TIMEOUT_S raises TimeoutError; a connection that is closed,
    EOFError or OSError. Use with `with`. `tls` is an ssl.SSLContext, or None.
    """

    def __init__(self, address, tls=None):
        self.socket = socket.create_connection(address, TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            # An end that the server did not announce is an error.
            self.socket = tls.wrap_socket(self.socket, server_hostname=address[0],
                                          suppress_ragged_eofs=False)
        self.stream = self.socket.makefile("rb", 64 * 1024)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, raw):
        self.socket.sendall(raw)

    def call(self, *arguments):
        self.send(encoded(*arguments))
        return self.read()

    def pipeline(self, commands):
        """Sends all commands at once. Returns their replies, in order."""
        commands = list(commands)
        self.send(b"".join(encoded(*command) for command in commands))
        return [self.read() for _ in commands]

    def type(self, text):
        """Sends text as a person at telnet would. Returns the reply."""
        self.send(text.encode())
        return self.read()

    def info(self):
        """All of INFO, as a dictionary of text."""
        lines = self.call("INFO").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def rest(self):
        """Every byte until the server closes the connection."""
        return self.stream.read()

    def read(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(f"the connection was closed after {line!r}")
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return Status(rest.decode())
            case b"-":
                return Failure(*rest.decode().split(" ", 1))
            case b":":
                return int(rest)
            case b"#":
                return {b"t": True, b"f": False}[rest]
            case b"_":
                return None
            case b"$":
                return self._bulk(int(rest))
            case b"=":
                return self._bulk(int(rest))[len("txt:") :]
            case b"*" | b"~" | b">":
                return [self.read() for _ in range(int(rest))]
            case b"%":
                return {self.read(): self.read() for _ in range(int(rest))}
        raise AssertionError(f"no reply begins like {line!r}")

    def _bulk(self, size):
        if size == -1:
            return None
        raw = self.stream.read(size + 2)
        if len(raw) != size + 2:
            raise EOFError("the connection was closed within a reply")
        if raw[-2:] != b"\r\n":
            raise AssertionError(f"a reply of {size} bytes ends with {raw[-2:]!r}")
        return raw[:-2].decode(errors="surrogateescape")
