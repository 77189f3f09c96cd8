"""Publishing: everything is generated and checked first, and only then put in place.

What is generated and kept in git (CSV files, `datapackage.json`, `metadata.yml`, `CITATION.cff`,
the record of permalinks) is generated in memory or, where it is long, in a folder of the run. So a
check can compare it with the files on disk, and a failure leaves those as they were. One run at a
time holds the publication.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from openbaar.database.build import build_database
from openbaar.database.earlier import Earlier, earlier_edition
from openbaar.database.metadata import metadata_bytes
from openbaar.database.query_checks import result_problems
from openbaar.errors import OpenbaarError, Problem
from openbaar.holding import alone
from openbaar.package.descriptor import descriptor
from openbaar.package.kept_sheets import (
    KeptSheets,
    earlier_sheets,
)
from openbaar.package.permalinks import (
    is_in_the_making,
)
from openbaar.package.workbook import NOTHING_KEPT, write_workbook
from openbaar.placing import SCANS, changed_files, put_in_place, written
from openbaar.publishing.generate import Generated, generate
from openbaar.publishing.pack import Made, name_in, packed
from openbaar.publishing.stage import parquet_files, say_costs, stage, staged_workbook
from openbaar.publishing.staleness import (
    Stamps,
    database_path,
    record_of,
    stamps_of_inputs,
    still_published,
)
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import Readers, here
from openbaar.tables.converting.kept import keeping
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.tables.dataset import Dataset, read_dataset
from openbaar.tables.judging.unconfirmed import (
    unconfirmed_guesses,
    unwritten_texts,
)

Warn = Callable[[Sequence[Problem]], None]
NOTHING: Mapping[str, bytes] = MappingProxyType({})


def warn_nobody(_doubts: Sequence[Problem]) -> None:
    """Leave it to `examine` to say what a person should look at."""


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
        with parquet_files(generated, staging, earlier) as watch:
            problems = stage(generated, staging, say, watch, earlier)
    if problems:
        raise OpenbaarError(problems)
    say("packing the downloads")
    return packed(generated, staging, workbooks.result())


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
        say_costs(dataset, built, say)
        say("running every query")
        problems = result_problems(built, publication)
        if problems:
            raise OpenbaarError(problems)
        database = name_in(publication, database_path(publication))
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


def _write_workbooks(
    dataset: Dataset, staging: Path, kept: Mapping[str, KeptSheets]
) -> dict[str, Mapping[str, str]]:
    """Write the workbook in each language, and return the sheets of each."""
    sheets: dict[str, Mapping[str, str]] = {}
    for language in dataset.publication.package.languages:
        target = staged_workbook(staging, language)
        known = kept.get(language, NOTHING_KEPT)
        sheets[language] = write_workbook(dataset, target, language, known)
    return sheets
