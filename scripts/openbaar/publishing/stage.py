"""A publication as it would be published, in a folder of the run: there it is built and judged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from openbaar.database.build import NOTHING_EARLIER, Watch, build_database, watch_nothing
from openbaar.database.earlier import Earlier
from openbaar.database.index_costs import costs_of_indexes
from openbaar.database.query_checks import result_problems
from openbaar.errors import OpenbaarError, Problem
from openbaar.files import write_content
from openbaar.package import citation_file
from openbaar.package.archive import sdmx_problems
from openbaar.package.descriptor import package_bytes
from openbaar.package.permalinks import (
    permalink_problems,
    read_permalinks,
)
from openbaar.package.validation import problems_of_citation, problems_of_package
from openbaar.publishing.generate import Generated
from openbaar.publishing.staleness import (
    database_path,
)
from openbaar.tables.converting.sources import Say
from openbaar.tables.dataset import Dataset
from openbaar.tables.judging.failing import differences


def stage(
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
    database = staged_database(generated, staging)
    try:
        build_database(generated.dataset, generated.descriptor, database, watch, earlier)
    except OpenbaarError as error:
        return error.problems
    say_costs(generated.dataset, database, say)
    say("running every query")
    return result_problems(database, generated.publication)


def say_costs(dataset: Dataset, database: Path, say: Say) -> None:
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
def parquet_files(generated: Generated, staging: Path, earlier: Earlier) -> Iterator[Watch]:
    """What makes the Parquet files of the large tables while their rows pass.

    Those of tables that did not change are copied.
    """
    if not generated.dataset.in_files:
        yield watch_nothing
        return
    from openbaar.package.parquet import ParquetFiles

    with ParquetFiles(staged_parquet(staging), generated.descriptor) as files:
        for data in generated.dataset.in_files:
            if earlier.has_file(data.table.name):
                files.copy(data, earlier.parquet[data.table.name])
        yield files.write


def staged_parquet(staging: Path) -> Path:
    return staging / "parquet"


def staged_workbook(staging: Path, language: str) -> Path:
    return staging / f"workbook.{language}.xlsx"


def staged_database(generated: Generated, staging: Path) -> Path:
    return staging / database_path(generated.publication).name
