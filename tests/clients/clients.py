"""The clients that are tried: the name of each, how it is run, and how its version is found."""

import os
import pathlib
import shutil
import subprocess
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
GOCODE = "/usr/share/gocode"

STEPS = ("allocate", "stock", "pipeline", "transaction", "watch", "subscribe", "password", "tls", "reconnect")


class Tried(NamedTuple):
    name: str  # in orders, one word
    title: str
    call: str  # how a program gives a command that the library does not know
    command: tuple  # its first word may be a program, or a build below
    package: str = ""  # of Debian, which names the version where the library does not
    steps: tuple = STEPS


def node(script, *arguments):
    return ("node", str(HERE / "node" / script), *arguments)


def python(script, *arguments):
    return ("/usr/bin/python3", str(HERE / "python" / script), *arguments)


CLIENTS = (
    Tried("hiredis", "C: hiredis", 'redisCommand(c, "ALLOCATE …")', ("build:hiredis",)),
    Tried("redigo", "Go: redigo", 'conn.Do("ALLOCATE", …)', ("build:redigo",), "golang-github-gomodule-redigo-dev"),
    Tried("lua-redis", "Lua: redis-lua", 'redis.command("ALLOCATE")',
          ("lua5.1", str(HERE / "lua" / "redis.lua"))),
    Tried("ioredis5", "Node.js: ioredis 5", 'client.call("ALLOCATE", …)', node("ioredis.mjs", "ioredis5")),
    Tried("ioredis6", "Node.js: ioredis 6", 'client.call("ALLOCATE", …)', node("ioredis.mjs", "ioredis6")),
    Tried("iovalkey", "Node.js: iovalkey", 'client.call("ALLOCATE", …)', node("ioredis.mjs", "iovalkey")),
    Tried("redis4", "Node.js: node-redis 4", 'client.sendCommand(["ALLOCATE", …])', node("redis.mjs", "redis4")),
    Tried("redis5", "Node.js: node-redis 5", 'client.sendCommand(["ALLOCATE", …])', node("redis.mjs", "redis5")),
    Tried("redis6", "Node.js: node-redis 6", 'client.sendCommand(["ALLOCATE", …])', node("redis.mjs", "redis6")),
    Tried("glide", "Node.js: valkey-glide", 'client.customCommand(["ALLOCATE", …])', node("glide.mjs")),
    Tried("perl-redis", "Perl: Redis", "$client->allocate(…)", ("perl", str(HERE / "perl" / "redis.pl"), "Redis")),
    Tried("perl-redis-fast", "Perl: Redis::Fast", "$client->allocate(…)",
          ("perl", str(HERE / "perl" / "redis.pl"), "Redis::Fast")),
    Tried("phpredis", "PHP: phpredis", "$client->rawCommand('ALLOCATE', …)",
          ("php", str(HERE / "php" / "phpredis.php"))),
    Tried("predis", "PHP: Predis", "$client->executeRaw(['ALLOCATE', …])",
          ("php", str(HERE / "php" / "predis.php"))),
    Tried("redis-py", "Python: redis-py", 'client.execute_command("ALLOCATE", …)', python("redis_sync.py")),
    Tried("redis-py-asyncio", "Python: redis-py, asyncio", 'await client.execute_command("ALLOCATE", …)',
          python("redis_asyncio.py")),
    Tried("redis-rb", "Ruby: redis-rb", 'client.call("ALLOCATE", …)',
          ("ruby", str(HERE / "ruby" / "redis.rb"))),
)

TOOLS = (
    Tried("iredis", "iredis", "", python("iredis_tool.py"), "iredis",
          ("allocate", "stock", "password", "tls")),
    Tried("redis-commander", "redis-commander", "", node("commander.mjs"), "",
          ("allocate", "stock", "password", "reconnect")),
    Tried("exporter", "prometheus-redis-exporter", "", python("exporter_tool.py"), "prometheus-redis-exporter",
          ("metrics", "password", "tls", "reconnect")),
)

HTTP_CLIENTS = (
    Tried("eventsource", "Node.js: eventsource", "", node("eventsource.mjs"), "", ("events", "reconnect")),
    Tried("openapi", "TypeScript: openapi-typescript and openapi-fetch", "", node("openapi.mjs"), "",
          ("types", "allocate", "refusal", "reconnect")),
)


class Builds:
    """Programs that have to be compiled first, in a temporary directory."""

    def __init__(self, scratch):
        self._scratch = scratch

    def command(self, client):
        """None where a program is missing or does not compile; the reason is on standard error."""
        first, *rest = client.command
        if first == "build:hiredis":
            return self._compiled(["cc", "-Wall", "-Wextra", "-o", self._path("hiredis"),
                                   str(HERE / "c" / "hiredis.c"), "-lhiredis"], "hiredis")
        if first == "build:redigo":
            # GOPATH mode: the sources that Debian installs, and no module is looked for elsewhere.
            more = {"GO111MODULE": "off", "GOPATH": GOCODE, "GOCACHE": self._path("go-cache")}
            return self._compiled(["go", "build", "-o", self._path("redigo"),
                                   str(HERE / "go" / "redigo" / "main.go")], "redigo", more)
        if first == "node":
            first = os.environ.get("ALLOT_NODE") or "node"
        found = shutil.which(first)
        return [found, *rest] if found else None

    def environment(self, client):
        directory = self._scratch / f"of-{client.name}"
        directory.mkdir(exist_ok=True)
        return {"CLIENT_VERSION": self.version(client), "CLIENT_SCRATCH": str(directory)}

    def version(self, client):
        """Of the Debian package, without its epoch and revision."""
        if not client.package:
            return ""
        asked = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", client.package], capture_output=True,
                               text=True, check=False)
        return asked.stdout.rpartition(":")[2].partition("-")[0].partition("+")[0]

    def _path(self, name):
        return str(self._scratch / name)

    def _compiled(self, command, program, more=None):
        done = subprocess.run(command, env=os.environ | (more or {}), check=False)
        return [self._path(program)] if done.returncode == 0 else None
