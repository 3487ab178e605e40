#!/usr/bin/env python3
"""Static analysis: clang-tidy on every source file that was not found clean before.

Most of clang-tidy's time goes to the headers of the standard library and Boost, file after file. So
files of one room are analysed together, one after the other in one text, as a unity build compiles
them; findings are printed with their file and line.

A file that was found clean is read again only when it, a header or the rules have changed. The stamps
are outside of the tree: what was clean in one clone is clean in the next.

The tests are left out: the macros of Boost.Test and RapidCheck cause too many findings.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "dev"
ROOMS = ("net", "storage", "engine", "benchmarks", "tests/examples")
TIDY = "clang-tidy-16"
TOGETHER_MAX = 50  # files; more leave a processor idle at the end
STAMPS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "allot" / "tidy"
STAMP_DAYS = 30
# The options of the build are GCC's, of which Clang need not know every one.
ALWAYS = ["-Wno-unknown-warning-option"]
# Of files that are read together: names of another file, and a main() of another name. The analyzer then
# follows calls into every file; with more states a function (its default is 225,000) it reaches no more of
# the code, in three times the processor time.
TOGETHER = ["-Wno-shadow", "-Wno-return-type",
            "-Xclang", "-analyzer-config", "-Xclang", "max-nodes=75000"]
MARK = "// file "


@dataclass(frozen=True)
class Source:
    path: Path
    text: str
    options: tuple
    stamp: Path


def compile_options():
    """By source file: what it is compiled with, less the compiler, the input and the output."""
    options = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = iter(shlex.split(entry["command"]))
        kept = []
        for word in words:
            if word in ("-I", "-isystem", "-D"):
                kept += [word, next(words)]
            elif re.match("-[DIW]|-std=|-isystem", word):
                kept.append(word)
        options[Path(entry["file"]).resolve()] = tuple(kept)
    return options


def rules():
    """What each file's result depends on besides the file and its options."""
    digest = hashlib.sha256(subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout)
    headers = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.hpp"))
    for path in [ROOT / ".clang-tidy", Path(__file__), *headers]:
        digest.update(path.read_bytes())
    return digest.digest()


def all_sources():
    options = compile_options()
    common = rules()
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.cpp"))]
    if unknown := [str(path.relative_to(ROOT)) for path in paths if path not in options]:
        sys.exit(f"tidy: not compiled by the preset dev, so its options are unknown: {' '.join(unknown)}")
    for path in paths:
        text = path.read_text()
        name = hashlib.sha256(common + repr(options[path]).encode() + text.encode()).hexdigest()
        yield Source(path, text, options[path], STAMPS / name[:40])


def groups_of(sources):
    """Files of one room that are read together: most of their headers are the same, and none of their
    names, as in a unity build."""
    rooms = {}
    for source in sources:
        rooms.setdefault(source.path.relative_to(ROOT).parts[0], []).append(source)
    groups = []
    for files in rooms.values():
        count = -(-len(files) // TOGETHER_MAX)
        bounds = [len(files) * group // count for group in range(count + 1)]
        groups += [files[begin:end] for begin, end in zip(bounds, bounds[1:])]
    return sorted(groups, key=len, reverse=True)


def text_of(files):
    """Their texts, one after the other. Each has a line that names it, and a main() of its own."""
    return "".join(
        f"{MARK}{source.path}\n#undef main\n"
        f"#define main main_{number}  // NOLINT(readability-identifier-naming)\n{source.text}\n"
        for number, source in enumerate(files))


def with_own_lines(output, text, path):
    """The output, with lines of the text turned into lines of its files."""
    lines = text.split("\n")

    def own_line(match):
        at = int(match[1]) - 1
        mark = next(i for i in range(at, -1, -1) if lines[i].startswith(MARK))
        return f"{lines[mark].removeprefix(MARK)}:{max(1, at - mark - 2)}:"

    return re.sub(rf"{re.escape(str(path))}:(\d+):", own_line, output)


def analyse(files):
    """Returns whether all is well, and what was found."""
    with tempfile.TemporaryDirectory() as directory:
        path, text, more = files[0].path, "", []
        if len(files) > 1:
            path, text, more = Path(directory) / "together.cpp", text_of(files), TOGETHER
            path.write_text(text)
        done = subprocess.run(
            [TIDY, f"--config-file={ROOT / '.clang-tidy'}", "--quiet", str(path), "--",
             *dict.fromkeys(option for source in files for option in source.options), *ALWAYS, *more],
            cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return True, ""
    names = " ".join(str(source.path.relative_to(ROOT)) for source in files)
    output = re.sub(r"^\d+ warnings?( and \d+ errors?)? generated\.\n", "",
                    done.stdout + done.stderr, flags=re.MULTILINE)
    if more:
        output = with_own_lines(output, text, path)
    return False, output + f"{TIDY} ended with {done.returncode}: {names}"


def main():
    STAMPS.mkdir(parents=True, exist_ok=True)
    for stamp in STAMPS.iterdir():
        if stamp.lstat().st_mtime < time.time() - STAMP_DAYS * 86400:
            stamp.unlink(missing_ok=True)
    sources = list(all_sources())
    stale = [source for source in sources if not source.stamp.exists()]
    groups = groups_of(stale)
    all_well = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = {pool.submit(analyse, files): files for files in groups}
        for result in concurrent.futures.as_completed(results):
            is_well, output = result.result()
            if not is_well:
                print(output, flush=True)
                all_well = False
                continue
            for source in results[result]:
                source.stamp.touch()
    print(f"{len(stale)} files read in {len(groups)} groups, {len(sources) - len(stale)} were clean before")
    sys.exit(not all_well)


if __name__ == "__main__":
    main()
