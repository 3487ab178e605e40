"""The parameters of every suite: the programs, the directory to write in, the size of a run."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Context:
    build: Path  # where the programs were built
    scratch: Path  # on a real disk
    repeats: int
    quick: bool

    def sized(self, thorough, quick):
        return quick if self.quick else thorough

    @property
    def allot(self):
        return self.build / "allot"

    @contextlib.contextmanager
    def directory(self):
        """A new directory, on the disk, removed when done."""
        path = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield path
        finally:
            shutil.rmtree(path)

    def measure(self, name, *arguments):
        """Runs the program bench_<name>. Returns the values that it reports, by name."""
        return {key: samples[-1] for key, samples in self.samples(name, *arguments).items()}

    def measure_store(self, name, *arguments):
        """Runs measure() for a program whose first argument is the directory of a new store."""
        with self.directory() as directory:
            return self.measure(name, directory / "store", *arguments)

    def samples(self, name, *arguments):
        """Runs a program that measures in rounds. Returns all values of each name, in order."""
        command = [self.build / "benchmarks" / f"bench_{name}", *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"bench_{name} failed: {done.returncode}")
        values = {}
        for key, value in map(str.split, done.stdout.splitlines()):
            values.setdefault(key, []).append(float(value))
        return values

    def rounds(self, what):
        """Counts the repeats, and prints each."""
        for i in range(self.repeats):
            print(f"{what}: {i + 1} of {self.repeats}", file=sys.stderr, flush=True)
            yield i

    def announce(self, what):
        """Prints the number of rounds of a program that repeats by itself."""
        print(f"{what}: {self.repeats} rounds", file=sys.stderr, flush=True)
