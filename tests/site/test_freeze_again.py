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
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from datasette.plugins import pm

from openbaar.placing import FROZEN, freezing_beside
from openbaar.publishing.frozen import freeze_published
from openbaar.site.frozen import frozen_pages
from openbaar.site.frozen.freeze import no_progress
from openbaar.site.frozen.frozen_pages import Fetched
from openbaar.site.frozen.in_place import BEFORE, JOURNAL
from openbaar.site.frozen.static_paths import Page
from served import ROOT, build, files_of

URL = "https://data.example/figures"
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"
EXAMPLES = int(os.environ.get("OPENBAAR_EXAMPLES", "3"))
STEPS = 3  # changes one after the other
CHART = "chart: {x: year, y: number, color: region}\n"
QUESTION = """\
  printed:
    title: {nl: Wat staat er gedrukt?, en: What is printed?}
    sql: SELECT table_name, row_id, printed FROM provenance ORDER BY rowid
"""
TODAY = """\
  today:
    title: {nl: Welke dag is het?, en: Which day is it?}
    sql: SELECT date('now') AS day, count(*) AS number FROM regions
"""
REPLACED = """\
datasette:
  databases:
    municipalities:
      queries:
        per_year: {sql: SELECT max(text) AS text FROM mergers}
"""
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
MOVED = "moved: {provinces: regions}\nwithdrawn: {old: {nl: fout, en: wrong}}\n"


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


def the_last_text(made: Publication) -> None:
    made.replace("mergers.csv", "The last round", "The very last round")


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
    made.replace("package.yaml", "Hoeveel", f"{made.word()} Hoeveel")


def the_title_of_the_document(made: Publication) -> None:
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
    if not made.replace("package.yaml", MOVED, ""):
        made.replace("package.yaml", "tables: [", f"{MOVED}tables: [")


def a_description_of_a_column(made: Publication) -> None:
    made.replace("mergers.yaml", "en: What happened", f"en: {made.word()} What happened")


def a_unit(made: Publication) -> None:
    made.replace("municipalities.yaml", "nl: gemeenten", f"nl: {made.word()} gemeenten")


def a_translation(made: Publication) -> None:
    made.replace("regions.yaml", "en: ", f"en: {made.word()} ")


def facets(made: Publication) -> None:
    if not made.replace("municipalities.yaml", "facets: [year, region]", "facets: [region]"):
        made.replace("municipalities.yaml", "facets: [region]", "facets: [year, region]")


def the_sql_of_a_question(made: Publication) -> None:
    if not made.replace("package.yaml", "GROUP BY year ORDER BY year", "GROUP BY year"):
        made.replace("package.yaml", "GROUP BY year", "GROUP BY year ORDER BY year")


def another_question(made: Publication) -> None:
    """One that names tables and reads the trust tables, or it is gone again."""
    if not made.replace("package.yaml", QUESTION, ""):
        made.replace("package.yaml", "queries:\n", f"queries:\n{QUESTION}")


def the_order_of_tables(made: Publication) -> None:
    if not made.replace("package.yaml", "[regions, statuses", "[statuses, regions"):
        made.replace("package.yaml", "[statuses, regions", "[regions, statuses")


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
    a_description_of_a_column,
    a_unit,
    a_translation,
    facets,
    the_sql_of_a_question,
    another_question,
    the_order_of_tables,
    choices,
    a_table,
    the_order_of_languages,
    the_version,
    the_title_of_all,
    a_licence,
    the_document,
    the_title_of_the_document,
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
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """The pages that were asked of the site."""
    found: list[Page] = []
    fetch = frozen_pages.fetch

    def watched(pages: Sequence[Page]) -> Fetched:
        found.extend(pages)
        return fetch(pages)

    monkeypatch.setattr(frozen_pages, "fetch", watched)
    return found


def of_database(asked: list[Page], parts: int) -> set[str]:
    """What was asked below the address of the database, of so many parts of a path."""
    found = set()
    for page in asked:
        below = page.path.split("/")[2:]
        if page.path.startswith("/municipalities/") and len(below) == parts:
            found.add("/".join(below))
    return found


