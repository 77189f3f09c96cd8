"""A site that is frozen again: pages that need not be made are taken, and the whole is as anew."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from openbaar.package.permalinks import read_permalinks
from openbaar.placing import FROZEN
from openbaar.publishing.frozen import freeze_published
from openbaar.site.frozen import freeze as freezing
from openbaar.site.frozen.freeze import Frozen, no_progress
from served import ROOT, build, files_of

URL = "https://data.example/figures"
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"
EXAMPLES = int(os.environ.get("OPENBAAR_EXAMPLES", "3"))
STEPS = 3  # changes one after the other
CHART = "chart: {x: year, y: number, color: region}\n"
CHOICES = "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"
NEW_TABLE = """\
title: {nl: Kusten, en: Coasts}
description: {nl: Welk gewest een kust heeft., en: Which region has a coast.}
schema:
  primaryKey: [region]
  fields:
    - name: region
      title: {nl: Gewest, en: Region}
      description: {nl: Het gewest., en: The region.}
      constraints: {required: true}
  foreignKeys:
    - {fields: region, reference: {resource: regions, fields: code}}
"""
MOVED = {"moved": {"provinces": "regions"}, "withdrawn": {"old": {"nl": "fout", "en": "wrong"}}}


class Publication:
    """A small publication that changes, is built, and is frozen again and from nothing."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.root = folder / "authored"
        self.published = folder / "published"
        self.target = folder / "site"
        self.anew = folder / "anew"
        self.number = 0

    def replace(self, file: str, old: str, new: str) -> bool:
        """Replace a text in an authored file; False where it is not there."""
        path = self.root / "tables" / file
        if not path.is_file() or old not in path.read_text("utf-8"):
            return False
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
        return True

    def change_cell(self, table: str, column: str, change: Callable[[str], str]) -> None:
        """Change a cell of some row of a table that has a value there."""
        path = self.root / "tables" / f"{table}.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
        row = self.random.choice([row for row in rows if row[column]])
        row[column] = change(row[column])
        self.write_rows(path, rows)

    def write_rows(self, path: Path, rows: list[dict[str, str]]) -> None:
        """Write a CSV file."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), "utf-8")

    def word(self) -> str:
        """A word that was not there before."""
        self.number += 1
        return f"word{self.number}"

    def publish(self) -> None:
        """Build it where `openbaar publish` would."""
        shutil.rmtree(self.published / "build", ignore_errors=True)
        shutil.rmtree(self.published / "dist", ignore_errors=True)
        for path in (self.published / "tables").glob("*.csv"):
            path.unlink()  # what was released stays
        built = build(self.root, self.published)
        folder = self.published / "build"
        folder.mkdir()
        built.database.rename(folder / built.database.name)

    def freeze(self, target: Path) -> None:
        """Freeze what was published."""
        freeze_published(self.published, target, URL, no_progress, workers=1)


def a_title(made: Publication) -> None:
    table = made.random.choice(["regions", "statuses", "municipalities", "mergers"])
    language = made.random.choice(["nl: ", "en: "])
    made.replace(f"{table}.yaml", language, f"{language}{made.word()} ")


def a_title_of_a_column(made: Publication) -> None:
    made.replace("municipalities.yaml", "title: {nl: Aantal", f"title: {{nl: {made.word()}")


def a_figure(made: Publication) -> None:
    made.change_cell("municipalities", "number", lambda value: str(int(value) + 1))


def a_blank_figure(made: Publication) -> None:
    made.change_cell("municipalities", "share", lambda _: "")


def a_label(made: Publication) -> None:
    made.change_cell("regions", "title_nl", lambda value: f"{value} {made.word()}")


def another_row_of_a_hierarchy(made: Publication) -> None:
    made.change_cell("regions", "part_of", lambda _: "flanders")


def a_note(made: Publication) -> None:
    made.change_cell("anomalies", "text_en", lambda value: f"{value} {made.word()}")


def the_rows_of_a_note(made: Publication) -> None:
    position = made.random.choice(["10", "20", "30"])
    made.change_cell("anomalies", "rows_concerned", lambda _: json.dumps({"position": position}))


def a_footnote(made: Publication) -> None:
    made.change_cell("footnotes", "text_nl", lambda value: f"{value} {made.word()}")


def a_verdict(made: Publication) -> None:
    made.change_cell("reconciliation", "verdict", lambda _: "rounded")


def a_place(made: Publication) -> None:
    line = made.random.choice(["3", "5", "7"])
    made.change_cell("provenance", "first_line", lambda _: line)
    made.change_cell("provenance", "last_line", lambda _: "7")


def a_text(made: Publication) -> None:
    made.change_cell("mergers", "text", lambda value: f"{value} {made.word()}")


def a_row_more(made: Publication) -> None:
    path = made.root / "tables" / "mergers.csv"
    number = 100 + made.number
    made.word()
    line = f"{number},2024-12-02,Another one,2025,wallonia,false,\n"
    path.write_text(path.read_text("utf-8") + line, "utf-8")


def a_row_less(made: Publication) -> None:
    path = made.root / "tables" / "mergers.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    if len(rows) > 2:
        made.write_rows(path, rows[:-1])


def a_chart(made: Publication) -> None:
    path = made.root / "tables" / "municipalities.yaml"
    text = path.read_text("utf-8")
    changed = text.removesuffix(CHART) if text.endswith(CHART) else text + CHART
    path.write_text(changed, "utf-8")


def a_question(made: Publication) -> None:
    made.replace("package.yaml", "    title: {nl: ", f"    title: {{nl: {made.word()} ")


def choices(made: Publication) -> None:
    if not made.replace("package.yaml", CHOICES, ""):
        made.replace("package.yaml", "  per_year:\n", f"  per_year:\n{CHOICES}")


def a_table(made: Publication) -> None:
    """A new table that refers to another one, or it is gone again."""
    if made.replace("package.yaml", "mergers, coasts]", "mergers]"):
        (made.root / "tables" / "coasts.yaml").unlink()
        (made.root / "tables" / "coasts.csv").unlink()
        return
    made.replace("package.yaml", "mergers]", "mergers, coasts]")
    (made.root / "tables" / "coasts.yaml").write_text(NEW_TABLE, "utf-8")
    (made.root / "tables" / "coasts.csv").write_text("region\nflanders\n", "utf-8")


def the_order_of_languages(made: Publication) -> None:
    before, after = ["nl", "en"], ["en", "nl"]
    if not made.replace("package.yaml", "[nl, en]", "[en, nl]"):
        before, after = after, before
        made.replace("package.yaml", "[en, nl]", "[nl, en]")
    for file in ("anomalies.csv", "footnotes.csv"):
        made.replace(file, *(",".join(f"text_{each}" for each in of) for of in (before, after)))


def the_version(made: Publication) -> None:
    package = (made.root / "tables" / "package.yaml").read_text("utf-8")
    version = package.partition("version: 1.2.")[2].partition("\n")[0]
    made.replace("package.yaml", f"1.2.{version}\n", f"1.2.{int(version) + 1}\n")


def the_title_of_all(made: Publication) -> None:
    made.replace("package.yaml", "en: Municipalities", f"en: {made.word()} Municipalities")


def a_licence(made: Publication) -> None:
    made.replace("package.yaml", "Creative Commons", f"{made.word()} Creative Commons")


def the_document(made: Publication) -> None:
    path = made.root / "sources" / "municipalities.txt"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text("utf-8") + f"{made.word()}\n", "utf-8")
    made.replace("package.yaml", old, hashlib.sha256(path.read_bytes()).hexdigest())


def moved_and_withdrawn(made: Publication) -> None:
    recorded = read_permalinks(made.published).model_copy(update=MOVED)
    (made.published / "tables" / "permalinks.json").write_bytes(recorded.to_bytes())


CHANGES = [
    a_title,
    a_title_of_a_column,
    a_figure,
    a_blank_figure,
    a_label,
    another_row_of_a_hierarchy,
    a_note,
    the_rows_of_a_note,
    a_footnote,
    a_verdict,
    a_place,
    a_text,
    a_row_more,
    a_row_less,
    a_chart,
    a_question,
    choices,
    a_table,
    the_order_of_languages,
    the_version,
    the_title_of_all,
    a_licence,
    the_document,
    moved_and_withdrawn,
]


def differences(made: Publication) -> list[str]:
    """Freeze again and from nothing: the files that differ, or are in one of both only."""
    made.freeze(made.target)
    shutil.rmtree(made.anew, ignore_errors=True)
    made.freeze(made.anew)
    again, anew = files_of(made.target), files_of(made.anew)
    return sorted(name for name in again.keys() | anew if again.get(name) != anew.get(name))


def begun(folder: Path, seed: int = 0) -> Publication:
    """The hand-made publication in a folder, built and frozen."""
    shutil.copytree(HAND_MADE, folder / "authored")
    made = Publication(folder, seed)
    made.publish()
    made.freeze(made.target)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_after_any_changes_each_file_is_as_in_a_site_frozen_from_nothing(
    tmp_path: Path, seed: int
) -> None:
    made = begun(tmp_path, seed)
    for _ in range(STEPS):
        chosen = made.random.sample(CHANGES, made.random.randint(1, 2))
        for change in chosen:
            change(made)
        made.publish()
        assert differences(made) == [], [change.__name__ for change in chosen]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication, built and frozen."""
    folder = tmp_path_factory.mktemp("first")
    begun(folder)
    return folder


