#!/usr/bin/env python3
"""Fails when a script that no other test runs cannot start, or when a suite of the benchmarks has no name there."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("benchmarks/run", "tests/compare/run", "tests/crash/run")


def help_of(script):
    done = subprocess.run([sys.executable, "-B", ROOT / script, "--help"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{script} --help ends with {done.returncode}:\n{done.stderr}")
    return done.stdout


def main():
    helps = {script: help_of(script) for script in SCRIPTS}
    named = helps["benchmarks/run"].replace(",", " ").split()
    suites = sorted(path.stem for path in (ROOT / "benchmarks" / "suites").glob("[!_]*.py"))
    if unnamed := [suite for suite in suites if suite not in named]:
        raise SystemExit(f"benchmarks/run does not name: {', '.join(unnamed)}")
    print(f"{len(SCRIPTS)} scripts start; {len(suites)} suites are named")


main()
