"""A new edition of a document: what fits is compared, what does not is told, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drafted import COUNTS, drafted_counts
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.publishing.publish import publish
from openbaar.publishing.update import take_edition, try_edition
from openbaar.tables.authored.references import load_publication

LATER = "A new answer.\n\n" + COUNTS.replace("2021 15 4", "2021 16 4").replace("46", "47")


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A published publication of one text."""
    root = drafted_counts(tmp_path)
    publish(load_publication(root))
    return root


def update(root: Path, name: str, text: str, *options: str) -> Result:
    file = root.parent / name
    file.write_text(text)
    return CliRunner().invoke(main, ["--project", str(root), "update", str(file), *options])


def authored(root: Path) -> dict[str, bytes]:
    paths = [*(root / "tables").glob("*"), *(root / "sources").glob("*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}


def test_what_changed_is_shown_and_nothing_is_written(publication: Path) -> None:
    before = authored(publication)
    done = update(publication, "counts-2.txt", LATER)
    assert done.exit_code == 0, done.output
    assert "tables whose recipes fit sources/counts-2.txt: table_1" in done.output
    assert "15 → 16" in done.output
    assert done.output.count("→") == 2  # the versions, and the one cell: lines moved, no figure did
    assert authored(publication) == before


def test_it_takes_the_place_of_the_old_edition_which_stays(publication: Path) -> None:
    done = update(publication, "counts-2.txt", LATER, "--write")
    assert done.exit_code == 0, done.output
    assert (publication / "sources/counts.txt").read_text() == COUNTS
    (entry,) = load_publication(publication).package.documents
    assert entry.path == "sources/counts-2.txt"
    publish(load_publication(publication))
    assert "2021,16,4" in (publication / "tables/table_1.csv").read_text("utf-8")


def test_an_edition_with_the_name_of_an_earlier_one_gets_a_number(publication: Path) -> None:
    done = update(publication, "counts.txt", LATER, "--write")
    assert done.exit_code == 0, done.output
    assert (publication / "sources/counts.txt").read_text() == COUNTS
    assert (publication / "sources/counts-2.txt").read_text() == LATER
    publish(load_publication(publication))
    done = update(publication, "counts.txt", LATER.replace("A new", "Another"), "--write")
    (entry,) = load_publication(publication).package.documents
    assert entry.path == "sources/counts-3.txt"


def test_the_line_ends_of_authored_files_stay_as_they_are(publication: Path) -> None:
    path = publication / "tables/package.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert update(publication, "counts-2.txt", LATER, "--write").exit_code == 0
    assert b"counts-2.txt" in path.read_bytes()
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")


def test_a_name_that_leads_elsewhere_is_refused(publication: Path) -> None:
    before = authored(publication)
    done = update(publication, "a\\1.txt", LATER, "--write")
    assert "should be relative and stay inside the publication" in done.output
    assert authored(publication) == before


def test_a_file_that_was_saved_while_an_edition_was_tried_is_not_overwritten(
    publication: Path,
) -> None:
    file = publication.parent / "counts-2.txt"
    file.write_text(LATER)
    edition = try_edition(publication, file)
    path = publication / "tables/package.yaml"
    path.write_bytes(path.read_bytes() + b"# saved\n")
    before = authored(publication)
    with pytest.raises(OpenbaarError, match="has changed while the new edition was tried"):
        take_edition(publication, edition)
    assert authored(publication) == before


def test_what_no_longer_fits_is_told_with_its_place(publication: Path) -> None:
    done = update(publication, "counts-2.txt", LATER.replace("2021 16 4", "2021 sixteen 4"))
    assert done.exit_code == 1
    first, _, rest = done.output.partition("sources/counts-2.txt:7")
    assert "tables whose recipes fit" not in first
    assert "counts-2.txt: none" in rest
    assert "counts-2.txt: none" in done.output


def test_a_total_that_does_not_add_up_any_more_is_told(publication: Path) -> None:
    done = update(publication, "counts-2.txt", LATER.replace("Total 47", "Total 50"))
    assert done.exit_code == 1
    assert "50" in done.output


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("counts-2.txt", COUNTS, "is the same file as sources/counts.txt"),
        ("counts.csv", "a,b\n", "is another kind of file than sources/counts.txt"),
    ],
)
def test_what_can_be_no_new_edition_is_refused(
    publication: Path, name: str, text: str, message: str
) -> None:
    done = update(publication, name, text)
    assert done.exit_code == 1
    assert message in done.output


def test_a_document_that_is_not_there_has_no_edition(publication: Path) -> None:
    done = update(publication, "counts-2.txt", LATER, "--of", "sources/other.txt")
    assert "has no document sources/other.txt" in done.output
    assert "sources/counts.txt" in done.output
