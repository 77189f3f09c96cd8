"""Publishing: everything is generated and checked first, and only then put in place.

What is generated and kept in git (CSV files, `datapackage.json`, `metadata.yml`, `CITATION.cff`,
the record of permalinks) is generated in memory or, where it is long, in a folder of the run. So a
check can compare it with the files on disk, and a failure leaves those as they were. One run at a
time holds the publication.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from openbaar.database.build import NOTHING_EARLIER, Watch, build_database, watch_nothing
from openbaar.database.earlier import Earlier, earlier_edition
from openbaar.database.index_costs import costs_of_indexes
from openbaar.database.metadata import metadata_bytes
from openbaar.database.query_checks import result_problems
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, holds, sha256_of, take_again, write_content
from openbaar.holding import alone
from openbaar.package import citation_file
from openbaar.package.archive import sdmx_problems, write_zip
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.kept_sheets import RECORD as SHEETS
from openbaar.package.kept_sheets import (
    KeptSheets,
    WorkbookRecord,
    earlier_sheets,
    record_of_sheets,
)
from openbaar.package.model import Descriptor
from openbaar.package.permalinks import (
    is_in_the_making,
    permalink_problems,
    read_permalinks,
    released,
)
from openbaar.package.validation import problems_of_citation, problems_of_package
from openbaar.package.workbook import NOTHING_KEPT, write_workbook
from openbaar.placing import SCANS, changed_files, put_in_place, written
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.staleness import (
    Stamps,
    archive_path,
    checksums_path,
    database_path,
    parquet_folder,
    record_of,
    released_database_path,
    stamps_of_inputs,
    still_published,
    workbook_paths,
)
from openbaar.tables.convert import Readers, convert_to_dataset, here
from openbaar.tables.dataset import Dataset, read_dataset
from openbaar.tables.judging.failing import differences
from openbaar.tables.judging.unconfirmed import (
    unconfirmed_figures,
    unconfirmed_guesses,
    unwritten_texts,
)
from openbaar.tables.judging.unstated import unstated_facts
from openbaar.tables.kept import keeping
from openbaar.tables.publication import Publication
from openbaar.tables.references import load_publication

Say = Callable[[str], None]
Warn = Callable[[Sequence[Problem]], None]
Files = dict[str, Content]  # by their path in the publication
NOTHING: Mapping[str, bytes] = MappingProxyType({})


def say_nothing(_message: str) -> None:
    """Report no progress."""


def warn_nobody(_doubts: Sequence[Problem]) -> None:
    """Leave it to `examine` to say what a person should look at."""


@dataclass(frozen=True)
class Generated:
    """What is generated of a publication: dataset, descriptor, and files that are kept in git.

    `lines` is the file of the lines of the documents in build/, where `build_site` finds it.
    """

    dataset: Dataset
    descriptor: Descriptor
    files: Files
    lines: Files

    @property
    def publication(self) -> Publication:
        """The publication of which all this was generated."""
        return self.dataset.publication


def generate(
    publication: Publication, staging: Path, say: Say = say_nothing, readers: Readers = here
) -> Generated:
    """Generate what is kept in git, from the documents and the authored files.

    Long tables are left in files in the folder `staging`; `readers` read the documents. Raises
    OpenbaarError with every problem, documents whose hash is not the recorded one included.
    """
    dataset, lines = convert_to_dataset(publication, staging, say=say, readers=readers)
    say("describing the package")
    described = descriptor(dataset)
    files = dataset.files
    files |= released(read_permalinks(publication.root), dataset)
    files[DESCRIPTOR] = package_bytes(described)
    files["metadata.yml"] = metadata_bytes(dataset)
    files[citation_file.FILE] = citation_file.citation_bytes(publication)
    return Generated(dataset, described, files, lines)


@dataclass(frozen=True)
class Findings:
    """What is wrong with a publication, and what a person should look at in its documents."""

    problems: list[Problem]
    doubts: Sequence[Problem] = ()


def examine(publication: Publication, say: Say = say_nothing, readers: Readers = here) -> Findings:
    """Everything that is wrong with the publication, files that are out of date included.

    And what its recipes may have missed in the documents; `warnings` are what authored files hold.
    """
    with alone(publication.root, say) as staging:
        try:
            generated = generate(publication, staging, say, readers)
        except OpenbaarError as error:
            return Findings(error.problems)
        problems = _stage(generated, staging, say)
        problems += _orphaned(publication, generated.files)
        problems += _outdated(publication, generated.files)
    return Findings(problems, generated.dataset.doubts)


def check(
    publication: Publication, say: Say = say_nothing, readers: Readers = here
) -> list[Problem]:
    """What is wrong with the publication, as `examine` finds it."""
    return examine(publication, say, readers).problems


def warnings(publication: Publication) -> list[Problem]:
    """What a person should still look at, although nothing is wrong as far as a program can tell.

    These are the guesses of `openbaar init` that no person has confirmed, tables whose figures were
    recognised on pictures and are confirmed by no total, texts that nobody has written, and what
    catalogues ask for in vain.
    """
    return [
        *unconfirmed_guesses(publication),
        *unconfirmed_figures(publication),
        *unwritten_texts(publication),
        *unstated_facts(publication),
    ]


def _unsettled(publication: Publication) -> list[Problem]:
    """What must be settled or written before readers can rely on a publication.

    These are the guesses of `openbaar init`, and the texts that it left to a person. None of a
    version that begins with 0, which is still being made.
    """
    if is_in_the_making(publication.package.version):
        return []
    return [*unconfirmed_guesses(publication), *unwritten_texts(publication)]


def publish(
    publication: Publication,
    say: Say = say_nothing,
    readers: Readers = here,
    warn: Warn = warn_nobody,
) -> list[str]:
    """Generate, check and put in place everything; `readers` read the documents.

    Returns the paths of the files in git that changed; `warn` gets what a person should look at in
    the documents.
    Raises OpenbaarError with every problem found, and then leaves everything as it was.
    """
    with alone(publication.root, say) as staging:
        inputs = stamps_of_inputs(publication)
        held = load_publication(publication.root)  # it may have changed before we held it
        made = make(held, staging, say, readers)
        changed = put_published(made, inputs, staging)
    warn(made.generated.dataset.doubts)
    return changed


@dataclass(frozen=True)
class Made:
    """A publication made and checked, of which nothing is in place yet.

    `products` are the files outside git, `hashes` the SHA-256 of most of them, `kept` the files
    that only save time, all by their name in the publication.
    """

    generated: Generated
    products: Mapping[str, Path]
    hashes: Mapping[str, str]
    kept: Mapping[str, Path]


def make(
    publication: Publication, staging: Path, say: Say = say_nothing, readers: Readers = here
) -> Made:
    """Generate and check everything in `staging`, a folder that `holding.alone` gave.

    Raises OpenbaarError with every problem found.
    """
    unsettled = _unsettled(publication)
    if unsettled:
        raise OpenbaarError(unsettled)
    generated = generate(publication, staging, say, keeping(readers, publication.root))
    earlier = _earlier(generated)
    with (
        earlier_sheets(publication.root) as sheets,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        workbooks = beside.submit(_write_workbooks, generated.dataset, staging, sheets)
        with _parquet_files(generated, staging, earlier) as watch:
            problems = _stage(generated, staging, say, watch, earlier)
    if problems:
        raise OpenbaarError(problems)
    say("packing the downloads")
    return _packed(generated, staging, workbooks.result())


def put_published(
    made: Made, inputs: Stamps, staging: Path, also: Mapping[str, bytes] = NOTHING
) -> list[str]:
    """Put in place what was made, and the files `also`: all of it, or nothing.

    `inputs` is what was known of the files of the publication before they were read. Returns the
    paths of the files in git that changed.
    """
    root = made.generated.publication.root
    changed = changed_files(root, {**made.generated.files, **also})
    lines = made.generated.lines
    ready = {**written({**changed, **lines}, staging), **made.products}
    records = staging / "records"
    records.mkdir()
    hashes = {**_hashes_of_tables(made.generated), **made.hashes}
    recorded = written(record_of(inputs, ready, hashes), records)
    put_in_place(root, {**ready, **made.kept, **recorded})
    _forget_removed(made.generated.dataset)
    return list(changed)


def _forget_removed(dataset: Dataset) -> None:
    """Remove what was kept of large tables that are there no longer."""
    names = {data.table.name for data in dataset.in_files}
    for kept in (dataset.publication.root / SCANS).glob("*.json"):
        if kept.stem not in names:
            kept.unlink(missing_ok=True)


def _hashes_of_tables(generated: Generated) -> dict[str, str]:
    """The SHA-256 of each CSV file, and of each copy of a large one that a release keeps."""
    hashes = {data.path: data.sha256 for data in generated.dataset.tables.values()}
    large = {data.file: data.sha256 for data in generated.dataset.in_files}
    for name, content in generated.files.items():
        if isinstance(content, Path):
            hashes[name] = large[content]
    return hashes


def build_site(publication: Publication, say: Say = say_nothing) -> list[str]:
    """Build the database from the CSV files on disk, run its queries, and write `metadata.yml`.

    Returns the path of the database and those of the files in git that changed.
    Raises OpenbaarError with every problem, and then leaves everything as it was.
    """
    with alone(publication.root, say) as staging:
        dataset = read_dataset(publication)
        files = changed_files(publication.root, {"metadata.yml": metadata_bytes(dataset)})
        built = staging / database_path(publication).name
        say("building the database")
        build_database(dataset, descriptor(dataset), built)
        _say_costs(dataset, built, say)
        say("running every query")
        problems = result_problems(built, publication)
        if problems:
            raise OpenbaarError(problems)
        database = _name(publication, database_path(publication))
        put_in_place(publication.root, {database: built, **written(files, staging)})
    return [database, *files]


def _earlier(generated: Generated) -> Earlier:
    """What was published before and need not be made again."""
    root = generated.publication.root
    database = still_published(root, "build", ".db")
    parquet = {}
    for data in generated.dataset.in_files:
        file = still_published(root, "dist", f"/{data.table.name}.parquet")
        if file is not None:
            parquet[data.table.name] = file
    return earlier_edition(database, parquet, generated.descriptor)


def _stage(
    generated: Generated,
    staging: Path,
    say: Say,
    watch: Watch = watch_nothing,
    earlier: Earlier = NOTHING_EARLIER,
) -> list[Problem]:
    """Write the package and its database to the folder `staging`; returns all that is wrong.

    `watch` sees the rows of large tables that are not there `earlier`. The package is judged while
    the database is built, which waits for other processes: those that draw.
    """
    _write_package(generated, staging)
    with ThreadPoolExecutor(max_workers=1) as beside:
        say("validating the package")
        judged = beside.submit(_problems_of_package, generated, staging, earlier.alike)
        say("building the database")
        problems = _build(generated, staging, say, watch, earlier)
        return [*judged.result(), *problems]


def _problems_of_package(
    generated: Generated, staging: Path, unchanged: frozenset[str]
) -> list[Problem]:
    """What is wrong with the package in the folder `staging`, by us and by other judges.

    These judge again what is not `unchanged` since they found it right.
    """
    publication = generated.publication
    problems = differences(generated.publication, generated.dataset.rows("reconciliation"))
    recorded = read_permalinks(publication.root)
    problems += permalink_problems(recorded, generated.dataset)
    problems += problems_of_package(
        staging, package_bytes(generated.descriptor), generated.dataset.in_files, unchanged
    )
    problems += problems_of_citation(citation_file.citation_bytes(publication))
    problems += sdmx_problems(generated.dataset, generated.descriptor)
    return problems


def _build(
    generated: Generated, staging: Path, say: Say, watch: Watch, earlier: Earlier
) -> list[Problem]:
    """Build the database in the folder `staging` and run every query; returns all that is wrong."""
    database = _staged_database(generated, staging)
    try:
        build_database(generated.dataset, generated.descriptor, database, watch, earlier)
    except OpenbaarError as error:
        return error.problems
    _say_costs(generated.dataset, database, say)
    say("running every query")
    return result_problems(database, generated.publication)


def _say_costs(dataset: Dataset, database: Path, say: Say) -> None:
    """Say what the indexes of long tables cost."""
    for sentence in costs_of_indexes(dataset, database):
        say(sentence)


def _write_package(generated: Generated, staging: Path) -> None:
    """Write the package with its documents to a folder, as it would be published."""
    root = generated.publication.root
    for path, data in generated.files.items():
        (staging / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, bytes):  # large tables are where they were
            write_content(data, staging / path)
    for entry in generated.publication.package.documents:
        (staging / entry.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / entry.path, staging / entry.path)


@contextmanager
def _parquet_files(generated: Generated, staging: Path, earlier: Earlier) -> Iterator[Watch]:
    """What makes the Parquet files of the large tables while their rows pass.

    Those of tables that did not change are copied.
    """
    if not generated.dataset.in_files:
        yield watch_nothing
        return
    from openbaar.package.parquet import ParquetFiles

    with ParquetFiles(_staged_parquet(staging), generated.descriptor) as files:
        for data in generated.dataset.in_files:
            if earlier.has_file(data.table.name):
                files.copy(data, earlier.parquet[data.table.name])
        yield files.write


def _staged_parquet(staging: Path) -> Path:
    return staging / "parquet"


def _write_workbooks(
    dataset: Dataset, staging: Path, kept: Mapping[str, KeptSheets]
) -> dict[str, Mapping[str, str]]:
    """Write the workbook in each language, and return the sheets of each."""
    sheets: dict[str, Mapping[str, str]] = {}
    for language in dataset.publication.package.languages:
        target = _staged_workbook(staging, language)
        known = kept.get(language, NOTHING_KEPT)
        sheets[language] = write_workbook(dataset, target, language, known)
    return sheets


def _staged_workbook(staging: Path, language: str) -> Path:
    return staging / f"workbook.{language}.xlsx"


def _staged_database(generated: Generated, staging: Path) -> Path:
    return staging / database_path(generated.publication).name


def _packed(generated: Generated, staging: Path, sheets: Mapping[str, Mapping[str, str]]) -> Made:
    """Make the downloads in the folder `staging`; `sheets` are those of the workbooks."""
    publication = generated.publication
    database = _staged_database(generated, staging)
    released = staging / "released.db"
    archive = staging / "package.zip"
    parquet = _staged_parquet(staging)
    take_again(database, released)  # one file with two names: neither is ever written to
    write_zip(generated.dataset, generated.descriptor, archive, parquet)
    downloads = {
        released_database_path(publication): released,
        archive_path(publication): archive,
    }
    workbooks = workbook_paths(publication)
    for language, path in workbooks.items():
        downloads[path] = _staged_workbook(staging, language)
    for path in sorted(parquet.glob("*.parquet")):
        downloads[parquet_folder(publication) / path.name] = path
    hashes = {target: sha256_of(made) for target, made in sorted(downloads.items())}
    sums = staging / "SHA256SUMS"
    write_content(checksums(hashes, checksums_path(publication).parent).encode("utf-8"), sums)
    hashes[database_path(publication)] = hashes[released_database_path(publication)]
    products = {
        database_path(publication): database,
        **downloads,
        checksums_path(publication): sums,
    }
    record = staging / "sheets.json"
    records = []
    for language, path in workbooks.items():
        name = _name(publication, path)
        records.append(WorkbookRecord(language, name, hashes[path], sheets[language]))
    write_content(record_of_sheets(records), record)
    return Made(
        generated,
        {_name(publication, target): made for target, made in products.items()},
        {_name(publication, target): sha256 for target, sha256 in hashes.items()},
        {SHEETS: record},
    )


def checksums(hashes: Mapping[Path, str], folder: Path) -> str:
    """What `sha256sum -c` reads in `folder`: the hash and name of each download in it."""
    lines = []
    for target, sha256 in hashes.items():
        lines.append(f"{sha256}  {target.relative_to(folder).as_posix()}\n")
    return "".join(lines)


def _name(publication: Publication, path: Path) -> str:
    """How the publication calls a file in it."""
    return path.relative_to(publication.root).as_posix()


def _orphaned(publication: Publication, files: Files) -> Iterator[Problem]:
    """Each CSV file on disk that no table has."""
    for path in sorted((publication.root / "tables").glob("[!.]*.csv")):
        name = f"tables/{path.name}"
        if name not in files:
            yield Problem(Place(name), "belongs to no table", "remove it, or describe the table")


def _outdated(publication: Publication, files: Files) -> Iterator[Problem]:
    """Each file on disk that is not what was generated now, with the first line that differs."""
    hint = "run `openbaar publish` and look at what changed"
    for name, data in files.items():
        path = publication.root / name
        if not path.is_file():
            yield Problem(Place(name), "is missing", hint)
            continue
        if not holds(path, data):
            yield Problem(Place(name, _first_difference(path, data)), "is out of date", hint)


def _first_difference(before: Path, after: Content) -> int:
    """The number of the first line in which two files differ; 1 where only their line ends do."""
    with before.open("rb") as old_lines, _opened(after) as new_lines:
        return _first_different_line(old_lines, new_lines)


def _opened(content: Content) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _first_different_line(before: BinaryIO, after: BinaryIO) -> int:
    pairs = zip_longest(before, after)
    for number, (old, new) in enumerate(pairs, start=1):
        if _without_end(old) != _without_end(new):
            return number
    return 1


def _without_end(line: bytes | None) -> bytes | None:
    return None if line is None else line.rstrip(b"\r\n")
