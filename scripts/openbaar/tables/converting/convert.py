"""Converting: documents and recipes in, files and the dataset out, in memory that does not grow.

The work is done in parts, by this process or by others. The rows of a table are read again only
where a check looks at them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import overload

from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.files import Content, writing
from openbaar.schema.csvfile import Row, Rows, write_header
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.gather import checked_anomalies, named
from openbaar.tables.converting.parts import Job, Left, Outcome, Part, parts_of, read_part
from openbaar.tables.converting.sources import Say, code_lists, read_authored, say_nothing
from openbaar.tables.dataset import (
    Dataset,
    TableData,
    csv_path,
    lines_path,
    read_lines,
    table_data,
    table_held,
    table_in_file,
)
from openbaar.tables.judging.reconciliation import Reconciliation, Stated
from openbaar.tables.judging.trust import Shown
from openbaar.tables.spans import WhereRead

# What reads the parts of a job, each wanted table of them once: `here`, or workers.
Readers = Callable[[Job, frozenset[str] | None, Say], list[tuple[Part, Outcome]]]


@dataclass(frozen=True)
class Converted:
    """The files that converting made, by their path in the publication, and the verdicts.

    `doubts` are what a person should look at, although nothing is wrong with it.
    `lines` is the file of the lines of the documents, none where only some tables were wanted;
    `tables` are those that are known already, so that nobody reads them again, and `read` is what
    the rows of `provenance` come to.
    """

    files: dict[str, Content]
    lines: dict[str, Content] = field(default_factory=dict)
    tables: Mapping[str, TableData] = field(default_factory=dict)
    doubts: Sequence[Problem] = ()
    read: WhereRead | None = None

    @property
    def reconciliation(self) -> Rows:
        """The rows of the trust table `reconciliation`."""
        return self.tables["reconciliation"].rows if "reconciliation" in self.tables else ()


def here(job: Job, names: frozenset[str] | None, say: Say) -> list[tuple[Part, Outcome]]:
    """Read the parts of a job in this process, one after the other."""
    return [(part, read_part(part, job, say)) for part in parts_of(job, names, 1)]


def convert(publication: Publication, verify: bool = True, say: Say = say_nothing) -> Dataset:
    """The dataset of all tables, held in memory; nothing is written.

    Raises OpenbaarError as `convert_to_files` does.
    """
    with tempfile.TemporaryDirectory(prefix="openbaar-") as work:
        made = convert_to_files(publication, Path(work), verify, say)
        return _dataset(publication, made, table_held)


def convert_to_dataset(
    publication: Publication, work: Path, say: Say, readers: Readers
) -> tuple[Dataset, dict[str, Content]]:
    """The dataset of all tables, the long ones in files in `work`, and the file of its lines.

    Raises OpenbaarError as `convert_to_files` does.
    """
    made = convert_to_files(publication, work, say=say, readers=readers)
    read = partial(table_in_file, root=publication.root)
    return _dataset(publication, made, read), made.lines


def _dataset(
    publication: Publication, made: Converted, read: Callable[[Table, Path], TableData]
) -> Dataset:
    """What was converted, with the tables read that are not known yet."""
    tables = {}
    for name, table in publication.resources.items():
        content = made.files[csv_path(name)]
        known = made.tables.get(name)
        if known is not None:
            tables[name] = known
        elif isinstance(content, Path):
            tables[name] = read(table, content)
    (lines,) = made.lines.values()
    shown = read_lines(lines) if isinstance(lines, Path) else {}
    return Dataset(publication, tables, shown, made.doubts, made.read)


def convert_to_files(
    publication: Publication,
    work: Path,
    verify: bool = True,
    say: Say = say_nothing,
    readers: Readers = here,
) -> Converted:
    """Convert all tables; authored tables are as they stand, the trust tables are added.

    Files are left in the folder `work`. `verify` refuses documents other than the ones whose hash
    was recorded; `say` reports each table. Raises OpenbaarError with every problem of every table.
    """
    authored = read_authored(publication)
    job = _job(publication, authored, verify, work)
    done = _Done(job, readers(job, None, say))
    anomalies = checked_anomalies(publication, done.problems, done.anomalies)
    rows: dict[str, Rows] = {name: data.rows for name, data in authored.items()}
    for name, left in done.tables.items():
        table = publication.tables[name]
        rows[name] = _RowsLeft(publication.root, table, job.csv(name), left.rows)
    totals = {name: left.totals for name, left in done.tables.items()}
    verdicts = Reconciliation(publication, rows, totals, done.stated).verdicts()
    trust: dict[str, Rows] = {
        "reconciliation": [verdict.row() for verdict in verdicts],
        "footnotes": done.footnotes,
        "anomalies": [*anomalies, *done.patches],
    }
    known = dict(authored)
    for name, each in trust.items():
        known[name] = table_data(publication.resources[name], each)
    made: dict[str, Content] = {name: data.content for name, data in known.items()}
    made |= {name: job.csv(name) for name in done.tables}
    made["provenance"] = done.provenance()
    files = {csv_path(name): made[name] for name in publication.resources}
    path = lines_path(publication).relative_to(publication.root).as_posix()
    return Converted(files, {path: done.lines()}, known, done.doubts, done.where_read)


def convert_some(
    publication: Publication,
    names: Collection[str],
    work: Path,
    verify: bool = True,
    say: Say = say_nothing,
    readers: Readers = here,
) -> Converted:
    """The CSV files of the tables called `names` alone, whatever is wrong with others.

    The trust tables are left out: they need all tables. Raises OpenbaarError with every problem of
    those tables, and for a name that is not a table with a recipe.
    """
    recipes = [name for name, table in publication.tables.items() if table.recipe is not None]
    wrong = [name for name in names if name not in recipes]
    if wrong:
        raise OpenbaarError(_no_recipe(name, recipes) for name in wrong)
    job = _job(publication, read_authored(publication), verify, work)
    done = _Done(job, readers(job, frozenset(names), say))
    checked_anomalies(publication, done.problems, {})
    files: dict[str, Content] = {csv_path(name): job.csv(name) for name in done.tables}
    return Converted(files, doubts=done.doubts)


def _no_recipe(name: str, recipes: Collection[str]) -> Problem:
    place = Place(f"tables/{name}.yaml")
    return Problem(place, "is not a table with a recipe", nearest(name, recipes))


def _job(
    publication: Publication, authored: Mapping[str, TableData], verify: bool, work: Path
) -> Job:
    """The work on all documents, in a folder of its own: workers that outlive a run know it."""
    folder = Path(tempfile.mkdtemp(prefix="convert-", dir=work)).resolve()
    codes = code_lists(publication, authored)
    provenance = publication.resources["provenance"]
    return Job(publication, provenance, codes, verify, folder, publication.package.documents)


class _Done:
    """The outcomes of all parts, put together in the order of the publication.

    Raises OpenbaarError where a document could not be read.
    """

    def __init__(self, job: Job, done: Sequence[tuple[Part, Outcome]]) -> None:
        self.job = job
        self.parts = [part for part, _ in done]
        self.problems: dict[str, Sequence[Problem]] = {}
        self.anomalies: Shown = {}
        self.stated: Stated = {}
        self.documents: dict[str, str] = {}  # from which each table was read
        tables: dict[str, Left] = {}
        unreadable: dict[Problem, None] = {}  # each once, of a document that several parts read
        for part, outcome in done:
            self.documents.update(dict.fromkeys(outcome.tables, part.document))
            unreadable.update(dict.fromkeys(outcome.unreadable))
            tables.update(outcome.tables)
            self.problems.update(outcome.problems)
            self.anomalies.update(outcome.anomalies)
            self.stated.update(outcome.stated)
        if unreadable:
            raise OpenbaarError(unreadable)
        self.tables = {name: tables[name] for name in job.publication.tables if name in tables}

    @property
    def footnotes(self) -> list[Row]:
        """The rows of the footnotes of all tables."""
        return list(chain.from_iterable(left.footnotes for left in self.tables.values()))

    @property
    def patches(self) -> list[Row]:
        """The rows of the corrections of documents."""
        return list(chain.from_iterable(left.patches for left in self.tables.values()))

    @property
    def doubts(self) -> list[Problem]:
        """What a person should look at, of all tables."""
        found: list[Problem] = []
        for name, left in self.tables.items():
            found += named(self.job.publication, name, left.doubts)
        return found

    @property
    def where_read(self) -> WhereRead:
        """What the rows of `provenance` come to, without reading them."""
        spans = {}
        for name, left in self.tables.items():
            if left.span is not None:
                spans[name] = {self.documents[name]: left.span}
        by_rule = [name for name, left in self.tables.items() if left.is_by_rule]
        return WhereRead(spans, frozenset(by_rule))

    def provenance(self) -> Path:
        """The CSV file of the places of all cells."""
        file = self.job.folder / "provenance.all"
        with writing(file), file.open("w", encoding="utf-8", newline="") as out:
            write_header(out, self.job.provenance.columns)
        with writing(file), file.open("ab") as all_places:
            for name in self.tables:
                with self.job.places(name).open("rb") as places:
                    shutil.copyfileobj(places, all_places)
        return file

    def lines(self) -> Path:
        """The file of the lines of all documents, as `dataset.read_lines` reads it."""
        file = self.job.folder / "lines.all"
        separator = "{"
        with writing(file), file.open("wb") as all_lines:
            for part in self.parts:
                if not part.looked_at:
                    continue
                name = json.dumps(part.document, ensure_ascii=False)
                all_lines.write(f"{separator}\n{name}: ".encode())
                with self.job.lines(part.number).open("rb") as lines:
                    shutil.copyfileobj(lines, all_lines)
                separator = ","
            all_lines.write(b"\n}\n")
        return file


@dataclass
class _RowsLeft(Sequence[Row]):
    """The rows of a table that was written: how many is known, they are read if a check looks."""

    root: Path
    table: Table
    file: Path
    length: int
    read: Rows | None = None

    def _rows(self) -> Rows:
        if self.read is None:
            self.read = table_in_file(self.table, self.file, self.root).rows
        return self.read

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows())

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> Row | Rows:
        return self._rows()[index]
