"""RESULTS.md: the figures, the machine, the methods, and the notes that are written by hand."""

from pathlib import Path

from harness.table import as_markdown

NOTES = Path(__file__).resolve().parent.parent / "NOTES.md"

HEAD = """\
# Benchmark results

`./dev bench` writes this file; the notes at the end come from `NOTES.md`, which is written by hand. A ratio compares two
sides that were measured alternately in one run. The spread is the least and the greatest of {repeats} repeats; the median
decides whether a goal is met. Absolute figures hold for this machine on that day only.
"""


def write(target, suites, repeats, machine, load, plots=None):
    """\\param plots the directory where they were drawn; without one there are none."""
    parts = [HEAD.format(repeats=repeats), as_markdown(suites)]
    parts.append("## Machine\n\n" + bullets([*machine, f"load average before the run: {load:.1f}"]))
    parts.append("## Method and absolute figures")
    for suite in suites:
        parts.append(f"### {suite.title}\n\n{suite.method}\n\n{bullets(suite.information)}")
        if plots:
            parts += [plot.link(plots.relative_to(target.parent)) for plot in suite.plots]
    parts.append(NOTES.read_text())
    target.write_text("\n\n".join(part.strip() for part in parts) + "\n")


def bullets(lines):
    return "\n".join(f"- {line}" for line in lines)
