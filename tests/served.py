"""A publication built into a folder and served by another process, as `openbaar serve` does it.

The tests of serving, those with a browser and the screenshots stand on it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from datasette.app import Datasette

import entry_point  # noqa: F401  so that Datasette finds the plugin
from datasets import dataset_of
from openbaar.database.build import build_database
from openbaar.database.metadata import metadata_bytes
from openbaar.package.archive import write_zip
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.permalinks import read_permalinks, released
from openbaar.package.workbook import write_workbook
from openbaar.publishing.staleness import archive_path, released_database_path, workbook_paths
from openbaar.site.published import Published, published_by
from openbaar.site.serving.serve import site
from openbaar.tables.authored.references import load_publication

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from pathlib import Path
from datasette.app import Datasette

import entry_point
import patience
from openbaar.site.serving.serve import Options, serve
database, metadata, url, public, hurried = sys.argv[1:]
if not hurried:
    patience.begin()
say = lambda address: print(address, flush=True)
options = Options(port=0, url=url or None, public=public == "public")
serve(Path(database), Path(metadata), options, say)
loaded = {"frictionless", "openbaar.recipe.language"} & set(sys.modules)
print("loaded:", *sorted(loaded), flush=True)
"""


@dataclass(frozen=True)
class Built:
    """The database and the metadata of a publication."""

    database: Path
    metadata: Path


@dataclass(frozen=True)
class Served:
    """A running server: its process, and its address without a slash at the end."""

    process: subprocess.Popen[str]
    address: str


def build(root: Path, target: Path) -> Built:
    """Build the publication in `root` from its CSV files into the folder `target`."""
    publication = load_publication(root)
    dataset = dataset_of(publication)
    described = descriptor(dataset)
    made = dataset.files | released(read_permalinks(target), dataset)
    made["datapackage.json"] = package_bytes(described)
    made["metadata.yml"] = metadata_bytes(dataset)
    for entry in publication.package.documents:
        made[entry.path] = (root / entry.path).read_bytes()
    for path, data in made.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(data)
    built = Built(target / f"{publication.package.name}.db", target / "metadata.yml")
    build_database(dataset, described, built.database)
    at_target = replace(publication, root=target)
    write_zip(dataset, described, archive_path(at_target), at_target.root)
    for language, workbook in workbook_paths(at_target).items():
        write_workbook(dataset, workbook, language)
    shutil.copyfile(built.database, released_database_path(at_target))
    return built


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its name."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@lru_cache(maxsize=16)
def shown(built: Built, url: str | None = None, public: bool = False) -> Datasette:
    """The site of a built publication, made once for all tests that only look at it."""
    return site(built.database, built.metadata, url, public)


def published_of(built: Built, url: str | None = None, public: bool = False) -> Published:
    """What its site knows of a built publication."""
    published = published_by(shown(built, url, public))
    assert published is not None
    return published


@contextmanager
def served(
    built: Built, url: str = "", public: bool = False, hurried: bool = False
) -> Iterator[Served]:
    """Serve on a free port until the block ends; `public` as `openbaar serve --public` does.

    Where `hurried`, what takes longer than it may is ended, as on a real site.
    """
    profile = [url, "public" if public else "", "hurried" if hurried else ""]
    command = [sys.executable, "-c", PROGRAM, str(built.database), str(built.metadata), *profile]
    with running(command, [ROOT / "tests", *sys.path], subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip().rstrip("/"))


@contextmanager
def running(
    command: Sequence[str], modules: Sequence[Path | str], stdout: int
) -> Iterator[subprocess.Popen[str]]:
    """A Python that runs until the block ends and finds its modules in these folders."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, modules))}
    with subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def children(process: int) -> list[int]:
    """The processes that a process started and that still run."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in listed.split()]
