"""OpenDocument workbooks, written by hand: a table with repeats and spans."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
KIND = "application/vnd.oasis.opendocument.spreadsheet"


def opendocument(rows: Sequence[Sequence[str]], spans: Mapping[int, int]) -> bytes:
    """One sheet of texts; the first cell of a row in `spans` covers so many rows."""
    covered = {below for first, count in spans.items() for below in range(first + 1, first + count)}
    lines = []
    for index, row in enumerate(rows):
        cells = [_cell(text) for text in row]
        if index in spans:
            cells[0] = cells[0].replace(
                "<table:table-cell",
                f'<table:table-cell table:number-rows-spanned="{spans[index]}"',
                1,
            )
        if index in covered:
            cells[0] = "<table:covered-table-cell/>"
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return opendocument_of("".join(lines))


def _cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def opendocument_of(rows: str) -> bytes:
    """One sheet of the rows, which are XML."""
    names = " ".join(f'xmlns:{name}="{NAMES}:{name}:1.0"' for name in ("office", "table", "text"))
    sheet = f'<table:table table:name="Blad1">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": KIND.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": f"<office:document-content {names}>{body}</office:document-content>".encode(),
        }
    )


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
