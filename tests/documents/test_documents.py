"""Documents are read whole or refused with a reason; their lines are never stripped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import SEPARATOR, Document, Line
from openbaar.documents.reader import read_document
from openbaar.errors import OpenbaarError
from openbaar.recipe.language import Patch
from openbaar.recipe.patches import apply_patches


def entry(data: bytes, **more: object) -> DocumentEntry:
    digest = hashlib.sha256(data).hexdigest()
    return DocumentEntry.model_validate(
        {"path": "sources/d.txt", "sha256": digest, "title": {"nl": "d"}, **more}
    )


def read(folder: Path, data: bytes, **more: object) -> Document:
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "sources/d.txt").write_bytes(data)
    return read_document(folder, entry(data, **more))


def message(folder: Path, data: bytes) -> str:
    with pytest.raises(OpenbaarError) as caught:
        read(folder, data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "printed"),
    [
        (["Bezirk", "", "2022", "", ""], "Bezirk |  | 2022"),
        (["", "", ""], ""),
        (["", "12"], " | 12"),
        (["Zonder cellen | "], "Zonder cellen | "),
    ],
)
def test_readers_see_a_row_without_the_blank_cells_at_its_end(
    cells: list[str], printed: str
) -> None:
    assert Line(1, SEPARATOR.join(cells)).printed == printed


def test_lines_keep_their_trailing_spaces_and_lose_only_line_ends(tmp_path: Path) -> None:
    document = read(tmp_path, "\ufeffeen \r\n\r\n  twee".encode())
    assert document.lines == (Line(1, "een ", 1, 1), Line(2, "", 1, 2), Line(3, "  twee", 1, 3))
    assert document.text(1, 3) == "een \n\n  twee"


def test_a_page_begins_at_a_form_feed_or_after_the_declared_number_of_blank_lines(
    tmp_path: Path,
) -> None:
    fed = read(tmp_path, b"a\n\x0cb\nc")
    assert [(line.text, line.page) for line in fed.lines] == [("a", 1), ("b", 2), ("c", 2)]
    blank = read(tmp_path, b"a\n\n\nb\n\n\n\nc", page_break=3)
    assert [line.page for line in blank.lines if line.text] == [1, 1, 2]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "sources/d.txt: is empty"),
        (b" \n\n", "sources/d.txt: is empty"),
        (b"een\ntw\0ee", "sources/d.txt:2: contains a NUL byte, so it is not text"),
        (
            b"een\nkwartaal \xeb",
            "sources/d.txt:2:10: is not UTF-8: byte 13 is 0xeb (save it as UTF-8)",
        ),
        (
            b"%PDF-1.7\n\x93\xfa",
            "sources/d.txt:2:1: is not UTF-8: byte 9 is 0x93 (save it as UTF-8)",
        ),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    assert message(tmp_path, data) == expected


def test_a_document_of_200_megabytes_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    with (tmp_path / "sources/d.txt").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(OpenbaarError, match="has 200000000 bytes; at most 50000000 are read"):
        read_document(tmp_path, entry(b""))


def test_a_missing_document_is_named(tmp_path: Path) -> None:
    with pytest.raises(OpenbaarError, match=r"^sources/d\.txt: cannot be read: No such file"):
        read_document(tmp_path, entry(b""))


def test_a_link_that_leads_out_of_the_publication_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "publication/sources").mkdir(parents=True)
    (tmp_path / "publication/sources/d.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(OpenbaarError, match="is a link that leads out of the publication"):
        read_document(tmp_path / "publication", entry(b"secret"))


def test_a_changed_document_is_refused_until_a_person_accepts_its_hash(tmp_path: Path) -> None:
    recorded = entry(b"was")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources/d.txt").write_bytes(b"is")
    with pytest.raises(OpenbaarError) as caught:
        read_document(tmp_path, recorded)
    assert str(caught.value) == (
        f"sources/d.txt: has changed: its SHA-256 is not {recorded.sha256} "
        f"(look at what changed; to accept it, write sha256: {hashlib.sha256(b'is').hexdigest()} for it "
        "in tables/package.yaml)"
    )
    assert read_document(tmp_path, entry(b"is")).lines == (Line(1, "is", 1, 1),)


def test_a_patch_changes_its_line_and_no_other(tmp_path: Path) -> None:
    document = read(tmp_path, b"a 1\na 1")
    patched = apply_patches(document, [Patch(line=2, was="1", to="2", why="typing error")])
    assert [line.text for line in patched.lines] == ["a 1", "a 2"]


@pytest.mark.parametrize(("line", "was"), [(1, "9"), (1, "a"), (7, "1"), (0, "1")])
def test_a_patch_that_no_longer_applies_is_an_error(tmp_path: Path, line: int, was: str) -> None:
    document = read(tmp_path, b"a a 1\nb 2")
    with pytest.raises(
        OpenbaarError,
        match=f"^sources/d.txt:{line}: recipe key 'patch': '{was}' is not in this line exactly once",
    ):
        apply_patches(document, [Patch(line=line, was=was, to="", why="")])
