"""Publishing: everything made in one go, checked whole, and only then put in place.

What is generated and kept in git (CSVs, `datapackage.json`, `metadata.yml`) is first made in memory, so that a
check can compare it with what stands on disk, and a failure leaves the earlier files as they were.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from openbaar.database.build import build_database, prove_queries
from openbaar.database.metadata import metadata_bytes
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import read_inside, replacing
from openbaar.package.archive import write_zip
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.permalinks import permalink_problems, read_permalinks, released
from openbaar.package.validation import problems_of_package
from openbaar.package.workbook import write_workbook
from openbaar.schema.csvfile import read_csv
from openbaar.staleness import (
    archive_path,
    database_path,
    inputs_fingerprint,
    record_fingerprint,
    released_database_path,
    workbook_path,
)
from openbaar.tables.convert import convert
from openbaar.tables.publication import Publication

Say = Callable[[str], None]
Files = dict[str, bytes]


def files_on_disk(publication: Publication) -> Files:
    """The CSV bytes of all tables by path, as they stand on disk. Raises OpenbaarError for those that are missing."""
    files: Files = {}
    problems: list[Problem] = []
    for name in publication.resources:
        try:
            files[f"tables/{name}.csv"] = read_inside(publication.root, f"tables/{name}.csv")
        except OpenbaarError as error:
            problems += [
                replace(problem, hint="run `openbaar convert`") for problem in error.problems
            ]
    if problems:
        raise OpenbaarError(problems)
    return files


def generate(
    publication: Publication, verify: bool = True, say: Say = lambda message: None
) -> Files:
    """All that is generated and kept in git, by path, made afresh from documents and authored files."""
    files = convert(publication, verify, say)
    say("describing the package")
    package = package_bytes(descriptor(publication, files))
    addresses = released(read_permalinks(publication.root), publication, files)
    return {
        **files,
        **addresses,
        "datapackage.json": package,
        "metadata.yml": metadata_bytes(publication, files),
    }


def write_files(publication: Publication, files: Mapping[str, bytes]) -> list[str]:
    """Put files in place, each whole; returns the paths of those whose bytes changed."""
    changed = []
    for name, data in files.items():
        target = publication.root / name
        if target.is_file() and target.read_bytes() == data:
            continue
        with replacing(target) as partial:
            partial.write_bytes(data)
        changed.append(name)
    return changed


def check(publication: Publication, say: Say = lambda message: None) -> list[Problem]:
    """Everything that is wrong with the publication, including files that a fresh build would make otherwise."""
    try:
        files = generate(publication, say=say)
    except OpenbaarError as error:
        return error.problems
    with _staged(publication, files) as staging:
        problems = _problems(publication, files, staging, say)
    return problems + list(_differences(publication, files))


def publish(publication: Publication, say: Say = lambda message: None) -> list[str]:
    """Make, check and put in place everything; returns the paths of the files in git that changed.

    Raises OpenbaarError with every problem found, and then leaves everything as it was.
    """
    inputs = inputs_fingerprint(publication)
    files = generate(publication, say=say)
    with _staged(publication, files) as staging:
        problems = _problems(publication, files, staging, say)
        if problems:
            raise OpenbaarError(problems)
        say("packing the downloads")
        database = staging / database_path(publication).name
        products = {
            database_path(publication): database,
            released_database_path(publication): database,
            archive_path(publication): staging / "package.zip",
            workbook_path(publication): staging / "workbook.xlsx",
        }
        write_zip(publication, files, products[archive_path(publication)])
        write_workbook(publication, files, products[workbook_path(publication)])
        for (
            target
        ) in products:  # before anything is replaced, so that nothing is when they cannot be made
            target.parent.mkdir(parents=True, exist_ok=True)
        changed = write_files(publication, files)
        for target, made in products.items():
            with replacing(target) as partial:
                shutil.copyfile(made, partial)
    record_fingerprint(publication, inputs, files)
    return changed


def build_site(publication: Publication, say: Say = lambda message: None) -> list[str]:
    """Build the database from the CSV files as they are, try its queries, and write `metadata.yml`.

    Returns the path of the database and those of the files in git that changed.
    Raises OpenbaarError with every problem, and then leaves everything as it was.
    """
    files = files_on_disk(publication)
    metadata = metadata_bytes(publication, files)
    target = database_path(publication)
    with replacing(target) as partial:
        say("building the database")
        build_database(publication, files, partial)
        say("trying every query")
        problems = prove_queries(partial, publication)
        if problems:
            raise OpenbaarError(problems)
    return [
        str(target.relative_to(publication.root)),
        *write_files(publication, {"metadata.yml": metadata}),
    ]


@contextmanager
def _staged(publication: Publication, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A temporary folder that holds the package as it would be published."""
    with tempfile.TemporaryDirectory(prefix="openbaar-") as name:
        staging = Path(name)
        for path, data in files.items():
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).write_bytes(data)
        for entry in publication.package.documents:
            (staging / entry.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(publication.root / entry.path, staging / entry.path)
        yield staging


def _problems(publication: Publication, files: Files, staging: Path, say: Say) -> list[Problem]:
    """What is wrong with the files made: totals, addresses, the package, the database. Leaves the database staged."""
    say("checking the totals")
    problems = list(_unequal(publication, files))
    say("checking the addresses that were released")
    problems += permalink_problems(read_permalinks(publication.root), publication, files)
    say("validating the package")
    problems += problems_of_package(staging, files["datapackage.json"])
    say("building the database")
    database = staging / database_path(publication).name
    try:
        build_database(publication, files, database)
    except OpenbaarError as error:
        return problems + error.problems
    say("trying every query")
    return problems + prove_queries(database, publication)


def _unequal(publication: Publication, files: Files) -> Iterator[Problem]:
    """Each total, identity or rule that does not hold and is not explained."""
    name = "tables/reconciliation.csv"
    for row in read_csv(files[name], publication.resources["reconciliation"].table_schema, name):
        if row["verdict"] != "different":
            continue
        place = Place(name)
        if isinstance(row["first_line"], int):
            place = Place(str(row["document"]), row["first_line"], int(str(row["last_line"])))
        scope = f" ({row['scope']})" if row["scope"] else ""
        message = f"{row['id']}{scope}: {row['column_name']}: {row['detail']}"
        yield Problem(
            place,
            message,
            "mend the recipe, or declare the difference with an anomaly that explains it",
        )


def _differences(publication: Publication, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Each generated file on disk that is not what a fresh build makes, with the first line that differs."""
    hint = "run `openbaar publish` and look at what changed"
    for path in sorted((publication.root / "tables").glob("[!.]*.csv")):
        if f"tables/{path.name}" not in files:
            yield Problem(
                Place(f"tables/{path.name}"),
                "belongs to no table",
                "remove it, or describe the table",
            )
    for name, data in files.items():
        path = publication.root / name
        if not path.is_file():
            yield Problem(Place(name), "is missing, but a fresh build makes it", hint)
        elif path.read_bytes() != data:
            pairs = zip_longest(path.read_bytes().splitlines(), data.splitlines())
            line = next(
                (number for number, (old, new) in enumerate(pairs, start=1) if old != new), 1
            )
            yield Problem(Place(name, line), "differs from what a fresh build makes", hint)
