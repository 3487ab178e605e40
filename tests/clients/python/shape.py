"""The steps of each client's script, which prints the result of each as a line of JSON.

The runner passes the servers' addresses in the environment, and judges the results.
"""

import json
import os
import sys

PORT = int(os.environ["CLIENT_PORT"])
PASSWORD_PORT = int(os.environ["CLIENT_PASSWORD_PORT"])
PASSWORD = os.environ["CLIENT_PASSWORD"]
TLS_PORT = int(os.environ["CLIENT_TLS_PORT"])
CA = os.environ["CLIENT_CA"]
NAME = os.environ["CLIENT_NAME"]


def allocate(step):
    """The command for one line of this client's order for the step."""
    return ("ALLOCATE", f"{NAME}-{step}", "LAMP", "1")


def text(value):
    """Bytes as text, in lists, too."""
    if isinstance(value, list):
        return [text(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


def say(**line):
    print(json.dumps(line), flush=True)


def attempt(step, function):
    try:
        say(step=step, value=text(function()))
    except Exception as error:
        say(step=step, error=f"{type(error).__name__}: {error}")


def twice(function):
    """Some libraries fail the first command after a restart of the server, and then continue."""
    try:
        return function()
    except Exception:
        return function()


def will_listen():
    """The runner allocates a line as soon as a client subscribes to line_allocated."""
    say(listens=True)


def await_restart():
    """Returns when the runner has restarted the server."""
    say(restart=True)
    sys.stdin.readline()
