"""Figures with their goals, as text for a terminal and as Markdown for RESULTS.md."""

from dataclasses import dataclass, field
from math import inf
from statistics import median

from harness.plot import Plot

HEAD = ("#", "figure", "goal", "median", "spread", "met")


@dataclass(frozen=True)
class Goal:
    """A bound: at least or at most a value."""

    sign: str  # "≥" or "≤"
    value: float

    def met_by(self, value):
        return value >= self.value if self.sign == "≥" else value <= self.value


def at_least(value):
    return Goal("≥", value)


def at_most(value):
    return Goal("≤", value)


@dataclass(frozen=True)
class Figure:
    """A row: a value measured repeatedly, in `unit` ("×" for a ratio)."""

    name: str
    samples: list[float]
    unit: str = "×"
    goal: Goal | None = None
    row: str = ""  # among the goals

    def cells(self):
        value = median(self.samples)
        goal = f"{self.goal.sign} {number(self.goal.value)} {self.unit}" if self.goal else "–"
        met = "–" if not self.goal else "yes" if self.goal.met_by(value) else "**no**"
        spread = f"{number(min(self.samples))} – {number(max(self.samples))}"
        return (self.row, self.name, goal, f"{number(value)} {self.unit}", spread, met)


@dataclass
class Suite:
    """The results of one suite: figures that count, and lines of information beside them."""

    title: str
    method: str
    figures: list[Figure] = field(default_factory=list)
    information: list[str] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)


def number(value):
    """Returns three significant digits, and no exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def spread_of(samples, unit):
    """Returns the median and, in brackets, the least and the greatest as text."""
    low, high = number(min(samples)), number(max(samples))
    return f"{number(median(samples))} {unit} ({low} – {high})"


def rows_of(suites):
    """The cells of all figures: those with a row in its order, then the others."""
    figures = [figure for suite in suites for figure in suite.figures]
    figures.sort(key=lambda figure: float(figure.row or inf))
    return [figure.cells() for figure in figures]


def verdict(suites):
    """A sentence: how many of the numbered goals are met; one is, when all of its figures are."""
    rows = {}
    for figure in (figure for suite in suites for figure in suite.figures):
        if figure.row and figure.goal:
            rows.setdefault(figure.row, []).append(figure.goal.met_by(median(figure.samples)))
    unmet = sorted((row for row, met in rows.items() if not all(met)), key=float)
    text = f"{len(rows) - len(unmet)} of {len(rows)} numbered goals are met"
    return f"{text}; not {', '.join(unmet)}" if unmet else text


def as_text(suites):
    rows = [HEAD, *rows_of(suites)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", verdict(suites)]).replace("**", "")


def as_markdown(suites):
    rows = [HEAD, ("---",) * len(HEAD), *rows_of(suites)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"{table}\n\n{verdict(suites)}."
