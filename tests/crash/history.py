"""The commands and replies of clients, with their times."""

import threading
import time
from typing import Any, Iterable, NamedTuple

from model import Command
from resp import Client, encoded


class Operation(NamedTuple):
    """A command of one connection, or a transaction: ("EXEC", command, command…). Without a reply it may have happened, once, or not at all."""

    command: Command
    invoked: int  # ns of the monotonic clock, before it was sent
    completed: int | None  # after its reply was read
    reply: Any


def requests(command: Command) -> list[Command]:
    """The bytes that are sent for it."""
    if command[0] != "EXEC":
        return [command]
    return [("MULTI",), *command[1:], ("EXEC",)]


class Recorder:
    """The history of one connection. Its operations are executed in their order."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.operations: list[Operation] = []
        self.broken = False
        self._client = Client(address)

    def close(self) -> None:
        self._client.close()

    def call(self, *command: Any) -> Any:
        return self.pipeline([command])[0]

    def pipeline(self, commands: Iterable[Command]) -> list[Any]:
        """Sends all at once, and records each. Raises EOFError or OSError when the connection
        breaks; commands without a reply by then are recorded as such."""
        commands = list(commands)
        invoked = time.monotonic_ns()
        replies: list[Any] = []
        try:
            self._client.send(b"".join(encoded(*request) for command in commands
                                       for request in requests(command)))
            for command in commands:
                for _ in requests(command)[1:]:
                    self._client.read()  # OK or QUEUED; EXEC reports a refusal
                reply = self._client.read()
                self.operations.append(Operation(command, invoked, time.monotonic_ns(), reply))
                replies.append(reply)
        except (EOFError, OSError):
            self.broken = True
            raise
        finally:
            for command in commands[len(replies) :]:
                self.operations.append(Operation(command, invoked, None, None))
        return replies


class Worker(threading.Thread):
    """Sends the commands, some at a time, until the connection breaks."""

    def __init__(self, address: tuple[str, int], commands: Iterable[list[Command]]) -> None:
        super().__init__(daemon=True)
        self.recorder = Recorder(address)
        self.hung = False  # a reply did not come, and the connection stayed
        self._commands = commands

    def run(self) -> None:
        try:
            for some in self._commands:
                self.recorder.pipeline(some)
        except TimeoutError:
            self.hung = True
        except (EOFError, OSError):
            pass  # what was acknowledged before is in the history
        finally:
            self.recorder.close()
