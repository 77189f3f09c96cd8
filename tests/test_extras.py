"""What only some publications need may be missing, and is then named with the extra that has it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from openbaar.documents.entry import DocumentEntry
from openbaar.documents.reader import parse_document
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.publication import Publication
from openbaar.tables.dataset import read_dataset

PDF = Path(__file__).parent / "publications/remake3a/sources/remake3a.pdf"


@pytest.mark.parametrize(
    ("read", "module"), [("text", "pypdf"), ("tables", "pdfplumber"), ("layout", "pdfplumber")]
)
def test_a_pdf_without_the_extra_pdf(
    read: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    described = {"path": "sources/a.pdf", "sha256": "0" * 64, "title": {"en": "A"}, "read": read}
    with pytest.raises(OpenbaarError) as refused:
        parse_document(PDF.read_bytes(), DocumentEntry.model_validate(described))
    assert [str(problem) for problem in refused.value.problems] == [
        "openbaar[pdf]: is not installed, and reading a PDF needs it "
        f"(no module '{module}') (pip install 'openbaar[pdf]')"
    ]


def test_a_large_table_without_the_extra_large(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.tables.dataset.LARGE", 1)
    monkeypatch.setitem(sys.modules, "openbaar.tables.kept_scans", None)
    with pytest.raises(OpenbaarError, match=r"openbaar\[large\]: is not installed, and tables/"):
        read_dataset(publication)
