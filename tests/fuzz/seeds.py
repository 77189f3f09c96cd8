"""What fuzzing begins with: inputs as they should be, from this repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fuzz.targets import ROOT, _docx, _xlsx

MOST = 40_000  # bytes; a longer seed is cut, because each run takes time in proportion


def seeds(target: str) -> Iterator[bytes]:
    """The seeds of a target."""
    yield from _FIXED.get(target, [])
    for pattern in _FILES.get(target, []):
        for path in sorted(ROOT.glob(pattern)):
            yield path.read_bytes()[:MOST]
    if target == "archive":
        yield _xlsx()
        yield _docx()
    if target == "workbook":
        yield from _parts(_xlsx(), "xl/")
    if target == "word":
        yield from _parts(_docx(), "word/document")


def _parts(archive: bytes, beginning: str) -> Iterator[bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        for name in zipped.namelist():
            if name.startswith(beginning) and name.endswith(".xml"):
                yield zipped.read(name)


def write_seeds(target: str, folder: Path) -> None:
    """Write the seeds of a target to a folder, as a fuzzer reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (folder / f"seed-{number}").write_bytes(seed)


_FILES = {
    "authored": ["tables/*.yaml", "tests/publications/*/tables/*.yaml"],
    "csv": ["tables/budgets.csv", "tests/publications/hand_made/tables/*.csv"],
    "packages": ["datapackage.json", "tests/publications/*/datapackage.json", "tables/budgets.csv"],
    "text": ["sources/*.txt", "tests/publications/*/sources/*.txt", "tables/budgets.csv"],
    "pdf": ["tests/publications/*/sources/*.pdf"],
}
_TABLE = b"<html><body><table><tr><th colspan=2>a<tr><td rowspan=2>1<td>2</table></body></html>"
_PAGE = (
    b'<html lang="nl"><head><meta charset="latin1"><title>a</title></head><body><nav>b</nav><h1>c<br>d</h1>'
    b"<p>e<!-- f --><table role=none><tr><td>g</table><table><caption>h<tr><th>i<br>j<td>\xe9</table>k<br>l"
)
_ODS = (
    b'<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:spreadsheet>'
    b'<table:table table:name="a"><table:table-row><table:table-cell o:value-type="string">'
    b"<text:p>a</text:p></table:table-cell></table:table-row></table:table>"
    b"</o:spreadsheet></o:body></o:document-content>"
)
_FIXED = {
    "numbers": [b"1.234.567,8\n38.0", b"- 1 234,5\n+2", b".5\n,5", "−1’234\n–5".encode()],
    "templates": [
        b"{a} totaal {b}\n2020 totaal 1.505",
        b"{a} {b} {c}\n1 2 3 4",
        "{a} | {b}\nx␟y".encode(),
        b"{a} || {b}\n1 2",
    ],
    "csv": [b"a,1,1.5,2020,true,2020-01-31,[]\n", b'"x\ny",,,,,,\n', b'"open\n'],
    "text": [_TABLE, _PAGE],
    "pdf": [b"BT /F1 12 Tf 72 720 Td (a 1) Tj ET", b"0 0 m 100 0 l S 10 10 50 50 re S"],
    "workbook": [_ODS],
    "routes": [
        b"municipalities/mergers?_sort=year\nlang=nl",
        b"municipalities/regions.json?_shape=array&_size=5\n",
        b"municipalities/regions/a.json\n",
        b"municipalities.json?sql=select+1\n",
        b"municipalities/regions?_facet=code&_search=x&code__in=a,b\n",
        b"id/regions/1.2.0\n", b"cite/regions.ris\n", b"download/1.2.0/tables/regions.json\n",
        b"sitemap.xml\n", b"robots.txt\n", b"-/static/app.css\n", b"source/municipalities.txt\n",
    ],
}  # fmt: skip
