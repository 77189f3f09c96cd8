"""Scans: a table drawn as a picture is recognised, and what is unsure is blank, never a guess."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from openbaar.authoring.draft.project import drafts_of
from openbaar.authoring.pictures import pictures_of
from openbaar.cli.main import main
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Word
from openbaar.documents.reader import parse_document
from openbaar.documents.recognised import RecognisedWord, words_file
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.references import load_publication
from openbaar.tables.judging.unconfirmed import unconfirmed_figures

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="tesseract is missing (Debian: apt-get install tesseract-ocr tesseract-ocr-nld)",
)
ROWS = [
    ("Gemeente", "2021", "2022"),
    ("Gent", "1.234", "987"),
    ("Antwerpen", "12.345", "11.002"),
    ("Brugge", "2.310", "2.288"),
    ("Leuven", "812", ""),
    ("Totaal", "16.701", "14.277"),
]


def scan(path: Path, ruled: bool = False) -> Path:
    """A PDF that holds the picture of a page with a table, and no text; a ruled one stands askew."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 780, "Tabel 1: Starters per gemeente")
    for number, (label, *figures) in enumerate(ROWS):
        canvas.drawString(72, 740 - 20 * number, label)
        for column, figure in enumerate(figures):
            canvas.drawRightString(260 + 100 * column, 740 - 20 * number, figure)
    if ruled:
        canvas.grid([70, 190, 270, 370], [754 - 20 * row for row in range(len(ROWS) + 1)])
    canvas.save()
    page = pypdfium2.PdfDocument(drawn.getvalue())[0]
    picture = page.render(scale=300 / 72).to_pil().convert("L")
    picture.rotate(0.6 if ruled else 0, fillcolor=255).save(path, resolution=300)
    return path


def words(confidence: float = 96, total: str = "16.701") -> bytes:
    """The file of recognised words of the table; the last figure of Brugge has this confidence."""
    found = []
    for row, (label, *figures) in enumerate(ROWS):
        top = 80.0 + 20 * row
        found.append(RecognisedWord(1, Word(label, 72, 130, top, top + 9), 95))
        for column, figure in enumerate(figures):
            end = 260.0 + 100 * column
            text = total if figure == "16.701" else figure
            sure = confidence if figure == "2.288" else 96
            if text:
                place = Word(text, end - 6 * len(text), end, top, top + 9)
                found.append(RecognisedWord(1, place, sure))
    return words_file(found)


