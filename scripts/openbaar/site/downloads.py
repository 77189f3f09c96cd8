"""The files of a publication under addresses that never change: `/download/<version>/…`.

What one downloads is the file that was published, whole, with its hash beside the link. Below
`/download/<version>/` they stand as in the data package, so a reader of packages can load it from there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.units import format_unit
from datasette.utils.asgi import Response, asgi_send_file

from openbaar.schema.conventions import VERSION
from openbaar.site.language import gettext
from openbaar.site.published import Descriptor, Published, published_by, text_of
from openbaar.site.refusals import refusal
from openbaar.texts import N_, catalogue, spoken

MEDIA_TYPES = {
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".db": "application/vnd.sqlite3",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
}
PACKED = {  # what `dist/` holds of each version, and what readers see
    ".zip": N_("All tables as a data package (ZIP)"),
    ".xlsx": N_("All tables as an Excel workbook"),
    ".db": N_("All tables as an SQLite database"),
}
# The units of size of the Unicode CLDR, each a thousand times the one before it.
SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
CHUNK = 1 << 18
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Link:
    """A file to download: what it is, where, and how to know that it arrived whole. `rows` is None for a whole."""

    kind: str
    address: str
    label: str
    bytes: int
    size: str
    sha256: str
    rows: int | None = None


def links(published: Published, table: str | None = None, language: str = "en") -> list[Link]:
    """What to offer for download: of `table` its CSV, then the package as zip, workbook and database.

    Without a table the CSVs come last, one for each. Texts are in `language`.
    """
    if published.folder is None:
        return []
    offered = files(published)
    words = catalogue(language, published.languages[0])
    stem = f"{published.name}-{published.version}"
    packed = [
        _link(published, offered, f"{stem}{suffix}", words.gettext(label), language)
        for suffix, label in PACKED.items()
        if f"/download/{published.version}/{stem}{suffix}" in offered
    ]
    wanted = [table] if table else list(published.tables)
    tables = [
        _link(published, offered, f"tables/{name}.csv", label, language, published.tables[name])
        for name in wanted
        for label in [f"{text_of(published.tables[name], 'title', language)} (CSV)"]
    ]
    return [*tables, *packed] if table else [*packed, *tables]


def _link(
    published: Published,
    offered: dict[str, Path],
    path: str,
    label: str,
    language: str,
    table: Descriptor | None = None,
) -> Link:
    address = f"/download/{published.version}/{path}"
    file = offered[address]
    size = file.stat().st_size
    rows = table["rows"] if table else None
    return Link(
        file.suffix[1:], address, label, size, size_text(size, language), sha256(file), rows
    )


def size_text(size: int, language: str) -> str:
    """A number of bytes as people read it, in thousands as the International System has them: 1234567 → '1,2 MB'."""
    amount, thousands = float(size), 0
    while amount >= 999.5 and thousands < len(SIZES) - 1:
        amount /= 1000
        thousands += 1
    digits = "#,##0.0" if thousands and amount < 10 else "#,##0"
    unit = f"digital-{SIZES[thousands]}"
    return format_unit(amount, unit, "short", format=digits, locale=spoken(language))


def files(published: Published) -> dict[str, Path]:
    """Every file that can be downloaded, by its address: this version whole, of earlier ones what is kept."""
    if published.folder is None:
        return {}
    folder, version = published.folder, published.version
    packed = re.compile(rf"{re.escape(published.name)}-({VERSION})(\.\w+)")
    found: dict[str, Path] = {}
    for path in sorted((folder / "dist").glob("*")):
        match = packed.fullmatch(path.name)
        if match and match.group(2) in PACKED:
            found[f"/download/{match.group(1)}/{path.name}"] = path
    for path in sorted((folder / "tables" / "releases").glob("*/*.csv")):
        if path.stem not in published.permalinks.get("withdrawn", {}):
            found[f"/download/{path.parent.name}/tables/{path.name}"] = path
    current = [*(resource["path"] for resource in published.tables.values()), "datapackage.json"]
    for name in [*current, *(source["path"] for source in published.descriptor["sources"])]:
        found.setdefault(f"/download/{version}/{name}", folder / name)
    return {address: path for address, path in found.items() if path.is_file()}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; read again only when the file changed."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=1024)
def _sha256(path: Path, *_status: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_rows(data: bytes, resource: Descriptor) -> Iterator[dict[str, Any]]:
    """The rows of a table's CSV with numbers as numbers, empty cells as null and lists as lists."""
    readers = {
        field["name"]: READERS.get(field["type"], str) for field in resource["schema"]["fields"]
    }
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")):
        yield {name: readers[name](text) if text else None for name, text in row.items()}


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "year": int,
    "number": _number,
    "boolean": lambda text: text == "true",
    "array": json.loads,
}


class _File:
    """An answer that sends a file piece by piece, as it stands on the disk."""

    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        self.path, self.headers = path, headers
        self.status = 200

    async def asgi_send(self, send: Any) -> None:
        """Send it, as Datasette asks of an answer."""
        kind = MEDIA_TYPES.get(self.path.suffix, "application/octet-stream")
        await asgi_send_file(
            send, str(self.path), content_type=kind, chunk_size=CHUNK, headers=self.headers
        )


async def download(datasette: Any, request: Any) -> Any:
    """`/download/<version>/<path>`: the file, or a table's rows as JSON; 304 where the visitor has it already."""
    published = published_by(datasette)
    assert published is not None
    path = files(published).get(request.path)
    made = _json_of(published, request.path) if path is None else None
    if path is None and made is None:
        name = request.path.rsplit("/", 1)[-1]
        raise refusal(404, gettext("There is no file '%(name)s'."), name=name)
    digest = sha256(path) if path else hashlib.sha256(made or b"").hexdigest()
    # A publication under work keeps its version while its bytes change; only a public one promises that they do not.
    headers = {"etag": f'"{digest}"', "cache-control": FOR_EVER if published.public else "no-cache"}
    if f'"{digest}"' in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=headers)
    if path is None:
        return Response((made or b"").decode(), headers=headers, content_type=MEDIA_TYPES[".json"])
    if path.suffix in PACKED or path.suffix == ".csv":
        headers["content-disposition"] = f'attachment; filename="{path.name}"'
    return _File(path, headers)


def _json_of(published: Published, address: str) -> bytes | None:
    """The rows of a table of this version as JSON, where `address` asks for them."""
    match = re.fullmatch(rf"/download/{re.escape(published.version)}/tables/(\w+)\.json", address)
    if published.folder is None or not match or match.group(1) not in published.tables:
        return None
    resource = published.tables[match.group(1)]
    rows = json_rows((published.folder / resource["path"]).read_bytes(), resource)
    return json.dumps(list(rows), ensure_ascii=False).encode("utf-8")


ROUTES = [(r"/download/(?P<version>[^/]+)/(?P<path>.+)$", download)]
