"""A separate PostgreSQL server: its data in a new directory, loopback only, never a service."""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.service import SECONDS_TO_START, SECONDS_TO_STOP, free_port

USER = "postgres"


def programs():
    """Returns the directory of the newest version's programs in Debian."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise SystemExit("PostgreSQL is not installed: ./dev install-deps bench")
    return found[-1]


def run(*command, text=None, cwd="/"):
    """Runs a command as a user that the server accepts as its own: it refuses root."""
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*as_user, *map(str, command)], input=text, capture_output=True, text=True,
                          cwd=cwd, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Postgres:
    def __init__(self, bin_directory, port, data):
        self.bin_directory = bin_directory
        self.data = data
        self.address = ("-h", "127.0.0.1", "-p", port, "-U", USER)

    def sql(self, text):
        """Executes statements. Returns what they select, without decoration."""
        return run(self.bin_directory / "psql", *self.address, "-XqAt", "-v", "ON_ERROR_STOP=1",
                   text=text).strip()

    def bench(self, script, clients, transactions, **variables):
        """Runs pgbench, each client with a share of the transactions. Returns how many a second."""
        settings = [f"--define={name}={value}" for name, value in variables.items()]
        output = run(self.bin_directory / "pgbench", *self.address, "-n", "-M", "prepared",
                     "-c", clients, "-t", transactions // clients, "-f", script, *settings, USER)
        if "number of failed transactions: 0 " not in output:
            raise SystemExit(f"transactions failed:\n{output}")
        return float(re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)[1])

    def cpu_seconds(self):
        """User and system time so far of the server and all its processes, those that ended, too."""
        parent = int((self.data / "postmaster.pid").read_text().split()[0])
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                process, fields = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
                if process == parent:
                    ticks += sum(map(int, fields[11:15]))
                elif int(fields[1]) == parent:
                    ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def running(directory):
    """A server with PostgreSQL's own settings until the end of the block. `directory` is made
    readable for the server's user; those above it have to be."""
    bin_directory, port = programs(), free_port()
    home = directory / "postgres"
    home.mkdir()
    if os.geteuid() == 0:
        directory.chmod(0o755)
        shutil.chown(home, USER)
    run("test", "-w", home)
    data, log = home / "data", home / "log"
    run(bin_directory / "initdb", "-D", data, "-U", USER, "-A", "trust", "--locale=C",
        "--encoding=UTF8", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {home}"
    control = [bin_directory / "pg_ctl", "-D", data, "-w"]
    run(*control, "-t", SECONDS_TO_START, "-l", log, "-o", options, "start")
    try:
        yield Postgres(bin_directory, port, data)
    finally:
        run(*control, "-t", SECONDS_TO_STOP, "-m", "fast", "stop")
