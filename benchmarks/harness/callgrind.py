"""The instructions of a program in user space, all threads, counted by callgrind."""

import re
import subprocess


def under_callgrind(output, command):
    """Returns the command that runs `command` under callgrind.

    \\param output where the name of each written file begins.
    """
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", *command]


def counted(service, output, work):
    """Returns the instructions that a server under callgrind takes while `work()` runs."""
    control(service, "--zero")
    work()
    control(service, "--dump")
    return count_of(output)


def control(service, request):
    subprocess.run(["callgrind_control", request, str(service.process.pid)], check=True, capture_output=True)


def count_of(output):
    """Returns the count of the first part that was written."""
    part = output.with_name(f"{output.name}.1")
    if not part.exists():
        raise SystemExit("callgrind wrote no count: was the program built without valgrind/callgrind.h?")
    return int(re.search(r"^(?:summary|totals): (\d+)", part.read_text(), re.MULTILINE)[1])
