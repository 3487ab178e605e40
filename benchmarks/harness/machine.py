"""The machine on which the figures were measured."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def mount_of(directory):
    """The device and the file system that hold a directory."""
    fields = output_of("df", "--output=source,fstype", str(directory)).splitlines()[-1].split()
    return fields[0], fields[1]


def require_disk(directory):
    device, kind = mount_of(directory)
    if kind in ("tmpfs", "ramfs"):
        raise SystemExit(f"{directory} is in memory ({device}): a sync there costs nothing")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def commit(directory):
    """The commit that is checked out there."""
    asked = subprocess.run(("git", "-C", str(directory), "rev-parse", "--short=7", "HEAD"), check=False,
                           capture_output=True, text=True)
    return asked.stdout.strip() or "unknown"


def description(directory, build):
    """Lines of text about this machine, and what was measured on it."""
    device, kind = mount_of(directory)
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return [
        f"{processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB of memory",
        f"{system}, Linux {platform.release()}",
        f"data on {kind}",
        output_of("g++", "--version").splitlines()[0],
        f"measured on {date.today()}, at the commit {commit(build)}",
    ]


def load():
    """The average number of processes that wanted to run during the last minute."""
    return os.getloadavg()[0]
