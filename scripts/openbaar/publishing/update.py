"""A new edition of a document: whether the recipes still fit it, and what they read in it now.

It is tried on a copy of the publication, so that nothing changes before the author says so. The old
edition stays in `sources/`, beside the new one.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from openbaar.documents.entry import DocumentEntry
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, sha256_of
from openbaar.holding import alone
from openbaar.placing import write_files
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.schema.names import check_source
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from openbaar.tables.converting.gather import gather
from openbaar.tables.converting.reading import find_regions
from openbaar.tables.converting.sources import Say, read_sources, say_nothing
from openbaar.tables.dataset import TableData, table_data
from openbaar.tables.judging.failing import differences
from openbaar.versions.changes import Diff
from openbaar.versions.diff import difference
from openbaar.versions.snapshot import Contents, Snapshot, snapshot, todays_descriptor
from openbaar.versions.sources import GivenFiles

LINES = "source_lines"  # the column that changes as soon as a line is added above


@dataclass(frozen=True)
class Edition:
    """A new edition that was tried.

    `problems` is what does not fit it, `fitting` the tables whose recipes do, `diff` what changed
    in those. `files` is what has to be written for it to take the place of the old one, and
    `before` what the authored ones among them held then.
    """

    old: str
    new: str
    problems: Sequence[Problem]
    fitting: Sequence[str]
    diff: Diff
    files: Mapping[str, Content]
    before: Mapping[str, bytes]


def try_edition(root: Path, file: Path, of: str | None = None, say: Say = say_nothing) -> Edition:
    """Try the recipes of the publication in `root` on `file`, a new edition of the document `of`.

    Raises OpenbaarError where it can be no edition of that document, or cannot be read.
    """
    publication = load_publication(root)
    old = _document(publication, of)
    digest = sha256_of(file)
    _check(file, old, digest)
    new = _path_beside(root, file, digest)
    edited = _edited(root, old, new, digest)
    before = {name: (root / name).read_bytes() for name in edited}
    files: dict[str, Content] = {new: file, **edited}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(publication, files, copy)
        tables, problems = _read(load_publication(copy), say)
    diff = _diff(root, new, tables)
    return Edition(old.path, new, problems, list(tables), diff, files, before)


def take_edition(root: Path, edition: Edition, say: Say = say_nothing) -> list[str]:
    """Put the new edition in the place of the old one; returns the paths of what was written.

    The old file stays where it is. Raises OpenbaarError where an authored file is no longer as it
    was when the edition was tried.
    """
    with alone(root, say) as work:
        for name, before in edition.before.items():
            if (root / name).read_bytes() != before:
                message = "has changed while the new edition was tried"
                raise OpenbaarError(Problem(Place(name), message, "run the command again"))
        return write_files(root, edition.files, work)


def _document(publication: Publication, of: str | None) -> DocumentEntry:
    """The document of that path; without one, the only one of the publication."""
    documents = {entry.path: entry for entry in publication.package.documents}
    if of is None and len(documents) == 1:
        return publication.package.documents[0]
    if of in documents:
        return documents[of]
    message = "does not say of which document it is an edition"
    if of is not None:
        message = f"has no document {of}"
    hint = f"--of takes one of: {', '.join(documents) or 'none'}"
    raise OpenbaarError(Problem(publication.place(None, "documents"), message, hint))


def _check(file: Path, old: DocumentEntry, digest: str) -> None:
    """Raise OpenbaarError where a file can be no new edition of a document."""
    place = Place(str(file))
    try:
        check_source(f"sources/{file.name}")
    except ValueError as error:
        raise OpenbaarError(Problem(place, str(error), "rename it")) from error
    if digest == old.sha256:
        message = f"is the same file as {old.path}"
        raise OpenbaarError(Problem(place, message, "there is nothing new in it"))
    if file.suffix.lower() != Path(old.path).suffix.lower():
        message = f"is another kind of file than {old.path}"
        hint = "its recipes cannot be tried on it; `openbaar add` takes it as another document"
        raise OpenbaarError(Problem(place, message, hint))


def _path_beside(root: Path, file: Path, digest: str) -> str:
    """Where a new edition is put: under its name, or, where another file has it, with a number.

    before: answer.txt, where `sources/answer.txt` is another edition
    after: sources/answer-2.txt
    """
    numbered = (f"{file.stem}-{number}{file.suffix}" for number in count(2))
    for name in chain([file.name], numbered):
        target = root / "sources" / name
        if not target.exists() or sha256_of(target) == digest:
            break
    return f"sources/{name}"


def _edited(root: Path, old: DocumentEntry, new: str, digest: str) -> dict[str, Content]:
    """The authored files that name the old edition, naming the new one instead."""
    name = re.compile(rf"(?<![\w./-]){re.escape(old.path)}(?![\w./-])")
    edited: dict[str, Content] = {}
    for path in sorted((root / "tables").glob("*.yaml")):
        before = path.read_bytes().decode("utf-8")  # as text its line ends would change
        after = name.sub(lambda _: new, before).replace(old.sha256, digest)
        if after != before:
            edited[f"tables/{path.name}"] = after.encode("utf-8")
    return edited


def _copy(publication: Publication, files: Mapping[str, Content], copy: Path) -> None:
    """What reading needs of a publication, with other contents of some files."""
    shutil.copytree(
        publication.root / "tables", copy / "tables", ignore=shutil.ignore_patterns("releases")
    )
    (copy / "sources").mkdir()
    for entry in publication.package.documents:
        (copy / entry.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(publication.root / entry.path, copy / entry.path)
    for name, content in files.items():
        data = content.read_bytes() if isinstance(content, Path) else content
        (copy / name).write_bytes(data)


def _read(publication: Publication, say: Say) -> tuple[dict[str, TableData], list[Problem]]:
    """The tables whose recipes fit, and what is wrong with all others.

    Totals are only compared when every recipe fits.
    """
    try:
        dataset = convert(publication, say=say)
    except OpenbaarError as error:
        return _fitting(publication), list(error.problems)
    tables = {name: data for name, data in dataset.tables.items() if name in publication.tables}
    read = {name: data for name, data in tables.items() if data.table.recipe is not None}
    return read, differences(publication, dataset.rows("reconciliation"))


def _fitting(publication: Publication) -> dict[str, TableData]:
    sources = read_sources(publication, verify=True)
    found = find_regions(publication, sources.documents, sources.codes)
    gathered = gather(publication, found, None, say_nothing)
    tables: dict[str, TableData] = {}
    for name, reading in gathered.readings.items():
        tables[name] = table_data(publication.tables[name], list(reading.rows))
    return tables


def _diff(root: Path, new: str, tables: Mapping[str, TableData]) -> Diff:
    """What changed in the tables that fit, from the files of now to what was read."""
    paths = {f"tables/{name}.csv": data.content for name, data in tables.items()}
    before: dict[str, Content] = {path: root / path for path in paths if (root / path).is_file()}
    after = {path: content for path, content in paths.items() if path in before}
    today = todays_descriptor(root)
    known = [each for each in today.get("resources", []) if each["path"] in before]
    described = json.dumps({**today, "resources": known}).encode("utf-8")
    old = snapshot(GivenFiles({**before, DESCRIPTOR: described}, "now"))
    read = snapshot(GivenFiles({**after, DESCRIPTOR: described}, new))
    return difference(_without_lines(old), _without_lines(read))


def _without_lines(version: Snapshot) -> Snapshot:
    """A version without the column that says on which lines a row stands."""
    tables = {name: _contents_without_lines(each) for name, each in version.tables.items()}
    return replace(version, tables=tables)


def _contents_without_lines(contents: Contents) -> Contents:
    if LINES not in contents.columns:
        return contents
    at = contents.columns.index(LINES)
    rows = [row[:at] + row[at + 1 :] for row in contents.rows]
    return Contents(contents.columns[:at] + contents.columns[at + 1 :], rows)
