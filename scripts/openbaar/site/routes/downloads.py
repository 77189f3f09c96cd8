"""The files of a publication under addresses that never change: `/download/<version>/…`.

A visitor gets the published file, whole; its hash is beside the link. Below `/download/<version>/`
the files are where they are in the data package, so that a reader of packages loads it from there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from babel.units import format_unit
from datasette.utils.asgi import AsgiFileDownload, Response

from openbaar.schema.conventions import DESCRIPTOR, VERSION, workbook_endings
from openbaar.site.published import Descriptor, Published, publication_of, text_of
from openbaar.site.requests.language import gettext
from openbaar.site.requests.refusals import refusal
from openbaar.site.routes import ranges
from openbaar.site.routes.kept_versions import RELEASES
from openbaar.site.routes.ranges import FilePart
from openbaar.texts import N_, catalogue, spoken

MEDIA_TYPES = {
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".db": "application/vnd.sqlite3",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
}
WORKBOOK = ".xlsx"  # one for each language
PACKED = {  # what `dist/` holds of each version, and what readers see
    ".zip": N_("All tables as a data package (ZIP)"),
    WORKBOOK: N_("All tables as an Excel workbook"),
    ".db": N_("All tables as an SQLite database"),
}
SAVED = (*PACKED, ".csv", ".parquet")  # what browsers save instead of showing it
# The units of size of the Unicode CLDR, each a thousand times the one before it.
SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
FOR_EVER = "public, max-age=31536000, immutable"
Files = dict[str, Path]  # by address
Answer: TypeAlias = Response | AsgiFileDownload | FilePart


@dataclass(frozen=True)
class Link:
    """A file to download: what it is, where, and how to know that it arrived whole.

    `bytes` is its size, `size` the same for readers; `rows` is None for a file with all tables.
    """

    kind: str
    address: str
    label: str
    bytes: int
    size: str
    sha256: str
    rows: int | None = None


def links(published: Published, table: str | None = None, language: str = "en") -> list[Link]:
    """The files to offer: of `table` its CSV, and its Parquet if it is large.

    Without a table those with all tables, and then those of each. None where the site has no files.
    Texts are in `language`.
    """
    if published.folder is None:
        return []
    if table is not None:
        return _table_links(published, published.folder, table, language)
    found = packed_links(published, language)
    for name in published.tables:
        found += _table_links(published, published.folder, name, language)
    return found


def packed_links(published: Published, language: str) -> list[Link]:
    """The links to the files with all tables of this version, as far as there are any."""
    if published.folder is None:
        return []
    _ = catalogue(language, published.languages[0]).gettext
    folder = published.folder / "dist"
    found = []
    for ending, label in PACKED.items():
        file = folder / f"{published.name}-{published.version}{ending}"
        if ending == WORKBOOK:
            file = file.with_suffix(workbook_endings(published.languages)[language])
        if file.is_file():
            address = f"/download/{published.version}/{file.name}"
            found.append(_link(file, address, _(label), language))
    return found


def _table_links(published: Published, folder: Path, table: str, language: str) -> list[Link]:
    resource = published.tables[table]
    root = f"/download/{published.version}"
    title, path = text_of(resource, "title", language), resource["path"]
    rows = resource["rows"]
    found = [_link(folder / path, f"{root}/{path}", f"{title} (CSV)", language, rows)]
    parquet = f"tables/{table}.parquet"
    file = folder / "dist" / f"{published.name}-{published.version}" / parquet
    if file.is_file():
        found.append(_link(file, f"{root}/{parquet}", f"{title} (Parquet)", language, rows))
    return found


def _link(file: Path, address: str, label: str, language: str, rows: int | None = None) -> Link:
    size = file.stat().st_size
    return Link(
        kind=file.suffix.removeprefix("."),
        address=address,
        label=label,
        bytes=size,
        size=size_text(size, language),
        sha256=sha256(file),
        rows=rows,
    )


def size_text(size: int, language: str) -> str:
    """A number of bytes as people read it, a kilobyte being 1,000: 1234567 → '1,2 MB' in Dutch."""
    amount, thousands = float(size), 0
    while amount >= 999.5 and thousands < len(SIZES) - 1:
        amount /= 1000
        thousands += 1
    digits = "#,##0"
    if thousands > 0 and amount < 10:
        digits = "#,##0.0"
    unit = f"digital-{SIZES[thousands]}"
    if thousands == 0:
        whole = format_unit(amount, unit, "long", format=digits, locale=spoken(language))
        if unit not in whole:  # the CLDR has a long form, with a plural, in some languages only
            return whole
    return format_unit(amount, unit, "short", format=digits, locale=spoken(language))


def version_path(version: str) -> str:
    """The path of the page with the files of a version."""
    return f"/download/{version}"


def version_links(published: Published, version: str, language: str) -> list[Link]:
    """The files of a version to offer; those of an earlier one by what their tables are called now.

    A table that has no name any more is called by its file. Tables are in the order of now.
    """
    if version == published.version:
        return links(published, None, language)
    root = f"{version_path(version)}/"
    names = [f"tables/{name}.csv" for name in published.tables]
    found: dict[str, Link] = {}
    for address, file in files(published).items():
        if address.startswith(root):
            name = address.removeprefix(root)
            label = name
            if name in names:
                label = f"{text_of(published.tables[file.stem], 'title', language)} (CSV)"
            found[name] = _link(file, address, label, language)
    others = [name for name in found if name not in names]
    return [found[name] for name in [*others, *names] if name in found]


def files(published: Published) -> Files:
    """Every file to download, by its address: of this version all, of earlier ones what is kept."""
    if published.folder is None:
        return {}
    found = _current_files(published, published.folder)
    found |= _released_tables(published, published.folder)
    found |= _packed_files(published, published.folder)
    found |= _parquet_files(published, published.folder)
    return {address: path for address, path in found.items() if path.is_file()}


def table_file(published: Published, table: str, version: str) -> Path:
    """The CSV of a table in a version in which it was released; the site must have files."""
    assert published.folder is not None  # noqa: S101  else there is no address of it
    if version == published.version and table in published.tables:
        return published.folder / str(published.tables[table]["path"])
    return published.folder / RELEASES / version / f"{table}.csv"


def _current_files(published: Published, folder: Path) -> Files:
    """The tables, the descriptor and the documents of this version."""
    root = f"/download/{published.version}"
    found = {f"{root}/{DESCRIPTOR}": folder / DESCRIPTOR}
    for described in (*published.tables.values(), *published.descriptor["sources"]):
        found[f"{root}/{described['path']}"] = folder / described["path"]
    return found


def _released_tables(published: Published, folder: Path) -> Files:
    """The tables as they were released, but those that were withdrawn since, and descriptors."""
    withdrawn = published.permalinks.get("withdrawn", {})
    found = {}
    for path in sorted((folder / RELEASES).glob(f"*/{DESCRIPTOR}")):
        if path.parent.name != published.version:
            found[f"/download/{path.parent.name}/{DESCRIPTOR}"] = path
    for path in sorted((folder / RELEASES).glob("*/*.csv")):
        if path.stem not in withdrawn:
            found[f"/download/{path.parent.name}/tables/{path.name}"] = path
    return found


def _packed_files(published: Published, folder: Path) -> Files:
    """The files with all tables, of each version that `dist/` holds."""
    form = re.compile(rf"{re.escape(published.name)}-({VERSION})(\..+)")
    endings = {*PACKED, *workbook_endings(published.languages).values()}
    found = {}
    for path in sorted((folder / "dist").glob("*")):
        match = form.fullmatch(path.name)
        if match is not None and match[2] in endings:
            found[f"/download/{match[1]}/{path.name}"] = path
    return found


def _parquet_files(published: Published, folder: Path) -> Files:
    """The large tables as Parquet, of each version that `dist/` holds."""
    form = re.compile(rf"{re.escape(published.name)}-({VERSION})")
    found = {}
    for path in sorted((folder / "dist").glob("*/tables/*.parquet")):
        match = form.fullmatch(path.parent.parent.name)
        if match is not None:
            found[f"/download/{match[1]}/tables/{path.name}"] = path
    return found


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; read again only when the file changed."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=16_384)  # a page lists the files of all tables
def _sha256(path: Path, *_status: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def download(datasette: Any, request: Any) -> Answer:
    """`/download/<version>/<path>`: a file or a part of it, or a table's rows as JSON.

    304 where the visitor has it already, and on to the new name of a table that moved since (301).
    Raises DatasetteError where there is no such file.
    """
    published = publication_of(datasette)
    rows = _json_source(published, request.path)
    if rows is not None:
        return _json_answer(published, request, *rows)
    path = _file_at(published, request.path)
    if path is not None:
        return _file_answer(published, request, path)
    moved = _moved(published, request.path)
    if moved is not None:
        return Response.redirect(moved, status=301)
    name = request.path.rsplit("/", 1)[-1]
    raise refusal(404, gettext("There is no file '%(name)s'."), name=name)


_known: WeakKeyDictionary[Published, Files] = WeakKeyDictionary()


def _file_at(published: Published, address: str) -> Path | None:
    """The file at an address; None where there is none.

    All files are looked for once, and again where one is gone or another one is asked for.
    """
    known = _known.get(published, {}).get(address)
    if known is not None and known.is_file():
        return known
    found = files(published)
    _known[published] = found
    return found.get(address)


def _moved(published: Published, address: str) -> str | None:
    """The address of now of a file of a table that has another name; None where it has not."""
    form = rf"(/download/{re.escape(published.version)}/tables/)(\w+)(\.(?:csv|json))"
    match = re.fullmatch(form, address)
    if match is None:
        return None
    name = published.permalinks.get("moved", {}).get(match[2])
    return None if name is None else match[1] + name + match[3]


def _file_answer(published: Published, request: Any, path: Path) -> Answer:
    headers = _headers(published, sha256(path))
    if _has_already(request, headers):
        return Response("", status=304, headers=headers)
    headers["accept-ranges"] = "bytes"
    kind = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    part = _part_asked(request, headers["etag"], path.stat().st_size)
    if part is not None:
        return FilePart(path, part, kind, headers)
    name = path.name if path.suffix in SAVED else None
    return AsgiFileDownload(str(path), name, kind, headers)


def _part_asked(request: Any, etag: str, size: int) -> range | None:
    """The bytes that a visitor asks for; None for all.

    Whoever has an earlier part of another file gets all of this one.
    """
    if request.headers.get("if-range", etag) != etag:
        return None
    return ranges.asked(request.headers.get("range", ""), size)


def _json_answer(published: Published, request: Any, path: Path, resource: Descriptor) -> Response:
    rows = json_rows(path.read_bytes().decode("utf-8"), resource)
    text = json.dumps(rows, ensure_ascii=False)
    headers = _headers(published, hashlib.sha256(text.encode("utf-8")).hexdigest())
    if _has_already(request, headers):
        return Response("", status=304, headers=headers)
    return Response(text, headers=headers, content_type=MEDIA_TYPES[".json"])


def _headers(published: Published, digest: str) -> dict[str, str]:
    """The headers by which a browser keeps a file.

    A publication that its authors work on keeps its version while its files change; only a public
    one promises that they do not.
    """
    caching = FOR_EVER if published.public else "no-cache"
    return {"etag": f'"{digest}"', "cache-control": caching}


def _has_already(request: Any, headers: dict[str, str]) -> bool:
    return headers["etag"] in request.headers.get("if-none-match", "")


def _json_source(published: Published, address: str) -> tuple[Path, Descriptor] | None:
    """The CSV and the resource of the table of this version whose JSON is at `address`."""
    form = rf"/download/{re.escape(published.version)}/tables/(\w+)\.json"
    match = re.fullmatch(form, address)
    if published.folder is None or match is None or match[1] not in published.tables:
        return None
    resource = published.tables[match[1]]
    return published.folder / resource["path"], resource


def json_rows(text: str, resource: Descriptor) -> list[dict[str, Any]]:
    """The rows of a table's CSV with numbers as numbers, empty cells as null, lists as lists."""
    types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    rows = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        rows.append({name: _json_value(cell, types[name]) for name, cell in row.items()})
    return rows


def _json_value(cell: str, kind: str) -> Any:
    """The value of a cell of a type of the Table Schema: ('7', 'integer') → 7."""
    if cell == "":
        return None
    return READERS.get(kind, str)(cell)


def _number(cell: str) -> int | float:
    return float(cell) if "." in cell else int(cell)


def _boolean(cell: str) -> bool:
    return cell == "true"


READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "year": int,
    "number": _number,
    "boolean": _boolean,
    "array": json.loads,
}

ROUTES = [(r"/download/(?P<version>[^/]+)/(?P<path>.+)$", download)]
