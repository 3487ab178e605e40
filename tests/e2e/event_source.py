"""A client of server-sent events, like a browser's EventSource, but without reconnecting."""

import http.client


class EventSource:
    """One connection. `last` is the id of the last event, a cursor, for Last-Event-ID.
    
    `retry_ms` is the delay before a reconnect. `text` is the body of an answer that is not a stream.
    """

    def __init__(self, where, path="/v1/feed", last=None, timeout=20, headers=None):
        self.connection = http.client.HTTPConnection(*where, timeout=timeout)
        known = {} if last is None else {"Last-Event-ID": str(last)}
        self.connection.request("GET", path, headers=(headers or {}) | known)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last, self.retry_ms, self.heartbeats = last, None, 0
        self.text = "" if self.status == 200 else self.answer.read().decode()

    def events(self):
        """(LSN, name, data) of each event, until the server ends the stream. Raises when it ends otherwise.
        
        Events that only have the position of the stream are left out.
        """
        rest, name, data = b"", "message", []
        while more := self.answer.read1(65536):
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                field, _, value = line.decode().partition(":")
                value = value.removeprefix(" ")
                if not line:
                    if data and name != "position":
                        yield int(self.last.rpartition(":")[2]), name, "\n".join(data)
                    name, data = "message", []
                elif field == "id":
                    self.last = value
                elif field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif field == "retry":
                    self.retry_ms = int(value)
                elif line.startswith(b":"):
                    self.heartbeats += 1
                else:
                    raise AssertionError(f"no line of an event: {line!r}")
        if rest:
            raise AssertionError(f"the stream ends within a line: {rest!r}")

    def take(self, count):
        """The next events, so many."""
        stream = self.events()
        return [next(stream) for _ in range(count)]

    def close(self):
        self.answer.close()  # which has the socket, since it is the last answer
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()
