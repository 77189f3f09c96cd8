"""Processor time of charts, beside Vega-Lite: `python tests/bench/charts.py`.

The same columns are drawn in one process by us, for a wide page and for a phone, and by Vega-Lite
through vl-convert, which draws one picture that fits neither. Then all charts of the publication of
this repository are put into a database, with their PNG made and with those of the run before. Read
the ratios; machines differ.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import vl_convert

sys.path.insert(0, str(Path(__file__).parent.parent))

from datasets import dataset_of
from openbaar.database.build import build_database
from openbaar.database.drawing import NARROW, WIDE, draw
from openbaar.database.picture import Category, Mark, Picture, Series
from openbaar.package.descriptor import descriptor
from openbaar.tables.references import load_publication

ROOT = Path(__file__).parent.parent.parent
TIMES, YEARS, COLORS = 50, 10, 3
LEFT_OUT = shutil.ignore_patterns("build", "dist", ".*", "scripts", "tests")


def main() -> None:
    """Measure, and print what each took."""
    ours = seconds(draw_ours)
    theirs = seconds(draw_theirs)
    print(f"{TIMES} charts of {YEARS * COLORS} columns, both widths, by us   {ours:6.2f} s")
    print(f"{TIMES} charts of {YEARS * COLORS} columns, by Vega-Lite         {theirs:6.2f} s")
    print(f"Vega-Lite takes {theirs / ours:.1f} times as long")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "publication"
        shutil.copytree(ROOT, root, ignore=LEFT_OUT)
        dataset = dataset_of(load_publication(root))
        target = root / "build" / "it.db"

        def build() -> None:
            build_database(dataset, descriptor(dataset), target)

        first, again = seconds(build), seconds(build)
    print(f"the database of the publication, with new PNG      {first:6.2f} s")
    print(f"the same, with the PNG of the run before           {again:6.2f} s")


def seconds(work: Callable[[], None]) -> float:
    """The processor time that some work takes."""
    begin = process_time()
    work()
    return process_time() - begin


def draw_ours() -> None:
    """Draw the chart as a page has it."""
    marks: list[Mark] = []
    for year in range(YEARS):
        for color in range(COLORS):
            marks.append(Mark(f"{year},{color}", year, color, value(year, color), "1"))
    picture = Picture(
        form="columns",
        title="Title",
        subtitle="Number (units)",
        categories=[Category(str(2000 + year)) for year in range(YEARS)],
        series=[Series(f"kind {color}", f"c{color + 1}") for color in range(COLORS)],
        marks=marks,
        tick_text=str,
    )
    for _ in range(TIMES):
        draw(picture, WIDE)
        draw(picture, NARROW)


def draw_theirs() -> None:
    """Draw the same columns with Vega-Lite."""
    rows: list[dict[str, object]] = []
    for year in range(YEARS):
        for color in range(COLORS):
            rows.append({"x": 2000 + year, "y": value(year, color), "color": f"kind {color}"})
    specification = {
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "x": {"field": "x", "type": "nominal"},
            "y": {"field": "y", "type": "quantitative"},
            "xOffset": {"field": "color"},
            "color": {"field": "color"},
        },
    }
    for _ in range(TIMES):
        vl_convert.vegalite_to_svg(specification)


def value(year: int, color: int) -> float:
    """A made-up figure."""
    return 100 + 17 * year % 90 + 31 * color


if __name__ == "__main__":
    main()