def openbaar(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def entry() -> DocumentEntry:
    return DocumentEntry.model_validate(
        {"path": "sources/scan.words.tsv", "sha256": "0" * 64, "title": {"nl": "x"}}
    )


@needs_tesseract
@pytest.mark.slow
@pytest.mark.parametrize("ruled", [False, True])
def test_a_table_on_a_picture_is_recognised_with_its_blank_cell(
    ruled: bool, tmp_path: Path
) -> None:
    done = openbaar("recognise", scan(tmp_path / "scan.pdf", ruled))
    assert done.exit_code == 0, done.output
    (draft,) = drafts_of(tmp_path / "scan.words.tsv", "nl")
    reading = draft.result.reading
    assert reading is not None
    read = [[cell.value for cell in record.cells.values()] for record in reading.records]
    printed = []
    for label, *figures in ROWS[1:-1]:
        for year, figure in zip((2021, 2022), figures, strict=True):
            printed.append((year, label, int(figure.replace(".", "")) if figure else None))
    unsure = {tuple(row[:2]) for row in read if row[-1] == "illegible"}
    found = {tuple(row[:3]) for row in read if tuple(row[:2]) not in unsure}
    assert found == {row for row in printed if row[:2] not in unsure}
    assert len(unsure) <= 2
    again = openbaar("recognise", tmp_path / "scan.pdf")
    assert (again.exit_code, "will not be overwritten" in again.stderr) == (1, True)


def test_the_rules_of_a_table_are_taken_off_its_picture_and_its_words_are_not(
    tmp_path: Path,
) -> None:
    ruled, plain = scan(tmp_path / "ruled.pdf", ruled=True), scan(tmp_path / "plain.pdf")
    with pictures_of(ruled) as pages:
        left = dark_pixels(pages.png_without_rules(1, 300))
        printed = dark_pixels(pages.png(1, 300))
    with pictures_of(plain) as pages:
        words = dark_pixels(pages.png(1, 300))
        kept = dark_pixels(pages.png_without_rules(1, 300))
    assert kept == words
    assert printed > 1.5 * words
    assert left == pytest.approx(words, rel=0.05)


def dark_pixels(png: bytes) -> int:
    """How many pixels of a picture are dark."""
    return sum(Image.open(io.BytesIO(png)).convert("L").histogram()[:128])


def test_without_tesseract_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = openbaar("recognise", scan(tmp_path / "scan.pdf"), "--language", "de")
    assert done.exit_code == 1
    assert "the program 'tesseract' is not installed" in done.stderr
    assert "apt-get install tesseract-ocr tesseract-ocr-deu" in done.stderr
    assert not (tmp_path / "scan.words.tsv").exists()


@needs_tesseract
def test_a_language_that_is_not_installed_is_named(tmp_path: Path) -> None:
    done = openbaar("recognise", scan(tmp_path / "scan.pdf"), "--language", "xyz")
    assert "languages that are not installed: xyz" in done.stderr


def test_a_scan_that_is_given_to_init_says_what_to_do(tmp_path: Path) -> None:
    done = openbaar("init", tmp_path / "made", "--document", scan(tmp_path / "scan.pdf"))
    assert "'openbaar recognise' writes its words into a file that can be read" in done.stderr


def test_recognised_words_stand_where_they_were_and_the_unsure_ones_are_marked() -> None:
    document = parse_document(words(confidence=79), entry())
    assert document.is_recognised
    assert [line.text.split() for line in document.lines][3:5] == [
        ["Brugge", "2.310", "▯2.288"],
        ["Leuven", "812"],
    ]
    assert "▯" not in parse_document(words(confidence=80), entry()).lines[3].text


def test_what_is_not_surely_recognised_is_blank_and_casts_doubt_on_a_draft(tmp_path: Path) -> None:
    (tmp_path / "scan.words.tsv").write_bytes(words(confidence=50))
    (draft,) = drafts_of(tmp_path / "scan.words.tsv", "nl")
    assert "some of its words were not surely recognised" in draft.doubts
    reading = draft.result.reading
    assert reading is not None
    cells = [[cell.value for cell in record.cells.values()] for record in reading.records]
    assert [2022, "Brugge", None, "illegible"] in cells


def test_a_draft_of_recognised_words_is_trusted_only_where_totals_confirm_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "scan.words.tsv").write_bytes(words())
    (right,) = drafts_of(tmp_path / "scan.words.tsv", "nl")
    assert right.is_trusted
    (tmp_path / "scan.words.tsv").write_bytes(words(total="▯"))
    (unsure,) = drafts_of(tmp_path / "scan.words.tsv", "nl")
    assert not unsure.is_trusted


def test_check_warns_of_recognised_figures_until_a_total_confirms_them(tmp_path: Path) -> None:
    (tmp_path / "scan.words.tsv").write_bytes(words())
    arguments = ("--document", tmp_path / "scan.words.tsv", "--language", "nl", "--minimal")
    assert openbaar("init", tmp_path / "made", *arguments).exit_code == 0
    made = load_publication(tmp_path / "made")
    (warning,) = unconfirmed_figures(made)
    assert warning.message.startswith("its figures were recognised on a picture")
    assert openbaar("--project", tmp_path / "made", "convert").exit_code == 0
    assert unconfirmed_figures(made) == []


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"page\ttext\n", words() + b"1\tx\n", words() + b"1\t9\t9\t9\t9\t9\tx\n"]
)
def test_a_file_that_holds_no_recognised_words_is_refused(data: bytes) -> None:
    with pytest.raises(OpenbaarError, match="is no line of a file of recognised words"):
        parse_document(data, entry())
