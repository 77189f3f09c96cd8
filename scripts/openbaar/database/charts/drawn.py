"""The charts of tables and queries: which ones there are, drawn in each language.

An author writes which columns a chart shows. What it shows is `gathered`, `pictures` decides what
is drawn of that, and `drawing/` draws it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from openbaar.database.charts.content import ChartContent
from openbaar.database.charts.gathered import MAX_MARKS, content_of_table, contents_of_query
from openbaar.database.charts.pictures import picture
from openbaar.database.charts.png_files import Drawers, png_in, rasteriser
from openbaar.database.drawing.draw import NARROW, WIDE, draw, draw_rest, draw_thumbnail
from openbaar.database.drawing.picture import Picture
from openbaar.database.drawing.svg import standalone
from openbaar.database.earlier import Earlier
from openbaar.database.shown.labels import Labels
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.tables.authored.publication import Publication


class DrawnChart(NamedTuple):
    """A chart as it is stored: its page, the parameters it is of as JSON, its language, drawings.

    `name` is that of its files and of its page. `told` has its figures in words. What is folded
    away of a long list has drawings of its own; the thumbnail is there without parameters only.
    `made_of` is one hash of what it is made of.
    """

    page: str
    parameters: str
    language: str
    made_of: str
    name: str
    title: str
    told: str
    wide: str
    narrow: str
    rest_wide: str | None
    rest_narrow: str | None
    thumbnail: str | None
    png: bytes = b""


DrawnCharts = list[tuple[DrawnChart, Path | None]]  # with the file that will hold a new PNG


@dataclass(frozen=True)
class _Charted:
    """A chart that the author asked for: its page, the parameters it is of, what it shows."""

    page: str
    given: Mapping[str, str]
    content: ChartContent

    @property
    def parameters(self) -> str:
        """The parameters as JSON."""
        return json.dumps(self.given, sort_keys=True)


def names_charts(publication: Publication) -> bool:
    """Whether an author asked for a chart; some tables have one of which nobody says so."""
    tables = publication.resources.values()
    queries = publication.package.queries.values()
    in_tables = any(table.chart is not None for table in tables)
    return in_tables or any(query.chart is not None for query in queries)


def draw_charts(
    connection: sqlite3.Connection,
    publication: Publication,
    labels: Labels,
    earlier: Earlier,
    drawers: Drawers,
) -> DrawnCharts:
    """Every chart of the publication, for each choice of parameters, in each language.

    A new chart comes with the file into which one of the `drawers` puts its PNG. Those that were
    made of the same before are taken whole from the `earlier` database. A chart that has nothing to
    show is left out, and so is the chart of a query that fails. Raises OpenbaarError for a chart
    with more rows than a reader can tell apart, with rows that it cannot tell apart at all, or with
    a line through what are no periods.
    """
    charts: DrawnCharts = []
    for charted in _charted(connection, publication, labels):
        for language in publication.package.languages:
            made_of = _hash(charted, language, publication.language)
            known = earlier.chart(charted.page, charted.parameters, language, made_of)
            if known is not None:
                chart = DrawnChart(*known)
                drawers.keep(_as_file(chart))
                charts.append((chart, None))
                continue
            shown = picture(charted.content, language, publication.language)
            if shown is not None:
                chart = _drawn(charted, shown, language, made_of)
                charts.append((chart, drawers.ask(_as_file(chart))))
    return charts


def with_png(charts: DrawnCharts) -> Iterator[DrawnChart]:
    """The charts with their PNG, once all are drawn."""
    for chart, file in charts:
        yield chart if file is None else chart._replace(png=png_in(file))


def _as_file(chart: DrawnChart) -> str:
    """A chart as the SVG that is drawn as PNG."""
    return standalone(chart.wide, chart.title, chart.told)


def _hash(charted: _Charted, language: str, first_language: str) -> str:
    """One hash of everything that the drawings of a chart are made of.

    Of plain data alone, of which `repr` tells everything.
    """
    made_of = repr((charted, language, first_language, rasteriser()))
    return hashlib.sha256(made_of.encode("utf-8")).hexdigest()


def _charted(
    connection: sqlite3.Connection, publication: Publication, labels: Labels
) -> Iterator[_Charted]:
    for name, table in publication.resources.items():
        content = content_of_table(connection, publication, table, labels)
        if content is not None:
            _check(content, publication.place(name, "chart"))
            yield _Charted(name, {}, content)
    for name, query in publication.package.queries.items():
        if query.chart is not None:
            place = publication.place(None, "queries", name, "chart")
            contents = contents_of_query(connection, publication, query, query.chart, labels)
            for given, content in contents:
                _check(content, place)
                yield _Charted(name, given, content)


def _check(content: ChartContent, place: Place) -> None:
    count = len(content.rows)
    if count > MAX_MARKS:
        message = f"the chart would show {count} rows; a reader can tell {MAX_MARKS} apart at most"
        raise OpenbaarError(Problem(place, message, "chart a query that finds fewer"))
    if content.chart.mark == "line" and content.drawn and content.periods is None:
        columns = ", ".join(content.category)
        message = f"a line joins periods, and '{columns}' holds none"
        raise OpenbaarError(Problem(place, message, "leave out 'mark'"))
    twice = ", ".join(_twice(content))
    if twice:
        message = f"several rows of the chart have one place: {twice}"
        hint = "name the column that tells them apart in 'x', 'y' or 'color'"
        raise OpenbaarError(Problem(place, message, hint))


def _twice(content: ChartContent) -> list[str]:
    """The values of the first two rows whose marks would be in one place; none where all differ."""
    seen: set[tuple[Any, ...]] = set()
    for row in content.drawn:
        place = (*content.category_of(row), content.color_of(row))
        if place in seen:
            return [str(value) for value in place if value is not None]
        seen.add(place)
    return []


def _drawn(charted: _Charted, shown: Picture, language: str, made_of: str) -> DrawnChart:
    """A chart with all its drawings, but for the PNG."""
    return DrawnChart(
        page=charted.page,
        parameters=charted.parameters,
        language=language,
        made_of=made_of,
        name=chart_name(charted.page, charted.given),
        title=shown.title,
        told=shown.in_words(range(len(shown.categories))),
        wide=draw(shown, WIDE),
        narrow=draw(shown, NARROW),
        rest_wide=draw_rest(shown, WIDE),
        rest_narrow=draw_rest(shown, NARROW),
        thumbnail=None if charted.given else draw_thumbnail(shown),
    )


def chart_name(page: str, given: Mapping[str, str]) -> str:
    """The name of the files of a chart: `sector_change.cluster=bouw_en_hout`."""
    parts = [page]
    for parameter, value in sorted(given.items()):
        encoded = quote(value, safe="").replace(".", "%2E").replace("%", "~")
        parts.append(f"{parameter}={encoded}")
    return ".".join(parts)