def rows_changed(made: Publication, before: dict[str, bytes]) -> set[str]:
    """The pages of rows whose files are others than before, by table and key."""
    found = set()
    for name, data in files_of(made.target).items():
        parts = name.split("/")
        if before.get(name) != data and parts[0] == "municipalities" and len(parts) == 4:
            found.add("/".join(parts[1:3]))
    return found


TRUST = {"anomalies", "footnotes", "provenance", "reconciliation"}
ANSWERS = {"per_year", "per_year.csv", "per_year.json"}
TABLES = {"mergers", "municipalities", "regions", "statuses"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "pages", "rows"),
    [
        # The mergers show of which municipalities they are; no trust table shows figures.
        (a_figure, {"municipalities", "mergers", *ANSWERS}, 10),
        (a_text, {"mergers", "municipalities"}, 11),  # a remark is about both
        (a_footnote, {"municipalities", "footnotes", "provenance", *ANSWERS}, 0),
        (a_verdict, {"municipalities", "reconciliation", *ANSWERS}, 0),
        (a_note, {"municipalities", "mergers", "anomalies", "reconciliation", *ANSWERS}, 13),
        (a_translation, {*TRUST, *ANSWERS, "mergers", "municipalities", "regions"}, 19),
        (a_chart, {"municipalities"}, 0),
        (a_question, ANSWERS, 0),
        (the_sql_of_a_question, ANSWERS, 0),
        (another_question, {*ANSWERS, "printed", "printed.csv", "printed.json"}, 0),
        (the_order_of_tables, {*TRUST, *ANSWERS}, 0),
        (a_table, {*TABLES, *TRUST, *ANSWERS, "coasts"}, 5),
        (moved_and_withdrawn, set(), 0),
        (the_version, {*TABLES, *TRUST, *ANSWERS}, 0),
        (the_title_of_all, {*TABLES, *TRUST, *ANSWERS}, 19),
    ],
)
def test_only_pages_that_a_change_may_concern_are_made_again(
    publication: Publication,
    asked: list[Page],
    change: Callable[[Publication], None],
    pages: set[str],
    rows: int,
) -> None:
    change(publication)
    publication.publish()
    publication.freeze(publication.target)
    assert of_database(asked, 1) == pages
    assert len(of_database(asked, 2)) == rows
    assert differences(publication) == []


@pytest.mark.slow
@pytest.mark.parametrize(("change", "is_made"), [(a_verdict, True), (a_question, False)])
def test_the_page_of_a_document_is_made_again_where_a_table_that_was_read_from_it_changed(
    publication: Publication,
    asked: list[Page],
    change: Callable[[Publication], None],
    is_made: bool,
) -> None:
    change(publication)
    publication.publish()
    publication.freeze(publication.target)
    made = {page.language for page in asked if page.path == "/source/municipalities.txt"}
    assert made == ({"nl", "en"} if is_made else set())


