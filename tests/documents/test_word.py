"""Word documents: tables and paragraphs in one order, with nothing that Word does not show."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaar.documents.word import read_docx
from openbaar.errors import OpenbaarError


def word(write: Callable[[WordDocument], object]) -> bytes:
    made = docx.Document()
    write(made)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def with_table(made: WordDocument) -> None:
    made.add_paragraph("Tabel 3: starters per provincie")
    table = made.add_table(rows=4, cols=3)
    rows = [
        ("Jaar", "Aantal", ""),
        ("2020", "Gent", "1.234"),
        ("", "Aalst", ""),
        ("2021", "Gent", "7"),
    ]
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 2).merge(table.cell(2, 2))
    made.add_paragraph("Bron: VDAB")


def shown(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(line.shown, line.cells) for line in read_docx(data, "sources/d.docx").lines]


def problems(data: bytes) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        shown(data)
    return [str(problem) for problem in caught.value.problems]


def test_tables_and_paragraphs_come_in_their_order_with_the_place_of_each_cell() -> None:
    assert shown(word(with_table)) == [
        ("Tabel 3: starters per provincie", ("p1",)),
        ("Jaar | Aantal | ", ("1.1.1", "1.1.2", "1.1.3")),
        ("2020 | Gent | 1.234", ("1.2.1", "1.2.2", "1.2.3")),
        ("2020 | Aalst | ", ("1.3.1", "1.3.2", "1.3.3")),
        ("2021 | Gent | 7", ("1.4.1", "1.4.2", "1.4.3")),
        ("Bron: VDAB", ("p2",)),
    ]


def test_deleted_text_is_left_out_and_inserted_text_is_read() -> None:
    def write(made: WordDocument) -> None:
        paragraph = made.add_paragraph("Totaal ")
        space = nsdecls("w")
        deleted = f"<w:del {space}><w:r><w:delText>12</w:delText></w:r></w:del>"
        inserted = f"<w:ins {space}><w:r><w:t>34</w:t></w:r></w:ins>"
        paragraph._p.append(parse_xml(deleted))
        paragraph._p.append(parse_xml(inserted))

    assert [text for text, _ in shown(word(write))] == ["Totaal 34"]


def test_hidden_text_and_tables_inside_tables_are_named() -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("x").add_run("geheim").font.hidden = True
        outer = made.add_table(rows=1, cols=1)
        outer.cell(0, 0).add_table(rows=1, cols=1)

    assert problems(word(write)) == [
        "sources/d.docx: has hidden text: 'geheim' (show it or delete it in Word, and save the document again)",
        "sources/d.docx: has a table inside table 1 (put it beside the outer one, or save the document as PDF)",
    ]


def test_what_is_in_content_controls_is_read() -> None:
    def write(made: WordDocument) -> None:
        paragraph = made.add_paragraph("in een vak")
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        control.append(content)
        paragraph._p.addprevious(control)
        content.append(paragraph._p)

    assert [text for text, _ in shown(word(write))] == ["in een vak"]


def with_notes(data: bytes, kind: str, notes: dict[int, str]) -> bytes:
    """The document with notes, as Word keeps them: by names that are not what it prints."""
    space = nsdecls("w")
    texts = "".join(
        f'<w:{kind} w:id="{name}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        for name, text in notes.items()
    )
    written = io.BytesIO(data)
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr(f"word/{kind}s.xml", f"<w:{kind}s {space}>{texts}</w:{kind}s>")
    return written.getvalue()


def test_notes_have_the_numbers_that_word_prints() -> None:
    def write(made: WordDocument) -> None:
        for kind, name in (("footnote", 7), ("endnote", 2), ("footnote", 5)):
            run = made.add_paragraph("Gent").add_run()
            run._r.append(parse_xml(f'<w:{kind}Reference {nsdecls("w")} w:id="{name}"/>'))

    data = with_notes(word(write), "footnote", {5: "voorlopig", 6: "gewist", 7: "tot mei"})
    data = with_notes(data, "endnote", {2: "geschat"})
    assert [text for text, _ in shown(data)] == [
        "Gent[1]", "Gent[i]", "Gent[2]", "[1] tot mei", "[i] geschat", "[2] voorlopig",
    ]  # fmt: skip


def test_endnotes_are_counted_as_far_as_a_document_has_some() -> None:
    def write(made: WordDocument) -> None:
        run = made.add_paragraph("Gent").add_run()
        for name in range(1404):
            run._r.append(parse_xml(f'<w:endnoteReference {nsdecls("w")} w:id="{name}"/>'))

    ((text, _),) = shown(word(write))
    assert text.startswith("Gent[i][ii][iii][iv]")
    assert text.endswith("[mcdiii][mcdiv]")


def test_a_raised_number_is_no_digit_of_the_number_before_it() -> None:
    def write(made: WordDocument) -> None:
        for text, raised in (("12", "1"), ("2023", "2)"), ("1", "er"), ("5 m", "2")):
            paragraph = made.add_paragraph(text)
            paragraph.add_run(raised).font.superscript = True

    assert [text for text, _ in shown(word(write))] == ["12¹", "2023²⁾", "1er", "5 m²"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "sources/d.docx: cannot be read as a Word document: "),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "sources/d.docx: needs a password"),
        (word(lambda made: None), "sources/d.docx: contains no text"),
    ],
)
def test_what_is_no_word_document_is_refused(data: bytes, message: str) -> None:
    assert problems(data)[0].startswith(message)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_word_document_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(OpenbaarError):
        read_docx(bytes(damaged), "sources/d.docx")


WHOLE = word(with_table)
