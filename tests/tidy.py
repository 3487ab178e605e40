#!/usr/bin/env python3
"""Static analysis: clang-tidy on every source file that was not found clean before.

Most of clang-tidy's time goes to the headers of the standard library and Boost, file after file. So
files of one directory are analysed together, one after the other in one text, as a unity build
compiles them; what is found is told with the file and line where it is.

A file that was found clean is read again only when it, a header or the rules have changed. The stamps
are outside of the tree: what was clean in one clone is clean in the next.

The tests are left out: the macros of Boost.Test and RapidCheck drown what is ours.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "dev"
ROOMS = ("engine", "storage", "net", "benchmarks", "tests/examples")
TIDY = "clang-tidy-16"
TOGETHER_MAX = 20  # files; more take too much memory, and leave a processor idle at the end
STAMPS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "allot" / "tidy"
STAMP_DAYS = 30
# The options of the build are GCC's, of which Clang need not know every one.
ALWAYS = ["-Wno-unknown-warning-option"]
MARK = "// file "


def compile_options():
    """By source file: what it is compiled with, less the compiler, the input and the output."""
    options = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if word.startswith("-")):]
        kept = [word for word in words if word.startswith(("-D", "-I", "-W", "-std=", "-isystem"))]
        options[Path(entry["file"])] = tuple(kept)
    return options


def stamp_of(source, context):
    return STAMPS / hashlib.sha256(source.read_bytes() + context).hexdigest()[:40]


def context_of_all():
    """What each file's result depends on besides the file."""
    digest = hashlib.sha256(subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout)
    names = [".clang-tidy", "CMakePresets.json", "CMakeLists.txt", "tests/tidy.py"]
    headers = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.hpp"))
    for path in [ROOT / name for name in names] + headers:
        digest.update(path.read_bytes())
    return digest.digest()


def groups_of(sources, options):
    """Files that are analysed together."""
    together = {}
    for source in sources:
        together.setdefault((source.parent, options[source]), []).append(source)
    groups = []
    for files in together.values():
        parts = -(-len(files) // TOGETHER_MAX)
        groups += [files[part::parts] for part in range(parts)]
    return sorted(groups, key=len, reverse=True)


def text_of(files):
    """Their texts, one after the other, each behind a line that names it; each has a main of its own."""
    return "".join(
        f"#undef main\n#define main main_{number}  // NOLINT(readability-identifier-naming)\n"
        f"{MARK}{path.relative_to(ROOT)}\n{path.read_text()}\n"
        for number, path in enumerate(files))


def told_where_it_is(output, text, path):
    """The output with places in the text turned into places in its files."""
    lines = text.splitlines()

    def place(match):
        at = int(match[1])
        mark = next(i for i in range(at - 1, -1, -1) if lines[i].startswith(MARK))
        return f"{ROOT / lines[mark].removeprefix(MARK)}:{at - 1 - mark}:"

    return re.sub(rf"{re.escape(str(path))}:(\d+):", place, output)


def analyse(files, options, number):
    """Returns what was found; nothing where all is well."""
    path, text, more = files[0], None, []
    if len(files) > 1:
        path, text = BUILD / "tidy" / f"{number}.cpp", text_of(files)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        more = ["-Wno-shadow", "-Wno-return-type"]  # names of another file; a main() of another name
    done = subprocess.run([TIDY, f"--config-file={ROOT / '.clang-tidy'}", "--quiet", str(path), "--",
                           *options[files[0]], *ALWAYS, *more],
                          cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    output = done.stdout + done.stderr
    return told_where_it_is(output, text, path) if text else output


def main():
    options = compile_options()
    context = context_of_all()
    STAMPS.mkdir(parents=True, exist_ok=True)
    for stamp in STAMPS.iterdir():
        if stamp.stat().st_mtime < time.time() - STAMP_DAYS * 86400:
            stamp.unlink(missing_ok=True)
    sources = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.cpp"))
    unknown = [str(path.relative_to(ROOT)) for path in sources if path not in options]
    if unknown:
        sys.exit(f"tidy: not compiled by the preset dev, so nobody knows how: {' '.join(unknown)}")
    stale = [path for path in sources if not stamp_of(path, context).exists()]
    groups = groups_of(stale, options)
    found = False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = {pool.submit(analyse, files, options, number): files
                   for number, files in enumerate(groups)}
        for result in concurrent.futures.as_completed(results):
            if output := result.result():
                print(output, flush=True)
                found = True
                continue
            for path in results[result]:
                stamp_of(path, context).touch()
    print(f"{len(stale)} files read in {len(groups)} groups, {len(sources) - len(stale)} were clean before")
    sys.exit(found)


if __name__ == "__main__":
    main()
