"""The part of the Redis protocol that a benchmark needs to query a server's state."""

import socket


def encoded(*words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class Loading(OSError):
    """The server listens, and its store is not open yet."""


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def ask(self, *words):
        self.socket.sendall(encoded(*words))
        return self.reply()

    def reply(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-" and rest.startswith("LOADING "):
            raise Loading(rest)
        if kind == b"-":
            raise SystemExit(f"the server says: {rest}")
        if kind == b":":
            return int(rest)
        if kind == b"$":
            data = self.stream.read(int(rest) + 2) if int(rest) >= 0 else None
            return data and data[:-2].decode()
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return rest