@pytest.mark.slow
def test_a_large_table_is_told_by_the_hash_of_its_file(
    publication: Publication, asked: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.site.frozen.digests.MOST_ROWS", 5)
    shutil.rmtree(publication.target)
    publication.freeze(publication.target)
    for change, pages in [
        (a_footnote, {"municipalities", "footnotes", "provenance", *ANSWERS}),
        (a_figure, {"municipalities", "mergers", *ANSWERS}),
    ]:
        change(publication)
        publication.publish()
        asked.clear()
        publication.freeze(publication.target)
        assert of_database(asked, 1) == pages
        assert differences(publication) == []


def frozen_again(
    publication: Publication, asked: list[Page], change: Callable[[Publication], None]
) -> None:
    """Freeze a publication, and once more with a change; `asked` are pages of the second run."""
    publication.publish()
    publication.freeze(publication.target)
    change(publication)
    publication.publish()
    asked.clear()
    publication.freeze(publication.target)


@pytest.mark.slow
def test_a_question_about_the_moment_is_asked_each_time(
    publication: Publication, asked: list[Page]
) -> None:
    publication.replace("package.yaml", "queries:\n", f"queries:\n{TODAY}")
    frozen_again(publication, asked, a_text)
    assert {"today", "today.csv", "today.json"} <= of_database(asked, 1)
    assert "per_year" not in of_database(asked, 1)


@pytest.mark.slow
def test_a_question_with_other_sql_for_datasette_is_asked_each_time(
    publication: Publication, asked: list[Page]
) -> None:
    publication.replace("package.yaml", "tables: [", f"{REPLACED}tables: [")
    frozen_again(publication, asked, the_last_text)
    assert of_database(asked, 1) >= ANSWERS
    assert differences(publication) == []


@pytest.mark.slow
def test_where_another_plugin_may_show_anything_all_pages_are_made(
    publication: Publication, asked: list[Page]
) -> None:
    a_figure(publication)
    publication.publish()
    pm.register(ModuleType("of_somebody"), name="of_somebody")
    try:
        publication.freeze(publication.target)
    finally:
        pm.unregister(name="of_somebody")
    assert {*TABLES, *TRUST} <= of_database(asked, 1)


@pytest.mark.slow
def test_another_version_of_the_toolkit_makes_all_pages_again(
    publication: Publication, asked: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.publishing.frozen.toolkit_hash", lambda: "another")
    publication.freeze(publication.target)
    assert {*TABLES, *TRUST, *ANSWERS} <= of_database(asked, 1)
    assert len(of_database(asked, 2)) == 19
    assert differences(publication) == []


@pytest.mark.slow
def test_one_figure_makes_the_pages_of_its_row_again(
    publication: Publication,
) -> None:
    before = files_of(publication.target)
    publication.replace("municipalities.csv", "2019,flanders,300", "2019,flanders,301")
    publication.publish()
    assert differences(publication) == []
    assert rows_changed(publication, before) == {"municipalities/2019,flanders"}


@pytest.mark.slow
def test_a_new_version_is_told_on_every_page_though_few_are_made(
    publication: Publication, asked: list[Page]
) -> None:
    the_version(publication)
    publication.publish()
    publication.freeze(publication.target)
    assert of_database(asked, 2) == set()  # no page of a row
    page = publication.target / "municipalities" / "regions" / "flanders" / "index.html"
    assert "1.2.1" in page.read_text("utf-8")


@pytest.mark.slow
def test_nothing_is_taken_from_a_folder_that_somebody_changed(
    publication: Publication, asked: list[Page]
) -> None:
    page = publication.target / "municipalities" / "regions" / "flanders" / "index.html"
    page.write_text("edited", "utf-8")
    a_figure(publication)
    publication.publish()
    publication.freeze(publication.target)
    assert {*TABLES, *TRUST, *ANSWERS} <= of_database(asked, 1)
    assert differences(publication) == []


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["", "null", "[1]", "{}"])
def test_a_mark_that_no_run_wrote_is_no_reason_to_stop(publication: Publication, mark: str) -> None:
    (publication.target / FROZEN).write_text(mark)
    assert differences(publication) == []


@pytest.mark.slow
def test_a_mark_that_tells_nothing_of_pages_is_no_reason_to_stop(publication: Publication) -> None:
    mark = publication.target / FROZEN
    told = json.loads(mark.read_bytes())
    mark.write_text(json.dumps({**told, "pages": {"addresses": [], "pages": [[1, "x", [2]]]}}))
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


@pytest.mark.slow
@pytest.mark.parametrize("is_changed", [True, False])
def test_what_a_run_left_that_was_killed_at_its_very_end_is_taken_back_first(
    publication: Publication, is_changed: bool
) -> None:
    page = "en/municipalities/regions/index.html"  # no page that is made each time
    earlier = (publication.target / page).read_bytes()
    the_title_of_all(publication)
    publication.publish()
    publication.freeze(publication.target)
    work = freezing_beside(publication.target)
    (work / BEFORE).mkdir(parents=True)
    (work / BEFORE / "0").write_bytes(earlier)
    (work / JOURNAL).write_text(json.dumps({page: 0}))
    if is_changed:
        a_figure(publication)
        publication.publish()
    assert differences(publication) == []
    assert not work.exists()
