"""The charts on pages, as files and on pages that other sites may frame: drawn at build time.

Each chart is there twice, for a wide page and for a phone; the style sheet shows one of them. Rows
that a page does not show are faded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import unescape
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from openbaar.database.drawing.svg import standalone
from openbaar.site.published import Published, publication_of
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.refusals import refusal

if TYPE_CHECKING:
    from datasette.app import Datasette

EMBED = "/embed/"  # the pages that other sites may frame
PLACED_AS_OF = "_version"  # the parameter that says with which version one was placed there
# Pixels of a frame: in the widest drawing for a phone (28rem) a chart is highest.
WIDEST_IN_FRAME = 448
BELOW_IN_FRAME = 110  # for margins, the link, and what is said where figures changed
MEDIA_TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
TOLD = re.compile(r' aria-label="[^"]*"')  # what a screen reader says of a drawing
MARK_OF_ROW = re.compile(r'data-row="([^"]*)"')
COLUMNS = "page, parameters, name, title, told, wide, narrow, rest_wide, rest_narrow"
OF_PAGE = f"""SELECT {COLUMNS} FROM _charts
              WHERE page = :page AND parameters = :parameters AND language = :language"""
BY_NAME = f"SELECT {COLUMNS}, png FROM _charts WHERE name = :name AND language = :language"
THUMBNAILS = """SELECT page, thumbnail FROM _charts
                WHERE thumbnail IS NOT NULL AND language = :language"""


@dataclass(frozen=True)
class Chart:
    """A chart in one language: its page with the parameters it is of, its words, its drawings.

    What is folded away of a long list has drawings of its own, and they are None where nothing is.
    `is_filtered` says that marks are faded. `numbers` are those by which a page calls the rows of
    the marks, by their keys.
    """

    page: str
    parameters: Mapping[str, str]
    language: str
    name: str
    title: str
    told: str
    wide: Markup
    narrow: Markup
    rest_wide: Markup | None = None
    rest_narrow: Markup | None = None
    is_filtered: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)

    def file(self, ending: str) -> str:
        """The path of the chart as a file, `svg` or `png`."""
        return f"/chart/{self.name}.{ending}"

    @property
    def embed(self) -> str:
        """The path of the page that other sites may frame."""
        return f"{EMBED}{self.name}"

    def with_rows(self, keys: Iterable[str]) -> Chart:
        """The chart with the marks of other rows faded."""
        shown = {self.numbers[key] for key in keys if key in self.numbers}
        if len(shown) == len(self.numbers):
            return self
        return replace(self.changed(partial(faded, shown=shown)), is_filtered=True)

    def changed(self, change: Callable[[str], Markup]) -> Chart:
        """The chart with each of its drawings changed."""
        return replace(
            self,
            wide=change(self.wide),
            narrow=change(self.narrow),
            rest_wide=change(self.rest_wide) if self.rest_wide else None,
            rest_narrow=change(self.rest_narrow) if self.rest_narrow else None,
        )


def numbered(chart: Chart) -> Chart:
    """The chart with numbers for the keys of rows, which may be as long as the mark of a row."""
    drawings = (chart.wide, chart.narrow, chart.rest_wide or "", chart.rest_narrow or "")
    keys = dict.fromkeys(MARK_OF_ROW.findall("".join(drawings)))
    numbers = {key: str(number) for number, key in enumerate(keys)}

    def called(match: re.Match[str]) -> str:
        return f'data-row="{numbers[match[1]]}"'

    def renamed(svg: str) -> Markup:
        return Markup(MARK_OF_ROW.sub(called, svg))  # noqa: S704  made by ourselves

    by_key = {unescape(key): number for key, number in numbers.items()}
    return replace(chart.changed(renamed), numbers=by_key)


def faded(svg: str, shown: set[str]) -> Markup:
    """A drawing with all marks faded but those of the rows shown; so are the lines between them.

    `shown` are the numbers of these rows.
    """

    def marked(match: re.Match[str]) -> str:
        return match[0] if match[1] in shown else f'{match[0]} opacity="0.15" data-faded=""'

    changed = MARK_OF_ROW.sub(marked, svg)
    changed = changed.replace('class="drawing"', 'class="drawing filtered"', 1)
    return Markup(changed)  # noqa: S704  made by ourselves


async def table_chart(datasette: Datasette, published: Published, table: str) -> Chart | None:
    """The chart of a table; None where none was drawn."""
    return await _of_page(datasette, published, table, {})


async def query_chart(
    datasette: Datasette, published: Published, query: str, parameters: Mapping[str, str]
) -> Chart | None:
    """The chart of a query with its parameters; an empty text means that one was not given."""
    given = {name: value for name, value in parameters.items() if value}
    return await _of_page(datasette, published, query, given)


async def _of_page(
    datasette: Datasette, published: Published, page: str, parameters: Mapping[str, str]
) -> Chart | None:
    wanted = {
        "page": page,
        "parameters": json.dumps(parameters, sort_keys=True),
        "language": visit().language,
    }
    found = await datasette.get_database(published.name).execute(OF_PAGE, wanted)
    row = found.first()
    return None if row is None else numbered(_chart(row, visit().language))


def _chart(row: Any, language: str) -> Chart:
    """The chart in a row of the database."""
    drawings: dict[str, Markup | None] = {}
    for form in ("wide", "narrow", "rest_wide", "rest_narrow"):
        drawings[form] = None if row[form] is None else Markup(row[form])  # noqa: S704  ours
    for wide, narrow in (("wide", "narrow"), ("rest_wide", "rest_narrow")):
        drawings |= _told_once(wide, drawings[wide], narrow, drawings[narrow])
    return Chart(
        page=row["page"],
        parameters=json.loads(row["parameters"]),
        language=language,
        name=row["name"],
        title=row["title"],
        told=row["told"],
        wide=drawings["wide"] or Markup(),
        narrow=drawings["narrow"] or Markup(),
        rest_wide=drawings["rest_wide"],
        rest_narrow=drawings["rest_narrow"],
    )


def _told_once(
    wide: str, drawn: Markup | None, narrow: str, on_phone: Markup | None
) -> dict[str, Markup | None]:
    """Both drawings of the same, by their forms, of which the narrow one is told by the wide one.

    A page shows one of them; what is not shown may still tell the name of something else
    (https://www.w3.org/TR/accname-1.2/#computation-steps).
    """
    if drawn is None or on_phone is None:
        return {}
    named = str(drawn).replace("<svg ", f'<svg id="chart-{wide}" ', 1)
    told = TOLD.sub(f' aria-labelledby="chart-{wide}"', str(on_phone), count=1)
    return {wide: Markup(named), narrow: Markup(told)}  # noqa: S704  ours


async def thumbnails(datasette: Datasette, published: Published) -> dict[str, Markup]:
    """A small drawing for each table and each query that has a chart, by its name."""
    wanted = {"language": published.languages[0]}
    found = await datasette.get_database(published.name).execute(THUMBNAILS, wanted)
    return {row["page"]: Markup(row["thumbnail"]) for row in found.rows}  # noqa: S704  ours


async def file(datasette: Any, request: Request) -> Response:
    """`/chart/<name>.svg` or `.png`: a chart to take away.

    304 where the visitor has it already. Raises DatasetteError where there is no such chart.
    """
    published = publication_of(datasette)
    row = await _named(datasette, published, request)
    chart, ending = _chart(row, visit().language), request.url_vars["ending"]
    content: bytes = row["png"]
    if ending == "svg":
        content = standalone(chart.wide, chart.title, chart.told).encode("utf-8")
    headers = {"etag": f'"{hashlib.sha256(content).hexdigest()}"', "cache-control": "no-cache"}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=headers)
    return Response(content, headers=headers, content_type=MEDIA_TYPES[ending])


async def named_chart(datasette: Datasette, published: Published, request: Request) -> Chart:
    """The chart that an address names. Raises DatasetteError where there is none."""
    return _chart(await _named(datasette, published, request), visit().language)


async def _named(datasette: Datasette, published: Published, request: Request) -> Any:
    """The row of the chart that an address names. Raises DatasetteError where there is none."""
    name = unquote(request.url_vars["name"])
    wanted = {"name": name, "language": visit().language}
    found = await datasette.get_database(published.name).execute(BY_NAME, wanted)
    row = found.first()
    if row is None:
        raise refusal(404, gettext("There is no chart '%(name)s'."), name=name)
    return row


def _frame_height(chart: Chart) -> int:
    """The height in which a chart is whole, whatever the width of the frame."""
    size = chart.narrow.partition(' viewBox="0 0 ')[2].partition('"')[0]
    width, height = map(float, size.split())
    return ceil(height * WIDEST_IN_FRAME / width) + BELOW_IN_FRAME


def frame_code(published: Published, chart: Chart, query: str, request: Request) -> str:
    """The HTML with which another site frames a chart, and says of which version it took it.

    Where a visitor chose rows by the `query` of the page, others are faded there too.
    """
    address = published.page_address(chart.embed, chart.language, request)
    address += f"?{query}&" if query else "?"
    address += f"{PLACED_AS_OF}={published.version}"
    frame = Markup(
        '<iframe src="{address}" title="{title}" width="100%" height="{height}" loading="lazy">'
        "</iframe>"
    )
    return str(frame.format(address=address, title=chart.title, height=_frame_height(chart)))


ROUTES = [(r"/chart/(?P<name>[^/]+)\.(?P<ending>svg|png)$", file)]