@pytest.fixture
def publication(first: Path, tmp_path: Path) -> Publication:
    """A copy of it, to be changed."""
    return Publication(Path(shutil.copytree(first, tmp_path / "copy")))


@pytest.fixture
def made_pages(monkeypatch: pytest.MonkeyPatch) -> list[Frozen]:
    """What came of each freeze."""
    found = []
    freeze = freezing.freeze

    def watched(*given: object) -> Frozen:
        found.append(freeze(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(freezing, "freeze", watched)
    return found


def rows_made(made: Publication, before: dict[str, bytes]) -> set[str]:
    """The pages of rows whose files are others than before, by table and key."""
    found = set()
    for name, data in files_of(made.target).items():
        parts = name.split("/")
        if before.get(name) != data and parts[0] == "municipalities" and len(parts) == 4:
            found.add("/".join(parts[1:3]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "rows"),
    [
        (a_figure, 9),  # all rows of its table but its own; all others refer to it, or it to them
        (a_table, 15),  # all but those of the regions, to which the new table refers
        (a_footnote, 19),
        (a_verdict, 19),
        (a_note, 6),  # those of tables that it is not about
        (the_title_of_all, 0),
    ],
)
def test_the_pages_of_rows_that_a_change_does_not_concern_are_not_made_again(
    publication: Publication,
    made_pages: list[Frozen],
    change: Callable[[Publication], None],
    rows: int,
) -> None:
    change(publication)
    publication.publish()
    assert differences(publication) == []
    again, anew = made_pages
    assert anew.made - again.made == 3 * rows  # in two languages, and the address to cite
    assert again.files == anew.files


@pytest.mark.slow
def test_of_large_tables_any_change_of_the_database_counts(
    publication: Publication, made_pages: list[Frozen], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.site.frozen.rows_made_of.MOST_ROWS", 5)
    shutil.rmtree(publication.target)
    publication.freeze(publication.target)
    a_footnote(publication)  # no page of a row shows one
    publication.publish()
    assert differences(publication) == []
    _, again, anew = made_pages
    assert anew.made - again.made == 3 * 10  # those of the large table, to which all others relate


@pytest.mark.slow
def test_one_figure_makes_the_pages_of_its_row_again(
    publication: Publication, made_pages: list[Frozen]
) -> None:
    before = files_of(publication.target)
    publication.replace("municipalities.csv", "2019,flanders,300", "2019,flanders,301")
    publication.publish()
    assert differences(publication) == []
    assert rows_made(publication, before) == {"municipalities/2019,flanders"}


@pytest.mark.slow
def test_a_new_version_is_told_on_every_page_though_few_are_made(
    publication: Publication, made_pages: list[Frozen]
) -> None:
    the_version(publication)
    publication.publish()
    assert differences(publication) == []
    again, anew = made_pages
    assert again.made < anew.made
    page = publication.target / "municipalities" / "regions" / "flanders" / "index.html"
    assert "1.2.1" in page.read_text("utf-8")


@pytest.mark.slow
def test_nothing_is_taken_from_a_folder_that_somebody_changed(
    publication: Publication, made_pages: list[Frozen]
) -> None:
    page = publication.target / "municipalities" / "regions" / "flanders" / "index.html"
    page.write_text("edited", "utf-8")
    a_figure(publication)
    publication.publish()
    assert differences(publication) == []
    again, anew = made_pages
    assert again.made == anew.made


@pytest.mark.slow
def test_a_mark_that_tells_nothing_of_pages_is_no_reason_to_stop(publication: Publication) -> None:
    mark = publication.target / FROZEN
    told = json.loads(mark.read_bytes())
    mark.write_text(json.dumps({**told, "rows": {"addresses": [], "pages": [[1, "x", [2]]]}}))
    a_figure(publication)
    publication.publish()
    assert differences(publication) == []


@pytest.mark.slow
def test_a_freeze_that_fails_leaves_the_earlier_one(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(publication.target)
    a_figure(publication)
    publication.publish()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("openbaar.site.frozen.frozen_pages.write_content", full)
    with pytest.raises(OSError, match="No space left"):
        publication.freeze(publication.target)
    assert files_of(publication.target) == before
    monkeypatch.undo()
    assert differences(publication) == []
