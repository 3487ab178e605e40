"""Plots as SVG, drawn by gnuplot in a full run. A suite gives the lines."""

import subprocess
from dataclasses import dataclass

STYLE = """\
set terminal svg size 720,420 font 'sans-serif,13' background '#ffffff'
set border 3 lc rgb '#888888'
set tics nomirror
set grid ytics lt 1 lc rgb '#dddddd'
set key tmargin center horizontal
set encoding utf8
"""


@dataclass(frozen=True)
class Plot:
    """Lines through points: the name of each, and its points (x, y)."""

    name: str  # of the file, without .svg
    title: str
    x_label: str
    y_label: str
    lines: dict[str, list[tuple[float, float]]]
    settings: str = ""  # of gnuplot, for the axes

    def link(self, directory):
        return f"![{self.title}]({directory / self.name}.svg)"

    def draw(self, directory):
        """Writes the SVG into the directory."""
        directory.mkdir(exist_ok=True)
        data = "".join(f"${name} << EOD\n" + "".join(f"{x:.9g} {y:.9g}\n" for x, y in points)
                       + "EOD\n" for name, (_, points) in self.blocks().items())
        curves = ", ".join(f"${name} using 1:2 with linespoints lw 2 pt 7 ps 0.5 title {text(title)}"
                           for name, (title, _) in self.blocks().items())
        script = (f"{STYLE}{data}set output {text(str(directory / self.name) + '.svg')}\n"
                  f"set title {text(self.title)}\nset xlabel {text(self.x_label)}\n"
                  f"set ylabel {text(self.y_label)}\n{self.settings}\nplot {curves}\n")
        done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"gnuplot: {done.stderr}")

    def blocks(self):
        """The lines under names that gnuplot takes."""
        return {f"line{i}": line for i, line in enumerate(self.lines.items())}


def text(words):
    """Returns the words in gnuplot's single quotes, in which only quotes are special."""
    return "'" + words.replace("'", "''") + "'"


def throughput_against_skus(name, title, lines):
    """\\param lines points (SKUs, million allocations a second)."""
    return Plot(name, title, "SKUs", "million allocations a second", lines,
                "set logscale x 10\nset format x '10^{%T}'\nset yrange [0:*]")


def cost_against_history(name, title, lines):
    """\\param lines points (allocations held, ns for another)."""
    return Plot(name, title, "allocations held, millions", "ns for another",
                {line: [(held / 1e6, ns) for held, ns in points] for line, points in lines.items()},
                "set yrange [0:*]")


def latency_percentiles(name, title, lines):
    """\\param lines points (n, µs that one in n exceeds)."""
    return Plot(name, title, "percentile", "latency, µs", lines,
                "set logscale xy 10\nset autoscale xfix\nset xtics ('0' 1, '50' 2, '90' 10, "
                "'99' 100, '99.9' 1e3, '99.99' 1e4, '99.999' 1e5, '99.9999' 1e6)")
